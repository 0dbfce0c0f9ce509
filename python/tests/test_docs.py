"""Every example in the documentation runs and gives what it says."""

import doctest
from pathlib import Path

import parsimd
import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("module", [parsimd, parsimd._parser, parsimd._convert], ids=lambda module: module.__name__)
def test_docstrings(module):
    found = doctest.testmod(module)
    assert found.failed == 0 and found.attempted > 0


@pytest.mark.parametrize("name", ["README.md", "docs/language.md", "docs/differences.md"])
def test_pages(name):
    found = doctest.testfile(str(ROOT / name), module_relative=False, optionflags=doctest.ELLIPSIS, encoding="utf-8")
    assert found.failed == 0 and found.attempted > 0
