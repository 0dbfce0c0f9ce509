//! `parsimd._parsimd`: what the Python package takes from the Rust crate.
//!
//! | file | what |
//! |---|---|
//! | [`pattern`] | `Pattern`: a format as the native engine reads it |
//! | [`matcher`] | `Matcher`: whole-text matching |
//! | [`parser`] | `ParserBase`: the calls of `Parser` that match |
//! | [`calls`] | `Calls`: the calls at the top of the package, and their cache |
//! | [`result`] | `Result`: the values of a match |
//! | [`iterator`] | `ResultIterator`: what `findall` gives |
//! | [`input`], [`options`] | what a scan is called with |
//! | [`scan`], [`stats`] | `Scan`, `Texts`; `Stats`, `Failure` |
//! | [`batch`] | `Batch`, `Pieces`, `Column`, `Row` |
//! | [`arrow`] | Arrow capsules, out and in |
//! | [`numpy`] | columns → numpy arrays |
//! | [`objects`] | values → Python objects |
//! | [`error`] | errors and panics → exceptions |
//! | [`gate`] | how a call leaves the interpreter, and comes back |
//! | [`make`] | new Python objects, and what there is when there is no memory for one |
//! | [`cpython`] | type slots of our own, and objects that are held without a lock |

mod arrow;
mod batch;
mod calls;
mod cpython;
mod error;
mod gate;
mod input;
mod iterator;
mod make;
mod matcher;
mod numpy;
mod objects;
mod options;
mod parser;
mod pattern;
mod result;
mod scan;
mod stats;

use pyo3::{exceptions::PyImportError, prelude::*};

use crate::make::Made;

/// For the columns of batches, which threads make and others drop: the system's allocator gives such memory back and takes it again, page by page,
/// and two threads of a scan get in each other's way there. Python's own objects are not its business.
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

#[cfg(Py_GIL_DISABLED)]
compile_error!("parsimd cannot be built for free-threaded Python: its classes count on the GIL");

#[pymodule]
fn _parsimd(module: &Bound<'_, PyModule>) -> PyResult<()> {
    // Classes and caches are of the process, and the way back into Python asks for the main interpreter: another one would wait for ever.
    // These are the words of CPython, which refuses by itself from 3.12 on, unless it is told not to; the package adds what to do.
    if cpython::is_subinterpreter(module.py()) {
        return Err(make::error::<PyImportError>(
            "module parsimd._parsimd does not support loading in subinterpreters",
        ));
    }
    // A wrong name is an error from the start, never a quiet fallback.
    isa().map_err(|error| make::error::<PyImportError>(error.value(module.py()).to_string()))?;
    module.add_class::<pattern::Pattern>()?;
    module.add_class::<matcher::Matcher>()?;
    module.add_class::<parser::ParserBase>()?;
    module.add_class::<calls::Calls>()?;
    module.add_class::<result::Result>()?;
    module.add_class::<iterator::ResultIterator>()?;
    module.add_class::<scan::Scan>()?;
    module.add_class::<stats::Stats>()?;
    module.add_class::<scan::Texts>()?;
    module.add_class::<stats::Failure>()?;
    module.add_class::<batch::Batch>()?;
    module.add_class::<batch::Pieces>()?;
    module.add_class::<batch::Column>()?;
    module.add_class::<batch::Row>()?;
    cpython::replace_slots::<batch::Row>(module.py())?;
    cpython::replace_slots::<result::Result>(module.py())?;
    cpython::replace_slots::<result::Matches>(module.py())?;
    cpython::replace_subscript::<result::Result>(module.py());
    cpython::replace_iternext::<iterator::ResultIterator>(module.py());
    module.add("ScanError", module.py().get_type::<error::ScanError>())?;
    module.add("InternalError", module.py().get_type::<error::InternalError>())?;
    module.add("RECORD_BYTES", parsimd::limits::RECORD_BYTES)?;
    module.add("TYPES", parsimd::extension::types().collect::<Vec<_>>())?;
    module.add("STRPTIME", parsimd::extension::strptime().collect::<Vec<_>>())?;
    module.add_function(wrap_pyfunction!(isa, module)?)?;
    module.add_function(wrap_pyfunction!(available_isas, module)?)?;
    module.add_function(wrap_pyfunction!(objects::expand_names, module)?)
}
