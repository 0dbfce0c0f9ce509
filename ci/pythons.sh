#!/usr/bin/env bash
# Tests the Python package on every CPython that is promised, one lane each; and with the garbage collector at every chance.
#
# Usage: ci/pythons.sh [LANE…]        (default: all of them; `ci/pythons.sh --list` names them)
#
# A lane builds a wheel for its interpreter, installs it with what the tests need into an environment of its own, and runs
# the whole suite with a share of the generated cases. python/tests/conftest.py fails a run that is not of the interpreter
# and the machine that the lane is named after, or that skips a test. An interpreter that is not here is left out by name;
# see ci/run-lanes.sh. Two lanes run at a time, since pytest keeps one core busy; the emulated one, which takes longest, comes first.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=ci/run-lanes.sh
. ci/run-lanes.sh

# lane            Python  machine           collector  percent
LANES='
python-aarch64    3.11    arm64:cortex-a53  as-ever    5
python-3.9        3.9     native            as-ever    20
python-3.10       3.10    native            as-ever    20
python-3.11       3.11    native            as-ever    20
python-3.12       3.12    native            as-ever    20
python-3.13       3.13    native            as-ever    20
gc-3.11           3.11    native            always     10
gc-3.13           3.13    native            always     10
'
# Those of wheels that run with the libraries of Debian 12.
ARM64_PLATFORMS=(--platform=manylinux_2_{34,31,28,27,26,24,17}_aarch64 --platform=manylinux2014_aarch64)
MATURIN=.venv/bin/maturin
HOME_OF_LANES=target/pythons

# The interpreter of a version, of those that pyenv has and the one on PATH. A command on PATH may be a shim with nothing
# behind it, and a folder of that name a build of another kind, so each is asked what it is.
interpreter() {
    local version=$1 candidate ask='import sys; print(sys.implementation.cache_tag + sys.abiflags)'
    for candidate in "${PYENV_ROOT:-$HOME/.pyenv}/versions/$version".*/bin/python3 "python$version"; do
        if [ "$("$candidate" -c "$ask" 2> /dev/null)" = "cpython-${version/./}" ]; then
            echo "$candidate"
            return
        fi
    done
    return 1
}

# The wheel for the interpreter of an environment. Only what depends on the interpreter is built again for each, and
# without link-time optimization: nothing is measured here. One is built at a time, since all come from one file in `target`.
build_wheel() {
    rm -rf "$1/wheel"
    [ -x "$MATURIN" ] || make --no-print-directory .venv/made
    flock target/wheels.lock "$MATURIN" build --quiet --profile ci --locked --manifest-path python/Cargo.toml --interpreter "$2" --out "$1/wheel" "${@:3}"
}

# Runs the suite with a command that is pytest.
suite() {
    (cd python && PARSIMD_CASES=1500 "$@" -p no:cacheprovider)
}

run() {
    local lane=$1 version=$2 machine=$3 collector=$4 percent=$5 base home=$PWD/$HOME_OF_LANES/$1 pip
    local -x PARSIMD_REQUIRE_PYTHON=$version PARSIMD_TEST_PERCENT=$percent PARSIMD_GC=0
    [ "$collector" != always ] || PARSIMD_GC=1
    case $machine in
        native)
            base=$(interpreter "$version") || return 77
            echo "$("$base" --version) at $base"
            [ -x "$home/venv/bin/python" ] || "$base" -m venv "$home/venv"
            build_wheel "$home" "$home/venv/bin/python"
            pip=("$home/venv/bin/pip" install --quiet --disable-pip-version-check)
            "${pip[@]}" --force-reinstall --no-deps "$home"/wheel/*.whl
            "${pip[@]}" "$(ls "$home"/wheel/*.whl)[test]"
            suite "$home/venv/bin/pytest"
            ;;
        arm64:*)
            cross || return 77
            rm -rf "$home/venv"
            "$CROSS/bin/python-environment" "${machine#*:}" "$home/venv"
            # shellcheck source=/dev/null
            (. "$CROSS/env.sh" && build_wheel "$home" "python$version" --target aarch64-unknown-linux-gnu)
            .venv/bin/pip install --quiet --disable-pip-version-check --target "$home/venv/lib/python$version/site-packages" \
                --python-version "$version" --implementation cp --only-binary :all: "${ARM64_PLATFORMS[@]}" "$(ls "$home"/wheel/*.whl)[test]"
            local -x PARSIMD_REQUIRE_MACHINE=aarch64 PARSIMD_REQUIRE_ISA=neon
            # Not from the folder where the package is without its extension.
            suite "$home/venv/bin/python" -P -m pytest
            ;;
    esac
}

mkdir -p target
LANES_AT_ONCE=2 run_lanes "$LANES" "$@"
