//! The text of a field → its value.
//!
//! The meaning is that of `parse`'s converters. Each takes the text of one field and knows nothing of the match around it.
//!
//! | file | what |
//! |---|---|
//! | [`mod@value`] | what a value can be |
//! | [`field`] | one text → its value, by the kind of the field |
//! | [`mod@column`] | the texts of a whole column → the column, by a kernel where there is one |
//! | [`converter`], [`converted`] | functions of the caller's own; the columns of what they make |
//! | [`integer`], [`float`] | numbers |
//! | [`time`], [`strptime`] | dates and times, in the layouts with a type code and by strptime codes |
//! | [`stamp`], [`duration`] | time stamps in whichever layout they have, Unix time; durations |
//! | [`size`], [`quoted`] | numbers of bytes; texts in quotes |
//! | [`map`], [`key`] | pairs of keys and values; the column of one key |
//! | [`calendar`] | the calendar |
//! | [`clock`] | what a time without a year or an offset means in a scan |
//! | [`zone`] | time zones |
//! | [`normalise`] | text that is not ASCII |

mod calendar;
mod clock;
mod column;
mod converted;
mod converter;
mod duration;
mod field;
mod float;
mod integer;
mod key;
mod map;
mod normalise;
mod quoted;
mod size;
mod stamp;
mod strptime;
mod time;
mod value;
mod zone;

pub(crate) use calendar::DAY;
pub(crate) use calendar::current_year;
#[cfg(feature = "cli")]
pub(crate) use calendar::now;
pub use calendar::{Date, DateTime, Time};
pub use clock::Year;
pub(crate) use clock::{Clock, OffsetsSeen};
pub(crate) use column::{Converted, Texts, column, overlapping_column};
pub(crate) use converted::Dictionary;
pub use converter::Converter;
pub use converter::{Answer, ConvertTexts};
pub(crate) use field::{has_small_value, short_integer, value};
pub(crate) use key::{KeyTexts, key_column};
pub(crate) use quoted::read as unquote;
pub use value::{BigInt, Value};
pub use zone::TimeZone;
