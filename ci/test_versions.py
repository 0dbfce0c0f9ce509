import unittest

import versions

FILES = {
    "Cargo.toml": '[workspace.package]\nversion = "1.2.3"\n[workspace.dependencies]\nparsimd-simd = { path = "simd", version = "=1.2.3" }\nversion.workspace = true\n',
    "simd/Cargo.toml": "version.workspace = true\n",
    "python/Cargo.toml": "version.workspace = true\n",
    "python/pyproject.toml": 'dynamic = ["version"]\n',
    "Cargo.lock": 'name = "parsimd"\nversion = "1.2.3"\n\nname = "memchr"\nversion = "2.0.0"\n',
    "CHANGELOG.md": "# Changelog\n\n## 1.2.3, 2026-11-28\n\n## 1.2.2, 2026-01-01\n",
    "SECURITY.md": "| 1.2.x | yes |\n",
}


class Versions(unittest.TestCase):
    def problems(self, dated=True, **changed):
        return versions.problems({**FILES, **{name.replace("_", "."): text for name, text in changed.items()}}.__getitem__, dated)

    def test_files_that_agree_have_no_problem(self):
        self.assertEqual(self.problems(), [])
        self.assertEqual(versions.problems(lambda name: (versions.ROOT / name).read_text(encoding="utf-8"), False), [])

    def test_each_file_that_disagrees_is_named(self):
        for name in FILES:
            other = FILES[name].replace("1.2", "1.3", 1) if "1.2" in FILES[name] else "version = '9'\n"
            found = versions.problems({**FILES, name: other}.__getitem__, True)
            # A version of Cargo.toml that nothing else has is a problem of all others.
            self.assertTrue(found and any(name in problem for problem in found), (name, found))

    def test_a_release_has_its_day(self):
        undated = {"CHANGELOG_md": "## 1.2.3, not yet released\n"}
        self.assertEqual(self.problems(dated=False, **undated), [])
        self.assertEqual(len(self.problems(dated=True, **undated)), 1)


if __name__ == "__main__":
    unittest.main()
