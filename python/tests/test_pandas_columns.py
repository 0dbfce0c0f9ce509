"""`parsimd.pandas`: a column of text → a frame with the same index. Each text has the values that `parse` gives."""

import numpy
import pandas
import parsimd
import parsimd.pandas
import pyarrow
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from texts import FORMAT, NAMES, PARSER, TEXTS, Counting, row_of, texts

DTYPES = [object, "string", "string[python]", "category", pandas.ArrowDtype(pyarrow.string()), pandas.ArrowDtype(pyarrow.large_string())]
if pandas.__version__ >= "3":
    DTYPES.append("str")


def plain(value):
    if value is None or value is pandas.NA or value is pandas.NaT or value != value:
        return None
    return value.to_pydatetime() if isinstance(value, pandas.Timestamp) else value


def rows_of(frame):
    return [tuple(map(plain, row)) for row in frame.astype(object).itertuples(index=False, name=None)]


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@settings(deadline=None)
@given(texts, st.integers(0, 5), st.integers(0, 12), st.sampled_from(["line", "first"]), st.sampled_from(["numpy_nullable", "pyarrow"]))
def test_each_text_has_the_values_of_parse_and_search(dtype, texts, start, length, match, backend):
    column = pandas.Series(texts, dtype=dtype)[start : start + length]
    frame = column.parsimd.parse(FORMAT, match=match, dtype_backend=backend)
    assert list(frame.columns) == NAMES and frame.index.equals(column.index)
    assert rows_of(frame) == [row_of(text, match) for text in texts[start : start + length]]


def test_the_dtypes_do_not_depend_on_the_values():
    wanted = {"word": pandas.StringDtype(), "n": pandas.Int64Dtype(), "x": pandas.Float64Dtype(), "at": pandas.DatetimeTZDtype("us", "UTC")}
    for lines in (TEXTS, [TEXTS[0]], [None], []):
        frame = pandas.Series(lines, dtype=object).parsimd.parse(PARSER)
        assert frame.dtypes.to_dict() == wanted
        frame = pandas.Series(lines, dtype=object).parsimd.parse(PARSER, dtype_backend="pyarrow")
        assert [kind.pyarrow_dtype for kind in frame.dtypes] == pyarrow.schema(PARSER.scan(b"")).types
    yes = parsimd.with_pattern("yes|no", column="bool")(lambda text: text == "yes")
    frame = pandas.Series(["1h5m yes", None]).parsimd.parse("{took:dur} {ok:Yes}", {"Yes": yes})
    assert frame.dtypes.to_dict() == {"took": numpy.dtype("timedelta64[ns]"), "ok": pandas.BooleanDtype()}
    assert frame["took"][0] == pandas.Timedelta(minutes=65) and frame["ok"].tolist() == [True, pandas.NA]


@pytest.mark.parametrize("missing", [None, float("nan"), pandas.NA, pandas.NaT])
def test_whatever_stands_for_a_missing_text_is_a_row_of_nulls(missing):
    for lines in ([missing], [missing, TEXTS[0]], [TEXTS[0], missing]):
        frame = pandas.Series(lines, dtype=object).parsimd.parse(FORMAT)
        assert rows_of(frame) == [row_of(None if line is missing else line) for line in lines]
    # A column that was read without any value is one of floats.
    assert rows_of(pandas.Series([float("nan")] * 2).parsimd.parse(FORMAT)) == [row_of(None)] * 2


def test_the_frame_has_the_index_of_the_column():
    for index in (["b", "b"], pandas.MultiIndex.from_tuples([(1, "a"), (2, "b")]), pandas.date_range("2024", periods=2)):
        frame = pandas.DataFrame({"line": [TEXTS[0], "noise"], "other": 7}, index=index)
        assert frame["line"].parsimd.parse(FORMAT).index.equals(frame.index)
        assert frame.join(frame["line"].parsimd.parse(FORMAT)).shape[1] == 2 + len(NAMES)


def test_bytes_are_texts():
    lines = [None if text is None else text.encode() for text in TEXTS]
    assert rows_of(pandas.Series(lines).parsimd.parse(FORMAT)) == [row_of(text) for text in TEXTS]


def test_options_are_those_of_a_scan():
    lines = pandas.Series(["Jun 15 02:04:59", "3"])
    frame = lines.parsimd.parse("{at:ts}", year=1999, tz="+02:00")
    assert frame["at"][0] == pandas.Timestamp("1999-06-15 00:04:59", tz="UTC")
    assert lines.parsimd.parse("jun {}", case_sensitive=True).isna().all(axis=None)
    assert parsimd.pandas.parse(lines, "{n:d}")["n"].tolist() == [pandas.NA, 3]


def test_what_cannot_be_done_is_an_error_that_says_what_can():
    lines = pandas.Series(["noise"])
    with pytest.raises(ValueError, match="match must be 'line' or 'first'"):
        lines.parsimd.parse(FORMAT, match="all")
    with pytest.raises(ValueError, match="on_error must be 'null' or 'raise'"):
        lines.parsimd.parse(FORMAT, on_error="skip")
    with pytest.raises(ValueError, match="dtype_backend must be 'numpy_nullable' or 'pyarrow', not 'numpy'"):
        lines.parsimd.parse(FORMAT, dtype_backend="numpy")
    with pytest.raises(parsimd.ScanError, match="row 1: does not match"):
        pandas.Series([TEXTS[0], "noise"], index=[8, 9]).parsimd.parse(FORMAT, on_error="raise")
    for values, message in (
        (["a", 1], "value 1 is int"),
        ([None, [1]], "value 1 is list"),
        ([1, 2], "not int64"),
        ([1.5], "not float64"),
        (pandas.Categorical([1, 2]), "not category"),
    ):
        with pytest.raises(TypeError, match=f"must hold texts, as str or bytes.* {message}"):
            pandas.Series(values).parsimd.parse(FORMAT)


def test_each_different_text_of_categories_is_parsed_once():
    parser = Counting("{word:w} {n:d}")
    lines = pandas.Series(["b 2", None, "a 1", "noise", "a 1"] * 100)
    wanted = lines.parsimd.parse(parser)
    parser.asked.clear()
    categories = lines.astype(pandas.CategoricalDtype(["a 1", "noise", "unused", "b 2"]))
    pandas.testing.assert_frame_equal(categories.parsimd.parse(parser), wanted)
    assert sorted(parser.asked) == ["a 1", "b 2", "noise"]
    parser.asked.clear()
    array = pyarrow.chunked_array([pyarrow.array(categories[:7]), pyarrow.array(categories[7:])])
    assert parser.parse_array(array).to_pylist() == parser.parse_array(pyarrow.array(lines, from_pandas=True)).to_pylist()


def test_categories_of_arrow_may_be_views():
    texts = ["b 2", None, "a 1", "noise", "a 1"]
    encoded = pyarrow.array(texts).dictionary_encode()
    views = pyarrow.DictionaryArray.from_arrays(encoded.indices, encoded.dictionary.cast(pyarrow.string_view()))
    lines = pandas.Series(pandas.arrays.ArrowExtensionArray(pyarrow.chunked_array([views])))
    parser = Counting("{word:w} {n:d}")
    found = lines.parsimd.parse(parser)
    assert sorted(parser.asked) == ["a 1", "b 2", "noise"]
    pandas.testing.assert_frame_equal(found, pandas.Series(texts).parsimd.parse("{word:w} {n:d}"))
    assert parser.parse_array(lines).to_pylist() == parser.parse_array(texts).to_pylist()


def test_the_row_of_an_error_in_categories_is_that_of_the_text():
    lines = pandas.Series(["a 1", "a 1", None, "noise", "a 1"], dtype="category")
    with pytest.raises(parsimd.ScanError, match="row 3: does not match") as raised:
        lines.parsimd.parse("{word:w} {n:d}", on_error="raise")
    assert raised.value.row == 3


@pytest.mark.parametrize("format", ["{a:kv}", "{:ip} {d:dur}", "x"])
@pytest.mark.parametrize("backend", ["numpy_nullable", "pyarrow"])
def test_categories_of_other_formats_are_parsed_as_their_texts(format, backend):
    lines = pandas.Series(["k=v q=1", "10.0.0.1 1h", None, "x", "k=v q=1"])
    found = lines.astype("category").parsimd.parse(format, dtype_backend=backend)
    pandas.testing.assert_frame_equal(found, lines.parsimd.parse(format, dtype_backend=backend))
