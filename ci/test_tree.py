import subprocess
import tempfile
import unittest
from pathlib import Path

import tree

WEB = "https://example.org/repository"


class Packages(unittest.TestCase):
    def test_licences_and_page_are_those_of_the_repository(self):
        # They are links, of which a copy of the repository by other means than git makes files with a path in them.
        root = Path(__file__).resolve().parent.parent
        for name in ["LICENSE-APACHE", "LICENSE-MIT"]:
            for package in ["simd", "python", "python/as-parse"]:
                self.assertEqual((root / package / name).read_bytes(), (root / name).read_bytes(), f"{package}/{name}")
        self.assertEqual((root / "python/README.md").read_bytes(), (root / "README.md").read_bytes())


class Tree(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root, self.out = Path(folder.name, "root"), Path(folder.name, "out")
        for name in ["README.md", "docs/guide.md", "docs/speed.svg", "python/LICENSE"]:
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(name)
        (self.root / "python" / "README.md").symlink_to("../README.md")
        (self.root / "docs" / "LICENSE").symlink_to("../python/LICENSE")
        subprocess.run(["git", "init", "--quiet"], cwd=self.root, check=True)
        subprocess.run(["git", "add", "."], cwd=self.root, check=True)
        (self.root / "stray.so").touch()

    def test_it_holds_what_git_has_and_nothing_else(self):
        tree.copy(self.root, self.out, WEB)
        (self.out / "left.txt").touch()
        tree.copy(self.root, self.out, WEB)
        names = sorted(str(path.relative_to(self.out)) for path in self.out.rglob("*") if path.is_file())
        self.assertEqual(names, ["README.md", "docs/LICENSE", "docs/guide.md", "docs/speed.svg", "python/LICENSE", "python/README.md"])
        self.assertFalse((self.out / "python" / "README.md").is_symlink())
        self.assertTrue((self.out / "docs" / "LICENSE").is_symlink())

    def test_links_of_the_python_package_lead_to_the_web_and_pictures_to_themselves(self):
        (self.root / "README.md").write_text("[a](docs/guide.md#part) ![b](docs/speed.svg) [c](https://c.example) [d](docs)")
        tree.copy(self.root, self.out, WEB)
        wanted = f"[a]({WEB}/blob/main/docs/guide.md#part) ![b]({WEB}/raw/main/docs/speed.svg) [c](https://c.example) [d]({WEB}/tree/main/docs)"
        self.assertEqual((self.out / "python" / "README.md").read_text(), wanted)
        self.assertIn("(docs/guide.md#part)", (self.out / "README.md").read_text())

    def test_a_link_to_nothing_is_an_error(self):
        (self.root / "README.md").write_text("[a](docs/gone.md)")
        with self.assertRaisesRegex(SystemExit, "docs/gone.md"):
            tree.copy(self.root, self.out, WEB)

    def test_what_did_not_change_is_not_written_again(self):
        tree.copy(self.root, self.out, WEB)
        before = (self.out / "docs" / "guide.md").stat().st_mtime_ns
        tree.copy(self.root, self.out, WEB)
        self.assertEqual((self.out / "docs" / "guide.md").stat().st_mtime_ns, before)


if __name__ == "__main__":
    unittest.main()
