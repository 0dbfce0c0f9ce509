"""What a `Batch`, a `Column` and a `Row` can be asked for."""

import datetime
import gc

import numpy
import parsimd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from plain import HAS_PLAIN_CLASSES
from references import references_left_by

FORMAT = "{word}|{n:d}|{x:g}|{at:th}|{day:%d/%m/%Y}|{clock:tt}|{local:ti}"
PARSER = parsimd.compile(FORMAT)
UTC = datetime.timezone.utc
# A line, and what it says.
LINES = [
    (
        "one|1|1.5|02/Jan/2011:03:04:05 +0100|02/01/2011|12:30:15|2011-01-02T03:04:05.25",
        (
            "one",
            1,
            1.5,
            datetime.datetime(2011, 1, 2, 2, 4, 5, tzinfo=UTC),
            datetime.date(2011, 1, 2),
            datetime.time(12, 30, 15),
            datetime.datetime(2011, 1, 2, 3, 4, 5, 250_000),
        ),
    ),
    (
        "zwölf|-2|0.25|31/Dec/1969:23:59:59 +0000|31/12/1969|00:00:00|1969-12-31T23:59:59",
        (
            "zwölf",
            -2,
            0.25,
            datetime.datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC),
            datetime.date(1969, 12, 31),
            datetime.time(0, 0, 0),
            datetime.datetime(1969, 12, 31, 23, 59, 59),
        ),
    ),
    ("no row at all", (None,) * 7),
]
NAMES = ["word", "n", "x", "at", "day", "clock", "local"]


def batch_of(rows, on_error="null"):
    """A batch of the lines with these numbers."""
    return PARSER.scan("".join(LINES[row][0] + "\n" for row in rows), on_error=on_error).read_all()


def values_of(rows):
    return [LINES[row][1] for row in rows]


lists_of_lines = st.lists(st.integers(0, len(LINES) - 1), max_size=40)
bounds = st.none() | st.integers(-50, 50)


@given(lists_of_lines, bounds, bounds)
def test_a_slice_is_what_a_slice_of_the_list_is(rows, start, stop):
    batch = batch_of(rows)
    part, wanted = batch[start:stop], values_of(rows)[start:stop]
    assert len(part) == part.num_rows == len(wanted)
    assert part.to_tuples() == [row.as_tuple() for row in part] == [tuple(row) for row in part] == wanted
    assert part.to_pylist() == [dict(zip(NAMES, values)) for values in wanted]
    for at, name in enumerate(NAMES):
        column = part[name]
        values = [row[at] for row in wanted]
        assert list(column) == column.to_pylist() == list(batch[name][start:stop]) == values
        assert column.null_count == values.count(None)
    assert part[1:][:2].to_tuples() == wanted[1:][:2]


def test_columns_can_be_chosen_and_ordered():
    part = batch_of([0, 1])[["n", "word"]]
    assert part.names == ["n", "word"] and part.num_columns == 2
    assert part.to_tuples() == [(1, "one"), (-2, "zwölf")]
    assert part[["word"]].to_pylist() == [{"word": "one"}, {"word": "zwölf"}]
    assert part[[]].num_rows == 2 and part[[]].to_tuples() == [(), ()]


def test_wrong_keys_are_told():
    batch = batch_of([0, 1])
    with pytest.raises(ValueError, match="step"):
        batch[::2]
    with pytest.raises(ValueError, match="step"):
        batch["n"][::-1]
    with pytest.raises(KeyError, match="wrd"):
        batch[["n", "wrd"]]
    with pytest.raises(TypeError):
        batch[["n", 1]]
    with pytest.raises(TypeError):
        batch[1.0]
    for wrong in (1, -2, 2**63 - 1, -(2**63), 2**63, -(10**30)):
        for indexed in (batch[1:], batch[1:]["n"], batch[1:][["n"]][0]):
            with pytest.raises(IndexError):
                indexed[wrong]


def test_rows_are_equal_when_names_and_values_are():
    batch = batch_of([0, 1, 0])
    first, second, third = batch
    assert first == third and hash(first) == hash(third) and first != second
    assert first != batch[["n"]][0] and first != first.as_tuple()
    assert len({first, second, third}) == 2
    assert dict(first) == first.as_dict() == dict(zip(NAMES, LINES[0][1]))


def test_rows_and_tuples_are_no_work_for_the_collector():
    batch = batch_of([0, 1])
    assert all(gc.is_tracked(row) == HAS_PLAIN_CLASSES for row in batch)
    assert not any(gc.is_tracked(row) for row in batch.to_tuples())


def test_many_objects_leave_no_references_behind():
    batch = batch_of([0, 1, 2])

    def work():
        first, *_ = rows = list(batch)
        batch.to_tuples(), batch.to_pylist(), batch["word"].to_pylist(), first.as_dict(), batch[1].as_tuple()
        assert rows[0] == first and len({*rows, batch[-1]}) == 3

    assert references_left_by(work, None, batch, parsimd.Row, parsimd.Batch) == [0, 0, 0, 0]


def test_a_row_keeps_its_batch():
    rows = list(batch_of([0, 1]))
    gc.collect()
    assert [row.as_tuple() for row in rows] == values_of([0, 1])


class TestNumpy:
    def test_numbers_and_timestamps_are_not_copied(self):
        batch = batch_of([0, 1, 0])
        for name, dtype in (("n", "int64"), ("x", "float64"), ("at", "M8[us]"), ("local", "M8[us]"), ("clock", "m8[us]")):
            array = batch[name].to_numpy()
            assert array.dtype == dtype and len(array) == 3
            assert numpy.shares_memory(array, batch[name].to_numpy())
            assert numpy.shares_memory(array[1:2], batch[1:2][name].to_numpy())
            assert not array.flags.writeable

    @given(lists_of_lines.map(lambda rows: [row for row in rows if row != 2]))
    def test_values_are_those_of_the_column(self, rows):
        batch = batch_of(rows)
        midnight = datetime.datetime(1, 1, 1)
        for name in NAMES:
            got, wanted = batch[name].to_numpy().tolist(), batch[name].to_pylist()
            if name == "at":
                wanted = [moment.replace(tzinfo=None) for moment in wanted]
            if name == "clock":
                got = [(midnight + since).time() for since in got]
            assert got == wanted

    def test_nulls_are_nan_nat_and_none(self):
        batch = batch_of([0, 2])
        for name in ("at", "day", "clock", "local"):
            assert numpy.isnat(batch[name].to_numpy()).tolist() == [False, True]
        assert numpy.isnan(batch["x"].to_numpy()).tolist() == [False, True]
        assert batch["word"].to_numpy().tolist() == ["one", None]
        with pytest.raises(ValueError, match="'n'|\"n\""):
            batch["n"].to_numpy()
        assert batch[:1]["n"].to_numpy().tolist() == [1]

    def test_asarray_takes_a_column(self):
        batch = batch_of([0, 1])
        assert numpy.asarray(batch["n"]).tolist() == [1, -2]
        assert numpy.asarray(batch["n"], dtype="float32").dtype == "float32"
        assert numpy.array(batch["n"]).flags.writeable

    def test_the_array_outlives_everything(self):
        array = parsimd.compile("{n:d}").scan(b"7\n" * 1000).read_all()["n"].to_numpy()
        gc.collect()
        other = [bytearray(8000) for _ in range(100)]
        assert array.tolist() == [7] * 1000 and other


def test_html_is_escaped_and_short():
    batch = parsimd.compile("{a}|{x}").scan("<i>&\"'|1\n" * 30).read_all()
    html = batch._repr_html_()
    assert "&lt;i&gt;&amp;&quot;&#39;" in html and "<i>" not in html
    assert html.count("<tr>") == 11 and "10 of 30 rows" in html and "text" in html
    assert batch[:0]._repr_html_().count("<tr>") == 1
