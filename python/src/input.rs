//! What a program passes to be scanned: data in memory, paths, and open files.
//!
//! Bytes and str are scanned where they are. Memory that may change is copied a block at a time. An open file is read by calls of Python, which the
//! thread that scans has to make.

use std::{
    io::{self, Read},
    path::{Path, PathBuf},
};

use bytes::Bytes;
use parsimd::Input;
use pyo3::{
    exceptions::{PyMemoryError, PyTypeError, PyUserWarning},
    prelude::*,
    pybacked::{PyBackedBytes, PyBackedStr},
    types::{PyByteArray, PyBytes, PyMemoryView, PyString},
};

use crate::{
    error::to_python,
    gate,
    make::{self, name},
};

/// The longest text that is taken for a path by mistake.
const LONGEST_PATH: usize = 4096;

/// The input for data in memory.
pub(crate) fn data(data: &Bound<'_, PyAny>) -> PyResult<Input<'static>> {
    if let Ok(bytes) = data.cast::<PyBytes>() {
        warn_of_path(data.py(), bytes.as_bytes())?;
        return Ok(Input::shared(Bytes::from_owner(Owner::new(PyBackedBytes::from(bytes.clone())))));
    }
    if let Ok(text) = data.cast::<PyString>() {
        let text = PyBackedStr::try_from(text.clone())?;
        warn_of_path(data.py(), text.as_bytes())?;
        return Ok(Input::shared(Bytes::from_owner(Owner::new(Text(text)))));
    }
    // Anything else may change while it is read: it is copied, a block at a time.
    let py = data.py();
    let view = PyMemoryView::from(data).and_then(|view| view.call_method1(name!(py, "cast"), (name!(py, "B"),)));
    match view {
        Ok(view) => Ok(Input::reader(View { view: view.unbind(), at: 0 }, "<buffer>")),
        Err(error) if error.is_instance_of::<PyMemoryError>(py) => Err(error),
        Err(_) => Err(make::error::<PyTypeError>(format!(
            "data must be bytes, str or a contiguous buffer, not {}; for a file use scan_file",
            data.get_type().name()?
        ))),
    }
}

/// Warns of a text that is the path of a file: the file is not read.
fn warn_of_path(py: Python<'_>, data: &[u8]) -> PyResult<()> {
    if data.len() > LONGEST_PATH || data.contains(&b'\n') {
        return Ok(());
    }
    let Some(text) = std::str::from_utf8(data).ok().filter(|text| Path::new(text).is_file()) else { return Ok(()) };
    let message = format!("scan takes {text:?} as text to be scanned; to scan the file of that name use scan_file");
    let message = std::ffi::CString::new(message)?;
    // The caller of `Parser.scan`.
    PyErr::warn(py, &py.get_type::<PyUserWarning>(), &message, 2)
}

/// The input for files: a path, an open file, or several of them. Says whether it is read by calls of Python, which are to be made by the
/// thread that scans.
pub(crate) fn files(given: &Bound<'_, PyAny>) -> PyResult<(Input<'static>, bool)> {
    let sources = match source(given)? {
        Some(source) => vec![source],
        None => match given.try_iter() {
            Ok(several) if !is_buffer(given) => several
                .map(|one| {
                    let one = one?;
                    source(&one)?.ok_or_else(|| not_a_file(&one, Some(given)))
                })
                .collect::<PyResult<_>>()?,
            _ => return Err(not_a_file(given, None)),
        },
    };
    let calls_python = sources.iter().any(|source| matches!(source, Source::Open(..)));
    let mut sources = sources.into_iter().peekable();
    let mut input: Option<Input<'static>> = None;
    while let Some(source) = sources.next() {
        let next = match source {
            Source::Open(input) => *input,
            Source::Path(path) => {
                let mut paths = vec![path];
                while let Some(Source::Path(path)) = sources.next_if(|next| matches!(next, Source::Path(_))) {
                    paths.push(path);
                }
                gate::run(given.py(), || Input::files(paths))?.map_err(to_python)?
            }
        };
        input = Some(match input {
            Some(input) => input.then(next),
            None => next,
        });
    }
    Ok((input.unwrap_or_else(|| Input::bytes(b"")), calls_python))
}

enum Source {
    Path(PathBuf),
    Open(Box<Input<'static>>),
}

/// A path or an open file; `None` for anything else.
fn source(given: &Bound<'_, PyAny>) -> PyResult<Option<Source>> {
    let py = given.py();
    if given.is_instance_of::<PyString>()
        || given.is_instance_of::<PyBytes>()
        || given.hasattr(name!(py, "__fspath__"))?
    {
        let text = make::import(py, "os")?.call_method1(name!(py, "fsdecode"), (given,))?;
        let path: PathBuf = text.extract()?;
        if text.cast::<PyString>()?.to_cow().is_ok_and(|text| text.contains('\n')) && !path.exists() {
            return Err(make::error::<PyTypeError>(format!(
                "there is no file of this name, which has a newline in it: {}; scan_file takes paths and open files, and scan takes text",
                text.repr()?
            )));
        }
        return Ok(Some(Source::Path(path)));
    }
    if !given.hasattr(name!(py, "read"))? || given.is_instance_of::<pyo3::types::PyType>() {
        return Ok(None);
    }
    let name = given.getattr(name!(py, "name")).ok().and_then(|name| name.extract::<String>().ok());
    // A pipe gives what it has by `read1`; `read` would wait for more. Who can seek has no need of that.
    let is_live =
        given.call_method0(name!(py, "seekable")).and_then(|answer| answer.is_truthy()).is_ok_and(|seeks| !seeks);
    let read = if is_live && given.hasattr(name!(py, "read1"))? { name!(py, "read1") } else { name!(py, "read") };
    let file = OpenFile { read: given.getattr(read)?.unbind(), rest: Vec::new(), used: 0 };
    let input = Input::reader(file, name.as_deref().unwrap_or("<file>")).decompressed();
    Ok(Some(Source::Open(Box::new(if is_live { input.live() } else { input }))))
}

/// Whether something can be gone through although it is data, not several files.
fn is_buffer(given: &Bound<'_, PyAny>) -> bool {
    given.is_instance_of::<PyByteArray>() || given.is_instance_of::<PyMemoryView>()
}

fn not_a_file(given: &Bound<'_, PyAny>, several: Option<&Bound<'_, PyAny>>) -> PyErr {
    let name = |object: &Bound<'_, PyAny>| object.get_type().name().map_or_else(|_| "?".to_owned(), |n| n.to_string());
    let inside = several.map_or_else(String::new, |several| format!(" in {}", name(several)));
    make::error::<PyTypeError>(format!(
        "scan_file takes a path (str, bytes or os.PathLike), an open file, or several of them, not {}{inside}; for data in memory use scan",
        name(given)
    ))
}

/// An exception as an error of the reader; it comes out of the scan as the object that it was. One that is no `Exception`, such as an interrupt, says
/// nothing of the input, so the scan can go on after it.
fn raised(py: Python<'_>, error: PyErr) -> io::Error {
    if gate::is_interrupt(py, &error) {
        io::Error::new(io::ErrorKind::Interrupted, error)
    } else {
        io::Error::other(error)
    }
}

/// Reads an open file of Python: bytes as they are, text as UTF-8.
struct OpenFile {
    read: Py<PyAny>,
    /// What was read and not yet taken: text may have more bytes than characters were asked for.
    rest: Vec<u8>,
    used: usize,
}

impl OpenFile {
    /// What the file gives next; `None` when it has nothing yet.
    fn ask(&self, py: Python<'_>, size: usize) -> PyResult<Option<Vec<u8>>> {
        let given = self.read.bind(py).call1((make::unsigned(py, size as u64)?,))?;
        if let Ok(bytes) = given.cast::<PyBytes>() {
            return Ok(Some(bytes.as_bytes().to_vec()));
        }
        if let Ok(text) = given.cast::<PyString>() {
            if let Ok(text) = text.to_str() {
                return Ok(Some(text.as_bytes().to_vec()));
            }
            // Bytes that could not be decoded, and were kept by the error handler of that name.
            let bytes = text.call_method1(name!(py, "encode"), (name!(py, "utf-8"), name!(py, "surrogateescape")))?;
            return Ok(Some(bytes.cast::<PyBytes>()?.as_bytes().to_vec()));
        }
        if is_buffer(&given) {
            let bytes = given.py().get_type::<PyBytes>().call1((&given,))?;
            return Ok(Some(bytes.cast::<PyBytes>()?.as_bytes().to_vec()));
        }
        if given.is_none() {
            return Ok(None);
        }
        let kind = given.get_type();
        Err(make::error::<PyTypeError>(format!(
            "an open file must give bytes or str when it is read, not {}",
            kind.name()?
        )))
    }
}

impl Read for OpenFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.used == self.rest.len() {
            let asked = gate::back(|py| self.ask(py, buffer.len()).map_err(|error| raised(py, error)))?;
            (self.rest, self.used) = (asked.ok_or(io::ErrorKind::WouldBlock)?, 0);
        }
        let rest = &self.rest[self.used..];
        let length = rest.len().min(buffer.len());
        buffer[..length].copy_from_slice(&rest[..length]);
        self.used += length;
        Ok(length)
    }
}

struct Text(PyBackedStr);

impl AsRef<[u8]> for Text {
    fn as_ref(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

/// Owner of the memory of a Python object. Batches share it, and so do arrays that another library made of them; the last thread that has it drops it.
struct Owner<T: Send + 'static>(Option<T>);

impl<T: Send + 'static> Owner<T> {
    fn new(object: T) -> Owner<T> {
        Owner(Some(object))
    }
}

impl<T: AsRef<[u8]> + Send + 'static> AsRef<[u8]> for Owner<T> {
    fn as_ref(&self) -> &[u8] {
        self.0.as_ref().map_or(&[], AsRef::as_ref)
    }
}

impl<T: Send + 'static> Drop for Owner<T> {
    fn drop(&mut self) {
        if let Some(object) = self.0.take() {
            gate::release(object);
        }
    }
}

/// Reads a memoryview of bytes.
struct View {
    view: Py<PyAny>,
    at: usize,
}

impl View {
    fn copy(&self, py: Python<'_>, buffer: &mut [u8]) -> PyResult<usize> {
        let slice = make::slice(py, self.at..self.at + buffer.len())?;
        let bytes = self.view.bind(py).get_item(slice)?.call_method0(name!(py, "tobytes"))?;
        let bytes = bytes.cast::<PyBytes>()?.as_bytes();
        buffer[..bytes.len()].copy_from_slice(bytes);
        Ok(bytes.len())
    }
}

impl Read for View {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = gate::back(|py| self.copy(py, buffer).map_err(|error| raised(py, error)))?;
        self.at += read;
        Ok(read)
    }
}
