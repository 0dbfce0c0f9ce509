//! Where the records go that a scan could not read: to a file, to an object with `write`, or to a function.
//!
//! They are taken from the scan in its turn, so in order, and handed over after it, when no lock is held: what is called may use the scan. One
//! thread at a time hands over, also what others have taken meanwhile. What could not be handed over stays, and is handed over first the next time.

use std::{
    collections::VecDeque,
    fs::File,
    io::{self, Write},
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use pyo3::{
    PyTraverseError, PyVisit,
    exceptions::{PyOSError, PyValueError},
    prelude::*,
};

use crate::{
    batch::Batch,
    capi,
    error::{caught, os_error},
    gate::lock,
    make,
};

/// What a program asks for: a word, and what belongs to it.
pub(crate) type Asked<'py> = Option<(String, Bound<'py, PyAny>)>;

/// A scan that keeps what it could not read.
pub(crate) trait Rejecting {
    fn take_rejects(&mut self) -> parsimd::Result<parsimd::Batch>;
    fn take_rejected_bytes(&mut self) -> Vec<u8>;
}

impl Rejecting for parsimd::Scan<'static> {
    fn take_rejects(&mut self) -> parsimd::Result<parsimd::Batch> {
        parsimd::Scan::take_rejects(self)
    }

    fn take_rejected_bytes(&mut self) -> Vec<u8> {
        parsimd::Scan::take_rejected_bytes(self)
    }
}

impl Rejecting for parsimd::SetScan<'static> {
    fn take_rejects(&mut self) -> parsimd::Result<parsimd::Batch> {
        parsimd::SetScan::take_rejects(self)
    }

    fn take_rejected_bytes(&mut self) -> Vec<u8> {
        parsimd::SetScan::take_rejected_bytes(self)
    }
}

/// The rejects of one scan.
pub(crate) struct Rejects {
    /// Whether the program takes them itself.
    is_own: bool,
    /// `None` when the scan has ended, or the program takes them itself.
    sink: Mutex<Option<Arc<Sink>>>,
    /// What is to be handed over.
    queue: Mutex<VecDeque<Parcel>>,
    is_busy: AtomicBool,
}

/// Who takes the rejects.
enum Sink {
    /// A file of this name.
    File(File, PathBuf),
    /// A method `write`, which takes bytes and may say how many it has written.
    Write(Py<PyAny>),
    /// A function that is called with batches.
    Call(Py<PyAny>),
}

enum Parcel {
    /// From this byte on.
    Bytes(Vec<u8>, usize),
    Batch(parsimd::Batch),
}

/// What the crate is to keep for this.
pub(crate) fn kind(asked: &Asked<'_>) -> parsimd::Rejects {
    match asked.as_ref().map(|(word, _)| word.as_str()) {
        None => parsimd::Rejects::Sample,
        Some("rows" | "call") => parsimd::Rejects::Rows,
        Some(_) => parsimd::Rejects::Bytes,
    }
}

impl Rejects {
    /// Makes the file anew, if it is to be one.
    pub(crate) fn new(asked: Asked<'_>) -> PyResult<Rejects> {
        let is_own = asked.as_ref().is_some_and(|(word, _)| word == "rows");
        let sink = match asked {
            Some((word, given)) if word == "path" => {
                let path: PathBuf = given.extract()?;
                let file = given.py().detach(|| File::create(&path));
                let file = file.map_err(|error| os_error(given.py(), &error, &path.display().to_string()))?;
                Some(Sink::File(file, path))
            }
            Some((word, given)) if word == "write" => Some(Sink::Write(given.unbind())),
            Some((word, given)) if word == "call" => Some(Sink::Call(given.unbind())),
            _ => None,
        };
        let (sink, queue) = (Mutex::new(sink.map(Arc::new)), Mutex::default());
        Ok(Rejects { is_own, sink, queue, is_busy: AtomicBool::new(false) })
    }

    /// Takes what the scan has, if somebody is to be given it.
    pub(crate) fn take(&self, scan: &mut impl Rejecting) -> Result<(), parsimd::Error> {
        let parcel = match lock(&self.sink).as_deref() {
            None => return Ok(()),
            Some(Sink::Call(_)) => Parcel::Batch(scan.take_rejects()?),
            Some(Sink::File(..) | Sink::Write(_)) => Parcel::Bytes(scan.take_rejected_bytes(), 0),
        };
        if !parcel.is_empty() {
            lock(&self.queue).push_back(parcel);
        }
        Ok(())
    }

    /// Hands over all that was taken. Where another thread is at it, that one does so, or the call that this one is made from.
    ///
    /// # Errors
    /// Whatever is raised; what could not be handed over stays.
    pub(crate) fn hand_over(&self, py: Python<'_>) -> PyResult<()> {
        // The GIL is held from a look at the empty queue to the end, so nobody who has put something in can see this thread busy then.
        if self.is_busy.swap(true, Ordering::Relaxed) {
            return Ok(());
        }
        let mut handed = Ok(());
        while handed.is_ok() {
            let sink = lock(&self.sink).clone();
            let parcel = lock(&self.queue).pop_front();
            let (Some(sink), Some(mut parcel)) = (sink, parcel) else { break };
            handed = caught(|| parcel.hand_over(py, &sink)).flatten();
            if handed.is_err() {
                lock(&self.queue).push_front(parcel);
            }
        }
        self.is_busy.store(false, Ordering::Relaxed);
        handed
    }

    /// Lets go of whoever takes them: all were handed over, and no more come.
    pub(crate) fn end(&self) {
        if lock(&self.queue).is_empty() && !self.is_busy.load(Ordering::Relaxed) {
            self.clear();
        }
    }

    /// Shows the collector who takes them. Where somebody has the lock, it is not garbage.
    pub(crate) fn traverse(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        match self.sink.try_lock().ok().as_deref() {
            Some(Some(sink)) => match &**sink {
                Sink::Write(object) | Sink::Call(object) => visit.call(object),
                Sink::File(..) => Ok(()),
            },
            _ => Ok(()),
        }
    }

    /// Lets go of whoever takes them, for the collector.
    pub(crate) fn clear(&self) {
        let sink = lock(&self.sink).take();
        drop(sink);
    }

    /// Refuses to give what goes elsewhere, or was not kept.
    ///
    /// # Errors
    /// ValueError.
    pub(crate) fn check_own(&self) -> PyResult<()> {
        if self.is_own {
            return Ok(());
        }
        Err(make::error::<PyValueError>("this scan keeps no rejects: it was not made with rejects=True"))
    }
}

impl Parcel {
    fn is_empty(&self) -> bool {
        match self {
            Parcel::Bytes(bytes, at) => bytes.len() == *at,
            Parcel::Batch(batch) => batch.is_empty(),
        }
    }

    /// Hands it over; where that fails, what is left of it was not.
    fn hand_over(&mut self, py: Python<'_>, sink: &Sink) -> PyResult<()> {
        match (self, sink) {
            (Parcel::Batch(batch), Sink::Call(function)) => {
                let batch = Bound::new(py, Batch::new(batch.clone()))?;
                capi::call(function.bind(py), &[batch.as_any()]).map(drop)
            }
            (Parcel::Bytes(bytes, at), sink) => {
                while let Some(rest) = bytes.get(*at..).filter(|rest| !rest.is_empty()) {
                    *at += sink.write(py, rest)?;
                }
                Ok(())
            }
            (Parcel::Batch(_), _) => Ok(()),
        }
    }
}

impl Sink {
    /// Writes the beginning of `bytes`, and says how many they were: one or more.
    fn write(&self, py: Python<'_>, bytes: &[u8]) -> PyResult<usize> {
        match self {
            Sink::File(file, path) => {
                let mut file = file;
                match py.detach(|| file.write(bytes)) {
                    Ok(0) => Err(os_error(py, &io::ErrorKind::WriteZero.into(), &path.display().to_string())),
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {
                        py.check_signals()?;
                        self.write(py, bytes)
                    }
                    written => written.map_err(|error| os_error(py, &error, &path.display().to_string())),
                }
            }
            Sink::Write(write) => {
                let written = capi::call(write.bind(py), &[make::bytes(py, bytes)?.as_any()])?;
                match written.extract::<Option<usize>>()? {
                    None => Ok(bytes.len()),
                    Some(count) if (1..=bytes.len()).contains(&count) => Ok(count),
                    Some(count) => Err(make::error::<PyOSError>(format!(
                        "the file of the rejects has written {count} of {} bytes, as it says",
                        bytes.len()
                    ))),
                }
            }
            Sink::Call(_) => Ok(bytes.len()),
        }
    }
}
