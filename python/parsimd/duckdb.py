"""Patterns in DuckDB: `register` makes a function of SQL of one, `read_log` a relation of files of lines.

>>> import duckdb
>>> import parsimd.duckdb
>>> con = duckdb.connect()
>>> parsimd.duckdb.register(con, "access", "{level:w} {ms:d}")
>>> con.sql("select access(line).ms + 1 from (values ('info 12'), ('noise')) lines(line)").fetchall()
[(13,), (None,)]

pyarrow is needed too. The functions of DuckDB that are written in Python have one type each, so there is one function for each pattern, and none that
takes the pattern as an argument.
"""

from __future__ import annotations

import os
from typing import Any, Dict, Iterable, List, Literal, Optional, Union

from ._arrow import _Year, check_keeps_rows, schema
from ._frames import check_connection, check_name, require

require("parsimd.duckdb", "duckdb", "pyarrow")

import duckdb  # noqa: E402
import pyarrow  # noqa: E402

from ._dataset import LogDataset  # noqa: E402
from ._parser import _MAX_RECORD_BYTES, Parser, _Types, parser_of  # noqa: E402

_Path = Union[str, bytes, "os.PathLike[str]", "os.PathLike[bytes]"]


def register(
    con: duckdb.DuckDBPyConnection,
    name: str,
    pattern: Union[str, Parser],
    extra_types: _Types = None,
    *,
    case_sensitive: bool = False,
    match: Literal["line", "first"] = "line",
    on_error: Literal["null", "raise"] = "null",
    tz: Optional[str] = None,
    year: _Year = None,
) -> None:
    """Makes the function ``name`` of SQL: from a VARCHAR to a STRUCT with the fields of ``pattern``, typed.

    ``pattern`` is a format, compiled with ``extra_types`` and ``case_sensitive``, or what `parsimd.compile` gave. The other options, and what becomes of a text that
    cannot be read, are as in `Parser.parse_array`; an error ends the query.

    DuckDB's names have no case, so of fields whose names differ in case alone the later have a number after theirs, as in a table: ``user`` and ``User_1``.

    The function is of this connection alone. DuckDB calls it with the texts of up to 2,048 rows at a time, by one thread at a time.

    Raises ValueError for a pattern without fields, which DuckDB has no struct for, TypeError where ``con`` is no connection, and DuckDB's error if there is such a function.
    """
    check_connection(con)
    check_name(name, "function")
    check_keeps_rows(match, on_error)
    parser = parser_of(pattern, extra_types, case_sensitive)
    # What is wrong with the options is said now, and not when the function is called.
    parser.parse_array([], match=match, on_error=on_error, tz=tz, year=year)
    fields = _fields(con, parser, tz)
    names = list(fields)

    def parse(lines: Any) -> Any:
        return _renamed(parser.parse_array(lines, match=match, on_error=on_error, tz=tz, year=year), names)

    # What DuckDB's stubs call a type is not the same in all of its versions.
    connection: Any = con
    connection.create_function(name, parse, ["VARCHAR"], con.struct_type(fields), type="arrow", null_handling="special")


def _fields(con: duckdb.DuckDBPyConnection, parser: Parser, tz: Optional[str]) -> Dict[str, Any]:
    """The types of DuckDB for the fields of a parser, by the names that it has for them: it adds a number to one that differs in case alone."""
    fields = schema(parser, tz)
    if not fields.names:
        raise ValueError(f"the pattern {parser.format!r} has no fields, and DuckDB has no struct without")
    found = con.from_arrow(fields.empty_table())
    return dict(zip(found.columns, found.types))


def _renamed(rows: pyarrow.StructArray, names: List[str]) -> pyarrow.StructArray:
    """The same structs with these names of fields: DuckDB takes the values of a struct by name, without its case."""
    if [field.name for field in rows.type] == names:
        return rows
    return pyarrow.StructArray.from_arrays([rows.field(number) for number in range(len(names))], names, mask=rows.is_null())


def read_log(
    con: duckdb.DuckDBPyConnection,
    paths: Union[_Path, Iterable[_Path]],
    pattern: Union[str, Parser],
    extra_types: _Types = None,
    *,
    case_sensitive: bool = False,
    match: Literal["line", "first", "all"] = "line",
    multiline: bool = False,
    threads: Optional[int] = None,
    on_error: Literal["skip", "null", "raise"] = "skip",
    include: Iterable[Literal["file", "line", "offset"]] = (),
    max_record_bytes: int = _MAX_RECORD_BYTES,
    tz: Optional[str] = None,
    year: _Year = None,
) -> duckdb.DuckDBPyRelation:
    """The lines of files as a relation of DuckDB: nothing is read before a query runs, and each query reads the files again.

    Files are named by their paths, which may have wildcards. ``pattern`` is as in `register`, the other options as in `Parser.scan_file`.

    DuckDB says which columns a query needs, and only these are read and handed over. It hands over most filters, too: comparisons with constants are
    evaluated while lines are scanned, others by pyarrow, batch by batch. A ``limit`` ends the reading, some batches later.

    The relation can be named in SQL, by the variable that it is in or by ``relation.create_view(name)``.
    """
    check_connection(con)
    parser = parser_of(pattern, extra_types, case_sensitive)
    log = LogDataset(parser, paths, match, multiline, threads, on_error, include, max_record_bytes, tz, year)
    return con.from_arrow(log)
