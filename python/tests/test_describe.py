"""The statistics of `Batch.describe` are those of pandas and of plain Python."""

import datetime
import math
import random

import pandas
import parsimd
import pytest
from hypothesis import given
from hypothesis import strategies as st

UTC = datetime.timezone.utc
KEYS = ["name", "type", "count", "null_count", "min", "max", "mean"]
ACCESS = parsimd.compile('{ip} - - [{at:th}] "{request}" {status:d} {size:d} {share:g} {day:%d/%m/%Y} {clock:tt}')


def access_log(count, seed=7):
    """Lines of an access log, of which some are no such lines."""
    rng = random.Random(seed)
    lines = []
    for _ in range(count):
        if rng.random() < 0.1:
            lines.append("a line of something else")
            continue
        at = datetime.datetime(2015, 5, 17, tzinfo=UTC) + datetime.timedelta(seconds=rng.randrange(10**6))
        path = rng.choice(["/", "/index.html", "/größe", "/favicon.ico?very=long&query=string"])
        lines.append(
            f"{rng.randrange(256)}.{rng.randrange(256)}.0.1 - - [{at:%d/%b/%Y:%H:%M:%S %z}] "
            f'"GET {path} HTTP/1.1" {rng.choice([200, 304, 404, 500])} {rng.randrange(10**9)} '
            f"{rng.uniform(-1, 1):.6f} {at:%d/%m/%Y} {at:%H:%M:%S}"
        )
    return "".join(line + "\n" for line in lines)


def expected(batch, name):
    """The statistics of a column, in plain Python."""
    values = [value for value in batch[name].to_pylist() if value is not None]
    kind = batch.types[name]
    numbers = [value for value in values if value == value]
    if values and not numbers:
        numbers = [math.nan]
    is_number = kind in ("int64", "float64")
    return {
        "name": name,
        "type": kind,
        "count": len(values),
        "null_count": len(batch) - len(values),
        "min": min(numbers, default=None),
        "max": max(numbers, default=None),
        "mean": (sum(values) if kind == "int64" else math.fsum(values)) / len(values) if values and is_number else None,
    }


def assert_same(batch):
    described = batch.describe()
    assert [column["name"] for column in described] == batch.names
    for column in described:
        assert list(column) == KEYS
        wanted = expected(batch, column["name"])
        mean = wanted["mean"]
        assert column["mean"] == (None if mean is None else pytest.approx(mean, rel=1e-12, nan_ok=True)), column
        for key in KEYS[:-1]:
            assert type(column[key]) is type(wanted[key]), column
            is_nan = wanted[key] != wanted[key]
            assert column[key] != column[key] if is_nan else column[key] == wanted[key], column


@pytest.mark.parametrize("strings", ["utf8", "view", "binary"])
@pytest.mark.parametrize("on_error", ["null", "skip"])
def test_the_statistics_of_a_log_are_those_of_plain_python(strings, on_error):
    batch = ACCESS.scan(access_log(3000), strings=strings, on_error=on_error).read_all()
    assert_same(batch)
    assert_same(batch[17:1901])
    assert_same(batch[5:6])
    assert_same(batch[:0])
    assert_same(batch[["status", "ip"]])


def test_the_statistics_of_numbers_and_timestamps_are_those_of_pandas():
    batch = ACCESS.scan(access_log(5000), on_error="null").read_all()
    frame = pandas.DataFrame(batch.to_pylist())
    by_name = {column["name"]: column for column in batch.describe()}
    for name in ["status", "size", "share"]:
        series = frame[name].dropna()
        stats = series.describe()
        assert by_name[name]["count"] == stats["count"]
        assert by_name[name]["null_count"] == frame[name].isna().sum()
        assert (by_name[name]["min"], by_name[name]["max"]) == (stats["min"], stats["max"])
        assert by_name[name]["mean"] == pytest.approx(stats["mean"], rel=1e-12)
    series = pandas.to_datetime(frame["at"], utc=True)
    assert by_name["at"]["min"] == series.min().to_pydatetime()
    assert by_name["at"]["max"] == series.max().to_pydatetime()
    assert by_name["at"]["max"].tzinfo is UTC


def test_timestamps_dates_and_times_are_objects_of_datetime():
    by_name = {column["name"]: column for column in ACCESS.scan(access_log(100)).read_all().describe()}
    assert type(by_name["at"]["min"]) is datetime.datetime
    assert type(by_name["day"]["min"]) is datetime.date
    assert type(by_name["clock"]["min"]) is datetime.time
    assert by_name["at"]["mean"] is None


def test_nan_is_a_value_that_is_neither_the_least_nor_the_greatest():
    parser = parsimd.compile("{x:g}")
    [column] = parser.scan("nan\n1.5\n-2\nnan\n").read_all().describe()
    assert (column["count"], column["null_count"], column["min"], column["max"]) == (4, 0, -2.0, 1.5)
    assert math.isnan(column["mean"])
    [column] = parser.scan("nan\nnan\n").read_all().describe()
    assert math.isnan(column["min"]) and math.isnan(column["max"]) and math.isnan(column["mean"])


def test_a_zero_has_no_sign():
    [column] = parsimd.compile("{x:g}").scan("-0.0\n-0.0\n").read_all().describe()
    assert str(column["min"]) == str(column["max"]) == "0.0"


def test_integers_of_64_bits_have_the_mean_of_their_exact_sum():
    rows = [2**63 - 1, 2**63 - 1, -(2**63), 5]
    [column] = parsimd.compile("{:d}").scan("".join(f"{row}\n" for row in rows)).read_all().describe()
    assert (column["min"], column["max"]) == (min(rows), max(rows))
    assert column["mean"] == sum(rows) / len(rows)


def test_bytes_that_are_not_utf8_are_compared_as_bytes():
    batch = parsimd.compile("{}").scan(b"b\n\xff\xfe\na\xe9\n", strings="binary").read_all()
    [column] = batch.describe()
    assert (column["type"], column["min"], column["max"]) == ("binary", b"a\xe9", b"\xff\xfe")


def test_a_pattern_without_fields_has_no_columns_to_describe():
    assert parsimd.compile("x").scan("x\nx\n").read_all().describe() == []


@given(st.lists(st.none() | st.integers(-(2**63), 2**63 - 1), max_size=60), st.integers(0, 60), st.integers(0, 60))
def test_any_integers_with_nulls_and_any_slice_of_them(rows, start, end):
    text = "".join("?\n" if row is None else f"{row}\n" for row in rows)
    batch = parsimd.compile("{n:d}").scan(text, on_error="null").read_all()
    assert_same(batch[start:end])


@given(st.lists(st.text(st.characters(exclude_characters="\n\r", codec="utf-8"), min_size=1), max_size=40))
def test_any_texts_have_the_least_and_the_greatest_of_python(texts):
    for strings in ["utf8", "view"]:
        assert_same(parsimd.compile("{t}").scan("".join(text + "\n" for text in texts), strings=strings).read_all())
