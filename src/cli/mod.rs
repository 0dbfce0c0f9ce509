//! The command `parsimd`, with the feature `cli`: logs at a shell.
//!
//! | file | what |
//! |---|---|
//! | [`args`] | what it is called with |
//! | [`chosen`], [`guessing`] | the pattern, the files |
//! | [`source`], [`progress`] | files, and how far they were read |
//! | [`columns`], [`filter`], [`lexer`] | which columns, which rows |
//! | [`gather`], [`sort`] | what is made of all rows |
//! | [`output`] | where rows go, and in which form |
//! | [`work`] | the way of a row through these |
//! | [`summary`], [`lists`], [`stop`] | what is told beside the rows |

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
use work::Work;

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
    let mut work = Work::new(args, &pattern, &mut options, target)?;
    let meter = Meter::default();
    let is_free = args.output.is_some() || !io::stdout().is_terminal() || work.is_quiet_until_the_end();
    let mut progress = Progress::new(meter.clone(), source::total(&files), is_free && !args.quiet);
    let (mut totals, mut has_failed) = (Totals::default(), false);
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
        while let Some(batch) = scan.next() {
            match batch {
                Ok(batch) => work.push(batch)?,
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
        totals.add(scan.stats());
    }
    progress.clear();
    work.finish()?;
    if !args.quiet && io::stderr().is_terminal() {
        tell_end(&work, &totals);
    }
    Ok(match work.rows {
        _ if has_failed => ERROR,
        0 => NOTHING,
        _ => MATCHED,
    })
}

/// Tells what became of the records.
fn tell_end(work: &Work, totals: &Totals) {
    let left_out = work.left_out();
    if !left_out.is_empty() {
        tell(&format!("no room for {}; --select chooses columns", left_out.join(", ")));
    }
    totals.notes.iter().for_each(|note| tell(note));
    tell(&totals.lines());
}
