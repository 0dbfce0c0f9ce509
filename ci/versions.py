"""Whether the version of the release is the same wherever it is written, and the changes of it are written down.

    python3 ci/versions.py [--dated]      with --dated the heading of the changes must have the day of the release
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def problems(read, dated):
    """What disagrees, a sentence each; `read` gives the text of a file of the repository."""
    cargo = read("Cargo.toml")
    version = re.search(r'^\[workspace\.package\]\nversion = "(\d+\.\d+\.\d+)"$', cargo, re.MULTILINE)
    if not version:
        return ["Cargo.toml: [workspace.package] does not begin with a version"]
    version = version[1]
    found = []
    for name, other in re.findall(r'^(parsimd[\w-]*) = \{ path = "[^"]+", version = "([^"]+)" \}$', cargo, re.MULTILINE):
        if other != f"={version}":
            found.append(f"Cargo.toml: the workspace is {version}, but its dependency {name} is {other}")
    for crate in ["Cargo.toml", "simd/Cargo.toml", "python/Cargo.toml"]:
        if not re.search(r"^version\.workspace = true$", read(crate), re.MULTILINE):
            found.append(f"{crate}: it does not have the version of the workspace")
    for name, other in re.findall(r'^name = "(parsimd(?:-simd|-python)?)"\nversion = "([^"]+)"$', read("Cargo.lock"), re.MULTILINE):
        if other != version:
            found.append(f"Cargo.lock: {name} is {other}, not {version}")
    if not re.search(r'^dynamic = \["version"\]$', read("python/pyproject.toml"), re.MULTILINE):
        found.append("python/pyproject.toml: it does not take its version from Cargo.toml")
    heading = re.search(r"^## (.+)$", read("CHANGELOG.md"), re.MULTILINE)[1]
    if not re.fullmatch(rf"{re.escape(version)}, (\d{{4}}-\d\d-\d\d{'' if dated else '|not yet released'})", heading):
        found.append(f"CHANGELOG.md: its first heading is {heading!r}, not '{version}, ' and {'the day' if dated else 'the day or: not yet released'}")
    series = version.rsplit(".", 1)[0]
    if f"| {series}.x | yes |" not in read("SECURITY.md"):
        found.append(f"SECURITY.md: {series}.x is not among the versions that are mended")
    return found


if __name__ == "__main__":
    sys.exit("\n".join(problems(lambda name: (ROOT / name).read_text(encoding="utf-8"), "--dated" in sys.argv[1:])) or None)
