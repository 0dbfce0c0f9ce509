//! All decisions, made before a byte of input is read: which engine is asked about which text, and why.
//!
//! A [`Plan`] holds the [engines](crate::engine) that it chose, and answers for a kind of text:
//!
//! | question | answer |
//! |---|---|
//! | program or regex? | [`Plan::program`]; [`engine/program/compile.rs`](crate::engine::program) has the rule, [`explain`] the reason |
//! | who is asked where the program does not know? | [`Plan::authority`] |
//! | is a block searched for a literal first? | [`Plan::block_prefilter`] |
//! | which characters make the program quit? | [`Plan::quit_set`] |
//! | which instruction set? | [`Plan::isa`] |
//!
//! The functions here are pure. What they name is run by `scan`.

mod explain;

use std::sync::OnceLock;

use parsimd_simd::{Isa, Kernels, Literal};

use crate::{
    engine::{
        Anchored, RegexEngine, authority::Authority, external::ExternalMatcher, prefilter, program::Program,
        quit::QuitSet,
    },
    error::Result,
    pattern::{Field, Format, Key, ValueKind, unknown_codes},
};

/// How a pattern is matched, and why so. [`explain`](Plan::explain) says it in words.
#[derive(Debug)]
pub struct Plan {
    regex: Result<RegexEngine>,
    external: Option<Box<dyn ExternalMatcher>>,
    external_only: bool,
    kernels: &'static Kernels,
    isa_choice: IsaChoice,
    /// The format text.
    format: String,
    case_sensitive: bool,
    groups_agree: bool,
    /// The names of the columns of the fields.
    names: Vec<String>,
    /// The keys of each field.
    keys: Vec<Vec<KeyPlan>>,
    /// What looks like a strptime code and is none, with the name of its field.
    unknown_codes: Vec<(String, String)>,
    /// The program, or why there is none.
    program: Result<Program, String>,
    quit_set: OnceLock<QuitSet>,
}

fn unknown_codes_of(field: &Field) -> Vec<(String, String)> {
    let ValueKind::Strptime(layout) = field.kind() else { return Vec::new() };
    unknown_codes(layout).into_iter().map(|code| (code.to_owned(), field.column_name())).collect()
}

/// Who chose the instruction set.
#[derive(Debug, Clone, Copy)]
enum IsaChoice {
    Caller,
    Environment,
    Best,
}

impl Plan {
    /// Decides.
    ///
    /// # Errors
    /// An expression that no engine runs; an instruction set that is not here.
    pub(crate) fn new(
        format: &Format,
        external: Option<Box<dyn ExternalMatcher>>,
        external_only: bool,
        isa: Option<Isa>,
    ) -> Result<Plan> {
        let (isa, isa_choice) = match isa {
            Some(isa) => (isa, IsaChoice::Caller),
            None if Isa::is_forced_by_env() => (Isa::from_env()?, IsaChoice::Environment),
            None => (Isa::from_env()?, IsaChoice::Best),
        };
        let kernels = parsimd_simd::kernels(isa)?;
        let regex = match RegexEngine::new(format) {
            Err(error) if external.is_none() => return Err(error),
            regex => regex,
        };
        let is_exact = regex.as_ref().is_ok_and(|regex| regex.is_exact(true) && regex.is_exact(false));
        Ok(Plan {
            regex,
            // One that is never asked is let go.
            external: external.filter(|_| external_only || !is_exact),
            external_only,
            kernels,
            isa_choice,
            format: format.text.clone(),
            case_sensitive: format.case_sensitive,
            groups_agree: format.groups_agree,
            names: format.fields.iter().map(Field::column_name).collect(),
            keys: format.fields.iter().map(KeyPlan::all).collect::<Result<_>>()?,
            unknown_codes: format.fields.iter().flat_map(unknown_codes_of).collect(),
            program: Program::new(format),
            quit_set: OnceLock::new(),
        })
    }

    pub(crate) fn kernels(&self) -> &'static Kernels {
        self.kernels
    }

    /// The instruction set that the kernels use.
    pub fn isa(&self) -> Isa {
        self.kernels.isa()
    }

    /// How many fields a match has.
    pub(crate) fn fields(&self) -> usize {
        self.names.len()
    }

    /// Whether the engines here give, on ASCII text, the very answer of Python's `re`, and if not, why not.
    ///
    /// # Errors
    /// The reason, for a person to read.
    pub fn is_exact_on_ascii(&self) -> Result<(), String> {
        match &self.regex {
            Err(error) => Err(error.to_string()),
            Ok(regex) => match regex.supports_ascii() {
                Err(reason) => Err(reason.to_owned()),
                Ok(()) if regex.has_empty_loop => {
                    Err("a custom pattern repeats something that can be empty".to_owned())
                }
                Ok(()) if !self.groups_agree => {
                    Err("a custom pattern has other groups than its regex_group_count says".to_owned())
                }
                Ok(()) => Ok(()),
            },
        }
    }

    /// Whether there is an external matcher that may be asked.
    pub fn may_ask(&self) -> bool {
        self.external.is_some()
    }

    /// Whether the external matcher alone says what matches.
    pub(crate) fn is_external_only(&self) -> bool {
        self.external_only
    }

    /// Whether the pattern can match nothing at all.
    pub fn matches_empty(&self) -> bool {
        self.regex.as_ref().map_or(true, |regex| regex.matches_empty)
    }

    /// The program, where it may run: on records that are UTF-8 and have no character of the [quit set](Self::quit_set).
    pub(crate) fn program(&self, anchored: Anchored) -> Option<&Program> {
        let program = self.program.as_ref().ok()?;
        (!self.external_only && (anchored.is_yes() || program.can_search())).then_some(program)
    }

    /// The characters that a record must not have to be given to `program`, which is the one of this plan.
    pub(crate) fn quit_set(&self, program: &Program) -> &QuitSet {
        self.quit_set.get_or_init(|| {
            let expression = self.regex.as_ref().ok().and_then(RegexEngine::unicode);
            QuitSet::new(expression.as_ref(), program)
        })
    }

    /// Who is asked about a text that the program does not know, or that there is no program for.
    pub(crate) fn authority(&self, is_ascii: bool) -> Authority<'_> {
        match (&self.regex, &self.external) {
            (Ok(regex), None) => Authority::Regex(regex),
            (Ok(regex), Some(_)) if !self.external_only && regex.is_exact(is_ascii) => Authority::Regex(regex),
            (_, Some(external)) => Authority::External(&**external, self.fields()),
            (Err(error), None) => Authority::Nobody(error),
        }
    }

    /// Whether the value of key `key` of field `field` may have this text.
    ///
    /// # Errors
    /// Why not, for a person to read.
    pub(crate) fn check_key(&self, field: usize, key: usize, text: &[u8]) -> Result<(), String> {
        let Some(regex) = &self.keys[field][key].of_value else { return Ok(()) };
        match regex.find(text, text.is_ascii(), 0, Anchored::Yes) {
            Ok(Some(_)) => Ok(()),
            Ok(None) => Err("not written as its type is".to_owned()),
            Err(error) => Err(error.to_string()),
        }
    }

    /// The regex, for a look at its [prefilter](RegexEngine::first_start) before the program searches a text.
    pub(crate) fn regex(&self) -> Option<&RegexEngine> {
        self.regex.as_ref().ok()
    }

    /// The literal that a block is searched for before the program looks at its records: every match in a record that the program is given has it.
    pub(crate) fn block_prefilter(&self) -> Option<&Literal> {
        self.program.as_ref().ok()?;
        // A record with a character that has another case in ASCII is not given to the program, so the literal for ASCII will do.
        let literal = self.regex()?.prefilter(true)?.literal();
        (literal.len() >= prefilter::MIN_LITERAL_OF_BLOCK).then_some(literal)
    }

    /// All literals that every match has in a record that the program is given, in the order in which they stand there.
    pub(crate) fn block_literals(&self) -> &[Literal] {
        let regex = self.program.as_ref().ok().and_then(|_| self.regex());
        regex.and_then(|regex| regex.prefilter(true)).map_or(&[], |prefilter| prefilter.all())
    }

    /// What stands directly around the field of capture group `group` in every record that matches, where that is known without an external matcher.
    pub(crate) fn around(&self, group: usize) -> Option<prefilter::Around> {
        let is_regex =
            matches!(self.authority(true), Authority::Regex(_)) && matches!(self.authority(false), Authority::Regex(_));
        self.regex().filter(|_| is_regex)?.around(group + 1)
    }

    /// Whether a record that is not UTF-8 can be matched byte by byte, by the expression for ASCII.
    ///
    /// # Errors
    /// Why not, for a person to read.
    pub(crate) fn matches_bytes(&self) -> Result<(), &'static str> {
        match self.authority(true) {
            Authority::Regex(regex) => regex.supports_ascii(),
            Authority::External(..) | Authority::Nobody(_) => Err("it is left to an external matcher"),
        }
    }
}

/// A key of `kv(…)`.
#[derive(Debug)]
struct KeyPlan {
    name: String,
    /// The expression of its values; none where they are any text.
    of_value: Option<RegexEngine>,
}

impl KeyPlan {
    fn all(field: &Field) -> Result<Vec<KeyPlan>> {
        let plan = |key: &Key| {
            let of_value = key.of_value.as_deref().map(RegexEngine::new).transpose()?;
            Ok(KeyPlan { name: key.field.column_name(), of_value })
        };
        field.keys.iter().map(plan).collect()
    }
}
