//! Timestamps.

use super::guard::Guarded;
use super::harness::{Random, cases, some_of};
use super::integers::Texts;
use super::on_each_isa;
use crate::{Bitmap, DatetimeLayout, Kernels, NO_OFFSET, Span};

on_each_isa!(
    random_datetimes_are_read_in_every_layout,
    every_day_of_a_century_is_read_in_every_layout,
    known_texts_have_their_datetimes,
    what_the_calendar_does_not_have_is_refused,
    every_wrong_byte_is_refused_or_another_datetime,
    every_length_but_the_right_one_is_refused,
    no_load_leaves_the_block,
);

const YEAR: u16 = 2012;
const LAYOUTS: [DatetimeLayout; 4] =
    [DatetimeLayout::Iso8601, DatetimeLayout::Apache, DatetimeLayout::Syslog { year: YEAR }, DatetimeLayout::Ctime];
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

type Datetime = Option<(i64, i16)>;

fn timestamps(kernels: &Kernels, block: &[u8], spans: &[Span], layout: DatetimeLayout) -> Vec<Datetime> {
    let (mut micros, mut offsets, mut valid) = (Vec::new(), Vec::new(), Bitmap::new());
    kernels.timestamps(block, spans, layout, &mut micros, &mut offsets, &mut valid);
    assert_eq!((micros.len(), offsets.len(), valid.len()), (spans.len(), spans.len(), spans.len()));
    let row = |((micros, offset), valid): ((i64, i16), bool)| {
        assert!(valid || (micros, offset) == (0, NO_OFFSET));
        valid.then_some((micros, offset))
    };
    micros.into_iter().zip(offsets).zip(valid.iter()).map(row).collect()
}

/// Days since 1970 as a date: counted in eras of 400 years that begin in March (Howard Hinnant, "chrono-Compatible
/// Low-Level Date Algorithms", 2013), which is not how the kernels count.
fn date(days: i64) -> (i64, usize, i64) {
    let days = days + 719_468;
    let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let (day, month) = (day - (153 * month + 2) / 5 + 1, if month < 10 { month + 3 } else { month - 9 });
    (year + era * 400 + i64::from(month <= 2), month as usize, day)
}

/// A datetime as text, and what the text must be read as. `style` chooses among what a layout leaves open.
fn write(layout: DatetimeLayout, local: i64, style: u64) -> (String, Datetime) {
    let (days, second) = (local.div_euclid(86_400_000_000), local.rem_euclid(86_400_000_000));
    let (year, month, day) = date(days);
    let (second, micros) = (second / 1_000_000, second % 1_000_000);
    let time = format!("{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60);
    let name = MONTHS[month - 1];
    let name = match style % 5 {
        0 => name.to_ascii_uppercase(),
        1 => name.to_ascii_lowercase(),
        _ => name.to_owned(),
    };
    let offset = ((style >> 8) % 2879) as i64 - 1439;
    let (sign, hours, minutes) = (if offset < 0 { '-' } else { '+' }, offset.abs() / 60, offset.abs() % 60);
    let whole = local - micros;
    match layout {
        DatetimeLayout::Iso8601 => {
            let separator = [' ', 'T'][style as usize % 2];
            let mark = ['.', ','][(style >> 48) as usize % 2];
            let places = (style >> 32) as usize % 10;
            let fraction =
                if places == 0 { String::new() } else { format!("{mark}{:.places$}", format!("{micros:06}789")) };
            let kept = 10i64.pow(6 - places.min(6) as u32);
            let (zone, east) = match (style >> 40) % 4 {
                0 => (String::new(), None),
                1 => ("Z".to_owned(), Some(0)),
                2 => (format!("{sign}{hours:02}{minutes:02}"), Some(offset)),
                _ => (format!("{sign}{hours:02}:{minutes:02}"), Some(offset)),
            };
            let text = format!("{year:04}-{month:02}-{day:02}{separator}{time}{fraction}{zone}");
            let value = whole + micros / kept * kept - east.unwrap_or(0) * 60_000_000;
            (text, Some((value, east.map_or(NO_OFFSET, |east| east as i16))))
        }
        DatetimeLayout::Apache => {
            let text = format!("{day:02}/{name}/{year:04}:{time} {sign}{hours:02}{minutes:02}");
            (text, Some((whole - offset * 60_000_000, offset as i16)))
        }
        DatetimeLayout::Syslog { .. } => {
            let day = if style & 64 == 0 { format!("{day:2}") } else { format!("{day:02}") };
            (format!("{name} {day} {time}"), (year == i64::from(YEAR)).then_some((whole, NO_OFFSET)))
        }
        DatetimeLayout::Ctime => {
            let weekday = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"][days.rem_euclid(7) as usize];
            let day = if style & 64 == 0 { format!("{day:2}") } else { format!("{day:02}") };
            (format!("{weekday} {name} {day} {time} {year:04}"), Some((whole, NO_OFFSET)))
        }
    }
}

/// Some datetime from year 1 to 9999, for syslog of the one year.
fn some_datetime(random: &mut Random, layout: DatetimeLayout) -> i64 {
    let (from, days) =
        if matches!(layout, DatetimeLayout::Syslog { .. }) { (15_340, 366) } else { (-719_162, 3_652_059) };
    (from + random.below(days) as i64) * 86_400_000_000 + random.below(86_400_000_000) as i64
}

fn random_datetimes_are_read_in_every_layout(kernels: &Kernels) {
    let mut random = Random(16);
    for layout in LAYOUTS {
        for _ in 0..cases(500) {
            let (mut texts, mut wanted) = (Texts::default(), Vec::new());
            for _ in 0..400 {
                let (text, datetime) = write(layout, some_datetime(&mut random, layout), random.next());
                assert!(datetime.is_some());
                texts.push(text.as_bytes(), *random.one_of(b"] 0Z"));
                wanted.push(datetime);
            }
            let got = timestamps(kernels, &texts.block, &texts.spans, layout);
            for (row, span) in texts.spans.iter().enumerate() {
                let text = String::from_utf8_lossy(span.of(&texts.block).unwrap());
                assert_eq!(got[row], wanted[row], "{text:?} {layout:?}");
            }
        }
    }
}

fn every_day_of_a_century_is_read_in_every_layout(kernels: &Kernels) {
    for layout in LAYOUTS {
        let (mut texts, mut wanted) = (Texts::default(), Vec::new());
        for day in some_of(36_525) {
            let day = if matches!(layout, DatetimeLayout::Syslog { .. }) { 15_340 + day % 366 } else { day };
            let (text, datetime) = write(layout, (day as i64) * 86_400_000_000 + 1_000_000, day as u64);
            texts.push(text.as_bytes(), b' ');
            wanted.push(datetime);
        }
        assert_eq!(timestamps(kernels, &texts.block, &texts.spans, layout), wanted);
    }
}

/// What a text is read as, alone at the front of a block, in a column of its like, and in the middle of others.
fn read(kernels: &Kernels, text: &[u8], layout: DatetimeLayout) -> Datetime {
    let alone = timestamps(kernels, text, &[Span::new(0, text.len() as u32)], layout);
    let (mut texts, mut mixed) = (Texts::default(), Texts::default());
    for row in 0..8 {
        texts.push(text, b'0');
        let (other, _) = write(layout, 1_331_774_200_000_000, 0);
        mixed.push(if row == 5 { text } else { other.as_bytes() }, b'0');
    }
    let column = timestamps(kernels, &texts.block, &texts.spans, layout);
    let among = timestamps(kernels, &mixed.block, &mixed.spans, layout);
    assert!(column.iter().all(|row| *row == alone[0]), "{:?}", String::from_utf8_lossy(text));
    assert_eq!(among[5], alone[0], "{:?}", String::from_utf8_lossy(text));
    assert!((0..8).all(|row| row == 5 || among[row].is_some()));
    alone[0]
}

fn known_texts_have_their_datetimes(kernels: &Kernels) {
    let second = 1_000_000;
    let rows: [(DatetimeLayout, &str, i64, i16); 18] = [
        (DatetimeLayout::Apache, "21/Nov/2011:00:07:11 +0000", 1_321_834_031 * second, 0),
        (DatetimeLayout::Apache, "21/nov/2011:00:07:11 -0130", 1_321_839_431 * second, -90),
        (DatetimeLayout::Iso8601, "2011-11-21T00:07:11", 1_321_834_031 * second, NO_OFFSET),
        (DatetimeLayout::Iso8601, "2011-11-21 00:07:11Z", 1_321_834_031 * second, 0),
        (DatetimeLayout::Iso8601, "2011-11-21T00:07:11.5Z", 1_321_834_031 * second + 500_000, 0),
        (DatetimeLayout::Iso8601, "2011-11-21T00:07:11.123456789+00:00", 1_321_834_031 * second + 123_456, 0),
        (
            DatetimeLayout::Iso8601,
            "2011-11-21T00:07:11.12345678901234567890",
            1_321_834_031 * second + 123_456,
            NO_OFFSET,
        ),
        (DatetimeLayout::Iso8601, "2011-11-21T01:07:11+0100", 1_321_834_031 * second, 60),
        (DatetimeLayout::Iso8601, "2011-11-20T23:07:11-01:00", 1_321_834_031 * second, -60),
        (DatetimeLayout::Iso8601, "0001-01-01T00:00:00", -62_135_596_800 * second, NO_OFFSET),
        (DatetimeLayout::Iso8601, "9999-12-31T23:59:59.999999", 253_402_300_799 * second + 999_999, NO_OFFSET),
        (DatetimeLayout::Syslog { year: 2011 }, "Nov  9 03:37:44", 1_320_809_864 * second, NO_OFFSET),
        (DatetimeLayout::Syslog { year: 2012 }, "Feb 29 00:00:00", 1_330_473_600 * second, NO_OFFSET),
        (DatetimeLayout::Ctime, "Thu Nov 24 03:30:01 2011", 1_322_105_401 * second, NO_OFFSET),
        (DatetimeLayout::Ctime, "mon nov  7 03:30:01 2011", 1_320_636_601 * second, NO_OFFSET),
        (DatetimeLayout::Iso8601, "2011-11-21 00:07:11,042", 1_321_834_031 * second + 42_000, NO_OFFSET),
        (DatetimeLayout::Iso8601, "2011-11-21T00:07:11,5Z", 1_321_834_031 * second + 500_000, 0),
        (DatetimeLayout::Iso8601, "2011-11-21 00:07:11,1234567+0000", 1_321_834_031 * second + 123_456, 0),
    ];
    for (layout, text, micros, offset) in rows {
        assert_eq!(read(kernels, text.as_bytes(), layout), Some((micros, offset)), "{text}");
    }
}

fn what_the_calendar_does_not_have_is_refused(kernels: &Kernels) {
    let rows: [(DatetimeLayout, &[&str]); 4] = [
        (
            DatetimeLayout::Iso8601,
            &[
                "2011-02-29T00:00:00",
                "1900-02-29T00:00:00",
                "2011-04-31T00:00:00",
                "2011-13-01T00:00:00",
                "2011-00-01T00:00:00",
                "2011-01-00T00:00:00",
                "2011-01-32T00:00:00",
                "2011-01-01T24:00:00",
                "2011-01-01T00:60:00",
                "2011-01-01T00:00:60",
                "0000-01-01T00:00:00",
                "2011-01-01T00:00:00.",
                "2011-01-01T00:00:00.Z",
                "2011-01-01T00:00:00,",
                "2011-01-01T00:00:00,Z",
                "2011-01-01T00:00:00;5",
                "2011-01-01T00:00:00.,5",
                "2011-01-01T00:00:00,5.",
                "2011-01-01T00:00:00/5Z",
                "2011-01-01T00:00:00-5",
                "2011-01-01T00:00:00+",
                "2011-01-01T00:00:00+24:00",
                "2011-01-01T00:00:00+0060",
                "2011-01-01T00:00:00+00",
                "2011-01-01T00:00:00z",
                "2011-01-01t00:00:00",
                "2011-01-01T00:00:00 Z",
                "2011-01-01T00:00:00.5,",
                "2011-01-01T00:00:00ZZ",
                "2011-01-01T00:00",
                "2011-01-01",
                "",
                "T",
                "2011-01-01T00:00:00.1.2",
                "2011-01-01T00:00:00+0:000",
                "2011-01-01T00:00:00+00-00",
            ],
        ),
        (
            DatetimeLayout::Apache,
            &[
                "31/Nov/2011:00:07:11 +0000",
                "21/Nox/2011:00:07:11 +0000",
                "00/Nov/2011:00:07:11 +0000",
                "21/Nov/2011:24:07:11 +0000",
                "21/Nov/2011:00:07:11 *0000",
                "21/Nov/2011:00:07:11 +2400",
                "21/Nov/2011:00:07:11 +0060",
                "21/Nov/0000:00:07:11 +0000",
                " 1/Nov/2011:00:07:11 +0000",
                "",
            ],
        ),
        (
            DatetimeLayout::Syslog { year: 2011 },
            &["Feb 29 00:00:00", "Nov  0 00:00:00", "Nov 31 00:00:00", "Nov 1  00:00:00", "Nov    00:00:00", ""],
        ),
        (
            DatetimeLayout::Ctime,
            &[
                "Thx Nov 24 03:30:01 2011",
                "Thu Nov 31 03:30:01 2011",
                "Thu Nov 24 03:30:61 2011",
                "Thu    24 03:30:01 2011",
            ],
        ),
    ];
    for (layout, texts) in rows {
        for text in texts {
            assert_eq!(read(kernels, text.as_bytes(), layout), None, "{text} {layout:?}");
        }
    }
    let mut texts = Texts::default();
    (0..9).for_each(|_| texts.push(b"Jan  1 00:00:00", b' '));
    for year in [0, 10_000, u16::MAX] {
        assert_eq!(timestamps(kernels, &texts.block, &texts.spans, DatetimeLayout::Syslog { year }), [None; 9]);
    }
}

fn every_wrong_byte_is_refused_or_another_datetime(kernels: &Kernels) {
    let scalar = crate::kernels(crate::Isa::Scalar).unwrap();
    for layout in LAYOUTS {
        let (text, right) = write(layout, 1_331_774_200_123_456, 0x0300_0607_0000);
        for place in 0..text.len() {
            let mut texts = Texts::default();
            for byte in 0..=255 {
                let mut changed = text.clone().into_bytes();
                changed[place] = byte;
                texts.push(&changed, b'0');
            }
            let got = timestamps(kernels, &texts.block, &texts.spans, layout);
            assert_eq!(got, timestamps(scalar, &texts.block, &texts.spans, layout));
            let same = (0..=255u8).filter(|&byte| got[usize::from(byte)] == right);
            // The byte itself; but there are two cases, two separators, two marks of a fraction, and weekdays are not checked.
            assert!(same.clone().any(|byte| byte == text.as_bytes()[place]), "{text} {place}");
            let free = layout == DatetimeLayout::Iso8601 && text.as_bytes()[place].is_ascii_digit() && place > 25;
            assert!(free || same.count() <= 3, "{text} {place}");
        }
    }
}

fn every_length_but_the_right_one_is_refused(kernels: &Kernels) {
    for layout in LAYOUTS {
        let (text, _) = write(layout, 1_331_774_200_000_000, 0);
        for length in 0..text.len() {
            assert_eq!(read(kernels, &text.as_bytes()[..length], layout), None, "{layout:?}");
            assert_eq!(read(kernels, &text.as_bytes()[text.len() - length..], layout), None, "{layout:?}");
        }
        assert_eq!(read(kernels, format!("{text}0").as_bytes(), layout), None);
        assert_eq!(read(kernels, format!("{text} ").as_bytes(), layout), None);
        assert_eq!(read(kernels, format!(" {text}").as_bytes(), layout), None);
    }
}

fn no_load_leaves_the_block(kernels: &Kernels) {
    let mut memory = Guarded::new(1024);
    let mut random = Random(17);
    // More than a million blocks of one to nine rows, at either page.
    for layout in LAYOUTS {
        let pool: Vec<_> =
            (0..2000).map(|_| write(layout, some_datetime(&mut random, layout), random.next())).collect();
        for round in 0..cases(105_000) {
            let (mut texts, mut wanted) = (Texts::default(), Vec::new());
            for _ in 0..1 + round % 9 {
                let (text, datetime) = random.one_of(&pool);
                texts.push(text.as_bytes(), b' ');
                wanted.push(*datetime);
            }
            texts.block.pop();
            for back in [false, true] {
                let block = memory.hold(&texts.block, back);
                assert_eq!(timestamps(kernels, block, &texts.spans, layout), wanted);
            }
        }
    }
}
