"""`Parser.scan_polars`."""

import glob
import gzip
from datetime import datetime, timezone

import parsimd
import polars
import pytest
from parsimd._polars import _filters
from polars import col

PARSER = parsimd.compile("{host} [{at:th}] {status:d} {size:d}")
LINES = [f"10.0.0.{n % 7} [01/Jan/2024:00:{n // 60 % 60:02}:{n % 60:02} +0000] {200 + n % 3 * 150} {n}" for n in range(5000)]
LINES[10] = "noise"
LINES[20] = LINES[20].replace("20", "99999999999999999999")


@pytest.fixture
def log(tmp_path):
    (tmp_path / "a.log").write_text("\n".join(LINES[:3000]))
    (tmp_path / "b.log.gz").write_bytes(gzip.compress("\n".join(LINES[3000:]).encode()))
    return tmp_path


@pytest.fixture
def eager(log):
    return polars.DataFrame(PARSER.scan_file([log / "a.log", log / "b.log.gz"]))


@pytest.mark.parametrize("engine", ["in-memory", "streaming"])
class TestQueries:
    @pytest.mark.parametrize(
        "query",
        [
            lambda frame: frame,
            lambda frame: frame.select("size", "host"),
            lambda frame: frame.filter(col("status") >= 500),
            lambda frame: frame.filter(col("status") >= 500).select("host"),
            lambda frame: frame.filter(col("host").str.ends_with("3"), col("size") > 4000).select(col("size").sum()),
            lambda frame: frame.filter(col("host").is_in(["10.0.0.1", "no"]) | (col("size") == 4999)),
            lambda frame: frame.filter(col("status") == 350).select(polars.len()),
            lambda frame: frame.filter(polars.lit(True)).select("host"),
            lambda frame: frame.head(4000).filter(col("at").dt.minute() > 40).select("size", "at"),
            lambda frame: frame.head(7),
            lambda frame: frame.head(3500).filter(col("status") == 350).select("size"),
            lambda frame: frame.filter(col("status") == 350).head(3),
            lambda frame: frame.group_by("status").agg(col("size").sum()).sort("status"),
            lambda frame: frame.select(polars.len()),
            lambda frame: frame.select("host"),
            lambda frame: frame.filter(col("size") < 0),
            lambda frame: frame.filter((col("status") > 200) & (col("size") <= 4000) & (col("host") == "10.0.0.3")),
            lambda frame: frame.filter(col("at") >= datetime(2024, 1, 1, 0, 30, tzinfo=timezone.utc), col("at") < datetime(2024, 1, 1, 0, 31, tzinfo=timezone.utc)),
            lambda frame: frame.filter(col("status") == 350, col("size") % 7 == 3).select("host", "size"),
            lambda frame: frame.filter(col("size") > 2**63 - 2),
            lambda frame: frame.filter(col("size") >= polars.lit(4990, dtype=polars.UInt16)),
            lambda frame: frame.filter(polars.lit(4990) <= col("size")),
            lambda frame: frame.filter(col("status") >= 349.5),
            lambda frame: frame.filter((col("status") == 350) | (col("size") == 3)),
            lambda frame: frame.filter(~(col("status") == 350)),
            lambda frame: frame.with_columns(hour=col("at").dt.minute()).filter(col("hour") == 3),
        ],
    )
    def test_a_lazy_frame_answers_as_a_frame_does(self, log, eager, engine, query):
        lazy = query(PARSER.scan_polars([log / "a.log", log / "b.log.gz"])).collect(engine=engine)
        assert lazy.equals(query(eager.lazy()).collect())

    def test_no_rows_have_the_types_too(self, tmp_path, engine):
        (tmp_path / "empty.log").write_text("")
        frame = PARSER.scan_polars(tmp_path / "empty.log").collect(engine=engine)
        assert frame.schema == polars.Schema(
            {"host": polars.String, "at": polars.Datetime("us", "UTC"), "status": polars.Int64, "size": polars.Int64}
        )


# A fixture of the module: the releases of pytest do not agree on how one of a class is written.
@pytest.fixture(scope="module")
def paths(tmp_path_factory):
    texts = ["short", "a text that is much longer than a view of it", "ünï", "×" * 40]
    folder = tmp_path_factory.mktemp("blocks")
    lines = [f"{texts[n * n % 7 % 4]} [01/Jan/2024:00:{n // 60 % 60:02}:{n % 60:02} +0000] {n % 100} {n}\n" for n in range(120_000)]
    lines[70_000:70_010] = ["noise\n"] * 5 + [lines[0].replace(" 0\n", " 99999999999999999999\n")] * 5
    bounds = [0, 20, 21, 60_000, 119_999, 120_000]
    for at, (start, end) in enumerate(zip(bounds, bounds[1:])):
        (folder / f"{at}.log").write_text("".join(lines[start:end]), encoding="utf-8")
    return f"{folder}/*.log"


class TestManyBlocks:
    """Rows of more blocks and frames than one, beside polars with all rows at hand."""

    @pytest.mark.parametrize("engine", ["in-memory", "streaming"])
    @pytest.mark.parametrize("on_error", ["skip", "null"])
    @pytest.mark.parametrize("count", [None, 0, 1, 20, 49_999, 50_001, 110_000])
    @pytest.mark.parametrize(
        "predicate",
        [
            col("size") >= 0,
            col("size") < 0,
            col("status") == 50,
            col("host").str.len_bytes() > 12,
            col("size").is_between(59_999, 60_001) | col("size").is_null(),
            col("size") % 100 == col("status"),
            (col("size") >= 70_000) & (col("status") < 3),
            col("status").eq_missing(50),
        ],
    )
    def test_a_filter_keeps_what_polars_keeps_of_all_rows(self, paths, engine, on_error, count, predicate):
        lazy, all = PARSER.scan_polars(paths, on_error=on_error), polars.DataFrame(PARSER.scan_file(sorted(glob.glob(paths)), on_error=on_error))
        if count is not None:
            lazy, all = lazy.head(count), all.head(count)
        assert lazy.filter(predicate).collect(engine=engine).equals(all.filter(predicate))
        some = lazy.filter(predicate).select("size", "host").collect(engine=engine)
        assert some.equals(all.filter(predicate).select("size", "host"))


def test_wildcards_stand_for_files_by_name(log, eager):
    assert PARSER.scan_polars(f"{log}/*.log*").collect().equals(eager)
    assert PARSER.scan_polars(log / "?.log").collect().height < eager.height
    with pytest.raises(FileNotFoundError, match="none"):
        PARSER.scan_polars(log / "none*")
    (log / "odd[1].log").write_text(LINES[0])
    assert PARSER.scan_polars(log / "odd[1].log").collect().height == 1


def test_nothing_is_read_before_it_is_collected(tmp_path):
    lazy = PARSER.scan_polars(tmp_path / "later.log").select("size")
    assert lazy.collect_schema() == {"size": polars.Int64}
    (tmp_path / "later.log").write_text(LINES[0])
    assert lazy.collect().item() == 0
    (tmp_path / "later.log").write_text("\n".join(LINES[:2]))
    assert lazy.collect().height == 2


def test_reading_stops_where_there_is_enough(log, monkeypatch):
    opened = []

    class Watched(parsimd.Parser):
        def _scan_files(self, *files, **options):
            opened.append(super()._scan_files(*files, **options))
            return opened[-1]

    big = log / "big.log"
    big.write_text("\n".join(LINES * 40))
    assert Watched(PARSER.format).scan_polars(big).head(5).collect().height == 5
    (scan,) = opened
    assert 0 < scan.stats.records < 40 * len(LINES)


class TestFilters:
    """Which rows are told by their values while they are scanned."""

    AT = datetime(2024, 1, 1)
    MICROS = 1_704_067_200_000_000

    @pytest.mark.parametrize(
        "predicate, filters",
        [
            (col("n") >= 5, [("n", (5, 2**63 - 1))]),
            (col("n") > 5, [("n", (6, 2**63 - 1))]),
            (col("n") < 5, [("n", (-(2**63), 4))]),
            (col("n") <= 5, [("n", (-(2**63), 5))]),
            (col("n") == 5, [("n", (5, 5))]),
            (col("t") == "x", [("t", "x")]),
            ((col("n") == 5) & (col("t") == "x") & col("t").str.starts_with("y"), [("n", (5, 5)), ("t", "x")]),
            (col("at") == AT, [("at", (MICROS, MICROS))]),
            (col("utc") == AT.replace(tzinfo=timezone.utc), [("utc", (MICROS, MICROS))]),
        ],
    )
    def test_comparisons_that_all_must_hold_are_known(self, predicate, filters):
        assert sorted(self.found(predicate)) == sorted(filters)

    @pytest.mark.parametrize(
        "predicate",
        [
            (col("n") == 5) | (col("t") == "x"),
            ~(col("n") == 5),
            col("n") != 5,
            col("n") == 5.5,
            col("n") == col("n"),
            col("f") > 5,
            col("t") > "x",
            col("other") == 5,
            col("n") == "5",
            col("t") == 5,
            col("n") + 1 == 5,
            col("n").cast(polars.Int8) == 5,
            col("utc") == AT,
            col("n").is_null(),
            (col("n") == 5) & col("t").is_in(["x"]),
            (col("n") == 5) & (col("t") != "x" * 20_000),
            col("n").map_elements(lambda n: hash(str(n)) > 5, return_dtype=polars.Boolean),
        ],
    )
    def test_the_rest_is_left_to_polars(self, predicate):
        assert self.found(predicate) == []

    def found(self, predicate):
        types = {"n": "int64", "t": "text", "f": "float64", "at": "timestamp[us]", "utc": "timestamp[us, UTC]"}
        return list(_filters(predicate, types))


def test_what_cannot_be_read_is_as_asked(log):
    assert PARSER.scan_polars(log / "a.log", on_error="null").collect()["size"].null_count() == 2
    with pytest.raises(Exception, match="record at byte"):
        PARSER.scan_polars(log / "a.log", on_error="raise").collect()
    # Before its version 2 polars wraps what is raised while it collects.
    with pytest.raises((ValueError, polars.exceptions.ComputeError), match="on_error"):
        PARSER.scan_polars(log / "a.log", on_error="ignore").collect()


def test_rows_that_are_filtered_out_do_not_keep_the_file_in_memory(tmp_path):
    text = "a text that is much longer than a view of it"
    (tmp_path / "a.log").write_text("".join(f"{text} [01/Jan/2024:00:00:00 +0000] {n % 100} {n}\n" for n in range(20_000)))
    frame = PARSER.scan_polars(tmp_path / "a.log").filter(col("status") == 50).collect()
    assert frame["host"].to_list() == [text] * 200
    array = frame["host"].to_arrow(compat_level=polars.CompatLevel.newest())
    parts = array.chunks if hasattr(array, "chunks") else [array]
    kept = sum(buffer.size for part in parts for buffer in part.buffers()[2:] if buffer is not None)
    assert 200 * len(text) <= kept <= 4 * 200 * len(text)


class TestCounts:
    """What became of the lines, of which a query shows the rows alone."""

    def test_each_query_hands_over_the_counts_of_all_lines_that_it_has_read(self, log):
        counts = []
        query = PARSER.scan_polars([log / "a.log", log / "b.log.gz"], stats=counts.append)
        assert counts == []
        height = query.collect().height
        (all_lines,) = counts
        assert (all_lines.records, all_lines.matched, all_lines.unmatched, all_lines.failures) == (5000, height, 2, 0) == (5000, 4998, 2, 0)
        # A filter changes which rows are shown, not what became of the lines.
        assert query.filter(col("status") == 350, col("host") == "10.0.0.3").collect().height < height
        assert (counts[1].records, counts[1].matched, counts[1].unmatched) == (5000, 4998, 2)
        assert [failure.text for failure in counts[1].first_failures][0] == "noise"
        assert query.head(5).collect().height == 5 and 5 <= counts[2].records < 5000

    def test_an_error_comes_after_the_counts(self, log):
        counts = []
        with pytest.raises(Exception, match="record at byte"):
            PARSER.scan_polars(log / "a.log", on_error="raise", stats=counts.append).collect()
        assert counts[0].matched == 10

    def test_a_pattern_that_matches_no_line_of_many_is_warned_of(self, tmp_path):
        (tmp_path / "many.log").write_text("took 12 ms\n" * 100)
        (tmp_path / "few.log").write_text("took 12 ms\n" * 99)
        wrong = parsimd.compile("{ms:d} ms")
        why = (
            'no line matched: expected {ms:d}, found "took"; the pattern matches from character 5 of the text on: `search` finds it there, and a scan with '
            'match="first"'
        )
        for engine in ("in-memory", "streaming"):
            with pytest.warns(UserWarning) as caught:
                assert wrong.scan_polars(tmp_path / "many.log").collect(engine=engine).height == 0
            assert [str(one.message) for one in caught] == [why]

    def test_the_warning_explains_whole_lines(self, tmp_path):
        line = "x" * 200 + " 7 y"
        (tmp_path / "long.log").write_text((line + "\n") * 100)
        parser = parsimd.compile("{a} {b:d}")
        why = parser.explain_mismatch(line)
        assert why.offset > 200
        with pytest.warns(UserWarning) as caught:
            assert parser.scan_polars(tmp_path / "long.log").collect().height == 0
        assert [str(one.message) for one in caught] == [f"no line matched: {why.message}; {why.help}"]

    @pytest.mark.filterwarnings("error")
    def test_few_lines_and_lines_of_which_one_matches_are_no_reason_to_warn(self, tmp_path):
        (tmp_path / "few.log").write_text("took 12 ms\n" * 99)
        (tmp_path / "one.log").write_text("took 12 ms\n" * 1000 + "12 ms\n")
        for name, rows in (("few.log", 0), ("one.log", 1)):
            assert parsimd.compile("{ms:d} ms").scan_polars(tmp_path / name).collect().height == rows
