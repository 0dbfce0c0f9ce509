#!/usr/bin/env bash
# What the scripts of lanes share. It is sourced, in the root of the repository.
#
# A script has a table of lanes, a line each, with the name first, and a function `run` that takes the columns of a line.
# `run_lanes TABLE [NAME…]` runs the lanes that one of the names stands for (`python-*` stands for several; without names
# all run), says of each what it is and how long it took, and what came of all of them. A `run` that ends with 77 says
# that this machine cannot run the lane: it is left out by name, and the script then fails at its end, unless
# PARSIMD_CI_ALLOW_MISSING=1.
#
# LANES_AT_ONCE lanes run side by side, one by default. What each of several prints comes when it has ended.

CROSS=$PWD/target/cross

# The emulators, the cross compiler and the emulated Python, set up once.
cross() {
    [ "$(uname -m)" = x86_64 ] && command -v apt-get dpkg-deb > /dev/null && ci/setup-cross.sh "$CROSS"
}

names_of() {
    awk 'NF { print $1 }' <<< "$1"
}

# Whether NAME is one of those that were asked for: is_asked NAME [PATTERN…]
is_asked() {
    local name=$1 pattern
    [ $# -gt 1 ] || return 0
    for pattern in "${@:2}"; do
        # shellcheck disable=SC2053
        [[ $name != $pattern ]] || return 0
    done
    return 1
}

# Runs one lane, and leaves its status and how long it took in a file: run_lane FILE LANE COLUMNS
run_lane() {
    local outcome=$1 lane=$2 begin=$SECONDS status
    # In a shell of its own, so that `set -e` holds inside.
    set +e
    # shellcheck disable=SC2086
    (set -e; run "$lane" $3) < /dev/null
    status=$?
    set -e
    # Written beside and renamed, so that who waits for it never reads half of it.
    echo "$status $((SECONDS - begin))" > "$outcome.part"
    mv "$outcome.part" "$outcome"
}

run_lanes() {
    local table=$1 lane columns pattern name found status seconds folder at_once=${LANES_AT_ONCE-1}
    local missing=() failed=() done=() running=()
    shift
    if [ "${1-}" = --list ]; then
        names_of "$table"
        return
    fi
    for pattern in "$@"; do
        found=
        for name in $(names_of "$table"); do
            ! is_asked "$name" "$pattern" || found=1
        done
        [ -n "$found" ] || { echo "no lane is called $pattern" >&2; return 2; }
    done
    folder=$(mktemp -d)

    # Waits for one of the lanes that run, and says what came of it.
    end_lane() {
        lane=
        while [ -z "$lane" ]; do
            for name in "${running[@]}"; do
                [ ! -e "$folder/$name.outcome" ] || lane=$name
            done
            # A lane that was killed leaves no outcome.
            [ -n "$lane" ] || [ "$(jobs -rp)" ] || lane=${running[0]}
            [ -n "$lane" ] || sleep 0.2
        done
        [ ! -e "$folder/$lane.log" ] || cat "$folder/$lane.log"
        status=killed seconds='?'
        [ ! -e "$folder/$lane.outcome" ] || read -r status seconds < "$folder/$lane.outcome"
        running=($(printf '%s\n' "${running[@]}" | grep -vxF "$lane" || true))
        case $status in
            0) done+=("$lane"); echo "== $lane passed in $seconds s" ;;
            77) missing+=("$lane"); echo "== $lane LEFT OUT: this machine cannot run it" ;;
            *) failed+=("$lane"); echo "== $lane FAILED after $seconds s" ;;
        esac
    }

    while read -r lane columns; do
        [ -n "$lane" ] && is_asked "$lane" "$@" || continue
        echo "== $lane${columns:+ ($(sed -E 's/ +/, /g; s/, ([0-9]+)$/, \1 % of the cases/' <<< "$columns"))}"
        running+=("$lane")
        if [ "$at_once" = 1 ]; then
            run_lane "$folder/$lane.outcome" "$lane" "$columns"
        else
            # Without job control a lane beside others would ignore SIGINT, and so would the tests in it.
            set -m
            run_lane "$folder/$lane.outcome" "$lane" "$columns" > "$folder/$lane.log" 2>&1 &
            set +m
        fi
        [ ${#running[@]} -lt "$at_once" ] || end_lane
    done <<< "$table"
    while [ ${#running[@]} -gt 0 ]; do
        end_lane
    done
    rm -rf "$folder"
    echo "lanes that passed: ${done[*]-}"
    [ ${#failed[@]} = 0 ] || echo "lanes that FAILED: ${failed[*]}"
    [ ${#missing[@]} = 0 ] || echo "lanes LEFT OUT: ${missing[*]}"
    [ ${#failed[@]} = 0 ] || return 1
    [ ${#missing[@]} = 0 ] || [ "${PARSIMD_CI_ALLOW_MISSING-}" = 1 ]
}
