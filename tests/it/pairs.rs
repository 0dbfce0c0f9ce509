//! `kv`: maps, and keys that are columns.

use parsimd::{Batch, Cell, ColumnType, Input, OnError, Pattern, ScanOptions, Strings, Value, Values};

use crate::common::pattern;

fn scan_with(format: &str, text: &str, set: impl FnOnce(&mut ScanOptions)) -> (Batch, parsimd::Stats) {
    let mut options = ScanOptions::default();
    set(&mut options);
    let mut scan = pattern(format).scan_input(Input::bytes(text.as_bytes()), options);
    let batch = scan.read_all().unwrap_or_else(|error| panic!("{error}"));
    (batch, scan.stats().clone())
}

fn scan(format: &str, text: &str) -> Batch {
    scan_with(format, text, |_| {}).0
}

fn row<'b>(batch: &'b Batch, row: usize) -> Vec<Cell<'b>> {
    batch.columns().iter().map(|column| column.get(row)).collect()
}

#[test]
fn kv_is_a_map_of_all_pairs() {
    let batch = scan("{n:d} {kv:kv}", "1 a=1 b=\"x \\\"y\\\"\" flag a=2\n2   c='d e'  \n3 \n4 a=\"b\n");
    assert_eq!(batch.len(), 2, "a line without a pair, and one whose quotes do not end, do not match");
    let Values::Map(maps) = batch.column("kv").unwrap().values() else { panic!("maps") };
    let pairs = |row| maps.row(row).iter().collect::<Vec<_>>();
    assert_eq!(pairs(0), [("a", "1"), ("b", "x \"y\""), ("flag", "")]);
    assert_eq!(pairs(1), [("c", "d e")]);
    assert_eq!(maps.row(0).get("b"), Some("x \"y\""));
    assert_eq!(batch.schema().columns().nth(1), Some(("kv", ColumnType::Map)));
}

#[test]
fn kv_ends_where_what_follows_needs() {
    let pattern = pattern("[{kv:kv}] {msg}");
    let found = pattern.parse("[a=\"] \" b=1] x] y").unwrap().unwrap();
    assert_eq!((found.text(0), found.text(1)), (Some("a=\"] \" b=1"), Some("x] y")));
    let pairs = vec![("a", "] ".into()), ("b", "1".into())];
    assert_eq!(found.get("kv").unwrap(), Some(Value::Map(pairs)));
}

#[test]
fn keys_are_columns_in_any_order_each_with_its_type() {
    let text =
        "x level=info msg=\"hello \\\"big\\\" world\" took=1.2s status=200 x=1\nx status=500 level=error msg=oops\n";
    let batch = scan("x {kv:kv(level,msg,took:dur,status:d)}", text);
    let names: Vec<_> = batch.schema().columns().collect();
    let wanted = [
        ("level", ColumnType::Text),
        ("msg", ColumnType::Text),
        ("took", ColumnType::Duration),
        ("status", ColumnType::Int64),
    ];
    assert_eq!(names, wanted);
    assert_eq!(
        row(&batch, 0),
        [Cell::Text("info"), Cell::Text("hello \"big\" world"), Cell::Duration(1_200_000_000), Cell::Int64(200)]
    );
    assert_eq!(row(&batch, 1), [Cell::Text("error"), Cell::Text("oops"), Cell::Null, Cell::Int64(500)]);
}

#[test]
fn the_first_of_two_counts_and_a_flag_is_true() {
    let batch = scan("{:kv(a:d,on:bool,t)}", "a=1 a=x on\non=no a=2 t on=yes\nA=\"3\" t=\n");
    assert_eq!(row(&batch, 0), [Cell::Int64(1), Cell::Bool(true), Cell::Null]);
    assert_eq!(row(&batch, 1), [Cell::Int64(2), Cell::Bool(false), Cell::Text("")]);
    assert_eq!(row(&batch, 2), [Cell::Int64(3), Cell::Null, Cell::Text("")], "case is ignored, as the pattern does");
}

#[test]
fn a_value_that_its_type_does_not_take_is_a_failure_of_the_key() {
    let format = "{:kv(n:d|-,word:l,ok:bool,q:F)}";
    let text = "n=1x\nn=- word=ab\nword=a1\nok=\nn=\"-\" q=\"1.50\"\n";
    let (batch, stats) = scan_with(format, text, |_| {});
    assert_eq!((batch.len(), stats.failures), (2, 3));
    assert_eq!(row(&batch, 0), [Cell::Null, Cell::Text("ab"), Cell::Null, Cell::Null]);
    assert_eq!(row(&batch, 1), [Cell::Null, Cell::Null, Cell::Null, Cell::Text("1.50")]);
    let fields: Vec<_> = stats.first_failures.iter().map(|failure| failure.field.clone().unwrap()).collect();
    assert_eq!(fields, ["n", "word", "ok"]);
    let (batch, _) = scan_with(format, text, |options| options.on_error = OnError::Null);
    assert_eq!(batch.len(), 5);
}

#[test]
fn keys_and_other_fields_are_asked_for_in_any_order() {
    let format = "{a:d} {:kv(b,c:d)} | {d}";
    let text = "1 c=2 b=\"x \\n y is longer than twelve bytes\" | z\n3 | y\n4 b=5 | x\n";
    for strings in [Strings::Utf8, Strings::View, Strings::Binary] {
        let (batch, _) = scan_with(format, text, |options| {
            options.columns = Some(vec![3, 2, 1]);
            options.strings = strings;
        });
        let text = |row| match batch.columns()[2].get(row) {
            Cell::Text(text) => text.as_bytes().to_vec(),
            Cell::Bytes(bytes) => bytes.to_vec(),
            other => panic!("{other:?}"),
        };
        assert_eq!(batch.len(), 2);
        assert_eq!((batch.columns()[1].get(0), batch.columns()[1].get(1)), (Cell::Int64(2), Cell::Null));
        assert_eq!(text(0), b"x \n y is longer than twelve bytes");
        assert_eq!(text(1), b"5");
    }
}

#[test]
fn a_match_has_the_values_and_spans_of_its_keys() {
    let pattern = pattern("{t:t} {kv:kv(level,on:bool,n:d)}");
    let found = pattern.parse("2024-05-18T10:59:06Z on level=\"in\\\"fo\"").unwrap().unwrap();
    assert_eq!(found.get("level").unwrap(), Some(Value::Unescaped("in\"fo".to_owned())));
    assert_eq!((found.text(1), found.span(2)), (Some("\"in\\\"fo\""), Some(23..23)));
    assert_eq!(found.get("on").unwrap(), Some(Value::Bool(true)));
    assert_eq!((found.get("n").unwrap(), found.span(3)), (Some(Value::Null), None));
    assert_eq!(found.get("kv").unwrap(), None);
    assert!(pattern.parse("2024-05-18T10:59:06Z n=1x").unwrap().unwrap().get("n").unwrap_err().is_value());
}

#[test]
fn an_absent_group_and_its_null_texts_have_no_keys() {
    let batch = scan("{a:w}{:[} {:kv(k:d)|k}{:]}", "x k=1\ny\nz k\n");
    assert_eq!([0, 1, 2].map(|row| batch.column("k").unwrap().get(row)), [Cell::Int64(1), Cell::Null, Cell::Null]);
}

#[test]
fn names_that_only_begin_like_a_key_are_other_names() {
    let batch = scan("{ab} {a_[b]} {b[a]} {:kv(a)} {ac}", "1 2 3 a=4 5\n");
    let names: Vec<&str> = batch.schema().columns().map(|(name, _)| name).collect();
    assert_eq!(names, ["ab", "a_[b]", "b[a]", "a", "ac"]);
    assert_eq!(row(&batch, 0), ["1", "2", "3", "4", "5"].map(Cell::Text));
}

#[test]
fn a_list_of_keys_that_cannot_be_is_an_error_that_points_at_it() {
    for (format, message) in [
        ("{x:kv()}", "\"\" is no name of a key"),
        ("{x:kv(a,b c)}", "\"b c\" is no name of a key"),
        ("{x:kv(a,a)}", "\"a\" is a key of kv(…), and stands elsewhere too"),
        ("{x:kv(level,n:d,LEVEL)}", "\"LEVEL\" is a key of kv(…), and stands elsewhere too"),
        ("{x:kv(a:d}", "a list of keys ends with ), as in kv(level,took:dur)"),
        ("{a} {x:kv(a)}", "\"a\" is a key of kv(…), and stands elsewhere too"),
        ("{x:kv(a)} {a:d}", "\"a\" is a key of kv(…), and stands elsewhere too"),
        ("{a[b]} {x:kv(a)}", "\"a\" is a key of kv(…), and stands elsewhere too"),
        ("{x:kv(a)} {a[b][c]:d}", "\"a\" is a key of kv(…), and stands elsewhere too"),
        ("{x:kv(a:nope)}", "format spec 'nope' not recognised"),
        ("{x:kv(a:5d)}", "the key \"a\" has more than a type and null texts"),
        ("{x:kv(a:kv)}", "the key \"a\" cannot be of type \"kv\""),
    ] {
        let error = Pattern::new(format).unwrap_err();
        let text = error.to_string().replace("\"nope\"", "'nope'");
        assert!(error.is_syntax() || error.is_repeated_name(), "{text}");
        assert!(text.contains(message), "{format}: {text}");
    }
}

#[test]
fn a_key_is_found_under_the_rule_of_case_of_all_letters() {
    let batch = scan("{:kv(s,ok)}", "\u{17f}=1 O\u{212a}=2\nS=3 OK=4\n");
    assert_eq!(row(&batch, 0), [Cell::Text("1"), Cell::Text("2")]);
    assert_eq!(row(&batch, 1), [Cell::Text("3"), Cell::Text("4")]);
}

#[test]
fn a_line_of_many_pairs_takes_linear_time() {
    let many = "k=\"a b\" ".repeat(40_000);
    let distinct: String = (0..40_000).map(|n| format!("k{n}=1 ")).collect();
    for text in
        [format!("{many}\n"), format!("{many}\"\n"), format!("{distinct}\n"), format!("{}\n", " ".repeat(100_000))]
    {
        let batch = scan("{kv:kv} end", &text);
        assert_eq!(batch.len(), 0);
        assert!(scan("{kv:kv}", &text).len() <= 1);
    }
}
