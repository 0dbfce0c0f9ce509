#!/usr/bin/env bash
# Whether this commit can be released: checks it, builds all that is given away, checks that, and says what remains to be done by hand.
#
# Usage: ci/release.sh              all of it; hours
#        ci/release.sh --prepared   only what takes seconds: versions, changes, the work tree
set -euo pipefail
cd "$(dirname "$0")/.."

version=$(sed -nE '0,/^version/s/^version = "(.+)"/\1/p' Cargo.toml)
problems=()
check() {
    echo "==== $1"
    "${@:2}" || problems+=("$1")
}

clean() {
    [ -z "$(git status --porcelain)" ] || { echo "the work tree differs from the commit:"; git status --short; return 1; }
}
untagged() {
    ! git rev-parse --quiet --verify "refs/tags/v$version" > /dev/null || { echo "there is a tag v$version already"; return 1; }
}
on_main() {
    [ "$(git rev-parse --abbrev-ref HEAD)" = main ] || { echo "this is $(git rev-parse --abbrev-ref HEAD), not main"; return 1; }
}

check "versions agree, and the changes have a day" python3 ci/versions.py --dated
check "the work tree is clean" clean
check "it is main" on_main
check "version $version was not released" untagged
if [ "${1-}" != --prepared ] && [ ${#problems[@]} = 0 ]; then
    check "all tests" .ci/run
    check "the Pythons that CI leaves out" make pythons LANES='python-3.10 python-3.12 python-3.13'
    for target in msrv wheels wheels-check sdist-check crates deny refused wheel-aarch64-test; do
        check "make $target" make "$target"
    done
fi
if [ ${#problems[@]} != 0 ]; then
    printf '\nparsimd %s cannot be released:\n' "$version"
    printf '  %s\n' "${problems[@]}"
    exit 1
fi
[ "${1-}" != --prepared ] || exit 0

cat <<NEXT

parsimd $version is built, in target/wheels. What remains, by hand, in this order:
  git tag --sign v$version --message "parsimd $version" && git push origin v$version
  cargo publish --workspace --locked            # parsimd-simd, then parsimd; it cannot be taken back
  .venv-release/bin/pip install twine && .venv-release/bin/twine upload target/wheels/*
  a release on the forge for the tag, with the part of CHANGELOG.md
  in a fresh environment: pip install parsimd==$version && python ci/smoke.py
  in CHANGELOG.md a heading for the next version, "not yet released"
NEXT
