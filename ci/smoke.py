"""Whether the package works where it was put: what fails where a library, an instruction or a file of the wheel is missing.

    PYTHONPATH=FOLDER python ci/smoke.py [ISA]      ISA is the instruction set that it should have chosen

It needs nothing but the package, and prints one line.
"""

import datetime
import importlib.util
import os
import platform
import sys
import tempfile

import parsimd
from parsimd._parsimd import run_command

LINE = "2026-11-28T10:00:00Z GET /index.html 200 1.25 192.168.0.1\n"
PATTERN = "{time:ti} {method:w} {path} {status:d} {seconds:f} {ip:ip}"
RECORDS = 20_000
# A file of each kind that this Python can make: one that was built without a library has no module for it.
PACKERS = {ending: module for ending, module in (("gz", "gzip"), ("bz2", "bz2"), ("xz", "lzma")) if importlib.util.find_spec(f"_{module}".replace("_gzip", "zlib"))}


def single_calls():
    assert parsimd.parse("{name} is {age:d}", "Ada is 36").named == {"name": "Ada", "age": 36}
    assert [found["n"] for found in parsimd.findall("<{n:d}>", "<1> <x> <3>")] == [1, 3]
    assert parsimd.parse("{:tg}", "1/2/2011 10:21:36 PM")[0] == datetime.datetime(2011, 2, 1, 22, 21, 36)
    # What the engine leaves to `re`.
    assert parsimd.parse("Größe {:d}", "Größe 3")[0] == 3


def scans(folder):
    text = (LINE * RECORDS + "noise\n").encode()
    parser = parsimd.compile(PATTERN)
    for threads in (1, 2):
        scan = parser.scan(text, threads=threads)
        rows = [row for batch in scan for row in batch]
        assert len(rows) == RECORDS and scan.stats.unmatched == 1
        assert rows[-1]["status"] == 200 and rows[-1]["seconds"] == 1.25
    path = os.path.join(folder, "access.log")
    for ending, pack in [("", bytes), *((f".{ending}", importlib.import_module(module).compress) for ending, module in PACKERS.items())]:
        with open(path + ending, "wb") as file:
            file.write(pack(text))
        assert sum(len(batch) for batch in parser.scan_file(path + ending)) == RECORDS, ending
    return path + ending


def command(path):
    """The command writes a table of the file into the output of this process, which is kept in a file meanwhile."""
    with tempfile.TemporaryFile() as output:
        kept = os.dup(1)
        os.dup2(output.fileno(), 1)
        try:
            code = run_command(["parsimd", PATTERN, path, "--to", "csv"])
        finally:
            os.dup2(kept, 1)
        output.seek(0)
        lines = output.read().splitlines()
    assert code in (0, None) and len(lines) == RECORDS + 1, (code, lines[:3])


def main():
    isa = sys.argv[1:] or [parsimd.isa()]
    assert [parsimd.isa()] == isa, f"the instruction set is {parsimd.isa()}, not {isa[0]}"
    assert parsimd._parsimd.PLAIN_CLASSES is None or not parsimd._parsimd.PLAIN_CLASSES, parsimd._parsimd.PLAIN_CLASSES
    single_calls()
    with tempfile.TemporaryDirectory() as folder:
        command(scans(folder))
    libc = " ".join(platform.libc_ver()) or "another libc than glibc"
    packed = ", ".join(PACKERS) or "nothing compressed"
    print(f"parsimd {parsimd.__version__} works, with {packed}: {platform.python_implementation()} {platform.python_version()}, {platform.machine()}, {parsimd.isa()}, {libc}")


if __name__ == "__main__":
    main()
