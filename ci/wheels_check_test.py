"""Tests of wheels_check.py, with what `make wheels-check` runs: they need zig and pyelftools."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import wheels_check

README = "# parsimd\n\nA page.\n"
NAMES = [*wheels_check.WANTED, "parsimd/_parsimd.so", *(f"parsimd-1.0.dist-info/licenses/{name}" for name in wheels_check.LICENCES)]
METADATA = "License-Expression: MIT OR Apache-2.0\nProject-URL: Repository, https://example.org\n\n# parsimd\n\n[a](https://example.org/a)\n"


class Files(unittest.TestCase):
    def problems(self, names=NAMES, metadata=METADATA):
        return list(wheels_check.problems_of_files(names, metadata, README))

    def test_a_whole_wheel_has_no_problem(self):
        self.assertEqual(self.problems(), [])

    def test_each_file_that_is_missing_is_named(self):
        for missing in NAMES:
            self.assertEqual(len(self.problems([name for name in NAMES if name != missing])), 1, missing)

    def test_a_file_that_does_not_belong_is_named(self):
        for stray in ["tests/test_a.py", "parsimd/__pycache__/a.cpython-39.pyc", "parsimd/_other.so"]:
            self.assertEqual(len(self.problems([*NAMES, stray])), 1, stray)

    def test_the_licence_the_urls_and_the_page_are_asked_for(self):
        self.assertEqual(len(self.problems(metadata=METADATA.replace("MIT OR", "GPL OR"))), 1)
        self.assertEqual(len(self.problems(metadata=METADATA.replace("Project-URL", "Other"))), 1)
        self.assertEqual(len(self.problems(metadata=METADATA.replace("# parsimd", "# other"))), 1)
        self.assertEqual(len(self.problems(metadata=METADATA.replace("https://example.org/a", "docs/a.md"))), 1)


class Extensions(unittest.TestCase):
    def problems(self, code, target, *options, machine="EM_X86_64", is_musl=False):
        with tempfile.TemporaryDirectory() as folder:
            source, library = Path(folder, "a.c"), Path(folder, "a.so")
            source.write_text(code)
            zig = [sys.executable, "-m", "ziglang", "cc", "-target", target, "-shared", "-fPIC", "-fvisibility=hidden", *options]
            subprocess.run([*zig, source, "-o", library], check=True, cwd=folder)
            return list(wheels_check.problems_of_extension(library.read_bytes(), machine, is_musl))

    GOOD = '__attribute__((visibility("default"))) int PyInit__parsimd(void) { return 0; }\n'

    def test_machine_code_that_needs_little_has_no_problem(self):
        self.assertEqual(self.problems(self.GOOD, "x86_64-linux-gnu.2.17", "-s"), [])
        self.assertEqual(self.problems(self.GOOD, "aarch64-linux-musl", "-s", machine="EM_AARCH64", is_musl=True), [])

    def test_a_younger_glibc_is_named(self):
        code = self.GOOD + '#define _GNU_SOURCE\n#include <unistd.h>\n__attribute__((used)) int f(void *b) { extern int getrandom(void *, unsigned long, unsigned); return getrandom(b, 1, 0); }\n'
        self.assertEqual(self.problems(code, "x86_64-linux-gnu.2.28", "-s"), ["it needs glibc 2.25"])

    def test_another_machine_symbols_exports_and_folders_are_named(self):
        self.assertEqual(self.problems(self.GOOD, "x86_64-linux-gnu.2.17", "-s", machine="EM_AARCH64"), ["it is for EM_X86_64"])
        self.assertIn("its extension is not stripped", self.problems(self.GOOD, "x86_64-linux-gnu.2.17"))
        more = self.GOOD.replace("PyInit", "more") + self.GOOD
        self.assertIn("it exports", self.problems(more, "x86_64-linux-gnu.2.17", "-s")[0])
        path = self.GOOD + '__attribute__((used)) static const char *path = "/root/project/file.c";\n'
        self.assertIn("/root/project/file.c", self.problems(path, "x86_64-linux-gnu.2.17", "-s")[0])

    def test_a_library_that_not_every_system_has_is_named(self):
        code = self.GOOD + '#include <stdio.h>\n__attribute__((used)) int f(void) { return puts("a"); }\n'
        self.assertEqual(self.problems(code, "x86_64-linux-gnu.2.17", "-s"), [])
        self.assertEqual(self.problems(code, "x86_64-linux-gnu.2.17", "-s", is_musl=True), ["it needs ['libc.so.6']"])


if __name__ == "__main__":
    unittest.main()
