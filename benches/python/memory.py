"""Memory of a scan of a large file, batch by batch: `make bench`.

    python benches/python/memory.py [--megabytes N] [--most MB]

Makes an access log, scans it in a process of its own, and reads the most memory that the process had resident (VmHWM, which Linux keeps;
the interpreter and its modules are in it). Fails if that is more than `--most`.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from rust import LOGS, Server, write_logs


def child(pattern: str, path: str, threads: int) -> None:
    """Scans, and says what was seen and the most memory there was."""
    import parsimd

    rows = 0
    scan = parsimd.compile(pattern).scan_file(path, threads=threads)
    for batch in scan:
        rows += len(batch)
    stats = scan.stats
    most = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    print(rows, stats.matched, stats.bytes, most.split()[1])


def main() -> None:
    options = argparse.ArgumentParser(description="The memory that a scan of a large file takes.")
    options.add_argument("--megabytes", type=int, default=1024, help="size of the file (default: 1024)")
    options.add_argument("--threads", type=int, default=2)
    options.add_argument("--most", type=float, default=200, help="megabytes that are allowed (default: 200)")
    options.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    arguments = options.parse_args()
    if arguments.child:
        pattern, path = arguments.child
        child(pattern, path, arguments.threads)
        return
    if not Path("/proc/self/status").exists():
        sys.exit("this needs /proc/self/status, which Linux has")
    folder = LOGS / "large"
    write_logs(folder, arguments.megabytes, "access")
    file = folder / "access.big.log"
    server = Server(folder)
    pattern = next(log["pattern"] for log in server.ask()["logs"] if log["name"] == "access")
    server.close()
    try:
        size = file.stat().st_size
        command = [sys.executable, __file__, "--child", pattern, str(file), "--threads", str(arguments.threads)]
        rows, matched, read, most = map(int, subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())
    finally:
        file.unlink()
    if rows != matched or read != size or rows == 0:
        sys.exit(f"{rows} rows, {matched} matched, {read} bytes read of {size}: something is missing")
    print(f"{size / 1e6:.0f} MB scanned batch by batch on {arguments.threads} threads, {rows} rows: at most {most * 1024 / 1e6:.0f} MB resident")
    if most * 1024 / 1e6 > arguments.most:
        sys.exit(f"that is more than {arguments.most:.0f} MB")


if __name__ == "__main__":
    main()
