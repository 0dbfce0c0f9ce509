"""How soon Ctrl-C ends each long call: `make signals` measures it, and `test_signals.py` runs a part with a loose bound.

    python signals.py [--moments 200] [NAME…]

Another process sends SIGINT after a random time, up to what the call takes, and says when. What counts is from there until the program has the
KeyboardInterrupt: after all of the call, with the consumer in whose hands it was. A call that ends before is made again.
"""

import argparse
import contextlib
import gc
import gzip
import json
import math
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from pathlib import Path

import parsimd

ROWS = 1_000_000
PARSER = parsimd.compile("{level:w} {n:d} {rest}")
# The longest time before a signal, in seconds.
MOST = 0.3
# One that is lost is sent again, and counts as late as that.
SENDER = """
import os, select, signal, sys, time
while asked := os.read(0, 100).split():
    time.sleep(float(asked[0]))
    begin = time.monotonic()
    os.kill(int(asked[1]), signal.SIGINT)
    while not select.select([0], [], [], 10)[0]:
        os.kill(int(asked[1]), signal.SIGINT)
    os.read(0, 100)
    print(begin, flush=True)
"""


class Inputs:
    """What the calls read, made once."""

    def __init__(self, folder, rows=ROWS):
        self.data = b"".join(b"info %d abcdefghij klm\n" % n for n in range(rows))
        self.text = self.data.decode()
        self.plain, self.packed, self.rejects = (folder / name for name in ("a.log", "a.log.gz", "rejects"))
        self.plain.write_bytes(self.data)
        self.packed.write_bytes(gzip.compress(self.data, 1))
        self.batch = PARSER.scan(self.data).read_all()
        self.lines = self.text.splitlines()


class SlowPipe:
    """A pipe that gives a line now and then."""

    def __enter__(self):
        theirs, ours = os.pipe()
        self.file, self.ours, self.ended = os.fdopen(theirs, "rb"), os.fdopen(ours, "wb", buffering=0), threading.Event()
        self.thread = threading.Thread(target=self.write)
        self.thread.start()
        return self.file

    def write(self):
        with contextlib.suppress(BrokenPipeError), self.ours:
            while not self.ended.wait(0.03):
                self.ours.write(b"info 5 a b c\n")

    def __exit__(self, *_):
        self.ended.set()
        self.file.close()
        self.thread.join()


def of_pipe(_):
    with SlowPipe() as pipe:
        PARSER.scan_file(pipe).read_all()


def of_open_file(inputs):
    # It is closed here: an interrupt in the finalizer of a file is lost, by Python.
    with open(inputs.plain, "rb") as file:
        PARSER.scan_file(file).read_all()


def iterate(scan):
    for batch in scan:
        for _ in batch:
            pass


def by_polars(inputs):
    import polars

    PARSER.scan_polars(inputs.plain).select(polars.col("n").sum(), polars.col("rest").str.len_bytes().max()).collect()


def polars_column(inputs):
    import polars
    import parsimd.polars

    series = polars.Series("line", inputs.lines)
    polars.DataFrame({"line": series}).select(parsimd.polars.parse(polars.col("line"), PARSER))


def pandas_column(inputs):
    import pandas
    import parsimd.pandas

    parsimd.pandas.parse(pandas.Series(inputs.lines[:200_000]), PARSER)


def duckdb_table(inputs):
    import duckdb

    PARSER.scan(inputs.data).to_duckdb(duckdb.connect(), "log")


CALLS = {
    "read_all": lambda i: PARSER.scan(i.data).read_all(),
    "read_all, one thread": lambda i: PARSER.scan(i.data, threads=1).read_all(),
    "read_all, a regular expression": lambda i: LOOKS_AHEAD.scan(i.data[: 1 << 22]).read_all(),
    "iteration over rows": lambda i: iterate(PARSER.scan(i.data)),
    "to_pylist": lambda i: i.batch.to_pylist(),
    "to_tuples": lambda i: i.batch.to_tuples(),
    "a column's to_pylist": lambda i: i.batch["rest"].to_pylist(),
    "to_numpy of text": lambda i: i.batch["rest"].to_numpy(),
    "describe": lambda i: i.batch.describe(),
    "rejects to a file": lambda i: NEVER.scan(i.data, rejects=i.rejects).read_all(),
    "reasons": lambda i: (lambda scan: (scan.read_all(), scan.reasons()))(NEVER.scan(i.data)),
    "findall over a long text": lambda i: list(PARSER.findall(i.text)),
    "findall of what is not there": lambda i: list(parsimd.findall("{a:d} {b:d} {c:d} never", i.text)),
    "search in a long text": lambda i: parsimd.search("{a:d} {b:d} never", i.text),
    "parse of a long text": lambda i: parsimd.parse("{} never", i.text),
    "a pipe that is slow": of_pipe,
    "a gzip file": lambda i: PARSER.scan_file(i.packed).read_all(),
    "a file": lambda i: PARSER.scan_file(i.plain).read_all(),
    "an open file": of_open_file,
    "a file that is followed": lambda i: iterate(PARSER.scan_file(i.plain, follow=True)),
    "a set": lambda i: SET.scan(i.data).read_all(),
    "guess": lambda i: parsimd.guess(i.data),
    "a converter": lambda i: CONVERTED.scan(i.data).read_all(),
    "pyarrow, from a scan": lambda i: __import__("pyarrow").table(PARSER.scan(i.data)),
    "pyarrow, parse_array": lambda i: PARSER.parse_array(i.lines),
    "polars, from a scan": lambda i: PARSER.scan(i.data).to_polars(),
    "polars, scan_polars": by_polars,
    "polars, a column": polars_column,
    "pandas, from a batch": lambda i: i.batch.to_pandas(),
    "pandas, a column": pandas_column,
    "duckdb, from a scan": duckdb_table,
}
LOOKS_AHEAD = parsimd.compile("{level:A} {n:d} {rest}", {"A": parsimd.with_pattern(r"(?=\w)\w+")(lambda text: text)})
NEVER = parsimd.compile("{level:w} {n:d} never")
SET = parsimd.compile_set({"warn": "warn {n:d} {rest}", "info": "info {n:d} {rest}"})
CONVERTED = parsimd.compile("{level:w} {n:T} {rest}", {"T": parsimd.with_pattern(r"\d+", column="int64")(lambda text: int(text))})


class Sender:
    """The process that sends the signals."""

    def __enter__(self):
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        # In a group of its own: Ctrl-C of a terminal is not for it.
        self.process = subprocess.Popen([sys.executable, "-S", "-c", SENDER], text=True, bufsize=1, start_new_session=True, **pipes)
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()

    def latency(self, call, delay):
        """The seconds from the signal to the KeyboardInterrupt. They are infinite where an error of others is all that came of it."""
        failed = None
        try:
            try:
                self.process.stdin.write(f"{delay} {os.getpid()}\n")
                while True:
                    call()
            except KeyboardInterrupt:
                raise
            except BaseException as error:
                # A panic of polars is no Exception.
                failed, failed_at = error, time.monotonic()
                # A consumer in C has words for an interrupt, and Python raises it as soon as it can. DuckDB has taken it for its own.
                of_duckdb = "Query interrupted" in str(error)
                time.sleep(0.05 if of_duckdb else 1)
                end = failed_at if of_duckdb else math.inf
        except KeyboardInterrupt:
            end = time.monotonic()
        self.process.stdin.write("seen\n")
        begin = float(self.process.stdout.readline())
        try:
            if failed and failed_at < begin:
                raise failed
            if end == math.inf:
                warnings.warn(f"an interrupt was lost in {failed!r}", stacklevel=2)
        finally:
            # Its traceback leads back here, and to all that the call has made.
            failed = None
        return end - begin


def latencies(name, inputs, moments, chance):
    """How long each of so many interrupts took, in seconds."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    # A collection may have callbacks of others, in which an interrupt is lost.
    gc.disable()
    try:
        with Sender() as sender:
            return [sender.latency(lambda: CALLS[name](inputs), 0.003 + chance.random() * MOST) for _ in range(moments)]
    finally:
        gc.enable()
        signal.signal(signal.SIGINT, before)


def share(values, part):
    """The value that so large a part of the values does not pass."""
    values = sorted(values)
    return values[min(len(values) - 1, int(part * len(values)))]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", default=list(CALLS), help="; ".join(CALLS))
    parser.add_argument("--moments", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true", help="the latencies, in seconds")
    given = parser.parse_args()
    chance, taken = random.Random(given.seed), {}
    with tempfile.TemporaryDirectory() as folder:
        inputs = Inputs(Path(folder))
        print(f"| call | p50 | p99 | worst | of {given.moments} moments |\n|---|---|---|---|---|", flush=True)
        for name in given.names:
            taken[name] = latencies(name, inputs, given.moments, chance)
            p50, p99, worst = (f"{1000 * share(taken[name], part):.0f} ms" for part in (0.5, 0.99, 1))
            print(f"| {name} | {p50} | {p99} | {worst} | {sum(t > 0.1 for t in taken[name])} over 100 ms |", flush=True)
    if given.json:
        print(json.dumps(taken))
    every = [time for times in taken.values() for time in times]
    print(f"all: p50 {1000 * share(every, 0.5):.0f} ms, p99 {1000 * share(every, 0.99):.0f} ms, worst {1000 * max(every):.0f} ms, of {len(every)}")


if __name__ == "__main__":
    main()
