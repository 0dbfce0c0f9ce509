//! What a program passes to be scanned: data in memory, paths, and open files.
//!
//! Bytes and str are scanned where they are. Memory that may change is copied a block at a time. An open file is read by calls of Python, which the
//! thread that scans has to make: see [`open_file`](crate::open_file). Globs and URLs were made paths and open files before, by `_sources.py`.

use std::{
    io::{self, Read},
    ops::Range,
    path::{Path, PathBuf},
};

use bytes::Bytes;
use parsimd::{Input, extension};
use pyo3::{
    exceptions::PyTypeError,
    prelude::*,
    pybacked::{PyBackedBytes, PyBackedStr},
    types::{PyBytes, PyInt, PyList, PyMemoryView, PyString},
};

use crate::{
    arguments::shown,
    capi,
    error::{self, to_python},
    gate,
    make::{self, name},
    open_file::{is_buffer, open_file, raised},
    progress::{Counter, Extent},
};

/// The longest text that is taken for a path by mistake.
const LONGEST_PATH: usize = 4096;

/// What is scanned.
pub(crate) struct Given {
    pub(crate) input: Input<'static>,
    /// Whether it is read by calls of Python, which are to be made by the thread that scans.
    pub(crate) calls_python: bool,
    pub(crate) extent: Extent,
}

/// The input for data in memory, or, with `is_files`, for [`files`]. How much there is of files is asked where `is_watched`.
pub(crate) fn given(source: &Bound<'_, PyAny>, is_files: bool, follow: bool, is_watched: bool) -> PyResult<Given> {
    if is_files {
        return files(source, follow, is_watched);
    }
    let (input, bytes) = data(source)?;
    let extent = Extent { counter: None, total: Some(bytes as u64) };
    Ok(Given { input, calls_python: false, extent })
}

/// Refuses memory whose items are no bytes: those of an array of texts would be scanned as they lie there, or the pointers to them.
fn check_is_bytes(view: &Bound<'_, PyMemoryView>) -> PyResult<()> {
    let format: String = view.getattr(name!(view.py(), "format"))?.extract()?;
    match format.trim_start_matches(['@', '=', '<', '>', '!']) {
        "B" | "b" | "c" => Ok(()),
        _ => Err(make::error::<PyTypeError>(format!(
            "scan takes bytes, and the items of this buffer are none, but of the format {format:?}: use parse_array for an array of texts"
        ))),
    }
}

/// The input for data in memory, and how many bytes that is.
fn data(data: &Bound<'_, PyAny>) -> PyResult<(Input<'static>, usize)> {
    if let Ok(bytes) = data.cast::<PyBytes>() {
        warn_of_path(data.py(), bytes.as_bytes())?;
        return Ok(shared(PyBackedBytes::from(bytes.clone())));
    }
    if let Ok(text) = data.cast::<PyString>() {
        let text = PyBackedStr::try_from(text.clone())?;
        warn_of_path(data.py(), text.as_bytes())?;
        return Ok(shared(Text(text)));
    }
    // Anything else may change while it is read: it is copied, a block at a time.
    let py = data.py();
    let view = PyMemoryView::from(data);
    if let Ok(view) = &view {
        check_is_bytes(view)?;
    }
    match view.and_then(|view| capi::call_method(&view, name!(py, "cast"), &[name!(py, "B").as_any()])) {
        Ok(view) => {
            let bytes = view.len()?;
            Ok((Input::reader(View { view: view.unbind(), at: 0 }, "<buffer>"), bytes))
        }
        Err(error) if gate::says_nothing(py, &error) => Err(error),
        Err(_) => {
            let advice = match data.is_instance_of::<PyList>() {
                true => "join the lines with newlines, or use parse_array for texts one by one",
                false => "for a file use scan_file",
            };
            let kind = data.get_type().name()?;
            Err(make::error::<PyTypeError>(format!(
                "data must be bytes, str or a contiguous buffer, not {kind}; {advice}"
            )))
        }
    }
}

/// The input for memory of a Python object, which batches may keep, and how many bytes that is.
fn shared(object: impl AsRef<[u8]> + Send + 'static) -> (Input<'static>, usize) {
    let bytes = Bytes::from_owner(Owner::new(object));
    let length = bytes.len();
    (Input::shared(bytes), length)
}

/// Warns of a text that is the path of a file: the file is not read.
fn warn_of_path(py: Python<'_>, data: &[u8]) -> PyResult<()> {
    if data.len() > LONGEST_PATH || data.contains(&b'\n') {
        return Ok(());
    }
    let Some(text) = std::str::from_utf8(data).ok().filter(|text| Path::new(text).is_file()) else { return Ok(()) };
    let message = format!("scan takes {text:?} as text to be scanned; to scan the file of that name use scan_file");
    // The caller of `Parser.scan`.
    error::warn(py, &message, 2)
}

/// The input for files: a path, an open file, or several of them; with `follow`, paths alone, of files that are read on as they grow.
fn files(given: &Bound<'_, PyAny>, follow: bool, is_watched: bool) -> PyResult<Given> {
    let counter = Counter::default();
    let source = |given: &Bound<'_, PyAny>| source(given, &counter);
    let sources = match source(given)? {
        Some(source) => vec![source],
        None => match given.try_iter() {
            Ok(several) if !is_buffer(given) => several
                .map(|one| {
                    let one = one?;
                    source(&one)?.ok_or_else(|| not_a_file(&one, Some(given)))
                })
                .collect::<PyResult<_>>()?,
            Err(error) if gate::says_nothing(given.py(), &error) => return Err(error),
            _ => return Err(not_a_file(given, None)),
        },
    };
    if follow {
        let paths = sources.into_iter().map(|source| match source {
            Source::Path(path) => Ok(path),
            Source::Part(_) => {
                Err(make::error::<PyTypeError>("follow=True takes paths: a part of a file does not grow"))
            }
            Source::Open(_) => {
                Err(make::error::<PyTypeError>("follow=True takes paths: an open file is read as it comes, to its end"))
            }
        });
        let paths = paths.collect::<PyResult<Vec<_>>>()?;
        let input = gate::run(given.py(), || Input::follow_files(paths))?.map_err(to_python)?;
        return Ok(Given { input, calls_python: false, extent: Extent::default() });
    }
    let calls_python = sources.iter().any(|source| matches!(source, Source::Open(..)));
    let has_parts = sources.iter().any(|source| matches!(source, Source::Part(..)));
    let mut sources = sources.into_iter().peekable();
    let mut input: Option<Input<'static>> = None;
    let mut total = if is_watched && !calls_python && !has_parts { Some(0) } else { None };
    while let Some(source) = sources.next() {
        let next = match source {
            Source::Open(input) | Source::Part(input) => *input,
            Source::Path(path) => {
                let mut paths = vec![path];
                while let Some(Source::Path(path)) = sources.next_if(|next| matches!(next, Source::Path(_))) {
                    paths.push(path);
                }
                let counter = Counter::clone(&counter);
                gate::run(given.py(), || {
                    total = total.and_then(|total: u64| Some(total + extension::total_bytes(&paths)?));
                    extension::files_counted(paths, counter)
                })?
                .map_err(to_python)?
            }
        };
        input = Some(match input {
            Some(input) => input.then(next),
            None => next,
        });
    }
    let input = input.unwrap_or_else(|| Input::bytes(b""));
    Ok(Given { input, calls_python, extent: Extent { counter: Some(counter), total } })
}

/// The records of a plain file that begin in a range of its bytes: see [`Input::part`].
#[pyclass(frozen, module = "parsimd._parsimd")]
pub(crate) struct FilePart {
    path: PathBuf,
    range: Range<u64>,
}

#[pymethods]
impl FilePart {
    #[new]
    fn new(path: PathBuf, start: u64, end: u64) -> FilePart {
        FilePart { path, range: start..end }
    }
}

enum Source {
    Path(PathBuf),
    Part(Box<Input<'static>>),
    Open(Box<Input<'static>>),
}

/// A path or an open file, of which is counted what is read; `None` for anything else.
fn source(given: &Bound<'_, PyAny>, counter: &Counter) -> PyResult<Option<Source>> {
    let py = given.py();
    if let Ok(part) = given.cast::<FilePart>() {
        let FilePart { path, range } = part.get();
        let input = gate::run(py, || Input::part(path, range.clone()))?.map_err(to_python)?;
        return Ok(Some(Source::Part(Box::new(input))));
    }
    if given.is_instance_of::<PyString>()
        || given.is_instance_of::<PyBytes>()
        || given.hasattr(name!(py, "__fspath__"))?
    {
        let text = capi::call_method(&make::import(py, "os")?, name!(py, "fsdecode"), &[given])?;
        let path: PathBuf = text.extract()?;
        if text.cast::<PyString>()?.to_cow().is_ok_and(|text| text.contains('\n')) && !path.exists() {
            return Err(make::error::<PyTypeError>(format!(
                "there is no file of this name, which has a newline in it: {}; scan_file takes paths and open files, and scan takes text",
                shown(&text)
            )));
        }
        return Ok(Some(Source::Path(path)));
    }
    Ok(open_file(given, counter)?.map(|input| Source::Open(Box::new(input))))
}

fn not_a_file(given: &Bound<'_, PyAny>, several: Option<&Bound<'_, PyAny>>) -> PyErr {
    let name = |object: &Bound<'_, PyAny>| object.get_type().name().map_or_else(|_| "?".to_owned(), |n| n.to_string());
    let inside = several.map_or_else(String::new, |several| format!(" in {}", name(several)));
    let instead = if is_socket(given).unwrap_or(false) {
        "for a socket use its makefile('rb')"
    } else if given.is_instance_of::<PyInt>() {
        "for the number of a file that is open use open(number, 'rb')"
    } else {
        "for data in memory use scan"
    };
    make::error::<PyTypeError>(format!(
        "scan_file takes a path (str, bytes or os.PathLike), an open file, or several of them, not {}{inside}; {instead}",
        name(given)
    ))
}

fn is_socket(given: &Bound<'_, PyAny>) -> PyResult<bool> {
    given.hasattr(name!(given.py(), "makefile"))
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
        let bytes = capi::call_method(&self.view.bind(py).get_item(slice)?, name!(py, "tobytes"), &[])?;
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
