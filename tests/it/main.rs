//! The tests of the crate from outside, by its public face alone.
//!
//! They are one program: each further one would be linked for itself. `cargo test --test it pipes::` runs one file of them.
//!
//! | file | what it promises |
//! |---|---|
//! | [`cases`] | the cases of `tests/cases/`, which Python runs too, come out as they say, however they are run |
//! | [`formats`] | the ready patterns read the lines of the programs that they are for |
//! | [`guess`] | guesses are what a scan reads, and any bytes are guessed from or refused |
//! | [`guide`] | the examples of the guide |
//! | [`examples`] | the programs of `examples/` |
//! | [`pipes`] | pipes keep nobody waiting |
//! | [`follow`] | files that are followed, and files that shrink meanwhile |
//! | [`damage`] | damage at any byte, files that are cut, names that are no text: what is read is right, and the rest is told |
//! | [`damaged_input`] | an input that breaks loses no row before the damage |
//! | [`input_marks`] | byte order marks, holes of NUL bytes and UTF-16 |
//! | [`limits`] | every limit is where the tables say, and past it comes what they say |
//! | [`long_records`] | a record that is too long is one failure |
//! | [`same_bytes`] | the same bytes give the same, however they are read, and it is what the regular expression says |
//! | [`threads`] | several threads give what one gives |
//! | [`columns_and_limit`] | fewer columns and rows are a part of the same answer |
//! | [`scan_options`] | options by their methods, and fields by their names |
//! | [`converters`] | columns of what a function of the caller's own makes |
//! | [`filters`] | rows that are chosen while they are scanned are those that a look at all rows would choose |
//! | [`rare_matches`] | logs of which few lines match |
//! | [`not_ascii`] | lines that are not ASCII |
//! | [`text_views`] | text as views of the input |
//! | [`binary_text`] | text as bytes |
//! | [`datetime_range`] | dates and times at the ends of what a column holds |
//! | [`rows`] | cells of a row by name, as types of Rust, and their text |
//! | `records` | rows as structs, tuples and maps of the caller's own |
//! | [`reasons`] | why lines were not read, in groups |
//! | [`rejects`] | every record that was not read can be had |
//! | [`times`] | what a time without a year or an offset means |
//! | [`common`] | what several of them need |

mod all_matches;
mod binary_text;
mod cases;
mod columns_and_limit;
mod common;
mod compressed;
mod converters;
mod damage;
mod damaged_input;
mod datetime_range;
mod examples;
mod filters;
mod follow;
mod formats;
mod guess;
mod guide;
mod input_marks;
mod limits;
mod long_records;
mod mismatches;
mod multiline;
mod not_ascii;
mod origin;
#[cfg(unix)]
mod pairs;
mod parts;
mod pipes;
mod rare_matches;
mod reasons;
#[cfg(feature = "serde")]
mod records;
mod rejects;
mod rows;
mod same_bytes;
mod scan_options;
mod sets;
mod skip_filtered;
mod text_views;
mod threads;
mod times;
mod wrong_answers;
