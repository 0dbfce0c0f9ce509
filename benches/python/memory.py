"""Memory of a scan of a large file, batch by batch and all at once: `make bench`.

    python benches/python/memory.py [--megabytes N] [--most MB] [--rounds N]

Makes an access log and scans it in a process of its own for each way to read it:

* `batches`: one after the other, none kept. Fails if the process had more than `--most` resident at any time.
* `kept`: all batches in a list: what the columns take.
* `read_all`: as one batch. Fails if it takes more than a tenth more memory than `kept`.
* `table`, `table of read_all`: as a table of pyarrow, by the Arrow stream; pyarrow itself is loaded before.

The memory is VmHWM, which Linux keeps, with the interpreter and its modules in it. Times are the best of the rounds, in turns; they are printed and
judged by nobody, since other programs run.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from pathlib import Path
from typing import Dict, Tuple

from rust import LOGS, Server, write_logs

WAYS = ("batches", "kept", "read_all", "table", "table of read_all")


def status(field: str) -> int:
    """A field of the process's status, in KiB."""
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(field))
    return int(line.split()[1])


def child(way: str, pattern: str, path: str, threads: int) -> None:
    """Scans, and says what was seen, the most memory there was, what there was before, and the seconds."""
    import parsimd

    if way.startswith("table"):
        import pyarrow
    parser = parsimd.compile(pattern)
    before, begin = status("VmRSS"), time.perf_counter()
    scan = parser.scan_file(path, threads=threads)
    if way == "batches":
        rows = sum(len(batch) for batch in scan)
    elif way == "kept":
        rows = sum(map(len, list(scan)))
    elif way == "read_all":
        rows = len(scan.read_all())
    else:
        rows = len(pyarrow.table(scan if way == "table" else scan.read_all()))
    seconds = time.perf_counter() - begin
    stats = scan.stats
    print(rows, stats.matched, stats.bytes, status("VmHWM"), before, seconds)


def main() -> None:
    options = argparse.ArgumentParser(description="The memory that a scan of a large file takes.")
    options.add_argument("--megabytes", type=int, default=1024, help="size of the file (default: 1024)")
    options.add_argument("--threads", type=int, default=2)
    options.add_argument("--most", type=float, default=200, help="megabytes that are allowed (default: 200)")
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--child", nargs=3, help=argparse.SUPPRESS)
    arguments = options.parse_args()
    if arguments.child:
        child(*arguments.child, arguments.threads)
        return
    if not Path("/proc/self/status").exists():
        sys.exit("this needs /proc/self/status, which Linux has")
    folder = LOGS / "large"
    write_logs(folder, arguments.megabytes, "access")
    file = folder / "access.big.log"
    server = Server(folder)
    pattern = next(log["pattern"] for log in server.ask()["logs"] if log["name"] == "access")
    server.close()
    best: Dict[str, Tuple[float, float, float]] = {}
    try:
        size = file.stat().st_size
        for _ in range(arguments.rounds):
            for way in WAYS:
                command = [sys.executable, __file__, "--threads", str(arguments.threads), "--child", way, pattern, str(file)]
                answer = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
                rows, matched, read, most, before = map(int, answer[:-1])
                if rows != matched or read != size or rows == 0:
                    sys.exit(f"{way}: {rows} rows, {matched} matched, {read} bytes read of {size}: something is missing")
                best[way] = min(best.get(way, (float("inf"), 0.0, 0.0)), (float(answer[-1]), most * 1024 / 1e6, (most - before) * 1024 / 1e6))
    finally:
        file.unlink()
    print(f"{size / 1e6:.0f} MB on {arguments.threads} threads, {rows} rows")
    for way, (seconds, most_mb, more_mb) in best.items():
        print(f"{way:18} at most {most_mb:6.0f} MB resident, {more_mb:6.0f} more than before the scan, {seconds:6.2f} s")
    if best["batches"][1] > arguments.most:
        sys.exit(f"batch by batch that is more than {arguments.most:.0f} MB")
    if best["read_all"][2] > 1.1 * best["kept"][2]:
        sys.exit("read_all takes more memory than its batches")


if __name__ == "__main__":
    main()
