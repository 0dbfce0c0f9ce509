//! Text as views of the input: the same texts as in a copy, over memory that is shared, let go, and not kept for little.

use std::{
    num::NonZeroUsize,
    ops::Range,
    sync::{Arc, Weak},
};

use parsimd::{
    Anchored, Batch, Cell, ColumnType, ExternalMatcher, Input, Isa, OnError, Pattern, ScanOptions, Strings, TextViews,
    Values, limits,
};

use crate::common::{self, Found, Random, Steps, cells, external, pattern, pattern_on};

fn options(strings: Strings) -> ScanOptions {
    let mut options = ScanOptions::default();
    options.strings = strings;
    options
}

fn read(pattern: &Pattern, input: Input<'_>, options: ScanOptions) -> Batch {
    common::read(pattern, input, options).0
}

fn views(batch: &Batch) -> Vec<&TextViews> {
    let values = batch.columns().iter().filter_map(|column| match column.values() {
        Values::TextView(views) => Some(views),
        _ => None,
    });
    values.collect()
}

/// Where the bytes of each buffer of a batch are, each once.
fn buffers(batch: &Batch) -> Vec<Range<*const u8>> {
    let mut places: Vec<_> = views(batch).iter().flat_map(|views| views.buffers()).map(|b| b.as_ptr_range()).collect();
    places.sort_by_key(|place| place.start);
    places.dedup();
    places
}

/// What Arrow says of a view of `text`: in it up to 12 bytes, else its first four bytes, and where it is.
fn check_layout(view: u128, text: &[u8], views: &TextViews) {
    let view = view.to_ne_bytes();
    let number = |at: usize| view[at..at + 4].iter().rev().fold(0, |number, &byte| number << 8 | usize::from(byte));
    assert_eq!(number(0), text.len());
    if text.len() <= 12 {
        assert_eq!(&view[4..4 + text.len()], text);
        assert!(view[4 + text.len()..].iter().all(|&byte| byte == 0));
    } else {
        assert_eq!((&view[4..8], &views.buffers()[number(8)][number(12)..][..text.len()]), (&text[..4], text));
    }
}

/// Lines with texts of 1 to 40 bytes, now and then not ASCII, with a value that does not fit, not UTF-8, or none at all.
fn lines(random: &mut Random, count: usize) -> Vec<u8> {
    let mut text = Vec::new();
    for _ in 0..count {
        let word = |random: &mut Random| -> String {
            let letters = if random.below(5) == 0 { "aé→𝄞" } else { "abcdefgh" };
            let most = [4, 12, 14, 40][random.below(4)];
            let mut word = String::from("x");
            while word.len() < most && random.below(most + 4) > 0 {
                word.push(letters.chars().nth(random.below(letters.chars().count())).unwrap_or('x'));
            }
            word
        };
        let (one, two) = (word(random), word(random));
        match random.below(12) {
            0 => text.extend_from_slice(one.as_bytes()),
            1 => text.extend_from_slice(format!("{one} 99999999999999999999 {two} 1.5").as_bytes()),
            2 => text.extend_from_slice(b"x\xff\xfe 1 longer than twelve bytes\xf0 2"),
            _ => {
                text.extend_from_slice(format!("{one} {} {two} {}.25", random.below(100), random.below(100)).as_bytes())
            }
        }
        text.extend_from_slice(if random.below(6) == 0 { b"\r\n" } else { b"\n" });
    }
    if random.below(2) == 0 {
        text.pop();
    }
    text
}

#[test]
fn views_are_the_texts_of_a_copy_whatever_reads_them() {
    let mut random = Random(3);
    let mut seen = [0; 41];
    for format in ["{a} {n:d} {b} {d:F}", "{a:S} {n:d} {b:S} {d:F}", "{b} {}"] {
        for isa in Isa::available() {
            let pattern = pattern_on(format, isa);
            for block_bytes in [1, 60, 300, 100_000] {
                let text = lines(&mut random, 200);
                for on_error in [OnError::Skip, OnError::Null] {
                    let run = |strings, threads, input| {
                        let mut options = options(strings);
                        (options.on_error, options.block_bytes) = (on_error, block_bytes);
                        options.threads = NonZeroUsize::new(threads);
                        read(&pattern, input, options)
                    };
                    let copied = run(Strings::Utf8, 1, Input::bytes(&text));
                    for threads in [1, 3] {
                        let inputs = [
                            Input::bytes(&text),
                            Input::shared(text.clone()),
                            Input::reader(&text[..], "r"),
                            Input::reader(Steps(&text, 7), "drip"),
                        ];
                        for input in inputs {
                            let viewed = run(Strings::View, threads, input);
                            assert_eq!(cells(&viewed), cells(&copied), "{format:?}, {isa:?}, {block_bytes}, {threads}");
                            for (column, copied) in viewed.columns().iter().zip(copied.columns()) {
                                assert_eq!(column.validity(), copied.validity());
                            }
                        }
                    }
                    let viewed = run(Strings::View, 1, Input::shared(text.clone()));
                    for column in views(&viewed) {
                        for (row, &view) in column.views().iter().enumerate() {
                            check_layout(view, column.bytes(row), column);
                            seen[column.bytes(row).len().min(40)] += 1;
                        }
                    }
                }
            }
        }
    }
    assert!(seen.iter().all(|&seen| seen > 0), "{seen:?}");
}

#[test]
fn texts_of_every_length_end_with_the_block_too() {
    let pattern = pattern("{}");
    for length in 1..60 {
        for before in ["", "1\n", "a line that is rather long\n"] {
            let text = format!("{before}{}", "é".repeat(length / 2) + &"z".repeat(length % 2));
            let batch = read(&pattern, Input::bytes(text.as_bytes()), options(Strings::View));
            assert_eq!(batch.columns()[0].get(batch.len() - 1), Cell::Text(&text[before.len()..]));
            check_layout(views(&batch)[0].views()[batch.len() - 1], &text.as_bytes()[before.len()..], views(&batch)[0]);
        }
    }
}

#[test]
fn the_schema_says_that_text_is_views() {
    let pattern = pattern("{a} {n:d} {f:F}");
    let scan = pattern.scan_input(Input::bytes(b""), options(Strings::View));
    let types: Vec<_> = scan.schema().columns().map(|(_, kind)| kind).collect();
    assert_eq!(types, [ColumnType::TextView, ColumnType::Int64, ColumnType::TextView]);
    assert!(pattern.schema().columns().all(|(_, kind)| kind != ColumnType::TextView));
}

/// Lines of `bytes` bytes together, nearly all of them text that is longer than a view.
fn text_of(bytes: usize) -> String {
    "a rather long text, of forty bytes here 7\n".repeat(bytes / 42)
}

#[test]
fn memory_that_can_be_shared_is_not_copied() {
    let pattern = pattern("{first:S} {rest} {n:d}");
    let text = bytes::Bytes::from(text_of(100_000));
    let mut views = options(Strings::View);
    views.block_bytes = 10_000;
    let batch = read(&pattern, Input::shared(text.clone()), views);
    let all = text.as_ptr_range();
    assert_eq!(batch.len(), 100_000 / 42);
    assert!(buffers(&batch).len() > 5);
    assert!(buffers(&batch).iter().all(|place| all.start <= place.start && place.end <= all.end));
}

#[test]
fn a_block_that_is_read_is_shared_by_the_columns_and_used_again_once_nobody_has_it() {
    let pattern = pattern("{a}, {b} here {n:d}");
    let text = text_of(100_000);
    let scan = || {
        let mut views = options(Strings::View);
        (views.block_bytes, views.threads) = (10_000, NonZeroUsize::new(1));
        pattern.scan_input(Input::reader(text.as_bytes(), "r"), views)
    };
    let (kept, mut places) =
        (scan().map(|batch| batch.unwrap_or_else(|e| panic!("{e}"))).collect::<Vec<_>>(), Vec::new());
    for batch in &kept {
        assert_eq!(buffers(batch).len(), 1);
        assert_eq!(batch.columns()[1].get(batch.len() - 1), Cell::Text("of forty bytes"));
        places.extend(buffers(batch));
    }
    places.sort_by_key(|place| place.start);
    assert!(places.len() > 8 && places.windows(2).all(|pair| pair[0].end <= pair[1].start));
    let mut places: Vec<_> = scan().flat_map(|batch| buffers(&batch.unwrap_or_else(|e| panic!("{e}")))).collect();
    places.dedup_by_key(|place| place.start);
    assert_eq!(places.len(), 1, "one buffer was enough");
}

#[test]
fn memory_lives_as_long_as_a_batch_that_has_views_of_it() {
    struct Watched(Vec<u8>, #[expect(dead_code, reason = "it is there to be dropped")] Arc<()>);

    impl AsRef<[u8]> for Watched {
        fn as_ref(&self) -> &[u8] {
            &self.0
        }
    }

    let alive = Arc::new(());
    let watch = Arc::downgrade(&alive);
    let text = bytes::Bytes::from_owner(Watched(text_of(1000).into_bytes(), alive));
    let batch = read(&pattern("{a} {n:d}"), Input::shared(text), options(Strings::View));
    let number = batch.project(&[1]);
    let part = batch.project(&[0]);
    let is_alive = |watch: &Weak<()>| watch.strong_count() > 0;
    drop(batch);
    assert!(is_alive(&watch) && part.columns()[0].get(0) == Cell::Text("a rather long text, of forty bytes here"));
    drop(part);
    assert!(!is_alive(&watch) && number.columns()[0].get(0) == Cell::Int64(7));
}

#[test]
fn few_texts_do_not_keep_the_block_they_are_from() {
    let pattern = pattern("needle {a}, {b} here {n:d}");
    // A block of which one line in `every` has a row.
    for (every, is_copied) in [(2, false), (50, true)] {
        let lines = (0..2000).map(|n| format!("{} {}", if n % every == 0 { "needle" } else { "haystk" }, text_of(42)));
        let text = lines.collect::<String>();
        for input in [Input::shared(text.clone()), Input::bytes(text.as_bytes()), Input::reader(text.as_bytes(), "r")] {
            let batch = read(&pattern, input, options(Strings::View));
            assert_eq!(batch.len(), 2000 / every);
            assert!((0..batch.len()).all(|row| batch.columns()[0].get(row) == Cell::Text("a rather long text")));
            let kept: usize = buffers(&batch).iter().map(|place| place.end as usize - place.start as usize).sum();
            let long = batch.len() * ("a rather long text".len() + "of forty bytes".len());
            assert_eq!(kept, if is_copied { long } else { text.len() });
            assert!(kept <= limits::MEMORY_KEPT * long);
        }
    }
}

#[test]
fn short_texts_keep_nothing() {
    let text = "short 1\n".repeat(1000);
    let batch = read(&pattern("{a} {n:d}"), Input::shared(text), options(Strings::View));
    assert!(buffers(&batch).is_empty() && batch.columns()[0].get(999) == Cell::Text("short"));
}

#[test]
fn filtered_batches_keep_their_texts_and_no_more_memory_than_they_need() {
    let pattern = pattern("{a}|{b}|{n:d}");
    let line = |n: usize| format!("{}|{}|{n}\n", "é".repeat(n % 40 + 1), "w".repeat(n % 23 + 1));
    let text: String = (0..3000).map(line).collect();
    let mut options = options(Strings::View);
    options.block_bytes = 20_000;
    let batch = read(&pattern, Input::reader(text.as_bytes(), "r"), options);
    assert!(buffers(&batch).len() > 3);
    let all = cells(&batch);
    for every in [1, 2, 3, 10, 100, 2999, 10_000] {
        let kept = batch.filter(|row| row % every == every - 1);
        let rows = (0..3000).filter(|row| row % every == every - 1);
        let wanted: Vec<_> = rows.map(|row| all[row].clone()).collect();
        assert_eq!(cells(&kept), wanted);
        let long: usize = views(&kept)
            .iter()
            .flat_map(|views| (0..views.len()).map(|row| views.bytes(row).len()))
            .filter(|&length| length > 12)
            .sum();
        let memory: usize = buffers(&kept).iter().map(|place| place.end as usize - place.start as usize).sum();
        assert!(memory <= limits::MEMORY_KEPT * long, "{memory} bytes for {long} of text");
        if every == 1 {
            assert_eq!(buffers(&kept), buffers(&batch), "nothing is copied where all is kept");
        }
    }
}

#[test]
fn rows_of_batches_that_are_not_joined_are_those_of_the_joined() {
    let pattern = pattern("{a}|{b}|{n:d}");
    let line = |n: usize| match n % 101 {
        100 => format!("{n}\n"),
        _ => format!("{}|{}|{n}\n", "é".repeat(n % 40 + 1), "w".repeat(n % 23 + 1)),
    };
    let text: String = (0..3000).map(line).collect();
    for strings in [Strings::Utf8, Strings::View, Strings::Binary] {
        let mut options = options(strings);
        (options.block_bytes, options.on_error) = (20_000, OnError::Null);
        let scan = pattern.scan_input(Input::reader(text.as_bytes(), "r"), options);
        let batches = scan.collect::<Result<Vec<_>, _>>().unwrap();
        assert!(batches.len() > 3);
        let schema = batches[0].schema();
        let joined = Batch::concat(schema.clone(), &batches).unwrap();
        let all = cells(&joined);
        for every in [1, 2, 3, 10, 100, 2999, 10_000] {
            let keep = |row: usize| row % every == every - 1 || every == 10 && row > 2000;
            let kept = Batch::concat_where(schema.clone(), &batches, keep).unwrap();
            assert_eq!(kept, joined.filter(keep));
            let wanted: Vec<_> = (0..3000).filter(|&row| keep(row)).map(|row| all[row].clone()).collect();
            assert_eq!(cells(&kept), wanted);
            // Short texts are in their views, and keep nothing.
            let text: usize = wanted
                .iter()
                .flatten()
                .map(|cell| match cell {
                    Cell::Text(text) if text.len() > 12 => text.len(),
                    _ => 0,
                })
                .sum();
            let memory: usize = match strings {
                Strings::View => buffers(&kept).iter().map(|place| place.end as usize - place.start as usize).sum(),
                _ => 0,
            };
            assert!(memory <= limits::MEMORY_KEPT * text, "{memory} bytes for {text} of text");
        }
        let none = Batch::concat_where(schema.clone(), &[], |_| true).unwrap();
        assert_eq!((none.len(), none.schema()), (0, schema));
    }
}

#[test]
fn batches_of_views_are_equal_when_their_texts_are() {
    let text = text_of(5000);
    let run = |block_bytes, input| {
        let mut options = options(Strings::View);
        options.block_bytes = block_bytes;
        read(&pattern("{a} {n:d}"), input, options)
    };
    let one = run(100_000, Input::bytes(text.as_bytes()));
    assert_eq!(one, run(300, Input::reader(text.as_bytes(), "r")));
    assert_ne!(one, run(300, Input::shared(text.replacen("forty", "fifty", 1))));
    assert_ne!(one, one.filter(|row| row > 0));
}

/// Gives its one field this span.
#[derive(Debug)]
struct Gives(usize, usize);

impl ExternalMatcher for Gives {
    fn find(&self, text: &str, _: usize, _: Anchored) -> Found {
        Ok(Some(vec![Some(0..text.len()), Some(self.0..self.1)]))
    }
}

#[test]
fn a_span_that_is_no_text_is_a_failure() {
    let spans = [
        ((0, 2), "\u{e9}"),
        ((1, 3), "no"),
        ((0, 1), "no"),
        ((1, 1), "no"),
        ((2, 1), "no"),
        ((0, 3), "\u{e9}a"),
        ((0, 9), "no"),
        ((9, 9), "no"),
    ];
    for ((start, end), wanted) in spans {
        let pattern = external("{a}", Gives(start, end));
        for strings in [Strings::Utf8, Strings::View] {
            let mut options = options(strings);
            options.on_error = OnError::Null;
            let text = "\u{e9}a\n\u{e9}a and a text that is long\n";
            let mut scan = pattern.scan_input(Input::bytes(text), options);
            let batch = scan.read_all().unwrap_or_else(|error| panic!("{error}"));
            let is_text = wanted != "no";
            assert_eq!(
                batch.columns()[0].get(0),
                if is_text { Cell::Text(wanted) } else { Cell::Null },
                "{start}..{end}"
            );
            assert_eq!(scan.stats().first_failures.iter().any(|failure| failure.record == 0), !is_text);
        }
    }
}

#[test]
fn texts_given_one_by_one_can_be_views_too() {
    let mut options = options(Strings::View);
    (options.on_error, options.block_bytes) = (OnError::Null, 40);
    let texts = ["a text that is long\nwith a newline 1", "no", "short 2"];
    let given = texts.iter().map(|text| Some(text.as_bytes())).chain([None]);
    let found = pattern("{a} {n:d}").scan_texts(given, options).unwrap_or_else(|error| panic!("{error}"));
    let wanted = [
        [Cell::Text("a text that is long\nwith a newline"), Cell::Int64(1)],
        [Cell::Null, Cell::Null],
        [Cell::Text("short"), Cell::Int64(2)],
        [Cell::Null, Cell::Null],
    ];
    assert_eq!(cells(&found.to_batch().unwrap_or_else(|error| panic!("{error}"))), wanted);
}
