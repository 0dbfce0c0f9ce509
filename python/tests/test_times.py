"""What a time means in a scan: ``tz`` and ``year``. The reference is zoneinfo, a value at a time."""

import random
import re
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import parsimd
import polars
import pyarrow
import pytest
from parsimd import _parser
from polars import col
from share import share_of

UTC = timezone.utc
ZONES = [
    "Europe/Berlin",
    "America/New_York",
    "America/Sao_Paulo",
    "Australia/Lord_Howe",
    "Asia/Kolkata",
    "Africa/Casablanca",
    "Pacific/Apia",
    "America/St_Johns",
    "Europe/Dublin",
    "UTC",
]
FORMATS = {
    "{at:ti}": "%Y-%m-%d %H:%M:%S",
    "{at:tc}": "%a %b %d %H:%M:%S %Y",
    "{at:%d.%m.%Y %H:%M:%S}": "%d.%m.%Y %H:%M:%S",
}


def in_utc(wall: datetime, zone: ZoneInfo) -> datetime:
    """By fold=0: of an hour that comes twice the earlier, and in one that is left out the offset before it."""
    return wall.replace(tzinfo=zone, fold=0).astimezone(UTC)


def changes(zone: ZoneInfo, year: int) -> "list[datetime]":
    """The hours of UTC in which the clock changes."""
    hours = [datetime(year, 1, 1, tzinfo=UTC) + timedelta(hours=hour) for hour in range(366 * 24)]
    offsets = [hour.astimezone(zone).utcoffset() for hour in hours]
    return [hour for hour, before, after in zip(hours[1:], offsets, offsets[1:]) if before != after]


def walls(name: str, count: int) -> "list[datetime]":
    """Times that a clock shows, most of them near its changes."""
    zone, random_ = ZoneInfo(name), random.Random(name)
    found = []
    for year in (1995, 2011, 2024):
        near = changes(zone, year) or [datetime(year, 6, 1, tzinfo=UTC)]
        for _ in range(count):
            around = random_.choice(near).astimezone(zone).replace(tzinfo=None) + timedelta(seconds=random_.randrange(-4 * 3600, 4 * 3600))
            found.append(random_.choice([around, datetime(year, 1, 1) + timedelta(seconds=random_.randrange(365 * 86400))]))
    return sorted(found)


@pytest.mark.parametrize("name", ZONES)
@pytest.mark.parametrize("format", FORMATS)
def test_a_time_is_what_zoneinfo_says_of_it(name, format):
    shown = walls(name, share_of(700))
    lines = [at.strftime(FORMATS[format]) for at in shown]
    expected = [in_utc(at, ZoneInfo(name)) for at in shown]
    parser = parsimd.compile(format)
    scan = parser.scan("\n".join(lines), tz=name)
    assert scan.types == {"at": "timestamp[us, UTC]"}
    batch = scan.read_all()
    assert batch["at"].to_pylist() == expected
    assert batch["at"][0].utcoffset() == timedelta(0)
    table = pyarrow.table(batch)
    assert table.schema.field("at").type == pyarrow.timestamp("us", "UTC") and table["at"].to_pylist() == expected
    frame = polars.DataFrame(batch)
    assert frame.schema["at"] == polars.Datetime("us", "UTC") and frame["at"].to_list() == expected
    assert parser.parse_array(lines, tz=name).field("at").to_pylist() == expected


@pytest.mark.parametrize("engine", ["in-memory", "streaming"])
@pytest.mark.parametrize("name", ["Europe/Berlin", "America/New_York", None])
def test_a_query_of_polars_means_the_column_as_it_is(tmp_path, name, engine):
    shown = walls(name or "Europe/Berlin", 300)
    (tmp_path / "a.log").write_text("".join(f"{at:%Y-%m-%d %H:%M:%S}|{n}\n" for n, at in enumerate(shown)))
    parser = parsimd.compile("{at:ti}|{n:d}")
    eager = polars.DataFrame(parser.scan_file(tmp_path / "a.log", tz=name))
    lazy = parser.scan_polars(tmp_path / "a.log", tz=name)
    assert lazy.collect_schema() == eager.schema
    at = eager["at"]
    middle, last = at[len(at) // 3], at[-5]
    queries = [col("at") >= middle, col("at") < middle, (col("at") > middle) & (col("at") <= last), col("at") == middle, col("at").is_null()]
    if name:
        there = ZoneInfo(name)
        # A constant in another zone is no filter of the scan, and polars compares it by itself, or refuses to.
        queries += [col("at") >= polars.lit(middle.astimezone(there)).dt.convert_time_zone("UTC"), col("at").dt.convert_time_zone(name).dt.hour() == 2]
    for query in queries:
        assert lazy.filter(query).collect(engine=engine).equals(eager.filter(query)), str(query)
    assert 0 < lazy.filter(queries[0]).collect(engine=engine).height < len(shown)


def test_a_filter_of_a_column_in_utc_is_one_of_the_scan():
    types = parsimd.compile("{at:ti}").scan(b"", tz="Europe/Berlin").types
    when = datetime(2024, 7, 1, 10, tzinfo=UTC)
    assert [*parsimd._polars._filters(col("at") >= when, types)] == [("at", (1719828000000000, 2**63 - 1))]
    assert not [*parsimd._polars._filters(col("at") >= when.replace(tzinfo=None), types)]


LINE = "2024-07-01 12:00:00"
NOON = datetime(2024, 7, 1, 10, tzinfo=UTC)


class TestCalls:
    PARSER = parsimd.compile("{at:ti}")

    def test_each_call_takes_a_zone(self, tmp_path):
        (tmp_path / "a.log").write_text(LINE)
        tz = "Europe/Berlin"
        assert self.PARSER.scan(LINE, tz=tz).read_all()["at"][0] == NOON
        assert self.PARSER.scan_file(tmp_path / "a.log", tz=tz).read_all()["at"][0] == NOON
        assert self.PARSER.scan_polars(tmp_path / "a.log", tz=tz).collect()["at"][0] == NOON
        table = pyarrow.table({"line": [LINE]})
        assert self.PARSER.map_table(table, tz=tz)["at"].to_pylist() == [NOON]
        assert [batch.to_pylist() for batch in self.PARSER.map_arrow(table.to_batches(), tz=tz)] == [[{"at": NOON}]]
        array = pyarrow.chunked_array([[LINE], [LINE, None]])
        assert self.PARSER.parse_array(array, tz=tz).to_pylist() == [{"at": NOON}, {"at": NOON}, None]

    def test_an_empty_answer_has_the_same_type(self):
        for texts in ([], pyarrow.chunked_array([], pyarrow.string())):
            assert self.PARSER.parse_array(texts, tz="UTC").type.field("at").type == pyarrow.timestamp("us", "UTC")
        assert self.PARSER.map_table(pyarrow.table({"line": pyarrow.array([], pyarrow.string())}), tz="UTC").schema.field("at").type.tz == "UTC"

    def test_the_schema_for_spark_is_that_of_the_zone(self):
        assert (self.PARSER.spark_schema(), self.PARSER.spark_schema(tz="+02:00")) == ("`at` TIMESTAMP_NTZ", "`at` TIMESTAMP")

    @pytest.mark.parametrize("tz, message", [("Europe/Berlim", "did you mean \"Europe/Berlin\"?"), ("", "write a name"), ("+2", "write an offset"), ("CESTX", "write a name")])
    def test_a_zone_that_there_is_not_is_an_error_with_what_to_write(self, tmp_path, tz, message):
        message = re.escape(f'unknown time zone "{tz}": {message}')
        calls = [
            lambda: self.PARSER.scan("", tz=tz),
            lambda: self.PARSER.scan_file(tmp_path / "a.log", tz=tz),
            lambda: self.PARSER.scan_polars(tmp_path / "a.log", tz=tz),
            lambda: self.PARSER.parse_array([], tz=tz),
            lambda: self.PARSER.map_arrow([], tz=tz),
            lambda: self.PARSER.map_table(pyarrow.table({"line": [LINE]}), tz=tz),
            lambda: self.PARSER.spark_schema(tz=tz),
        ]
        (tmp_path / "a.log").write_text(LINE)
        for call in calls:
            with pytest.raises(ValueError, match=message):
                call()

    @pytest.mark.parametrize("tz", [1, b"UTC", UTC, ZoneInfo("UTC"), True])
    def test_a_zone_is_given_by_its_name(self, tz):
        with pytest.raises(TypeError, match=f"tz must be the name of a time zone, .* not {type(tz).__name__}"):
            self.PARSER.scan("", tz=tz)

    @pytest.mark.parametrize("year", [0, 10_000, -1, 10**30, "now", True, 2024.0, b"recent"])
    def test_a_year_is_a_number_or_recent(self, year):
        kind = ValueError if isinstance(year, (int, str)) and year is not True else TypeError
        with pytest.raises(kind, match=re.escape(f"year must be a year from 1 to 9999, 'recent', or None for the current one, not {year!r}")):
            self.PARSER.scan("", year=year)

    def test_a_column_with_both_kinds_of_times_is_noted(self):
        scan = self.PARSER.scan(f"{LINE}\n{LINE}Z\n")
        scan.read_all()
        assert scan.stats.notes == ['column "at": times with an offset are in UTC, and others as they are written; the option `tz` says in which zone those are']
        scan = self.PARSER.scan(f"{LINE}\n{LINE}Z\n", tz="Europe/Berlin")
        assert scan.read_all()["at"].to_pylist() == [NOON, NOON + timedelta(hours=2)] and scan.stats.notes == []


class TestYears:
    PARSER = parsimd.compile("{at:ts}")

    @pytest.fixture
    def now(self, monkeypatch):
        def set_now(at):
            monkeypatch.setattr(_parser, "_now", lambda: (at - datetime(1970, 1, 1)) // timedelta(microseconds=1))

        return set_now

    def test_a_year_is_taken_for_times_without_one(self):
        assert self.PARSER.scan("Nov  9 03:37:44", year=1999).read_all()["at"][0] == datetime(1999, 11, 9, 3, 37, 44)
        assert parsimd.compile("{:%m/%d}").scan("11/09", year=1999).read_all()[0][0] == date(1999, 11, 9)
        assert self.PARSER.parse_array(["Nov  9 03:37:44"], year=1999).field("at")[0].as_py().year == 1999
        assert self.PARSER.map_table(pyarrow.table({"line": ["Nov  9 03:37:44"]}), year=1999)["at"][0].as_py().year == 1999

    def test_the_recent_year_is_the_newest_that_is_past(self, now):
        now(datetime(2025, 1, 3, 12))
        lines = "Dec 31 23:59:59\nJan  4 12:00:00\nJan  4 12:00:01\nFeb 29 00:00:00"
        years = [2024, 2025, 2024, 2024]
        assert [at.year for at in self.PARSER.scan(lines, year="recent").read_all()["at"]] == years
        assert [at["at"].year for at in self.PARSER.parse_array(lines.split("\n"), year="recent").to_pylist()] == years
        # In Tokyo it is nine hours later.
        scan = self.PARSER.scan("Jan  4 21:00:00\nJan  4 21:00:01", year="recent", tz="Asia/Tokyo")
        assert scan.read_all()["at"].to_pylist() == [datetime(2025, 1, 4, 12, tzinfo=UTC), datetime(2024, 1, 4, 12, 0, 1, tzinfo=UTC)]

    def test_now_is_when_the_scan_begins(self, now, tmp_path):
        (tmp_path / "a.log").write_text("Jan  4 12:00:01\n" * 3)
        now(datetime(2025, 1, 3, 12))
        frame = self.PARSER.scan_polars(tmp_path / "a.log", year="recent")
        scan = self.PARSER.scan_file(tmp_path / "a.log", year="recent")
        now(datetime(2025, 1, 3, 13))
        assert {at.year for at in scan.read_all()["at"]} == {2024}
        # A query reads the file when it is collected.
        assert set(frame.collect()["at"].dt.year()) == {2025}

    def test_a_day_that_the_year_does_not_have_is_told_with_the_option(self):
        scan = self.PARSER.scan("Feb 29 10:00:00", year=2023)
        scan.read_all()
        assert scan.stats.first_failures[0].reason == (
            '"Feb 29 10:00:00": this day is not in the calendar of 2023, the year that was taken; year= takes another'
        )
