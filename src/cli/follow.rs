//! `--follow`: what does not go with files that have no end.

use std::path::PathBuf;

use super::{
    args::{Args, Form},
    source::{self, is_stdin},
    stop::Stop,
};

/// # Errors
/// An option that needs the last row before it can show the first, a form that can be read only when it is finished, or standard input.
pub(super) fn check(args: &Args, files: &[PathBuf], form: Form) -> Result<(), Stop> {
    let needs_all = [
        ("--sort", !args.sort.is_empty()),
        ("--tail", args.tail.is_some()),
        ("--count", args.count),
        ("--stats", args.stats),
        ("--group-by", args.group_by.is_some()),
        ("--agg", args.agg.is_some()),
        ("--why", args.why),
    ];
    if let Some((option, _)) = needs_all.iter().find(|(_, is_given)| *is_given) {
        return Err(Stop::new(format!(
            "{option} needs all rows, and a file that is followed has no last one: leave out one of the two"
        )));
    }
    if form == Form::Parquet || form == Form::Arrow && args.output.is_some() {
        return Err(Stop::new(
            "this form can be read when its file is finished, and with --follow it never is: \
             take ndjson, csv, tsv, logfmt or table, or arrow into a pipe",
        ));
    }
    if let Some(error) = source::unmatched(&mut files.to_vec()).first() {
        return Err(Stop::new(format!(
            "{error}: --follow reads the files that are there when it begins; one that is to come is waited for by its name"
        )));
    }
    if files.iter().any(|file| is_stdin(file)) {
        return Err(Stop::new(
            "standard input is read as it comes, and not followed: name files, or leave out --follow",
        ));
    }
    Ok(())
}
