"""``progress=``: who is told how far a scan is, when, and what."""

import bz2
import gc
import gzip
import io
import os
import subprocess
import sys
import time
import weakref

import parsimd
import pytest

PARSER = parsimd.compile("{level:w} {n:d}")
SET = parsimd.compile_set({"info": "info {n:d}", "warn": "warn {n:d}"})
COUNT = 50_000
LINES = b"".join(b"%s %d\nnoise\n" % (b"warn" if n % 3 else b"info", n * 2654435761 % 2**32) for n in range(COUNT))


class Slow(io.BytesIO):
    """An open file that gives a few lines, and then some more after a while."""

    def seekable(self):
        return False

    def read1(self, size=-1):
        time.sleep(0.03)
        return self.read(2000)


SLOW = LINES[:40_000]
SLOW_ROWS = PARSER.scan(SLOW).read_all().to_tuples()


def told(scan):
    """Has ``scan`` read by a function that is given the options; gives what was told, and the scan."""
    seen = []
    made = scan(progress=seen.append)
    made.read_all()
    return seen, made


def test_a_function_is_told_the_end_once_with_all_that_was_read(tmp_path):
    (tmp_path / "a.log").write_bytes(LINES)
    for scan in (
        lambda **options: PARSER.scan_file(tmp_path / "a.log", **options),
        lambda **options: PARSER.scan_file(tmp_path / "a.log", threads=1, **options),
        lambda **options: PARSER.scan(LINES, **options),
        lambda **options: PARSER.scan(LINES.decode(), **options),
        lambda **options: PARSER.scan(memoryview(LINES), **options),
        lambda **options: SET.scan(LINES, **options),
        lambda **options: SET.scan_file(tmp_path / "a.log", table=True, **options),
    ):
        seen, made = told(scan)
        assert isinstance(seen[-1], parsimd.Progress)
        assert seen[-1][:3] == (len(LINES), len(LINES), COUNT)
        assert all(one.total == len(LINES) for one in seen) and seen[-1].seconds > 0


def test_compressed_files_are_told_in_compressed_bytes(tmp_path):
    packed = [gzip.compress(LINES), LINES, bz2.compress(LINES)]
    paths = [tmp_path / "a.gz", tmp_path / "b.log", tmp_path / "c.bz2"]
    for path, data in zip(paths, packed):
        path.write_bytes(data)
    size = sum(map(len, packed))
    for threads in (1, 2, 4):
        seen, _ = told(lambda **options: PARSER.scan_file(paths, threads=threads, **options))
        assert seen[-1][:3] == (size, size, 3 * COUNT)


def test_of_open_files_and_pipes_nobody_knows_how_much_there_is(tmp_path):
    (tmp_path / "a.log").write_bytes(LINES)
    packed = gzip.compress(LINES)
    for file in (io.BytesIO(packed), [tmp_path / "a.log", io.BytesIO(packed)], [io.BytesIO(packed), tmp_path / "a.log"]):
        seen, _ = told(lambda **options: PARSER.scan_file(file, **options))
        several = isinstance(file, list)
        assert seen[-1][:3] == (len(packed) + several * len(LINES), None, COUNT * (1 + several))


def test_a_function_is_told_some_ten_times_a_second_of_more_and_more():
    seen, _ = told(lambda **options: PARSER.scan_file(Slow(SLOW), **options))
    assert 3 <= len(seen) <= seen[-1].seconds * 10 + 1
    for before, after in zip(seen, seen[1:]):
        assert before.bytes <= after.bytes and before.rows <= after.rows and before.seconds < after.seconds
    assert seen[0].rows < seen[-1].rows == len(SLOW_ROWS)
    assert all(after.seconds - before.seconds > 0.09 for before, after in zip(seen[:-1], seen[1:-1]))


@pytest.mark.parametrize("read", ["read_all", "batches", "stream"])
def test_what_a_function_raises_comes_out_and_no_row_is_lost(read):
    class Enough(BaseException):
        pass

    def tell(progress):
        if not raised and progress.rows > 0:
            raised.append(progress)
            raise Enough

    raised, rows = [], []
    scan = PARSER.scan_file(Slow(SLOW), progress=tell)
    if read == "stream":
        # What a consumer of the stream has taken is its own; the rest is there.
        pyarrow = pytest.importorskip("pyarrow")
        stream = pyarrow.RecordBatchReader.from_stream(scan)
        with pytest.raises(Enough):
            try:
                for batch in stream:
                    rows += [tuple(row.values()) for row in batch.to_pylist()]
            except pyarrow.ArrowException:
                # pyarrow has put it in words; it comes itself at one of the next steps of the program.
                for _ in range(100_000):
                    pass
    else:
        with pytest.raises(Enough):
            for batch in [scan.read_all()] if read == "read_all" else scan:
                rows += batch.to_tuples()
    assert raised
    rows += scan.read_all().to_tuples()
    assert rows == SLOW_ROWS


def test_what_a_function_raises_at_the_end_comes_out_once():
    def tell(progress):
        seen.append(progress)
        raise RuntimeError("at the end")

    seen = []
    scan = PARSER.scan(b"info 1\n", progress=tell)
    with pytest.raises(RuntimeError, match="at the end"):
        scan.read_all()
    assert scan.read_all().to_tuples() == [("info", 1)] and len(seen) == 1


def test_a_function_may_read_the_scan_itself():
    def tell(progress):
        got.extend(scan.read(1).to_tuples())

    got = []
    scan = PARSER.scan_file(Slow(SLOW), progress=tell)
    rows = [row for batch in scan for row in batch.to_tuples()]
    assert got and sorted(got + rows) == sorted(SLOW_ROWS)


def test_a_function_is_let_go_of_at_the_end():
    class Tell:
        def __call__(self, progress):
            pass

    tell = Tell()
    scan = PARSER.scan(LINES, progress=tell)
    left = weakref.ref(tell)
    scan.read_all()
    del tell
    gc.collect()
    assert left() is None and scan.stats.matched == COUNT


@pytest.mark.parametrize("progress", [None, False])
def test_nobody_is_told_who_did_not_ask(progress):
    assert len(PARSER.scan(LINES, progress=progress).read_all()) == COUNT


PROGRAM = """
from test_progress import PARSER, SET, SLOW, Slow

class Slower(Slow):
    def read1(self, size=-1):
        import time
        time.sleep(0.05)
        return super().read1(size)

{scan}
print("rows", len(scan.read_all()))
"""


def run(scan, stderr):
    program = PROGRAM.format(scan=scan)
    # Not in python/, whose folder of the package has no extension.
    return subprocess.run([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=stderr, text=True, timeout=60, cwd=os.path.dirname(__file__))


@pytest.mark.skipif(os.name == "nt", reason="Windows has no pty")
@pytest.mark.parametrize("table", ["PARSER", "SET"])
def test_the_bar_is_on_a_terminal_and_is_taken_away(table):
    main, other = os.openpty()
    scan = "scan = PARSER.scan_file(Slower(SLOW), progress=True)"
    if table == "SET":
        scan = "scan = SET.scan_file(Slower(SLOW), table=True, progress=True)"
    ran = run(scan, other)
    os.close(other)
    shown = b""
    try:
        while data := os.read(main, 1 << 16):
            shown += data
    except OSError:  # The other end is closed.
        pass
    os.close(main)
    assert ran.returncode == 0 and ran.stdout == f"rows {len(SLOW_ROWS)}\n"
    text = shown.decode()
    assert " rows" in text and "KiB" in text and "/s" in text
    # The last that is written takes the line away.
    assert text.rstrip().endswith("\x1b[2K") or text.rstrip("\r\n ").endswith("\x1b[0J")


def test_on_a_pipe_there_is_no_bar():
    ran = run("scan = PARSER.scan_file(Slower(SLOW), progress=True)", subprocess.PIPE)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, f"rows {len(SLOW_ROWS)}\n", "")


def test_what_is_no_function_is_refused():
    for scan in (lambda: PARSER.scan(LINES, progress="yes"), lambda: SET.scan(LINES, progress=1), lambda: PARSER.scan_file("lost.log", progress=[])):
        with pytest.raises(TypeError, match="progress must be True, or a function that is called with a parsimd.Progress, not "):
            scan()
