//! The threads of a scan: whichever is free reads the next block and scans it.
//!
//! Blocks are taken in *waves*. A wave is what happens in one call of the scan: the caller's thread and the workers of a pool take blocks until
//! the wave has enough, and the call ends when all are done. Between two calls nothing runs. So borrowed input needs no
//! promise, a scan can be dropped at any time, what was read ahead is bounded, and a fork finds no thread at work. The price is
//! that threads wait for each other at the end of a wave; a wave has several blocks for each, which makes that small.
//!
//! Blocks of a source are read by one thread at a time. It hands them to threads that wait for one, and goes on reading: so where reading takes longer than
//! scanning, as it does where a file is unpacked, it never stops. What comes of the blocks is put in the order of the input, so the caller sees what one thread
//! would give.
//!
//! Compressed files are read side by side, as *lanes*: the file whose turn it is, and those after it, as many as there are threads. What comes of the later
//! ones is held until their turn, up to [`limits::AHEAD_BYTES`] of text.

use std::{
    collections::VecDeque,
    mem,
    num::NonZeroUsize,
    process,
    sync::{Arc, Condvar, Mutex},
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
    /// The sources that are read side by side, in order; none if the input is read by itself.
    lanes: VecDeque<Lane<'a>>,
    spare: Vec<Holder<'a>>,
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
    /// The blocks of this wave that it did.
    done: Vec<(Ticket, Scanned)>,
}

/// A source that is read beside others.
#[derive(Debug)]
struct Lane<'a> {
    input: Input<'a>,
    /// What came of its blocks, until its turn has come.
    held: VecDeque<Scanned>,
    is_over: bool,
}

/// Which lane a block is of, and its number in the wave; and whether it is the block, or what is to be told before it. The block may be scanned by another
/// thread than the one that read it.
type Ticket = (usize, usize, bool);

/// The blocks of a wave that are still to be taken.
struct Wave<'w, 'a> {
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

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    Free,
    /// A thread reads a block of it.
    Taken,
    /// Enough of it is held.
    Full,
    /// It has ended, or failed.
    Over,
}

impl<'a> Workers<'a> {
    pub(super) fn new(threads: Option<NonZeroUsize>) -> Workers<'a> {
        Workers { threads, workers: Vec::new(), pool: None, lanes: VecDeque::new(), spare: Vec::new(), bytes: 0 }
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
        let task = &**task;
        self.open_lanes(threads, input);
        let most = if threads == 1 { 1 } else { threads * limits::BLOCKS_AHEAD };
        let is_alone = self.lanes.is_empty();
        let turns = if is_alone { vec![Turn::Free] } else { self.turns() };
        let inputs = match is_alone {
            true => vec![Mutex::new(input)],
            false => self.lanes.iter_mut().map(|lane| Mutex::new(&mut lane.input)).collect(),
        };
        let (full, spare) = (VecDeque::new(), mem::take(&mut self.spare));
        let state = Mutex::new(State { turns, taken: 0, most, full, waiting: 0, spare });
        let wave = Wave { inputs, end: Instant::now() + WAVE, state, change: Condvar::new() };
        match (self.pool.as_ref().and_then(Pool::threads), &mut self.workers[..threads]) {
            (Some(pool), [own, others @ ..]) => pool.in_place_scope(|scope| {
                for (number, worker) in others.iter_mut().enumerate() {
                    let wave = &wave;
                    scope.spawn(move |_| worker.scan(task, wanted, number + 1, wave));
                }
                own.scan(task, wanted, 0, &wave);
            }),
            (None, workers) => workers[0].scan(task, wanted, 0, &wave),
            (Some(_), []) => {}
        }
        let mut done: Vec<_> = self.workers.iter_mut().flat_map(|worker| worker.done.drain(..)).collect();
        done.sort_by_key(|(ticket, _)| *ticket);
        self.bytes += done.iter().map(|(_, scanned)| scanned.stats.bytes).sum::<u64>();
        let Ok(State { turns, spare, .. }) = wave.state.into_inner() else { return true };
        self.spare = spare;
        if is_alone {
            ready.extend(done.into_iter().map(|(_, scanned)| scanned));
            return turns == [Turn::Over];
        }
        for ((lane, ..), scanned) in done {
            self.lanes[lane].held.push_back(scanned);
        }
        for (lane, turn) in self.lanes.iter_mut().zip(turns) {
            lane.is_over = turn == Turn::Over;
        }
        self.hand_out(ready);
        false
    }

    /// Takes the compressed files that come next out of the input, to be read side by side.
    fn open_lanes(&mut self, threads: usize, input: &mut Input<'a>) {
        if threads > 1 && self.lanes.is_empty() && input.is_packed() {
            self.lanes.extend(input.split_current().map(Lane::new));
        }
        while threads > 1 && !self.lanes.is_empty() && self.lanes.len() < threads {
            let Some(next) = input.split_next() else { break };
            self.lanes.push_back(Lane::new(next));
        }
    }

    fn turns(&self) -> Vec<Turn> {
        let most = limits::AHEAD_BYTES / self.lanes.len() as u64;
        let turn = |(number, lane): (usize, &Lane<'_>)| match lane {
            Lane { is_over: true, .. } => Turn::Over,
            _ if number > 0 && lane.held.iter().map(|scanned| scanned.stats.bytes).sum::<u64>() >= most => Turn::Full,
            _ => Turn::Free,
        };
        self.lanes.iter().enumerate().map(turn).collect()
    }

    /// Gives what came of the lane whose turn it is, and of those after it if it is over.
    fn hand_out(&mut self, ready: &mut VecDeque<Scanned>) {
        while let Some(lane) = self.lanes.front_mut() {
            ready.append(&mut lane.held);
            if !lane.is_over {
                break;
            }
            self.lanes.pop_front();
        }
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

    /// Takes blocks and scans them, until the wave has no more. `number` is that of the thread.
    fn scan(&mut self, task: &dyn BlockTask, wanted: Wanted, number: usize, wave: &Wave<'_, 'a>) {
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

impl<'a> Lane<'a> {
    fn new(input: Input<'a>) -> Lane<'a> {
        Lane { input, held: VecDeque::new(), is_over: false }
    }
}

impl<'a> Wave<'_, 'a> {
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
