//! Single calls on whole text, beside the `regex` crate in its best form: compiled by hand for bytes and ASCII, captures without allocation.
//!
//! ```text
//! cargo run --release -p parsimd-benches --bin whole -- [--rounds 15]
//! ```

use std::hint::black_box;

use parsimd::Pattern;
use parsimd_benches::{
    rounds::{Race, Unit},
    texts,
};
use regex::bytes::{CaptureLocations, Regex, RegexBuilder};

/// How many calls make a round.
const CALLS: usize = 10_000;

fn regex(expression: &str) -> (Regex, CaptureLocations) {
    let regex = RegexBuilder::new(expression).unicode(false).case_insensitive(true).dot_matches_new_line(true).build();
    let regex = regex.unwrap_or_else(|error| panic!("{error}"));
    let places = regex.capture_locations();
    (regex, places)
}

fn pattern(format: &str) -> Pattern {
    Pattern::new(format).unwrap_or_else(|error| panic!("{error}"))
}

/// Where the last field ends, or 0.
fn last_end(found: parsimd::Result<Option<parsimd::Match<'_>>>) -> u64 {
    let found = found.unwrap_or_else(|error| panic!("{error}"));
    found.and_then(|found| found.span(found.fields().len() - 1)).map_or(0, |span| span.end as u64)
}

fn last_end_of(places: &CaptureLocations) -> u64 {
    places.get(places.len() - 1).map_or(0, |(_, end)| end as u64)
}

fn parse(format: &str, expression: &str, text: &str, rounds: usize) {
    let mut race = Race::new(format!("`{format}`, parse"), Unit::Rows, CALLS);
    let pattern = pattern(format);
    race.run("parsimd", move || (0..CALLS).map(|_| last_end(pattern.parse(black_box(text)))).sum());
    let (regex, mut places) = regex(&format!(r"\A{expression}\z"));
    race.run("regex", move || {
        let mut one = || match regex.captures_read(&mut places, black_box(text).as_bytes()) {
            Some(_) => last_end_of(&places),
            None => 0,
        };
        (0..CALLS).map(|_| one()).sum()
    });
    println!("{}", race.finish(rounds).table());
}

fn search(format: &str, expression: &str, name: &str, text: &str, rounds: usize) {
    let calls = CALLS / 50;
    let mut race = Race::new(format!("`{format}`, search in {name}"), Unit::Rows, calls);
    let pattern = pattern(format);
    let ours = pattern.clone();
    race.run("parsimd", move || (0..calls).map(|_| last_end(ours.search(black_box(text)))).sum());
    race.run("parsimd, known to be ASCII", move || {
        (0..calls).map(|_| last_end(parsimd::extension::search_ascii_at(&pattern, black_box(text), 0))).sum()
    });
    let (regex, mut places) = regex(expression);
    race.run("regex", move || {
        let mut one = || match regex.captures_read(&mut places, black_box(text).as_bytes()) {
            Some(_) => last_end_of(&places),
            None => 0,
        };
        (0..calls).map(|_| one()).sum()
    });
    println!("{}", race.finish(rounds).table());
}

fn find_all(format: &str, expression: &str, name: &str, text: &str, calls: usize, rounds: usize) {
    let mut race = Race::new(format!("`{format}`, all matches in {name}"), Unit::Rows, calls);
    let pattern = pattern(format);
    race.run("parsimd", move || {
        let one = || pattern.find_iter(black_box(text)).map(|found| last_end(found.map(Some))).sum::<u64>();
        (0..calls).map(|_| one()).sum()
    });
    let (regex, mut places) = regex(expression);
    race.run("regex", move || {
        let mut one = || {
            let (mut sum, mut at) = (0, 0);
            while let Some(found) = regex.captures_read_at(&mut places, black_box(text).as_bytes(), at) {
                sum += last_end_of(&places);
                at = found.end();
            }
            sum
        };
        (0..calls).map(|_| one()).sum()
    });
    println!("{}", race.finish(rounds).table());
}

fn main() {
    let mut arguments = std::env::args().skip_while(|argument| argument != "--rounds").skip(1);
    let rounds = arguments.next().and_then(|rounds| rounds.parse().ok()).unwrap_or(15);
    parse("{name} is {age:d} years", r"(.+?) is ([-+ ]?[0-9]+) years", "Ada Lovelace is 36 years", rounds);
    parse(
        r#"{ip} - - [{ts}] "{req}" {status:d}"#,
        r#"(.+?) - - \[(.+?)\] "(.+?)" ([-+ ]?[0-9]+)"#,
        r#"83.149.9.216 - - [17/May/2015:10:05:03 +0000] "GET /index.html HTTP/1.1" 200"#,
        rounds,
    );
    parse("{:d}", "([-+ ]?[0-9]+)", "123456", rounds);
    parse("{name} is {age:d} years", r"(.+?) is ([-+ ]?[0-9]+) years", "Ada Lovelace was 36 years", rounds);
    find_all("<{}>", "<(.+?)>", "a text with ten", &"<word> and ".repeat(10), CALLS / 10, rounds);
    find_all("{:d}", "([-+ ]?[0-9]+)", "a text with ten", &"17 and ".repeat(10), CALLS / 10, rounds);
    let log = String::from_utf8(texts::access_log(100_000)).unwrap_or_else(|error| panic!("{error}"));
    let log = &log[..100_000];
    search("Failed {what} for {user:w}", r"failed (.+?) for (\w+)", "100 KB without one", log, rounds);
    search("{user:w} has logged out", r"(\w+) has logged out", "100 KB without one", log, rounds);
    search("{:d} {when:ti}", r"([-+ ]?[0-9]+) ([0-9]{4}-[0-9]{2}-[0-9]{2})", "100 KB without one", log, rounds);
    let last = format!("{log} Failed password for root");
    search("Failed {what} for {user:w}", r"failed (.+?) for (\w+)", "100 KB with one at the end", &last, rounds);
    find_all(r#""{req}" {status:d}"#, r#""(.+?)" ([-+ ]?[0-9]+)"#, "a log of 100 KB", log, 20, rounds);
}
