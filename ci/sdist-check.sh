#!/usr/bin/env bash
# Builds the sdist into target/wheels and then, as somebody without a network would, a wheel from it and from vendored crates, which has to work.
#
# Usage: ci/sdist-check.sh      (PROFILE=ci builds faster, and is the default here: what is checked is that it builds)
set -euo pipefail
cd "$(dirname "$0")/.."

root=$PWD tree=$PWD/target/tree wheels=$PWD/target/wheels out=$PWD/target/sdist tools=$PWD/.venv-release/bin
export PATH=$tools:$PATH
mkdir -p "$wheels" "$tree"
python3 ci/tree.py "$tree"
rm -rf "$wheels"/*.tar.gz "$out"
mkdir -p "$out/cargo"
(cd "$tree" && SOURCE_DATE_EPOCH=$(git -C "$root" log -1 --format=%ct) maturin sdist --manifest-path python/Cargo.toml --out "$wheels")
sdist=$(ls "$wheels"/*.tar.gz)
tar -xzf "$sdist" -C "$out"
source=$(ls -d "$out"/parsimd-*/)

names=$(tar -tzf "$sdist")
for name in LICENSE-MIT LICENSE-APACHE README.md PKG-INFO Cargo.lock pyproject.toml; do
    grep -qE "^[^/]+/(python/)?$name$" <<< "$names" || { echo "the sdist has no $name"; exit 1; }
done

# The crates as files, and the address of them for cargo: what a distribution does. The lock file has the benchmarks' crates too, which are not in
# the sdist, so cargo takes them out; it may change nothing else.
manifest=$(find "$source" -maxdepth 2 -name Cargo.lock -printf '%h/Cargo.toml\n')
cp "${manifest%toml}lock" "$out/Cargo.lock"
cargo vendor --quiet --manifest-path "$manifest" "$out/vendor" > /dev/null
printf '[source.crates-io]\nreplace-with = "vendored"\n[source.vendored]\ndirectory = "%s"\n' "$out/vendor" > "$out/cargo/config.toml"
# A line for each crate: of two versions one may be left, and then what needs it no longer says which.
locked() {
    awk -v RS= -F'\n' '{ crate = ""; for (i = 1; i <= NF; i++) if ($i ~ /^(name|version|checksum) /) crate = crate $i " "; print crate }' "$1" | sort
}
others=$(comm -13 <(locked "$out/Cargo.lock") <(locked "${manifest%toml}lock"))
[ -z "$others" ] || { printf 'crates of the sdist are not those of Cargo.lock:\n%s\n' "$others"; exit 1; }
# A network of its own has nothing in it. A machine where that is not allowed builds with cargo's word for it.
alone=()
! unshare --net true 2> /dev/null || alone=(unshare --net)
CARGO_HOME=$out/cargo CARGO_NET_OFFLINE=true CARGO_TARGET_DIR=$out/target MATURIN_PEP517_ARGS="--profile ${PROFILE-ci}" \
    "${alone[@]}" pip wheel --quiet --no-index --no-deps --no-build-isolation --wheel-dir "$out" "$source"
python3 -m zipfile -e "$out"/parsimd-*.whl "$out/installed"
PYTHONPATH=$out/installed "$tools/python" ci/smoke.py
echo "the sdist builds offline${alone:+, without a network}: $(du -h "$sdist" | cut -f1) packed"
rm -rf "$out"
