//! Which rows and columns are shown, and what is made of them.

use crate::run::{Folder, out, parsimd, parsimd_of};

const PATTERN: &str = "{at:ti} {level:w} {ms:d|-} {host}";
const LOG: &str = "2024-05-17T10:00:00 info 5 a\n\
                   2024-05-17T10:00:01 warn 20 b\n\
                   noise\n\
                   2024-05-17T10:00:02 info - a\n\
                   2024-05-17T11:00:00 info 7 c\n\
                   2024-05-18T00:00:00 warn 10 a\n";

fn csv(args: &[&str]) -> String {
    out(&[&[PATTERN, "--to", "csv"], args].concat(), LOG)
}

#[test]
fn select_chooses_columns_and_their_order() {
    assert_eq!(csv(&["--select", "host,ms", "--head", "2"]), "host,ms\na,5\nb,20\n");
    let ran = parsimd(&[PATTERN, "--select", "hots"]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.err.contains("no column is called \"hots\": did you mean host? There are at, level, ms, host"),
        "{}",
        ran.err
    );
}

#[test]
fn origins_are_columns_that_can_be_asked_for() {
    let folder = Folder::new();
    let [a, b] = [folder.file("a", LOG), folder.file("b", LOG)];
    let args = [PATTERN, &a, &b, "--to", "csv", "--where", "line = 4", "--select", "ms", "--include", "file,line"];
    assert_eq!(parsimd(&args).out, format!("ms,file,line\n,{a},4\n,{b},4\n"));
    assert_eq!(csv(&["--select", "line,offset", "--head", "1"]), "line,offset\n1,0\n");
}

#[test]
fn where_chooses_rows() {
    assert_eq!(csv(&["--where", "ms >= 7 and not host = 'b'", "--select", "ms"]), "ms\n7\n10\n");
    assert_eq!(csv(&["--where", "host ~ '[bc]' or ms = null", "--select", "host,ms"]), "host,ms\nb,20\na,\nc,7\n");
}

#[test]
fn a_number_is_compared_with_integers_exactly() {
    let log = "9007199254740992\n9007199254740993\n-3\n2\n3\n9223372036854775807\n";
    let rows = |condition| parsimd_of(&["{n:d}", "--where", condition, "--to", "csv"], log.as_bytes());
    for (condition, wanted) in [
        ("n = 9007199254740993.0", &["9007199254740993"][..]),
        ("n = 9007199254740992.5", &[]),
        ("n > 9007199254740992.5 and n < 9e18", &["9007199254740993"]),
        ("n > 2.5 and n < 1e4", &["3"]),
        ("n >= -2.5 and n <= 2.5", &["2"]),
        ("n = 2.5", &[]),
        ("n != 2.5 and n <= 3.0", &["-3", "2", "3"]),
        ("n >= 9e18", &["9223372036854775807"]),
        ("n < 1e30 and n > 9223372036854775806.5", &["9223372036854775807"]),
        ("n > 1e30 or n < -9223372036854775809", &[]),
        ("n != 9223372036854775808 and n < 3", &["-3", "2"]),
        ("n = 9223372036854775808", &[]),
    ] {
        let ran = rows(condition);
        let shown: Vec<&str> = ran.out.lines().skip(1).collect();
        assert_eq!((&shown[..], &*ran.err), (wanted, ""), "{condition}");
    }
}

#[test]
fn a_text_is_compared_in_order_with_what_is_in_quotes_alone() {
    let log = "9 10.0.0.7 0.5\n10 fe80::1 -0.25\nC:\\ 10.0.0.0/24 2\n";
    let ran = |condition| {
        parsimd_of(&["{a} {b} {c:g}", "--where", condition, "--select", "a", "--to", "csv"], log.as_bytes())
    };
    for (condition, wanted) in [
        ("a > '5'", &["9", "C:\\"][..]),
        ("a = 9", &["9"]),
        ("b = 10.0.0.7 or b = fe80::1", &["9", "10"]),
        ("b in (fe80::1, ::1)", &["10"]),
        ("b = '10.0.0.0/24'", &["C:\\"]),
        (r#"a = "C:\\""#, &["C:\\"]),
        (r#"a ~ "^C:\\\\" and not b = 'say \'no\''"#, &["C:\\"]),
        ("c = .5 or c < -.1", &["9", "10"]),
    ] {
        let ran = ran(condition);
        let shown: Vec<&str> = ran.out.lines().skip(1).collect();
        assert_eq!((&shown[..], &*ran.err), (wanted, ""), "{condition}");
    }
    for (condition, message) in [
        ("a > 5", "a is text, which is compared letter by letter"),
        ("500ms <= a", "a is text, which is compared letter by letter"),
        ("b = 10.0.0.0/24", "b is text, and this is a network"),
    ] {
        let ran = ran(condition);
        assert!(ran.code == 2 && ran.err.contains(message) && ran.err.contains('^'), "{}", ran.err);
    }
}

#[test]
fn percentiles_have_the_rank_that_exact_arithmetic_gives() {
    let log: String = (1..=100).map(|n| format!("{n}\n")).collect();
    assert_eq!(
        out(&["{n:d}", "--agg", "p7(n), p14(n), p28(n), p55(n), p0(n), p100(n)", "--to", "csv"], &log),
        "p7(n),p14(n),p28(n),p55(n),p0(n),p100(n)\n7,14,28,55,1,100\n"
    );
    // Estimates lie in the range of the values.
    let log: String = (1..=1000).map(|n| format!("{n}\n")).collect();
    let shown = parsimd_of(&["{n:d}", "--agg", "p0(n), p99.9(n), p100(n)", "--to", "csv"], log.as_bytes()).out;
    let values: Vec<i64> = shown.lines().nth(1).unwrap().split(',').map(|value| value.parse().unwrap()).collect();
    assert_eq!((values[0], values[2]), (1, 1000));
    assert!((990..=1000).contains(&values[1]), "{shown}");
}

#[test]
fn pairs_are_no_key_of_groups() {
    let ran = parsimd_of(&["{n:d}|{m:kv}", "--group-by", "m"], b"1|a=1\n2|b=2\n");
    assert!(ran.code == 2 && ran.err.contains("--group-by m: pairs are no one value"), "{}", ran.err);
}

#[test]
fn a_field_hides_no_column_that_is_asked_for_by_include() {
    let ran = parsimd_of(&["{file} {x}", "--include", "file"], b"u v\n");
    assert!(ran.code == 2 && ran.err.contains("--include file: the pattern has a field of this name"), "{}", ran.err);
}

#[test]
fn names_in_a_list_may_have_blanks_around_them() {
    assert_eq!(csv(&["--select", "host, ms", "--sort", "-ms, host", "--head", "1"]), "host,ms\nb,20\n");
    assert_eq!(csv(&["--group-by", "host, level", "--head", "1"]), "host,level,count\na,info,2\n");
}

#[test]
fn no_rows_at_the_head_are_no_match() {
    for what in [&["--group-by", "host"][..], &["--agg", "max(ms)"], &["--sort", "ms"], &[]] {
        let ran = parsimd_of(&[&[PATTERN, "--head", "0", "--to", "ndjson"], what].concat(), LOG.as_bytes());
        assert_eq!((ran.code, &*ran.out), (1, ""), "{what:?}");
    }
}

#[test]
fn a_time_of_an_option_may_begin_with_a_minus() {
    let ran = parsimd_of(&["{at:ti} {rest}", "--tz", "UTC", "--since", "-2h", "--count"], LOG.as_bytes());
    assert_eq!((ran.code, &*ran.out), (1, "0\n"), "{}", ran.err);
}

#[test]
fn a_wrong_condition_is_drawn_with_its_place() {
    let ran = parsimd(&[PATTERN, "--where", "ms > 1s"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("ms > 1s") && ran.err.contains("^^"), "{}", ran.err);
}

#[test]
fn since_and_until_are_of_the_first_column_of_times() {
    assert_eq!(
        csv(&["--since", "2024-05-17 10:00:01", "--until", "2024-05-18", "--select", "host"]),
        "host\nb\na\nc\n"
    );
    let ran = parsimd(&["{n:d}", "--since", "2024-05-17"]);
    assert!(ran.code == 2 && ran.err.contains("need a column of time stamps"), "{ran:?}");
    let ran = parsimd(&[PATTERN, "--since", "2h"]);
    assert!(ran.code == 2 && ran.err.contains("times in \"at\" may have none: say with --tz"), "{ran:?}");
    let ran = parsimd_of(&["{at:t} {n:d}", "--tz", "UTC", "--since", "2h"], b"2999-01-01T00:00:00+02:00 1\n");
    assert_eq!(ran.out, "{\"at\":\"2998-12-31T22:00:00Z\",\"n\":1}\n");
    let ran = parsimd_of(&[PATTERN, "--tz", "UTC", "--since", "2h"], LOG.as_bytes());
    assert_eq!((ran.code, ran.out.as_str()), (1, ""));
}

#[test]
fn head_and_tail_and_limit_cut_the_rows_that_are_shown() {
    assert_eq!(csv(&["--select", "host", "--head", "2"]), "host\na\nb\n");
    assert_eq!(csv(&["--select", "host", "--tail", "2"]), "host\nc\na\n");
    assert_eq!(csv(&["--select", "host", "--limit", "3", "--tail", "2"]), "host\nb\na\n");
    assert_eq!(csv(&["--select", "host", "--where", "ms != 5", "--limit", "2"]), "host\nb\na\n");
}

#[test]
fn no_rows_of_the_begin_or_the_end_are_no_match_alike() {
    for more in [&[][..], &["--sort", "ms"], &["--to", "ndjson"]] {
        for option in ["--head", "--tail", "--limit"] {
            let ran = parsimd_of(&[&[PATTERN, option, "0"], more].concat(), LOG.as_bytes());
            assert_eq!((ran.out.as_str(), ran.err.as_str(), ran.code), ("", "", 1), "{option} {more:?}");
        }
    }
}

#[test]
fn a_limit_holds_for_all_files_together() {
    let folder = Folder::new();
    let [a, b] = [folder.file("a", LOG), folder.file("b", LOG)];
    for (limit, rows) in [("3", 3), ("5", 5), ("7", 7), ("100", 10)] {
        let ran = parsimd(&[PATTERN, &a, &b, "--limit", limit]);
        assert_eq!((ran.out.lines().count(), ran.code), (rows, 0), "{limit}");
        assert_eq!(parsimd(&[PATTERN, &a, &b, "--limit", limit, "--count"]).out, format!("{rows}\n"));
    }
}

#[test]
fn count_is_the_number_of_rows() {
    assert_eq!(out(&[PATTERN, "--count"], LOG), "5\n");
    assert_eq!(out(&[PATTERN, "--count", "--where", "level = 'info'"], LOG), "3\n");
    assert_eq!(out(&[PATTERN, "--count", "--to", "ndjson"], LOG), "{\"count\":5}\n");
    let ran = parsimd_of(&[PATTERN, "--count"], b"noise\n");
    assert_eq!((ran.out.as_str(), ran.code), ("0\n", 1));
}

#[test]
fn sort_puts_nulls_last_and_keeps_the_order_of_equals() {
    assert_eq!(csv(&["--sort", "ms", "--select", "ms,host"]), "ms,host\n5,a\n7,c\n10,a\n20,b\n,a\n");
    assert_eq!(csv(&["--sort", "-ms", "--select", "ms,host", "--head", "2"]), "ms,host\n20,b\n10,a\n");
    assert_eq!(
        csv(&["--sort", "level,-at", "--select", "level,ms"]),
        "level,ms\ninfo,7\ninfo,\ninfo,5\nwarn,10\nwarn,20\n"
    );
    assert_eq!(csv(&["--sort", "ms", "--tail", "2", "--select", "host"]), "host\nb\na\n");
    let ran = parsimd(&[PATTERN, "--sort", "-took"]);
    assert!(ran.code == 2 && ran.err.contains("took"), "{ran:?}");
}

#[test]
fn groups_come_in_the_order_in_which_they_were_seen() {
    assert_eq!(csv(&["--group-by", "level"]), "level,count\ninfo,3\nwarn,2\n");
    assert_eq!(
        csv(&[
            "--group-by",
            "level",
            "--agg",
            "count, count(ms), sum(ms), mean(ms), min(ms), max(at), median(ms), p100(ms), distinct(host)"
        ]),
        "level,count,count(ms),sum(ms),mean(ms),min(ms),max(at),median(ms),p100(ms),distinct(host)\n\
         info,3,2,12,6.0,5,2024-05-17T11:00:00,5,7,2\n\
         warn,2,2,30,15.0,10,2024-05-18T00:00:00,10,20,2\n"
    );
    assert_eq!(
        csv(&["--group-by", "host,level", "--sort", "-count,host", "--head", "2"]),
        "host,level,count\na,info,2\na,warn,1\n"
    );
    assert_eq!(csv(&["--agg", "sum(ms)", "--where", "level = 'warn'"]), "sum(ms)\n30\n");
}

#[test]
fn no_two_columns_have_one_name() {
    for (args, name) in [
        (&["--group-by", "count"][..], "count"),
        (&["--group-by", "count", "--agg", "max(n), count"], "count"),
        (&["--group-by", "n,n"], "n"),
        (&["--select", "n,count,n"], "n"),
    ] {
        let ran = parsimd_of(&[&["{count:d} {n:d}"][..], args].concat(), b"5 1\n");
        assert_eq!((ran.out.as_str(), ran.code), ("", 2), "{args:?}");
        let wanted = format!(": two columns have the name {name}: leave one out, or give the field another name\n");
        assert!(ran.err.ends_with(&wanted), "{}", ran.err);
    }
    assert_eq!(
        out(&["{count:d} {n:d}", "--group-by", "count", "--agg", "max(n)", "--to", "csv"], "5 1\n"),
        "count,max(n)\n5,1\n"
    );
}

#[test]
fn times_are_grouped_by_the_beginning_of_their_unit() {
    let log = "2024-05-17 10:05:03 a\n2024-05-17 10:59:59.9 b\n- c\n2024-05-17 11:00:00 d\n2024-06-01 11:00:00 e\n";
    let groups = |by: &str| out(&["{at:t|-} {what}", "--group-by", by, "--to", "csv"], log);
    assert_eq!(
        groups("hour(at)"),
        "hour(at),count\n2024-05-17T10:00:00,2\n,1\n2024-05-17T11:00:00,1\n2024-06-01T11:00:00,1\n"
    );
    assert_eq!(groups("month(at)"), "month(at),count\n2024-05-01T00:00:00,3\n,1\n2024-06-01T00:00:00,1\n");
    assert!(groups("day(at),what").starts_with("day(at),what,count\n2024-05-17T00:00:00,a,1\n"));
    assert!(groups("minute(at)").contains("2024-05-17T10:59:00,1\n"));
    let args =
        ["{at:t|-} {what}", "--group-by", "hour(at)", "--agg", "max(what)", "--sort", "-hour(at)", "--to", "csv"];
    assert!(out(&args, log).starts_with("hour(at),max(what)\n2024-06-01T11:00:00,e\n"));
    for (by, message) in [
        ("hour(what)", "what has no hour"),
        ("hours(at)", "expected a column, or minute(…)"),
        ("hour(att)", "no column is called \"att\""),
    ] {
        let ran = parsimd_of(&["{at:t|-} {what}", "--group-by", by], log.as_bytes());
        assert!(ran.code == 2 && ran.err.contains(message), "{}", ran.err);
    }
}

#[test]
fn all_rows_are_counted_by_count_with_a_star_too() {
    assert_eq!(csv(&["--agg", "count(*), count(ms)"]), "count(*),count(ms)\n5,4\n");
    assert_eq!(parsimd(&[PATTERN, "--agg", "sum(*)"]).code, 2);
}

#[test]
fn statistics_of_integers_are_exact_where_a_float_has_no_room_for_them() {
    let log = "9007199254740993\n9007199254740995\n9223372036854775807\n";
    let functions = "median(n), p95(n), p10(n), min(n), max(n)";
    let row = out(&["{n:d}", "--agg", functions, "--to", "csv"], log);
    let exact = "9007199254740995,9223372036854775807,9007199254740993,9007199254740993,9223372036854775807";
    assert_eq!(row.lines().nth(1), Some(exact));
    assert!(
        out(&["{n:d}", "--stats", "--to", "table"], log).contains("median 9007199254740995   p95 9223372036854775807")
    );
    // A sum that passes what a float keeps exactly, and a mean of what is left of it.
    let log = "9223372036854775807\n-9223372036854775800\n";
    assert_eq!(out(&["{n:d}", "--agg", "sum(n), mean(n)", "--to", "csv"], log).lines().nth(1), Some("7,3.5"));
    assert!(out(&["{n:d}", "--stats", "--to", "table"], log).contains("mean 3.5"));
    // 292 years and a nanosecond less.
    let log = "9223372036854775807ns\n-9223372036854775801ns\n";
    let row = out(&["{took:dur}", "--agg", "mean(took), median(took)", "--to", "ndjson"], log);
    assert_eq!(row, "{\"mean(took)\":0.000000003,\"median(took)\":-9223372036.854775801}\n");
}

#[test]
fn estimates_of_integers_are_integers() {
    let log: String = (0..3000).map(|n| format!("{}\n", n * 57 + 1)).collect();
    for form in ["csv", "ndjson", "logfmt", "table"] {
        let shown = out(&["{n:d}", "--agg", "p95(n), median(n)", "--quiet", "--to", form], &log);
        assert!(!shown.replace("p95", "").contains('.'), "{shown}");
    }
    let rows = out(&["{n:d}", "--stats", "--quiet", "--to", "csv"], &log);
    let fields: Vec<&str> = rows.lines().nth(1).unwrap().split(',').collect();
    assert!(fields[8..10].iter().all(|field| field.parse::<i64>().is_ok()), "{rows}");
}

#[test]
fn values_near_the_least_have_a_logarithmic_histogram_and_others_a_linear_one() {
    let steep: String = (0..1000).map(|n| format!("{}\n", if n == 0 { 1_000_000_000 } else { n % 40 })).collect();
    let even: String = (0..1000).map(|n| format!("{n}\n")).collect();
    let scale = |log: &str| {
        out(&["{n:d}", "--stats", "--quiet", "--to", "ndjson"], log).rsplit_once("\"scale\":").unwrap().1.to_owned()
    };
    assert_eq!((scale(&steep).as_str(), scale(&even).as_str()), ("\"logarithmic\"}\n", "\"linear\"}\n"));
    let drawn = out(&["{n:d}", "--stats", "--to", "table"], &steep);
    let bars = drawn.lines().find(|line| line.ends_with("  logarithmic")).unwrap();
    assert!(bars.chars().filter(|c| ('▁'..='█').contains(c)).count() > 10, "{drawn}");
}

#[test]
fn a_day_is_followed_by_its_clock_without_quotes_and_may_have_an_hour_alone() {
    let log = "2015-05-20 12:59:59 a\n2015-05-20 13:00:00 b\n2015-05-20 13:59:59 c\n2015-05-20 14:00:00 d\n";
    let rows = |args: &[&str]| {
        let found = out(&[&["{at:ti} {what:w}", "--select", "what", "--to", "csv"], args].concat(), log);
        found.lines().skip(1).collect::<String>()
    };
    assert_eq!(rows(&["--where", "at = 2015-05-20T13"]), "bc");
    assert_eq!(rows(&["--where", "at >= 2015-05-20 13:00 and what != 'c'"]), "bd");
    assert_eq!(rows(&["--where", "at in (2015-05-20 13:59, 2015-05-20 14:00:00)"]), "cd");
    assert_eq!(rows(&["--since", "2015-05-20T13", "--until", "2015-05-20T14"]), "bc");
}

#[test]
fn days_and_clocks_of_today_need_a_clock_as_ago_does() {
    let log = "2015-05-20 12:59:59 a\n2999-05-20 13:00:00 b\n";
    for text in ["today", "yesterday", "11:00", "11:00:00", "2h", "2 hours ago"] {
        let ran = parsimd_of(&["{at:t} {what:w}", "--since", text], log.as_bytes());
        assert!(ran.code == 2 && ran.err.contains("--tz"), "{text}: {}", ran.err);
        let args = ["{at:t} {what:w}", "--since", text, "--tz", "UTC", "--select", "what", "--to", "csv"];
        assert_eq!(out(&args, log), "what\nb\n", "{text}");
    }
}

#[test]
fn a_time_without_a_year_is_not_in_the_future() {
    let log: String = (1..=12)
        .map(|month| {
            format!(
                "{} 10 06:55:46 host a[1]: b\n",
                ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"][month - 1]
            )
        })
        .collect();
    let now = out(
        &["{n:tu}", "--to", "csv"],
        &format!(
            "{}\n",
            std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs() + 86_400
        ),
    );
    let tomorrow = &now.lines().nth(1).unwrap()[..10];
    for args in [
        &["--format", "syslog"][..],
        &["{time:ts} {rest}"],
        &["{time:t} {rest}"],
        &["{time:%b %d %H:%M:%S} {rest}"],
        &["--quiet"],
    ] {
        let shown = out(&[args, &["--select", "time", "--to", "csv"]].concat(), &log);
        assert_eq!(shown.lines().count(), 13, "{args:?}");
        assert!(shown.lines().skip(1).all(|time| &time[..10] <= tomorrow), "{args:?}: {shown}");
    }
}

#[test]
fn a_wrong_number_is_told_in_words_of_the_command() {
    for (option, value) in
        [("--head", "-1"), ("--tail", "x"), ("--limit", "1.5"), ("--threads", "0"), ("--threads", "-2")]
    {
        let ran = parsimd(&[PATTERN, option, value]);
        assert!(ran.code == 2 && ran.err.contains("expected a number of"), "{}", ran.err);
        assert!(!ran.err.contains("-- ") && !ran.err.contains("type"), "{}", ran.err);
    }
}

#[test]
fn frequent_texts_are_cut_to_the_width_and_not_at_forty_characters() {
    let log = format!("{}\n", "x".repeat(60));
    assert!(out(&["{a}", "--stats", "--to", "table"], &log).contains(&"x".repeat(60)));
}

#[test]
fn a_wrong_function_is_drawn_with_its_place() {
    for (functions, message) in [
        ("mode(ms)", "not a function"),
        ("mean", "of which column?"),
        ("mean(host)", "mean is of numbers and durations: host is text"),
        ("mean(mss)", "no column is called mss"),
        ("count(ms", "a parenthesis that is not closed"),
        ("count sum(ms)", "not what follows a function"),
        ("p101(ms)", "not a function"),
        ("p1e1(ms)", "not a function"),
        ("min(pairs)", "min is of what has an order, and pairs have none: pairs is pairs"),
    ] {
        let ran = parsimd(&["{at:ti} {level:w} {ms:d|-} {host} {pairs:kv}", "--agg", functions]);
        assert_eq!(ran.code, 2);
        assert!(ran.err.contains(message) && ran.err.contains('^'), "{}", ran.err);
    }
}

#[test]
fn statistics_keep_a_long_name_and_its_type_apart() {
    let drawn = out(&["{upstream_response_time:d} {b}", "--stats", "--to", "table"], "5 x\n");
    assert!(drawn.contains("\nupstream_response_time  integer: 1 values"), "{drawn}");
}

#[test]
fn statistics_say_what_is_in_each_column() {
    let drawn = out(&[PATTERN, "--stats", "--to", "table"], LOG);
    for words in [
        "5 rows",
        "ms     integer: 4 values, 1 null, 4 different",
        "5 … 20   mean 10.5   median 7   p95 20",
        "level  text: 5 values, 0 null, 2 different; % of the values",
        " 60.0 %  info",
        "2024-05-17 10:00:00 … 2024-05-18 00:00:00",
    ] {
        assert!(drawn.contains(words), "{words} is not in\n{drawn}");
    }
    let rows = csv(&["--stats", "--select", "ms"]);
    assert!(
        rows.starts_with(
            "column,type,count,nulls,distinct,min,max,mean,median,p95,histogram,scale\nms,integer,4,1,4,5,20,10.5,7,20,"
        ),
        "{rows}"
    );
}

#[test]
fn records_without_a_row_come_as_they_stand() {
    let log = "info 1\nnoise\r\nwarn 99999999999999999999\ninfo 2\nlast";
    let ran = parsimd_of(&["{level:w} {ms:d}", "--unmatched"], log.as_bytes());
    assert_eq!((ran.out.as_str(), ran.code), ("noise\r\nwarn 99999999999999999999\nlast\n", 0));
    assert_eq!(parsimd_of(&["{level:w} {ms:d}", "--unmatched"], b"info 1\n").code, 1);
    // They are lines as they stand, so a file for them may have any name; none is compressed.
    let folder = Folder::new();
    let file = folder.path("bad.out");
    assert_eq!(parsimd_of(&["{level:w} {ms:d}", "--unmatched", "-o", &file], log.as_bytes()).code, 0);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), ran.out);
    let gz = parsimd_of(&["{level:w} {ms:d}", "--unmatched", "-o", &folder.path("bad.gz")], log.as_bytes());
    assert!(gz.code == 2 && gz.err.contains("the output is not compressed"), "{}", gz.err);
    let count = parsimd_of(&["{level:w} {ms:d}", "--unmatched", "--count"], log.as_bytes());
    assert_eq!((count.out.as_str(), count.code), ("3\n", 0));
    let none = parsimd_of(&["{level:w} {ms:d}", "--unmatched", "--count"], b"info 1\n");
    assert_eq!((none.out.as_str(), none.code), ("0\n", 1));
    let many = "noise and more noise\n".repeat(100_000);
    assert!(parsimd_of(&["{level:w} {ms:d}", "--unmatched"], many.as_bytes()).out == many);
}

#[test]
fn reasons_are_told_with_their_first_record_and_its_place() {
    let folder = Folder::new();
    let [a, b] = [folder.file("a", "info: 1\nwarn: -\nnoise\n"), folder.file("b", "warn: -\n")];
    let ran = parsimd(&["{level:w}: {ms:d}", &a, &b, "--why"]);
    let begin =
        format!("2 lines: expected {{ms:d}} after {{level:w}}, found \"-\"\n    {a}:2:\n    warn: -\n          ^\n");
    assert!(ran.out.starts_with(&begin), "{}", ran.out);
    assert_eq!(ran.code, 0);
}

#[test]
fn a_slip_in_a_name_is_answered_with_the_name_that_is_near() {
    for (option, text, meant) in [
        ("--select", "ms,hots", "host"),
        ("--group-by", "levle", "level"),
        ("--sort", "-hosts", "host"),
        ("--where", "leve = 'info'", "level"),
        ("--agg", "count(lvel)", "level"),
        ("--agg", "cuont", "count"),
        ("--format", "ngnix", "nginx-combined or nginx-error"),
        ("--format", "nginx-combind", "nginx-combined"),
        ("--format", "log", "glog, klog, log4j, logback or logfmt"),
        ("-p", "{n:flot}", "f"),
        ("-p", "{n:boool}", "bool"),
    ] {
        let first = if option.starts_with("--f") || option == "-p" { "--quiet" } else { PATTERN };
        let ran = parsimd(&[first, option, text]);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{option} {text}");
        assert!(ran.err.contains(&format!("did you mean {meant}?")), "{}", ran.err);
    }
}

#[test]
fn every_message_begins_with_the_name_of_the_command_and_none_with_error() {
    for args in [
        &["{n:q5}"][..],
        &["--no-such-option"],
        &["--to", "xml"],
        &[PATTERN, "--where", "ms > 1s"],
        &[PATTERN, "--select", "host", "--group-by", "host"],
        &[PATTERN, "--stats", "--sort", "column"],
        &[PATTERN, "none.log"],
    ] {
        let ran = parsimd(args);
        assert_eq!(ran.code, 2, "{args:?}");
        assert!(ran.err.starts_with("parsimd: ") && !ran.err.starts_with("parsimd: error"), "{}", ran.err);
        assert!(!ran.err.contains("[PATTERN] [FILE]]"), "{}", ran.err);
    }
}

#[test]
fn what_is_estimated_is_told() {
    let log: String = (0..3000).map(|n| format!("{n} {}\n", n % 10)).collect();
    let told = |args: &[&str]| parsimd_of(&[&["{a:d} {b:d}", "--to", "ndjson"], args].concat(), log.as_bytes()).err;
    let functions = ["--agg", "distinct(a), p95(a), median(b), distinct(b), max(a)"];
    assert_eq!(told(&functions), "parsimd: estimates, not exact values: distinct(a), p95(a)\n");
    assert_eq!(told(&["--stats"]), "parsimd: estimates, not exact values: distinct(a), median and p95 of a\n");
    assert_eq!(told(&["--agg", "distinct(b), max(a)"]), "");
    assert_eq!(told(&[&functions[..], &["--quiet"]].concat()), "");
}

#[test]
fn statistics_have_the_values_that_functions_have() {
    let log = "1 5ms 0.5 2024-05-17T10:00:00 up\n3 1.5s 2.5 2024-05-18T10:00:00 down\n";
    let rows = out(&["{n:d} {took:dur} {x:g} {at:ti} {word}", "--stats"], log);
    let wanted = [
        r#""min":1,"max":3,"mean":2.0,"median":1,"p95":3"#,
        r#""min":0.005,"max":1.5,"mean":0.7525,"median":0.005,"p95":1.5"#,
        r#""min":0.5,"max":2.5,"mean":1.5,"median":0.5,"p95":2.5"#,
        r#""min":"2024-05-17T10:00:00","max":"2024-05-18T10:00:00","mean":null,"median":null,"p95":null"#,
        r#""min":"down","max":"up","mean":null,"median":null,"p95":null"#,
    ];
    let rows: Vec<&str> = rows.lines().collect();
    assert_eq!(rows.len(), wanted.len());
    assert!(rows.iter().zip(wanted).all(|(row, wanted)| row.contains(wanted)), "{rows:#?}");
    let one = out(&["{n:d} {took:dur} {x:g} {at:ti} {word}", "--agg", "min(took), mean(took), max(n), max(at)"], log);
    assert_eq!(one, "{\"min(took)\":0.005,\"mean(took)\":0.7525,\"max(n)\":3,\"max(at)\":\"2024-05-18T10:00:00\"}\n");
}

#[test]
fn frequent_texts_are_shown_of_a_column_with_many_different_ones() {
    let log: String = (0..3000).map(|n| if n % 3 == 0 { "same\n".to_owned() } else { format!("{n}x\n") }).collect();
    let drawn = out(&["{word}", "--stats", "--to", "table"], &log);
    assert!(drawn.contains("~ 33.3 %  same\n") && drawn.matches(" %  ").count() == 1, "{drawn}");
    assert!(!out(&["{word}", "--stats", "--to", "table"], &log[..5000]).contains('~'));
}
