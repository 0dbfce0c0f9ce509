//! The examples of `docs/guide/rust.md`: each runs here, and the page has it as it stands here.

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

    use parsimd::{Cell, Input, OnError, Pattern, ScanOptions};

    let pattern = Pattern::new("{level:w} {ms:d}")?;
    let mut options = ScanOptions::default();
    options.on_error = OnError::Null;
    options.columns = Some(vec![1]);
    for batch in pattern.scan_input(Input::open(&path)?, options) {
        let batch = batch?;
        for row in 0..batch.len() {
            assert!(matches!(batch.columns()[0].get(row), Cell::Int64(_)));
        }
    }

    Ok(())
}

#[test]
fn views() -> Any {
    use parsimd::{Cell, Input, Pattern, ScanOptions, Strings};

    let mut options = ScanOptions::default();
    options.strings = Strings::View;
    let log = String::from("a message that is not short: 12\n");
    let batch = Pattern::new("{message}: {n:d}")?.scan_input(Input::shared(log), options).read_all()?;
    assert_eq!(batch.columns()[0].get(0), Cell::Text("a message that is not short"));
    Ok(())
}

#[test]
fn bytes() -> Any {
    use parsimd::{Cell, Input, Pattern, ScanOptions, Strings};

    let mut options = ScanOptions::default();
    options.strings = Strings::Binary;
    let batch = Pattern::new("{name}: {n:d}")?.scan_input(Input::bytes(b"\xe9: 12\n"), options).read_all()?;
    assert_eq!(batch.columns()[0].get(0), Cell::Bytes(b"\xe9"));
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

    let here = lines(include_str!("guide.rs"));
    let mut blocks = 0;
    for block in include_str!("../../docs/guide/rust.md").split("```rust").skip(1) {
        let block = lines(block.split("```").next().unwrap_or_default());
        assert!(
            !block.is_empty() && here.windows(block.len()).any(|some| some == block),
            "not in tests/it/guide.rs: {block:#?}"
        );
        blocks += 1;
    }
    assert_eq!(blocks, 9);
}
