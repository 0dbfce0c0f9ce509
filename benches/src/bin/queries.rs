//! Queries: the command `parsimd` beside ripgrep, mawk and duckdb, as whole processes that read a log from the page cache.
//!
//! ```text
//! cargo run --release -p parsimd-benches --bin queries -- [--megabytes 512] [--rounds 10] [--parsimd PATH] [--rg PATH] [--python PATH]
//! ```
//!
//! All run in turns, and must give the same answer. A line has the median of the wall clock, start-up included, the CPU time of a run, and how many times
//! as quick as the peer parsimd is, by both. The CPU time is that of Linux, in ticks of 10 ms. Who is not there is named and left out; `--python` needs the package
//! duckdb.

use std::{collections::BTreeSet, error::Error, fs, path::Path, process::Command, time::Instant};

use parsimd_benches::{logs::LOGS, record};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// What is asked of a log.
struct Query {
    name: &'static str,
    /// The log, by name.
    log: &'static str,
    /// The arguments of the command, after the pattern and the file.
    parsimd: &'static [&'static str],
    /// The peers, each by its name and arguments; `LOG` is the path of the log.
    peers: &'static [(&'static str, &'static [&'static str])],
}

/// Reads lines as they are; `{}` is what is asked of `line`.
macro_rules! duckdb {
    ($before:literal, $after:literal) => {
        concat!(
            "import duckdb; rows = duckdb.sql(r\"\"\"",
            $before,
            " from read_csv('LOG', columns={'line': 'VARCHAR'}, delim='\\x01', quote='', escape='', header=false, auto_detect=false) ",
            $after,
            "\"\"\").fetchall(); print('\\n'.join(','.join(map(str, row)) for row in rows))"
        )
    };
}

const QUERIES: [Query; 5] = [
    Query {
        name: "status = 404",
        log: "access",
        parsimd: &["--where", "status = 404", "--count"],
        peers: &[("rg", &["-c", r#"" 404 [-+]?[0-9]+ ""#, "LOG"])],
    },
    Query {
        name: "level = ERROR, 1 % of the lines",
        log: "hdfs",
        parsimd: &["--where", "level = 'ERROR'", "--count"],
        peers: &[("rg", &["-c", r"^[0-9]+ [0-9]+ [0-9]+ ERROR [^:]+: .", "LOG"])],
    },
    Query {
        name: "status >= 500",
        log: "access",
        parsimd: &["--where", "status >= 500", "--count"],
        peers: &[
            (
                "mawk",
                &[
                    "-F\"",
                    r#"{ split($3, part, " "); if (part[1] >= 500 && part[2] != "-") n++ } END { print n }"#,
                    "LOG",
                ],
            ),
            (
                "duckdb",
                &[
                    "-c",
                    duckdb!(
                        "select count(*)",
                        r#"where try_cast(regexp_extract(line, '" ([0-9]+) [0-9]+ "', 1) as int) >= 500"#
                    ),
                ],
            ),
        ],
    },
    Query {
        name: "count by status",
        log: "access",
        parsimd: &["--group-by", "status", "--agg", "count", "--to", "csv"],
        peers: &[(
            "duckdb",
            &[
                "-c",
                duckdb!(
                    r#"select try_cast(regexp_extract(line, '" ([0-9]+) [0-9]+ "', 1) as int) as status, count(*)"#,
                    "group by status having status is not null"
                ),
            ],
        )],
    },
    Query {
        name: "count of a sparse pattern",
        log: "sparse",
        parsimd: &["--match", "first", "--count"],
        peers: &[(
            "rg",
            &[
                "-c",
                "-i",
                r"ERROR worker-[-+]?[0-9]+: request [-+]?[0-9]+ failed after [-+]?[0-9]*\.[0-9]+ ms \(code [-+]?[0-9]+\)",
                "LOG",
            ],
        )],
    },
];

/// One of a race.
struct Contestant {
    name: String,
    program: String,
    arguments: Vec<String>,
    /// Of each run, in seconds.
    wall: Vec<f64>,
    cpu: f64,
}

impl Contestant {
    fn new(name: &str, program: &str, arguments: impl IntoIterator<Item = String>) -> Contestant {
        let (name, program) = (name.to_owned(), program.to_owned());
        Contestant { name, program, arguments: arguments.into_iter().collect(), wall: Vec::new(), cpu: 0.0 }
    }

    /// Runs it once: the lines of its answer that are numbers, in any order. `None` if there is no such program.
    fn run(&mut self) -> Option<BTreeSet<String>> {
        let (start, cpu) = (Instant::now(), children_cpu());
        let output =
            Command::new(&self.program).args(&self.arguments).output().ok().filter(|output| output.status.success())?;
        self.wall.push(start.elapsed().as_secs_f64());
        self.cpu += children_cpu() - cpu;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let is_answer = |line: &&str| line.starts_with(|first: char| first.is_ascii_digit());
        Some(text.lines().filter(is_answer).map(str::to_owned).collect())
    }

    fn median(&self) -> f64 {
        let mut wall = self.wall.clone();
        wall.sort_by(f64::total_cmp);
        wall[wall.len() / 2]
    }
}

/// The CPU time of the processes that have ended, in seconds.
fn children_cpu() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // After the name, which may have blanks, user and system time of children are fields 13 and 14.
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    let ticks: u64 = fields.skip(13).take(2).filter_map(|field| field.parse::<u64>().ok()).sum();
    ticks as f64 / 100.0
}

/// The log of a query; of that with levels one line in a hundred is an error.
fn log(name: &str, size: usize) -> Outcome<Vec<u8>> {
    let log = LOGS.iter().find(|log| log.name == name).ok_or("no such log")?;
    let text = log.make(size, 1);
    if name != "hdfs" {
        return Ok(text);
    }
    let text = String::from_utf8(text)?;
    let lines = text.lines().enumerate().map(|(number, line)| match number % 100 {
        0 => line.replacen(" INFO ", " ERROR ", 1).replacen(" WARN ", " ERROR ", 1) + "\n",
        _ => line.to_owned() + "\n",
    });
    Ok(lines.collect::<String>().into_bytes())
}

/// What to run for a contestant.
fn program<'p>(programs: &'p [(&str, String)], name: &'p str) -> &'p str {
    programs.iter().find(|(known, _)| *known == name).map_or(name, |(_, path)| path)
}

fn race(query: &Query, path: &Path, programs: &[(&str, String)], rounds: usize) -> Outcome<()> {
    let pattern = LOGS.iter().find(|log| log.name == query.log).ok_or("no such log")?.pattern;
    let path = path.display().to_string();
    let own = [pattern, &path].into_iter().chain(query.parsimd.iter().copied()).map(str::to_owned);
    let mut all = vec![Contestant::new("parsimd", program(programs, "parsimd"), own)];
    for (name, arguments) in query.peers {
        all.push(Contestant::new(
            name,
            program(programs, name),
            arguments.iter().map(|argument| argument.replace("LOG", &path)),
        ));
    }
    let answer = all[0].run().ok_or("parsimd does not run")?;
    all.retain_mut(|one| match one.run() {
        Some(same) if same == answer => true,
        Some(other) => panic!("{}: {} has {other:?} and not {answer:?}", query.name, one.name),
        None => {
            println!("{}: {} is left out: it does not run", query.name, one.name);
            false
        }
    });
    all.iter_mut().for_each(|one| (one.wall, one.cpu) = (Vec::new(), 0.0));
    for _ in 0..rounds {
        for one in &mut all {
            if one.run().as_ref() != Some(&answer) {
                return Err(format!("{}: {} gave another answer", query.name, one.name).into());
            }
        }
    }
    let (wall, cpu) = (all[0].median(), all[0].cpu);
    for one in &all {
        println!(
            "| {} | {} | {:.0} | {:.0} | {:.2} | {:.2} |",
            query.name,
            one.name,
            one.median() * 1e3,
            one.cpu / rounds as f64 * 1e3,
            one.median() / wall,
            one.cpu / cpu
        );
    }
    Ok(())
}

fn main() -> Outcome<()> {
    let (mut megabytes, mut rounds) = (512, 10);
    let mut programs =
        [("parsimd", "target/release/parsimd"), ("rg", "target/tools/bin/rg"), ("duckdb", ".venv-bench/bin/python")]
            .map(|(name, path)| (name, path.to_owned()));
    let mut arguments = std::env::args().skip(1);
    while let (Some(argument), Some(value)) = (arguments.next(), arguments.next()) {
        match argument.as_str() {
            "--megabytes" => megabytes = value.parse()?,
            "--rounds" => rounds = value.parse::<usize>()?.max(1),
            "--parsimd" => programs[0].1 = value,
            "--rg" => programs[1].1 = value,
            "--python" => programs[2].1 = value,
            other => return Err(format!("unknown: {other}").into()),
        }
    }
    println!("{}\n", record::machine());
    println!(
        "| query | program | wall, ms | CPU, ms | × parsimd's wall | × parsimd's CPU |\n|---|---|---:|---:|---:|---:|"
    );
    let folder = std::env::temp_dir().join(format!("parsimd-queries-{}", std::process::id()));
    fs::create_dir(&folder)?;
    let measured = QUERIES.iter().try_for_each(|query| {
        let path = folder.join(query.log);
        fs::write(&path, log(query.log, megabytes << 20)?)?;
        let raced = race(query, &path, &programs, rounds);
        fs::remove_file(&path)?;
        raced
    });
    fs::remove_dir_all(&folder)?;
    measured
}
