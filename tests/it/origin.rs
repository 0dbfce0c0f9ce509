//! `ScanOptions::include`: the file, the line and the byte that each record came from.

use parsimd::{Input, Matches, OnError, Origin, Strings};

use crate::common::{Folder, Random, gzip, options, pattern, read, spelt};

const ALL: [Origin; 3] = [Origin::File, Origin::Line, Origin::Offset];

/// Lines of some files: with holes, too long, not UTF-8, and without a newline at the end.
fn file(random: &mut Random) -> Vec<u8> {
    let lines: [&[u8]; 7] =
        [b"5\n", b"x\n", b"\n", b"77\r\n", b"\0\0\x0042\n", b"\xff\n", b"a line that is too long for this scan\n"];
    let mut text: Vec<u8> = (0..random.below(60)).flat_map(|_| lines[random.below(lines.len())].to_vec()).collect();
    if random.below(2) == 0 {
        text.extend(b"9");
    }
    text
}

/// The rows by the obvious way: each line that is a number, or each line, with where it is.
fn wanted(name: &str, text: &[u8], on_error: OnError) -> Vec<Vec<String>> {
    let (mut rows, mut offset) = (Vec::new(), 0);
    for (number, line) in text.split_inclusive(|&byte| byte == b'\n').enumerate() {
        let hole = line.iter().take_while(|&&byte| byte == 0).count();
        let number_in_it = std::str::from_utf8(&line[hole..]).ok().and_then(|text| text.trim_end().parse::<i64>().ok());
        if number_in_it.is_some() || on_error == OnError::Null {
            let value = number_in_it.map_or("Null".to_owned(), |value| format!("Int64({value})"));
            let origin =
                [format!("Text({name:?})"), format!("Int64({})", number + 1), format!("Int64({})", offset + hole)];
            rows.push([value].into_iter().chain(origin).collect());
        }
        offset += line.len();
    }
    rows
}

#[test]
fn each_row_has_the_file_the_line_and_the_byte_of_its_record() {
    let mut random = Random(3);
    let folder = Folder::new();
    let pattern = pattern("{n:d}");
    for _ in 0..20 {
        let texts: Vec<Vec<u8>> = (0..3).map(|_| file(&mut random)).collect();
        let paths: Vec<_> = texts
            .iter()
            .enumerate()
            .map(|(number, text)| match number {
                1 => folder.write("1.gz", gzip(text)),
                _ => folder.write(&format!("{number}.log"), text),
            })
            .collect();
        for on_error in [OnError::Skip, OnError::Null] {
            let files = texts.iter().zip(&paths);
            let rows: Vec<_> =
                files.flat_map(|(text, path)| wanted(&path.display().to_string(), text, on_error)).collect();
            for (block_bytes, threads) in [(1, 1), (40, 3), (1 << 20, 1)] {
                let mut options = options(threads, block_bytes);
                (options.include, options.on_error, options.max_record_bytes) = (ALL.to_vec(), on_error, 20);
                let input = Input::files(paths.clone()).unwrap_or_else(|error| panic!("{error}"));
                assert_eq!(spelt(&read(&pattern, input, options).0), rows, "blocks of {block_bytes}");
            }
        }
    }
}

#[test]
fn columns_come_in_the_order_that_was_asked_for_after_those_of_the_fields() {
    for strings in [Strings::Utf8, Strings::View, Strings::Binary] {
        let mut options = options(1, 1 << 20);
        (options.include, options.strings) = (vec![Origin::Offset, Origin::File], strings);
        options.columns = Some(vec![1]);
        let (batch, _) = read(&pattern("{a:w} {b:d}"), Input::bytes("x 1\ny 2\n"), options);
        let names: Vec<_> = batch.schema().columns().map(|(name, _)| name.to_owned()).collect();
        assert_eq!(names, ["b", "offset", "file"]);
        let bytes = "Text(\"<bytes>\")";
        assert_eq!(spelt(&batch), [["Int64(1)", "Int64(0)", bytes], ["Int64(2)", "Int64(4)", bytes]]);
    }
}

#[test]
fn each_match_of_a_line_has_the_line() {
    let mut options = options(1, 1);
    (options.include, options.matches) = (vec![Origin::Line], Matches::All);
    let (batch, _) = read(&pattern("<{n:d}>"), Input::bytes("\n<1> <2>\n<3>"), options);
    assert_eq!(spelt(&batch), [["Int64(1)", "Int64(2)"], ["Int64(2)", "Int64(2)"], ["Int64(3)", "Int64(3)"]]);
}

#[test]
fn lines_are_counted_also_where_most_are_skipped() {
    let text = "no\n".repeat(1000) + "failed 1\n" + &"no\n".repeat(30_000) + "failed 2\n";
    for block_bytes in [1000, 1 << 20] {
        let mut options = options(1, block_bytes);
        options.include = vec![Origin::Line];
        let input = Input::bytes(&text).then(Input::bytes(&text));
        let (batch, _) = read(&pattern("failed {n:d}"), input, options);
        let rows = [["Int64(1)", "Int64(1001)"], ["Int64(2)", "Int64(31002)"]];
        assert_eq!(spelt(&batch), [rows, rows].concat());
    }
}

#[test]
fn a_name_that_a_field_has_is_an_error_that_says_so() {
    for (format, include, reason) in [
        ("{file} {n:d}", vec![Origin::File], "the pattern has a field of this name"),
        ("{n:d}", vec![Origin::Line, Origin::Line], "twice"),
    ] {
        let mut options = options(1, 1);
        options.include = include;
        let pattern = pattern(format);
        let error = pattern.check(&options).expect_err("a wrong column");
        assert!(error.is_column() && error.to_string().contains(reason), "{error}");
        let error =
            pattern.scan_input(Input::bytes("a 1\n"), options).read_all().map(|_| ()).expect_err("as the scan says");
        assert!(error.is_column(), "{error}");
    }
}

#[test]
fn texts_that_are_given_one_by_one_come_from_no_line() {
    let mut options = options(1, 1);
    options.include = vec![Origin::Line];
    let error = pattern("{n:d}").scan_texts([Some(&b"1"[..])], options).map(|_| ()).expect_err("not for texts");
    assert!(error.is_options(), "{error}");
}
