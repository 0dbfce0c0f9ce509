//! The `#Fields` line of W3C extended logs, which IIS writes.

use super::writer::{Writer, name};
use crate::error::Result;

/// The pattern of the lines below a `#Fields: …` line of a W3C extended log, as IIS and others write it.
///
/// `date` and `time` side by side are one field `time`, in UTC as the standard has it, and written without an offset. `c-ip` is the field `c_ip`, `cs(User-Agent)` is `cs_user_agent`.
/// A `-` is null.
///
/// # Errors
/// [`Error::is_syntax`](crate::Error::is_syntax): nothing is a field.
pub fn w3c(fields: &str) -> Result<String> {
    let mut writer = Writer::new(fields);
    let list = fields.trim_start().strip_prefix("#Fields:").unwrap_or(fields);
    let mut words = list.split_ascii_whitespace().peekable();
    let mut is_first = true;
    while let Some(word) = words.next() {
        if !is_first {
            writer.text(" ");
        }
        is_first = false;
        let (field, spec) = match word {
            "date" if words.next_if_eq(&"time").is_some() => ("time".to_owned(), "t"),
            "date" => ("date".to_owned(), "%Y-%m-%d"),
            "time" => ("time".to_owned(), "tt"),
            _ => (name(word), spec(word)),
        };
        writer.field_of(word, &field, spec, 0..fields.len())?;
    }
    writer.finish("#Fields: date time c-ip …")
}

fn spec(word: &str) -> &'static str {
    let last = word.rsplit('-').next().unwrap_or_default();
    match last {
        "ip" => "ip|-",
        "port" | "status" | "substatus" | "bytes" => "d|-",
        "taken" => "g|-",
        _ => "|-",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fields_of_a_line_are_read() {
        let line =
            "#Fields: date time s-ip cs-method cs-uri-stem s-port cs(User-Agent) sc-status sc-win32-status time-taken";
        let expected = "{time:t} {s_ip:ip|-} {cs_method:|-} {cs_uri_stem:|-} {s_port:d|-} {cs_user_agent:|-} {sc_status:d|-} {sc_win32_status:d|-} {time_taken:g|-}";
        assert_eq!(w3c(line).unwrap(), expected);
        assert_eq!(w3c("time c-ip").unwrap(), "{time:tt} {c_ip:ip|-}");
        assert_eq!(w3c("#Fields: ").unwrap_err().span(), Some(0..9));
    }
}
