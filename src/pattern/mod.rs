//! Format text → [`Format`]: pieces, fields, and the regular expression that they stand for.
//!
//! The language is that of PyPI `parse` 1.22.4, quirks included, and the expression is the text that `parse` builds, character
//! by character: clients read it, and it is the authority on what matches. This folder knows nothing of how the
//! expression is run.
//!
//! | file | what |
//! |---|---|
//! | [`mod@format`] | a format text, read |
//! | [`split`] | the format, cut into literal text and fields |
//! | [`spec`] | what stands after the colon of a field |
//! | [`types`] | the types: a code, what it matches, what its value is. A new type goes here |
//! | [`beyond`] | the expressions of the types that `parse` does not know |
//! | [`expression`] | a spec → its expression |
//! | [`nulls`] | texts that stand for no value: `{size:d\|-}` |
//! | [`parts`] | where a format may be cut |
//! | [`suggest`] | what was probably meant by a type that there is not |
//! | [`names`] | field names → names of capture groups |

mod beyond;
mod expression;
mod format;
mod names;
mod nulls;
mod parts;
mod spec;
mod split;
mod suggest;
mod types;

pub use format::Field;
pub(crate) use format::{Format, FormatOptions, Group, Piece};
pub use nulls::NullTexts;
pub(crate) use parts::PartKind;
pub(crate) use spec::Align;
pub(crate) use suggest::is_near;
pub use suggest::suggestion;
pub use types::{CustomType, DatetimeLayout, ValueKind};
pub(crate) use types::{DAYS, MONTHS, STRPTIME, TYPES, has_date_and_time, name_at, strptime_letters};
