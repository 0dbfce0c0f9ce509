//! A source that is read: where it stands, and what is to be told beside its blocks.

use std::{io, sync::Arc, time::Instant};

use super::{
    block::{Holder, Memory},
    cut::Cut,
    lead::{Holes, Lead},
    part::Part,
    source::{Next, Pace, Source},
    stream::is_passing,
};
use crate::error::Error;

/// What is to be known of an input beside its blocks.
#[derive(Debug)]
pub(crate) enum Aside {
    /// So many bytes of a source belong to no block; these holes are among them.
    Passed(u64, Holes),
    /// The source of this name has ended, with what it has to tell.
    Ended(Arc<str>, Vec<String>),
    /// A file cannot be read, and what comes after it is. Its end was told before, if it was opened at all.
    Broken { error: Error, was_open: bool },
    /// What comes next is of the source of this number, which goes on where it was. Before the first, it is of number 0.
    Turn(usize),
    /// Something to be told at once.
    Note(String),
}

pub(super) struct Opened<'a> {
    pub(super) source: Source<'a>,
    /// What to call the source in an error.
    pub(super) name: Arc<str>,
    /// It is a file that was opened by its path, or an object.
    pub(super) is_file: bool,
    /// What is to be found in a file before anything is read.
    pub(super) part: Option<Part>,
    /// Where the next block begins in it, in bytes after decompression.
    offset: u64,
    /// What was passed before the next block.
    lead: Lead,
    /// Its end was told.
    has_ended: bool,
}

impl<'a> Opened<'a> {
    pub(super) fn new(source: Source<'a>, name: &str) -> Opened<'a> {
        Opened {
            source,
            name: name.into(),
            is_file: false,
            part: None,
            offset: 0,
            lead: Lead::default(),
            has_ended: false,
        }
    }

    /// A source that has ended, and of which nothing is told.
    pub(super) fn nothing() -> Opened<'a> {
        let memory = Memory::Lent(Arc::new(b""));
        Opened { has_ended: true, ..Opened::new(Source::Memory { data: memory, used: 0 }, "") }
    }

    /// Reads the next block into `holder`, as [`Source::read`] does, and says where it is from. What there is to be told before it, or of the end, is added to `asides`.
    ///
    /// # Errors
    /// What broke the source, which has ended then; and one that [passes](is_passing), after which the call can be made again.
    pub(super) fn next_block(
        &mut self,
        cut: Cut<'_>,
        end: Instant,
        holder: &mut Holder<'a>,
        asides: &mut Vec<Aside>,
    ) -> io::Result<Next> {
        let next = self.find_part(cut).and_then(|()| self.source.read(cut, end, &mut self.lead, holder));
        match &next {
            Ok(Next::Block) => {
                self.pass_lead(asides);
                (holder.offset, holder.source) = (self.offset, Arc::clone(&self.name));
                self.offset += holder.extent;
            }
            Ok(Next::Later) => {}
            Ok(Next::End) => self.tell_end(asides),
            Err(error) if is_passing(error) => {}
            Err(_) => {
                self.tell_end(asides);
                self.source = Opened::nothing().source;
            }
        }
        next
    }

    /// Finds the records of a part, before the first of them is read.
    fn find_part(&mut self, cut: Cut<'_>) -> io::Result<()> {
        let Some(part) = self.part.take() else { return Ok(()) };
        let (begin, stream) = part.find(cut)?;
        self.source = Source::stream(Box::new(stream), Pace::Full);
        // A mark of the encoding is one at the beginning of a file alone.
        (self.offset, self.lead.is_known) = (begin, begin > 0);
        Ok(())
    }

    /// Takes what the source begins with as text.
    pub(super) fn begin_unmarked(&mut self) {
        self.lead.is_known = true;
    }

    /// Counts what was passed before the block that was read, or before the end.
    fn pass_lead(&mut self, asides: &mut Vec<Aside>) {
        let (bytes, holes) = self.lead.take(self.offset);
        if bytes > 0 {
            self.offset += bytes;
            asides.push(Aside::Passed(bytes, holes));
        }
    }

    /// Tells what there is to be told of the source, once.
    fn tell_end(&mut self, asides: &mut Vec<Aside>) {
        if std::mem::replace(&mut self.has_ended, true) {
            return;
        }
        self.pass_lead(asides);
        let notes = match &mut self.source {
            Source::Stream(reading) => reading.stream.notes(),
            Source::Memory { .. } => Vec::new(),
        };
        asides.push(Aside::Ended(Arc::clone(&self.name), notes));
    }
}
