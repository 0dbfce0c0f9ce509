#!/usr/bin/env bash
# Builds the crate without each of its default features, and without all of them: no warning, and who asks for what is missing is told which feature has it.
# Then with those that nothing else is built with, and their tests.
#
# Usage: ci/features.sh
set -euo pipefail
cd "$(dirname "$0")/.."

default=$(sed -nE 's/^default = \[(.*)\]$/\1/p' Cargo.toml | tr -d '",')
[ -n "$default" ] || { echo "Cargo.toml has no line of default features"; exit 1; }

# The crate is not optimized: what is tested here takes no time. Its dependencies are those of `make test` and `make lint`.
quick=(--config 'profile.test.package.parsimd.opt-level=0')

check() {
    echo "---- features: ${1:-none}"
    cargo clippy --quiet --locked --package parsimd --lib --test features --no-default-features --features "$1" -- --deny warnings
}

tested() {
    echo "---- features, tested: ${1:-none}"
    cargo test "${quick[@]}" --quiet --locked --package parsimd --test features --no-default-features --features "$1"
}

tested ""
check ""
for left in $default; do
    check "$(printf '%s\n' $default | grep -vx "$left" | paste -sd,)"
done
for one in arrow serde; do
    check "$one"
done

echo "---- features, tested: object_store"
objects=(--locked --package parsimd --features _object_store_tests)
cargo clippy --quiet "${objects[@]}" --lib --test objects --example objects -- --deny warnings
RUSTDOCFLAGS='--deny warnings' cargo doc --quiet "${objects[@]}" --no-deps --document-private-items
cargo test "${quick[@]}" --quiet "${objects[@]}" --lib input::object
cargo test "${quick[@]}" --quiet "${objects[@]}" --test objects
cargo test "${quick[@]}" --quiet "${objects[@]}" --doc objects
