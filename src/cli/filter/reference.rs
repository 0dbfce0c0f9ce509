//! The reference implementation of conditions, row by row and cell by cell; and what it is compared with.

use super::*;
use crate::{
    api::Pattern,
    batch::{Batch, Cell},
    cli::columns::Available,
    convert::Year,
    input::Input,
    scan::{Origin, ScanOptions, Stats},
};

/// Whether a condition holds for a row.
fn holds(condition: &Condition, batch: &Batch, row: usize) -> bool {
    let cell = |name: &String| batch.column(name).unwrap_or_else(|| panic!("{name} is a column")).get(row);
    match condition {
        Condition::And(parts) => parts.iter().all(|part| holds(part, batch, row)),
        Condition::Or(parts) => parts.iter().any(|part| holds(part, batch, row)),
        Condition::Not(inner) => !holds(inner, batch, row),
        Condition::Compare(left, comparison, right) => eval::compare(cell(left), *comparison, cell(right)),
        Condition::Test(name, test) => match (test, cell(name)) {
            (Test::IsNull, cell) => cell == Cell::Null,
            (_, Cell::Null) => false,
            (
                Test::Between(least, most),
                Cell::Int64(value) | Cell::Timestamp(value) | Cell::Time(value) | Cell::Duration(value),
            ) => (*least..=*most).contains(&value),
            (Test::Between(least, most), Cell::Date(value)) => (*least..=*most).contains(&i64::from(value)),
            (Test::Float(comparison, than), Cell::Float64(value)) => comparison.holds(value.partial_cmp(than)),
            (Test::Text(comparison, than), Cell::Text(text)) => comparison.holds(Some(text.cmp(than))),
            (Test::Matches(regex), Cell::Text(text)) => regex.is_match(text),
            (Test::Bool(wanted), Cell::Bool(value)) => *wanted == value,
            (test, cell) => panic!("{test:?} of {cell:?}"),
        },
    }
}

const FORMAT: &str = "{word:|-} {n:d|-} {m:d|-} {x:g|-} {at:ti|-} {day:%Y-%m-%d} {clock:tt} {took:dur|-} {ok:bool|-}";

fn log() -> String {
    let line = |row: usize| {
        let null = |every: usize, value: String| if row.is_multiple_of(every) { "-".to_owned() } else { value };
        format!(
            "{} {} {} {} {} 2024-05-{:02} {:02}:30:15 {} {}\n",
            null(5, ["zwölf", "login", "log", "a\\b"][row % 4].to_owned()),
            null(7, (row as i64 * 7919 % 41 - 20).to_string()),
            null(11, (row as i64 * 31 % 41 - 20).to_string()),
            null(6, ["1.5", "-0.25", "nan", "1e300", "inf", "-0.0"][row * 5 % 6].to_owned()),
            null(13, format!("2024-05-17T10:{:02}:{:02}.{:03}", row % 3, row % 60, row % 2 * 500)),
            1 + row % 28,
            row % 24,
            null(9, format!("{}ms", row as i64 % 31 * 100)),
            null(4, ["yes", "no"][row / 3 % 2].to_owned()),
        )
    };
    (0..600).map(line).collect()
}

/// The rows of the log, those of them that a pattern with a condition gives, and what the scan counted.
fn scan(pattern: &Pattern, filter: Vec<(usize, crate::scan::Predicate)>) -> (Batch, Stats) {
    let text = log();
    let include = vec![Origin::File, Origin::Line, Origin::Offset];
    let options = ScanOptions { filter, include, ..ScanOptions::default() };
    let mut scan = pattern.scan_input(Input::bytes(&text), options);
    let batch = scan.read_all().unwrap_or_else(|error| panic!("{error}"));
    (batch, scan.stats().clone())
}

/// A log, and what it takes to ask any condition of its rows.
pub struct Conditions {
    pattern: Pattern,
    available: Available,
    clock: Clock,
    all: Batch,
}

impl Conditions {
    /// Scans the log.
    #[expect(clippy::new_without_default, reason = "it reads a log")]
    pub fn new() -> Conditions {
        let pattern = Pattern::new(FORMAT).unwrap_or_else(|error| panic!("{error}"));
        let available = Available::new(&pattern, &ScanOptions::default());
        let (all, stats) = scan(&pattern, Vec::new());
        assert_eq!((all.len(), stats.matched), (600, 600));
        Conditions { pattern, available, clock: Clock { tz: None, year: Year::Current }, all }
    }

    /// The rows for which a condition holds are the same whoever decides: a look at each row, the columns, or the scan. What is no condition is an error
    /// that is drawn, and `None`; else how many rows there are.
    pub fn agree(&self, text: &str) -> Option<usize> {
        let Conditions { pattern, available, clock, all } = self;
        let condition = match parse(text, available, clock) {
            Ok(condition) => condition,
            Err(stop) => {
                assert!(stop.to_string().contains("argument:1:") || text.contains('\n'), "{text:?}: {stop}");
                return None;
            }
        };
        let wanted: Vec<usize> = (0..all.len()).filter(|&row| holds(&condition, all, row)).collect();
        let mut rows = vec![true; all.len()];
        condition.narrow(all, &mut rows);
        let found: Vec<usize> = (0..all.len()).filter(|&row| rows[row]).collect();
        assert_eq!(found, wanted, "{text}");

        let (pushed, left) = split(condition, pattern);
        if !pushed.is_empty() {
            let (batch, _) = scan(pattern, pushed);
            let mut rows = vec![true; batch.len()];
            if let Some(left) = left {
                left.narrow(&batch, &mut rows);
            }
            assert_eq!(format!("{:?}", batch.filter(|row| rows[row])), format!("{:?}", all.take(&wanted)), "{text}");
        }
        Some(wanted.len())
    }
}

/// Conditions that are made of simple ones, the same each time.
#[cfg(test)]
fn conditions() -> Vec<String> {
    let simple = [
        "n >= 5",
        "n = 3",
        "-7 < n",
        "n != 4",
        "n > 2.5",
        "n <= 1KiB",
        "n = null",
        "n != null",
        "n in (1, 2, null, -3)",
        "n not in (1, 2)",
        "n = m",
        "n < m",
        "n != m",
        "x > 1",
        "x = 1.5",
        "x != 1.5",
        "x <= 0",
        "word = 'login'",
        "word != \"login\"",
        "word < 'm'",
        "word ~ '^log'",
        "word !~ 'log.n'",
        "word in ('log', 'zwölf')",
        "word = 'a\\b'",
        "at >= 2024-05-17T10:01",
        "at = '2024-05-17 10:01'",
        "at < '2024-05-17 10:00:30'",
        "at > 2024-05-17T10:00:07",
        "at = 2024-05-17",
        "day >= 2024-05-14",
        "day != 2024-05-03",
        "clock < 12:30",
        "clock = 12:30",
        "took > 1s",
        "took <= 1500ms",
        "1s = took",
        "ok",
        "not ok",
        "ok = false",
        "ok != true",
        "NOT took > 2s",
        "n > 9e30 or n < 0",
    ];
    let mut state = 1_u64;
    let mut next = |most: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 33) as usize % most
    };
    let mut all: Vec<String> =
        simple.iter().filter(|text| !text.contains("9e30")).map(|&text| text.to_owned()).collect();
    for _ in 0..crate::lanes::share_of(2000) {
        let [a, b] = [next(all.len()), next(all.len())];
        let (a, b) = (&all[a], &all[b]);
        let made = match next(4) {
            0 => format!("({a}) and {b}"),
            1 => format!("{a} or {b}"),
            2 => format!("not ({a} or {b})"),
            _ => format!("{a} AND {b}"),
        };
        if made.len() < 400 {
            all.push(made);
        }
    }
    all
}

#[test]
fn the_rows_of_a_condition_are_those_for_which_it_holds_whoever_decides() {
    let reference = Conditions::new();
    let conditions = conditions();
    let mut kept_some = 0;
    for text in &conditions {
        let rows = reference.agree(text).unwrap_or_else(|| panic!("{text} is no condition"));
        kept_some += usize::from(rows > 0 && rows < reference.all.len());
    }
    assert!(2 * kept_some > conditions.len(), "{kept_some} of {}", conditions.len());
}

#[test]
fn rows_are_those_that_a_reader_would_choose() {
    let pattern = Pattern::new("{n:d|-} {took:dur|-} {at:ti}").unwrap();
    let available = Available::new(&pattern, &ScanOptions::default());
    let clock = Clock { tz: None, year: Year::Current };
    let text = "1 250ms 2024-05-17T10:05:03\n500 2s 2024-05-17T10:05:03.500\n- - 2024-05-18T00:00:00\n";
    let all = pattern.scan(text.as_bytes()).read_all().unwrap();
    for (condition, wanted) in [
        ("n >= 500", &[1][..]),
        ("n != 500", &[0, 2]),
        ("not n = 500", &[0, 2]),
        ("not n > 1", &[0, 2]),
        ("n = null", &[2]),
        ("n > 0.5 and n < 1.5", &[0]),
        ("n = 0.5", &[]),
        ("took > 1s or n = 1", &[0, 1]),
        ("n = 1 or n = 500 and took < 1s", &[0]),
        ("(n = 1 or n = 500) and took < 1s", &[0]),
        ("at = 2024-05-17", &[0, 1]),
        ("at > 2024-05-17", &[2]),
        ("at <= 2024-05-17", &[0, 1]),
        ("at = '2024-05-17 10:05'", &[0, 1]),
        ("at = 2024-05-17T10:05:03.500", &[1]),
        ("`n` == 1", &[0]),
    ] {
        let parsed = parse(condition, &available, &clock).unwrap_or_else(|error| panic!("{condition}: {error}"));
        let mut rows = vec![true; 3];
        parsed.narrow(&all, &mut rows);
        assert_eq!((0..3).filter(|&row| rows[row]).collect::<Vec<_>>(), wanted, "{condition}");
    }
}

#[test]
fn an_error_points_at_its_place() {
    let pattern = Pattern::new(FORMAT).unwrap();
    let available = Available::new(&pattern, &ScanOptions::default());
    let clock = Clock { tz: None, year: Year::Current };
    for (text, message, column) in [
        ("", "something is missing here", 1),
        ("n", "a comparison is missing", 2),
        ("n >", "something is missing here", 4),
        ("n > 1 m", "the condition has ended here", 7),
        ("nn > 1", "no column is called nn", 1),
        ("word = login", "no column is called login", 8),
        ("n > 'a'", "n is an integer, and this is not", 5),
        ("n > 1s", "n is an integer, and this is not", 5),
        ("took > 5", "took is a duration, and this is not", 8),
        ("ok > true", "ok is true or false, and this is not", 6),
        ("n < null", "n is an integer, and this is not", 5),
        ("at > yesterday", "no column is called yesterday", 6),
        ("at > 2024-13-01", "at is a time stamp, and this is not", 6),
        ("n ~ 'x'", "n is an integer", 1),
        ("word ~ '('", "not a regular expression", 8),
        ("word ~ login", "no regular expression", 8),
        ("1 = 1", "two values, and no column", 1),
        ("n = x", "n is an integer, and x is a number", 1),
        ("n in 1", "a list is missing", 6),
        ("n in (1", "a list that is not closed", 8),
        ("(n = 1", "a parenthesis that is not closed", 7),
        ("word = 'x", "a quote that is not closed", 8),
        ("n = 1 && n = 2", "'&' means nothing here", 7),
        ("n not 1", "not what follows a column", 7),
    ] {
        let error = parse(text, &available, &clock).unwrap_err().to_string();
        assert!(error.contains(message), "{text}: {error}");
        assert!(error.contains(&format!("argument:1:{column}\n")), "{text}: {error}");
    }
    let deep = format!("{}n = 1{}", "(".repeat(5000), ")".repeat(5000));
    assert!(parse(&deep, &available, &clock).unwrap_err().to_string().contains("too deep"));
}

#[test]
fn several_patterns_give_the_rows_for_which_a_condition_holds_whatever_they_filter_themselves() {
    use crate::cli::patterns::Patterns;

    let more = |(row, line): (usize, &str)| {
        let word = ["login", "log", "b"][row % 3];
        format!("{line}\n# {} {word}\n{word} is {}\n", row % 13, row as i64 % 9 - 4)
    };
    let text: String = log().lines().enumerate().map(more).collect();
    let named = [("a", FORMAT), ("b", "# {n:d|-} {word}"), ("c", "{word} is {m:d}")];
    let named = named.map(|(name, format)| (name.to_owned(), Pattern::new(format).unwrap()));
    let patterns = Patterns::new(named.to_vec()).unwrap();
    let options = ScanOptions::default();
    let available = Available::of(&patterns, &options).unwrap();
    let names: Vec<String> = available.by_default();
    let clock = Clock { tz: None, year: Year::Current };
    let all = patterns.scan(Input::bytes(&text), options.clone()).read_all().unwrap();
    assert_eq!(all.len(), 1800);
    let (mut filtered, mut asked) = (0, 0);
    for condition in conditions().iter().map(String::as_str).step_by(5).chain(["pattern = 'b'", "m = null"]) {
        let parsed = parse(condition, &available, &clock).unwrap();
        let wanted: Vec<usize> = (0..all.len()).filter(|&row| holds(&parsed, &all, row)).collect();
        let mut chosen = patterns.clone();
        chosen.choose(&names, Some(&parsed));
        let batch = chosen.scan(Input::bytes(&text), options.clone()).read_all().unwrap();
        filtered += usize::from(batch.len() < all.len());
        asked += 1;
        let mut rows = vec![true; batch.len()];
        parsed.narrow(&batch, &mut rows);
        assert_eq!(format!("{:?}", batch.filter(|row| rows[row])), format!("{:?}", all.take(&wanted)), "{condition}");
    }
    assert!(filtered * 20 > asked, "{filtered} of {asked}");
}
