//! Where rows go, and in which form.
//!
//! | file | form |
//! |---|---|
//! | [`writer`] | what takes rows |
//! | [`text`] | the text of values |
//! | [`table`] | columns side by side |
//! | [`ndjson`], [`delimited`], [`logfmt`] | a line for each row |
//! | [`arrow`], `parquet` | columns |

mod arrow;
mod delimited;
mod logfmt;
mod ndjson;
#[cfg(feature = "parquet")]
mod parquet;
mod table;
mod text;
mod writer;

pub(super) use table::{cut, printable, text_width};
pub(super) use writer::Output;

use std::{
    fs::{self, File},
    io::{self, IsTerminal, Write},
    path::{Path, PathBuf},
};

use super::{
    args::{Args, Color, Form},
    source,
    stop::Stop,
};
use crate::batch::{Cell, ColumnType, Schema};

/// Where the output goes, and how it looks.
#[derive(Debug, Clone)]
pub(super) struct Target {
    file: Option<PathBuf>,
    pub(super) form: Form,
    pub(super) colors: bool,
    /// Of the terminal, in columns.
    pub(super) width: Option<usize>,
}

impl Target {
    /// What the arguments say, and the terminal. No file is made or changed.
    ///
    /// # Errors
    /// A form that cannot be written, or not to there, or a file that is read.
    pub(super) fn new(args: &Args, inputs: &[PathBuf]) -> Result<Target, Stop> {
        let is_terminal = is_shown(args);
        let form = form(args)?;
        if is_terminal && matches!(form, Form::Arrow | Form::Parquet) {
            return Err(Stop::new("this form is not for a terminal: write it to a file with -o, or into a pipe"));
        }
        let file = args.output.as_deref().unwrap_or(Path::new("/dev/stdout"));
        if let Some(output) = identity(file)
            && let Some(input) = inputs.iter().find(|input| identity(source::name_of(input)).as_ref() == Some(&output))
        {
            let name = source::name_of(input).display();
            return Err(Stop::new(format!("{name}: is read, and cannot be written to at the same time")));
        }
        let colors = match args.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => is_terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
        };
        let width = is_terminal.then(terminal_width).flatten();
        let target = Target { file: args.output.clone(), form, colors, width };
        match form {
            Form::Parquet if args.parquet_as_arrow => Ok(Target { file: None, form: Form::Arrow, ..target }),
            Form::Parquet if args.has_rows() && !cfg!(feature = "parquet") => Err(no_parquet()),
            _ => Ok(target),
        }
    }

    /// Opens the output for rows of these columns.
    pub(super) fn open(&self, schema: &Schema) -> Result<Box<dyn Output>, Stop> {
        let is_file = self.file.is_some();
        let out = self.writer()?;
        Ok(match self.form {
            Form::Table => Box::new(table::Table::new(out, self.width, self.colors, schema)),
            Form::Ndjson => Box::new(ndjson::Ndjson::new(out)),
            Form::Csv => Box::new(delimited::Delimited::new(out, b',', schema)?),
            Form::Tsv => Box::new(delimited::Delimited::new(out, b'\t', schema)?),
            Form::Logfmt => Box::new(logfmt::Logfmt::new(out)),
            Form::Arrow if is_file => Box::new(arrow::ArrowFile::new(out, schema)?),
            Form::Arrow => Box::new(arrow::ArrowStream::new(out, schema)?),
            Form::Parquet => parquet(out, schema)?,
        })
    }

    /// The file, or standard output. What is written comes in large pieces.
    pub(super) fn writer(&self) -> Result<Box<dyn Write + Send>, Stop> {
        match &self.file {
            None => Ok(Box::new(stdout())),
            Some(path) => {
                let name = path.display().to_string();
                let out = File::create(path).map_err(|error| named(&name, &error))?;
                Ok(Box::new(Named { out, name }))
            }
        }
    }
}

#[cfg(feature = "parquet")]
fn parquet(out: Box<dyn Write + Send>, schema: &Schema) -> Result<Box<dyn Output>, Stop> {
    Ok(Box::new(parquet::Parquet::new(out, schema)?))
}

#[cfg(not(feature = "parquet"))]
fn parquet(_: Box<dyn Write + Send>, _: &Schema) -> Result<Box<dyn Output>, Stop> {
    Err(no_parquet())
}

fn no_parquet() -> Stop {
    Stop::new(
        "this build of the command writes no Parquet: take --to arrow; or install pyarrow, if this is the command of the Python package; or build it with the \
         feature `parquet`",
    )
}

/// What a file has in common with itself by another name: a link of either kind.
#[cfg(unix)]
fn identity(path: &Path) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    let found = fs::metadata(path).ok().filter(fs::Metadata::is_file)?;
    Some((found.dev(), found.ino()))
}

/// Elsewhere, its whole name, which hard links do not share.
#[cfg(not(unix))]
fn identity(path: &Path) -> Option<PathBuf> {
    path.canonicalize().ok().filter(|path| path.is_file())
}

/// Whether the output is a terminal.
pub(super) fn is_shown(args: &Args) -> bool {
    args.output.is_none() && io::stdout().is_terminal()
}

/// The form of the output. Where no rows are written it is of no use, and a file may have any name.
///
/// # Errors
/// As of [`form_of`].
pub(super) fn form(args: &Args) -> Result<Form, Stop> {
    let asked = args.form.or_else(|| (!args.has_rows()).then_some(Form::Ndjson));
    let by_name = args.output.as_deref().map(|file| form_of(file, asked)).transpose()?;
    Ok(by_name.or(args.form).unwrap_or(if is_shown(args) { Form::Table } else { Form::Ndjson }))
}

/// The form that is asked for, or else that the name of a file says.
///
/// # Errors
/// It says none, or a compression, which nothing is written with.
fn form_of(path: &Path, asked: Option<Form>) -> Result<Form, Stop> {
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_lowercase();
    let stop = |why: &str| Err(Stop::new(format!("{}: {why}", path.display())));
    Ok(match (asked, &*ending) {
        (_, "gz" | "zst" | "xz" | "bz2" | "lz4" | "zip") => {
            return stop(
                "the output is not compressed: write it into a pipe, as in parsimd … --to csv | gzip > rows.csv.gz",
            );
        }
        (Some(form), _) => form,
        (None, "csv") => Form::Csv,
        (None, "tsv") => Form::Tsv,
        (None, "ndjson" | "jsonl" | "json") => Form::Ndjson,
        (None, "arrow" | "feather" | "ipc") => Form::Arrow,
        (None, "parquet") => Form::Parquet,
        (None, "txt") => Form::Table,
        (None, "logfmt") => Form::Logfmt,
        // A device or a pipe, whose name says nothing.
        (None, _) if is_standard(path) || path.metadata().is_ok_and(|found| !found.is_file()) => Form::Ndjson,
        (None, _) => {
            return stop(
                "its name says no form: end it in .csv, .tsv, .ndjson, .jsonl, .json, .logfmt, .txt, .arrow, .feather, .ipc or .parquet, \
                 or say the form with --to",
            );
        }
    })
}

/// Whether a path is an output that the process has already, which may be a file.
fn is_standard(path: &Path) -> bool {
    path == Path::new("/dev/stdout") || path.starts_with("/dev/fd")
}

/// The width of the terminal at standard output, if it is one.
fn terminal_width() -> Option<usize> {
    terminal_size::terminal_size().map(|(width, _)| usize::from(width.0))
}

/// An output whose errors say what it is called.
struct Named<W> {
    out: W,
    name: String,
}

fn named(name: &str, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{name}: {error}"))
}

impl<W: Write> Write for Named<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.write(bytes).map_err(|error| named(&self.name, &error))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush().map_err(|error| named(&self.name, &error))
    }
}

/// Standard output.
pub(super) fn stdout() -> impl Write + Send {
    Named { out: Stdout, name: "standard output".to_owned() }
}

/// Standard output, past the buffer of lines that Rust keeps for it.
struct Stdout;

impl Write for Stdout {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // A `LineWriter` writes whole lines of a long text at once, and keeps the rest.
        io::stdout().lock().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stdout().lock().flush()
    }
}

/// A value as a table shows it.
pub(super) fn shown(cell: Cell<'_>, kind: ColumnType) -> String {
    table::show(cell, kind, &mut text::Dates::default())
}
