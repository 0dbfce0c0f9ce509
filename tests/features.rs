//! What a build says that lacks a feature, where it is asked for it; with the feature, it works. `ci/features.sh` runs this without any feature and without
//! each, so it is a program of its own.

use std::num::NonZeroUsize;

use parsimd::{Input, Pattern, Result, ScanOptions};

/// `1` and a newline, packed.
const GZIP: [u8; 22] = [31, 139, 8, 0, 0, 0, 0, 0, 0, 255, 51, 228, 2, 0, 83, 252, 81, 103, 2, 0, 0, 0];

/// What other compressions begin with. By itself it is damaged data.
const HEADERS: [(&str, bool, &[u8]); 4] = [
    ("zstd", cfg!(feature = "zstd"), &[0x28, 0xb5, 0x2f, 0xfd]),
    ("xz", cfg!(feature = "xz"), &[0xfd, b'7', b'z', b'X', b'Z', 0]),
    ("bzip2", cfg!(feature = "bzip2"), &[b'B', b'Z', b'h', b'9', 0x31, 0x41, 0x59, 0x26, 0x53, 0x59]),
    ("lz4", cfg!(feature = "lz4"), &[0x04, 0x22, 0x4d, 0x18]),
];

/// How many numbers there are in an input.
fn count(input: Input<'_>, options: ScanOptions) -> Result<usize> {
    Pattern::new("{n:d}")?.scan_input(input, options).read_all().map(|batch| batch.len())
}

#[test]
fn plain_text_is_scanned_with_any_features() {
    assert_eq!(count(Input::bytes(b"1\n2\nx\n"), ScanOptions::default()).unwrap(), 2);
    let found = Pattern::new("{ip:ip} {at:th} {took:dur}").unwrap();
    assert!(found.parse("::1 17/May/2015:12:05:03 +0200 12.5ms").unwrap().is_some());
}

#[test]
fn a_compression_without_its_feature_is_an_error_that_names_it() {
    let is_unread = |name: &str, error: String| {
        error.contains(&format!("compressed with {name}, which this build of parsimd does not read"))
            && error.contains(&format!("build it with the feature {name}, "))
    };
    let read = |packed: &'static [u8]| {
        let input = Input::reader(packed, "packed").decompressed();
        count(input, ScanOptions::default()).map_err(|error| error.to_string())
    };
    match read(&GZIP) {
        Ok(rows) => assert!(cfg!(feature = "gzip") && rows == 1),
        Err(error) => assert!(!cfg!(feature = "gzip") && is_unread("gzip", error.clone()), "{error}"),
    }
    for (name, is_here, header) in HEADERS {
        let error = read(header).unwrap_err();
        assert_eq!(is_unread(name, error.clone()), !is_here, "{error}");
        assert!(error.starts_with("packed: ") && error.contains(name), "{error}");
    }
}

#[test]
fn threads_without_their_feature_are_an_error_that_names_it() {
    let with = |threads: usize| {
        let mut options = ScanOptions::default();
        (options.threads, options.block_bytes) = (NonZeroUsize::new(threads), 2);
        count(Input::bytes(b"1\n2\n3\n4\n"), options)
    };
    assert_eq!(with(1).unwrap(), 4);
    match with(2) {
        Ok(rows) => assert!(cfg!(feature = "threads") && rows == 4),
        Err(error) => {
            assert!(!cfg!(feature = "threads") && error.is_options());
            assert!(error.to_string().contains("build it with the feature threads"), "{error}");
        }
    }
}

#[test]
fn an_input_of_many_blocks_is_read_whole_with_or_without_threads() {
    let lines = 400_000;
    let log: String = (0..lines).map(|number| format!("{number}\n")).collect();
    assert!(log.len() as u64 > 2 * parsimd::limits::PARALLEL_BYTES);
    assert_eq!(count(Input::bytes(&log), ScanOptions::default()).unwrap(), lines);
}
