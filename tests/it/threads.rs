//! Scans with several threads: as many as were asked for, the same answer, bounded reading, and a good end however it comes.

use std::{
    collections::HashSet,
    io::{self, Read},
    num::NonZeroUsize,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread::{self, ThreadId},
    time::Duration,
};

use parsimd::{Anchored, Batch, ExternalMatcher, Input, OnError, Scan, ScanOptions, Stats, limits};

use crate::common::{Found, external, options, pattern};

const THREADS: [usize; 4] = [1, 2, 3, 8];

/// Everything that a scan gives, until it ends: its batches, what it has counted after each, and the error.
fn all(mut scan: Scan<'_>) -> (Vec<(Batch, Stats)>, Option<String>, Stats) {
    let mut batches = Vec::new();
    let error = loop {
        match scan.next() {
            None => break None,
            Some(Ok(batch)) => batches.push((batch, scan.stats().clone())),
            Some(Err(error)) => break Some(error.to_string()),
        }
    };
    assert!(scan.next().is_none(), "the end is the end");
    (batches, error, scan.stats().clone())
}

/// Lines that match, that do not, with values that do not fit, that are not ASCII and that are not UTF-8.
fn lines(count: usize) -> Vec<u8> {
    let mut text = Vec::new();
    for n in 0..count {
        match n % 97 {
            13 => text.extend_from_slice(b"noise\r\n"),
            31 => text.extend_from_slice(format!("{n}0000000000000000000 big 2011-01-02\n").as_bytes()),
            47 => text.extend_from_slice(b"7 \xff 2011-01-02\n"),
            60 => text.extend_from_slice(format!("{n} größer 2011-02-29\n").as_bytes()),
            n if n > 80 => text.extend_from_slice(format!("{n} é{} 2012-02-29\r\n", "x".repeat(n)).as_bytes()),
            _ => text.extend_from_slice(format!("{n} word{n} 2011-01-02\n").as_bytes()),
        }
    }
    text
}

#[test]
fn batches_and_counts_after_each_are_those_of_one_thread() {
    let text = lines(3000);
    let pattern = pattern("{n:d} {what:S} {day:ti}");
    for block_bytes in [100, 1000, 10_000] {
        for on_error in [OnError::Skip, OnError::Null] {
            let run = |threads, input| {
                let mut options = options(threads, block_bytes);
                options.on_error = on_error;
                all(pattern.scan_input(input, options))
            };
            let one = run(1, Input::bytes(&text));
            assert!(one.0.len() > 5 && one.2.failures > 60 && one.2.unmatched > 30);
            for threads in THREADS {
                assert_eq!(run(threads, Input::bytes(&text)), one, "{threads} threads, blocks of {block_bytes}");
            }
            let one = run(1, Input::reader(&text[..], "r"));
            for threads in THREADS {
                assert_eq!(run(threads, Input::reader(&text[..], "r")), one, "{threads} threads, {block_bytes}");
            }
        }
    }
}

#[test]
fn raising_stops_at_the_same_record_with_the_same_counts() {
    let pattern = pattern("{n:d} {day:ti}");
    for (wrong, at) in [("noise", 40), ("noise", 499), ("9 2011-02-29", 0), ("9 2011-02-29", 77), ("é", 300)] {
        let line = |n| if n == at { format!("{wrong}\n") } else { format!("{n} 2011-01-02\n") };
        // After the first there are more, of both kinds.
        let text: String = (0..500).map(line).chain(["noise\n".to_owned(), "9 2011-02-29\n".to_owned()]).collect();
        for block_bytes in [1, 50, 1000] {
            let run = |threads| {
                let mut options = options(threads, block_bytes);
                options.on_error = OnError::Raise;
                all(pattern.scan_input(Input::bytes(&text), options))
            };
            let one = run(1);
            assert!(one.1.is_some());
            assert_eq!((one.2.records, one.2.matched), (at + 1, at), "{wrong:?}, blocks of {block_bytes}");
            for threads in THREADS {
                assert_eq!(run(threads), one, "{wrong:?} at {at}, {threads} threads, blocks of {block_bytes}");
            }
        }
    }
}

/// Gives `text`, then `end`; counts what it gave, and who holds it.
struct Counted<'a> {
    text: &'a [u8],
    given: Arc<AtomicUsize>,
    end: fn() -> io::Result<usize>,
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.text.read(buffer)? {
            0 => (self.end)(),
            some => {
                self.given.fetch_add(some, Ordering::SeqCst);
                Ok(some)
            }
        }
    }
}

#[test]
fn an_error_of_the_input_comes_after_all_that_was_read_before_it() {
    let text = lines(500);
    let pattern = pattern("{n:d} {what:S} {day:ti}");
    let run = |threads| {
        let end = || Err(io::Error::other("the line is cut"));
        let reader = Counted { text: &text, given: Arc::default(), end };
        all(pattern.scan_input(Input::reader(reader, "modem"), options(threads, 700)))
    };
    let one = run(1);
    assert!(one.0.len() > 5 && one.1.as_deref() == Some("modem: the line is cut"), "{:?}", one.1);
    for threads in THREADS {
        assert_eq!(run(threads), one, "{threads} threads");
    }
}

#[test]
fn what_is_read_ahead_is_bounded_and_nothing_is_read_between_calls() {
    let text = lines(20_000);
    let block_bytes = 1000;
    for threads in THREADS {
        let given = Arc::new(AtomicUsize::new(0));
        let reader = Counted { text: &text, given: Arc::clone(&given), end: || Ok(0) };
        let mut scan =
            pattern("{n:d} {what:S} {day:ti}").scan_input(Input::reader(reader, "r"), options(threads, block_bytes));
        let ahead = if threads == 1 { 1 } else { threads * limits::BLOCKS_AHEAD };
        for number in 0..100 {
            scan.next().map(|batch| batch.unwrap_or_else(|error| panic!("{error}"))).expect("there is more");
            let before = given.load(Ordering::SeqCst);
            assert!(
                before - scan.stats().bytes as usize <= ahead * block_bytes,
                "{threads} threads: {before} of {:?}",
                scan.stats()
            );
            if number % 20 == 0 {
                thread::sleep(Duration::from_millis(5));
                assert_eq!(given.load(Ordering::SeqCst), before, "{threads} threads");
            }
        }
        assert_eq!(Arc::strong_count(&given), 2);
        drop(scan);
        assert_eq!(Arc::strong_count(&given), 1, "the reader goes with the scan");
        assert!(given.load(Ordering::SeqCst) < text.len() / 2);
    }
}

/// Matches all; notes who asks, and until `wanted` threads have asked makes each wait a little.
#[derive(Debug)]
struct Meeting {
    seen: Arc<(Mutex<HashSet<ThreadId>>, Condvar)>,
    wanted: usize,
}

impl ExternalMatcher for Meeting {
    fn find(&self, text: &str, _: usize, _: Anchored) -> Found {
        let (seen, changed) = &*self.seen;
        let mut seen = seen.lock().unwrap_or_else(|error| panic!("{error}"));
        seen.insert(thread::current().id());
        changed.notify_all();
        if text != "alone" {
            let met = |seen: &mut HashSet<_>| seen.len() < self.wanted;
            drop(changed.wait_timeout_while(seen, Duration::from_millis(50), met));
        }
        Ok(Some(vec![Some(0..text.len()); 2]))
    }
}

/// The threads that scan `text`, and wait for each other there until they are `wanted`.
fn who_scans(text: &str, options: ScanOptions, wanted: usize) -> HashSet<ThreadId> {
    let seen = Arc::default();
    let matcher = Meeting { seen: Arc::clone(&seen), wanted };
    let pattern = external("{a}", matcher);
    let mut scan = pattern.scan_input(Input::bytes(text.as_bytes()), options);
    let rows = scan.read_all().unwrap_or_else(|error| panic!("{error}")).len();
    assert_eq!(rows, text.lines().count());
    let seen = seen.0.lock().unwrap_or_else(|error| panic!("{error}"));
    seen.clone()
}

/// How many threads a scan uses at most.
fn most_threads() -> usize {
    limits::THREADS_PER_CORE * thread::available_parallelism().map_or(1, NonZeroUsize::get)
}

#[test]
fn as_many_threads_scan_as_were_asked_for_and_can_be_used_and_one_is_the_callers() {
    let text = format!("alone\n{}", "together\n".repeat(1000));
    for threads in [1, 2, 3, 8, most_threads(), most_threads() + 1, 100 * most_threads()] {
        let wanted = threads.min(most_threads());
        let seen = who_scans(&text, options(threads, 1), wanted);
        assert_eq!(seen.len(), wanted, "of {threads}");
        assert!(seen.contains(&thread::current().id()));
    }
}

#[test]
fn more_threads_than_can_be_used_change_nothing() {
    let text = lines(3000);
    let pattern = pattern("{n:d} {what:S} {day:ti}");
    let one = all(pattern.scan_input(Input::bytes(&text), options(1, 1000)));
    for threads in [1500, usize::MAX] {
        assert_eq!(all(pattern.scan_input(Input::bytes(&text), options(threads, 1000))), one);
    }
}

#[test]
fn an_input_of_one_block_needs_no_other_thread() {
    for threads in THREADS {
        let seen = who_scans(&"alone\n".repeat(1000), options(threads, 1 << 20), 1);
        assert_eq!(seen, HashSet::from([thread::current().id()]));
    }
}

#[test]
fn an_engine_that_chooses_takes_as_many_threads_as_there_are_cores_for_large_inputs_alone() {
    let small = "alone\n".repeat(limits::PARALLEL_BYTES as usize / 6 - 1);
    let mut options = options(1, 1 << 12);
    options.threads = None;
    assert_eq!(who_scans(&small, options.clone(), 1), HashSet::from([thread::current().id()]));
    // From here on there is one record in a block.
    let large = small + &"alone\n".repeat(1000) + &format!("{}\n", "together".repeat(600)).repeat(1000);
    let cores = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    assert_eq!(who_scans(&large, options, cores).len(), cores);
}

/// Matches all; panics at one record.
#[derive(Debug)]
struct Trap;

impl ExternalMatcher for Trap {
    fn find(&self, text: &str, _: usize, _: Anchored) -> Found {
        assert!(text != "trap", "stepped into the trap");
        Ok(Some(vec![Some(0..text.len()); 2]))
    }
}

/// Matches all; has an error of its own for what begins with a number.
#[derive(Debug)]
struct Fails;

impl ExternalMatcher for Fails {
    fn find(&self, text: &str, _: usize, _: Anchored) -> Found {
        match text.parse::<u64>() {
            Ok(number) => Err(number.to_string().into()),
            Err(_) => Ok(Some(vec![Some(0..text.len()); 2])),
        }
    }
}

#[test]
fn of_many_errors_of_a_matcher_the_first_in_the_input_is_told() {
    let pattern = external("{a}", Fails);
    let text: String = (0..400).map(|n| if n < 100 { "text\n".to_owned() } else { format!("{n}\n") }).collect();
    for threads in THREADS {
        let (batches, error, stats) = all(pattern.scan_input(Input::bytes(&text), options(threads, 1)));
        assert_eq!((batches.len(), error.as_deref(), stats.matched), (100, Some("100"), 100));
    }
}

fn panics(scan: &mut Scan<'_>) -> String {
    let ended = catch_unwind(AssertUnwindSafe(|| scan.read_all().map(|batch| batch.len())));
    let panic = ended.expect_err("the scan went on");
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref().cloned()).unwrap_or_default()
}

#[test]
fn a_panic_of_a_thread_is_one_of_the_caller_and_ends_the_scan() {
    for threads in THREADS {
        for at in [0, 1, 50, 299] {
            let text: String = (0..300).map(|n| if n == at { "trap\n" } else { "fine\n" }).collect();
            let pattern = external("{a}", Trap);
            let mut scan = pattern.scan_input(Input::bytes(&text), options(threads, 1));
            assert!(panics(&mut scan).contains("stepped into the trap"));
            assert!(scan.next().is_none());
        }
        let text = lines(300);
        let reader = Counted { text: &text, given: Arc::default(), end: || panic!("the reader is broken") };
        let mut scan = pattern("{a}").scan_input(Input::reader(reader, "r"), options(threads, 500));
        assert!(panics(&mut scan).contains("the reader is broken"));
        assert!(scan.next().is_none());
    }
}

#[test]
fn an_input_that_lives_shortly_can_be_scanned_by_many_threads_and_left_half_way() {
    let pattern = pattern("{a}");
    for threads in THREADS {
        let text = b"line\n".repeat(10_000);
        let mut scan = pattern.scan_input(Input::bytes(&text), options(threads, 100));
        for _ in 0..50 {
            assert!(scan.next().is_some_and(|batch| batch.is_ok_and(|batch| batch.len() == 20)));
        }
        drop(scan);
        drop(text);
    }
}

#[test]
fn who_does_not_want_to_wait_for_a_row_gets_an_empty_batch() {
    struct Slow(usize);

    impl Read for Slow {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            thread::sleep(Duration::from_millis(25));
            let line: &[u8] = match self.0 {
                0 => return Ok(0),
                1 => b"a 1\n",
                _ => b"b b\n",
            };
            self.0 -= 1;
            out[..line.len()].copy_from_slice(line);
            Ok(line.len())
        }
    }

    let mut scan = pattern("{a:w} {n:d}").scan_input(Input::reader(Slow(4), "slow"), options(1, 4));
    let mut rows = Vec::new();
    while let Some(batch) = scan.next_soon() {
        rows.push(batch.map_or_else(|error| panic!("{error}"), |batch| batch.len()));
    }
    assert_eq!(rows.iter().sum::<usize>(), 1);
    assert!(rows.len() > 1, "three blocks without a row took longer than anybody should wait: {rows:?}");
    assert_eq!((scan.stats().records, scan.stats().unmatched), (4, 3));
}
