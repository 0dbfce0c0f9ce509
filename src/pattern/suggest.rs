//! What was probably meant by a type that the language does not have.
//!
//! A format comes from a person, who knows the types of other languages: `{age:int}`, `{name:str}`, `{day:YYYY-MM-DD}`. An error that lists all
//! types leaves the search to that person. So the usual names of other languages are written down here, each with the type that serves it.
//!
//! The answer is the part of an error that says what to do. It names what to write, and is `None` where nothing is known: then the error
//! lists the types.

use super::types;

/// Names that other languages have, in lower case; the code that serves them, and what that reads.
static NAMES: &[(&[&str], &str, &str)] = &[
    (&["int", "integer", "i", "u", "long", "digit", "digits", "int64", "i64", "u64"], "d", "an integer"),
    (&["float", "double", "real", "fixed", "float64", "f64"], "f", "a number with a point; g reads any number"),
    (&["number", "numeric", "num"], "g", "any number; d reads integers alone"),
    (&["decimal"], "F", "an exact decimal number"),
    (&["hex"], "x", "hexadecimal digits"),
    (&["oct", "octal"], "o", "octal digits"),
    (&["bin", "binary"], "b", "binary digits"),
    (&["percent", "percentage"], "%", "a percentage"),
    (&["word", "identifier", "ident"], "w", "letters, digits and _"),
    (&["letter", "letters", "alpha"], "l", "letters"),
    (&["space", "spaces", "whitespace", "blank", "ws"], "s", "white space"),
    (&["nonspace", "notspace"], "S", "text without white space"),
    (&["datetime", "timestamp", "timestamp_iso8601", "stamp"], "t", "a date and time in any usual layout"),
    (&["date", "iso", "iso8601", "rfc3339"], "ti", "ISO 8601; t reads a date and time in any usual layout"),
    (&["time", "clock"], "tt", "a time of day"),
    (&["epoch", "unix", "unixtime", "posix"], "tu", "Unix time"),
    (&["duration", "timedelta", "elapsed", "interval"], "dur", "a duration such as 1.5s or 2m3s"),
    (&["bytes", "filesize", "bytesize"], "size", "a number of bytes such as 512 or 10KiB"),
    (&["ipv4", "ipv6", "ipaddr", "ipaddress", "addr", "inet"], "ip", "an IPv4 or IPv6 address"),
    (&["boolean", "flag", "yesno"], "bool", "true or false, yes or no, on or off, 1 or 0"),
    (&["quoted", "quotedstring", "qs"], "q", "a text that may stand in quotes"),
    (&["logfmt", "keyvalue", "pairs", "map", "dict"], "kv", "pairs such as level=info took=5ms"),
    (&["greedy", "rest"], "*", "as much text as possible"),
    (&["http", "httpdate", "clf", "apache", "nginx"], "th", "the date of an access log"),
    (&["syslog"], "ts", "the date of syslog"),
    (&["ctime"], "tc", "the date of C's ctime"),
    (&["rfc2822", "email", "mail"], "te", "the date of an e-mail"),
];

/// Names of types for any text, which is what a field without a type is for.
static TEXT: &[&str] = &["str", "string", "text", "any", "char", "chars", "data", "greedydata"];

/// What to write instead of the unknown type `kind`. `custom` are the names of the caller's own types.
pub fn suggestion<'a>(kind: &str, custom: impl IntoIterator<Item = &'a str>) -> Option<String> {
    if let Some(brace) = kind.find('{') {
        return Some(match kind[..brace].trim_end() {
            "" => {
                "a spec cannot hold a field: write the width as a number, or close this field with } first".to_owned()
            }
            before => format!("a }} is missing after {before:?}: a field ends before the next one begins"),
        });
    }
    if let Some(name) = custom.into_iter().find(|name| is_near(kind, name)) {
        return Some(format!("did you mean {name}, a type of your own?"));
    }
    let lower = kind.to_lowercase();
    if TEXT.contains(&lower.as_str()) {
        return Some("did you mean no type, for any text, or S, for text without white space?".to_owned());
    }
    if let Some((_, code, what)) = NAMES.iter().find(|(names, ..)| names.contains(&lower.as_str())) {
        return Some(format!("did you mean {code}? ({what})"));
    }
    let code = kind.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    if code.len() < kind.len() && types::is_code(code) {
        return Some(format!("did you mean {}{code}? (the width stands before the type)", &kind[code.len()..]));
    }
    if kind.contains('%') {
        return Some(format!("the strptime codes are {}", types::strptime_codes()));
    }
    if lower.contains("yy") {
        return Some("write a date with strptime codes, as in %Y-%m-%d".to_owned());
    }
    if kind.starts_with("kv(") {
        return Some("a list of keys ends with ), as in kv(level,took:dur)".to_owned());
    }
    if kind.contains(['\\', '[', '(', '*', '+', '?', '|']) {
        return Some("a regular expression is the pattern of a type of your own".to_owned());
    }
    if types::is_code(&lower) {
        return Some(format!("did you mean {lower}?"));
    }
    if let Some(code) = without_doubled_letter(kind).find(|code| types::is_code(code)) {
        return Some(did_you_mean(&code));
    }
    let near = NAMES.iter().find(|(names, code, _)| names.iter().chain([code]).any(|name| is_near(kind, name)));
    near.map(|(_, code, what)| format!("did you mean {code}? ({what})"))
}

/// The texts that differ from this one in a letter that stands twice there.
fn without_doubled_letter(text: &str) -> impl Iterator<Item = String> {
    let doubled = text.char_indices().zip(text.chars().skip(1)).filter(|((_, c), next)| c == next);
    doubled.map(|((at, c), _)| format!("{}{}", &text[..at], &text[at + c.len_utf8()..]))
}

fn did_you_mean(code: &str) -> String {
    let what = about(code).map_or(String::new(), |what| format!(" ({what})"));
    format!("did you mean {code}?{what}")
}

/// What a type reads, in a few words.
pub(crate) fn about(code: &str) -> Option<String> {
    let what = match code {
        "n" => "digits in groups, as in 1,234",
        "tg" => "a date with the day first",
        "ta" => "a date with the month first",
        _ => NAMES.iter().find(|(_, other, _)| *other == code)?.2,
    };
    Some(what.split(';').next().unwrap_or(what).to_owned())
}

/// As [`suggestion`], where the spec begins at byte `start` of `format`: what stands before it may be of another language.
pub(super) fn suggestion_at<'a>(
    format: &str,
    start: usize,
    kind: &str,
    custom: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    let before = format.get(..start).unwrap_or_default();
    let is_grok = before.rfind('{').is_some_and(|brace| before[..brace].ends_with('%'));
    let other = if is_grok { other_language(format) } else { None };
    other.map(str::to_owned).or_else(|| suggestion(kind, custom))
}

/// What to do where a format is written in another language than that of patterns, whose characters stand for themselves here.
pub fn other_language(format: &str) -> Option<&'static str> {
    let after = |mark: &str, is_next: fn(char) -> bool| {
        format.match_indices(mark).any(|(at, _)| format[at + mark.len()..].starts_with(is_next))
    };
    let has_any = |texts: &[&str]| texts.iter().any(|text| format.contains(text));
    if has_any(&["%>s", "%h %l", "%{Referer}i", "\"%r\""]) {
        return Some("this looks like a LogFormat of Apache: formats.apache makes a pattern of it");
    }
    if after("%{", |c| c.is_ascii_uppercase()) {
        return Some("this looks like a grok pattern: formats.grok makes a pattern of it");
    }
    // Every field of a dissect pattern is written so.
    let has_dissect = after("%{", |c| c.is_ascii_lowercase() || matches!(c, '+' | '?' | '&' | '*'));
    if has_dissect && format.matches('{').count() == format.matches("%{").count() {
        return Some("this looks like a dissect pattern: formats.dissect makes a pattern of it");
    }
    if after("$", |c| c.is_ascii_lowercase())
        && has_any(&["$remote_", "$request", "$status", "$time_", "$http_", "$body_"])
    {
        return Some("this looks like a log_format of nginx: formats.nginx makes a pattern of it");
    }
    let classes = ["\\d", "\\w", "\\s", "\\S"].map(|class| after(class, |c| matches!(c, '+' | '*' | '?' | '{' | ')')));
    let other_marks = ["(?", ".*", ".+", "[^", "[0-9", "[a-z", "[A-Z", "\\["];
    if format.starts_with('^') || classes.contains(&true) || has_any(&other_marks) {
        return Some(
            "this looks like a regular expression, whose characters stand for themselves here: a field is {n:d}, and a type of your own has an expression",
        );
    }
    let literals = outside_fields(format);
    if ["%Y", "%H:%M", "%d/%b", "%b %d", "%m/%d"].iter().any(|codes| literals.contains(codes)) {
        return Some("strptime codes stand in a field, as in {when:%Y-%m-%d}");
    }
    let is_printf = |c| matches!(c, 's' | 'd' | 'i' | 'u' | 'f' | 'x');
    if literals.match_indices('%').any(|(at, _)| literals[at + 1..].starts_with(is_printf)) {
        return Some(
            "this looks like a format of printf: a field is {} for any text, {:d} for an integer, {:f} for a float",
        );
    }
    None
}

/// The text of a format without its fields.
fn outside_fields(format: &str) -> String {
    let (mut text, mut depth) = (String::new(), 0u32);
    let mut characters = format.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            // A brace that stands for itself.
            '{' | '}' if depth == 0 && characters.peek() == Some(&c) => text.extend(characters.next()),
            '{' => depth += 1,
            '}' => {
                depth = depth.saturating_sub(1);
                // What stands before a field and what follows it are no neighbours.
                text.push('\0');
            }
            c if depth == 0 => text.push(c),
            _ => {}
        }
    }
    text
}

/// Whether two names differ in no more than case, or in one character that is other, missing, added or swapped with its neighbour.
///
/// Of names of one or two characters each is near every other, so these must be equal but for case.
pub fn is_near(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.to_lowercase().chars().collect(), b.to_lowercase().chars().collect());
    let start = a.iter().zip(&b).take_while(|(a, b)| a == b).count();
    let (a_rest, b_rest) = (&a[start..], &b[start..]);
    let is_one_edit = match (a_rest, b_rest) {
        ([], []) => return true,
        ([a1, a2, a_end @ ..], [b1, b2, b_end @ ..]) if a1 == b2 && a2 == b1 && a_end == b_end => true,
        ([_, a_end @ ..], [_, b_end @ ..]) if a_end == b_end => true,
        ([_, a_end @ ..], b_rest) if a_end == b_rest => true,
        (a_rest, [_, b_end @ ..]) => a_rest == b_end,
        _ => false,
    };
    is_one_edit && a.len().min(b.len()) > 2
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(kind: &str) -> String {
        suggestion(kind, ["Severity", "Id"]).unwrap_or_default()
    }

    #[test]
    fn a_name_of_another_language_is_answered_with_the_type_that_serves_it() {
        for (kind, code) in [
            ("int", "d"),
            ("Integer", "d"),
            ("i", "d"),
            ("float", "f"),
            ("number", "g"),
            ("decimal", "F"),
            ("hex", "x"),
            ("percent", "%"),
            ("word", "w"),
            ("datetime", "t"),
            ("time", "tt"),
            ("clf", "th"),
            ("syslog", "ts"),
        ] {
            assert!(told(kind).starts_with(&format!("did you mean {code}? (")), "{kind}: {}", told(kind));
        }
        assert!(told("str").starts_with("did you mean no type, for any text"));
    }

    #[test]
    fn every_name_leads_to_a_type_that_there_is_and_is_none_itself() {
        for (names, code, _) in NAMES {
            assert!(types::is_known(code), "{code}");
            assert!(names.iter().all(|name| !types::is_known(name) && **name == name.to_lowercase()), "{names:?}");
        }
    }

    #[test]
    fn a_field_that_is_not_closed_is_told_by_the_brace_that_is_missing() {
        assert!(told("w {ms:d").starts_with("a } is missing after \"w\""));
        assert!(told("{w").starts_with("a spec cannot hold a field"));
    }

    #[test]
    fn a_slip_in_the_name_of_a_type_of_ones_own_is_answered_with_the_name() {
        for kind in ["severity", "Severty", "Severityy", "Sevreity", "Seveirty", "Xeverity"] {
            assert_eq!(told(kind), "did you mean Severity, a type of your own?", "{kind}");
        }
        assert!(!told("Sevty").contains("Severity"), "two characters are missing");
        assert_eq!(told("id"), "did you mean Id, a type of your own?");
        assert!(!told("Ix").contains("Id"), "of two characters one is half of the name");
    }

    #[test]
    fn a_spec_that_is_written_in_another_way_is_answered_with_the_way_of_this_language() {
        assert!(told("d5").starts_with("did you mean 5d?"));
        assert!(told("f.2").starts_with("did you mean .2f?"));
        assert!(told("%Z").starts_with("the strptime codes are %a %A"));
        assert!(told("YYYY-MM-DD").contains("%Y-%m-%d"));
        assert!(told(r"\d+").contains("a type of your own"));
        assert_eq!(told("L"), "did you mean l?");
        assert_eq!(told("ipp"), "did you mean ip? (an IPv4 or IPv6 address)");
        for (kind, code) in [("iip", "ip"), ("dd", "d"), ("tii", "ti"), ("kvv", "kv"), ("tuu", "tu")] {
            assert!(told(kind).starts_with(&format!("did you mean {code}?")), "{kind}: {}", told(kind));
        }
    }

    #[test]
    fn a_format_of_another_tool_is_told_from_a_pattern() {
        for (format, tool) in [
            ("%{IP:client} %{WORD}", "grok"),
            ("%{ip} %{+time}", "dissect"),
            ("%h %l %u %t \"%r\" %>s", "Apache"),
            ("%{Referer}i %>s", "Apache"),
            ("$remote_addr [$time_local]", "nginx"),
            (r"\d+ (.*)", "regular expression"),
            ("(?P<x>a)", "regular expression"),
            ("^{a}$", "regular expression"),
            ("%Y-%m-%d", "strptime"),
            ("{{%Y}} {a:%d}", "strptime"),
            ("%s: %d", "printf"),
        ] {
            assert!(other_language(format).is_some_and(|what| what.contains(tool)), "{format}");
        }
        for pattern in [
            "{a} {b:d}",
            "{p:d}% of {x}",
            "{cpu:d}%{rest}",
            "{p:d}%. {m}",
            r"C:\data\windows",
            "costs {n}$",
            "US$ {n:d}",
            "[{a}] (x) a|b",
            "1.5 * {a}",
            "{time:%y/%m/%d %H:%M:%S} {what} took {n:d}",
            "{day:%Y-%m-%d}{n:d}",
            "{a:%d} {b:x}",
        ] {
            assert_eq!(other_language(pattern), None, "{pattern}");
        }
    }

    #[test]
    fn every_type_that_a_hint_names_is_told_in_words() {
        for code in [
            "th", "ti", "te", "tg", "ta", "tc", "ts", "t", "tu", "tt", "ip", "d", "g", "n", "%", "bool", "dur", "size",
            "q", "w", "S",
        ] {
            assert!(about(code).is_some_and(|what| !what.is_empty()), "{code}");
        }
    }

    #[test]
    fn what_is_like_nothing_has_no_answer() {
        assert_eq!(suggestion("y", ["Severity"]), None);
        assert_eq!(suggestion("é", []), None);
    }
}
