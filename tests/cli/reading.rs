//! Patterns, files, standard input, exit codes.

use std::{
    io::{Read, Write},
    process::Stdio,
    time::{Duration, Instant},
};

use crate::run::{Folder, Ran, command, out, parsimd, parsimd_of};

const LOG: &str = "info 12\nnoise\nwarn 340\n";

#[test]
fn a_pattern_and_files_give_rows_in_the_order_of_the_files() {
    let folder = Folder::new();
    let [a, b] = [folder.file("a", LOG), folder.file("b", "last 1")];
    let ran = parsimd(&["{level:w} {ms:d}", &a, &b]);
    let rows = "{\"level\":\"info\",\"ms\":12}\n{\"level\":\"warn\",\"ms\":340}\n{\"level\":\"last\",\"ms\":1}\n";
    assert_eq!(ran, Ran { out: rows.to_owned(), err: String::new(), code: 0 });
}

#[test]
fn standard_input_is_a_dash_or_no_file() {
    for args in [&["{level:w} {ms:d}", "--count"][..], &["{level:w} {ms:d}", "-", "--count"]] {
        assert_eq!(out(args, LOG), "2\n");
    }
}

#[test]
fn compressed_files_and_input_are_unpacked() {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(LOG.as_bytes()).unwrap();
    let packed = packer.finish().unwrap();
    let folder = Folder::new();
    assert_eq!(parsimd(&["{level:w} {ms:d}", "--count", &folder.file("a.gz", &packed)]).out, "2\n");
    assert_eq!(parsimd_of(&["{level:w} {ms:d}", "--count"], &packed).out, "2\n");
}

#[test]
fn a_file_whose_name_has_a_brace_is_a_file() {
    let folder = Folder::new();
    let file = folder.file("{x}", LOG);
    assert_eq!(out(&["-p", "{level:w} {ms:d}", "--count", &file], ""), "2\n");
    let ran = parsimd(&[&file, "--format", "syslog"]);
    assert_eq!(ran.code, 1, "{ran:?}");
}

#[test]
fn the_name_of_a_ready_pattern_that_is_no_file_is_told_its_option() {
    let folder = Folder::new();
    let file = folder.file("a", LOG);
    let ran = parsimd(&["syslog", &file]);
    let told = "parsimd: syslog: there is no such file; the ready pattern of this name is chosen by --format syslog\n";
    assert_eq!((ran.out.as_str(), ran.err.as_str(), ran.code), ("", told, 2));
    let ran = parsimd(&["-p", "syslog", &file]);
    assert!(ran.err.contains("that is the name of a ready pattern") && ran.err.contains("--format syslog"), "{ran:?}");
}

#[test]
fn exit_codes_are_those_of_grep() {
    let folder = Folder::new();
    let file = folder.file("a", LOG);
    let code = |args: &[&str]| parsimd(args).code;
    assert_eq!(code(&["{level:w} {ms:d}", &file]), 0);
    assert_eq!(code(&["{level:w} {ms:d}", &file, "--where", "ms > 1000"]), 1);
    assert_eq!(code(&["{x:tu}", &file]), 1);
    assert_eq!(code(&["{level:w} {ms:d}", &folder.path("none")]), 2);
    assert_eq!(code(&["{level:q5}", &file]), 2);
    assert_eq!(code(&["--no-such-option"]), 2);
    assert_eq!(code(&["--help"]), 0);
    assert_eq!(code(&["--version"]), 0);
}

#[test]
fn a_file_that_cannot_be_read_costs_no_row_of_the_others() {
    let folder = Folder::new();
    let [a, none, b] = [folder.file("a", "x 1\n"), folder.path("none"), folder.file("b", "y 2\n")];
    let ran = parsimd(&["{level:w} {ms:d}", &a, &none, &b, "--to", "csv"]);
    assert_eq!((ran.out.as_str(), ran.code), ("level,ms\nx,1\ny,2\n", 2));
    assert!(ran.err.starts_with(&format!("parsimd: {none}: No such file or directory")), "{}", ran.err);
}

#[test]
fn a_damaged_file_gives_its_rows_before_the_damage() {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(LOG.as_bytes()).unwrap();
    let packed = packer.finish().unwrap();
    let folder = Folder::new();
    let file = folder.file("a.gz", &packed[..packed.len() - 6]);
    let ran = parsimd(&["{level:w} {ms:d}", "--count", &file]);
    assert_eq!((ran.out.as_str(), ran.code), ("2\n", 2));
    assert!(ran.err.contains("damaged gzip data"), "{}", ran.err);
}

#[test]
fn a_wrong_pattern_is_drawn_with_its_place() {
    let ran = parsimd(&["{when} {count:y}"]);
    assert_eq!((ran.out.as_str(), ran.code), ("", 2));
    assert!(ran.err.contains("{when} {count:y}") && ran.err.contains('^'), "{}", ran.err);
}

#[test]
fn a_reader_that_goes_away_ends_the_work_without_a_word() {
    let mut child = command()
        .args(["{n:d}", "--to", "csv"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || {
        // Without an end: it ends when nobody reads.
        let line = "12345\n".repeat(1000);
        while stdin.write_all(line.as_bytes()).is_ok() {}
    });
    let mut stdout = child.stdout.take().unwrap();
    stdout.read_exact(&mut [0; 100]).unwrap();
    drop(stdout);
    let begin = Instant::now();
    let ended = child.wait_with_output().unwrap();
    assert!(begin.elapsed() < Duration::from_secs(10));
    writer.join().unwrap();
    assert_eq!((String::from_utf8(ended.stderr).unwrap().as_str(), ended.status.code()), ("", Some(0)));
}

#[test]
fn rows_of_a_pipe_come_while_it_is_open() {
    let mut child = command().args(["{n:d}"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut stdout = child.stdout.take().unwrap();
    for n in 1..4 {
        writeln!(stdin, "{n}").unwrap();
        let mut row = [0; 8];
        stdout.read_exact(&mut row).unwrap();
        assert_eq!(row, format!("{{\"n\":{n}}}\n").as_bytes());
    }
    drop(stdin);
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_ready_pattern_is_taken_by_its_name() {
    let line = "Jun 14 15:16:01 combo sshd[19939]: check pass\n";
    let rows = out(&["--format", "syslog", "--year", "2005", "--select", "time,program,pid"], line);
    assert_eq!(rows, "{\"time\":\"2005-06-14T15:16:01\",\"program\":\"sshd\",\"pid\":19939}\n");
    let ran = parsimd(&["--format", "nginx"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("did you mean nginx-combined or nginx-error?"), "{}", ran.err);
}

#[test]
fn records_of_several_lines_are_one_row() {
    let log = "2024-05-17 10:05:03 ERROR no connection\n  at Main\n2024-05-17 10:05:05 INFO up\n";
    let rows = out(&["{at:ti} {level:w} {message}", "--multiline", "--select", "message"], log);
    assert_eq!(rows, "{\"message\":\"no connection\\n  at Main\"}\n{\"message\":\"up\"}\n");
}

#[test]
fn matches_in_a_line_are_chosen() {
    let log = "a <1> <2>\n<3>\n";
    let ns = |which| out(&["<{n:d}>", "--match", which, "--to", "csv"], log);
    assert_eq!((ns("line"), ns("first"), ns("all")), ("n\n3\n".into(), "n\n1\n3\n".into(), "n\n1\n2\n3\n".into()));
}

#[test]
fn times_are_of_the_zone_and_the_year_that_are_named() {
    let args = ["{at:ts}", "--year", "2020", "--tz", "+02:00", "--to", "csv"];
    assert_eq!(out(&args, "Nov  9 03:37:44\n"), "at\n2020-11-09T01:37:44Z\n");
    let ran = parsimd(&["{at:ts}", "--tz", "Europe/Berlim"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("did you mean \"Europe/Berlin\"?"), "{}", ran.err);
    for year in ["0", "05", "99", "10000"] {
        let ran = parsimd(&["{at:ts}", "--year", year]);
        assert!(ran.code == 2 && ran.err.contains("with its century"), "{year}: {}", ran.err);
    }
}

#[test]
fn what_a_guess_had_to_choose_is_told() {
    let folder = Folder::new();
    let file = folder.file("a.log", b"01/02/2026 10:00:00 INFO up\n02/02/2026 10:00:00 INFO down\n");
    let ran = parsimd(&[&file, "--count"]);
    assert_eq!(ran.out, "2\n");
    assert!(ran.err.contains("\n  note: no day tells whether times are"), "{}", ran.err);
}

#[test]
fn lines_that_begin_inside_of_a_stack_trace_are_guessed_as_records_of_several_lines() {
    let folder = Folder::new();
    let record = "2026-01-02 03:04:05,678 ERROR [main] app.Server: down\njava.io.IOException: disk\n\tat app.Disk.write(Disk.java:7)\n";
    let file = folder.file("a.log", format!("\tat app.Disk.sync(Disk.java:9)\n{}", record.repeat(9)));
    let ran = parsimd(&[&file, "--where", "message ~ 'IOException'", "--count"]);
    assert_eq!(ran.out, "9\n", "{}", ran.err);
}

#[test]
fn threads_and_instruction_sets_do_not_change_the_rows() {
    let log: String = (0..200_000).map(|n| format!("{} {n}\n", ["a", "b", "-"][n % 3])).collect();
    let one = out(&["{level:w} {ms:d}", "--threads", "1"], &log);
    assert_eq!(one.lines().count(), 133_334);
    assert!(out(&["{level:w} {ms:d}", "--threads", "4"], &log) == one);
    assert!(out(&["{level:w} {ms:d}", "--isa", "scalar"], &log) == one);
    assert_eq!(parsimd(&["{n:d}", "--isa", "mmx"]).code, 2);
}

#[test]
fn lists_and_the_plan_are_printed_without_reading() {
    for (args, words) in [
        (&["--list-types"][..], "{name:dur}"),
        (&["--list-formats"], "nginx-combined"),
        (&["{n:d} x", "--explain"], "authority"),
        (&["--man"], ".TH parsimd"),
        (&["--completions", "bash"], "_parsimd"),
        (&["--help"], "--group-by"),
    ] {
        let ran = parsimd(args);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{args:?}");
        assert!(ran.out.contains(words), "{args:?}: {}", ran.out);
    }
}

#[test]
fn without_a_pattern_it_is_guessed_and_told() {
    let log: String = (0..60)
        .map(|n| format!("2026-01-02 03:04:{n:02} INFO [main] app.Server: request {n} took {} ms\n", n * 7))
        .collect();
    let folder = Folder::new();
    let file = folder.file("a.log", &log);
    for ran in [parsimd(&[&file, "--to", "csv"]), parsimd_of(&["--to", "csv"], log.as_bytes())] {
        assert_eq!((ran.code, ran.out.lines().count()), (0, 61), "{ran:?}");
        assert!(ran.err.starts_with("parsimd: guessed") && ran.err.contains('{'), "{}", ran.err);
    }
    assert_eq!(parsimd(&[&file, "--quiet", "--count"]).err, "");
    let ran = parsimd(&[&file, "--guess"]);
    assert!(ran.code == 0 && ran.out.contains("100 %") && ran.out.contains('{'), "{ran:?}");
    assert_eq!(parsimd(&[&folder.path("none"), "--guess"]).code, 2);
}

#[test]
fn what_is_told_of_a_guess_reads_the_same_rows() {
    let dated: String = (0..60).map(|n| format!("Dec 10 06:55:{n:02} host sshd[{n}]: line {n}\n")).collect();
    let traced: String = (0..60)
        .map(|n| {
            format!(
                "2026-01-02 03:04:{n:02} ERROR [main] app.Server: request {n}\n\tat app.Server.run(Server.java:{n})\n"
            )
        })
        .collect();
    for (log, option) in [(dated, ""), (traced, "--multiline")] {
        let folder = Folder::new();
        let file = folder.file("a.log", &log);
        let guessed = parsimd(&[&file, "--to", "csv"]);
        let told = guessed.err.split_once('\'').and_then(|(_, told)| told.split_once(", which reads"));
        let (pattern, options) = told.and_then(|(told, _)| told.rsplit_once('\'')).unwrap_or_default();
        assert_eq!(options.trim(), option, "{}", guessed.err);
        let args: Vec<&str> = [pattern, &file, "--to", "csv"].into_iter().chain(options.split_whitespace()).collect();
        assert_eq!(parsimd(&args).out, guessed.out);
    }
}

#[test]
fn a_glob_with_alternatives_is_no_pattern_and_a_pattern_after_a_file_is_told() {
    let folder = Folder::new();
    let file = folder.file("a.log", "1\n");
    folder.file("b.txt", "2\n");
    let ran = parsimd(&["{n:d}", &folder.path("*.{log,txt}"), "--to", "csv"]);
    assert_eq!((ran.code, ran.out.as_str()), (0, "n\n1\n2\n"));
    let ran = parsimd(&[&folder.path("{a,b}.{log,txt}"), "-p", "{n:d}", "--to", "csv"]);
    assert_eq!((ran.code, ran.out.as_str()), (0, "n\n1\n2\n"));
    let ran = parsimd(&[&folder.path("{a,b}.{log,txt}"), "--count", "--quiet"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let ran = parsimd(&[&file, "{n:d}"]);
    assert_eq!(ran.code, 2);
    assert_eq!(ran.err, "parsimd: {n:d}: there is no such file; a pattern stands before the files, or after -p\n");
}

#[test]
fn what_is_wrong_with_a_guess_is_told_with_the_file() {
    let folder = Folder::new();
    let json = folder.file("a.json", "{\"a\":1}\n{\"a\":2}\n");
    for (args, begin) in [
        (&[&*json][..], format!("parsimd: {json}: this is JSON")),
        (&["-"], "parsimd: <stdin>: this is JSON".to_owned()),
    ] {
        let ran = parsimd_of(args, b"{\"a\":1}\n{\"a\":2}\n");
        assert_eq!(ran.code, 2);
        assert!(ran.err.starts_with(&begin), "{}", ran.err);
    }
}

#[test]
fn nothing_matches_in_an_empty_log_with_a_pattern_or_without() {
    let folder = Folder::new();
    let [empty, packed] =
        [folder.file("a", ""), folder.file("b.gz", b"\x1f\x8b\x08\0\0\0\0\0\0\x03\x03\0\0\0\0\0\0\0\0\0")];
    for file in [&*empty, &*packed, "-"] {
        assert_eq!(parsimd(&["{n:d}", file]).code, 1, "{file}");
        let ran = parsimd(&[file]);
        assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{file}");
        assert!(ran.err.ends_with(": there are no lines to guess a pattern from\n"), "{}", ran.err);
        assert_eq!(parsimd(&[file, "--quiet"]).err, "");
    }
    // The lines of the first file that has some are taken.
    let log: String = (0..30).map(|n| format!("2026-01-02 03:04:{n:02} INFO up {n}\n")).collect();
    let ran = parsimd(&[&empty, &folder.file("c", log), "--count"]);
    assert_eq!((ran.code, ran.out.as_str()), (0, "30\n"), "{}", ran.err);
    assert_eq!(parsimd(&[&empty, &folder.path("none")]).code, 2);
}
