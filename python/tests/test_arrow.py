"""Batches, columns and scans as Arrow data: what pyarrow, polars, pandas and duckdb make of them."""

import gc
import gzip
import os
import re
import signal
import tempfile

import duckdb
import pandas
import parsimd
import polars
import pyarrow
import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

from programs import run
from strategies import format_and_text
from test_batch import LINES, NAMES, PARSER, batch_of, bounds, lists_of_lines, values_of

SCHEMA = pyarrow.schema(
    [
        ("word", pyarrow.string()),
        ("n", pyarrow.int64()),
        ("x", pyarrow.float64()),
        ("at", pyarrow.timestamp("us", "UTC")),
        ("day", pyarrow.date32()),
        ("clock", pyarrow.time64("us")),
        ("local", pyarrow.timestamp("us")),
    ]
)
TEXT = "".join(line + "\n" for line, _ in LINES)


def rows_of(table):
    return [tuple(row.values()) for row in table.to_pylist()]


@given(lists_of_lines, bounds, bounds)
def test_a_batch_is_a_record_batch(rows, start, stop):
    part = batch_of(rows)[start:stop]
    records = pyarrow.record_batch(part)
    records.validate(full=True)
    assert records.schema == SCHEMA and rows_of(records) == values_of(rows)[start:stop]
    table = pyarrow.table(part)
    table.validate(full=True)
    assert table.schema == SCHEMA and rows_of(table) == values_of(rows)[start:stop]


@given(lists_of_lines, bounds, bounds)
def test_a_column_is_an_array(rows, start, stop):
    part = batch_of(rows)[start:stop]
    for at, field in enumerate(SCHEMA):
        array = pyarrow.array(part[field.name])
        array.validate(full=True)
        assert array.type == field.type
        assert array.to_pylist() == [values[at] for values in values_of(rows)[start:stop]]
        assert array.null_count == part[field.name].null_count
        assert pyarrow.field(part[field.name]) == field


@given(lists_of_lines, bounds, bounds)
def test_a_column_is_a_stream_of_one_array(rows, start, stop):
    part = batch_of(rows)[start:stop]
    for at, field in enumerate(SCHEMA):
        column = part[field.name]
        expected = [values[at] for values in values_of(rows)[start:stop]]
        chunks = pyarrow.chunked_array(column)
        chunks.validate(full=True)
        assert (chunks.type, chunks.num_chunks, chunks.to_pylist()) == (field.type, 1, expected)
        series = polars.Series(column)
        assert (series.name, series.to_list()) == (field.name, expected)


def pieces_of(files):
    """The rows of all files, which are not empty, with a batch for each file."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [os.path.join(folder, str(number)) for number in range(len(files))]
        for path, rows in zip(paths, files):
            with open(path, "w", encoding="utf-8") as file:
                file.writelines(LINES[row][0] + "\n" for row in rows)
        return PARSER.scan_file(paths, on_error="null")._read_pieces(10_000)


@given(st.lists(lists_of_lines.filter(len), min_size=1, max_size=4), st.sets(st.integers(0, 60)), st.sets(st.sampled_from(NAMES)))
def test_rows_are_taken_from_batches_that_are_not_joined(files, numbers, names):
    pieces, names = pieces_of(files), sorted(names)
    values = [values for rows in files for values in values_of(rows)]
    numbers = sorted(number for number in numbers if number < len(values))
    columns = [[row[NAMES.index(name)] for name in names] for row in values]
    assert len(pieces) == len(values)
    joined = pieces.join(names)
    assert (joined.names, joined.num_rows, [list(row) for row in joined]) == (names, len(values), columns)
    kept = pieces.take(names, pyarrow.chunked_array([numbers], pyarrow.uint64()))
    assert (kept.names, kept.num_rows) == (names, len(numbers))
    assert [list(row) for row in kept] == [columns[number] for number in numbers]
    if names:
        pyarrow.record_batch(kept).validate(full=True)
    assert [kept[name].null_count for name in names] == [kept[name].to_pylist().count(None) for name in names]
    with pytest.raises(IndexError):
        pieces.take(names, pyarrow.chunked_array([[len(pieces)]], pyarrow.uint64()))
    with pytest.raises(KeyError, match="nothing"):
        pieces.join(["nothing"])


@pytest.mark.parametrize("numbers", [pyarrow.chunked_array([[0]]), pyarrow.chunked_array([[None]], pyarrow.uint64())])
def test_rows_are_taken_by_nothing_but_numbers(numbers):
    with pytest.raises(TypeError, match="uint64"):
        pieces_of([[0]]).take(NAMES, numbers)


@given(format_and_text(odd=True), st.sampled_from(["line", "first", "all"]), st.sampled_from(["utf8", "view", "binary"]), st.sampled_from([b"", b"\xff", b"\xc3"]))
def test_every_text_that_a_scan_finds_is_valid(given_pair, match, strings, broken):
    format, text = given_pair
    lines = f"{text}\né{text}\n{text}→".encode(errors="surrogatepass") + broken
    try:
        batch = parsimd.compile(format).scan(lines, match=match, strings=strings, on_error="null").read_all()
    except (ValueError, NotImplementedError, re.error):
        reject()
    pyarrow.table(batch).validate(full=True)


def test_a_stream_of_a_column_outlives_it_and_is_freed_unread_too():
    stream = batch_of([0, 2, 1])["word"].__arrow_c_stream__()
    batch_of([0, 2, 1])["word"].__arrow_c_stream__()
    gc.collect()
    assert pyarrow.ChunkedArray._import_from_c_capsule(stream).to_pylist() == ["one", None, "zwölf"]
    with pytest.raises(ValueError):
        pyarrow.ChunkedArray._import_from_c_capsule(stream)


class Kept(pyarrow.ExtensionArray):
    """An array that gives its capsules again, though they were taken: what they point to may be gone."""

    def __arrow_c_array__(self, requested_schema=None):
        return self.type.kept.setdefault("capsules", self.storage.__arrow_c_array__())


class KeptType(pyarrow.ExtensionType):
    def __init__(self, storage):
        self.kept = {}
        super().__init__(storage, "kept")

    def __arrow_ext_serialize__(self):
        return b""

    def __arrow_ext_class__(self):
        return Kept


@pytest.mark.parametrize("kind", [pyarrow.string(), pyarrow.large_string(), pyarrow.string_view(), pyarrow.binary(), pyarrow.null()], ids=str)
def test_an_array_that_was_taken_before_is_an_error(kind):
    parser = parsimd.compile("{word} {n:d}")
    given = pyarrow.ExtensionArray.from_storage(KeptType(kind), pyarrow.array([None if kind == pyarrow.null() else "a 1"], kind))
    assert parser.parse_array(given).to_pylist() == [None if kind == pyarrow.null() else {"word": "a", "n": 1}]
    for _ in range(3):
        with pytest.raises(ValueError, match="taken before by another"):
            parser.parse_array(given)


def test_schemas_can_be_asked_for():
    scan = PARSER.scan(TEXT)
    assert pyarrow.schema(scan) == pyarrow.schema(scan.read_all()) == SCHEMA


def test_a_scan_is_a_stream_that_is_read_when_asked():
    scan = PARSER.scan((LINES[0][0] + "\n") * 20_000)
    reader = pyarrow.RecordBatchReader.from_stream(scan)
    assert reader.schema == SCHEMA and scan.stats.records == 0
    first = reader.read_next_batch()
    assert 0 < first.num_rows == scan.stats.records < 20_000
    assert first.num_rows + reader.read_all().num_rows == 20_000
    with pytest.raises(ValueError, match="read to its end"):
        pyarrow.table(scan)


def test_a_scan_of_nothing_has_its_schema():
    assert pyarrow.table(PARSER.scan(b"")).schema == SCHEMA
    assert polars.DataFrame(PARSER.scan(b"")).columns == NAMES


def test_a_pattern_without_fields_keeps_its_number_of_rows():
    batch = parsimd.compile("x").scan("x\ny\nx\n").read_all()
    assert pyarrow.record_batch(batch).num_rows == 2


def test_what_ends_a_scan_is_told_through_the_stream(tmp_path):
    reader = pyarrow.RecordBatchReader.from_stream(PARSER.scan(TEXT, on_error="raise"))
    with pytest.raises(pyarrow.ArrowInvalid, match=f"record at byte {len(TEXT.encode()) - 14}: does not match"):
        reader.read_all()
    damaged = tmp_path / "damaged.log"
    damaged.write_bytes(gzip.compress(TEXT.encode())[:-4])
    scan = PARSER.scan_file(damaged, on_error="raise")
    with pytest.raises(pyarrow.ArrowInvalid, match="record at byte"):
        pyarrow.table(scan)
    scan = parsimd.compile("{}").scan_file(damaged, on_error="raise")
    with pytest.raises(OSError, match="damaged.log"):
        pyarrow.table(scan)
    assert scan.stats.records == 3


def test_a_stream_inside_of_the_scan_is_an_error_not_a_deadlock():
    seen = []

    class Curious(parsimd.Parser):
        def _find_spans(self, text, start, whole):
            with pytest.raises(pyarrow.ArrowInvalid, match="already running"):
                pyarrow.table(scan)
            seen.append(text)
            return super()._find_spans(text, start, whole)

    parser = Curious("{a} {a}")
    scan = parser.scan("é é\n")
    assert pyarrow.table(scan).to_pylist() == [{"a": "é"}] and seen == ["é é"]


def test_an_interrupt_reaches_the_program():
    class Interrupted(parsimd.Parser):
        def _find_spans(self, text, start, whole):
            raise KeyboardInterrupt

    # A program that is started in the background may have been told to ignore Ctrl-C.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            try:
                pyarrow.table(Interrupted("{a} {a}").scan("é é\n"))
            except pyarrow.ArrowInvalid:
                # The interrupt comes at the next step of the program.
                for _ in range(10_000):
                    pass
    finally:
        signal.signal(signal.SIGINT, before)


class TestRequestedSchema:
    @pytest.mark.parametrize("kind", [pyarrow.string(), pyarrow.large_string(), pyarrow.string_view()])
    def test_text_comes_in_the_layout_that_is_asked_for(self, kind):
        asked = SCHEMA.set(0, pyarrow.field("word", kind))
        batch = batch_of([1, 0, 1, 2])[1:]
        for table in (
            pyarrow.RecordBatch._import_from_c_capsule(*batch.__arrow_c_array__(asked.__arrow_c_schema__())),
            pyarrow.RecordBatchReader._import_from_c_capsule(batch.__arrow_c_stream__(asked.__arrow_c_schema__())).read_all(),
            pyarrow.RecordBatchReader.from_stream(PARSER.scan(TEXT, on_error="null"), schema=asked).read_all(),
        ):
            table.validate(full=True)
            assert table.schema == asked
            assert rows_of(table) == values_of([0, 1, 2])
        assert pyarrow.array(batch["word"], kind).to_pylist() == ["one", "zwölf", None]
        field = asked.field("word").__arrow_c_schema__()
        chunks = pyarrow.ChunkedArray._import_from_c_capsule(batch["word"].__arrow_c_stream__(field))
        assert (chunks.type, chunks.to_pylist()) == (kind, ["one", "zwölf", None])

    def test_other_types_stay_as_they_are(self):
        asked = SCHEMA.set(1, pyarrow.field("n", pyarrow.int8()))
        _, array = batch_of([0]).__arrow_c_array__(asked.__arrow_c_schema__())
        assert pyarrow.RecordBatch._import_from_c_capsule(SCHEMA.__arrow_c_schema__(), array).column(1).to_pylist() == [1]

    def test_other_fields_are_an_error(self):
        for asked in (pyarrow.schema([("word", pyarrow.string())]), pyarrow.int64()):
            with pytest.raises(ValueError, match="word"):
                batch_of([0]).__arrow_c_array__(asked.__arrow_c_schema__())
        with pytest.raises(TypeError, match="capsule"):
            batch_of([0]).__arrow_c_array__(SCHEMA)


def test_the_data_outlives_batch_scan_and_parser():
    parser = parsimd.compile("{word:w} {n:d}")
    scan = parser.scan(b"abc 1\n" * 10_000)
    batch = scan.read_all()
    array, table, frame = pyarrow.array(batch["word"]), pyarrow.table(batch[5000:]), polars.DataFrame(batch)
    del parser, scan, batch
    gc.collect()
    others = [bytearray(30_000) for _ in range(100)]
    assert array.to_pylist() == ["abc"] * 10_000 and table["n"].to_pylist() == [1] * 5000 and others
    assert frame["word"].unique().to_list() == ["abc"]


def test_nothing_is_copied():
    batch = batch_of([0, 1])
    assert pyarrow.array(batch["n"]).buffers()[1].address == batch["n"].to_numpy().__array_interface__["data"][0]
    word = [pyarrow.array(part["word"]).buffers()[2].address for part in (batch, batch[1:])]
    assert word[0] == word[1]


def test_capsules_nobody_takes_are_released():
    import resource

    def use():
        batch = parsimd.compile("{a}").scan(b"x" * 1_000_000).read_all()
        batch.__arrow_c_array__(), batch.__arrow_c_stream__(), batch["a"].__arrow_c_array__()
        PARSER.scan(TEXT).__arrow_c_stream__()

    use()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(300):
        use()
    # 300 MB of text went by.
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 60_000


class TestOthers:
    ROWS = [0, 2, 1]

    def test_polars(self):
        frame = polars.DataFrame(batch_of(self.ROWS))
        assert frame.rows() == values_of(self.ROWS)
        assert frame.schema["at"] == polars.Datetime("us", "UTC") and frame.schema["day"] == polars.Date
        assert polars.Series(batch_of(self.ROWS)["n"]).to_list() == [1, None, -2]
        assert polars.DataFrame(PARSER.scan(TEXT)).rows() == values_of([0, 1])

    def test_pandas(self):
        frame = pyarrow.table(batch_of(self.ROWS)).to_pandas()
        assert list(frame.columns) == NAMES and frame["x"].isna().tolist() == [False, True, False]
        assert frame["at"].dt.tz is not None and frame["at"][2] == pandas.Timestamp("1969-12-31T23:59:59Z")
        if hasattr(pandas.DataFrame, "from_arrow"):
            assert pandas.DataFrame.from_arrow(batch_of([0, 1]))["n"].tolist() == [1, -2]

    def test_duckdb(self):
        batch, scan = batch_of(self.ROWS), PARSER.scan(TEXT)
        query = 'select word, n, x, epoch_us("at"), day, clock, "local" from {} order by n desc nulls last'
        wanted = [
            (word, n, x, at and at.timestamp() * 1_000_000, *rest) for word, n, x, at, *rest in values_of([0, 1, 2])
        ]
        assert duckdb.sql(query.format("batch")).fetchall() == wanted
        assert duckdb.sql(query.format("scan")).fetchall() == wanted[:2]
        assert batch.num_rows == 3 and scan.stats.unmatched == 1


@pytest.mark.parametrize("consumer", ["pyarrow.table(scan)", "scan.to_arrow()", "scan.to_polars()", "scan.to_pandas()", "scan.to_duckdb(duckdb.connect(), 't')"])
@pytest.mark.parametrize("source", ["parser.scan(LINES, on_error='raise')", "parser.scan_file(File())", "parser.scan_file(Named(gzip.compress(LINES * 50)[:-20]))"])
def test_a_nul_in_an_error_is_told_and_ends_no_process(consumer, source):
    run(f"""
    import gzip, io, duckdb, pyarrow
    import parsimd

    @parsimd.with_pattern(r"\\S+", column="int64")
    def level(text):
        if text.isdigit():
            return int(text)
        raise ValueError(f"no level: {{text}}")

    class File:
        def read(self, size):
            raise ValueError("x\\0y")

    class Named(io.BytesIO):
        name = "x\\0y"

    LINES = b"1\\nx\\0y\\n"
    parser = parsimd.compile("{{n:Level}}", {{"Level": level}})
    scan = {source}
    try:
        {consumer}
    except Exception as error:
        # Words alone come through a consumer; what a call of the package raises is the exception itself.
        assert "x\\u2400y" in str(error) or {consumer.startswith("scan")} and type(error) in (parsimd.ScanError, ValueError, OSError, EOFError), ascii(repr(error))
    else:
        raise AssertionError("nothing was told")
    """)


CONSUMERS = ["pyarrow.table(scan)", "scan.to_arrow()", "scan.to_polars()", "scan.to_pandas()", "scan.to_duckdb(duckdb.connect(), 't')"]


@pytest.mark.parametrize("place", ["a converter", "a file", "rejects", "progress"])
def test_what_ends_a_program_ends_it_below_a_consumer(place):
    run(f"""
    import duckdb, pyarrow
    import parsimd

    class Own(BaseException):
        pass

    def steps():
        for _ in range(100_000):
            pass

    def scan_that_raises(error):
        def end(*_):
            calls.append(0)
            if len(calls) == 1:
                raise error

        @parsimd.with_pattern(r"\\S+", column="int64")
        def level(text):
            if {place == "a converter"}:
                end()
            return len(text)

        class File:
            def read(self, size):
                if {place == "a file"}:
                    end()
                return parts.pop(0) if parts else b""

        calls, parts = [], [b"a\\nb\\n", b"c d\\n"]
        options = {{"rejects": {{"rejects": end}}, "progress": {{"progress": end}}}}.get({place!r}, {{}})
        return parsimd.compile("{{n:Level}}", {{"Level": level}}).scan_file(File(), **options)

    def consume(consumer):
        try:
            {{
                "pyarrow": lambda: pyarrow.table(scan),
                "to_arrow": lambda: scan.to_arrow(),
                "to_polars": lambda: scan.to_polars(),
                "to_pandas": lambda: scan.to_pandas(),
                "to_duckdb": lambda: scan.to_duckdb(duckdb.connect(), "t"),
            }}[consumer]()
        except Exception:
            # The consumer has put it in words; it comes itself at one of the next steps of the program.
            assert consumer == "pyarrow"
            steps()

    for consumer in ["pyarrow", "to_arrow", "to_polars", "to_pandas", "to_duckdb"]:
        for error in [KeyboardInterrupt(), SystemExit(3), GeneratorExit(), Own("x")]:
            scan = scan_that_raises(error)
            try:
                consume(consumer)
            except BaseException as told:
                assert told is error, (consumer, error, told)
            else:
                raise AssertionError((consumer, error))
            # Once.
            steps()
    """)


@pytest.mark.parametrize("consumer", CONSUMERS[1:])
def test_a_call_that_reads_all_raises_the_exception_itself(consumer):
    run(f"""
    import duckdb
    import parsimd

    class Own(Exception):
        pass

    class File:
        parts = [b"1\\n2\\n"]
        def read(self, size):
            if self.parts:
                return self.parts.pop()
            raise own

    own = Own("it is gone")
    scan = parsimd.compile("{{:d}}").scan_file(File())
    try:
        {consumer}
    except Own as error:
        assert error is own
    else:
        raise AssertionError("nothing was told")

    scan = parsimd.compile("{{:d}}").scan(b"1\\nx\\n", on_error="raise")
    try:
        {consumer}
    except parsimd.ScanError as error:
        assert error.offset == 2 and error.failure.text == "x"
    else:
        raise AssertionError("nothing was told")
    """)


@pytest.mark.parametrize("place", ["a converter", "a column", "rejects", "progress", "a file"])
def test_a_consumer_may_let_go_of_a_scan_without_the_gil_inside_of_another(place):
    run(f"""
    import pyarrow
    import parsimd

    parser = parsimd.compile("{{:d}}")

    def rows(data):
        # The reader is the only owner of the scan.
        with pyarrow.RecordBatchReader.from_stream(parser.scan(data)) as reader:
            return reader.read_next_batch().num_rows

    class File:
        data = [b"1\\n"]
        def read(self, size=-1):
            rows(b"3\\n")
            return self.data.pop() if self.data else b""

    for _ in range(200):
        File.data = [b"1\\n"]
        own = parsimd.with_pattern(r"\\d+", column="int64")(lambda text: rows(text.encode()))
        found = {{
            "a converter": lambda: parsimd.parse("{{:T}}", "1\\n2\\n", {{"T": lambda text: rows(text.encode())}})[0] == 2,
            "a column": lambda: parsimd.compile("{{:T}}", {{"T": own}}).scan(b"1\\n2\\n").read_all().to_tuples() == [(1,), (1,)],
            "rejects": lambda: len(parser.scan(b"1\\nx\\n", rejects=lambda batch: rows(b"3\\n4\\n")).read_all()) == 1,
            "progress": lambda: len(parser.scan(b"1\\nx\\n", progress=lambda *_: rows(b"3\\n4\\n")).read_all()) == 1,
            "a file": lambda: len(parser.scan_file(File()).read_all()) == 1,
        }}[{place!r}]()
        assert found
    """)
