//! Outputs that fail: a full disk is told, with an exit code of 2; a reader that has gone ends the work without a word.

use std::{
    fs::File,
    io::Read,
    process::{Command, Stdio},
};

use super::run::{Folder, command};

/// What is written in each form, and by each kind of work.
const WORK: [&[&str]; 9] = [
    &["--to", "ndjson"],
    &["--to", "csv"],
    &["--to", "logfmt"],
    &["--to", "table"],
    &["--to", "arrow"],
    &["--count"],
    &["--stats"],
    &["--unmatched"],
    &["--why"],
];

fn log(folder: &Folder) -> String {
    folder.file("x.log", (0..50_000).map(|n| format!("{n} up\nnoise {n}\n")).collect::<String>())
}

fn work(log: &str, args: &[&str]) -> Command {
    let mut command = command();
    command.args(["{n:d} {what:w}", log]).args(args).stdin(Stdio::null()).stderr(Stdio::piped());
    command
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told_and_the_exit_code_is_that_of_an_error() {
    let folder = Folder::new();
    let log = log(&folder);
    for args in WORK {
        let full = File::options().write(true).open("/dev/full").expect("this system has it");
        let ran = work(&log, args).stdout(full).output().expect("it runs");
        let error = String::from_utf8_lossy(&ran.stderr);
        assert_eq!(ran.status.code(), Some(2), "{args:?}: {error}");
        assert!(error.contains("No space left on device"), "{args:?}: {error}");
    }
    for form in ["ndjson", "csv", "arrow"] {
        let ran = work(&log, &["--to", form, "-o", "/dev/full"]).stdout(Stdio::null()).output().expect("it runs");
        let error = String::from_utf8_lossy(&ran.stderr);
        assert_eq!(ran.status.code(), Some(2), "{form}: {error}");
        assert!(error.contains("/dev/full") && error.contains("No space left on device"), "{form}: {error}");
    }
}

#[test]
fn a_closed_pipe_ends_every_kind_of_work_without_a_word() {
    let folder = Folder::new();
    let log = log(&folder);
    for args in WORK {
        let mut child = work(&log, args).stdout(Stdio::piped()).spawn().expect("it runs");
        drop(child.stdout.take());
        let (mut error, mut stderr) = (String::new(), child.stderr.take().expect("it has one"));
        stderr.read_to_string(&mut error).expect("it is text");
        let code = child.wait().expect("it ends").code();
        assert!(!error.contains("panicked") && !error.contains("roken pipe"), "{args:?}: {error}");
        assert!(matches!(code, Some(0 | 1)), "{args:?}: {code:?} {error}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn an_input_that_cannot_be_read_is_not_called_the_output() {
    let folder = Folder::new();
    let ran = command().stdin(File::open(&folder).expect("a folder")).output().expect("it runs");
    let error = String::from_utf8_lossy(&ran.stderr);
    assert_eq!(ran.status.code(), Some(2), "{error}");
    assert!(error.contains("<stdin>") && error.contains("directory"), "{error}");
}

#[cfg(unix)]
#[test]
fn a_file_whose_name_is_not_utf8_is_read() {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt};

    let folder = Folder::new();
    let path = folder.as_ref().join(OsStr::from_bytes(b"caf\xe9.log"));
    std::fs::write(&path, "1 up\n").expect("it can be written");
    let ran =
        command().args(["{n:d} {what:w}", "--to", "csv", "--include", "file"]).arg(&path).output().expect("it runs");
    let out = String::from_utf8_lossy(&ran.stdout);
    assert_eq!(ran.status.code(), Some(0), "{}", String::from_utf8_lossy(&ran.stderr));
    assert!(out.ends_with("caf\u{fffd}.log\n") && out.contains("\n1,up,"), "{out}");
}

#[test]
fn conditions_nested_deeper_than_the_limit_are_an_error_that_points_at_it() {
    let folder = Folder::new();
    let log = folder.file("y.log", "1 up\n");
    for (depth, code) in [(99, 0), (100, 0), (101, 2)] {
        let condition = "(".repeat(depth) + "n = 1" + &")".repeat(depth);
        let ran = work(&log, &["--where", &condition]).output().expect("it runs");
        let error = String::from_utf8_lossy(&ran.stderr);
        assert_eq!(ran.status.code(), Some(code), "{depth}: {error}");
        assert_eq!(error.contains("expected at most 100 within each other"), code == 2, "{error}");
    }
}
