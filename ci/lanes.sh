#!/usr/bin/env bash
# Tests the kernels on every instruction set that this machine can run or emulate, one lane each.
#
# Usage: ci/lanes.sh [LANE…]        (default: all of them; `ci/lanes.sh --list` names them)
#
# A lane sets PARSIMD_ISA to leave one instruction set to be tested, and PARSIMD_REQUIRE_ISA, with which a test that was
# meant for an instruction set and did not run on it fails. Emulated lanes test a documented share of the cases
# (PARSIMD_TEST_PERCENT; of nested loops the share is of each). A lane that cannot run here is left out by name, and the
# script then fails at its end, unless PARSIMD_CI_ALLOW_MISSING=1. Without arguments ci/symbols.sh runs too.
set -euo pipefail
cd "$(dirname "$0")/.."

# lane            machine            required            percent
LANES='
scalar            native             scalar              100
sse4.2            native             sse4.2              100
avx2              native             avx2                100
avx512            native             avx512              100
x86-64-core2duo   x86-64:core2duo    scalar              10
x86-64-nehalem    x86-64:Nehalem     scalar,sse4.2       10
x86-64-haswell    x86-64:Haswell     scalar,sse4.2,avx2  10
aarch64-neon      arm64:cortex-a53   scalar,neon         10
'
CROSS=$PWD/target/cross
missing=()
failed=()
done=()

# Whether this CPU has what an instruction set is named for; the test asks the CPU itself, and in full.
native_has() {
    case $(uname -m):$1 in
        *:scalar) true ;;
        x86_64:sse4.2) grep -qw sse4_2 /proc/cpuinfo ;;
        x86_64:avx2) grep -qw avx2 /proc/cpuinfo ;;
        x86_64:avx512) grep -qw avx512_vbmi2 /proc/cpuinfo && grep -qw avx512bw /proc/cpuinfo ;;
        aarch64:neon) true ;;
        *) false ;;
    esac
}

# The emulators and the cross compiler, set up once.
cross() {
    [ -e "$CROSS/complete" ] && return
    [ "$(uname -m)" = x86_64 ] && command -v apt-get dpkg-deb > /dev/null && ci/setup-cross.sh "$CROSS"
}

# The path of the test program that `cargo test` builds for the kernels.
build() {
    cargo test -q -p parsimd-simd --lib --no-run --message-format=json |
        sed -nE 's/.*"kind":\["lib"\].*"executable":"([^"]+)".*/\1/p' | tail -1
}

# Runs a test program: all of it, then the test that prints what it runs on. QEMU says for each thread which features of
# the CPU it does not emulate; none of them is one that an instruction set is named for.
all_tests() {
    "$@" -q 2>&1 | { grep -v "^qemu.*warning: TCG doesn't support" || true; }
    "$@" -q --nocapture the_instruction_sets_that_run 2> /dev/null | grep 'RUNS ON'
}

run() {
    local lane=$1 machine=$2 required=$3 percent=$4 program cpu=${2#*:}
    local -x PARSIMD_REQUIRE_ISA=$required PARSIMD_TEST_PERCENT=$percent
    case $machine in
        native)
            native_has "$required" || return 77
            program=$(build) || return 1
            local -x PARSIMD_ISA=$required
            all_tests "$program"
            ;;
        x86-64:*)
            cross || return 77
            program=$(build) || return 1
            all_tests "$CROSS/bin/on-x86-64" "$cpu" "$program"
            ;;
        arm64:*)
            cross || return 77
            # shellcheck source=/dev/null
            program=$(. "$CROSS/env.sh" && build) || return 1
            all_tests "$CROSS/bin/on-arm64" "$cpu" "$program"
            ;;
    esac
}

if [ "${1-}" = --list ]; then
    awk 'NF { print $1 }' <<< "$LANES"
    exit
fi

for name in "$@"; do
    awk 'NF { print $1 }' <<< "$LANES" | grep -qxF -- "$name" || { echo "no lane is called $name" >&2; exit 2; }
done

while read -r lane machine required percent; do
    [ -n "$lane" ] || continue
    [ $# = 0 ] || printf '%s\n' "$@" | grep -qxF -- "$lane" || continue
    echo "== $lane ($machine; $required; $percent % of the cases)"
    begin=$SECONDS
    # In a shell of its own, so that `set -e` holds inside.
    set +e
    (set -e; run "$lane" "$machine" "$required" "$percent") < /dev/null
    status=$?
    set -e
    case $status in
        0) done+=("$lane"); echo "== $lane passed in $((SECONDS - begin)) s" ;;
        77) missing+=("$lane"); echo "== $lane LEFT OUT: this machine cannot run it" ;;
        *) failed+=("$lane"); echo "== $lane FAILED" ;;
    esac
done <<< "$LANES"

# Not a lane: what the compiler made of the kernels. On other machines there is nothing to compare.
if [ $# = 0 ] && [ "$(uname -m)" = x86_64 ]; then
    ci/symbols.sh || failed+=(symbols)
fi

echo "lanes that passed: ${done[*]-}"
[ ${#failed[@]} = 0 ] || { echo "lanes that FAILED: ${failed[*]}"; exit 1; }
if [ ${#missing[@]} != 0 ]; then
    echo "lanes LEFT OUT: ${missing[*]}"
    [ "${PARSIMD_CI_ALLOW_MISSING-}" = 1 ] || exit 1
fi
