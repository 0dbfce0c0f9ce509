//! `LogFormat` of Apache httpd.

use super::{
    quoted::Language,
    writer::{Writer, name},
};
use crate::error::Result;

const LANGUAGE: Language = Language {
    directive: "LogFormat",
    mark: '%',
    has_escapes: true,
    end: '\n',
    is_format: |_, _| false,
    write: directive,
};

/// The pattern of an Apache `LogFormat`: the text of the format, or one whole directive with its quotes.
///
/// `%h` is the field `host`, `%l` `logname`, `%u` `user`, `%t` `time`, `%r` `request`, `%>s` `status`, `%b` and `%B` `bytes`, `%D` `duration_us`, `%T` `duration_s`, and so on; a header is
/// a field of its name, as `user_agent`. A text may be `-`, and is null then.
///
/// # Errors
/// [`Error::is_syntax`](crate::Error::is_syntax): nothing is a field; a directive that Apache does not have, or that no pattern can say; or nothing stands between two directives.
pub fn apache(format: &str) -> Result<String> {
    let mut writer = Writer::new(format);
    LANGUAGE.write(&mut writer, format)?;
    writer.finish("%h, say")
}

/// Writes the directive at the start of `rest`, which stands at `at`, and says how long it is.
fn directive(writer: &mut Writer<'_>, rest: &str, at: usize) -> Result<usize> {
    if rest.starts_with("%%") {
        writer.text("%");
        return Ok(2);
    }
    let body = rest[1..].trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '!' | ',' | '<' | '>'));
    let marks = &rest[1..rest.len() - body.len()];
    let is_conditional = marks.contains(|c: char| c.is_ascii_digit());
    let (argument, after) = match body.strip_prefix('{').and_then(|inner| inner.split_once('}')) {
        Some((argument, after)) => (Some(argument), after),
        None => (None, body),
    };
    let letters = if after.starts_with('^') { 3 } else { after.chars().next().map_or(0, char::len_utf8) };
    let letter = after.get(..letters).unwrap_or(after);
    let length = rest.len() - after.len() + letter.len();
    let span = at..at + length;
    if letter == "t" {
        time(writer, argument, span)?;
        return Ok(length);
    }
    let Some((field, spec)) = field(letter, argument) else {
        return Err(writer.error(
            span,
            format!("no directive of Apache that a pattern can say: {}", &rest[..length]),
            "such as %h or %{Referer}i",
        ));
    };
    // A directive with a list of statuses is `-` for all others.
    let spec = if is_conditional && !spec.contains('|') { format!("{spec}|-") } else { spec.to_owned() };
    // The value of a redirected request is that of the original for most directives, which `<` and `>` change.
    let request: String = marks.chars().filter(|c| matches!(c, '<' | '>')).collect();
    let of = format!("{letter}{}{request}", argument.unwrap_or_default());
    writer.field_of(&of, &field, &spec, span)?;
    Ok(length)
}

/// The name and the spec of a directive.
fn field(letter: &str, argument: Option<&str>) -> Option<(String, &'static str)> {
    let (field, spec) = match letter {
        "a" if argument == Some("c") => ("peer", "|-"),
        "a" => ("client", "|-"),
        "A" => ("local_address", "|-"),
        "B" => ("bytes", "d"),
        "b" => ("bytes", "d|-"),
        "D" => ("duration_us", "d"),
        "f" => ("file", "|-"),
        "h" => ("host", "|-"),
        "H" => ("protocol", "|-"),
        "I" => ("bytes_received", "d"),
        "k" => ("keepalives", "d"),
        "l" => ("logname", "|-"),
        "L" => ("log_id", "|-"),
        "m" => ("method", "|-"),
        "O" => ("bytes_sent", "d"),
        "p" => match argument {
            None | Some("canonical") => ("port", "d"),
            Some("local") => ("local_port", "d"),
            Some("remote") => ("remote_port", "d"),
            Some(_) => return None,
        },
        "P" => match argument {
            None | Some("pid") => ("pid", "d"),
            Some("tid") => ("thread_id", "d"),
            Some("hextid") => ("thread_id", ""),
            Some(_) => return None,
        },
        "q" => ("query", "|"),
        "r" => ("request", "|-|"),
        "R" => ("handler", "|-"),
        "s" => ("status", "d|-"),
        "S" => ("bytes_transferred", "d"),
        "T" => match argument {
            None | Some("s") => ("duration_s", "d"),
            Some("ms") => ("duration_ms", "d"),
            Some("us") => ("duration_us", "d"),
            Some(_) => return None,
        },
        // An empty name is written in quotes.
        "u" => ("user", "|-|\"\"|"),
        "U" => ("path", "|-"),
        "v" | "V" => ("server_name", "|-"),
        "X" => ("connection_status", ""),
        "i" | "o" | "e" | "n" | "C" | "^ti" | "^to" => return Some((name(argument?), "|-|")),
        _ => return None,
    };
    Some((field.to_owned(), spec))
}

/// `%t`, in brackets; or `%{format}t`.
fn time(writer: &mut Writer<'_>, argument: Option<&str>, span: std::ops::Range<usize>) -> Result<()> {
    let argument = argument.unwrap_or_default();
    let layout = argument.strip_prefix("begin:").or_else(|| argument.strip_prefix("end:")).unwrap_or(argument);
    let spec = match layout {
        "" => {
            writer.text("[");
            writer.field_of(argument, "time", "th", span)?;
            writer.text("]");
            return Ok(());
        }
        "sec" | "msec" | "usec" => "tu".to_owned(),
        "msec_frac" => return writer.field_of(argument, "time_ms", "d", span),
        "usec_frac" => return writer.field_of(argument, "time_us", "d", span),
        _ => match codes(layout) {
            Some(codes) => codes,
            None => {
                return Err(writer.error(
                    span,
                    format!("no layout that a pattern can say: {layout}"),
                    "the codes of strptime, such as %Y-%m-%d",
                ));
            }
        },
    };
    writer.field_of(argument, "time", &spec, span)
}

/// A layout of `strftime`, in the codes that a pattern has.
fn codes(layout: &str) -> Option<String> {
    let mut spec = String::new();
    let mut chars = layout.chars();
    while let Some(c) = chars.next() {
        match c {
            '%' => match chars.next()? {
                'T' => spec.push_str("%H:%M:%S"),
                'R' => spec.push_str("%H:%M"),
                'F' => spec.push_str("%Y-%m-%d"),
                'D' => spec.push_str("%m/%d/%y"),
                'h' => spec.push_str("%b"),
                code if "aAwdbBmyYHIpMSfzjUW".contains(code) => spec.extend(['%', code]),
                _ => return None,
            },
            // What is no code is a regular expression, and strptime reads it as text: a dot is both.
            '[' | ']' | '(' | ')' | '+' | '*' | '?' | '^' | '$' | '|' | '\\' | '{' | '}' => return None,
            other => spec.push(other),
        }
    }
    spec.contains('%').then_some(spec)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_combined_format_is_read_as_text_and_as_a_directive() {
        let expected = r#"{host:|-} {logname:|-} {user:|-|""|} [{time:th}] "{request:|-|}" {status:d|-} {bytes:d|-} "{referer:|-|}" "{user_agent:|-|}""#;
        let directive = r#"LogFormat "%h %l %u %t \"%r\" %>s %b \"%{Referer}i\" \"%{User-agent}i\"" combined"#;
        assert_eq!(apache(directive).unwrap(), expected);
        assert_eq!(apache(r#"%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-agent}i""#).unwrap(), expected);
    }

    #[test]
    fn times_sizes_and_conditions() {
        assert_eq!(apache("%{%F %T}t %D %{ms}T").unwrap(), "{time:%Y-%m-%d %H:%M:%S} {duration_us:d} {duration_ms:d}");
        assert_eq!(
            apache("%{msec}t %400,501{User-agent}i %!200O 100%%").unwrap(),
            "{time:tu} {user_agent:|-|} {bytes_sent:d|-} 100%"
        );
    }

    #[test]
    fn directives_that_are_not_the_same_are_fields_of_their_own() {
        for (format, expected) in [
            (r#"%h "%{Host}i""#, r#"{host:|-} "{host2:|-|}""#),
            ("%s %>s %s", "{status:d|-} {status2:d|-} {:d|-}"),
            ("%{Content-Type}i|%{Content-Type}o", "{content_type:|-|}|{content_type2:|-|}"),
            ("%a %{c}a", "{client:|-} {peer:|-}"),
            ("%p %{local}p %{remote}p", "{port:d} {local_port:d} {remote_port:d}"),
            ("%P %{tid}P", "{pid:d} {thread_id:d}"),
            ("%{hextid}P %m", "{thread_id} {method:|-}"),
            ("%{begin:%F}t %{end:%F}t", "{time:%Y-%m-%d} {time2:%Y-%m-%d}"),
        ] {
            assert_eq!(apache(format).unwrap(), expected);
        }
        assert_eq!(apache("%{other}p").unwrap_err().span(), Some(0..9));
    }

    #[test]
    fn one_directive_is_read_and_more_are_told() {
        let one = "# don't\n  LogFormat \"%h %u\" common\n# the end\n";
        assert_eq!(apache(one).unwrap(), r#"{host:|-} {user:|-|""|}"#);
        let two = "LogFormat \"%h \" a\nLogFormat \"%u\" b";
        assert_eq!(apache(two).unwrap_err().span(), Some(18..two.len()));
    }

    #[test]
    fn what_no_pattern_can_say_is_an_error_that_points_at_it() {
        assert_eq!(apache("%h %Z").unwrap_err().span(), Some(3..5));
        assert_eq!(apache("%h%l").unwrap_err().span(), Some(0..4));
        assert_eq!(apache("%{%c}t").unwrap_err().span(), Some(0..6));
        assert_eq!(apache("%i").unwrap_err().span(), Some(0..2));
        assert_eq!(apache("100%").unwrap_err().span(), Some(3..4));
        // The nickname of a format is none.
        assert!(apache("combined").unwrap_err().to_string().contains("a ready pattern is found by its name alone"));
    }
}
