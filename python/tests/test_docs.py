"""Every example in the documentation runs and gives what it says."""

import doctest
import inspect
from pathlib import Path

import parse
import parsimd
import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("module", [parsimd, parsimd._convert], ids=lambda module: module.__name__)
def test_docstrings(module):
    found = doctest.testmod(module)
    assert found.failed == 0 and found.attempted > 0


@pytest.mark.parametrize("call", [parsimd.parse, parsimd.search, parsimd.findall], ids=lambda call: call.__name__)
def test_docstrings_of_native_calls(call):
    runner = doctest.DocTestRunner()
    runner.run(doctest.DocTestParser().get_doctest(call.__doc__, {}, call.__name__, None, None))
    assert runner.failures == 0 and runner.tries > 0


def test_native_calls_have_the_signatures_of_parse():
    for name in ("parse", "search", "findall"):
        assert str(inspect.signature(getattr(parsimd, name))) == str(inspect.signature(getattr(parse, name)))
        ours, theirs = inspect.signature(getattr(parsimd.Parser, name)), inspect.signature(getattr(parse.Parser, name))
        assert str(ours).replace("/, ", "") == str(theirs)


@pytest.mark.parametrize("name", ["README.md", "docs/language.md", "docs/differences.md"])
def test_pages(name):
    found = doctest.testfile(str(ROOT / name), module_relative=False, optionflags=doctest.ELLIPSIS, encoding="utf-8")
    assert found.failed == 0 and found.attempted > 0
