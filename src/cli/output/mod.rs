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

pub(super) use table::printable;
pub(super) use writer::Output;

use std::{
    fs::File,
    io::{self, IsTerminal, Write},
    path::{Path, PathBuf},
};

use super::{
    args::{Args, Color, Form},
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
    /// What the arguments say, and the terminal.
    pub(super) fn new(args: &Args, inputs: &[PathBuf]) -> Result<Target, Stop> {
        let is_terminal = args.output.is_none() && io::stdout().is_terminal();
        let by_name = args.output.as_deref().map(form_of);
        let form = args.form.or(by_name).unwrap_or(if is_terminal { Form::Table } else { Form::Ndjson });
        if is_terminal && matches!(form, Form::Arrow | Form::Parquet) {
            return Err(Stop::new("this form is not for a terminal: write it to a file with -o, or into a pipe"));
        }
        if let Some(file) = &args.output
            && let Ok(file) = file.canonicalize()
            && inputs.iter().any(|input| input.canonicalize().is_ok_and(|input| input == file && input.is_file()))
        {
            return Err(Stop::new(format!("{}: is read, and cannot be written to at the same time", file.display())));
        }
        let colors = match args.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => is_terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
        };
        let width = is_terminal.then(terminal_width).flatten();
        Ok(Target { file: args.output.clone(), form, colors, width })
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
            None => Ok(Box::new(Stdout)),
            Some(path) => {
                let fail = |error| Stop::output(&path.display().to_string(), &error);
                Ok(Box::new(File::create(path).map_err(fail)?))
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
    Err(Stop::new(
        "this build of the command has no Parquet: take `--to arrow`, or build it with the feature `parquet`",
    ))
}

/// The form that the name of a file says.
fn form_of(path: &Path) -> Form {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("csv") => Form::Csv,
        Some("tsv") => Form::Tsv,
        Some("arrow" | "feather" | "ipc") => Form::Arrow,
        Some("parquet") => Form::Parquet,
        Some("txt") => Form::Table,
        Some("logfmt") => Form::Logfmt,
        _ => Form::Ndjson,
    }
}

/// The width of the terminal at standard output, if it is one.
fn terminal_width() -> Option<usize> {
    terminal_size::terminal_size().map(|(width, _)| usize::from(width.0))
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
