//! Why texts do not match: what would, and how both are drawn. The cases are those of `tests/cases/mismatches.toml`.

use parsimd::{Hint, Mismatch, Pattern};
use serde::Deserialize;

use crate::common::{pattern, share};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    pattern: String,
    text: String,
    help: Option<String>,
    suggestion: Option<String>,
    width: Option<usize>,
    drawing: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cases {
    case: Vec<Case>,
}

fn cases() -> Vec<Case> {
    toml::from_str::<Cases>(include_str!("../cases/mismatches.toml")).unwrap_or_else(|error| panic!("{error}")).case
}

fn explain(pattern: &Pattern, text: &str) -> (Mismatch, Option<Hint>) {
    let why = pattern.explain_mismatch(text).ok().flatten().expect("it does not match");
    let hint = pattern.hint(&why, text);
    (why, hint)
}

/// How much of a pattern is left where it stops in a text; `None` where it matches.
fn left(format: &str, text: &str) -> Option<usize> {
    let why = pattern(format).explain_mismatch(text).expect("it can be asked")?;
    Some(format.len() - why.matched)
}

#[test]
fn what_would_match_is_said() {
    for case in cases() {
        let (_, hint) = explain(&pattern(&case.pattern), &case.text);
        if case.drawing.is_none() || case.help.is_some() {
            assert_eq!(hint.as_ref().map(|hint| hint.message.clone()), case.help, "{}", case.name);
            assert_eq!(hint.and_then(|hint| hint.pattern), case.suggestion, "{}", case.name);
        }
    }
}

#[test]
fn a_drawing_has_the_place_in_both_and_the_help() {
    let mut drawn = 0;
    for case in cases() {
        let Some(expected) = case.drawing else { continue };
        let (why, hint) = explain(&pattern(&case.pattern), &case.text);
        let drawing = why.draw(&case.pattern, &case.text).width(case.width.unwrap_or(100));
        let drawing = hint.map_or(drawing.clone(), |hint| drawing.help(hint)).to_string();
        assert_eq!(drawing, expected.trim_end(), "{}:\n{drawing}", case.name);
        drawn += 1;
    }
    assert!(drawn > 5);
}

/// Every pattern of the cases with every text.
fn pairs() -> Vec<(String, String)> {
    let (formats, texts): (Vec<_>, Vec<_>) = cases().into_iter().map(|case| (case.pattern, case.text)).unzip();
    let more = ["é: 5", "INFO [x] a=b", "\u{feff}1", "- - -", "1.2.3.4 \"a b\" 12ms 7KiB", "\r\n", "a\rb: 1"]
        .map(str::to_owned);
    let texts: Vec<String> = texts.into_iter().chain(more).collect();
    formats.iter().flat_map(|format| texts.iter().map(|text| (format.clone(), text.clone()))).collect()
}

#[test]
fn a_pattern_that_is_suggested_comes_further_in_the_text() {
    let mut suggested = 0;
    let pairs = share(pairs().into_iter().step_by(7).collect());
    let tried = pairs.len();
    for (format, text) in pairs {
        let pattern = Pattern::new(&format).unwrap();
        let Some(why) = pattern.explain_mismatch(&text).unwrap() else { continue };
        let Some(better) = pattern.hint(&why, &text).and_then(|hint| hint.pattern) else { continue };
        suggested += 1;
        let further = left(&better, &text).is_none_or(|left| left < format.len() - why.matched);
        assert!(further, "{better:?} for {format:?} on {text:?}");
        // What takes any text goes on to the end, and says nothing of how far it came.
        let again = Pattern::new(&better).unwrap().explain_mismatch(&text).unwrap();
        let further = again.is_none_or(|again| again.offset > why.offset || why.offset == text.len());
        assert!(further, "{better:?} for {format:?} on {text:?} comes no further in the text");
    }
    assert!(20 * suggested > tried, "{suggested} of {tried}");
}

#[test]
fn a_drawing_is_as_wide_as_it_was_told_and_has_no_control_character() {
    for (format, text) in share(pairs()) {
        let (format, text) =
            (format!("{}{format}", "ab ".repeat(50)), format!("{}{text}{}", "ab ".repeat(50), "cd".repeat(300)));
        let Some(why) = Pattern::new(&format).unwrap().explain_mismatch(&text).unwrap() else { continue };
        for width in [40, 60, 100, 2000] {
            let drawing = why.draw(&format, &text).width(width).to_string();
            assert!(!drawing.contains(|c: char| c.is_control() && c != '\n'), "{drawing:?}");
            for line in drawing.lines().skip(1).filter(|line| line.is_ascii()) {
                assert!(line.len() <= width, "{} > {width}:\n{drawing}", line.len());
            }
        }
    }
}

#[test]
fn what_is_said_of_a_pattern_of_several_lines_is_one_line() {
    for format in ["{a:w} [{m}\n{r}", "{a:w} {b:%H\n%M}", "{a:w}\n{b:d|\u{202e}}"] {
        let pattern = Pattern::new(format).unwrap();
        for text in ["up", "up x", "up\nx"] {
            let Some(why) = pattern.explain_mismatch(text).unwrap() else { continue };
            let hint = pattern.hint(&why, text).map_or(String::new(), |hint| hint.message);
            for said in [why.to_string(), hint] {
                assert!(!said.contains(|c: char| c.is_control() || c == '\u{202e}'), "{said:?}");
            }
        }
    }
}

#[test]
fn colors_are_asked_for() {
    let why = Pattern::new("{a:d}").unwrap().explain_mismatch("x").unwrap().unwrap();
    let drawing = why.draw("{a:d}", "x");
    assert!(!drawing.to_string().contains('\u{1b}'));
    assert!(drawing.color(true).to_string().contains("\u{1b}["));
}

#[test]
fn case_that_counts_is_said_to_count() {
    let pattern = Pattern::builder("INFO {x:d}").case_sensitive(true).build().unwrap();
    let (_, hint) = explain(&pattern, "info 5");
    assert_eq!(hint.unwrap().message, "it matches where case is ignored: this pattern is case sensitive");
}

#[test]
fn of_a_long_text_nothing_is_said() {
    let (_, hint) = explain(&Pattern::new("{a:d}").unwrap(), &"x".repeat(65537));
    assert_eq!(hint, None);
    let (_, hint) = explain(&Pattern::new("{a:d}").unwrap(), &"x".repeat(65536));
    assert!(hint.is_some());
}

#[test]
fn an_error_in_a_pattern_is_one_line_and_drawn_when_asked() {
    let error = Pattern::new("{when:ti} é日 {count:int}").unwrap_err();
    assert_eq!(error.to_string(), "format spec \"int\" not recognised: column 21: did you mean d? (an integer)");
    let drawing = "\
error: format spec \"int\" not recognised
 --> pattern:1:21
  |
1 | {when:ti} é日 {count:int}
  |                      ^^^
  |
  = help: did you mean d? (an integer)";
    assert_eq!(format!("{error:#}"), drawing);
    assert_eq!(error.draw().unwrap().to_string(), drawing);
    let grok = Pattern::new("%{IP:client} x").unwrap_err().to_string();
    assert!(grok.ends_with("this looks like a grok pattern: formats.grok makes a pattern of it"), "{grok}");
    let other = parsimd::TimeZone::new("Mars").unwrap_err();
    assert!(other.draw().is_none());
    assert_eq!(format!("{other:#}"), other.to_string());
}

#[test]
fn a_reason_of_another_text_or_pattern_gives_no_hint() {
    let of = |format: &str, text: &str| {
        let why = pattern(format).explain_mismatch(text).unwrap_or_else(|error| panic!("{error}"));
        why.unwrap_or_else(|| panic!("{format:?} matches {text:?}"))
    };
    // It points into a character of the text, and past the pattern.
    for (why, format, text) in
        [(of("{a:d}", "1x"), "{a:d}", "é"), (of("{a:d} and {b:d} of {c:d}", "1 and 2 of x"), "{a:d}", "1 and 2 of x")]
    {
        assert_eq!(pattern(format).hint(&why, text), None, "{format}: {text}");
    }
    // Whatever is said of these, nothing panics.
    for (format, text) in [("é {a:d}", "é y é"), ("{é}", "y"), ("", ""), ("x{a}é", "xx é")] {
        let _ = pattern(format).hint(&of("xx {a:d}", "xx y"), text);
    }
}
