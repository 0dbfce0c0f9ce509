#!/usr/bin/env bash
# Fails if a kernel stopped being one function.
#
# Between an entry point and its instructions everything has to be inlined, because only the entry point has the
# instruction set's features. What is not inlined becomes a symbol of its own (an operation of a vector, or an intrinsic
# itself), costs a call each time, and no test of answers would notice. So the symbols of the built library are compared
# with those that may exist: for each instruction set of x86-64 the kernels of `kernel_list`, and nothing else.
#
# In the extension for Python, ci/vectors.py looks for instructions that only some CPUs have, where any CPU may come by.
set -euo pipefail
cd "$(dirname "$0")/.."

[ "$(uname -m)" = x86_64 ] || { echo "the symbols are compared on x86-64 only" >&2; exit 1; }

# Without link-time optimization the library holds machine code.
CARGO_PROFILE_RELEASE_LTO=off cargo build -q --release -p parsimd-simd --lib --target-dir target/symbols
symbols=$(nm -C target/symbols/release/libparsimd_simd.rlib 2> /dev/null | sed -E 's/^[0-9a-f]* +//; s/::h[0-9a-f]{16}$//')

kernels=$(awk '/macro_rules! kernel_list/,/^}/' simd/src/kernels.rs | sed -nE 's/^ +fn (\w+)\(.*/\1/p; s/^ +fn (\w+)\($/\1/p' | sort -u)
expected=$(for isa in sse42 avx2 avx512; do
    for kernel in $kernels; do echo "parsimd_simd::isa::x86::$isa::$kernel"; done
done | sort)
found=$(sed -nE 's/^[tT] (.*isa::x86::.*)/\1/p' <<< "$symbols" | sort -u)

diff <(echo "$expected") <(echo "$found") || { echo "the kernels (<) are not the functions that exist (>)"; exit 1; }
if calls=$(grep -E '^[UtTw] .*core_arch::(x86|x86_64)::' <<< "$symbols"); then
    echo "intrinsics that are called and not inlined:"
    echo "$calls"
    exit 1
fi
if strays=$(grep -E '^[tT] .*(parsimd_simd::vector::|as parsimd_simd::vector::|generic::(words|index::positions))' <<< "$symbols"); then
    echo "functions between an entry point and its instructions:"
    echo "$strays"
    exit 1
fi
echo "each kernel is one function: $(wc -l <<< "$expected") of them, and no intrinsic is called"

# The whole extension, with the crates that are built in. With PROFILE=ci it is the one that CI has already.
make --no-print-directory dist/built
python3 ci/vectors.py dist/*.whl
