#!/usr/bin/env bash
# Which lines the Rust tests run: a line for each file, and all lines with their counts in target/coverage/lines.txt.
#
# Usage: ci/coverage.sh [ARGUMENT OF CARGO TEST…]
#
# Only the crates of the workspace are instrumented. It takes the LLVM of this very Rust: `rustup component add llvm-tools`.
set -euo pipefail
cd "$(dirname "$0")/.."

# Cargo calls it as the wrapper of rustc, too, with rustc first.
if [[ ${1-} = *rustc ]]; then
    exec "$@" -C instrument-coverage
fi

tools=$(echo "$(rustc --print sysroot)"/lib/rustlib/*/bin)
[ -x "$tools/llvm-cov" ] || rustup component add llvm-tools
[ $# -gt 0 ] || set -- --package parsimd-simd --package parsimd --features parsimd/parquet --lib --tests

folder=$PWD/target/coverage
mkdir -p "$folder"
rm -f "$folder"/*.profraw
tests() {
    RUSTC_WORKSPACE_WRAPPER=$PWD/ci/coverage.sh LLVM_PROFILE_FILE="$folder/%p-%m.profraw" CARGO_TARGET_DIR=target/coverage/build \
        cargo test --quiet --locked "$@"
}
tests "$@"
"$tools/llvm-profdata" merge --sparse "$folder"/*.profraw --output "$folder/all.profdata"
mapfile -t programs < <(tests "$@" --no-run --message-format=json | sed -nE 's/.*"executable":"([^"]+)".*/\1/p')
objects=("${programs[@]/#/--object=}")
report=(--instr-profile="$folder/all.profdata" --ignore-filename-regex='registry|rustc|tests' "${objects[@]}")
"$tools/llvm-cov" show "${report[@]}" > "$folder/lines.txt"
"$tools/llvm-cov" report "${report[@]}" --show-region-summary=false --show-branch-summary=false
