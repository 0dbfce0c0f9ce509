//! No cliffs: what a part of the language costs, beside the plain pattern for the same log.
//!
//! ```text
//! cargo run --release -p parsimd-benches --bin cliffs -- [--megabytes 32] [--rounds 9] [WORD]
//! ```
//!
//! Both patterns scan the whole log on one thread, in turns. A row says how much of the plain pattern's speed is left: the ratio of the medians. It
//! checks how many rows there are: as many as the plain pattern has, or one for each line. Where both have as many, it checks that they have the same
//! numbers and times. `WORD` runs the rows that have it in their name. A new row is an entry of [`CLIFFS`].

use std::{fmt::Write as _, num::NonZeroUsize};

use parsimd::{Batch, CustomType, Input, Matches, Pattern, Scan, ScanOptions, Values};
use parsimd_benches::{
    logs::{LOGS, Random},
    record,
    rounds::{Race, Unit},
};

/// How many rows there must be.
#[derive(Clone, Copy)]
enum Rows {
    /// As many as the plain pattern has.
    AsPlain,
    /// One for each line.
    All,
}
use Rows::{All, AsPlain};

/// What makes a row. The plain pattern is scanned line by line.
#[derive(Clone, Copy)]
enum Records {
    /// A line.
    Lines,
    /// Every match in a line.
    Matches,
    /// A line, and those after it that do not begin a record.
    Multiline,
}

/// What should be left.
#[derive(Clone, Copy)]
enum AtLeast {
    /// Of the plain pattern's speed.
    Share(f64),
    /// Gigabytes a second.
    Speed(f64),
}

/// A part of the language, in a pattern for a log.
struct Cliff {
    what: &'static str,
    /// The log, one of [`LOGS`] or of [`make`], and the plain pattern for it.
    plain: (&'static str, &'static str),
    pattern: &'static str,
    /// The types of one's own, with their expressions.
    own: &'static [(&'static str, &'static str)],
    rows: Rows,
    records: Records,
    at_least: AtLeast,
}

const fn row(
    what: &'static str,
    plain: (&'static str, &'static str),
    pattern: &'static str,
    own: &'static [(&'static str, &'static str)],
    rows: Rows,
    at_least: f64,
) -> Cliff {
    Cliff { what, plain, pattern, own, rows, records: Records::Lines, at_least: AtLeast::Share(at_least) }
}

/// A row of the plain pattern itself, scanned in another way.
const fn scanned(what: &'static str, plain: (&'static str, &'static str), records: Records, at_least: f64) -> Cliff {
    Cliff { records, ..row(what, plain, plain.1, &[], AsPlain, at_least) }
}

/// A row whose goal is a speed, in gigabytes a second.
const fn pairs(what: &'static str, pattern: &'static str, at_least: f64) -> Cliff {
    Cliff { at_least: AtLeast::Speed(at_least), ..row(what, LOGFMT, pattern, &[], All, 0.0) }
}

const ACCESS: (&str, &str) = ("access", r#"{ip} - - [{ts:th}] "{req}" {status:d} {bytes:d} "{ref}" "{ua}""#);
const METHOD: (&str, &str) = ("access", r#"{ip} - - [{ts:th}] "{method:w} {req}" {status:d} {bytes:d} "{ref}" "{ua}""#);
const RUNS: (&str, &str) = ("access", r#"{ip:S} - - [{ts:th}] "{req}" {status:S} {bytes:d} "{ref}" "{ua}""#);
const HDFS: (&str, &str) = ("hdfs", "{date:d} {time:d} {pid:d} {level:w} {comp}: {msg}");
const CSV: (&str, &str) = ("csv", "{ts:d},{host:w},{cpu:f},{mem:f},{io:d},{net:d},{lat:f},{temp:f}");
const APP: (&str, &str) = ("app", "{ts:ti} {level:w} {host:S} took {time:S}, sent {sent:S}: {msg}");
const TRACES: (&str, &str) = ("traces", APP.1);
const LOGFMT: (&str, &str) = ("logfmt", r#"{ts:ti} level={level:w} msg="{msg}" took={took:dur} status={status:d}"#);
const SYSLOG: (&str, &str) = ("syslog", "{ts:ts} {host} {proc}[{pid:d}]: {msg}");

const QUOTED: &str = r#"(?:[^"\\]|\\.)*"#;

#[rustfmt::skip]
const CLIFFS: &[Cliff] = &[
    row("the plain pattern again", ACCESS, ACCESS.1, &[], AsPlain, 0.95),
    // Types of one's own.
    row(r"own type `\d+\.\d+\.\d+\.\d+`", ACCESS, r#"{ip:Own} - - [{ts:th}] "{req}" {status:d} {bytes:d} "{ref}" "{ua}""#,
        &[("Own", r"\d+\.\d+\.\d+\.\d+")], AsPlain, 0.5),
    row(r#"own type `(?:[^"\\]|\\.)*`"#, ACCESS, r#"{ip} - - [{ts:th}] "{req:Own}" {status:d} {bytes:d} "{ref}" "{ua}""#,
        &[("Own", QUOTED)], AsPlain, 0.5),
    row(r#"own type `(?:[^"\\]|\\.)*`, for the longest field"#, ACCESS, r#"{ip} - - [{ts:th}] "{req}" {status:d} {bytes:d} "{ref}" "{ua:Own}""#,
        &[("Own", QUOTED)], AsPlain, 0.5),
    row(r"own type `\d+|-`", ACCESS, r#"{ip} - - [{ts:th}] "{req}" {status:d} {bytes:Own} "{ref}" "{ua}""#,
        &[("Own", r"\d+|-")], All, 0.5),
    row("own type `[A-Z]+`", METHOD, r#"{ip} - - [{ts:th}] "{method:Own} {req}" {status:d} {bytes:d} "{ref}" "{ua}""#,
        &[("Own", "[A-Z]+")], AsPlain, 0.5),
    row("own type `GET|POST|PUT`", METHOD, r#"{ip} - - [{ts:th}] "{method:Own} {req}" {status:d} {bytes:d} "{ref}" "{ua}""#,
        &[("Own", "GET|POST|PUT")], AsPlain, 0.5),
    row("all of these types", METHOD, r#"{ip:Ip} - - [{ts:th}] "{method:Method} {req:Quoted}" {status:Size} {bytes:Size} "{ref:Quoted}" "{ua:Quoted}""#,
        &[("Ip", r"\d+\.\d+\.\d+\.\d+"), ("Method", "GET|POST|PUT"), ("Quoted", QUOTED), ("Size", r"\d+|-")], All, 0.5),
    row("own type without an expression", ACCESS, r#"{ip:Own} - - [{ts:th}] "{req:Own}" {status:d} {bytes:d} "{ref:Own}" "{ua:Own}""#,
        &[], AsPlain, 0.5),
    row("own type `INFO|WARN|ERROR`", HDFS, "{date:d} {time:d} {pid:d} {level:Own} {comp}: {msg}",
        &[("Own", "INFO|WARN|ERROR")], AsPlain, 0.5),
    row(r"own type `\d{6}`", HDFS, "{date:Own} {time:Own} {pid:d} {level:w} {comp}: {msg}", &[("Own", r"\d{6}")], AsPlain, 0.5),
    // Types that `parse` does not have.
    row("`t` beside `th`", ACCESS, r#"{ip} - - [{ts:t}] "{req}" {status:d} {bytes:d} "{ref}" "{ua}""#, &[], AsPlain, 0.9),
    row("`t` beside `ti`", APP, "{ts:t} {level:w} {host:S} took {time:S}, sent {sent:S}: {msg}", &[], All, 0.9),
    row("`t` beside `ts`", SYSLOG, "{ts:t} {host} {proc}[{pid:d}]: {msg}", &[], All, 0.9),
    row("`tu` beside `d`", CSV, "{ts:tu},{host:w},{cpu:f},{mem:f},{io:d},{net:d},{lat:f},{temp:f}", &[], All, 0.9),
    row("`ip` beside `{:S}`", RUNS, r#"{ip:ip} - - [{ts:th}] "{req}" {status:S} {bytes:d} "{ref}" "{ua}""#, &[], AsPlain, 0.6),
    row("`size` beside `{:S}`", RUNS, r#"{ip:S} - - [{ts:th}] "{req}" {status:size} {bytes:d} "{ref}" "{ua}""#, &[], AsPlain, 0.6),
    row("`dur` beside `{:S}`", APP, "{ts:ti} {level:w} {host:S} took {time:dur}, sent {sent:S}: {msg}", &[], All, 0.6),
    row("`ip`, `dur` and `size` beside `{:S}`", APP, "{ts:ti} {level:w} {host:ip} took {time:dur}, sent {sent:size}: {msg}", &[], All, 0.6),
    row("`q` beside `\"{}\"`", ACCESS, r#"{ip} - - [{ts:th}] {req:q} {status:d} {bytes:d} "{ref}" "{ua}""#, &[], AsPlain, 0.8),
    row("`q`, three times", ACCESS, r#"{ip} - - [{ts:th}] {req:q} {status:d} {bytes:d} {ref:q} {ua:q}"#, &[], AsPlain, 0.8),
    row("`*`", ACCESS, r#"{ip} - - [{ts:th}] "{req}" {status:d} {bytes:d} "{ref}" "{ua:*}""#, &[], AsPlain, 0.5),
    pairs("`kv` with four keys", "{ts:ti} {pairs:kv}", 0.3),
    pairs("`kv(…)` of four typed keys", "{ts:ti} {:kv(level,msg,took:dur,status:d)}", 0.5),
    // What is not needed, or may be absent.
    row("`{}` that is not a column", ACCESS, r#"{ip} - - [{ts:th}] "{req}" {status:d} {bytes:d} "{}" "{}""#, &[], AsPlain, 1.0),
    row("null texts where 7 % are null", ACCESS, r#"{ip} - - [{ts:th}] "{req}" {status:d} {bytes:d|-} "{ref}" "{ua}""#, &[], All, 0.9),
    row("an optional part in the middle", ACCESS, r#"{ip} - - [{ts:th}] "{req}" {status:d}{:[} {bytes:d}{:]} "{ref}" "{ua}""#, &[], AsPlain, 0.8),
    row("an optional part at the end", ACCESS, r#"{ip} - - [{ts:th}] "{req}" {status:d} {bytes:d}{:[} "{ref}" "{ua}"{:]}"#, &[], AsPlain, 0.8),
    row("a repeated name", ACCESS, r#"{ip} {dash} {dash} [{ts:th}] "{req}" {status:d} {bytes:d} "{ref}" "{ua}""#, &[], AsPlain, 0.4),
    // Other records than lines.
    scanned("`match=\"all\"`", ACCESS, Records::Matches, 0.6),
    scanned("`multiline`, no stack traces", APP, Records::Multiline, 0.9),
    scanned("`multiline`, with stack traces", TRACES, Records::Multiline, 0.7),
];

/// At least `size` bytes of whole lines of a log.
fn make(name: &str, size: usize) -> Vec<u8> {
    if let Some(log) = LOGS.iter().find(|log| log.name == name) {
        return log.make(size, 1);
    }
    let line = match name {
        "app" => app,
        "traces" => traces,
        "logfmt" => logfmt,
        "syslog" => syslog,
        _ => panic!("no log {name}"),
    };
    let (mut random, mut text) = (Random::new(1), String::new());
    while text.len() < size {
        line(&mut random, &mut text).unwrap_or_else(|error| panic!("{error}"));
        text.push('\n');
    }
    text.into_bytes()
}

/// `2024-05-17 10:05:03.123 INFO 10.1.2.3 took 12.5ms, sent 3KiB: request 17 done`
fn app(random: &mut Random, out: &mut String) -> std::fmt::Result {
    let mut below = |bound| random.below(bound);
    write!(out, "2024-{:02}-{:02} {:02}:", 1 + below(12), 1 + below(28), below(24))?;
    write!(out, "{:02}:{:02}.{:03} ", below(60), below(60), below(1000))?;
    out.push_str(["INFO", "INFO", "WARN", "DEBUG"][below(4) as usize]);
    write!(out, " {}.{}.{}.{} took {}", below(256), below(256), below(256), below(256), below(400))?;
    out.push_str(["ms", "ms", ".5ms", "s", "µs", "m12s"][below(6) as usize]);
    write!(out, ", sent {}", below(2000))?;
    out.push_str(["", "B", "K", "KiB", ".5MB"][below(5) as usize]);
    write!(out, ": request {} of client {} is done", below(1 << 20), below(1000))
}

/// The same, with a stack trace after one line of eight.
fn traces(random: &mut Random, out: &mut String) -> std::fmt::Result {
    app(random, out)?;
    if random.below(8) > 0 {
        return Ok(());
    }
    out.push_str("\njava.net.ConnectException: Connection refused");
    for _ in 0..3 + random.below(12) {
        let (class, line) = (random.below(1 << 12), random.below(900));
        write!(out, "\n\tat com.example.service{}.Handler{class}.run(Handler{class}.java:{line})", class % 50)?;
    }
    Ok(())
}

/// `2024-05-17T10:05:03Z level=info msg="request 17 of client 3 done" took=12ms status=200`
fn logfmt(random: &mut Random, out: &mut String) -> std::fmt::Result {
    let mut below = |bound| random.below(bound);
    write!(out, "2024-{:02}-{:02}T{:02}:", 1 + below(12), 1 + below(28), below(24))?;
    write!(out, "{:02}:{:02}Z level=", below(60), below(60))?;
    out.push_str(["info", "info", "warn", "debug"][below(4) as usize]);
    write!(out, " msg=\"request {} of client {} is done\" took={}", below(1 << 20), below(1000), below(400))?;
    out.push_str(["ms", "ms", ".5ms", "s"][below(4) as usize]);
    write!(out, " status={}", [200, 200, 304, 404][below(4) as usize])
}

/// `Nov  9 03:37:44 web1 sshd[4711]: session 17 closed for user root`
fn syslog(random: &mut Random, out: &mut String) -> std::fmt::Result {
    let mut below = |bound| random.below(bound);
    out.push_str(["Nov", "Dec", "Jan"][below(3) as usize]);
    write!(out, " {:2} {:02}:{:02}:{:02} web{} ", 1 + below(28), below(24), below(60), below(60), below(20))?;
    out.push_str(["sshd", "kernel", "systemd", "cron"][below(4) as usize]);
    write!(out, "[{}]: session {} closed for user ", below(30_000), below(100_000))?;
    out.push_str(["root", "nobody", "www-data", "postgres"][below(4) as usize]);
    Ok(())
}

/// A scan on one thread.
fn scan<'a>(pattern: &Pattern, records: Records, log: &'a [u8]) -> Scan<'a> {
    let mut options = ScanOptions::default();
    options.threads = Some(NonZeroUsize::MIN);
    match records {
        Records::Lines => {}
        Records::Matches => options.matches = Matches::All,
        Records::Multiline => options.multiline = true,
    }
    pattern.scan_input(Input::bytes(log), options)
}

/// How many rows a scan has.
fn count(scan: Scan<'_>) -> u64 {
    scan.map(|batch| batch.unwrap_or_else(|error| panic!("{error}")).len() as u64).sum()
}

/// Panics unless columns of the same name have the same numbers and times. Texts may differ: a type takes quotes away, a record has more lines.
fn assert_same(what: &str, plain: &Batch, batch: &Batch) {
    for ((name, _), column) in plain.schema().columns().zip(plain.columns()) {
        let Some(other) = batch.column(name) else { continue };
        match (column.values(), other.values()) {
            (Values::Int64(a), Values::Int64(b))
            | (Values::Timestamp(a), Values::Timestamp(b))
            | (Values::Duration(a), Values::Duration(b)) => assert!(a == b, "{what}: {name}"),
            _ => {}
        }
    }
}

fn build(pattern: &str, own: &[(&str, &str)]) -> Pattern {
    let mut builder = Pattern::builder(pattern).custom_type("Own", CustomType { pattern: None, group_count: 0 });
    for (name, expression) in own {
        builder = builder.custom_type(*name, CustomType { pattern: Some((*expression).to_owned()), group_count: 0 });
    }
    builder.build().unwrap_or_else(|error| panic!("{pattern}: {error}"))
}

fn main() {
    let (mut megabytes, mut rounds, mut word) = (32, 9, String::new());
    let mut arguments = std::env::args().skip(1);
    let number = |text: Option<String>| text.and_then(|text| text.parse().ok());
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--megabytes" => megabytes = number(arguments.next()).unwrap_or(megabytes),
            "--rounds" => rounds = number(arguments.next()).unwrap_or(rounds),
            _ => word = argument,
        }
    }
    println!("{}\n", record::machine());
    println!("| what | × the plain pattern | at least | GB/s | rows |\n|---|---:|---:|---:|---:|");
    for cliff in CLIFFS.iter().filter(|cliff| cliff.what.contains(&word)) {
        cliff.measure(megabytes << 20, rounds);
    }
}

impl Cliff {
    /// Runs the rounds and prints the row.
    fn measure(&self, size: usize, rounds: usize) {
        let log = make(self.plain.0, size);
        let (plain, pattern) = (build(self.plain.1, &[]), build(self.pattern, self.own));
        let plain = || scan(&plain, Records::Lines, &log);
        let own = || scan(&pattern, self.records, &log);
        let plain_rows = count(plain());
        let rows = match self.rows {
            AsPlain => plain_rows,
            All => log.iter().filter(|&&byte| byte == b'\n').count() as u64,
        };
        assert!(plain_rows > 0, "{}", self.what);
        if rows == plain_rows {
            let all = |mut scan: Scan<'_>| scan.read_all().unwrap_or_else(|error| panic!("{}: {error}", self.what));
            assert_same(self.what, &all(plain()), &all(own()));
        }
        let check = |found: u64, expected: u64| {
            assert_eq!(found, expected, "{}", self.what);
            1
        };
        let mut race = Race::new(self.what, Unit::Bytes, log.len());
        race.run("parsimd, plain", || check(count(plain()), plain_rows));
        race.run("parsimd", || check(count(own()), rows));
        let finish = race.finish(rounds);
        let time = |name| finish.time(name).unwrap_or(f64::NAN);
        let (plain, own) = (time("parsimd, plain"), time("parsimd"));
        let at_least = match self.at_least {
            AtLeast::Share(share) => format!("{share:.2}"),
            AtLeast::Speed(speed) => format!("{speed:.2} GB/s"),
        };
        println!("| {} | {:.2} | {at_least} | {:.2} | {rows} |", self.what, plain / own, 1.0 / own);
    }
}
