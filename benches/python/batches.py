"""What a scan's result costs in Python, beside peers: `make bench`.

    python benches/python/batches.py [--megabytes N] [--rounds N] [--seconds S]

An access log in a file becomes an Arrow table, a polars frame, rows that nobody reads, a list of tuples, a list of dicts; and a query on it, once by
`scan_polars`, once in polars' own words. One thread, CPU time, rounds as in peers.py; everything begins with the file.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import Any, Callable, Dict, List, Sequence, Tuple

import scanners  # first: it keeps polars to one thread
import parse
import polars as pl
import pyarrow as pa

import parsimd
from measure import Answer, Contestant, answer, cpu_time, race, table, whole_lines
from rust import LOGS, Server, write_logs

Columns = Sequence[Sequence[Any]]
# Name, side, what is timed, and the columns of its result.
Entry = Tuple[str, str, Callable[[Path], Any], Callable[[Any], Columns]]


def text(path: Path) -> str:
    return path.read_text(encoding="ascii")


def entries(log: scanners.Log) -> Dict[str, List[Entry]]:
    """The races; parsimd is the first in each."""
    parser = parsimd.compile(log.pattern)
    theirs = parse.compile(log.pattern)
    found = re.compile(log.regex, re.ASCII | re.MULTILINE).findall
    names = log.names

    def scan(path: Path) -> Any:
        return parser.scan_file(path, threads=1)

    def extract(path: Path) -> pl.LazyFrame:
        groups = pl.scan_lines(path, name="line").select(pl.col("line").str.extract_groups(log.named_regex)).unnest("line")
        return groups.filter(pl.col("ip").is_not_null()).with_columns(pl.col("status").cast(pl.Int64), pl.col("bytes").cast(pl.Int64))

    def by_parse(path: Path) -> List[Any]:
        return [result for line in text(path).split("\n") for result in (theirs.parse(line),) if result is not None]

    def by_re(path: Path) -> List[Any]:
        return [(a, b, c, int(d), int(e), f, g) for a, b, c, d, e, f, g in found(text(path))]

    def of_frame(frame: pl.DataFrame) -> Columns:
        return [frame[name].to_list() for name in names]

    def of_tuples(rows: Sequence[Tuple[Any, ...]]) -> Columns:
        return list(zip(*rows)) or [[]] * len(names)

    def of_strings(rows: Sequence[Tuple[str, ...]]) -> Columns:
        return [list(map(scanners.PYTHON.get(kind, str), column)) for kind, column in zip(log.types, of_tuples(rows))]

    def of_named(rows: Sequence[Any]) -> Columns:
        return [[row[name] for row in rows] for name in names]

    late = pl.col("status") >= 500
    results: Entry = ("parse, a Result a line", "peer", by_parse, of_named)
    return {
        "to Arrow": [
            ("parsimd, pyarrow.table(scan)", "own", lambda path: pa.table(scan(path)), scanners.of_table),
            ("polars, extract_groups", "peer", lambda path: extract(path).collect(), of_frame),
            results,
        ],
        "to a polars frame": [
            ("parsimd with views, DataFrame(scan)", "own", lambda path: pl.DataFrame(parser.scan_file(path, threads=1, strings="view")), of_frame),
            ("parsimd with copies, DataFrame(scan)", "own", lambda path: pl.DataFrame(scan(path)), of_frame),
            ("polars, extract_groups", "peer", lambda path: extract(path).collect(), of_frame),
        ],
        "rows that nobody reads": [
            ("parsimd, rows of batches", "own", lambda path: [row for batch in scan(path) for row in batch], of_named),
            ("re, findall without int", "peer", lambda path: found(text(path)), of_strings),
            results,
        ],
        "list of tuples": [
            ("parsimd, to_tuples", "own", lambda path: scan(path).read_all().to_tuples(), of_tuples),
            ("re, findall and int", "peer", by_re, of_tuples),
            ("polars, rows", "peer", lambda path: extract(path).collect().rows(), of_tuples),
            results,
        ],
        "list of dicts": [
            ("parsimd, to_pylist", "own", lambda path: scan(path).read_all().to_pylist(), of_named),
            ("re, findall and dict", "peer", lambda path: [dict(zip(names, row)) for row in by_re(path)], of_named),
            ("polars, rows(named=True)", "peer", lambda path: extract(path).collect().rows(named=True), of_named),
            ("parse, named", "peer", lambda path: [result.named for result in by_parse(path)], of_named),
        ],
        "query: status >= 500": [
            ("parsimd, scan_polars", "own", lambda path: parser.scan_polars(path, threads=1).filter(late).collect(), of_frame),
            ("polars, extract_groups", "peer", lambda path: extract(path).filter(late).collect(), of_frame),
        ],
    }


def main() -> None:
    options = argparse.ArgumentParser(description="What the result of a scan costs in Python.")
    options.add_argument("--megabytes", type=int, default=128, help="of access log (default: 128)")
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--seconds", type=float, default=1.0, help="what one round of one contestant takes, about, or less (default: 1)")
    arguments = options.parse_args()
    folder = LOGS / "batches"
    write_logs(folder, arguments.megabytes, "access")
    server = Server(folder)
    log = scanners.Log.of(next(log for log in server.ask()["logs"] if log["name"] == "access"))
    server.close()
    data = (folder / "access.big.log").read_bytes()

    def piece(count: int) -> Path:
        path = folder / f"access.{count}.log"
        if not path.exists():
            path.write_bytes(whole_lines(data, count))
        return path

    print(f"# Results in Python\n\n{len(data) / 1e6:.0f} MB of access log, {arguments.rounds} rounds; one thread, CPU time.")
    try:
        for name, all in entries(log).items():
            contestants = run(log, name, all, piece, len(data), arguments.rounds, arguments.seconds)
            print(f"\n## {name}\n\n{table(contestants, [(one.name.split(',')[0], one) for one in contestants[1:]])}", flush=True)
    finally:
        for path in folder.iterdir():
            path.unlink()


def run(log: scanners.Log, name: str, all: List[Entry], piece: Callable[[int], Path], total: int, rounds: int, seconds: float) -> List[Contestant]:
    """One race: values are compared on a beginning of the log, the number of rows in every round."""
    first = all[0][2]
    known: Dict[int, Answer] = {}

    def expected(count: int) -> Answer:
        if count not in known:
            known[count] = len(first(piece(count))), None
        return known[count]

    small = piece(1 << 20)
    answers = {who: answer(columns(work(small)), log.types) for who, _, work, columns in all}
    if len(set(answers.values())) > 1 or not all or min(rows for rows, _ in answers.values()) == 0:
        sys.exit(f"{name}: the answers differ, or there are none: {answers}")
    contestants = [Contestant(who, side, prepare(work, piece)) for who, side, work, _ in all]
    race(contestants, total, expected, rounds, seconds)
    return contestants


def prepare(work: Callable[[Path], Any], piece: Callable[[int], Path]) -> Callable[[int], Callable[[], Tuple[float, Answer]]]:
    def at(count: int) -> Callable[[], Tuple[float, Answer]]:
        path = piece(count)

        def run() -> Tuple[float, Answer]:
            seconds, result = cpu_time(lambda: work(path))
            return seconds, (len(result), None)

        return run

    return at


if __name__ == "__main__":
    main()
