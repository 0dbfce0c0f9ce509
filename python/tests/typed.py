"""Not a test to run but to check: what the type checker must understand."""

import io
import pathlib
import re
from typing import Any, Dict, List, Optional, Sequence, Tuple

import duckdb
import parsimd
import parsimd.duckdb
import parsimd.polars
import polars


def results() -> None:
    r: Optional[parsimd.Result] = parsimd.parse("{:d}", "7")
    m: Optional[parsimd.Match] = parsimd.parse("{:d}", "7", evaluate_result=False)
    assert r is not None and m is not None
    groups: "re.Match[str]" = m.match
    value: Any = r[0]
    span = r.spans[0]
    for found in parsimd.findall("{:d}", "1 2"):
        values: tuple[Any, ...] = found.fixed
    for match in parsimd.findall("{:d}", "1 2", evaluate_result=False):
        parser: parsimd.Parser = match.parser
    print(groups, value, span, values, parser)


def converters() -> None:
    @parsimd.with_pattern(r"\d+", regex_group_count=0)
    def number(text: str) -> int:
        return int(text)

    @parsimd.with_pattern(r"\d+", column="int64")
    def column(text: str) -> Optional[int]:
        return int(text) or None

    half: Optional[int] = column("7")
    print(half)
    twice: int = number("7") * 2
    parser = parsimd.compile("{:Number}", {"Number": number}, case_sensitive=True)
    names: List[str] = parser.named_fields
    print(twice, names, parser.engine.name, parser.engine.reason)


def scans() -> None:
    scan: parsimd.Scan = parsimd.compile("{level:w} {ms:d}").scan(b"", match="first", threads=2, on_error="null")
    several: parsimd.Scan = parsimd.compile("{n:d} {m}").scan(b"", multiline=True, include=["file", "line", "offset"])
    chosen: parsimd.Scan = parsimd.compile("{level:w} {ms:d}").scan_file("a.log", columns=("ms",), limit=10)
    files: parsimd.Scan = parsimd.compile("{}").scan_file([b"a.log", pathlib.Path("b"), io.BytesIO(), open("c")], max_record_bytes=1000)
    batch: parsimd.Batch = scan.read_all()
    notes: List[str] = files.stats.notes
    for part in scan:
        for row in part:
            level: Any = row["level"]
            print(level)
    column: parsimd.Column = batch["ms"]
    first: parsimd.Row = batch[0]
    count: int = scan.stats.unmatched
    for failure in scan.stats.first_failures:
        offset: int = failure.offset
        print(offset)
    some: parsimd.Batch = batch[["ms"]][:10]
    named: Dict[str, Any] = dict(first) if first == some[0] else first.as_dict()
    print(column.to_pylist(), column[1:].to_numpy().dtype, named, count, chosen)


def progress(told: parsimd.Progress) -> None:
    share: Optional[float] = told.bytes / told.total if told.total else None
    rows: int = told.rows
    seconds: float = told.seconds
    print(share, rows, seconds)


def watched() -> None:
    scan: parsimd.Scan = parsimd.compile("{n:d}").scan_file("a.log", progress=progress)
    table: parsimd.Scan = parsimd.compile_set({"a": "{n:d}"}).scan_file("a.log", table=True, progress=True)
    counts: List[parsimd.Stats] = []
    query: polars.LazyFrame = parsimd.compile("{n:d}").scan_polars("a.log", stats=counts.append, rejects="rejects.log")
    print(scan, table, query)


def frames(con: duckdb.DuckDBPyConnection) -> None:
    scan = parsimd.compile("{w} {n:d}").scan(b"a 1\n")
    frame: polars.DataFrame = scan.read_all().to_polars()
    relation: duckdb.DuckDBPyRelation = parsimd.duckdb.read_log(con, "a.log", "{w} {n:d}", include=["line"])
    expression: polars.Expr = parsimd.polars.parse(polars.col("line"), parsimd.compile("{n:d}"), match="first", year="recent")
    parsimd.duckdb.register(con, "access", "{n:d}", on_error="raise")
    print(frame, relation, expression, scan.to_pandas(dtype_backend="pyarrow"))


def sequences(row: parsimd.Row) -> None:
    values: Sequence[Any] = row
    part: Tuple[Any, ...] = row[1:]
    names: Tuple[str, ...] = row._fields
    found = parsimd.compile("{a}").parse_array(["x", None])
    print(values, part, names, row.index(5), row.count(5), found)
