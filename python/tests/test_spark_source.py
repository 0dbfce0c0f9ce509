"""What Spark's data source is told, and how files are shared out among tasks: what needs no Spark. The source itself is tested by `make spark`."""

import json
import os

import parsimd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from parsimd import _spark_files as files
from parsimd import _spark_options as options
from parsimd._parsimd import FilePart

TEXT = b"1 one\n22 two\r\n  more\n\n\0\x003 three\nno\n4"


def read(**given):
    return options.read({"path": "a.log", "pattern": "{n:d} {text}", **given})


class TestParts:
    @settings(deadline=None)
    @given(st.lists(st.sampled_from([b"1 a\n", b"22 bc\r\n", b" more\n", b"\n", b"3", b"\xff\n", b"\0\x004 d\n"]), max_size=12).map(b"".join), st.data())
    def test_any_cut_gives_the_rows_of_the_whole(self, tmp_path_factory, text, data):
        path = str(tmp_path_factory.getbasetemp() / "cut.log")
        with open(path, "wb") as file:
            file.write(text)
        cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=4)))
        multiline = data.draw(st.booleans())
        parts = [FilePart(path, start, end) for start, end in zip([0, *cuts], [*cuts, len(text)])]
        parser = parsimd.compile("{n:d} {text}")

        def rows(source):
            return parser.scan_file(source, include=["offset"], on_error="null", multiline=multiline).read_all().to_tuples()

        assert rows(parts) == rows(path)

    def test_a_part_is_no_file_to_be_followed(self, tmp_path):
        (tmp_path / "a.log").write_bytes(TEXT)
        with pytest.raises(TypeError, match="a part of a file does not grow"):
            parsimd.compile("{n:d}").scan_file(FilePart(str(tmp_path / "a.log"), 0, 5), follow=True)

    def test_a_set_reads_parts(self, tmp_path):
        (tmp_path / "a.log").write_bytes(TEXT)
        scan = parsimd.compile_set({"a": "{n:d} {text}"}).scan_file(FilePart(str(tmp_path / "a.log"), 3, 25), table=True)
        assert scan.read_all().to_tuples() == [("a", 22, "two"), ("a", 3, "three")]


class TestPieces:
    @settings(deadline=None)
    @given(st.lists(st.tuples(st.sampled_from(["a.log", "b.gz", "c.ZST"]), st.none() | st.integers(0, 500)), max_size=8), st.integers(1, 300), st.booleans())
    def test_pieces_are_all_bytes_of_the_files_in_order(self, found, most, can_cut):
        shared = files.partitions([files.File(*one) for one in found], most, can_cut)
        assert all(shared)
        pieces = [piece for pieces in shared for piece in pieces]
        whole = []
        for piece in pieces:
            if piece.start == 0:
                whole.append((piece.path, piece.size))
                end = 0
            assert piece.start == end
            assert piece.end is None or 0 < piece.end - piece.start <= most
            end = piece.size if piece.end is None else piece.end
            assert piece.end is None or (can_cut and piece.path == "a.log")
        assert whole == found

    # Each file counts as 4 MiB more than it has, and four ranges of 50 MiB are the large one.
    def test_small_files_share_a_task_and_large_ones_have_several(self):
        shared = files.partitions([files.File(f"{n}.log", 10) for n in range(100)] + [files.File("large.log", 200 << 20)], 64 << 20, True)
        assert [len(pieces) for pieces in shared] == [16] * 6 + [4] + [1] * 4


class TestNamesOfRejects:
    def names(self, size, most=100, path="a.log", **given):
        shared = files.partitions([files.File(path, size)], most, True)
        return [files.rejects_name(pieces, read(**given)) for pieces in shared]

    def test_a_log_that_has_grown_has_the_same_names_again(self):
        assert self.names(50) == self.names(70)
        assert len(set(self.names(1050))) == 11
        assert self.names(1090) == self.names(1050) and self.names(5050)[:11] == self.names(1050)

    def test_other_options_and_other_files_have_other_names(self):
        all_names = [*self.names(50), *self.names(50, path="x/a.log"), *self.names(50, pattern="{x}"), *self.names(50, mode="FAILFAST")]
        assert len(set(all_names)) == 4
        assert self.names(50, path="a.log") == self.names(50, rejects="elsewhere")

    @pytest.mark.parametrize("base", ["a" * 255, "é" * 127, "🦀" * 63, "\udcff" * 255])
    def test_a_name_is_no_longer_than_a_file_system_takes(self, base):
        (name,) = self.names(50, path=f"logs/{base}")
        assert len(os.fsencode(name)) <= 255 and name.endswith(".rejects")


class TestFiles:
    def test_what_is_not_there_is_an_error_that_says_so(self, tmp_path):
        (tmp_path / "empty" / "deep").mkdir(parents=True)
        (tmp_path / "parts" / "day=1").mkdir(parents=True)
        for path, error, told in [
            ("none", FileNotFoundError, "there is no file '"),
            ("*.log", FileNotFoundError, "no file matches '"),
            ("{a,b}", FileNotFoundError, "no file matches '"),
            ("empty", FileNotFoundError, "set the option recursiveFileLookup to true"),
            ("parts", ValueError, "looks like a partition"),
        ]:
            with pytest.raises(error) as caught:
                files.files([str(tmp_path / path)], False)
            assert told in str(caught.value)

    def test_a_file_whose_name_looks_like_a_glob_is_that_file(self, tmp_path):
        path = str(tmp_path / "[a]{b}.log")
        with open(path, "w"):
            pass
        assert files.files([path, "file:" + path, "file://" + path], False) == [files.File(path, 0)] * 3

    def test_no_file_comes_twice_by_one_path_also_of_braces_in_braces(self, tmp_path):
        for name in ("a.log", "ab.log", "b.log"):
            (tmp_path / name).write_text("")
        for glob, names in [("{a*,ab}.log", ["a.log", "ab.log"]), ("{b,{a,{b,ab}}}.log", ["b.log", "a.log", "ab.log"]), ("{a{,b},b}.log", ["a.log", "b.log", "ab.log"])]:
            assert [os.path.basename(file.path) for file in files.files([str(tmp_path / glob)], False)] == names

    @pytest.mark.skipif(os.name == "nt", reason="links need a permission")
    def test_links_that_lead_around_are_an_error_that_says_which(self, tmp_path):
        (tmp_path / "x").mkdir()
        (tmp_path / "x" / "a.log").write_text("")
        (tmp_path / "x" / "up").symlink_to(tmp_path)
        (tmp_path / "own").mkdir()
        (tmp_path / "own" / "self").symlink_to(tmp_path / "own" / "self")
        for folder, recursive, link in [(tmp_path / "x", True, "up"), (tmp_path / "own", True, "self"), (tmp_path / "own", False, "self")]:
            with pytest.raises(OSError, match=f"remove the link.*{link}'$") as caught:
                files.files([str(folder)], recursive)
            assert not isinstance(caught.value, FileNotFoundError)
        (tmp_path / "beside").mkdir()
        for name in ("one", "two"):
            (tmp_path / "beside" / name).symlink_to(tmp_path / "flat")
        (tmp_path / "flat").mkdir()
        (tmp_path / "flat" / "a.log").write_text("")
        assert len(files.files([str(tmp_path / "beside")], True)) == 2

    def test_rejects_are_not_read(self, tmp_path):
        folder = tmp_path / "rejects"
        options.check_rejects(str(folder), [str(tmp_path / "rejects.log")])
        with pytest.raises(ValueError, match="the option rejects names a folder of which files are read"):
            options.check_rejects(str(folder), [os.path.join(tmp_path, "x", "..", "rejects", "a.log")])


class TestOptions:
    def test_names_are_read_in_any_case_and_with_underscores(self):
        assert read(MAXPARTITIONBYTES="10", max_record_bytes="1k", Mode="failfast", include="file,line", year="2020") == read(
            maxPartitionBytes="10b", maxRecordBytes="1024", mode="FAILFAST", include=" file , line ", Year="2020"
        )

    @pytest.mark.parametrize("text, size", [("1", 1), ("64m", 64 << 20), ("64MB", 64 << 20), ("2 g", 2 << 30), ("3kb", 3 << 10)])
    def test_sizes(self, text, size):
        assert read(maxPartitionBytes=text).part_bytes == size

    @pytest.mark.parametrize(
        "given, told",
        [
            ({"patern": "x"}, "the data source parsimd has no option 'patern': did you mean 'pattern'?"),
            ({"zzz": "x"}, "there are pattern, patterns, format, "),
            ({"mode": "FAILFATS"}, "the option mode cannot be 'FAILFATS': did you mean 'FAILFAST'?"),
            ({"multiline": "yes"}, "the option multiline cannot be 'yes': it must be one of true, false"),
            ({"include": "lines"}, "did you mean 'line'?"),
            ({"match": "lin"}, "did you mean 'line'?"),
            ({"maxPartitionBytes": "many"}, "the option maxPartitionBytes must be a number of bytes, as 1048576 or 64m, not 'many'"),
            ({"maxPartitionBytes": "0"}, "not '0'"),
            ({"format": "nginx-combined"}, "needs one of the options pattern, patterns and format, not pattern and format"),
        ],
    )
    def test_what_is_wrong_is_told_by_its_name(self, given, told):
        with pytest.raises(ValueError) as caught:
            read(**given)
        assert told in str(caught.value)

    @pytest.mark.parametrize(
        "given, told",
        [
            ({}, "none is there: as in .option('pattern', '{ip} {ms:d}')"),
            ({"format": "nginx-combind"}, "did you mean 'nginx-combined'?"),
            ({"patterns": "{a}"}, "the option patterns must be JSON, as json.dumps makes it"),
            ({"patterns": '["a"]'}, "must be a JSON object of names and formats"),
            ({"patterns": '{"a": "{b}"}', "multiline": "true"}, "do not go together"),
        ],
    )
    def test_there_is_one_pattern(self, given, told):
        with pytest.raises(ValueError) as caught:
            options.read({"path": "a.log", **given})
        assert told in str(caught.value)

    def test_a_path_is_needed(self):
        with pytest.raises(ValueError, match="needs a path"):
            options.read({"pattern": "{a}"})

    def test_patterns_keep_their_order_and_ready_formats_their_records(self):
        given = {"path": "a", "patterns": json.dumps({"Z": "{a:d}", "A": "{b}"})}
        assert list(options.read(given).pattern) == ["Z", "A"]
        ready = parsimd.formats.READY
        for name in ready:
            told = options.read({"path": "a", "format": name})
            assert (told.pattern, told.multiline) == (ready[name].pattern, ready[name].multiline)

    def test_options_of_a_scan_are_checked_by_it(self):
        for given, told in [({"tz": "Europe/Nowhere"}, "Nowhere"), ({"year": "0"}, "year must be"), ({"multiline": "true", "pattern": "{a}"}, "multi|several")]:
            told_by = read(**given)
            with pytest.raises(ValueError, match=told):
                told_by.scan(told_by.compile(), None)
