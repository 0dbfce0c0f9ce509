"""Batches and scans as tables of pyarrow, pandas, polars and DuckDB: what `Batch.to_pandas` and its like do.

Each library is imported when it is asked for. `require` says which one is missing, and how to get it.
"""

from __future__ import annotations

import re
from importlib import import_module
from typing import TYPE_CHECKING, Any, Dict, Literal, Union

from ._arguments import shown

if TYPE_CHECKING:
    import duckdb
    import pandas
    import polars
    import pyarrow

    from ._parsimd import Batch, Scan

    _Rows = Union[Batch, Scan]

#: Which dtypes a frame of pandas has, in the words of `pandas.read_csv`.
Backend = Literal["numpy_nullable", "pyarrow"]


def require(what: str, *libraries: str) -> None:
    """Raises ImportError, which says what to install, unless each of the libraries that ``what`` needs is there."""
    for library in libraries:
        try:
            import_module(library)
        except ModuleNotFoundError as error:
            if error.name != library:
                raise
            raise ImportError(f"{what} needs {library}, which is not installed: pip install {' '.join(libraries)}", name=library) from None


def to_arrow(rows: "_Rows") -> "pyarrow.Table":
    require("to_arrow", "pyarrow")
    import pyarrow

    return pyarrow.table(rows)


def to_polars(rows: "_Rows") -> "polars.DataFrame":
    require("to_polars", "polars")
    import polars

    return polars.DataFrame(rows)


def to_pandas(rows: "_Rows", dtype_backend: Backend) -> "pandas.DataFrame":
    require("to_pandas", "pandas", "pyarrow")
    import pyarrow

    check_backend(dtype_backend)
    # pandas has no views of text in its own layouts.
    schema = pyarrow.schema([_without_views(field) for field in pyarrow.schema(rows)])
    return frame_of(pyarrow.RecordBatchReader.from_stream(rows, schema=schema).read_all(), dtype_backend)


def to_duckdb(rows: "_Rows", con: "duckdb.DuckDBPyConnection", name: str) -> "duckdb.DuckDBPyRelation":
    require("to_duckdb", "duckdb", "pyarrow")
    import pyarrow

    check_connection(con)
    check_name(name, "table")
    whole = _whole_name(con, name)
    con.from_arrow(pyarrow.RecordBatchReader.from_stream(rows)).create(whole)
    return con.table(whole)


def _whole_name(con: "duckdb.DuckDBPyConnection", name: str) -> str:
    """The name of a table with the database and the schema that DuckDB makes it in. By less, it reads a temporary table, or a registered view, if there is one."""
    [(database, schema)] = con.sql("select current_database(), current_schema()").fetchall()
    dots = re.sub('"[^"]*"', "", name).count(".")
    if dots == 0:
        return f"{_quoted(database)}.{_quoted(schema)}.{name}"
    # Temporary tables are in a schema that is called so too. A database with this name needs no other before it.
    if dots == 1 and name.split(".")[0].strip('"').lower() == schema.lower() == "main" != database.lower():
        return f"{_quoted(database)}.{name}"
    return name


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def check_connection(con: Any) -> None:
    import duckdb

    # The module itself stands for a connection that it has.
    if not (isinstance(con, duckdb.DuckDBPyConnection) or con is duckdb):
        raise TypeError(f"con must be a connection of DuckDB, as duckdb.connect() gives it, not {type(con).__name__}")


def check_name(name: Any, what: str) -> None:
    if not isinstance(name, str):
        raise TypeError(f"the name of the {what} must be str, not {type(name).__name__}")
    if not name:
        raise ValueError(f"the name of the {what} is empty")


def check_backend(dtype_backend: Backend) -> None:
    if dtype_backend not in ("numpy_nullable", "pyarrow"):
        raise ValueError(f"dtype_backend must be 'numpy_nullable' or 'pyarrow', not {shown(dtype_backend)}")


def frame_of(table: "pyarrow.Table", dtype_backend: Backend) -> "pandas.DataFrame":
    """A table as a frame in which an integer that is absent makes no float of a column, and a bool or a text no object."""
    import pandas
    import pyarrow

    if dtype_backend == "pyarrow":
        return table.to_pandas(types_mapper=pandas.ArrowDtype)
    nullable: Dict[Any, Any] = {
        pyarrow.int64(): pandas.Int64Dtype(),
        pyarrow.float64(): pandas.Float64Dtype(),
        pyarrow.bool_(): pandas.BooleanDtype(),
        pyarrow.string(): pandas.StringDtype(),
        pyarrow.large_string(): pandas.StringDtype(),
    }
    return table.to_pandas(types_mapper=nullable.get)


def _without_views(field: "pyarrow.Field") -> "pyarrow.Field":
    import pyarrow

    return field.with_type(pyarrow.large_string()) if str(field.type) == "string_view" else field
