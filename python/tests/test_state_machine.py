"""Any calls, in any order, on objects that live and die in any order, among interrupts, forks, threads and collections: each sees what a plain model says.

The model of a text is the rows that it was written from, so no expected value comes from a parser. An object is kept with what it must show: at any time,
on any thread, in a forked child, and after any other has gone. A scan and an iterator are kept with what they must give yet.

``PARSIMD_STATE_EXAMPLES`` is how many sequences of calls are tried, 25 without it; ``make stress`` tries some thousands.
"""

import contextlib
import copy
import faulthandler
import gc
import gzip
import io
import os
import pickle
import random
import signal
import sys
import tempfile
import threading
import warnings

import parsimd
import pytest
from references import frozen
from share import share_of

pytest.importorskip("hypothesis")
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork and no timers here")

EXAMPLES = int(os.environ.get("PARSIMD_STATE_EXAMPLES", share_of(25)))
STEPS = 40
# A sequence that fails is shown as it was found: what depends on moments, such as an interrupt, may not come again.
PHASES = [Phase.explicit, Phase.reuse, Phase.generate]
# As much as lives at a time.
ALIVE = 60

ROWS = st.lists(
    st.one_of(
        st.none(),
        st.tuples(st.text("abYZ_9é", min_size=1, max_size=4), st.integers(-(10**6), 10**6), st.text("!x.:~", min_size=1, max_size=16)),
    ),
    max_size=6,
)
NAMES = ("level", "n", "rest")
LINE = "{level:w} {n:d} {rest:S}"


class Boom(Exception):
    """What a converter raises."""


class Interrupt(BaseException):
    """What a signal handler raises, and a converter."""


class Armed:
    """What the converter raises next."""

    error = None


@parsimd.with_pattern(r"\w+", column="text")
def upper(text):
    if Armed.error:
        error, Armed.error = Armed.error, None
        raise error
    return text.upper()


@parsimd.with_pattern(r"(?=\w)\w+", column="text")
def same(text):
    return text


class Own(parsimd.Parser):
    """A parser that is a program's own class, and keeps what the program likes."""


# How a parser is made, and what it makes of a row.
PARSERS = {
    "native": (lambda: parsimd.compile(LINE), lambda row: row),
    "converter": (lambda: parsimd.compile("{level:U} {n:d} {rest:S}", {"U": upper}), lambda row: (row[0].upper(), *row[1:])),
    "own class": (lambda: Own(LINE), lambda row: row),
    "re": (lambda: Own("{level:W} {n:d} {rest:S}", {"W": same}), lambda row: row),
}


def text_of(rows):
    return "".join("--\n" if row is None else "{} {} {}\n".format(*row) for row in rows)


class Held:
    """An object, what it must show or give, and how that is seen."""

    def __init__(self, kind, one, model, parser=None):
        self.kind, self.one, self.model, self.parser = kind, one, model, parser

    def check(self):
        """Looks at the object, and leaves it as it is."""
        one, model = self.one, self.model
        if self.kind == "result":
            assert one.named == dict(zip(NAMES, model)) and one.fixed == () and one["n"] == model[1]
            assert one.spans.keys() == set(NAMES) and "n" in one
        elif self.kind == "match":
            assert one.evaluate_result().named == dict(zip(NAMES, model))
        elif self.kind == "batch":
            assert len(one) == len(model) and one.to_tuples() == model
            assert [row["n"] for row in one] == [row[1] for row in model]
        elif self.kind == "column":
            assert len(one) == len(model) and one.to_pylist() == model and one.null_count == 0
        elif self.kind == "row":
            assert one.as_tuple() == model and tuple(one) == model and one["rest"] == model[2] and hash(one) == hash(one)
        elif self.kind == "numpy":
            assert one.tolist() == model
        elif self.kind == "arrow":
            assert one.to_pylist() == [dict(zip(NAMES, row)) for row in model]
        elif self.kind == "parser":
            assert Armed.error or one.parse("aé -7 x")["n"] == -7
            assert one.parse("--") is None
        elif self.kind == "iterator":
            assert isinstance(one.string, str) and one.parser is not None
        else:
            assert one.stats.records >= 0 and repr(one)


def rest_of(scan):
    """What a scan gives yet; nothing where it says that all was given."""
    try:
        return scan.read_all().to_tuples()
    except ValueError as error:
        assert "read to its end" in str(error)
        return []


class Calls(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.held, self.files = [], tempfile.TemporaryDirectory()
        self.chance, self.may_raise = random.Random(0), False
        self.before = signal.signal(signal.SIGALRM, self.handle)
        Armed.error = None

    def handle(self, *_):
        if self.may_raise:
            self.may_raise = False
            raise Interrupt

    @initialize(seed=st.integers(0, 2**20))
    def begin(self, seed):
        self.chance.seed(seed)
        for kind in PARSERS:
            self.keep("parser", PARSERS[kind][0](), PARSERS[kind][1])

    def keep(self, *held):
        """Keeps an object in the place of any other, once there are enough."""
        while len(self.held) >= ALIVE:
            self.held.pop(self.chance.randrange(len(self.held)))
        self.held.append(Held(*held))

    def any(self, *kinds):
        found = [held for held in self.held if held.kind in kinds]
        return self.chance.choice(found) if found else None

    def parser(self):
        held = self.any("parser")
        if held is None:
            self.begin(self.chance.random())
            held = self.any("parser")
        return held

    # Parsers and single calls.

    @rule(kind=st.sampled_from(sorted(PARSERS)))
    def make_a_parser(self, kind):
        self.keep("parser", PARSERS[kind][0](), PARSERS[kind][1])

    @rule(rows=ROWS, evaluates=st.booleans(), searches=st.booleans())
    def parse(self, rows, evaluates, searches):
        parser = self.parser()
        for row in rows:
            text = text_of([row])[:-1]
            call = parser.one.search if searches else parser.one.parse
            found = call(text, evaluate_result=evaluates)
            assert (found is None) == (row is None)
            if row is not None:
                self.keep("result" if evaluates else "match", found, parser.model(row))

    @rule(rows=ROWS, times=st.sampled_from([1, 1, 40]), read=st.integers(0, 7))
    def find(self, rows, times, read):
        parser = self.parser()
        wanted = [parser.model(row) for row in rows * times if row is not None]
        iterator = parser.one.findall(text_of(rows * times))
        for model in wanted[:read]:
            self.keep("result", next(iterator), model)
        self.keep("iterator", iterator, wanted[read:])

    @rule(read=st.integers(1, 70))
    def go_on_with_an_iterator(self, read):
        held = self.any("iterator")
        for _ in range(read if held else 0):
            found = next(held.one, None)
            assert (found is None) == (not held.model)
            if found is None:
                return
            self.keep("result", found, held.model.pop(0))

    # Scans.

    @rule(
        rows=ROWS,
        times=st.sampled_from([1, 1, 300]),
        source=st.sampled_from(["text", "bytes", "buffer", "path", "gzip", "open file", "text file", "pipe", "two files"]),
        threads=st.sampled_from([1, 2]),
        by_set=st.booleans(),
    )
    def scan(self, rows, times, source, threads, by_set):
        parser, rows = self.parser(), rows * times
        text = text_of(rows)
        data, path = text.encode(), os.path.join(self.files.name, f"{self.chance.random()}")
        of = parsimd.compile_set({"line": parser.one, "noise": "--{nothing:s|}"}) if by_set else parser.one
        options = {"threads": threads, **({"table": False} if by_set else {})}
        wanted = [parser.model(row) for row in rows if row is not None]
        if source in ("text", "bytes", "buffer"):
            scan = of.scan({"text": text, "bytes": data, "buffer": bytearray(data)}[source], **options)
        else:
            if source in ("path", "gzip", "two files"):
                with open(path, "wb") as file:
                    file.write(gzip.compress(data, 1) if source == "gzip" else data)
                given = [path, path] if source == "two files" else path
                wanted = wanted * (2 if source == "two files" else 1)
            elif source == "pipe":
                given, writer = (os.fdopen(end, mode) for end, mode in zip(os.pipe(), ("rb", "wb")))
                threading.Thread(target=lambda: self.write(writer, data)).start()
            else:
                given = io.BytesIO(data) if source == "open file" else io.StringIO(text)
            scan = of.scan_file(given, **options)
        self.keep("set" if by_set else "scan", scan, wanted, parser)

    @staticmethod
    def write(file, data):
        # Who reads may be dropped before the end.
        with contextlib.suppress(BrokenPipeError), file:
            file.write(data)

    @rule(read=st.sampled_from(["next", "read", "all", "arrow"]))
    def go_on_with_a_scan(self, read):
        held = self.any("scan")
        if held is None:
            return
        if read == "next":
            batch = next(held.one, None)
            assert (batch is None) == (not held.model)
        elif read == "read" and held.model:
            batch = held.one.read(3)
            assert len(batch) >= min(3, len(held.model))
        elif read == "arrow" and held.model:
            batch = pytest.importorskip("pyarrow").table(held.one)
            self.keep("arrow", batch, held.model)
            self.held.remove(held)
            return
        else:
            self.held.remove(held)
            assert rest_of(held.one) == held.model
            return
        if batch is not None:
            count = len(batch)
            self.keep("batch", batch, held.model[:count])
            del held.model[:count]

    @rule(at_once=st.booleans())
    def end_a_set(self, at_once):
        held = self.any("set")
        if held:
            self.held.remove(held)
            found = held.one.read_all()["line"].to_tuples() if at_once else []
            for name, batch in () if at_once else held.one:
                found += batch.to_tuples() if name == "line" else []
            assert found == held.model

    # What batches are taken apart into.

    @rule(first=st.integers(0, 5), last=st.integers(0, 400))
    def take_a_part(self, first, last):
        held = self.any("batch")
        if held:
            self.keep("batch", held.one[first:last], held.model[first:last])
            self.keep("column", held.one["n"], [row[1] for row in held.model])
            self.keep("column", held.one["rest"][first:last], [row[2] for row in held.model[first:last]])
            if first < len(held.model):
                self.keep("row", held.one[first], held.model[first])

    @rule(to=st.sampled_from(["numpy", "arrow", "rows"]))
    def export(self, to):
        held = self.any("batch")
        if held is None:
            return
        if to == "numpy":
            pytest.importorskip("numpy")
            self.keep("numpy", held.one["n"].to_numpy(), [row[1] for row in held.model])
        elif to == "arrow":
            self.keep("arrow", pytest.importorskip("pyarrow").table(held.one), held.model)
        else:
            for row, model in zip(held.one, held.model[:20]):
                self.keep("row", row, model)

    # What may happen between any two calls.

    @rule()
    def copy_and_pickle(self):
        held = self.any("result", "parser", "iterator")
        if held is None or held.kind == "iterator" and "converter" in str(held.one.parser._extra_types):
            return
        ways = [copy.copy, copy.deepcopy] + [lambda one: pickle.loads(pickle.dumps(one))] * (held.kind == "result")
        model = list(held.model) if held.kind == "iterator" else held.model
        self.keep(held.kind, self.chance.choice(ways)(held.one), model)

    @rule()
    def drop_some(self):
        self.chance.shuffle(self.held)
        del self.held[self.chance.randrange(len(self.held) + 1) :]

    @rule()
    def drop_all_at_once(self):
        self.held.clear()
        gc.collect()

    @rule()
    def refer_to_each_other(self):
        held, other = self.any("result", "iterator"), self.any("result", "iterator", "row", "batch", "scan", "parser", "column")
        if held and other:
            held.one.other = [other.one, held.one]

    @rule(generation=st.integers(0, 2))
    def collect(self, generation):
        gc.collect(generation)

    @rule()
    def look(self):
        for held in self.held:
            held.check()

    @rule()
    def look_from_threads(self):
        errors, shared = [], list(self.held)

        def look():
            try:
                for held in shared:
                    held.check()
            except BaseException as error:
                errors.append(error)

        threads = [threading.Thread(target=look) for _ in range(3)]
        for thread in threads:
            thread.start()
        # They are the last to have what is dropped meanwhile.
        self.held.clear()
        for thread in threads:
            thread.join()
        assert not errors, errors
        self.held = shared

    @precondition(lambda self: self.held)
    @rule()
    def fork(self):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            child = os.fork()
        if child == 0:
            status = 1
            try:
                # Where it hangs it says so, and ends.
                faulthandler.dump_traceback_later(60, exit=True)
                # Libraries with threads of their own do not promise anything to a child.
                for held in self.held:
                    if held.kind not in ("arrow", "scan", "set"):
                        held.check()
                row = parsimd.compile(LINE).scan("a 1 x\n" * 5000, threads=2).read_all()[4999]
                status = 0 if row.as_tuple() == ("a", 1, "x") else 2
            finally:
                os._exit(status)
        assert os.waitpid(child, 0)[1] == 0

    @rule(error=st.sampled_from([Boom, Interrupt]))
    def raise_out_of_a_converter(self, error):
        held = self.any("parser")
        if held is None or held.one.parse("ab 1 x")["level"] != "AB":
            return
        scan, iterator = held.one.scan("ab 1 x\ncd 2 y\n" * 3), held.one.findall("ab 1 x\ncd 2 y\n")
        for call in (lambda: held.one.parse("ab 1 x"), lambda: held.one.search("ab 1 x"), lambda: next(iterator)):
            Armed.error = error()
            with pytest.raises(error):
                call()
        # As in `parse`, the match whose value could not be made is over.
        assert [result["n"] for result in iterator] == [2]
        Armed.error = Interrupt()
        with pytest.raises(Interrupt):
            scan.read_all()
        assert rest_of(scan) == [("AB", 1, "x"), ("CD", 2, "y")] * 3

    def interrupted(self, microseconds, call):
        """Calls, and is interrupted after so long a time, unless it is quicker; whether it was."""
        # An interrupt in a callback of the collector is lost.
        callbacks, gc.callbacks[:] = gc.callbacks[:], []
        try:
            try:
                self.may_raise = True
                signal.setitimer(signal.ITIMER_REAL, microseconds / 1e6)
                call()
                self.may_raise = False
            finally:
                signal.setitimer(signal.ITIMER_REAL, 0)
        except Interrupt:
            signal.setitimer(signal.ITIMER_REAL, 0)
            return True
        finally:
            gc.callbacks[:] = callbacks
        return False

    @rule(microseconds=st.integers(1, 30_000), times=st.sampled_from([100, 3000, 100_000]), read=st.sampled_from(["all", "list", "next", "read", "tuples"]))
    def interrupt_a_scan(self, microseconds, times, read):
        parser = self.parser()
        wanted = [parser.model(("ab", n, "x")) for n in range(times)]
        scan = parser.one.scan("".join(f"ab {n} x\n" for n in range(times)), threads=self.chance.choice([1, 2]))
        calls = {"all": scan.read_all, "list": lambda: list(scan), "next": lambda: next(scan), "read": lambda: scan.read(5), "tuples": lambda: scan.read_all().to_tuples()}
        self.interrupted(microseconds, calls[read])
        # What was on its way to the caller is gone with the call; nothing else is.
        rest = rest_of(scan)
        assert rest == wanted[len(wanted) - len(rest) :]
        assert scan.stats.records == scan.stats.matched == times

    @rule(microseconds=st.integers(1, 2000))
    def interrupt_an_iterator(self, microseconds):
        parser = self.parser()
        text = "".join(f"ab {n} x\n" for n in range(2000))
        iterator = parser.one.findall(text)
        self.interrupted(microseconds, lambda: list(iterator))
        numbers = [result["n"] for result in iterator]
        assert numbers == list(range(2000 - len(numbers), 2000))

    @rule(microseconds=st.integers(1, 2000))
    def interrupt_a_look(self, microseconds):
        held = self.any("batch", "column", "row", "result")
        if held:
            self.interrupted(microseconds, held.check)
            held.check()

    def teardown(self):
        signal.signal(signal.SIGALRM, self.before)
        while self.held:
            held = self.held.pop(self.chance.randrange(len(self.held)))
            held.check()
            if held.kind == "scan":
                assert rest_of(held.one) == held.model
            if held.kind == "iterator":
                assert [result["n"] for result in held.one] == [row[1] for row in held.model]
        self.files.cleanup()
        gc.collect()


def test_any_calls_in_any_order_see_what_the_model_says():
    options = {"max_examples": EXAMPLES, "stateful_step_count": STEPS, "deadline": None, "suppress_health_check": list(HealthCheck)}
    with frozen():
        run_state_machine_as_test(Calls, settings=settings(**options, phases=PHASES))


if __name__ == "__main__":
    sys.exit(pytest.main([__file__, "-q"]))
