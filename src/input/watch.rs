//! Being woken when a file changes.
//!
//! The system tells of changes, through the crate `notify`, and nothing rests on it: whoever waits looks at the files again after each wait, which is a few
//! milliseconds long. So a file system that tells nothing, as one of another machine, makes rows some milliseconds later, and nothing else.
//!
//! `notify` has a thread, which does nothing but leave word that there was a change. A forked child does not have it, and looks without being woken.

use std::{path::Path, time::Instant};

/// Waits for changes of some files.
pub(super) struct Watch(#[cfg(feature = "notify")] told::Told);

impl Watch {
    pub(super) fn new() -> Watch {
        Watch(
            #[cfg(feature = "notify")]
            told::Told::new(),
        )
    }

    /// Watches the file that is at this path now, in place of the one that was there before.
    pub(super) fn add(&mut self, path: &Path) {
        #[cfg(feature = "notify")]
        self.0.add(path);
        #[cfg(not(feature = "notify"))]
        let _ = path;
    }

    /// Waits until a file has changed since the last call, but no longer than until `end`.
    pub(super) fn wait(&mut self, end: Instant) {
        #[cfg(feature = "notify")]
        self.0.wait(end);
        #[cfg(not(feature = "notify"))]
        std::thread::sleep(end.saturating_duration_since(Instant::now()));
    }
}

#[cfg(feature = "notify")]
mod told {
    use std::{
        mem,
        path::Path,
        process,
        sync::mpsc::{Receiver, RecvTimeoutError, sync_channel},
        thread,
        time::{Duration, Instant},
    };

    use notify::{Event, RecommendedWatcher, RecursiveMode, Watcher, recommended_watcher};

    /// How long after a change the file is looked at: who writes a line mostly writes more, and a look for each would cost more than the lines.
    const PAUSE: Duration = Duration::from_millis(2);

    pub(super) struct Told {
        /// `None` where the system gives none.
        watcher: Option<RecommendedWatcher>,
        changes: Receiver<()>,
        /// Where the thread of the watcher runs.
        process: u32,
    }

    impl Told {
        pub(super) fn new() -> Told {
            let (sender, changes) = sync_channel(1);
            let watcher = recommended_watcher(move |event: notify::Result<Event>| {
                if event.is_ok_and(|event| !event.kind.is_access()) {
                    // Where word was left and not yet taken, more is not needed.
                    let _ = sender.try_send(());
                }
            });
            Told { watcher: watcher.ok(), changes, process: process::id() }
        }

        /// Whether this is a child that was forked from the process in which the thread runs.
        fn is_foreign(&self) -> bool {
            self.process != process::id()
        }

        pub(super) fn add(&mut self, path: &Path) {
            if self.is_foreign() {
                return;
            }
            if let Some(watcher) = &mut self.watcher {
                // The file that was there before may not have been watched, and this one may be gone by now: both are no matter.
                let _ = watcher.unwatch(path);
                let _ = watcher.watch(path, RecursiveMode::NonRecursive);
            }
        }

        pub(super) fn wait(&mut self, end: Instant) {
            let left = |end: Instant| end.saturating_duration_since(Instant::now());
            match self.changes.recv_timeout(left(end)) {
                Ok(()) => thread::sleep(PAUSE.min(left(end))),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => thread::sleep(left(end)),
            }
        }
    }

    impl Drop for Told {
        fn drop(&mut self) {
            if self.is_foreign() {
                // It would talk to a thread that is not there.
                mem::forget(self.watcher.take());
            }
        }
    }
}
