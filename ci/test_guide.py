"""Tests of ci/guide.py, on a small repository."""

import tempfile
import unittest
from pathlib import Path

import guide

WEB = "https://example.org/it"


class Guide(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.docs, self.out = Path(folder.name, "docs"), Path(folder.name, "out")
        (self.docs / "guide").mkdir(parents=True)
        (self.docs / "index.md").touch()
        Path(folder.name, "README.md").touch()

    def page(self, text):
        """What becomes of a page with this text, and the links that lead nowhere."""
        (self.docs / "guide" / "page.md").write_text(text, encoding="utf-8")
        missing = guide.write(self.docs, self.out, WEB)
        return (self.out / "guide" / "page.md").read_text(encoding="utf-8"), missing

    def test_a_link_out_of_docs_leads_to_the_web(self):
        text = "[a](../../README.md#top), [all](../..)"
        self.assertEqual(self.page(text), (f"[a]({WEB}/blob/main/README.md#top), [all]({WEB}/tree/main/.)", []))

    def test_links_within_docs_and_to_the_web_stay(self):
        text = "[a](../index.md#b), [c](#d), [e](https://example.org/f)"
        self.assertEqual(self.page(text), (text, []))

    def test_a_link_to_nothing_is_named(self):
        for target in ("../none.md", "../../none", "../../../elsewhere"):
            self.assertEqual(self.page(f"[a]({target})")[1], [f"docs/guide/page.md has a link to {target}, which is not there"])

    def test_a_bar_in_the_code_of_a_table_is_shown_without_its_backslash(self):
        shown = "| <code>&#123;n&#58;d&#124;&#45;&#125;</code> | `{n}` |"
        self.assertEqual(self.page(r"| `{n:d\|-}` | `{n}` |"), (shown, []))
        self.assertEqual(self.page(r"In a text `a\|b` is what it is."), (r"In a text `a\|b` is what it is.", []))

    def test_what_was_written_before_is_gone(self):
        self.out.mkdir()
        (self.out / "old.md").touch()
        self.page("")
        self.assertFalse((self.out / "old.md").exists())

    def test_what_only_builds_the_site_is_no_part_of_it(self):
        (self.docs / "requirements.txt").touch()
        (self.docs / "picture.svg").touch()
        self.page("")
        self.assertEqual(sorted(path.name for path in self.out.rglob("*.*")), ["index.md", "page.md", "picture.svg"])


if __name__ == "__main__":
    unittest.main()
