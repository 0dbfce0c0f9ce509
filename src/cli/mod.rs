//! The command `parsimd`, with the feature `cli`: logs at a shell.
//!
//! | file | what |
//! |---|---|
//! | `args` | what it is called with |
//! | `chosen`, `guessing` | the patterns, the files |
//! | `patterns` | one pattern or several |
//! | `source`, `progress` | files, and how far they were read |
//! | `follow` | what does not go with files that have no end |
//! | `columns`, `filter`, `since`, `lexer` | which columns, which rows |
//! | `gather`, `sort` | what is made of all rows |
//! | `output` | where rows go, and in which form |
//! | `work` | the way of a row through these |
//! | `why` | records that have no row |
//! | `summary`, `lists`, `near`, `stop` | what is told beside the rows |

mod args;
mod chosen;
mod columns;
mod filter;
mod follow;
mod gather;
mod guessing;
mod lexer;
mod lists;
mod near;
mod output;
mod patterns;
mod progress;
mod since;
mod sort;
mod source;
mod stop;
mod summary;
mod why;
mod work;

#[cfg(any(test, fuzzing))]
pub use filter::reference::Conditions;

use std::{
    ffi::OsString,
    io::{self, IsTerminal, Write},
    path::PathBuf,
    process::ExitCode,
};

use args::{Args, Form};
use chosen::Chosen;
use clap::{CommandFactory, Parser};
use output::Target;
#[doc(hidden)]
pub use progress::Progress;
use source::Meter;
use stop::Stop;
use why::Reasons;
use work::Work;

use crate::{
    batch::Batch,
    scan::{Rejects, Scan, Stats},
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
        Err(error) if error.use_stderr() => {
            tell(error.render().to_string().trim_end());
            return ERROR;
        }
        Err(help) => {
            // A pipe that is closed is no matter.
            let _ = help.print();
            return MATCHED;
        }
    };
    match run_args(&args) {
        Ok(code) => code,
        Err(Stop::ClosedPipe) => MATCHED,
        Err(Stop::Nothing(message)) => {
            if !args.quiet {
                tell(&message);
            }
            NOTHING
        }
        Err(stop) => {
            tell(&stop.to_string());
            ERROR
        }
    }
}

/// Whether these arguments ask for rows as Parquet, and for which file; for standard output where there is none. So a program that writes Parquet by itself
/// knows that it is to run the command with `--parquet-as-arrow` before them. Where anything is wrong with them nothing is asked for, and the command says what it is.
#[doc(hidden)]
pub fn parquet_output(args: impl IntoIterator<Item = OsString>) -> (bool, Option<PathBuf>) {
    let asked = Args::try_parse_from(args).ok().filter(|args| args.has_rows() && !args.parquet_as_arrow);
    let Some(args) = asked.filter(|args| !is_bare(args)) else { return (false, None) };
    match output::form(&args) {
        Ok(Form::Parquet) if !output::is_shown(&args) => (true, args.output),
        _ => (false, None),
    }
}

/// Whether there is nothing to be read, and nothing that says what to do.
fn is_bare(args: &Args) -> bool {
    args.inputs.is_empty() && args.patterns.is_empty() && args.format.is_none() && io::stdin().is_terminal()
}

/// Writes to standard error, if that is still there. All messages begin alike, also those that were drawn as errors of a pattern.
fn tell(message: &str) {
    let message = message.strip_prefix("error: ").unwrap_or(message);
    let _ = writeln!(io::stderr().lock(), "parsimd: {message}");
}

fn run_args(args: &Args) -> Result<u8, Stop> {
    if let Some(text) = printed(args)? {
        output::stdout().write_all(&text)?;
        return Ok(MATCHED);
    }
    if is_bare(args) {
        let _ = Args::command().print_help();
        return Ok(ERROR);
    }
    if args.guess {
        let (_, files) = chosen::split(args);
        output::stdout().write_all(guessing::listed(&files)?.as_bytes())?;
        return Ok(MATCHED);
    }
    let chosen = Chosen::new(args)?;
    if let Some(guessed) = chosen.guessed.as_ref().filter(|_| !args.quiet) {
        tell(guessed);
    }
    if args.explain {
        output::stdout().write_all(chosen.patterns.explain().as_bytes())?;
        return Ok(MATCHED);
    }
    if args.follow {
        follow::check(args, &chosen.files, output::form(args)?)?;
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
    let Chosen { mut patterns, mut options, mut files, begin, .. } = chosen;
    let unmatched = source::unmatched(&mut files);
    // Of nothing no file is made: a name that is mistyped must not cost what an earlier run has written. A file that is followed is waited for.
    let must_be_there = args.output.is_some() && !args.follow && !(files.is_empty() && unmatched.is_empty());
    if must_be_there && files.iter().all(|file| source::is_missing(file)) {
        unmatched.iter().for_each(|error| tell(&error.to_string()));
        files
            .iter()
            .for_each(|file| tell(&format!("{}: there is no such file, so nothing was written", file.display())));
        return Ok(ERROR);
    }
    // What is wrong with the arguments is found before a file is made.
    let mut work = Work::new(args, &mut patterns, &mut options, target.clone())?;
    let mut sink = Sink::new(args, &target)?;
    if args.unmatched && !args.count {
        options.rejects = Rejects::Bytes;
    }
    let meter = Meter::default();
    let is_free = args.output.is_some() || !io::stdout().is_terminal() || work.is_quiet_until_the_end() || args.why;
    let is_free = is_free && !args.quiet && !args.follow;
    unmatched.iter().for_each(|error| sink.tell_error(&error.to_string()));
    let mut progress = Progress::new(source::total(&files), is_free);
    let mut scan = patterns.scan(source::input(&files, args.follow, &meter, begin)?, options.clone());
    // A batch without rows comes now and then where nothing matches, so that the bar moves and rejects do not pile up.
    while !work.has_enough()
        && let Some(batch) = scan.next_soon()
    {
        sink.tell_broken(scan.stats(), &mut progress);
        match batch {
            Ok(batch) => sink.take(batch, &mut scan, &mut work)?,
            Err(error) => {
                progress.clear();
                sink.tell_error(&error.to_string());
            }
        }
        if args.follow {
            sink.tell_notes(scan.stats());
        }
        progress.update(meter.bytes(), work.rows);
    }
    sink.tell_broken(scan.stats(), &mut progress);
    progress.clear();
    sink.finish(&mut scan, &mut work)?;
    sink.tell_notes(scan.stats());
    if sink.is_telling {
        sink.tell_end(&scan, &work)?;
    }
    if !args.quiet && !args.why {
        // Where a condition was asked first, none of the lines may have been matched.
        let is_open = scan.stats().matched == 0 && scan.stats().filtered > 0;
        let none_read = match patterns.one().filter(|_| is_open) {
            Some(pattern) => why::none_of_the_first_read(pattern, &files, options),
            None => why::none_read(&scan),
        };
        match none_read {
            Some(why) => tell(&format!("{why}; --why shows all")),
            None => summary::without_match(scan.without_match()).iter().for_each(|line| tell(line)),
        }
    }
    let has_found = if args.unmatched || args.why { sink.has_unread } else { work.rows > 0 };
    Ok(match has_found {
        _ if !sink.errors.is_empty() => ERROR,
        false => NOTHING,
        true => MATCHED,
    })
}

/// Where what a scan gives goes: rows to the work, and the rest here.
struct Sink {
    /// Where rejects go.
    rejects: Option<Box<dyn Write + Send>>,
    /// Whether their number goes there alone.
    counts_rejects: bool,
    /// Where reasons go.
    why: Option<Reasons>,
    /// Whether there was one of either.
    has_unread: bool,
    /// Whether there is somebody to be told what became of the records.
    is_telling: bool,
    is_quiet: bool,
    /// How many notes, and how many sources that cannot be read, were told.
    notes_told: usize,
    broken_told: usize,
    /// The errors that were told.
    errors: Vec<String>,
}

impl Sink {
    fn new(args: &Args, target: &Target) -> Result<Sink, Stop> {
        Ok(Sink {
            rejects: args.unmatched.then(|| target.writer()).transpose()?,
            counts_rejects: args.count,
            why: args.why.then(|| Reasons::new(args, target)).transpose()?,
            has_unread: false,
            is_telling: !args.quiet && io::stderr().is_terminal(),
            is_quiet: args.quiet,
            notes_told: 0,
            broken_told: 0,
            errors: Vec::new(),
        })
    }

    fn take(&mut self, batch: Batch, scan: &mut Scan<'_>, work: &mut Work) -> Result<(), Stop> {
        match &mut self.rejects {
            Some(_) if self.counts_rejects => {}
            Some(out) => self.has_unread |= why::write_rejects(scan, out)?,
            None if self.why.is_some() => work.rows += batch.len() as u64,
            None => work.push(batch)?,
        }
        Ok(())
    }

    /// Tells an error. Where nothing at all can be read, the last one that was told comes again as that of the scan.
    fn tell_error(&mut self, message: &str) {
        if self.errors.last().is_none_or(|last| last != message) {
            tell(message);
            self.errors.push(message.to_owned());
        }
    }

    /// Tells of the sources that could not be read.
    fn tell_broken(&mut self, stats: &Stats, progress: &mut Progress) {
        for error in stats.source_errors.iter().skip(self.broken_told) {
            progress.clear();
            self.tell_error(error);
        }
        self.broken_told = stats.source_errors.len();
    }

    /// Tells what was passed over or taken for something, which nobody would see in the rows. Of files that have no end it is told at once.
    fn tell_notes(&mut self, stats: &Stats) {
        if !self.is_quiet {
            stats.notes.iter().skip(self.notes_told).for_each(|note| tell(note));
        }
        self.notes_told = stats.notes.len();
    }

    fn finish(&mut self, scan: &mut Scan<'_>, work: &mut Work) -> Result<(), Stop> {
        match (&mut self.why, &mut self.rejects) {
            (Some(out), _) => self.has_unread = out.write(scan)?,
            (None, Some(out)) if self.counts_rejects => {
                let rejects = scan.stats().unmatched + scan.stats().failures;
                self.has_unread = rejects > 0;
                writeln!(out, "{rejects}")?;
            }
            (None, Some(out)) => self.has_unread |= why::write_rejects(scan, out)?,
            (None, None) => {
                work.finish()?;
                if !work.estimates.is_empty() && !self.is_quiet {
                    tell(&format!("estimates, not exact values: {}", work.estimates.join(", ")));
                }
            }
        }
        Ok(())
    }

    /// Tells what became of the records.
    fn tell_end(&mut self, scan: &Scan<'_>, work: &Work) -> Result<(), Stop> {
        let left_out = work.left_out();
        if !left_out.is_empty() {
            let hidden = left_out.len();
            tell(&format!(
                "no room for {} of {} columns: {}; --select chooses columns",
                hidden,
                work.columns(),
                left_out.join(", ")
            ));
        }
        tell(&summary::line(scan.stats()));
        if self.why.is_none()
            && !why::is_none_read(scan.stats())
            && let Some(reason) = why::first(scan)?
        {
            tell(&format!("{reason}; --why shows all"));
        }
        Ok(())
    }
}
