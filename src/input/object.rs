//! Objects of a store, such as S3, which are fetched range after range.
//!
//! The crate `object_store` is async, and a scan is not. So each range is fetched by a task of the caller's runtime, and the scan waits for its answer, no longer
//! than it waits for a pipe. The next range is fetched while one is scanned. Once the last range of an object has come, the first ranges of the objects after it
//! are asked for: where objects are small, the scan would else do little but wait.
//!
//! The store says with each range which object it is of. One of another object than the first range is an error: half a line of the one and half of the other would
//! be a wrong row.
//!
//! # Limits
//! * Of a range that fails nothing is read, also where a part of it had come.
//! * An object that gives no ETag, and keeps its size and the time of its last change, is not told from the one before it.

use std::{
    collections::VecDeque,
    io::{self, ErrorKind},
    iter,
    sync::{Arc, Mutex, PoisonError, mpsc},
    task::{Context, Poll, Waker},
    time::Instant,
    vec,
};

use bytes::{Buf, Bytes};
use object_store::{GetOptions, ObjectMeta, ObjectStore, ObjectStoreExt, path::Path};
use tokio::{
    runtime::{Handle, RuntimeFlavor},
    task::{AbortHandle, coop},
};

use super::{
    Input,
    opened::Opened,
    sniff::Sniffed,
    source::{Pace, Source},
    stream::Stream,
};
use crate::{
    error::{Error, Result},
    limits::{OBJECT_RANGE_BYTES, OBJECTS_AHEAD},
};

impl<'a> Input<'a> {
    /// Objects of a store (S3, Google Cloud Storage, Azure, HTTP, memory, a folder), one after the other, with the feature `object_store`. As with
    /// [`files`](Self::files), each is unpacked if it is compressed, the last line of one and the first of the next are two records, and a scan passes over an object that cannot be read,
    /// unless it has [`OnError::Raise`](crate::OnError::Raise) or there is no other that can be read; [`Stats::source_errors`](crate::Stats::source_errors) has the errors. Their paths are
    /// their names in errors and columns.
    ///
    /// Which stores there are is the caller's choice, by the features of a dependency on `object_store` 0.14 of its own; what objects there are,
    /// [`ObjectStore::list`] says.
    ///
    /// `runtime` is that of tokio in which the store is asked, which has several threads and is alive as long as the scan. Nothing is asked before the scan begins. It asks for 8 MiB at a time, and
    /// for the next 8 MiB while it scans these; at the end of an object, for the first 8 MiB of the four after it. An object that is replaced or
    /// appended to between two of these requests is an error, after the rows before it.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use object_store::{ObjectStoreExt, memory::InMemory, path::Path};
    ///
    /// let runtime = tokio::runtime::Runtime::new()?;
    /// let store = Arc::new(InMemory::new());
    /// runtime.block_on(store.put(&Path::from("logs/a.log"), "1\n2\n".into()))?;
    ///
    /// let paths = [Path::from("logs/a.log"), Path::from("logs/none.log")];
    /// let input = parsimd::Input::objects(store, paths, runtime.handle())?;
    /// let mut scan = parsimd::Pattern::new("{n:d}")?.scan_input(input, Default::default());
    /// assert_eq!(scan.read_all()?.len(), 2);
    /// assert!(scan.stats().source_errors[0].starts_with("logs/none.log: "));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::is_io`]: the runtime is of the kind `current_thread`, whose tasks wait while its only thread does something else.
    ///
    /// A scan ends with such an error where an async task reads it, since a thread that runs tasks must not wait: read it in
    /// [`tokio::task::spawn_blocking`], or in a thread of its own.
    pub fn objects(
        store: Arc<dyn ObjectStore>,
        paths: impl IntoIterator<Item = Path>,
        runtime: &Handle,
    ) -> Result<Input<'a>> {
        if runtime.runtime_flavor() != RuntimeFlavor::MultiThread {
            let message = "a runtime of the kind current_thread fetches nothing while its thread waits: \
                           give the handle of a runtime with several threads, as of tokio::runtime::Runtime::new()";
            return Err(Error::io(store.to_string(), io::Error::new(ErrorKind::Unsupported, message)));
        }
        let remote = Remote { store, runtime: runtime.clone(), range_bytes: OBJECT_RANGE_BYTES };
        let objects = Objects::new(remote, paths);
        Ok(Input::in_turn(iter::from_fn(move || objects.next().map(Object::opened))))
    }
}

/// Where objects lie, and how they are fetched.
struct Remote {
    store: Arc<dyn ObjectStore>,
    runtime: Handle,
    range_bytes: u64,
}

impl Remote {
    /// Asks for the range that begins at a byte, of an object of which `first` was said before.
    fn ask(&self, path: &Path, begin: u64, first: Option<&ObjectMeta>) -> Asked {
        let (store, path) = (Arc::clone(&self.store), path.clone());
        let mut options = GetOptions::new().with_range(Some(begin..begin + self.range_bytes));
        // A weak ETag never matches here (RFC 9110, 13.1.1).
        options.if_match = first.and_then(|meta| meta.e_tag.clone()).filter(|tag| !tag.starts_with("W/"));
        let (sender, answer) = mpsc::channel();
        let task = self.runtime.spawn(async move {
            // Nobody wants it any more where this fails.
            let _ = sender.send(fetch(&*store, &path, begin, options).await);
        });
        Asked { answer, task: task.abort_handle() }
    }
}

/// A range, and what the store said of its object.
struct Fetched {
    bytes: Bytes,
    meta: ObjectMeta,
}

async fn fetch(store: &dyn ObjectStore, path: &Path, begin: u64, options: GetOptions) -> object_store::Result<Fetched> {
    match store.get_opts(path, options).await {
        Ok(found) => {
            let meta = found.meta.clone();
            Ok(Fetched { meta, bytes: found.bytes().await? })
        }
        Err(error @ object_store::Error::NotFound { .. }) => Err(error),
        // An empty object has no ranges.
        Err(error) if begin == 0 => match store.head(path).await {
            Ok(meta) if meta.size == 0 => Ok(Fetched { bytes: Bytes::new(), meta }),
            _ => Err(error),
        },
        Err(error) => Err(error),
    }
}

/// A range that was asked for. Dropped, it is not fetched any further.
struct Asked {
    answer: mpsc::Receiver<object_store::Result<Fetched>>,
    task: AbortHandle,
}

impl Asked {
    /// Waits for what the store says; `None` if there is no answer by `end`.
    fn wait(&self, end: Instant) -> io::Result<Option<object_store::Result<Fetched>>> {
        if runs_tasks() {
            let message = "this thread runs the tasks of an async runtime, and must not wait for the store: \
                           read the scan in tokio::task::spawn_blocking, or in a thread of its own";
            return Err(io::Error::new(ErrorKind::Deadlock, message));
        }
        match self.answer.recv_timeout(end.saturating_duration_since(Instant::now())) {
            Ok(answer) => Ok(Some(answer)),
            Err(mpsc::RecvTimeoutError::Timeout) => Ok(None),
            Err(mpsc::RecvTimeoutError::Disconnected) => {
                Err(io::Error::other("the store gave no answer: it panicked, or its runtime was shut down"))
            }
        }
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Whether this thread runs tasks of an async runtime: they would wait with it, and the one that it waits for may be among them.
///
/// To be in the context of a runtime is not enough, since threads of `spawn_blocking` are, which may wait. What tells them apart is that tokio counts the
/// steps of whatever it polls (128 at first, in a byte), and nothing else's. The steps that are taken here are given back.
///
/// # Limits
/// A task that was made `unconstrained` is not seen.
fn runs_tasks() -> bool {
    if Handle::try_current().is_err() {
        return false;
    }
    let mut context = Context::from_waker(Waker::noop());
    let Poll::Ready(_gives_back) = coop::poll_proceed(&mut context) else { return true };
    (0..u8::MAX).any(|_| coop::poll_proceed(&mut context).map(|step| step.made_progress()).is_pending())
}

/// Objects that are read one after the other; each asks for those after it.
#[derive(Clone)]
struct Objects(Arc<Mutex<Queue>>);

struct Queue {
    remote: Arc<Remote>,
    paths: vec::IntoIter<Path>,
    /// Those that were asked for before their turn.
    begun: VecDeque<(Path, Asked)>,
}

impl Objects {
    fn new(remote: Remote, paths: impl IntoIterator<Item = Path>) -> Objects {
        let paths = paths.into_iter().collect::<Vec<_>>().into_iter();
        Objects(Arc::new(Mutex::new(Queue { remote: Arc::new(remote), paths, begun: VecDeque::new() })))
    }

    fn next(&self) -> Option<Object> {
        let mut queue = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (path, asked) = match queue.begun.pop_front() {
            Some((path, asked)) => (path, Some(asked)),
            None => (queue.paths.next()?, None),
        };
        let remote = Arc::clone(&queue.remote);
        let (later, bytes) = (self.clone(), Bytes::new());
        Some(Object { remote, path, asked, meta: None, place: 0, bytes, later })
    }

    /// Asks for the objects that come next.
    fn begin(&self) {
        let mut queue = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        while queue.begun.len() < OBJECTS_AHEAD
            && let Some(path) = queue.paths.next()
        {
            let asked = queue.remote.ask(&path, 0, None);
            queue.begun.push_back((path, asked));
        }
    }
}

/// An object that is read.
struct Object {
    remote: Arc<Remote>,
    path: Path,
    /// The range that comes next.
    asked: Option<Asked>,
    /// What was said of it with its first range.
    meta: Option<ObjectMeta>,
    /// How many bytes have come.
    place: u64,
    /// Those of them that were not read yet.
    bytes: Bytes,
    later: Objects,
}

impl Object {
    fn opened(self) -> Opened<'static> {
        let name = self.path.to_string();
        let source = Source::stream(Box::new(Sniffed::new(Box::new(self))), Pace::Whole);
        let mut opened = Opened::new(source, &name);
        opened.is_file = true;
        opened
    }

    /// Waits for the range that comes next, and asks for the one after it.
    fn take_range(&mut self, end: Instant) -> io::Result<()> {
        let Object { remote, path, meta, place, .. } = self;
        let asked = self.asked.get_or_insert_with(|| remote.ask(path, *place, meta.as_ref()));
        let answer = asked.wait(end)?.ok_or(ErrorKind::WouldBlock)?;
        self.asked = None;
        let Fetched { bytes, meta: said } = match answer {
            Ok(fetched) => fetched,
            Err(object_store::Error::Precondition { .. }) if *place > 0 => return Err(replaced(*place)),
            Err(error) => return Err(error.into()),
        };
        let meta = meta.get_or_insert_with(|| said.clone());
        if said != *meta {
            return Err(replaced(*place));
        }
        let wanted = remote.range_bytes.min(meta.size - *place);
        if bytes.len() as u64 != wanted {
            let message = format!("the store gave {} bytes of the {wanted} from byte {place} on", bytes.len());
            return Err(io::Error::new(ErrorKind::UnexpectedEof, message));
        }
        *place += wanted;
        match *place < meta.size {
            true => self.asked = Some(remote.ask(path, *place, Some(meta))),
            false => self.later.begin(),
        }
        self.bytes = bytes;
        Ok(())
    }

    fn has_ended(&self) -> bool {
        self.meta.as_ref().is_some_and(|meta| self.place >= meta.size)
    }
}

impl Stream for Object {
    fn read(&mut self, buffer: &mut [u8], end: Instant) -> io::Result<usize> {
        while self.bytes.is_empty() && !self.has_ended() {
            self.take_range(end)?;
        }
        let length = buffer.len().min(self.bytes.len());
        self.bytes.copy_to_slice(&mut buffer[..length]);
        Ok(length)
    }
}

fn replaced(read: u64) -> io::Error {
    io::Error::other(format!("was replaced or appended to after {read} bytes of it were read"))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use object_store::memory::InMemory;
    use tokio::runtime::{Builder, Runtime};

    use super::*;

    /// A store in memory, and the runtime in which it is asked.
    struct Fixture {
        runtime: Runtime,
        store: Arc<InMemory>,
    }

    impl Fixture {
        fn new() -> Fixture {
            Fixture { runtime: Runtime::new().unwrap(), store: Arc::new(InMemory::new()) }
        }

        fn put(&self, path: &str, data: &[u8]) {
            self.runtime.block_on(self.store.put(&Path::from(path), data.to_vec().into())).unwrap();
        }

        fn objects(&self, paths: &[&str], range_bytes: u64) -> Objects {
            let remote = Remote { store: self.store.clone(), runtime: self.runtime.handle().clone(), range_bytes };
            Objects::new(remote, paths.iter().map(|&path| Path::from(path)))
        }

        fn object(&self, path: &str, range_bytes: u64) -> Object {
            self.objects(&[path], range_bytes).next().unwrap()
        }

        /// A range that has come already.
        fn answered(&self, bytes: &[u8], meta: &ObjectMeta) -> Asked {
            let (sender, answer) = mpsc::channel();
            sender.send(Ok(Fetched { bytes: Bytes::copy_from_slice(bytes), meta: meta.clone() })).unwrap();
            Asked { answer, task: self.runtime.spawn(async {}).abort_handle() }
        }
    }

    fn soon() -> Instant {
        Instant::now() + Duration::from_secs(20)
    }

    /// What can be read of an object, a few bytes at a time, and what broke it.
    fn read(object: &mut Object, step: usize) -> (Vec<u8>, Option<io::Error>) {
        let (mut all, mut buffer) = (Vec::new(), vec![0; step]);
        loop {
            match object.read(&mut buffer, soon()) {
                Ok(0) => return (all, None),
                Ok(read) => all.extend_from_slice(&buffer[..read]),
                Err(error) => return (all, Some(error)),
            }
        }
    }

    #[test]
    fn ranges_of_any_size_give_the_bytes_of_an_object_of_any_length() {
        let fixture = Fixture::new();
        for length in [0, 1, 2, 7, 8, 9, 20] {
            let data: Vec<u8> = (0..length).collect();
            fixture.put("a", &data);
            for range_bytes in 1..=10 {
                for step in [1, 3, 100] {
                    let (all, error) = read(&mut fixture.object("a", range_bytes), step);
                    assert!(all == data && error.is_none(), "{length} {range_bytes} {step} {all:?} {error:?}");
                }
            }
        }
    }

    #[test]
    fn an_object_that_is_replaced_while_it_is_read_is_an_error_and_no_mixture() {
        for new in [&b"BBBBBBBBBBBBBBBBBBBB"[..], b"B", b"", b"AAAAAAAAAAAAAAAAAAAA"] {
            let fixture = Fixture::new();
            fixture.put("a", b"AAAAAAAAAAAAAAAAAAAA");
            let mut object = fixture.object("a", 3);
            object.read(&mut [0; 1], soon()).unwrap();
            fixture.put("a", new);
            let (rest, error) = read(&mut object, 100);
            // The next range may have come before.
            assert!(rest == b"AA" || rest == b"AAAAA", "{rest:?}");
            let message = format!("was replaced or appended to after {} bytes of it were read", rest.len() + 1);
            assert_eq!(error.unwrap().to_string(), message);
        }
    }

    #[test]
    fn what_the_store_says_of_each_range_is_held_against_the_first() {
        let fixture = Fixture::new();
        fixture.put("a", b"123456789");
        let meta = fixture.runtime.block_on(fixture.store.head(&Path::from("a"))).unwrap();
        let untagged = ObjectMeta { e_tag: None, ..meta };
        let later = ObjectMeta { last_modified: untagged.last_modified + Duration::from_secs(1), ..untagged.clone() };
        let larger = ObjectMeta { size: 10, ..untagged.clone() };
        for (second, said, outcome) in [
            (&b"456"[..], &untagged, None),
            (b"456", &later, Some("was replaced or appended to after 3 bytes of it were read")),
            (b"456", &larger, Some("was replaced or appended to after 3 bytes of it were read")),
            (b"45", &untagged, Some("the store gave 2 bytes of the 3 from byte 3 on")),
            (b"4567", &untagged, Some("the store gave 4 bytes of the 3 from byte 3 on")),
        ] {
            let mut object = fixture.object("a", 3);
            let mut buffer = [0; 3];
            object.asked = Some(fixture.answered(b"123", &untagged));
            assert_eq!(object.read(&mut buffer, soon()).unwrap(), 3);
            object.asked = Some(fixture.answered(second, said));
            let read = object.read(&mut buffer, soon()).map(|_| buffer);
            match outcome {
                None => assert_eq!(&read.unwrap(), b"456"),
                Some(message) => assert_eq!(read.unwrap_err().to_string(), message),
            }
        }
    }

    #[test]
    fn the_store_is_asked_for_the_same_object_by_its_etag_unless_that_is_weak() {
        let fixture = Fixture::new();
        fixture.put("a", b"123");
        let object = fixture.object("a", 3);
        let meta = fixture.runtime.block_on(fixture.store.head(&object.path)).unwrap();
        let ask = |tag: &str| {
            let meta = ObjectMeta { e_tag: Some(tag.to_owned()), ..meta.clone() };
            object.remote.ask(&object.path, 0, Some(&meta)).wait(soon()).unwrap().unwrap()
        };
        assert_eq!(&*ask(meta.e_tag.as_ref().unwrap()).unwrap_or_else(|error| panic!("{error}")).bytes, b"123");
        assert!(matches!(ask("\"other\""), Err(object_store::Error::Precondition { .. })));
        assert!(ask("W/\"other\"").is_ok());
    }

    #[test]
    fn a_store_that_has_not_answered_is_waited_for_until_the_end_and_asked_again() {
        let fixture = Fixture::new();
        fixture.put("a", b"123");
        let meta = fixture.runtime.block_on(fixture.store.head(&Path::from("a"))).unwrap();
        let (sender, answer) = mpsc::channel();
        let mut object = fixture.object("a", 3);
        object.asked = Some(Asked { answer, task: fixture.runtime.spawn(async {}).abort_handle() });
        let mut buffer = [0; 8];
        for wait in [0, 5] {
            let end = Instant::now() + Duration::from_millis(wait);
            assert_eq!(object.read(&mut buffer, end).unwrap_err().kind(), ErrorKind::WouldBlock);
            assert!(Instant::now() >= end);
        }
        assert!(sender.send(Ok(Fetched { bytes: Bytes::from_static(b"123"), meta })).is_ok());
        assert_eq!(object.read(&mut buffer, soon()).unwrap(), 3);
        assert_eq!(object.read(&mut buffer, soon()).unwrap(), 0);
    }

    #[test]
    fn the_objects_after_one_are_asked_for_once_its_last_range_has_come() {
        let fixture = Fixture::new();
        let names: Vec<String> = (0..7).map(|number| number.to_string()).collect();
        names.iter().for_each(|name| fixture.put(name, b"123456"));
        let objects = fixture.objects(&names.iter().map(String::as_str).collect::<Vec<_>>(), 3);
        let begun = || objects.0.lock().unwrap().begun.len();
        let mut first = objects.next().unwrap();
        let mut buffer = [0; 3];
        first.read(&mut buffer, soon()).unwrap();
        assert_eq!(begun(), 0);
        first.read(&mut buffer, soon()).unwrap();
        assert_eq!(begun(), OBJECTS_AHEAD);
        let mut read_so_far = 1;
        while let Some(mut object) = objects.next() {
            assert_eq!(object.path.as_ref(), read_so_far.to_string());
            assert_eq!(read(&mut object, 100).0, b"123456");
            read_so_far += 1;
        }
        assert_eq!((read_so_far, begun()), (7, 0));
    }

    #[test]
    fn a_thread_that_runs_tasks_is_told_from_one_that_may_wait() {
        let several = Runtime::new().unwrap();
        let one = Builder::new_current_thread().build().unwrap();
        assert!(!runs_tasks());
        for runtime in [&several, &one] {
            assert!(runtime.block_on(async { runs_tasks() }));
            assert!(runtime.block_on(async { tokio::spawn(async { runs_tasks() }).await }).unwrap());
            assert!(!runtime.block_on(async { tokio::task::spawn_blocking(runs_tasks).await }).unwrap());
            let _context = runtime.enter();
            assert!(!runs_tasks());
        }
        assert!(!several.block_on(async { tokio::task::block_in_place(runs_tasks) }));
    }

    #[test]
    fn to_look_whether_a_thread_runs_tasks_takes_no_steps_from_its_task() {
        let steps = || {
            let mut context = Context::from_waker(Waker::noop());
            std::iter::from_fn(|| match coop::poll_proceed(&mut context) {
                Poll::Ready(step) => Some(step.made_progress()),
                Poll::Pending => None,
            })
            .count()
        };
        let runtime = Runtime::new().unwrap();
        let all = runtime.block_on(async { steps() });
        let left = runtime.block_on(async {
            assert!(runs_tasks() && runs_tasks());
            steps()
        });
        assert_eq!(left, all);
        // A task that has none left is one that runs.
        assert!(runtime.block_on(async { steps() > 0 && runs_tasks() }));
    }
}
