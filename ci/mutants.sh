#!/usr/bin/env bash
# Mutation testing: changes the code in one place at a time, and asks whether a test fails. What no test notices wants a test, or a reason in
# docs/reliability.md.
#
# Usage: ci/mutants.sh [FILE…]
#
# FILE is a path under src/ or simd/src/; without one it is all that .cargo/mutants.toml names, which takes a day on two cores. What came of it
# is in target/mutants.out: missed.txt, caught.txt, timeout.txt and unviable.txt, a line for each mutant.
#
# The mutants are made in a copy of the working tree, so go on working. cargo-mutants is put into target/tools.
set -euo pipefail
cd "$(dirname "$0")/.."
CARGO_MUTANTS_VERSION=27.1.0

export PATH=$PWD/target/tools/bin:$PATH
[ "$(cargo mutants --version 2> /dev/null)" = "cargo-mutants $CARGO_MUTANTS_VERSION" ] ||
    cargo install --quiet --locked --root target/tools --target-dir target/tools/build "cargo-mutants@$CARGO_MUTANTS_VERSION"

files=()
# `--file` would be added to the files of the configuration.
for file in "$@"; do
    files+=(--re "^${file//./\\.}:")
done
# The kernels are tested in their own crate.
if [[ ${1-} = simd/* ]]; then
    package=(--package parsimd-simd)
    tests=(--lib)
else
    package=(--package parsimd --features arrow)
    tests=(--lib --test it)
fi
# Fewer cases: what only the rarest one would find is nothing that a test promises.
export PARSIMD_TEST_PERCENT=${PARSIMD_TEST_PERCENT-20} CARGO_INCREMENTAL=1
cargo mutants --output target --no-shuffle --colors never "${package[@]}" "${files[@]}" -- "${tests[@]}"
