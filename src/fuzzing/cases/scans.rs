//! Scans of the same bytes: in memory and a few bytes at a time, in blocks of any size, on several threads, on each instruction set; compressed, cut, damaged.

use std::io::{Read, Write};

use super::{super::*, Bytes, Case, call, formatted::Formatted, written};

/// Lines, how they are scanned, and the same lines compressed and damaged.
pub struct AnyScan {
    format: String,
    bytes: Vec<u8>,
    way: Way,
    packed: Vec<u8>,
    damage: Damage,
}

const FORMATS: &[&str] = &["{level:w} {n:d}", "{a}: {b}", "[{t:ti}] {msg}", "{n:d} {text}", "{} {}"];

impl Case for AnyScan {
    fn read(bytes: &mut Bytes<'_>) -> Self {
        let formatted = Formatted::read(bytes);
        let format = match bytes.ratio(1, 2) {
            true => formatted.format.clone(),
            false => bytes.one_of(FORMATS).to_owned(),
        };
        let lines = lines(bytes, &formatted);
        let way = way(bytes);
        let codec = bytes.int(0..=4);
        let (packed, damage) = damaged(bytes, pack(codec, &lines));
        AnyScan { format, bytes: lines, way, packed, damage }
    }

    fn check(&self) {
        let AnyScan { format, bytes, way, packed, damage } = self;
        same_scan(format, bytes, *way);
        damaged_scan(format, bytes, packed, *damage, *way);
    }

    fn calls(&self) -> Vec<String> {
        let AnyScan { format, bytes, way, packed, damage } = self;
        let (format, bytes, way) = (format!("{format:?}"), written(bytes), format!("super::{way:?}"));
        let damaged =
            [&format, &bytes, &written(packed), &format!("super::Damage::{damage:?}"), &way].map(Clone::clone);
        vec![call("same_scan", &[format, bytes, way]), call("damaged_scan", &damaged)]
    }
}

fn way(bytes: &mut Bytes<'_>) -> Way {
    Way {
        threads: bytes.size(1..=3),
        block_bytes: bytes.size(1..=300),
        step: bytes.size(0..=300),
        multiline: bytes.ratio(1, 4),
        max_record_bytes: if bytes.ratio(1, 4) { bytes.size(1..=64) } else { 1 << 20 },
    }
}

/// Records, and what may stand between them.
fn lines(bytes: &mut Bytes<'_>, formatted: &Formatted) -> Vec<u8> {
    const LINES: &[&str] =
        &["info 1", "warn -22", "a: b", "[2024-05-17 10:05:03] up", "7 seven", "", "x", " at f(x)", "é: ü"];
    const ENDS: &[&str] = &["\n", "\n", "\n", "\r\n", "\n\n", "", "\0\n", "\n\0\0"];
    let mut lines = Vec::new();
    for _ in 0..bytes.int(0..=10) {
        let line = match bytes.int(0..=5) {
            0..=1 => formatted.record(bytes).into_bytes(),
            2 => bytes.some().to_vec(),
            3 => LINES.concat().into_bytes(),
            _ => bytes.one_of(LINES).as_bytes().to_vec(),
        };
        let end = bytes.one_of(ENDS);
        let times = if bytes.ratio(1, 6) { bytes.size(1..=40) } else { 1 };
        lines.extend([&line, end.as_bytes()].concat().repeat(times));
    }
    lines
}

/// What is packed, with its end cut or a bit flipped.
fn damaged(bytes: &mut Bytes<'_>, mut packed: Vec<u8>) -> (Vec<u8>, Damage) {
    // As many bytes as tell the compression stay as they are.
    let at = bytes.size(10..=packed.len().max(11) - 1);
    let damage = if bytes.ratio(1, 2) { Damage::Cut } else { Damage::Flipped };
    match damage {
        Damage::Cut => packed.truncate(at),
        Damage::Flipped => packed[at] ^= 1 << bytes.int(0..=7),
    }
    (packed, damage)
}

fn pack(codec: i64, bytes: &[u8]) -> Vec<u8> {
    fn all(mut reader: impl Read) -> Vec<u8> {
        let mut packed = Vec::new();
        reader.read_to_end(&mut packed).expect("memory has no errors");
        packed
    }
    match codec {
        0 => {
            let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            encoder.write_all(bytes).and_then(|()| encoder.finish()).expect("memory has no errors")
        }
        1 => {
            let mut encoder = zstd::Encoder::new(Vec::new(), 1).expect("memory has no errors");
            encoder.include_checksum(true).and_then(|()| encoder.write_all(bytes)).expect("memory has no errors");
            encoder.finish().expect("memory has no errors")
        }
        2 => all(liblzma::read::XzEncoder::new(bytes, 0)),
        3 => all(bzip2::read::BzEncoder::new(bytes, bzip2::Compression::fast())),
        _ => {
            let info = lz4_flex::frame::FrameInfo::new().content_checksum(true);
            let mut encoder = lz4_flex::frame::FrameEncoder::with_frame_info(info, Vec::new());
            encoder.write_all(bytes).expect("memory has no errors");
            encoder.finish().expect("memory has no errors")
        }
    }
}
