//! A plan in words, to be read, and to be put in a report of a fault.

use std::fmt::{self, Write};

use parsimd_simd::Isa;

use super::{IsaChoice, LONG, Plan, program::quote};

/// How wide the first column is.
const LABEL: usize = 12;

/// Lines with a label in front of them.
struct Lines(String);

impl Lines {
    fn add(&mut self, label: &str, text: impl fmt::Display) {
        // Writing to a String cannot fail.
        let _ = writeln!(self.0, "{label:<LABEL$} {text}");
    }
}

impl Plan {
    /// The decisions and their reasons, a line each, with a label in front: which regular expression engine is the authority, what is looked
    /// for before anything else, the operations of the program and what makes each of them, what goes to the regular expression
    /// after all, about what a block costs, and which instruction set is used.
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
        self.explain_matcher(&mut lines);
        self.explain_program(&mut lines);
        let choice = match self.isa_choice {
            IsaChoice::Caller => "asked for by the caller",
            IsaChoice::Environment => "asked for by PARSIMD_ISA",
            IsaChoice::Best => "the best that this CPU has",
        };
        let available: Vec<_> = Isa::available().into_iter().map(Isa::name).collect();
        lines.add("kernels", format_args!("{}, {choice}; available: {}", self.isa(), available.join(", ")));
        lines.0
    }

    fn explain_matcher(&self, lines: &mut Lines) {
        match &self.matcher {
            Ok(matcher) if matcher.is_linear() => lines.add("matcher", "regex, in linear time, one search per record"),
            Ok(_) => lines.add("matcher", "fancy-regex, since a repeated name or lookaround needs backtracking"),
            Err(error) => lines.add("matcher", format_args!("external only, since {error}")),
        }
        match (&self.external, self.external_only) {
            (None, _) => {}
            (Some(_), true) => lines.add("external", "asked about every text, as the caller wants it"),
            (Some(_), false) => lines.add("external", "asked where the engine here is not exact"),
        }
        let required = self.matcher.as_ref().ok().and_then(|matcher| matcher.required(true));
        match required {
            Some(required) => {
                let begins = if required.leads() { ", and begins with it" } else { "" };
                let literal = quote(required.literal());
                lines.add(
                    "required",
                    format_args!(
                        "every match in ASCII has {literal}{begins}: looked for first in texts of {LONG} bytes or more"
                    ),
                );
            }
            None => lines.add("required", "none, since no literal is in every match, or the engine does not say"),
        }
    }

    fn explain_program(&self, lines: &mut Lines) {
        let program = match &self.program {
            Err(why) => {
                lines.add("program", format_args!("none, since {why}"));
                lines.add("records", "each is matched by itself, by the matcher");
                lines.add(
                    "cost",
                    format_args!(
                        "a block: 1 pass for its newlines, then a search of the expression for each record; its columns: {} \
                         conversions",
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
        match program.anchor() {
            Some(anchor) => lines.add(
                "anchor",
                format_args!(
                    "{}, the longest literal: blocks are searched for it first, and records without it are not looked at, until \
                     a block shows it in three of four records",
                    quote(anchor)
                ),
            ),
            None => lines.add("anchor", "none, since no literal has 4 bytes or more: every record is walked"),
        }
        let operations = program.lines(true, &self.names);
        lines.add("program", format_args!("{} operations, for a record that must match as a whole:", operations.len()));
        for (number, line) in operations.iter().enumerate() {
            lines.add("", format_args!("{:>2}  {:<20}  {}", number + 1, line.how, line.what));
        }
        if program.can_search() {
            let changed = program.lines(false, &self.names).into_iter().enumerate().zip(&operations);
            let changed: Vec<_> = changed.filter(|((_, found), whole)| found.what != whole.what).collect();
            let but = if changed.is_empty() { "" } else { ", but:" };
            lines.add("search", format_args!("the first match in a record is found by the same operations{but}"));
            for ((number, line), _) in changed {
                lines.add("", format_args!("{:>2}  {:<20}  {}", number + 1, line.how, line.what));
            }
        } else {
            lines.add(
                "search",
                "by the matcher, since the program cannot look in linear time for what the pattern begins with",
            );
        }
        let foreign = self.foreign(program).describe();
        for (number, reason) in foreign.into_iter().chain(program.undecided(&self.names)).enumerate() {
            lines.add(if number == 0 { "left to it" } else { "" }, reason);
        }
        lines.add(
            "records",
            "walked together, each operation in all of a block before the next; a record that stops is taken up by itself, where it \
             stopped, by the same program",
        );
        let kernels = operations.iter().filter(|line| line.is_kernel).count();
        let loops = operations.len() - kernels;
        let anchor = if program.anchor().is_some() { ", at most 1 for the anchor" } else { "" };
        lines.add(
            "cost",
            format_args!(
                "a block: 1 pass for its newlines{anchor}; walking its records: {kernels} kernels, {loops} \
                 loops; its columns: {} conversions",
                self.names.len()
            ),
        );
    }
}

#[cfg(test)]
mod tests {
    use parsimd_simd::Isa;

    use crate::Pattern;

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
matcher regex, in linear time, one search per record
required every match in ASCII has " - - [": looked for first in texts of 256 bytes or more
anchor " - - [", the longest literal: blocks are searched for it first, and records without it are not looked at, until a block shows it in three of four records
program 4 operations, for a record that must match as a whole:
1 kernel walk, search ip: any text, up to " - - ["
2 loop ts: a date as 21/Nov/2011:00:07:11 +0000, then "] "
3 kernel walk, integer status: an integer
4 kernel walk, to the end rest: the rest
search the first match in a record is found by the same operations, but:
4 loop rest: one character
left to it records that have, outside of ASCII, a digit, white space or ſ
ts: any other way of writing
status: a prefix 0x, 0o or 0b
status: a failure behind it, which it might have taken another text for
records walked together, each operation in all of a block before the next; a record that stops is taken up by itself, where it stopped, by the same program
cost a block: 1 pass for its newlines, at most 1 for the anchor; walking its records: 3 kernels, 1 loops; its columns: 4 conversions
"#;
        assert_eq!(explain("{ip} - - [{ts:th}] {status:d}{rest}"), expected);
    }

    #[test]
    fn a_pattern_without_a_program_says_why() {
        let expected = r#"pattern "{} x{}{}", 3 fields
case ignored
matcher regex, in linear time, one search per record
required every match in ASCII has " x": looked for first in texts of 256 bytes or more
program none, since two fields of any text stand side by side
records each is matched by itself, by the matcher
cost a block: 1 pass for its newlines, then a search of the expression for each record; its columns: 3 conversions
"#;
        assert_eq!(explain("{} x{}{}"), expected);
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
