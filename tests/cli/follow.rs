//! `--follow`: rows come as they are written, until somebody ends it.

use std::{
    fs::{self, OpenOptions},
    io::{BufRead, BufReader, Read, Write},
    process::{Child, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
    time::{Duration, Instant},
};

use crate::run::{Folder, Ran, command, parsimd};

/// Longer than anything here should take, and shorter than a test that hangs.
const LONG: Duration = Duration::from_secs(30);

/// The command at work.
struct Running {
    child: Child,
    out: Receiver<String>,
    err: Receiver<String>,
}

impl Running {
    fn new(args: &[&str]) -> Running {
        let mut command = command();
        let command = command.args(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the command starts");
        let (out, err) = (child.stdout.take().expect("piped"), child.stderr.take().expect("piped"));
        Running { child, out: lines(out), err: lines(err) }
    }

    /// The next line of the output, however long it takes.
    fn line(&self) -> String {
        self.out.recv_timeout(LONG).expect("a line comes")
    }

    fn lines(&self, count: usize) -> Vec<String> {
        (0..count).map(|_| self.line()).collect()
    }

    fn told(&self) -> String {
        self.err.recv_timeout(LONG).expect("something is told")
    }

    /// The exit code of a command that ends by itself, and what it still writes.
    fn end(mut self) -> (Option<i32>, Vec<String>, Vec<String>) {
        let begin = Instant::now();
        let status = loop {
            match self.child.try_wait().expect("it can be waited for") {
                Some(status) => break status,
                None => assert!(begin.elapsed() < LONG, "it does not end"),
            }
            thread::sleep(Duration::from_millis(5));
        };
        (status.code(), self.out.iter().collect(), self.err.iter().collect())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The lines of a pipe, as they come.
fn lines(from: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        for line in BufReader::new(from).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                break;
            }
        }
    });
    receiver
}

fn append(path: &str, text: &str) {
    let file = OpenOptions::new().append(true).create(true).open(path);
    file.and_then(|mut file| file.write_all(text.as_bytes())).expect("the log can be written");
}

#[test]
fn rows_come_as_they_are_written_in_every_form_that_can_be_read_on() {
    for (form, header, rows) in [
        ("ndjson", None, ["{\"n\":1}", "{\"n\":2}", "{\"n\":3}"]),
        ("csv", Some("n"), ["1", "2", "3"]),
        ("tsv", Some("n"), ["1", "2", "3"]),
        ("logfmt", None, ["n=1", "n=2", "n=3"]),
        ("table", Some("n"), ["1", "2", "3"]),
    ] {
        let folder = Folder::new();
        let path = folder.file("a.log", "n 1\n");
        let running = Running::new(&["n {n:d}", "-f", &path, "--to", form]);
        assert_eq!(running.lines(header.iter().len()), header.into_iter().collect::<Vec<_>>(), "{form}");
        assert_eq!(running.line(), rows[0]);
        append(&path, "n 2\nn ");
        assert_eq!(running.line(), rows[1]);
        append(&path, "3\n");
        assert_eq!(running.line(), rows[2]);
        assert!(running.out.try_recv().is_err());
    }
}

#[test]
fn a_file_that_is_not_there_yet_is_waited_for_where_rows_go_to_a_file_too() {
    let folder = Folder::new();
    let path = folder.path("a.log");
    let running = Running::new(&["n {n:d}", "--follow", &path, "--output", &folder.path("rows.csv")]);
    assert_eq!(running.told(), format!("parsimd: {path}: there is no such file; it is waited for"));
}

#[test]
fn rows_come_through_rotation_truncation_and_absence() {
    let folder = Folder::new();
    let path = folder.path("a.log");
    let running = Running::new(&["n {n:d}", "--follow", &path, "--to", "csv"]);
    assert_eq!(running.told(), format!("parsimd: {path}: there is no such file; it is waited for"));
    append(&path, "n 1\n");
    assert_eq!(running.lines(2), ["n", "1"]);
    fs::rename(&path, folder.path("a.log.1")).unwrap();
    append(&folder.path("a.log.1"), "n 2\n");
    append(&path, "n 3\n");
    assert_eq!(running.lines(2), ["2", "3"]);
    append(&path, "n 4\nn 55");
    assert_eq!(running.line(), "4");
    folder.file("a.log", "");
    let told = running.told();
    assert!(told.contains("a.log: shrank to 0 bytes after") && told.ends_with("and is read from its start"), "{told}");
    append(&path, "n 6\n");
    assert_eq!(running.line(), "6");
    fs::remove_file(&path).unwrap();
    append(&path, "n 7\n");
    assert_eq!(running.line(), "7");
    assert!(running.err.try_recv().is_err(), "each is told once");
}

#[test]
fn several_files_are_followed_at_once() {
    let folder = Folder::new();
    let [a, b] = [folder.file("a.log", "n 1\n"), folder.file("b.log", "")];
    let running = Running::new(&["n {n:d}", "-F", &a, &b, "--include", "file,line", "--to", "csv"]);
    assert_eq!(running.lines(2), ["n,file,line".to_owned(), format!("1,{a},1")]);
    for n in 2..5 {
        append(&b, &format!("n {n}\n"));
        assert_eq!(running.line(), format!("{n},{b},{}", n - 1));
        append(&a, &format!("n {n}\n"));
        assert_eq!(running.line(), format!("{n},{a},{n}"));
    }
}

#[test]
fn a_number_of_rows_ends_it() {
    for option in ["--head", "--limit"] {
        for condition in [&[][..], &["--where", "n > 0"]] {
            let folder = Folder::new();
            let path = folder.file("a.log", "n 1\n");
            let running = Running::new(&[&["n {n:d}", "--follow", &path, option, "2"], condition].concat());
            assert_eq!(running.line(), "{\"n\":1}");
            append(&path, "n 2\nn 3\n");
            assert_eq!(running.end(), (Some(0), vec!["{\"n\":2}".to_owned()], vec![]));
        }
    }
}

#[cfg(unix)]
#[test]
fn a_signal_ends_it() {
    use std::os::unix::process::ExitStatusExt;

    let folder = Folder::new();
    let path = folder.file("a.log", "n 1\n");
    let mut running = Running::new(&["n {n:d}", "--follow", &path]);
    running.line();
    let id = running.child.id().to_string();
    let sent = std::process::Command::new("kill").args(["-INT", &id]).status();
    assert!(sent.is_ok_and(|status| status.success()));
    let status = running.child.wait().unwrap();
    assert_eq!((status.signal(), running.err.iter().count()), (Some(2), 0));
}

#[test]
fn records_that_have_no_row_are_followed_too() {
    let folder = Folder::new();
    let path = folder.file("a.log", "n 1\nnoise\n");
    let running = Running::new(&["n {n:d}", "--follow", &path, "--unmatched"]);
    assert_eq!(running.line(), "noise");
    append(&path, "n 2\nmore noise\n");
    assert_eq!(running.line(), "more noise");
}

#[test]
fn what_needs_a_last_row_is_an_error() {
    let folder = Folder::new();
    let path = folder.file("a.log", "n 1\n");
    let error = |more: &[&str]| {
        let Ran { out, err, code } = parsimd(&[&["n {n:d}", &path, "--follow"], more].concat());
        assert_eq!((out.as_str(), code), ("", 2), "{more:?}");
        err
    };
    for option in [
        &["--sort", "n"][..],
        &["--tail", "2"],
        &["--count"],
        &["--stats"],
        &["--group-by", "n"],
        &["--agg", "max(n)"],
        &["--why"],
    ] {
        let expected = "needs all rows, and a file that is followed has no last one: leave out one of the two";
        assert_eq!(error(option), format!("parsimd: {} {expected}\n", option[0]));
    }
    let [rows, table] = [folder.path("rows.parquet"), folder.path("rows.arrow")];
    for output in [&rows, &table] {
        assert!(error(&["-o", output]).contains("with --follow it never is: take ndjson"));
        assert!(fs::metadata(output).is_err());
    }
    assert!(error(&["-"]).contains("standard input is read as it comes, and not followed"));
}

#[test]
fn several_patterns_are_followed() {
    let folder = Folder::new();
    let path = folder.file("a.log", "n 1\n");
    let running = Running::new(&["-p", "n=n {n:d}", "-p", "w=w {w:w}", "-f", &path, "--to", "csv"]);
    assert_eq!(running.lines(2), ["pattern,n,w", "n,1,"]);
    append(&path, "w up\nnoise\nn 2\n");
    assert_eq!(running.lines(2), ["w,,up", "n,2,"]);
}

#[test]
fn a_pattern_of_names_is_followed_as_the_files_that_it_means_at_first() {
    let folder = Folder::new();
    let [a, b] = [folder.file("a.log", "n 1\n"), folder.file("b.log", "")];
    let running = Running::new(&["n {n:d}", "-f", &folder.path("*.log"), "--include", "file", "--to", "csv"]);
    assert_eq!(running.lines(2), ["n,file".to_owned(), format!("1,{a}")]);
    append(&b, "n 2\n");
    assert_eq!(running.line(), format!("2,{b}"));
    let ran = parsimd(&["n {n:d}", "-f", &folder.path("*.txt")]);
    assert_eq!((ran.out.as_str(), ran.code), ("", 2));
    let told = "no file has a name that matches this: --follow reads the files that are there when it begins";
    assert!(ran.err.contains(told) && ran.err.contains("*.txt"), "{}", ran.err);
}

#[test]
fn a_guess_is_made_of_the_lines_that_are_there_and_followed() {
    let line = |n: u32| format!("2026-01-02 03:04:{n:02} INFO [main] app.Server: request {n}\n");
    let folder = Folder::new();
    let path = folder.file("a.log", (0..20).map(line).collect::<String>());
    let running = Running::new(&["-f", &path, "--select", "message", "--to", "csv", "--where", "message ~ ' (7|21)$'"]);
    assert!(running.told().starts_with("parsimd: guessed "));
    assert_eq!(running.lines(2), ["message", "request 7"]);
    append(&path, &(line(20) + &line(21)));
    assert_eq!(running.line(), "request 21");
    let [none, empty] = [folder.path("none.log"), folder.file("empty.log", "")];
    for (path, why) in [(none, "No such file"), (empty, "there are no lines to guess a pattern from")] {
        let ran = parsimd(&["--follow", &path]);
        assert_eq!((ran.out.as_str(), ran.code), ("", 2));
        let begin = format!("parsimd: {path}: {why}");
        assert!(ran.err.starts_with(&begin) && ran.err.contains("--follow '{time:t} {message}'"), "{}", ran.err);
    }
}
