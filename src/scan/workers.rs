//! The threads of a scan: whichever is free reads the next block and scans it.
//!
//! Blocks are taken in *waves*. A wave is what happens in one call of the scan: the caller's thread and the workers of a pool take blocks until
//! the wave has enough, and the call ends when all are done. Between two calls nothing runs. So borrowed input needs no
//! promise, a scan can be dropped at any time, what was read ahead is bounded, and a fork finds no thread at work. The price is
//! that threads wait for each other at the end of a wave; a wave has several blocks for each, which makes that small.

use std::{collections::VecDeque, mem, num::NonZeroUsize, sync::Arc, thread};

use super::{
    block::{BlockTask, Scanned, Wanted},
    lanes::Lanes,
    pool::Pool,
    wave::{Turn, Wave, Worker},
};
use crate::{
    input::{Holder, Input},
    limits,
};

/// The caller's thread and those of the pool.
#[derive(Debug)]
pub(super) struct Workers<'a> {
    /// How many were asked for; `None` is as many as the machine runs at once.
    threads: Option<NonZeroUsize>,
    /// One for each thread that has been needed so far. The first is for the caller's.
    workers: Vec<Worker<'a>>,
    pool: Pool,
    lanes: Lanes<'a>,
    spare: Vec<Holder<'a>>,
    /// How many bytes were taken in so far.
    bytes: u64,
}

impl<'a> Workers<'a> {
    pub(super) fn new(threads: Option<NonZeroUsize>) -> Workers<'a> {
        let (pool, lanes) = (Pool::new(), Lanes::default());
        Workers { threads, workers: Vec::new(), pool, lanes, spare: Vec::new(), bytes: 0 }
    }

    /// Scans the next wave of blocks and adds what came of them to `ready`, in the order of the input. Says whether the input has ended; if not, and
    /// nothing was added, no block can be had yet. No block gives more than is wanted.
    ///
    /// # Panics
    /// When a thread panics; the others have stopped then.
    pub(super) fn scan_wave(
        &mut self,
        task: &Arc<dyn BlockTask>,
        wanted: Wanted,
        input: &mut Input<'a>,
        ready: &mut VecDeque<Scanned>,
    ) -> bool {
        let threads = self.ready_threads();
        while self.workers.len() < threads {
            self.workers.push(Worker::new(task));
        }
        self.lanes.open(threads, input);
        let most = if threads == 1 { 1 } else { threads * limits::BLOCKS_AHEAD };
        let is_alone = self.lanes.is_empty();
        let turns = if is_alone { vec![Turn::Free] } else { self.lanes.turns() };
        let inputs = if is_alone { vec![input] } else { self.lanes.inputs().collect() };
        let wave = Wave::new(inputs, turns, most, mem::take(&mut self.spare));
        self.pool.run(&mut self.workers[..threads], |number, worker| worker.scan(&**task, wanted, number, &wave));
        let mut done: Vec<_> = self.workers.iter_mut().flat_map(|worker| worker.done.drain(..)).collect();
        done.sort_by_key(|(ticket, _)| *ticket);
        self.bytes += done.iter().map(|(_, scanned)| scanned.stats.bytes).sum::<u64>();
        let Some((turns, spare)) = wave.end() else { return true };
        self.spare = spare;
        if is_alone {
            ready.extend(done.into_iter().map(|(_, scanned)| scanned));
            return turns == [Turn::Over];
        }
        self.lanes.take(done, turns);
        self.lanes.hand_out(ready);
        false
    }

    /// How many threads take part in the next wave, with the pool ready for them. The first block is the caller's alone: most inputs
    /// are small, and starting threads would cost more than it gives.
    fn ready_threads(&mut self) -> usize {
        let threads = match self.threads {
            // The system takes its time to say how many it runs at once. Where the answer cannot matter it is not asked.
            Some(threads) if self.bytes > 0 && threads.get() <= limits::THREADS_PER_CORE => threads.get(),
            Some(threads) if self.bytes > 0 => threads.get().min(limits::THREADS_PER_CORE * at_once()),
            None if self.bytes >= limits::PARALLEL_BYTES => at_once(),
            _ => 1,
        };
        self.pool.ready(threads)
    }
}

/// How many threads the machine runs at once.
fn at_once() -> usize {
    thread::available_parallelism().map_or(1, NonZeroUsize::get)
}
