"""Text as views of the input (`strings="view"`): the same values, Arrow's string_view over the memory of the input."""

import gc
import gzip
import mmap
import sys
import threading

import duckdb
import pandas
import parsimd
import polars
import pyarrow
import pyarrow.compute
import pytest
from hypothesis import given
from hypothesis import strategies as st

from test_batch import LINES, NAMES, PARSER, bounds, values_of

ROWS = [("thirteen byte", 1), ("no", None), ("→" * 20, 2), ("", None), ("short", 3), ("x" * 100, 4)]
PAIRS = parsimd.compile("{word}|{n:d}")
# A line of "no" and an empty one do not match: they are nulls.
TEXT = "".join(f"{word}|{n}\n" if n else f"{word}\n" for word, n in ROWS)
VALUES = [(word, n) if n else (None, None) for word, n in ROWS]
WORD_LIST = [word for word, _ in VALUES]
SCHEMA = pyarrow.schema([("word", pyarrow.string_view()), ("n", pyarrow.int64())])


def viewed(text=TEXT, parser=PAIRS, **options):
    return parser.scan(text, strings="view", on_error="null", **options)


texts = st.lists(st.text(st.characters(exclude_characters="\n|\r", codec="utf-8"), max_size=40), max_size=30)


@given(texts, bounds, bounds)
def test_values_are_those_of_a_copy(words, start, stop):
    text = "".join(f"{word}|{n}\n" for n, word in enumerate(words))
    batch, copied = viewed(text).read_all()[start:stop], PAIRS.scan(text, on_error="null").read_all()[start:stop]
    assert batch.to_tuples() == copied.to_tuples() == [row.as_tuple() for row in batch]
    assert batch.to_pylist() == copied.to_pylist() and batch.types == copied.types
    assert list(batch["word"]) == batch["word"].to_numpy().tolist() == copied["word"].to_pylist()
    assert batch["word"].null_count == copied["word"].null_count
    assert batch._repr_html_() == copied._repr_html_()
    for table in (pyarrow.record_batch(batch), pyarrow.table(batch)):
        table.validate(full=True)
        assert table.schema == SCHEMA and [tuple(row.values()) for row in table.to_pylist()] == copied.to_tuples()
    array = pyarrow.array(batch["word"])
    array.validate(full=True)
    assert (array.to_pylist(), array.null_count) == (copied["word"].to_pylist(), copied["word"].null_count)
    assert polars.DataFrame(batch).rows() == copied.to_tuples()


def test_every_type_of_column_is_there_beside_views():
    batch = PARSER.scan("".join(line + "\n" for line, _ in LINES), on_error="null", strings="view").read_all()
    assert batch.names == NAMES and batch.to_tuples() == values_of([0, 1, 2])
    assert polars.DataFrame(batch).rows() == values_of([0, 1, 2])


def test_the_form_is_one_of_three():
    for scan in (PAIRS.scan, PAIRS.scan_file):
        with pytest.raises(ValueError, match="strings must be 'utf8', 'view' or 'binary', not .views."):
            scan(__file__, strings="views")
    assert pyarrow.schema(PAIRS.scan("", strings="utf8")).field("word").type == pyarrow.string()


def inputs(tmp_path):
    data = (TEXT * 3000).encode()
    path = tmp_path / "a.log"
    path.write_bytes(data)
    (tmp_path / "a.gz").write_bytes(gzip.compress(data))
    with open(path, "rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    options = {"strings": "view", "on_error": "null"}
    for given_data in (data, data.decode(), bytearray(data), memoryview(data), mapped):
        yield PAIRS.scan(given_data, **options)
    for name in ("a.log", "a.gz"):
        yield PAIRS.scan_file(tmp_path / name, **options)


def test_every_input_can_be_read_as_views_and_outlived(tmp_path):
    for scan in inputs(tmp_path):
        batch = scan.read_all()
        array, frame, table = pyarrow.array(batch["word"]), polars.DataFrame(batch), pyarrow.table(batch[6:12])
        del scan, batch
        gc.collect()
        others = [b"\xff" * 300_000 for _ in range(100)]
        array.validate(full=True)
        assert array.to_pylist() == WORD_LIST * 3000 and others
        assert frame["word"].to_list() == WORD_LIST * 3000
        assert [tuple(row.values()) for row in table.to_pylist()] == VALUES


def test_a_scan_is_a_stream_of_views(tmp_path):
    for scan in inputs(tmp_path):
        reader = pyarrow.RecordBatchReader.from_stream(scan)
        assert reader.schema == SCHEMA
        table = reader.read_all()
        table.validate(full=True)
        assert table["word"].to_pylist() == WORD_LIST * 3000
    for scan in inputs(tmp_path):
        assert polars.DataFrame(scan)["word"].to_list() == WORD_LIST * 3000


def test_bytes_and_ascii_strings_are_not_copied():
    text = "a text that is rather long|1\n" * 100_000
    data = text.encode()
    for given_data in (data, text):
        batch = PAIRS.scan(given_data, strings="view").read_all()
        buffers = [buffer for buffer in pyarrow.array(batch["word"]).buffers()[2:] if buffer is not None]
        if given_data is data:
            start = pyarrow.py_buffer(data).address
            assert all(start <= buffer.address < start + len(data) for buffer in buffers)
        assert sum(buffer.size for buffer in buffers) == len(data)


def test_the_input_lives_as_long_as_what_was_made_of_it():
    data = b"a text that is rather long|1\n" * 1000
    alone = sys.getrefcount(data)
    frame = polars.DataFrame(PAIRS.scan(data, strings="view").read_all())
    gc.collect()
    assert sys.getrefcount(data) > alone
    other = threading.Thread(target=frame.drop_in_place, args=("word",))
    other.start()
    other.join()
    del frame
    gc.collect()
    assert sys.getrefcount(data) == alone


def test_memory_of_views_is_given_back():
    import resource

    def use():
        data = b"a text that is rather long|1\n" * 40_000
        batch = PAIRS.scan(data, strings="view").read_all()
        batch.__arrow_c_array__(), batch.__arrow_c_stream__(), batch["word"].__arrow_c_array__()
        polars.DataFrame(batch), pyarrow.table(batch), PAIRS.scan(data, strings="view").__arrow_c_stream__()

    use()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(200):
        use()
    # 230 MB of text went by.
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 60_000


def test_what_is_filtered_does_not_keep_the_input():
    data = b"a text that is rather long|1\n" * 10_000
    pieces = PAIRS.scan(data, strings="view")._read_pieces(10_000)
    kept = pieces.take(["word"], pyarrow.chunked_array([list(range(0, 10_000, 100))], pyarrow.uint64()))
    array = pyarrow.array(kept["word"])
    array.validate(full=True)
    assert array.to_pylist() == ["a text that is rather long"] * 100
    assert sum(buffer.size for buffer in array.buffers()[2:] if buffer is not None) == 26 * 100


class TestRequestedSchema:
    @pytest.mark.parametrize("kind", [pyarrow.string(), pyarrow.large_string(), pyarrow.string_view()])
    def test_text_comes_in_the_layout_that_is_asked_for(self, kind):
        asked = SCHEMA.set(0, pyarrow.field("word", kind))
        batch = viewed().read_all()
        for part, values in ((batch, VALUES), (batch[1:4], VALUES[1:4]), (batch[2:2], [])):
            for table in (
                pyarrow.RecordBatch._import_from_c_capsule(*part.__arrow_c_array__(asked.__arrow_c_schema__())),
                pyarrow.RecordBatchReader._import_from_c_capsule(part.__arrow_c_stream__(asked.__arrow_c_schema__())).read_all(),
            ):
                table.validate(full=True)
                assert table.schema == asked and [tuple(row.values()) for row in table.to_pylist()] == values
            array = pyarrow.array(part["word"], kind)
            array.validate(full=True)
            assert (array.type, array.to_pylist()) == (kind, [word for word, _ in values])
        table = pyarrow.RecordBatchReader.from_stream(viewed(), schema=asked).read_all()
        assert table.schema == asked and table["word"].to_pylist() == WORD_LIST


class TestOthers:
    """What the libraries of today make of views."""

    def test_pyarrow_computes_with_them(self):
        array = pyarrow.array(viewed().read_all()["word"])
        assert pyarrow.compute.is_null(array).to_pylist() == [word is None for word in WORD_LIST]
        strings = array.cast(pyarrow.string())
        strings.validate(full=True)
        assert pyarrow.compute.utf8_length(strings).to_pylist() == [word and len(word) for word in WORD_LIST]

    def test_polars(self):
        frame = polars.DataFrame(viewed())
        assert frame.rows() == VALUES and frame.schema["word"] == polars.String
        assert frame.sort("word", nulls_last=True)["word"].to_list() == sorted(filter(None, WORD_LIST)) + [None] * 2
        assert frame.filter(polars.col("word").str.len_bytes() > 12)["n"].to_list() == [1, 2, 4]
        assert polars.concat([frame, frame]).rechunk()["word"].to_list() == WORD_LIST * 2
        assert polars.Series(viewed().read_all()["word"]).to_list() == WORD_LIST

    def test_pandas(self):
        frame = pyarrow.table(viewed()).to_pandas()
        assert frame["word"].tolist() == WORD_LIST or frame["word"].fillna("").tolist() == [w or "" for w in WORD_LIST]
        if hasattr(pandas.DataFrame, "from_arrow"):
            frame = pandas.DataFrame.from_arrow(viewed())
            assert frame["word"].fillna("").tolist() == [word or "" for word in WORD_LIST]

    def test_duckdb(self):
        batch, scan = viewed().read_all(), viewed()
        assert batch.num_rows == len(VALUES)
        for name in ("batch", "scan"):
            rows = duckdb.sql(f"select word, n from {name} order by n nulls last").fetchall()
            assert rows == sorted(filter(lambda row: row[1], VALUES), key=lambda row: row[1]) + [(None, None)] * 2
