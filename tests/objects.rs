//! Objects of a store are read as files are. `ci/features.sh` runs this with the feature `object_store`, so it is a program of its own.

use std::{
    io::Write,
    num::NonZeroUsize,
    path::PathBuf,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use object_store::{
    ObjectStore, ObjectStoreExt,
    local::LocalFileSystem,
    memory::InMemory,
    path::Path,
    throttle::{ThrottleConfig, ThrottledStore},
};
use parsimd::{Batch, Cell, Error, Input, OnError, Origin, Pattern, Scan, ScanOptions, Stats};
use tokio::runtime::{Builder, Runtime};

#[path = "../examples/objects.rs"]
#[allow(dead_code, reason = "main is not called")]
mod example;

/// A folder of one test's own, which goes with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("parsimd-objects-{}-{name}", std::process::id()));
        std::fs::create_dir(&path).unwrap_or_else(|error| panic!("{error}"));
        Folder(path)
    }

    fn at(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn gzip(data: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(data).and_then(|()| encoder.finish()).unwrap_or_else(|error| panic!("{error}"))
}

fn lines(range: std::ops::Range<usize>) -> Vec<u8> {
    range.flat_map(|n| format!("info {n}\n").into_bytes()).collect()
}

/// Lines of 1,000 bytes, which are read quickly.
fn long_lines(word: &str, count: usize) -> Vec<u8> {
    let rest = "x".repeat(980);
    (0..count).flat_map(|n| format!("{word} {n:012} {rest}\n").into_bytes()).collect()
}

fn options(threads: usize, on_error: OnError) -> ScanOptions {
    let mut options = ScanOptions::default().on_error(on_error);
    (options.threads, options.block_bytes) = (NonZeroUsize::new(threads), 1 << 14);
    options
}

fn scan(format: &str, input: Input<'static>, options: ScanOptions) -> Scan<'static> {
    let pattern = Pattern::new(format).unwrap_or_else(|error| panic!("{error}"));
    pattern.scan_input(input, options)
}

fn put(runtime: &Runtime, store: &dyn ObjectStore, name: &str, data: &[u8]) {
    runtime.block_on(store.put(&Path::from(name), data.to_vec().into())).unwrap_or_else(|error| panic!("{error}"));
}

fn paths(names: &[&str]) -> Vec<Path> {
    names.iter().map(|&name| Path::from(name)).collect()
}

fn objects(runtime: &Runtime, store: &Arc<InMemory>, names: &[&str]) -> Input<'static> {
    Input::objects(store.clone(), paths(names), runtime.handle()).unwrap_or_else(|error| panic!("{error}"))
}

/// The rows of each batch, what ended the scan, and its counts.
fn outcome(mut scan: Scan<'_>) -> (Vec<Vec<String>>, Option<String>, Stats) {
    let spell = |batch: Batch| {
        (0..batch.len())
            .map(|row| format!("{:?}", batch.columns().iter().map(|column| column.get(row)).collect::<Vec<Cell<'_>>>()))
            .collect()
    };
    let (mut batches, mut error) = (Vec::new(), None);
    for batch in &mut scan {
        match batch {
            Ok(batch) => batches.push(spell(batch)),
            Err(other) => assert!(error.replace(other.to_string()).is_none(), "an error is told once"),
        }
    }
    (batches, error, scan.stats().clone())
}

#[test]
fn objects_give_the_batches_counts_and_errors_that_files_give() {
    let runtime = Runtime::new().unwrap();
    let folder = Folder::new("same");
    let memory = Arc::new(InMemory::new());
    let many = lines(0..12_000);
    let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain("info 1\nx\n".bytes().flat_map(|byte| [byte, 0])).collect();
    let contents: [(&str, Vec<u8>); 10] = [
        ("empty", Vec::new()),
        ("one", b"info 1\n".to_vec()),
        ("cut", b"info 2\nnoise\ninfo 3".to_vec()),
        ("many", many.clone()),
        ("many.gz", gzip(&many)),
        ("more.gz", gzip(&lines(5..9_000))),
        ("many.zst", zstd::encode_all(&many[..], 1).unwrap()),
        ("damaged.gz", gzip(&many)[..15_000].to_vec()),
        ("a.zip", b"PK\x03\x04 and more".to_vec()),
        ("utf-16 and holes", [&utf16[..], &[0; 8]].concat()),
    ];
    for (name, data) in &contents {
        std::fs::write(folder.at(name), data).unwrap();
        put(&runtime, &*memory, name, data);
    }
    let local = Arc::new(LocalFileSystem::new_with_prefix(&folder.0).unwrap());
    let names: Vec<&str> = contents.iter().map(|(name, _)| *name).collect();
    let lists: [&[&str]; 9] = [
        &names,
        &["one", "cut"],
        &["cut", "one", "cut"],
        &["many.gz", "more.gz", "many", "many.gz", "empty", "cut"],
        &["many.gz", "none", "a.zip", "more.gz", "damaged.gz"],
        &["empty"],
        &["none"],
        &["a.zip", "none"],
        &[],
    ];
    for list in lists {
        for (threads, on_error) in [(1, OnError::Skip), (4, OnError::Skip), (1, OnError::Raise)] {
            let options = || options(threads, on_error).include([Origin::File]);
            let files = list.iter().map(|name| folder.at(name)).collect::<Vec<_>>();
            // The files that are missing, alone, are an error of the call.
            let read = Input::files(files).map(|input| outcome(scan("{level:w} {n:d}", input, options())));
            let prefix = format!("{}/", folder.0.display());
            for store in [memory.clone() as Arc<dyn ObjectStore>, local.clone()] {
                let how = format!("{list:?} {threads} {on_error:?} {store}");
                let input = Input::objects(store, paths(list), runtime.handle()).unwrap();
                let (batches, error, stats) = outcome(scan("{level:w} {n:d}", input, options()));
                let Ok((wanted, wanted_error, wanted_stats)) = &read else {
                    assert!(batches.is_empty() && error.is_some(), "{how}");
                    continue;
                };
                let plain = |text: &String| text.replace(&prefix, "");
                let rows = |batches: &[Vec<String>]| batches.concat().iter().map(plain).collect::<Vec<_>>();
                assert!(rows(&batches) == rows(wanted), "{how}: other rows");
                if threads == 1 {
                    let sizes = |batches: &[Vec<String>]| batches.iter().map(Vec::len).collect::<Vec<_>>();
                    assert_eq!(sizes(&batches), sizes(wanted), "{how}");
                }
                let counts =
                    |stats: &Stats| (stats.records, stats.matched, stats.unmatched, stats.failures, stats.bytes);
                assert_eq!(counts(&stats), counts(wanted_stats), "{how}");
                assert_eq!(stats.notes, wanted_stats.notes.iter().map(plain).collect::<Vec<_>>(), "{how}");
                // What is missing is told in the words of the store.
                let told = |text: &String| plain(text).split(": ").next().unwrap_or_default().to_owned();
                let all_told = |texts: &[String]| texts.iter().map(told).collect::<Vec<_>>();
                assert_eq!(all_told(&stats.source_errors), all_told(&wanted_stats.source_errors), "{how}");
                assert_eq!(error.as_ref().map(told), wanted_error.as_ref().map(told), "{how}");
            }
        }
    }
}

#[test]
fn an_object_that_cannot_be_read_is_named_with_what_the_store_said_and_the_others_are_read() {
    let (runtime, store) = (Runtime::new().unwrap(), Arc::new(InMemory::new()));
    put(&runtime, &*store, "logs/a.log", b"1\n");
    put(&runtime, &*store, "logs/c.log", b"3\n");
    let names = ["logs/a.log", "logs/b.log", "logs/c.log"];
    let missing = "logs/b.log: Object at location logs/b.log not found: No data in memory found. Location: logs/b.log";

    let (batches, error, stats) = outcome(scan("{n:d}", objects(&runtime, &store, &names), options(1, OnError::Skip)));
    assert_eq!((batches.concat().len(), error), (2, None));
    assert_eq!(stats.source_errors, [missing]);

    let (batches, error, _) = outcome(scan("{n:d}", objects(&runtime, &store, &names), options(1, OnError::Raise)));
    assert_eq!((batches.concat().len(), error.as_deref()), (1, Some(missing)));

    let alone = scan("{n:d}", objects(&runtime, &store, &["logs/b.log"]), ScanOptions::default()).read_all();
    assert!(alone.is_err_and(|error| error.is_io() && error.to_string() == missing));
}

#[test]
fn an_object_that_is_replaced_in_mid_scan_is_an_error_after_its_rows_and_no_row_is_of_the_other() {
    let (runtime, store) = (Runtime::new().unwrap(), Arc::new(InMemory::new()));
    put(&runtime, &*store, "a", &long_lines("old", 40_000));
    put(&runtime, &*store, "b", &long_lines("old", 1));
    let mut scan = scan("{word} {n:d} {}", objects(&runtime, &store, &["a", "b"]), options(1, OnError::Skip));
    let first = scan.next().unwrap().unwrap();
    put(&runtime, &*store, "a", &long_lines("new", 40_000));
    let rest = scan.read_all().unwrap();
    let numbers: Vec<i64> = [first, rest]
        .iter()
        .flat_map(|batch| {
            batch
                .rows()
                .map(|row| (row.get::<&str>("word").unwrap().to_owned(), row.get("n").unwrap()))
                .collect::<Vec<_>>()
        })
        .map(|(word, n)| {
            assert_eq!(word, "old");
            n
        })
        .collect();
    // One range of 8 MiB or two, as the second may have come before, and then the one row of the other object.
    let of_first = numbers.len() - 1;
    assert!([8 << 20, 16 << 20].contains(&(of_first * 998).next_multiple_of(8 << 20)), "{of_first}");
    assert!(numbers[..of_first].iter().copied().eq(0..of_first as i64));
    assert_eq!(numbers[of_first], 0);
    let [error] = &scan.stats().source_errors[..] else { panic!("{:?}", scan.stats()) };
    assert!(error.starts_with("a: was replaced or appended to after "), "{error}");
    // The line that the last range ends in is one that broke off.
    assert_eq!(scan.stats().failures, 1);
}

#[test]
fn a_slow_store_cuts_no_batch_and_keeps_nobody_waiting() {
    let runtime = Runtime::new().unwrap();
    let store = InMemory::new();
    let log = long_lines("info", 20_000);
    put(&runtime, &store, "a", &log);
    put(&runtime, &store, "b", b"info 1 x\n");
    let wait = Duration::from_millis(500);
    let config = ThrottleConfig { wait_get_per_call: wait, ..ThrottleConfig::default() };
    let store = Arc::new(ThrottledStore::new(store, config));
    let open = || Input::objects(store.clone(), paths(&["a", "b"]), runtime.handle()).unwrap();
    let sizes = |scan: Scan<'_>| scan.map(|batch| batch.unwrap().len()).collect::<Vec<_>>();
    let format = "{word} {n:d} {}";
    let quick = Input::bytes(log).then(Input::bytes(b"info 1 x\n"));
    assert_eq!(
        sizes(scan(format, open(), options(1, OnError::Skip))),
        sizes(scan(format, quick, options(1, OnError::Skip)))
    );

    let mut scan = scan(format, open(), options(1, OnError::Skip));
    let begin = Instant::now();
    assert!(scan.next_soon().unwrap().unwrap().is_empty());
    assert!(begin.elapsed() < wait, "{:?}", begin.elapsed());
    assert_eq!(scan.read_all().unwrap().len(), 20_001);
}

#[test]
fn many_small_objects_take_the_time_of_a_few_answers() {
    let runtime = Runtime::new().unwrap();
    let store = InMemory::new();
    let names: Vec<String> = (0..40).map(|number| format!("{number:02}")).collect();
    names.iter().for_each(|name| put(&runtime, &store, name, format!("{name}\n").as_bytes()));
    let wait = Duration::from_millis(200);
    let config = ThrottleConfig { wait_get_per_call: wait, ..ThrottleConfig::default() };
    let store = Arc::new(ThrottledStore::new(store, config));
    let paths = names.iter().map(|name| Path::from(name.as_str()));
    let mut scan = scan("{n:d}", Input::objects(store, paths, runtime.handle()).unwrap(), ScanOptions::default());
    let begin = Instant::now();
    let batch = scan.read_all().unwrap();
    // Four are on their way beside the one whose turn it is.
    assert!(begin.elapsed() < wait * 40 / 2, "{:?}", begin.elapsed());
    assert!(
        batch.rows().enumerate().all(|(number, row)| row.get::<usize>("n").unwrap() == number) && batch.len() == 40
    );
}

/// Whether an error tells of a thread that must not wait, and what to do.
fn is_refused(error: &Error) -> bool {
    let text = error.to_string();
    error.is_io()
        && text.starts_with("a: this thread runs the tasks of an async runtime")
        && text.contains("spawn_blocking")
}

#[test]
fn a_scan_in_an_async_task_is_refused_and_one_in_spawn_blocking_is_not() {
    let (runtime, store) = (Runtime::new().unwrap(), Arc::new(InMemory::new()));
    put(&runtime, &*store, "a", b"1\n");
    put(&runtime, &*store, "b", b"2\n");
    let read = || scan("{n:d}", objects(&runtime, &store, &["a", "b"]), ScanOptions::default());
    // The scan ends: it does not pass over the objects as if they could not be read.
    let refused = |mut scan: Scan<'_>| {
        let error = scan.next().unwrap().unwrap_err();
        assert!(is_refused(&error), "{error}");
        assert!(scan.next().is_none());
    };
    runtime.block_on(async { refused(read()) });
    let scan = read();
    runtime.block_on(async { tokio::spawn(async move { refused(scan) }).await }).unwrap();
    Builder::new_current_thread().build().unwrap().block_on(async { refused(read()) });

    let mut scan = read();
    let rows = runtime.block_on(async { tokio::task::spawn_blocking(move || scan.read_all().unwrap().len()).await });
    assert_eq!(rows.unwrap(), 2);
}

#[test]
fn a_runtime_that_cannot_fetch_is_an_error_and_not_a_scan_that_waits_forever() {
    let store = Arc::new(InMemory::new());
    let one = Builder::new_current_thread().build().unwrap();
    let error = Input::objects(store.clone(), paths(&["a"]), one.handle()).unwrap_err();
    assert!(
        error.is_io() && error.to_string().starts_with("InMemory: a runtime of the kind current_thread"),
        "{error}"
    );

    let gone = Runtime::new().unwrap();
    put(&gone, &*store, "a", b"1\n");
    let mut scan = scan("{n:d}", objects(&gone, &store, &["a"]), ScanOptions::default());
    gone.shutdown_background();
    let error = scan.read_all().unwrap_err();
    assert_eq!(error.to_string(), "a: the store gave no answer: it panicked, or its runtime was shut down");
}

#[test]
fn a_scan_that_is_dropped_or_has_a_limit_leaves_no_request() {
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let store = InMemory::new();
    let names: Vec<String> = (0..10).map(|number| number.to_string()).collect();
    names.iter().for_each(|name| put(&runtime, &store, name, b"1\n"));
    let config = ThrottleConfig { wait_get_per_call: Duration::from_secs(60), ..ThrottleConfig::default() };
    let store = Arc::new(ThrottledStore::new(store, config));
    let paths = names.iter().map(|name| Path::from(name.as_str()));
    let mut scan =
        scan("{n:d}", Input::objects(store.clone(), paths, runtime.handle()).unwrap(), ScanOptions::default());
    assert!(scan.next_soon().unwrap().unwrap().is_empty());
    assert_eq!(runtime.metrics().num_alive_tasks(), 1);
    drop(scan);
    let begin = Instant::now();
    while runtime.metrics().num_alive_tasks() > 0 {
        assert!(begin.elapsed() < Duration::from_secs(20), "the request goes on");
        thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn the_example_counts_what_stands_in_a_folder_of_a_store() {
    let (runtime, store) = (Runtime::new().unwrap(), Arc::new(InMemory::new()));
    put(&runtime, &*store, "logs/b.log", b"2026-11-28T10:00:00 INFO up\nnoise\n");
    put(&runtime, &*store, "logs/a.log.gz", &gzip(b"2026-11-28T10:00:01 WARN slow\n2026-11-28T10:00:02 INFO down\n"));
    put(&runtime, &*store, "logs/c.zip", b"PK\x03\x04");
    put(&runtime, &*store, "other/d.log", b"2026-11-28T10:00:03 INFO other\n");
    let mut out = Vec::new();
    example::run(store, &Path::from("logs"), &runtime, &mut out).unwrap();
    let wanted = "       2 INFO\n       1 WARN\n       1 other lines\nnot read: logs/c.zip: a zip archive, which is files in a file: ";
    assert!(String::from_utf8(out).unwrap().starts_with(wanted));
}

/// The example of `docs/guide/rust.md`; a test of `tests/it/guide.rs` holds the page against it.
#[test]
fn the_example_of_the_guide() -> Result<(), Box<dyn std::error::Error>> {
    use std::sync::Arc;

    use object_store::{ObjectStoreExt, memory::InMemory, path::Path};
    use parsimd::{Input, Pattern, ScanOptions};
    use tokio::runtime::Runtime;

    let runtime = Runtime::new()?;
    // With the feature "aws": object_store::aws::AmazonS3Builder::from_env().with_bucket_name("logs").build()?
    let store = Arc::new(InMemory::new());
    runtime.block_on(store.put(&Path::from("2026/a.log"), "info 125\nwarn 2300\n".into()))?;

    let paths = ["2026/a.log", "2026/b.log"].map(Path::from);
    let input = Input::objects(store, paths, runtime.handle())?;
    let mut scan = Pattern::new("{level:w} {ms:d}")?.scan_input(input, ScanOptions::new());
    assert_eq!(scan.read_all()?.len(), 2);
    assert!(scan.stats().source_errors[0].starts_with("2026/b.log: "));
    Ok(())
}
