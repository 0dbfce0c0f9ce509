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

# target         longest case, in bytes; a case of this size takes milliseconds
LANES="
formats           200
converters        200
program_vs_regex 1024
kernels          2048
values           1024
scans            2048
conditions        256
guess            1024
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
    # Short cases are of no use where a format is made of the first bytes, so there is no start with them.
    cargo +nightly fuzz run --fuzz-dir ci/fuzz --target-dir target/fuzz --codegen-units 16 "$1" "$corpus" "ci/fuzz/seeds/$1" -- \
        -max_total_time="$EACH" -max_len="$2" -len_control=0 -timeout=20 -rss_limit_mb=4096 -verbosity=0 -print_final_stats=1
}

run_lanes "$LANES" "$@"
