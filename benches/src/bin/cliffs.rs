//! No cliffs: what a part of the language costs, beside the plain pattern for the same log.
//!
//! ```text
//! cargo run --release -p parsimd-benches --bin cliffs -- [--megabytes 32] [--rounds 9] [WORD]
//! ```
//!
//! Both patterns scan the whole log on one thread, in turns. A row says how much of the plain pattern's speed is left: the ratio of the medians. It
//! checks how many rows there are: as many as the plain pattern has, or one for each line. `WORD` runs the rows that have it in their name.
//! A new row is a line in [`CLIFFS`].

use std::num::NonZeroUsize;

use parsimd::{CustomType, Input, Pattern, ScanOptions};
use parsimd_benches::{
    logs::LOGS,
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

/// A part of the language, in a pattern for a log.
struct Cliff {
    what: &'static str,
    log: &'static str,
    plain: &'static str,
    pattern: &'static str,
    /// Types of one's own, with their expressions.
    types: &'static [(&'static str, &'static str)],
    rows: Rows,
}

const ACCESS: &str = r#"{ip} - - [{ts:th}] "{req}" {status:d} {bytes:d} "{ref}" "{ua}""#;
const METHOD: &str = r#"{ip} - - [{ts:th}] "{method:w} {req}" {status:d} {bytes:d} "{ref}" "{ua}""#;

/// A pattern for the access log.
const fn access(
    what: &'static str,
    pattern: &'static str,
    types: &'static [(&'static str, &'static str)],
    rows: Rows,
) -> Cliff {
    Cliff { what, log: "access", plain: ACCESS, pattern, types, rows }
}

const CLIFFS: &[Cliff] = &[
    access("the plain pattern again", ACCESS, &[], Rows::AsPlain),
    access(
        r"own type `\d+\.\d+\.\d+\.\d+`",
        r#"{ip:Own} - - [{ts:th}] "{req}" {status:d} {bytes:d} "{ref}" "{ua}""#,
        &[("Own", r"\d+\.\d+\.\d+\.\d+")],
        Rows::AsPlain,
    ),
    access(
        r#"own type `(?:[^"\\]|\\.)*`"#,
        r#"{ip} - - [{ts:th}] "{req:Own}" {status:d} {bytes:d} "{ref}" "{ua}""#,
        &[("Own", r#"(?:[^"\\]|\\.)*"#)],
        Rows::AsPlain,
    ),
    access(
        r#"own type `(?:[^"\\]|\\.)*`, for the longest field"#,
        r#"{ip} - - [{ts:th}] "{req}" {status:d} {bytes:d} "{ref}" "{ua:Own}""#,
        &[("Own", r#"(?:[^"\\]|\\.)*"#)],
        Rows::AsPlain,
    ),
    access(
        r"own type `\d+|-`, for the status",
        r#"{ip} - - [{ts:th}] "{req}" {status:Own} {bytes:d} "{ref}" "{ua}""#,
        &[("Own", r"\d+|-")],
        Rows::AsPlain,
    ),
    access(
        r"own type `\d+|-`, for the bytes",
        r#"{ip} - - [{ts:th}] "{req}" {status:d} {bytes:Own} "{ref}" "{ua}""#,
        &[("Own", r"\d+|-")],
        Rows::All,
    ),
    Cliff {
        what: "own type `[A-Z]+`",
        log: "access",
        plain: METHOD,
        pattern: r#"{ip} - - [{ts:th}] "{method:Own} {req}" {status:d} {bytes:d} "{ref}" "{ua}""#,
        types: &[("Own", "[A-Z]+")],
        rows: Rows::AsPlain,
    },
    Cliff {
        what: "own type `GET|POST|PUT`",
        log: "access",
        plain: METHOD,
        pattern: r#"{ip} - - [{ts:th}] "{method:Own} {req}" {status:d} {bytes:d} "{ref}" "{ua}""#,
        types: &[("Own", "GET|POST|PUT")],
        rows: Rows::AsPlain,
    },
    access(
        "all of these types",
        r#"{ip:Ip} - - [{ts:th}] "{method:Method} {req:Quoted}" {status:Size} {bytes:Size} "{ref:Quoted}" "{ua:Quoted}""#,
        &[
            ("Ip", r"\d+\.\d+\.\d+\.\d+"),
            ("Method", "GET|POST|PUT"),
            ("Quoted", r#"(?:[^"\\]|\\.)*"#),
            ("Size", r"\d+|-"),
        ],
        Rows::All,
    ),
    access(
        "own type without an expression",
        r#"{ip:Own} - - [{ts:th}] "{req:Own}" {status:d} {bytes:d} "{ref:Own}" "{ua:Own}""#,
        &[],
        Rows::AsPlain,
    ),
    Cliff {
        what: "own type `INFO|WARN|ERROR`",
        log: "hdfs",
        plain: "{date:d} {time:d} {pid:d} {level:w} {comp}: {msg}",
        pattern: "{date:d} {time:d} {pid:d} {level:Own} {comp}: {msg}",
        types: &[("Own", "INFO|WARN|ERROR")],
        rows: Rows::AsPlain,
    },
    Cliff {
        what: r"own type `\d{6}`",
        log: "hdfs",
        plain: "{date:d} {time:d} {pid:d} {level:w} {comp}: {msg}",
        pattern: "{date:Own} {time:Own} {pid:d} {level:w} {comp}: {msg}",
        types: &[("Own", r"\d{6}")],
        rows: Rows::AsPlain,
    },
    access(
        "null texts where 7 % are null",
        r#"{ip} - - [{ts:th}] "{req}" {status:d} {bytes:d|-} "{ref}" "{ua}""#,
        &[],
        Rows::All,
    ),
    access(
        "a repeated name",
        r#"{ip} {dash} {dash} [{ts:th}] "{req}" {status:d} {bytes:d} "{ref}" "{ua}""#,
        &[],
        Rows::AsPlain,
    ),
];

/// How many rows a scan on one thread has.
fn scan(pattern: &Pattern, log: &[u8]) -> u64 {
    let mut options = ScanOptions::default();
    options.threads = Some(NonZeroUsize::MIN);
    let batches = pattern.scan_input(Input::bytes(log), options);
    batches.map(|batch| batch.unwrap_or_else(|error| panic!("{error}")).len() as u64).sum()
}

fn build(pattern: &str, types: &[(&str, &str)]) -> Pattern {
    let mut builder = Pattern::builder(pattern);
    for (name, expression) in types {
        let own = CustomType { pattern: Some((*expression).to_owned()), group_count: 0 };
        builder = builder.custom_type(*name, own);
    }
    if types.is_empty() {
        builder = builder.custom_type("Own", CustomType { pattern: None, group_count: 0 });
    }
    builder.build().unwrap_or_else(|error| panic!("{pattern}: {error}"))
}

fn main() {
    let (mut megabytes, mut rounds, mut only) = (32, 9, String::new());
    let mut arguments = std::env::args().skip(1);
    let number = |text: Option<String>| text.and_then(|text| text.parse().ok());
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--megabytes" => megabytes = number(arguments.next()).unwrap_or(megabytes),
            "--rounds" => rounds = number(arguments.next()).unwrap_or(rounds),
            _ => only = argument,
        }
    }
    println!("| what | × the plain pattern | GB/s | rows checked |\n|---|---:|---:|---:|");
    for cliff in CLIFFS.iter().filter(|cliff| cliff.what.contains(&only)) {
        cliff.measure(megabytes << 20, rounds);
    }
}

impl Cliff {
    /// Runs the rounds and prints the row.
    fn measure(&self, size: usize, rounds: usize) {
        let log = LOGS.iter().find(|log| log.name == self.log).unwrap_or_else(|| panic!("no log {}", self.log));
        let log = log.make(size, 1);
        let (plain, pattern) = (build(self.plain, &[]), build(self.pattern, self.types));
        let plain_rows = scan(&plain, &log);
        let rows = match self.rows {
            Rows::AsPlain => plain_rows,
            Rows::All => log.iter().filter(|&&byte| byte == b'\n').count() as u64,
        };
        assert!(plain_rows > 0, "{}", self.what);
        let check = |found: u64, expected: u64| {
            assert_eq!(found, expected, "{}", self.what);
            1
        };
        let mut race = Race::new(self.what, Unit::Bytes, log.len());
        race.run("parsimd, plain", || check(scan(&plain, &log), plain_rows));
        race.run("parsimd", || check(scan(&pattern, &log), rows));
        let finish = race.finish(rounds);
        let time = |name| finish.time(name).unwrap_or(f64::NAN);
        let (plain, own) = (time("parsimd, plain"), time("parsimd"));
        println!("| {} | {:.2} | {:.2} | {rows} |", self.what, plain / own, 1.0 / own);
    }
}
