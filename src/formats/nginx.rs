//! `log_format` of nginx.

use super::{quoted::Language, writer::Writer};
use crate::error::Result;

const LANGUAGE: Language =
    Language { directive: "log_format", mark: '$', has_escapes: false, end: ';', is_format, write: variable };

/// What follows the name of the format, but for the kind of its escapes.
fn is_format(words: usize, word: &str) -> bool {
    words > 1 && !word.starts_with("escape=")
}

/// The types of variables; all others are texts, and may be missing.
const SPECS: &[(&str, &str)] = &[
    ("body_bytes_sent", "d|-"),
    ("bytes_received", "d"),
    ("bytes_sent", "d|-"),
    ("connection", "d"),
    ("connection_requests", "d"),
    ("connection_time", "g"),
    ("content_length", "d|-"),
    ("gzip_ratio", "g|-"),
    ("msec", "tu"),
    ("pid", "d"),
    ("realip_remote_addr", "ip|unix:"),
    ("remote_addr", "ip|unix:"),
    ("remote_port", "d|-|"),
    ("request_length", "d"),
    ("request_time", "g|-"),
    ("server_port", "d|"),
    ("session_time", "g"),
    ("status", "d"),
    ("time_iso8601", "ti"),
    ("time_local", "th"),
];

/// The pattern of an nginx `log_format`: the text of the format, or one whole directive with its quotes.
///
/// A variable becomes a field of its name. Numbers and times are typed; a text may be `-` or nothing, and is null then. `$upstream_…` variables are texts, since they
/// are lists where several servers were asked. Such a list has blanks: where nothing but a blank stands after the variable, what comes after its first element goes into the
/// fields behind it. Put those variables in quotes or brackets in the format.
///
/// # Errors
/// [`Error::is_syntax`](crate::Error::is_syntax): nothing is a field; nothing stands between two variables, so none can say where the first ends; or a `$` has no name.
pub fn nginx(format: &str) -> Result<String> {
    let mut writer = Writer::new(format);
    LANGUAGE.write(&mut writer, format)?;
    writer.finish("$remote_addr, say")
}

/// Writes the variable at the start of `rest`, which stands at `at`, and says how long it is.
fn variable(writer: &mut Writer<'_>, rest: &str, at: usize) -> Result<usize> {
    let braced = rest.starts_with("${");
    let begin = if braced { 2 } else { 1 };
    let name: &str = rest[begin..].split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap_or_default();
    let length = begin + name.len() + usize::from(braced);
    if name.is_empty() || braced && !rest[begin + name.len()..].starts_with('}') {
        return Err(writer.error(at..at + begin, "a variable without a name", "$name or ${name}"));
    }
    let spec = SPECS.iter().find(|(known, _)| *known == name).map_or("|-|", |(_, spec)| spec);
    writer.field(name, spec, at..at + length)?;
    Ok(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directive_is_its_texts_in_quotes() {
        let directive = "log_format main '$remote_addr - $remote_user [$time_local] \"$request\" '\n                '$status ${body_bytes_sent} \"$http_referer\"';";
        let expected = r#"{remote_addr:ip|unix:} - {remote_user:|-|} [{time_local:th}] "{request:|-|}" {status:d} {body_bytes_sent:d|-} "{http_referer:|-|}""#;
        assert_eq!(nginx(directive).unwrap(), expected);
        let text =
            "$remote_addr - $remote_user [$time_local] \"$request\" $status ${body_bytes_sent} \"$http_referer\"";
        assert_eq!(nginx(text).unwrap(), expected);
    }

    #[test]
    fn what_stands_without_quotes_in_a_directive_is_a_part_of_the_format() {
        for directive in [
            "log_format x '$remote_addr ' $status ' $request_time';",
            "log_format x escape=default \"$remote_addr \"$status\" $request_time\";",
            "log_format\tx '$remote_addr '\n$status' '$request_time ;",
        ] {
            assert_eq!(
                nginx(directive).unwrap(),
                "{remote_addr:ip|unix:} {status:d} {request_time:g|-}",
                "{directive}"
            );
        }
        assert_eq!(nginx("log_format x $remote_addr;").unwrap(), "{remote_addr:ip|unix:}");
        let error = nginx("log_format x '$status '$scheme$host;").unwrap_err();
        assert_eq!(error.span(), Some(23..35));
    }

    #[test]
    fn braces_and_escapes_stand_for_themselves() {
        assert_eq!(nginx(r#"{"status": $status}"#).unwrap(), r#"{{"status": {status:d}}}"#);
        assert_eq!(nginx(r#"log_format j escape=json '{"s":"$status"}\t';"#).unwrap(), "{{\"s\":\"{status:d}\"}}\t");
    }

    #[test]
    fn a_variable_that_stands_twice_has_its_name_once() {
        assert_eq!(nginx("$pid $pid").unwrap(), "{pid:d} {:d}");
    }

    #[test]
    fn what_no_pattern_can_say_is_an_error_that_points_at_it() {
        let error = nginx("$status $scheme$host").unwrap_err();
        assert_eq!(error.span(), Some(8..20));
        assert_eq!(nginx("a $ b").unwrap_err().span(), Some(2..3));
        assert_eq!(nginx("a ${b c").unwrap_err().span(), Some(2..4));
    }
}
