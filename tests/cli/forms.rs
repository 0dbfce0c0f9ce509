//! The forms of the output.

use std::fs;

use crate::run::{Folder, out, parsimd, parsimd_of};

const PATTERN: &str = "{word}|{n:d|-}|{x:g}|{at:ti}|{day:%Y-%m-%d}|{clock:tt}|{took:dur}|{ok:bool}|{pairs:kv}";
const LOG: &str = "say \"hi\", é|-|1.5|2024-05-17T10:05:03.5Z|2024-05-17|10:05:03|12.5ms|yes|a=1 b=\"x y\"\n\
                   \tcut|7|nan|2024-05-17 10:05:03|2024-05-18|00:00:00|2m3s|no|c=3\n";

fn form(form: &str) -> String {
    out(&[PATTERN, "--quiet", "--to", form], LOG)
}

#[test]
fn ndjson_has_numbers_for_numbers_and_null_for_nothing() {
    assert_eq!(
        form("ndjson"),
        concat!(
            r#"{"word":"say \"hi\", é","n":null,"x":1.5,"at":"2024-05-17T10:05:03.500","day":"2024-05-17","clock":"10:05:03","took":0.0125,"ok":true,"pairs":{"a":"1","b":"x y"}}"#,
            "\n",
            r#"{"word":"\tcut","n":7,"x":null,"at":"2024-05-17T10:05:03","day":"2024-05-18","clock":"00:00:00","took":123,"ok":false,"pairs":{"c":"3"}}"#,
            "\n"
        )
    );
}

#[test]
fn csv_and_tsv_quote_what_would_end_a_value() {
    assert_eq!(
        form("csv"),
        concat!(
            "word,n,x,at,day,clock,took,ok,pairs\n",
            r#""say ""hi"", é",,1.5,2024-05-17T10:05:03.500,2024-05-17,10:05:03,0.0125,true,"{""a"":""1"",""b"":""x y""}""#,
            "\n\tcut,7,NaN,2024-05-17T10:05:03,2024-05-18,00:00:00,123,false,\"{\"\"c\"\":\"\"3\"\"}\"\n"
        )
    );
    assert!(form("tsv").contains("\"\tcut\"\t7\tNaN\t"));
    assert_eq!(out(&["{a}", "--to", "csv", "--where", "a != null"], "x\n"), "a\nx\n");
}

#[test]
fn a_form_with_names_has_them_also_without_rows() {
    let ran = parsimd_of(&["{a:d} {b}", "--to", "csv"], b"nothing\n");
    assert_eq!((ran.out.as_str(), ran.code), ("a,b\n", 1));
}

#[test]
fn logfmt_is_read_back_by_the_type_of_pairs() {
    let logfmt = form("logfmt");
    assert!(logfmt.starts_with("word=\"say \\\"hi\\\", é\" x=1.5 at=2024-05-17T10:05:03.500 day="), "{logfmt}");
    let back = out(&["{:kv(word,n:d,took:dur)}"], &logfmt);
    assert_eq!(
        back,
        "{\"word\":\"say \\\"hi\\\", é\",\"n\":null,\"took\":0.0125}\n{\"word\":\"\\tcut\",\"n\":7,\"took\":123}\n"
    );
}

#[test]
fn a_table_stands_in_columns_and_shows_control_characters() {
    assert_eq!(
        out(&[PATTERN, "--quiet", "--to", "table", "--select", "word,n,took,at"], LOG),
        "word         n    took  at\n\
         say \"hi\", é  -  12.5ms  2024-05-17 10:05:03.500\n\
         \\tcut        7    2m3s  2024-05-17 10:05:03\n"
    );
}

#[test]
fn colours_are_for_terminals_unless_they_are_wanted() {
    let colored = |when| out(&["{n:d|-}", "--to", "table", "--color", when], "-\n").contains('\x1b');
    assert_eq!((colored("auto"), colored("always"), colored("never")), (false, true, false));
}

#[test]
fn arrow_is_a_stream_in_a_pipe_and_a_file_in_a_file() {
    let folder = Folder::new();
    let file = folder.path("x.arrow");
    assert_eq!(out(&[PATTERN, "--quiet", "-o", &file], LOG), "");
    assert!(fs::read(&file).unwrap().starts_with(b"ARROW1"));
    let stream = parsimd_of(&[PATTERN, "--to", "arrow"], LOG.as_bytes());
    assert!(stream.code == 0 && stream.out.len() > 100 && !stream.out.starts_with("ARROW1"));
}

#[cfg(feature = "parquet")]
#[test]
fn parquet_begins_and_ends_as_it_should() {
    let folder = Folder::new();
    let file = folder.path("x.parquet");
    assert_eq!(out(&[PATTERN.replace("{took:dur}", "{took}").as_str(), "--quiet", "-o", &file], LOG), "");
    let bytes = fs::read(&file).unwrap();
    assert!(bytes.starts_with(b"PAR1") && bytes.ends_with(b"PAR1"));
}

#[test]
fn the_name_of_the_output_says_the_form() {
    let folder = Folder::new();
    for (name, begin) in [("x.csv", "n\n"), ("x.jsonl", "{\"n\":"), ("x.txt", "n\n"), ("x.logfmt", "n=1")] {
        let file = folder.path(name);
        assert_eq!(out(&["{n:d}", "-o", &file], "1\n"), "");
        assert!(fs::read_to_string(&file).unwrap().starts_with(begin), "{name}");
    }
}

#[cfg(unix)]
#[test]
fn standard_output_by_its_name_needs_no_form_also_where_it_is_a_file() {
    let folder = Folder::new();
    let out = std::fs::File::create(folder.path("out")).expect("a file can be made");
    let args = ["{n:d}", &folder.file("in.log", "1\n"), "-o", "/dev/stdout"];
    let status = crate::run::command().args(args).stdout(out).status().expect("the command starts");
    assert!(status.success());
    assert_eq!(std::fs::read_to_string(folder.path("out")).expect("it is there"), "{\"n\":1}\n");
}

#[test]
fn a_file_that_is_read_is_not_written_over() {
    let folder = Folder::new();
    let file = folder.file("a.log", "1\n");
    let ran = parsimd(&["{n:d}", &file, "-o", &file]);
    assert_eq!(ran.code, 2);
    assert_eq!(fs::read_to_string(&file).unwrap(), "1\n");
}

#[test]
fn a_name_that_says_no_form_is_an_error_that_lists_those_that_do() {
    let folder = Folder::new();
    for (name, args, message) in [
        ("x.csv.gz", &[][..], "the output is not compressed: write it into a pipe"),
        ("x.csv.zst", &["--to", "csv"], "the output is not compressed: write it into a pipe"),
        ("x.xlsx", &[], "its name says no form: end it in .csv, .tsv, .ndjson, .jsonl, .json,"),
        ("x", &[], "or say the form with --to"),
    ] {
        let file = folder.path(name);
        let ran = parsimd(&[&["{n:d}", "-o", &file], args].concat());
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{name}");
        assert!(ran.err.starts_with(&format!("parsimd: {file}: ")) && ran.err.contains(message), "{}", ran.err);
        assert!(fs::metadata(&file).is_err(), "{name} was not written");
    }
    let file = folder.path("X.CSV");
    assert_eq!(out(&["{n:d}", "-o", &file], "1\n"), "");
    assert_eq!(fs::read_to_string(&file).unwrap(), "n\n1\n");
    assert_eq!(out(&["{n:d}", "-o", &folder.path("x"), "--to", "tsv"], "1\n"), "");
    #[cfg(unix)]
    assert_eq!(out(&["{n:d}", "-o", "/dev/null"], "1\n"), "");
}
