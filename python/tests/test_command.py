"""The command, as the package installs it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, List

import pytest

LOG = "info 12\nnoise\nwarn 340\n"


# Away from python/, where the package has no extension beside it.
ELSEWHERE = Path(sys.executable).parent


def command(*arguments: str) -> List[str]:
    return [sys.executable, "-m", "parsimd", *arguments]


def run(*arguments: str, text: str = LOG, **options: Any) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(command(*arguments), input=text, capture_output=True, text=True, cwd=ELSEWHERE, **options)


def test_it_reads_lines_and_writes_rows() -> None:
    ran = run("{level:w} {ms:d}", "--where", "ms > 100")
    assert (ran.stdout, ran.stderr, ran.returncode) == ('{"level":"warn","ms":340}\n', "", 0)


def test_exit_codes_are_those_of_the_command() -> None:
    assert run("{level:w} {ms:d}", text="noise\n").returncode == 1
    assert run("{level:w} {ms:d}", "/nowhere/at/all").returncode == 2
    ran = run("--help")
    assert ran.returncode == 0 and "Usage: parsimd" in ran.stdout


def test_an_argument_that_is_not_unicode_is_a_path(tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/\xff.log"
    try:
        with open(path, "w") as file:
            file.write(LOG)
    except OSError:
        pytest.skip("this file system takes UTF-8 names alone")
    ran = subprocess.run([*command("{level:w} {ms:d}", "--count"), path], capture_output=True, cwd=ELSEWHERE)
    assert (ran.stdout, ran.returncode) == (b"2\n", 0)


def test_ctrl_c_ends_it_while_it_waits() -> None:
    process = subprocess.Popen(command("{n:d}"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ELSEWHERE)
    assert process.stdin is not None and process.stdout is not None
    process.stdin.write("1\n")
    process.stdin.flush()
    assert process.stdout.readline() == '{"n":1}\n'
    begin = time.monotonic()
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=10) == -signal.SIGINT
    assert time.monotonic() - begin < 5
    process.stdin.close()
    process.stdout.close()
