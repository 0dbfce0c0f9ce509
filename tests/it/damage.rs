//! Damage, at every byte: what is read before it is right, and it is told; nothing is wrong in silence.

use std::{
    ffi::OsStr,
    fs::OpenOptions,
    io::{self, Read},
    path::Path,
    thread,
    time::Duration,
};

use parsimd::{Cell, FailureKind, Input, Origin, Scan, ScanOptions, Stats};

use crate::{
    common::{Folder, Random, map, open, options, pattern, share_of},
    compressed::CODECS,
};

/// Each line has its number twice, so that none made of two halves is one, and an end, so that no half is one.
const FORMAT: &str = "{n:d} {noise} {again:d} end";

/// Lines of so many bytes or a little more, which do not compress well.
fn lines(bytes: usize) -> Vec<u8> {
    let mut random = Random(1);
    let mut text = String::new();
    for number in 0.. {
        if text.len() >= bytes {
            break;
        }
        let noise: String = (0..60).map(|_| format!("{:04x}", random.below(1 << 16))).collect();
        text += &format!("{number} {noise} {number} end\n");
    }
    text.into_bytes()
}

/// What came of a scan.
struct Outcome {
    rows: usize,
    error: Option<String>,
    stats: Stats,
}

/// Reads to the end; rows must be those of `lines`, from the first on.
fn rows(mut scan: Scan<'_>, how: &str) -> Outcome {
    let (mut rows, mut error) = (0, None);
    for batch in &mut scan {
        match batch {
            Ok(batch) => {
                for row in 0..batch.len() {
                    let number = Cell::Int64((rows + row) as i64);
                    assert_eq!([batch.columns()[0].get(row), batch.columns()[2].get(row)], [number, number], "{how}");
                }
                rows += batch.len();
            }
            Err(told) => assert!(error.replace(told.to_string()).is_none(), "{how}: an error is told once"),
        }
    }
    Outcome { rows, error, stats: scan.stats().clone() }
}

/// How many whole lines there are.
fn whole_lines(text: &[u8]) -> usize {
    text.iter().filter(|&&byte| byte == b'\n').count()
}

/// How much a decoder gives that has the first 0, 1, 2, … bytes.
fn unpacked_after_each(packed: &[u8]) -> Vec<usize> {
    // A header of ten bytes comes before the data, without a name in it.
    let (mut decoder, mut buffer) = (flate2::Decompress::new(false), vec![0; 1 << 20]);
    let mut given = vec![0; 11];
    for byte in packed[10..].chunks(1) {
        let done = decoder.decompress(byte, &mut buffer, flate2::FlushDecompress::None);
        // The checksum follows the data.
        assert!(done.is_ok());
        given.push(decoder.total_out() as usize);
    }
    given
}

#[test]
fn gzip_of_64_kib_that_is_cut_at_any_byte_gives_exactly_what_came_out() {
    let plain = lines(74 << 10);
    let packed = crate::common::gzip(&plain);
    assert!((60 << 10..70 << 10).contains(&packed.len()), "{}", packed.len());
    let given = unpacked_after_each(&packed);
    let pattern = pattern(FORMAT);
    // Fewer where `PARSIMD_TEST_PERCENT` says so.
    let step = packed.len() / share_of(packed.len()).min(packed.len());
    for length in (2..packed.len()).step_by(step) {
        let how = format!("{length} of {} bytes", packed.len());
        let input = Input::reader(&packed[..length], "x.gz").decompressed();
        let read = rows(pattern.scan_input(input, options(1, 1 << 18)), &how);
        assert_eq!(
            (read.rows, read.stats.bytes),
            (whole_lines(&plain[..given[length]]), given[length] as u64),
            "{how}"
        );
        let error = read.error.unwrap_or_else(|| panic!("{how}: no error"));
        assert!(error.starts_with("x.gz: damaged gzip data at compressed byte "), "{how}: {error}");
        let unpacked = format!("after {} unpacked bytes: it ends in the middle", given[length]);
        assert!(error.ends_with(&unpacked), "{how}: {error}");
    }
}

#[test]
fn a_file_of_any_compression_that_is_cut_gives_what_came_out_and_says_so() {
    let plain = lines(128 << 10);
    let folder = Folder::new();
    for codec in &CODECS {
        let packed = (codec.pack)(&plain);
        for part in 1..share_of(40) {
            let cut = &packed[..packed.len() * part / 40 % packed.len()];
            if cut.len() < 20 {
                continue;
            }
            let mut reference = Vec::new();
            let _ = (codec.unpack)(cut).read_to_end(&mut reference);
            let how = format!("{}: {} of {} bytes", codec.name, cut.len(), packed.len());
            let path = folder.write("x.log", cut);
            for threads in [1, 3] {
                let read = rows(pattern(FORMAT).scan_input(open(&path), options(threads, 1000)), &how);
                assert_eq!(read.rows, whole_lines(&plain[..read.stats.bytes as usize]), "{how}");
                assert!(read.rows >= whole_lines(&reference), "{how}: {}", read.rows);
                let error = read.error.unwrap_or_else(|| panic!("{how}: no error"));
                assert!(error.contains(&format!("damaged {} data at compressed byte ", codec.name)), "{how}: {error}");
            }
        }
    }
}

/// How many first bytes say how a file is compressed, at most.
const FIRST_BYTES: usize = 6;

#[test]
fn a_byte_that_is_wrong_changes_no_row_in_silence() {
    let plain = lines(64 << 10);
    for codec in &CODECS {
        let packed = (codec.pack)(&plain);
        let step = (packed.len() / share_of(400)).max(1);
        let mut errors = 0;
        for at in (0..packed.len()).step_by(step) {
            let mut wrong = packed.clone();
            wrong[at] ^= 1 << (at % 8);
            let how = format!("{}: byte {at} of {}", codec.name, packed.len());
            let input = Input::reader(&wrong[..], "x").decompressed();
            let mut scan = pattern(FORMAT).scan_input(input, options(1, 1000));
            let (mut numbers, mut error) = (Vec::new(), None);
            for batch in &mut scan {
                match batch {
                    Ok(batch) => {
                        numbers.extend((0..batch.len()).map(|row| format!("{:?}", batch.columns()[0].get(row))))
                    }
                    Err(told) => error = Some(told.to_string()),
                }
            }
            // With other first bytes it is no compressed data at all: what is in it are lines of some kind.
            if error.is_none() && at >= FIRST_BYTES {
                let all: Vec<String> = (0..whole_lines(&plain)).map(|number| format!("Int64({number})")).collect();
                assert!(numbers == all && scan.stats().bytes == plain.len() as u64, "{how}: wrong in silence");
            }
            if let Some(error) = error {
                assert!(error.contains(codec.name) && error.contains("at compressed byte "), "{how}: {error}");
                errors += 1;
            }
        }
        assert!(errors > 300.min(share_of(400) / 2), "{}: {errors} errors", codec.name);
    }
}

/// Cuts a file to a length.
fn cut(path: &Path, length: u64) {
    let file = OpenOptions::new().write(true).open(path);
    file.and_then(|file| file.set_len(length)).unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn a_file_that_is_cut_while_it_is_read_gives_rows_that_were_in_it_and_says_so() {
    let text = lines(100 << 10);
    let folder = Folder::new();
    let mut random = Random(3);
    let (mut told, mut early) = (0, 0);
    for number in 0..share_of(1000) {
        let path = folder.write("x.log", &text);
        let mut options = options(1 + number % 3, [1000, 10_000, 1 << 18][random.below(3)]);
        options.include = vec![Origin::Offset];
        let (length, wait) = (random.below(text.len()) as u64, random.below(400) as u64);
        let scan = pattern(FORMAT).scan_input(open(&path), options);
        let how = format!("{number}: cut to {length} bytes");
        let read = thread::scope(|scope| {
            scope.spawn(|| {
                thread::sleep(Duration::from_micros(wait));
                cut(&path, length);
            });
            rows(scan, &how)
        });
        let seen = read.stats.bytes as usize;
        match &read.error {
            Some(error) => {
                assert!(
                    error.contains("x.log: shrank to ") && error.contains(" bytes of it were read"),
                    "{how}: {error}"
                );
                assert!(
                    read.stats.first_failures.iter().all(|failure| failure.kind == FailureKind::Truncated),
                    "{how}"
                );
                told += 1;
            }
            // It was cut before that place was read, or after all was.
            None => {
                assert!(seen == length as usize || seen == text.len(), "{how}: {seen} bytes were read");
                early += usize::from(seen < text.len());
            }
        }
        assert_eq!(read.rows, whole_lines(&text[..seen]), "{how}");
    }
    assert!(share_of(1000) < 1000 || told + early > 0, "no file was cut while it was read");
}

#[test]
fn a_line_of_1_gib_is_one_failure_and_is_not_held() {
    /// A line without its end, and then another; how much was asked for at once must stay small.
    struct Long(usize);

    impl Read for Long {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            assert!(buffer.len() <= (1 << 20) + 2, "{} bytes were asked for", buffer.len());
            let end: &[u8] = b"\n7 x 7 end\n";
            let length = self.0.saturating_sub(end.len()).min(buffer.len());
            let written = if length > 0 {
                buffer[..length].fill(b'x');
                length
            } else {
                (&end[end.len() - self.0..]).read(buffer)?
            };
            self.0 -= written;
            Ok(written)
        }
    }

    let mut options = ScanOptions::default();
    options.max_record_bytes = 1 << 20;
    let mut scan = pattern(FORMAT).scan_input(Input::reader(Long((1 << 30) + 11), "long"), options);
    let batch = scan.read_all().unwrap_or_else(|error| panic!("{error}"));
    let stats = scan.stats();
    assert_eq!((batch.len(), stats.records, stats.failures, stats.bytes), (1, 2, 1, (1 << 30) + 11));
    assert_eq!((stats.first_failures[0].kind, stats.first_failures[0].offset), (FailureKind::TooLong, 0));
}

#[cfg(unix)]
#[test]
fn files_whose_names_are_not_utf8_are_read_and_named_as_far_as_they_can_be() {
    use std::os::unix::ffi::OsStrExt;

    let folder = Folder::new();
    let path = folder.at("x").with_file_name(OsStr::from_bytes(b"caf\xe9.log"));
    std::fs::write(&path, "0 a 0 end\nnoise\n").unwrap_or_else(|error| panic!("{error}"));
    let glob = folder.at("*.log").display().to_string();
    let inputs = [
        open(&path),
        map(&path),
        Input::files([path.clone()]).unwrap_or_else(|error| panic!("{error}")),
        Input::glob(&glob).unwrap_or_else(|error| panic!("{error}")),
    ];
    for input in inputs {
        let mut options = options(1, 1000);
        options.include = vec![Origin::File];
        let mut scan = pattern(FORMAT).scan_input(input, options);
        let batch = scan.read_all().unwrap_or_else(|error| panic!("{error}"));
        let name = path.display().to_string();
        assert!(name.ends_with("caf\u{fffd}.log"));
        assert_eq!(batch.columns()[3].get(0), Cell::Text(&name));
        assert_eq!(scan.stats().first_failures[0].source, name);
    }
    let missing = path.with_file_name(OsStr::from_bytes(b"no\xff"));
    let error = Input::open(&missing).map(|_| ()).expect_err("there is no such file");
    assert!(error.to_string().contains("no\u{fffd}: "), "{error}");
}
