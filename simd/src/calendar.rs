//! The calendar: dates and times as microseconds since 1970, months and weekdays by their names.

/// The fields of a timestamp as they are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Fields {
    pub(crate) year: u32,
    pub(crate) month: u32,
    pub(crate) day: u32,
    pub(crate) hour: u32,
    pub(crate) minute: u32,
    pub(crate) second: u32,
    pub(crate) micros: u32,
}

/// Days before each month in a year without a leap day, by month 1 to 12; the last entry is the length of the year.
const DAYS_BEFORE: [u32; 16] = [0, 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365, 365, 365];

impl Fields {
    /// Microseconds from the first second of 1970 to this one, if the proleptic Gregorian calendar has it: years 1 to
    /// 9999, seconds 0 to 59 (no leap seconds).
    #[inline(always)]
    pub(crate) fn micros_since_1970(self) -> Option<i64> {
        let Fields { year, month, day, hour, minute, second, micros } = self;
        let leap = u32::from((year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0)));
        let slot = (month & 15) as usize;
        let before = DAYS_BEFORE[slot] + (leap & u32::from(month > 2));
        // For a number that is no month this is any number, and is not used.
        let length = DAYS_BEFORE[(slot + 1) & 15].wrapping_sub(DAYS_BEFORE[slot]) + (leap & u32::from(month == 2));
        let right = (year.wrapping_sub(1) < 9999)
            & (month.wrapping_sub(1) < 12)
            & (day.wrapping_sub(1) < length)
            & (hour < 24)
            & (minute < 60)
            & (second < 60)
            & (micros < 1_000_000);
        if !right {
            return None;
        }
        // Whole years before this one, with a leap day each four years, but not each hundred, but each four hundred.
        let years = year - 1;
        let days = years * 365 + years / 4 - years / 100 + years / 400 + before + day - 1;
        let seconds = i64::from(days) * 86_400 + i64::from(hour * 3600 + minute * 60 + second);
        Some((seconds - SECONDS_TO_1970) * 1_000_000 + i64::from(micros))
    }
}

/// The day of the year, from 1, by `32 · month + day`, and 512 more in a leap year; 0 for a day that is none.
pub(crate) static DAY_OF_YEAR: [u16; 1024] = {
    let mut table = [0; 1024];
    let mut leap = 0;
    while leap < 2 {
        let (mut month, mut number) = (1, 0);
        while month <= 12 {
            let mut length = DAYS_BEFORE[month + 1] - DAYS_BEFORE[month];
            if month == 2 {
                length += leap as u32;
            }
            let mut day = 1;
            while day <= length {
                number += 1;
                table[512 * leap + 32 * month + day as usize] = number;
                day += 1;
            }
            month += 1;
        }
        leap += 1;
    }
    table
};

/// From the first day of year 1 to that of 1970.
pub(crate) const DAYS_TO_1970: u32 = 719_162;
const SECONDS_TO_1970: i64 = DAYS_TO_1970 as i64 * 86_400;

/// The month that a three-letter English name in any case stands for, 1 to 12; 0 for anything else.
///
/// `name` holds the letters in its three low bytes; the fourth is ignored.
#[inline(always)]
pub(crate) fn month(name: u32) -> u32 {
    let upper = name & 0x00df_dfdf;
    let entry = MONTHS[month_slot(upper)];
    if entry & 0x00ff_ffff == upper { entry >> 24 } else { 0 }
}

/// A slot of 32 that no two months share. (The multiplier was found by trying.)
const fn month_slot(upper: u32) -> usize {
    (upper.wrapping_mul(MONTH_HASH) >> 27) as usize
}

const MONTH_NAMES: [&[u8; 3]; 12] =
    [b"JAN", b"FEB", b"MAR", b"APR", b"MAY", b"JUN", b"JUL", b"AUG", b"SEP", b"OCT", b"NOV", b"DEC"];

/// Three letters as the low bytes of a number.
const fn letters(name: &[u8; 3]) -> u32 {
    u32::from_le_bytes([name[0], name[1], name[2], 0])
}

const MONTH_HASH: u32 = {
    let mut multiplier = 0x9e37_79b1u32;
    loop {
        let mut taken = 0u32;
        let mut i = 0;
        while i < 12 {
            taken |= 1 << (letters(MONTH_NAMES[i]).wrapping_mul(multiplier) >> 27);
            i += 1;
        }
        if taken.count_ones() == 12 {
            break multiplier;
        }
        multiplier = multiplier.wrapping_mul(0x0019_660d).wrapping_add(0x3c6e_f35f) | 1;
    }
};

const MONTHS: [u32; 32] = {
    // An empty slot equals no name: its letters would be zeros, and a zero's month is 0 anyway.
    let mut table = [0; 32];
    let mut i = 0;
    while i < 12 {
        let name = letters(MONTH_NAMES[i]);
        table[month_slot(name)] = name | (i as u32 + 1) << 24;
        i += 1;
    }
    table
};

/// Whether the three letters in the low bytes of `name` are an English day of the week, in any case.
#[inline(always)]
pub(crate) fn is_weekday(name: u32) -> bool {
    const DAYS: [u32; 7] = [
        letters(b"MON"),
        letters(b"TUE"),
        letters(b"WED"),
        letters(b"THU"),
        letters(b"FRI"),
        letters(b"SAT"),
        letters(b"SUN"),
    ];
    let upper = name & 0x00df_dfdf;
    DAYS.iter().fold(false, |found, &day| found | (day == upper))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_of_ten_thousand_years_follows_the_one_before() {
        let mut expected = Fields { year: 1, month: 1, day: 1, ..Fields::default() }.micros_since_1970().unwrap();
        for year in 1..=9999 {
            let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            for (month, length) in (1..).zip([31, 28 + u32::from(leap), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]) {
                for day in 0..=32 {
                    let got = Fields { year, month, day, ..Fields::default() }.micros_since_1970();
                    if (1..=length).contains(&day) {
                        assert_eq!(got, Some(expected), "{year}-{month}-{day}");
                        expected += 86_400_000_000;
                    } else {
                        assert_eq!(got, None, "{year}-{month}-{day}");
                    }
                }
            }
        }
    }

    #[test]
    fn the_table_of_days_agrees_with_the_fields() {
        for year in [2011, 2012] {
            let first = Fields { year, month: 1, day: 1, ..Fields::default() }.micros_since_1970().unwrap();
            for month_day in 0..512 {
                let fields = Fields { year, month: month_day / 32, day: month_day % 32, ..Fields::default() };
                let day = fields.micros_since_1970().map_or(0, |micros| (micros - first) / 86_400_000_000 + 1);
                let entry = DAY_OF_YEAR[(year - 2011) as usize * 512 + month_day as usize];
                assert_eq!(i64::from(entry), day, "{fields:?}");
            }
        }
    }

    #[test]
    fn known_datetimes_have_their_numbers() {
        let at = |year, month, day, hour, minute, second| {
            Fields { year, month, day, hour, minute, second, micros: 0 }.micros_since_1970().map(|us| us / 1_000_000)
        };
        assert_eq!(at(1970, 1, 1, 0, 0, 0), Some(0));
        assert_eq!(at(1969, 12, 31, 23, 59, 59), Some(-1));
        assert_eq!(at(2001, 9, 9, 1, 46, 40), Some(1_000_000_000));
        assert_eq!(at(2011, 11, 21, 0, 7, 11), Some(1_321_834_031));
        for wrong in
            [at(0, 1, 1, 0, 0, 0), at(10_000, 1, 1, 0, 0, 0), at(2000, 0, 1, 0, 0, 0), at(2000, 13, 1, 0, 0, 0)]
        {
            assert_eq!(wrong, None);
        }
        for wrong in [
            at(2000, 1, 1, 24, 0, 0),
            at(2000, 1, 1, 0, 60, 0),
            at(2000, 1, 1, 0, 0, 60),
            at(2000, 14, 1, 0, 0, 0),
            at(2000, 17, 1, 0, 0, 0),
        ] {
            assert_eq!(wrong, None);
        }
    }

    #[test]
    fn only_names_of_months_and_days_are_names() {
        let known = |names: &[&str], name: [u8; 3]| {
            names.iter().position(|known| known.as_bytes().eq_ignore_ascii_case(&name)).map(|place| place as u32 + 1)
        };
        let months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
        let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
        for code in 0..1u32 << 24 {
            let [a, b, c, _] = code.to_le_bytes();
            // All letters, and all bytes that folding could take for one.
            let name = [a, b, c];
            if !name.iter().all(|byte| (byte & 0xdf).is_ascii_uppercase()) {
                continue;
            }
            assert_eq!(month(code), known(&months, name).unwrap_or(0), "{name:?}");
            assert_eq!(is_weekday(code | 0xff00_0000), known(&days, name).is_some(), "{name:?}");
        }
        assert_eq!((month(0), month(letters(b"   ")), month(0x00e3_e1ee)), (0, 0, 0));
    }
}
