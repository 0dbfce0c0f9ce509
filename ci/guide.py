"""Writes the pages of docs/ into target/guide/, as a generator of sites wants them.

    python3 ci/guide.py

A link from docs/ to a file elsewhere in the repository becomes a link to it on the web. So a page has one link, relative, that works
where the repository is browsed, in an editor, and on the site. A link to a file that is not there fails the build.

A `|` in the code of a table is written `\\|`, as GitHub reads it. Other readers of Markdown leave the backslash there, so such code becomes HTML.

It stands before the generator and not inside of it, so that any generator can build the site from target/guide/.
"""

import os
import re
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROW = re.compile(r"^\|.*\|$", re.MULTILINE)
CODE = re.compile(r"`([^`]+)`")
LINK = re.compile(r"(\]\()([^()\s#:]+)(#[^()\s]*)?(\))")
# What is for building the site, and no part of it.
LEFT_OUT = {"requirements.txt"}


def repository():
    """Where the repository is on the web, as Cargo.toml says."""
    return re.search(r'^repository = "(.+)"$', (ROOT / "Cargo.toml").read_text(encoding="utf-8"), re.MULTILINE)[1]


def with_links_outside(markdown, page, docs, web, missing):
    """The text of a page of the folder `docs`, where links out of that folder lead to `web`. Links to nothing go into `missing`."""
    root = docs.parent

    def outside(found):
        target = Path(os.path.normpath(page.parent / found[2]))
        if not target.is_relative_to(root) or not target.exists():
            missing.append(f"{page.relative_to(root)} has a link to {found[2]}, which is not there")
        elif not target.is_relative_to(docs):
            kind = "tree" if target.is_dir() else "blob"
            return f"{found[1]}{web}/{kind}/main/{target.relative_to(root)}{found[3] or ''}{found[4]}"
        return found[0]

    return LINK.sub(outside, markdown)


def with_bars(markdown):
    """The text of a page, where code with a `|` in the row of a table is HTML that no reader of Markdown takes for anything else."""

    def html(found):
        if r"\|" not in found[1]:
            return found[0]
        text = found[1].replace(r"\|", "|")
        return f"<code>{''.join(c if c.isalnum() or c == ' ' else f'&#{ord(c)};' for c in text)}</code>"

    return ROW.sub(lambda row: CODE.sub(html, row[0]), markdown)


def write(docs, out, web):
    """Writes `docs` into `out`, afresh. What it gives are the links that lead nowhere, a sentence each."""
    shutil.rmtree(out, ignore_errors=True)
    missing = []
    for source in sorted(docs.rglob("*")):
        target = out / source.relative_to(docs)
        if source.is_dir() or source.name in LEFT_OUT:
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.suffix == ".md":
            text = with_links_outside(source.read_text(encoding="utf-8"), source, docs, web, missing)
            target.write_text(with_bars(text), encoding="utf-8")
        else:
            shutil.copyfile(source, target)
    return missing


if __name__ == "__main__":
    sys.exit("\n".join(write(ROOT / "docs", ROOT / "target" / "guide", repository())) or None)
