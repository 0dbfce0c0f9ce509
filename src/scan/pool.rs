//! [`Pool`]: the threads of a scan, beside the caller's.
//!
//! They are the scan's own: the global pool of `rayon` hangs in a forked child, and a pool for all scans would make one wait for another. Without the feature
//! `threads` there are none.

#[cfg(feature = "threads")]
pub(super) use threads::Pool;

#[cfg(not(feature = "threads"))]
#[derive(Debug)]
pub(super) struct Pool;

#[cfg(not(feature = "threads"))]
impl Pool {
    pub(super) fn new() -> Pool {
        Pool
    }

    pub(super) fn ready(&mut self, _: usize) -> usize {
        1
    }

    pub(super) fn run<W>(&self, workers: &mut [W], work: impl Fn(usize, &mut W)) {
        if let Some(own) = workers.first_mut() {
            work(0, own);
        }
    }
}

#[cfg(feature = "threads")]
mod threads {
    use std::{mem, process};

    #[derive(Debug, Default)]
    pub(in super::super) struct Pool {
        /// `None` until they are needed, and when the system gives no threads: the scan goes on with the caller's.
        threads: Option<rayon::ThreadPool>,
        /// Where they were started, or were to be: a child that was forked from that process does not have them.
        process: Option<u32>,
    }

    impl Pool {
        pub(in super::super) fn new() -> Pool {
            Pool::default()
        }

        /// Starts so many threads, the caller's among them, unless they run already. Says how many there are.
        pub(in super::super) fn ready(&mut self, threads: usize) -> usize {
            if threads == 1 {
                return 1;
            }
            if self.process != Some(process::id()) {
                self.leave();
                let builder = rayon::ThreadPoolBuilder::new().num_threads(threads - 1);
                self.threads = builder.thread_name(|number| format!("parsimd-{}", number + 1)).build().ok();
                self.process = Some(process::id());
            }
            if self.threads.is_some() { threads } else { 1 }
        }

        /// Does the work of each worker, given its number, on a thread for each. The first is that of the caller.
        pub(in super::super) fn run<W: Send>(&self, workers: &mut [W], work: impl Fn(usize, &mut W) + Sync) {
            let Some((own, others)) = workers.split_first_mut() else { return };
            let Some(threads) = self.threads.as_ref().filter(|_| !others.is_empty()) else { return work(0, own) };
            threads.in_place_scope(|scope| {
                for (number, worker) in others.iter_mut().enumerate() {
                    let work = &work;
                    scope.spawn(move |_| work(number + 1, worker));
                }
                work(0, own);
            });
        }

        /// Lets go of threads of another process: ending threads that are not there could wait for a lock that one of them had.
        fn leave(&mut self) {
            if self.process != Some(process::id()) {
                mem::forget(self.threads.take());
            }
        }
    }

    impl Drop for Pool {
        fn drop(&mut self) {
            self.leave();
        }
    }
}
