"""`parsimd.polars`: a column of text → structs, as an expression and at once. Each text has the values that `parse` gives."""

import pickle
import sys

import parsimd
import parsimd.polars
import polars
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars import col

from texts import FORMAT, PARSER, TEXTS, Counting, texts, value_of

ENGINES = ["in-memory", "streaming"]
DTYPES = [polars.String, polars.Categorical, polars.Enum([text for text in TEXTS if text is not None]), polars.Binary]


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@settings(deadline=None)
@given(texts, st.integers(0, 5), st.integers(0, 12), st.sampled_from(["line", "first"]))
def test_each_text_has_the_values_of_parse_and_search(dtype, texts, start, length, match):
    column = polars.Series("line", texts, polars.String).cast(dtype).slice(start, length)
    wanted = [value_of(text, match) for text in texts[start : start + length]]
    lazy = polars.LazyFrame([column]).select(col("line").parsimd.parse(FORMAT, match=match))
    for engine in ENGINES:
        assert lazy.collect(engine=engine)["line"].to_list() == wanted
    assert column.parsimd.parse(PARSER, match=match).to_list() == wanted


@settings(deadline=None)
@given(st.lists(texts, min_size=1, max_size=4))
def test_a_column_in_several_chunks_is_one(chunks):
    column = polars.concat([polars.Series("line", chunk, polars.String) for chunk in chunks], rechunk=False)
    found = column.parsimd.parse(PARSER)
    assert found.to_list() == [value_of(text) for chunk in chunks for text in chunk]
    assert found.name == "line" and found.dtype == polars.Series("", TEXTS).parsimd.parse(PARSER).dtype


@pytest.mark.parametrize("format", [FORMAT, "{:d} {}", "x", "{a:kv}", "{a:kv(n:d)}", "{d:dur} {c:tt} {day:%d/%m/%Y}", "{a:d|-}{:[} {b:ip}{:]}"])
@pytest.mark.parametrize("tz", [None, "Europe/Berlin"])
def test_the_type_is_known_before_anything_runs(format, tz):
    lazy = polars.LazyFrame({"line": ["x", None]}).select(col("line").parsimd.parse(format, tz=tz))
    schema = lazy.collect_schema()
    for engine in ENGINES:
        assert lazy.collect(engine=engine).schema == schema
    for lines in ([], [None]):
        assert polars.DataFrame({"line": lines}).select(col("line").parsimd.parse(format, tz=tz)).schema == schema


def test_unnested_fields_are_columns_like_those_of_a_scan():
    frame = polars.DataFrame({"id": range(len(TEXTS)), "line": TEXTS}).with_columns(col("line").parsimd.parse(FORMAT)).unnest("line")
    scanned = polars.DataFrame(PARSER.scan("\n".join(["x", TEXTS[0], TEXTS[1]])))
    assert frame.drop("id").schema == scanned.schema
    assert frame.filter(col("id") < 2).drop("id").equals(scanned)


def test_rows_that_do_not_match_can_be_counted_apart_from_nulls():
    found = polars.DataFrame({"line": TEXTS}).with_columns(found=col("line").parsimd.parse(FORMAT))
    unread = found.filter(col("found").is_null() & col("line").is_not_null())
    assert unread["line"].to_list() == [text for text in TEXTS if text is not None and value_of(text) is None]


def test_an_expression_goes_where_expressions_go():
    frame = polars.DataFrame({"host": ["a", "b", "a"], "line": [TEXTS[0], TEXTS[5], TEXTS[1]]})
    n = col("line").parsimd.parse(FORMAT).struct.field("n")
    for engine in ENGINES:
        sums = frame.lazy().group_by("host").agg(n.sum()).sort("host").collect(engine=engine)
        assert sums.rows() == [("a", 1 - 9007199254740993), ("b", 0)]
        assert frame.lazy().filter(n == 1).select("host").collect(engine=engine).rows() == [("a",)]
    assert frame.select(n.sum().over("host")).to_series().to_list() == [1 - 9007199254740993, 0, 1 - 9007199254740993]


@pytest.mark.parametrize("engine", ENGINES)
def test_an_expression_filters_files_without_another_library(tmp_path, monkeypatch, engine):
    # polars writes a filter for the source of `scan_polars` as bytes, with this one where a function cannot be pickled.
    monkeypatch.setitem(sys.modules, "cloudpickle", None)
    (tmp_path / "a.log").write_text("info 12\nnoise\nwarn 13\ninfo 14\n")
    lines = parsimd.compile("{line}").scan_polars(tmp_path / "a.log")
    n = col("line").parsimd.parse("{level:w} {n:d}").struct.field("n")
    assert lines.filter(n > 12).collect(engine=engine).rows() == [("warn 13",), ("info 14",)]
    assert lines.filter((n > 12) & (col("line") == "info 14")).collect(engine=engine).rows() == [("info 14",)]
    assert lines.filter(n.is_null()).select(polars.len()).collect(engine=engine).item() == 1


def test_a_query_of_many_chunks_has_the_rows_of_one(tmp_path):
    lines = [TEXTS[n % 3 * 2] for n in range(30_000)]
    polars.DataFrame({"line": lines}).write_parquet(tmp_path / "lines.parquet", row_group_size=1000)
    query = polars.scan_parquet(tmp_path / "lines.parquet").select(col("line").parsimd.parse(FORMAT))
    assert query.collect(engine="streaming")["line"].to_list() == [value_of(text) for text in lines]


def test_options_are_those_of_a_scan():
    lines = polars.DataFrame({"line": ["Jun 15 02:04:59", "JUN 1 2 3", "3"]})
    parsed = lines.select(col("line").parsimd.parse("{at:ts}", year=1999, tz="+02:00"))["line"].struct.field("at")
    assert parsed.dt.to_string("iso")[0] == "1999-06-15 00:04:59.000000+00:00"

    def double(text):
        return int(text) * 2

    typed = parsimd.with_pattern(r"\d+", column="int64")(double)
    assert lines.select(col("line").parsimd.parse("{n:Double}", {"Double": typed}))["line"].to_list() == [None, None, {"n": 6}]
    assert lines.select(col("line").parsimd.parse("jun {d:d} {}", case_sensitive=True))["line"].null_count() == 3


def test_what_a_query_calls_can_be_pickled_with_it():
    convert = pickle.loads(pickle.dumps(parsimd.polars._Convert(PARSER, "line", "null", "UTC", "recent")))
    assert convert(polars.Series(TEXTS)).to_list() == [value_of(text) for text in TEXTS]


def test_what_cannot_be_done_is_an_error_that_says_what_can():
    with pytest.raises(ValueError, match="match must be 'line' or 'first'"):
        col("line").parsimd.parse(FORMAT, match="all")
    with pytest.raises(ValueError, match="on_error must be 'null' or 'raise'"):
        col("line").parsimd.parse(FORMAT, on_error="skip")
    # It is said when the expression is made.
    with pytest.raises(ValueError, match="no such time zone|Mars"):
        col("line").parsimd.parse(FORMAT, tz="Mars/Base")
    with pytest.raises(TypeError, match="multiline"):
        col("line").parsimd.parse(FORMAT, multiline=True)
    with pytest.raises((TypeError, polars.exceptions.ComputeError), match="String, Binary, Categorical or Enum, not of Int64"):
        polars.DataFrame({"line": [1]}).select(col("line").parsimd.parse(FORMAT))
    # Before its version 2 polars wraps what is raised while it collects.
    with pytest.raises((parsimd.ScanError, polars.exceptions.ComputeError), match="row 5: does not match"):
        polars.DataFrame({"line": [*TEXTS[:2] * 2, None, "noise"]}).select(col("line").parsimd.parse(FORMAT, on_error="raise"))


@pytest.mark.parametrize("dtype", [polars.Categorical, polars.Enum(["a 1", "noise", "b 2", "unused"])], ids=str)
def test_each_different_text_of_categories_is_parsed_once(dtype):
    parser = Counting("{word:w} {n:d}")
    column = polars.Series("line", ["b 2", None, "a 1", "noise", "a 1"] * 100, polars.String)
    wanted = column.parsimd.parse(parser).to_list()
    parser.asked.clear()
    found = column.cast(dtype).parsimd.parse(parser)
    assert found.to_list() == wanted and found.name == "line"
    assert sorted(parser.asked) == ["a 1", "b 2", "noise"]


@pytest.mark.parametrize("dtype", [polars.Categorical, polars.Enum(["unused", "a 1", "noise"])], ids=str)
def test_the_row_of_an_error_in_categories_is_that_of_the_text(dtype):
    column = polars.Series("line", ["a 1", "a 1", None, "noise", "a 1"], dtype)
    with pytest.raises(parsimd.ScanError, match="row 3: does not match") as raised:
        column.parsimd.parse("{word:w} {n:d}", on_error="raise")
    assert raised.value.row == 3
    # A category that no row has is no text of the column.
    assert column.head(2).parsimd.parse("{word:w} {n:d}", on_error="raise").to_list() == [{"word": "a", "n": 1}] * 2


@pytest.mark.parametrize("format", ["{a:kv}", "{:ip} {d:dur}", "x"])
def test_categories_of_other_formats_are_parsed_as_their_texts(format):
    texts = polars.Series("line", ["k=v q=1", "10.0.0.1 1h", None, "x", "k=v q=1"])
    assert texts.cast(polars.Categorical).parsimd.parse(format).to_list() == texts.parsimd.parse(format).to_list()
