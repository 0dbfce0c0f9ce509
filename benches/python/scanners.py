"""Who scans lines from Python: parsimd, and what is used in its place.

Each gets whole lines and gives typed values, on one thread. What a peer is used to having before it starts is made before the clock
starts: a list of lines, a series, a table of one column. Where a peer can be used in several ways, all are tried, and the quickest one
with the right answer runs.
"""

from __future__ import annotations

import os

# Read when polars is imported.
os.environ["POLARS_MAX_THREADS"] = "1"

import re
import sys
from dataclasses import dataclass
from typing import Any, Callable, Dict, List, Optional, Sequence, Tuple

import duckdb
import formatparse
import parse
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

import parsimd
from measure import Answer, Contestant, WrongAnswer, answer, cpu_time, whole_lines

pa.set_cpu_count(1)
pa.set_io_thread_count(1)

POLARS = {"d": pl.Int64, "f": pl.Float64, "s": pl.String}
ARROW = {"d": pa.int64(), "f": pa.float64(), "s": pa.string()}
DUCKDB = {"d": "BIGINT", "f": "DOUBLE", "s": "VARCHAR"}
PYTHON: Dict[str, Callable[[str], Any]] = {"d": int, "f": float}


@dataclass
class Log:
    """What is scanned: as the Rust program tells it."""

    name: str
    pattern: str
    regex: str
    types: str
    whole_line: bool

    @classmethod
    def of(cls, about: Dict[str, Any]) -> Log:
        """From the Rust program's words."""
        return cls(about["name"], about["pattern"], about["regex"], about["types"], about["whole_line"])

    @property
    def names(self) -> List[str]:
        return re.findall(r"\{(\w+)", self.pattern)

    @property
    def named_regex(self) -> str:
        """The expression with a name for each group, and with classes that are small in every library."""
        names = iter(self.names)
        named = re.sub(r"(?<!\\)\(", lambda _: f"(?P<{next(names)}>", self.regex)
        return named.replace(r"\w", "[0-9A-Za-z_]")

    @property
    def literal(self) -> Optional[str]:
        """The longest literal of the pattern, if it is long enough to be searched before anything else."""
        longest = max(re.split(r"\{[^}]*\}", self.pattern), key=len)
        return longest if len(longest) >= 12 else None


@dataclass
class Form:
    """One way to use a peer."""

    name: str
    #: What is made of the bytes before the clock starts.
    prepare: Callable[[bytes], Any]
    #: What is timed.
    work: Callable[[Any], Any]
    #: The columns of the result, as sequences of Python values.
    columns: Callable[[Any], Sequence[Sequence[Any]]]
    #: How many bytes it takes at most.
    most: int = sys.maxsize


def text(data: bytes) -> str:
    return data.decode("ascii")


def lines(data: bytes) -> List[str]:
    return text(data).split("\n")[:-1]


def of_results(log: Log) -> Callable[[Any], Sequence[Sequence[Any]]]:
    """Columns of results that have the values by name."""
    return lambda results: list(zip(*([result.named[name] for name in log.names] for result in results))) or [[]] * len(log.types)


def by_parse(log: Log) -> List[Form]:
    """PyPI parse. A result has its values, converted."""
    compiled = parse.compile(log.pattern)
    one = compiled.parse if log.whole_line else compiled.search
    # The newline that ends a full line keeps the last field from ending early.
    whole = parse.compile(log.pattern + "\n" if log.whole_line else log.pattern)
    return [
        Form("a call for each line", lines, lambda lines: [r for r in map(one, lines) if r is not None], of_results(log)),
        Form("findall", text, lambda text: list(whole.findall(text)), of_results(log)),
    ]


def by_formatparse(log: Log) -> List[Form]:
    compiled = formatparse.compile(log.pattern)
    one = compiled.parse if log.whole_line else compiled.search
    whole = formatparse.compile(log.pattern + "\n" if log.whole_line else log.pattern)
    forms = [
        Form("a call for each line", lines, lambda lines: [r for r in map(one, lines) if r is not None], of_results(log)),
        Form("findall_iter", text, lambda text: list(whole.findall_iter(text)), of_results(log), most=10_000_000),
    ]
    if log.whole_line:
        batch = formatparse.parse_batch
        work = lambda lines: [r for r in batch(log.pattern, lines) if r is not None]
        forms.append(Form("parse_batch", lines, work, of_results(log)))
    return forms


def by_re(log: Log) -> List[Form]:
    """The standard library: columns of converted values."""
    converters = [PYTHON.get(kind) for kind in log.types]

    def convert(rows: List[Tuple[str, ...]]) -> Sequence[Sequence[Any]]:
        columns = list(zip(*rows)) or [()] * len(converters)
        return [list(map(converter, column)) if converter else column for converter, column in zip(converters, columns)]

    whole = re.compile(log.regex, re.ASCII | re.MULTILINE)
    single = re.compile(log.regex, re.ASCII)
    one = single.match if log.whole_line else single.search
    return [
        Form("findall", text, lambda text: convert(whole.findall(text)), lambda columns: columns),
        Form("a call for each line", lines, lambda lines: convert([m.groups() for m in map(one, lines) if m]), lambda columns: columns),
    ]


def by_polars(log: Log) -> List[Form]:
    casts = [pl.col(name).cast(POLARS[kind]) for name, kind in zip(log.names, log.types) if kind != "s"]
    first = pl.col(log.names[0])

    def extract(lines: pl.Series) -> pl.DataFrame:
        groups = lines.str.extract_groups(log.named_regex).struct.unnest()
        return groups.filter(first.is_not_null()).with_columns(casts)

    def columns(frame: pl.DataFrame) -> Sequence[Sequence[Any]]:
        return [frame[name].to_list() for name in log.names]

    def series(data: bytes) -> pl.Series:
        return pl.Series("line", lines(data))

    forms = [Form("extract_groups", series, extract, columns)]
    if log.literal:
        work = lambda lines: extract(lines.filter(lines.str.contains(log.literal, literal=True)))
        forms.append(Form("contains, extract_groups", series, work, columns))
    return forms


def by_pyarrow(log: Log) -> List[Form]:
    def extract(lines: pa.Array) -> pa.Table:
        groups = pc.extract_regex(lines, log.named_regex).drop_null().flatten()
        return pa.table([pc.cast(group, ARROW[kind]) for group, kind in zip(groups, log.types)], names=log.names)

    def array(data: bytes) -> pa.Array:
        return pa.array(lines(data), pa.string())

    forms = [Form("extract_regex", array, extract, of_table)]
    if log.literal:
        work = lambda lines: extract(lines.filter(pc.match_substring(lines, log.literal)))
        forms.append(Form("match_substring, extract_regex", array, work, of_table))
    return forms


def of_table(table: pa.Table) -> Sequence[Sequence[Any]]:
    return [column.to_pylist() for column in table.columns]


def by_duckdb(log: Log) -> List[Form]:
    connection = duckdb.connect(config={"threads": 1})
    casts = ", ".join(f'found."{name}"::{DUCKDB[kind]} AS "{name}"' for name, kind in zip(log.names, log.types))
    names = ", ".join(f"'{name}'" for name in log.names)
    query = f"SELECT {casts} FROM (SELECT regexp_extract(line, ?, [{names}]) AS found FROM lines{{}}) WHERE found.\"{log.names[0]}\" <> ''"

    def table(data: bytes) -> pa.Table:
        return pa.table({"line": pa.array(lines(data), pa.string())})

    def work(where: str, *values: str) -> Callable[[pa.Table], pa.Table]:
        def run(lines: pa.Table) -> pa.Table:
            connection.register("lines", lines)
            return connection.sql(query.format(where), params=[log.regex, *values]).to_arrow_table()

        return run

    forms = [Form("regexp_extract", table, work(""), of_table)]
    if log.literal:
        forms.append(Form("contains, regexp_extract", table, work(" WHERE contains(line, ?)", log.literal), of_table))
    return forms


def by_parsimd(log: Log) -> List[Form]:
    parser = parsimd.compile(log.pattern)
    work = lambda data: list(parser.scan(data, match="line" if log.whole_line else "first", threads=1))
    return [Form("", bytes, work, lambda batches: [[v for batch in batches for v in batch[name].to_pylist()] for name in log.names])]


def by_parsimd_to_arrow(log: Log) -> List[Form]:
    parser = parsimd.compile(log.pattern)
    return [Form("", bytes, lambda data: pa.table(parser.scan(data, match="line" if log.whole_line else "first", threads=1)), of_table)]


#: How many bytes the values are compared on, which is slow in Python; on more than these, rows are counted.
COMPARED = 4 << 20

#: Name, side, and the ways to use it.
SCANNERS: List[Tuple[str, str, Callable[[Log], List[Form]]]] = [
    ("parse", "peer", by_parse),
    ("formatparse", "peer", by_formatparse),
    ("re", "peer", by_re),
    ("polars", "peer", by_polars),
    ("pyarrow", "peer", by_pyarrow),
    ("duckdb", "peer", by_duckdb),
    ("parsimd in Python, batches", "own", by_parsimd),
    ("parsimd in Python, to Arrow", "own", by_parsimd_to_arrow),
]


def rows_of(result: Any) -> int:
    """How many rows a result has, without reading them."""
    if isinstance(result, (pl.DataFrame, pa.Table)):
        return len(result)
    if result and isinstance(result[0], parsimd.Batch):
        return sum(map(len, result))
    if result and isinstance(result[0], (list, tuple)):
        return len(result[0])
    return len(result)


def contestant(name: str, side: str, log: Log, forms: List[Form], data: bytes, expected: Callable[[int], Answer], notes: List[str]) -> Optional[Contestant]:
    """The quickest of the ways to use someone that has the right answer on a small part of the text; says so of those that have not."""
    part = whole_lines(data, 1 << 18)
    best: Optional[Tuple[float, Form]] = None
    for form in forms:
        prepared = form.prepare(part)
        try:
            took = min((cpu_time(lambda: form.work(prepared)) for _ in range(2)), key=lambda one: one[0])
            got = answer(form.columns(took[1]), log.types)
        except (ValueError, TypeError, AttributeError, KeyError) as error:
            notes.append(f"{name} ({form.name}) was left out: {type(error).__name__}: {error}")
            continue
        wanted = expected(len(part))
        if got != wanted and side == "own":
            raise WrongAnswer(f"{name}: {got} where the Rust program has {wanted}, on {len(part)} bytes")
        if got != wanted:
            what = f"{got[0]} rows for {wanted[0]}" if got[0] != wanted[0] else "other values"
            notes.append(f"{name} ({form.name}) was left out: it finds {what} on the first {len(part)} bytes")
        elif best is None or took[0] < best[0]:
            best = took[0], form
    if best is None:
        return None
    form = best[1]

    def compare(piece: bytes) -> None:
        got, wanted = answer(form.columns(form.work(form.prepare(piece))), log.types), expected(len(piece))
        if got != wanted:
            raise WrongAnswer(f"{name} {form.name}: {got} where parsimd has {wanted}, on {len(piece)} bytes")

    def prepare(count: int) -> Callable[[], Tuple[float, Answer]]:
        compare(whole_lines(data, min(count, COMPARED)))
        prepared = form.prepare(whole_lines(data, count))

        def run() -> Tuple[float, Answer]:
            seconds, result = cpu_time(lambda: form.work(prepared))
            return seconds, (rows_of(result), None)

        return run

    return Contestant(name, side, prepare, form=form.name, most=form.most)
