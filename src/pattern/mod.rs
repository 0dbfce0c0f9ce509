//! Format text → [`Format`]: pieces, fields, and the regular expression that they stand for.
//!
//! The language is that of PyPI `parse` 1.22.4, quirks included, and the expression is the text that `parse` builds, character
//! by character, but where it reads less than a type is for: clients read it, and it is the authority on what matches. This folder knows nothing of how the
//! expression is run.
//!
//! | file | what |
//! |---|---|
//! | [`mod@format`] | a format text, read |
//! | [`head`] | what each record begins with that may have several lines |
//! | [`split`] | the format, cut into literal text and fields |
//! | [`spec`] | what stands after the colon of a field |
//! | [`types`] | the types: a code, what it matches, what its value is. A new type goes here |
//! | [`beyond`] | the expressions of the types that `parse` does not know |
//! | [`expression`] | a spec → its expression |
//! | [`keys`] | the list of keys in `kv(level,took:dur)` |
//! | [`nulls`] | texts that stand for no value: `{size:d\|-}` |
//! | [`pairs`] | a text of pairs, `key=value flag`, cut into them |
//! | [`parts`] | where a format may be cut |
//! | [`suggest`] | what was probably meant by a type that there is not |
//! | [`names`] | field names → names of capture groups |

mod beyond;
mod expression;
mod format;
mod head;
mod keys;
mod layouts;
mod names;
mod nulls;
mod pairs;
mod parts;
mod spec;
mod split;
mod suggest;
mod types;

pub(crate) use beyond::{InQuotes, in_quotes};
pub use format::Field;
pub(crate) use format::{Format, FormatOptions, Group, Key, Piece};
pub(crate) use layouts::LAYOUTS;
pub use nulls::NullTexts;
pub(crate) use pairs::{Pairs, is_flag, is_pairs};
pub(crate) use parts::{Part, PartKind};
pub(crate) use spec::Align;
#[cfg(any(test, fuzzing))]
pub(crate) use split::tokens_concatenate;
pub(crate) use suggest::about;
pub use suggest::{is_near, other_language, suggestion};
pub use types::{CustomType, DatetimeLayout, ValueKind};
pub(crate) use types::{
    DAYS, MONTHS, STRPTIME, TYPES, fraction_digits, fraction_marks, has_date_and_time, name_at, strptime_letters,
    unknown_codes,
};
