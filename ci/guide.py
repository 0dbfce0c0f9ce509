"""A hook of mkdocs: links from docs/ to files elsewhere in the repository become links to them on the web.

So a page has one link, relative, that works where the repository is browsed, in an editor, and on the site. A link to a file that is
not there is a warning, which `mkdocs build --strict` takes for an error.
"""

import logging
import os
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LINK = re.compile(r"(\]\()([^()\s#:]+)(#[^()\s]*)?(\))")
log = logging.getLogger("mkdocs.hooks.guide")


def on_page_markdown(markdown, page, config, files):
    docs = Path(config["docs_dir"])
    folder = docs / Path(page.file.src_path).parent

    def outside(found):
        target = Path(os.path.normpath(folder / found[2]))
        if target.is_relative_to(docs):
            return found[0]
        if not target.is_relative_to(ROOT) or not target.exists():
            log.warning("%s has a link to %s, which is not there", page.file.src_path, found[2])
            return found[0]
        kind = "tree" if target.is_dir() else "blob"
        return f"{found[1]}{config['repo_url']}/{kind}/main/{target.relative_to(ROOT)}{found[3] or ''}{found[4]}"

    return LINK.sub(outside, markdown)
