//! Values in single calls, in columns, and as the standard library reads them; times as counting days has them.

use super::{
    super::{pieces, same_value, written_time_is_read},
    Bytes, Case, call,
    formatted::field_text,
};

/// A type with texts of it, and now and then a time.
pub struct AnyValues {
    code: &'static str,
    texts: Vec<String>,
    time: Option<Time>,
}

/// A day, the microseconds of it, and the minutes of an offset.
type Time = ((i32, u8, u8), i64, i32);

impl Case for AnyValues {
    fn read(bytes: &mut Bytes<'_>) -> Self {
        const NUMBERS: [&str; 7] = ["d", "n", "x", "f", "e", "g", "%"];
        // Every other case is one of numbers, of which there are the most values.
        let is_number = bytes.ratio(1, 2);
        let types: Vec<_> = pieces::types().iter().filter(|(code, _)| !is_number || NUMBERS.contains(code)).collect();
        let &(code, samples) = bytes.one_of(&types);
        let text = |bytes: &mut Bytes<'_>| match is_number && bytes.ratio(1, 2) {
            true => number(bytes),
            false => field_text(bytes, samples),
        };
        let texts = (0..bytes.int(1..=20)).map(|_| text(bytes)).collect();
        let time = bytes.ratio(1, 8).then(|| time(bytes));
        AnyValues { code, texts, time }
    }

    fn check(&self) {
        let texts: Vec<&str> = self.texts.iter().map(String::as_str).collect();
        same_value(self.code, &texts);
        if let Some((day, micros, offset)) = self.time {
            written_time_is_read(day, micros, offset);
        }
    }

    fn calls(&self) -> Vec<String> {
        let mut calls = vec![call("same_value", &[format!("{:?}", self.code), format!("&{:?}", self.texts)])];
        if let Some((day, micros, offset)) = self.time {
            let time = [format!("{day:?}"), micros.to_string(), offset.to_string()];
            calls.push(call("written_time_is_read", &time));
        }
        calls
    }
}

/// A number, as Rust writes it, or longer than any is.
fn number(bytes: &mut Bytes<'_>) -> String {
    match bytes.int(0..=3) {
        0 => bytes.number().cast_signed().to_string(),
        1 => f64::from_bits(bytes.number()).to_string(),
        2 => format!("{:e}", f64::from_bits(bytes.number())),
        _ => format!("{}.{}e{}", bytes.number(), bytes.number(), bytes.int(-0x8000..=0x7fff)),
    }
}

fn time(bytes: &mut Bytes<'_>) -> Time {
    let day = (bytes.int(1..=9999) as i32, bytes.int(1..=12) as u8, bytes.int(1..=28) as u8);
    (day, bytes.int(0..=86_399_999_999), bytes.int(-1439..=1439) as i32)
}
