//! `parsimd._parsimd`: the native module of the Python package.
//!
//! The files are layers: each uses files of the rows before its own, and of its own row where they stand before it.
//!
//! | file | what |
//! |---|---|
//! | [`capi`] | functions of CPython for which pyo3 has no safe call |
//! | [`make`] | new Python objects, and the MemoryError where there is no memory for one |
//! | [`stats`] | `Stats`, `Failure` and `Reason`: what a scan has seen |
//! | [`error`] | errors and panics → exceptions |
//! | [`trashcan`], [`cells`] | what objects hold: dropped on a bounded stack, read without a lock |
//! | [`cpython`] | replaced type slots |
//! | [`gate`] | how a call leaves the interpreter, and comes back |
//! | [`converter`] | functions of the program's own that make the values of columns |
//! | [`progress`] | who is told how far a scan is |
//! | [`arguments`], [`options`], [`open_file`], [`input`] | what calls and scans are called with |
//! | [`objects`], [`numpy`] | values → Python objects; columns → numpy arrays |
//! | [`arrow`] | Arrow capsules, out and in |
//! | [`result`] | `Result`: the values of a match |
//! | [`matcher`] | `Matcher`: whole-text matching |
//! | [`engine`], [`iterator`], [`parser`] | `ParserBase`, and `ResultIterator`, which `findall` makes |
//! | [`calls`] | `Calls`: the calls at the top of the package, and their cache |
//! | [`chunks`] | the rows of a batch in pieces, joined when they are needed in one |
//! | [`frames`] | batches and scans as tables of other libraries |
//! | [`batch`] | `Batch`, `Pieces`, `Column`, `Row` |
//! | [`rejects`] | where the records go that a scan could not read |
//! | [`reader`], [`scan`] | `Scan`, `SetScan` and `Texts` |
//! | [`pattern`] | `Pattern`: a format as the native engine reads it |
//! | [`set`] | `PatternSet`: several of them |
//! | [`formats`] | patterns of formats that people have already |
//! | [`command`] | the command `parsimd` |
//! | [`guess`] | patterns for lines of which nothing is known |

mod arguments;
mod arrow;
mod batch;
mod calls;
mod capi;
mod cells;
mod chunks;
mod command;
mod converter;
mod cpython;
mod engine;
mod error;
mod formats;
mod frames;
mod gate;
mod guess;
mod input;
mod iterator;
mod make;
mod matcher;
mod numpy;
mod objects;
mod open_file;
mod options;
mod parser;
mod pattern;
mod progress;
mod reader;
mod rejects;
mod result;
mod scan;
mod set;
mod stats;
mod trashcan;

use pyo3::{exceptions::PyImportError, prelude::*};

use crate::{cpython::Replacement, make::Made};

/// For the columns of batches, which threads make and others drop: the system's allocator gives such memory back and takes it again, page by page,
/// and two threads of a scan get in each other's way there. Python's own objects are not its business.
#[cfg(not(feature = "system-allocator"))]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The name of the instruction set that the kernels use: `PARSIMD_ISA`, or the best that this machine has.
#[pyfunction]
fn isa() -> PyResult<Made<&'static str>> {
    let isa = parsimd::Isa::from_env().map_err(|error| error::to_python(error.into()))?;
    Ok(Made(isa.name()))
}

/// The names of the instruction sets that this machine has kernels for, the best first.
#[pyfunction]
fn available_isas() -> Made<Vec<&'static str>> {
    Made(parsimd::Isa::available().into_iter().map(parsimd::Isa::name).collect())
}

/// What to write instead of an unknown type, or None; `custom` are the names of the caller's own types.
#[pyfunction]
fn suggestion(kind: &str, custom: Vec<String>) -> Option<Made<String>> {
    parsimd::extension::suggestion(kind, custom.iter().map(String::as_str)).map(Made)
}

/// What to do where a format is written in another language than that of patterns, or None.
#[pyfunction]
fn other_language(format: &str) -> Option<Made<&'static str>> {
    parsimd::extension::other_language(format).map(Made)
}

/// A message about a place in a format, in characters, with the place drawn below it and what to do.
#[pyfunction]
fn point_at(message: &str, format: &str, start: usize, length: usize, advice: &str) -> Made<String> {
    let byte = |at| format.char_indices().nth(at).map_or(format.len(), |(byte, _)| byte);
    Made(parsimd::extension::below(message, format, byte(start)..byte(start + length), advice))
}

/// Whether `PARSIMD_PLAIN_CLASSES` asks for classes whose type slots are pyo3's.
fn asks_for_plain_classes() -> PyResult<bool> {
    let value = std::env::var_os("PARSIMD_PLAIN_CLASSES").unwrap_or_default();
    match value.as_encoded_bytes() {
        b"" | b"0" => Ok(false),
        b"1" => Ok(true),
        _ => Err(make::error::<PyImportError>(format!("PARSIMD_PLAIN_CLASSES must be 0 or 1, not {value:?}"))),
    }
}

#[cfg(Py_GIL_DISABLED)]
compile_error!("parsimd cannot be built for free-threaded Python: its classes count on the GIL");

#[pymodule]
fn _parsimd(module: &Bound<'_, PyModule>) -> PyResult<()> {
    // Classes and caches are of the process, and the way back into Python asks for the main interpreter: another one would wait for ever.
    // These are the words of CPython, which refuses by itself from 3.12 on, unless it is told not to; the package adds what to do.
    if capi::is_subinterpreter(module.py()) {
        return Err(make::error::<PyImportError>(
            "module parsimd._parsimd does not support loading in subinterpreters",
        ));
    }
    error::adopt_panics(module.py())?;
    // A wrong name is an error from the start, never a quiet fallback.
    isa().map_err(|error| make::error::<PyImportError>(error.value(module.py()).to_string()))?;
    module.add_class::<pattern::Pattern>()?;
    module.add_class::<input::FilePart>()?;
    module.add_class::<set::PatternSet>()?;
    module.add_class::<matcher::Matcher>()?;
    module.add_class::<engine::ParserBase>()?;
    module.add_class::<calls::Calls>()?;
    module.add_class::<result::Result>()?;
    module.add_class::<iterator::ResultIterator>()?;
    module.add_class::<scan::Scan>()?;
    module.add_class::<scan::SetScan>()?;
    module.add_class::<stats::Stats>()?;
    module.add_class::<scan::Texts>()?;
    module.add_class::<stats::Failure>()?;
    module.add_class::<stats::Reason>()?;
    module.add_class::<batch::Batch>()?;
    module.add_class::<batch::Pieces>()?;
    module.add_class::<batch::Column>()?;
    module.add_class::<batch::Row>()?;
    let plain = asks_for_plain_classes()?.then_some("PARSIMD_PLAIN_CLASSES asks for it");
    let replacements = [
        Replacement::objects::<batch::Row>(),
        Replacement::objects::<result::Result>(),
        Replacement::objects::<result::Matches>(),
        Replacement::subscript::<result::Result>(),
        Replacement::iternext::<iterator::ResultIterator>(),
    ];
    module.add("PLAIN_CLASSES", cpython::replace_slots(module.py(), plain, &replacements).map(Made))?;
    module.add("ScanError", module.py().get_type::<error::ScanError>())?;
    module.add("InternalError", module.py().get_type::<error::InternalError>())?;
    module.add("RECORD_BYTES", parsimd::limits::RECORD_BYTES)?;
    module.add("GUESS_LINES", parsimd::limits::GUESS_LINES)?;
    module.add("GUESS_BYTES", parsimd::limits::GUESS_BYTES)?;
    module.add("GUESS_LINE_BYTES", parsimd::limits::GUESS_LINE_BYTES)?;
    module.add("TYPES", parsimd::extension::types().collect::<Vec<_>>())?;
    module.add("STRPTIME", parsimd::extension::strptime().collect::<Vec<_>>())?;
    module.add_function(wrap_pyfunction!(isa, module)?)?;
    module.add_function(wrap_pyfunction!(available_isas, module)?)?;
    module.add_function(wrap_pyfunction!(suggestion, module)?)?;
    module.add_function(wrap_pyfunction!(other_language, module)?)?;
    module.add_function(wrap_pyfunction!(point_at, module)?)?;
    module.add_function(wrap_pyfunction!(error::panic, module)?)?;
    module.add_function(wrap_pyfunction!(formats::pattern_of, module)?)?;
    module.add_function(wrap_pyfunction!(formats::ready_patterns, module)?)?;
    module.add_function(wrap_pyfunction!(command::run_command, module)?)?;
    module.add_function(wrap_pyfunction!(command::parquet_output, module)?)?;
    module.add_function(wrap_pyfunction!(guess::guess_lines, module)?)?;
    module.add_function(wrap_pyfunction!(converter::check_column, module)?)?;
    module.add_function(wrap_pyfunction!(objects::expand_names, module)?)
}
