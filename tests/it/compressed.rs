//! Compressed inputs: each compression gives the rows of the plain text, whatever members it has, and loses none that stands before damage.

use std::io::{Read, Write};

use parsimd::{Cell, Input, Scan, Stats};

use crate::common::{Folder, Steps, gzip, open, options, pattern, share_of};

/// A compression: how it is called, written, and read by its crate.
pub(crate) struct Codec {
    pub(crate) name: &'static str,
    pub(crate) pack: fn(&[u8]) -> Vec<u8>,
    pub(crate) unpack: fn(&[u8]) -> Box<dyn Read + '_>,
    /// What may follow a member: padding of so many zero bytes, which is nothing; and whether other bytes are ignored, or an error.
    padding: &'static [usize],
    ignores: bool,
}

pub(crate) const CODECS: [Codec; 5] = [
    Codec {
        name: "gzip",
        pack: gzip,
        unpack: |packed| Box::new(flate2::bufread::MultiGzDecoder::new(packed)),
        padding: &[1, 4, 512],
        ignores: true,
    },
    Codec {
        name: "zstd",
        pack: zstd,
        unpack: |packed| Box::new(zstd::Decoder::new(packed).unwrap_or_else(|error| panic!("{error}"))),
        padding: &[],
        ignores: false,
    },
    Codec {
        name: "xz",
        pack: |data| all(liblzma::read::XzEncoder::new(data, 1)),
        unpack: |packed| Box::new(liblzma::read::XzDecoder::new_multi_decoder(packed)),
        padding: &[4, 512],
        ignores: false,
    },
    Codec {
        name: "bzip2",
        pack: |data| all(bzip2::read::BzEncoder::new(data, bzip2::Compression::fast())),
        unpack: |packed| Box::new(bzip2::read::MultiBzDecoder::new(packed)),
        padding: &[],
        ignores: true,
    },
    Codec {
        name: "lz4",
        pack: lz4,
        unpack: |packed| Box::new(lz4_flex::frame::FrameDecoder::new(packed)),
        padding: &[],
        ignores: false,
    },
];

fn all(mut reader: impl Read) -> Vec<u8> {
    let mut bytes = Vec::new();
    reader.read_to_end(&mut bytes).unwrap_or_else(|error| panic!("{error}"));
    bytes
}

fn zstd(data: &[u8]) -> Vec<u8> {
    let pack = || {
        let mut encoder = zstd::Encoder::new(Vec::new(), 3)?;
        encoder.include_checksum(true)?;
        encoder.write_all(data)?;
        encoder.finish()
    };
    pack().unwrap_or_else(|error| panic!("{error}"))
}

fn lz4(data: &[u8]) -> Vec<u8> {
    lz4_with(data, lz4_flex::frame::FrameInfo::new().content_checksum(true))
}

fn lz4_with(data: &[u8], info: lz4_flex::frame::FrameInfo) -> Vec<u8> {
    let mut encoder = lz4_flex::frame::FrameEncoder::with_frame_info(info, Vec::new());
    encoder.write_all(data).unwrap_or_else(|error| panic!("{error}"));
    encoder.finish().unwrap_or_else(|error| panic!("{error}"))
}

fn lines(count: usize) -> Vec<u8> {
    (0..count).flat_map(|n| format!("info {n}\n").into_bytes()).collect()
}

/// What was seen: the rows, the errors, and the counts.
fn seen(mut scan: Scan<'_>) -> (usize, Vec<String>, Stats) {
    let (mut rows, mut errors) = (0, Vec::new());
    for batch in &mut scan {
        match batch {
            Ok(batch) => {
                let column = batch.column("n").unwrap_or_else(|| panic!("the column is there"));
                for row in 0..batch.len() {
                    assert_eq!(column.get(row), Cell::Int64((rows + row) as i64), "rows come in order");
                }
                rows += batch.len();
            }
            Err(error) => errors.push(error.to_string()),
        }
    }
    (rows, errors, scan.stats().clone())
}

fn scan(packed: &[u8], threads: usize, step: usize, block_bytes: usize) -> (usize, Vec<String>, Stats) {
    let input = Input::reader(Steps(packed, step), "x").decompressed();
    seen(pattern("info {n:d}").scan_input(input, options(threads, block_bytes)))
}

#[test]
fn each_compression_gives_the_rows_of_the_plain_text() {
    let folder = Folder::new();
    let plain = lines(100_000);
    for codec in &CODECS {
        let half = plain.len() / 2 + 3;
        let one = (codec.pack)(&plain);
        let several = [(codec.pack)(&plain[..half]), (codec.pack)(b""), (codec.pack)(&plain[half..])].concat();
        for packed in [&one, &several] {
            let path = folder.write("x.log", packed);
            for threads in [1, 2, 3] {
                for block_bytes in [1000, 1 << 18] {
                    let scan = pattern("info {n:d}").scan_input(open(&path), options(threads, block_bytes));
                    let (rows, errors, stats) = seen(scan);
                    assert_eq!((rows, &errors[..]), (100_000, &[][..]), "{}, {threads} threads", codec.name);
                    assert_eq!((stats.bytes, &stats.notes[..]), (plain.len() as u64, &[][..]), "{}", codec.name);
                }
            }
        }
    }
}

#[test]
fn an_archive_that_is_cut_at_any_byte_gives_the_rows_before_and_says_so() {
    let plain = lines(60);
    for codec in &CODECS {
        let first = (codec.pack)(&plain[..200]);
        let packed = [&first[..], &(codec.pack)(&plain[200..])].concat();
        let headers = if codec.name == "bzip2" { 10 } else { 6 };
        for length in headers..packed.len() {
            let cut = &packed[..length];
            let mut reference = Vec::new();
            let mut decoder = (codec.unpack)(cut);
            let mut byte = [0];
            while decoder.read(&mut byte).is_ok_and(|read| read > 0) {
                reference.push(byte[0]);
            }
            assert_eq!(reference, plain[..reference.len()]);
            let least = reference.iter().filter(|&&byte| byte == b'\n').count();
            for (threads, step) in [(1, 1 << 20), (1, 1), (3, 7)] {
                let (rows, errors, stats) = scan(cut, threads, step, 50);
                let how =
                    format!("{}: {length} of {} bytes, {threads} threads, {step} at a time", codec.name, packed.len());
                assert!(rows >= least, "{how}: {rows} rows, {least} can be had");
                // gzip takes one byte of a header for garbage.
                if length == first.len() || codec.name == "gzip" && length == first.len() + 1 {
                    assert_eq!(errors, [""; 0], "{how}");
                    continue;
                }
                let start = format!("x: damaged {} data at compressed byte ", codec.name);
                assert!(errors.len() == 1 && errors[0].starts_with(&start), "{how}: {errors:?}");
                let unpacked = format!("after {} unpacked bytes: it ends in the middle", stats.bytes);
                assert!(errors[0].ends_with(&unpacked), "{how}: {errors:?}");
                assert_eq!(stats.matched, rows as u64, "{how}");
            }
        }
    }
}

#[test]
fn a_byte_that_is_wrong_is_an_error_after_rows_that_are_right_or_harmless() {
    let plain = lines(3000);
    for codec in &CODECS {
        let packed = (codec.pack)(&plain);
        for at in (20..packed.len()).step_by(packed.len() / 40) {
            let mut wrong = packed.clone();
            wrong[at] ^= 0x55;
            let all = scan_any(&wrong, 1).2;
            for threads in [2, 3] {
                let (_, errors, stats) = scan_any(&wrong, threads);
                assert_eq!((stats.records, stats.bytes), (all.records, all.bytes), "{} byte {at}", codec.name);
                assert_eq!(errors.len(), scan_any(&wrong, 1).1.len(), "{} byte {at}", codec.name);
            }
        }
        let mut wrong = packed.clone();
        let end = wrong.len() - 2;
        wrong[end] ^= 1;
        let (rows, errors, _) = scan_any(&wrong, 1);
        assert_eq!((rows, errors.len()), (3000, 1), "{}: the checksum at the end: {errors:?}", codec.name);
    }
}

/// As `scan`, of data whose rows may be any.
fn scan_any(packed: &[u8], threads: usize) -> (usize, Vec<String>, Stats) {
    let input = Input::reader(Steps(packed, 1 << 20), "x").decompressed();
    let mut scan = pattern("info {n:d}").scan_input(input, options(threads, 500));
    let (mut rows, mut errors) = (0, Vec::new());
    for batch in &mut scan {
        match batch {
            Ok(batch) => rows += batch.len(),
            Err(error) => errors.push(error.to_string()),
        }
    }
    (rows, errors, scan.stats().clone())
}

#[test]
fn what_follows_the_data_is_taken_as_the_tool_of_the_compression_takes_it() {
    for codec in &CODECS {
        let packed = (codec.pack)(b"info 0\ninfo 1\n");
        let check = |name: &str, after: &[u8], more: usize, expected: Option<&str>| {
            let all = [&packed[..], after].concat();
            for (threads, step) in [(1, 1), (1, 1 << 20), (2, 5)] {
                let (rows, errors, stats) = scan(&all, threads, step, 5);
                let how = format!("{} and {name}: {errors:?}, {:?}", codec.name, stats.notes);
                assert_eq!(rows, 2 + more, "{how}");
                let place = format!("compressed byte {}", packed.len());
                match expected {
                    None => assert!(errors.is_empty() && stats.notes.is_empty(), "{how}"),
                    Some("note") => {
                        let note = format!("x: ignored what follows the {} data, from {place} on", codec.name);
                        assert!(errors.is_empty() && stats.notes == [note], "{how}");
                    }
                    Some(_) => {
                        let start = format!("x: damaged {} data at compressed byte ", codec.name);
                        assert!(errors.len() == 1 && errors[0].starts_with(&start), "{how}");
                    }
                }
            }
        };
        let other = Some(if codec.ignores { "note" } else { "error" });
        check("garbage", b"\nxyz and more", 0, other);
        for &zeros in &[1, 3, 4, 512, 200_000] {
            let is_padding =
                codec.padding.contains(&zeros) || codec.name == "gzip" || codec.name == "xz" && zeros.is_multiple_of(4);
            check(&format!("{zeros} zeros"), &vec![0; zeros], 0, if is_padding { None } else { other });
        }
        check("another member", &(codec.pack)(b"info 2"), 1, None);
        if let Some(&zeros) = codec.padding.last() {
            check("padding and a member", &[&vec![0; zeros][..], &(codec.pack)(b"info 2")].concat(), 1, None);
        }
        if matches!(codec.name, "zstd" | "lz4") {
            let skipped = [0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3];
            check("a skippable frame", &skipped, 0, None);
            check("a skippable frame and another", &[&skipped[..], &(codec.pack)(b"info 2")].concat(), 1, None);
        }
    }
}

#[test]
fn frames_of_lz4_of_every_kind() {
    use lz4_flex::frame::{BlockMode, BlockSize, FrameInfo};
    let plain = lines(40_000);
    for size in [BlockSize::Max64KB, BlockSize::Max256KB, BlockSize::Max1MB, BlockSize::Max4MB] {
        for mode in [BlockMode::Linked, BlockMode::Independent] {
            for checksums in [false, true] {
                let info = FrameInfo::new().block_size(size).block_mode(mode);
                let info = info.block_checksums(checksums).content_checksum(checksums);
                let info = info.content_size(checksums.then_some(plain.len() as u64));
                let packed = lz4_with(&plain, info);
                let (rows, errors, _) = scan(&packed, 1, 1 << 16, 1 << 18);
                assert_eq!((rows, errors), (40_000, vec![]), "{size:?} {mode:?} {checksums}");
            }
        }
    }
    // What does not get smaller is in blocks that are not packed.
    let random: Vec<u8> = {
        let mut random = crate::common::Random(7);
        (0..2_000_000).map(|_| random.below(128) as u8 | 0x80).collect()
    };
    let (_, errors, stats) = scan_any(&lz4(&random), 1);
    assert_eq!((errors, stats.bytes), (vec![], random.len() as u64));
}

#[test]
fn a_zip_archive_is_refused_with_what_to_do() {
    for header in [&b"PK\x03\x04\x14\0\0\0"[..], b"PK\x05\x06\0\0"] {
        let (rows, errors, _) = scan(header, 1, 3, 100);
        assert_eq!(rows, 0);
        assert!(
            errors.len() == 1 && errors[0].contains("a zip archive") && errors[0].contains("unzip -p"),
            "{errors:?}"
        );
    }
    assert_eq!(scan(b"PK 3\ninfo 0\n", 1, 3, 100).0, 1);
}

/// Several files, and what each has: the rows that come in order are those of the plain texts.
fn several(folder: &Folder, codec: &Codec, counts: &[usize]) -> Vec<std::path::PathBuf> {
    let all = lines(counts.iter().sum());
    let mut start = 0;
    counts
        .iter()
        .enumerate()
        .map(|(number, &count)| {
            let (at, end) = (lines(start).len(), lines(start + count).len());
            start += count;
            // Every third file is plain.
            let text = &all[at..end];
            folder.write(&number.to_string(), if number % 3 == 2 { text.to_vec() } else { (codec.pack)(text) })
        })
        .collect()
}

#[test]
fn files_that_are_read_side_by_side_give_their_rows_in_order() {
    let folder = Folder::new();
    for codec in &CODECS {
        for counts in
            [&[70_000, 1, 0, 50_000, 40_000, 3, 9][..], &[3, 90_000], &[90_000, 3], &[1000, 0, 0, 0, 0, 60_000, 5]]
        {
            let counts: Vec<usize> =
                counts.iter().map(|&count| if count > 1000 { share_of(count) } else { count }).collect();
            let paths = several(&folder, codec, &counts);
            let mut expected: Option<Stats> = None;
            for threads in [1, 2, 4, 9] {
                for block_bytes in [3000, 1 << 18] {
                    let input = Input::files(paths.clone()).unwrap_or_else(|error| panic!("{error}"));
                    let (rows, errors, stats) =
                        seen(pattern("info {n:d}").scan_input(input, options(threads, block_bytes)));
                    assert_eq!((rows, errors), (counts.iter().sum(), vec![]), "{} {counts:?} {threads}", codec.name);
                    assert_eq!(*expected.get_or_insert(stats.clone()), stats, "{} {counts:?} {threads}", codec.name);
                }
            }
        }
    }
}

#[test]
fn a_scan_of_several_files_that_is_dropped_early_or_put_back_is_as_on_one_thread() {
    let folder = Folder::new();
    let paths = several(&folder, &CODECS[0], &[90_000, 90_000, 0, 90_000]);
    let input = || Input::files(paths.clone()).unwrap_or_else(|error| panic!("{error}"));
    for batches in 0..5 {
        let mut scan = pattern("info {n:d}").scan_input(input(), options(3, 5000));
        let given: Vec<_> =
            scan.by_ref().take(batches).map(|batch| batch.unwrap_or_else(|error| panic!("{error}"))).collect();
        scan.put_back(given);
        if batches % 2 == 0 {
            assert_eq!(scan.read_all().map(|batch| batch.len()).ok(), Some(270_000));
        }
    }
}

#[test]
fn one_file_that_cannot_be_read_is_named_and_the_others_are_read() {
    let folder = Folder::new();
    for codec in &CODECS {
        let mut paths = several(&folder, codec, &[20_000, 1000, 0, 500]);
        let whole = std::fs::read(&paths[1]).unwrap_or_else(|error| panic!("{error}"));
        let cut = folder.write("cut", &whole[..whole.len() - 3]);
        paths.insert(2, cut);
        paths.insert(0, folder.at("missing"));
        paths.insert(4, folder.write("zip", b"PK\x03\x04"));
        let mut expected: Option<Stats> = None;
        for threads in [1, 2, 4] {
            for block_bytes in [999, 1 << 18] {
                for on_error in [parsimd::OnError::Skip, parsimd::OnError::Null, parsimd::OnError::Raise] {
                    let mut options = options(threads, block_bytes);
                    options.on_error = on_error;
                    let input = Input::files(paths.clone()).unwrap_or_else(|error| panic!("{error}"));
                    let mut scan = pattern("info {n:d}").scan_input(input, options);
                    let (mut rows, mut errors) = (0, Vec::new());
                    for batch in &mut scan {
                        match batch {
                            Ok(batch) => rows += batch.len(),
                            Err(error) => errors.push(error.to_string()),
                        }
                    }
                    let told = &scan.stats().source_errors;
                    if on_error == parsimd::OnError::Raise {
                        assert!(rows == 0 && errors.len() == 1 && errors[0].contains("missing") && told.is_empty());
                        continue;
                    }
                    assert_eq!(errors, [""; 0]);
                    assert!((21_500..=22_500).contains(&rows), "{} rows", rows);
                    for (error, name) in told.iter().zip(["missing", "cut", "zip"]) {
                        assert!(error.contains(&format!("{name}: ")), "{told:?}");
                    }
                    assert_eq!(told.len(), 3, "{told:?}");
                    let stats = scan.stats().clone();
                    if on_error == parsimd::OnError::Skip {
                        assert_eq!(*expected.get_or_insert(stats.clone()), stats, "{threads} threads");
                    }
                }
            }
        }
    }
}

#[test]
fn where_no_file_can_be_read_the_last_error_is_told_after_the_rows() {
    let folder = Folder::new();
    let packed = gzip(&lines(1000));
    let cut = folder.write("cut", &packed[..packed.len() - 3]);
    for threads in [1, 3] {
        let input = Input::files([folder.at("missing"), cut.clone(), folder.at("gone")])
            .unwrap_or_else(|error| panic!("{error}"));
        let (rows, errors, stats) = seen(pattern("info {n:d}").scan_input(input, options(threads, 500)));
        assert!(rows == 1000 && errors.len() == 1 && errors[0].contains("gone"), "{rows} {errors:?}");
        assert_eq!(stats.source_errors.len(), 3);
    }
}
