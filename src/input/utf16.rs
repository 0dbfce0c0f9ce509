//! UTF-16, read as UTF-8.
//!
//! What is no UTF-16, a surrogate without its other half or half of a unit at the end, becomes U+FFFD, and is counted and noted. Places in the
//! text are then those of the UTF-8, since that is what is scanned.

use std::{io, mem, time::Instant};

use encoding_rs::{Decoder, DecoderResult, Encoding};

use super::stream::{CHUNK, Stream};

/// U+FFFD in UTF-8.
const REPLACEMENT: &[u8] = "\u{fffd}".as_bytes();

pub(super) struct Utf16<S> {
    stream: S,
    decoder: Decoder,
    /// What the stream is read into.
    units: Vec<u8>,
    /// What was read last, as UTF-8, of which `used` bytes were given.
    text: Vec<u8>,
    used: usize,
    /// How often there was no UTF-16.
    wrong: u64,
    /// The stream has ended, and so has the text.
    at_end: bool,
}

impl<S: Stream> Utf16<S> {
    /// The stream begins after its mark.
    pub(super) fn new(stream: S, encoding: &'static Encoding) -> Utf16<S> {
        let decoder = encoding.new_decoder_without_bom_handling();
        Utf16 { stream, decoder, units: Vec::new(), text: Vec::new(), used: 0, wrong: 0, at_end: false }
    }

    /// Adds what `units` stand for to the text.
    fn decode(&mut self, mut units: &[u8]) {
        loop {
            let filled = self.text.len();
            // A unit has three bytes at most; the decoder may hold one back, and wants some room besides.
            self.text.resize(filled + units.len() * 2 + 16, 0);
            let (result, read, written) =
                self.decoder.decode_to_utf8_without_replacement(units, &mut self.text[filled..], self.at_end);
            self.text.truncate(filled + written);
            units = &units[read..];
            match result {
                DecoderResult::InputEmpty => return,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) => {
                    self.text.extend_from_slice(REPLACEMENT);
                    self.wrong += 1;
                }
            }
        }
    }
}

impl<S: Stream> Stream for Utf16<S> {
    fn read(&mut self, buffer: &mut [u8], end: Instant) -> io::Result<usize> {
        while self.used == self.text.len() && !self.at_end {
            self.units.resize(CHUNK, 0);
            let read = self.stream.read(&mut self.units, end)?;
            self.text.clear();
            (self.used, self.at_end) = (0, read == 0);
            let units = mem::take(&mut self.units);
            self.decode(&units[..read]);
            self.units = units;
        }
        let ahead = &self.text[self.used..];
        let length = ahead.len().min(buffer.len());
        buffer[..length].copy_from_slice(&ahead[..length]);
        self.used += length;
        Ok(length)
    }

    fn notes(&mut self) -> Vec<String> {
        let mut notes = self.stream.notes();
        notes.push("UTF-16, read as UTF-8; places are those of the UTF-8 text".to_owned());
        if self.wrong > 0 {
            notes.push(format!("units that are no UTF-16, and became U+FFFD: {}", self.wrong));
        }
        notes
    }
}
