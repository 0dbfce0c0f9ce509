//! Sets of patterns give what asking each pattern in turn about each line gives, however they are scanned.

use std::num::NonZeroUsize;

use parsimd::{
    Anchored, Batch, Cell, CustomType, ExternalMatcher, FailureKind, Input, Isa, Matches, OnError, Origin, Pattern,
    PatternSet, ScanOptions, Stats, Strings,
};

use crate::common::{Found, Random, external, options, pattern_on, share_of, spelt};

/// What becomes of a line.
#[derive(Debug, Clone)]
enum Answer {
    /// It has a row of this pattern.
    Row(usize, Vec<String>),
    /// It has none, and counts as a failure.
    Failed,
    /// No pattern matches it.
    Unmatched,
}

/// What is known of a whole input, line by line.
#[derive(Debug, Default)]
struct Expected {
    answers: Vec<Answer>,
    stats: Stats,
    /// Where each line ends, after its newline.
    ends: Vec<u64>,
    /// The first record that cannot be read: its end without the newline, and what a scan that raises says of it.
    raised: Option<(usize, u64)>,
}

/// Asks each pattern in turn about each line: a scan of that line, by that pattern.
fn in_turn(patterns: &[Pattern], text: &[u8], asked: &ScanOptions) -> Expected {
    let mut expected = Expected::default();
    let stats = &mut expected.stats;
    stats.matched_by_pattern = vec![0; patterns.len()];
    let mut asked = asked.clone();
    (asked.include, asked.limit, asked.threads) = (Vec::new(), None, NonZeroUsize::new(1));
    // What becomes of a record that no pattern matches is not asked of each.
    let raises = asked.on_error == OnError::Raise;
    asked.on_error = if asked.on_error == OnError::Null { OnError::Null } else { OnError::Skip };
    let mut offset = 0;
    for line in text.split_inclusive(|&byte| byte == b'\n') {
        let mut answer = Answer::Unmatched;
        let mut failure = None;
        for (number, pattern) in patterns.iter().enumerate() {
            let mut scan = pattern.scan_input(Input::bytes(line), asked.clone());
            let batch = scan.read_all().expect("as the test has it");
            let seen = scan.stats();
            assert_eq!(seen.records, 1);
            failure = failure.or_else(|| seen.first_failures.first().cloned());
            if seen.unmatched == 1 {
                continue;
            }
            failure = seen.first_failures.first().cloned();
            stats.matched += seen.matched;
            stats.failures += seen.failures;
            stats.matched_by_pattern[number] += seen.matched;
            let has_row =
                failure.as_ref().is_none_or(|failure| failure.kind == FailureKind::Conversion) && !batch.is_empty();
            answer = if has_row { Answer::Row(number, spelt(&batch).remove(0)) } else { Answer::Failed };
            break;
        }
        let record = stats.records;
        stats.records += 1;
        stats.unmatched += u64::from(matches!(answer, Answer::Unmatched));
        if let Some(mut failure) = failure {
            (failure.record, failure.offset, failure.line) = (record, offset + failure.offset, Some(record + 1));
            if raises && expected.raised.is_none() {
                let end = match failure.kind {
                    FailureKind::TooLong => failure.offset + asked.max_record_bytes as u64 + 1,
                    _ => {
                        let text =
                            line.strip_suffix(b"\n").map_or(line, |text| text.strip_suffix(b"\r").unwrap_or(text));
                        offset + text.len() as u64
                    }
                };
                expected.raised = Some((record as usize, end));
            }
            if stats.first_failures.len() < 10 {
                stats.first_failures.push(failure);
            }
        }
        offset += line.len() as u64;
        stats.bytes = offset;
        expected.answers.push(answer);
        expected.ends.push(offset);
    }
    expected
}

/// The first `lines` of what is expected.
fn first(patterns: &[Pattern], text: &[u8], asked: &ScanOptions, all: &Expected, lines: usize) -> Expected {
    let end = lines.checked_sub(1).map_or(0, |last| all.ends[last]);
    let mut asked = asked.clone();
    asked.on_error = if asked.on_error == OnError::Raise { OnError::Skip } else { asked.on_error };
    in_turn(patterns, &text[..end as usize], &asked)
}

/// The rows of each pattern.
fn rows_of(expected: &Expected, patterns: usize) -> Vec<Vec<Vec<String>>> {
    let mut rows = vec![Vec::new(); patterns];
    for answer in &expected.answers {
        if let Answer::Row(number, row) = answer {
            rows[*number].push(row.clone());
        }
    }
    rows
}

/// The values of some columns.
fn project(batch: &Batch, names: &[String]) -> Vec<Vec<String>> {
    let columns: Vec<_> = names.iter().map(|name| batch.column(name).expect("as the test has it")).collect();
    (0..batch.len()).map(|row| columns.iter().map(|column| format!("{:?}", column.get(row))).collect()).collect()
}

const LITERALS: [&str; 22] = [
    "user ",
    " from ",
    ": failed for ",
    "accepted ",
    "Session ",
    "[",
    "]: ",
    "=",
    " ",
    "é→",
    "kiss ",
    "disk ",
    ": ",
    " port ",
    "failed",
    "user from ",
    "from",
    "IS ",
    " (",
    ")",
    "a",
    "id=",
];
const FIELDS: [&str; 14] = [
    "{}",
    "{a}",
    "{b:d}",
    "{c:w}",
    "{s:S}",
    "{x:f}",
    "{n:d}",
    "{l:l}",
    "{e:4d}",
    "{day:ti}",
    "{h:x}",
    "{who}",
    "{:w}",
    "{q:[}-{q2:d}{q:]}",
];
const VALUES: [&str; 18] = [
    "7",
    "-12",
    "99999999999999999999",
    "word",
    "two words",
    "1.5",
    "é",
    "\u{17f}et",
    "\u{212a}",
    "٣",
    "2011-02-03",
    "2011-02-31",
    "ff",
    "",
    "0123",
    "x",
    "İ",
    "user",
];

/// A format of fields and literals.
fn format(random: &mut Random) -> String {
    loop {
        let mut format = String::new();
        let mut used = Vec::new();
        for _ in 0..1 + random.below(4) {
            if random.below(4) > 0 {
                format += random.one(&LITERALS);
            }
            if random.below(4) > 0 {
                let field = random.one(&FIELDS);
                if !field.starts_with("{q") && !used.contains(&field) {
                    used.push(field);
                    format += field;
                }
            }
        }
        if Pattern::new(&format).is_ok() && !format.is_empty() {
            return format;
        }
    }
}

/// A line as one of the formats writes it, or nearly; or of something else.
fn line(random: &mut Random, formats: &[String]) -> Vec<u8> {
    let mut line = Vec::new();
    let mut rest = formats[random.below(formats.len())].as_str();
    while let Some(begin) = rest.find('{') {
        line.extend_from_slice(&rest.as_bytes()[..begin]);
        line.extend_from_slice(random.one(&VALUES).as_bytes());
        rest = &rest[begin + rest[begin..].find('}').expect("as the test has it") + 1..];
    }
    line.extend_from_slice(rest.as_bytes());
    match random.below(16) {
        0 => line.push(0xff),
        1 => line.make_ascii_uppercase(),
        2 => line.truncate(line.len() / 2),
        3 => line.insert(0, 0),
        4 => line.extend_from_slice(random.one(&LITERALS).as_bytes()),
        5 => line = random.one(&VALUES).as_bytes().to_vec(),
        6 => line.push(b'\r'),
        _ => {}
    }
    line
}

/// Why no pattern matches a line: what the one expected of which the largest share was matched, the first of several such.
fn furthest(patterns: &[Pattern], line: &[u8]) -> String {
    let Ok(line) = std::str::from_utf8(line) else { return String::new() };
    let why = |(number, pattern): (usize, &Pattern)| {
        let why = pattern.explain_mismatch(line).expect("as the test has it")?;
        Some((why.matched as f64 / pattern.format().len() as f64, format!(": p{number}: {why}")))
    };
    let mut all: Vec<(f64, String)> = patterns.iter().enumerate().filter_map(why).collect();
    all.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    all.into_iter().next().map_or(String::new(), |(_, why)| why)
}

/// Scans in all ways, and compares.
fn check(patterns: &[Pattern], text: &[u8], asked: &ScanOptions, context: &str) {
    let names: Vec<String> = (0..patterns.len()).map(|number| format!("p{number}")).collect();
    let set = PatternSet::of(names.iter().cloned().zip(patterns.iter().cloned())).expect("as the test has it");
    let mut expected = in_turn(patterns, text, asked);
    let is_row = |answer: &Answer| matches!(answer, Answer::Row(..));
    // The first line after those that are seen.
    let mut raised = expected.raised.take();
    let all = expected;
    let mut seen = raised.map_or(all.answers.len(), |(record, _)| record);
    let rows_before = |seen: usize| all.answers[..seen].iter().filter(|answer| is_row(answer)).count() as u64;
    if asked.limit.is_some_and(|limit| rows_before(seen) >= limit) {
        let limit = asked.limit.expect("as the test has it");
        seen = (0..=seen).find(|&lines| rows_before(lines) >= limit).expect("as the test has it");
        raised = None;
    }
    let mut wanted = first(patterns, text, asked, &all, seen);
    if let Some((record, end)) = raised {
        let failure = &all.stats.first_failures[0];
        assert_eq!(failure.record as usize, record);
        wanted.stats.records += 1;
        wanted.stats.bytes = end;
        match failure.kind {
            FailureKind::NoMatch => wanted.stats.unmatched += 1,
            _ => wanted.stats.failures += 1,
        }
        wanted.stats.first_failures.push(failure.clone());
    }
    let message = raised.map(|(_, end)| {
        let failure = &all.stats.first_failures[0];
        let line = &text[failure.offset as usize..end as usize];
        let is_explained = failure.kind == FailureKind::NoMatch && asked.matches == Matches::Line;
        let why = if is_explained { furthest(patterns, line) } else { String::new() };
        format!("{failure}{why}")
    });

    let mut scan = set.scan_input(Input::bytes(text), asked.clone());
    let (mut rows, mut last, mut error) = (vec![Vec::new(); patterns.len()], None, None);
    let mut places = Vec::new();
    for batch in scan.by_ref() {
        let (number, batch) = match batch {
            Ok(batch) => batch,
            Err(wrong) => {
                error = Some(wrong);
                break;
            }
        };
        assert!(!batch.is_empty());
        let fields: Vec<String> = patterns[number].schema().columns().map(|(name, _)| name.to_owned()).collect();
        rows[number].extend(project(&batch, &fields));
        if let Some(offsets) = batch.column("offset") {
            let offsets = (0..batch.len()).map(|row| match offsets.get(row) {
                Cell::Int64(offset) => offset,
                _ => unreachable!(),
            });
            let offsets: Vec<i64> = offsets.collect();
            assert!(offsets.is_sorted(), "{context}");
            let first = offsets[0];
            // In the order of the patterns within a block; blocks are in order.
            if let Some((before, until)) = last {
                assert!(number > before || first > until, "{context}");
            }
            let until = last.map_or(0, |(_, until)| until);
            last = Some((number, until.max(offsets[offsets.len() - 1])));
            places.extend(offsets);
        }
    }
    assert_eq!(rows, rows_of(&wanted, patterns.len()), "{context}");
    assert_eq!(error.map(|error| error.failure().expect("as the test has it").to_string()), message, "{context}");
    let stats = |stats: &Stats| {
        let mut stats = stats.clone();
        stats.notes.clear();
        stats.matched_by_pattern.resize(patterns.len(), 0);
        stats.first_failures.iter_mut().for_each(|failure| failure.source.clear());
        stats
    };
    // With no row to give nothing is read.
    if asked.limit != Some(0) {
        assert_eq!(stats(scan.stats()), stats(&wanted.stats), "{context}");
    }
    check_table(&set, text, asked, (&wanted, &all), context);
}

/// Compares the rows of the table with those of each pattern: all in the order of the input, with nulls for what a pattern lacks.
fn check_table(
    set: &PatternSet,
    text: &[u8],
    asked: &ScanOptions,
    (wanted, all): (&Expected, &Expected),
    context: &str,
) {
    if set.check_table(asked).is_err() || asked.on_error == OnError::Null && asked.limit.is_some() {
        return;
    }
    let mut scan = set.scan_table(Input::bytes(text), asked.clone());
    let schema = scan.schema().clone();
    let batches: Vec<Batch> = scan.by_ref().map_while(Result::ok).collect();
    let table = Batch::concat(schema, &batches).expect("as the test has it");
    let mut expected = Vec::new();
    for (number, answer) in wanted.answers.iter().enumerate() {
        let mut row = vec!["Null".to_owned(); table.columns().len()];
        match answer {
            Answer::Row(pattern, values) => {
                let (name, pattern) = set.patterns().nth(*pattern).expect("as the test has it");
                row[0] = format!("Text({name:?})");
                for ((column, _), value) in pattern.schema().columns().zip(values) {
                    row[table.schema().position(column).expect("as the test has it")] = value.clone();
                }
            }
            _ if asked.on_error == OnError::Null => {}
            _ => continue,
        }
        if asked.include.contains(&Origin::Line) {
            row[table.schema().position("line").expect("as the test has it")] = format!("Int64({})", number + 1);
        }
        if asked.include.contains(&Origin::Offset) {
            let line = &text[number.checked_sub(1).map_or(0, |before| all.ends[before]) as usize..];
            let hole = line.iter().take_while(|byte| **byte == 0).count();
            let offset = text.len() - line.len() + hole;
            row[table.schema().position("offset").expect("as the test has it")] = format!("Int64({offset})");
        }
        expected.push(row);
    }
    assert_eq!(spelt(&table), expected, "{context}");
    assert_eq!(scan.stats().matched_by_pattern.iter().sum::<u64>(), scan.stats().matched, "{context}");
}

#[test]
fn a_set_gives_what_asking_each_pattern_in_turn_gives() {
    let mut random = Random(7);
    for case in 0..share_of(100) {
        let count = [1, 2, 3, 8, 20, 50][random.below(6)];
        let mut formats: Vec<String> = (0..count).map(|_| format(&mut random)).collect();
        if random.below(2) == 0 {
            // Patterns of one log begin alike.
            let head = random.one(&["{host:w} su[{pid:d}]: ", "{at} - ", "id="]);
            formats.iter_mut().for_each(|format| format.insert_str(0, head));
        }
        let mut lines: Vec<Vec<u8>> = (0..random.below(60)).map(|_| line(&mut random, &formats)).collect();
        // One that would take nearly all lines comes last, so that others are asked.
        formats.sort_by_key(|format| format.starts_with('{'));
        let mut text = Vec::new();
        for line in lines.drain(..) {
            text.extend(line.into_iter().filter(|byte| *byte != b'\n'));
            text.push(b'\n');
        }
        if random.below(3) == 0 {
            text.pop();
        }
        for isa in Isa::available() {
            let patterns: Vec<Pattern> = formats.iter().map(|format| pattern_on(format, isa)).collect();
            let threads = [1, 3][random.below(2)];
            let mut asked = options(threads, [1, 40, 200, 1 << 18][random.below(4)]);
            asked.on_error = [OnError::Skip, OnError::Null, OnError::Raise][random.below(3)];
            asked.matches = [Matches::Line, Matches::First][random.below(2)];
            asked.strings = [Strings::Utf8, Strings::View, Strings::Binary][random.below(3)];
            if random.below(3) == 0 {
                asked.limit = Some(random.below(30) as u64);
            }
            if random.below(3) == 0 {
                asked.max_record_bytes = 1 + random.below(30);
            }
            if random.below(2) == 0 {
                asked.include = vec![Origin::Line, Origin::Offset];
            }
            let context =
                format!("case {case} on {isa:?}: {formats:#?} {asked:?} {:?}", String::from_utf8_lossy(&text));
            check(&patterns, &text, &asked, &context);
        }
    }
}

#[test]
fn a_value_that_does_not_fit_is_a_failure_and_does_not_go_on_to_the_next_pattern() {
    let set = PatternSet::new([("day", "{day:ti}"), ("any", "{text}")]).expect("as the test has it");
    let mut scan = set.scan(b"2011-02-03\n2011-02-31\nword\n");
    let batches = scan.read_all().expect("as the test has it");
    assert_eq!(batches.iter().map(Batch::len).collect::<Vec<_>>(), [1, 1]);
    assert_eq!(batches[1].columns()[0].get(0), Cell::Text("word"));
    let stats = scan.stats();
    assert_eq!((stats.records, stats.matched, stats.unmatched, stats.failures), (3, 2, 0, 1));
    assert_eq!(stats.matched_by_pattern, [1, 1]);
    assert_eq!(stats.first_failures[0].kind, FailureKind::Conversion);
}

/// A matcher that is a function of the text.
#[derive(Debug)]
struct By(fn(&str) -> Found);

impl ExternalMatcher for By {
    fn find(&self, text: &str, _: usize, _: Anchored) -> Found {
        self.0(text)
    }
}

#[test]
fn a_pattern_that_an_external_matcher_decides_is_asked_in_its_turn() {
    let odd = external(
        "{odd}",
        By(|text| {
            let whole = Some(0..text.len());
            Ok((text.len() % 2 == 1).then(|| vec![whole.clone(), whole]))
        }),
    );
    let set = PatternSet::of([
        ("x", Pattern::new("x{x}").expect("as the test has it")),
        ("odd", odd),
        ("rest", Pattern::new("{rest}").expect("as the test has it")),
    ])
    .expect("as the test has it");
    let batches = set.scan(b"abc\nxyz\nab\nlonger\nodd\n").read_all().expect("as the test has it");
    let texts: Vec<Vec<Vec<String>>> = batches.iter().map(spelt).collect();
    assert_eq!(
        texts,
        [
            vec![vec!["Text(\"yz\")"]],
            vec![vec!["Text(\"abc\")"], vec!["Text(\"odd\")"]],
            vec![vec!["Text(\"ab\")"], vec!["Text(\"longer\")"]]
        ]
    );
}

#[test]
fn a_matcher_that_fails_ends_the_scan_after_the_rows_of_the_lines_before() {
    let failing = external("{a}", By(|text| if text.contains('!') { Err("no idea".into()) } else { Ok(None) }));
    let set = PatternSet::of([
        ("rest", Pattern::new("{n:d}").expect("as the test has it")),
        ("failing", failing),
        ("word", Pattern::new("{w}").expect("as the test has it")),
    ])
    .expect("as the test has it");
    let mut scan = set.scan(b"1\nb\n2\n!\n3\nc\n");
    let given: Vec<_> = scan
        .by_ref()
        .map(|batch| batch.map(|(number, batch)| (number, spelt(&batch))).map_err(|error| error.to_string()))
        .collect();
    let row = |text: &str| vec![text.to_owned()];
    assert_eq!(
        given,
        [Ok((0, vec![row("Int64(1)"), row("Int64(2)")])), Ok((2, vec![row("Text(\"b\")")])), Err("no idea".to_owned())]
    );
    assert_eq!((scan.stats().records, scan.stats().bytes), (3, 6));
}

#[test]
fn columns_of_one_name_and_two_types_make_no_table() {
    let set = PatternSet::new([("a", "a {x:d}"), ("b", "b {x:f}")]).expect("as the test has it");
    let error = set.check_table(&ScanOptions::default()).expect_err("an error");
    assert!(error.is_column());
    assert_eq!(
        error.to_string(),
        "column \"x\" is of type Int64 in pattern \"a\" and of type Float64 in pattern \"b\", and one table has one type for it: give both fields the \
         same type, or different names"
    );
    assert_eq!(
        set.scan_table(Input::bytes(b"a 1\n"), ScanOptions::default()).read_all().expect_err("an error").to_string(),
        error.to_string()
    );
    // Batches of each pattern have their own types.
    assert_eq!(
        set.scan(b"a 1\nb 1.5\n").read_all().expect("as the test has it")[1].columns()[0].get(0),
        Cell::Float64(1.5)
    );
    let set = PatternSet::new([("a", "a {pattern}")]).expect("as the test has it");
    assert!(
        set.check_table(&ScanOptions::default()).expect_err("an error").to_string().contains("has a field \"pattern\"")
    );
}

#[test]
fn what_is_for_one_pattern_is_an_error_of_the_first_call() {
    let set = PatternSet::new([("a", "a {x:d}"), ("line", "b {line}")]).expect("as the test has it");
    let wrong = |change: fn(&mut ScanOptions)| {
        let mut options = ScanOptions::default();
        change(&mut options);
        let error = set.check(&options).expect_err("an error").to_string();
        assert_eq!(
            set.scan_input(Input::bytes(b"a 1\n"), options)
                .next()
                .expect("as the test has it")
                .expect_err("an error")
                .to_string(),
            error
        );
        error
    };
    assert!(wrong(|options| options.multiline = true).contains("multiline"));
    assert!(wrong(|options| options.matches = Matches::All).contains("match=\"all\""));
    assert!(wrong(|options| options.columns = Some(vec![0])).contains("columns"));
    assert!(wrong(|options| options.filter = vec![(0, parsimd::Predicate::Between(0, 1))]).contains("filter"));
    assert!(
        wrong(|options| options.include = vec![Origin::Line])
            .starts_with("pattern \"line\": a column \"line\" cannot be included")
    );
    assert!(PatternSet::new([]).expect_err("an error").is_options());
    assert_eq!(
        PatternSet::new([("a", "x"), ("a", "y")]).expect_err("an error").to_string(),
        "two patterns of the set are called \"a\""
    );
}

#[test]
fn times_with_and_without_an_offset_are_noted_by_pattern_and_column() {
    let set = PatternSet::new([("a", "a {t:ti}"), ("b", "b {t:ti}")]).expect("as the test has it");
    let text = b"a 2011-02-03T00:00:00Z\nb 2011-02-03T00:00:00\na 2011-02-03T00:00:00\n";
    let mut scan = set.scan(text);
    scan.read_all().expect("as the test has it");
    assert_eq!(scan.stats().notes.len(), 1);
    assert!(scan.stats().notes[0].starts_with("column \"a.t\": times with an offset are in UTC"));
    // In a table they are one column.
    let mut scan = set.scan_table(Input::bytes(&text[..46]), ScanOptions::default());
    scan.read_all().expect("as the test has it");
    assert!(scan.stats().notes[0].starts_with("column \"t\": "));
}

#[test]
fn literals_that_are_in_each_other_and_custom_types_keep_the_order() {
    let own = CustomType { pattern: Some("[0-9a-f]+".to_owned()), group_count: 0 };
    let hash = Pattern::builder("user from {h:Hash}").custom_type("Hash", own).build().expect("as the test has it");
    let patterns = [
        hash,
        Pattern::new("user from {x}").expect("as the test has it"),
        Pattern::new("{a}from {b}").expect("as the test has it"),
        Pattern::new("{a}user{b}").expect("as the test has it"),
    ];
    let text = b"user from ff\nUSER FROM zz\nthe from 2\nmy users\nnothing\n";
    check(&patterns, text, &options(1, 1 << 18), "nested literals");
    let set = PatternSet::of((0..4).map(|n| n.to_string()).zip(patterns)).expect("as the test has it");
    let mut scan = set.scan(text);
    scan.read_all().expect("as the test has it");
    assert_eq!(scan.stats().matched_by_pattern, [1, 1, 1, 1]);
}

/// Lines of a log of `sshd`, and a pattern for each kind but the last.
const SSH: [(&str, &str); 9] = [
    (
        "Failed password for invalid user {user} from {ip:ip} port {port:d} ssh2",
        "Failed password for invalid user admin from 103.99.0.122 port 51982 ssh2",
    ),
    (
        "Failed password for {user} from {ip:ip} port {port:d} ssh2",
        "Failed password for root from 183.62.140.253 port 40951 ssh2",
    ),
    (
        "Received disconnect from {ip:ip}: {code:d}: {why} [preauth]",
        "Received disconnect from 183.62.140.253: 11: Bye Bye [preauth]",
    ),
    (
        "error: Received disconnect from {ip:ip}: {code:d}: {why}",
        "error: Received disconnect from 103.99.0.122: 14: No more user authentication methods available. [preauth]",
    ),
    (
        "pam_unix(sshd:auth): authentication failure; {rest}",
        "pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=183.62.140.253  user=root",
    ),
    (
        "PAM {more:d} more authentication failures;{:[} {rest}{:]}",
        "PAM 4 more authentication failures; logname= uid=0 euid=0 tty=ssh ruser= rhost=5.36.59.76  user=root",
    ),
    ("Connection closed by {ip:ip} [preauth]", "Connection closed by 195.154.37.122 [preauth]"),
    ("{what}: invalid user {user} [preauth]", "input_userauth_request: invalid user webmaster [preauth]"),
    ("", "Did not receive identification string from 5.188.10.180"),
];

#[test]
fn lines_of_a_real_kind_go_to_the_first_of_their_patterns_in_any_order_of_these() {
    let head = "{ts:ts} {host:S} sshd[{pid:d}]: ";
    let mut random = Random(11);
    for case in 0..share_of(6) {
        let mut formats: Vec<String> = SSH[..8].iter().map(|(format, _)| format!("{head}{format}")).collect();
        for last in (1..formats.len()).rev() {
            formats.swap(last, random.below(last + 1));
        }
        let mut text = String::new();
        for number in 0..120 {
            let line = SSH[random.below(SSH.len())].1;
            let cut = if random.below(8) == 0 { line.len() / 2 } else { line.len() };
            text += &format!("Dec 10 06:55:{:02} LabSZ sshd[{number}]: {}\n", random.below(70), &line[..cut]);
        }
        for isa in Isa::available() {
            let patterns: Vec<Pattern> = formats.iter().map(|format| pattern_on(format, isa)).collect();
            let mut asked = options([1, 3][case % 2], [700, 1 << 18][random.below(2)]);
            asked.on_error = [OnError::Skip, OnError::Null][random.below(2)];
            asked.include = vec![Origin::Line, Origin::Offset];
            check(&patterns, text.as_bytes(), &asked, &format!("case {case} on {isa:?}: {formats:#?}"));
        }
    }
}
