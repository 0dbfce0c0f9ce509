//! Programs, walks and single calls beside the regex.

use super::{super::*, Bytes, Case, call, formatted::Formatted};

/// A format of all that the language has, and records that it matches or nearly does.
pub struct ProgramVsRegex {
    formatted: Formatted,
    case_sensitive: bool,
    records: Vec<String>,
}

impl ProgramVsRegex {
    /// One record, and all of them in one text.
    fn texts(&self) -> [String; 2] {
        [self.records[0].clone(), self.records.concat()]
    }
}

impl Case for ProgramVsRegex {
    fn read(bytes: &mut Bytes<'_>) -> Self {
        let formatted = Formatted::read(bytes);
        let case_sensitive = bytes.ratio(1, 3);
        let records = (0..bytes.int(1..=8)).map(|_| formatted.record(bytes)).collect();
        ProgramVsRegex { formatted, case_sensitive, records }
    }

    fn check(&self) {
        let ProgramVsRegex { formatted: Formatted { format, custom, .. }, case_sensitive, records } = self;
        let records: Vec<&str> = records.iter().map(String::as_str).collect();
        program_and_regex(format, *case_sensitive, custom, &records);
        for text in self.texts() {
            single_and_regex(format, *case_sensitive, custom, &text);
        }
    }

    fn calls(&self) -> Vec<String> {
        let ProgramVsRegex { formatted: Formatted { format, custom, .. }, case_sensitive, records } = self;
        let pattern = format!("{format:?}, {case_sensitive}, {custom:?}");
        let single = |text: &String| call("single_and_regex", &[pattern.clone(), format!("{text:?}")]);
        let mut calls = vec![call("program_and_regex", &[pattern.clone(), format!("&{records:?}")])];
        calls.extend(self.texts().iter().map(single));
        calls
    }
}
