"""An allocation of Python that fails is a MemoryError, whatever it was for: no crash, and nothing that ``except Exception`` misses."""

import subprocess
import sys

import parsimd
import pytest
from programs import run

# Of each class, and of the package: what is called, with `p` a parser, `s` a scan, `b` a batch, `c` a column, `r` a row, `f` a failure, `x` a
# result and `i` an iterator.
CALLS = {
    "parsimd": {
        "parse": "parsimd.parse('{a} {n:d}', 'abc 5')['n']",
        "search": "parsimd.search('{n:d}', 'abc 5').fixed",
        "findall": "[x.named for x in parsimd.findall('{n:d}', '123456 654321')]",
        "compile": "parsimd.compile('{a} {n:d}')",
        "with_pattern": "parsimd.compile('{:N}', {'N': parsimd.with_pattern('[0-9]+')(number)}).parse('123456')[0]",
        "isa": "parsimd.isa()",
        "available_isas": "parsimd.available_isas()",
        "extract_format": "parsimd.extract_format('>5d', {})",
        "percentage": "parsimd.parse('{:%}', '12.5%')[0]",
        "dates": "parsimd.parse('{:ti} {:th} {:tt}', '2020-01-02T03:04:05+0100 21/Nov/2011:10:21:36 +1000 10:21').fixed",
        "numbers": "parsimd.parse('{:g} {:x} {:n} {:F}', '1.5 ffffffffffffffffffff 1,234 1.5').fixed",
        "nested": "parsimd.parse('{a[b]} {a[c]}', 'x y').named",
    },
    "Parser": {
        "parse": "p.parse('abc 500000').named",
        "search": "p.search('abc 500000').spans",
        "findall": "list(p.findall('abc 5'))",
        "scan": "p.scan(b'abc 5\\n').read_all()",
        "scan_file": "p.scan_file(path).read_all()",
        "own column": "own.scan(b'500000\\nx\\n7\\n', on_error='null').read_all()",
        "explain_mismatch": "p.explain_mismatch('abc x')",
        "write": "p.write(a='abc', n=500000)",
        "engine": "p.engine",
        "format": "p.format",
        "named_fields": "p.named_fields",
        "fixed_fields": "p.fixed_fields",
        "evaluate_result": "p.parse('abc 5', evaluate_result=False).evaluate_result()",
        "by re": "p.parse('ab\\u00e9 5').named",
        "repr": "repr(p)",
    },
    "Result": {
        "fixed": "p.parse('abc 500000').fixed",
        "named": "p.parse('abc 500000').named",
        "spans": "p.parse('abc 500000').spans",
        "item": "p.parse('abc 500000')['n']",
        "contains": "'n' in p.parse('abc 5')",
        "repr": "repr(p.parse('abc 5'))",
        "vars": "vars(p.parse('abc 5'))",
        "set": "setattr(p.parse('abc 5'), 'other', 1)",
        "made": "parsimd.Result((1,), {}, {})",
        "own": "Own((1,), {}, {}).fixed",
        "pickle": "copy.copy(p.parse('abc 5'))",
        "missing": "raises(KeyError, operator.getitem, p.parse('abc 5'), 'never')",
        "no attribute": "raises(AttributeError, getattr, p.parse('abc 5'), 'never')",
    },
    "ResultIterator": {
        "next": "p.findall('abc 5').next()",
        "made": "parsimd.ResultIterator(p, 'abc 5', 0, 5)",
        "parser": "i.parser",
        "string": "i.string",
        "pos": "i.pos",
        "endpos": "i.endpos",
        "evaluate_result": "i.evaluate_result",
        "set": "setattr(p.findall('abc 5'), 'other', 1)",
        "pickle": "copy.copy(p.findall('abc 5'))",
    },
    "Scan": {
        "read_all": "p.scan(text).read_all()",
        "read": "p.scan(text).read(1)",
        "batches": "list(p.scan(text))",
        "buffer": "list(p.scan(bytearray(text)))",
        "reasons": "s.reasons()",
        "take_rejects": "k.take_rejects()",
        "rejects": "p.scan(text, rejects=taken.append).read_all()",
        "stats": "s.stats",
        "names": "s.names",
        "types": "s.types",
        "repr": "repr(s)",
    },
    "Batch": {
        "num_rows": "b.num_rows",
        "num_columns": "b.num_columns",
        "names": "b.names",
        "types": "b.types",
        "to_pylist": "b.to_pylist()",
        "to_tuples": "b.to_tuples()",
        "describe": "b.describe()",
        "rows": "[row['n'] for row in b]",
        "slice": "b[1:3]",
        "columns": "b[['n', 'a']]",
        "html": "b._repr_html_()",
        "repr": "repr(b)",
        "schema": "b.__arrow_c_schema__()",
        "array": "b.__arrow_c_array__()",
        "stream": "b.__arrow_c_stream__()",
        "missing": "raises(KeyError, operator.getitem, b, 'never')",
        "no row": "raises(IndexError, operator.getitem, b, 10**6)",
    },
    "Column": {
        "name": "c.name",
        "type": "c.type",
        "null_count": "c.null_count",
        "to_pylist": "c.to_pylist()",
        "to_numpy": "c.to_numpy()",
        "item": "c[3]",
        "slice": "c[1:3]",
        "values": "list(c)",
        "repr": "repr(c)",
        "array": "c.__arrow_c_array__()",
    },
    "Row": {
        "keys": "r.keys()",
        "as_tuple": "r.as_tuple()",
        "as_dict": "r.as_dict()",
        "item": "r['n']",
        "equal": "r == b[2]",
        "hash": "hash(r)",
        "index": "r.index(r['n'])",
        "count": "r.count('abc')",
        "fields": "r._fields",
        "values": "list(r)",
        "repr": "repr(r)",
    },
    "Stats": {
        name: f"s.stats.{name}" for name in ("records", "matched", "unmatched", "failures", "bytes", "matched_by_pattern", "first_failures", "notes", "source_errors")
    },
    "Failure": {name: f"f.{name}" for name in ("source", "line", "offset", "record", "kind", "field", "reason", "text")},
    "Reason": {
        name: f"w.{name}"
        for name in ("count", "is_estimate", "kind", "field", "reason", "source", "line", "record", "offset", "position", "text")
    },
}
# What needs another package, asks the file system, or is data.
FRAMES = {"to_arrow", "to_pandas", "to_polars", "to_duckdb"}
ELSEWHERE = {"Parser": {"scan_polars", "parse_array", "map_arrow", "map_table", "spark_schema"}, "Scan": FRAMES, "Batch": FRAMES}


# What runs Python code of the package. Under CPython 3.12 and 3.13 that cannot be tried: a comprehension or a generator in which an allocation
# fails crashes the interpreter, with no extension in it.
IN_PYTHON = {
    "parsimd": {"compile", "with_pattern", "extract_format", "dates", "parse", "search", "findall", "percentage", "numbers", "nested"},
    "Parser": {"evaluate_result", "by re", "engine", "scan", "scan_file", "own column", "write"},
    "Result": {"pickle"},
    "ResultIterator": {"pickle"},
    "Scan": {"read_all", "read", "batches", "buffer", "rejects"},
}
IS_SOUND = sys.version_info < (3, 12)


def test_all_calls_are_among_those_that_are_tried():
    for name, calls in CALLS.items():
        if name != "parsimd":
            public = {attribute for attribute in vars(getattr(parsimd, name)) if not attribute.startswith("_")}
            assert public <= calls.keys() | ELSEWHERE.get(name, set()), name


@pytest.mark.parametrize("of", CALLS)
def test_an_allocation_that_fails_is_a_memory_error(of, tmp_path):
    pytest.importorskip("_testcapi", reason="this interpreter cannot be made to run out of memory")
    path = tmp_path / "log"
    path.write_bytes(b"abc 500000\n")
    tried = {name: call for name, call in CALLS[of].items() if IS_SOUND or name not in IN_PYTHON.get(of, ())}
    run(f"""
    import _testcapi, copy, operator, parsimd
    class Own(parsimd.Result): pass
    def number(text): return int(text)
    def raises(kind, call, *arguments):
        try: call(*arguments)
        except kind: return
        raise AssertionError(kind)
    path, calls = {str(path)!r}, {tried!r}
    p = parsimd.compile("{{a}} {{n:d}}")
    own = parsimd.compile("{{x:N}}", {{"N": parsimd.with_pattern(".+", column="int64")(lambda text: int(text))}})
    text = b"".join(b"abc %d\\n" % (n * 10**6) for n in range(20)) + b"nonsense\\n"
    s = p.scan(text)
    b = s.read_all()
    k, w, taken = p.scan(text, rejects=True), s.reasons()[0], []
    c, r, f, i, x = b["n"], b[2], s.stats.first_failures[0], p.findall("abc 5"), p.parse("abc 5")
    wrong = set()
    for name, call in calls.items():
        call = eval("lambda: " + call)
        call()
        fine = False
        for n in range(400):
            _testcapi.set_nomemory(n, n + 1)
            try:
                call()
                fine = True
            except MemoryError:
                fine = False
            except BaseException as error:
                wrong.add((name, type(error).__name__))
            finally:
                _testcapi.remove_mem_hooks()
            call()
        if not fine:
            wrong.add((name, "more than 400 allocations"))
    assert not wrong, wrong
    """)


LIMITED = """
    import resource, parsimd
    p = parsimd.compile("{level:w} {n:d} {rest}")
    data = b"".join(b"info %d abcdefghij klm\\n" % n for n in range(600_000))
    b = p.scan(data, threads=1).read_all()
    small = p.scan(data[:1000], threads=1)
    used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + 16 * 2**20,) * 2)
"""


def has_limits():
    """Whether the system holds a process to a limit of memory. An emulator does not."""
    program = "import mmap, resource\nresource.setrlimit(resource.RLIMIT_AS, (2**30,) * 2)\nmmap.mmap(-1, 2**31)"
    done = subprocess.run([sys.executable, "-c", program], stderr=subprocess.DEVNULL)
    return done.returncode != 0


needs_limits = pytest.mark.skipif(not has_limits(), reason="an emulator holds no process to a limit of memory")


@needs_limits
@pytest.mark.parametrize("call", ["b.to_tuples()", "b.to_pylist()", "b['rest'].to_pylist()"])
def test_objects_for_which_there_is_no_memory_are_a_memory_error(call):
    run(f"""{LIMITED}
    try:
        {call}
    except MemoryError:
        pass
    else:
        raise AssertionError("there was enough memory")
    assert len(small.read_all()) > 0
    """)


@needs_limits
def test_rows_that_have_no_room_in_one_piece_are_there_in_pieces():
    # The allocator of the extension must not have taken the room before.
    run("""
    import resource, parsimd
    p = parsimd.compile("{text}")
    data = (b"x" * 1023 + b"\\n") * 300_000
    scan = p.scan(data, threads=1)
    used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
    # Room for the batches, and not for all of them joined.
    resource.setrlimit(resource.RLIMIT_AS, (used + 450 * 2**20,) * 2)
    rows = scan.read_all()
    assert len(rows) == 300_000
    for ask in (lambda: rows["text"], lambda: rows[0], lambda: next(iter(rows))):
        try:
            ask()
        except MemoryError as error:
            assert "batch by batch" in str(error), error
        else:
            raise AssertionError("there was enough memory")
    capsule = rows.__arrow_c_stream__()
    """, MIMALLOC_ARENA_RESERVE="16MiB")
