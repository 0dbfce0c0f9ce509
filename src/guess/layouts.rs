//! Times that the type `t` does not read, as strptime codes.

use crate::pattern::LAYOUTS;

/// Where the longest text ends that begins at a byte, stands by itself, and looks like one of the layouts.
pub(super) fn end(line: &str, at: usize) -> Option<usize> {
    let text = &line.as_bytes()[at..];
    let first = text.first()?;
    if !first.is_ascii_digit() && !first.is_ascii_uppercase() {
        return None;
    }
    let longest = LAYOUTS.iter().filter_map(|layout| shape(layout, text)).max()?;
    let longest = longest + fraction(&text[longest..]).map_or(0, |(_, length)| length);
    let is_alone = !text.get(longest).is_some_and(|next| next.is_ascii_alphanumeric());
    // A point or a dash would go on with a number or a name, and is no end.
    let goes_on = matches!(text.get(longest..longest + 2), Some([b'.' | b'-' | b'/' | b'_', next]) if next.is_ascii_alphanumeric());
    (is_alone && !goes_on).then_some(at + longest)
}

/// The layout that reads all of these texts, of several the one by which their years lie closest together: the days of a log change, and its year seldom does. The second
/// is another one by which they lie as close, and which means other days.
pub(super) fn read(texts: &[&str], reads: impl Fn(&str) -> bool) -> Option<(String, Option<String>)> {
    let first = texts.first()?.as_bytes();
    let specs = LAYOUTS.iter().filter_map(|layout| {
        let rest = &first[shape(layout, first)?..];
        match fraction(rest) {
            None if rest.is_empty() => Some((*layout).to_owned()),
            Some((mark, length)) if length == rest.len() => Some(format!("{layout}{}%f", mark as char)),
            _ => None,
        }
    });
    let found: Vec<String> = specs.filter(|spec| reads(spec)).collect();
    let spans: Vec<u32> = found.iter().map(|spec| years(spec, texts)).collect();
    let least = spans.iter().min()?;
    let mut found = found.into_iter().zip(&spans).filter(|(_, span)| *span == least).map(|(spec, _)| spec);
    let best = found.next()?;
    Some((best, found.next()))
}

/// From the first to the last year of two digits that texts have by a layout.
fn years(layout: &str, texts: &[&str]) -> u32 {
    let Some((before, _)) = layout.split_once("%y") else { return 0 };
    let year = |text: &&str| {
        let at = shape(before, text.as_bytes())?;
        text.get(at..at + 2)?.parse::<u32>().ok()
    };
    let years = || texts.iter().filter_map(year);
    years().max().unwrap_or(0) - years().min().unwrap_or(0)
}

/// How many bytes at the beginning of a text look like a layout.
fn shape(layout: &str, text: &[u8]) -> Option<usize> {
    let (mut at, mut codes) = (0, layout.bytes());
    while let Some(byte) = codes.next() {
        let rest = text.get(at..)?;
        at += match byte {
            b'%' => match codes.next()? {
                b'Y' => digits(rest, 4)?,
                b'b' => rest.get(..3).filter(|name| name.iter().all(u8::is_ascii_alphabetic))?.len(),
                b'p' => rest.get(..2).filter(|name| matches!(**name, [b'A' | b'P', b'M']))?.len(),
                _ => digits(rest, 2)?,
            },
            byte => (rest.first() == Some(&byte)).then_some(1)?,
        };
    }
    Some(at)
}

/// So many digits.
fn digits(text: &[u8], count: usize) -> Option<usize> {
    text.get(..count).filter(|digits| digits.iter().all(u8::is_ascii_digit)).map(<[u8]>::len)
}

/// The mark and the length of a fraction of a second.
fn fraction(text: &[u8]) -> Option<(u8, usize)> {
    let (&mark, rest) = text.split_first()?;
    let count = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    (matches!(mark, b'.' | b',') && (1..=9).contains(&count)).then_some((mark, count + 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Pattern;

    #[test]
    fn every_layout_is_one_that_the_language_reads() {
        for layout in LAYOUTS {
            for fraction in ["", ".%f", ",%f"] {
                let pattern = Pattern::new(&format!("{{time:{layout}{fraction}}}"));
                assert!(pattern.is_ok(), "{layout}{fraction}");
            }
        }
    }

    #[test]
    fn a_time_is_taken_as_a_whole_and_alone() {
        for (text, expected) in [
            ("081110 220637 32", "081110 220637"),
            ("17/06/09 20:10:58 INFO", "17/06/09 20:10:58"),
            ("01/02/2026 03:04:05 PM x", "01/02/2026 03:04:05 PM"),
            ("2005.07.15 R02", "2005.07.15"),
            ("10:21:36,123 x", "10:21:36,123"),
            ("Jan 02, 2026 03:04:05 AM", "Jan 02, 2026 03:04:05 AM"),
            ("2026-01-02-03", ""),
            ("10:21:36x", ""),
            ("word", ""),
        ] {
            assert_eq!(end(text, 0).map_or("", |end| &text[..end]), expected, "{text}");
        }
    }
}
