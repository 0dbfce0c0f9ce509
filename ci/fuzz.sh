#!/usr/bin/env bash
# Fuzzes: each target of ci/fuzz for SECONDS, 10 by default, from the seeds in ci/fuzz/seeds and from what earlier runs came to, in target/fuzz/corpus.
#
# Usage: SECONDS_EACH=1800 ci/fuzz.sh [TARGET…]
#
# A case that fails is printed as a test, to be pasted into src/fuzzing/found.rs. It is kept in ci/fuzz/artifacts too; with it,
# `cargo +nightly fuzz run --fuzz-dir ci/fuzz TARGET FILE` runs that case alone.
#
# It takes a nightly Rust, and cargo-fuzz, which is put into target/tools. A machine that has no nightly leaves the targets out by name; see ci/run-lanes.sh.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=ci/run-lanes.sh
. ci/run-lanes.sh

# The address sanitizer looks where there is `unsafe` below: a case takes many times as long with it, and most of the code needs none.
#
# target         longest case, in bytes   sanitizer
LANES="
formats           200                     none
converters        200                     none
program_vs_regex 1024                     none
kernels          2048                     address
values           1024                     address
scans            2048                     address
conditions        256                     none
guess            1024                     none
"
EACH=${SECONDS_EACH-10}
CARGO_FUZZ_VERSION=0.13.2

has() {
    rustup run nightly rustc --version > /dev/null 2>&1 || { echo "no nightly Rust"; return 1; }
    export PATH=$PWD/target/tools/bin:$PATH
    [ "$(cargo-fuzz --version 2> /dev/null)" = "cargo-fuzz $CARGO_FUZZ_VERSION" ] ||
        cargo install --quiet --locked --root target/tools --target-dir target/tools/build "cargo-fuzz@$CARGO_FUZZ_VERSION"
}

run() {
    has || return 77
    local corpus=target/fuzz/corpus/$1
    mkdir -p "$corpus" "ci/fuzz/seeds/$1"
    # Bytes stand for choices, so what the code compares says little of them; telling of each comparison would take half of the time.
    # Short cases are of no use where a format is made of the first bytes, so there is no start with them.
    cargo +nightly fuzz run --fuzz-dir ci/fuzz --target-dir "target/fuzz/$3" --codegen-units 16 --sanitizer "$3" --no-trace-compares \
        "$1" "$corpus" "ci/fuzz/seeds/$1" -- \
        -max_total_time="$EACH" -max_len="$2" -len_control=0 -timeout=20 -rss_limit_mb=4096 -verbosity=0 -print_final_stats=1
}

run_lanes "$LANES" "$@"
