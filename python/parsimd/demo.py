"""``python -m parsimd.demo``: writes an access log, scans it, and shows what comes out.

The log is made up but looks real: seeded, with the lengths and the mixture of a web server's, and with some broken lines. Where
PyPI ``parse`` is installed, the same lines go through it too, by a pattern that it knows, and the two must agree.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Iterator, List, Tuple

import parsimd

PATTERN = '{ip:ip} - {user:|-} [{time:t}] "{request}" {status:d} {bytes:d|-} "{referrer:|-}" "{agent}"'
# The same in the language of ``parse``, which has no way to say that a value may be missing.
PLAIN = '{ip} - {user} [{time:th}] "{request}" {status:d} {bytes:d} "{referrer}" "{agent}"'

_PATHS = "/ /index.html /robots.txt /favicon.ico /images/{}.png /blog/{}/feed.xml /api/v2/items/{}?page={} /download/report-{}.pdf".split()
_AGENTS = [
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Safari/605.1.15",
    "curl/8.5.0",
    "Mozilla/5.0 (compatible; ExampleBot/2.1; +http://example.org/bot.html)",
]


def lines(count: int, seed: int = 1) -> Iterator[str]:
    """Lines of an access log, about three in a thousand of them broken."""
    rng = random.Random(seed)
    when = datetime(2026, 3, 14, 15, 9, 26)
    for _ in range(count):
        when += timedelta(seconds=rng.choice((0, 0, 1, 2, 7)))
        ip = ".".join(str(rng.randrange(1, 255)) for _ in range(4))
        path = rng.choice(_PATHS).format(rng.randrange(10_000), rng.randrange(9))
        status = rng.choices((200, 304, 301, 404, 500, 206), (80, 8, 4, 5, 1, 2))[0]
        size = "-" if status == 304 else int(rng.lognormvariate(8.5, 1.8))
        user = rng.choice(("-", "-", "-", "ada"))
        referrer = rng.choice(("-", "-", "https://www.example.org/", f"https://search.example.com/?q={rng.randrange(999)}"))
        stamp = when.strftime("%d/%b/%Y:%H:%M:%S +0000")
        line = f'{ip} - {user} [{stamp}] "GET {path} HTTP/1.1" {status} {size} "{referrer}" "{rng.choice(_AGENTS)}"'
        broken = rng.randrange(1000)
        if broken < 2:
            line = line[: rng.randrange(20, 60)]
        elif broken == 2:
            line = line.replace(stamp[:3], "31/", 1).replace("Mar", "Feb", 1)
        yield line


def table(batch: parsimd.Batch, rows: int, width: int = 30) -> str:
    """The first rows of a batch, as text."""

    def show(value: Any) -> str:
        text = str(value)
        return text if len(text) <= width else text[: width - 1] + "…"

    shown: List[List[str]] = [batch.names, list(batch.types.values())]
    shown += [[show(value) for value in batch[row].as_tuple()] for row in range(min(rows, len(batch)))]
    widths = [max(map(len, column)) for column in zip(*shown)]
    return "\n".join("  ".join(cell.ljust(wide) for cell, wide in zip(row, widths)).rstrip() for row in shown)


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m parsimd.demo", description="Writes a log, scans it, shows the result.")
    options.add_argument("--folder", type=Path, default=Path("demo"), help="where to write the log (default: demo)")
    options.add_argument("--lines", type=int, default=200_000, help="how many lines (default: 200000)")
    arguments = options.parse_args()

    arguments.folder.mkdir(parents=True, exist_ok=True)
    log = arguments.folder / "access.log"
    with log.open("w", encoding="ascii") as file:
        for number, line in enumerate(lines(arguments.lines)):
            file.write(line + "\n")
            if sys.stderr.isatty() and number % 20_000 == 0:
                print(f"\rwriting {log}: {number:,} lines", end="\r", file=sys.stderr)
    print(f"log      {log}, {log.stat().st_size / 1e6:.1f} MB, seeded: the same on every machine")
    print(f"pattern  {PATTERN}\n")

    scan, batch, rate = scanned(PATTERN, log)
    print(table(batch, 8), "\n")
    stats = scan.stats
    print(f"{stats.records:,} lines: {stats.matched:,} matched, {stats.unmatched:,} did not, {stats.failures:,} have a value that does not fit")
    print("the first that could not be read:")
    for failure in stats.first_failures[:5]:
        print(f"  byte {failure.offset:>8}: {failure.reason}\n      {failure.text[:100]}")

    print(f"\nparsimd  {rate:8.1f} MB/s  typed columns, instruction set {parsimd.isa()}, 1 thread")
    try:
        import parse
    except ImportError:
        print("parse    not installed; pip install parse to compare")
        return
    compare(parse.compile(PLAIN), log)


def scanned(pattern: str, log: Path) -> Tuple[parsimd.Scan, parsimd.Batch, float]:
    """A scan of the log on one thread, what it gave, and its rate in MB/s."""
    parser = parsimd.compile(pattern)
    # The first look at a file is the disk's; rates are of the second.
    parser.scan_file(log).read_all()
    start = time.perf_counter()
    scan = parser.scan_file(log, threads=1)
    batch = scan.read_all()
    return scan, batch, scan.stats.bytes / (time.perf_counter() - start) / 1e6


def compare(theirs: Any, log: Path, most: int = 10_000) -> None:
    """Puts the first lines through PyPI parse, and checks that each row is the same."""
    print(f"\nbeside parse, whose patterns cannot say that a value may be missing, so that such lines are lost:\npattern  {PLAIN}")
    _, batch, rate = scanned(PLAIN, log)
    with log.open(encoding="ascii") as file:
        some = [line.rstrip("\n") for line, _ in zip(file, range(most))]
    rows = iter(batch)
    matched = failed = 0
    start = time.perf_counter()
    results = []
    for line in some:
        try:
            results.append(theirs.parse(line))
        except ValueError:
            results.append(ValueError)
    took = time.perf_counter() - start
    for line, result in zip(some, results):
        if result is ValueError:
            failed += 1
        elif result is not None:
            matched += 1
            row = next(rows)
            if any(row[name] != value for name, value in result.named.items()):
                sys.exit(f"parse and parsimd differ on: {line}\n{result}\n{row}")
    slow = sum(map(len, some)) / took / 1e6
    print(f"parsimd  {rate:8.1f} MB/s")
    print(f"parse    {slow:8.1f} MB/s  on the first {len(some):,} lines, whose {matched:,} rows are equal ({failed} raised)")
    print(f"         {rate / slow:8.1f} times as fast")


if __name__ == "__main__":
    main()
