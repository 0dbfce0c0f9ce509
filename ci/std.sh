#!/usr/bin/env bash
# Builds the standard library of a target that Debian has none of, from Debian's source of it, beside those of the cross compiler.
#
# Usage: ci/std.sh TARGET [DIR]      (DIR as of ci/setup-cross.sh, which has to have run)
#
# It is the build of Rust's own releases, the profile `dist`, without debug information, with the crates that its lock file names.
set -euo pipefail

target=$1
dir=$(cd "${2:-target/cross}" && pwd)
library=$(cd "$dir/root/usr/lib/rustlib/src/rust/library" && pwd -P)
installed=$dir/root/usr/lib/rustlib/$target/lib
wanted="$(cksum < "$0") $("$dir/bin/rustc" --version)"
if [ "$(cat "$installed/.complete" 2> /dev/null)" = "$wanted" ]; then
    exit 0
fi

export RUSTC=$dir/bin/rustc CARGO_TARGET_DIR=$dir/std
# The standard library may use what is unstable, and its crates have names of their own, apart from those of a program.
export RUSTC_BOOTSTRAP=1 __CARGO_DEFAULT_LIB_METADATA=std RUSTFLAGS="-Zforce-unstable-if-unmarked -Cembed-bitcode=yes"
# A panic of it names its file, and no path of this machine is to be in a wheel.
RUSTFLAGS+=" --remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=cargo --remap-path-prefix=$library=library"
export CARGO_PROFILE_DIST_DEBUG=0
cd "$library"
cargo build --quiet --locked --manifest-path sysroot/Cargo.toml --target "$target" --profile dist --features panic-unwind,backtrace
rm -rf "$installed"
mkdir -p "$installed"
cp "$CARGO_TARGET_DIR/$target"/dist/deps/*.rlib "$installed"
rm -rf "$CARGO_TARGET_DIR"
echo "$wanted" > "$installed/.complete"
echo "the standard library of $target: $(du -sh "$installed" | cut -f1)"
