"""Every public call a few times, for a checker of memory such as valgrind: a program without pytest around it, so that what is found is ours.

    PYTHONMALLOC=malloc valgrind … python stress_memory.py
"""

import gc
import sys
import tempfile
from pathlib import Path

from test_stress import TOGETHER, calls, environment

TIMES = 3


def main():
    tried = 0
    with tempfile.TemporaryDirectory() as folder:
        names = environment(Path(folder) / "log")
        for name, call in calls():
            work = eval(f"lambda: ({call}, taken.clear())", names)
            for _ in range(TIMES):
                work()
            tried += 1
        for work in TOGETHER.values():
            work()
        names.clear()
    gc.collect()
    print(f"{tried} calls and {len(TOGETHER)} workloads, {TIMES} times each, on {sys.version.split()[0]}")


if __name__ == "__main__":
    main()
