#!/usr/bin/env bash
# Builds a CPython for musl on x86-64 into a folder, DIR/python/bin/python3: nobody has one that can be downloaded. It is built from Debian's source by the zig
# of .venv-release, and runs with Debian's musl, which is unpacked beside it. It has no zlib, bzip2, xz and TLS.
#
# Usage: ci/musl-python.sh DIR      (some minutes)
set -euo pipefail
cd "$(dirname "$0")/.."

VERSION=3.11 SUITE=bookworm
# Of Debian's next release: what zig links for is newer than that of the current one.
MUSL_SUITE=forky
mkdir -p "$1"
dir=$(cd "$1" && pwd)
wanted="$(cksum < "$0") $VERSION"
if [ "$(cat "$dir/.complete" 2> /dev/null)" = "$wanted" ]; then
    exit 0
fi

keyring=/usr/share/keyrings/debian-archive-keyring.gpg
[ "$(uname -m)" = x86_64 ] && [ -r "$keyring" ] && command -v apt-get dpkg-source > /dev/null || { echo "no Debian on x86-64, so no source of Python" >&2; exit 1; }
zig=$(.venv-release/bin/python -c 'import pathlib, ziglang; print(pathlib.Path(ziglang.__file__).parent / "zig")')
rm -rf "$dir"
mkdir -p "$dir/build" "$dir/apt/lists/partial" "$dir/apt/archives/partial"
ci/debian.sh "$dir/musl" "$MUSL_SUITE" amd64 musl
loader=$(find "$dir/musl" -name libc.so -path '*musl*')
ln -sfn "$loader" "$dir/ld-musl-x86_64.so.1"

mirror=${PARSIMD_DEBIAN_MIRROR:-$(apt-get --print-uris update | sed -nE "s|^'(.*)/dists/.*|\\1|p" | grep -v security | sed -n 1p)}
: > "$dir/apt/status"
echo "deb-src [signed-by=$keyring] $mirror $SUITE main" > "$dir/apt/sources.list"
cat > "$dir/apt/apt.conf" <<CONF
APT::Sandbox::User "root";
Acquire::Languages "none";
Dir::Etc::sourcelist "$dir/apt/sources.list";
Dir::Etc::sourceparts "$dir/apt/none";
Dir::State "$dir/apt";
Dir::State::Lists "$dir/apt/lists";
Dir::State::status "$dir/apt/status";
Dir::Cache "$dir/apt";
Dir::Cache::archives "$dir/apt/archives";
CONF
(cd "$dir/build" && export APT_CONFIG=$dir/apt/apt.conf && apt-get -qq update && apt-get -qq source --download-only "python$VERSION" > /dev/null)
tar -xf "$dir"/build/*.orig.tar.* -C "$dir/build"

# zig takes the day of a build for an error, which CPython writes into itself.
printf '#!/bin/sh\nexec %q cc -target x86_64-linux-musl -dynamic -Wno-error=date-time -Wno-date-time "$@"\n' "$zig" > "$dir/cc"
chmod +x "$dir/cc"
cd "$dir"/build/Python-*/
CC=$dir/cc AR="$zig ar" RANLIB="$zig ranlib" LDFLAGS="-Wl,--dynamic-linker=$dir/ld-musl-x86_64.so.1" \
    ./configure --quiet --build=x86_64-linux-musl --prefix="$dir/python" --without-ensurepip --disable-ipv6 --disable-test-modules --with-pkg-config=no > "$dir/log" 2>&1
make --silent --jobs 2 >> "$dir/log" 2>&1
make --silent install >> "$dir/log" 2>&1
cd "$dir"
[ "$(python/bin/python3 -c 'import sysconfig; print(sysconfig.get_config_var("EXT_SUFFIX"))')" = ".cpython-${VERSION/./}-x86_64-linux-musl.so" ]
rm -rf build apt
echo "$wanted" > "$dir/.complete"
echo "CPython $VERSION for musl: $(du -sh "$dir/python" | cut -f1)"
