"""Text as bytes (`strings="binary"`): lines that are not UTF-8 are matched as Python's `re` matches bytes, the others as ever."""

import gzip
import re

import duckdb
import pandas
import parsimd
import polars
import pyarrow
import pytest
from hypothesis import given
from hypothesis import strategies as st

PAIRS = parsimd.compile("{word}|{n:d}")
TEXT = b"\xfe\xfd|1\nno\n\xc3\xa9|2\r\n|3\nx\xe9" + b"y" * 20 + b"|4"
ROWS = [(b"\xfe\xfd", 1), (None, None), ("é".encode(), 2), (None, None), (b"x\xe9" + b"y" * 20, 4)]
SCHEMA = pyarrow.schema([("word", pyarrow.binary()), ("n", pyarrow.int64())])
FORMATS = ["{a}|{n:d}", "{a:w}: {b:S}{c:D}", "{a:W}x{b:.3}{c}", "{a:l}{b:s}{c:>4}", "disk {}{:d}%"]


def scanned(data=TEXT, parser=PAIRS, **options):
    return parser.scan(data, strings="binary", on_error="null", **options)


def typed(pattern):
    return parsimd.compile("{:T}", {"T": parsimd.with_pattern(pattern)(lambda text: text)})


# `re` takes U+001C to U+001F for white space in text, but not in bytes; numbers that do not fit are no matter here.
pieces = st.sampled_from([b"|", b": ", b"x", b"K", b"disk ", b"%", b"7", b" ", b"\t", b"_", b"\xff", b"\xe9", b"\xc3\xa9", b"\xe2\x86"])
lines = st.lists(pieces, max_size=12).map(b"".join)


@given(st.lists(lines, max_size=30), st.sampled_from(FORMATS), st.sampled_from(["line", "first"]), st.booleans())
def test_lines_that_are_not_utf8_are_matched_as_re_matches_bytes(lines, format, match, case_sensitive):
    parser = parsimd.compile(format, case_sensitive=case_sensitive)
    flags = re.DOTALL | (0 if case_sensitive else re.IGNORECASE)
    expression = re.compile(parser._expression.encode(), flags)
    scan = scanned(b"".join(line + b"\n" for line in lines), parser, match=match)
    rows, kinds = scan.read_all().to_tuples(), scan.types.values()
    assert len(rows) == len(lines)
    for line, row in zip(lines, rows):
        try:
            decoded = line.decode()
        except UnicodeDecodeError:
            found = (expression.fullmatch if match == "line" else expression.search)(line)
            groups = (None,) * len(row) if found is None else found.groups()
            numbers = [piece and kind == "int64" for piece, kind in zip(groups, kinds)]
            assert row == tuple(int(piece) if is_number else piece for piece, is_number in zip(groups, numbers))
        else:
            found = (parser.parse if match == "line" else parser.search)(decoded)
            values = [None] * len(row) if found is None else [*found.fixed, *found.named.values()]
            assert list(row) == [value.encode() if isinstance(value, str) else value for value in values]
    stats = scan.stats
    assert stats.records == stats.matched + stats.unmatched + stats.failures and stats.failures == 0


def test_text_is_bytes_wherever_it_is_read(tmp_path):
    (tmp_path / "a.log").write_bytes(TEXT)
    (tmp_path / "a.gz").write_bytes(gzip.compress(TEXT))
    scans = [scanned(data) for data in (TEXT, bytearray(TEXT), memoryview(TEXT))]
    scans += [PAIRS.scan_file(tmp_path / name, strings="binary", on_error="null") for name in ("a.log", "a.gz")]
    for scan in scans:
        assert scan.types == {"word": "binary", "n": "int64"}
        batch = scan.read_all()
        assert batch.to_tuples() == ROWS == [row.as_tuple() for row in batch]
        assert batch.to_pylist() == [{"word": word, "n": n} for word, n in ROWS]
        assert batch[1:4].to_tuples() == ROWS[1:4] and batch[0]["word"] == b"\xfe\xfd"
        words = [word for word, _ in ROWS]
        assert list(batch["word"]) == batch["word"].to_pylist() == batch["word"].to_numpy().tolist() == words
        assert (batch["word"].type, batch["word"].null_count) == ("binary", 2)
        assert batch[["word"]][2:].to_tuples() == [(word,) for word in words[2:]]
        assert hash(batch[0]) == hash(batch[0]) and batch[0] == batch[0] != batch[2]
        assert "<td>b&#39;\\xfe\\xfd&#39;</td>" in batch._repr_html_()
        assert (scan.stats.matched, scan.stats.unmatched, scan.stats.failures) == (3, 2, 0)


def test_bytes_are_arrows_binary():
    table = pyarrow.table(scanned())
    table.validate(full=True)
    assert table.schema == SCHEMA and [tuple(row.values()) for row in table.to_pylist()] == ROWS
    part = pyarrow.record_batch(scanned().read_all()[1:])
    part.validate(full=True)
    assert [tuple(row.values()) for row in part.to_pylist()] == ROWS[1:]
    reader = pyarrow.RecordBatchReader.from_stream(scanned())
    assert reader.schema == SCHEMA and reader.read_all() == table
    empty = pyarrow.table(scanned(b""))
    assert empty.schema == SCHEMA and len(empty) == 0


@pytest.mark.parametrize("kind", [pyarrow.binary(), pyarrow.large_binary(), pyarrow.binary_view()])
def test_another_layout_of_bytes_may_be_asked_for(kind):
    words = [word for word, _ in ROWS]
    column = scanned().read_all()["word"]
    arrays = [pyarrow.array(column, kind), pyarrow.array(column[1:], kind)]
    table = pyarrow.RecordBatchReader.from_stream(scanned(), SCHEMA.set(0, pyarrow.field("word", kind))).read_all()
    for array, wanted in zip([*arrays, table["word"]], [words, words[1:], words]):
        array.validate(full=True)
        assert array.type == kind and array.to_pylist() == wanted


def test_polars_pandas_and_duckdb_take_bytes():
    batch = scanned().read_all()
    assert polars.DataFrame(batch).rows() == ROWS
    assert duckdb.sql("select word, n from batch").fetchall() == ROWS
    # What pandas had before its version 3.
    frame = pandas.DataFrame.from_arrow(batch) if hasattr(pandas.DataFrame, "from_arrow") else pyarrow.table(batch).to_pandas()
    assert [word if isinstance(word, bytes) else None for word in frame["word"]] == [word for word, _ in ROWS]


def test_decimals_are_bytes_as_text_is():
    batch = parsimd.compile("{a:F}").scan(b"1.50\n", strings="binary").read_all()
    assert (batch.types, batch.to_tuples()) == ({"a": "binary"}, [(b"1.50",)])


def test_what_is_left_to_re_takes_text_alone():
    for parser, row in ((parsimd.compile("{a}{a}"), b"a"), (typed(r"[é-ü]+|\w+"), b"aa")):
        scan = parser.scan(b"aa\n\xff\xff\n", strings="binary")
        assert scan.read_all().to_tuples() == [(row,)]
        (failure,) = scan.stats.first_failures
        assert failure.reason.startswith("not UTF-8, and the pattern cannot be matched to bytes: ")
        assert (scan.stats.matched, scan.stats.failures, failure.offset) == (1, 1, 3)


@pytest.mark.parametrize("pattern", [r"[aé]+", r"[\x00-\xff]+", r"\u017f|aa", "[^\u0100]+"])
def test_a_type_with_a_class_that_is_not_all_ascii_is_scanned(pattern):
    parser = typed(pattern)
    assert parser.scan("aa\n").read_all().to_tuples() == [parser.parse("aa").fixed]
    expression = re.compile(parser._expression, re.IGNORECASE)
    assert [parser.parse(text) is not None for text in "asé\u0100"] == [
        expression.fullmatch(text) is not None for text in "asé\u0100"
    ]
