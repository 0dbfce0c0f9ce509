#!/usr/bin/env bash
# Fails unless a build for a Python that is not supported ends at once, with an error that says so.
#
# Usage: ci/refused.sh
#
# No such interpreter is needed: pyo3 takes what it would ask one from a file.
set -euo pipefail
cd "$(dirname "$0")/.."

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# refused NAME MESSAGE LINE…: a build for the Python that the lines describe.
refused() {
    local name=$1 message=$2
    printf '%s\n' "${@:3}" > "$folder/pyo3.cfg"
    if PYO3_CONFIG_FILE=$folder/pyo3.cfg cargo check --quiet --locked --package parsimd-python > "$folder/output" 2>&1; then
        echo "$name: the build was not refused"
        return 1
    fi
    grep -F "$message" "$folder/output" || { echo "$name: the build failed, and did not say why:"; cat "$folder/output"; return 1; }
}

refused PyPy 'parsimd cannot be built for PyPy' implementation=PyPy version=3.11 shared=true
refused GraalPy 'parsimd cannot be built for GraalVM' implementation=GraalVM version=3.11 shared=true
refused 'CPython without the GIL' 'parsimd cannot be built for free-threaded Python' \
    implementation=CPython version=3.14 shared=true build_flags=Py_GIL_DISABLED
