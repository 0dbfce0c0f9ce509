"""Runs a Python program below valgrind, and fails for what the extension did wrong: an invalid access, a value that was never set, a leak.

    python ci/memcheck.py PYTHON PROGRAM [ARGUMENT…]

An invalid access counts wherever it is, since what an extension has freed too early is read by the interpreter. Values that were never set and memory that
nobody has any more count where the extension stands in one of the stacks: other libraries have some of their own. Python is to take its memory from the system
(``PYTHONMALLOC=malloc``), and so is the extension: its feature `system-allocator`.
"""

import collections
import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as tree
from pathlib import Path

OURS = "_parsimd"
# How near to the place it must stand: what an import does that it asks for, further away, is not its own.
NEAR = 12
ALWAYS = {"InvalidRead", "InvalidWrite", "InvalidFree", "InvalidJump", "MismatchedFree", "Overlap"}
SUPPRESSIONS = Path("/usr/lib/valgrind/python3.supp")
OPTIONS = ["--leak-check=full", "--show-leak-kinds=definite", "--num-callers=40", "--track-fds=no", "--keep-debuginfo=yes", "--child-silent-after-fork=yes"]


def stacks(error):
    return [stack.findall("frame") for stack in error.iter("stack")]


def is_ours(error):
    return any(OURS in frame.findtext("obj", "") for stack in stacks(error) for frame in stack[:NEAR])


def counts(error):
    kind = error.findtext("kind", "")
    return kind in ALWAYS or is_ours(error)


def show(error):
    what = error.findtext("what") or error.findtext("xwhat/text") or ""
    print(f"{error.findtext('kind')}: {what}")
    for stack in stacks(error):
        for frame in stack[:24]:
            print(f"    {frame.findtext('fn', '?')[:120]} ({Path(frame.findtext('obj', '?')).name})")
        print()


def main():
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = ["valgrind", "--tool=memcheck", "--xml=yes", f"--xml-file={report}", *OPTIONS]
        if SUPPRESSIONS.exists():
            command.append(f"--suppressions={SUPPRESSIONS}")
        environment = {**os.environ, "PYTHONMALLOC": "malloc"}
        status = subprocess.run([*command, *sys.argv[1:]], env=environment).returncode
        errors = tree.parse(report).getroot().findall("error")
    found = [error for error in errors if counts(error)]
    for error in found:
        show(error)
    kinds = collections.Counter(error.findtext("kind") for error in errors)
    print(f"memcheck: {len(found)} errors that count, of {len(errors)} ({', '.join(f'{n} {kind}' for kind, n in kinds.items()) or 'none'}); the program ended with {status}")
    sys.exit(1 if found or status else 0)


if __name__ == "__main__":
    main()
