"""A subinterpreter cannot import the package, and is told so: whoever imports first, it neither hangs nor disturbs the main interpreter."""

import subprocess
import sys

import pytest

# The module that makes subinterpreters has had several names, and its calls several forms. What the code in one prints is all that is read.
MAKE = """
try:
    import _interpreters as interpreters
except ImportError:
    import _xxsubinterpreters as interpreters

def create(is_isolated):
    try:
        return interpreters.create(isolated=is_isolated)
    except TypeError:
        return interpreters.create("isolated" if is_isolated else "legacy")

def run(is_isolated, code):
    made = create(is_isolated)
    interpreters.run_string(made, code)
    interpreters.destroy(made)
"""

IMPORT = '''
try:
    import parsimd
    print(list(parsimd.findall("{a} ", "x y ")), list(parsimd.compile("{a}").scan("x")), flush=True)
except ImportError as error:
    print("refused:", error, flush=True)
'''

MAIN = """
import parsimd
print(parsimd.parse("{:d}", "7")[0], parsimd.compile("{a}").scan("x").read_all().to_tuples(), flush=True)
"""


def output(code, folder):
    """What is printed by code in a process of its own, not in the folder where the package has no extension module beside it."""
    run = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, timeout=60)
    assert run.returncode == 0, run.stderr
    return run.stdout.splitlines()


@pytest.mark.parametrize("is_isolated", [True, False], ids=["isolated", "legacy"])
@pytest.mark.parametrize("is_first", [True, False], ids=["first", "after the main one"])
def test_a_subinterpreter_is_refused_with_the_reason_and_what_to_do(is_first, is_isolated, tmp_path):
    sub = f"run({is_isolated}, {IMPORT!r})\n"
    # Twice: a refusal leaves nothing behind that another one stumbles over.
    code = MAKE + (sub * 2 + MAIN if is_first else MAIN + sub * 2) + MAIN
    lines = output(code, tmp_path)
    refused = [line for line in lines if line.startswith("refused: ")]
    assert [line for line in lines if line not in refused] == ["7 [('x',)]"] * 2
    assert len(refused) == 2
    for line in refused:
        assert "parsimd cannot be imported in a subinterpreter: " in line and "processes" in line


def test_another_failure_of_the_native_module_is_told_as_it_is(tmp_path):
    code = """
import sys
sys.modules["parsimd._parsimd"] = None
try:
    import parsimd
except ImportError as error:
    print("subinterpreter" in str(error), "_parsimd" in str(error))
"""
    assert output(code, tmp_path) == ["False True"]
