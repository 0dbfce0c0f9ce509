"""The rules of docs/architecture.md that no compiler lint can hold: who may import whom, and where `unsafe` may stand.

    python3 ci/rules.py             prints what breaks a rule, with its place, and exits with 1 if anything does
    python3 ci/rules.py --graph     prints which file of each crate needs which other, a line `a -> b` each, and what of that
                                    is a circle or goes against the order
"""

import re
import subprocess
import sys
from pathlib import Path

import modules

ROOT = Path(__file__).resolve().parent.parent

# The rooms of src/, each with those that it may import beside itself.
BELOW_SCAN = ["drawing", "failure", "error", "limits", "input", "pattern", "batch", "convert", "engine", "plan"]
ROOMS = {
    "drawing": [],
    "failure": [],
    "error": ["drawing", "failure"],
    "limits": [],
    "input": ["error", "limits"],
    "pattern": ["error", "limits"],
    "formats": ["error"],
    "batch": ["error", "limits", "pattern"],
    "convert": ["error", "limits", "pattern", "batch"],
    "engine": ["error", "limits", "pattern"],
    "plan": ["error", "limits", "pattern", "engine"],
    "scan": [*BELOW_SCAN, "formats"],
    "rows": ["error", "limits", "batch", "convert", "scan"],
    "api": [*BELOW_SCAN, "scan"],
    "set": [*BELOW_SCAN, "scan", "api"],
    "guess": ["error", "limits", "input", "pattern", "batch", "convert", "formats", "scan", "api", "set"],
    "extension": [*BELOW_SCAN, "scan", "api", "set"],
    "cli": [*BELOW_SCAN, "formats", "scan", "rows", "api", "set", "guess"],
    "fuzzing": [*BELOW_SCAN, "formats", "scan", "rows", "api", "set", "guess", "cli"],
    "lib": [*BELOW_SCAN, "formats", "scan", "rows", "api", "set", "guess", "extension", "cli", "fuzzing"],
}
# Where a room may have no more of another than this.
ITEMS = {
    ("batch", "pattern"): {"ValueKind", "DatetimeLayout", "has_date_and_time"},
    ("guess", "pattern"): {"Format", "FormatOptions", "LAYOUTS", "Piece"},
}
# The crates in which files may not need each other in a circle.
CRATES = ["src", "simd/src", "python/src"]

# A crate, as the word behind `use` or before `::`, and where it may stand.
PLACES = {
    "annotate_snippets": ["src/drawing.rs"],
    "regex": ["src/engine/", "src/cli/filter/", "tests/it/same_bytes/", "benches/"],
    "regex_syntax": ["src/engine/"],
    "regex_automata": ["src/engine/program/automaton.rs"],
    "fancy_regex": ["src/engine/"],
    "aho_corasick": ["src/set/"],
    "rayon": ["src/scan/pool.rs"],
    "serde_core": ["src/rows/"],
    "lexical_core": ["src/convert/", "benches/", "simd/"],
    "jiff": ["src/convert/", "tests/it/records.rs", "benches/"],
    "pyo3": ["python/"],
    "arrow_array": ["src/batch/arrow.rs", "python/src/arrow/", "benches/"],
    "arrow_buffer": ["src/batch/arrow.rs", "python/src/arrow/"],
    "arrow_schema": ["src/batch/arrow.rs", "python/src/arrow/", "benches/"],
    "encoding_rs": ["src/input/"],
    "flate2": ["src/input/codec/", "src/fuzzing/", "tests/it/", "tests/cli/", "tests/objects.rs", "benches/"],
    "zstd": ["src/input/codec/", "src/fuzzing/", "tests/it/compressed.rs", "tests/objects.rs", "tests/cli/", "benches/"],
    "liblzma": ["src/input/codec/", "src/fuzzing/", "tests/it/compressed.rs", "benches/"],
    "bzip2": ["src/input/codec/", "src/fuzzing/", "tests/it/compressed.rs", "benches/"],
    "lz4_flex": ["src/input/codec/", "src/fuzzing/", "tests/it/compressed.rs", "benches/"],
    "twox_hash": ["src/input/codec/"],
    "globset": ["src/input/paths.rs"],
    "walkdir": ["src/input/paths.rs"],
    "memmap2": ["src/input/mmap.rs"],
    "object_store": ["src/input/object.rs", "tests/objects.rs", "examples/objects.rs"],
    "tokio": ["src/input/object.rs", "tests/objects.rs", "examples/objects.rs"],
    "rustix": ["src/input/pipe.rs"],
    "notify": ["src/input/watch.rs"],
    "clap": ["src/cli/mod.rs", "src/cli/args.rs"],
    "clap_complete": ["src/cli/mod.rs", "src/cli/args.rs"],
    "clap_mangen": ["src/cli/mod.rs"],
    "indicatif": ["src/cli/progress.rs"],
    "csv": ["src/cli/output/delimited.rs", "benches/"],
    "serde_json": ["src/cli/output/ndjson.rs", "src/rows/text.rs", "tests/it/records.rs", "benches/"],
    "terminal_size": ["src/cli/output/mod.rs"],
    "unicode_width": ["src/cli/output/table.rs"],
    "arrow_ipc": ["src/cli/output/arrow.rs"],
    "parquet": ["src/cli/output/"],
}
DETECTION = re.compile(r"is_\w+_feature_detected!")
UNSAFE = re.compile(r"\bunsafe\s*(\{|\(|fn|impl|extern|trait)|(allow|expect)\(unsafe_code")
# Where `unsafe` may stand, and what it is there for.
UNSAFE_PLACES = [
    "simd/src/isa/",  # the kernels
    "simd/src/isa.rs",  # tokens that prove an instruction set
    "simd/src/kernels.rs",  # calls through the table
    "simd/src/tail.rs",  # the length of a vector whose bytes were written behind it
    "simd/src/columns.rs",  # calls of loops that are stamped for an instruction set
    "simd/src/tests/guard.rs",  # guard pages
    "src/batch/arrow.rs",  # arrays of texts whose checks have been made
    "src/input/mmap.rs",  # files in memory
    "tests/it/common.rs",  # files that nobody writes to
    "benches/src/bin/count.rs",  # the same
    "python/src/capi.rs",  # functions of CPython for which pyo3 has no safe call
    "python/src/cells.rs",  # objects that are read without a lock
    "python/src/cpython.rs",  # type slots
    "python/src/make.rs",  # objects that are made where there may be no memory
    "python/src/trashcan.rs",  # drops while the interpreter shuts down
    "python/src/arrow/",
]
# Constructors of pyo3 that panic where there is no memory for an object; make.rs has others.
PANICKING = re.compile(
    r"\bnew_err\(|\bintern!|\binto_pyobject\(|\bPy(String|Dict|List|Tuple|Float|Int|Bytes|Slice)::(new|intern|full)\("
    r"|\bPyList::empty\(|\b(getattr|setattr|hasattr|call_method[01]?|set_item|get_item|import)\(\""
)

# What may run code of Python, past `capi`, which keeps a thread that ends inside of it.
CALLING = re.compile(r"(?<!visit)\.call[01]?\(|\.call_method[01]?\(|\bPyModule::import\b|\bpy\.import\(")


def sources():
    files = subprocess.run(["git", "ls-files", "*.rs"], cwd=ROOT, capture_output=True, text=True, check=True)
    return files.stdout.split()


def later_layers():
    """Files of python/src that need one of a later layer: the table in lib.rs has the order."""
    folder = ROOT / "python/src"
    table = "".join(re.findall(r"^//! \|(.*?)\|", (folder / "lib.rs").read_text(encoding="utf-8"), re.MULTILINE))
    order = [*re.findall(r"\[`(\w+)`\]", table), "lib"]
    layers = {file: file.split("/")[0].removesuffix(".rs") for file in (path.relative_to(folder).as_posix() for path in folder.rglob("*.rs"))}
    yield from (f"python/src/lib.rs: its table does not have {name}" for name in sorted({*layers.values()} - {*order}))
    for edge in modules.Crate(folder).edges():
        name, other = layers[edge.source], layers[edge.target]
        if name in order and other in order and order.index(name) < order.index(other):
            yield f"python/src/{edge.source}:{edge.line}: {name} stands before {other} in the table of lib.rs"


def broken():
    yield from later_layers()
    for name in sources():
        for number, line in enumerate((ROOT / name).read_text(encoding="utf-8").splitlines(), start=1):
            code = line.split("//")[0]
            place = f"{name}:{number}"
            for crate, allowed in PLACES.items():
                if re.search(rf"\b{crate}::|\b(use|extern crate) (::)?\{{?{crate}\b", code) and not name.startswith(tuple(allowed)):
                    yield f"{place}: {crate} may stand only in {', '.join(allowed)}"
            if DETECTION.search(code) and name != "simd/src/isa.rs":
                yield f"{place}: the CPU is asked in simd/src/isa.rs alone"
            if UNSAFE.search(code) and not name.startswith(tuple(UNSAFE_PLACES)):
                yield f"{place}: unsafe may stand only in {', '.join(UNSAFE_PLACES)}"
            if PANICKING.search(code) and name.startswith("python/src/") and name != "python/src/make.rs":
                yield f"{place}: this panics without memory: python/src/make.rs has what does not"
            if CALLING.search(code) and name.startswith("python/src/") and name != "python/src/capi.rs":
                yield f"{place}: a daemon thread may end inside of this: python/src/capi.rs has calls that keep it"


def room(file):
    return file.split("/")[0].removesuffix(".rs")


def against_the_order(edges):
    """What imports a room that it may not, for edges between files of src/."""
    for edge in edges:
        here, there = room(edge.source), room(edge.target)
        if here == there:
            continue
        place = f"src/{edge.source}:{edge.line}"
        if here not in ROOMS:
            yield f"{place}: no room is called {here}; the table of rooms is in ci/rules.py"
        elif there not in ROOMS[here]:
            yield f"{place}: {here} may not import {there} ({edge.name} of {edge.target})"
        elif edge.name not in ITEMS.get((here, there), [edge.name]):
            yield f"{place}: {here} may import nothing of {there} but {', '.join(sorted(ITEMS[here, there]))}, not {edge.name}"


def in_circles(folder, edges):
    """Each circle of files, with a place where each needs the next."""
    for circle in modules.circles(edges):
        way = " -> ".join(f"{edge.source}:{edge.line} ({edge.name})" for edge in circle)
        yield f"{folder}: a circle: {way} -> {circle[0].source}"


def imports():
    """Imports against the order of rooms."""
    return against_the_order(modules.Crate(ROOT / "src").edges())


def all_circles():
    for folder in CRATES:
        yield from in_circles(folder, modules.Crate(ROOT / folder).edges())


def untested_examples():
    for example in sorted((ROOT / "examples").glob("*.rs")):
        tests = "".join((ROOT / "tests" / name).read_text(encoding="utf-8") for name in ("it/examples.rs", "objects.rs"))
        if f'../examples/{example.name}"]' not in tests:
            yield f"examples/{example.name}: no test in tests/it/examples.rs or tests/objects.rs runs it"


def graph():
    for folder in CRATES:
        print(f"{folder}:")
        for source, target in sorted({(edge.source, edge.target) for edge in modules.Crate(ROOT / folder).edges()}):
            print(f"    {source} -> {target}")
    print("\n".join([*imports(), *all_circles()]) or "no circle, and no import against the order")


def main():
    if sys.argv[1:] == ["--graph"]:
        return graph()
    found = [*broken(), *imports(), *untested_examples(), *all_circles()]
    print("\n".join(found) or f"rules hold in {len(sources())} files")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
