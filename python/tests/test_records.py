"""Which records a scan finds, and what it says of each: fields without a name, every match in a line, where a record came from, records of several lines."""

import gzip
import io
import re

import parsimd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st


def rows(format, text, **options):
    return parsimd.compile(format).scan(text, **options).read_all().to_pylist()


class TestFieldsWithoutAName:
    def test_they_are_no_columns_beside_fields_that_have_one(self):
        assert rows("{} {x} {:d}", "a b 1\n") == [{"x": "b"}]

    def test_they_are_the_columns_where_no_field_has_one(self):
        assert rows("{} {:d} {_x}", "a 1 b\n") == [{"0": "a", "1": 1, "2": "b"}]

    def test_they_are_columns_where_they_are_asked_for(self):
        assert rows("{} {x} {:d}", "a b 1\n", columns=["1", "x"]) == [{"1": 1, "x": "b"}]
        with pytest.raises(ValueError, match="no column \"2\"; there are .*\"0\", \"x\", \"1\""):
            rows("{} {x} {:d}", "a b 1\n", columns=["2"])

    def test_their_values_cannot_fail(self):
        scan = parsimd.compile("{x} {:d}").scan("a 99999999999999999999\n")
        assert scan.read_all().to_pylist() == [{"x": "a"}] and scan.stats.failures == 0

    def test_polars_sees_the_same_columns(self, tmp_path):
        pytest.importorskip("polars")
        path = tmp_path / "a.log"
        path.write_text("a b 1\n")
        assert parsimd.compile("{} {x} {:d}").scan_polars(path).collect().rows(named=True) == [{"x": "b"}]


class TestEveryMatch:
    @pytest.mark.parametrize("format", ["<{n:d}>", "{k:w}={v};", "{n:d}", "{a}x{b}", "x{r}y{r}z", "{a:S} {b}"])
    def test_the_rows_are_those_that_findall_finds_in_each_line(self, format):
        words = st.sampled_from(["<1>", "<2>", "<x>", "a=b;", "k=2;", " ", "x", "y", "z", "9", "é", "x1y1z"])

        @settings(deadline=None)
        @given(st.lists(st.lists(words).map("".join), min_size=1))
        def check(lines):
            parser = parsimd.compile(format)
            scan = parser.scan("".join(line + "\n" for line in lines), match="all")
            found = [list(parser.findall(line)) for line in lines]
            assert scan.read_all().to_pylist() == [result.named for line in found for result in line]
            assert scan.stats.records == len(lines) and scan.stats.matched == sum(map(bool, found))

        check()

    def test_what_only_python_can_match_is_found_too(self):
        def own(text):
            return text

        own.pattern = r"(?<=#)\w+(?=;)"
        parser = parsimd.compile("{x:Own}", {"Own": own})
        lines = ["#é; #b; c;", "none", "#d;#e;"]
        wanted = [result.named for line in lines for result in parser.findall(line)]
        assert parser.scan("\n".join(lines), match="all").read_all().to_pylist() == wanted
        assert len(wanted) == 4

    def test_the_first_match_and_the_line(self):
        assert rows("<{n:d}>", "<1>\n<2><3>\nx<4>\n", match="first") == [{"n": 1}, {"n": 2}, {"n": 4}]
        assert rows("<{n:d}>", "<1>\n<2><3>\nx<4>\n", match="line") == [{"n": 1}]

    @pytest.mark.parametrize("call", ["scan", "scan_file", "scan_polars"])
    def test_a_wrong_word_is_an_error_that_lists_the_three(self, call, tmp_path):
        pytest.importorskip("polars")
        path = tmp_path / "a.log"
        path.write_text("1\n")
        with pytest.raises(ValueError, match="match must be 'line', 'first' or 'all', not \"every\""):
            getattr(parsimd.compile("{n:d}"), call)("" if call == "scan" else path, match="every")

    def test_polars_has_a_row_for_each_match(self, tmp_path):
        polars = pytest.importorskip("polars")
        path = tmp_path / "a.log"
        path.write_text("<1><2>\nnone\n<3>\n")
        frame = parsimd.compile("<{n:d}>").scan_polars(path, match="all")
        assert frame.collect()["n"].to_list() == [1, 2, 3]
        assert frame.filter(polars.col("n") > 1).collect()["n"].to_list() == [2, 3]
        assert frame.head(2).collect()["n"].to_list() == [1, 2]


class TestWhereARecordCameFrom:
    def test_each_row_has_its_file_line_and_byte(self, tmp_path):
        paths = [tmp_path / "a.log", tmp_path / "b.log"]
        paths[0].write_text("x\n1\n\n2")
        paths[1].write_text("3\n")
        batch = parsimd.compile("{n:d}").scan_file(paths, include=["file", "line", "offset"]).read_all()
        assert batch.types == {"n": "int64", "file": "text", "line": "int64", "offset": "int64"}
        assert batch.to_tuples() == [(1, str(paths[0]), 2, 2), (2, str(paths[0]), 4, 5), (3, str(paths[1]), 1, 0)]

    def test_they_come_after_the_columns_that_were_asked_for(self):
        assert rows("{a} {n:d}", "x 1\n", columns=["n"], include=("offset", "line")) == [{"n": 1, "offset": 0, "line": 1}]
        assert rows("{a} {n:d}", "x 1\n", columns=[], include=["line"]) == [{"line": 1}]

    @pytest.mark.parametrize(
        "include, error, words",
        [
            (["line"], ValueError, "a column \"line\" cannot be included: the pattern has a field of this name"),
            (["file", "file"], ValueError, "column \"file\" was to be included twice"),
            (["path"], ValueError, "each of include must be 'file', 'line' or 'offset', not \"path\""),
            ("file", TypeError, "include must be some of 'file', 'line' and 'offset', as in"),
        ],
    )
    def test_what_cannot_be_included_is_an_error(self, include, error, words):
        with pytest.raises(error, match=words):
            parsimd.compile("{line} {n:d}").scan("", include=include)

    @pytest.mark.parametrize("call", ["scan", "scan_file", "scan_polars"])
    @pytest.mark.parametrize("include, words", [("line", "not one str"), (None, "not None"), (5, "not 5"), ({"line"}, "in an order")])
    def test_what_is_no_list_of_names_is_an_error_in_each_call(self, call, include, words, tmp_path):
        pytest.importorskip("polars")
        path = tmp_path / "a.log"
        path.write_text("1\n")
        with pytest.raises(TypeError, match=f"include must be .*{words}"):
            getattr(parsimd.compile("{n:d}"), call)("" if call == "scan" else path, include=include)

    def test_polars_reads_and_filters_them(self, tmp_path):
        polars = pytest.importorskip("polars")
        path = tmp_path / "a.log"
        path.write_text("x 5\nno\nx 6\ny 7\n")
        frame = parsimd.compile("{a} {n:d}").scan_polars(path, include=["line", "file"])
        assert frame.collect_schema().names() == ["a", "n", "line", "file"]
        assert frame.filter(polars.col("line") > 1, polars.col("a") == "x").collect().rows() == [("x", 6, 3, str(path))]
        assert frame.select("line").collect()["line"].to_list() == [1, 3, 4]
        assert frame.select("n").collect()["n"].to_list() == [5, 6, 7]


#: Formats, each with the expression of its head by hand.
HEADS = [
    ("{t:ti} {level:w} {msg}", r"\d{4}-\d\d-\d\d( |T)\d\d:\d\d:\d\d \w+ "),
    ("[{thread}] {msg}", r"\["),
    ("{n:d} {a}", r"\d+ "),
    ("é{k:w}={v};", r"(?i:é)\w+="),
]

HEAD_LINES = st.sampled_from(
    [
        "2024-05-17 10:05:03 INFO up",
        "2024-05-17 10:05:03 INFO",
        "2024-05-17T10:05:04 WARN ",
        "[main] started",
        "[a] [b]",
        "[",
        "12 x",
        "7 ",
        "ék=v;",
        "Ék=;",
        "\tat com.example.Main",
        "Caused by: 1",
        "x\r",
        "",
        "\r",
    ]
)


def read_by_hand(format, head, lines):
    """The rows, and how many records there are: lines are grouped by their heads, and each group is parsed."""
    records, started = [], False
    for line in lines:
        if re.match(head, line):
            records.append([line])
            started = True
        elif started:
            records[-1].append(line)
        else:
            records.append([line])
    parser = parsimd.compile(format)
    texts = ["\n".join(record) for record in records]
    texts = [text[:-1] if text.endswith("\r") else text for text in texts]
    results = [parser.parse(text) if re.match(head, text) else None for text in texts]
    return [result.named for result in results if result is not None], len(records)


class TestRecordsOfSeveralLines:
    @pytest.mark.parametrize("format, head", HEADS)
    def test_they_are_the_lines_from_one_head_to_the_next(self, format, head, tmp_path):
        @settings(deadline=None)
        @given(st.lists(HEAD_LINES, min_size=1), st.integers(1, 50), st.booleans())
        def check(lines, times, packed):
            wanted, records = read_by_hand(format, head, lines * times)
            text = "".join(line + "\n" for line in lines * times).encode()
            path = tmp_path / "a.log"
            path.write_bytes(gzip.compress(text) if packed else text)
            for source, options in [(text, {}), (text, {"threads": 3}), (path, {}), (io.BytesIO(text), {})]:
                parser = parsimd.compile(format)
                scan = (parser.scan if source is text else parser.scan_file)(source, multiline=True, **options)
                assert scan.read_all().to_pylist() == wanted
                stats = scan.stats
                assert (stats.records, stats.matched, stats.failures) == (records, len(wanted), 0)

        check()

    def test_a_large_log_is_read_alike_by_threads_and_from_gzip(self, tmp_path):
        trace = "".join(f"\tat com.example.Class{n}.method(Class.java:{n})\n" for n in range(20))
        text = "".join(f"2024-05-17 10:05:03 INFO record {n}\n{trace if n % 7 == 0 else ''}" for n in range(30_000))
        path = tmp_path / "a.log.gz"
        path.write_bytes(gzip.compress(text.encode(), 1))
        parser = parsimd.compile("{t:ti} {level:w} {msg}")
        messages = [f"record {n}\n{trace}"[:-1] if n % 7 == 0 else f"record {n}" for n in range(30_000)]
        for scan in (parser.scan(text, multiline=True, threads=4), parser.scan_file(path, multiline=True, threads=1)):
            assert scan.read_all()["msg"].to_pylist() == messages

    def test_what_cannot_be_is_an_error_with_the_reason(self):
        with pytest.raises(ValueError, match="nothing stands in front of its first field of any text"):
            parsimd.compile("{msg}").scan("", multiline=True)
        with pytest.raises(ValueError, match='multiline goes with match="line" alone'):
            parsimd.compile("{n:d} {msg}").scan("", multiline=True, match="all")
        own = parsimd.compile("{n:d} {msg}")
        own._expression = own._expression
        with pytest.raises(ValueError, match="left to an external matcher"):
            own.scan("", multiline=True)

    def test_where_a_record_came_from_is_its_first_line(self):
        assert rows("{n:d}: {m}", "x\n1: a\n b\n2: c\n", multiline=True, include=["line", "offset"]) == [
            {"n": 1, "m": "a\n b", "line": 2, "offset": 2},
            {"n": 2, "m": "c", "line": 4, "offset": 10},
        ]

    def test_polars_reads_them(self, tmp_path):
        pytest.importorskip("polars")
        path = tmp_path / "a.log"
        path.write_text("1: a\n b\n2: c\n")
        frame = parsimd.compile("{n:d}: {m}").scan_polars(path, multiline=True)
        assert frame.collect().rows() == [(1, "a\n b"), (2, "c")]


def test_a_record_whose_head_is_text_begins_one_whatever_bytes_follow():
    log = "2024-05-17 10:05:03 bob: login\n2024-05-17 10:05:04 josé: ".encode() + b"caf\xe9\nmore\n2024-05-17 10:05:05 bob: logout\n"
    for threads in (1, 2):
        scan = parsimd.compile("{at:ti} {user:w}: {m}").scan(log, multiline=True, threads=threads)
        assert scan.read_all()["m"].to_pylist() == ["login", "logout"]
        [failure] = scan.stats.first_failures
        assert (failure.kind, failure.line, scan.stats.records) == ("encoding", 2, 3)
