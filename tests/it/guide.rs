//! The examples of `docs/guide/rust.md`: each runs here, or in `tests/objects.rs`, and the page has it as it stands here.

use crate::common::Folder;

type Any = Result<(), Box<dyn std::error::Error>>;

#[test]
fn one_text() -> Any {
    use parsimd::{Pattern, Value};

    let pattern = Pattern::new("{level:w}: {what} took {ms:d} ms")?;

    let found = pattern.parse("warn: query took 2300 ms")?.expect("it matches");
    assert_eq!(found.get("ms")?, Some(Value::Int(2300)));
    assert_eq!(found.text(1), Some("query"));
    assert_eq!(found.span(1), Some(6..11));

    assert!(pattern.parse("noise")?.is_none());
    Ok(())
}

#[test]
fn values_that_are_missing() -> Any {
    use parsimd::{Pattern, Value};

    let pattern = Pattern::new("{ip:ip} {took:dur} {bytes:size|-}{:[} [{pid:d}]{:]}")?;

    let found = pattern.parse("::1 12.5ms -")?.expect("it matches");
    assert_eq!(found.get("ip")?, Some(Value::Ip(std::net::Ipv6Addr::LOCALHOST.into())));
    assert_eq!(found.get("bytes")?, Some(Value::Null));
    assert_eq!(found.get("pid")?, Some(Value::Null));
    Ok(())
}

#[test]
fn many_matches() -> Any {
    use parsimd::Pattern;

    let pattern = Pattern::new("<{n:d}>")?;
    let mut sum = 0;
    for found in pattern.find_iter("<1> <2> <x> <3>") {
        sum += found?.text(0).unwrap_or("0").parse::<i64>()?;
    }
    assert_eq!(sum, 6);
    Ok(())
}

#[test]
fn a_log() -> Any {
    use parsimd::{Pattern, Values};

    let pattern = Pattern::new("{level:w} {ms:d}")?;
    let mut scan = pattern.scan(b"info 125\nnoise\nwarn 2300\n");
    let batch = scan.read_all()?;

    assert_eq!(batch.column("ms").unwrap().values(), &Values::Int64(vec![125, 2300]));
    assert_eq!(scan.stats().unmatched, 1);
    assert_eq!(scan.stats().first_failures[0].offset, 9);
    Ok(())
}

#[test]
fn files() -> Any {
    let folder = Folder::new();
    let path = folder.write("guide.log", "info 125\nwarn 2300\n");

    use parsimd::{Input, OnError, Pattern, Predicate, ScanOptions};

    let pattern = Pattern::new("{level:w} {ms:d}")?;
    let options =
        ScanOptions::new().columns(["ms"]).filter("level", Predicate::Text("warn".to_owned())).on_error(OnError::Raise);
    for batch in pattern.scan_input(Input::open(&path)?, options) {
        for row in batch?.rows() {
            assert_eq!(row.get::<i64>("ms")?, 2300);
        }
    }

    Ok(())
}

#[test]
fn views() -> Any {
    use parsimd::{Cell, Input, Pattern, ScanOptions, Strings};

    let log = String::from("a message that is not short: 12\n");
    let options = ScanOptions::new().strings(Strings::View);
    let batch = Pattern::new("{message}: {n:d}")?.scan_input(Input::shared(log), options).read_all()?;
    assert_eq!(batch.columns()[0].get(0), Cell::Text("a message that is not short"));
    Ok(())
}

#[test]
fn bytes() -> Any {
    use parsimd::{Cell, Input, Pattern, ScanOptions, Strings};

    let options = ScanOptions::new().strings(Strings::Binary);
    let batch = Pattern::new("{name}: {n:d}")?.scan_input(Input::bytes(b"\xe9: 12\n"), options).read_all()?;
    assert_eq!(batch.columns()[0].get(0), Cell::Bytes(b"\xe9"));
    Ok(())
}

#[test]
fn rows() -> Any {
    use parsimd::{Cell, Pattern};

    let pattern = Pattern::new("{ip} {status:d} {size:d|-} {at:th}")?;
    let batch = pattern.scan(b"10.0.0.1 304 - 17/May/2015:12:05:03 +0200\n").read_all()?;

    let row = batch.row(0);
    assert_eq!(row.get::<&str>("ip")?, "10.0.0.1");
    assert_eq!(row.get::<u16>("status")?, 304);
    assert_eq!(row.get::<Option<u64>>("size")?, None);
    assert_eq!(row.get::<Cell>("status")?, Cell::Int64(304));
    assert_eq!(batch.columns()[3].show(0).to_string(), "2015-05-17T10:05:03Z");

    let error = row.get::<u8>("status").unwrap_err();
    assert_eq!(error.to_string(), r#"row 0, column "status": wanted u8, found 304"#);
    Ok(())
}

#[cfg(feature = "serde")]
#[test]
fn rows_as_structs() -> Any {
    use parsimd::Pattern;
    use serde::Deserialize;

    #[derive(Deserialize)]
    struct Line {
        level: Level,
        ms: u32,
        user: Option<String>,
    }

    #[derive(Deserialize, PartialEq)]
    #[serde(rename_all = "lowercase")]
    enum Level {
        Info,
        Warn,
    }

    let pattern = Pattern::new("{level:w} {ms:d} {user:S|-}")?;
    let mut scan = pattern.scan(b"info 125 ada\nwarn 2300 -\n");
    let lines: Vec<Line> = scan.deserialize().collect::<Result<_, _>>()?;
    assert_eq!((lines[0].ms, lines[0].user.as_deref()), (125, Some("ada")));
    assert!(lines[1].level == Level::Warn && lines[1].user.is_none());

    #[derive(Deserialize)]
    struct Slow<'b> {
        level: &'b str,
        ms: u32,
    }

    let batch = pattern.scan(b"info 125 ada\nwarn 2300 -\n").read_all()?;
    for slow in batch.rows().deserialize::<Slow<'_>>() {
        let slow = slow?;
        assert_eq!(slow.ms > 1000, slow.level == "warn");
    }
    Ok(())
}

#[test]
fn own_types() -> Any {
    use parsimd::{Converter, CustomType, Pattern, Value, Values};

    let address = CustomType { pattern: Some("0x[0-9a-f]+|none".to_owned()), group_count: 0 };
    let number = Converter::int64(|text| match text.strip_prefix("0x") {
        Some(digits) => i64::from_str_radix(digits, 16).map(Some),
        None => Ok(None),
    });
    let pattern = Pattern::builder("{op:w} {at:Address}").custom_type("Address", address).converter("Address", number);
    let pattern = pattern.build()?;

    assert_eq!(pattern.parse("read 0xff00")?.expect("it matches").get("at")?, Some(Value::Int(0xff00)));
    let batch = pattern.scan(b"read 0xff00\nsync 0x10\n").read_all()?;
    assert_eq!(batch.column("at").unwrap().values(), &Values::Int64(vec![0xff00, 0x10]));
    Ok(())
}

#[test]
fn errors() -> Any {
    use parsimd::Pattern;

    let error = Pattern::new("{when} {count:y}").unwrap_err();
    assert!(error.is_syntax());
    assert_eq!(error.span(), Some(14..15));
    Ok(())
}

#[test]
fn the_page_has_these_examples() {
    fn lines(text: &str) -> Vec<&str> {
        text.lines().map(str::trim).filter(|line| !line.is_empty()).collect()
    }

    // The example of the feature `object_store` is run with its tests.
    let here = lines(concat!(include_str!("guide.rs"), include_str!("../objects.rs")));
    let mut blocks = 0;
    for block in include_str!("../../docs/guide/rust.md").split("```rust").skip(1) {
        let block = lines(block.split("```").next().unwrap_or_default());
        assert!(
            !block.is_empty() && here.windows(block.len()).any(|some| some == block),
            "not in tests/it/guide.rs: {block:#?}"
        );
        blocks += 1;
    }
    assert_eq!(blocks, 12);
}
