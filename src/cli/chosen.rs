//! The pattern and the files: what the arguments say, or a guess.

use std::{fs, path::PathBuf, str::FromStr};

use super::{
    args::{Args, Matching},
    guessing,
    source::{is_stdin, stdin_begin},
    stop::Stop,
};
use crate::{
    api::Pattern,
    convert::{TimeZone, Year},
    formats,
    scan::{Matches, ScanOptions},
};
use parsimd_simd::Isa;

/// What is read, and by which pattern.
pub(super) struct Chosen {
    pub(super) pattern: Pattern,
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
        Some(first) if !is_given && first.contains('{') && fs::symlink_metadata(first).is_err() => {
            let pattern = first.to_owned();
            files.remove(0);
            Some(pattern)
        }
        _ => None,
    };
    if files.is_empty() {
        files.push(PathBuf::from("-"));
    }
    (pattern, files)
}

impl Chosen {
    /// # Errors
    /// A wrong pattern or option, a name that is not known, or lines of which no pattern can be guessed.
    pub(super) fn new(args: &Args) -> Result<Chosen, Stop> {
        let (first, files) = split(args);
        let mut options = options(args)?;
        let (mut begin, mut guessed) = (Vec::new(), None);
        let text = match (&args.patterns[..], &args.format, first) {
            ([], None, Some(pattern)) => pattern,
            ([], Some(name), _) => {
                let ready = formats::find(name).ok_or_else(|| unknown_format(name))?;
                options.multiline |= ready.is_multiline && options.matches == Matches::Line;
                ready.pattern.to_owned()
            }
            ([one], ..) => without_name(one).to_owned(),
            ([], None, None) => {
                if is_stdin(&files[0]) {
                    begin = stdin_begin()?;
                }
                let guess = guessing::best(&files, &begin)?;
                options.multiline |= guess.multiline && options.matches == Matches::Line;
                if args.year.is_none() && guess.lacks_year {
                    options.year = Year::Recent;
                }
                guessed = Some(guess.told);
                guess.pattern
            }
            _ => {
                return Err(Stop::new(
                    "several patterns at once are not read yet: give one -p, and scan once for each",
                ));
            }
        };
        let mut builder = Pattern::builder(&text).case_sensitive(args.case_sensitive);
        if let Some(name) = &args.isa {
            builder = builder.isa(Isa::from_str(name).map_err(|error| Stop::new(error.to_string()))?);
        }
        Ok(Chosen { pattern: builder.build()?, options, files, begin, guessed })
    }
}

/// The options of the scan that do not depend on the columns.
fn options(args: &Args) -> Result<ScanOptions, Stop> {
    let year = match args.year.as_deref() {
        None | Some("current") => Year::Current,
        Some("recent") => Year::Recent,
        Some(text) => match text.parse() {
            Ok(year @ 1..=9999) => Year::Of(year),
            _ => {
                return Err(Stop::new(format!("--year {text}: expected a year from 1 to 9999, `current` or `recent`")));
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

/// The pattern of `name=PATTERN`, or of one without a name.
fn without_name(text: &str) -> &str {
    match text.split_once('=') {
        Some((name, pattern)) if !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || "_-".contains(c)) => {
            pattern
        }
        _ => text,
    }
}

fn unknown_format(name: &str) -> Stop {
    let near: Vec<&str> = formats::READY.iter().map(|ready| ready.name).filter(|ready| ready.contains(name)).collect();
    let hint = if near.is_empty() {
        "--list-formats lists them".to_owned()
    } else {
        format!("did you mean {}?", near.join(", "))
    };
    Stop::new(format!("no ready pattern is called {name:?}: {hint}"))
}
