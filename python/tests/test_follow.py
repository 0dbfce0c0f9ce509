"""Files that are followed: rows come as lines are written, and Ctrl-C ends it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any, Iterator, List

import pytest

import parsimd

# Away from python/, where the package has no extension beside it.
ELSEWHERE = Path(sys.executable).parent

LONG = 20.0
"""Seconds: longer than anything here should take, and shorter than a test that hangs."""


def append(path: Path, text: str) -> None:
    with open(path, "a") as file:
        file.write(text)


def append_once_told(scan: parsimd.Scan, told: str, path: Path, text: str) -> None:
    begin = time.monotonic()
    while not any(told in note for note in scan.stats.notes) and time.monotonic() - begin < LONG:
        time.sleep(0.005)
    append(path, text)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "a.log"
    path.write_text("n 1\nn 2\nn ")
    return path


class TestRows:
    def test_a_row_comes_when_its_newline_does(self, log: Path) -> None:
        scan = parsimd.compile("n {n:d}").scan_file(log, follow=True, include=["line"])
        assert next(scan).to_tuples() == [(1, 1), (2, 2)]
        for n in range(3, 8):
            append(log, f"{n}\nn ")
            assert next(scan).to_tuples() == [(n, n)]
        assert scan.stats.records == 7

    def test_a_row_that_is_waited_for_comes(self, log: Path) -> None:
        scan = parsimd.compile("n {n:d}").scan_file(log, follow=True)
        next(scan)
        writer = threading.Timer(0.2, append, (log, "3\n"))
        writer.start()
        assert next(scan).to_tuples() == [(3,)]
        writer.join()

    def test_rotation_truncation_and_absence(self, tmp_path: Path) -> None:
        path = tmp_path / "later.log"
        scan = parsimd.compile("n {n:d}").scan_file(str(path), follow=True)
        append(path, "n 1\n")
        assert next(scan).to_tuples() == [(1,)]
        path.rename(tmp_path / "later.log.1")
        append(path, "n 2\nn 33")
        assert next(scan).to_tuples() == [(2,)]
        os.truncate(path, 0)
        writer = threading.Thread(target=append_once_told, args=(scan, "shrank to 0 bytes after 8 bytes of it were read", path, "n 4\n"))
        writer.start()
        assert scan.read(1).to_tuples() == [(4,)]
        writer.join()
        assert sum("and is read from its start" in note for note in scan.stats.notes) == 1
        assert [failure.text for failure in scan.stats.first_failures] == ["n 33"]

    def test_several_files_have_their_own_lines(self, log: Path, tmp_path: Path) -> None:
        other = tmp_path / "b.log"
        scan = parsimd.compile("n {n:d}").scan_file([log, os.fsencode(other)], follow=True, include=["line"])
        assert next(scan).to_tuples() == [(1, 1), (2, 2)]
        append(other, "n 10\n")
        assert next(scan).to_tuples() == [(10, 1)]
        append(log, "3\n")
        assert next(scan).to_tuples() == [(3, 3)]

    def test_a_set_follows_too(self, log: Path) -> None:
        patterns = parsimd.compile_set({"one": "n {n:d}", "other": "m {m:d}"})
        scan = patterns.scan_file(log, follow=True)
        assert [(name, batch.to_tuples()) for name, batch in [next(scan)]] == [("one", [(1,), (2,)])]
        append(log, "3\nm 4\n")
        assert [(name, batch.to_tuples()) for name, batch in [next(scan), next(scan)]] == [("one", [(3,)]), ("other", [(4,)])]
        table = patterns.scan_file(log, follow=True, table=True, limit=4)
        assert table.read_all().to_tuples() == [("one", 1, None), ("one", 2, None), ("one", 3, None), ("other", None, 4)]

    def test_a_limit_ends_it(self, log: Path) -> None:
        append(log, "3\nn 4\n")
        assert parsimd.compile("n {n:d}").scan_file(log, follow=True, limit=3).read_all()["n"].to_pylist() == [1, 2, 3]

    def test_rejects_are_handed_over_as_they_come(self, log: Path) -> None:
        kept: List[Any] = []
        scan = parsimd.compile("n {n:d}").scan_file(log, follow=True, rejects=kept.append)
        next(scan)
        append(log, "x\nn 4\n")
        assert next(scan).to_tuples() == [(4,)]
        assert [row for batch in kept for row in batch["text"].to_pylist()] == ["n x"]

    @pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
    def test_a_child_that_was_forked_goes_on_with_it(self, log: Path) -> None:
        scan = parsimd.compile("n {n:d}").scan_file(log, follow=True, threads=1)
        next(scan)
        child = os.fork()
        if child == 0:
            try:
                log.rename(log.with_suffix(".1"))
                append(log, "n 3\n")
                # What stood after the last newline of the first is a line without a number.
                os._exit(0 if scan.read(1).to_tuples() == [(3,)] else 1)
            except BaseException:
                os._exit(2)
        begin = time.monotonic()
        while time.monotonic() - begin < LONG:
            ended, status = os.waitpid(child, os.WNOHANG)
            if ended:
                assert status == 0
                return
            time.sleep(0.01)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        pytest.fail("the child got no row")


class TestErrors:
    def test_what_cannot_be_followed(self, tmp_path: Path, log: Path) -> None:
        parser = parsimd.compile("n {n:d}")
        with open(log, "rb") as file, pytest.raises(TypeError, match="follow=True takes paths"):
            parser.scan_file(file, follow=True)
        with pytest.raises(IsADirectoryError, match="name the files in it"):
            parser.scan_file(tmp_path, follow=True)
        with pytest.raises(OSError, match="is no plain file and cannot be followed"):
            parser.scan_file(os.devnull, follow=True)


WAITS = """
import sys, parsimd
scan = parsimd.compile("n {n:d}").scan_file(sys.argv[1], follow=True)
next(scan)
print("waits", flush=True)
try:
    CALL
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals are others there")
@pytest.mark.parametrize("call", ["next(scan)", "scan.read_all()", "scan.read(5)", "for batch in scan: pass"])
def test_ctrl_c_ends_the_wait(log: Path, call: str) -> None:
    child = subprocess.Popen([sys.executable, "-c", WAITS.replace("CALL", call), str(log)], stdout=subprocess.PIPE, text=True, cwd=ELSEWHERE)
    assert child.stdout is not None
    assert child.stdout.readline() == "waits\n"
    time.sleep(0.1)
    child.send_signal(signal.SIGINT)
    assert child.communicate(timeout=LONG)[0] == "interrupted\n"


@pytest.mark.skipif(sys.platform == "win32", reason="signals are others there")
def test_ctrl_c_ends_the_command(log: Path) -> None:
    child = subprocess.Popen([sys.executable, "-m", "parsimd", "n {n:d}", "--follow", str(log)], stdout=subprocess.PIPE, text=True, cwd=ELSEWHERE)
    assert child.stdout is not None
    assert child.stdout.readline() == '{"n":1}\n'
    child.send_signal(signal.SIGINT)
    child.communicate(timeout=LONG)
    assert child.returncode == -signal.SIGINT


@pytest.fixture
def pipe() -> Iterator[Any]:
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as read, os.fdopen(writing, "wb", buffering=0) as write:
        yield read, write


def test_a_row_of_a_pipe_comes_when_its_newline_does(pipe: Any) -> None:
    read, write = pipe
    scan = parsimd.compile("n {n:d}").scan_file(read)
    for n in range(5):
        write.write(b"n %d\nn " % n if n == 0 else b"%d\nn " % n)
        assert next(scan).to_tuples() == [(n,)]
