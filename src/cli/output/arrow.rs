//! Arrow IPC: as a file where it goes to a file, as a stream where somebody reads along.

use std::io::{BufWriter, Write};

use arrow_ipc::writer::{FileWriter, StreamWriter};

use super::writer::Output;
use crate::{
    batch::{Batch, Schema},
    cli::stop::Stop,
};

/// Writes a stream.
pub(super) struct ArrowStream<W: Write>(StreamWriter<BufWriter<W>>);

impl<W: Write> ArrowStream<W> {
    pub(super) fn new(out: W, schema: &Schema) -> Result<ArrowStream<W>, Stop> {
        StreamWriter::try_new_buffered(out, &schema.to_arrow()).map(ArrowStream).map_err(stop)
    }
}

impl<W: Write> Output for ArrowStream<W> {
    fn write(&mut self, batch: &Batch) -> Result<(), Stop> {
        self.0.write(&batch.to_arrow().map_err(stop)?).map_err(stop)?;
        self.0.flush().map_err(stop)
    }

    fn finish(&mut self) -> Result<(), Stop> {
        self.0.finish().map_err(stop)?;
        self.0.flush().map_err(stop)
    }
}

/// Writes a file.
pub(super) struct ArrowFile<W: Write>(FileWriter<BufWriter<W>>);

impl<W: Write> ArrowFile<W> {
    pub(super) fn new(out: W, schema: &Schema) -> Result<ArrowFile<W>, Stop> {
        FileWriter::try_new_buffered(out, &schema.to_arrow()).map(ArrowFile).map_err(stop)
    }
}

impl<W: Write> Output for ArrowFile<W> {
    fn write(&mut self, batch: &Batch) -> Result<(), Stop> {
        self.0.write(&batch.to_arrow().map_err(stop)?).map_err(stop)
    }

    fn finish(&mut self) -> Result<(), Stop> {
        self.0.finish().map_err(stop)?;
        self.0.flush().map_err(stop)
    }
}

fn stop(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Stop {
    let error = error.into();
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(&*error);
    while let Some(inner) = cause {
        if inner.downcast_ref::<std::io::Error>().is_some_and(|io| io.kind() == std::io::ErrorKind::BrokenPipe) {
            return Stop::ClosedPipe;
        }
        cause = inner.source();
    }
    // The error of Arrow has the text of the cause, and not always the cause.
    match error.to_string() {
        text if text.contains("Broken pipe") => Stop::ClosedPipe,
        text => Stop::new(text),
    }
}
