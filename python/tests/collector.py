"""The garbage collector at every chance, among thousands of objects that refer to each other in a circle.

The collector visits an object at any time between two allocations: while it is made, while it is read for the first time, and while what it
refers to is taken apart. Usually it comes once in hundreds of objects, and finds few of ours; a fault in what an object tells it, or in what it does
when a cycle is broken, then shows once in a million calls. Here it comes at each second object that it watches, and between two tests a few hundred
objects of every class are made, in circles of several forms, and as many old ones are dropped, in no order.

What was there before the first test is frozen: it is ours least of all, and to look through pandas at each chance would take days. A run that
did not collect as often as it should fails.
"""

import gc
import random

import parsimd
import pytest

# Objects that live at a time, and how many of them are replaced after each test.
ALIVE = 3000
REPLACED = 240
LINES = "".join(f"a{n} {n} x\n" for n in range(40)) + "noise\n"


class Loop:
    """Something of the program's own, that can refer to anything."""


class OwnParser(parsimd.Parser):
    """A parser with a `__dict__` that the program fills."""


class OwnResult(parsimd.Result):
    """A result with a `__dict__` that the program fills."""


def typed():
    """A parser whose converter gives a list, and refers to the parser."""

    def converter(text):
        return [text]

    converter.parser = OwnParser("{a:C} {n:d}", {"C": converter})
    return converter.parser


def one_of_each():
    """An object of each class, as new as they come."""
    plain, own = parsimd.compile("{a} {n:d} {}"), typed()
    yield plain
    yield own
    yield plain.parse("x 5 y")
    for read in (lambda result: result["a"], lambda result: result.named, lambda result: result.fixed, lambda result: result.spans, vars):
        result = plain.search("x 5 y")
        read(result)
        yield result
    result = plain.parse("x 5 y")
    result.note = result.named["me"] = result
    yield result
    # A value that can be made to refer to the result that it is in.
    result = own.parse("x 5")
    result["a"].append(result)
    yield result
    yield own.parse("é 5")
    yield own.search("x 5 y")
    result = OwnResult((1, []), {"a": []}, {})
    result.fixed[1].append(result)
    yield result
    for steps in (0, 1, 2):
        for evaluate_result in (True, False):
            iterator = own.findall("x 5 y 6 z 7 " * 3, evaluate_result=evaluate_result)
            for _ in range(steps):
                next(iterator)
            yield iterator
    iterator = plain.findall("x 5 y x 6 y")
    iterator.note, iterator.last = iterator, next(iterator)
    yield iterator
    yield from own.findall("x 5 y 6")
    match = plain.parse("x 5 y", evaluate_result=False)
    match.note = match
    yield match
    yield from own.findall("é 5 y 6", evaluate_result=False)
    # A scan that asks its parser, and one that does not; new, begun, and at its end.
    for parser in (own, plain):
        yield parser.scan(LINES)
        scan = parser.scan(LINES + "é 5 y\n")
        yield next(scan, scan)
        yield scan
        batch = parser.scan(LINES).read_all()
        yield batch
        yield batch["n"]
        yield iter(batch)
        yield from batch[:2]
        yield scan.stats
        yield from scan.stats.first_failures
    yield plain._scan_pattern()
    yield plain._kept_engine()


class Collector:
    """A plugin of pytest."""

    def __init__(self):
        self.random = random.Random(1)
        self.alive = []
        self.classes = set()
        self.begun = self.ended = None

    def pytest_collection_finish(self, session):
        for one in one_of_each():
            self.keep(one)
        gc.collect()
        gc.freeze()
        gc.set_threshold(1)
        self.begun = gc.get_stats()

    def keep(self, one):
        """Keeps an object, in a circle of one of the forms that a program may make."""
        self.classes.add(type(one).__name__)
        form = self.random.randrange(5)
        if form == 0:
            holder = [one]
            holder.append(holder)
        elif form == 1:
            holder = Loop()
            holder.one, holder.self = one, holder
        elif form == 2:
            # Of two of ours, of which one is older.
            holder = [one, self.alive[self.random.randrange(len(self.alive))] if self.alive else None]
            holder.append((holder,))
        elif form == 3:
            holder = {"one": one}
            holder["use"] = lambda: holder
        else:
            holder = one
            try:
                one.holder = [one]
            except (AttributeError, TypeError):
                holder = (one, [])
                holder[1].append(holder)
        self.alive.append(holder)

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_protocol(self, item):
        # A test may have set what it liked. A callback, as hypothesis has one, would swallow the interrupts that tests send to themselves.
        gc.set_threshold(1)
        gc.enable()
        gc.callbacks.clear()
        yield
        made = 0
        while made < REPLACED:
            for one in one_of_each():
                self.keep(one)
                made += 1
        self.random.shuffle(self.alive)
        del self.alive[ALIVE:]
        gc.collect()

    def since_the_start(self, what):
        return [after[what] - before[what] for before, after in zip(self.begun, self.ended)]

    def pytest_sessionfinish(self, session, exitstatus):
        gc.set_threshold(700, 10, 10)
        self.ended = gc.get_stats()
        if not self.is_enough(session.testscollected) and exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def is_enough(self, tests):
        """Whether the collector came as often as it was to, and took apart as much as was left to it."""
        young, _, every = self.since_the_start("collections")
        return young >= 1000 * tests and every >= tests and sum(self.since_the_start("collected")) >= REPLACED * tests

    def pytest_terminal_summary(self, terminalreporter):
        young, middle, every = self.since_the_start("collections")
        write = terminalreporter.write_line
        write(f"COLLECTED: {sum(self.since_the_start('collected'))} objects, in {young} collections of the youngest, {middle} of the middle, {every} of all")
        write(f"ALIVE: {len(self.alive)}, of {', '.join(sorted(self.classes))}")
        if not self.is_enough(terminalreporter._session.testscollected):
            write("FAILED: the collector came too seldom", red=True)
