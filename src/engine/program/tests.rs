//! Programs against the regex, on generated patterns and texts.

use std::collections::BTreeMap;

use parsimd_simd::Span;

use super::{
    agreement::{Compiled, Counts, agree, compile_with, run, walks_agree},
    answer::Outcome,
    expressions::OwnType,
    pieces::{LITERALS, NOISE, OTHERS, TYPES, Type},
};
use crate::{
    engine::Anchored::{No, Yes},
    lanes::share_of,
    pattern::CustomType,
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

/// Literals that an optional part may begin with, or that a field may hold.
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

fn compile(format: &str, case_sensitive: bool) -> Option<Compiled> {
    compile_with(format, case_sensitive, BTreeMap::new())
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
