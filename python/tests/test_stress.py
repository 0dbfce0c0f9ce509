"""Every public call, again and again, leaves nothing behind: no objects, and on a debug build of Python no references.

A reference that is kept to something that lives anyway, such as a class or None, is no object too many. Only a debug build counts those, so a lane of
``ci/pythons.sh --stress`` runs this on one. `stress_memory.py` makes the same calls below valgrind.
"""

import copy
import gc
import operator
import random
import sys
import threading

import parsimd
import pytest
from references import frozen
from share import some_of
from test_allocations import CALLS

HAS_TOTALS = hasattr(sys, "gettotalrefcount")
TIMES = 40
# What is left by chance: a cache that grows, a number that is a new object. A leak leaves as much as there are calls, or more.
BY_CHANCE = TIMES // 4

TEXT = b"".join(b"abc %d\n" % (n * 10**6) for n in range(20)) + b"nonsense\n"


class Own(parsimd.Result):
    """A program's own class of results."""


def number(text):
    return int(text)


def raises(kind, call, *arguments):
    try:
        call(*arguments)
    except kind:
        return
    raise AssertionError(kind)


def environment(path):
    """The names that the calls use."""
    path.write_bytes(b"abc 500000\n")
    p = parsimd.compile("{a} {n:d}")
    own = parsimd.compile("{x:N}", {"N": parsimd.with_pattern(".+", column="int64")(number)})
    s, k = p.scan(TEXT), p.scan(TEXT, rejects=True)
    b = s.read_all()
    names = {"copy": copy, "operator": operator, "parsimd": parsimd, "Own": Own, "number": number, "raises": raises, "taken": []}
    names.update(path=str(path), p=p, own=own, text=TEXT, s=s, b=b, k=k, w=s.reasons()[0], c=b["n"], r=b[2])
    names.update(f=s.stats.first_failures[0], x=p.parse("abc 5"), i=p.findall("abc 5"))
    return names


def calls():
    return [(f"{of}: {name}", call) for of, named in CALLS.items() for name, call in named.items()]


def in_an_error(call):
    """The call, and an exception that is raised where it ends."""

    def both():
        call()
        try:
            raise LookupError
        except LookupError:
            return call()

    return both


# What no single call does.
PARSER = parsimd.compile("{level:w} {n:d} {rest}")


def drop_at_once():
    """Thousands of objects of each class that go together, in no order: whatever they share loses all of its owners at that moment."""
    batch = PARSER.scan("a 1 x\n" * 50).read_all()
    kept = []
    for n in range(40):
        kept += [PARSER.parse("a 1 x"), PARSER.findall("a 1 x"), PARSER.parse("a 1 x", evaluate_result=False), PARSER.scan("a 1 x\n"), batch["n"], batch[1:9]]
        kept += [*batch, *PARSER.findall("a 1 x\n" * 9), iter(batch), parsimd.compile("{n:d}" + "x" * (n % 7))]
    random.Random(1).shuffle(kept)
    kept.clear()


def cycles():
    """Objects that lead back to themselves."""
    result, iterator = PARSER.parse("a 1 x"), PARSER.findall("a 1 x a 2 y")
    result.iterator, iterator.result, iterator.last = iterator, result, next(iterator)
    result.named["me"] = result
    gc.collect()


def threads():
    """Objects that are made on one thread and dropped on another."""
    shared = []

    def work():
        shared.extend(PARSER.scan("a 1 x\n" * 20, threads=2).read_all())
        shared.extend(PARSER.findall("a 1 x\n" * 20))

    running = [threading.Thread(target=work) for _ in range(3)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    shared.clear()


TOGETHER = {"drop at once": drop_at_once, "cycles": cycles, "threads": threads}


def totals():
    gc.collect()
    return sys.getallocatedblocks(), sys.gettotalrefcount() if HAS_TOTALS else 0


def left_by(work, times):
    """How many more objects and references there are after so many calls than before; the least of some tries, since caches fill and other threads live."""
    work()
    least = (sys.maxsize, sys.maxsize)
    for _ in range(8):
        before = totals()
        for _ in range(times):
            work()
        after = totals()
        least = tuple(min(old, now - then) for old, now, then in zip(least, after, before))
        if max(least) <= 0:
            break
    return least


@pytest.fixture(scope="module", autouse=True)
def names(tmp_path_factory):
    names = environment(tmp_path_factory.mktemp("stress") / "log")
    with frozen():
        yield names


def test_the_totals_would_show_what_is_left():
    kept = []
    objects, references = left_by(lambda: kept.append(object()), TIMES)
    assert objects >= TIMES and (references >= TIMES or not HAS_TOTALS)
    if HAS_TOTALS:
        assert left_by(lambda: kept.append(kept), TIMES)[1] >= TIMES


@pytest.mark.parametrize("name", some_of(dict(calls())))
def test_no_call_leaves_anything(name, names):
    # Where a call appends to a list of the program, it is emptied, as the program would.
    work = eval(f"lambda: ({dict(calls())[name]}, taken.clear())", names)
    objects, references = left_by(in_an_error(work), TIMES)
    assert objects < BY_CHANCE and references < BY_CHANCE, (objects, references)


@pytest.mark.parametrize("name", TOGETHER)
def test_objects_that_go_together_leave_nothing(name):
    objects, references = left_by(TOGETHER[name], TIMES)
    assert objects < BY_CHANCE and references < BY_CHANCE, (objects, references)
