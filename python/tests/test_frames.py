"""`to_arrow`, `to_pandas`, `to_polars` and `to_duckdb` of batches and scans, and what is said where a library is missing."""

import importlib
import subprocess
import sys

import duckdb
import numpy
import pandas
import parsimd
import polars
import pyarrow
import pytest
from hypothesis import given, settings

from test_batch import LINES, NAMES, PARSER, batch_of, bounds, lists_of_lines, values_of

KINDS = ["utf8", "view", "binary"]
TEXT = "".join(line + "\n" for line, _ in LINES)
SET = parsimd.compile_set({"number": "n={n:d}", "word": "w={w}"})


def scan(strings="utf8"):
    return PARSER.scan(TEXT, on_error="null", strings=strings)


def plain(rows):
    """Rows with their texts as str."""
    return [tuple(value.decode() if isinstance(value, bytes) else value for value in row) for row in rows]


@settings(deadline=None)
@given(lists_of_lines, bounds, bounds)
def test_a_batch_is_a_table_of_each_library(rows, start, stop):
    part, wanted = batch_of(rows)[start:stop], values_of(rows)[start:stop]
    assert [tuple(row.values()) for row in part.to_arrow().to_pylist()] == wanted
    assert part.to_polars().rows() == wanted
    pandas.testing.assert_frame_equal(part.to_pandas(), parsimd._frames.frame_of(pyarrow.table(part), "numpy_nullable"))
    with duckdb.connect() as con:
        con.execute("set timezone = 'UTC'")
        assert part.to_duckdb(con, "part").fetchall() == wanted


@pytest.mark.parametrize("strings", KINDS)
def test_a_scan_has_the_rows_of_its_batch(strings):
    wanted = plain(scan(strings).read_all().to_tuples())
    assert plain(tuple(row.values()) for row in scan(strings).to_arrow().to_pylist()) == wanted
    assert plain(scan(strings).to_polars().rows()) == wanted
    for backend in ("numpy_nullable", "pyarrow"):
        frame = scan(strings).to_pandas(dtype_backend=backend)
        pandas.testing.assert_frame_equal(frame, scan(strings).read_all().to_pandas(dtype_backend=backend))
        assert frame["n"].tolist() == [pandas.NA if row[1] is None else row[1] for row in wanted]
    con = duckdb.connect()
    con.execute("set timezone = 'UTC'")
    assert plain(scan(strings).to_duckdb(con, "scanned").fetchall()) == wanted


def test_the_dtypes_of_pandas_do_not_depend_on_the_values():
    for text in (TEXT, ""):
        for strings in ("utf8", "view"):
            dtypes = PARSER.scan(text, on_error="null", strings=strings).to_pandas().dtypes
            assert dtypes[["word", "n", "x"]].tolist() == [pandas.StringDtype(), pandas.Int64Dtype(), pandas.Float64Dtype()]
            assert dtypes[["at", "local"]].tolist() == [pandas.DatetimeTZDtype("us", "UTC"), numpy.dtype("datetime64[us]")]
    arrow = scan().to_pandas(dtype_backend="pyarrow").dtypes
    assert [kind.pyarrow_dtype for kind in arrow] == pyarrow.schema(scan()).types
    with pytest.raises(ValueError, match="dtype_backend must be 'numpy_nullable' or 'pyarrow', not 'numpy'"):
        scan().to_pandas(dtype_backend="numpy")


def test_integers_with_nulls_are_integers():
    frame = parsimd.compile("{n:d|-}").scan("9007199254740993\n-\n").to_pandas()
    assert frame["n"].dtype == "Int64" and frame["n"].tolist() == [9007199254740993, pandas.NA]


def test_constructors_of_frames_take_a_batch_by_columns():
    batch = scan().read_all()
    assert polars.DataFrame(batch).columns == NAMES
    assert list(pandas.DataFrame(batch).columns) == NAMES


def test_the_table_of_a_set_is_one_of_each_library():
    rows = [("number", 1, None), ("word", None, "x")]

    def scan():
        return SET.scan("n=1\nw=x\n", table=True)

    assert scan().to_polars().rows() == rows
    assert [tuple(row.values()) for row in scan().to_arrow().to_pylist()] == rows
    assert scan().to_pandas()["n"].tolist() == [1, pandas.NA]
    assert scan().to_duckdb(duckdb.connect(), "rows").fetchall() == rows


def test_a_table_of_duckdb_is_there_once_and_whole():
    con = duckdb.connect()
    con.execute("create schema logs")
    assert scan().to_duckdb(con, "logs.rows").aggregate("count(*)").fetchall() == [(len(LINES),)]
    assert con.sql("select count(*) from logs.rows").fetchall() == [(len(LINES),)]
    unread = scan()
    with pytest.raises(duckdb.Error, match="already exists"):
        unread.to_duckdb(con, "logs.rows")
    # Nothing was made where the scan ends with an error.
    with pytest.raises(parsimd.ScanError, match="record at byte"):
        PARSER.scan(TEXT + "noise\n", on_error="raise").to_duckdb(con, "broken")
    assert con.sql("select count(*) from information_schema.tables where table_name = 'broken'").fetchall() == [(0,)]


@pytest.mark.parametrize("name", ["rows", '"rows"', "ROWS", "main.rows", '"main"."rows"', "memory.rows", "memory.main.rows"])
@pytest.mark.parametrize("other", ["temporary", "registered"])
def test_a_table_of_duckdb_is_read_whatever_else_has_its_name(name, other):
    with duckdb.connect() as con:
        if other == "temporary":
            con.execute("create temporary table rows as select 7 as other")
        else:
            con.register("rows", pyarrow.table({"other": [7]}))
        found = scan().to_duckdb(con, name)
        assert found.columns == NAMES and len(found.fetchall()) == len(LINES)
        assert con.sql("select count(*) from memory.main.rows").fetchall() == [(len(LINES),)]
        with pytest.raises(duckdb.Error, match="already exists"):
            scan().to_duckdb(con, name)


PLACES = ['"own-one"', '"own-one".logs', "other.main"]
NAMED = [(name, used) for name in ("rows", '"a.b"', "a-b", "café", "logs.rows", 'logs."a.b"', "other.rows") for used in PLACES]
# Before its version 2 DuckDB makes no table in another database than the one in use by a name of three parts.
NAMED += [("own-one.logs.rows", '"own-one"'), ('"own-one".logs.rows', '"own-one".logs'), ("other.main.rows", "other.main")]


@pytest.mark.parametrize(("name", "used"), NAMED)
def test_a_table_of_duckdb_is_made_where_duckdb_makes_one_of_that_name(tmp_path, name, used):
    def made(make):
        path = tmp_path / "own-one.db"
        with duckdb.connect(path) as con:
            con.execute(f"create schema logs; attach ':memory:' as other; create schema other.logs; use {used}")
            count = make(con)
            tables = con.sql("select database_name, schema_name, table_name from duckdb_tables()").fetchall()
        path.unlink()
        return tables, count

    def by_duckdb(con):
        con.from_arrow(pyarrow.table(scan())).create(name)
        return len(LINES)

    assert made(lambda con: len(scan().to_duckdb(con, name).fetchall())) == made(by_duckdb)


def test_a_scan_that_was_read_says_so():
    for name, arguments in (("to_arrow", ()), ("to_polars", ()), ("to_pandas", ()), ("to_duckdb", (duckdb.connect(), "t"))):
        read = scan()
        read.read_all()
        with pytest.raises(ValueError, match="read"):
            getattr(read, name)(*arguments)


def test_the_package_imports_no_library(tmp_path):
    program = "import sys, parsimd; print(sorted({'duckdb', 'numpy', 'pandas', 'polars', 'pyarrow'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True).stdout == "[]\n"


@pytest.mark.parametrize(
    ("module", "missing", "install"),
    [
        ("polars", "polars", "polars"),
        ("pandas", "pandas", "pandas pyarrow"),
        ("pandas", "pyarrow", "pandas pyarrow"),
        ("duckdb", "duckdb", "duckdb pyarrow"),
        ("duckdb", "pyarrow", "duckdb pyarrow"),
    ],
)
def test_a_library_that_is_missing_is_named_with_what_to_install(monkeypatch, module, missing, install):
    importlib.import_module(f"parsimd.{module}")
    batch = scan().read_all()
    monkeypatch.setitem(sys.modules, missing, None)
    monkeypatch.delitem(sys.modules, f"parsimd.{module}")
    with pytest.raises(ImportError, match=f"^parsimd.{module} needs {missing}, which is not installed: pip install {install}$"):
        importlib.import_module(f"parsimd.{module}")
    arguments = (None, "t") if module == "duckdb" else ()
    with pytest.raises(ImportError, match=f"^to_{module} needs {missing}, which is not installed: pip install {install}$"):
        getattr(batch, f"to_{module}")(*arguments)


def test_polars_needs_no_pyarrow(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    parsimd_polars = importlib.import_module("parsimd.polars")
    frame = polars.DataFrame({"line": ["n=7"]}).select(parsimd_polars.parse(polars.col("line"), "n={n:d}")).unnest("line")
    assert frame.rows() == [(7,)] and scan().to_polars().height == len(LINES)


@pytest.mark.parametrize("call", ["read_all", "to_arrow", "to_polars", "to_pandas"])
# An error of a converter is a failure of its row; what ends a program is none.
@pytest.mark.parametrize(
    "place, raised",
    [(place, error) for place in ("rejects", "progress") for error in (OSError("disk full"), KeyboardInterrupt())] + [("converter", KeyboardInterrupt())],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else value,
)
def test_what_makes_a_table_loses_no_row_when_something_raises(call, place, raised):
    left = [3 if place == "converter" else 1]

    def fails(*_):
        left[0] -= 1
        if left[0] == 0:
            raise raised
        return 1

    lines = 150_000
    text = "a 1\n" * lines + "noise\n" + "a 1\n" * lines
    if place == "converter":
        scan = parsimd.compile("{w} {n:N}", {"N": parsimd.with_pattern(r"\d+", column="int64")(fails)}).scan(text, threads=1)
    elif place == "rejects":
        scan = parsimd.compile("{w} {n:d}").scan(text, rejects=fails)
    else:
        scan = parsimd.compile("{w} {n:d}").scan(text, progress=fails, threads=1)
    with pytest.raises(type(raised)):
        getattr(scan, call)()
    assert len(getattr(scan, call)()) == 2 * lines
