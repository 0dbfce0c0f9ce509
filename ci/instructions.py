"""Counts the instructions of hot paths, and fails where one needs more than was recorded.

    python3 ci/instructions.py PROGRAM              compares with benches/record/instructions.json
    python3 ci/instructions.py PROGRAM --record     writes that file anew

PROGRAM is `instructions` of benches/, built with the profile `ci`. Valgrind runs it, path by path and instruction set by instruction set. It has no AVX-512, so
that is not counted. A machine without valgrind fails, unless PARSIMD_CI_ALLOW_MISSING=1; one of another architecture than the record says so and counts nothing.

What a count depends on: the source, the compiler, the profile, and the C library, whose functions for memory are chosen by the CPU (AVX2 here). How fast the
machine is, or how busy, changes nothing. Tables of the standard
library hash by random numbers, which changes counts a little.
"""

import json
import os
import platform
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RECORD = ROOT / "benches/record/instructions.json"
ISAS = ["sse4.2", "avx2"]
# How much more a path may need than was recorded. Less would fail for changes of code around it, which the compiler then inlines otherwise.
TOLERANCE = 0.03


def count(program, path, isa):
    """How many instructions `measured` of one path takes."""
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", "--toggle-collect=*instructions*measured*", program, path]
    run = subprocess.run(command, env={**os.environ, "PARSIMD_ISA": isa}, capture_output=True, text=True, check=False)
    found = re.search(r"Collected : (\d+)", run.stderr)
    if run.returncode or not found or not int(found[1]):
        sys.exit(f"{path}, {isa}: nothing was counted\n{run.stderr}")
    return int(found[1])


def count_all(program):
    """Path, instruction set, count."""
    paths = subprocess.run([program], capture_output=True, text=True, check=True).stdout.splitlines()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        jobs = {path: {isa: pool.submit(count, program, path, isa) for isa in ISAS} for path in paths}
        return {path: {isa: job.result() for isa, job in row.items()} for path, row in jobs.items()}


def compare(counts, recorded):
    """A line for each count, and what is wrong."""
    wrong = [f"{path}: recorded, and not counted" for path in recorded if path not in counts]
    for path, row in counts.items():
        for isa, number in row.items():
            before = recorded.get(path, {}).get(isa)
            if before is None:
                wrong.append(f"{path}, {isa}: counted, and not recorded")
                continue
            change = number / before - 1
            print(f"{path:32} {isa:7} {number:12,} {change:+7.2%}")
            if change > TOLERANCE:
                wrong.append(f"{path}, {isa}: {change:+.1%} instructions, {number:,} after {before:,}")
            elif change < -TOLERANCE:
                print("    fewer: `make instructions RECORD=1` holds it")
    return wrong


def about():
    """What counts depend on."""
    rustc = subprocess.run(["rustc", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    return {"rustc": rustc, "machine": platform.machine(), "libc": " ".join(platform.libc_ver()), "profile": "ci"}


def main(program, *arguments):
    if not shutil.which("valgrind"):
        print("==== NO VALGRIND: no instructions are counted")
        return 0 if os.environ.get("PARSIMD_CI_ALLOW_MISSING") == "1" else 1
    here = about()
    if "--record" in arguments:
        RECORD.write_text(json.dumps({**here, "counts": count_all(program)}, indent=1) + "\n", encoding="utf-8")
        print(f"recorded in {RECORD.relative_to(ROOT)}")
        return 0
    record = json.loads(RECORD.read_text(encoding="utf-8"))
    if record["machine"] != here["machine"]:
        print(f"==== RECORDED ON {record['machine']}, THIS IS {here['machine']}: no instructions are counted")
        return 0
    wrong = compare(count_all(program), record["counts"])
    others = [f"{key}: recorded with {record[key]}, this is {here[key]}" for key in here if record[key] != here[key]]
    for line in others + wrong:
        print(line)
    if wrong:
        print("If it is meant, or comes of what is other here, `make instructions RECORD=1` records it; the commit says why.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
