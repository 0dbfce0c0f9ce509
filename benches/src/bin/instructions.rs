//! Hot paths, each run once, for `ci/instructions.py` to count their instructions.
//!
//! ```text
//! instructions           names the paths
//! instructions PATH      runs one: what is counted is `measured`, once
//! ```
//!
//! A count does not depend on how busy a machine is. So a path that became slower is found on any, where it needs more instructions; that it waits longer for
//! memory is not found. The instruction set is that of `PARSIMD_ISA`, and the texts are the same each time. Everything runs on one thread.

use std::{hint::black_box, io::Write as _, num::NonZeroUsize, process::ExitCode};

use parsimd::{
    Batch, GuessOptions, Input, Matches, Pattern, PatternSet, Predicate, Result, Scan, ScanOptions, Year, guess,
};
use parsimd_benches::logs::LOGS;

/// How much of a log is scanned, in bytes: enough that what is done once is no part of the count, and little enough for an emulator.
const SIZE: usize = 1 << 19;
const SEED: u64 = 7;

/// A hot path: what it makes ready, and then what is counted, which gives a number that shows that it did its work.
type Path = fn() -> Result<Box<dyn FnMut() -> Result<u64>>>;

const PATHS: &[(&str, Path)] = &[
    ("compile", compile),
    ("parse", parse),
    ("parse, an optional part", parse_optional),
    ("parse, by the regex", parse_by_regex),
    ("parse, no match", parse_no_match),
    ("values", values),
    ("search", search),
    ("findall", find_all),
    ("scan, access", || scan("access")),
    ("scan, hdfs", || scan("hdfs")),
    ("scan, few lines match", || scan("openssh_sel")),
    ("scan, numbers", || scan("metrics")),
    ("scan, times", scan_times),
    ("scan, a filter", scan_filtered),
    ("scan, skipping what is filtered", scan_skipping),
    ("scan, all matches", scan_all),
    ("scan, not ASCII", scan_not_ascii),
    ("scan, gzip", scan_gzip),
    ("scan, several lines", scan_lines),
    ("set", set),
    ("guess", guess_access),
];

fn log(name: &str) -> (Pattern, Vec<u8>) {
    let log = LOGS.iter().find(|log| log.name == name).unwrap_or_else(|| panic!("no log is called {name}"));
    (pattern(log.pattern), log.make(SIZE, SEED))
}

fn pattern(format: &str) -> Pattern {
    Pattern::new(format).unwrap_or_else(|error| panic!("{format}: {error}"))
}

fn options() -> ScanOptions {
    let mut options = ScanOptions::default();
    (options.threads, options.year) = (NonZeroUsize::new(1), Year::Of(2024));
    options
}

const ACCESS: &str = r#"{ip} - - [{time:th}] "{request}" {status:d} {bytes:d}"#;
const LINE: &str = r#"83.149.9.216 - - [17/May/2015:10:05:03 +0000] "GET /index.html HTTP/1.1" 200 203023"#;

/// Calls with one text, again and again.
fn calls(
    format: &str,
    text: &'static str,
    count: usize,
    one: impl Fn(&Pattern, &'static str) -> Result<u64> + 'static,
) -> Result<Box<dyn FnMut() -> Result<u64>>> {
    let pattern = pattern(format);
    // The first call compiles what later ones use again.
    one(&pattern, text)?;
    Ok(Box::new(move || (0..count).map(|_| one(&pattern, black_box(text))).sum()))
}

fn compile() -> Result<Box<dyn FnMut() -> Result<u64>>> {
    Ok(Box::new(|| (0..20).map(|_| Ok(Pattern::new(black_box(ACCESS))?.fields().len() as u64)).sum()))
}

fn found(pattern: &Pattern, text: &str) -> Result<u64> {
    Ok(pattern.parse(text)?.map_or(0, |found| found.range().end as u64))
}

fn parse() -> Result<Box<dyn FnMut() -> Result<u64>>> {
    calls(ACCESS, LINE, 5000, found)
}

fn parse_optional() -> Result<Box<dyn FnMut() -> Result<u64>>> {
    calls("{level:w}{:[} ({user})({id:d}){:]}: {text}", "info: connection lost, trying again", 5000, |pattern, text| {
        Ok(found(pattern, text)? + found(pattern, "warn (root)(17): connection lost")?)
    })
}

fn parse_by_regex() -> Result<Box<dyn FnMut() -> Result<u64>>> {
    calls("{a:w}{b:d} {c}", "word12 and what follows", 2000, found)
}

fn parse_no_match() -> Result<Box<dyn FnMut() -> Result<u64>>> {
    calls(ACCESS, "8.8.8.8 - bob [17/May/2015:10:05:03 +0000] \"GET / HTTP/1.1\" 200 5", 5000, |pattern, text| {
        Ok(u64::from(pattern.parse(text)?.is_none()))
    })
}

fn values() -> Result<Box<dyn FnMut() -> Result<u64>>> {
    calls(ACCESS, LINE, 2000, |pattern, text| {
        let found = pattern.parse(text)?.unwrap_or_else(|| panic!("{text:?} matches"));
        let values = (0..found.fields().len()).map(|field| Ok(u64::from(found.value_in_year(field, 2024)?.is_some())));
        values.sum()
    })
}

fn search() -> Result<Box<dyn FnMut() -> Result<u64>>> {
    let mut text = "nothing to be seen in this line of text, nor in the next one\n".repeat(1000);
    text.push_str("took 12 ms");
    let pattern = pattern("took {ms:d} ms");
    Ok(Box::new(move || Ok(pattern.search(black_box(&text))?.map_or(0, |found| found.range().end as u64))))
}

fn find_all() -> Result<Box<dyn FnMut() -> Result<u64>>> {
    let text = "<a> and <bc>, then <def>; ".repeat(2000);
    let pattern = pattern("<{name}>");
    Ok(Box::new(move || {
        pattern.find_iter(black_box(&text)).map(|found| found.map(|found| found.range().len() as u64)).sum()
    }))
}

/// The rows of a scan and the values in them: a column of each type is looked at once.
fn rows(scan: &mut Scan<'_>) -> Result<u64> {
    scan.map(|batch| batch.map(|batch| black_box::<Batch>(batch).len() as u64)).sum()
}

fn scan_of(pattern: Pattern, bytes: Vec<u8>, options: ScanOptions) -> Box<dyn FnMut() -> Result<u64>> {
    Box::new(move || rows(&mut pattern.scan_input(Input::bytes(black_box(&bytes)), options.clone())))
}

fn scan(name: &str) -> Result<Box<dyn FnMut() -> Result<u64>>> {
    let (pattern, bytes) = log(name);
    Ok(scan_of(pattern, bytes, options()))
}

fn scan_times() -> Result<Box<dyn FnMut() -> Result<u64>>> {
    let line = |n: usize| {
        let (hour, minute, second) = (n / 3600 % 24, n / 60 % 60, n % 60);
        format!("2024-05-17T{hour:02}:{minute:02}:{second:02}.125Z {hour:02}:{minute:02}:{second:02} {n}ms up\n")
    };
    let bytes: String = (0..10_000).map(line).collect();
    Ok(scan_of(pattern("{at:ti} {clock:%H:%M:%S} {took:dur} {state:w}"), bytes.into_bytes(), options()))
}

fn filtered() -> (Pattern, Vec<u8>, ScanOptions) {
    let (pattern, bytes) = log("access");
    let mut options = options();
    let status = pattern.field_number("status").unwrap_or_else(|| panic!("the log has a status"));
    options.filter = vec![(status, Predicate::Between(404, 404))];
    (pattern, bytes, options)
}

fn scan_filtered() -> Result<Box<dyn FnMut() -> Result<u64>>> {
    let (pattern, bytes, options) = filtered();
    Ok(scan_of(pattern, bytes, options))
}

fn scan_skipping() -> Result<Box<dyn FnMut() -> Result<u64>>> {
    let (pattern, bytes, mut options) = filtered();
    options.skip_filtered = true;
    Ok(scan_of(pattern, bytes, options))
}

fn scan_all() -> Result<Box<dyn FnMut() -> Result<u64>>> {
    let bytes = "GET a=1 b=22 c=333 in a line\n".repeat(5000).into_bytes();
    let mut options = options();
    options.matches = Matches::All;
    Ok(scan_of(pattern("{key:w}={n:d}"), bytes, options))
}

fn scan_not_ascii() -> Result<Box<dyn FnMut() -> Result<u64>>> {
    let bytes = "info: größer als 12 µs → langsam\n".repeat(10_000).into_bytes();
    Ok(scan_of(pattern("{level:w}: {text} als {n:d} {unit} → {state:w}"), bytes, options()))
}

fn scan_gzip() -> Result<Box<dyn FnMut() -> Result<u64>>> {
    let (pattern, bytes) = log("access");
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    let packed = encoder.write_all(&bytes).and_then(|()| encoder.finish());
    let packed = packed.unwrap_or_else(|error| panic!("{error}"));
    let options = options();
    Ok(Box::new(move || {
        let input = Input::reader(black_box(&packed[..]), "access.log.gz").decompressed();
        rows(&mut pattern.scan_input(input, options.clone()))
    }))
}

fn scan_lines() -> Result<Box<dyn FnMut() -> Result<u64>>> {
    let bytes = "2024-05-17 10:05:03 ERROR failed\n\tat a.b.C(D.java:17)\n\tat a.b.E(F.java:4)\n".repeat(4000);
    let mut options = options();
    options.multiline = true;
    Ok(scan_of(pattern("{at:ti} {level:w} {text}"), bytes.into_bytes(), options))
}

fn set() -> Result<Box<dyn FnMut() -> Result<u64>>> {
    let kinds = [
        ("failed", "{head} sshd[{pid:d}]: Failed password for {user} from {ip} port {port:d} ssh2"),
        ("closed", "{head} sshd[{pid:d}]: Connection closed by {ip} [preauth]"),
        ("invalid", "{head} sshd[{pid:d}]: Invalid user {user} from {ip}"),
        ("any", "{head} sshd[{pid:d}]: {text}"),
    ];
    let set = PatternSet::new(kinds)?;
    let (_, bytes) = log("openssh");
    let options = options();
    Ok(Box::new(move || {
        let mut scan = set.scan_input(Input::bytes(black_box(&bytes)), options.clone());
        for batch in &mut scan {
            black_box(batch?);
        }
        Ok(scan.stats().matched)
    }))
}

fn guess_access() -> Result<Box<dyn FnMut() -> Result<u64>>> {
    let (_, bytes) = log("access");
    let mut options = GuessOptions::default();
    options.lines = 20;
    Ok(Box::new(move || Ok(guess(Input::bytes(black_box(&bytes)), &options)?.len() as u64)))
}

/// What is counted. Its name is looked for.
#[inline(never)]
fn measured(path: &mut dyn FnMut() -> Result<u64>) -> Result<u64> {
    black_box(path())
}

fn main() -> ExitCode {
    let Some(name) = std::env::args().nth(1) else {
        PATHS.iter().for_each(|(name, _)| println!("{name}"));
        return ExitCode::SUCCESS;
    };
    let Some((_, path)) = PATHS.iter().find(|(path, _)| *path == name) else {
        eprintln!("no path is called {name:?}");
        return ExitCode::FAILURE;
    };
    match path().and_then(|mut path| measured(&mut *path)) {
        Ok(number) if number > 0 => ExitCode::SUCCESS,
        other => {
            eprintln!("{name}: {other:?}");
            ExitCode::FAILURE
        }
    }
}
