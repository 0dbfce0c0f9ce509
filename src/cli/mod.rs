//! The command `parsimd`, with the feature `cli`: logs at a shell.
//!
//! | file | what |
//! |---|---|
//! | `args` | what it is called with |
//! | `chosen`, `guessing` | the pattern, the files |
//! | `source`, `progress` | files, and how far they were read |
//! | `columns`, `filter`, `lexer` | which columns, which rows |
//! | `gather`, `sort` | what is made of all rows |
//! | `output` | where rows go, and in which form |
//! | `work` | the way of a row through these |
//! | `why` | records that have no row |
//! | `summary`, `lists`, `stop` | what is told beside the rows |

mod args;
mod chosen;
mod columns;
mod filter;
mod gather;
mod guessing;
mod lexer;
mod lists;
mod output;
mod progress;
mod sort;
mod source;
mod stop;
mod summary;
mod why;
mod work;

use std::{
    ffi::OsString,
    io::{self, IsTerminal, Write},
    process::ExitCode,
};

use args::Args;
use chosen::Chosen;
use clap::{CommandFactory, Parser};
use output::Target;
use progress::Progress;
use source::Meter;
use stop::Stop;
use summary::Totals;
use why::Reasons;
use work::Work;

use crate::{
    batch::Batch,
    scan::{Rejects, Scan},
};

/// Something matched.
const MATCHED: u8 = 0;
/// Nothing did.
const NOTHING: u8 = 1;
/// Something went wrong; what could be done was done.
const ERROR: u8 = 2;

/// Runs the command with these arguments, the first of which is its name. The exit code is that of `grep`: 0 if something matched, 1 if nothing did, 2 after an error.
///
/// It reads standard input where it is told so, and writes to standard output and standard error. It does not catch signals: Ctrl-C ends the process.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    ExitCode::from(code(args))
}

/// As [`run`], but gives the code as a number.
#[doc(hidden)]
pub fn code(args: impl IntoIterator<Item = OsString>) -> u8 {
    let args = match Args::try_parse_from(args) {
        Ok(args) => args,
        Err(error) => {
            // It goes to standard output for --help; a pipe that is closed is no matter.
            let _ = error.print();
            return if error.use_stderr() { ERROR } else { MATCHED };
        }
    };
    match run_args(&args) {
        Ok(code) => code,
        Err(Stop::ClosedPipe) => MATCHED,
        Err(stop) => {
            tell(&stop.to_string());
            ERROR
        }
    }
}

/// Writes to standard error, if that is still there.
fn tell(message: &str) {
    let _ = writeln!(io::stderr().lock(), "parsimd: {message}");
}

fn run_args(args: &Args) -> Result<u8, Stop> {
    if let Some(text) = printed(args)? {
        io::stdout().lock().write_all(&text)?;
        return Ok(MATCHED);
    }
    if args.inputs.is_empty() && args.patterns.is_empty() && args.format.is_none() && io::stdin().is_terminal() {
        let _ = Args::command().print_help();
        return Ok(ERROR);
    }
    if args.guess {
        let (_, files) = chosen::split(args);
        let begin = if source::is_stdin(&files[0]) { source::stdin_begin()? } else { Vec::new() };
        io::stdout().lock().write_all(guessing::listed(&files, &begin)?.as_bytes())?;
        return Ok(MATCHED);
    }
    let chosen = Chosen::new(args)?;
    if let Some(guessed) = chosen.guessed.as_ref().filter(|_| !args.quiet) {
        tell(guessed);
    }
    if args.explain {
        io::stdout().lock().write_all(chosen.pattern.plan().explain().as_bytes())?;
        return Ok(MATCHED);
    }
    let target = Target::new(args, &chosen.files)?;
    scan(args, chosen, target)
}

/// What is to be printed without reading anything.
fn printed(args: &Args) -> Result<Option<Vec<u8>>, Stop> {
    let mut text = Vec::new();
    if args.list_types {
        text.extend_from_slice(lists::types().as_bytes());
    }
    if args.list_formats {
        text.extend_from_slice(lists::formats().as_bytes());
    }
    if let Some(shell) = args.completions {
        clap_complete::generate(shell, &mut Args::command(), "parsimd", &mut text);
    }
    if args.man {
        clap_mangen::Man::new(Args::command()).render(&mut text)?;
    }
    Ok(Some(text).filter(|text| !text.is_empty()))
}

/// Reads all files, and shows what is asked of them.
fn scan(args: &Args, chosen: Chosen, target: Target) -> Result<u8, Stop> {
    let Chosen { pattern, mut options, files, mut begin, .. } = chosen;
    let mut sink = Sink::new(args, &target)?;
    let mut work = Work::new(args, &pattern, &mut options, target)?;
    if args.unmatched {
        options.rejects = Rejects::Bytes;
    }
    let meter = Meter::default();
    let is_free = args.output.is_some() || !io::stdout().is_terminal() || work.is_quiet_until_the_end() || args.why;
    let mut progress = Progress::new(meter.clone(), source::total(&files), is_free && !args.quiet);
    let mut has_failed = false;
    for path in &files {
        if work.has_enough() {
            break;
        }
        let input = match source::open(path, &meter, std::mem::take(&mut begin)) {
            Ok(input) => input,
            Err(error) => {
                progress.clear();
                tell(&error.to_string());
                has_failed = true;
                continue;
            }
        };
        options.limit = options.limit.and(work.scan_limit());
        let mut scan = pattern.scan_input(input, options.clone());
        // A batch without rows comes now and then where nothing matches, so that the bar moves and rejects do not pile up.
        while let Some(batch) = scan.next_soon() {
            match batch {
                Ok(batch) => sink.take(batch, &mut scan, &mut work)?,
                Err(error) => {
                    progress.clear();
                    tell(&error.to_string());
                    has_failed = true;
                }
            }
            progress.update(work.rows);
            if work.has_enough() {
                break;
            }
        }
        sink.end_file(&mut scan)?;
    }
    progress.clear();
    sink.finish(&mut work)?;
    if sink.is_telling {
        tell_end(&work, &sink);
    }
    let has_found = if args.unmatched { sink.has_rejects } else { work.rows > 0 };
    Ok(match has_found {
        _ if has_failed => ERROR,
        false => NOTHING,
        true => MATCHED,
    })
}

/// Where what a scan gives goes: rows to the work, and the rest here.
struct Sink {
    totals: Totals,
    reasons: Reasons,
    /// Where rejects go.
    rejects: Option<Box<dyn Write + Send>>,
    has_rejects: bool,
    /// Where reasons go.
    why: Option<Box<dyn Write + Send>>,
    /// Of the terminal to which they go.
    width: Option<usize>,
    /// Whether there is somebody to be told what became of the records.
    is_telling: bool,
}

impl Sink {
    fn new(args: &Args, target: &Target) -> Result<Sink, Stop> {
        let writer = |is_asked: bool| is_asked.then(|| target.writer()).transpose();
        Ok(Sink {
            totals: Totals::default(),
            reasons: Reasons::default(),
            rejects: writer(args.unmatched)?,
            has_rejects: false,
            why: writer(args.why)?,
            width: target.width,
            is_telling: !args.quiet && io::stderr().is_terminal(),
        })
    }

    fn take(&mut self, batch: Batch, scan: &mut Scan<'_>, work: &mut Work) -> Result<(), Stop> {
        match &mut self.rejects {
            Some(out) => self.has_rejects |= why::write_rejects(scan, out)?,
            None if self.why.is_some() => work.rows += batch.len() as u64,
            None => work.push(batch)?,
        }
        Ok(())
    }

    fn end_file(&mut self, scan: &mut Scan<'_>) -> Result<(), Stop> {
        if let Some(out) = &mut self.rejects {
            self.has_rejects |= why::write_rejects(scan, out)?;
        }
        if self.why.is_some() || self.is_telling {
            self.reasons.add(scan)?;
        }
        self.totals.add(scan.stats());
        Ok(())
    }

    fn finish(&mut self, work: &mut Work) -> Result<(), Stop> {
        match (&mut self.why, &self.rejects) {
            (Some(out), _) => Ok(out.write_all(self.reasons.draw(self.width).as_bytes())?),
            (None, Some(_)) => Ok(()),
            (None, None) => work.finish(),
        }
    }
}

/// Tells what became of the records.
fn tell_end(work: &Work, sink: &Sink) {
    let left_out = work.left_out();
    if !left_out.is_empty() {
        tell(&format!("no room for {}; --select chooses columns", left_out.join(", ")));
    }
    sink.totals.notes.iter().for_each(|note| tell(note));
    tell(&sink.totals.line());
    if let Some(reason) = sink.reasons.first().filter(|_| sink.why.is_none()) {
        tell(&format!("{reason}; --why shows all"));
    }
}
