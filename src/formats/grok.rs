//! Grok patterns, of Logstash and many others.

use std::ops::Range;

use super::{dissect::is_name, writer::Writer};
use crate::error::Result;

/// The names that are a field, and the type of each.
const TYPES: &[(&str, &str)] = &[
    ("BASE10NUM", "g"),
    ("BASE16NUM", "x"),
    ("DATA", "|"),
    ("DAY", "w"),
    ("EMAILADDRESS", "S"),
    ("GREEDYDATA", "*|"),
    ("HOSTNAME", "S"),
    ("HOUR", "d"),
    ("HTTPDATE", "th"),
    ("HTTPDUSER", "S"),
    ("INT", "d"),
    ("IP", "ip"),
    ("IPORHOST", "S"),
    ("IPV4", "ip"),
    ("IPV6", "ip"),
    ("LOGLEVEL", "w"),
    ("MAC", "S"),
    ("MINUTE", "d"),
    ("MONTH", "w"),
    ("MONTHDAY", "d"),
    ("MONTHNUM", "d"),
    ("NONNEGINT", "d"),
    ("NOTSPACE", "S"),
    ("NUMBER", "g"),
    ("PATH", "S"),
    ("POSINT", "d"),
    ("PROG", ""),
    ("QS", "q"),
    ("QUOTEDSTRING", "q"),
    ("SECOND", "g"),
    ("SPACE", "s|"),
    ("SYSLOGHOST", "S"),
    ("SYSLOGTIMESTAMP", "t"),
    ("TIME", "tt"),
    ("TIMESTAMP_ISO8601", "t"),
    ("TTY", "S"),
    ("UNIXPATH", "S"),
    ("URI", "S"),
    ("URIHOST", "S"),
    ("URIPARAM", "S"),
    ("URIPATH", "S"),
    ("URIPATHPARAM", "S"),
    ("URIPROTO", "w"),
    ("USER", "S"),
    ("USERNAME", "S"),
    ("UUID", "S"),
    ("WINPATH", "S"),
    ("WORD", "w"),
    ("YEAR", "d"),
];

/// The names that stand for several fields.
const COMPOSED: &[(&str, &str)] = &[
    ("COMBINEDAPACHELOG", r#"%{COMMONAPACHELOG} "(?:%{DATA:referrer}|-|)" "(?:%{DATA:agent}|-|)""#),
    (
        "COMMONAPACHELOG",
        r#"%{IPORHOST:clientip} %{HTTPDUSER:ident} %{HTTPDUSER:auth} \[%{HTTPDATE:timestamp}\] "(?:%{WORD:verb} )?(?:%{DATA:request}|-|)(?: HTTP/%{NUMBER:httpversion})?" (?:%{INT:response}|-) (?:%{INT:bytes}|-)"#,
    ),
    ("HOSTPORT", "%{PROG:host}:%{POSINT:port}"),
    ("SYSLOGBASE", "%{SYSLOGTIMESTAMP:timestamp} (?:%{SYSLOGFACILITY} )?%{SYSLOGHOST:logsource} %{SYSLOGPROG}:"),
    ("SYSLOGFACILITY", r"<%{NONNEGINT:facility}\.%{NONNEGINT:priority}>"),
    ("SYSLOGLINE", "%{SYSLOGBASE} %{GREEDYDATA:message}"),
    ("SYSLOGPROG", r"%{PROG:program}(?:\[%{POSINT:pid}\])?"),
];

/// Regular expressions that are white space.
const BLANKS: &[&str] = &[r"\s+", " +"];

/// Regular expressions that are a field without a name, the longer of two first.
const RUNS: &[(&str, &str)] =
    &[(r"\s*", "s|"), (r"\S+", "S"), (r"\d+", "d"), (".*?", "|"), (".+?", ""), (".*", "*|"), (".+", "*")];

const CAN_SAY: &str = r"text, \. for a dot, %{NAME:field}, (?:…)? or \s+";

/// The pattern of a grok pattern: `%{IP:client} \[%{HTTPDATE:time}\] %{NUMBER:ms:float}(?: %{WORD:note})?`.
///
/// The usual names of grok are types: `NUMBER` is `g`, `TIMESTAMP_ISO8601` is `t`, `GREEDYDATA` is `*`, `QS` is `q`. `:int` and `:float` after a name are `d` and `g`. `[a][b]` is the name `a[b]`. `(?:…)?` is an optional
/// part; `(?:%{INT:n}|-)` is a field with a null text; `\s+` is white space. `^` and `$` at the ends are left out, since a pattern is the whole line. What grok
/// has as `rawrequest` of an access log, a request that is none, is `request`.
///
/// # Errors
/// [`Error::is_syntax`](crate::Error::is_syntax): nothing is a field; a name that is not known, any other regular expression, or two fields with nothing between them.
pub fn grok(pattern: &str) -> Result<String> {
    let mut reader = Reader { writer: Writer::new(pattern), parts: Vec::new() };
    reader.read(pattern, None)?;
    if let Some(begin) = reader.parts.pop() {
        return Err(reader.writer.error(begin..begin + 3, "a group without its end", ")?"));
    }
    reader.writer.finish("%{NAME:field}")
}

struct Reader<'a> {
    writer: Writer<'a>,
    /// Where the groups begin that are open.
    parts: Vec<usize>,
}

impl Reader<'_> {
    /// Reads `text`: the source, or what the name at `inside` stands for.
    fn read(&mut self, text: &str, inside: Option<Range<usize>>) -> Result<()> {
        let mut at = 0;
        while at < text.len() {
            let rest = &text[at..];
            let place = |length: usize| inside.clone().unwrap_or(at..at + length);
            let length = if rest.starts_with("%{") {
                self.name(rest, place(reference(rest)))?
            } else if let Some((reference, text)) = field_or_text(rest) {
                let length = "(?:|)".len() + reference.len() + text.len();
                self.field(reference, text, place(length))?;
                length
            } else if rest.starts_with("(?:") {
                self.parts.push(place(3).start);
                self.writer.open_part();
                3
            } else if rest.starts_with(")?") && self.parts.pop().is_some() {
                self.writer.close_part();
                2
            } else if (rest.starts_with('^') && at == 0 || rest == "$") && inside.is_none() {
                1
            } else {
                self.text(rest, place(rest.chars().next().map_or(0, char::len_utf8)))?
            };
            at += length;
        }
        Ok(())
    }

    /// Text that stands for itself, or a run of white space or of anything; and how long it is.
    fn text(&mut self, rest: &str, place: Range<usize>) -> Result<usize> {
        if let Some(run) = BLANKS.iter().find(|run| rest.starts_with(**run)) {
            self.writer.blanks();
            return Ok(run.len());
        }
        if let Some((run, spec)) = RUNS.iter().find(|(run, _)| rest.starts_with(run)) {
            self.writer.field("", spec, place)?;
            return Ok(run.len());
        }
        let mut chars = rest.chars();
        let (text, length) = match (chars.next(), chars.next()) {
            (Some('\\'), Some(c)) if c.is_ascii_punctuation() || c == ' ' => (c, 2),
            (Some(c), _) if !r"\.()[]{}*+?|^$".contains(c) => (c, c.len_utf8()),
            _ => return Err(self.writer.error(place, "a regular expression that a pattern cannot say", CAN_SAY)),
        };
        if let Some(quantifier @ ('*' | '+' | '?' | '{')) = rest[length..].chars().next() {
            return Err(self.writer.error(place, format!("a character with {quantifier} after it"), CAN_SAY));
        }
        self.writer.text(text.encode_utf8(&mut [0; 4]));
        Ok(length)
    }

    /// The reference at the start of `rest`, and how long it is.
    fn name(&mut self, rest: &str, place: Range<usize>) -> Result<usize> {
        let length = reference(rest);
        if !rest[..length].ends_with('}') {
            return Err(self.writer.error(place, "a reference without its end", "}"));
        }
        let inner = rest[..length].trim_start_matches("%{").trim_end_matches('}');
        let name = inner.split(':').next().unwrap_or_default();
        match COMPOSED.iter().find(|(known, _)| *known == name) {
            Some((_, text)) if !inner.contains(':') => self.read(text, Some(place))?,
            _ => self.field(&rest[..length], "", place)?,
        }
        Ok(length)
    }

    /// A field that `reference` names, with `nulls` behind its type.
    fn field(&mut self, reference: &str, nulls: &str, place: Range<usize>) -> Result<()> {
        let mut words = reference.trim_start_matches("%{").trim_end_matches('}').split(':');
        let (kind, name, cast) = (words.next().unwrap_or_default(), words.next().unwrap_or_default(), words.next());
        let Some(&(_, spec)) = TYPES.iter().find(|(known, _)| *known == kind) else {
            return Err(self.writer.error(
                place,
                format!("a name that is not known: {kind}"),
                "one of WORD NUMBER INT IP NOTSPACE DATA GREEDYDATA QS TIMESTAMP_ISO8601 HTTPDATE SYSLOGTIMESTAMP …",
            ));
        };
        let spec = match cast {
            None => spec,
            // A number or an address as it is written; times have blanks.
            Some("string") => match spec {
                "d" | "g" | "ip" | "tt" => "S",
                "t" | "th" => "",
                text => text,
            },
            Some("int" | "integer" | "long") => "d",
            Some("float" | "double") => "g",
            Some("boolean") => "bool",
            Some(_) => return Err(self.writer.error(place, "a type that is not known", "int, float or string")),
        };
        let name = dotted(name);
        if !is_name(&name) {
            return Err(self.writer.error(
                place,
                "no name that a field can have",
                "letters, digits and _, beginning with a letter",
            ));
        }
        let spec = if nulls.is_empty() { spec.to_owned() } else { format!("{}|{nulls}", spec.trim_end_matches('|')) };
        self.writer.field(&name, &spec, place)
    }
}

/// How long the reference at the start of `rest` is.
fn reference(rest: &str) -> usize {
    rest.find('}').map_or(rest.len(), |end| end + 1)
}

/// The reference and the text of `(?:%{NAME:field}|text)`, or the texts with `|` between.
fn field_or_text(rest: &str) -> Option<(&str, &str)> {
    let inner = rest.strip_prefix("(?:")?;
    let (reference, alternative) = inner.split_at(inner.starts_with("%{").then(|| reference(inner))?);
    let (text, after) = alternative.strip_prefix('|')?.split_once(')')?;
    let is_plain = !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_ |".contains(c));
    (is_plain && !after.starts_with('?')).then_some((reference, text))
}

/// `[a][b]` as `a[b]`.
fn dotted(name: &str) -> String {
    match name.strip_prefix('[').and_then(|inner| inner.split_once(']')) {
        Some((first, rest)) => format!("{first}{rest}"),
        None => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{api::Pattern, convert::Value};

    #[test]
    fn access_logs_have_the_fields_that_grok_gives_them() {
        let pattern = Pattern::new(&grok("%{COMBINEDAPACHELOG}").unwrap()).unwrap();
        let names = ["verb", "request", "httpversion", "response", "bytes", "referrer", "agent"];
        for (line, wanted) in [
            (
                r#"1.2.3.4 - - [10/Oct/2000:13:55:36 -0700] "GET /a HTTP/1.1" 200 5 "-" """#,
                ["GET", "/a", "1.1", "200", "5", "", ""],
            ),
            (
                r#"h - ada [10/Oct/2000:13:55:36 -0700] "HEAD /" 304 - "http://b/" "curl/8 (x)""#,
                ["HEAD", "/", "", "304", "", "http://b/", "curl/8 (x)"],
            ),
            (
                r#"1.2.3.4 - - [10/Oct/2000:13:55:36 -0700] "\x16\x03\x01" 400 226 "-" "-""#,
                ["", r"\x16\x03\x01", "", "400", "226", "", ""],
            ),
        ] {
            let found = pattern.parse(line).unwrap().unwrap_or_else(|| panic!("{line}"));
            let value = |name| match found.get(name).unwrap() {
                Some(Value::Text(text)) => text.to_owned(),
                Some(Value::Int(number)) => number.to_string(),
                Some(Value::Float(number)) => number.to_string(),
                Some(Value::Null) | None => String::new(),
                Some(other) => panic!("{name}: {other:?}"),
            };
            assert_eq!(names.map(value), wanted, "{line}");
        }
    }

    #[test]
    fn references_become_fields() {
        assert_eq!(
            grok(r"^%{IP:client} \[%{HTTPDATE:time}\] %{WORD} %{NUMBER:ms:float}(?: %{QS:note})?$").unwrap(),
            "{client:ip} [{time:th}] {:w} {ms:g}{:[} {note:q}{:]}"
        );
        assert_eq!(
            grok("%{SYSLOGLINE}").unwrap(),
            "{timestamp:t} {:[}<{facility:d}.{priority:d}> {:]}{logsource:S} {program}{:[}[{pid:d}]{:]}: {message:*|}"
        );
        assert_eq!(
            grok("%{INT:a:string} %{NUMBER:b:string} %{IP:c:string} %{TIMESTAMP_ISO8601:d:string}").unwrap(),
            "{a:S} {b:S} {c:S} {d}"
        );
        assert_eq!(
            grok(r"%{INT:a:int}\s+(?:%{INT:n}|-) %{GREEDYDATA:[log][text]}").unwrap(),
            "{a:d}{:s}{n:d|-} {log[text]:*|}"
        );
    }

    #[test]
    fn what_no_pattern_can_say_is_an_error_that_points_at_it() {
        for (pattern, span) in [
            ("%{WORD:a} [a-z]+", 10..11),
            ("%{NOPE:a}", 0..9),
            ("a (?:b", 2..5),
            ("a)? b", 1..2),
            ("%{WORD:a}%{WORD:b}", 0..18),
            ("%{INT:a:date}", 0..13),
            ("a.b", 1..2),
            ("ab+", 1..2),
            ("aé+", 1..3),
            ("a %{INT:n", 2..9),
            ("%{INT:[a}", 0..9),
            ("%{SYSLOGBASE}%{WORD:a} %{SYSLOGPROG}%{WORD:b}", 23..45),
        ] {
            assert_eq!(grok(pattern).unwrap_err().span(), Some(span), "{pattern}");
        }
    }
}
