"""Every example in the documentation runs and gives what it says."""

import doctest
import inspect
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pandas
import parse
import parsimd
import parsimd.duckdb
import parsimd.pandas
import parsimd.polars
import pyarrow
import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted(str(page.relative_to(ROOT)) for page in [ROOT / "README.md", *ROOT.glob("docs/**/*.md")])
# Run by spark/test_guide.py.
IN_SPARK = ["docs/guide/spark.md"]
# Of these there is nothing to run in Python; the examples in Rust are run by tests/it/guide.rs.
WITHOUT_EXAMPLES = ["docs/architecture.md", "docs/cookbook/index.md", "docs/guide/command.md", "docs/guide/performance.md", "docs/guide/rust.md", "docs/reliability.md"]


@pytest.mark.parametrize("module", [parsimd, parsimd._convert, parsimd.formats, parsimd.duckdb, parsimd.pandas, parsimd.polars], ids=lambda module: module.__name__)
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


@pytest.mark.parametrize("name", [page for page in PAGES if page not in IN_SPARK + WITHOUT_EXAMPLES])
def test_pages(name, monkeypatch):
    # A page puts parsimd in the place of parse.
    monkeypatch.setitem(sys.modules, "parse", parse)
    if not hasattr(pandas.DataFrame, "from_arrow"):
        # Before its version 3 pandas has no such call. What the page says to write in its place then runs there.
        by_pyarrow = staticmethod(lambda data: pyarrow.table(data).to_pandas())
        monkeypatch.setattr(pandas.DataFrame, "from_arrow", by_pyarrow, raising=False)
    found = doctest.testfile(str(ROOT / name), module_relative=False, optionflags=doctest.ELLIPSIS, encoding="utf-8")
    assert found.failed == 0 and found.attempted > 0


@pytest.mark.parametrize("name", ["README.md", "docs/index.md"])
def test_the_first_session_is_what_the_command_prints(name, tmp_path):
    page = (ROOT / name).read_text(encoding="utf-8")
    session = re.search(r"^```console\n(.*?)^```", page, re.MULTILINE | re.DOTALL)[1]
    ran = 0
    for command, printed in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", session, re.MULTILINE):
        program, *arguments = shlex.split(command)
        if program == "cat":
            (tmp_path / arguments[0]).write_text(printed, encoding="utf-8")
            continue
        assert program == "parsimd"
        # On a terminal a table is what comes without being asked for.
        run = [sys.executable, "-m", "parsimd", "--to", "table", *arguments]
        assert subprocess.run(run, cwd=tmp_path, capture_output=True, text=True, check=True).stdout == printed
        ran += 1
    assert ran == 2


def test_no_example_is_left_out():
    texts = {page: (ROOT / page).read_text(encoding="utf-8") for page in PAGES}
    assert [page for page, text in texts.items() if ">>>" not in text] == WITHOUT_EXAMPLES
    # Python that is not written as a session would not be run, and neither would a session with an option to skip.
    assert not [page for page, text in texts.items() if re.search(r"^```(py|python)\b|doctest: *\+?SKIP", text, re.MULTILINE)]
