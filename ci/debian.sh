#!/usr/bin/env bash
# Unpacks packages of any Debian release into a folder, with all that they need, down to libc. Nothing is installed, and no package's
# script is run.
#
# Usage: ci/debian.sh DIR SUITE ARCHITECTURE PACKAGE…
#
# apt reads only the archive's address from the system. It works on an empty state of its own, so that "all that they need" is all.
set -euo pipefail

suite=$2 architecture=$3 packages=("${@:4}")
mkdir -p "$1"
dir=$(cd "$1" && pwd)
wanted="$(cksum < "$0") ${*:2}"
if [ "$(cat "$dir/.complete" 2> /dev/null)" = "$wanted" ]; then
    exit 0
fi

keyring=/usr/share/keyrings/debian-archive-keyring.gpg
[ -r "$keyring" ] && command -v apt-get dpkg-deb > /dev/null || { echo "no Debian, so nothing of its archive" >&2; exit 1; }
rm -rf "$dir"
apt=$dir/apt
mkdir -p "$apt/lists/partial" "$apt/archives/partial" "$apt/none"
: > "$apt/status"
# The old names of lib and bin, which packages of other releases write through.
mkdir -p "$dir/usr/bin" "$dir/usr/sbin" "$dir/usr/lib" "$dir/usr/lib64"
ln -s usr/bin usr/sbin usr/lib usr/lib64 "$dir"
mirror=${PARSIMD_DEBIAN_MIRROR:-$(apt-get --print-uris update | sed -nE "s|^'(.*)/dists/.*|\\1|p" | grep -v security | sed -n 1p)}
[ -n "$mirror" ] || { echo "apt knows no address of Debian's archive: set PARSIMD_DEBIAN_MIRROR" >&2; exit 1; }
echo "deb [arch=$architecture signed-by=$keyring] $mirror $suite main" > "$apt/sources.list"
cat > "$apt/apt.conf" <<CONF
APT::Architecture "$architecture";
APT::Architectures { "$architecture"; };
APT::Sandbox::User "root";
APT::Install-Recommends "false";
Acquire::Languages "none";
Acquire::Retries "3";
Dir::Etc::sourcelist "$apt/sources.list";
Dir::Etc::sourceparts "$apt/none";
Dir::Etc::preferencesparts "$apt/none";
Dir::State "$apt";
Dir::State::Lists "$apt/lists";
Dir::State::status "$apt/status";
Dir::Cache "$apt";
Dir::Cache::archives "$apt/archives";
CONF
export APT_CONFIG=$apt/apt.conf

apt-get -qq update
apt-get -qq --yes --download-only install "${packages[@]}" > /dev/null
for deb in "$apt"/archives/*.deb; do
    dpkg-deb --extract "$deb" "$apt/one"
    # Some packages still bring /lib as a folder, and a folder does not unpack over a link.
    for name in bin sbin lib lib64; do
        [ ! -d "$apt/one/$name" ] || [ -L "$apt/one/$name" ] || { mkdir -p "$apt/one/usr"; cp -a "$apt/one/$name" "$apt/one/usr/"; rm -r "${apt:?}/one/$name"; }
        rm -f "$apt/one/$name"
    done
    cp -a "$apt/one/." "$dir"
    rm -rf "$apt/one"
done
# A link to /lib is meant to lead into the folder, not to this machine.
find "$dir" -type l -lname '/*' -print0 | while IFS= read -r -d '' link; do
    ln -sfn --relative "$dir$(readlink "$link")" "$link"
done
rm -rf "$apt"
echo "$wanted" > "$dir/.complete"
echo "unpacked $suite for $architecture: ${packages[*]}"
