//! The layouts of timestamps, and [`Shape`]: where the parts of a layout are, as tables for the kernel.
//!
//! A layout is fixed, so each digit has its place. The shape of a layout is computed at compile time from a template, in which a character
//! stands for each byte. The kernel that reads it is `generic/timestamps.rs`.

/// A fixed way to write a date and a time.
///
/// Months and weekdays are English names of three letters, in any case. A timestamp must exist in the proleptic
/// Gregorian calendar in the years 1 to 9999, without leap seconds. The value is in microseconds since the first second
/// of 1970, in UTC if the text has an offset, else in whatever time the text is in.
///
/// | layout | example | offset |
/// |---|---|---|
/// | `Iso8601` | `2011-11-21T00:07:11.25+01:00` | `Z`, `±hh:mm`, `±hhmm` or none |
/// | `Apache` | `21/Nov/2011:00:07:11 +0000` | `±hhmm` |
/// | `Syslog` | `Nov  9 03:37:44`, `Nov 09 03:37:44` | none |
/// | `Ctime` | `Thu Nov 24 03:30:01 2011` | none |
///
/// # Limits
///
/// Each field has exactly the digits shown. The fraction of `Iso8601` is optional, begins with a point or a comma and may have any number of digits; those
/// after the sixth are checked to be digits, and dropped. Offsets are less than 24 hours. That a weekday is the right
/// one is not checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DatetimeLayout {
    /// `YYYY-MM-DD`, then `T` or a space, then `hh:mm:ss`, a fraction if any, an offset if any.
    Iso8601,
    /// `DD/Mon/YYYY:hh:mm:ss ±hhmm`, as in an access log.
    Apache,
    /// `Mon DD hh:mm:ss`, the day with a leading zero or space; the year is not in the text.
    Syslog {
        /// The year of every row.
        year: u16,
    },
    /// `Day Mon DD hh:mm:ss YYYY`, the day of the month with a leading zero or space.
    Ctime,
}

/// The offset of a row whose text has no offset.
pub const NO_OFFSET: i16 = i16::MIN;

/// Where the parts of a layout are: masks and table look-ups for the bytes that have a fixed place.
///
/// A template has one character for each byte. `Y M D h m s` are digits of year, month, day, hour, minute and second; `d` is a digit of a day or a space; `o p` are
/// digits of the offset's hours and minutes and `±` its sign; `N` and `W` are the names of month and weekday; `T` is
/// the separator of ISO 8601; `*` is any byte. Everything else stands for itself.
#[derive(Clone, Copy)]
pub(crate) struct Shape {
    /// How many bytes the timestamp has, from its start.
    pub(crate) length: u32,
    /// Bytes before the timestamp that the first window includes.
    pub(crate) lead: u32,
    /// Where the second window of 16 bytes begins, relative to the first one.
    pub(crate) second_at: u32,
    /// Which byte of a window becomes which digit; 0x80 for none. See [`SLOTS`].
    pub(crate) digits: [[u8; 16]; 2],
    /// The greatest number of two digits that each pair of slots may hold, as 16-bit lanes.
    pub(crate) limits: [u8; 16],
    /// 0xff in the slots that have a digit.
    pub(crate) used: [u8; 16],
    /// `b' ' ^ b'0'` in the slot that may be a space, else 0.
    pub(crate) blank: [u8; 16],
    /// The bytes that stand for themselves, in each window.
    pub(crate) literals: [[u8; 16]; 2],
    /// The places of those bytes.
    pub(crate) literal_places: [u16; 2],
    /// The place in the first window that is `T` or a space.
    pub(crate) separator: u16,
}

/// The order of digits: four of the year, then month (or, where the month has a name, offset minutes), day, hour, minute,
/// second, offset hours.
const SLOTS: [&[u8]; 8] = [b"Y", b"Y", b"Mp", b"Dd", b"h", b"m", b"s", b"o"];

impl Shape {
    /// The shape of `template`, of which `lead` bytes are before the timestamp.
    const fn new(template: &[u8], lead: u32) -> Shape {
        let size = template.len();
        assert!(size >= 16 && size <= 32);
        let second_at = size - 16;
        let mut shape = Shape {
            length: size as u32 - lead,
            lead,
            second_at: second_at as u32,
            digits: [[0x80; 16]; 2],
            limits: [99, 0, 99, 0, 12, 0, 31, 0, 23, 0, 59, 0, 59, 0, 23, 0],
            used: [0; 16],
            blank: [0; 16],
            literals: [[0; 16]; 2],
            literal_places: [0; 2],
            separator: 0,
        };
        let mut at = 0;
        while at < size {
            let byte = template[at];
            let slot = Shape::free_slot(&shape, byte);
            // The first window has the byte if it can, the second one else.
            let (window, place) = if at < 16 { (0, at) } else { (1, at - second_at) };
            if slot < 16 {
                shape.digits[window][slot] = place as u8;
                shape.used[slot] = 0xff;
                if byte == b'p' {
                    shape.limits[4] = 59;
                }
                if byte == b'd' && slot.is_multiple_of(2) {
                    shape.blank[slot] = b' ' ^ b'0';
                }
            } else if matches!(byte, b'-' | b'/' | b':' | b' ') {
                shape.literals[window][place] = byte;
                shape.literal_places[window] |= 1 << place;
            } else if byte == b'T' {
                assert!(window == 0);
                shape.separator |= 1 << place;
            }
            at += 1;
        }
        shape
    }

    /// The next free slot for a digit of kind `byte`; 16 if it is no digit.
    const fn free_slot(shape: &Shape, byte: u8) -> usize {
        let mut slot = 0;
        while slot < 16 {
            let kinds = SLOTS[slot / 2];
            let mut kind = 0;
            while kind < kinds.len() {
                if kinds[kind] == byte && shape.used[slot] == 0 {
                    return slot;
                }
                kind += 1;
            }
            slot += 1;
        }
        16
    }

    pub(crate) const ISO8601: Shape = Shape::new(b"YYYY-MM-DDThh:mm:ss", 0);
    pub(crate) const APACHE: Shape = Shape::new(b"DD/NNN/YYYY:hh:mm:ss +oopp", 0);
    pub(crate) const SYSLOG: Shape = Shape::new(b"*NNN dd hh:mm:ss", 1);
    pub(crate) const CTIME: Shape = Shape::new(b"WWW NNN dd hh:mm:ss YYYY", 0);
}
