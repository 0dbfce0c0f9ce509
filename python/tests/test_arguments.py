"""Arguments that hold several things: each form that is meant is taken, and nothing else is taken for one, least of all a text for its letters."""

import array
import collections
import os

import numpy
import pandas
import parsimd
import polars
import pyarrow
import pytest

PARSER = parsimd.compile("{level:w} {ms:d}")
TEXTS = ["info 12", None, "noise", "warn 3"]
VALUES = [{"level": "info", "ms": 12}, None, None, {"level": "warn", "ms": 3}]
ROWS = [value for value in VALUES if value]


class TestTexts:
    @pytest.mark.parametrize(
        "make",
        [
            list,
            tuple,
            collections.deque,
            collections.UserList,
            numpy.array,
            pandas.Series,
            lambda texts: pandas.Series(texts, dtype="object"),
            polars.Series,
            pyarrow.array,
            lambda texts: pyarrow.chunked_array([texts[:1], texts[1:]]),
        ],
    )
    def test_a_sequence_of_texts_is_an_array_of_them(self, make):
        assert PARSER.parse_array(make(TEXTS)).to_pylist() == VALUES

    def test_arrays_of_other_kinds_of_text(self):
        kept = [text for text in TEXTS if text]
        for texts in (numpy.array(kept), numpy.array([text.encode() for text in kept])):
            assert PARSER.parse_array(texts).to_pylist() == [value for value, text in zip(VALUES, TEXTS) if text]

    def test_no_texts_have_the_type_of_some(self):
        for texts in ([], (), numpy.array([], dtype="U1")):
            found = PARSER.parse_array(texts)
            assert len(found) == 0 and found.type == PARSER.parse_array(TEXTS).type

    def test_the_first_that_cannot_be_read_is_told(self):
        with pytest.raises(parsimd.ScanError, match="^row 2: ") as caught:
            PARSER.parse_array(TEXTS, on_error="raise")
        assert caught.value.row == 2

    @pytest.mark.parametrize(
        "given",
        [
            "info 12",
            b"info 12",
            bytearray(b"info 12"),
            memoryview(b"info 12"),
            numpy.str_("info 12"),
            {"info 12": 1},
            {"info 12"},
            frozenset(["info 12"]),
            iter(["info 12"]),
            (text for text in ["info 12"]),
            7,
            None,
        ],
        ids=lambda given: type(given).__name__,
    )
    def test_what_is_no_sequence_of_texts_is_told_by_its_type(self, given):
        with pytest.raises(TypeError, match=f"not .*{type(given).__name__}"):
            PARSER.parse_array(given)

    @pytest.mark.parametrize("wrong", [1, b"info 12", 1.5, ["info 12"], pyarrow.array(["info 12"])], ids=lambda wrong: type(wrong).__name__)
    def test_a_value_that_is_no_text_is_told_by_its_place_and_type(self, wrong):
        with pytest.raises(TypeError, match=f"value 2 is .*{type(wrong).__name__}"):
            PARSER.parse_array(["info 12", None, wrong])

    @pytest.mark.parametrize("given", [array.array("i", [1]), range(3), numpy.array([1]), pyarrow.array([1]), pyarrow.table({"a": ["info 1"]})])
    def test_an_array_of_something_else_is_a_type_error(self, given):
        with pytest.raises(TypeError):
            PARSER.parse_array(given)


class TestTables:
    BATCH = pyarrow.record_batch({"line": TEXTS})

    def test_an_iterable_of_batches_is_mapped(self):
        reader = pyarrow.RecordBatchReader.from_batches(self.BATCH.schema, [self.BATCH])
        for batches in ([self.BATCH], (self.BATCH,), iter([self.BATCH]), [pyarrow.table(self.BATCH)], reader):
            assert [row for batch in PARSER.map_arrow(batches) for row in batch.to_pylist()] == ROWS

    @pytest.mark.parametrize(
        "given",
        ["line", b"line", {"line": BATCH}, BATCH, pyarrow.table(BATCH), polars.DataFrame({"line": TEXTS}), 7, None],
        ids=lambda given: type(given).__name__,
    )
    def test_what_is_no_iterable_of_batches_is_told_when_it_is_given(self, given):
        with pytest.raises(TypeError, match=type(given).__name__):
            PARSER.map_arrow(given)

    @pytest.mark.parametrize("wrong", ["line", 1, None, pyarrow.array(TEXTS)], ids=lambda wrong: type(wrong).__name__)
    def test_what_is_no_batch_is_told_when_it_comes(self, wrong):
        batches = PARSER.map_arrow([self.BATCH, wrong])
        assert next(batches).to_pylist() == ROWS
        with pytest.raises(TypeError, match=type(wrong).__name__):
            next(batches)

    def test_a_table_is_mapped_and_nothing_else(self):
        for table in (pyarrow.table(self.BATCH), self.BATCH):
            assert PARSER.map_table(table).to_pylist() == ROWS
        for wrong in ("line", b"line", [self.BATCH], {"line": TEXTS}, polars.DataFrame({"line": TEXTS}), None):
            with pytest.raises(TypeError, match=type(wrong).__name__):
                PARSER.map_table(wrong)


class TestColumns:
    @pytest.mark.parametrize("make", [list, tuple, iter, dict.fromkeys, lambda names: dict.fromkeys(names).keys(), numpy.array])
    def test_an_iterable_of_names_chooses_in_its_order(self, make, tmp_path):
        (tmp_path / "log").write_text("info 12\n")
        assert PARSER.scan("info 12", columns=make(["ms", "level"])).names == ["ms", "level"]
        assert PARSER.scan_file(tmp_path / "log", columns=make(["ms", "level"])).names == ["ms", "level"]

    @pytest.mark.parametrize("wrong", ["ms", b"ms", bytearray(b"ms"), memoryview(b"ms"), {"ms"}, frozenset(["ms"]), [0], ["ms", None], [b"ms"], 7])
    def test_what_are_no_names_in_an_order_is_a_type_error(self, wrong, tmp_path):
        # One letter is a name, too, so the names would be there.
        parser = parsimd.compile("{m:w} {s:d}")
        (tmp_path / "log").write_text("info 12\n")
        with pytest.raises(TypeError):
            parser.scan("info 12", columns=wrong)
        with pytest.raises(TypeError):
            parser.scan_file(tmp_path / "log", columns=wrong)


class TestPaths:
    def test_one_path_or_several(self, tmp_path):
        (tmp_path / "a.log").write_text("info 12\n")
        path = str(tmp_path / "a.log")
        for paths in (path, tmp_path / "a.log", os.fsencode(path), [path], (tmp_path / "a.log",), iter([path]), str(tmp_path / "*.log")):
            assert PARSER.scan_polars(paths).collect().rows() == [("info", 12)]

    def test_what_are_no_paths_is_told_when_it_is_given(self, tmp_path):
        (tmp_path / "a.log").write_text("info 12\n")
        with open(tmp_path / "a.log") as text, open(tmp_path / "a.log", "rb") as data:
            for wrong in (text, data, [text], [1], [None], 7, None):
                with pytest.raises(TypeError):
                    PARSER.scan_polars(wrong)


class TestTypes:
    def test_any_mapping_of_converters_is_taken(self):
        class Own:
            """Not a dict, but asked as one."""

            def keys(self):
                return ["Number"]

            def __getitem__(self, name):
                return {"Number": int}[name]

            def __contains__(self, name):
                return name == "Number"

        for types in ({"Number": int}, collections.ChainMap({"Number": int}), Own()):
            assert parsimd.parse("{:Number}", "7", types)[0] == 7
            assert parsimd.compile("{:Number}", types).parse("7")[0] == 7

    @pytest.mark.parametrize("nothing", [None, {}, [], (), "", False])
    def test_what_is_empty_has_no_types(self, nothing):
        assert parsimd.parse("{:d}", "7", nothing)[0] == 7

    @pytest.mark.parametrize("wrong", ["a Number", ["Number"], ("Number",), {"Number"}], ids=str)
    def test_a_type_that_is_found_in_what_is_no_mapping_is_a_type_error_that_says_so(self, wrong):
        calls = (
            lambda: parsimd.parse("{:Number}", "7", wrong),
            lambda: parsimd.search("{:Number}", "7", extra_types=wrong),
            lambda: parsimd.findall("{:Number}", "7", extra_types=wrong),
            lambda: parsimd.compile("{:Number}", wrong),
            lambda: parsimd.extract_format("Number", wrong),
        )
        for call in calls:
            with pytest.raises(TypeError, match="extra_types must be a mapping of names to converters, not"):
                call()

    @pytest.mark.parametrize("wrong", ["a Number", ["Number"], ("Number",), {"Number"}], ids=str)
    def test_a_scan_takes_only_a_mapping(self, wrong):
        parser = parsimd.compile("{:d}", wrong)
        # As in parse, whose calls never look at it.
        assert parser.parse("7")[0] == 7
        for call in (parser.scan, parser.parse_array):
            with pytest.raises(TypeError, match="extra_types must be a mapping of names to converters, not"):
                call(["7"] if call == parser.parse_array else "7")
