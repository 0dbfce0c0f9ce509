//! The threads of a scan: whichever is free reads the next block and scans it.
//!
//! Blocks are taken in *waves*. A wave is what happens in one call of the scan: the caller's thread and the workers of a pool take blocks until
//! the wave has enough, and the call ends when all are done. Between two calls nothing runs. So borrowed input needs no
//! promise, a scan can be dropped at any time, what was read ahead is bounded, and a fork finds no thread at work. The price is
//! that threads wait for each other at the end of a wave; a wave has several blocks for each, which makes that small.
//!
//! Blocks are read in one place, behind a lock, and numbered there. What comes of them is put in that order, so the caller sees what one thread would give.

use std::{
    collections::VecDeque,
    mem,
    num::NonZeroUsize,
    process,
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use super::block::{BlockScanner, BlockTask, Scanned, Wanted};
use crate::{
    error::Error,
    input::{Holder, Input, Next},
    limits,
};

/// No block is begun later than this after the first of a wave, and none is waited for: a caller that looks for signals between calls, or has a
/// slow reader, is not kept waiting for a whole wave.
pub(super) const WAVE: Duration = Duration::from_millis(20);

/// The caller's thread and those of the pool.
#[derive(Debug)]
pub(super) struct Workers<'a> {
    /// How many were asked for; `None` is as many as the machine runs at once.
    threads: Option<NonZeroUsize>,
    /// One for each thread that has been needed so far. The first is for the caller's.
    workers: Vec<Worker<'a>>,
    pool: Option<Pool>,
    /// How many bytes were taken in so far.
    bytes: u64,
}

/// What one thread needs, reused from block to block.
#[derive(Debug)]
struct Worker<'a> {
    holder: Holder<'a>,
    scanner: Box<dyn BlockScanner>,
    /// Whether the block that it holds is to be scanned again: a converter was interrupted, which only scans of one thread have.
    is_interrupted: bool,
    /// The blocks of this wave that it did, by number.
    done: Vec<(usize, Scanned)>,
}

/// The blocks of a wave that are still to be taken.
struct Wave<'w, 'a> {
    input: &'w mut Input<'a>,
    taken: usize,
    most: usize,
    end: Instant,
    /// The input has ended.
    is_over: bool,
}

impl<'a> Workers<'a> {
    pub(super) fn new(threads: Option<NonZeroUsize>) -> Workers<'a> {
        Workers { threads, workers: Vec::new(), pool: None, bytes: 0 }
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
        let most = if threads == 1 { 1 } else { threads * limits::BLOCKS_AHEAD };
        let wave = Mutex::new(Wave { input, taken: 0, most, end: Instant::now() + WAVE, is_over: false });
        match (self.pool.as_ref().and_then(Pool::threads), &mut self.workers[..threads]) {
            (Some(pool), [own, others @ ..]) => pool.in_place_scope(|scope| {
                for worker in others {
                    scope.spawn(|_| worker.scan(&**task, wanted, &wave));
                }
                own.scan(&**task, wanted, &wave);
            }),
            (None, workers) => workers[0].scan(&**task, wanted, &wave),
            (Some(_), []) => {}
        }
        let mut done: Vec<_> = self.workers.iter_mut().flat_map(|worker| worker.done.drain(..)).collect();
        done.sort_by_key(|(number, _)| *number);
        self.bytes += done.iter().map(|(_, scanned)| scanned.stats.bytes).sum::<u64>();
        ready.extend(done.into_iter().map(|(_, scanned)| scanned));
        wave.into_inner().is_ok_and(|wave| wave.is_over)
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
        if threads > 1 && self.pool.as_ref().is_none_or(Pool::is_foreign) {
            self.pool = Some(Pool::new(threads - 1));
        }
        if threads > 1 && self.pool.as_ref().and_then(Pool::threads).is_none() { 1 } else { threads }
    }
}

/// How many threads the machine runs at once.
fn at_once() -> usize {
    thread::available_parallelism().map_or(1, NonZeroUsize::get)
}

impl<'a> Worker<'a> {
    fn new(task: &Arc<dyn BlockTask>) -> Worker<'a> {
        Worker { holder: Holder::new(), scanner: Arc::clone(task).scanner(), is_interrupted: false, done: Vec::new() }
    }

    /// Takes blocks and scans them, until the wave has no more.
    fn scan(&mut self, task: &dyn BlockTask, wanted: Wanted, wave: &Mutex<Wave<'_, 'a>>) {
        // A wave whose lock is poisoned is over: a reader has panicked.
        while let Some(number) = wave.lock().ok().and_then(|mut wave| wave.take(task, self)) {
            let scanned = self.scanner.scan(&self.holder.block(), wanted);
            self.is_interrupted = scanned.error.as_ref().is_some_and(Error::is_interruption);
            if scanned.error.is_some()
                && let Ok(mut wave) = wave.lock()
            {
                // The blocks before this one were all taken before it; those after it are of no use.
                wave.most = 0;
            }
            self.done.push((number, scanned));
        }
    }
}

impl<'a> Wave<'_, 'a> {
    /// Reads the next block for a worker, and gives its number.
    fn take(&mut self, task: &dyn BlockTask, worker: &mut Worker<'a>) -> Option<usize> {
        if self.taken >= self.most || (self.taken > 0 && Instant::now() > self.end) {
            return None;
        }
        let number = self.taken;
        self.taken += 1;
        if mem::take(&mut worker.is_interrupted) {
            return Some(number);
        }
        let next = self.input.next_block(task.cut(), self.end, &mut worker.holder);
        worker.done.extend(self.input.take_asides().into_iter().map(|aside| (number, Scanned::aside(aside))));
        match next {
            Ok(Next::Block) => return Some(number),
            Ok(Next::Later) => {}
            Ok(Next::End) => self.is_over = true,
            Err(error) => worker.done.push((number, Scanned::stopped(error))),
        }
        self.most = self.taken;
        None
    }
}

/// Threads of a scan, beside the caller's.
///
/// They are the scan's own: the global pool of `rayon` hangs in a forked child, and a pool for all scans would make one wait for another.
#[derive(Debug)]
struct Pool {
    /// `None` when the system gives no threads: the scan goes on with the caller's.
    threads: Option<rayon::ThreadPool>,
    /// Where they run: a child that was forked from that process does not have them.
    process: u32,
}

impl Pool {
    fn new(threads: usize) -> Pool {
        let builder = rayon::ThreadPoolBuilder::new().num_threads(threads);
        let threads = builder.thread_name(|number| format!("parsimd-{}", number + 1)).build().ok();
        Pool { threads, process: process::id() }
    }

    fn threads(&self) -> Option<&rayon::ThreadPool> {
        self.threads.as_ref()
    }

    fn is_foreign(&self) -> bool {
        self.process != process::id()
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        if self.is_foreign() {
            // Ending threads that are not there could wait for a lock that one of them had.
            mem::forget(self.threads.take());
        }
    }
}
