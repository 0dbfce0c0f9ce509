//! Files, patterns of their names, standard input: the same bytes give the same output.

use std::io::Write;

use crate::run::{Folder, command, out, parsimd, parsimd_of};

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(text).expect("memory takes all");
    packer.finish().expect("memory takes all")
}

/// Lines that do not compress well, so that what is compressed is much longer than what is read of a pipe at once.
fn log(lines: u64) -> String {
    let mut text = String::new();
    let mut state = 88_172_645_463_325_252_u64;
    for line in 0..lines {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let (minute, second, took) = (line / 60 % 60, line % 60, state % 1000);
        let id = format!("{state:016x}{:016x}", state.rotate_left(29));
        text += &format!("2026-01-02 03:{minute:02}:{second:02} INFO [main] app.Server: request {id} took {took} ms\n");
    }
    text
}

#[test]
fn an_input_of_which_no_record_matches_is_named_whatever_the_threads() {
    let folder = Folder::new();
    let numbers = folder.file("numbers.log", "1\n".repeat(100_000));
    let words = folder.file("words.log", "word\n".repeat(100_000));
    let one = folder.file("one.log", "word\n");
    let empty = folder.file("empty.log", "");
    for threads in ["1", "3"] {
        let args = ["-p", "{n:d}", &numbers, &words, &empty, &one, &numbers, "--count", "--threads", threads];
        let ran = parsimd(&args);
        let told = format!(
            "parsimd: {words}: not one of 100000 records matches; --why says why\nparsimd: {one}: its one record does not match; --why says why\n"
        );
        assert_eq!((ran.out.as_str(), ran.code, ran.err), ("200000\n", 0, told));
        assert_eq!(parsimd(&[&args[..], &["--quiet"]].concat()).err, "");
        // A filter that leaves out each row says nothing about the lines.
        let filtered = parsimd(&["{n:d}", &numbers, "--where", "n = 2", "--count", "--threads", threads]);
        assert_eq!((filtered.code, filtered.err.as_str()), (1, ""));
    }
    let many: Vec<String> = (0..9).map(|n| folder.file(&format!("{n}.txt"), "word\n")).collect();
    let args: Vec<&str> =
        ["-p", "{n:d}", &numbers, "--count"].into_iter().chain(many.iter().map(String::as_str)).collect();
    let ran = parsimd(&args);
    assert!(ran.err.ends_with("parsimd: 6 more inputs of which not one record matches\n"), "{}", ran.err);
}

#[cfg(unix)]
#[test]
fn a_file_that_is_read_is_not_written_to_by_whatever_name_it_has() {
    use std::fs::{self, File, OpenOptions};

    let folder = Folder::new();
    let text = "1\n2\n".repeat(1000);
    let log = folder.file("log.csv", &text);
    let [symbolic, hard] = ["symbolic.csv", "hard.csv"].map(|name| folder.path(name));
    std::os::unix::fs::symlink(&log, &symbolic).expect("it is made");
    fs::hard_link(&log, &hard).expect("it is made");
    let refused = |command: &mut std::process::Command, name: &str| {
        let ran = command.output().expect("it runs");
        let told = String::from_utf8_lossy(&ran.stderr);
        assert_eq!(told, format!("parsimd: {name}: is read, and cannot be written to at the same time\n"));
        assert_eq!((ran.status.code(), fs::read_to_string(&log).expect("it is there")), (Some(2), text.clone()));
    };
    for name in [&log, &symbolic, &hard] {
        refused(command().args(["{n:d}", &log, "-o", name]), &log);
        refused(command().args(["{n:d}", name, "-o", &log]), name);
        let stdin = File::open(name).expect("it is there");
        refused(command().args(["{n:d}", "-", "-o", &log]).stdin(stdin), "/dev/stdin");
        // Its own rows would be read without end.
        let end = OpenOptions::new().append(true).open(name).expect("it is there");
        refused(command().args(["{n:d}", &log, "--to", "csv"]).stdout(end), &log);
    }
    let other = folder.file("other.csv", &text);
    assert_eq!(parsimd(&["{n:d}", &log, "-o", &other]).code, 0);
    assert_eq!(fs::read_to_string(other).expect("it is there"), format!("n\n{text}"));
}

#[test]
fn files_of_several_kinds_are_guessed_together_and_those_of_one_kind_as_the_first() {
    let folder = Folder::new();
    let line = |n: usize| format!("17/06/09 20:10:{n:02} INFO executor.Backend: task {n} of {}\n", n * 7);
    let other =
        |n: usize| format!("081109 2036{n:02} {} INFO dfs.DataNode$PacketResponder: block {n} ended\n", n + 100);
    let first = folder.file("a.log", (0..50).map(other).collect::<String>());
    let second = folder.file("b.log", (0..50).map(line).collect::<String>());
    let both = parsimd(&[&first, &second, "--count"]);
    assert_eq!((both.out.as_str(), both.code), ("100\n", 0), "{}", both.err);
    assert!(both.err.contains("-p "), "{}", both.err);
    let alone = parsimd(&[&first, "--count"]);
    let twice = parsimd(&[&first, &first, "--count"]);
    assert_eq!((alone.err.as_str(), twice.out.as_str()), (twice.err.as_str(), "100\n"));
}

#[test]
fn the_output_is_the_same_for_every_kind_of_input() {
    let text = log(8_000);
    let folder = Folder::new();
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let parts = lines.chunks(3_000).map(|part| part.concat()).collect::<Vec<_>>();
    let names: Vec<String> =
        parts.iter().enumerate().map(|(at, part)| folder.file(&format!("part{at}.log"), part)).collect();
    let packed = gzip(text.as_bytes());
    assert!(packed.len() > 2 << 16, "{}", packed.len());
    let plain = folder.file("all", &text);
    let gz = folder.file("all.gz", &packed);
    let zst = folder.file("all.zst", zstd::encode_all(text.as_bytes(), 1).unwrap());
    let parts: Vec<&str> = names.iter().map(String::as_str).collect();
    let glob = folder.path("part*.log");
    for args in [
        &["--to", "csv", "--quiet"][..],
        &["--quiet", "--sort", "-time,message", "--head", "100", "--to", "ndjson"],
        &["-p", "{time:t} {level:w} [{thread}] {logger}: {message}", "--stats", "--to", "table"],
        &["-p", "INFO={time:t} INFO [{thread}] {rest}", "-p", "{rest}", "--to", "logfmt"],
    ] {
        let wanted = parsimd(&[args, &[&plain]].concat());
        assert_eq!((wanted.code, wanted.err.as_str()), (0, ""));
        assert!(wanted.out.len() > 500);
        for files in [&[&*gz][..], &[&*zst], &parts, &[&*glob]] {
            assert!(parsimd(&[args, files].concat()) == wanted, "{files:?} {args:?}");
        }
        for bytes in [text.as_bytes(), &packed] {
            assert!(parsimd_of(args, bytes) == wanted, "standard input of {} bytes, {args:?}", bytes.len());
        }
    }
}

#[test]
fn what_came_before_the_damage_is_guessed_from() {
    let folder = Folder::new();
    let packed = gzip(log(300).as_bytes());
    let file = folder.file("cut.gz", &packed[..packed.len() / 2]);
    let (guessed, given) = (parsimd(&[&file, "--count"]), parsimd(&["{time:t} {rest}", &file, "--count"]));
    assert_eq!((guessed.code, &guessed.out), (2, &given.out));
    assert!(given.out.trim().parse::<u32>().unwrap() > 50 && guessed.err.contains("damaged gzip data"), "{guessed:?}");
}

#[test]
fn an_output_is_left_alone_where_there_is_no_input() {
    let folder = Folder::new();
    let kept = folder.file("kept.csv", b"a,b\n");
    for name in ["missing.log", "missing*.log"] {
        let ran = parsimd(&["{time:t} {rest}", &folder.path(name), "--output", &kept]);
        assert!(ran.code == 2 && ran.err.contains("missing"), "{ran:?}");
        assert_eq!(std::fs::read(&kept).unwrap(), b"a,b\n");
    }
}

#[test]
fn standard_input_that_is_compressed_can_be_guessed() {
    let text = log(5_000);
    for packed in [gzip(text.as_bytes()), zstd::encode_all(text.as_bytes(), 1).unwrap()] {
        assert!(packed.len() > 1 << 16, "{}", packed.len());
        let ran = parsimd_of(&["--count"], &packed);
        assert_eq!((ran.out.as_str(), ran.code), ("5000\n", 0), "{ran:?}");
        let ran = parsimd_of(&["--guess"], &packed);
        assert!(ran.code == 0 && ran.out.starts_with("100 %"), "{ran:?}");
    }
}

#[test]
fn a_guess_from_standard_input_passes_over_blank_and_very_long_lines() {
    for head in ["\n", " \r\n\n", &("x".repeat(70_000) + "\n")] {
        let ran = parsimd_of(&["--to", "csv"], format!("{head}1 a\n2 b\n").as_bytes());
        assert!(ran.code == 0 && ran.out.ends_with("1,a\n2,b\n"), "{ran:?}");
    }
}

#[test]
fn what_was_passed_over_in_the_input_is_told_where_there_is_no_terminal() {
    let folder = Folder::new();
    let file = folder.file("more.log.gz", [gzip(b"1\n2\n"), b"3\n".to_vec()].concat());
    let ran = parsimd(&["{n:d}", &file, "--count"]);
    assert_eq!((ran.code, &*ran.out), (0, "2\n"));
    assert!(ran.err.contains("ignored") && ran.err.contains("more.log.gz"), "{}", ran.err);
    assert_eq!(parsimd(&["{n:d}", &file, "--count", "--quiet"]).err, "");
}

#[cfg(unix)]
#[test]
fn a_name_of_a_file_moves_no_cursor() {
    let folder = Folder::new();
    let [bad, good] = [folder.file("c\u{1b}[31mx.log", "bad\n"), folder.file("good.log", "1\n")];
    let ran = parsimd(&["{n:d}", &bad, &good, "--count"]);
    assert!(ran.err.contains("its one record does not match") && !ran.err.contains('\u{1b}'), "{:?}", ran.err);
}

#[test]
fn a_guess_from_standard_input_after_a_missing_file_loses_no_line() {
    let folder = Folder::new();
    let ran = parsimd_of(&[&folder.path("none"), "-", "--count"], log(500).as_bytes());
    assert_eq!((ran.out.as_str(), ran.code), ("500\n", 2));
}

#[test]
fn patterns_of_names_are_expanded_where_the_shell_did_not() {
    let folder = Folder::new();
    for (name, n) in [("b.log", 2), ("a.log", 1), ("c.txt", 3)] {
        folder.file(name, format!("{n}\n"));
    }
    let ns = |pattern: &str| parsimd(&["{n:d}", &folder.path(pattern), "--to", "csv"]);
    assert_eq!(ns("*.log").out, "n\n1\n2\n");
    assert_eq!(ns("**/*").out, "n\n1\n2\n3\n");
    assert_eq!(ns("[bc].*").out, "n\n2\n3\n");
    folder.file("[bc].log", "9\n");
    assert_eq!(ns("[bc].log").out, "n\n9\n");
    let ran = ns("*.gz");
    assert_eq!((ran.out.as_str(), ran.code), ("n\n", 2));
    assert!(ran.err.contains("*.gz: no file has a name that matches this"), "{}", ran.err);
}

#[test]
fn a_directory_is_refused_with_a_hint() {
    let folder = Folder::new();
    folder.file("a.log", "1\n");
    let path = folder.path("");
    let path = path.trim_end_matches('/');
    let ran = parsimd(&["{n:d}", path]);
    assert_eq!((ran.out.as_str(), ran.code), ("", 2));
    assert!(ran.err.contains(&format!("Is a directory: name the files in it, as by '{path}/*'")), "{}", ran.err);
}

#[test]
fn of_many_files_each_that_cannot_be_read_is_named_and_the_others_are_read() {
    let folder = Folder::new();
    let text = log(3_000);
    let mut damaged = gzip(text.as_bytes());
    let middle = damaged.len() / 2;
    damaged[middle..middle + 64].fill(0xff);
    let [first, last] = [folder.file("a", log(1)), folder.file("z", log(1))];
    let missing = folder.path("missing");
    std::fs::create_dir(folder.path("folder")).unwrap();
    let directory = folder.path("folder");
    let archive = folder.file("x.zip", b"PK\x03\x04 and so on");
    // The header of the archive is 512 bytes; then the file comes.
    let tar = [&b"a.log"[..], &[0; 95], &[b'0'; 157], b"ustar\0", &[b'0'; 249], log(1).as_bytes()].concat();
    let [tar, packed] = [folder.file("x.tar", &tar), folder.file("x.tar.gz", gzip(&tar))];
    let [broken, cut] = [folder.file("damaged.gz", &damaged), folder.file("cut.gz", &gzip(text.as_bytes())[..middle])];
    for (file, message, whole) in [
        (&missing, "No such file or directory", false),
        (&directory, "Is a directory", false),
        (&archive, "a zip archive", false),
        (&tar, "a tar archive", false),
        (&packed, "or into a pipe, as by tar -xOf", false),
        (&broken, "damaged gzip data", true),
        (&cut, "gzip data", true),
    ] {
        for files in [[file, &first, &last], [&first, file, &last], [&first, &last, file]] {
            let files = files.map(String::as_str);
            let ran = parsimd(&[&["{time:t} {rest}", "--count"], &files[..]].concat());
            let rows: u64 = ran.out.trim().parse().unwrap();
            // Half of a compressed file has some of its lines.
            assert!(if whole { rows > 500 && rows < 2_500 } else { rows == 2 }, "{ran:?}");
            assert!(ran.code == 2 && ran.err.contains(file.as_str()) && ran.err.contains(message), "{ran:?}");
            assert_eq!(ran.err.lines().count(), 1, "{}", ran.err);
        }
    }
}

#[cfg(unix)]
#[test]
fn a_file_that_may_not_be_read_is_named_and_the_others_are_read() {
    use std::os::unix::fs::PermissionsExt;

    let folder = Folder::new();
    let [open, locked] = [folder.file("a", "1\n"), folder.file("b", "2\n")];
    std::fs::set_permissions(&locked, std::fs::Permissions::from_mode(0o000)).unwrap();
    let is_root = std::fs::read(&locked).is_ok();
    let ran = parsimd(&["{n:d}", "--count", &locked, &open]);
    // Root may read everything.
    let wanted = if is_root { ("2\n", 0) } else { ("1\n", 2) };
    assert_eq!((ran.out.as_str(), ran.code), wanted, "{ran:?}");
    assert!(is_root || ran.err.contains("Permission denied"), "{}", ran.err);
}

/// What a terminal of this width shows.
#[cfg(target_os = "linux")]
fn terminal(width: usize, args: &str) -> String {
    let program = command().get_program().to_string_lossy().into_owned();
    let script = format!("stty rows 24 cols {width}; {program} {args}");
    let ran = std::process::Command::new("script")
        .args(["-q", "-e", "-c", &script, "/dev/null"])
        .env("NO_COLOR", "1")
        .output()
        .expect("script, of util-linux, makes a terminal");
    String::from_utf8_lossy(&ran.stdout).replace('\r', "")
}

#[cfg(target_os = "linux")]
#[test]
fn columns_for_which_a_terminal_has_no_room_are_named_at_the_end() {
    let folder = Folder::new();
    let file = folder.file("a", "1111111111 2222222222 3333333333\nnoise\n");
    let shown = |width| terminal(width, &format!("'{{one:d}} {{two:d}} {{three:d}}' {file}"));
    assert_eq!(
        shown(25),
        "       one         two\n1111111111  2222222222\nparsimd: no room for 1 of 3 columns: three; --select chooses columns\n\
         parsimd: 2 records, 1 matched, 1 unmatched\n\
         parsimd: 1 line: expected {one:d}, found \"noise\"; --why shows all\n"
    );
    assert!(!shown(80).contains("no room"));
}

#[test]
fn a_table_that_is_no_terminal_has_all_columns() {
    let shown = out(&["{one:d} {two:d}", "--to", "table"], "1 2\n");
    assert_eq!(shown, "one  two\n  1    2\n");
}

/// Compressed files are unpacked side by side, and the library has the tests of that: here of what the command adds.
#[test]
fn of_many_compressed_files_the_rows_come_in_the_order_of_the_files_and_a_bad_one_is_named() {
    let folder = Folder::new();
    let text = log(20_000);
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let parts: Vec<String> = lines.chunks(2_000).map(|part| part.concat()).collect();
    let mut files: Vec<String> =
        parts.iter().enumerate().map(|(at, part)| folder.file(&format!("{at}.gz"), gzip(part.as_bytes()))).collect();
    let args = ["-p", "{time:t} {level:w} [{thread}] {logger}: {message}", "--include", "file,line", "--to", "csv"];
    let run = |more: &[&str], files: &[String]| {
        let files: Vec<&str> = files.iter().map(String::as_str).collect();
        parsimd(&[&args, more, &files[..]].concat())
    };
    let good = run(&["--threads", "4"], &files);
    assert_eq!((good.code, good.out.lines().count()), (0, 20_001));
    assert!(good == run(&["--threads", "1"], &files));
    let places: Vec<String> = good
        .out
        .lines()
        .skip(1)
        .filter_map(|row| {
            row.rsplit_once(',')
                .map(|(row, line)| format!("{}:{line}", row.rsplit_once(',').map_or("", |(_, file)| file)))
        })
        .collect();
    let wanted = (0..20_000).map(|row| format!("{}:{}", files[row / 2_000], row % 2_000 + 1));
    assert!(places.iter().zip(wanted).all(|(place, wanted)| *place == wanted));

    files[3] = folder.file("bad.gz", b"\x1f\x8b\x08\x00 and no more of it");
    files[7] = folder.path("missing.gz");
    let bad = run(&["--threads", "4"], &files);
    assert_eq!((bad.code, bad.out.lines().count()), (2, 16_001), "{}", bad.err);
    let told: Vec<&str> = bad.err.lines().collect();
    assert!(matches!(told[..], [one, two] if one.contains("bad.gz: ") && two.contains("missing.gz: ")), "{}", bad.err);
    assert!(run(&["--threads", "1"], &files).out == bad.out);
    assert_eq!(run(&["--limit", "5000"], &files).out.lines().count(), 5_001);
}

#[test]
fn standard_input_stands_where_its_dash_stands_among_the_files() {
    let folder = Folder::new();
    let [a, b] = [folder.file("a", "1\n2"), folder.file("b.gz", gzip(b"5\n"))];
    let ran = parsimd_of(&["{n:d}", &a, "-", &b, "--to", "csv", "--include", "file"], b"3\n4");
    assert_eq!(ran.out, format!("n,file\n1,{a}\n2,{a}\n3,<stdin>\n4,<stdin>\n5,{b}\n"));
}

#[cfg(target_os = "linux")]
#[test]
fn a_narrow_terminal_keeps_the_time_the_level_and_the_message() {
    let folder = Folder::new();
    let row = "1117838570 2005.06.03 R02-M1-N0-C:J12-U11 2005-06-03 15:42:50 R02-M1-N0-C:J12-U11 RAS KERNEL INFO instruction cache parity error corrected";
    let file = folder.file("a", format!("{row}\n"));
    let pattern = "{unix:d} {day} {node} {time:t} {node2} {type} {component} {level:w} {message}";
    let shown = terminal(80, &format!("'{pattern}' {file}"));
    let mut lines = shown.lines();
    let (names, values) = (lines.next().unwrap(), lines.next().unwrap());
    for name in ["time", "level", "message"] {
        assert!(names.split_whitespace().any(|shown| shown == name), "{shown}");
    }
    assert!(names.len() <= 80 && values.chars().count() <= 80, "{shown}");
    assert!(values.contains("2005-06-03 15:42:50  ") && values.contains("INFO   instruction cache "), "{shown}");
    assert!(shown.contains(" of 9 columns: "), "{shown}");
}
