//! Which rows and columns are shown, and what is made of them.

use crate::run::{Folder, out, parsimd, parsimd_of};

const PATTERN: &str = "{at:ti} {level:w} {ms:d|-} {host}";
const LOG: &str = "2024-05-17T10:00:00 info 5 a\n\
                   2024-05-17T10:00:01 warn 20 b\n\
                   noise\n\
                   2024-05-17T10:00:02 info - a\n\
                   2024-05-17T11:00:00 info 7 c\n\
                   2024-05-18T00:00:00 warn 10 a\n";

fn csv(args: &[&str]) -> String {
    out(&[&[PATTERN, "--to", "csv"], args].concat(), LOG)
}

#[test]
fn select_chooses_columns_and_their_order() {
    assert_eq!(csv(&["--select", "host,ms", "--head", "2"]), "host,ms\na,5\nb,20\n");
    let ran = parsimd(&[PATTERN, "--select", "hots"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("no column is called \"hots\": there are at, level, ms, host"), "{}", ran.err);
}

#[test]
fn origins_are_columns_that_can_be_asked_for() {
    let folder = Folder::new();
    let [a, b] = [folder.file("a", LOG), folder.file("b", LOG)];
    let args = [PATTERN, &a, &b, "--to", "csv", "--where", "line = 4", "--select", "ms", "--include", "file,line"];
    assert_eq!(parsimd(&args).out, format!("ms,file,line\n,{a},4\n,{b},4\n"));
    assert_eq!(csv(&["--select", "line,offset", "--head", "1"]), "line,offset\n1,0\n");
}

#[test]
fn where_chooses_rows() {
    assert_eq!(csv(&["--where", "ms >= 7 and not host = 'b'", "--select", "ms"]), "ms\n7\n10\n");
    assert_eq!(csv(&["--where", "host ~ '[bc]' or ms = null", "--select", "host,ms"]), "host,ms\nb,20\na,\nc,7\n");
}

#[test]
fn a_wrong_condition_is_drawn_with_its_place() {
    let ran = parsimd(&[PATTERN, "--where", "ms > 1s"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("ms > 1s") && ran.err.contains("^^"), "{}", ran.err);
}

#[test]
fn since_and_until_are_of_the_first_column_of_times() {
    assert_eq!(
        csv(&["--since", "2024-05-17 10:00:01", "--until", "2024-05-18", "--select", "host"]),
        "host\nb\na\nc\n"
    );
    let ran = parsimd(&["{n:d}", "--since", "2024-05-17"]);
    assert!(ran.code == 2 && ran.err.contains("need a column of time stamps"), "{ran:?}");
    let ran = parsimd(&[PATTERN, "--since", "2h"]);
    assert!(ran.code == 2 && ran.err.contains("--tz"), "{ran:?}");
    let ran = parsimd_of(&[PATTERN, "--tz", "UTC", "--since", "2h"], LOG.as_bytes());
    assert_eq!((ran.code, ran.out.as_str()), (1, ""));
}

#[test]
fn head_and_tail_and_limit_cut_the_rows_that_are_shown() {
    assert_eq!(csv(&["--select", "host", "--head", "2"]), "host\na\nb\n");
    assert_eq!(csv(&["--select", "host", "--tail", "2"]), "host\nc\na\n");
    assert_eq!(csv(&["--select", "host", "--limit", "3", "--tail", "2"]), "host\nb\na\n");
    assert_eq!(csv(&["--select", "host", "--where", "ms != 5", "--limit", "2"]), "host\nb\na\n");
}

#[test]
fn a_limit_holds_for_all_files_together() {
    let folder = Folder::new();
    let [a, b] = [folder.file("a", LOG), folder.file("b", LOG)];
    for (limit, rows) in [("3", 3), ("5", 5), ("7", 7), ("100", 10)] {
        let ran = parsimd(&[PATTERN, &a, &b, "--limit", limit]);
        assert_eq!((ran.out.lines().count(), ran.code), (rows, 0), "{limit}");
        assert_eq!(parsimd(&[PATTERN, &a, &b, "--limit", limit, "--count"]).out, format!("{rows}\n"));
    }
}

#[test]
fn count_is_the_number_of_rows() {
    assert_eq!(out(&[PATTERN, "--count"], LOG), "5\n");
    assert_eq!(out(&[PATTERN, "--count", "--where", "level = 'info'"], LOG), "3\n");
    assert_eq!(out(&[PATTERN, "--count", "--to", "ndjson"], LOG), "{\"count\":5}\n");
    let ran = parsimd_of(&[PATTERN, "--count"], b"noise\n");
    assert_eq!((ran.out.as_str(), ran.code), ("0\n", 1));
}

#[test]
fn sort_puts_nulls_last_and_keeps_the_order_of_equals() {
    assert_eq!(csv(&["--sort", "ms", "--select", "ms,host"]), "ms,host\n5,a\n7,c\n10,a\n20,b\n,a\n");
    assert_eq!(csv(&["--sort", "-ms", "--select", "ms,host", "--head", "2"]), "ms,host\n20,b\n10,a\n");
    assert_eq!(
        csv(&["--sort", "level,-at", "--select", "level,ms"]),
        "level,ms\ninfo,7\ninfo,\ninfo,5\nwarn,10\nwarn,20\n"
    );
    assert_eq!(csv(&["--sort", "ms", "--tail", "2", "--select", "host"]), "host\nb\na\n");
    let ran = parsimd(&[PATTERN, "--sort", "-took"]);
    assert!(ran.code == 2 && ran.err.contains("took"), "{ran:?}");
}

#[test]
fn groups_come_in_the_order_in_which_they_were_seen() {
    assert_eq!(csv(&["--group-by", "level"]), "level,count\ninfo,3\nwarn,2\n");
    assert_eq!(
        csv(&[
            "--group-by",
            "level",
            "--agg",
            "count, count(ms), sum(ms), mean(ms), min(ms), max(at), median(ms), p100(ms), distinct(host)"
        ]),
        "level,count,count(ms),sum(ms),mean(ms),min(ms),max(at),median(ms),p100(ms),distinct(host)\n\
         info,3,2,12,6.0,5,2024-05-17T11:00:00,5.0,7.0,2\n\
         warn,2,2,30,15.0,10,2024-05-18T00:00:00,10.0,20.0,2\n"
    );
    assert_eq!(
        csv(&["--group-by", "host,level", "--sort", "-count,host", "--head", "2"]),
        "host,level,count\na,info,2\na,warn,1\n"
    );
    assert_eq!(csv(&["--agg", "sum(ms)", "--where", "level = 'warn'"]), "sum(ms)\n30\n");
}

#[test]
fn a_wrong_function_is_drawn_with_its_place() {
    for (functions, message) in [
        ("mode(ms)", "not a function"),
        ("mean", "of which column?"),
        ("mean(host)", "host is neither"),
        ("mean(mss)", "no column is called mss"),
        ("count(ms", "a parenthesis that is not closed"),
        ("count sum(ms)", "not what follows a function"),
        ("p101(ms)", "not a function"),
    ] {
        let ran = parsimd(&[PATTERN, "--agg", functions]);
        assert_eq!(ran.code, 2);
        assert!(ran.err.contains(message) && ran.err.contains('^'), "{}", ran.err);
    }
}

#[test]
fn statistics_say_what_is_in_each_column() {
    let drawn = out(&[PATTERN, "--stats", "--to", "table"], LOG);
    for words in [
        "5 rows",
        "ms     integer: 4 values, 1 null, 4 different",
        "5 … 20   mean 10.5   median 7   p95 20",
        "level  text: 5 values, 0 null, 2 different",
        " 60.0 %  info",
        "2024-05-17 10:00:00 … 2024-05-18 00:00:00",
    ] {
        assert!(drawn.contains(words), "{words} is not in\n{drawn}");
    }
    let rows = csv(&["--stats", "--select", "ms"]);
    assert!(
        rows.starts_with(
            "column,type,count,nulls,distinct,min,max,mean,median,p95,histogram\nms,integer,4,1,4,5,20,10.5,7.0,20.0,"
        ),
        "{rows}"
    );
}

#[test]
fn records_without_a_row_come_as_they_stand() {
    let log = "info 1\nnoise\r\nwarn 99999999999999999999\ninfo 2\nlast";
    let ran = parsimd_of(&["{level:w} {ms:d}", "--unmatched"], log.as_bytes());
    assert_eq!((ran.out.as_str(), ran.code), ("noise\r\nwarn 99999999999999999999\nlast\n", 0));
    assert_eq!(parsimd_of(&["{level:w} {ms:d}", "--unmatched"], b"info 1\n").code, 1);
    let many = "noise and more noise\n".repeat(100_000);
    assert!(parsimd_of(&["{level:w} {ms:d}", "--unmatched"], many.as_bytes()).out == many);
}

#[test]
fn reasons_are_told_with_their_first_record_and_its_place() {
    let folder = Folder::new();
    let [a, b] = [folder.file("a", "info: 1\nwarn: -\nnoise\n"), folder.file("b", "warn: -\n")];
    let ran = parsimd(&["{level:w}: {ms:d}", &a, &b, "--why"]);
    let begin =
        format!("2 lines: expected {{ms:d}} after {{level:w}}, found \"-\"\n    {a}:2:\n    warn: -\n          ^\n");
    assert!(ran.out.starts_with(&begin), "{}", ran.out);
    assert_eq!(ran.code, 0);
}
