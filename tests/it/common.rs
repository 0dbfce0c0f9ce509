//! What several of the tests need. A helper of one file alone stays in that file.

use std::{
    error::Error,
    io::{self, Read, Write},
    num::NonZeroUsize,
    path::{Path, PathBuf},
    sync::atomic::{AtomicUsize, Ordering},
};

use parsimd::{Batch, Cell, ExternalMatcher, Input, Isa, MatchRanges, Pattern, ScanOptions, Stats};

/// How many of so many cases to run: `PARSIMD_TEST_PERCENT` of them, less than 100 on emulated CPUs, and one at least.
pub(crate) fn share_of(count: usize) -> usize {
    let percent = match std::env::var("PARSIMD_TEST_PERCENT") {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("PARSIMD_TEST_PERCENT is a number, not {text:?}")),
        Err(_) => 100,
    };
    (count * percent / 100).max(1)
}

/// As many of the cases as [`share_of`] says, from all over them.
pub(crate) fn share<T>(cases: Vec<T>) -> Vec<T> {
    let every = (cases.len() / share_of(cases.len())).max(1);
    cases.into_iter().step_by(every).collect()
}

pub(crate) fn pattern(format: &str) -> Pattern {
    Pattern::new(format).unwrap_or_else(|error| panic!("{format}: {error}"))
}

/// The pattern with the kernels of one instruction set.
pub(crate) fn pattern_on(format: &str, isa: Isa) -> Pattern {
    Pattern::builder(format).isa(isa).build().unwrap_or_else(|error| panic!("{format}: {error}"))
}

/// What an external matcher gives.
pub(crate) type Found = Result<Option<MatchRanges>, Box<dyn Error + Send + Sync>>;

/// A pattern that is matched by `matcher` alone.
pub(crate) fn external(format: &str, matcher: impl ExternalMatcher + 'static) -> Pattern {
    let pattern = Pattern::builder(format).external_matcher(Box::new(matcher)).external_only(true).build();
    pattern.unwrap_or_else(|error| panic!("{format}: {error}"))
}

/// The default, but for what nearly each test sets.
pub(crate) fn options(threads: usize, block_bytes: usize) -> ScanOptions {
    let mut options = ScanOptions::default();
    options.threads = NonZeroUsize::new(threads);
    options.block_bytes = block_bytes;
    options
}

/// A whole scan.
pub(crate) fn read(pattern: &Pattern, input: Input<'_>, options: ScanOptions) -> (Batch, Stats) {
    let mut scan = pattern.scan_input(input, options);
    (scan.read_all().unwrap_or_else(|error| panic!("{error}")), scan.stats().clone())
}

/// The values of a batch, row by row.
pub(crate) fn cells(batch: &Batch) -> Vec<Vec<Cell<'_>>> {
    (0..batch.len()).map(|row| batch.columns().iter().map(|column| column.get(row)).collect()).collect()
}

/// The same, as text that needs no batch to live.
pub(crate) fn spelt(batch: &Batch) -> Vec<Vec<String>> {
    cells(batch).iter().map(|row| row.iter().map(|cell| format!("{cell:?}")).collect()).collect()
}

pub(crate) fn gzip(data: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(data).and_then(|()| encoder.finish()).unwrap_or_else(|error| panic!("{error}"))
}

pub(crate) fn open(path: &Path) -> Input<'static> {
    Input::open(path).unwrap_or_else(|error| panic!("{path:?}: {error}"))
}

#[allow(unsafe_code, reason = "a file in memory")]
pub(crate) fn map(path: &Path) -> Input<'static> {
    // SAFETY: the files are the tests' own, and each is written before it is mapped and then left alone.
    unsafe { Input::map(path) }.unwrap_or_else(|error| panic!("{path:?}: {error}"))
}

/// A folder of one test's own. It goes with the test, also with one that fails.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Folder {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("parsimd-test-{}-{number}", std::process::id()));
        std::fs::create_dir(&path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
        Folder(path)
    }

    /// Where a file of this name is, or would be.
    pub(crate) fn at(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub(crate) fn write(&self, name: &str, data: impl AsRef<[u8]>) -> PathBuf {
        let path = self.at(name);
        std::fs::write(&path, data).unwrap_or_else(|error| panic!("{path:?}: {error}"));
        path
    }

    /// A pipe with a name.
    #[cfg(unix)]
    pub(crate) fn fifo(&self, name: &str) -> PathBuf {
        let path = self.at(name);
        let made = std::process::Command::new("mkfifo").arg(&path).status();
        assert!(made.is_ok_and(|status| status.success()), "mkfifo {path:?}");
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Gives at most so many bytes at a time.
pub(crate) struct Steps<'a>(pub(crate) &'a [u8], pub(crate) usize);

impl Read for Steps<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = buffer.len().min(self.1);
        self.0.read(&mut buffer[..length])
    }
}

/// Numbers that look random, and are the same in each run.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, end: usize) -> usize {
        // Knuth's linear congruential generator (MMIX); its high bits are the better ones.
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end
    }

    pub(crate) fn one<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[self.below(of.len())]
    }
}
