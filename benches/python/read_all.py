"""A scan as one batch and as a table, beside going through its batches, each in a process of its own: `make bench-read-all`.

    python benches/python/read_all.py [--megabytes N] [--rounds N] [--threads N]

A process that has just begun has no memory to use again: a second copy of a column shows in its pages and its time, where one that has scanned before hides it.
The ways take turns. A process says how long it took from the scan to the last row, how many pages the system gave it meanwhile (minor faults), and how much
memory it had at most; and the sum of each column, which must be the same for all. One line in a hundred is an error, for the queries of polars: with the filter in
the query, and after it.
"""

from __future__ import annotations

import argparse
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Callable, Dict, List, Tuple

PATTERN = "{at:ti} {level:w} [{thread}] {logger}: {message} in {ms:d} ms"
LEVELS = ["DEBUG"] * 29 + ["INFO"] * 60 + ["WARN"] * 10 + ["ERROR"]
WORDS = "connection opened to replica closed after request was served from cache for session of user with token refreshed".split()

#: Ways to have all rows, each with the one that it is compared with.
ROWS = {
    "kept": "",
    "read_all": "kept",
    "pyarrow.table(scan)": "kept",
    "pyarrow.table(scan.read_all())": "kept",
}
#: Queries of polars.
QUERIES = {"filter after collect": "", "scan_polars, filter": "filter after collect"}

Sums = Tuple[int, ...]


def sums_of_batches(batches: List[Any]) -> Sums:
    """How many rows there are, the sum of the numbers, and of the lengths of the texts."""
    import pyarrow

    return sums_of_table(pyarrow.Table.from_batches([pyarrow.record_batch(batch) for batch in batches]))


def sums_of_table(table: Any) -> Sums:
    import pyarrow.compute

    texts = [pyarrow.compute.sum(pyarrow.compute.binary_length(table[name])).as_py() for name in ("level", "thread", "logger", "message")]
    return table.num_rows, pyarrow.compute.sum(table["ms"]).as_py(), *texts


def work_of(way: str, path: str, threads: int) -> Tuple[Callable[[], Any], Callable[[Any], Sums]]:
    """What is timed, and what its result is told by."""
    import parsimd

    parser = parsimd.compile(PATTERN)
    if way in QUERIES:
        import polars

        is_error = polars.col("level") == "ERROR"
        frame = parser.scan_polars(path, threads=threads)
        frame.head(1).collect()
        if way == "scan_polars, filter":
            return lambda: frame.filter(is_error).collect(), lambda found: sums_of_table(found.to_arrow())
        return lambda: frame.collect().filter(is_error), lambda found: sums_of_table(found.to_arrow())
    import pyarrow

    # pyarrow looks for pandas when it makes its first table.
    pyarrow.table(parser.scan(b""))
    scan = parser.scan_file(path, threads=threads)
    if way == "kept":
        return lambda: list(scan), sums_of_batches
    if way == "read_all":
        return scan.read_all, lambda batch: sums_of_table(pyarrow.table(batch))
    if way == "pyarrow.table(scan)":
        return lambda: pyarrow.table(scan), sums_of_table
    return lambda: pyarrow.table(scan.read_all()), sums_of_table


def child(way: str, path: str, threads: int) -> None:
    # What is imported, and what a first call prepares, is not what a scan costs.
    work, sums = work_of(way, path, threads)
    before, began, cpu = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter(), time.process_time()
    result = work()
    cpu, seconds = time.process_time() - cpu, time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_SELF)
    print(seconds, cpu, after.ru_minflt - before.ru_minflt, after.ru_maxrss, *sums(result))


def write_log(path: Path, size: int) -> int:
    """A log of about so many bytes, and how many it has."""
    chance, written = random.Random(7), 0
    with path.open("w") as file:
        for number in range(10**9):
            at = f"2024-05-{number // 86400 % 28 + 1:02}T{number // 3600 % 24:02}:{number // 60 % 60:02}:{number % 60:02}.{chance.randrange(1000):03}"
            message = " ".join(chance.choices(WORDS, k=chance.randrange(4, 12)))
            line = f"{at} {chance.choice(LEVELS)} [worker-{chance.randrange(32)}] app.module{chance.randrange(40)}: {message} in {chance.randrange(2000)} ms\n"
            written += file.write(line)
            if written >= size:
                return written
    return written


def measure(ways: Dict[str, str], path: Path, rounds: int, threads: int) -> Dict[str, List[List[float]]]:
    """What each way says of itself in each round."""
    told: Dict[str, List[List[float]]] = {way: [] for way in ways}
    answers = set()
    for number in range(rounds):
        # Nobody always comes after the same one.
        turn = number % len(ways)
        for way in [*list(ways)[turn:], *list(ways)[:turn]]:
            command = [sys.executable, __file__, "--threads", str(threads), "--child", way, str(path)]
            words = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
            told[way].append(list(map(float, words[:4])))
            answers.add(tuple(words[4:]))
    if len(answers) != 1 or next(iter(answers))[0] == "0":
        sys.exit(f"the answers differ, or there are none: {answers}")
    return told


def table(ways: Dict[str, str], told: Dict[str, List[List[float]]]) -> str:
    """Medians in Markdown, and the ratios of time, of CPU time and of pages to the way that each is compared with."""
    median = {way: [statistics.median(values) for values in zip(*rounds)] for way, rounds in told.items()}
    lines = ["| | ms | CPU, ms | pages | most memory, MB | × time | × CPU | × pages |", "|---|---:|---:|---:|---:|---:|---:|---:|"]
    for way, other in ways.items():
        seconds, cpu, pages, most = median[way]
        ratios = ["", "", ""] if not other else [f"{mine / theirs:.2f}" for mine, theirs in zip(median[way][:3], median[other][:3])]
        cells = [way, f"{seconds * 1e3:.0f}", f"{cpu * 1e3:.0f}", f"{pages:.0f}", f"{most * 1024 / 1e6:.0f}", *ratios]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main() -> None:
    options = argparse.ArgumentParser(description="A scan as one batch and as a table, beside going through its batches.")
    options.add_argument("--megabytes", type=int, default=256, help="size of the log (default: 256)")
    options.add_argument("--rounds", type=int, default=7)
    options.add_argument("--threads", type=int, default=1)
    options.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    arguments = options.parse_args()
    if arguments.child:
        child(*arguments.child, arguments.threads)
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "app.log"
        size = write_log(path, arguments.megabytes * 1_000_000)
        print(f"{size / 1e6:.0f} MB on {arguments.threads} threads, medians of {arguments.rounds} rounds, each in a process of its own")
        for ways in (ROWS, QUERIES):
            print(f"\n{table(ways, measure(ways, path, arguments.rounds, arguments.threads))}", flush=True)


if __name__ == "__main__":
    main()
