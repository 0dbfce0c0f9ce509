//! Why records have no row: `--why`, and what is told where not one line matched.

use super::run::{Folder, out, parsimd, parsimd_of};

const PATTERN: &str = "{level:w}: {ms:d}";

/// What `--why` writes of lines.
fn why(pattern: &str, log: &str) -> String {
    out(&[pattern, "--why"], log)
}

#[test]
fn lines_that_stop_at_one_place_are_one_reason_with_what_was_found_there() {
    let log = "a: 1 x\na: 1 x\na: 1 x\na: 1 (y)\na: 1 (y)\na: 1 [z]\na: 1 8\na: 1 \"w\"\nnoise\na: 2\n";
    let told = why(PATTERN, log);
    let wanted =
        "8 lines: expected the end after {ms:d}, found \" x\" (3), \" (y)\" (2), \" [z]\" (1) and 2 others\n    ";
    assert!(told.starts_with(wanted), "{told}");
    assert!(told.contains("\n1 line: expected \": \" after {level:w}, found the end\n"), "{told}");
    assert_eq!(told.lines().filter(|line| line.contains(": expected ")).count(), 2, "{told}");
    let told = why(PATTERN, "a: 1 x\na: 1\na: -\na: \na: -\na: x\n");
    let wanted = "4 lines: expected {ms:d} after {level:w}, found \"-\" (2), the end (1) and \"x\" (1)\n";
    assert!(told.starts_with(wanted), "{told}");
}

#[test]
fn what_is_found_in_all_lines_stands_there_without_a_number() {
    let told = why(PATTERN, "a: -\nb: -\nc: 1\n");
    assert!(told.starts_with("2 lines: expected {ms:d} after {level:w}, found \"-\"\n"), "{told}");
}

#[test]
fn numbers_of_what_was_found_add_up_to_those_of_the_reason_where_both_are_estimates() {
    let log = "a: -\na: +\na: -\n".repeat(2000);
    let told = why(PATTERN, &log);
    let wanted = "about 6,000 lines: expected {ms:d} after {level:w}, found \"-\" (4,002) and \"+\" (1,998)\n";
    assert!(told.starts_with(wanted), "{told}");
}

#[test]
fn each_reason_comes_with_what_would_match_its_first_record() {
    let told = why(PATTERN, "a: -\nb 1\n");
    assert!(told.contains("    help: `{ms:d|-}` reads this: \"-\" stands for no value\n"), "{told}");
    assert_eq!(told.matches("    help: ").count(), 2, "{told}");
    // Only all of a long line says what would match.
    let line = format!("a: 1 {} 7 -\n", "x".repeat(300));
    let told = why("{level:w}: {ms:d} {who} {n:d} {bytes:d}", &line);
    assert!(told.contains("found \"-\"") && told.contains("help: `{bytes:d|-}` reads this"), "{told}");
}

#[test]
fn the_place_in_a_long_line_is_shown_also_where_there_is_no_terminal() {
    for length in [10, 100, 119, 120, 121, 300, 3000] {
        let told = why("{level:w}: {who:w} {ms:d}", &format!("a: {} -!\n", "x".repeat(length)));
        let lines: Vec<&str> = told.lines().collect();
        let caret = lines.iter().position(|line| line.trim() == "^").unwrap_or_else(|| panic!("{length}: {told}"));
        let place = lines[caret].chars().count() - 1;
        assert_eq!(lines[caret - 1].chars().nth(place), Some('-'), "{length}: {told}");
        assert!(lines[caret - 1].chars().count() <= 124, "{length}: {told}");
    }
    // The place moves with what is written as an escape.
    let told = why("{level}: {ms:d}", "a\tb: -\n");
    assert!(told.contains("    a\\tb: -\n          ^\n"), "{told}");
}

#[test]
fn the_place_stands_under_a_character_as_wide_as_those_before_it_are() {
    let shown = why("{a} {n:d}", "日本語 x\n");
    let lines: Vec<&str> = shown.lines().collect();
    let at = lines.iter().position(|line| line.contains("日本語 x")).unwrap_or_else(|| panic!("{shown}"));
    // Three characters of two columns, and a blank.
    assert_eq!(lines[at + 1], format!("    {:7}^", ""), "{shown}");
}

#[test]
fn in_a_form_of_rows_each_reason_is_a_row() {
    let folder = Folder::new();
    let file = folder.file("a.log", "a: -\nnoise\nb: -\nc: 1\n");
    let csv = out(&[PATTERN, &file, "--why", "--to", "csv"], "");
    let wanted = format!(
        "lines,is_estimate,reason,help,file,line,position,example\n\
         2,false,\"expected {{ms:d}} after {{level:w}}, found \"\"-\"\"\",\
         \"`{{ms:d|-}}` reads this: \"\"-\"\" stands for no value\",{file},1,3,a: -\n\
         1,false,\"expected \"\": \"\" after {{level:w}}, found the end\","
    );
    assert!(csv.starts_with(&wanted), "{csv}");
    assert_eq!(csv.lines().count(), 3, "{csv}");
    let rows = folder.path("why.csv");
    assert_eq!(out(&[PATTERN, &file, "--why", "-o", &rows], ""), "");
    assert_eq!(std::fs::read_to_string(rows).unwrap(), csv);
    for form in ["ndjson", "tsv", "logfmt", "table"] {
        let written = out(&[PATTERN, &file, "--why", "--to", form], "");
        assert!(written.contains("lines") && written.matches("a.log").count() == 2, "{form}: {written}");
        assert!(!written.contains("2 lines"), "{form}: {written}");
    }
    for form in ["arrow", "parquet"].iter().take(if cfg!(feature = "parquet") { 2 } else { 1 }) {
        let rows = folder.path(&format!("why.{form}"));
        assert_eq!(out(&[PATTERN, &file, "--why", "-o", &rows], ""), "");
        assert!(std::fs::metadata(&rows).unwrap().len() > 300, "{form}");
    }
}

#[test]
fn the_exit_code_says_whether_there_was_a_reason() {
    assert_eq!(parsimd_of(&[PATTERN, "--why"], b"noise\n").code, 0);
    let ran = parsimd_of(&[PATTERN, "--why"], b"a: 1\n");
    assert_eq!((ran.out.as_str(), ran.err.as_str(), ran.code), ("", "", 1));
    let ran = parsimd_of(&[PATTERN, "--why", "--to", "csv"], b"a: 1\n");
    assert_eq!((ran.out.lines().count(), ran.code), (1, 1), "{ran:?}");
}

#[test]
fn options_that_choose_rows_do_not_go_with_records_that_have_none() {
    for asked in ["--why", "--unmatched"] {
        for option in [
            &["--limit", "1"][..],
            &["--head", "1"],
            &["--tail", "1"],
            &["--sort", "ms"],
            &["--select", "ms"],
            &["--where", "ms > 1"],
            &["--since", "2024-05-17"],
            &["--until", "2024-05-17"],
        ] {
            let ran = parsimd(&[&[PATTERN, asked][..], option].concat());
            assert_eq!((ran.out.as_str(), ran.code), ("", 2), "{asked} {option:?}");
            assert!(ran.err.contains("cannot be used with"), "{}", ran.err);
        }
    }
}

#[test]
fn where_a_condition_was_asked_first_it_is_told_of_the_first_lines_that_none_matches() {
    let folder = Folder::new();
    let told = |text: String, condition: &str| {
        let log = folder.file("log.txt", text);
        let ran = parsimd(&[PATTERN, &log, "--where", condition]);
        assert_eq!((ran.out.as_str(), ran.code), ("", 1), "{ran:?}");
        ran.err.replace(&log, "LOG")
    };
    let why = "expected {ms:d} after {level:w}, found \"-\"; ";
    for condition in ["ms = 7", "level = 'b'"] {
        let few = told("a: -\n".repeat(3), condition);
        assert!(few.starts_with(&format!("parsimd: no line of LOG matched: {why}")), "{few}");
        let many = told("a: -\n".repeat(1001), condition);
        assert!(many.starts_with(&format!("parsimd: none of the first 1,000 lines of LOG matched: {why}")), "{many}");
        assert_eq!(told("noise\n".repeat(3) + "a: 1\n", condition), "");
    }
    assert_eq!(parsimd_of(&[PATTERN, "-", "--where", "ms = 7"], b"a: -\n").err, "");
}

#[test]
fn where_no_line_matched_it_is_told_why_the_first_did_not() {
    let brace = "a brace without its partner is no field: write } where the field ends, or {{ for a brace that stands for itself";
    let log = b"Dec 10 06:55:46 LabSZ sshd[24200]: reverse mapping\n".repeat(3);
    let ran = parsimd_of(&["{ip", "-"], &log);
    let wanted = format!("parsimd: no line matched: expected {{ip, found \"Dec\"; {brace}; --why shows all\n");
    assert_eq!((ran.out.as_str(), ran.err.as_str(), ran.code), ("", &*wanted, 1));
    assert!(why("{ip", "Dec 10\n").contains(&format!("    help: {brace}\n")));
    for work in [&["--count"][..], &["--stats"], &["--to", "csv"], &["--sort", "ms"], &["--unmatched"]] {
        let ran = parsimd_of(&[&[PATTERN][..], work].concat(), b"a: -\n");
        assert!(
            ran.err.starts_with("parsimd: no line matched: expected {ms:d} after {level:w}, found \"-\"; "),
            "{ran:?}"
        );
    }
    let told = |args: &[&str], log: &[u8]| parsimd_of(args, log).err;
    assert_eq!(told(&[PATTERN, "--quiet"], b"noise\n"), "");
    assert_eq!(told(&[PATTERN], b"noise\na: 1\n"), "");
    assert_eq!(told(&[PATTERN], b""), "");
    assert_eq!(told(&[PATTERN, "--where", "ms > 7"], b"a: 1\n"), "");
    assert_eq!(
        told(&[PATTERN, "--match", "first"], b"noise\n"),
        "parsimd: no line matched the pattern; --why shows all\n"
    );
    assert!(told(&["{n:d}"], b"99999999999999999999\n").starts_with("parsimd: no line could be read: field n: "));
    let set = told(&["-p", "x={n:d} x", "-p", "y={n:d} yes"], b"1 ye\n");
    assert!(set.starts_with("parsimd: no line matched: y: expected \" yes\" after {n:d}"), "{set}");
}
