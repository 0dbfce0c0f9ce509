"""What pandas and numpy make of a batch, a column, a row and a scan: the values by name, or an error, and never a frame of our objects."""

import collections.abc
import datetime

import numpy
import pandas
import parsimd
import pyarrow
import pytest
from hypothesis import given
from hypothesis import strategies as st

UTC = datetime.timezone.utc
PARSER = parsimd.compile("{word:w} {n:d} {x:g} {at:th} {local:ti} {day:%d/%m/%Y} {clock:tt}")
LINES = [
    "one 1 1.5 02/Jan/2011:03:04:05 +0100 2011-01-02T03:04:05.25 02/01/2011 12:30:15",
    "zwölf -9007199254740993 0.25 31/Dec/1969:23:59:59 +0000 1969-12-31T23:59:59 31/12/1969 00:00:00",
    "no row at all",
]
ROWS = [
    (
        "one",
        1,
        1.5,
        datetime.datetime(2011, 1, 2, 2, 4, 5, tzinfo=UTC),
        datetime.datetime(2011, 1, 2, 3, 4, 5, 250_000),
        datetime.date(2011, 1, 2),
        datetime.time(12, 30, 15),
    ),
    (
        "zwölf",
        -9007199254740993,
        0.25,
        datetime.datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC),
        datetime.datetime(1969, 12, 31, 23, 59, 59),
        datetime.date(1969, 12, 31),
        datetime.time(0, 0, 0),
    ),
    (None,) * 7,
]
NAMES = ["word", "n", "x", "at", "local", "day", "clock"]


def batch_of(rows):
    return PARSER.scan("\n".join(LINES[row] for row in rows), on_error="null").read_all()


def plain(value):
    """A value of a frame as Python has it."""
    if pandas.isna(value):
        return None
    return value.to_pydatetime() if isinstance(value, pandas.Timestamp) else value


def values_of(frame):
    return [tuple(map(plain, row)) for row in frame.itertuples(index=False, name=None)]


@given(st.lists(st.integers(0, 1), min_size=1, max_size=20), st.integers(0, 9), st.integers(10, 20))
def test_a_frame_of_a_batch_has_its_names_and_values(rows, start, stop):
    batch = batch_of(rows)
    for part, wanted in ((batch, rows), (batch[start:stop], rows[start:stop])):
        for frame in (pandas.DataFrame(part), pandas.DataFrame(list(part)), pandas.DataFrame(part, columns=part.names)):
            assert len(frame) == len(wanted) and values_of(frame) == [ROWS[row] for row in wanted]
            if wanted:
                assert list(frame.columns) == NAMES
                assert (frame["n"].dtype, frame["x"].dtype) == ("int64", "float64")
                assert frame["at"].dt.tz is not None and frame["local"].dt.tz is None


def test_nulls_are_what_pandas_has_for_them():
    frame = pandas.DataFrame(batch_of([0, 2]))
    assert values_of(frame) == [ROWS[0], ROWS[2]]
    # pandas has no integer that is absent, and makes floats of a column that has one.
    assert (frame["n"].dtype, frame["at"].isna().tolist()) == ("float64", [False, True])


def test_a_batch_without_rows_has_columns_where_they_are_named():
    batch = PARSER.scan("").read_all()
    assert pandas.DataFrame(batch).empty
    frame = pandas.DataFrame(batch, columns=batch.names)
    assert list(frame.columns) == NAMES and len(frame) == 0


def test_a_batch_without_columns_has_rows():
    frame = pandas.DataFrame(parsimd.compile("x").scan("x\nx\n").read_all())
    assert frame.shape == (2, 0)


def test_a_frame_is_that_which_arrow_gives():
    batch = batch_of([0, 1, 1])
    pandas.testing.assert_frame_equal(pandas.DataFrame(batch), pyarrow.table(batch).to_pandas(), check_dtype=False)


@pytest.mark.parametrize("name", NAMES)
def test_a_series_or_an_array_of_a_column_has_its_values(name):
    batch = batch_of([0, 1, 0])
    wanted = [ROWS[row][NAMES.index(name)] for row in (0, 1, 0)]
    series = pandas.Series(batch[name])
    if name == "at":
        # An array has no zone: it is in UTC.
        wanted = [value.replace(tzinfo=None) for value in wanted]
    if name == "clock":
        wanted = [datetime.datetime.combine(datetime.date(1, 1, 1), value) - datetime.datetime.min for value in wanted]
    assert numpy.asarray(batch[name]).tolist() == numpy.array(batch[name]).tolist() == wanted
    if name == "day":
        # A date in a series is its midnight.
        wanted = [datetime.datetime.combine(value, datetime.time()) for value in wanted]
    # Versions of pandas differ in units and in how text is held, so the kind is compared with that of the same values.
    assert series.tolist() == wanted and series.dtype.kind == pandas.Series(wanted).dtype.kind
    assert len(pandas.DataFrame({"column": batch[name]})) == len(pandas.DataFrame(batch[name])) == 3


def test_a_column_of_integers_with_nulls_is_no_array_and_says_so():
    for make in (pandas.Series, numpy.asarray):
        with pytest.raises(ValueError, match="2 nulls|1 null"):
            make(batch_of([0, 2])["n"])


def test_a_scan_is_neither_array_nor_frame_and_says_what_to_do():
    for make in (pandas.DataFrame, numpy.asarray, numpy.array):
        scan = PARSER.scan(LINES[0])
        with pytest.raises(TypeError, match="from_arrow"):
            make(scan)
        # It was not read meanwhile.
        assert len(scan.read_all()) == 1


class TestRow:
    """A row is a sequence with names."""

    ROW = batch_of([0])[0]

    def test_it_is_read_as_a_sequence(self):
        row, values = self.ROW, ROWS[0]
        assert isinstance(row, collections.abc.Sequence) and not isinstance(row, collections.abc.Mapping)
        assert tuple(row) == values and list(iter(row)) == list(values) and list(reversed(row)) == list(reversed(values))
        assert row[1:3] == values[1:3] and row[::-1] == values[::-1] and row[:] == values
        assert len(row) == 7 and (1 in row) and ("no" not in row)
        assert pandas.Series(row).tolist()[:3] == list(values[:3])

    def test_values_are_found_and_counted(self):
        row = parsimd.compile("{:d} {:d} {:d}").scan("5 7 5").read_all()[0]
        assert (row.index(5), row.index(5, 1), row.index(7, 0, 2), row.count(5), row.count(0)) == (0, 2, 1, 2, 0)
        for arguments in ((0,), (5, 1, 2), (7, 2)):
            with pytest.raises(ValueError):
                row.index(*arguments)

    def test_it_has_names(self):
        assert self.ROW._fields == tuple(NAMES)
        assert dict(self.ROW) == dict(zip(NAMES, ROWS[0])) == self.ROW.as_dict()

    def test_a_column_and_a_batch_are_read_value_by_value(self):
        batch = batch_of([0, 1])
        assert list(batch) == [batch[0], batch[1]]
        assert list(batch["n"]) == [1, -9007199254740993] and list(reversed(batch["n"])) == [-9007199254740993, 1]
        assert isinstance(batch["n"], collections.abc.Iterable) and 1 in batch["n"]
