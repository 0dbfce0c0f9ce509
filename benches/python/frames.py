"""A column of lines in polars, pandas and DuckDB, parsed there: `make bench-frames`.

    python benches/python/frames.py [--megabytes N] [--rounds N] [--seconds S]

Each library has the lines of an access log already, in a column or, for the last race, in a file. parsimd's way in is beside what the library has
itself: a regular expression with groups, and casts. One thread, CPU time, rounds as in peers.py. Values are compared on a beginning of the log, the
number of rows in every round.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
from pathlib import Path
from typing import Any, Callable, Dict, List, NamedTuple, Sequence, Tuple

os.environ["POLARS_MAX_THREADS"] = "1"

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa

import parsimd
import parsimd.duckdb
import parsimd.pandas
import parsimd.polars
from measure import Answer, Contestant, answer, cpu_time, race, table

PATTERN = '{ip:S} - {user} [{time}] "{request}" {status:d} {bytes:d} "{referer}" "{agent}"'
REGEX = (
    r'^(?P<ip>\S+) - (?P<user>\S+) \[(?P<time>[^\]]+)\] "(?P<request>[^"]*)" (?P<status>\d+) (?P<bytes>\d+) "(?P<referer>[^"]*)" "(?P<agent>[^"]*)"$'
)
NAMES = ["ip", "user", "time", "request", "status", "bytes", "referer", "agent"]
TYPES = "ssssddss"
NUMBERS = ["status", "bytes"]
#: One in so many lines does not match.
BAD = 50

AGENTS = [f"Mozilla/5.0 (X11; Linux x86_64; rv:{n}.0) Gecko/20100101 Firefox/{n}.0" for n in range(90, 120)]


class Entry(NamedTuple):
    """A way to parse lines."""

    name: str
    side: str
    #: What the library has before the clock starts.
    prepare: Callable[[List[str]], Any]
    #: What is timed.
    work: Callable[[Any], Any]
    #: The columns of the result, for the rows that match.
    columns: Callable[[Any], Sequence[Sequence[Any]]]


def lines_of(bytes: int) -> List[str]:
    """An access log of about so many bytes."""
    chance, lines, size = random.Random(7), [], 0
    while size < bytes:
        ip = ".".join(str(chance.randrange(256)) for _ in range(4))
        time = f"{chance.randrange(1, 29):02}/Jan/2024:{chance.randrange(24):02}:{chance.randrange(60):02}:{chance.randrange(60):02} +0000"
        request = f"GET /shop/item/{chance.randrange(10**6)}?page={chance.randrange(99)} HTTP/1.1"
        status, sent = chance.choice([200, 200, 200, 200, 304, 404, 500]), chance.randrange(10**6)
        line = f'{ip} - - [{time}] "{request}" {status} {sent} "https://example.com/{chance.randrange(999)}" "{chance.choice(AGENTS)}"'
        lines.append(line if chance.randrange(BAD) else f"# {line}")
        size += len(line) + 1
    return lines


def of_polars(frame: pl.DataFrame) -> Sequence[Sequence[Any]]:
    frame = frame.filter(pl.col("status").is_not_null())
    return [frame[name].to_list() for name in NAMES]


def of_pandas(frame: pd.DataFrame) -> Sequence[Sequence[Any]]:
    frame = frame[frame["status"].notna()]
    return [frame[name].astype(object).tolist() for name in NAMES]


def of_arrow(rows: pa.Table) -> Sequence[Sequence[Any]]:
    kept = rows.filter(pa.compute.field("status").is_valid())
    return [kept[name].to_pylist() for name in NAMES]


def in_polars() -> List[Entry]:
    def column(lines: List[str]) -> pl.DataFrame:
        return pl.DataFrame({"line": lines})

    line = pl.col("line")
    casts = [pl.col(name).cast(pl.Int64) for name in NUMBERS]
    return [
        Entry("parsimd, col.parsimd.parse", "own", column, lambda frame: frame.select(line.parsimd.parse(PATTERN)).unnest("line"), of_polars),
        Entry("polars, str.extract_groups", "peer", column, lambda frame: frame.select(line.str.extract_groups(REGEX)).unnest("line").with_columns(casts), of_polars),
    ]


def in_pandas(dtype: str) -> List[Entry]:
    def column(lines: List[str]) -> "pd.Series[Any]":
        return pd.Series(lines, dtype=dtype)

    def extract(lines: "pd.Series[Any]") -> pd.DataFrame:
        frame = lines.str.extract(REGEX)
        return frame.assign(**{name: pd.to_numeric(frame[name]).astype("Int64") for name in NUMBERS})

    return [
        Entry("parsimd, Series.parsimd.parse", "own", column, lambda lines: lines.parsimd.parse(PATTERN), of_pandas),
        Entry("parsimd, to Arrow's dtypes", "own", column, lambda lines: lines.parsimd.parse(PATTERN, dtype_backend="pyarrow"), of_pandas),
        Entry("pandas, str.extract", "peer", column, extract, of_pandas),
    ]


def groups(line: str) -> str:
    """The groups of the expression as columns, in SQL."""
    names = ", ".join(f"'{name}'" for name in NAMES)
    columns = ", ".join(f"try_cast(g.{name} as bigint) as {name}" if name in NUMBERS else f"g.{name}" for name in NAMES)
    # Where nothing matches, DuckDB gives empty texts, whose casts are null.
    return f"select {columns} from (select regexp_extract({line}, '{REGEX}', [{names}]) as g from {{}})"


def in_duckdb(con: duckdb.DuckDBPyConnection) -> List[Entry]:
    parsimd.duckdb.register(con, "access", PATTERN)

    def column(lines: List[str]) -> str:
        name = f"lines_{len(lines)}"
        rows = pa.table({"line": lines})
        con.execute(f"create or replace table {name} as select line from rows")
        return name

    def run(query: str) -> Callable[[str], pa.Table]:
        return lambda name: con.sql(query.format(name)).to_arrow_table()

    return [
        Entry("parsimd, access(line)", "own", column, run("select unnest(access(line)) from {}"), of_arrow),
        Entry("duckdb, regexp_extract", "peer", column, run(groups("line")), of_arrow),
    ]


def in_files(con: duckdb.DuckDBPyConnection, folder: Path) -> List[Entry]:
    def file(lines: List[str]) -> str:
        path = folder / f"{len(lines)}.log"
        path.write_text("\n".join(lines) + "\n")
        return str(path)

    def relation(path: str) -> pa.Table:
        return parsimd.duckdb.read_log(con, path, PATTERN, threads=1).filter("status >= 500").to_arrow_table()

    def extract(path: str) -> pa.Table:
        lines = f"read_csv('{path}', header=false, columns={{'line': 'varchar'}}, delim='\\x00', quote='', escape='', auto_detect=false)"
        return con.sql(f"select * from ({groups('line').format(lines)}) where status >= 500").to_arrow_table()

    return [
        Entry("parsimd, read_log", "own", file, relation, of_arrow),
        Entry("duckdb, read_csv and regexp_extract", "peer", file, extract, of_arrow),
    ]


def main() -> None:
    options = argparse.ArgumentParser(description="Columns of lines in polars, pandas and DuckDB.")
    options.add_argument("--megabytes", type=int, default=32, help="of access log (default: 32)")
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--seconds", type=float, default=1.0, help="what one round of one contestant takes, about, or less (default: 1)")
    arguments = options.parse_args()
    lines = lines_of(arguments.megabytes * 10**6)
    total = sum(map(len, lines)) + len(lines)
    con = duckdb.connect(config={"threads": 1})
    print(f"# Columns of lines\n\n{total / 1e6:.0f} MB of access log, {arguments.rounds} rounds; one thread, CPU time.")
    with tempfile.TemporaryDirectory() as folder:
        races = {
            "polars": in_polars(),
            "pandas, a column of str": in_pandas("str"),
            "pandas, a column of objects": in_pandas("object"),
            "DuckDB, a function": in_duckdb(con),
            "DuckDB, a file, status >= 500": in_files(con, Path(folder)),
        }
        for name, entries in races.items():
            contestants = run(name, entries, lines, total, arguments.rounds, arguments.seconds)
            print(f"\n## {name}\n\n{table(contestants, [(one.name.split(',')[0], one) for one in contestants[1:]])}", flush=True)


def run(name: str, entries: List[Entry], lines: List[str], total: int, rounds: int, seconds: float) -> List[Contestant]:
    """One race."""
    few = lines[:5000]
    answers = {one.name: answer(one.columns(one.work(one.prepare(few))), TYPES) for one in entries}
    if len(set(answers.values())) > 1 or min(rows for rows, _ in answers.values()) == 0:
        sys.exit(f"{name}: the answers differ, or there are none: {answers}")
    known: Dict[int, Answer] = {}

    def part(count: int) -> List[str]:
        return lines[: max(1, len(lines) * count // total)]

    def expected(count: int) -> Answer:
        if count not in known:
            known[count] = len(entries[0].work(entries[0].prepare(part(count)))), None
        return known[count]

    contestants = [Contestant(one.name, one.side, prepared(one, part)) for one in entries]
    race(contestants, total, expected, rounds, seconds)
    return contestants


def prepared(entry: Entry, part: Callable[[int], List[str]]) -> Callable[[int], Callable[[], Tuple[float, Answer]]]:
    def at(count: int) -> Callable[[], Tuple[float, Answer]]:
        given = entry.prepare(part(count))

        def run() -> Tuple[float, Answer]:
            seconds, result = cpu_time(lambda: entry.work(given))
            return seconds, (len(result), None)

        return run

    return at


if __name__ == "__main__":
    main()
