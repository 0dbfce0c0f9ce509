//! Interleaved rounds: every contestant of a race runs once in each round, so that whatever slows the machine down for a
//! while slows all of them. What is reported is the median of a contestant's rounds, and as its spread half the distance
//! between the quartiles. Time is that of the thread on the CPU.

use std::fmt::Write as _;
use std::hint::black_box;

use cpu_time::ThreadTime;

/// What one unit of work is, and how it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A number: nanoseconds for each.
    Rows,
    /// A byte: gigabytes per second.
    Bytes,
}

/// One contestant: its name, and what it does, which gives an answer to be checked.
type Contestant<'a> = (String, Box<dyn FnMut() -> u64 + 'a>);

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
    /// Name, median and spread, in nanoseconds for one unit of work.
    rows: Vec<(String, f64, f64)>,
}

impl<'a> Race<'a> {
    /// A race over `work` units; the first contestant's answer is the one that all must give.
    pub fn new(name: impl Into<String>, unit: Unit, work: usize) -> Race<'a> {
        Race { name: name.into(), unit, work, answer: None, contestants: Vec::new() }
    }

    /// Adds a contestant.
    ///
    /// # Panics
    ///
    /// If its answer is another than that of the contestants before it.
    pub fn run(&mut self, name: impl Into<String>, mut work: impl FnMut() -> u64 + 'a) {
        let name = name.into();
        let answer = work();
        let expected = *self.answer.get_or_insert(answer);
        assert_eq!(answer, expected, "{}: {name} gives a wrong answer", self.name);
        self.contestants.push((name, Box::new(work)));
    }

    /// Runs the rounds.
    ///
    /// # Panics
    ///
    /// If an answer changes.
    pub fn finish(mut self, rounds: usize) -> Finish {
        let mut times = vec![Vec::with_capacity(rounds); self.contestants.len()];
        for _ in 0..rounds {
            for ((name, work), times) in self.contestants.iter_mut().zip(&mut times) {
                let start = ThreadTime::now();
                let answer = black_box(work());
                times.push(start.elapsed().as_secs_f64() * 1e9 / self.work as f64);
                assert_eq!(Some(answer), self.answer, "{}: {name}", self.name);
            }
        }
        let rows = self.contestants.iter().zip(times).map(|((name, _), mut times)| {
            times.sort_by(f64::total_cmp);
            let at = |share: f64| times[((times.len() - 1) as f64 * share).round() as usize];
            (name.clone(), at(0.5), (at(0.75) - at(0.25)) / 2.0)
        });
        Finish { rows: rows.collect(), name: self.name, unit: self.unit }
    }
}

impl Finish {
    /// The median time of the contestant, in nanoseconds for one unit of work.
    pub fn time(&self, name: &str) -> Option<f64> {
        self.rows.iter().find(|row| row.0 == name).map(|row| row.1)
    }

    /// The least median time of contestants other than those of this project.
    pub fn best_peer(&self) -> f64 {
        self.rows.iter().filter(|row| !row.0.starts_with("parsimd")).map(|row| row.1).fold(f64::INFINITY, f64::min)
    }

    /// How many times quicker `name` is than the quickest peer.
    pub fn ratio(&self, name: &str) -> Option<f64> {
        self.time(name).map(|time| self.best_peer() / time)
    }

    /// The rows as a table in Markdown.
    pub fn table(&self) -> String {
        let unit = if self.unit == Unit::Rows { "ns each" } else { "GB/s" };
        let mut text = format!("### {}\n\n| | {unit} | spread | × best peer |\n|---|---:|---:|---:|\n", self.name);
        for (name, time, spread) in &self.rows {
            let shown = if self.unit == Unit::Rows { *time } else { 1.0 / time };
            let ratio = self.best_peer() / time;
            let _ = writeln!(text, "| {name} | {shown:.2} | ±{:.1} % | {ratio:.2} |", spread / time * 100.0);
        }
        text
    }
}
