"""Objects are made while the collector runs, hold one another in any way, and are dropped in any order."""

import copy
import gc
import io
import itertools
import random
import textwrap
import weakref

import parsimd
import pytest
from programs import run

# How a result or an iterator can hold another object.
HOLDERS = {
    "result.named": "x = parsimd.parse('{a}', 'x'); x.named = r",
    "result.fixed": "x = parsimd.parse('{a}', 'x'); x.fixed = r",
    "result.other": "x = parsimd.parse('{a}', 'x'); x.other = r",
    "vars(result)": "x = parsimd.parse('{a}', 'x'); vars(x)['spans'] = r",
    "Result()": "x = parsimd.Result((r,), {}, {})",
    "own result": "x = Own((), r, {})",
    "iterator.other": "x = parsimd.findall('{a}', 'x'); x.other = r",
    "iterator.string": "x = parsimd.findall('{a}', 'x'); x.string = r",
    "iterator.parser": "x = parsimd.findall('{a}', 'x'); x.parser = r",
    "converter": "x = parsimd.compile('{a:T}', {'T': functools.partial(lambda held, text: text, r)}); x.parse('x')",
    "converted": "x = parsimd.compile('{a:T}', {'T': lambda text, r=r: r}).parse('x')",
}
PREPARED = """
    import functools, gc, parsimd
    class Own(parsimd.Result): pass
"""


@pytest.mark.parametrize("holder", HOLDERS)
def test_a_chain_of_any_length_is_dropped(holder):
    run(f"""{PREPARED}
    r = None
    for i in range({30_000 if "compile" in HOLDERS[holder] else 200_000}):
        {HOLDERS[holder]}
        r = x
    del x, r
    """)


def test_a_chain_of_all_kinds_of_links_is_dropped_by_any_thread():
    links = "\n        ".join(f"if i % {len(HOLDERS)} == {n}: {HOLDERS[name]}" for n, name in enumerate(HOLDERS))
    run(f"""{PREPARED}
    import threading
    r = None
    for i in range(60_000):
        {links}
        r = x
    del x
    box = [r]
    del r
    gc.collect()
    thread = threading.Thread(target=box.clear)
    thread.start()
    thread.join()
    """)


def cycles():
    """One object of each kind that leads back to itself, and what the way back is called."""

    class Place:
        def __call__(self, *_):
            pass

    class Writing(Place):
        def write(self, bytes):
            return len(bytes)

    class OwnParser(parsimd.Parser):
        pass

    class OwnResult(parsimd.Result):
        pass

    class OwnIterator(parsimd.ResultIterator):
        pass

    made = (lambda: parsimd.parse("{a}", "x"), lambda: OwnResult((), {}, {}), lambda: parsimd.Result((), {}, {}))
    for (number, make), name in itertools.product(enumerate(made), ("fixed", "named", "spans", "other")):
        result = make()
        setattr(result, name, [result])
        yield f"result {number}.{name}", result
    made = (
        lambda: parsimd.compile("{a:d}").findall("1 2 3"),
        lambda: OwnIterator(parsimd.compile("{a:d}"), "1 2 3", 0, 5),
        lambda: parsimd.compile("{a:w}").findall("é"),
    )
    for (number, make), name, taken in itertools.product(enumerate(made), ("other", "string", "parser"), (0, 1)):
        iterator = make()
        list(itertools.islice(iterator, taken))
        setattr(iterator, name, iterator)
        yield f"iterator {number}.{name} after {taken}", iterator
    for name in ("pos", "endpos"):
        iterator, place = parsimd.compile("{a:d}").findall("1 2 3"), Place()
        setattr(iterator, name, place)
        place.way = iterator
        yield f"iterator and its {name}", place
    batch = parsimd.compile("{a:kv}").scan("x=1\n").read_all()
    for name, row in (("to_tuples", batch.to_tuples()[0]), ("as_tuple", batch[0].as_tuple())):
        place = row[0]["place"] = Place()
        place.way = row
        yield f"row of {name} and its dict", place
    for scanned, scan_of in (("parser", parsimd.compile("{a:d}").scan), ("set", parsimd.compile_set({"one": "{a:d}"}).scan)):
        for option in ("rejects", "progress"):
            for taken in (0, 1):
                place = Place()
                place.way = scan = scan_of("1\nx\n" * 100_000, **{option: place})
                for _ in range(taken):
                    next(scan)
                yield f"scan of a {scanned} and its {option} after {taken}", place
        place = Writing()
        place.way = scan_of("1\n", rejects=place)
        yield f"scan of a {scanned} and the file of its rejects", place
    for package in (parsimd.Parser, OwnParser):
        parser = package("{a}")
        parser.other = parser
        yield f"{package.__name__}.other", parser

        def convert(text, keep=[]):
            return keep

        parser = package("{a:T}", {"T": convert})
        convert.__defaults__[0].append(parser)
        parser.parse("x")
        yield f"{package.__name__} and its converter", parser


def test_every_object_that_leads_back_to_itself_is_collected():
    gc.collect()
    alive = {}
    for name, held in cycles():
        assert name not in alive
        alive[name] = weakref.ref(held)
        del held
    gc.collect()
    assert [name for name, ref in alive.items() if ref() is not None] == []


# What makes an object of each class of which Python may see one before it is complete.
MADE = {
    "parser": "parsimd.compile('{n:d} {w}')",
    "own parser": "OwnParser('{n:d} {w}')",
    "iterator": "parser.findall('1 a 2 b')",
    "own iterator": "OwnIterator(parser, '1 a 2 b', 0, 7)",
    "attribute of an iterator": "setattr(parser.findall('1 a 2 b'), 'x', [])",
    "__dict__ of an iterator": "parser.findall('1 a 2 b').__dict__",
    "matches": "list(parser.findall('1 a 2 b'))",
    "result": "parser.parse('1 a')",
    "read result": "parser.parse('1 a').named",
    "own result": "OwnResult((1,), {}, {})",
    "__dict__ of a result": "vars(parser.parse('1 a'))",
    "result of a converter": "parsimd.compile('{:T}', {'T': lambda text: [text]}).parse('x')",
    "match": "parser.parse('1 a', evaluate_result=False).evaluate_result()",
    "scan": "parser.scan('1 a\\n')",
    "batch": "parser.scan('1 a\\n').read_all()",
    "row": "parser.scan('1 a\\n').read_all()[0].as_tuple()",
    "rows": "parser.scan('1 a\\n').read_all().to_tuples()",
    "stats": "parser.scan('1 a\\n').stats.first_failures",
    "copy": "copy.copy(parser), copy.copy(parser.parse('1 a')), copy.copy(parser.findall('1 a'))",
}


@pytest.mark.parametrize("made", MADE)
def test_an_object_can_be_made_while_the_collector_looks_at_everything(made):
    run(f"""
    import copy, gc, parsimd
    class OwnParser(parsimd.Parser): pass
    class OwnResult(parsimd.Result): pass
    class OwnIterator(parsimd.ResultIterator): pass
    parser = parsimd.compile("{{n:d}} {{w}}")
    {MADE[made]}
    looked = 0
    def look(phase, info):
        # At all that is new, also at what is not complete yet, as the collector itself does.
        global looked
        for found in gc.get_objects():
            gc.get_referents(found)
            looked += 1
    # What is there already would take all of the time.
    gc.collect()
    gc.freeze()
    gc.callbacks.append(look)
    gc.set_threshold(1)
    keep = []
    for i in range(300):
        keep.append(({MADE[made]}))
        keep.append([i])
        if i % 7 == 0:
            del keep[:: 1 + i % 5]
    gc.callbacks.clear()
    gc.set_threshold(700)
    assert looked > 150, looked
    """)


def test_objects_are_kept_by_the_thousand_and_dropped_in_any_order():
    chance = random.Random(5)
    parser = parsimd.compile("{n:d} {w}")
    batch = parser.scan("".join(f"{n} a\n" for n in range(100))).read_all()
    makers = [
        lambda n: parser.parse(f"{n} a"),
        lambda n: parsimd.parse("{n:d} {w}", f"{n} a"),
        lambda n: next(parser.findall(f"{n} a {n} b")),
        lambda n: parser.findall(f"{n} a {n} b"),
        lambda n: batch[n % 100],
        lambda n: parsimd.compile("{n:d}" + "x" * (n % 50)),
    ]
    kept = []
    for n in range(20_000):
        kept.append((n, chance.choice(makers)(n)))
        if len(kept) > 3000:
            chance.shuffle(kept)
            del kept[1000:]
        if n % 100 == 0:
            other = chance.choice(kept)[1]
            if isinstance(other, (parsimd.Result, parsimd.ResultIterator, parsimd.Parser)):
                other.held = kept[-1]
    assert len(kept) > 1000
    for n, held in kept:
        if isinstance(held, parsimd.Result):
            assert held["n"] == n
        elif isinstance(held, parsimd.ResultIterator):
            assert [result["n"] for result in held] == [n, n]


ENDINGS = {
    "a global with a finalizer": """
        class Last:
            def __init__(self):
                self.result, self.iterator = parsimd.parse("{a} {:d}", "x 1"), parsimd.findall("{:d}", "1 2 3")
            def __del__(self):
                assert self.result[-1] == 1 and self.result["a"] == "x"
                assert [result[0] for result in self.iterator] == [1, 2, 3]
                print("done", flush=True)
        last = Last()
    """,
    "a generator that was not finished": """
        def generate():
            iterator = parsimd.findall("{:d}", "1 2 3")
            try:
                yield
            finally:
                assert [result[0] for result in iterator] == [1, 2, 3]
                print("done", flush=True)
        last = generate()
        next(last)
    """,
    "a chain": """
        last = None
        for _ in range(1000):
            result = parsimd.parse("{a}", "x")
            result.fixed = last
            last = result
        del result
        print("done", flush=True)
    """,
    "a scan that was not finished": """
        last = iter(parsimd.compile("{n:d}").scan("1\\n" * 10**6, threads=2))
        next(last)
        print("done", flush=True)
    """,
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_objects_are_used_and_dropped_while_the_interpreter_shuts_down(ending):
    assert run("import sys, parsimd\n" + textwrap.dedent(ENDINGS[ending])) == "done\n"


class OnceInACollection:
    """Calls something in the next collection, wherever that comes, which it does at the next chance."""

    def __init__(self, call):
        self.call = call

    def __enter__(self):
        gc.callbacks.append(self)
        gc.set_threshold(1)

    def __call__(self, phase, info):
        if self.call:
            call, self.call = self.call, None
            call()

    def __exit__(self, *_):
        # From CPython 3.12 on an allocation starts none by itself: then it comes here at the latest.
        gc.collect()
        gc.set_threshold(700)
        gc.callbacks.remove(self)
        assert self.call is None


@pytest.mark.parametrize("read", [lambda r: r.named, lambda r: r.fixed, lambda r: setattr(r, "y", 2), lambda r: vars(r)])
def test_an_attribute_that_is_set_while_another_is_made_is_kept(read):
    result = parsimd.parse("{a} {t:ti} {}", "q 2020-01-01T00:00:00+01:00 z")
    with OnceInACollection(lambda: setattr(result, "x", 1)):
        read(result)
    assert result.x == vars(result)["x"] == 1
    for name in ("fixed", "named", "spans"):
        assert getattr(result, name) is vars(result)[name]
    result.named = {"z": 1}
    assert result.named == vars(result)["named"] == {"z": 1}


@pytest.mark.parametrize("read", [vars, lambda r: setattr(r, "y", 2), copy.copy, lambda r: r.named])
def test_an_error_of_a_value_is_raised_and_loses_nothing(read, monkeypatch):
    result = parsimd.parse("{a} {t:ti}", "q 2020-01-01T00:00:00+01:00")
    with monkeypatch.context() as patched:

        def fail(*_):
            raise KeyboardInterrupt

        patched.setattr(parsimd.FixedTzOffset, "__init__", fail)
        with pytest.raises(KeyboardInterrupt):
            read(result)
    assert result["a"] == "q" and result["t"].year == 2020 and set(vars(result)) >= {"fixed", "named", "spans"}


@pytest.mark.parametrize(
    "made",
    [
        "result.fixed = result; result[0]",
        "result.named = result; result['n']",
        "result.named = result; 'n' in result",
        "other = parsimd.parse('{}', 'x'); result.fixed = other; other.fixed = result; result[0]",
        "chain = (1,)\nfor _ in range(200_000):\n    link = parsimd.Result((), {}, {})\n    link.fixed = chain\n    chain = link\nchain[0]",
    ],
)
def test_results_that_lead_to_results_end_in_a_recursion_error(made):
    run(f"""
import parsimd
result = parsimd.parse("{{}} {{n}}", "a b")
try:
    exec({made!r})
except RecursionError as error:
    assert "in a result of parsimd" in str(error)
else:
    raise AssertionError("it came to an end")
""")


def test_a_file_whose_finalizer_reads_the_scan_is_told_that_it_runs():
    told = run("""
    import parsimd

    class File:
        def __init__(self, data):
            self.data = [data]
        def read(self, size=-1):
            return self.data.pop() if self.data else b""

    class Asks(File):
        def __del__(self):
            try:
                scan.read(1)
            except RuntimeError as error:
                print(error)

    scan = parsimd.compile("{:d}").scan_file([Asks(b"1\\n2\\n"), File(b"3\\n")])
    assert scan.read_all().to_tuples() == [(1,), (2,), (3,)]
    """)
    assert "already running" in told


@pytest.mark.parametrize("read", [lambda scan: scan.read_all(), list, lambda scan: (scan.read(5), scan.read(5))], ids=["read_all", "list", "read"])
def test_a_scan_that_has_ended_lets_go_of_what_it_was_of(read):
    data = bytearray(b"1\n2\nx\n" * 3)
    scan = parsimd.compile("{:d}").scan(data)
    with pytest.raises(BufferError):
        data.append(0)
    read(scan)
    data.append(0)
    assert (scan.stats.matched, scan.stats.unmatched, scan.reasons()[0].count) == (6, 3, 3)

    file = io.BytesIO(bytes(data))
    scan, gone = parsimd.compile("{:d}").scan_file(file), weakref.ref(file)
    del file
    read(scan)
    assert gone() is None and scan.stats.matched == 6
