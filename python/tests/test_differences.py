"""The deliberate differences from PyPI parse 1.22.4: what it does, and what we do. docs/differences.md lists the same."""

import itertools
import os
import subprocess
import sys
import time
from datetime import datetime

import parse
import parsimd
import pytest


@pytest.mark.parametrize(
    ("call", "theirs", "ours"),
    [
        (lambda p: p.search("{:d}", "abc -12 def")[0], 12, -12),
        (lambda p: [r[0] for r in p.findall("{:d}", "1 -2 3")], [1, 2, 3], [1, -2, 3]),
        (lambda p: p.parse("x{:d}", "x -5")[0], 5, -5),
        (lambda p: p.parse("{:d}", " 0x1F")[0], 1, 31),
    ],
    ids=["search", "findall", "parse", "base prefix"],
)
def test_a_space_captured_in_the_place_of_a_sign_hides_neither_sign_nor_base(call, theirs, ours):
    assert call(parse) == theirs
    assert call(parsimd) == ours


def test_findall_gives_a_match_of_nothing_once():
    assert [r.spans[0] for r in itertools.islice(parse.findall("{:tt}", "ab"), 5)] == [(0, 0)] * 5
    assert [r.spans[0] for r in parsimd.findall("{:tt}", "ab")] == [(0, 0), (1, 1), (2, 2)]


@pytest.mark.parametrize(
    ("format", "text", "date"),
    [
        ("{:tg}", "1/jan/2011", datetime(2011, 1, 1)),
        ("{:ta}", "JANUARY-1-2011", datetime(2011, 1, 1)),
        ("{:tc}", "mon nov 21 10:21:36 2011", datetime(2011, 11, 21, 10, 21, 36)),
    ],
)
def test_month_names_are_read_in_any_case(format, text, date):
    with pytest.raises(KeyError):
        parse.parse(format, text)
    assert parsimd.parse(format, text)[0] == date


def test_month_names_of_logs_are_read_in_any_case():
    for format, text in (("{:th}", "21/nov/2011:00:07:11 +0000"), ("{:te}", "21 NOV 2011 00:07:11 +0000")):
        with pytest.raises(KeyError):
            parse.parse(format, text)
        assert parsimd.parse(format, text)[0].replace(tzinfo=None) == datetime(2011, 11, 21, 0, 7, 11)
    with pytest.raises(KeyError):
        parse.parse("{:ts}", "nov 9 03:37:44")
    assert parsimd.parse("{:ts}", "nov 9 03:37:44")[0].month == 11


def test_time_is_linear_where_it_was_cubic():
    format, text = "{a}x{b}x{c}y", "x" * 500
    took = {}
    for package in (parse, parsimd):
        parser = package.compile(format)
        parser.parse("-x-x-y")
        start = time.process_time()
        assert parser.parse(text) is None
        took[package] = time.process_time() - start
    assert parsimd.compile(format).engine.name == "native"
    # Cubic against linear on 500 characters is a factor of thousands.
    assert took[parsimd] * 5 < took[parse]


def test_module_level_calls_use_a_cache_and_compile_does_not():
    first, second = (next(parsimd.findall("{:d}", "1", evaluate_result=False)).parser for _ in range(2))
    assert first is second
    assert parsimd.compile("{:d}") is not parsimd.compile("{:d}")
    first, second = (next(parse.findall("{:d}", "1", evaluate_result=False)).parser for _ in range(2))
    assert first is not second


def test_the_cache_sees_when_a_converter_changes():
    def number(text):
        return int(text)

    number.pattern = r"\d"
    assert parsimd.parse("{:N}{}", "123", {"N": number}).fixed == (1, "23")
    number.pattern = r"\d\d"
    assert parsimd.parse("{:N}{}", "123", {"N": number}).fixed == (12, "3")
    assert parsimd.parse("{:N}{}", "123", {"N": str}).fixed == ("1", "23")
    assert parsimd.parse("A", "a") is not None
    assert parsimd.parse("A", "a", case_sensitive=True) is None


def test_the_instruction_set_of_the_environment_is_used_or_is_an_error(tmp_path):
    def run(name):
        code = "import parsimd; print(parsimd.isa())"
        environment = {**os.environ, "PARSIMD_ISA": name}
        # Not from here, where the package has no extension module beside it.
        return subprocess.run([sys.executable, "-c", code], env=environment, cwd=tmp_path, capture_output=True, text=True)

    assert run("scalar").stdout == "scalar\n"
    wrong = run("mmx")
    assert wrong.returncode != 0 and "mmx" in wrong.stderr and "scalar" in wrong.stderr
