//! Twenty patterns in one pass, beside one pattern, a loop over the twenty, and `regex::RegexSet` with captures; on one thread.
//!
//! ```text
//! cargo run --release -p parsimd-benches --bin sets -- [--rounds 9] [--megabytes 16] [openssh FILE] [linux FILE]
//! ```
//!
//! Logs of its own have the kinds of lines of a real log, about as often as that; a file that is named is repeated up to the size. Each contestant must
//! give as many lines to each pattern. The peers only match: parsimd also makes the columns.

use std::{fmt::Write as _, num::NonZeroUsize};

use parsimd::{Input, Pattern, PatternSet, ScanOptions};
use parsimd_benches::{
    logs::Random,
    rounds::{Clock, Race, Side, Unit},
};
use regex::bytes::{Regex, RegexSet};

/// A kind of log.
struct Kind {
    name: &'static str,
    /// What each line begins with, and a pattern of all lines after that.
    head: &'static str,
    /// What comes after it, with how many lines in a thousand are of this kind.
    bodies: &'static [(u64, &'static str)],
}

const KINDS: [Kind; 2] = [
    Kind {
        name: "openssh",
        head: "{ts:ts} {host:S} sshd[{pid:d}]: ",
        bodies: &[
            (220, "Failed password for invalid user {user:S} from {ip:S} port {port:d} ssh2"),
            (190, "Failed password for {user:S} from {ip:S} port {port:d} ssh2"),
            (185, "Received disconnect from {ip:S}: {code:d}: {reason} [preauth]"),
            (
                180,
                "pam_unix(sshd:auth): authentication failure; logname= uid={uid:d} euid={euid:d} tty=ssh ruser= rhost={rhost:S}  user={user:S}",
            ),
            (70, "pam_unix(sshd:auth): check pass; user unknown"),
            (
                55,
                "pam_unix(sshd:auth): authentication failure; logname= uid={uid:d} euid={euid:d} tty=ssh ruser= rhost={rhost:S} ",
            ),
            (45, "reverse mapping checking getaddrinfo for {name:S} [{ip:S}] failed - POSSIBLE BREAK-IN ATTEMPT!"),
            (20, "error: Received disconnect from {ip:S}: {code:d}: {reason} [preauth]"),
            (18, "Connection closed by {ip:S} [preauth]"),
            (16, "input_userauth_request: invalid user {user:S} [preauth]"),
            (16, "Invalid user {user:S} from {ip:S}"),
            (10, "Did not receive identification string from {ip:S}"),
            (5, "PAM service(sshd) ignoring max retries; {tries:d} > {most:d}"),
            (
                5,
                "PAM {more:d} more authentication failures; logname= uid={uid:d} euid={euid:d} tty=ssh ruser= rhost={rhost:S}  user={user:S}",
            ),
            (5, "Accepted password for {user:S} from {ip:S} port {port:d} ssh2"),
            (5, "pam_unix(sshd:session): session opened for user {user:S} by (uid={uid:d})"),
            (5, "pam_unix(sshd:session): session closed for user {user:S}"),
            (5, "Disconnecting: Too many authentication failures for {user:S} [preauth]"),
            (5, "message repeated {times:d} times: [ {message}]"),
            (5, "fatal: Write failed: {why} [preauth]"),
        ],
    },
    Kind {
        name: "linux",
        head: "{ts:ts} {host:S} ",
        bodies: &[
            (330, "ftpd[{pid:d}]: connection from {ip:S} ({name}) at {when}"),
            (
                250,
                "sshd(pam_unix)[{pid:d}]: authentication failure; logname= uid={uid:d} euid={euid:d} tty=NODEVssh ruser= rhost={rhost:S}  user={user:S}",
            ),
            (
                60,
                "sshd(pam_unix)[{pid:d}]: authentication failure; logname= uid={uid:d} euid={euid:d} tty=NODEVssh ruser= rhost={rhost:S} ",
            ),
            (60, "sshd(pam_unix)[{pid:d}]: check pass; user unknown"),
            (45, "su(pam_unix)[{pid:d}]: session opened for user {user:S} by (uid={uid:d})"),
            (45, "su(pam_unix)[{pid:d}]: session closed for user {user:S}"),
            (20, "sshd(pam_unix)[{pid:d}]: session opened for user {user:S} by (uid={uid:d})"),
            (20, "sshd(pam_unix)[{pid:d}]: session closed for user {user:S}"),
            (25, "logrotate: ALERT exited abnormally with [{code:d}]"),
            (15, "klogind[{pid:d}]: Kerberos authentication failed "),
            (15, "klogind[{pid:d}]: Authentication failed from {ip:S} ({name:S}): {why}"),
            (15, "named[{pid:d}]: notify question section contains no SOA"),
            (
                10,
                "gdm(pam_unix)[{pid:d}]: authentication failure; logname= uid={uid:d} euid={euid:d} tty=:0 ruser= rhost= ",
            ),
            (10, "gdm-binary[{pid:d}]: Couldn't authenticate user"),
            (10, "syslogd {version:S}: restart."),
            (10, "cups: cupsd {action:S} succeeded"),
            (10, "xinetd[{pid:d}]: START: {service:S} pid={child:d} from={ip:S}"),
            (10, "rpc.statd[{pid:d}]: gethostbyname error for {name}"),
            (10, "snmpd[{pid:d}]: Received SNMP packet(s) from {ip:S}"),
            (10, "kernel: {message}"),
        ],
    },
];

/// Calls `literal` with the texts of a format, and `field` with the name and the type of each field, in order.
fn walk(format: &str, mut literal: impl FnMut(&str), mut field: impl FnMut(&str, &str)) {
    let mut rest = format;
    while let Some((before, after)) = rest.split_once('{') {
        literal(before);
        let (inside, after) = after.split_once('}').unwrap_or_else(|| panic!("{format}"));
        let (name, kind) = inside.split_once(':').unwrap_or((inside, ""));
        field(name, kind);
        rest = after;
    }
    literal(rest);
}

/// The same as a regular expression for one line.
fn expression(format: &str) -> String {
    let text = std::cell::RefCell::new("^".to_owned());
    walk(
        format,
        |literal| *text.borrow_mut() += &regex::escape(literal),
        |_, kind| {
            *text.borrow_mut() += match kind {
                "ts" => "([A-Za-z]{3} +[0-9]{1,2} [0-9]{2}:[0-9]{2}:[0-9]{2})",
                "d" => "([-+]?[0-9]+)",
                "S" => r"(\S+)",
                _ => "(.+?)",
            }
        },
    );
    text.into_inner() + "$"
}

/// A line that a format writes.
fn line(format: &str, random: &mut Random, out: &mut String) {
    let text = std::cell::RefCell::new(out);
    walk(
        format,
        |literal| text.borrow_mut().push_str(literal),
        |name, kind| {
            let mut out = text.borrow_mut();
            let mut number = |from: u64, below: u64| from + random.below(below);
            // Writing to a String cannot fail.
            let _ = match (name, kind) {
                (_, "ts") => {
                    let month = ["Jan", "Feb", "Jun", "Dec"][number(0, 4) as usize];
                    write!(
                        out,
                        "{month} {:>2} {:02}:{:02}:{:02}",
                        number(1, 28),
                        number(0, 24),
                        number(0, 60),
                        number(0, 60)
                    )
                }
                ("uid" | "euid" | "code", _) => write!(out, "{}", number(0, 20)),
                ("pid" | "port", _) => write!(out, "{}", number(1024, 60_000)),
                (_, "d") => write!(out, "{}", number(1, 9)),
                ("host", _) => write!(out, "LabSZ"),
                ("ip" | "rhost", _) => {
                    write!(out, "{}.{}.{}.{}", number(1, 223), number(0, 256), number(0, 256), number(0, 256))
                }
                _ => {
                    let words = if kind == "S" { 1 } else { 1 + number(0, 5) };
                    (0..words).try_for_each(|word| {
                        let blank = if word > 0 { " " } else { "" };
                        write!(out, "{blank}{}", &"rootadminoracletestsupportguest"[..number(3, 12) as usize])
                    })
                }
            };
        },
    );
}

impl Kind {
    fn formats(&self) -> Vec<String> {
        self.bodies.iter().map(|(_, body)| format!("{}{body}", self.head)).collect()
    }

    fn make(&self, size: usize) -> Vec<u8> {
        let (formats, mut random, mut text) = (self.formats(), Random::new(20), String::new());
        let all: u64 = self.bodies.iter().map(|(share, _)| share).sum();
        while text.len() < size {
            let mut at = random.below(all);
            let number = self.bodies.iter().position(|(share, _)| {
                let is_here = at < *share;
                at = at.saturating_sub(*share);
                is_here
            });
            line(&formats[number.unwrap_or_default()], &mut random, &mut text);
            text.push('\n');
        }
        text.into_bytes()
    }
}

/// One number for how many lines each pattern got.
fn answer(counts: impl IntoIterator<Item = u64>) -> u64 {
    (1..).zip(counts).fold(0, |sum, (number, count): (u64, u64)| sum.wrapping_mul(31).wrapping_add(number * count))
}

fn or_panic<T, E: std::fmt::Display>(result: Result<T, E>) -> T {
    result.unwrap_or_else(|error| panic!("{error}"))
}

fn options() -> ScanOptions {
    let mut options = ScanOptions::default();
    options.threads = NonZeroUsize::new(1);
    options
}

/// How many lines a pattern has in a text.
fn scan(pattern: &Pattern, text: &[u8]) -> u64 {
    let scan = pattern.scan_input(Input::bytes(text), options());
    scan.map(|batch| or_panic(batch).len() as u64).sum()
}

fn race(kind: &Kind, text: &[u8], rounds: usize) {
    let formats = kind.formats();
    let patterns: Vec<Pattern> = formats.iter().map(|format| or_panic(Pattern::new(format))).collect();
    let names = (0..formats.len()).map(|number| number.to_string());
    let set = or_panic(PatternSet::of(names.zip(patterns.iter().cloned())));
    let one = or_panic(Pattern::new(&format!("{}{{message}}", kind.head)));
    println!("{}: {} bytes, {} patterns", kind.name, text.len(), formats.len());
    let mut race = Race::new(format!("{}, one pattern of all lines", kind.name), Unit::Bytes, text.len());
    race.run("parsimd, one pattern", || scan(&one, text));
    let alone = race.finish(rounds);
    println!("{}", alone.table());

    let mut race = Race::new(format!("{}, a set of {}", kind.name, formats.len()), Unit::Bytes, text.len());
    race.run("parsimd, set", || {
        let mut counts = vec![0; formats.len()];
        for batch in set.scan_input(Input::bytes(text), options()) {
            let (number, batch) = or_panic(batch);
            counts[number] += batch.len() as u64;
        }
        answer(counts)
    });
    race.run("parsimd, set, one table", || {
        let mut scan = set.scan_table(Input::bytes(text), options());
        scan.by_ref().for_each(|batch| drop(or_panic(batch)));
        answer(scan.stats().matched_by_pattern.iter().copied())
    });
    race.run_as("a scan for each pattern", Side::Peer, Clock::Thread, || {
        answer(patterns.iter().map(|pattern| scan(pattern, text)))
    });
    let expressions: Vec<String> = formats.iter().map(|format| expression(format)).collect();
    let regexes: Vec<Regex> = expressions.iter().map(|expression| or_panic(Regex::new(expression))).collect();
    let regex_set = or_panic(RegexSet::new(&expressions));
    let mut places: Vec<_> = regexes.iter().map(Regex::capture_locations).collect();
    race.run("RegexSet and captures", move || {
        let mut counts = vec![0; regexes.len()];
        for line in text.split(|&byte| byte == b'\n') {
            if let Some(number) = regex_set.matches(line).iter().next() {
                counts[number] += u64::from(regexes[number].captures_read(&mut places[number], line).is_some());
            }
        }
        answer(counts)
    });
    let finish = race.finish(rounds);
    println!("{}", finish.table());
    let time = |name: &str| finish.time(name).unwrap_or(f64::NAN);
    let set = time("parsimd, set");
    println!(
        "set: {:.2} of one pattern's speed, {:.1} × a scan for each, {:.1} × RegexSet and captures; one table: {:.2} of one pattern's speed\n",
        alone.time("parsimd, one pattern").unwrap_or(f64::NAN) / set,
        time("a scan for each pattern") / set,
        time("RegexSet and captures") / set,
        alone.time("parsimd, one pattern").unwrap_or(f64::NAN) / time("parsimd, set, one table"),
    );
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let after =
        |name: &str| arguments.iter().position(|argument| argument == name).and_then(|at| arguments.get(at + 1));
    let number = |name: &str, default: usize| after(name).map_or(default, |number| or_panic(number.parse()));
    let (rounds, size) = (number("--rounds", 9), number("--megabytes", 16) << 20);
    for kind in &KINDS {
        let text = match after(kind.name) {
            Some(path) => {
                let mut text = or_panic(std::fs::read(path));
                text.extend((!text.ends_with(b"\n")).then_some(b'\n'));
                let count = size.div_ceil(text.len().max(1));
                text.repeat(count)
            }
            None => kind.make(size),
        };
        race(kind, &text, rounds);
    }
}
