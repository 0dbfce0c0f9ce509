//! The ready patterns read the lines of `tests/cases/formats.toml`, each with its values.

use std::collections::BTreeMap;

use parsimd::{Pattern, Value, formats};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cases {
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    format: String,
    lines: Vec<String>,
    /// The values of some fields, line by line, as text; of a time in the way of ISO 8601. Null where the key is left out.
    values: Vec<BTreeMap<String, String>>,
    /// Fields that have a value in none of the lines.
    #[serde(default)]
    null: Vec<String>,
}

fn text(value: &Value<'_>) -> Option<String> {
    Some(match value {
        Value::Null => return None,
        Value::Text(text) => (*text).to_owned(),
        Value::Int(int) => int.to_string(),
        Value::Float(float) => float.to_string(),
        Value::Ip(ip) => ip.to_string(),
        Value::DateTime(at) => {
            format!("{:04}-{:02}-{:02}T{}", at.date.year, at.date.month, at.date.day, clock(&at.time))
        }
        Value::Time(time) => clock(time),
        Value::Map(pairs) => pairs.iter().map(|(key, text)| format!("{key}={text};")).collect(),
        other => panic!("no notation for {other:?}"),
    })
}

fn clock(time: &parsimd::Time) -> String {
    let fraction = match time.microsecond {
        0 => String::new(),
        micros => format!(".{micros:06}"),
    };
    let offset = match time.offset {
        None => String::new(),
        Some(0) => "Z".to_owned(),
        Some(seconds) => format!("{:+03}:{:02}", seconds / 3600, seconds / 60 % 60),
    };
    format!("{:02}:{:02}:{:02}{fraction}{offset}", time.hour, time.minute, time.second)
}

#[test]
fn every_ready_pattern_reads_its_lines() {
    let cases =
        toml::from_str::<Cases>(include_str!("../cases/formats.toml")).unwrap_or_else(|error| panic!("{error}"));
    for case in &cases.case {
        let ready = formats::find(&case.format).unwrap_or_else(|| panic!("{}", case.format));
        let pattern = Pattern::new(ready.pattern).unwrap_or_else(|error| panic!("{}: {error}", ready.name));
        assert_eq!(case.lines.len(), case.values.len(), "{}", ready.name);
        for (line, values) in case.lines.iter().zip(&case.values) {
            let found = pattern.parse(line).unwrap_or_else(|error| panic!("{line}: {error}"));
            let found = found.unwrap_or_else(|| panic!("{}: {line}", ready.name));
            let value = |name: &str| {
                let value = found.get(name).unwrap_or_else(|error| panic!("{line}: {error}"));
                text(&value.unwrap_or_else(|| panic!("{}: no field {name}", ready.name)))
            };
            for (name, expected) in values {
                assert_eq!(value(name).as_ref(), Some(expected), "{}: {name} of {line}", ready.name);
            }
            for name in &case.null {
                assert_eq!(value(name), None, "{}: {name} of {line}", ready.name);
            }
        }
    }
}

#[test]
fn every_ready_pattern_has_a_case_and_they_stand_in_order() {
    let cases =
        toml::from_str::<Cases>(include_str!("../cases/formats.toml")).unwrap_or_else(|error| panic!("{error}"));
    let with_cases: std::collections::BTreeSet<_> = cases.case.iter().map(|case| case.format.as_str()).collect();
    let names: Vec<_> = formats::READY.iter().map(|ready| ready.name).collect();
    assert!(names.is_sorted());
    assert_eq!(names, with_cases.into_iter().collect::<Vec<_>>());
}
