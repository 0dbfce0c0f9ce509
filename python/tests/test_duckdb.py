"""`parsimd.duckdb`: a pattern as a function of SQL, and files of lines as a relation."""

import gzip
import warnings

import duckdb
import parsimd
import parsimd.duckdb
import pyarrow
import pyarrow.compute
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from parsimd._dataset import comparisons

from texts import FORMAT, PARSER, TEXTS, texts, value_of

LINES = [f"10.0.0.{n % 7} [01/Jan/2024:00:{n // 60 % 60:02}:{n % 60:02} +0000] {200 + n % 3 * 150} {n} {n % 5}.5" for n in range(5000)]
LINES[10] = "noise"
LINES[20] = LINES[20].replace(" 20 ", " 99999999999999999999 ")
LOG = parsimd.compile("{host} [{at:th}] {status:d} {size:d} {x:g}")


@pytest.fixture
def con():
    with duckdb.connect() as con:
        con.execute("set timezone = 'UTC'")
        yield con


class TestFunction:
    """`register`."""

    @pytest.mark.parametrize("match", ["line", "first"])
    def test_each_text_has_the_values_of_parse_and_search(self, match):
        con = duckdb.connect()
        parsimd.duckdb.register(con, "access", FORMAT, match=match)

        @settings(deadline=None)
        @given(texts)
        def check(texts):
            lines = pyarrow.table({"number": range(len(texts)), "line": pyarrow.array(texts, pyarrow.string())})
            con.register("lines", lines)
            found = con.sql("select access(line) from lines order by number").fetchall()
            assert [value for (value,) in found] == [value_of(text, match) for text in texts]

        check()

    def test_the_struct_has_the_types_of_a_scan(self, con):
        parser = parsimd.compile("{w} {n:d} {x:g} {at:th} {local:ti} {day:%d/%m/%Y} {clock:tt} {took:dur} {pairs:kv}")
        line = "one 1 1.5 02/Jan/2011:03:04:05 +0100 2011-01-02T03:04:05.25 02/01/2011 12:30:15 1h5m a=b c=d"
        parsimd.duckdb.register(con, "everything", parser)
        found = con.sql(f"select unnest(everything(line)) from (values ('{line}'), ('noise'), (NULL)) lines(line)")
        scanned = parser.scan(line + "\nnoise\nnoise\n", on_error="null").to_duckdb(con, "scanned")
        assert found.columns == scanned.columns and found.types == scanned.types
        assert found.fetchall() == scanned.fetchall()

    def test_constants_and_many_rows_are_texts_too(self, con):
        parsimd.duckdb.register(con, "number", "n={n:d}")
        assert con.sql("select number('n=7').n, number(NULL), number('x').n").fetchall() == [(7, None, None)]
        assert con.sql("select sum(number('n=' || i).n) from range(100000) t(i)").fetchall() == [(sum(range(100000)),)]
        assert con.sql("select count(*) from range(100000) t(i) where number('n=' || i).n % 2 = 0").fetchall() == [(50000,)]

    def test_options_are_those_of_a_scan(self, con):
        parsimd.duckdb.register(con, "stamp", "{at:ts}", year=1999, tz="+02:00")
        assert con.sql("select stamp('Jun 15 02:04:59').at::VARCHAR").fetchall() == [("1999-06-15 00:04:59+00",)]
        double = parsimd.with_pattern(r"\d+", column="int64")(lambda text: int(text) * 2)
        parsimd.duckdb.register(con, "double", "{n:Double}", {"Double": double})
        assert con.sql("select double('3').n").fetchall() == [(6,)]

    @pytest.mark.parametrize(
        ("format", "line"),
        [("{user:w} {User:d}", "bob 7"), ("{a:d} {A:d} {a_1:d}", "1 2 3"), ("{A:kv}; {a:kv}; {a_1:g}", "k=v; K=w x=; 0.5"), ("{é:d} {É:w}", "1 x")],
    )
    def test_fields_whose_names_differ_in_case_alone_have_their_own_values(self, con, format, line):
        parser = parsimd.compile(format)
        parsimd.duckdb.register(con, "f", parser)
        found = con.sql(f"select f(line) from (values ('{line}'), ('noise'), (NULL)) lines(line)").fetchall()
        assert [value and list(value.values()) for (value,) in found] == [list(parser.parse(line).named.values()), None, None]
        # They are called as they are in a table of a scan.
        assert list(found[0][0]) == parser.scan(line).to_duckdb(con, "scanned").columns

    def test_what_cannot_be_done_is_an_error_that_says_what_can(self, con):
        with pytest.raises(ValueError, match="match must be 'line' or 'first'"):
            parsimd.duckdb.register(con, "f", FORMAT, match="all")
        with pytest.raises(ValueError, match="on_error must be 'null' or 'raise'"):
            parsimd.duckdb.register(con, "f", FORMAT, on_error="skip")
        with pytest.raises(ValueError, match="'x' has no fields, and DuckDB has no struct without"):
            parsimd.duckdb.register(con, "f", "x")
        with pytest.raises(ValueError, match="Mars"):
            parsimd.duckdb.register(con, "f", FORMAT, tz="Mars/Base")
        parsimd.duckdb.register(con, "f", FORMAT, on_error="raise")
        with pytest.raises(duckdb.Error, match="row 0: does not match"):
            con.sql("select f('noise')").fetchall()
        with pytest.raises(duckdb.Error):
            parsimd.duckdb.register(con, "f", FORMAT)


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    folder = tmp_path_factory.mktemp("log")
    (folder / "a.log").write_text("\n".join(LINES[:3000]))
    (folder / "b.log.gz").write_bytes(gzip.compress("\n".join(LINES[3000:]).encode()))
    return folder


class TestRelation:
    """`read_log`."""

    @pytest.mark.parametrize(
        "query",
        [
            "select * from log",
            "select size, host from log",
            "select host from log where status >= 500",
            "select count(*) from log",
            "select count(*) from log where size is null",
            "select host from log where host = '10.0.0.3' and size between 10 and 400",
            "select host from log where host = 'a \"quoted\" one' or size < 0",
            "select size from log where status in (350, 500) and size % 7 = 3",
            "select size from log where status <> 350 and host like '%3'",
            "select size from log where at >= '2024-01-01 00:30:00+00' and at < '2024-01-01 00:31:00+00'",
            "select size, line, file from log where line > 17 and line <= 23 and status = 350",
            "select status, sum(size) from log group by all order by all",
            "select size from log where x > 2.5 and size > 4990",
            "select max(size) from log where not (status = 350)",
            "select a.size from log a join log b using (size) where a.size < 5 and b.status = 200 order by all",
        ],
    )
    @pytest.mark.parametrize("on_error", ["skip", "null"])
    def test_a_query_has_the_rows_of_all_lines(self, con, log, query, on_error):
        query = query.replace(" at ", ' "at" ')
        relation = parsimd.duckdb.read_log(con, log / "*.log*", LOG, on_error=on_error, include=["line", "file"])
        relation.create_view("log")
        found = con.sql(query)
        rows = found.fetchall()
        con.execute("drop view log")
        LOG.scan_file([log / "a.log", log / "b.log.gz"], on_error=on_error, include=["line", "file"]).to_duckdb(con, "log")
        wanted = con.sql(query)
        assert (found.columns, found.types, rows) == (wanted.columns, wanted.types, wanted.fetchall())

    def test_only_what_a_query_needs_is_asked_for(self, con, log):
        asked = []

        class Watched(parsimd.Parser):
            def _scan_files(self, *files, **options):
                asked.append((options["columns"], options["include"], options["filter"]))
                return super()._scan_files(*files, **options)

        parser = Watched(LOG.format)
        relation = parsimd.duckdb.read_log(con, log / "a.log", parser, on_error="null", include=["line"])
        con.sql("select host from relation where status >= 500").fetchall()
        con.sql("select line from relation").fetchall()
        # Columns whose values may not fit drop rows, so they are read whatever is asked for.
        relation = parsimd.duckdb.read_log(con, log / "a.log", parser)
        con.sql("select host from relation").fetchall()
        # An error is raised by a row that is not asked for, too.
        relation = parsimd.duckdb.read_log(con, log / "a.log", parser, on_error="raise")
        with pytest.raises(duckdb.Error, match="record at byte"):
            con.sql("select host from relation where status >= 500").fetchall()
        assert asked == [
            (["host", "status"], [], [("status", (500, 2**63 - 1))]),
            ([], ["line"], []),
            (["host", "at", "status", "size", "x"], [], []),
            (["host", "at", "status", "size", "x"], [], []),
        ]

    def test_reading_ends_where_there_is_enough(self, con, tmp_path):
        scans = []

        class Watched(parsimd.Parser):
            def _scan_files(self, *files, **options):
                scans.append(super()._scan_files(*files, **options))
                return scans[-1]

        with gzip.open(tmp_path / "big.log.gz", "wt") as file:
            for _ in range(400):
                file.write("\n".join(LINES) + "\n")
        relation = parsimd.duckdb.read_log(con, tmp_path / "big.log.gz", Watched(LOG.format), threads=1)
        assert len(con.sql("select size from relation limit 5").fetchall()) == 5
        assert 0 < scans[0].stats.records < 400 * len(LINES)

    def test_files_are_read_by_each_query_and_a_view_outlives_its_variable(self, con, tmp_path):
        parsimd.duckdb.read_log(con, tmp_path / "later.log", "{word} {n:d}").create_view("later")
        (tmp_path / "later.log").write_text("a 1\n")
        assert con.sql("from later").fetchall() == [("a", 1)]
        (tmp_path / "later.log").write_text("a 1\nb 2\n")
        assert con.sql("select sum(n) from later").fetchall() == [(3,)]

    def test_a_file_that_is_passed_over_is_named_by_a_warning(self, con, log, tmp_path):
        relation = parsimd.duckdb.read_log(con, [log / "a.log", tmp_path / "none.log"], LOG)
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("always")
            assert con.sql("select count(*) from relation").fetchall() == [(2998,)]
        assert ["none.log" in str(one.message) for one in seen] == [True]
        with pytest.raises(FileNotFoundError, match="none"):
            parsimd.duckdb.read_log(con, tmp_path / "none*", LOG)


SCHEMA = pyarrow.schema(
    [("n", pyarrow.int64()), ("t", pyarrow.string()), ("f", pyarrow.float64()), ("at", pyarrow.timestamp("us")), ("utc", pyarrow.timestamp("us", "UTC"))]
)
ROWS = {
    "n": [-(2**63), -1, 0, 1, 2**63 - 1, None],
    "t": ["", "x", 'a"b', "x\") and (n >= 1", "é\n\\", None],
    "f": [0.0, 1.5, float("nan"), -1.0, 2.0, None],
    "at": [0, 1, -1, 10**15, 1_704_067_200_000_000, None],
    "utc": [0, 1, -1, 10**15, 1_704_067_200_000_000, None],
}
TABLE = pyarrow.table(ROWS, SCHEMA)


@st.composite
def _expressions(draw, depth=0):
    if depth < 3 and draw(st.booleans()):
        left, right = draw(_expressions(depth + 1)), draw(_expressions(depth + 1))
        return left & right if draw(st.integers(0, 3)) else left | right
    name = draw(st.sampled_from(SCHEMA.names))
    field, scalar = pyarrow.compute.field(name), draw(st.sampled_from(TABLE[name].to_pylist()[:-1]))
    scalar = pyarrow.scalar(scalar, SCHEMA.field(name).type)
    forms = [field == scalar, field != scalar, field < scalar, field <= scalar, field > scalar, field >= scalar, field.is_valid(), field.is_null()]
    return draw(st.sampled_from(forms))


class TestFilters:
    """Which rows of a relation are told by their values while they are scanned."""

    @settings(deadline=None)
    @given(_expressions())
    def test_filters_keep_the_rows_that_the_expression_keeps(self, expression):
        filters = comparisons(expression, SCHEMA)
        rows = [dict(zip(ROWS, row)) for row in zip(*ROWS.values())]
        by_filters = [row for row in rows if all(self.keeps(row[name], wanted) for name, wanted in filters)]
        kept = TABLE.filter(expression).cast(pyarrow.schema([field.with_type(pyarrow.int64()) if field.name in ("at", "utc") else field for field in SCHEMA]))
        # A comparison of validity is no filter, so filters may keep more.
        assert all(any(str(row) == str(one) for one in by_filters) for row in kept.to_pylist())

    def keeps(self, value, wanted):
        return value is not None and (value == wanted if isinstance(wanted, str) else wanted[0] <= value <= wanted[1])

    def test_comparisons_that_all_must_hold_are_known(self):
        n, t, at, utc = map(pyarrow.compute.field, ("n", "t", "at", "utc"))
        micros, time = 1_704_067_200_000_000, pyarrow.scalar(1_704_067_200_000_000, pyarrow.timestamp("us"))
        low, high = -(2**63), 2**63 - 1
        for expression, filters in [
            (n >= 5, [("n", (5, high))]),
            (n > 5, [("n", (6, high))]),
            (n < 5, [("n", (low, 4))]),
            (n <= -5, [("n", (low, -5))]),
            (n == 5, [("n", (5, 5))]),
            (t == "x", [("t", "x")]),
            ((n >= 1) & ((n <= 3) & (t == "x")) & n.is_valid(), [("n", (1, high)), ("n", (low, 3)), ("t", "x")]),
            (at == time, [("at", (micros, micros))]),
            (utc < time.cast(pyarrow.timestamp("us", "UTC")), [("utc", (low, micros - 1))]),
        ]:
            assert comparisons(expression, SCHEMA) == filters

    def test_the_rest_is_left_to_pyarrow(self):
        n, t, f = map(pyarrow.compute.field, ("n", "t", "f"))
        for expression in [
            (n == 5) | (t == "x"),
            ~(n == 5),
            n != 5,
            n == 5.5,
            f > 5,
            t > "x",
            t == 'x") and (n >= 1',
            t == "x\\",
            pyarrow.compute.field("other") == 5,
            n == pyarrow.scalar(5, pyarrow.int32()),
            n.isin([1, 2]),
            (n == 5) & (f == 1),
            (n == 5) & (t == "x" * 3000),
        ]:
            assert comparisons(expression, SCHEMA) == []
