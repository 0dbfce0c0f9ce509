"""Archives that are cut or damaged: every row before the damage, and where it is, in each way to read a scan."""

import bz2
import gzip
import io
import lzma
import warnings

import parsimd
import pytest

PARSER = parsimd.compile("{level:w} {n:d}")
SET = parsimd.compile_set({"line": "{level:w} {n:d}"})
COUNT = 200_000
# Numbers that a compressor cannot foresee: what is cut off is not many lines.
LINES = b"".join(b"info %d\n" % (n * 2654435761 % 2**32) for n in range(COUNT))
NUMBERS = [int(line[5:]) for line in LINES.splitlines()]

PACKED = {"gzip": gzip.compress(LINES, 1), "bzip2": bz2.compress(LINES, 1), "xz": lzma.compress(LINES, preset=0)}
DAMAGED = {f"{name}, cut": data[: len(data) * 3 // 4] for name, data in PACKED.items()}
for name, data in PACKED.items():
    at = len(data) * 3 // 4
    DAMAGED[f"{name}, corrupt"] = data[:at] + bytes(byte ^ 0xFF for byte in data[at : at + 64]) + data[at + 64 :]


def one_by_one(file):
    """The rows of a scan whose batches are gone through, and the error after them."""
    found = []
    with pytest.raises(OSError, match="damaged .* data at compressed byte") as raised:
        for batch in PARSER.scan_file(file):
            found += batch["n"].to_pylist()
    return found, str(raised.value)


@pytest.fixture(params=DAMAGED)
def damaged(request, tmp_path):
    (tmp_path / "x.packed").write_bytes(DAMAGED[request.param])
    return tmp_path / "x.packed"


def test_all_rows_before_the_damage_are_given_in_every_way_that_reads_many(damaged, request):
    wanted, message = one_by_one(damaged)
    # A compression may notice later what is damaged: its last rows are of what was unpacked wrong.
    sure = len(wanted) if "cut" in request.node.name else min(len(wanted), COUNT * 7 // 10)
    assert sure > COUNT // 8 and wanted[:sure] == NUMBERS[:sure]
    for file in (damaged, open(damaged, "rb"), io.BytesIO(damaged.read_bytes())):
        for threads in (1, 2):
            scan = PARSER.scan_file(file, threads=threads)
            with pytest.warns(UserWarning, match="these are the rows before an input broke off: .*damaged .* at compressed byte") as caught:
                assert scan.read_all()["n"].to_pylist() == wanted
            assert caught[0].filename == __file__
            assert len(scan.stats.source_errors) == 1 and scan.stats.matched == len(wanted)
            if file != damaged:
                file.seek(0)
                continue
            assert scan.stats.source_errors == [message]
            with pytest.raises(ValueError, match="read to its end"):
                scan.read_all()
    with pytest.warns(UserWarning, match="broke off"):
        assert SET.scan_file(damaged).read_all()["line"]["n"].to_pylist() == wanted
    with pytest.warns(UserWarning, match="broke off"):
        assert SET.scan_file(damaged, table=True).read_all()["n"].to_pylist() == wanted


def test_some_rows_at_a_time_are_all_rows_before_the_damage(damaged):
    wanted, message = one_by_one(damaged)
    scan, found = PARSER.scan_file(damaged), []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        while len(rows := scan.read(10_000)):
            found += rows["n"].to_pylist()
    assert (found, scan.stats.source_errors) == (wanted, [message])


def by_table(scan):
    pyarrow = pytest.importorskip("pyarrow")
    return pyarrow.table(scan)["n"].to_pylist()


def by_reader(scan):
    pyarrow = pytest.importorskip("pyarrow")
    return [n for batch in pyarrow.RecordBatchReader.from_stream(scan) for n in batch["n"].to_pylist()]


def by_pandas(scan):
    pytest.importorskip("pandas")
    return scan.to_pandas()["n"].tolist()


def by_polars(scan):
    pytest.importorskip("polars")
    return scan.to_polars()["n"].to_list()


def by_duckdb(scan):
    duckdb = pytest.importorskip("duckdb")
    # A relation of older versions does not keep its connection.
    connection = duckdb.connect()
    return [n for (n,) in scan.to_duckdb(connection, "t").project("n").fetchall()]


STREAMS = [by_table, by_reader, by_pandas, by_polars, by_duckdb]


@pytest.mark.parametrize("read", STREAMS)
def test_an_arrow_stream_has_all_rows_before_the_damage_and_warns(read, damaged):
    wanted, message = one_by_one(damaged)
    scan = PARSER.scan_file(damaged)
    with pytest.warns(UserWarning) as caught:
        assert read(scan) == wanted
    assert [str(one.message) for one in caught] == [f"these are the rows before an input broke off: {message}"]
    assert scan.stats.source_errors == [message] and scan.stats.matched == len(wanted)


@pytest.mark.parametrize("read", STREAMS)
def test_an_arrow_stream_raises_where_that_is_asked_for_or_there_is_no_row(read, tmp_path):
    (tmp_path / "x.gz").write_bytes(DAMAGED["gzip, cut"])
    (tmp_path / "short.gz").write_bytes(PACKED["gzip"][:20])
    for scan in (PARSER.scan_file(tmp_path / "x.gz", on_error="raise"), PARSER.scan_file(tmp_path / "short.gz")):
        # Of older versions of polars it is a panic, which is no Exception.
        with pytest.raises(BaseException, match="damaged gzip data"):
            read(scan)


def test_a_relation_of_duckdb_has_all_rows_before_the_damage_and_warns_once(damaged):
    duckdb = pytest.importorskip("duckdb")
    import parsimd.duckdb

    wanted, message = one_by_one(damaged)
    connection = duckdb.connect()
    with pytest.warns(UserWarning) as caught:
        assert [n for (n,) in parsimd.duckdb.read_log(connection, damaged, PARSER).project("n").fetchall()] == wanted
    assert [str(one.message) for one in caught] == [f"these are the rows before an input broke off: {message}"]


def test_a_query_of_polars_has_all_rows_before_the_damage_and_warns(damaged):
    pytest.importorskip("polars")
    wanted, message = one_by_one(damaged)
    with pytest.warns(UserWarning, match="could not be read to its end: .*damaged") as caught:
        assert PARSER.scan_polars(damaged).collect()["n"].to_list() == wanted
    assert len(caught) == 1 and message in str(caught[0].message)


@pytest.mark.parametrize("name", PACKED)
def test_who_asks_for_errors_has_the_error_and_then_the_rows(name, tmp_path):
    damaged = tmp_path / "x.packed"
    damaged.write_bytes(DAMAGED[f"{name}, cut"])
    wanted, message = one_by_one(damaged)
    scan = PARSER.scan_file(damaged, on_error="raise")
    with pytest.raises(OSError) as raised:
        scan.read_all()
    assert str(raised.value) == message
    assert scan.read_all()["n"].to_pylist() == wanted


def test_a_warning_that_is_raised_loses_no_rows(damaged):
    wanted, message = one_by_one(damaged)
    scan = PARSER.scan_file(damaged)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(UserWarning, match="broke off"):
            scan.read_all()
    assert [n for batch in scan for n in batch["n"].to_pylist()] == wanted


def test_an_archive_without_a_row_before_the_damage_is_an_error(tmp_path):
    (tmp_path / "x.gz").write_bytes(PACKED["gzip"][:20])
    for read in (PARSER.scan_file, SET.scan_file):
        with pytest.raises(OSError, match="x.gz: damaged gzip data"):
            read(tmp_path / "x.gz").read_all()


def test_rows_in_pieces_are_the_rows_in_one_piece():
    pyarrow = pytest.importorskip("pyarrow")
    scan = lambda: PARSER.scan(LINES)  # noqa: E731
    rows, joined = scan().read_all(), scan().read_all()
    assert joined["n"].to_pylist() == NUMBERS
    table = pyarrow.table(rows)
    assert table.column("n").num_chunks > 1 and table.column("n").to_pylist() == NUMBERS
    assert pyarrow.table(joined).equals(table) and pyarrow.table(joined).column("n").num_chunks == 1
    for start, stop in ((0, 0), (0, 1), (7, 100_003), (COUNT - 1, COUNT), (50_000, 50_000), (12, COUNT)):
        part = rows[start:stop]
        assert pyarrow.table(part).equals(table.slice(start, stop - start))
        assert pyarrow.table(part[["n"]]).equals(table.slice(start, stop - start).select(["n"]))
    assert pyarrow.table(rows[["n", "level"]]).equals(table.select(["n", "level"]))
    assert rows[123].as_dict() == {"level": "info", "n": NUMBERS[123]} and len(rows[["n"]]) == COUNT
    assert pyarrow.table(rows).equals(table) and rows[5:8].to_tuples() == joined[5:8].to_tuples()
    assert pyarrow.record_batch(scan().read_all()).num_rows == COUNT


def test_files_that_are_passed_over_are_warned_of(tmp_path):
    (tmp_path / "a.log").write_text("1\n2\n")
    (tmp_path / "cut.gz").write_bytes(gzip.compress(b"3\n" * 5000)[:-9])
    parser, whole, missing, cut = parsimd.compile("{n:d}"), tmp_path / "a.log", tmp_path / "none.log", tmp_path / "cut.gz"
    calls = ["read_all", "to_arrow", "to_polars", "to_pandas"]
    for files, told in (([whole, missing], "one file .*none.log"), ([missing, cut, whole], "2 files .*none.log")):
        for call in calls:
            with pytest.warns(UserWarning, match=told) as caught:
                assert len(getattr(parser.scan_file(files), call)()) >= 2
            assert [one.filename for one in caught] == [__file__]
    with pytest.warns(UserWarning, match="one file .*none.log"):
        assert len(parsimd.compile_set({"n": "{n:d}"}).scan_file([missing, whole]).read_all()["n"]) == 2
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for call in calls:
            assert len(getattr(parser.scan_file([whole, whole]), call)()) == 4
