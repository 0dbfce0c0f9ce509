//! Open files of Python: whatever has a method `read` or `readinto`.
//!
//! They are read by calls of Python. What they raise comes out of the scan, after the rows before it. They are not closed: who opened one has it still.
//!
//! | what | how it is read |
//! |---|---|
//! | a file that can seek | by `read` |
//! | a pipe, a socket | by `read1`, if there is one: it gives what is there, where `read` would wait for more |
//! | text of a pipe, of which nothing was read | its bytes by `read1`, decoded here |
//! | other text | by `read`, which has decoded it |
//! | what has only `readinto` | by that |

use std::{
    io::{self, Read},
    sync::atomic::Ordering,
};

use parsimd::Input;
use pyo3::{
    exceptions::{PyOSError, PyTypeError, PyValueError},
    prelude::*,
    types::{PyBool, PyByteArray, PyBytes, PyMemoryView, PyString, PyTuple, PyType},
};

use crate::{
    capi, gate,
    make::{self, name},
    progress::Counter,
};

/// The input for an open file, of which is counted what it gives; `None` for what is none.
///
/// # Errors
/// ValueError: it is closed. `io.UnsupportedOperation`: it is not open for reading.
pub(crate) fn open_file(given: &Bound<'_, PyAny>, counter: &Counter) -> PyResult<Option<Input<'static>>> {
    let py = given.py();
    let fills = !given.hasattr(name!(py, "read"))?;
    if given.is_instance_of::<PyType>() || fills && !given.hasattr(name!(py, "readinto"))? {
        return Ok(None);
    }
    check_open(given)?;
    let name = gate::unless_raised(py, given.getattr(name!(py, "name")))?;
    let name = name.and_then(|name| name.extract::<String>().ok());
    let seekable = capi::call_method(given, name!(py, "seekable"), &[]).and_then(|answer| answer.is_truthy());
    let is_live = gate::unless_raised(py, seekable)? == Some(false);
    let is_text = given.is_instance(&make::import(py, "io")?.getattr(name!(py, "TextIOBase"))?)?;
    let way = match live_text(given)?.filter(|_| is_live && is_text) {
        Some(way) => way,
        None if fills => Way::Fill(given.getattr(name!(py, "readinto"))?.unbind()),
        None if is_live && given.hasattr(name!(py, "read1"))? => Way::Take(given.getattr(name!(py, "read1"))?.unbind()),
        None => Way::Take(given.getattr(name!(py, "read"))?.unbind()),
    };
    let file =
        OpenFile { way, promised: promised(given)?, rest: Vec::new(), used: 0, counter: Counter::clone(counter) };
    let input = Input::reader(file, name.as_deref().unwrap_or("<file>"));
    // Text is text, whatever it begins with.
    let input = if is_text { input } else { input.decompressed() };
    Ok(Some(if is_live { input.live() } else { input }))
}

/// Refuses a file that is closed, or open for writing alone.
fn check_open(given: &Bound<'_, PyAny>) -> PyResult<()> {
    let py = given.py();
    let closed = gate::unless_raised(py, given.getattr(name!(py, "closed")))?;
    if closed.is_some_and(|closed| closed.is(PyBool::new(py, true))) {
        return Err(make::error::<PyValueError>(format!(
            "scan_file was given a file that is closed: {}",
            given.repr()?
        )));
    }
    let readable = capi::call_method(given, name!(py, "readable"), &[]).and_then(|answer| answer.is_truthy());
    if gate::unless_raised(py, readable)? == Some(false) {
        let message = format!("scan_file was given a file that is not open for reading: {}", given.repr()?);
        let kind = make::import(py, "io")?.getattr(name!(py, "UnsupportedOperation"))?;
        return Err(PyErr::from_value(capi::call(&kind, &[make::text(py, &message)?.as_any()])?));
    }
    Ok(())
}

/// The way to read the text of a pipe by its bytes. `None` where something was read of it: its decoder may then hold more, which only `read` gives.
///
/// `read` of such a file waits until it has as many characters as it was asked for, and loses those that it has when a signal handler raises.
fn live_text(given: &Bound<'_, PyAny>) -> PyResult<Option<Way>> {
    let py = given.py();
    let ways = || -> PyResult<Way> {
        let (encoding, errors) = (given.getattr(name!(py, "encoding"))?, given.getattr(name!(py, "errors"))?);
        // It stays as it was. After the first read, this is an error.
        let same = make::dict(py)?;
        same.set_item(name!(py, "encoding"), &encoding)?;
        same.set_item(name!(py, "errors"), &errors)?;
        capi::call_with(&given.getattr(name!(py, "reconfigure"))?, &PyTuple::empty(py), Some(&same))?;
        let read = given.getattr(name!(py, "buffer"))?.getattr(name!(py, "read1"))?.unbind();
        let decoder =
            capi::call_method(&make::import(py, "codecs")?, name!(py, "getincrementaldecoder"), &[&encoding])?;
        let decode = capi::call(&decoder, &[&errors])?.getattr(name!(py, "decode"))?.unbind();
        Ok(Way::Decode { read, decode })
    };
    gate::unless_raised(py, ways())
}

/// A response of HTTP whose header says how long it is. `read1` gives less without an error, and before Python 3.12 waits for more.
struct Promise {
    response: Py<PyAny>,
    /// How many bytes must come yet.
    bytes: u64,
}

fn promised(given: &Bound<'_, PyAny>) -> PyResult<Option<Promise>> {
    let py = given.py();
    let modules = make::import(py, "sys")?.getattr(name!(py, "modules"))?;
    // Where it was not imported, there is no response of it.
    let Ok(client) = modules.get_item(name!(py, "http.client")) else { return Ok(None) };
    if !given.is_instance(&client.getattr(name!(py, "HTTPResponse"))?)? {
        return Ok(None);
    }
    let length = gate::unless_raised(py, given.getattr(name!(py, "length"))?.extract())?;
    Ok(length.map(|bytes| Promise { response: given.clone().unbind(), bytes }))
}

/// Whether something is memory, and no open file although an `mmap` could be read as one.
pub(crate) fn is_buffer(given: &Bound<'_, PyAny>) -> bool {
    given.is_instance_of::<PyByteArray>() || given.is_instance_of::<PyMemoryView>()
}

/// An exception as an error of the reader; it comes out of the scan as the object that it was. One that is no `Exception`, such as an interrupt, says
/// nothing of the input, so the scan can go on after it.
pub(crate) fn raised(py: Python<'_>, error: PyErr) -> io::Error {
    if gate::is_interrupt(py, &error) {
        io::Error::new(io::ErrorKind::Interrupted, error)
    } else {
        io::Error::other(error)
    }
}

/// The methods by which a file is read.
enum Way {
    /// `read` or `read1`.
    Take(Py<PyAny>),
    /// `readinto`.
    Fill(Py<PyAny>),
    /// `read1` of the bytes below a text, and `decode` of a decoder.
    Decode { read: Py<PyAny>, decode: Py<PyAny> },
}

impl Way {
    /// What the file gives next, at most `size` bytes or characters: nothing at its end, `None` when it has nothing yet.
    fn next(&self, py: Python<'_>, size: u64) -> PyResult<Option<Vec<u8>>> {
        let size = make::unsigned(py, size)?;
        match self {
            Way::Take(read) => bytes(&capi::call(read.bind(py), &[size.as_any()])?),
            Way::Fill(readinto) => {
                let buffer =
                    capi::call(py.get_type::<PyByteArray>().as_any(), &[size.as_any()])?.cast_into::<PyByteArray>()?;
                let filled = capi::call(readinto.bind(py), &[buffer.as_any()])?;
                let Some(filled) = filled.extract::<Option<usize>>()? else { return Ok(None) };
                let mut bytes = buffer.to_vec();
                if filled > bytes.len() {
                    return Err(make::error::<PyOSError>(format!(
                        "readinto of an open file has filled {filled} bytes, as it says, of a buffer that has {}",
                        bytes.len()
                    )));
                }
                bytes.truncate(filled);
                Ok(Some(bytes))
            }
            Way::Decode { read, decode } => loop {
                let given = capi::call(read.bind(py), &[size.as_any()])?;
                if given.is_none() {
                    return Ok(None);
                }
                let is_end = given.len()? == 0;
                let text = bytes(&capi::call(decode.bind(py), &[&given, PyBool::new(py, is_end).as_any()])?)?;
                // The bytes may be but a part of a character.
                if is_end || text.as_ref().is_none_or(|text| !text.is_empty()) {
                    return Ok(text);
                }
            },
        }
    }
}

/// What a file gave: bytes as they are, text as UTF-8, `None` for None.
fn bytes(given: &Bound<'_, PyAny>) -> PyResult<Option<Vec<u8>>> {
    let py = given.py();
    if let Ok(bytes) = given.cast::<PyBytes>() {
        return Ok(Some(bytes.as_bytes().to_vec()));
    }
    if let Ok(text) = given.cast::<PyString>() {
        if let Ok(text) = text.to_str() {
            return Ok(Some(text.as_bytes().to_vec()));
        }
        // Bytes that could not be decoded, and were kept by the error handler of that name.
        let bytes = capi::call_method(
            text,
            name!(py, "encode"),
            &[name!(py, "utf-8").as_any(), name!(py, "surrogateescape").as_any()],
        )?;
        return Ok(Some(bytes.cast::<PyBytes>()?.as_bytes().to_vec()));
    }
    if is_buffer(given) {
        let bytes = capi::call(py.get_type::<PyBytes>().as_any(), &[given])?;
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

/// Reads an open file of Python.
struct OpenFile {
    way: Way,
    promised: Option<Promise>,
    /// What was read and not yet taken: text may have more bytes than characters were asked for.
    rest: Vec<u8>,
    used: usize,
    counter: Counter,
}

impl OpenFile {
    fn ask(&mut self, py: Python<'_>, size: usize) -> PyResult<Option<Vec<u8>>> {
        let Some(promised) = &mut self.promised else { return self.way.next(py, size as u64) };
        if promised.bytes == 0 {
            // Its connection is free for the next request only when it knows that it was read.
            promised.response.bind(py).setattr(name!(py, "length"), make::unsigned(py, 0)?)?;
            capi::call_method(promised.response.bind(py), name!(py, "read"), &[])?;
            return Ok(Some(Vec::new()));
        }
        let given = self.way.next(py, promised.bytes.min(size as u64))?;
        if let Some(bytes) = &given {
            if bytes.is_empty() {
                return Err(incomplete(py, promised.bytes));
            }
            promised.bytes = promised.bytes.saturating_sub(bytes.len() as u64);
        }
        Ok(given)
    }
}

/// The exception for a response of HTTP that ends before all that was promised has come.
fn incomplete(py: Python<'_>, missing: u64) -> PyErr {
    let made = || -> PyResult<PyErr> {
        let kind = make::import(py, "http.client")?.getattr(name!(py, "IncompleteRead"))?;
        Ok(PyErr::from_value(capi::call(
            &kind,
            &[make::bytes(py, b"")?.as_any(), make::unsigned(py, missing)?.as_any()],
        )?))
    };
    made().unwrap_or_else(|error| error)
}

impl Read for OpenFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.used == self.rest.len() {
            let asked = gate::back(|py| self.ask(py, buffer.len()).map_err(|error| raised(py, error)))?;
            (self.rest, self.used) = (asked.ok_or(io::ErrorKind::WouldBlock)?, 0);
            self.counter.fetch_add(self.rest.len() as u64, Ordering::Relaxed);
        }
        let rest = &self.rest[self.used..];
        let length = rest.len().min(buffer.len());
        buffer[..length].copy_from_slice(&rest[..length]);
        self.used += length;
        Ok(length)
    }
}
