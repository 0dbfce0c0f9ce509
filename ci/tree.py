"""Copies what git has of the repository into a folder, as it is in the work tree: what packages are built from.

    python3 ci/tree.py FOLDER

So nothing that lies around gets into a package. The page of the Python package is the README, whose links lead to the repository on the
web, since PyPI shows the page and nothing else of the repository.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import guide


def page(readme, root, web):
    """The text of the README with links to the web."""
    missing = []
    # No folder of pages: every link leads out.
    text = guide.with_links_outside(readme, root / "README.md", root / "of-no-page", web, missing)
    if missing:
        raise SystemExit("\n".join(missing))
    # A picture is wanted itself, not the page that shows it.
    return re.sub(rf"(!\[[^\]]*\]\({re.escape(web)})/blob/", r"\1/raw/", text)


def copy(root, out, web):
    """Copies the files that git tracks in `root`. What has not changed keeps its time, for cargo."""
    names = subprocess.run(["git", "ls-files", "-z"], cwd=root, check=True, capture_output=True, text=True).stdout.split("\0")
    wanted = {out / name for name in names if name and (root / name).is_file()}
    for stale in [path for path in out.rglob("*") if path.is_file() and path not in wanted]:
        stale.unlink()
    for target in wanted:
        source = root / target.relative_to(out)
        target.parent.mkdir(parents=True, exist_ok=True)
        if target == out / "python" / "README.md":
            write(target, page(source.read_text(encoding="utf-8"), root, web).encode())
        elif source.is_symlink():
            # It stays one: maturin takes a licence and a link to it for the same file.
            target.unlink(missing_ok=True)
            target.symlink_to(source.readlink())
        else:
            write(target, source.read_bytes())
            shutil.copymode(source, target)


def write(target, data):
    """Writes a file, unless it has these bytes already."""
    if target.is_symlink() or not target.exists() or target.read_bytes() != data:
        target.unlink(missing_ok=True)
        target.write_bytes(data)


if __name__ == "__main__":
    copy(guide.ROOT, Path(sys.argv[1]).resolve(), guide.repository())
