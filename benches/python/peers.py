"""Whole scans beside peers, in Rust and in Python, in one set of rounds: `make bench`.

    python benches/python/peers.py [--megabytes N] [--rounds N] [--seconds S] [--corpora DIR] [--record] [NAME …]

Runs the Rust program `scan --serve` beside itself, and times its contestants in turn with those of scanners.py. Each gets a beginning of
the same text that takes it about `--seconds`, or the whole text several times; rates are compared. With `--record` the tables go to benches/record/,
as Markdown and as JSON (which chart.py draws).
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import platform
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence, Tuple

from measure import Answer, Contestant, race, table
from rust import LOGS, RELEASE, ROOT, Server, write_logs
from scanners import SCANNERS, Log, contestant

PACKAGES = ["parsimd", "parse", "formatparse", "polars", "pyarrow", "duckdb"]
CRATES = ["regex", "memchr", "lexical-core", "arrow-csv"]

# Wanted: how many times as fast as the best peer parsimd is, on its best instruction set and one thread.
_TEXT = {"parse": 180, "regex": 9, "polars": 10}
_SELECTIVE = {"parse": 250, "regex": 8}
_NUMBERS = {"parse": 140, "regex": 6, "polars": 8}
#: How many times as fast as a peer parsimd is to be: as the quickest whose name begins so.
TARGETS = {
    "access": {"parse": 200, "regex, per line, exact": 14, "regex": 14, "polars": 25, "limit: reading": 0.28},
    "hdfs": _TEXT, "openssh": _TEXT, "spark": _TEXT, "bgl": _TEXT,
    "openssh_sel": _SELECTIVE, "spark_sel": _SELECTIVE,
    "metrics": _NUMBERS, "csv": {**_NUMBERS, "arrow-csv": 3.5},
    "sparse": {"parse": 80, "regex": 1.3, "limit: reading": 0.75},
}  # fmt: skip


def processes(log: Log, file: Path, notes: List[str]) -> List[Contestant]:
    """Two programs that count the lines of a file which have a match, from their start to their end."""
    tools = {"ripgrep": shutil.which("rg", path=str(ROOT / "target" / "tools" / "bin")) or shutil.which("rg")}
    if tools["ripgrep"] is None:
        notes.append("ripgrep was not there, so no whole processes were raced: `make rg` installs it")
        return []
    version = subprocess.run([tools["ripgrep"], "--version"], capture_output=True, text=True, check=True).stdout.split("\n")[0]
    notes.append(f"whole processes: {version} `-c -i -j1`, beside `count --search`, both on a file that is in memory")
    commands = {
        ("parsimd, whole process", "own"): [str(RELEASE / "count"), "--search", log.pattern, str(file)],
        ("ripgrep, whole process", "peer"): [tools["ripgrep"], "-c", "-i", "-j1", log.regex, str(file)],
    }

    def prepare(command: Sequence[str]) -> Any:
        def run() -> Tuple[float, Answer]:
            start = time.perf_counter()
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            return time.perf_counter() - start, (int(done.stdout), None)

        return lambda _: run

    return [Contestant(name, side, prepare(command), clock="wall") for (name, side), command in commands.items()]


def named(contestants: Sequence[Contestant], name: str) -> Optional[Contestant]:
    """The quickest of those whose name begins like that."""
    return max((one for one in contestants if one.name.startswith(name)), key=lambda one: one.speed, default=None)


def versions() -> str:
    lock = (ROOT / "Cargo.lock").read_text(encoding="utf-8")
    locked = dict(re.findall(r'name = "(.*)"\nversion = "(.*)"', lock))
    crates = [f"{crate} {locked[crate]}" for crate in CRATES]
    packages = [f"{package} {importlib.metadata.version(package)}" for package in PACKAGES]
    return f"Rust: {', '.join(crates)}. Python {platform.python_version()}: {', '.join(packages)}."


def main() -> None:
    options = argparse.ArgumentParser(description="Races whole scans with peers, in Rust and in Python.")
    options.add_argument("--megabytes", type=int, default=64, help="of each log (default: 64)")
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--seconds", type=float, default=0.5, help="what one round of one contestant takes, about, or less (default: 0.5)")
    options.add_argument("--corpora", type=Path, help="scans DIR/NAME.big.log instead of logs of this project's making")
    options.add_argument("--record", action="store_true", help="writes the tables to benches/record/")
    options.add_argument("names", nargs="*", metavar="NAME", help="the logs to scan (default: all)")
    arguments = options.parse_args()

    folder = arguments.corpora
    if folder is None:
        folder = LOGS / "logs"
        write_logs(folder, arguments.megabytes)
    server = Server(folder)
    about = server.ask()
    unknown = set(arguments.names) - {log["name"] for log in about["logs"]}
    if unknown:
        sys.exit(f"no such log: {', '.join(sorted(unknown))}")

    logs = "logs of this project's making (benches/src/logs.rs)" if arguments.corpora is None else "the logs of DIR"
    text = f"""# Scans

{about["machine"]}
{versions()}

Made by `{command(arguments.corpora)}`: {logs}, up to {arguments.megabytes} MiB of each, {arguments.rounds} rounds.

All that stand in one table ran in turn in each of its rounds. Shown are medians; spread is half the distance between the quartiles. MB is
10⁶ bytes. Each used one thread, and its CPU time was taken, except where its name says otherwise. A slow one scans a beginning of the text
(MB a round), and must come to what parsimd comes to on that beginning; a quick one scans all of it up to eight times. "× regex" is against the better of the two ways to use the crate.
"""
    print(text)
    records = []
    reached = []
    for entry in about["logs"]:
        if arguments.names and entry["name"] not in arguments.names:
            continue
        log = Log.of(entry)
        file = folder / f"{entry['file']}.big.log"
        with file.open("rb") as opened:
            data = opened.read(arguments.megabytes << 20)
        data = data[: data.rfind(b"\n") + 1]
        known: Dict[int, Answer] = {}

        def expected(count: int) -> Answer:
            if count not in known:
                known[count] = server.answer(log.name, entry["contestants"][0]["name"], count)
            return known[count]

        notes: List[str] = []
        all = [server.contestant(log.name, one) for one in entry["contestants"]]
        for name, side, forms in SCANNERS:
            one = contestant(name, side, log, forms(log), data, expected, notes)
            if one is not None:
                all.append(one)
        race(all, len(data), expected, arguments.rounds, arguments.seconds)
        against = [(name, named(all, name)) for name in ("parse", "regex", "polars")]
        against[0] = ("parse", next((one for one in all if one.name == "parse"), None))
        order = {"own": 0, "peer": 1, "limit": 2}
        all.sort(key=lambda one: (order[one.side], -one.speed))
        text_of_log = f"\n## {log.name}\n\n`{log.pattern}`: {expected(len(data))[0]} rows in {len(data) / 1e6:.1f} MB.\n\n{table(all, against)}\n"

        if log.name == "sparse":
            pair = processes(log, file, notes)
            if pair:
                size = file.stat().st_size
                race(pair, size, lambda _: (expected(size)[0], None), arguments.rounds, arguments.seconds)
                for one in pair:
                    one.bytes = size
                text_of_log += f"\n{table(pair, [('ripgrep', pair[1])])}\n"
        if notes:
            text_of_log += "\n" + "\n".join(f"* {note}" for note in notes) + "\n"
        print(text_of_log, flush=True)
        text += text_of_log
        records.append({"name": log.name, "megabytes": len(data) / 1e6, "rows": [shown(one) for one in all]})
        own = next(one for one in all if one.name == f"parsimd {about['isas'][0]}")
        for prefix, wanted in TARGETS[log.name].items():
            those = [one for one in all if one.name.startswith(prefix) and one.side != "own"]
            if those:
                best = max(those, key=lambda one: one.speed)
                reached.append((log.name, best.name, wanted, own.speed / best.speed))

    goals = "\n## Targets\n\nparsimd on its best instruction set, in Rust:\n\n| log | beside | wanted | got | |\n|---|---|---:|---:|---|\n"
    for name, peer, wanted, got in reached:
        goals += f"| {name} | {peer} | {wanted} | {got:.2f} | {'met' if got >= wanted else 'not met'} |\n"
    print(goals)
    text += goals
    if arguments.record:
        kind = "scan" if arguments.corpora is None else "scan-files"
        place = ROOT / "benches" / "record" / f"{kind}-{about['label']}.md"
        place.write_text(text, encoding="utf-8")
        content = {"machine": about["machine"], "isa": about["isas"][0], "command": command(arguments.corpora), "versions": versions(), "logs": records}
        place.with_suffix(".json").write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
        print(f"recorded in {place} and .json")


def command(corpora: Optional[Path]) -> str:
    """The command line; where files are on this machine is nobody's business."""
    return " ".join(["python benches/python/peers.py", *("DIR" if argument == str(corpora) else argument for argument in sys.argv[1:])])


def shown(one: Contestant) -> Dict[str, Any]:
    return {
        "name": one.name, "side": one.side, "form": one.form, "clock": one.clock,
        "megabytes per second": round(one.speed, 2), "spread": round(one.spread, 4), "megabytes": round(one.bytes / 1e6, 2),
    }  # fmt: skip


if __name__ == "__main__":
    main()
