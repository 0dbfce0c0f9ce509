//! Cases that fuzzing found, each as it was printed, or made smaller.

use super::*;

/// What was kept of a record that was too long lacked a newline, where the record was cut there.
#[test]
fn a_record_of_several_lines_that_is_cut_after_a_newline() {
    let line = "1 abcdefghijklmnopq\n";
    let log = [line, &line.replace('1', "x").repeat(5), "and\nmore\nlines\nof\nit\n", "2 y\n"].concat();
    for step in [0, 98] {
        let way = Way { threads: 1, block_bytes: 133, step, multiline: true, max_record_bytes: 41 };
        same_scan("{n:d} {text}", log.as_bytes(), way);
    }
}

/// The error pointed into a character, and to draw it was a panic.
#[test]
fn a_quantifier_after_a_character_that_is_not_ascii_in_grok() {
    converted_format("grok", "%{QS:q}é+");
}

/// What aligns was taken for a fill, and the pattern did not compile.
#[test]
fn a_delimiter_that_aligns_after_padding_in_dissect() {
    converted_format("dissect", "é:%{f->}=");
    converted_format("dissect", "]{:%{f->}<");
}

/// It was no field, and the pattern was text.
#[test]
fn a_bracket_in_a_name_in_dissect_and_grok() {
    converted_format("dissect", "%{a[b} %{c}");
    converted_format("grok", "%{WORD:a]}");
}

/// A character of several bytes before a value or in a name of a month, and a mark of the encoding in the middle of a file, were cut or passed over: a panic.
#[test]
fn characters_of_several_bytes_in_lines_that_are_guessed_from() {
    guess_is_kept("✓ 12 tests passed\n".as_bytes());
    guess_is_kept((1..10).map(|n| format!("größe {n}\n")).collect::<String>().as_bytes());
    guess_is_kept("xſep  9 03:37:44 up\n".as_bytes());
    guess_is_kept("ſep  9 03:37:44x\n".as_bytes());
    guess_is_kept("\u{feff}\u{feff}x 1\n".as_bytes());
    let lines = (0..60).map(|n| format!("{}n={n} up\n", if n == 30 { "\u{feff}" } else { "" }));
    guess_is_kept(lines.collect::<String>().as_bytes());
    guess_is_kept(b"\n\xff\xfen=1 up\n");
}

/// A width that is more than a number of repetitions can be was text to the engine for repeated names.
#[test]
fn a_width_of_more_than_32_bits() {
    for pattern in [
        "{a:3333333333333|} {req} {req}",
        "{a:.4294967296} {b} {b}",
        "{a:4294967296d}",
        "{a:4294967295}",
        "{a:3333333333333%Y}",
    ] {
        pattern_or_error(pattern, false);
    }
    assert!(crate::Pattern::new("{a:4294967296} {b} {b}").is_err_and(|error| error.is_syntax()));
}
