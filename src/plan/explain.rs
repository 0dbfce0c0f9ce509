//! A plan in words: to be read, and to go with a bug report.

use std::fmt::{self, Write};

use parsimd_simd::Isa;

use super::{IsaChoice, Plan};
use crate::engine::{Anchored, prefilter::MIN_TEXT, program::quote};

/// How wide the first column is.
const LABEL: usize = 12;

/// Lines, each after its label.
struct Lines(String);

impl Lines {
    fn add(&mut self, label: &str, text: impl fmt::Display) {
        // Writing to a String cannot fail.
        let _ = writeln!(self.0, "{label:<LABEL$} {text}");
    }
}

impl Plan {
    /// The decisions and their reasons, a labelled line each: which regex engine is the authority, which literal texts and blocks are searched for
    /// first, the operations of the program and what makes each of them, what stays undecided and falls back to the authority, what a block
    /// costs, and which instruction set is used.
    ///
    /// What looks like a strptime code and is none is told as a warning.
    ///
    /// The words may change from one version to the next.
    ///
    /// ```
    /// let pattern = parsimd::Pattern::new("{level:w} {host} port {port:d}")?;
    /// let text = pattern.plan().explain();
    /// assert!(text.contains("host: any text, up to \" port \""));
    /// assert!(text.contains("port: a prefix 0x, 0o or 0b"));
    ///
    /// let pattern = parsimd::Pattern::new("{}{}")?;
    /// assert!(pattern.plan().explain().contains("none, since two fields of any text stand side by side"));
    /// # Ok::<(), parsimd::Error>(())
    /// ```
    pub fn explain(&self) -> String {
        let mut lines = Lines(String::new());
        lines.add("pattern", format_args!("{:?}, {} fields", self.format, self.names.len()));
        lines.add("case", if self.case_sensitive { "upper and lower differ" } else { "ignored" });
        for (code, field) in &self.unknown_codes {
            lines.add(
                "warning",
                format_args!("{code} of {field} is no strptime code that is read: it stands for itself"),
            );
        }
        self.explain_authority(&mut lines);
        self.explain_prefilter(&mut lines);
        self.explain_program(&mut lines);
        for (name, keys) in self.names.iter().zip(&self.keys).filter(|(_, keys)| !keys.is_empty()) {
            let keys = keys.iter().map(|key| key.name.as_str()).collect::<Vec<_>>().join(", ");
            lines.add("keys", format_args!("{keys}: looked for in the text of {name}, a record at a time"));
        }
        let choice = match self.isa_choice {
            IsaChoice::Caller => "asked for by the caller",
            IsaChoice::Environment => "asked for by PARSIMD_ISA",
            IsaChoice::Best => "the best that this CPU has",
        };
        let available: Vec<_> = Isa::available().into_iter().map(Isa::name).collect();
        lines.add("kernels", format_args!("{}, {choice}; available: {}", self.isa(), available.join(", ")));
        lines.0
    }

    fn explain_authority(&self, lines: &mut Lines) {
        match &self.regex {
            Ok(regex) if regex.is_linear() => lines.add("authority", "regex, in linear time, one search a record"),
            Ok(_) => lines.add("authority", "fancy-regex, since a repeated name or lookaround needs backtracking"),
            Err(error) => lines.add("authority", format_args!("external only, since {error}")),
        }
        match (&self.external, self.external_only) {
            (None, _) => {}
            (Some(_), true) => lines.add("external", "asked about every text, as the caller wants it"),
            (Some(_), false) => lines.add("external", "asked where the engine here is not exact"),
        }
    }

    fn explain_prefilter(&self, lines: &mut Lines) {
        let Some(prefilter) = self.regex().and_then(|regex| regex.prefilter(true)) else {
            lines.add("prefilter", "none, since no literal is in every match, or the engine does not say");
            return;
        };
        let starts = if prefilter.is_prefix() { ", at its start" } else { "" };
        let literal = quote(prefilter.literal());
        let blocks = match self.block_prefilter() {
            Some(_) if !self.external_only => {
                "; blocks are searched for it first, until one has it in 3 of 4 records: records without it are not matched"
            }
            Some(_) => "",
            None if self.program.is_err() => "; blocks are not, since there is no program",
            None => "; blocks are not, since it is too short",
        };
        lines.add(
            "prefilter",
            format_args!("{literal}, which every match has{starts}: texts of {MIN_TEXT} bytes or more are searched for it first{blocks}"),
        );
    }

    fn explain_program(&self, lines: &mut Lines) {
        let program = match &self.program {
            Err(why) => {
                lines.add("program", format_args!("none, since {why}"));
                lines.add("records", "matched one by one, by the authority");
                lines.add(
                    "cost",
                    format_args!(
                        "a block: 1 pass for its newlines, then a regex search a record; its columns: {} conversions",
                        self.names.len()
                    ),
                );
                return;
            }
            Ok(_) if self.external_only => {
                lines.add("program", "not used, since the external matcher is asked about every text");
                return;
            }
            Ok(program) => program,
        };
        let operations = program.lines(Anchored::Yes, &self.names);
        lines.add("program", format_args!("{} operations, for a record that must match as a whole:", operations.len()));
        for (number, line) in operations.iter().enumerate() {
            lines.add("", format_args!("{:>2}  {:<20}  {}", number + 1, line.how, line.what));
        }
        if program.can_search() {
            let changed = program.lines(Anchored::No, &self.names).into_iter().enumerate().zip(&operations);
            let changed: Vec<_> = changed.filter(|((_, found), anchored)| found.what != anchored.what).collect();
            let but = if changed.is_empty() { "" } else { ", but:" };
            lines.add("search", format_args!("the same operations find the first match in a record{but}"));
            for ((number, line), _) in changed {
                lines.add("", format_args!("{:>2}  {:<20}  {}", number + 1, line.how, line.what));
            }
        } else {
            lines.add(
                "search",
                "by the authority, since the program cannot search for its first operation in linear time",
            );
        }
        let quits = self.quit_set(program).describe();
        for (number, reason) in quits.into_iter().chain(program.undecided(&self.names)).enumerate() {
            lines.add(if number == 0 { "undecided" } else { "" }, reason);
        }
        lines.add(
            "records",
            "each operation is made in all records of a block before the next; a record that stops is resumed by itself; one that \
             stays undecided falls back to the authority",
        );
        let kernels = operations.iter().filter(|line| line.is_kernel).count();
        let loops = operations.len() - kernels;
        let prefilter = if self.block_prefilter().is_some() { ", at most 1 for the prefilter" } else { "" };
        lines.add(
            "cost",
            format_args!(
                "a block: 1 pass for its newlines{prefilter}, {kernels} kernels and {loops} loops over its records; its columns: \
                 {} conversions",
                self.names.len()
            ),
        );
    }
}

#[cfg(test)]
mod tests {
    use parsimd_simd::Isa;

    use crate::{CustomType, Pattern};

    /// The explanation with one blank between words, but for the last line, which has what this machine has.
    fn explain(format: &str) -> String {
        let pattern = Pattern::builder(format).isa(Isa::Scalar).build().unwrap_or_else(|error| panic!("{error}"));
        let text = pattern.plan().explain();
        let (text, kernels) = text.trim_end().rsplit_once('\n').unwrap_or_default();
        assert!(kernels.starts_with("kernels      scalar, asked for by the caller; available: "), "{kernels}");
        assert!(kernels.ends_with("scalar"), "{kernels}");
        text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ") + "\n").collect()
    }

    #[test]
    fn a_pattern_with_a_program_is_explained_operation_by_operation() {
        let expected = r#"pattern "{ip} - - [{ts:th}] {status:d}{rest}", 4 fields
case ignored
authority regex, in linear time, one search a record
prefilter " - - [", which every match has: texts of 256 bytes or more are searched for it first; blocks are searched for it first, until one has it in 3 of 4 records: records without it are not matched
program 4 operations, for a record that must match as a whole:
1 kernel walk, search ip: any text, up to " - - ["
2 loop ts: a date as 21/Nov/2011:00:07:11 +0000, then "] "
3 kernel walk, integer status: an integer
4 kernel walk, to the end rest: the rest
search the same operations find the first match in a record, but:
4 loop rest: one character
undecided records that have, outside of ASCII, a digit, white space or ſ
ts: any other way of writing
status: a prefix 0x, 0o or 0b
status: any mismatch after it, since its end is ambiguous
records each operation is made in all records of a block before the next; a record that stops is resumed by itself; one that stays undecided falls back to the authority
cost a block: 1 pass for its newlines, at most 1 for the prefilter, 3 kernels and 1 loops over its records; its columns: 4 conversions
"#;
        assert_eq!(explain("{ip} - - [{ts:th}] {status:d}{rest}"), expected);
    }

    #[test]
    fn optional_parts_are_explained_with_what_stands_in_their_place() {
        let text = explain("{host} {prog}{:[}[{pid:d}]{:]}: {msg}");
        assert!(text.contains(
            r#"
2 kernels walk, loop prog: any text, up to "[" or ": "
3 kernels walk, loop ("[", pid: an integer, "]: ") or ": "
4 kernel walk, to the end msg: the rest
"#
        ));
        assert!(!text.contains("any mismatch after"), "{text}");
        let text = explain("{a:d}{:[} {b:d}{:]} {c}");
        let reason =
            r#"any mismatch after the optional part (" ", b: an integer, " ") or " ", which might have to be missing"#;
        assert!(text.contains(reason), "{text}");
    }

    #[test]
    fn optional_parts_that_have_no_program_say_why() {
        for (format, reason) in [
            (
                "{a:d}{:[} {b}{:]}",
                r#"the field "b" of an optional part has no literal after it that tells where it ends"#,
            ),
            ("{a}{:[}{b:d} {:]}: {c}", r#"the field "a" has no literal after it that tells where it ends"#),
            ("{a:d}{:[}{b:s|}{:]}", "an optional part may be empty where it is present"),
        ] {
            let text = explain(format);
            assert!(text.contains(&format!("program none, since {reason}")), "{text}");
        }
    }

    #[test]
    fn a_pattern_without_a_program_says_why() {
        let expected = r#"pattern "{} x{}{}", 3 fields
case ignored
authority regex, in linear time, one search a record
prefilter " x", which every match has: texts of 256 bytes or more are searched for it first; blocks are not, since there is no program
program none, since two fields of any text stand side by side
records matched one by one, by the authority
cost a block: 1 pass for its newlines, then a regex search a record; its columns: 3 conversions
"#;
        assert_eq!(explain("{} x{}{}"), expected);
    }

    #[test]
    fn a_type_that_is_no_automaton_says_why() {
        for (expression, line) in [
            (r"\d+", "a: an automaton of "),
            (r"^\d+", "none, since the field \"a\" has a type whose expression has an anchor or a word boundary"),
            (
                "(?:[ab]{1,1000}){1,1000}",
                "none, since the field \"a\" has a type whose expression has an automaton that is too large",
            ),
        ] {
            let own = CustomType { pattern: Some(expression.to_owned()), group_count: 0 };
            let pattern = Pattern::builder("{a:Own} {b}").custom_type("Own", own).build();
            let text = pattern.unwrap_or_else(|error| panic!("{error}")).plan().explain();
            assert!(text.contains(line), "{text}");
        }
    }

    #[test]
    fn what_only_looks_like_a_strptime_code_is_a_warning() {
        let text = explain("{day:%Y-%e} {at:%H:%M%%}");
        assert!(
            text.contains("\nwarning %e of day is no strptime code that is read: it stands for itself\n"),
            "{text}"
        );
        assert!(text.contains("\nwarning %% of at is no strptime code that is read: it stands for itself\n"), "{text}");
        assert!(!explain("{:%Y-%m-%d %H:%M:%S.%f%z}").contains("warning"));
    }

    #[test]
    fn every_instruction_set_says_its_name_and_who_chose_it() {
        for isa in Isa::available() {
            let pattern = Pattern::builder("{}").isa(isa).build().unwrap_or_else(|error| panic!("{error}"));
            let line = format!("\nkernels      {isa}, asked for by the caller; ");
            assert!(pattern.plan().explain().contains(&line));
        }
        let pattern = Pattern::new("{}").unwrap_or_else(|error| panic!("{error}"));
        let who = if Isa::is_forced_by_env() { "asked for by PARSIMD_ISA" } else { "the best that this CPU has" };
        assert!(pattern.plan().explain().contains(who));
    }
}
