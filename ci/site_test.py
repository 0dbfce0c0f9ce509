"""Looks at each page of the site in Chromium: wide and narrow, light and dark.

    python3 ci/site_test.py [PAGE…]      (default: all; a page is a path in docs/, as guide/scan.md)

It fails, with the names of page and element, where

* a page is wider than its window,
* a word of a table is broken, or a row is in no table,
* what a button copies is not what doctest would run,
* something is fetched from elsewhere.

Pictures of all pages are left in target/screenshots/. A machine without Chromium leaves the test out by name, and fails, unless
PARSIMD_CI_ALLOW_MISSING=1.
"""

import doctest
import os
import re
import shutil
import sys
from itertools import product
from pathlib import Path

import chromium

ROOT = Path(__file__).resolve().parent.parent
DOCS, SITE, PICTURES = ROOT / "docs", ROOT / "target" / "site", ROOT / "target" / "screenshots"
WIDTHS, HEIGHT, PICTURE_HEIGHT = (1280, 390), 900, 3000
SCHEMES = {"light": "default", "dark": "slate"}  # and what the theme calls them
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)

SCRIPT = (ROOT / "ci" / "site_test.js").read_text(encoding="utf-8")


def typed(kind, block):
    """What is typed in a block of Markdown, told by other means than those of docs/assets/copy.js."""
    if kind == "pycon":
        return "".join(example.source for example in doctest.DocTestParser().get_examples(block)).rstrip("\n")
    if kind == "console":
        return "\n".join(command.replace("\0", "\\\n") for command in re.findall(r"^\$ (.*)$", block.replace("\\\n", "\0"), re.MULTILINE))
    return block.rstrip("\n")


def look(browser, page, width, scheme):
    """What is wrong with the page that is loaded, in such a window, a sentence each."""
    browser.show(width, HEIGHT, scheme)
    wrong = browser.run("[...tooWide(), ...broken(), ...strayRows()]")
    if browser.run("document.body.dataset.mdColorScheme") != SCHEMES[scheme]:
        wrong.append("it does not take the scheme that the user prefers")
    browser.picture(PICTURES / f"{page.replace('/', '-').removesuffix('.md')}-{width}-{scheme}.png", PICTURE_HEIGHT)
    return [f"at {width} px, {scheme}: {sentence}" for sentence in wrong]


def look_at_buttons(browser, page):
    """What is wrong with the copy buttons of the page that is shown."""
    blocks = BLOCK.findall((DOCS / page).read_text(encoding="utf-8"))
    expected, found = [typed(*block) for block in blocks], browser.run("copies()")
    if len(expected) != len(found):
        return [f"{len(expected)} blocks of code have {len(found)} buttons"]
    return [f"a button copies {there!r} and not {here!r}" for here, there in zip(expected, found) if here != there]


def main(*pages):
    program = chromium.find()
    if program is None:
        print("== site-test LEFT OUT: this machine cannot run it, since it has no Chromium (Debian: apt-get install chromium)")
        return 0 if os.environ.get("PARSIMD_CI_ALLOW_MISSING") == "1" else 1
    pages = pages or sorted(str(page.relative_to(DOCS)) for page in DOCS.rglob("*.md"))
    shutil.rmtree(PICTURES, ignore_errors=True)
    PICTURES.mkdir(parents=True)
    failed = 0
    with chromium.Chromium(program) as browser:
        for page in pages:
            fetched = browser.load((SITE / page).with_suffix(".html").as_uri())
            browser.run(SCRIPT + "null")
            wrong = [f"{address} is fetched from elsewhere" for address in fetched if not address.startswith(("file:", "data:", "blob:"))]
            for width, scheme in product(WIDTHS, SCHEMES):
                wrong += look(browser, page, width, scheme)
            wrong += look_at_buttons(browser, page)
            failed += len(wrong)
            for sentence in wrong:
                print(f"{page}: {sentence}")
    print(f"{len(pages)} pages, {len(WIDTHS)} widths, {len(SCHEMES)} schemes: {failed or 'nothing'} wrong; pictures in {PICTURES.relative_to(ROOT)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
