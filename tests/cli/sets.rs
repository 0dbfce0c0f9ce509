//! Several patterns at once.

use crate::run::{Folder, out, parsimd, parsimd_of};

const FAILED: &str = "failed=Failed password for {user} from {ip:ip} port {port:d}";
const ACCEPTED: &str = "accepted=Accepted {method:w} for {user} from {ip:ip}";
const LOG: &str = "Failed password for bob from 10.0.0.9 port 22\n\
                   noise\n\
                   Accepted publickey for ada from 10.0.0.7\n\
                   Failed password for eve from 10.0.0.8 port 4711\n";

fn csv(args: &[&str]) -> String {
    out(&[&["-p", FAILED, "-p", ACCEPTED, "--to", "csv"], args].concat(), LOG)
}

#[test]
fn rows_of_all_patterns_are_one_table_in_the_order_of_the_lines() {
    assert_eq!(
        csv(&[]),
        "pattern,user,ip,port,method\n\
         failed,bob,10.0.0.9,22,\n\
         accepted,ada,10.0.0.7,,publickey\n\
         failed,eve,10.0.0.8,4711,\n"
    );
}

#[test]
fn rows_and_columns_are_chosen_as_of_one_pattern() {
    assert_eq!(
        csv(&["--select", "port,pattern", "--sort", "-port"]),
        "port,pattern\n4711,failed\n22,failed\n,accepted\n"
    );
    assert_eq!(csv(&["--where", "method = null and port > 100", "--select", "user"]), "user\neve\n");
    assert_eq!(
        csv(&["--where", "pattern = 'accepted'", "--select", "user", "--include", "line"]),
        "user,line\nada,3\n"
    );
    assert_eq!(csv(&["--limit", "2", "--select", "user"]), "user\nbob\nada\n");
    assert_eq!(csv(&["--tail", "2", "--select", "user"]), "user\nada\neve\n");
}

#[test]
fn since_is_of_the_first_column_of_times_of_each_pattern() {
    let log = "a 2024-05-17T10:00:00Z\n\
               b 2024-05-18T10:00:00Z 2024-05-01T00:00:00Z\n\
               a 2024-05-18T10:00:01Z\n\
               b 2024-05-17T10:00:00Z 2024-06-01T00:00:00Z\n\
               c 7\n";
    let args = [
        "-p",
        "a {at:ti}",
        "-p",
        "b {begin:ti} {at:ti}",
        "-p",
        "c {n:d}",
        "--include",
        "line",
        "--select",
        "pattern",
        "--to",
        "csv",
    ];
    let since = |more: &[&str]| out(&[&args[..], more].concat(), log);
    assert_eq!(since(&["--since", "2024-05-18"]), "pattern,line\n2,2\n1,3\n");
    assert_eq!(since(&["--until", "2024-05-18"]), "pattern,line\n1,1\n2,4\n");
    assert_eq!(since(&["--since", "2024-05-18", "--where", "line < 3"]), "pattern,line\n2,2\n");
}

#[test]
fn all_rows_are_counted_grouped_and_described_as_of_one_pattern() {
    assert_eq!(
        csv(&["--group-by", "pattern", "--agg", "count, max(port)"]),
        "pattern,count,max(port)\nfailed,2,4711\naccepted,1,\n"
    );
    assert_eq!(csv(&["--count"]), "count\n3\n");
    let drawn = out(&["-p", FAILED, "-p", ACCEPTED, "--stats", "--to", "table"], LOG);
    for words in [
        "3 rows",
        "pattern  text: 3 values, 0 null, 2 different",
        "66.7 %  failed",
        "port     integer: 2 values, 1 null",
    ] {
        assert!(drawn.contains(words), "{words} is not in\n{drawn}");
    }
}

#[test]
fn records_of_no_pattern_are_given_and_explained_by_that_which_came_furthest() {
    assert_eq!(out(&["-p", FAILED, "-p", ACCEPTED, "--unmatched"], LOG), "noise\n");
    let log = "Failed password for bob from nowhere port 22\n";
    let ran = parsimd_of(&["-p", FAILED, "-p", ACCEPTED, "--why"], log.as_bytes());
    assert!(ran.out.starts_with("1 line: failed: expected "), "{}", ran.out);
    assert_eq!(ran.code, 0);
}

#[test]
fn every_form_has_the_rows_of_all_patterns() {
    for form in ["ndjson", "tsv", "logfmt", "table"] {
        let written = out(&["-p", FAILED, "-p", ACCEPTED, "--to", form], LOG);
        let [failed, accepted] = ["failed", "accepted"].map(|name| written.matches(name).count());
        assert_eq!((failed, accepted), (2, 1), "{form}: {written}");
    }
    let folder = Folder::new();
    for form in ["arrow", "parquet"].iter().take(if cfg!(feature = "parquet") { 2 } else { 1 }) {
        let file = folder.path(&format!("x.{form}"));
        assert_eq!(out(&["-p", FAILED, "-p", ACCEPTED, "-o", &file], LOG), "");
        assert!(std::fs::metadata(&file).unwrap().len() > 300);
    }
}

#[test]
fn a_pattern_without_a_name_is_called_by_its_place() {
    let named = |first: &str, second: &str| {
        out(&["-p", first, "-p", second, "--group-by", "pattern", "--to", "csv"], "a 1\nb\n")
    };
    assert_eq!(named("a {n:d}", "{letter:w}"), "pattern,count\n1,1\n2,1\n");
    assert_eq!(named("num-1=a {n:d}", "{letter:w}"), "pattern,count\nnum-1,1\n2,1\n");
}

#[test]
fn the_text_of_one_pattern_alone_has_no_name() {
    assert_eq!(out(&["-p", "level={level:w} {n:d}", "--to", "csv"], "level=info 1\n"), "level,n\ninfo,1\n");
    let two =
        out(&["-p", "info=level=info {n:d}", "-p", "level=level={level:w} {n:d}", "--to", "csv"], "level=warn 1\n");
    assert_eq!(two, "pattern,n,level\nlevel,1,warn\n");
}

#[test]
fn patterns_that_make_no_table_are_told_by_their_names() {
    for (first, second, message) in [
        ("a={x:d}", "b={x}", "column \"x\" is of type Int64 in pattern \"a\" and of type Text in pattern \"b\""),
        ("a={x:d}", "a={y}", "two patterns of the set are called \"a\""),
        ("a={pattern:d}", "b={y}", "pattern \"a\" has a field \"pattern\""),
    ] {
        let ran = parsimd(&["-p", first, "-p", second]);
        assert!(ran.code == 2 && ran.out.is_empty() && ran.err.contains(message), "{ran:?}");
    }
}

#[test]
fn what_is_for_one_pattern_is_told_by_its_option() {
    for option in [&["--multiline"][..], &["--match", "all"]] {
        let ran = parsimd(&[&["-p", FAILED, "-p", ACCEPTED], option].concat());
        let begin = format!("parsimd: {} is for one pattern: ", option.join(" "));
        assert!(ran.code == 2 && ran.err.starts_with(&begin), "{ran:?}");
    }
}

#[test]
fn the_plan_of_several_patterns_names_each() {
    let ran = parsimd(&["-p", FAILED, "-p", ACCEPTED, "--explain"]);
    assert!(ran.out.contains("\n\"failed\": ") && ran.out.contains("\n\"accepted\": "), "{}", ran.out);
}

#[test]
fn lines_of_several_kinds_are_read_without_a_pattern() {
    let log: String = (10..60)
        .map(|n| {
            format!(
                "2026-01-02 03:04:{n} INFO [main] app.Server: request {n}\n\
                 192.0.2.{n} - - [17/May/2015:10:05:{n} +0000] \"GET /{n} HTTP/1.1\" 200 {n} \"-\" \"curl/8.{n}\"\n"
            )
        })
        .collect();
    let ran = parsimd_of(
        &["--group-by", "pattern", "--agg", "count, count(time), count(time2)", "--to", "csv"],
        log.as_bytes(),
    );
    // The times of one kind have an offset, and those of the other have none.
    let mut rows: Vec<&str> = ran.out.lines().map(|row| row.split_once(',').unwrap().1).collect();
    rows[1..].sort_unstable();
    assert_eq!(rows, ["count,count(time),count(time2)", "50,0,50", "50,50,0"], "{ran:?}");
    assert!(ran.err.starts_with("parsimd: guessed 2 patterns, which read 100 % of 100 lines:\n  -p "), "{}", ran.err);
    // What is told can be given as it stands.
    let words = ran.err.lines().skip(1).filter_map(|line| line.trim().split_once(' '));
    let patterns: Vec<String> = words.flat_map(|(p, word)| [p.to_owned(), word.replace('\'', "")]).collect();
    let args: Vec<&str> = patterns.iter().map(String::as_str).chain(["--count"]).collect();
    assert_eq!(out(&args, &log), "100\n");
}

#[test]
fn a_column_that_nobody_asks_for_costs_no_row() {
    let log = "Failed password for eve from 10.0.0.8 port 99999999999999999999\n";
    let rows =
        |args: &[&str]| parsimd_of(&[&["-p", FAILED, "-p", ACCEPTED, "--to", "csv"], args].concat(), log.as_bytes());
    assert_eq!(rows(&[]).out, "pattern,user,ip,port,method\n");
    assert_eq!(rows(&["--select", "user"]).out, "user\neve\n");
    assert_eq!(rows(&["--count"]).out, "count\n1\n");
    assert_eq!(rows(&["--group-by", "user", "--agg", "max(port)"]).out, "user,max(port)\n");
}

#[test]
fn a_line_whose_row_is_left_out_does_not_go_to_the_next_pattern() {
    let args = ["-p", "first={n:d} {word}", "-p", "second={word} {n:d}", "--to", "csv", "--where", "n > 5"];
    assert_eq!(out(&args, "1 7\n9 x\nx 8\n"), "pattern,n,word\nfirst,9,x\nsecond,8,x\n");
    // The second has no `m`, which is null there.
    let args = ["-p", "first={n:d} {m:d}", "-p", "second={n:d} {word}", "--to", "csv", "--where", "m = null or m = 2"];
    assert_eq!(out(&args, "1 7\n1 2\n3 x\n"), "pattern,n,m,word\nfirst,1,2,\nsecond,3,,x\n");
}

#[test]
fn a_field_without_a_name_is_no_column_because_another_pattern_has_one_of_its_number() {
    let args = ["-p", "a={} is {n:d}", "-p", "b={:d}", "--to", "csv"];
    assert_eq!(out(&args, "x is 1\n2\n"), "pattern,n,0\na,1,\nb,,2\n");
}
