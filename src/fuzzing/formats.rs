//! Any text as a pattern, and as a format of another tool.

use crate::{Error, Pattern, formats, pattern::tokens_concatenate};

/// A text is a pattern, or an error that says where; its tokens are the text. A pattern explains itself, and the text that does not match it.
pub fn pattern_or_error(text: &str, case_sensitive: bool) {
    assert!(tokens_concatenate(text), "the tokens of {text:?} are not the text");
    let pattern = match Pattern::builder(text).case_sensitive(case_sensitive).build() {
        Ok(pattern) => pattern,
        Err(error) => return points_into(&error, text),
    };
    assert_eq!(pattern.format(), text);
    assert!(!pattern.plan().explain().is_empty());
    assert_eq!(pattern.schema().len(), pattern.schema().columns().len());
    // It may match itself; if not, there is a reason, which stands in it.
    match pattern.explain_mismatch(text) {
        Ok(Some(why)) => {
            let place = why.offset..why.offset + why.found.len();
            assert_eq!(text.get(place.clone()), Some(&why.found[..]), "{place:?} of {text:?}");
            assert!(text.get(why.span.clone()).is_some(), "{:?} of {text:?}", why.span);
            assert!(!why.draw(text, text).to_string().is_empty());
        }
        Ok(None) => assert!(pattern.parse(text).is_ok_and(|found| found.is_some()), "{text:?} matches itself, or not"),
        Err(error) => assert!(error.is_limit(), "{text:?}: {error}"),
    }
}

/// A format of another tool is a pattern that compiles, or an error that says where. `tool` is one of `nginx`, `apache`, `dissect`, `grok` and `w3c`.
pub fn converted_format(tool: &str, text: &str) {
    let converted = match tool {
        "nginx" => formats::nginx(text),
        "apache" => formats::apache(text),
        "dissect" => formats::dissect(text),
        "grok" => formats::grok(text),
        "w3c" => formats::w3c(text),
        _ => panic!("no tool is called {tool}"),
    };
    match converted {
        Err(error) => points_into(&error, text),
        Ok(pattern) => match Pattern::new(&pattern) {
            // An expression may be too large to be compiled.
            Err(error) if error.is_limit() || error.is_regex() => {}
            Err(error) => panic!("{tool}: {text:?} became {pattern:?}: {error}"),
            Ok(compiled) => assert!(!compiled.fields().is_empty(), "{tool}: {text:?} became {pattern:?}"),
        },
    }
}

/// An error has words, and where it has a place, that can be drawn.
fn points_into(error: &Error, text: &str) {
    assert!(!error.to_string().is_empty());
    if error.is_syntax() {
        let span = error.span().unwrap_or_else(|| panic!("no place in {text:?}: {error}"));
        assert!(text.get(span.clone()).is_some(), "{span:?} of {text:?}: {error}");
        let drawing = error.draw().unwrap_or_else(|| panic!("no drawing of {text:?}: {error}"));
        assert!(!drawing.to_string().is_empty());
    }
}
