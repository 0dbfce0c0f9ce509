"""Dates and times at the ends of what a column holds: each is a failure, or a cell that every reader reads, equal to what `parse` gives in UTC."""

import datetime
import tempfile
from pathlib import Path

import pandas
import parsimd
import polars
import pyarrow
import pytest
from hypothesis import given
from hypothesis import strategies as st

UTC = datetime.timezone.utc
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()

# Mostly within two days of an end.
_END = datetime.timedelta(days=2)
_datetimes = (
    st.datetimes(datetime.datetime.min, datetime.datetime.min + _END)
    | st.datetimes(datetime.datetime.max - _END, datetime.datetime.max)
    | st.datetimes()
)
# Up to 99 hours and 59 minutes, which is what can be written.
_offsets = st.integers(-1445, 1445) | st.integers(-5999, 5999)


def _zone(offset):
    return f"{'-' if offset < 0 else '+'}{abs(offset) // 60:02}{abs(offset) % 60:02}"


# A type, and how it is written: `t` is the date and time, `z` its offset, `b` the name of its month.
_FORMS = [
    ("ti", "{t:%Y-%m-%dT%H:%M:%S.%f}{z}"),
    ("ti", "{t:%Y-%m-%d %H:%M:%S} {z}"),
    ("ti", "{t:%Y-%m-%d}"),
    ("te", "{t:%d} {b} {t:%Y %H:%M:%S} {z}"),
    ("tg", "{t:%d/%m/%Y %I:%M:%S %p} {z}"),
    ("ta", "{t:%m-%d-%Y %H:%M:%S} {z}"),
    ("th", "{t:%d}/{b}/{t:%Y:%H:%M:%S} {z}"),
    ("tc", "Mon {b} {t:%d %H:%M:%S %Y}"),
    ("ts", "{b} {t:%d %H:%M:%S}"),
    ("tt", "{t:%H:%M:%S.%f} {z}"),
    ("tt", "{t:%I:%M %p}"),
    ("%Y-%m-%dT%H:%M:%S%z", "{t:%Y-%m-%dT%H:%M:%S}{z}"),
    ("%d/%b/%Y %H:%M:%S.%f %z", "{t:%d}/{b}/{t:%Y %H:%M:%S.%f} {z}"),
    # Two blanks: such a format is read anew for each row.
    ("%Y-%m-%d  %H:%M%z", "{t:%Y-%m-%d  %H:%M}{z}"),
    ("%d/%m/%Y", "{t:%d/%m/%Y}"),
    ("%Y %j", "{t:%Y} 366"),
    ("%Y-%U-%w", "{t:%Y}-53-6"),
    ("%Y-%W-%w", "{t:%Y}-00-1"),
    ("%m-%d", "{t:%m-%d}"),
    ("%H:%M:%S.%f%z", "{t:%H:%M:%S.%f}{z}"),
]


class _Padded(datetime.datetime):
    """A year of four digits, which `strftime` does not write everywhere."""

    def __format__(self, spec):
        return super().__format__(spec.replace("%Y", f"{self.year:04}"))


@st.composite
def _columns(draw):
    """A type, and lines with what is written for it."""
    spec, form = draw(st.sampled_from(_FORMS))
    lines = []
    for at, offset in draw(st.lists(st.tuples(_datetimes, _offsets), min_size=1, max_size=8)):
        at = _Padded.combine(at.date(), at.time())
        lines.append(form.format(t=at, z=_zone(offset), b=MONTHS[at.month - 1]))
    return spec, lines


def in_utc(value):
    """What `parse` gives, in UTC and without an offset. Raises where there is none."""
    if isinstance(value, datetime.datetime):
        return value if value.tzinfo is None else value.astimezone(UTC).replace(tzinfo=None)
    if isinstance(value, datetime.time) and value.tzinfo is not None:
        some_day = datetime.datetime.combine(datetime.date(2000, 1, 2), value.replace(tzinfo=None))
        return (some_day - value.utcoffset()).time()
    return value


def wanted(parser, lines):
    """What is in the column for each line; None for a failure."""
    values = []
    for line in lines:
        try:
            values.append(in_utc(parser.parse(line)["t"]))
        except (ValueError, OverflowError):
            values.append(None)
    return values


def plain(value):
    """A value of any reader, without the zone."""
    if value is None or value is pandas.NaT:
        return None
    if isinstance(value, pandas.Timestamp):
        value = value.to_pydatetime()
    if isinstance(value, datetime.timedelta):
        return (datetime.datetime.min + value).time()
    return value.replace(tzinfo=None) if isinstance(value, (datetime.datetime, datetime.time)) else value


READERS = {
    "to_pylist": lambda batch: [row["t"] for row in batch.to_pylist()],
    "to_tuples": lambda batch: [row[0] for row in batch.to_tuples()],
    "rows": lambda batch: [row["t"] for row in batch],
    "rows as tuples": lambda batch: [row.as_tuple()[0] for row in batch],
    "column": lambda batch: list(batch["t"]),
    "column as list": lambda batch: batch["t"].to_pylist(),
    "numpy": lambda batch: batch["t"].to_numpy().tolist(),
    "pyarrow": lambda batch: pyarrow.table(batch)["t"].to_pylist(),
    "polars": lambda batch: polars.DataFrame(batch)["t"].to_list(),
    "pandas": lambda batch: pyarrow.table(batch).to_pandas()["t"].tolist(),
}


@given(_columns(), st.sampled_from(["utf8", "view", "binary"]))
def test_a_datetime_is_a_failure_or_a_cell_that_every_reader_reads(column, strings):
    spec, lines = column
    parser = parsimd.compile(f"{{t:{spec}}}")
    values = wanted(parser, lines)
    kept = [value for value in values if value is not None]
    for on_error, rows in (("null", values), ("skip", kept)):
        scan = parser.scan("\n".join(lines), on_error=on_error, strings=strings)
        batch = scan.read_all()
        for reader in READERS.values():
            assert [plain(value) for value in reader(batch)] == rows
        assert isinstance(batch._repr_html_(), str)
        assert (scan.stats.matched, scan.stats.unmatched, scan.stats.failures) == (len(kept), 0, len(lines) - len(kept))
        assert all((failure.kind, failure.field) == ("conversion", "t") for failure in scan.stats.first_failures)
    if len(kept) < len(lines):
        with pytest.raises(parsimd.ScanError, match="field t: "):
            parser.scan("\n".join(lines), on_error="raise", strings=strings).read_all()


@given(_columns())
def test_a_datetime_is_the_same_from_a_file_and_in_an_array(column):
    spec, lines = column
    parser = parsimd.compile(f"{{t:{spec}}}")
    values = wanted(parser, lines)
    kept = [value for value in values if value is not None]
    array = pyarrow.array(lines)
    assert [plain(row["t"]) for row in parser.parse_array(array).to_pylist()] == values
    assert [plain(row["t"]) for row in parser.map_table(pyarrow.table({"line": array})).to_pylist()] == kept
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.log"
        path.write_text("\n".join(lines))
        assert [plain(value) for value in parser.scan_file(path).read_all()["t"]] == kept
        frame = parser.scan_polars(path)
        assert [plain(value) for value in frame.collect()["t"].to_list()] == kept
        kind = frame.collect_schema()["t"]
        if isinstance(kind, polars.Datetime):
            low = datetime.datetime(1, 1, 1, 12, tzinfo=None if kind.time_zone is None else UTC)
            later = frame.filter(polars.col("t") >= polars.lit(low, kind)).collect()["t"].to_list()
            assert [plain(value) for value in later] == [value for value in kept if value >= low.replace(tzinfo=None)]


@pytest.mark.parametrize(
    ("format", "text"),
    [
        ("{t:ti}", "2000-02-01 00:00+9900"),
        ("{t:ti}", "9999-12-31T23:00:00-0200"),
        ("{t:th}", "01/Jan/0001:00:00:00 +0100"),
        ("{t:tt}", "10:00 +2400"),
        ("{t:%Y-%m-%dT%H:%M:%S%z}", "0001-01-01T00:00:00+0200"),
    ],
)
def test_a_single_call_gives_what_has_no_place_in_a_column(format, text):
    assert parsimd.parse(format, text)["t"].tzinfo is not None
    assert parsimd.search(format, text)["t"].tzinfo is not None
    assert next(parsimd.findall(format, text))["t"].tzinfo is not None
    scan = parsimd.compile(format).scan(text)
    assert len(scan.read_all()) == 0 and scan.stats.failures == 1
