"""What ci/instructions.py finds wrong with counts."""

import contextlib
import io
import unittest

import instructions


def wrong(counts, recorded):
    with contextlib.redirect_stdout(io.StringIO()):
        return instructions.compare(counts, recorded)


class Compare(unittest.TestCase):
    def test_a_path_that_needs_more_than_the_tolerance_is_wrong(self):
        recorded = {"parse": {"avx2": 1000}}
        self.assertEqual(wrong({"parse": {"avx2": 1029}}, recorded), [])
        self.assertEqual(wrong({"parse": {"avx2": 1031}}, recorded), ["parse, avx2: +3.1% instructions, 1,031 after 1,000"])

    def test_a_path_that_needs_less_is_right(self):
        self.assertEqual(wrong({"parse": {"avx2": 500}}, {"parse": {"avx2": 1000}}), [])

    def test_a_path_that_only_one_of_them_has_is_wrong(self):
        self.assertEqual(wrong({"set": {"avx2": 5}}, {}), ["set, avx2: counted, and not recorded"])
        self.assertEqual(wrong({}, {"set": {"avx2": 5}}), ["set: recorded, and not counted"])


if __name__ == "__main__":
    unittest.main()
