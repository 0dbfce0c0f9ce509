"""The rules of docs/architecture.md that no compiler lint can hold: who may import whom, and where `unsafe` may stand.

    python3 ci/rules.py

Prints what breaks a rule, with its place, and exits with 1 if anything does.
"""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# A crate, as the word behind `use` or before `::`, and where it may stand.
PLACES = {
    "regex": ["src/plan/", "benches/"],
    "regex_syntax": ["src/plan/"],
    "fancy_regex": ["src/plan/"],
    "rayon": ["src/scan/"],
    "lexical_core": ["src/convert/", "benches/", "simd/"],
    "pyo3": ["python/"],
    "arrow_array": ["src/batch/arrow.rs", "python/src/arrow/", "benches/"],
    "arrow_buffer": ["src/batch/arrow.rs", "python/src/arrow/"],
    "arrow_schema": ["src/batch/arrow.rs", "python/src/arrow/", "benches/"],
    "flate2": ["src/input/", "tests/"],
    "memmap2": ["src/input/mmap.rs"],
    "rustix": ["src/input/pipe.rs"],
}
DETECTION = re.compile(r"is_\w+_feature_detected!")
UNSAFE = re.compile(r"\bunsafe\s*(\{|fn|impl|extern)|allow\(unsafe_code")
# Where `unsafe` may stand, and what it is there for.
UNSAFE_PLACES = [
    "simd/src/isa/",  # the kernels
    "simd/src/isa.rs",  # tokens that prove an instruction set
    "simd/src/kernels.rs",  # calls through the table
    "simd/src/tail.rs",  # the length of a vector whose bytes were written behind it
    "simd/src/columns.rs",  # calls of loops that are stamped for an instruction set
    "simd/src/tests/guard.rs",  # guard pages
    "src/input/mmap.rs",  # files in memory
    "tests/cases.rs",  # files that nobody writes to
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
# Which layer may name which other inside of the root crate.
LAYERS = {
    "src/pattern/": ["plan", "scan", "batch", "input"],
    "src/convert/": ["plan", "scan", "input"],
    "src/batch/": ["plan", "scan", "input"],
    "src/input/": ["pattern", "plan", "scan", "convert", "batch"],
    "src/plan/": ["scan", "batch", "input"],
}


def sources():
    files = subprocess.run(["git", "ls-files", "*.rs"], cwd=ROOT, capture_output=True, text=True, check=True)
    return files.stdout.split()


def modules_of(text):
    """The modules of its own crate that a file names."""
    text = re.sub(r"//.*", "", text)
    lists = [re.sub(r"\{[^{}]*\}", "", block) for block in re.findall(r"use crate::\{(.*?)\};", text, re.DOTALL)]
    return {*re.findall(r"\bcrate::(\w+)", text), *(name for names in lists for name in re.findall(r"(?:^|,)\s*(\w+)", names))}


def later_layers():
    """Files of python/src that use one of a later layer: the table in lib.rs has the order."""
    folder = ROOT / "python/src"
    table = "".join(re.findall(r"^//! \|(.*?)\|", (folder / "lib.rs").read_text(encoding="utf-8"), re.MULTILINE))
    order = re.findall(r"\[`(\w+)`\]", table)
    for file in sorted(folder.rglob("*.rs")):
        name = file.relative_to(folder).parts[0].removesuffix(".rs")
        if name == "lib":
            continue
        if name not in order:
            yield f"python/src/lib.rs: its table does not have {name}"
            continue
        later = modules_of(file.read_text(encoding="utf-8")) & {*order[order.index(name) + 1 :]}
        yield from (f"{file.relative_to(ROOT)}: {name} stands before {other} in the table of lib.rs" for other in sorted(later))


def broken():
    yield from later_layers()
    for name in sources():
        for number, line in enumerate((ROOT / name).read_text(encoding="utf-8").splitlines(), start=1):
            code = line.split("//")[0]
            place = f"{name}:{number}"
            for crate, allowed in PLACES.items():
                if re.search(rf"\b{crate}::", code) and not name.startswith(tuple(allowed)):
                    yield f"{place}: {crate} may stand only in {', '.join(allowed)}"
            if DETECTION.search(code) and name != "simd/src/isa.rs":
                yield f"{place}: the CPU is asked in simd/src/isa.rs alone"
            if UNSAFE.search(code) and not name.startswith(tuple(UNSAFE_PLACES)):
                yield f"{place}: unsafe may stand only in {', '.join(UNSAFE_PLACES)}"
            if PANICKING.search(code) and name.startswith("python/src/") and name != "python/src/make.rs":
                yield f"{place}: this panics without memory: python/src/make.rs has what does not"
            for layer, forbidden in LAYERS.items():
                named = re.search(r"\bcrate::(\w+)", code) or re.match(r"    (\w+)::", code)
                if name.startswith(layer) and named and named[1] in forbidden:
                    yield f"{place}: {layer} knows nothing of {named[1]}"


def main():
    found = list(broken())
    print("\n".join(found) or f"rules hold in {len(sources())} files")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
