//! Any text as a pattern, and as a format of another tool.

use super::{Bytes, Case, call};

/// The first bit says whether case counts, and what follows is the pattern.
pub struct AnyPattern {
    case_sensitive: bool,
    text: String,
}

impl Case for AnyPattern {
    fn read(bytes: &mut Bytes<'_>) -> Self {
        AnyPattern { case_sensitive: bytes.byte() & 1 == 1, text: bytes.rest_as_text().to_owned() }
    }

    fn check(&self) {
        super::super::pattern_or_error(&self.text, self.case_sensitive);
    }

    fn calls(&self) -> Vec<String> {
        vec![call("pattern_or_error", &[format!("{:?}", self.text), self.case_sensitive.to_string()])]
    }
}

/// The first byte chooses the tool, and what follows is the text.
pub struct AnyFormat {
    tool: &'static str,
    text: String,
}

impl Case for AnyFormat {
    fn read(bytes: &mut Bytes<'_>) -> Self {
        let tool = ["nginx", "apache", "dissect", "grok", "w3c"][usize::from(bytes.byte() % 5)];
        AnyFormat { tool, text: bytes.rest_as_text().to_owned() }
    }

    fn check(&self) {
        super::super::converted_format(self.tool, &self.text);
    }

    fn calls(&self) -> Vec<String> {
        vec![call("converted_format", &[format!("{:?}", self.tool), format!("{:?}", self.text)])]
    }
}
