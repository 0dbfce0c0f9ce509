"""Which records a scan finds, and what it says of each: fields without a name, every match in a line, where a record came from, records of several lines."""

import parsimd
import pytest


def rows(format, text, **options):
    return parsimd.compile(format).scan(text, **options).read_all().to_pylist()


class TestFieldsWithoutAName:
    def test_they_are_no_columns_beside_fields_that_have_one(self):
        assert rows("{} {x} {:d}", "a b 1\n") == [{"x": "b"}]

    def test_they_are_the_columns_where_no_field_has_one(self):
        assert rows("{} {:d} {_x}", "a 1 b\n") == [{"0": "a", "1": 1, "2": "b"}]

    def test_they_are_columns_where_they_are_asked_for(self):
        assert rows("{} {x} {:d}", "a b 1\n", columns=["1", "x"]) == [{"1": 1, "x": "b"}]
        with pytest.raises(ValueError, match="no column \"2\"; there are .*\"0\", \"x\", \"1\""):
            rows("{} {x} {:d}", "a b 1\n", columns=["2"])

    def test_their_values_cannot_fail(self):
        scan = parsimd.compile("{x} {:d}").scan("a 99999999999999999999\n")
        assert scan.read_all().to_pylist() == [{"x": "a"}] and scan.stats.failures == 0

    def test_polars_sees_the_same_columns(self, tmp_path):
        pytest.importorskip("polars")
        path = tmp_path / "a.log"
        path.write_text("a b 1\n")
        assert parsimd.compile("{} {x} {:d}").scan_polars(path).collect().rows(named=True) == [{"x": "b"}]
