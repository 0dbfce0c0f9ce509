#!/usr/bin/env bash
# Tests the Python package on every CPython that is promised, one lane each; under stress; and with the classes as pyo3 makes them.
#
# Usage: ci/pythons.sh [LANE…]           (default: all of them; `ci/pythons.sh --list` names them)
#        ci/pythons.sh --stress [LANE…]  (the lanes that take too long for CI)
#        PERCENT=100 ci/pythons.sh …     (another share of the cases than the lane's)
#
# A lane builds a wheel for its interpreter, installs it with what the tests need into an environment of its own, and runs
# the whole suite with a share of the generated cases. python/tests/conftest.py fails a run that is not of the interpreter
# and the machine that the lane is named after, or that skips a test. An interpreter that is neither here nor in Debian's next release
# is left out by name; see ci/run-lanes.sh. Two lanes run at a time, since pytest keeps one core busy; the emulated one, which takes longest, comes first.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=ci/run-lanes.sh
. ci/run-lanes.sh

# Files of the suite that the emulated lane leaves out, unless all cases are asked for: they take half of its time, starting processes, waiting or inside of other libraries, for
# what depends on no CPU.
NOT_EMULATED=(allocations clients command damage docs duckdb follow interrupts lifetimes panics polars progress signals subinterpreters)

# What a lane does "with":
#   stress         the collector at every chance, thousands of objects alive that go in no order, Python's development mode and checked memory
#   plain-classes  no type slot is replaced
#   references     a debug build of Python counts references: each public call leaves as many as it found
#   memory         valgrind looks at each public call
#   long           sequences of calls in thousands, a hundred children by each way to make them
#
# lane            Python  machine           with           percent
LANES='
python-aarch64    3.11    arm64:cortex-a53  -              5
python-3.9        3.9     native            -              10
python-3.10       3.10    native            -              10
python-3.12       3.12    native            -              10
python-3.13       3.13    native            -              10
python-3.14       3.14    native            -              10
stress-3.11       3.11    native            stress         10
plain-3.12        3.12    native            plain-classes  10
'
STRESS='
stress-3.13       3.13    native            stress         10
references        3.11d   native            references     100
memory            3.11    native            memory         100
long              3.11    native            long           100
'
# Those of wheels that run with the libraries of Debian 12.
ARM64_PLATFORMS=(--platform=manylinux_2_{34,31,28,27,26,24,17}_aarch64 --platform=manylinux2014_aarch64)
# The release that is being prepared, of which a Python comes that this machine is too old for.
DEBIAN_NEXT=forky
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

# An environment for a version in the folder HOME/venv: environment HOME VERSION. One of an interpreter that this machine has, or of
# Debian's next release, which runs with the libc of that release.
environment() {
    local venv=$1/venv base root=$PWD/$HOME_OF_LANES/debian-$2
    if base=$(interpreter "$2"); then
        [ -x "$venv/bin/python" ] || "$base" -m venv "$venv"
    else
        [ "$(uname -m)" = x86_64 ] && ci/debian.sh "$root" "$DEBIAN_NEXT" amd64 "python$2" libstdc++6 tzdata || return 77
        mkdir -p "$venv/bin" "$venv/lib/python$2/site-packages"
        echo "home = $root/usr/bin" > "$venv/pyvenv.cfg"
        # What it takes for itself is this script, so a process that it starts runs with that libc as well.
        printf '#!/bin/sh\nexec %q --argv0 %q --library-path %q %q "$@"\n' "$root/usr/lib64/ld-linux-x86-64.so.2" "$venv/bin/python" \
            "$root/usr/lib/x86_64-linux-gnu" "$root/usr/bin/python$2" > "$venv/bin/python"
        chmod +x "$venv/bin/python"
    fi
    echo "$("$venv/bin/python" --version) at $venv"
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

# Gets programs of Debian that a lane needs, or says which are missing: need PROGRAM PACKAGE…
need() {
    command -v "$1" > /dev/null || apt-get -qq install -y --no-install-recommends "${@:2}" > /dev/null 2>&1 || true
    command -v "$1" > /dev/null || { echo "there is no $1: on Debian, apt-get install ${*:2}"; return 1; }
}

run() {
    local lane=$1 version=$2 machine=$3 with=$4 percent=$5 home=$PWD/$HOME_OF_LANES/$1 pip left_out
    local -x PARSIMD_REQUIRE_PYTHON=${version%d} PARSIMD_TEST_PERCENT=${PERCENT:-$percent} PARSIMD_GC=0 PARSIMD_PLAIN_CLASSES=0 PYTHONDEVMODE=
    local wheel=() extra='[test]' command=(suite "$home/venv/bin/pytest")
    case $with in
        stress) PARSIMD_GC=1 PYTHONDEVMODE=1 ;;
        plain-classes) PARSIMD_PLAIN_CLASSES=1 ;;
        references)
            need python3.11d python3-dbg python3-venv || return 77
            # Other libraries are not built for it.
            extra='' command+=(tests/test_stress.py tests/test_lifetimes.py tests/test_threads.py)
            ;;
        memory)
            need valgrind valgrind || return 77
            wheel=(--features system-allocator)
            command=("$home/venv/bin/python" ci/memcheck.py "$home/venv/bin/python" python/tests/stress_memory.py)
            ;;
        long)
            local -x PARSIMD_STATE_EXAMPLES=2000 PARSIMD_FORKS=100
            command+=(tests/test_state_machine.py tests/test_signals.py)
            ;;
    esac
    case $machine in
        native)
            environment "$home" "$version" || return 77
            build_wheel "$home" "$home/venv/bin/python" "${wheel[@]}"
            # An interpreter that was unpacked has no pip of its own.
            pip=(.venv/bin/pip --python "$home/venv/bin/python" install --quiet --disable-pip-version-check)
            "${pip[@]}" --force-reinstall --no-deps "$home"/wheel/*.whl
            "${pip[@]}" "$(ls "$home"/wheel/*.whl)$extra" pytest hypothesis numpy
            "${command[@]}"
            ;;
        arm64:*)
            cross || return 77
            rm -rf "$home/venv"
            "$CROSS/bin/python-environment" "${machine#*:}" "$home/venv"
            # The very wheel that is released, or with PROFILE=ci its like: one command makes both.
            rm -rf "$home/wheel"
            OUT=$home/wheel PYTHONS=$version flock target/wheels.lock ci/wheels.sh aarch64-unknown-linux-gnu
            .venv/bin/pip install --quiet --disable-pip-version-check --target "$home/venv/lib/python$version/site-packages" \
                --python-version "$version" --implementation cp --only-binary :all: "${ARM64_PLATFORMS[@]}" "$(ls "$home"/wheel/*.whl)[test]"
            local -x PARSIMD_REQUIRE_MACHINE=aarch64 PARSIMD_REQUIRE_ISA=neon
            left_out=()
            [ "$PARSIMD_TEST_PERCENT" = 100 ] || left_out=("${NOT_EMULATED[@]/#/--ignore=tests/test_}")
            # Not from the folder where the package is without its extension.
            suite "$home/venv/bin/python" -P -m pytest "${left_out[@]/%/.py}"
            ;;
    esac
}

mkdir -p target
if [ "${1-}" = --stress ]; then
    shift
    LANES_AT_ONCE=2 run_lanes "$STRESS" "$@"
else
    LANES_AT_ONCE=2 run_lanes "$LANES" "$@"
fi
