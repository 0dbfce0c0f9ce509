//! Pipes: opening and reading wait for nobody, what has come is given, and what a pipe holds is seen by enough of its first bytes.

use std::{
    fs::{File, OpenOptions},
    io::Write,
    num::NonZeroUsize,
    path::Path,
    thread,
    time::{Duration, Instant},
};

use parsimd::{Batch, Input, Scan, ScanOptions};

use crate::common::{Folder, gzip, open, pattern};

/// Longer than anything here should take, and shorter than a test that hangs.
const LONG: Duration = Duration::from_secs(20);

fn scan(path: &Path, threads: usize) -> Scan<'static> {
    let mut options = ScanOptions::default();
    options.threads = NonZeroUsize::new(threads);
    pattern("{level:w} {n:d}").scan_input(open(path), options)
}

fn writer(path: &Path) -> File {
    OpenOptions::new().write(true).open(path).unwrap_or_else(|error| panic!("{error}"))
}

fn write(file: &mut File, bytes: &[u8]) {
    file.write_all(bytes).unwrap_or_else(|error| panic!("{error}"));
}

/// What comes soon: no rows, unless there are some.
fn soon(scan: &mut Scan<'_>) -> Option<Batch> {
    scan.next_soon().map(|batch| batch.unwrap_or_else(|error| panic!("{error}")))
}

/// The rows that come next, however long that takes.
fn rows(scan: &mut Scan<'_>) -> Option<usize> {
    let begin = Instant::now();
    loop {
        assert!(begin.elapsed() < LONG, "no rows came");
        match soon(scan) {
            Some(batch) if batch.is_empty() => {}
            batch => return batch.map(|batch| batch.len()),
        }
    }
}

#[test]
fn a_pipe_that_is_silent_keeps_nobody_waiting_and_gives_what_it_has() {
    for threads in [1, 3] {
        let folder = Folder::new();
        let path = folder.fifo("pipe");
        // Nobody writes to it yet: opening does not wait, and it has not ended.
        let mut scan = scan(&path, threads);
        for _ in 0..3 {
            let begin = Instant::now();
            assert!(soon(&mut scan).is_some_and(|batch| batch.is_empty()));
            assert!(begin.elapsed() < Duration::from_secs(2));
        }
        let mut file = writer(&path);
        assert!(soon(&mut scan).is_some_and(|batch| batch.is_empty()));
        write(&mut file, b"info 1\ninfo 2\nin");
        assert_eq!(rows(&mut scan), Some(2), "whole records do not wait for more");
        assert!(soon(&mut scan).is_some_and(|batch| batch.is_empty()));
        write(&mut file, b"fo 3\n");
        assert_eq!(rows(&mut scan), Some(1));
        write(&mut file, b"info 4");
        assert!(soon(&mut scan).is_some_and(|batch| batch.is_empty()));
        drop(file);
        assert_eq!(rows(&mut scan), Some(1), "the last record may lack its newline");
        assert_eq!(rows(&mut scan), None);
        assert_eq!((scan.stats().records, scan.stats().bytes), (4, 27));
    }
}

#[test]
fn an_iterator_over_a_pipe_waits_for_its_end() {
    for threads in [1, 3] {
        let folder = Folder::new();
        let path = folder.fifo("pipe");
        let (to, packed) = (path.clone(), gzip(&b"info 1\n".repeat(5000)));
        let writing = thread::spawn(move || {
            thread::sleep(Duration::from_millis(60));
            let mut file = writer(&to);
            for part in packed.chunks(packed.len() / 3 + 1) {
                thread::sleep(Duration::from_millis(60));
                write(&mut file, part);
            }
        });
        let mut scan = scan(&path, threads);
        assert_eq!(scan.read_all().map(|batch| batch.len()).ok(), Some(5000));
        assert!(writing.join().is_ok());
    }
}

#[test]
fn the_first_bytes_of_a_pipe_may_come_one_by_one() {
    for (number, data) in
        [gzip(b"info 1\ninfo 2\n"), b"BZh 5\nBZh 6\n".to_vec(), b"B 5\nB 6\n".to_vec()].iter().enumerate()
    {
        let folder = Folder::new();
        let path = folder.fifo("pipe");
        let mut scan = scan(&path, 1);
        let mut file = writer(&path);
        for byte in &data[..12.min(data.len())] {
            write(&mut file, &[*byte]);
            if number == 0 {
                assert!(soon(&mut scan).is_some_and(|batch| batch.is_empty()));
            }
        }
        write(&mut file, &data[12.min(data.len())..]);
        drop(file);
        assert_eq!(scan.read_all().map(|batch| batch.len()).ok(), Some(2), "{number}");
    }
}

#[test]
fn bytes_that_come_without_a_pause_are_given_in_blocks() {
    let folder = Folder::new();
    let path = folder.fifo("pipe");
    let to = path.clone();
    let writing = thread::spawn(move || write(&mut writer(&to), &b"info 1\n".repeat(500_000)));
    let mut scan = scan(&path, 2);
    let lengths: Vec<usize> = std::iter::from_fn(|| rows(&mut scan)).collect();
    assert_eq!(lengths.iter().sum::<usize>(), 500_000);
    assert!(writing.join().is_ok());
}

#[test]
fn a_line_that_never_ends_keeps_nobody_waiting() {
    let folder = Folder::new();
    let path = folder.fifo("pipe");
    let mut scan = scan(&path, 1);
    let mut file = writer(&path);
    let writing = thread::spawn(move || while file.write_all(&[b'x'; 4096]).is_ok() {});
    for _ in 0..5 {
        let begin = Instant::now();
        assert!(soon(&mut scan).is_some_and(|batch| batch.is_empty()));
        assert!(begin.elapsed() < Duration::from_secs(2));
    }
    // The writer ends when nobody reads any more.
    drop(scan);
    assert!(writing.join().is_ok());
}

#[test]
fn what_cannot_be_read_is_an_error_at_once() {
    let folder = std::env::temp_dir();
    let error = Input::open(&folder).map(|_| ()).unwrap_err();
    assert!(error.is_io() && error.to_string().contains("directory: name the files in it"), "{error}");
    let missing = Input::open(folder.join("parsimd-missing")).map(|_| ()).unwrap_err();
    assert!(missing.is_io(), "{missing}");
    // A device is no plain file either.
    let mut scan = scan(Path::new("/dev/null"), 1);
    assert_eq!(scan.read_all().map(|batch| batch.len()).ok(), Some(0));
}
