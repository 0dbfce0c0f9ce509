//! Dates and times at the ends of what a column holds: each is the value that its text says, in UTC, or a failure that names the field. That is
//! so for every type and form, however it is matched, converted and scanned.

use std::num::NonZeroUsize;

use parsimd::{
    Batch, Cell, Input, Isa, Matches, OnError, Pattern, Predicate, ScanOptions, Stats, Strings, TextColumn, Validity,
    Year,
};

use crate::common::{pattern_on, read, share};

const DAY: i64 = 86_400_000_000;

/// Years, months and days with their number since 1970-01-01, as Python's `date.toordinal` gives it.
const DAYS: [(u16, u8, u8, i64); 6] = [
    (1, 1, 1, -719_162),
    (1, 1, 2, -719_161),
    (9999, 12, 30, 2_932_895),
    (9999, 12, 31, 2_932_896),
    (2000, 2, 29, 11_016),
    (1969, 12, 31, -1),
];
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A date and time as it is written: the day by its number in [`DAYS`], the clock in seconds, the offset in minutes.
#[derive(Debug, Clone, Copy)]
struct Written {
    day: usize,
    clock: i64,
    micros: i64,
    offset: i64,
}

/// A way of writing one: the type, what is written, and whether that has a date, a fraction and an offset.
struct Form {
    spec: &'static str,
    write: fn(Written) -> String,
    has_date: bool,
    has_fraction: bool,
    has_offset: bool,
}

fn clock(at: Written) -> String {
    format!("{:02}:{:02}:{:02}", at.clock / 3600, at.clock / 60 % 60, at.clock % 60)
}

fn offset(at: Written) -> String {
    format!("{}{:02}{:02}", if at.offset < 0 { '-' } else { '+' }, at.offset.abs() / 60, at.offset.abs() % 60)
}

fn month(at: Written) -> &'static str {
    MONTHS[DAYS[at.day].1 as usize - 1]
}

/// Year, month and day with `join` between them.
fn day(at: Written, order: [usize; 3], join: char) -> String {
    let (year, month, day, _) = DAYS[at.day];
    let parts = [format!("{year:04}"), format!("{month:02}"), format!("{day:02}")];
    order.map(|part| parts[part].clone()).join(&join.to_string())
}

fn half(at: Written) -> String {
    let hour = at.clock / 3600;
    format!(
        "{:02}:{:02}:{:02} {}M",
        (hour + 11) % 12 + 1,
        at.clock / 60 % 60,
        at.clock % 60,
        if hour < 12 { 'A' } else { 'P' }
    )
}

const fn form(spec: &'static str, write: fn(Written) -> String) -> Form {
    Form { spec, write, has_date: true, has_fraction: false, has_offset: true }
}

const FORMS: [Form; 16] = [
    // What the kernel for it reads, and what it does not: a space before the offset, one digit, names in full.
    Form {
        has_fraction: true,
        ..form("ti", |at| format!("{}T{}.{:06}{}", day(at, [0, 1, 2], '-'), clock(at), at.micros, offset(at)))
    },
    form("ti", |at| format!("{}  {} {}", day(at, [0, 1, 2], '-'), clock(at), offset(at))),
    Form { has_offset: false, ..form("ti", |at| format!("{} {}", day(at, [0, 1, 2], '-'), clock(at))) },
    form("th", |at| format!("{:02}/{}/{:04}:{} {}", DAYS[at.day].2, month(at), DAYS[at.day].0, clock(at), offset(at))),
    form("th", |at| format!("{:02}/{}/{:04}:{}  {}", DAYS[at.day].2, month(at), DAYS[at.day].0, clock(at), offset(at))),
    form("te", |at| {
        format!("Mon, {:02} {} {:04} {} {}", DAYS[at.day].2, month(at), DAYS[at.day].0, clock(at), offset(at))
    }),
    form("tg", |at| format!("{} {} {}", day(at, [2, 1, 0], '/'), half(at), offset(at))),
    form("ta", |at| format!("{} {} {}", day(at, [1, 2, 0], '-'), clock(at), offset(at))),
    Form {
        has_offset: false,
        ..form("tc", |at| format!("Sun {} {:2} {} {:04}", month(at), DAYS[at.day].2, clock(at), DAYS[at.day].0))
    },
    Form {
        has_date: false,
        has_fraction: true,
        ..form("tt", |at| format!("{}.{:06} {}", clock(at), at.micros, offset(at)))
    },
    form("%Y-%m-%dT%H:%M:%S%z", |at| format!("{}T{}{}", day(at, [0, 1, 2], '-'), clock(at), offset(at))),
    Form {
        has_fraction: true,
        ..form("%d/%b/%Y:%H:%M:%S.%f %z", |at| {
            format!(
                "{:02}/{}/{:04}:{}.{:06} {}",
                DAYS[at.day].2,
                month(at),
                DAYS[at.day].0,
                clock(at),
                at.micros,
                offset(at)
            )
        })
    },
    form("%z %Y/%m/%d %I:%M:%S %p", |at| format!("{} {} {}", offset(at), day(at, [0, 1, 2], '/'), half(at))),
    // Two blanks: such a format is read anew for each row.
    form("%Y-%m-%d  %H:%M:%S%z", |at| format!("{}  {}{}", day(at, [0, 1, 2], '-'), clock(at), offset(at))),
    Form {
        has_offset: false,
        ..form("%Y%m%d%H:%M:%S", |at| format!("{}{}", day(at, [0, 1, 2], '.').replace('.', ""), clock(at)))
    },
    Form { has_date: false, ..form("%H:%M:%S%z", |at| format!("{}{}", clock(at), offset(at))) },
];

impl Form {
    /// What a column holds for it; `None` for what Python's `datetime` and `time` have no value in UTC for.
    fn value(&self, at: Written) -> Option<Cell<'static>> {
        let clock = at.clock * 1_000_000 + if self.has_fraction { at.micros } else { 0 };
        let offset = if self.has_offset { at.offset * 60_000_000 } else { 0 };
        let micros = DAYS[at.day].3 * DAY + clock - offset;
        let has_utc = offset.abs() < DAY;
        if self.has_date {
            let first_to_last = DAYS[0].3 * DAY..(DAYS[3].3 + 1) * DAY;
            (has_utc && first_to_last.contains(&micros)).then_some(Cell::Timestamp(micros))
        } else {
            has_utc.then_some(Cell::Time((clock - offset).rem_euclid(DAY)))
        }
    }
}

/// Days and times of day with all offsets that are told apart: those that lead just over an end, just not, and a day or more away.
fn datetimes() -> Vec<Written> {
    let mut all = Vec::new();
    for day in 0..DAYS.len() {
        for (clock, micros) in [(0, 0), (0, 1), (3599, 999_999), (43_200, 0), (86_399, 999_999)] {
            for offset in [0, 1, -1, 59, 60, -60, 720, -720, 1439, -1439, 1440, -1440, 1441, -5999, 5999] {
                all.push(Written { day, clock, micros, offset });
            }
        }
    }
    all
}

/// Records around the datetime: matched by a program, by `regex`, and by an engine that backtracks. What is written before the field
/// is a part of the record.
const AROUND: [(&str, &str); 3] = [("", ""), ("é{w:w} ", "éü "), ("{p:w} {p:w} ", "x x ")];

fn pattern(around: &str, spec: &str, isa: Isa) -> Pattern {
    pattern_on(&format!("{around}{{t:{spec}}}"), isa)
}

#[test]
fn a_datetime_is_in_a_column_what_it_is_in_utc_or_a_failure() {
    let datetimes = share(datetimes());
    for form in &FORMS {
        let wanted: Vec<Option<Cell<'_>>> = datetimes.iter().map(|&at| form.value(at)).collect();
        let converted = wanted.iter().flatten().count();
        assert_eq!(converted < wanted.len(), form.has_offset, "{}", form.spec);
        for (around, text) in AROUND {
            let records: Vec<String> = datetimes.iter().map(|&at| text.to_owned() + &(form.write)(at)).collect();
            for isa in Isa::available() {
                let pattern = pattern(around, form.spec, isa);
                for strings in [Strings::Utf8, Strings::View, Strings::Binary] {
                    for on_error in [OnError::Skip, OnError::Null] {
                        let mut options = ScanOptions::default();
                        (options.strings, options.on_error) = (strings, on_error);
                        let scanned = Scanned {
                            pattern: &pattern,
                            field: pattern.fields().len() - 1,
                            records: &records,
                            options,
                            rows: match on_error {
                                OnError::Skip => wanted.iter().flatten().copied().collect(),
                                _ => wanted.iter().map(|cell| cell.unwrap_or(Cell::Null)).collect(),
                            },
                            converted,
                            how: format!("{} after {around:?}, {isa}, {strings:?}, {on_error:?}", form.spec),
                        };
                        scanned.check_lines();
                        scanned.check_texts();
                        if form.has_date {
                            for range in [(DAYS[0].3 * DAY, DAYS[0].3 * DAY + 1), (i64::MIN, -1), (0, i64::MAX)] {
                                scanned.check_filter(range);
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Records, one way to scan them, and what comes of it whatever the input, the blocks and the threads.
struct Scanned<'a> {
    pattern: &'a Pattern,
    /// The column that is looked at.
    field: usize,
    records: &'a [String],
    options: ScanOptions,
    /// The values of that column.
    rows: Vec<Cell<'a>>,
    /// How many of the records have a value.
    converted: usize,
    /// What an assertion that fails says of it.
    how: String,
}

impl Scanned<'_> {
    fn cells<'b>(&self, batch: &'b Batch) -> Vec<Cell<'b>> {
        (0..batch.len()).map(|row| batch.columns()[self.field].get(row)).collect()
    }

    fn read(&self, options: ScanOptions) -> (Batch, Stats) {
        let mut scan = self.pattern.scan_input(Input::bytes(self.records.join("\n")), options);
        let batch = scan.read_all().unwrap_or_else(|error| panic!("{}: {error}", self.how));
        (batch, scan.stats().clone())
    }

    /// The records as lines, in one block and in many.
    fn check_lines(&self) {
        for (block_bytes, threads) in [(1 << 20, 1), (300, 2)] {
            for matches in [Matches::Line, Matches::First] {
                let mut options = self.options.clone();
                (options.matches, options.block_bytes, options.threads) =
                    (matches, block_bytes, NonZeroUsize::new(threads));
                let (batch, stats) = self.read(options);
                assert_eq!(self.cells(&batch), self.rows, "{}", self.how);
                self.check_counts(&stats);
            }
        }
    }

    /// The records as texts, one by one and as a column.
    fn check_texts(&self) {
        let Scanned { pattern, records, options, how, .. } = self;
        let bytes = records.concat();
        let ends = records.iter().scan(0, |end, record| {
            *end += record.len() as i32;
            Some(*end)
        });
        let offsets: Vec<i32> = std::iter::once(0).chain(ends).collect();
        let column = TextColumn::new(bytes.as_bytes(), &offsets, &[]).unwrap_or_else(|| panic!("{how}"));
        let texts = records.iter().map(|record| Some(record.as_bytes()));
        for found in [pattern.scan_texts(texts, options.clone()), pattern.scan_column(column, options.clone())] {
            let found = found.unwrap_or_else(|error| panic!("{how}: {error}"));
            let batch = found.to_batch().unwrap_or_else(|error| panic!("{how}: {error}"));
            assert_eq!(self.cells(&batch), self.rows, "{how}");
            // All of them match, whatever becomes of their values.
            assert_eq!(found.matched.as_ref().map_or(0, Validity::nulls), 0, "{how}");
            self.check_counts(&found.stats);
        }
    }

    /// The rows whose values are in a range.
    fn check_filter(&self, range: (i64, i64)) {
        let mut options = self.options.clone();
        options.filter = vec![(self.field, Predicate::Between(range.0, range.1))];
        let is_in = |cell: &Cell<'_>| matches!(cell, Cell::Timestamp(micros) if (range.0..=range.1).contains(micros));
        let wanted: Vec<Cell<'_>> = self.rows.iter().copied().filter(is_in).collect();
        assert_eq!(self.cells(&self.read(options).0), wanted, "{}, {range:?}", self.how);
    }

    fn check_counts(&self, stats: &Stats) {
        let (records, converted) = (self.records.len() as u64, self.converted as u64);
        let wanted = (records, converted, 0, records - converted);
        assert_eq!((stats.records, stats.matched, stats.unmatched, stats.failures), wanted, "{}", self.how);
        for failure in &stats.first_failures {
            assert_eq!(failure.field.as_deref(), Some("t"), "{}: {failure:?}", self.how);
        }
    }
}

#[test]
fn the_first_datetime_that_no_column_holds_ends_a_scan_that_raises() {
    let good = datetimes().into_iter().find(|at| at.offset == 0).unwrap_or_else(|| panic!("there is one"));
    for form in FORMS.iter().filter(|form| form.has_offset) {
        for bad in datetimes().into_iter().filter(|&at| form.value(at).is_none()) {
            let pattern = pattern("", form.spec, Isa::available()[0]);
            let records = [good, good, bad, good].map(form.write);
            let mut options = ScanOptions::default();
            options.on_error = OnError::Raise;
            let mut scan = pattern.scan_input(Input::bytes(records.join("\n")), options.clone());
            let error = scan.read_all().expect_err("it has no value");
            assert!(error.to_string().contains("field t: "), "{} {records:?}: {error}", form.spec);
            assert_eq!((scan.stats().matched, scan.stats().failures), (2, 1), "{} {bad:?}", form.spec);
            let error = pattern.scan_texts(records.iter().map(|record| Some(record.as_bytes())), options);
            assert_eq!(error.expect_err("it has no value").row(), Some(2));
        }
    }
}

#[test]
fn a_year_that_is_given_is_one_that_a_column_holds() {
    let text = "Jan  1 00:00:00\nDec 31 23:59:59\nJan  1  00:00:00\nFeb 28 12:00:00";
    for (year, fit) in [(-1, 0), (0, 0), (1, 4), (9999, 4), (10_000, 0), (i32::MAX, 0), (i32::MIN, 0)] {
        for isa in Isa::available() {
            for spec in ["ts", "%b %d %H:%M:%S"] {
                let mut options = ScanOptions::default();
                (options.year, options.on_error) = (Year::Of(year), OnError::Null);
                let pattern = pattern("", spec, isa);
                let (batch, stats) = read(&pattern, Input::bytes(text.replace("  ", " ")), options);
                assert_eq!(batch.columns()[0].validity().map_or(4, |valid| 4 - valid.nulls()), fit, "{year} {spec}");
                assert_eq!((stats.matched, stats.failures), (fit as u64, 4 - fit as u64), "{year} {spec}");
            }
        }
    }
}
