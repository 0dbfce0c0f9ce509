"""Fails if an extension for x86-64 has instructions of AVX outside of the functions that run only on a CPU that has them, or in those of parsimd
instructions that the CPU was not asked for.

    python3 ci/vectors.py EXTENSION|WHEEL…      with its symbols: a stripped one has no functions

A function is compiled for a younger CPU than the target's only where the sources say so, and is called only after the CPU was asked. So these
functions are few, and have names. An instruction in any other would end the process on an older CPU, on the day that it is reached.
"""

import re
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

FUNCTION = re.compile(r"^[0-9a-f]+ <(.+)>:$")
# AVX and all that came after it begins with a v, and masks of AVX-512 with a k. The two others are older, and for kernels of systems.
INSTRUCTION = re.compile(r"^ +[0-9a-f]+:\t(?!verr|verw)(v[a-z0-9]+|k[a-z]+[bwdq])\b")

# Each crate that asks the CPU, and its functions for those that have AVX.
ALLOWED = [
    r"parsimd_simd::isa::x86::(avx2|avx512)::",
    r"parsimd_simd::columns::\w+_(avx2|avx512)$",
    r"<?aho_corasick::packed::teddy::builder::x86_64::(Slim|Fat)AVX2<",
    r"memchr::arch::x86_64::(avx2::|memchr::\w+::find_avx2)",
    r"simdutf8::implementation::x86::avx2::",
    r"zlib_rs::.*avx2",
    # An intrinsic that was not inlined, as without link-time optimization. It is for the CPU that it names, like those that call it.
    r"core::core_arch::x86::avx\w*::_mm",
]
# What functions of parsimd may not have, since `simd/src/isa.rs` does not ask for it: the rest of AVX-512, of which CPUs have parts, and more.
MORE = r"v(popcnt|pshufbitqmb|pmadd52|permb\b|perm[it]2b\b|pmultishiftqb|pdp|p2intersect|cvtne)|v?(gf2p8|aes|pclmul)"
NOT_ASKED_FOR = [
    (r"parsimd_simd::(isa::x86::avx2::|columns::\w+_avx2$)", re.compile(rf"\t({MORE})|%zmm|%[xy]mm(1[6-9]|[23]\d)|%k[0-7]")),
    (r"parsimd_simd::(isa::x86::avx512::|columns::\w+_avx512$)", re.compile(rf"\t({MORE})")),
]


def strays(disassembly):
    """The functions that have AVX and are not allowed to, or more than they are, with their first such instruction; and how many are allowed to."""
    found, allowed, name, beyond = {}, set(), "what stands before the first function", None
    for line in disassembly:
        if function := FUNCTION.match(line):
            name = function[1]
            beyond = next((instructions for pattern, instructions in NOT_ASKED_FOR if re.match(pattern, name)), None)
        elif beyond and beyond.search(line):
            found.setdefault(name, line.split("\t", 1)[1].strip())
        elif INSTRUCTION.match(line):
            if any(re.match(pattern, name) for pattern in ALLOWED):
                allowed.add(name)
            else:
                found.setdefault(name, line.split("\t", 1)[1].strip())
    return found, len(allowed)


def check(extension):
    """What is wrong with an extension, or None; prints what was compared."""
    command = ["objdump", "--disassemble", "--demangle", "--no-show-raw-insn", str(extension)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        found, allowed = strays(process.stdout)
    if process.returncode:
        return f"{extension.name} cannot be disassembled"
    if not allowed:
        return f"{extension.name} has no function with AVX that is known: it is stripped, or this is not x86-64"
    print(f"{extension.name}: AVX in {allowed} functions, each called only where the CPU has it")
    return "\n".join(f"{name} has {instruction}, and the CPU was not asked for it" for name, instruction in found.items()) or None


def main():
    problems = []
    for path in map(Path, sys.argv[1:]):
        with tempfile.TemporaryDirectory() as folder:
            if path.suffix == ".whl":
                with zipfile.ZipFile(path) as wheel:
                    path = Path(wheel.extract(next(name for name in wheel.namelist() if name.endswith(".so")), folder))
            problems.append(check(path))
    return "\n".join(filter(None, problems)) or (None if problems else "no extension was named")


if __name__ == "__main__":
    sys.exit(main())
