//! The Arrow PyCapsule protocol: `__arrow_c_schema__`, `__arrow_c_array__` and `__arrow_c_stream__`.
//!
//! | file | what |
//! |---|---|
//! | [`export`] | batches, columns and scans → capsules |
//! | [`import`] | capsules of other libraries → arrays |
//! | [`capsule`] | what both share |

#![allow(unsafe_code, reason = "the structs of Arrow's C interface")]

mod capsule;
mod export;
mod import;

pub(crate) use capsule::{Pair, Requested};
pub(crate) use export::{array, batches, column, column_schema, column_stream, lazy, schema, texts};
pub(crate) use import::{ImportedArray, row_numbers};
