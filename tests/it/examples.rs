//! The programs of `examples/`, but for `objects.rs` of `tests/objects.rs`, each run with what it is for and held against what it prints.

use std::{
    io::{BufRead, BufReader, Write},
    sync::mpsc,
    thread,
    time::Duration,
};

use crate::common::{Folder, gzip};

/// The source of an example as a module; its `main` only connects `run` to the world.
macro_rules! example {
    ($(#[path = $path:literal] mod $name:ident;)*) => {
        $(#[path = $path] #[allow(dead_code, reason = "main is not called")] mod $name;)*
    };
}

example! {
    #[path = "../../examples/access_log.rs"]
    mod access_log;
    #[path = "../../examples/failures.rs"]
    mod failures;
    #[path = "../../examples/group_by.rs"]
    mod group_by;
    #[path = "../../examples/many_files.rs"]
    mod many_files;
    #[path = "../../examples/tail.rs"]
    mod tail;
}

type Any = Result<(), Box<dyn std::error::Error>>;

const ACCESS_LOG: &str = r#"10.0.0.7 - - [17/May/2015:10:05:03 +0200] "GET /index.html HTTP/1.1" 200 203023
10.0.0.9 - ann [17/May/2015:10:05:04 +0200] "POST /login HTTP/1.1" 302 0
no access
10.0.0.7 - - [17/May/2015:10:05:05 +0200] "GET /a b HTTP/1.1" 500 17
"#;

#[test]
fn an_access_log_is_a_table_with_types() -> Any {
    let wanted = "\
time    Timestamp { utc: true }
ip      Text
method  Text
path    Text
status  Int64
bytes   Int64

2015-05-17T08:05:03Z  10.0.0.7  GET  /index.html  200  203023
2015-05-17T08:05:04Z  10.0.0.9  POST  /login  302  0
2015-05-17T08:05:05Z  10.0.0.7  GET  /a b  500  17
";
    for log in [ACCESS_LOG.as_bytes(), &gzip(ACCESS_LOG.as_bytes())] {
        let mut out = Vec::new();
        access_log::run(log, &mut out)?;
        assert_eq!(String::from_utf8(out)?, wanted);
    }
    Ok(())
}

#[test]
fn a_live_log_is_answered_line_by_line() -> Any {
    let (input, mut log) = std::io::pipe()?;
    let (answers, mut output) = std::io::pipe()?;
    let tailing = thread::spawn(move || tail::run(input, &mut output).map_err(|error| error.to_string()));
    // Read by a thread of its own, so that an answer that does not come fails the test, and does not hang it.
    let (send, answers_of) = mpsc::channel();
    thread::spawn(move || BufReader::new(answers).lines().try_for_each(|line| send.send(line.unwrap_or_default())));
    let answer = || answers_of.recv_timeout(Duration::from_secs(20));

    log.write_all(b"10:21:36 GET / took 3 ms\n10:21:37 GET /search?q=a took 2300 ms\n")?;
    assert_eq!(answer()?, "10:21:37   2300 ms /search?q=a");
    log.write_all(b"10:21:38 GET /slow to")?;
    assert!(answers_of.recv_timeout(Duration::from_millis(50)).is_err(), "half a line has no answer");
    log.write_all(b"ok 500 ms\nnoise\n")?;
    assert_eq!(answer()?, "10:21:38    500 ms /slow");
    // The last line may lack its newline.
    log.write_all(b"10:21:39 PUT /last took 501 ms")?;
    drop(log);
    assert_eq!(answer()?, "10:21:39    501 ms /last");
    assert_eq!(tailing.join().map_err(|_| "it panicked")?, Ok(()));
    assert!(answer().is_err(), "nothing comes after the end");
    Ok(())
}

#[test]
fn what_was_not_read_is_told_with_its_place_and_reason() -> Any {
    let log = "\
2024-02-28 10:00:00 INFO query: 12 ms
2024-02-30 10:00:00 INFO query: 13 ms
Traceback (most recent call last):
2024-03-01 10:00:00 WARN query: 99999999999999999999 ms
";
    let wanted = "\
4 lines, 167 bytes, 1 rows
1 lines do not match, 2 have a value that cannot be read
line 2, byte 38: field time: \"2024-02-30 10:00:00\": this day is not in the calendar
    2024-02-30 10:00:00 INFO query: 13 ms
line 3, byte 76: does not match the pattern
    Traceback (most recent call last):
line 4, byte 111: field ms: 99999999999999999999 in base 10 does not fit in 64 bits
    2024-03-01 10:00:00 WARN query: 99999999999999999999 ms
";
    let mut out = Vec::new();
    failures::run(log.as_bytes(), &mut out)?;
    assert_eq!(String::from_utf8(out)?, wanted);

    // Gzip data that is cut: what could be unpacked was read.
    let packed = gzip(log.repeat(1000).as_bytes());
    let mut out = Vec::new();
    failures::run(&packed[..packed.len() - 4], &mut out)?;
    let out = String::from_utf8(out)?;
    assert!(out.starts_with("4000 lines, 167000 bytes, 1000 rows\n1000 lines do not match, 2000 have"), "{out}");
    assert!(out.contains("    …\n") && out.contains("the log ends early: standard input: damaged gzip data"), "{out}");
    Ok(())
}

#[test]
fn many_files_are_one_scan() -> Any {
    let folder = Folder::new();
    let line = |n: usize| format!("2024-02-28 10:00:{:02} {} request {n}\n", n % 60, ["INFO", "WARN", "INFO"][n % 3]);
    // Enough for several threads.
    let text: String = (0..60_000).map(line).collect();
    let paths = [
        folder.write("a.log", &text),
        folder.write("b.log.gz", gzip(text.as_bytes())),
        folder.write("c.log", "2024-02-28 10:00:00 ERROR last\nnoise\n"),
    ];
    let mut out = Vec::new();
    many_files::run(paths.clone(), &mut out)?;
    let wanted = format!(
        "       1 ERROR\n   80000 INFO\n   40000 WARN\n       1 other lines\nthe first is in {} at byte 31: noise\n",
        paths[2].display()
    );
    assert_eq!(String::from_utf8(out)?, wanted);
    assert!(many_files::run([folder.at("missing.log")], &mut Vec::new()).is_err());
    Ok(())
}

#[test]
fn groups_are_summed_over_columns() -> Any {
    let mut out = Vec::new();
    group_by::run(ACCESS_LOG.replace("ann", "-").repeat(100).as_bytes(), &mut out)?;
    let wanted = "\
host             requests      bytes errors
10.0.0.7              200   20304000    100
10.0.0.9              100          0      0
all                   300   20304000
";
    assert_eq!(String::from_utf8(out)?, wanted);
    Ok(())
}
