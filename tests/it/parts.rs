//! `Input::part`: however a file is cut, its parts give together what the whole gives.

use std::{ops::Range, path::Path};

use parsimd::{Input, OnError, Origin, Pattern, Rejects, ScanOptions};

use crate::common::{self, Folder, Random, gzip, open, pattern, read, share_of, spelt};

/// What lines are made of: heads and none, ends of several kinds, what a file could begin with, holes, and a line that is too long.
const PIECES: [&[u8]; 15] = [
    b"1 one\n",
    b"22 two\r\n",
    b"  at Main\n",
    b"\n",
    b"\r\n",
    b"\0\0\x003 three\n",
    b"\0\0 at none\n",
    b"\xef\xbb\xbf4 marked\n",
    b"BZh91AY&SY5 five\n",
    b"\x1f\x8b6 six\n",
    b"7 a line that is longer than a record may be\n",
    // What follows its first 32 bytes looks like a head.
    b"  at a place of thirty-two bytes7 tail\n",
    b"\xff\xfe\n",
    "8 é\n".as_bytes(),
    b"9",
];

fn text(random: &mut Random, pieces: usize) -> Vec<u8> {
    let text: Vec<u8> = (0..random.below(pieces + 1)).flat_map(|_| random.one(&PIECES).to_vec()).collect();
    // What a file of another kind begins with is text anywhere else.
    let is_other = [&b"BZh91AY&SY"[..], b"\x1f\x8b", b"\xff\xfe"].iter().any(|mark| text.starts_with(mark));
    if is_other { [b"1 one\n", &text[..]].concat() } else { text }
}

/// The ranges between the places of a cut.
fn ranges(random: &mut Random, length: usize) -> Vec<Range<u64>> {
    let mut places: Vec<u64> = (0..random.below(5)).map(|_| random.below(length + 3) as u64).collect();
    places.sort_unstable();
    places.insert(0, 0);
    places.push(if random.below(2) == 0 { length as u64 } else { u64::MAX });
    places.windows(2).map(|pair| pair[0]..pair[1].max(pair[0])).collect()
}

fn options(random: &mut Random, multiline: bool) -> ScanOptions {
    let mut options = common::options(1 + random.below(2), [1, 7, 64, 1 << 16][random.below(4)]);
    options.multiline = multiline;
    options.on_error = [OnError::Skip, OnError::Null][random.below(2)];
    options.include = vec![Origin::Offset];
    options.max_record_bytes = 30;
    options.rejects = Rejects::Bytes;
    options
}

/// What scans give, one after the other.
#[derive(Debug, Default, PartialEq)]
struct All {
    /// With the places of the records.
    rows: Vec<Vec<String>>,
    /// The records that were not read, as they stand in the file.
    rejects: Vec<u8>,
    records: u64,
}

impl All {
    fn read(&mut self, pattern: &Pattern, input: Input<'_>, options: &ScanOptions) {
        let mut scan = pattern.scan_input(input, options.clone());
        self.rows.extend(spelt(&scan.read_all().unwrap_or_else(|error| panic!("{error}"))));
        self.rejects.extend(scan.take_rejected_bytes());
        self.records += scan.stats().records;
    }
}

fn part(path: &Path, range: Range<u64>) -> Input<'static> {
    Input::part(path, range).unwrap_or_else(|error| panic!("{error}"))
}

fn assert_parts_are_the_whole(path: &Path, pattern: &Pattern, cut: &[Range<u64>], options: &ScanOptions) {
    let (mut whole, mut parts) = (All::default(), All::default());
    whole.read(pattern, open(path), options);
    for range in cut {
        parts.read(pattern, part(path, range.clone()), options);
    }
    assert_eq!(
        parts,
        whole,
        "{cut:?} of {:?}, {options:?}",
        std::fs::read(path).map(|text| text.escape_ascii().to_string())
    );
}

#[test]
fn any_cut_of_any_file_gives_the_rows_of_the_whole() {
    let (folder, mut random) = (Folder::new(), Random(7));
    let pattern = pattern("{n:d} {text}");
    for case in 0..share_of(600) {
        let text = text(&mut random, 12);
        let path = folder.write("a.log", &text);
        let options = options(&mut random, case % 2 == 0);
        let cut = ranges(&mut random, text.len());
        assert_parts_are_the_whole(&path, &pattern, &cut, &options);
    }
}

#[test]
fn each_byte_of_a_file_as_a_part_gives_each_record_once() {
    let folder = Folder::new();
    let text = b"1 one\n  more\n\n22 two\n\0\x003 three\r\n4";
    let path = folder.write("a.log", text);
    for multiline in [false, true] {
        let cut: Vec<_> = (0..text.len() as u64).map(|byte| byte..byte + 1).collect();
        assert_parts_are_the_whole(&path, &pattern("{n:d} {text}"), &cut, &options(&mut Random(1), multiline));
    }
}

#[test]
fn a_record_belongs_to_the_part_in_which_it_begins() {
    let folder = Folder::new();
    let path = folder.write("a.log", "1\n22\n333\n");
    let rows = |range| read(&pattern("{n:d}"), part(&path, range), ScanOptions::default()).0.len();
    assert_eq!(
        (rows(0..1), rows(0..2), rows(0..3), rows(1..2), rows(2..3), rows(3..5), rows(5..9)),
        (1, 1, 2, 0, 1, 0, 1)
    );
    assert_eq!((rows(0..0), rows(2..2), rows(9..9), rows(9..20), rows(20..30), rows(5..u64::MAX)), (0, 0, 0, 0, 0, 1));
}

#[test]
fn what_cannot_be_cut_belongs_to_the_part_with_its_first_byte() {
    let folder = Folder::new();
    let utf16 =
        [&[0xff, 0xfe][..], &"1\n2\n3\n".encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>()].concat();
    for data in [gzip(b"1\n2\n3\n"), utf16] {
        let path = folder.write("a", &data);
        let rows = |range| read(&pattern("{n:d}"), part(&path, range), ScanOptions::default()).0.len();
        assert_eq!((rows(0..1), rows(1..5), rows(5..u64::MAX), rows(0..0)), (3, 0, 0, 0));
    }
}

#[test]
fn parts_go_with_other_inputs() {
    let folder = Folder::new();
    let path = folder.write("a.log", "1\n22\n333\n");
    let input = part(&path, 2..5).then(part(&path, 5..9)).then(Input::bytes(b"4\n")).then(part(&path, 0..2));
    assert_eq!(
        spelt(&read(&pattern("{n:d}"), input, ScanOptions::default()).0).concat(),
        ["Int64(22)", "Int64(333)", "Int64(4)", "Int64(1)"]
    );
}

#[test]
fn a_pipe_and_a_folder_have_no_parts() {
    let folder = Folder::new();
    let told = |path: &Path| Input::part(path, 0..1).err().map(|error| error.to_string()).unwrap_or_default();
    assert!(told(&folder.fifo("pipe")).ends_with("pipe: is no plain file, and only such a file has parts"));
    assert!(told(&folder.at("")).contains("Is a directory"));
    assert!(told(&folder.at("none")).contains("none: "));
}

#[test]
fn a_file_that_shrinks_below_a_part_is_an_error() {
    let folder = Folder::new();
    let path = folder.write("a.log", "1\n".repeat(200_000));
    let mut scan = pattern("{n:d}").scan_input(part(&path, 2..400_000), common::options(1, 1 << 10));
    assert!(scan.next().is_some_and(|batch| batch.is_ok()));
    std::fs::write(&path, "1\n").unwrap_or_else(|error| panic!("{error}"));
    let told = scan.find_map(Result::err).map(|error| error.to_string()).unwrap_or_default();
    assert!(told.contains("a.log: shrank to 2 bytes after"), "{told}");
}
