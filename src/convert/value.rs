//! [`Value`]: what the text of a field is worth.

use std::net::IpAddr;

use super::calendar::{Date, DateTime, Time};

/// The value of a field.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Value<'t> {
    /// No value: the text of the field is one of its [null texts](crate::NullTexts), or its optional part is missing.
    Null,
    /// The text of the field as it stands in the input.
    Text(&'t str),
    /// An integer.
    Int(i64),
    /// An integer past 64 bits.
    BigInt(BigInt),
    /// A floating-point number, correctly rounded.
    Float(f64),
    /// The text of an exact decimal number, without surrounding whitespace.
    Decimal(&'t str),
    /// A date with a time of day.
    DateTime(DateTime),
    /// A date, from strptime codes without a time.
    Date(Date),
    /// A time of day.
    Time(Time),
    /// A duration, in nanoseconds.
    Duration(i64),
    /// True or false.
    Bool(bool),
    /// An address, without its zone.
    Ip(IpAddr),
    /// A text that is not as it stands in the input: it had escapes, or a [`Converter`](crate::Converter) made it.
    Unescaped(String),
}

/// An integer past 64 bits, as its digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct BigInt {
    /// True when it is below zero.
    pub negative: bool,
    /// 2, 8, 10 or 16.
    pub base: u32,
    /// Its digits in that base, in lower case, the most significant first, without leading zeros.
    pub digits: String,
}
