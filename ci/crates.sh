#!/usr/bin/env bash
# Packages the crates as they would be published, in the order in which they need each other, and builds what was packaged.
#
# Usage: ci/crates.sh [OPTION…]      (those of `cargo package`)
set -euo pipefail
cd "$(dirname "$0")/.."

# From the copy of what git has: a file that is not there would be missing in the package as well.
mkdir -p target/tree
python3 ci/tree.py target/tree
export CARGO_TARGET_DIR=$PWD/target
cd target/tree
cargo package --quiet --package parsimd-simd --package parsimd --locked "$@"
for crate in parsimd-simd parsimd; do
    names=$(tar -tzf "$(ls -t "$CARGO_TARGET_DIR/package/$crate"-[0-9]*.crate | sed -n 1p)")
    for name in LICENSE-MIT LICENSE-APACHE README.md; do
        grep -qE "^[^/]+/$name$" <<< "$names" || { echo "the crate $crate has no $name"; exit 1; }
    done
    echo "$crate: $(wc -l <<< "$names") files, $(du -h "$CARGO_TARGET_DIR/package/$crate"-[0-9]*.crate | cut -f1)"
done
