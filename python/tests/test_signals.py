"""Ctrl-C, fork and the end of the interpreter, in the middle of whatever parsimd does.

The figures of Ctrl-C are those of ``make signals``, from ``signals.py``; here a few moments of each call have a loose bound, since the machine of a test may be
busy. ``PARSIMD_FORKS`` is how many children are made by each method, 100 with ``make stress``.
"""

import gc
import itertools
import math
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import parsimd
import pytest
import signals
from programs import run
from share import share_of, some_of

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork and no kill here")

# It hangs where a process of several threads forks, and crashes where one ends. That says nothing of what it emulates.
needs_threads = pytest.mark.skipif("PARSIMD_REQUIRE_MACHINE" in os.environ, reason="an emulator neither forks nor ends a process of several threads as a system does")
# What is promised is a tenth of a second. Half of the moments must be within this; all of what is interrupted takes longer, or goes on for ever.
SOON = 0.5
# Five at least: two that another package loses are not half of them.
MOMENTS = max(5, share_of(6))
FORKS = int(os.environ.get("PARSIMD_FORKS", share_of(20)))
PACKAGES = {name: name.split(",")[0] for name in signals.CALLS if name.split(",")[0] in ("pyarrow", "polars", "pandas", "duckdb")}


@pytest.fixture(scope="module")
def inputs(tmp_path_factory):
    return signals.Inputs(tmp_path_factory.mktemp("signals"), 200_000)


@pytest.mark.parametrize("name", some_of(signals.CALLS))
def test_ctrl_c_ends_every_long_call(name, inputs):
    if name in PACKAGES:
        pytest.importorskip("pyarrow" if PACKAGES[name] == "pandas" else PACKAGES[name])
    taken = signals.latencies(name, inputs, MOMENTS, random.Random(name))
    assert signals.share(taken, 0.5) < SOON, taken
    # Another package may lose one in its own code: polars calls Python for each type, and takes what is raised there for an error of its own, or panics.
    assert name in PACKAGES or math.inf not in taken


def test_ctrl_c_ends_a_program_as_it_ends_others():
    program = """
        import os, parsimd, signal, threading
        threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
        while True:
            parsimd.compile("{n:d} {rest}").scan(b"12 abc\\n" * 300_000).read_all()
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(program)], stderr=subprocess.PIPE, cwd=Path(__file__).parent, timeout=60)
    assert done.returncode == -signal.SIGINT and done.stderr.endswith(b"KeyboardInterrupt\n"), done


# Forks.

LOG = "".join(f"info {n} abc\n" for n in range(2000))
PARSER = parsimd.compile("{level:w} {n:d} {rest}")
USED = {}


def in_child(number):
    """Uses what the parent has used, if it is there, and what is new."""
    for result in USED.get("results", ()):
        assert result["n"] == 7 and result.named["rest"] == "x"
    if USED:
        assert len(USED["batch"]) == 2000 and USED["batch"]["n"][1999] == 1999
        assert [result["n"] for result in USED["iterator"]] == [2, 3]
        assert sum(map(len, USED["scan"])) == 2000 * 400 - USED["given"]
    rows = PARSER.scan(LOG * 50, threads=2).read_all()
    assert len(rows) == 100_000 and rows[99_999]["n"] == 1999
    assert [result["n"] for result in parsimd.findall("<{n:d}>", "<1> <2>" + " " * (1 << 19))] == [1, 2]
    return number


def use():
    """Uses all that has threads or state, and leaves things begun."""
    PARSER.scan(LOG * 50, threads=2).read_all()
    parsimd.search("{n:d} never", LOG * 100)
    iterator, scan = parsimd.findall("<{n:d}>", "<1> <2> <3>"), PARSER.scan(LOG * 400, threads=2)
    next(iterator)
    batch = PARSER.scan(LOG).read_all()
    USED.update(results=[PARSER.parse("info 7 x") for _ in range(50)], iterator=iterator, batch=batch, scan=scan, given=len(next(scan)))


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("method", ["fork", "forkserver", "spawn"])
def test_every_child_can_use_what_its_parent_has_used(method):
    context = multiprocessing.get_context(method)
    # A connection of DuckDB that a child drops ends it with SIGSEGV, and other tests may have left one.
    gc.collect()
    use()
    try:
        for first in range(0, FORKS, 10):
            children = [context.Process(target=in_child, args=(number,)) for number in range(min(10, FORKS - first))]
            for child in children:
                child.start()
            for child in children:
                child.join(120)
            assert [child.exitcode for child in children] == [0] * len(children)
    finally:
        USED.clear()


@needs_threads
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_children_that_are_forked_while_other_threads_scan_go_on():
    # Whatever the threads hold at that moment is held for ever in the child, which has none of them.
    run(
        f"""
        import os, sys, threading, time, warnings, parsimd
        warnings.simplefilter("ignore")
        parser, done = parsimd.compile("{{level:w}} {{n:d}} {{rest}}"), threading.Event()
        log = b"info 12 abc\\n" * 20_000
        def scan():
            while not done.is_set():
                assert len(parser.scan(log, threads=2).read_all()) == 20_000
                assert parsimd.search("{{n:d}} never", "1 " * 10_000) is None
        threads = [threading.Thread(target=scan) for _ in range(2)]
        for thread in threads:
            thread.start()
        failed = 0
        for _ in range({FORKS}):
            time.sleep(0.005)
            child = os.fork()
            if child == 0:
                assert parsimd.parse("{{:d}}", "7")[0] == 7
                assert len(parser.scan(log, threads=1).read_all()) == 20_000
                os._exit(7)
            failed += os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != 7
        done.set()
        assert not failed, failed
        """
    )


@needs_threads
@pytest.mark.parametrize("read", ["next(scan)", "scan.read_all()", "scan.reasons()", "list(scan)"])
def test_a_child_that_reads_a_scan_which_another_thread_was_in_says_so(read):
    run(f"""
        import os, signal, threading, warnings, parsimd
        warnings.simplefilter("ignore")
        inside, done = threading.Event(), threading.Event()
        class File:
            def read(self, size):
                inside.set()
                done.wait()
                return b""
        scan = parsimd.compile("{{:d}}").scan_file(File())
        thread = threading.Thread(target=scan.read_all)
        thread.start()
        inside.wait()
        child = os.fork()
        if child == 0:
            signal.alarm(10)
            try:
                {read}
            except RuntimeError as error:
                os._exit(7 if "forked" in str(error) and repr(scan) else 1)
            os._exit(2)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        done.set()
        thread.join()
        assert status == 7, status
        # In the parent it goes on.
        assert len(scan.read_all()) == 0
        """, seconds=30)


@needs_threads
def test_a_child_reads_on_where_its_parent_has_read():
    run("""
        import os, parsimd
        scan = parsimd.compile("{:d}").scan_file([__import__("io").BytesIO(b"1\\n"), __import__("io").BytesIO(b"2\\n")], threads=1)
        assert len(scan.read(1)) == 1
        child = os.fork()
        if child == 0:
            os._exit(7 if scan.read_all().to_tuples() == [(2,)] else 1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
        """)


# The end of the interpreter.

BEGUN = """
    import atexit, os, sys, threading, time, parsimd
    parser = parsimd.compile("{level:w} {n:d} {rest}")
    log = b"info 12 abc\\n" * 400_000
    began = threading.Event()
    def scan():
        while True:
            for batch in parser.scan(log, threads=2):
                began.set()
    def rows():
        while True:
            for row in parser.scan(log).read_all():
                began.set()
    def find():
        text = log.decode()
        while True:
            for result in parser.findall(text):
                began.set()
    def search():
        text = log.decode() * 10
        while True:
            began.set()
            parsimd.search("{n:d} {m:d} never", text)
    def pipe():
        theirs, ours = os.pipe()
        os.write(ours, b"info 12 abc\\n")
        for batch in parser.scan_file(f"/dev/fd/{theirs}"):
            began.set()
    def open_pipe():
        theirs, ours = os.pipe()
        os.write(ours, b"info 12 abc\\n")
        for batch in parser.scan_file(os.fdopen(theirs, "rb")):
            began.set()
    def convert():
        def slow(text):
            began.set()
            time.sleep(0.001)
            return 1
        own = parsimd.compile("{n:T}", {"T": parsimd.with_pattern(".+", column="int64")(slow)})
        own.scan("".join(f"{n}\\n" for n in range(10**6))).read_all()
    def arrow():
        import pyarrow
        while True:
            began.set()
            pyarrow.table(parser.scan(log))
    def offsets():
        parser = parsimd.compile("{when:th} {rest}")
        while True:
            parser.parse("21/Nov/2011:00:07:11 +0100 a").named
            began.set()
    def patched():
        parsimd.Parser.parse = lambda *_: sum(range(100_000))
        while True:
            parsimd.parse("{n}", "a")
            began.set()
    def several(work):
        # One is inside of Python's code at most times.
        sys.setswitchinterval(1e-5)
        for _ in range(2):
            begin(work)
        work()
    def begin(work):
        threading.Thread(target=work, daemon=True).start()
        assert began.wait(60)
"""


WORK = ["scan", "rows", "find", "search", "pipe", "open_pipe", "convert", "arrow", "lambda: several(offsets)", "lambda: several(patched)"]
ENDS = ["", "sys.exit(0)", "os._exit(0)", "atexit.register(lambda: parser.scan(log).read_all())"]


@needs_threads
@pytest.mark.parametrize("work, end", some_of(itertools.product(WORK, ENDS)))
def test_the_interpreter_ends_while_a_daemon_thread_is_at_work(work, end):
    if work == "arrow":
        pytest.importorskip("pyarrow")
    assert run(f"{BEGUN}\n    begin({work})\n    {end}\n", seconds=60) == ""


EXITS = {
    "a converter": "parsimd.parse('{n:T}', 'x', {'T': leave})",
    "a column": "parsimd.compile('{n:T}', {'T': parsimd.with_pattern('.+', column='text')(leave)}).scan('x\\n' * 9, threads=2).read_all()",
    "a file": "parsimd.compile('{n}').scan_file(File()).read_all()",
    "rejects": "parsimd.compile('{n:d}').scan('x\\n' * 9, rejects=leave).read_all()",
    "a finalizer, at the end": "setattr(parsimd.parse('{n}', 'x'), 'other', leave) or leave()",
}


@pytest.mark.parametrize("place, leave", some_of(itertools.product(EXITS, ["sys.exit(3)", "os._exit(3)"])))
def test_a_program_can_exit_wherever_it_is_called(place, leave):
    program = f"""
        import os, sys, parsimd
        def leave(*_):
            {leave}
        class File:
            read = leave
        {EXITS[place]}
        raise AssertionError("it went on")
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(program)], stderr=subprocess.PIPE, cwd=Path(__file__).parent, timeout=60)
    assert (done.returncode, done.stderr) == (3, b"")


def test_what_is_alive_at_the_end_is_dropped_in_any_order():
    kept = {
        "iterator": "parser.findall('a 1 x\\nb 2 y\\n')",
        "scan": "parser.scan('a 1 x\\n' * 100_000, threads=2)",
        "file": "parser.scan_file(__file__ if False else os.devnull)",
        "stream": "parser.scan('a 1 x\\n').__arrow_c_stream__()",
        "array": "parser.scan('a 1 x\\n').read_all().__arrow_c_array__()",
        "row": "parser.scan('a 1 x\\n').read_all()[0]",
        "set": "parsimd.compile_set({'a': '{n:d}'}).scan('1\\n' * 100_000)",
    }
    run(
        f"""
        import builtins, os, parsimd, sys
        parser = parsimd.compile("{{level:w}} {{n:d}} {{rest}}")
        kept = [{", ".join(kept.values())}]
        for one in kept:
            if hasattr(one, "__next__"):
                next(one, None)
        # A module that goes last, a thread's own, a cycle, and something that only the interpreter holds.
        builtins.kept, sys.kept = kept, list(kept)
        cycle = [kept]
        cycle.append(cycle)
        parsimd.kept = lambda: cycle
        """
    )


# Names of files that are no text.


@pytest.fixture
def log(tmp_path):
    path = os.fsencode(tmp_path) + b"/caf\xe9 \xff.log"
    try:
        Path(os.fsdecode(path)).write_text("info 1 a\nnoise\n")
    except OSError:
        pytest.skip("this file system has no such names")
    return path


@pytest.mark.parametrize("given", [lambda path: path, os.fsdecode, lambda path: Path(os.fsdecode(path)), lambda path: [path], lambda path: os.fsdecode(path)[:-3] + "*"])
def test_a_file_name_that_is_no_text_is_read_and_shown(given, log):
    scan = PARSER.scan_file(given(log), include=["file"])
    (row,) = scan.read_all().to_tuples()
    assert row[:3] == ("info", 1, "a") and row[3].endswith("caf\ufffd \ufffd.log")
    assert scan.stats.first_failures == [] or scan.stats.first_failures[0].source.endswith(".log")
    assert [reason.source for reason in scan.reasons()] == [row[3]]


def test_a_file_name_that_is_no_text_can_be_followed_and_written_to(log, tmp_path):
    scan = PARSER.scan_file(log, follow=True)
    assert next(scan).to_tuples() == [("info", 1, "a")]
    rejects = os.fsencode(tmp_path) + b"/\xfe"
    PARSER.scan_file(log, rejects=os.fsdecode(rejects)).read_all()
    assert Path(os.fsdecode(rejects)).read_text() == "noise\n"


def test_an_error_names_a_file_whose_name_is_no_text(log):
    os.unlink(log)
    with pytest.raises(FileNotFoundError, match="caf") as raised:
        PARSER.scan_file(log)
    assert str(raised.value).isprintable() or "\ufffd" in str(raised.value)
