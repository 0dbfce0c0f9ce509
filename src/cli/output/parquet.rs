//! Parquet, compressed with Snappy.

use std::{io::Write, sync::Arc};

use parquet::{arrow::ArrowWriter, basic::Compression, errors::ParquetError, file::properties::WriterProperties};

use super::writer::Output;
use crate::{
    batch::{Batch, Schema},
    cli::stop::Stop,
};

/// A row group is written once its columns hold so many bytes.
const GROUP_BYTES: usize = 64 << 20;

/// Writes a file. It is one only when it is finished.
pub(super) struct Parquet<W: Write + Send>(Option<ArrowWriter<W>>);

impl<W: Write + Send> Parquet<W> {
    pub(super) fn new(out: W, schema: &Schema) -> Result<Parquet<W>, Stop> {
        let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
        let writer = ArrowWriter::try_new(out, Arc::new(schema.to_arrow()), Some(properties)).map_err(stop)?;
        Ok(Parquet(Some(writer)))
    }
}

impl<W: Write + Send> Output for Parquet<W> {
    fn write(&mut self, batch: &Batch) -> Result<(), Stop> {
        let Some(writer) = &mut self.0 else { return Ok(()) };
        let records = batch.to_arrow().map_err(|error| Stop::new(error.to_string()))?;
        writer.write(&records).map_err(stop)?;
        if writer.in_progress_size() > GROUP_BYTES {
            writer.flush().map_err(stop)?;
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<(), Stop> {
        match self.0.take() {
            Some(writer) => writer.close().map(drop).map_err(stop),
            None => Ok(()),
        }
    }
}

fn stop(error: ParquetError) -> Stop {
    match error.to_string() {
        text if text.contains("Broken pipe") => Stop::ClosedPipe,
        text => Stop::new(text),
    }
}
