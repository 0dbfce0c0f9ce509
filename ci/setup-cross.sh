#!/usr/bin/env bash
# Sets up, inside the checkout and without touching the system, what the emulated lanes need and a usual machine lacks:
#   * qemu's user-mode emulators of aarch64 and x86-64,
#   * rustc and its standard library for aarch64-unknown-linux-gnu, and a linker for it.
#
# Usage: ci/setup-cross.sh [DIR]      (default target/cross; then: . DIR/env.sh)
#
# Everything comes as Debian packages over apt, from the sources that the system already has, into an apt state of its
# own: nothing is installed, no package's script is run. The rustc is Debian's rustc-web, because its standard library for
# arm64 is a package too. It needs apt-get, dpkg and a Debian of the release "bookworm" on x86-64.
set -euo pipefail

mkdir -p "${1:-target/cross}"
dir=$(cd "${1:-target/cross}" && pwd)
apt=$dir/apt debs=$dir/debs root=$dir/root

if [ -e "$dir/complete" ]; then
    echo "$dir is complete"
    exit 0
fi

mkdir -p "$apt/lists/partial" "$apt/archives/partial" "$debs" "$dir/bin"
: > "$apt/status"
cat > "$apt/apt.conf" <<CONF
APT::Architecture "amd64";
APT::Architectures { "amd64"; "arm64"; };
APT::Sandbox::User "root";
Acquire::Languages "none";
Acquire::Retries "3";
Dir::State "$apt";
Dir::State::Lists "$apt/lists";
Dir::State::status "$apt/status";
Dir::Cache "$apt";
Dir::Cache::archives "$apt/archives";
CONF
export APT_CONFIG=$apt/apt.conf

apt-get -qq update

# The compiler and both standard libraries must be of one version: the newest that there is.
version=$(apt-cache madison rustc-web | cut -d'|' -f2 | tr -d ' ' | sort -Vu | tail -1)
series=$(grep -oE '^[0-9]+\.[0-9]+' <<< "$version")
llvm=$(apt-cache show "libstd-rust-web-$series=$version" | grep -oE 'libllvm[0-9]+' | sed -n 1p)
echo "rustc $version with $llvm"
(
    cd "$debs"
    apt-get -qq download \
        "rustc-web=$version" "libstd-rust-web-$series=$version" "libstd-rust-web-dev=$version" \
        "libstd-rust-web-dev:arm64=$version" "$llvm" \
        gcc-12-aarch64-linux-gnu cpp-12-aarch64-linux-gnu binutils-aarch64-linux-gnu \
        libgcc-12-dev-arm64-cross libgcc-s1-arm64-cross libc6-arm64-cross libc6-dev-arm64-cross \
        linux-libc-dev-arm64-cross qemu-user-static
)

rm -rf "$root"
mkdir -p "$root"
for deb in "$debs"/*.deb; do
    dpkg-deb --extract "$deb" "$root"
done

# What was unpacked finds its libraries only when told where they are.
tool() {
    printf '#!/bin/sh\nLD_LIBRARY_PATH=%q exec %q %s "$@"\n' "$root/usr/lib/x86_64-linux-gnu" "$2" "${3-}" > "$dir/bin/$1"
    chmod +x "$dir/bin/$1"
}
tool rustc "$root/usr/bin/rustc"
tool rustdoc "$root/usr/bin/rustdoc"
tool aarch64-linker "$root/usr/bin/aarch64-linux-gnu-gcc-12" "--sysroot=$root"

# Runs a program on an emulated CPU: on-arm64 MODEL PROGRAM…, on-x86-64 MODEL PROGRAM…
emulator() {
    printf '#!/bin/sh\nmodel=$1\nshift\nexec %q -cpu "$model" %s "$@"\n' "$root/usr/bin/$2" "$3" > "$dir/bin/$1"
    chmod +x "$dir/bin/$1"
}
emulator on-arm64 qemu-aarch64-static "-L $root/usr/aarch64-linux-gnu"
emulator on-x86-64 qemu-x86_64-static ""

cat > "$dir/env.sh" <<ENV
# For a shell that builds for aarch64 and nothing else.
export RUSTC=$dir/bin/rustc RUSTDOC=$dir/bin/rustdoc
export CARGO_BUILD_TARGET=aarch64-unknown-linux-gnu
export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER=$dir/bin/aarch64-linker
ENV

# Whether it works, before anything long is built with it.
cat > "$dir/try.rs" <<'RUST'
fn main() {
    assert!(std::arch::is_aarch64_feature_detected!("neon"));
    println!("{} runs", std::env::consts::ARCH);
}
RUST
(
    # shellcheck source=/dev/null
    . "$dir/env.sh"
    "$RUSTC" --target "$CARGO_BUILD_TARGET" -C "linker=$CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER" \
        "$dir/try.rs" -o "$dir/try"
)
"$dir/bin/on-arm64" cortex-a53 "$dir/try"
rm -rf "$debs" "$apt/archives" "$dir/try" "$dir/try.rs"
touch "$dir/complete"
