//! The patterns and the files: what the arguments say, or a guess.

use std::{fs, path::PathBuf, str::FromStr};

use super::{
    args::{Args, Matching},
    guessing::{self, Best},
    near::near,
    patterns::Patterns,
    source,
    stop::Stop,
};
use crate::{
    api::Pattern,
    convert::{TimeZone, Year},
    formats, input,
    pattern::is_near,
    scan::{Matches, ScanOptions},
};
use parsimd_simd::Isa;

/// What to do where a file is followed of which no pattern can be guessed.
const FOLLOWED: &str = "with a pattern, as in parsimd --follow '{time:t} {message}' app.log, lines are waited for";

/// What is read, and by which patterns.
pub(super) struct Chosen {
    pub(super) patterns: Patterns,
    pub(super) options: ScanOptions,
    pub(super) files: Vec<PathBuf>,
    /// What of standard input was read for a guess.
    pub(super) begin: Vec<u8>,
    /// What was guessed, for a person.
    pub(super) guessed: Option<String>,
}

/// The text of the pattern, if there is one among the arguments, and the files.
pub(super) fn split(args: &Args) -> (Option<String>, Vec<PathBuf>) {
    let is_given = !args.patterns.is_empty() || args.format.is_some();
    let mut files = args.inputs.clone();
    let pattern = match files.first().and_then(|first| first.to_str()) {
        Some(first) if !is_given && is_pattern(first) => {
            let pattern = first.to_owned();
            files.remove(0);
            Some(pattern)
        }
        _ => None,
    };
    if files.is_empty() {
        files.push(PathBuf::from("-"));
    }
    (pattern, source::expanded(&files))
}

/// Whether an argument is a pattern, and no name or glob of files.
fn is_pattern(argument: &str) -> bool {
    // Alternatives of a glob have commas between them.
    let is_glob = || argument.contains(',') && input::named(argument).is_ok();
    argument.contains('{') && fs::symlink_metadata(argument).is_err() && !is_glob()
}

impl Chosen {
    /// # Errors
    /// A wrong pattern or option, a name that is not known, or lines of which no pattern can be guessed.
    pub(super) fn new(args: &Args) -> Result<Chosen, Stop> {
        let is_late = |input: &&str| is_pattern(input) && !input.contains(['*', '?', ',']);
        if let Some(late) = args.inputs.iter().skip(1).filter_map(|input| input.to_str()).find(is_late) {
            return Err(Stop::new(format!(
                "{late}: there is no such file; a pattern stands before the files, or after -p"
            )));
        }
        let is_ready = |input: &&str| formats::find(input).is_some() && fs::symlink_metadata(input).is_err();
        if let Some(name) = args.inputs.iter().filter_map(|input| input.to_str()).find(is_ready) {
            return Err(Stop::new(format!(
                "{name}: there is no such file; the ready pattern of this name is chosen by --format {name}"
            )));
        }
        let (first, files) = split(args);
        let mut options = options(args)?;
        let (mut begin, mut guessed) = (Vec::new(), None);
        let named = match (&args.patterns[..], &args.format, first) {
            ([], None, Some(pattern)) => alone(pattern),
            ([], Some(name), _) => {
                let ready = formats::find(name).ok_or_else(|| unknown_format(name))?;
                options.multiline |= ready.is_multiline && options.matches == Matches::Line;
                alone(ready.pattern)
            }
            ([one], ..) => alone(one),
            ([], None, None) => {
                let best: Best;
                let found = guessing::best(&files, options.tz.is_some());
                (best, begin) = found.map_err(|stop| if args.follow { stop.and(FOLLOWED) } else { stop })?;
                options.multiline |= best.multiline && options.matches == Matches::Line;
                guessed = Some(best.told);
                best.patterns
            }
            (several, ..) => several.iter().enumerate().map(|(at, text)| with_name(at, text)).collect(),
        };
        let patterns = named.into_iter().map(|(name, text)| Ok((name, pattern(args, &text)?)));
        let patterns = Patterns::new(patterns.collect::<Result<_, Stop>>()?)?;
        if patterns.one().is_none() {
            check_several(&options)?;
        }
        Ok(Chosen { patterns, options, files, begin, guessed })
    }
}

/// # Errors
/// An option that is for one pattern.
fn check_several(options: &ScanOptions) -> Result<(), Stop> {
    let for_one = [("--multiline", options.multiline), ("--match all", options.matches == Matches::All)];
    match for_one.iter().find(|(_, is_given)| *is_given) {
        Some((option, _)) => Err(Stop::new(format!(
            "{option} is for one pattern: of several, each line goes to the first that matches it"
        ))),
        None => Ok(()),
    }
}

fn pattern(args: &Args, text: &str) -> Result<Pattern, Stop> {
    let mut builder = Pattern::builder(text).case_sensitive(args.case_sensitive);
    if let Some(name) = &args.isa {
        builder = builder.isa(Isa::from_str(name).map_err(|error| Stop::new(error.to_string()))?);
    }
    Ok(builder.build()?)
}

/// The options of the scan that do not depend on the columns.
fn options(args: &Args) -> Result<ScanOptions, Stop> {
    let year = match args.year.as_deref() {
        // A log is of what was, and `--format` and a pattern read it as a guess does.
        None | Some("recent") => Year::Recent,
        Some("current") => Year::Current,
        Some(text) => match text.parse() {
            Ok(year @ 100..=9999) => Year::Of(year),
            _ => {
                return Err(Stop::new(format!(
                    "--year {text}: expected a year with its century, such as 2005, `current` or `recent`"
                )));
            }
        },
    };
    Ok(ScanOptions {
        matches: match args.matches {
            Matching::Line => Matches::Line,
            Matching::First => Matches::First,
            Matching::All => Matches::All,
        },
        multiline: args.multiline,
        threads: args.threads,
        year,
        tz: args.tz.as_deref().map(TimeZone::new).transpose()?,
        ..ScanOptions::default()
    })
}

/// A pattern that needs no name.
fn alone(text: impl Into<String>) -> Vec<(String, String)> {
    vec![(String::new(), text.into())]
}

/// Name and pattern of `name=PATTERN`. One without a name is called by its place among the patterns, from 1.
fn with_name(at: usize, text: &str) -> (String, String) {
    let is_letter = |letter: char| letter.is_alphanumeric() || "_-.".contains(letter);
    match text.split_once('=') {
        Some((name, pattern)) if !name.is_empty() && name.chars().all(is_letter) => {
            (name.to_owned(), pattern.to_owned())
        }
        _ => ((at + 1).to_string(), text.to_owned()),
    }
}

fn unknown_format(name: &str) -> Stop {
    let names = || formats::READY.iter().map(|ready| ready.name);
    let is_alike = |ready: &&str| ready.contains(name) || ready.split('-').any(|word| is_near(word, name));
    let near = match &near(name, names())[..] {
        [] => names().filter(is_alike).collect(),
        near => near.to_vec(),
    };
    let hint = match &near[..] {
        [] => "--list-formats lists them".to_owned(),
        [one] => format!("did you mean {one}?"),
        [others @ .., last] => format!("did you mean {} or {last}?", others.join(", ")),
    };
    Stop::new(format!("no ready pattern is called {name:?}: {hint}"))
}
