//! [`Converter`]: a function of the caller's own that makes the values of a type.

use std::{fmt, sync::Arc};

use super::{
    calendar::{Date, DateTime},
    value::Value,
};
use crate::{
    error::{Error, Result},
    pattern::{DatetimeLayout, ValueKind},
};

/// The value of a text, [`Value::Null`] where it has none; or why it has none, which is a failure.
pub type Answer = std::result::Result<Value<'static>, String>;

/// Converts texts to values, several at once.
pub trait ConvertTexts: Send + Sync {
    /// The answer for each text, in order.
    ///
    /// # Errors
    /// Whatever keeps it from coming to its end, and says nothing of the texts: a scan that is left with it can go on, and asks for these texts again. Such a scan must
    /// have one thread.
    fn convert(&self, texts: &[&str]) -> std::result::Result<Vec<Answer>, Box<dyn std::error::Error + Send + Sync>>;
}

/// A function that makes the values of a [type of the caller's own](crate::CustomType), and what kind of values they are.
///
/// It is given the text of a field. `None` is no value: [`Value::Null`], and a null in a column. An error says why the text is no value of the type: in a scan its
/// record is a [failure](crate::FailureKind::Conversion), elsewhere it is an [`Error`]. A scan calls it once for each different text of a batch, from
/// all of its threads.
///
/// ```
/// use parsimd::{ColumnType, Converter, Pattern};
///
/// let grade = Converter::float64(|text| match text {
///     "none" => Ok(None),
///     _ => text.replace(',', ".").parse().map(Some),
/// });
/// let pattern = Pattern::builder("{who} {grade:Grade}").converter("Grade", grade).build()?;
/// assert_eq!(pattern.schema().columns().last(), Some(("grade", ColumnType::Float64)));
///
/// let mut scan = pattern.scan("ada 1,3\nbob none\neve x\n".as_bytes());
/// assert_eq!(scan.read_all()?.len(), 2);
/// assert_eq!(scan.stats().first_failures[0].reason, "\"x\": invalid float literal");
/// # Ok::<(), parsimd::Error>(())
/// ```
#[derive(Clone)]
pub struct Converter {
    kind: ValueKind,
    function: Arc<dyn ConvertTexts>,
}

/// A function that is given one text after the other.
struct Each<F>(F);

impl<F: Fn(&str) -> Answer + Send + Sync> ConvertTexts for Each<F> {
    fn convert(&self, texts: &[&str]) -> std::result::Result<Vec<Answer>, Box<dyn std::error::Error + Send + Sync>> {
        Ok(texts.iter().map(|text| (self.0)(text)).collect())
    }
}

impl Converter {
    /// One that makes integers.
    pub fn int64<E: fmt::Display>(
        convert: impl Fn(&str) -> std::result::Result<Option<i64>, E> + Send + Sync + 'static,
    ) -> Converter {
        Converter::each(ValueKind::Integer { base: None }, convert, |value| Ok(Value::Int(value)))
    }

    /// One that makes floating-point numbers.
    pub fn float64<E: fmt::Display>(
        convert: impl Fn(&str) -> std::result::Result<Option<f64>, E> + Send + Sync + 'static,
    ) -> Converter {
        Converter::each(ValueKind::Float, convert, |value| Ok(Value::Float(value)))
    }

    /// One that makes truth values.
    pub fn bool<E: fmt::Display>(
        convert: impl Fn(&str) -> std::result::Result<Option<bool>, E> + Send + Sync + 'static,
    ) -> Converter {
        Converter::each(ValueKind::Boolean, convert, |value| Ok(Value::Bool(value)))
    }

    /// One that makes dates with a time of day. In columns they are microseconds, as those of [`DatetimeLayout::Iso8601`] are: in UTC where they
    /// have an offset, else by [`ScanOptions::tz`](crate::ScanOptions::tz). One that does not exist is a failure.
    pub fn timestamp<E: fmt::Display>(
        convert: impl Fn(&str) -> std::result::Result<Option<DateTime>, E> + Send + Sync + 'static,
    ) -> Converter {
        Converter::each(ValueKind::Time(DatetimeLayout::Any), convert, |value: DateTime| {
            let Date { year, month, day } = value.date;
            match (Date::new(year, month, day), value.time.check(), value.time.microsecond) {
                (None, ..) => Err("a day that does not exist".to_owned()),
                (_, Err(reason), _) => Err(reason.to_owned()),
                (.., 1_000_000..) => Err("microsecond must be in 0..999999".to_owned()),
                _ => Ok(Value::DateTime(value)),
            }
        })
    }

    /// One that makes durations, in nanoseconds.
    pub fn duration<E: fmt::Display>(
        convert: impl Fn(&str) -> std::result::Result<Option<i64>, E> + Send + Sync + 'static,
    ) -> Converter {
        Converter::each(ValueKind::Duration, convert, |value| Ok(Value::Duration(value)))
    }

    /// One that makes texts.
    pub fn text<E: fmt::Display>(
        convert: impl Fn(&str) -> std::result::Result<Option<String>, E> + Send + Sync + 'static,
    ) -> Converter {
        Converter::each(ValueKind::Text, convert, |value| Ok(Value::Unescaped(value)))
    }

    fn each<T: 'static, E: fmt::Display>(
        kind: ValueKind,
        convert: impl Fn(&str) -> std::result::Result<Option<T>, E> + Send + Sync + 'static,
        value: fn(T) -> Answer,
    ) -> Converter {
        let answer = move |text: &str| match convert(text) {
            Ok(Some(found)) => value(found),
            Ok(None) => Ok(Value::Null),
            Err(error) => Err(error.to_string()),
        };
        Converter { kind, function: Arc::new(Each(answer)) }
    }

    /// One whose function is given several texts at once, and gives values of this kind.
    pub(crate) fn of_texts(kind: ValueKind, function: Arc<dyn ConvertTexts>) -> Converter {
        Converter { kind, function }
    }

    /// The kind that has the same values.
    pub(crate) fn kind(&self) -> &ValueKind {
        &self.kind
    }

    /// The answer for each text, in order.
    ///
    /// # Errors
    /// [`Error::is_interruption`]: the function did not come to its end.
    pub(super) fn answers(&self, texts: &[&str]) -> Result<Vec<Answer>> {
        let answers = self.function.convert(texts).map_err(Error::interrupted)?;
        if answers.len() != texts.len() {
            let (given, asked) = (answers.len(), texts.len());
            return Err(Error::wrong_answer(format!("the converter gave {given} values for {asked} texts")));
        }
        Ok(answers)
    }

    /// The value of one text.
    ///
    /// # Errors
    /// [`Error::is_value`]: it has none. That of [`answers`](Self::answers).
    pub(crate) fn value(&self, text: &str) -> Result<Value<'static>> {
        let answer = self.answers(&[text])?.pop().unwrap_or(Ok(Value::Null));
        answer.map_err(|reason| Error::value(text, reason))
    }
}

impl fmt::Debug for Converter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Converter").field("kind", &self.kind).finish_non_exhaustive()
    }
}
