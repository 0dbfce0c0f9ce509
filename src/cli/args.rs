//! What the command is called with.

use std::{convert::Infallible, num::NonZeroUsize, path::PathBuf};

use clap::{Parser, ValueEnum};
use clap_complete::Shell;

const EXAMPLES: &str = "\
Examples:
  parsimd app.log                                   guess the pattern, show a table
  parsimd '{ip} - - [{time:th}] \"{request}\" {status:d} {size:d|-}' access.log
  parsimd --format nginx-combined access.log.1.gz --where 'status >= 500' --select time,request
  parsimd --format nginx-combined access.log --group-by status --agg 'count, sum(bytes)' --sort -count
  parsimd --format nginx-combined access.log --sort -bytes --head 10
  parsimd --format syslog /var/log/syslog --since '2024-05-17 10:00' --to ndjson | jq .message
  parsimd --follow app.log --where 'level = \"ERROR\"'
  parsimd app.log --stats                           what is in each column
  parsimd --list-formats

Without a pattern and without --format the pattern is guessed from the first lines.
The exit code is 0 if there is a row, 1 if there is none, 2 after an error.";

/// A number of rows.
///
/// # Errors
/// It is none.
fn rows(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| "expected a number of rows, such as 10".to_owned())
}

/// A column of a list, without the blanks around it.
fn column(text: &str) -> Result<String, Infallible> {
    Ok(text.trim().to_owned())
}

/// A number of threads.
///
/// # Errors
/// It is none.
fn threads(text: &str) -> Result<NonZeroUsize, String> {
    text.parse().map_err(|_| "expected a number of threads from 1, such as 4".to_owned())
}

/// Reads logs by the pattern that writes them: typed columns out of lines.
#[derive(Debug, Clone, Parser)]
#[command(name = "parsimd", bin_name = "parsimd", version, max_term_width = 110, after_help = EXAMPLES)]
#[command(override_usage = "parsimd [OPTIONS] [PATTERN] [FILE]...")]
pub(super) struct Args {
    /// The pattern, then the files. A first argument with a `{` that is no file is the pattern. Standard input is `-`, or no file.
    #[arg(value_name = "FILE")]
    pub(super) inputs: Vec<PathBuf>,

    /// A pattern: then every argument is a file. Of several, each line goes to the first that matches it; the column `pattern` has its name, or its number.
    #[arg(short = 'p', long = "pattern", value_name = "[NAME=]PATTERN", help_heading = "What to read")]
    pub(super) patterns: Vec<String>,

    /// A ready pattern by its name, such as nginx-combined.
    #[arg(long, value_name = "NAME", conflicts_with = "patterns", help_heading = "What to read")]
    pub(super) format: Option<String>,

    /// Print guesses of the pattern, and stop.
    #[arg(long, help_heading = "What to read")]
    pub(super) guess: bool,

    /// Wait for more at the end of the files, and go on as they are rotated, as `tail -F` does.
    #[arg(short, long, short_alias = 'F', help_heading = "What to read")]
    pub(super) follow: bool,

    /// Lines that the head of the pattern does not match belong to the record above, as stack traces do.
    #[arg(long, help_heading = "What to read")]
    pub(super) multiline: bool,

    /// Which matches in a line become rows: the one that fills it, the first, or all.
    #[arg(long = "match", value_name = "WHICH", default_value = "line", help_heading = "What to read")]
    pub(super) matches: Matching,

    /// Tell upper and lower case apart in the pattern.
    #[arg(long, help_heading = "What to read")]
    pub(super) case_sensitive: bool,

    /// The clock of times without an offset: UTC, +02:00, Europe/Berlin. Times are then shown in UTC.
    #[arg(long, value_name = "ZONE", allow_hyphen_values = true, help_heading = "What to read")]
    pub(super) tz: Option<String>,

    /// The year of times without one: a number, `current`, or `recent` for the newest that is not in the future, which is the default.
    #[arg(long, value_name = "YEAR", allow_negative_numbers = true, help_heading = "What to read")]
    pub(super) year: Option<String>,

    /// Further columns: where each record came from.
    #[arg(long, value_name = "file,line,offset", value_delimiter = ',', help_heading = "What to read")]
    pub(super) include: Vec<Included>,

    /// These columns, in this order.
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',', value_parser = column, conflicts_with_all = ["group_by", "agg"], help_heading = "Which rows and columns")]
    pub(super) select: Option<Vec<String>>,

    /// Rows for which a condition holds: 'status >= 500 and took > 1s and request ~ "login"'.
    #[arg(long = "where", value_name = "CONDITION", help_heading = "Which rows and columns")]
    pub(super) condition: Option<String>,

    /// Rows from this time on: 2024-05-17, 2024-05-17T13, '2024-05-17 10:05', 11:00 of today, today, yesterday, or how long ago: 2h.
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, help_heading = "Which rows and columns")]
    pub(super) since: Option<String>,

    /// Rows before this time.
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, help_heading = "Which rows and columns")]
    pub(super) until: Option<String>,

    /// Stop after so many rows were read.
    #[arg(long, value_name = "N", value_parser = rows, allow_negative_numbers = true, help_heading = "Which rows and columns")]
    pub(super) limit: Option<u64>,

    /// Sort by these columns; `-` before one is from the greatest down.
    #[arg(
        long,
        value_name = "COLUMNS",
        value_delimiter = ',',
        value_parser = column,
        allow_hyphen_values = true,
        help_heading = "Which rows and columns"
    )]
    pub(super) sort: Vec<String>,

    /// The first rows of what would be shown.
    #[arg(long, value_name = "N", value_parser = rows, allow_negative_numbers = true, conflicts_with = "tail", help_heading = "Which rows and columns")]
    pub(super) head: Option<u64>,

    /// The last rows of what would be shown.
    #[arg(long, value_name = "N", value_parser = rows, allow_negative_numbers = true, help_heading = "Which rows and columns")]
    pub(super) tail: Option<u64>,

    /// The number of rows, alone; with --unmatched that of records without a row.
    #[arg(long, conflicts_with_all = ["stats", "group_by", "why"], help_heading = "What to show")]
    pub(super) count: bool,

    /// What is in each column: counts, nulls, different values, least, greatest, mean, a histogram.
    #[arg(long, group = "what", conflicts_with_all = ["sort", "head", "tail"], help_heading = "What to show")]
    pub(super) stats: bool,

    /// One row for each different value of these columns, or of minute(…), hour(…), day(…) and month(…) of a column of times.
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',', value_parser = column, group = "what", help_heading = "What to show")]
    pub(super) group_by: Option<Vec<String>>,

    /// What to show of each group, or of all rows: 'count, sum(bytes), mean(took), p95(took), min(…), max(…), distinct(ip)'.
    #[arg(long, value_name = "FUNCTIONS", conflicts_with_all = ["count", "stats"], help_heading = "What to show")]
    pub(super) agg: Option<String>,

    /// The records that have no row, as they stand; with --count their number.
    #[arg(long, group = "what", conflicts_with_all = ["agg", "form", "condition", "since", "until", "select", "sort", "head", "tail", "limit"], help_heading = "What to show")]
    pub(super) unmatched: bool,

    /// Why records have no row: the reasons, the most frequent first, each with the first record that has it. With --to or -o a row for each.
    #[arg(long, group = "what", conflicts_with_all = ["agg", "condition", "since", "until", "select", "sort", "head", "tail", "limit"], help_heading = "What to show")]
    pub(super) why: bool,

    /// How the plan is made: what matches the pattern, and how fast.
    #[arg(long, help_heading = "What to show")]
    pub(super) explain: bool,

    /// The form of the output: a table on a terminal, else NDJSON, or what the name of the file of -o says.
    #[arg(long = "to", value_name = "FORM", help_heading = "Output")]
    pub(super) form: Option<Form>,

    /// Write to a file.
    #[arg(short = 'o', long = "output", value_name = "FILE", help_heading = "Output")]
    pub(super) output: Option<PathBuf>,

    /// Colours in tables.
    #[arg(long, value_name = "WHEN", default_value = "auto", help_heading = "Output")]
    pub(super) color: Color,

    /// Nothing on standard error but errors.
    #[arg(short, long, help_heading = "Output")]
    pub(super) quiet: bool,

    /// How many threads to use.
    #[arg(long, value_name = "N", value_parser = threads, allow_negative_numbers = true, help_heading = "Output")]
    pub(super) threads: Option<NonZeroUsize>,

    /// The instruction set to use: scalar, sse4.2, avx2, avx512, neon.
    #[arg(long, value_name = "NAME", help_heading = "Output")]
    pub(super) isa: Option<String>,

    /// Print the types of the pattern language, and stop.
    #[arg(long, help_heading = "Lists")]
    pub(super) list_types: bool,

    /// Print the ready patterns, and stop.
    #[arg(long, help_heading = "Lists")]
    pub(super) list_formats: bool,

    /// Print completions for a shell, and stop.
    #[arg(long, value_name = "SHELL", hide = true)]
    pub(super) completions: Option<Shell>,

    /// Print the man page, and stop.
    #[arg(long, hide = true)]
    pub(super) man: bool,

    /// Write what would be Parquet as a stream of Arrow to standard output, for a program that makes Parquet of it.
    #[arg(long, hide = true)]
    pub(super) parquet_as_arrow: bool,
}

impl Args {
    /// Whether nothing is written but what is told of the command, a pattern or a guess.
    pub(super) fn is_about_itself(&self) -> bool {
        let lists = self.list_types || self.list_formats || self.completions.is_some() || self.man;
        lists || self.guess || self.explain
    }

    /// Whether what is written in a form are rows, and no text that has none.
    pub(super) fn has_rows(&self) -> bool {
        !self.is_about_itself() && !self.unmatched
    }
}

/// `--match`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Matching {
    /// The match that fills the line.
    Line,
    /// The first match, wherever it stands.
    First,
    /// Every match.
    All,
}

/// `--include`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Included {
    /// The file.
    File,
    /// The number of the line.
    Line,
    /// The byte at which it begins.
    Offset,
}

/// `--to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Form {
    /// Columns side by side.
    Table,
    /// A JSON object a line.
    Ndjson,
    /// Commas between values.
    Csv,
    /// Tabs between values.
    Tsv,
    /// Arrow IPC: a file with -o, else a stream.
    Arrow,
    /// Parquet.
    Parquet,
    /// Pairs of keys and values.
    Logfmt,
}

impl Form {
    /// Whether it has columns, each of one type for all rows; else each row is written by itself.
    pub(super) fn is_columnar(self) -> bool {
        matches!(self, Form::Arrow | Form::Parquet)
    }
}

/// `--color`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    /// On a terminal.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}
