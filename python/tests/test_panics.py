"""A panic of the native code is an `InternalError`, a RuntimeError that asks for a report: it ends no process, and no program that handles exceptions.

`_parsimd.panic` panics. When what it raises comes to native code, out of a call of Python that this has made, pyo3 goes on with the panic there. So a function
that calls it injects a panic wherever native code calls Python: in a search, in the threads of a scan, below a consumer of Arrow.
"""

import pickle

import parsimd
import programs
import pytest
from share import some_of

# What each is given: `bang`, which panics, whatever it is called with.
PLACES = {
    "a function": "bang()",
    "a converter, parse": "parsimd.parse('{n:T}', 'x', {'T': bang})",
    "a converter, search": "parsimd.search('{n:T}', 'x', extra_types={'T': bang})",
    "a converter, findall": "list(parsimd.findall('{n:T}', 'x y', extra_types={'T': bang}))",
    "a converter, by re": "parsimd.parse('{n:T}', 'é', {'T': bang})",
    "a converter, evaluated later": "parsimd.compile('{n:T}', {'T': bang}).parse('x', evaluate_result=False).evaluate_result()",
    "a converter, write": "parsimd.compile('{n:d}').write(n=Bang())",
    "a time zone": "setattr(parsimd.FixedTzOffset, '__init__', bang), parsimd.parse('{:ti}', '2020-01-01T00:00:00+01:00').fixed",
    "a column": "parsimd.compile('{n:T}', {'T': column}).scan(LINES).read_all()",
    "a column, two threads": "parsimd.compile('{n:T}', {'T': column}).scan(LINES, threads=2).read_all()",
    "a column, batch by batch": "list(parsimd.compile('{n:T}', {'T': column}).scan(LINES))",
    "a set": "parsimd.compile_set({'a': parsimd.compile('{n:T}', {'T': column})}).scan(LINES).read_all()",
    "re, in a scan": "Own('{n:A} y', {'A': ahead}).scan('é y\\n' * 10).read_all()",
    "re, in an array": "Own('{n:A} y', {'A': ahead}).parse_array(['é y'] * 10)",
    "a file": "parsimd.compile('{n}').scan_file(File(read=bang)).read_all()",
    "a file, next": "next(parsimd.compile('{n}').scan_file(File(read=bang)))",
    "a file with readinto": "parsimd.compile('{n}').scan_file(File(readinto=bang)).read_all()",
    "a file that is asked whether it can seek": "parsimd.compile('{n}').scan_file(File(read=bang, seekable=bang))",
    "rejects, a function": "parsimd.compile('{n:d}').scan(LINES, rejects=bang).read_all()",
    "rejects, a file": "parsimd.compile('{n:d}').scan(LINES, rejects=File(write=bang)).read_all()",
    "progress": "parsimd.compile('{n}').scan(LINES, progress=bang).read_all()",
    "a number": "parsimd.compile('{n}').scan('x').read_all()[Bang()]",
    "a position": "parsimd.search('{n}', 'x', pos=Bang())",
    "a row that is compared": "parsimd.compile('{n}').scan('x').read_all()[0].index(Bang())",
}
ARROW = {
    "pyarrow": "pyarrow.table(parsimd.compile('{n}').scan_file(File(read=bang)))",
    "pyarrow, batch by batch": "list(pyarrow.RecordBatchReader.from_stream(parsimd.compile('{n}').scan_file(File(read=bang))))",
    "pyarrow, rejects": "pyarrow.table(parsimd.compile('{n:d}').scan(LINES, rejects=bang))",
    "polars": "polars.DataFrame(parsimd.compile('{n:T}', {'T': column}).scan(LINES))",
    "duckdb": "duckdb.sql('from s').fetchall()",
}
PREPARED = """
    import parsimd
    LINES = "12 x\\n" * 50_000
    def bang(*_, **__):
        parsimd._parsimd.panic("boo")
    column = parsimd.with_pattern(".+", column="int64")(lambda text: bang())
    ahead = parsimd.with_pattern(r"(?=\\w)\\w+")(lambda text: text)
    class File:
        def __init__(self, **methods):
            vars(self).update(methods)
    class Bang:
        __index__ = __eq__ = __str__ = __format__ = __len__ = __hash__ = bang
    class Own(parsimd.Parser):
        _find_spans = bang
"""


def run(program):
    # Where each panic came from is not of interest here, and takes long to tell.
    programs.run(program, RUST_BACKTRACE="0")


@pytest.mark.parametrize("place", some_of(PLACES))
def test_a_panic_is_an_internal_error_wherever_it_comes_from(place):
    run(f"""{PREPARED}
    for _ in range(3):
        try:
            {PLACES[place]}
        except Exception as error:
            assert type(error).__name__ == "InternalError" and isinstance(error, (parsimd.InternalError, RuntimeError)), repr(error)
            assert "boo" in str(error) and "report" in str(error), str(error)
        else:
            raise AssertionError("there was no panic")
    assert parsimd.parse("{{:d}}", "7")[0] == 7
    assert len(parsimd.compile("{{n}}").scan(LINES).read_all()) == 50_000
    """)


@pytest.mark.parametrize("place", ARROW)
def test_a_panic_below_a_consumer_of_arrow_is_its_error(place):
    package = place.split(",")[0]
    pytest.importorskip(package)
    run(f"""{PREPARED}
    import {package}
    s = parsimd.compile("{{n}}").scan_file(File(read=bang))
    try:
        {ARROW[place]}
    except BaseException as error:  # older versions of polars panic themselves, which is no Exception
        assert "boo" in str(error) and "report" in str(error), repr(error)
    else:
        raise AssertionError("there was no panic")
    assert parsimd.parse("{{:d}}", "7")[0] == 7
    """)


def test_a_scan_that_panicked_says_so_and_gives_no_rows():
    run(f"""{PREPARED}
    scan = parsimd.compile("{{n:T}}", {{"T": column}}).scan(LINES)
    for call in (scan.read_all, lambda: next(scan), lambda: list(scan), lambda: scan.read(5), scan.reasons):
        try:
            call()
        except parsimd.InternalError:
            pass
        else:
            raise AssertionError(call)
    repr(scan), scan.stats, scan.names
    """)


def test_rejects_that_panicked_are_handed_over_again():
    run(f"""{PREPARED}
    taken, left = [], 2
    def take(batch):
        global left
        left -= 1
        if left >= 0:
            bang()
        taken.append(batch)
    scan = parsimd.compile("{{n:d}} y").scan("1 x\\n" * 10, rejects=take)
    for _ in range(2):
        try:
            scan.read_all()
        except parsimd.InternalError:
            pass
        else:
            raise AssertionError("it was handed over")
    assert len(scan.read_all()) == 0
    assert sum(map(len, taken)) == 10
    """)


def test_a_panic_in_a_finalizer_is_told_and_nothing_ends():
    run(f"""{PREPARED}
    import sys
    told = []
    sys.unraisablehook = told.append
    class Last:
        __del__ = bang
    result = parsimd.parse("{{n}}", "x")
    result.fixed = Last()
    del result
    assert parsimd.parse("{{n:T}}", "x", {{"T": lambda text: Last()}}) is not None
    assert [one.exc_type.__name__ for one in told] == ["InternalError"] * 2, told
    """)


def test_no_class_says_what_made_it():
    with pytest.raises(parsimd.InternalError) as raised:
        parsimd._parsimd.panic("boo")
    made = type(raised.value)
    assert (made.__module__, made.__qualname__) == ("parsimd", "InternalError")
    assert issubclass(made, Exception) and "PanicException" not in repr(made.__mro__)
    copy = pickle.loads(pickle.dumps(raised.value))
    assert type(copy) is parsimd.InternalError and str(copy) == str(raised.value)
