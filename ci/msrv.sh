#!/usr/bin/env bash
# Checks that all of it compiles with the oldest Rust that is promised, `rust-version` in Cargo.toml; and runs the crate's tests with it, on a tenth of
# the generated cases.
#
# Usage: ci/msrv.sh           (PERCENT=100 for all cases)
#        ci/msrv.sh --check   (without the tests: what CI does)
#
# The toolchain is taken from rustup, which gets it from the network if it is not there. A machine that has it neither way leaves the lane
# out by name; see ci/run-lanes.sh. Calls of the standard library that are too young are found by `make lint` as well, everywhere; this
# finds syntax, and dependencies.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=ci/run-lanes.sh
. ci/run-lanes.sh

# lane  Rust
LANES="msrv $(sed -nE 's/^rust-version = "(.+)"$/\1/p' Cargo.toml)"

# Whether there is such a toolchain, or can be.
has() {
    command -v rustup > /dev/null || { echo "no rustup, so no Rust $1"; return 1; }
    rustup run "$1" rustc --version 2> /dev/null || rustup toolchain install "$1" --profile minimal --no-self-update
}

run() {
    has "$2" || return 77
    # A folder of its own: else this and all other builds would throw out each other's work.
    local -x CARGO_TARGET_DIR=$PWD/target/msrv RUSTUP_TOOLCHAIN=$2 PARSIMD_TEST_PERCENT=${PERCENT:-10}
    cargo check --quiet --locked --workspace --all-targets --features parsimd/arrow
    cargo check --quiet --locked --package parsimd --lib --features object_store
    [ -n "$only_check" ] || cargo test --quiet --locked --package parsimd --features parsimd/arrow --lib --tests
}

only_check=
if [ "${1-}" = --check ]; then
    only_check=1
    shift
fi
run_lanes "$LANES" "$@"
