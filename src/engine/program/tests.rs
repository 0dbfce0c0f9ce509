//! Programs against the regex, on generated patterns and texts.

use std::collections::BTreeMap;

use parsimd_simd::{Isa, Span, kernels};

use super::{Answer, Program, SpanTable, Stop, Walk, answer::Outcome, expressions::OwnType};
use crate::{
    engine::{
        Anchored::{self, No, Yes},
        RegexEngine,
        captures::ABSENT,
        quit::QuitSet,
    },
    lanes::share_of,
    pattern::{CustomType, Format, FormatOptions},
};

/// A small generator of pseudo-random numbers: xorshift64* by Marsaglia and Vigna.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % bound
    }

    pub(crate) fn one_of<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[self.below(choices.len())]
    }
}

const LITERALS: &[&str] = &[
    " ", " ", ":", ", ", "] ", " [", "\"", "x", "X1", "aa", "ab a", "-", "=", "0x", "1", ".", "k s", " - - [", "e",
    "T", "Z", ",", "+0", "\t", "\n", ":\n", "→", "é", " · ", "日本", "1²", "µs", "\u{a0}", "٣",
];

/// Characters that are not ASCII: of each length; letters, digits and white space; the other cases of ASCII letters; marks.
const OTHERS: &[&str] = &[
    "é",
    "ж",
    "→",
    "日本",
    "😀",
    "\u{10ffff}",
    "\u{212a}",
    "ſ",
    "ı",
    "İ",
    "٣",
    "²",
    "Ⅷ",
    "𝟗",
    "\u{a0}",
    "\u{2003}",
    "\u{85}",
    "\u{3000}",
    "\u{2028}",
    "e\u{301}",
    "\u{301}",
    "é ",
    "ж1",
    "-é",
    "→:",
    "µ",
    "·",
    "\u{80}",
];

/// A type, and texts that it matches or nearly does.
pub(crate) type Type<'t> = (&'t str, &'t [&'t str]);

/// Time stamps in many layouts, and some that are nearly such.
const STAMPS: &[&str] = &[
    "2024-05-17 10:05:03",
    "2024-05-17T10:05:03.123456Z",
    "2024-05-17 10:05:03,123 +0700",
    "2024/5/7 1:05",
    "2024-05-17 10:05:03 UTC",
    "2024-05-17T10:05:03+07",
    "2024-05-17T10:05:03.1234567890",
    "2005-06-03-15.42.50.675872",
    "17/May/2015:10:05:03 +0000",
    "7/may/2015:10:05:03",
    "17/May/2015:10:05:03 +00:00",
    "20171223-22:15:29:606",
    "20171223T221529",
    "Nov  9 03:37:44",
    "nov 19 03:37:44.615",
    "Nov 9 3:37:44",
    "Fri Jul 23 00:28:19 2021",
    "Fri Jul  3 00:28:19 2021",
    "Fri Jul 23 00:28:19.615325 UTC 2021",
    "Mon, 20 Sep 1972 10:21:36 +1000",
    "20 Sep 1972 10:21",
    "2024-05-17 10:05:0",
    "Nox  9 03:37:44",
];

pub(crate) const TYPES: &[Type<'static>] = &[
    ("", &["a", "ab", "a b", "x1", "aab aa", " ", "a\nb", "\n", "1.5", "]", "\"", "a:b", "--"]),
    ("d", &["1", "-12", " 5", "--5", "0", "0x1F", "0b1", "007", "0x", "+ 1", "9999999999999999999999"]),
    ("n", &["1", "12", "1,234", "1234", "1,23", "1.000.000", "-1"]),
    ("b", &["1", "0b1", "0b", "0b2", "102"]),
    ("o", &["17", "0o17", "08"]),
    ("x", &["1f", "0x1F", "0xg", "0b1", "-ff"]),
    ("f", &["1.5", ".5", "1.", "-1.25", "nan", "INF", "1.5.5", "1"]),
    ("F", &["1.50", "-nan"]),
    ("kv", &["a=1", "a=\"b c\" d", " x  y=", "a=\"b", "k='] ' z=1 ", "=", "a=\"\\\"\"", "a=''b"]),
    ("e", &["1.5e3", "1.5e", "-1.5E-10", "inf", ".5e1"]),
    ("g", &["1", "1.5", "1e5", "1.5e-3", "-inf", "1.", "1e"]),
    ("%", &["5%", "5.5%", "5.%", "%"]),
    ("l", &["a", "Ab", "x"]),
    ("w", &["a1", "x_", "0x1"]),
    ("W", &[" ", "-:", "] ", "\n"]),
    ("s", &[" ", "\t ", "\u{1c}", " \n"]),
    ("S", &["a:", "x]", "\"-"]),
    ("D", &["ab", " :", "x", "a\n"]),
    (
        "ti",
        &[
            "2011-02-03",
            "2011-02-03T10:21:36Z",
            "2011-02-03 10:21:36.5 +0100",
            "2011-02-03 1:02",
            "2011-02-03T10:21:36+01:00",
            "2011-2-3",
            "2011-02-03  10:21:36",
            "2011-02-03\n10:21:36",
            "2011-02-03 10:21:36,502",
            "2011-02-03 10:21:36,5+01:00",
            "2011-02-03 10:21:36,",
        ],
    ),
    (
        "th",
        &[
            "21/Nov/2011:00:07:11 +0000",
            "1/nov/2011:1:02 -0530",
            "21/Nov/2011:00:07:11,5 +0000",
            "21/Nov/2011:00:07:11 +000",
            "21/Nox/2011:00:07:11 +0000",
        ],
    ),
    (
        "ts",
        &[
            "Nov  9 03:37:44",
            "nov 19 03:37:44",
            "Nov 9 3:37:44",
            "Nov 9 ",
            "Nov 19 03:37:44,5",
            "Nov  9 03:37:44.123456",
            "Nov  9 03:37:44.",
            "Nov  9 03:37:44.1234567890123",
        ],
    ),
    ("tc", &["Sun Sep 16 01:03:52 1973", "Sun Sep  6 01:03:52 1973", "Sun Sep 6 1:03 1973"]),
    (
        "te",
        &[
            "Mon, 20 Jan 1972 10:21:36 +1000",
            "2 jan 1972 1:2 -1:30",
            "Mon,  2  Jan 1972\t10:21:36.123 +130",
            "2 Jan 1972 10:21:36,123 +0130",
            "Mon 20 Jan 1972 10:21:36 +1000",
            "20 Jan 1972 10:21:36",
            "20 Jax 1972 10:21 +10",
            "20 Jan 1972 10:21:36.5              +1000",
        ],
    ),
    (
        "tg",
        &[
            "20/1/1972 10:21:36 PM +1000",
            "20-January-1972",
            "1/mar/2011 1:02 am",
            "20/1/1972  10:21",
            "20/1/1972 10:21:36,25 PM",
            "20/1/1972 PM -130",
            "20/Janu/1972",
            "20/1/72",
            "20/1/1972 10:21:36.1234567890123456 +01:00",
        ],
    ),
    ("ta", &["1/20/1972 10:21:36 PM +10:30", "May-2-1972 1:02", "sept/1/1972", "September/1/1972 +0100", "1/120/1972"]),
    (
        "tt",
        &[
            "10:21",
            "10:21:36 PM",
            "",
            "10:21:36 PM -5:30",
            "1:2:3.25 +0100",
            "1:2:3,25",
            " AM",
            " +100",
            "10:21  pm",
            "10",
            "10:",
            "10:21:",
            "10:21:36.",
            "110:21 PM",
        ],
    ),
    ("%Y-%m-%d", &["2011-02-03", "2011-2-3", "2011-02-3"]),
    (
        "%H:%M:%S.%f",
        &["10:21:36.5", "1:21:36.123456", "10:21:36,5", "7:9:3.123456789", "10:21:3.1234567890", "10:21:36.x"],
    ),
    ("%y/%m/%d %H:%M:%S", &["11/02/03 10:21:36", "11/2/3 10:21:36"]),
    (
        "%d/%b/%Y:%H:%M:%S %z",
        &[
            "21/Nov/2011:00:07:11 +0000",
            "1/nov/2011:0:07:11 -01:30",
            "21/Nov/2011:00:07:11 +00:00:15",
            "21/Nov/2011:00:07:11 +00:0",
            "21/Nox/2011:00:07:11 +0000",
            "21/Nov/2011:00:07:11 |0000",
        ],
    ),
    (
        "%A, %d %B %Y at %I:%M %p",
        &["Sunday, 6 March 2011 at 1:02 PM", "sunday, 06 may 2011 AT 12:02 am", "Sun, 6 March 2011"],
    ),
    (
        "%b %d %H:%M:%S %Y",
        &[
            "Nov  9 03:37:44 2011",
            "Nov 19 3:7:4 2011",
            "nov   9\t03:37:44  2011",
            "Nov \x1c 9 03:37:44 2011",
            "Nov              9 03:37:44 2011",
            "Nov9 03:37:44 2011",
        ],
    ),
    ("%d %b", &[" 9 Nov", "19 Nov", "  9 Nov", " 19 Nov", "9  Nov"]),
    ("%b %d", &["Nov  9", "Nov 9", "Nov  19", "Nov  x"]),
    ("%S%f", &["01123456", "0112345678", "01123456789"]),
    ("%M.%S", &["1.2", "11.22", "1122", "112", "11:22"]),
    ("%a%d%b%y", &["Sun06Mar11", "Sun6Mar11", "Sun6March11", "Sun16Mar1"]),
    ("%d.%m.%Y", &["20.1.1972", "1.2.2011", "20x1.1972", "1.22011", "2001.1972"]),
    ("%Y%m%d%H%M%S", &["20110203102136", "201123102136", "2011020310213"]),
    ("%Y%m%dT%H%M%S%z", &["20110203T102136+0100", "2011123t102136+01", "20110203T102136Z", "20110203T102136z"]),
    ("%Y%j", &["2011001", "20111", "2011"]),
    ("%f.%d", &["123456.12", "12.3", "1234567", "123.456.7"]),
    ("%z", &["Z", "z", "+0100", "-01:30:15", "+01", "+1", "|0100", "+01:3"]),
    ("%z:%S%p", &["+0100:12AM", "+01:12PM", "+01:30:12am", "+01:12XM"]),
    ("%U/%W/%w%p", &["10/11/0AM", "1/2/6pm", "1/2/7PM"]),
    ("t", STAMPS),
    ("t", STAMPS),
    ("tu", &["1715940303", "1715940303.25", "1715940303123", "1715940303,1234567890", "12345678901234567890", "1"]),
    ("dur", &["1.5s", "12ms", "360µs", "1h 30m", "2m3s", "-5ms", "00:01:02.5", "1d", "1", "5MS x1"]),
    ("size", &["512", "1.5K", "10KiB", "3 MB", "2G", "3 M", "1.", "3 x1"]),
    (
        "ip",
        &[
            "127.0.0.1",
            "256.1.1.1",
            "1.2.3.44",
            "::1",
            "fe80::1%eth0",
            "2001:db8::ff00:42:8329",
            "::ffff:1.2.3.4",
            "1:2:3",
        ],
    ),
    ("bool", &["true", "FALSE", "yes", "no", "on", "off", "1", "0", "nope", "o"]),
    (
        "q",
        &[
            "a",
            "\"\"",
            "\"a b\"",
            "'a b'",
            "`a b`",
            "\"a \\\" b\"",
            "\"a b",
            "\"a\"b",
            "\"a\\\\\" x1\"",
            "'é\\→'",
            "é",
            "\"a 1 b\"",
            "\"GET /x1 HTTP/1.1\"",
            "\"aaaaaaaa aaaaaaaaaaa 1\"",
        ],
    ),
    ("q|-", &["-", "a", "\"-\"", "\"a b\"", "\"- \""]),
    ("size|-", &["-", "512", "3 MB", "3 -"]),
    ("*", &["a", "a/b/c", "a b", "\n", ": a"]),
    (">5", &["  a", "    abcde", "abcdef", "  a bc"]),
    ("<5", &["a", "abcde", "abc  ", "abcde  ", "a b c"]),
    ("3", &["abc", "  abc", " ab", "ab", "a b"]),
    ("^4", &[" ab ", "  abcd  ", "ab"]),
    ("<", &["ab  ", "a b "]),
    (">", &["  ab", "a"]),
    (".3", &["abc", "a", "abcd", "a x"]),
    ("2.4", &["abc", " abcd", "abcde"]),
    ("3.3", &["abc", "  abc", "ab ", "abcd"]),
    ("<3.3", &["abc", "a  ", "abc  "]),
    ("_>4", &["__ab", "abcd", "_abcd"]),
    ("4d", &["2011", "20111", "  12", "-12", " -1", "0x1F", "- 5", "0"]),
    ("2d", &["01", "1", "123", " 1", "0b1", "--1"]),
    ("02d", &["01", "1", "123"]),
    ("<4d", &["12  ", "1234", "12345"]),
    ("0>4d", &["0012", "0000", "00x", "12"]),
    (",f", &["1,234.5", "1.5", ",1.5", "1,.5", ",", "-1,2,3.25"]),
    ("_.0f", &["1_234", "12", "_"]),
    (",g", &["1,234.5", "1,5", "12e3", "1,"]),
    (",%", &["1,234.5%", "5%", "1,%", ",%"]),
    (",d", &["1,234", "12", ",", "0,x1", "0x1,f"]),
    ("^6d", &["  12  ", " 12", "-12 "]),
    (">6f", &["  1.5", "1.5", "  -1.5", "  nan", "  1"]),
    (">5g", &["  1.5", "  1", "  -inf", " - 1"]),
    ("<4w", &["ab  ", "abcd"]),
    (">4w", &["  ab", "abcd"]),
    ("^4S", &[" ab ", "abcd"]),
    (">4s", &["  ", "\t"]),
    (">22ti", &["  2011-02-03", "2011-02-03T10:21:36Z"]),
    ("<12tt", &["10:21 PM    ", "10:21", "  "]),
    (">12%H:%M", &["  10:21", "1:21"]),
    ("|-", &["-", "a", "a b", "--", "-a", "- ", "]"]),
    ("|", &["", "a", "a b", " ", "1"]),
    ("|ab a|-|x1", &["ab a", "x1", "-", "ab", "x", "aab a"]),
    ("|none||-", &["none", "NONE", "", "-", "nonex", "no"]),
    ("d|-", &["1", "-", "-5", "- 5", "--5", "0x1F", "+ 1", "-0b1", "1-"]),
    ("d|", &["1", "", "-5", "x", " "]),
    ("d|nan||0", &["1", "nan", "NaN", "", "0", "01"]),
    ("w|-|null", &["a1", "-", "null", "nullx", "NULL", "x_"]),
    ("S|k|s |is", &["a:", "k", "s ", "is", "x]", "K"]),
    ("W|ks", &[" ", "ks", "-:", "Ks"]),
    ("l|", &["a", "", "Ab"]),
    ("f|-|.", &["1.5", "-", ".5", ".", "-1.25", "nan", "-."]),
    ("g|-", &["1", "-", "1e5", "-inf", "1.", "-1"]),
    ("ti|-", &["2011-02-03", "-", "2011-02-03T10:21:36Z", "2011-02-03 10:21", "2011-2-3"]),
    ("th|-", &["21/Nov/2011:00:07:11 +0000", "-", "1/nov/2011:1:02 -0530"]),
    ("tt|", &["10:21", "", "10:21:36 PM", " AM"]),
    (">5d|-", &["    1", "-", "    -", "12345", "   -5"]),
    ("<4w|none", &["ab  ", "none", "no", "none  "]),
    ("4d|-|0000", &["2011", "0000", "-", "20111"]),
];

pub(crate) const NOISE: &[&str] =
    &["", "", "", " ", "a", "1", ":", "] ", "\"", "x1 ", "0", "-", "aab", "T", "+0100", ".5", "\u{0}", "\n"];

/// A format of a few literals and fields, and the texts that each of its parts may be written as.
pub(crate) fn format<'t>(random: &mut Random, types: &[Type<'t>]) -> (String, Vec<Vec<&'t str>>) {
    let (mut format, mut parts) = (String::new(), Vec::new());
    for number in 0..1 + random.below(5) {
        if random.below(5) > 0 {
            let literal = random.one_of(LITERALS);
            format.push_str(literal);
            parts.push(vec![literal]);
        }
        let (code, texts) = if random.below(2) == 0 { types[0] } else { types[random.below(types.len())] };
        // Now and then a name that stands twice.
        match random.below(6) {
            0 => format.push_str(&format!("{{r:{code}}}")),
            _ if code.is_empty() => format.push_str("{}"),
            _ => format.push_str(&format!("{{n{number}:{code}}}")),
        }
        parts.push(texts.to_vec());
    }
    if random.below(2) > 0 {
        let literal = random.one_of(LITERALS);
        format.push_str(literal);
        parts.push(vec![literal]);
    }
    (format, parts)
}

/// A text that matches such a format, or nearly does.
pub(crate) fn text(random: &mut Random, parts: &[Vec<&str>]) -> String {
    let mut text = String::new();
    for part in parts {
        if random.below(8) == 0 {
            text.push_str(random.one_of(NOISE));
        }
        text.push_str(random.one_of(part));
    }
    if random.below(4) == 0 {
        text = text.to_ascii_uppercase();
    }
    text
}

/// A piece of a generated format, with the texts that it may be written as.
enum Piece {
    Texts(Vec<&'static str>),
    /// An optional part.
    Part(Vec<Piece>),
}

/// A format of literals, fields and optional parts of both.
fn format_with_parts(random: &mut Random, types: &[Type<'static>]) -> (String, Vec<Piece>) {
    let (mut format, mut pieces) = (String::new(), Vec::new());
    let mut names = 0;
    for _ in 0..1 + random.below(5) {
        match random.below(3) {
            0 => push_part(random, types, 0, &mut names, &mut format, &mut pieces),
            _ => push_plain(random, types, &mut names, &mut format, &mut pieces),
        }
        // Two parts side by side, or a part and what is not one.
        if random.below(3) == 0 {
            push_part(random, types, 0, &mut names, &mut format, &mut pieces);
        }
    }
    if random.below(3) == 0 {
        push_literal(random, &mut format, &mut pieces);
    }
    (format, pieces)
}

const OPENINGS: &[&str] = &[" (", "[", ": ", ",", " ", "x", "k s", ")", "]", "-", "=", "é", " [", "::", "1", " ks="];

fn push_literal(random: &mut Random, format: &mut String, pieces: &mut Vec<Piece>) {
    let literals = if random.below(4) == 0 { LITERALS } else { OPENINGS };
    let literal = random.one_of(literals);
    format.push_str(literal);
    pieces.push(Piece::Texts(vec![literal]));
}

fn push_field(
    random: &mut Random,
    code: Type<'static>,
    names: &mut usize,
    format: &mut String,
    pieces: &mut Vec<Piece>,
) {
    *names += 1;
    let (code, texts) = code;
    match random.below(8) {
        // Now and then a name that stands twice.
        0 => format.push_str(&format!("{{r:{code}}}")),
        1 if code.is_empty() => format.push_str("{}"),
        _ if code.is_empty() => format.push_str(&format!("{{n{names}}}")),
        _ => format.push_str(&format!("{{n{names}:{code}}}")),
    }
    pieces.push(Piece::Texts(texts.to_vec()));
}

/// A literal and a field of any text, or of a type; one or both.
fn push_plain(
    random: &mut Random,
    types: &[Type<'static>],
    names: &mut usize,
    format: &mut String,
    pieces: &mut Vec<Piece>,
) {
    if random.below(3) > 0 {
        push_literal(random, format, pieces);
    }
    let code = types[random.below(types.len()) * random.below(2)];
    push_field(random, code, names, format, pieces);
}

fn push_part(
    random: &mut Random,
    types: &[Type<'static>],
    depth: usize,
    names: &mut usize,
    format: &mut String,
    pieces: &mut Vec<Piece>,
) {
    let mut inner = Vec::new();
    format.push_str("{:[}");
    if random.below(8) > 0 {
        push_literal(random, format, &mut inner);
    }
    for _ in 0..[0, 1, 1, 1, 2][random.below(5)] {
        // Mostly numbers and words.
        let few = if random.below(3) == 0 { types.len() } else { types.len().min(17) };
        let code = types[usize::from(random.below(4) > 0) * random.below(few)];
        push_field(random, code, names, format, &mut inner);
        if random.below(2) == 0 || code.0.is_empty() && random.below(8) > 0 {
            push_literal(random, format, &mut inner);
        }
    }
    if depth < 2 && random.below(8) == 0 {
        push_part(random, types, depth + 1, names, format, &mut inner);
    }
    format.push_str("{:]}");
    pieces.push(Piece::Part(inner));
}

/// A text that matches such a format, or nearly does, with each part or without it; now and then with a piece of it.
fn push_text(random: &mut Random, pieces: &[Piece], text: &mut String) {
    for piece in pieces {
        if random.below(10) == 0 {
            text.push_str(random.one_of(NOISE));
        }
        match piece {
            Piece::Texts(texts) => text.push_str(random.one_of(texts)),
            Piece::Part(inner) => match random.below(10) {
                0..5 => push_text(random, inner, text),
                5 => push_text(random, &inner[..inner.len() / 2], text),
                6 => push_text(random, &inner[inner.len() / 2..], text),
                _ => {}
            },
        }
    }
}

/// The text with some characters put in, or put in the place of others, that are not ASCII; or with none.
pub(crate) fn with_others(random: &mut Random, mut text: String) -> String {
    if random.below(8) == 0 {
        text.retain(|c| c.is_ascii());
    }
    for _ in 0..[0, 0, 1, 1, 2, 5][random.below(6)] {
        let most = random.below(text.len() + 1);
        let at = (0..=most).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
        let c = text[at..].chars().next().filter(|_| random.below(2) == 0);
        let other = match c {
            Some('k' | 'K') => "\u{212a}",
            Some('s' | 'S') => "ſ",
            Some('i' | 'I') => random.one_of(&["ı", "İ"]),
            _ => random.one_of(OTHERS),
        };
        text.replace_range(at..at + c.map_or(0, char::len_utf8), other);
    }
    text
}

/// As [`push_text`], from the start.
fn text_of_parts(random: &mut Random, pieces: &[Piece]) -> String {
    let mut text = String::new();
    push_text(random, pieces, &mut text);
    if random.below(4) == 0 { text.to_ascii_uppercase() } else { text }
}

/// A program, and what else it takes to know about a text.
struct Compiled {
    format: String,
    program: Program,
    regex: RegexEngine,
    quit_set: QuitSet,
    fields: usize,
}

impl Compiled {
    fn has_quit(&self, text: &str) -> bool {
        text.chars().any(|c| self.quit_set.has(c))
    }
}

/// Whether the program and the expression agree on one text; counts how often the program knew.
fn agree(compiled: &Compiled, text: &str, anchored: Anchored, counts: &mut Counts) {
    let Compiled { program, regex, fields, .. } = compiled;
    if compiled.has_quit(text) {
        counts.quit += 1;
        return;
    }
    let mut spans = vec![Span::default(); *fields];
    // A record that does not begin its block.
    let block = format!("] [\n:\" {text}");
    let start = block.len() - text.len();
    let outcome = run(program, block.as_bytes(), start, anchored, &mut spans);
    let found = match regex.find(text.as_bytes(), text.is_ascii(), 0, anchored) {
        Ok(found) => found,
        // It backtracks too much, for a repeated name.
        Err(error) if error.is_limit() => return,
        Err(error) => panic!("{error}"),
    };
    counts.known[usize::from(!text.is_ascii())][outcome as usize] += 1;
    match (outcome, found) {
        (Outcome::Undecided, _) | (Outcome::NoMatch, None) => {}
        (Outcome::Match, Some(found)) => {
            let in_block = |&span: &Span| match span {
                ABSENT => ABSENT,
                Span { start: first, end } => Span::new(start as u32 + first, start as u32 + end),
            };
            let found: Vec<_> = found[1..].iter().map(in_block).collect();
            assert_eq!(spans, found, "{} on {text:?}, anchored: {anchored:?}: {program:?}", compiled.format);
            if let Some(open) = program.open_field().filter(|_| anchored.is_yes()) {
                let further = format!("{text}{FURTHER}");
                let longer = regex.find(further.as_bytes(), further.is_ascii(), 0, anchored);
                let mut longer: Vec<_> = longer.unwrap().unwrap_or_default()[1..].iter().map(in_block).collect();
                longer[open].end -= FURTHER.len() as u32;
                assert_eq!(spans, longer, "{} on {further:?}: {program:?}", compiled.format);
            }
        }
        (outcome, found) => {
            panic!("{outcome:?} but {found:?} on {text:?}, anchored: {anchored:?}: {}, {program:?}", compiled.format)
        }
    }
}

/// Lines that may belong to the record of a text above.
const FURTHER: &str = "\n 1] x1:\n-12 a b\n\": ks=";

/// How often a program said what, of texts that are ASCII and of others; and how often it was not asked.
#[derive(Debug, Default)]
struct Counts {
    known: [[usize; 3]; 2],
    quit: usize,
}

fn run(program: &Program, block: &[u8], start: usize, anchored: Anchored, spans: &mut [Span]) -> Outcome {
    let mut table = SpanTable::default();
    // The row is not the first of its block.
    table.reset(spans.len(), 3);
    let outcome = program.find(block, start, anchored, &mut table.row(1)).outcome();
    for (field, span) in spans.iter_mut().enumerate() {
        *span = table.column(field, 2)[1];
    }
    outcome
}

/// Where a match ends.
fn end_of(answer: &Answer) -> Option<u32> {
    match answer {
        Answer::Match(whole) => Some(whole.span().end),
        Answer::NoMatch | Answer::Undecided(_) => None,
    }
}

/// Whether a walk over many records at once, on every instruction set, says of each what a run over it says.
fn walks_agree(program: &Program, fields: usize, texts: &[String], anchored: Anchored, after: &str) {
    let mut block = String::new();
    let mut records = Vec::new();
    for text in texts {
        records.push((block.len() as u32, (block.len() + text.len()) as u32));
        block.push_str(text);
        // Records may stand side by side, with nothing between them.
        block.push_str(after);
    }
    let block = block.as_bytes();
    let mut expected = SpanTable::default();
    expected.reset(fields, texts.len());
    let answers: Vec<Answer> = (0..texts.len())
        .map(|row| {
            let (start, end) = records[row];
            program.find(&block[..end as usize], start as usize, anchored, &mut expected.row(row))
        })
        .collect();
    for isa in Isa::available() {
        let kernels = kernels(isa).unwrap_or_else(|error| panic!("{error}"));
        let (mut walk, mut table) = (Walk::default(), SpanTable::default());
        table.reset(fields, texts.len());
        records.iter().for_each(|&(start, end)| walk.push(start, end, Stop::NOWHERE));
        program.walk(kernels, block, block.is_ascii(), anchored, &mut walk, &mut table);
        for (row, &(start, end)) in records.iter().enumerate() {
            let (outcome, match_end) = match walk.stops().map_or(Stop::NOWHERE, |stops| stops[row]) {
                Stop::NOWHERE => (Outcome::Match, Some(walk.match_end(row))),
                _ => {
                    let span = Span::new(start, end);
                    let answer = program.resume(block, row, span, anchored, &walk, &mut table.row(row));
                    (answer.outcome(), end_of(&answer))
                }
            };
            assert_eq!(
                (outcome, match_end),
                (answers[row].outcome(), end_of(&answers[row])),
                "{isa}, {program:?} on {:?}, anchored: {anchored:?}",
                texts[row]
            );
            if outcome == Outcome::Match {
                for field in 0..fields {
                    let spans = [&table, &expected].map(|table| table.column(field, row + 1)[row]);
                    assert_eq!(spans[0], spans[1], "{isa}, {program:?} on {:?}, anchored: {anchored:?}", texts[row]);
                }
            }
        }
    }
}

fn compile(format: &str, case_sensitive: bool) -> Option<Compiled> {
    compile_with(format, case_sensitive, BTreeMap::new())
}

/// As [`compile`], with types of the caller's own.
fn compile_with(format: &str, case_sensitive: bool, custom: BTreeMap<String, CustomType>) -> Option<Compiled> {
    let options = FormatOptions { case_sensitive, custom };
    let format = Format::new(format, &options).ok()?;
    let program = Program::new(&format).ok()?;
    let regex = RegexEngine::new(&format).ok()?;
    let quit_set = QuitSet::new(regex.unicode().as_ref(), &program);
    Some(Compiled { program, regex, quit_set, fields: format.fields.len(), format: format.text })
}

#[test]
fn a_program_never_disagrees_with_the_regex() {
    let no_types = |_: &mut Random| (TYPES.to_vec(), BTreeMap::new());
    never_disagrees(300_000, 0x9E37_79B9_7F4A_7C15, no_types, format, text);
}

#[test]
fn a_program_with_optional_parts_never_disagrees_with_the_regex() {
    let no_types = |_: &mut Random| (TYPES.to_vec(), BTreeMap::new());
    never_disagrees(200_000, 0x2545_F491_4F6C_DD1D, no_types, format_with_parts, text_of_parts);
}

#[test]
fn a_program_with_types_of_ones_own_never_disagrees_with_the_regex() {
    never_disagrees(200_000, 0xD1B5_4A32_D192_ED03, own_types, format, text);
}

#[test]
fn a_program_with_types_of_ones_own_in_optional_parts_never_disagrees_with_the_regex() {
    never_disagrees(200_000, 0xA076_1D64_78BD_642F, own_types, format_with_parts, text_of_parts);
}

/// Compares programs with the regex: `types` gives types, of which some are of the caller's own; `format` generates a format of them and what its texts
/// are made of, and `text` such a text.
fn never_disagrees<P>(
    cases: usize,
    seed: u64,
    types: impl Fn(&mut Random) -> (Vec<Type<'static>>, BTreeMap<String, CustomType>),
    format: impl Fn(&mut Random, &[Type<'static>]) -> (String, Vec<P>),
    text: impl Fn(&mut Random, &[P]) -> String,
) {
    let cases = share_of(cases);
    let mut random = Random(seed);
    let mut counts = Counts::default();
    let mut searches = 0;
    while counts.known.as_flattened().iter().sum::<usize>() < cases {
        let (types, custom) = types(&mut random);
        let (format, pieces) = format(&mut random, &types);
        let Some(compiled) = compile_with(&format, random.below(3) == 0, custom) else { continue };
        searches += usize::from(compiled.program.can_search());
        let texts: Vec<String> = (0..100).map(|_| text(&mut random, &pieces)).collect();
        all_agree(&compiled, texts, &mut random, &mut counts);
    }
    assert!(searches > 0);
    counts.check(cases);
}

/// Some types of the caller's own, with null texts and widths too, and a few others.
fn own_types(random: &mut Random) -> (Vec<Type<'static>>, BTreeMap<String, CustomType>) {
    let own: Vec<OwnType> = (0..3).map(|_| OwnType::new(random)).collect();
    // The texts are not given back: there are few, and the types of the language have theirs for ever.
    let leak = |texts: Vec<&'static str>| -> &'static [&'static str] { Vec::leak(texts) };
    let texts: Vec<Vec<&'static str>> =
        own.iter().map(|own| own.texts.iter().map(|text| &*text.clone().leak()).collect()).collect();
    let with_nulls = |at: usize| leak([&texts[at][..], &["-", "-", "x1"]].concat());
    let mut types: Vec<Type<'static>> =
        ["P", "Q", "R"].into_iter().zip(texts.iter().map(|texts| leak(texts.clone()))).collect();
    types.push(("P|-", with_nulls(0)));
    types.push((random.one_of(&["Q|x1||-", "<4Q", ">5Q"]), with_nulls(1)));
    types.extend((0..5).map(|_| TYPES[random.below(TYPES.len())]));
    let names = ["P", "Q", "R"].map(str::to_owned);
    (types, names.into_iter().zip(own.into_iter().map(|own| own.own)).collect())
}

/// Whether a program and the expression agree on texts, and on them with others around, one by one and in a walk.
fn all_agree(compiled: &Compiled, texts: Vec<String>, random: &mut Random, counts: &mut Counts) {
    let (program, fields) = (&compiled.program, compiled.fields);
    let mut all = Vec::new();
    for text in texts {
        let text = if random.below(2) == 0 { text } else { with_others(random, text) };
        agree(compiled, &text, Yes, counts);
        if program.can_search() {
            let text = format!("{}{text}{}", random.one_of(NOISE), random.one_of(NOISE));
            agree(compiled, &text, No, counts);
            all.push(text);
        }
        all.push(text);
    }
    all.retain(|text| !compiled.has_quit(text));
    let after = random.one_of(&["\n", "\n", "\r\n", ""]);
    walks_agree(program, fields, &all, Yes, after);
    if program.can_search() {
        walks_agree(program, fields, &all, No, after);
    }
}

impl Counts {
    fn check(&self, cases: usize) {
        // It means something only if the program mostly knows, and matches and failures are both common.
        for known in self.known {
            let all = known.iter().sum::<usize>();
            assert!(known[Outcome::Match as usize] > all / 10, "{self:?}");
            assert!(known[Outcome::NoMatch as usize] > all / 10, "{self:?}");
            assert!(known[Outcome::Undecided as usize] > all / 20, "{self:?}");
            assert!(all > cases / 10, "{self:?}");
        }
        println!("match, no match, undecided: {self:?}");
    }
}

#[test]
fn the_patterns_of_logs_have_programs_and_they_know_the_answer() {
    for (format, line) in [
        (
            r#"{ip} - - [{ts:th}] "{req}" {status:d} {bytes:d} "{ref}" "{ua}""#,
            r#"1.2.3.4 - - [21/Nov/2011:00:07:11 +0000] "GET / HTTP/1.1" 200 5 "-" "curl "x"""#,
        ),
        ("{date:d} {time:d} {pid:d} {level:w} {comp}: {msg}", "081109 203615 148 INFO dfs.DataNode: Received: block"),
        ("{ts:ts} {host} sshd[{pid:d}]: {msg}", "Dec 10 06:55:46 LabSZ sshd[24200]: reverse mapping"),
        (
            "{ts:ti},{ms:d} {level:w} [{thread}] {comp}: {msg}",
            "2015-10-18 18:01:47,978 INFO [main] org.apache: Created",
        ),
        ("{ts:ti} {level:w}: {msg}", "2015-10-18 18:01:47,978 INFO: Created"),
        ("[{t:tt},{ms:d}] {msg}", "[18:01:47,978] Created"),
        ("{t:%b %d %H:%M:%S.%f} {msg}", "Nov  9 3:07:11.123456789 begun"),
        ("{ts:%y/%m/%d %H:%M:%S} {level:w} {comp}: {msg}", "17/06/09 20:10:40 INFO executor.Backend: Registered"),
        ("{level:l} [{thread}] {module:S}: {msg}", "WARN [main-7] app.db::: connection lost: twice"),
        ("{ts:d},{host:w},{cpu:f},{mem:f}", "1700000000000,node1,12.50,1.125"),
        (r#"[{ts:%d/%b/%Y:%H:%M:%S %z}] "{req}""#, r#"[21/Nov/2011:00:07:11 -0500] "GET /""#),
        ("{ts:%b %d, %Y %I:%M:%S %p} {class} {method}", "Nov 9, 2011 3:07:11 AM com.example.Main run"),
        ("{ts:%A %d.%m.%Y}: {msg}", "Friday 1.2.2011: begun"),
        ("{ts:%Y%m%dT%H%M%S} {msg}", "20110203T102136 begun"),
        ("{t:tt}|{msg}", "10:21:36 PM -0500|begun"),
        ("Date: {t:te}; {msg}", "Date: Mon, 2 Jan 1972 10:21:36 +1000; begun"),
        ("{t:tg}, {msg}", "20/1/1972 10:21:36 PM, begun"),
        ("{t:ta}, {msg}", "November-20-1972, begun"),
        ("{y:04d}-{m:02d}-{d:02d} {msg}", "2011-02-03 begun"),
        ("{pid:>6d} {user:<8w} {cpu:>5.1f} {cmd}", "  4711 root       0.5 /usr/bin/make all"),
        ("{user:^8l}|{state:w}|{msg}", "  root  |up|begun"),
    ] {
        let Compiled { program, fields, .. } = compile(format, false).unwrap_or_else(|| panic!("{format}"));
        let mut spans = vec![Span::default(); fields];
        assert_eq!(run(&program, line.as_bytes(), 0, Yes, &mut spans), Outcome::Match, "{format}");
        assert_eq!(run(&program, b"not a line of that kind", 0, Yes, &mut spans), Outcome::NoMatch, "{format}");
    }
}

#[test]
fn fixed_widths_have_programs_and_they_know_the_lines_that_match() {
    for (format, line) in [
        ("{y:4d}{m:2d}{d:2d} {msg}", "20110203 begun"),
        ("{name:<20}{n:>8d} {msg}", "alice                     42 begun"),
        ("{name:10.10}{state:3.3}{n:d}", "alice     up 42"),
        ("{name:<10} {n:>4d}|{code:.3}|", "alice        42|abc|"),
    ] {
        let Compiled { program, fields, .. } = compile(format, false).unwrap_or_else(|| panic!("{format}"));
        let mut spans = vec![Span::default(); fields];
        assert_eq!(run(&program, line.as_bytes(), 0, Yes, &mut spans), Outcome::Match, "{format}");
    }
}

#[test]
fn time_is_linear_in_the_text() {
    // Each text begins to match at every place.
    for (format, text) in [
        ("{a}x{b}y", "x"),
        ("{a} {b:w}:", " a"),
        ("{a}aab{b:d}c", "aa1"),
        ("{a} {b:w} {c:w}:{d}", " a b"),
        ("{a} {b:S}:::: {c}", " ::::"),
        ("{a} {b:tt}x{c}", " 10:21"),
        ("{a}|{b:>4d};{c}", "|    "),
        ("{a}:{b:%d/%b/%Y}x{c}", ":21/Nov/2011"),
        ("{a} {b:q} {c:d}x", " \"a b\""),
        ("{a} {b:*}x1 {c:d}x", " x1"),
        ("{a:w} {b:dur} x", "1s "),
        ("{a}{:[}[{b:d}]{:]}: {c}", "[1"),
        ("{a}{:[}[{b}]{:]}: {c}", "["),
        ("{a}{:[}[{b}]{:]}; {c}", "[]: "),
        ("{a}{:[} {b:w}{:[}:{c:w}{:]}{:]}{:[};{d:w}{:]}!{e}", " a:b;"),
    ] {
        let Compiled { program, .. } = compile(format, false).unwrap_or_else(|| panic!("{format}"));
        let text = text.repeat(1 << 20);
        let mut spans = vec![Span::default(); 8];
        // Quadratic time would be days.
        assert_ne!(run(&program, text.as_bytes(), 0, Yes, &mut spans), Outcome::Match);
    }
}

#[test]
fn types_that_parse_does_not_have_have_programs_and_they_know_the_answer() {
    for (format, line, other) in [
        ("{t:t} {level:w} {msg}", "2024-05-17 10:05:03,123 INFO begun", "2024-05-17 INFO begun"),
        (
            "{ip:ip} - - [{t:t}] {req:q} {status:d}",
            r#"::1 - - [17/May/2015:10:05:03 +0000] "GET / 1.1" 200"#,
            "1.2.3 - - [x] 1",
        ),
        (
            "{t:tu} {took:dur} {size:size} {ok:bool} {msg}",
            "1715940303 1h30m 3 MB yes begun",
            "1715940303 1h30m 3 MB maybe begun",
        ),
        ("{user:q} {took:dur|-}: {msg}", r#""a \" b" -: begun"#, r#""a \" b" 5: begun"#),
        ("{dir:*}: {msg}", "a: b", "ab"),
    ] {
        let Compiled { program, fields, .. } = compile(format, false).unwrap_or_else(|| panic!("{format}"));
        let mut spans = vec![Span::default(); fields];
        assert_eq!(run(&program, line.as_bytes(), 0, Yes, &mut spans), Outcome::Match, "{format}");
        assert_eq!(run(&program, other.as_bytes(), 0, Yes, &mut spans), Outcome::NoMatch, "{format}");
    }
}
