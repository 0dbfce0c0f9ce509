//! Interleaved rounds: every contestant of a race runs once in each round, so that whatever slows the machine down for a
//! while slows all of them. What is reported is the median of a contestant's rounds, and as its spread half the distance
//! between the quartiles. Time is that of the thread on the CPU, but where a contestant has several: that one is timed by the clock
//! on the wall.

use std::fmt::Write as _;
use std::hint::black_box;
use std::time::{Duration, Instant};

use cpu_time::ThreadTime;

/// What one unit of work is, and how it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A number: nanoseconds for each.
    Rows,
    /// A byte: gigabytes per second.
    Bytes,
}

/// How time is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    /// The time that the calling thread was on the CPU: for work on one thread.
    Thread,
    /// The clock on the wall: for work on several.
    Wall,
}

impl Clock {
    /// How long `work` takes, and its answer.
    pub fn time<T>(self, work: impl FnOnce() -> T) -> (Duration, T) {
        match self {
            Clock::Thread => {
                let start = ThreadTime::now();
                let answer = black_box(work());
                (start.elapsed(), answer)
            }
            Clock::Wall => {
                let start = Instant::now();
                let answer = black_box(work());
                (start.elapsed(), answer)
            }
        }
    }
}

/// Who a contestant is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// This project.
    Own,
    /// Someone who does the same work.
    Peer,
    /// A part of the work that nobody can do without: the limit, and no peer.
    Limit,
}

struct Contestant<'a> {
    name: String,
    side: Side,
    clock: Clock,
    work: Box<dyn FnMut() -> u64 + 'a>,
}

/// Contestants that do the same work and must give the same answer.
pub struct Race<'a> {
    name: String,
    unit: Unit,
    work: usize,
    answer: Option<u64>,
    contestants: Vec<Contestant<'a>>,
}

/// What a race has found out.
pub struct Finish {
    name: String,
    unit: Unit,
    rows: Vec<Row>,
}

struct Row {
    name: String,
    side: Side,
    /// The median, in nanoseconds for one unit of work.
    time: f64,
    spread: f64,
}

impl<'a> Race<'a> {
    /// A race over `work` units; the first contestant's answer is the one that all must give.
    pub fn new(name: impl Into<String>, unit: Unit, work: usize) -> Race<'a> {
        Race { name: name.into(), unit, work, answer: None, contestants: Vec::new() }
    }

    /// Adds a contestant that works on this thread; it is a peer unless its name begins with `parsimd`.
    ///
    /// # Panics
    ///
    /// If its answer is another than that of the contestants before it.
    pub fn run(&mut self, name: impl Into<String>, work: impl FnMut() -> u64 + 'a) {
        let name = name.into();
        let side = if name.starts_with("parsimd") { Side::Own } else { Side::Peer };
        self.run_as(name, side, Clock::Thread, work);
    }

    /// Adds a contestant.
    ///
    /// # Panics
    ///
    /// If its answer is another than that of the contestants before it.
    pub fn run_as(&mut self, name: impl Into<String>, side: Side, clock: Clock, mut work: impl FnMut() -> u64 + 'a) {
        let name = name.into();
        let answer = work();
        let expected = *self.answer.get_or_insert(answer);
        assert_eq!(answer, expected, "{}: {name} gives a wrong answer", self.name);
        self.contestants.push(Contestant { name, side, clock, work: Box::new(work) });
    }

    /// Runs the rounds.
    ///
    /// # Panics
    ///
    /// If an answer changes.
    pub fn finish(mut self, rounds: usize) -> Finish {
        let mut times = vec![Vec::with_capacity(rounds); self.contestants.len()];
        for _ in 0..rounds {
            for (contestant, times) in self.contestants.iter_mut().zip(&mut times) {
                let (time, answer) = contestant.clock.time(&mut contestant.work);
                times.push(time.as_secs_f64() * 1e9 / self.work as f64);
                assert_eq!(Some(answer), self.answer, "{}: {}", self.name, contestant.name);
            }
        }
        let rows = self.contestants.into_iter().zip(times).map(|(contestant, mut times)| {
            times.sort_by(f64::total_cmp);
            let at = |share: f64| times[((times.len() - 1) as f64 * share).round() as usize];
            let spread = (at(0.75) - at(0.25)) / 2.0;
            Row { name: contestant.name, side: contestant.side, time: at(0.5), spread }
        });
        Finish { rows: rows.collect(), name: self.name, unit: self.unit }
    }
}

impl Finish {
    /// The median time of the contestant, in nanoseconds for one unit of work.
    pub fn time(&self, name: &str) -> Option<f64> {
        self.rows.iter().find(|row| row.name == name).map(|row| row.time)
    }

    /// The least median time of the peers.
    pub fn best_peer(&self) -> f64 {
        let peers = self.rows.iter().filter(|row| row.side == Side::Peer);
        peers.map(|row| row.time).fold(f64::INFINITY, f64::min)
    }

    /// How many times quicker `name` is than the quickest peer.
    pub fn ratio(&self, name: &str) -> Option<f64> {
        self.time(name).map(|time| self.best_peer() / time)
    }

    /// The rows as a table in Markdown.
    pub fn table(&self) -> String {
        let unit = if self.unit == Unit::Rows { "ns each" } else { "GB/s" };
        let mut text = format!("### {}\n\n| | {unit} | spread | × best peer |\n|---|---:|---:|---:|\n", self.name);
        for Row { name, time, spread, .. } in &self.rows {
            let shown = if self.unit == Unit::Rows { *time } else { 1.0 / time };
            let ratio = self.best_peer() / time;
            let _ = writeln!(text, "| {name} | {shown:.2} | ±{:.1} % | {ratio:.2} |", spread / time * 100.0);
        }
        text
    }
}
