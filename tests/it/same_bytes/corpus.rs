//! Logs that are made for a pattern: lines that match, that nearly match, and that are nothing of the kind.

use crate::common::Random;

/// A pattern, and its head if records of several lines can begin with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Form {
    pub(super) format: &'static str,
    pub(super) head: Option<&'static str>,
}

const fn form(format: &'static str) -> Form {
    Form { format, head: None }
}

const fn with_head(format: &'static str, head: &'static str) -> Form {
    Form { format, head: Some(head) }
}

/// Every type, null texts, optional parts, widths and alignments, keys, and text that is not ASCII.
pub(super) const FORMS: [Form; 26] = [
    form(r#"{ip} - - [{at:th}] "{req}" {status:d} {size:d|-} "{ua}""#),
    with_head("{at:ti} {level:w} [{who}] {text}", "{at:ti} {level:w} ["),
    with_head("{t:t} {host:S} {unit}{:[}[{pid:d}]{:]}: {msg}", "{t:t} {host:S} "),
    with_head("{when:tu} took={took:dur} size={size:size} {rest}", "{when:tu} took={took:dur} size={size:size} "),
    form("{addr:ip} ok={ok:bool} {name:q} {f:f} {e:e} {g:g|-}"),
    form("level={level:w} {pairs:kv}"),
    form("{k:kv(level,n:d,took:dur,ok:bool,at:ti)}"),
    form("{a:x} {b:o} {c:b} {d:n} {u:X}"),
    form("{p:%} {dec:F} {grouped:,.2f}"),
    with_head("{ts:ts} {host:S} sshd[{pid:d}]: {msg}", "{ts:ts} {host:S} sshd[{pid:d}]: "),
    form("{tc:tc}|{te:te}|{tg:tg}|{ta:ta}|{tt:tt}"),
    with_head("{day:%d/%m/%Y} {clock:%H:%M:%S} {msg}", "{day:%d/%m/%Y} {clock:%H:%M:%S} "),
    form("{dir:*}/{file}"),
    with_head("é {n:d} É {level:w} → {text}", "é {n:d} É {level:w} → "),
    form("<{n:5d}> <{level:>6}> <{pad:x<4}> <{mid:^5}>"),
    form("{} {:d} {}"),
    form("{w:W}{l:l}{D:D}{s:s}{S:S}"),
    form("{user:|-} {n:d|0|none}"),
    with_head("<{n:d}>", "<{n:d}>"),
    form("{key:w}={value:d}"),
    form("{msg}"),
    form("{a}x{b}y{c:d}"),
    form("{}{:[} [{pid:d}]{:[} {tid:d}{:]}{:]}: {}"),
    form("{text} took {n:d}"),
    form("{cut:.3}{two:2}|{rest}"),
    with_head("{n:d} {msg:q} {more:*}", "{n:d} "),
];

/// Texts for fields of each type: usual ones, odd ones, and some whose value cannot be.
const TEXTS: [(&str, &[&str]); 38] = [
    (":th", &["17/May/2015:10:05:03 +0000", "7-may-2015:10:05:03 -1200", "30/Feb/2015:10:05:03 +0000"]),
    (
        ":ti",
        &["2024-05-17T10:05:03", "2024-05-19", "2024-05-14 23:59:59,5 -2359", "2024-02-30", "2023-05-17T10:05:03Z"],
    ),
    (":tu", &["1715940303", "1715940303.25", "1715940303123", "1715940303123456789", "12"]),
    (":ts", &["Nov  9 03:37:44", "Nov 19 03:37:44", "Feb 30 03:37:44", "dec 1 23:59:59"]),
    (":tc", &["Fri Jul 23 00:28:19 2021", "Sun Sep 16 01:03:52 1973"]),
    (":te", &["Mon, 20 Sep 1972 10:21:36 +1000", "Mon, 20 Jan 1972 10:21:36 +1000"]),
    (":tg", &["20/1/1972 10:21:36 AM +1000", "20/1/1972 10:21:36"]),
    (":ta", &["1/20/1972 10:21:36 PM +10:30", "1/20/1972 10:21:36"]),
    (":tt", &["10:21:36 PM -5:30", "10:21:36", "23:59:59.25"]),
    (
        ":t",
        &[
            "2024-05-17 10:05:03.123456",
            "17/May/2015:10:05:03 +0000",
            "20171223T221529",
            "Nov  9 03:37:44",
            "Fri Jul 23 00:28:19.615325 2021",
            "Mon, 20 Sep 1972 10:21:36 +1000",
            "2024-05-17 25:05:03",
        ],
    ),
    (
        ":dur",
        &[
            "1.5s",
            "12ms",
            "2m3s",
            "1h 30m",
            "-5ms",
            "00:01:02.5",
            "360µs",
            "99999999999d",
            "12 ms",
            "161 seconds",
            "1 h 30 min",
        ],
    ),
    (":size", &["512", "1.5K", "10KiB", "3 MB", "99999999999G"]),
    (":ip", &["10.0.0.1", "::1", "fe80::1%eth0", "999.1.1.1", "::ffff:10.1.2.3"]),
    (":bool", &["true", "No", "on", "0", "maybe"]),
    (":q", &["\"a \\\"b\\\" c\"", "plain", "'single'", "`back`", "\"open"]),
    (":kv(", &["level=error n=404 took=5ms", "n=\"404\" ok at=2024-05-17", "x=1 n=5 n=6", "level=\"a b\"", "n=many"]),
    (":kv", &["a=1 b=\"two words\" flag", "k=v", "k='it\\'s' k=again", "é=ß"]),
    (":f", &["1.5", "-2.25", ".5", "12", "3."]),
    (":e", &["1.5e3", "-2E-7", "1e999", "inf"]),
    (":g", &["1.5", "1e10", "-", "7"]),
    (":F", &["1.50", "-2", "0.1"]),
    (":,.2f", &["1,367.50", "12.25", "1,234,567.00"]),
    (":%}", &["12%", "1.5%", "-3%"]),
    (":x<", &["abxx", "xxxx", "a", "long text"]),
    (":x}", &["1f", "0x1F", "-ff", "zz", "ffffffffffffffffff"]),
    (":X", &["1F", "ab", "0X0"]),
    (":o", &["17", "0o17", "777"]),
    (":b}", &["101", "0b1", "2"]),
    (":n", &["1,234,567", "12", "1.234"]),
    (":5d", &["    7", "12345", "-1", "1234567"]),
    (
        ":d",
        &[
            "404",
            "+404",
            "-1",
            "0x1f",
            "0b11",
            "99999999999999999999",
            "0",
            "00000000000000000000404",
            "none",
            "-",
            "٤",
        ],
    ),
    (":%d/", &["17/05/2024", "31/02/2024", "7/5/2024"]),
    (":%H", &["10:05:03", "7:9:23", "25:00:00"]),
    (":w", &["info", "Error", "größe", "a_1", "two words"]),
    (":|-", &["-", "", "ada", "a b"]),
    (":l", &["abc", "é", "1"]),
    (":S", &["host-1", "x", "é→"]),
    (
        "",
        &[
            "GET /index.html HTTP/1.1",
            "",
            "a",
            "kids \"and\" ß → more",
            "Kelvin K, \u{17f}",
            "took 12 ms",
            "a/b/c",
            "12x34y5",
            "[7]: x",
            "é",
            " ",
            "\t",
        ],
    ),
];

/// A log, and how it was made.
#[derive(Debug)]
pub(super) struct Corpus {
    pub(super) form: Form,
    pub(super) bytes: Vec<u8>,
}

/// The text of one field, mostly one for its type.
fn field(spec: &str, random: &mut Random) -> &'static str {
    let all = TEXTS.iter().find(|(code, _)| spec.contains(code)).map_or(&[""][..], |(_, texts)| texts);
    let any = TEXTS[random.below(TEXTS.len())].1;
    let texts = if random.below(12) == 0 { any } else { all };
    texts[random.below(texts.len())]
}

/// A line of about the form of the pattern.
fn line(format: &str, random: &mut Random) -> Vec<u8> {
    let mut line = Vec::new();
    let mut rest = format;
    while let Some(open) = rest.find('{') {
        let literal = &rest[..open];
        let literal = if random.below(9) == 0 { literal.to_uppercase() } else { literal.to_owned() };
        line.extend_from_slice(literal.as_bytes());
        let close = rest[open..].find('}').map_or(rest.len(), |close| open + close + 1);
        let spec = &rest[open..close];
        rest = &rest[close..];
        match spec {
            "{:]}" => {}
            "{:[}" if random.below(2) == 0 => rest = rest.split_once("{:]}").map_or("", |(_, rest)| rest),
            "{:[}" => {}
            _ => line.extend_from_slice(field(spec, random).as_bytes()),
        }
    }
    line.extend_from_slice(rest.as_bytes());
    line
}

/// Bytes of any kind but newlines.
fn noise(random: &mut Random) -> Vec<u8> {
    (0..random.below(30)).map(|_| b" =\"4041x\\\xff\xc3\xa9\0\r[]:ERR-"[random.below(21)]).collect()
}

/// What a corpus may have beside lines that are made for its pattern.
#[derive(Debug, Clone, Copy)]
struct Oddities {
    wrong_bytes: bool,
    nuls: bool,
    returns: bool,
    further_lines: bool,
}

fn record(form: Form, odd: Oddities, random: &mut Random) -> Vec<u8> {
    let mut record = match random.below(24) {
        0 => noise(random),
        1 => Vec::new(),
        2 if odd.further_lines => b"\tat com.example.Main(Main.java:5)".to_vec(),
        3 if odd.further_lines => b"Caused by: x".to_vec(),
        _ => line(form.format, random),
    };
    // Longer than small blocks, and than the longest record that some scans take.
    if random.below(60) == 0 {
        let long = ["word ", "é", "0"][random.below(3)].repeat(200 + random.below(600));
        record.extend_from_slice(long.as_bytes());
    }
    if odd.wrong_bytes && random.below(15) == 0 {
        let at = random.below(record.len() + 1);
        record.insert(at, [0xff, 0xe9, 0xc3, 0x80][random.below(4)]);
    }
    if !odd.wrong_bytes {
        record = String::from_utf8_lossy(&record).into_owned().into_bytes();
    }
    if odd.nuls && random.below(15) == 0 {
        record.splice(0..0, vec![0; 1 + random.below(90)]);
    }
    record
}

/// The `number`th log. A `false` in `wrong_bytes` leaves out what is not UTF-8.
pub(super) fn corpus(number: usize, wrong_bytes: impl Fn(Form) -> bool, random: &mut Random) -> Corpus {
    let form = FORMS[number % FORMS.len()];
    let odd = Oddities {
        wrong_bytes: random.below(3) == 0 && wrong_bytes(form),
        nuls: random.below(4) == 0,
        returns: random.below(3) == 0,
        further_lines: form.head.is_some(),
    };
    let mut bytes = if random.below(8) == 0 { b"\xef\xbb\xbf".to_vec() } else { Vec::new() };
    let records = [0, 1, 2, 20, 60, 150][random.below(6)];
    for _ in 0..records {
        bytes.extend(record(form, odd, random));
        bytes.extend_from_slice(match random.below(12) {
            0 => b"\n\n",
            1..6 if odd.returns => b"\r\n",
            6 if odd.returns => b"\r\r\n",
            _ => b"\n",
        });
    }
    if random.below(2) == 0 {
        bytes.pop();
    }
    Corpus { form, bytes }
}
