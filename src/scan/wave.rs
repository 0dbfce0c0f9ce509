//! [`Wave`]: the blocks that are taken in one call of a scan, and which thread takes which.
//!
//! Blocks of a source are read by one thread at a time. It hands them to threads that wait for one, and goes on reading: so where reading takes longer than
//! scanning, as it does where a file is unpacked, it never stops. What comes of the blocks is put in the order of the input, so the caller sees what one thread
//! would give.

use std::{
    collections::VecDeque,
    mem,
    sync::{Arc, Condvar, Mutex},
    thread,
    time::{Duration, Instant},
};

use super::block::{BlockScanner, BlockTask, Scanned, Wanted};
use crate::{
    error::Error,
    input::{Holder, Input, Next},
};

/// No block is begun later than this after the first of a wave, and none is waited for: a caller that looks for signals between calls, or has a
/// slow reader, is not kept waiting for a whole wave.
pub(super) const WAVE: Duration = Duration::from_millis(20);

/// What one thread needs, reused from block to block.
#[derive(Debug)]
pub(super) struct Worker<'a> {
    holder: Holder<'a>,
    scanner: Box<dyn BlockScanner>,
    /// Whether the block that it holds is to be scanned again: a converter or a matcher was interrupted, which only scans of one thread have.
    is_interrupted: bool,
    /// The blocks of this wave that it did.
    pub(super) done: Vec<(Ticket, Scanned)>,
}

/// Which lane a block is of, and its number in the wave; and whether it is the block, or what is to be told before it. The block may be scanned by another
/// thread than the one that read it.
pub(super) type Ticket = (usize, usize, bool);

/// The blocks of a wave that are still to be taken.
pub(super) struct Wave<'w, 'a> {
    inputs: Vec<Mutex<&'w mut Input<'a>>>,
    end: Instant,
    state: Mutex<State<'a>>,
    /// There is a block for a thread that waits, or nothing to wait for.
    change: Condvar,
}

struct State<'a> {
    /// Of each input, what becomes of it.
    turns: Vec<Turn>,
    /// How many blocks were begun, and how many may be.
    taken: usize,
    most: usize,
    /// Blocks that were read for threads that wait, which are so many.
    full: VecDeque<(Ticket, Holder<'a>)>,
    waiting: usize,
    /// Memory to read into.
    spare: Vec<Holder<'a>>,
}

/// What becomes of a source in a wave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    Free,
    /// A thread reads a block of it.
    Taken,
    /// Enough of it is held.
    Full,
    /// It has ended, or failed.
    Over,
}

impl<'a> Worker<'a> {
    pub(super) fn new(task: &Arc<dyn BlockTask>) -> Worker<'a> {
        Worker { holder: Holder::new(), scanner: Arc::clone(task).scanner(), is_interrupted: false, done: Vec::new() }
    }

    /// Takes blocks and scans them, until the wave has no more. `number` is that of the thread.
    pub(super) fn scan(&mut self, task: &dyn BlockTask, wanted: Wanted, number: usize, wave: &Wave<'_, 'a>) {
        // Whoever waits for this thread is told if it panics.
        let _ending = Ending(wave);
        while let Some(ticket) = wave.take(task, number, self) {
            let scanned = self.scanner.scan(&self.holder.block(), wanted);
            self.is_interrupted = scanned.error.as_ref().is_some_and(Error::is_interruption);
            if scanned.error.is_some() {
                wave.stop(ticket.0, self.is_interrupted);
            }
            self.done.push((ticket, scanned));
        }
    }
}

impl<'w, 'a> Wave<'w, 'a> {
    /// Of `most` blocks of these sources, each with what is to become of it.
    pub(super) fn new(inputs: Vec<&'w mut Input<'a>>, turns: Vec<Turn>, most: usize, spare: Vec<Holder<'a>>) -> Self {
        let state = State { turns, taken: 0, most, full: VecDeque::new(), waiting: 0, spare };
        let inputs = inputs.into_iter().map(Mutex::new).collect();
        Wave { inputs, end: Instant::now() + WAVE, state: Mutex::new(state), change: Condvar::new() }
    }

    /// What has become of each source, and memory to read into. `None` if a thread has panicked.
    pub(super) fn end(self) -> Option<(Vec<Turn>, Vec<Holder<'a>>)> {
        let State { turns, spare, .. } = self.state.into_inner().ok()?;
        Some((turns, spare))
    }

    /// Gives a worker its next block; `None` if there are no more. A state whose lock is poisoned is over: a thread has panicked.
    fn take(&self, task: &dyn BlockTask, number: usize, worker: &mut Worker<'a>) -> Option<Ticket> {
        let mut state = self.state.lock().ok()?;
        if worker.is_interrupted {
            // In the next wave, once the caller was told.
            if state.taken >= state.most {
                return None;
            }
            worker.is_interrupted = false;
            state.taken += 1;
            return Some((0, 0, true));
        }
        let mut is_reading = false;
        loop {
            let is_over = state.is_over(self.end);
            // What this thread has read for another is not its own, unless there is nothing else to do.
            if (!is_reading || is_over)
                && let Some((ticket, holder)) = state.full.pop_front()
            {
                state.spare.push(mem::replace(&mut worker.holder, holder));
                return Some(ticket);
            }
            if is_over {
                self.change.notify_all();
                return None;
            }
            let Some(lane) = state.free_lane(number) else {
                state.waiting += 1;
                state = self.change.wait(state).ok()?;
                state.waiting -= 1;
                continue;
            };
            let ticket = (lane, state.taken, true);
            state.taken += 1;
            state.turns[lane] = Turn::Taken;
            drop(state);
            let next = self.read(task, ticket, worker);
            state = self.state.lock().ok()?;
            state.turns[lane] = if next == Next::End { Turn::Over } else { Turn::Free };
            match next {
                Next::Block if state.waiting > state.full.len() => {
                    let spare = state.spare.pop().unwrap_or_else(Holder::new);
                    state.full.push_back((ticket, mem::replace(&mut worker.holder, spare)));
                    self.change.notify_one();
                    is_reading = true;
                }
                Next::Block => return Some(ticket),
                // Other lanes go on.
                Next::End if state.turns.len() > 1 => self.change.notify_all(),
                Next::End | Next::Later => state.most = state.taken,
            }
        }
    }

    /// Reads a block of a lane. `End` is an error too, which is kept with what the worker has done.
    fn read(&self, task: &dyn BlockTask, ticket: Ticket, worker: &mut Worker<'a>) -> Next {
        let Ok(mut input) = self.inputs[ticket.0].lock() else { return Next::End };
        let next = input.next_block(task.cut(), self.end, &mut worker.holder);
        let before = (ticket.0, ticket.1, false);
        worker.done.extend(input.take_asides().into_iter().map(|aside| (before, Scanned::aside(aside))));
        next.unwrap_or_else(|error| {
            let is_interrupted = error.is_interruption();
            worker.done.push((ticket, Scanned::stopped(error)));
            if is_interrupted { Next::Later } else { Next::End }
        })
    }

    /// Ends a lane at a block that ends the scan. The blocks of it before that one were all taken before it; those after it are of no use.
    fn stop(&self, lane: usize, is_interrupted: bool) {
        if let Ok(mut state) = self.state.lock() {
            if lane == 0 {
                state.most = 0;
            }
            if !is_interrupted {
                state.turns[lane] = Turn::Over;
            }
        }
        self.change.notify_all();
    }
}

impl State<'_> {
    /// Whether nothing more is to be begun.
    fn is_over(&self, end: Instant) -> bool {
        let is_enough = self.taken >= self.most || self.taken > 0 && Instant::now() > end;
        is_enough || self.turns.iter().all(|turn| matches!(turn, Turn::Over | Turn::Full))
    }

    /// A lane that can be read: each thread begins with its own, so that a file stays with a thread.
    fn free_lane(&self, number: usize) -> Option<usize> {
        let lanes = self.turns.len();
        (0..lanes).map(|more| (number + more) % lanes).find(|&lane| self.turns[lane] == Turn::Free)
    }
}

/// Ends a wave whose thread has panicked.
struct Ending<'e, 'w, 'a>(&'e Wave<'w, 'a>);

impl Drop for Ending<'_, '_, '_> {
    fn drop(&mut self) {
        if thread::panicking() {
            if let Ok(mut state) = self.0.state.lock() {
                state.most = 0;
            }
            self.0.change.notify_all();
        }
    }
}
