#!/usr/bin/env bash
# Tests the kernels, and the crate over them, on every instruction set that this machine can run or emulate, one lane each.
#
# Usage: ci/lanes.sh [LANE…]        (default: all of them; `ci/lanes.sh --list` names them)
#
# A native lane sets PARSIMD_ISA, so that one instruction set is tested, and each sets PARSIMD_REQUIRE_ISA, with which a test
# that was meant for an instruction set and did not run on it fails. Lanes test a documented share of the cases
# (PARSIMD_TEST_PERCENT; of nested loops the share is of each); `make test` tests all, on every instruction set of the machine. A lane that cannot run here is left out by name; see
# ci/run-lanes.sh. Without arguments ci/symbols.sh runs too.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=ci/run-lanes.sh
. ci/run-lanes.sh

# lane            machine            required            percent
LANES='
scalar            native             scalar              25
sse4.2            native             sse4.2              25
avx2              native             avx2                25
avx512            native             avx512              25
x86-64-core2duo   x86-64:core2duo    scalar              10
x86-64-nehalem    x86-64:Nehalem     scalar,sse4.2       10
x86-64-haswell    x86-64:Haswell     scalar,sse4.2,avx2  10
aarch64-neon      arm64:cortex-a53   scalar,neon         10
'

# Files of tests/it that lanes leave out: what they ask has nothing to do with instruction sets. `make test` has asked it, and an emulator takes minutes for it.
NOT_IN_LANES=(compressed damage damaged_input follow formats guess input_marks limits long_records mismatches pipes reasons threads)
# The files of it that are left on an emulated x86-64: a native lane has run all others with the same kernels.
ON_EMULATED_X86_64=(cases examples)

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

# The test programs that `cargo test` builds for the kernels and for the crate with a feature, a path each; the command, which it builds
# beside them, is none. Native ones are those of `make test`, so that they are built once.
build() {
    cargo test -q --locked -p parsimd-simd -p parsimd --features "parsimd/$1" --lib --test it --no-run --message-format=json |
        sed -nE 's|.*"executable":"([^"]+/deps/[^"]+)".*|\1|p' | sort
}

# Runs each of the test programs with a command before it, which is empty on the machine's own CPU, then the tests that print what they run on;
# of tests/it the files that are named, or most: all_tests PROGRAMS 'FILE…' [COMMAND…]
# QEMU says for each thread which features of the CPU it does not emulate; none of them is one that an instruction set is
# named for.
all_tests() {
    local programs=$1 files=$2 program output kernels crate chosen
    shift 2
    for program in $programs; do
        chosen=()
        if [[ $program = */it-* ]]; then
            # shellcheck disable=SC2206
            chosen=(${files:-${NOT_IN_LANES[@]/#/--skip=}})
            chosen=("${chosen[@]/%/::}")
        fi
        output=$("$@" "$program" -q "${chosen[@]}" 2>&1 | sed "/warning: TCG doesn't support/d") || { echo "$program failed: $output"; return 1; }
        echo "$(basename "${program%-*}"): $(grep '^test result: ' <<< "$output")"
    done
    kernels=$(grep -E '/parsimd_simd-[0-9a-f]+$' <<< "$programs")
    crate=$(grep -E '/parsimd-[0-9a-f]+$' <<< "$programs")
    for program in "$kernels" "$crate"; do
        "$@" "$program" -q --nocapture the_instruction_sets_that_run 2> /dev/null | grep 'RUNS ON'
    done
}

run() {
    local machine=$2 required=$3 percent=$4 programs cpu=${2#*:}
    local -x PARSIMD_REQUIRE_ISA=$required PARSIMD_TEST_PERCENT=$percent
    case $machine in
        native)
            native_has "$required" || return 77
            programs=$(build parquet) || return 1
            local -x PARSIMD_ISA=$required
            all_tests "$programs" ''
            ;;
        x86-64:*)
            cross || return 77
            programs=$(build parquet) || return 1
            all_tests "$programs" "${ON_EMULATED_X86_64[*]}" "$CROSS/bin/on-x86-64" "$cpu"
            ;;
        arm64:*)
            cross || return 77
            # shellcheck source=/dev/null
            programs=$(. "$CROSS/env.sh" && build arrow) || return 1
            all_tests "$programs" '' "$CROSS/bin/on-arm64" "$cpu"
            ;;
    esac
}

# Not `|| status=$?`: that would have the lanes go on after a command that fails.
set +e
run_lanes "$LANES" "$@"
status=$?
set -e
# Not a lane: what the compiler made of the kernels. On other machines there is nothing to compare.
if [ $# = 0 ] && [ "$(uname -m)" = x86_64 ]; then
    ci/symbols.sh || status=1
fi
exit $status
