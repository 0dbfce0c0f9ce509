"""Columns of lines in, columns of values out: `parse_array`, `map_arrow`, `map_table`, `spark_schema`; and parsers in other processes."""

import datetime
import gc
import pickle
import weakref

import numpy
import pandas
import parsimd
import polars
import pyarrow
import pytest
from hypothesis import given
from hypothesis import strategies as st

from texts import Counting

PARSER = parsimd.compile("{name}: {n:d}")
TEXTS = ["a: 1", None, "none", "b\nc: 2", "", "d: 99999999999999999999", "é: 3\r", "e: 4"]
KINDS = ["string", "large_string", "string_view", "binary", "large_binary", "binary_view"]


def wanted(texts):
    """What `parse` makes of each, and whether a column of 64 bits can hold it."""
    results = [None if text is None else PARSER.parse(text) for text in texts]
    fits = [result is not None and result["n"] < 1 << 63 for result in results]
    values = [result and {"name": result["name"], "n": result["n"] if fit else None} for result, fit in zip(results, fits)]
    return values, [value for value, fit in zip(values, fits) if fit]


def array_of(texts, kind="string"):
    if "binary" in kind:
        texts = [None if text is None else text.encode() for text in texts]
    return pyarrow.array(texts, getattr(pyarrow, kind)())


@pytest.mark.parametrize("kind", KINDS)
def test_each_value_is_parsed_newlines_and_all(kind):
    found = PARSER.parse_array(array_of(TEXTS, kind))
    found.validate(full=True)
    assert isinstance(found, pyarrow.StructArray)
    assert found.to_pylist() == wanted(TEXTS)[0]
    assert found.null_count == 4 and found[5].is_valid


@given(st.lists(st.sampled_from(TEXTS) | st.none() | st.text("ab: 1\n\r", max_size=9), max_size=60), st.integers(0, 60), st.integers(0, 60))
def test_slices_and_chunks_are_parsed_as_the_whole_is(texts, start, stop):
    array = array_of(texts)
    assert PARSER.parse_array(array[start:stop]).to_pylist() == wanted(texts[start:stop])[0]
    chunks = pyarrow.chunked_array([array[:start], array[start:]], pyarrow.string())
    assert PARSER.parse_array(chunks).to_pylist() == wanted(texts)[0]
    table = pyarrow.table({"id": range(len(texts)), "line": chunks})
    assert PARSER.map_table(table).to_pylist() == wanted(texts)[1]
    rows = [row or {"name": None, "n": None} for row in wanted(texts)[0]]
    assert PARSER.map_table(table, on_error="null").to_pylist() == rows


class TestMoreThanOnePiece:
    """Arrays that are scanned in several pieces: these texts have some 800 kB."""

    TEXTS = [text and text * 20 if number % 3 else f"{'n' * (number % 400)}é: {number}" for number, text in enumerate(TEXTS * 500)]

    @pytest.mark.parametrize("kind", KINDS)
    def test_every_kind_of_array_has_all_its_rows_in_order(self, kind):
        values, rows = wanted(self.TEXTS)
        array = array_of(self.TEXTS, kind)
        found = PARSER.parse_array(array)
        found.validate(full=True)
        assert found.to_pylist() == values
        assert PARSER.parse_array(array[100:3000]).to_pylist() == values[100:3000]
        batches = list(PARSER.map_arrow([pyarrow.record_batch({"line": array})]))
        assert len(batches) > 2
        for batch in batches:
            batch.validate(full=True)
        assert [row for batch in batches for row in batch.to_pylist()] == rows
        table = PARSER.map_table(pyarrow.table({"line": array}))
        table.validate(full=True)
        assert table.to_pylist() == rows

    def test_a_null_may_have_bytes(self):
        for kind in ("string", "large_string", "binary"):
            texts = array_of(["a: 1", "zz: 2", "\n", "b: 3"] * 5000, kind)
            valid = pyarrow.array([True, False, True, True] * 5000).buffers()[1]
            array = pyarrow.Array.from_buffers(texts.type, len(texts), [valid, *texts.buffers()[1:]])
            found = PARSER.parse_array(array)
            assert found.to_pylist() == [{"name": "a", "n": 1}, None, None, {"name": "b", "n": 3}] * 5000
            assert PARSER.parse_array(array[2:7]).to_pylist() == found[2:7].to_pylist()

    def test_the_row_that_cannot_be_read_is_counted_over_all_of_them(self):
        texts = [f"{'n' * 200}: {number}" for number in range(5000)]
        texts[4321] = "wrong"
        with pytest.raises(parsimd.ScanError, match="^row 4321: ") as caught:
            PARSER.parse_array(array_of(texts), on_error="raise")
        assert caught.value.row == 4321


class TestKeptPattern:
    """The native engine for lines is made once, and again when something changes."""

    def test_changes_of_a_parser_are_seen(self):
        class Word:
            pattern = r"[a-c]+"

            def __call__(self, text):
                return text

        word = Word()
        types = {"W2": word}
        parser = parsimd.compile("{a:W2}", types)
        texts = array_of(["abc", "xyz", "1"])
        matched = lambda: [value is not None for value in parser.parse_array(texts).to_pylist()]
        assert matched() == matched() == [True, False, False]
        assert parser._scan_pattern() is parser._scan_pattern()
        parser._expression = "(?P<a>[0-9])"
        assert matched() == [False, False, True]
        parser = parsimd.compile("{a:W2}", types)
        assert matched() == [True, False, False]
        # The expression of a parser is that of its beginning.
        word.pattern = r"[x-z]+"
        assert matched() == [True, False, False]
        parser = parsimd.compile("{a:W2}", types)
        assert matched() == [False, True, False]

    def test_a_parser_that_has_scanned_can_be_pickled_and_goes_with_its_last_user(self):
        parser = parsimd.compile("{a} {n:d}")
        assert parser.parse_array(array_of(["x 1"])).to_pylist() == [{"a": "x", "n": 1}]
        again = pickle.loads(pickle.dumps(parser))
        assert again.parse_array(array_of(["x 1"])).to_pylist() == [{"a": "x", "n": 1}]
        gone = weakref.ref(parser)
        gc.disable()
        try:
            del parser
            assert gone() is None
        finally:
            gc.enable()


def test_other_arrays_are_taken_too():
    values = wanted(TEXTS)[0]
    assert PARSER.parse_array(polars.Series(TEXTS)).to_pylist() == values
    assert PARSER.parse_array(array_of(TEXTS).dictionary_encode()).to_pylist() == values
    assert PARSER.parse_array(pyarrow.nulls(3)).to_pylist() == [None] * 3
    assert PARSER.parse_array(pyarrow.chunked_array([], pyarrow.string())).type == PARSER.parse_array(array_of([])).type
    assert polars.Series(PARSER.parse_array(polars.Series(["a: 1", "x"]))).to_list()[0] == {"name": "a", "n": 1}
    with pytest.raises(TypeError, match="strings or bytes"):
        PARSER.parse_array(pyarrow.array([1]))
    with pytest.raises(ValueError, match="skip"):
        PARSER.parse_array(array_of(TEXTS), on_error="skip")


def _views(values):
    encoded = array_of([*TEXTS, "unused"]).dictionary_encode()
    return pyarrow.DictionaryArray.from_arrays(encoded.indices, encoded.dictionary.cast(values))[: len(TEXTS)]


CATEGORIES = {
    "string_view": lambda: _views(pyarrow.string_view()),
    "binary_view": lambda: _views(pyarrow.binary_view()),
    "chunked": lambda: pyarrow.chunked_array([_views(pyarrow.string_view()), _views(pyarrow.string_view())[:3]]),
    "categorical": lambda: polars.Series(TEXTS, dtype=polars.Categorical),
    "enum": lambda: polars.Series(TEXTS, dtype=polars.Enum([*TEXTS[::-1][:-2], "a: 1", "unused"])),
}


@pytest.mark.parametrize("kind", CATEGORIES)
class TestCategoriesAsViews:
    """Dictionaries of views of text, which are what polars has for categories."""

    def test_each_different_text_is_parsed_once(self, kind):
        array = CATEGORIES[kind]()
        parser = Counting(PARSER.format)
        found = parser.parse_array(array)
        texts = [*TEXTS, *TEXTS[: len(array) - len(TEXTS)]]
        assert found.to_pylist() == wanted(texts)[0]
        parts = 2 if kind == "chunked" else 1
        once = {text for text in TEXTS if text is not None}
        assert set(parser.asked) == once and len(parser.asked) == len(once) + (parts - 1) * 2

    def test_they_are_a_column_of_a_table(self, kind):
        array = CATEGORIES[kind]()
        table = pyarrow.table({"id": range(len(array)), "line": array})
        texts = [*TEXTS, *TEXTS[: len(array) - len(TEXTS)]]
        assert PARSER.map_table(table).to_pylist() == wanted(texts)[1]
        assert PARSER.map_table(table, on_error="null").to_pylist() == [row or {"name": None, "n": None} for row in wanted(texts)[0]]
        assert [row for batch in PARSER.map_arrow([table]) for row in batch.to_pylist()] == wanted(texts)[1]

    def test_the_row_of_an_error_is_that_of_the_text(self, kind):
        with pytest.raises(parsimd.ScanError, match="^row 2: does not match"):
            PARSER.parse_array(CATEGORIES[kind](), on_error="raise")


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "object"])
@pytest.mark.parametrize("count", [0, 1, 3])
def test_floats_without_a_value_are_nulls(dtype, count):
    # It is what numpy and pandas have for a column in which there is nothing.
    for column in (numpy.full(count, numpy.nan, dtype), pandas.Series([float("nan")] * count, dtype=dtype)):
        found = PARSER.parse_array(column)
        assert found.to_pylist() == [None] * count and found.type == PARSER.parse_array([]).type


@pytest.mark.parametrize("values", [[1.5], [numpy.nan, 1.5], [1]])
def test_floats_with_a_value_are_no_texts(values):
    for column in (numpy.array(values), pandas.Series(values)):
        with pytest.raises(TypeError, match="an array of strings or bytes is needed"):
            PARSER.parse_array(column)


def test_a_pattern_of_one_field_tells_no_match_from_no_value():
    found = parsimd.compile("{:d}").parse_array(array_of(["1", "99999999999999999999", "x", None]))
    assert found.to_pylist() == [{"0": 1}, {"0": None}, None, None]
    assert parsimd.compile("x").parse_array(array_of(["x", "y"])).is_valid().to_pylist() == [True, False]


def test_what_is_not_utf_8_is_not_parsed():
    found = parsimd.compile("{a}").parse_array(pyarrow.array([b"\xff", b"ok"]))
    assert found.to_pylist() == [None, {"a": "ok"}]


def test_raise_says_which_row():
    good = ["a: 1"] * 5
    for wrong, reason in (("x", "does not match"), ("d: 99999999999999999999", "64 bits")):
        for array in (array_of([*good, None, wrong]), pyarrow.chunked_array([array_of(good), array_of([None, wrong])])):
            with pytest.raises(parsimd.ScanError, match=f"^row 6: .*{reason}") as caught:
                PARSER.parse_array(array, on_error="raise")
            assert caught.value.row == 6 and caught.value.offset is None
    assert PARSER.parse_array(array_of([None]), on_error="raise").to_pylist() == [None]


def test_text_that_only_python_matches_is_left_to_it():
    class Own(parsimd.Parser):
        def _find_spans(self, text, start, whole):
            if text == "é é":
                raise KeyError(text)
            return super()._find_spans(text, start, whole)

    parser = Own("{a} {a}")
    assert parser.parse_array(array_of(["ä ä", "ä ö", "x x"])).to_pylist() == [{"a": "ä"}, None, {"a": "x"}]
    with pytest.raises(KeyError):
        parser.parse_array(array_of(["é é"]))


class TestMapArrow:
    def batches(self):
        for texts in (TEXTS[:3], [], TEXTS[3:]):
            yield pyarrow.record_batch({"id": pyarrow.array(range(len(texts))), "line": array_of(texts)})

    def test_record_batches_in_and_out(self):
        found = list(PARSER.map_arrow(self.batches()))
        assert all(isinstance(batch, pyarrow.RecordBatch) for batch in found)
        assert [row for batch in found for row in batch.to_pylist()] == wanted(TEXTS)[1]
        found = list(PARSER.map_arrow(self.batches(), column="line", on_error="null"))
        assert [batch.num_rows for batch in found] == [3, 0, 5]

    def test_batches_are_taken_one_by_one(self):
        taken = []
        mapped = PARSER.map_arrow(taken.append(batch) or batch for batch in self.batches())
        assert not taken
        next(mapped)
        assert len(taken) == 1

    def test_wrong_columns_are_told(self):
        with pytest.raises(KeyError, match="lin'"):
            list(PARSER.map_arrow(self.batches(), column="lin"))
        with pytest.raises(ValueError, match="no column of text"):
            list(PARSER.map_arrow([pyarrow.record_batch({"id": pyarrow.array([1])})]))
        with pytest.raises(TypeError, match="strings or bytes"):
            list(PARSER.map_arrow(self.batches(), column="id"))


def test_the_schema_for_spark_names_every_type():
    parser = parsimd.compile("{a}|{b:d}|{c:g}|{d:th}|{e:ti}|{f:%d/%m/%Y}|{g:tt}|{h[x].y:F}")
    assert parser.spark_schema() == (
        "`a` STRING, `b` BIGINT, `c` DOUBLE, `d` TIMESTAMP, `e` TIMESTAMP_NTZ, `f` DATE, `g` TIME(6), `h[x].y` STRING"
    )


def test_the_schema_for_spark_is_that_of_a_scan():
    for format, wanted in [("{a}|{:d}", "`a` STRING"), ("{}|{:d}", "`0` STRING, `1` BIGINT")]:
        parser = parsimd.compile(format)
        assert parser.spark_schema() == wanted
        assert list(parser.scan("x|1").read_all().names) == [field.name for field in parser.parse_array(array_of(["x|1"])).type]


def upper(text):
    return text.upper()


def test_a_parser_is_pickled_with_all_that_it_is():
    parser = parsimd.compile("{a:Upper} {n:d}", {"Upper": upper}, case_sensitive=True)
    parser.parse("x 1"), parser.search("x 1")
    for again in (pickle.loads(pickle.dumps(parser)), pickle.loads(pickle.dumps(parser.map_arrow)).__self__):
        assert again.parse("x 1").named == {"a": "X", "n": 1} and again.parse("x 1") is not None
        assert again.engine == parser.engine and again.format == parser.format
        assert again.scan("x 1\n").read_all().to_tuples() == [("x", 1)]
        assert again.parse_array(array_of(["x 1"])).to_pylist() == [{"a": "x", "n": 1}]


def test_spark_gets_times_of_day_in_its_only_unit():
    parser = parsimd.compile("{at:tt} {n:d}")
    (batch,) = parser.map_arrow([pyarrow.record_batch({"line": array_of(["12:30:15 1", "x"])})])
    assert batch.schema == pyarrow.schema([("at", pyarrow.time64("ns")), ("n", pyarrow.int64())])
    assert batch.to_pylist() == [{"at": datetime.time(12, 30, 15), "n": 1}]
