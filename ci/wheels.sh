#!/usr/bin/env bash
# Builds the wheels that are released, one for each CPython and target, into target/wheels.
#
# Usage: ci/wheels.sh [TARGET…]      (default: all of them; `ci/wheels.sh --list` names them)
#        PYTHONS='3.9 3.14' OUT=folder PROFILE=ci ci/wheels.sh …
#                                   (default: all that python/pyproject.toml names, into target/wheels, by the profile `wheel`)
#
# One machine builds all of them, with one compiler: the rustc of ci/setup-cross.sh, and zig for C and as the linker, which knows every
# version of glibc and musl. What does not depend on Python is compiled once a target. They are built from ci/tree.py's copy of the
# work tree, and no path of this machine is in them.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=ci/run-lanes.sh
. ci/run-lanes.sh

# target                    tag
TARGETS='
x86_64-unknown-linux-gnu    manylinux2014
aarch64-unknown-linux-gnu   manylinux2014
x86_64-unknown-linux-musl   musllinux_1_2
aarch64-unknown-linux-musl  musllinux_1_2
'
WHEELS=$(realpath -m "${OUT-target/wheels}")
PROFILE=${PROFILE-wheel}
TREE=$PWD/target/tree
TOOLS=$PWD/.venv-release/bin
PYTHONS=${PYTHONS-$(sed -nE 's/.*"Programming Language :: Python :: (3\.[0-9]+)".*/\1/p' python/pyproject.toml)}

run() {
    local target=$1 tag=$2 interpreters=()
    cross || return 77
    [[ $target != *-musl ]] || ci/std.sh "$target" "$CROSS"
    for version in $PYTHONS; do
        interpreters+=(--interpreter "python$version")
    done
    local -x PATH=$TOOLS:$PATH RUSTC=$CROSS/bin/rustc RUSTDOC=$CROSS/bin/rustdoc CARGO_TARGET_DIR=$PWD/target SOURCE_DATE_EPOCH
    local -x RUSTFLAGS="--remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=cargo --remap-path-prefix=$TREE=parsimd"
    SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
    cd "$TREE"
    maturin build --zig --profile "$PROFILE" --locked --manifest-path python/Cargo.toml --target "$target" --compatibility "$tag" \
        --out "$WHEELS" "${interpreters[@]}"
}

if [ "${1-}" != --list ]; then
    [ -x "$TOOLS/maturin" ] || make --no-print-directory .venv-release/installed
    mkdir -p "$WHEELS" "$TREE"
    python3 ci/tree.py "$TREE"
    # What is built again is put in the place of what was there; a wheel of another version would be released by mistake.
    find "$WHEELS" -name '*.whl' ! -name "parsimd-$(sed -nE '0,/^version/s/^version = "(.+)"/\1/p' Cargo.toml)-*" -delete
fi
run_lanes "$TARGETS" "$@"
