#!/usr/bin/env bash
# Sets up, inside the checkout and without touching the system, what the emulated lanes need and a usual machine lacks:
#   * qemu's user-mode emulators of aarch64 and x86-64,
#   * rustc and its standard library for aarch64-unknown-linux-gnu, and a C compiler and a linker for it,
#   * a CPython 3.11 for aarch64, which the emulator runs.
#
# Usage: ci/setup-cross.sh [DIR]      (default target/cross; then: . DIR/env.sh)
#
# Everything comes as Debian packages over apt, from the sources that the system already has, into an apt state of its
# own: nothing is installed, no package's script is run. The rustc is Debian's rustc-web, because its standard library for
# arm64 is a package too. It needs apt-get, dpkg and a Debian of the release "bookworm" on x86-64.
set -euo pipefail

mkdir -p "${1:-target/cross}"
dir=$(cd "${1:-target/cross}" && pwd)
apt=$dir/apt debs=$dir/debs root=$dir/root arm64=$dir/arm64

# What an older version of this script has set up is set up again.
version=$(cksum < "$0")
if [ "$(cat "$dir/complete" 2> /dev/null)" = "$version" ]; then
    exit 0
fi

rm -rf "$dir/complete" "$debs" "$root" "$arm64"
mkdir -p "$root" "$arm64" "$apt/lists/partial" "$apt/archives/partial" "$debs/host" "$debs/arm64" "$dir/bin"
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
rustc=$(apt-cache madison rustc-web | cut -d'|' -f2 | tr -d ' ' | sort -Vu | tail -1)
series=$(grep -oE '^[0-9]+\.[0-9]+' <<< "$rustc")
llvm=$(apt-cache show "libstd-rust-web-$series=$rustc" | grep -oE 'libllvm[0-9]+' | sed -n 1p)
echo "rustc $rustc with $llvm"
(
    cd "$debs/host"
    apt-get -qq download \
        "rustc-web=$rustc" "libstd-rust-web-$series=$rustc" "libstd-rust-web-dev=$rustc" \
        "libstd-rust-web-dev:arm64=$rustc" "rust-web-src=$rustc" "$llvm" \
        gcc-12-aarch64-linux-gnu cpp-12-aarch64-linux-gnu binutils-aarch64-linux-gnu \
        libgcc-12-dev-arm64-cross libgcc-s1-arm64-cross libc6-arm64-cross libc6-dev-arm64-cross \
        linux-libc-dev-arm64-cross qemu-user-static
    # The interpreter, and what its modules and the wheels of other packages are linked with.
    cd "$debs/arm64"
    apt-get -qq download \
        python3.11-minimal:arm64 libpython3.11-minimal:arm64 libpython3.11-stdlib:arm64 \
        libc6:arm64 libgcc-s1:arm64 libstdc++6:arm64 zlib1g:arm64 libexpat1:arm64 libssl3:arm64 libffi8:arm64 \
        libbz2-1.0:arm64 liblzma5:arm64 libsqlite3-0:arm64 libuuid1:arm64 libncursesw6:arm64 libtinfo6:arm64 \
        libreadline8:arm64 libcrypt1:arm64 tzdata
)

for deb in "$debs"/host/*.deb; do
    dpkg-deb --extract "$deb" "$root"
done
for deb in "$debs"/arm64/*.deb; do
    dpkg-deb --extract "$deb" "$arm64"
done

# What was unpacked finds its libraries only when told where they are.
tool() {
    printf '#!/bin/sh\nLD_LIBRARY_PATH=%q exec %q %s "$@"\n' "$root/usr/lib/x86_64-linux-gnu" "$2" "${3-}" > "$dir/bin/$1"
    chmod +x "$dir/bin/$1"
}
tool rustc "$root/usr/bin/rustc"
tool rustdoc "$root/usr/bin/rustdoc"
tool aarch64-gcc "$root/usr/bin/aarch64-linux-gnu-gcc-12" "--sysroot=$root -isystem $root/usr/aarch64-linux-gnu/include"
tool aarch64-ar "$root/usr/bin/aarch64-linux-gnu-ar"

# Runs a program on an emulated CPU: on-arm64 MODEL PROGRAM…, on-x86-64 MODEL PROGRAM…
emulator() {
    printf '#!/bin/sh\nmodel=$1\nshift\nexec %q -cpu "$model" %s "$@"\n' "$root/usr/bin/$2" "$3" > "$dir/bin/$1"
    chmod +x "$dir/bin/$1"
}
emulator on-arm64 qemu-aarch64-static "-L $root/usr/aarch64-linux-gnu"
emulator on-x86-64 qemu-x86_64-static ""

# An environment of the emulated Python, as `venv` would make it: python-environment MODEL DIR. DIR/bin/python is what
# the interpreter takes for itself, so that a process that it starts is emulated as well.
cat > "$dir/bin/python-environment" <<SCRIPT
#!/bin/sh
set -e
mkdir -p "\$2/bin" "\$2/lib/python3.11/site-packages"
home=\$(cd "\$2" && pwd)
echo "home = $arm64/usr/bin" > "\$home/pyvenv.cfg"
cat > "\$home/bin/python" <<RUN
#!/bin/sh
exec "$root/usr/bin/qemu-aarch64-static" -cpu "\$1" -L "$arm64" -0 "\$home/bin/python" "$arm64/usr/bin/python3.11" "\\\$@"
RUN
chmod +x "\$home/bin/python"
SCRIPT
chmod +x "$dir/bin/python-environment"

cat > "$dir/env.sh" <<ENV
# For a shell that builds for aarch64 and nothing else.
export RUSTC=$dir/bin/rustc RUSTDOC=$dir/bin/rustdoc
export CARGO_BUILD_TARGET=aarch64-unknown-linux-gnu
export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER=$dir/bin/aarch64-gcc
export CC_aarch64_unknown_linux_gnu=$dir/bin/aarch64-gcc AR_aarch64_unknown_linux_gnu=$dir/bin/aarch64-ar
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
"$dir/bin/python-environment" cortex-a53 "$dir/try-python"
"$dir/try-python/bin/python" - <<'PYTHON'
import ctypes, hashlib, platform, sqlite3, subprocess, sys, zlib

assert platform.machine() == "aarch64"
code = "import platform, sys; print('Python', platform.python_version(), 'runs on', platform.machine(), 'in', sys.prefix)"
subprocess.run([sys.executable, "-c", code], check=True)
PYTHON
rm -rf "$debs" "$apt/archives" "$dir"/try*
echo "$version" > "$dir/complete"
