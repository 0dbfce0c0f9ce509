//! Tells the sources which version of Python they are built for, and refuses what is no CPython.

use pyo3_build_config::PythonImplementation;

fn main() {
    pyo3_build_config::use_pyo3_cfgs();
    let implementation = pyo3_build_config::get().implementation();
    if implementation != PythonImplementation::CPython {
        println!(
            "cargo::error=parsimd cannot be built for {implementation}: its classes replace type slots, which only \
             CPython has as they are known here. Use CPython 3.9 or later, or the crate `parsimd` from Rust."
        );
    }
}
