//! Options by their methods: each sets the field of its name, and fields by name are those by number.

use std::num::NonZeroUsize;

use parsimd::{
    Input, Matches, OnError, Origin, Pattern, PatternSet, Predicate, Rejects, ScanOptions, Strings, TimeZone, Year,
};

const LOG: &str = "a 1 x\nb 20 y\na 30 z\nc 4\n";

#[test]
fn a_method_sets_the_field_of_its_name() {
    let zone = TimeZone::new("+02:00").unwrap();
    let mut fields = ScanOptions::default();
    fields.matches = Matches::First;
    fields.multiline = true;
    fields.threads = NonZeroUsize::new(3);
    fields.on_error = OnError::Null;
    fields.year = Year::Of(2015);
    fields.tz = Some(zone.clone());
    fields.block_bytes = 10;
    fields.max_record_bytes = 20;
    fields.include = vec![Origin::Line, Origin::File];
    fields.skip_filtered = true;
    fields.strings = Strings::View;
    fields.rejects = Rejects::Bytes;
    fields.limit = Some(7);
    let methods = ScanOptions::new()
        .matches(Matches::First)
        .multiline(true)
        .threads(3)
        .on_error(OnError::Null)
        .year(Year::Of(2015))
        .tz(zone)
        .block_bytes(10)
        .max_record_bytes(20)
        .include([Origin::Line, Origin::File])
        .skip_filtered(true)
        .strings(Strings::View)
        .rejects(Rejects::Bytes)
        .limit(7);
    assert_eq!(format!("{methods:?}"), format!("{fields:?}"));
    assert_eq!(ScanOptions::new().threads(0).threads, None);
}

#[test]
fn fields_by_name_are_those_by_number() {
    let pattern = Pattern::new("{level:w} {n:d} {}").unwrap();
    let read = |options: ScanOptions| pattern.scan_input(Input::bytes(LOG), options).read_all().unwrap();
    for (names, numbers) in [(&["n", "level"][..], vec![1, 0]), (&["0"], vec![2]), (&[], vec![])] {
        let mut numbered = ScanOptions::default();
        numbered.columns = Some(numbers);
        numbered.filter = vec![(0, Predicate::Text("a".to_owned())), (1, Predicate::Between(2, 40))];
        let named = ScanOptions::new()
            .columns(names.iter().copied())
            .filter("level", Predicate::Text("a".to_owned()))
            .filter("n", Predicate::Between(2, 40));
        assert!(pattern.check(&named).is_ok());
        let batch = read(named);
        assert_eq!((batch.len(), batch.schema().len()), (1, names.len()));
        assert_eq!(batch, read(numbered));
    }
    let one = read(ScanOptions::new().columns(["level"]).columns(["n"]));
    assert_eq!(one.schema().columns().map(|(name, _)| name).collect::<Vec<_>>(), ["n"]);
}

#[test]
fn a_name_that_no_field_has_is_an_error_that_lists_those_that_there_are() {
    let pattern = Pattern::new("{level:w} {n:d} {}").unwrap();
    let message = "there is no field \"nn\": the pattern has level, n, 0";
    for options in [
        ScanOptions::new().columns(["n", "nn"]),
        ScanOptions::new().filter("nn", Predicate::Between(0, 1)),
        ScanOptions::new().columns(["n"]).filter("nn", Predicate::Between(0, 1)),
    ] {
        let error = pattern.check(&options).unwrap_err();
        assert!(error.is_column());
        assert_eq!(error.to_string(), message);
        let error = pattern.scan_input(Input::bytes(LOG), options.clone()).read_all().unwrap_err();
        assert_eq!(error.to_string(), message);
        let error = pattern.scan_texts([Some(&b"a 1 x"[..])], options).err().unwrap();
        assert_eq!(error.to_string(), message);
    }
    let twice = pattern.check(&ScanOptions::new().columns(["n", "n"])).unwrap_err();
    assert!(twice.to_string().contains("twice"), "{twice}");
    let text = pattern.check(&ScanOptions::new().filter("n", Predicate::Text("1".to_owned()))).unwrap_err();
    assert!(text.is_column());
}

#[test]
fn a_set_of_patterns_refuses_fields_by_name_as_it_does_by_number() {
    let set = PatternSet::new([("one", "{level:w} {n:d} {}"), ("two", "{level:w} {n:d}")]).unwrap();
    for (options, word) in [
        (ScanOptions::new().columns(["n"]), "columns"),
        (ScanOptions::new().filter("n", Predicate::Between(0, 1)), "filter"),
    ] {
        let error = set.check(&options).unwrap_err();
        assert!(error.is_options() && error.to_string().contains(word), "{error}");
        assert!(set.check_table(&options).is_err());
        assert!(set.scan_input(Input::bytes(LOG), options).read_all().is_err());
    }
}
