"""The types beyond ``parse``: `t tu dur size ip bool q *`; `kv` has a file of its own."""

import copy
import datetime
import ipaddress
import pickle

import parse as upstream
import parsimd
import pytest
import strategies
from hypothesis import given
from hypothesis import strategies as st
from strategies import one_of, parts

UTC = datetime.timezone.utc
AT = datetime.datetime


def by_re(format, **options):
    """The reference implementation: Python's `re`, and converters in plain Python."""
    parser = parsimd.Parser(format, **options)
    parser._expression = parser._expression
    assert parser.engine.name == "re"
    return parser


def zone(minutes):
    return datetime.timezone(datetime.timedelta(minutes=minutes))


VALUES = [
    ("t", "2024-05-17 10:05:03.123456", AT(2024, 5, 17, 10, 5, 3, 123456)),
    ("t", "2024-05-17T10:05:03Z", AT(2024, 5, 17, 10, 5, 3, tzinfo=UTC)),
    ("t", "2015-10-18 18:01:47,978", AT(2015, 10, 18, 18, 1, 47, 978000)),
    ("t", "2024/05/18 10:59", AT(2024, 5, 18, 10, 59)),
    ("t", "2024.5. 8-9:5:3 UTC", AT(2024, 5, 8, 9, 5, 3, tzinfo=UTC)),
    ("t", "2024-05-17T10:05:03+07", AT(2024, 5, 17, 10, 5, 3, tzinfo=zone(420))),
    ("t", "2024-05-17 10:05:03.1234567 -0730", AT(2024, 5, 17, 10, 5, 3, 123456, tzinfo=zone(-450))),
    ("t", "2005-06-03-15.42.50.675872", AT(2005, 6, 3, 15, 42, 50, 675872)),
    ("t", "17/May/2015:10:05:03 +0000", AT(2015, 5, 17, 10, 5, 3, tzinfo=UTC)),
    ("t", "20171223-22:15:29:606", AT(2017, 12, 23, 22, 15, 29, 606000)),
    ("t", "20171223-22:15:29:6", AT(2017, 12, 23, 22, 15, 29, 6000)),
    ("t", "20171223T221529", AT(2017, 12, 23, 22, 15, 29)),
    ("t", "Fri Jul 23 00:28:19.615325 2021", AT(2021, 7, 23, 0, 28, 19, 615325)),
    ("t", "fri jul 23 00:28:19 gmt 2021", AT(2021, 7, 23, 0, 28, 19, tzinfo=UTC)),
    ("t", "Fri Jul 23 00:28:19 +0200 2021", AT(2021, 7, 23, 0, 28, 19, tzinfo=zone(120))),
    ("t", "Mon, 20 Sep 1972 10:21:36 +1000", AT(1972, 9, 20, 10, 21, 36, tzinfo=zone(600))),
    ("t", "20 Sep 1972 10:21:36", AT(1972, 9, 20, 10, 21, 36)),
    ("t", "2016-12-31T23:59:60Z", AT(2017, 1, 1, tzinfo=UTC)),
    ("tu", "1427472655", AT(2015, 3, 27, 16, 10, 55, tzinfo=UTC)),
    ("tu", "1427472655.5", AT(2015, 3, 27, 16, 10, 55, 500000, tzinfo=UTC)),
    ("tu", "1427472655123", AT(2015, 3, 27, 16, 10, 55, 123000, tzinfo=UTC)),
    ("tu", "1427472655123456", AT(2015, 3, 27, 16, 10, 55, 123456, tzinfo=UTC)),
    ("tu", "1427472655123456789", AT(2015, 3, 27, 16, 10, 55, 123456, tzinfo=UTC)),
    ("dur", "1.5s", datetime.timedelta(seconds=1.5)),
    ("dur", "360µs", datetime.timedelta(microseconds=360)),
    ("dur", "360μs", datetime.timedelta(microseconds=360)),
    ("dur", "2m3s", datetime.timedelta(seconds=123)),
    ("dur", "1h 30m", datetime.timedelta(hours=1.5)),
    ("dur", "1d2h", datetime.timedelta(hours=26)),
    ("dur", "-5ms", datetime.timedelta(milliseconds=-5)),
    ("dur", "12 ms", datetime.timedelta(milliseconds=12)),
    ("dur", "1.5 s", datetime.timedelta(seconds=1.5)),
    ("dur", "161 seconds", datetime.timedelta(seconds=161)),
    ("dur", "1 Hour 30 Minutes", datetime.timedelta(hours=1.5)),
    ("dur", "5min 20.5s", datetime.timedelta(minutes=5, seconds=20.5)),
    ("dur", "360 µs", datetime.timedelta(microseconds=360)),
    ("dur", "7 milliseconds", datetime.timedelta(milliseconds=7)),
    ("dur", "3 days", datetime.timedelta(days=3)),
    ("dur", "-1500ns", datetime.timedelta(microseconds=-1)),
    ("dur", "00:01:02.5", datetime.timedelta(seconds=62.5)),
    ("size", "512", 512),
    ("size", "1.5K", 1536),
    ("size", "10KiB", 10240),
    ("size", "3 MB", 3_000_000),
    ("size", "2G", 2 << 30),
    ("ip", "83.149.9.216", ipaddress.ip_address("83.149.9.216")),
    ("ip", "::1", ipaddress.ip_address("::1")),
    ("ip", "::", ipaddress.ip_address("::")),
    ("ip", "2001:db8::ff00:42:8329", ipaddress.ip_address("2001:db8::ff00:42:8329")),
    ("ip", "::ffff:192.0.2.128", ipaddress.ip_address("::ffff:192.0.2.128")),
    ("ip", "fe80::1%eth0", ipaddress.ip_address("fe80::1%eth0")),
    ("ip", "1:2:3:4:5:6:7:8", ipaddress.ip_address("1:2:3:4:5:6:7:8")),
    ("bool", "true", True),
    ("bool", "OFF", False),
    ("bool", "Yes", True),
    ("bool", "0", False),
    ("q", '"GET / HTTP/1.1"', "GET / HTTP/1.1"),
    ("q", r'"\"crawl 2.0\""', '"crawl 2.0"'),
    ("q", "'it\\'s'", "it's"),
    ("q", "bare", "bare"),
    ("q", '""', ""),
    ("q", r'"\xd0\xbf\ud83d\ude00\t"', "п😀\t"),
    ("q", r'"\xff\ud83d\u12"', r"\xff\ud83d\u12"),
    ("*", "as much: as possible", "as much: as possible"),
]


@pytest.mark.parametrize("make", [parsimd.compile, by_re], ids=["native", "re"])
@pytest.mark.parametrize(("type", "text", "value"), VALUES)
def test_each_text_has_its_value(type, text, value, make):
    found = make(f"{{x:{type}}}").parse(text)["x"]
    assert (found, str(found)) == (value, str(value)) or (found == value and found.utcoffset() == value.utcoffset())
    assert found.__class__ is value.__class__


@pytest.mark.parametrize(("type", "text", "value"), VALUES)
def test_each_text_has_its_value_in_a_column(type, text, value):
    scan = parsimd.compile(f"{{x:{type}}}").scan(text + "\n")
    kind = scan.types["x"]
    assert kind == {
        "t": "timestamp[us]", "tu": "timestamp[us, UTC]", "dur": "duration[ns]", "size": "int64", "bool": "bool"
    }.get(type, "text")
    [found] = scan.read_all()["x"].to_pylist()
    if type == "ip":
        assert found == text
    elif type == "t":
        assert found == (value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value)
    else:
        assert found == value


@pytest.mark.parametrize("type", ["t", "tu", "dur", "size", "ip", "bool", "q", "*", "5t", "<ip", "x>size", "t|-", "*|-"])
def test_parse_refuses_each_of_these_formats(type):
    with pytest.raises(ValueError, match="not recognised"):
        upstream.compile(f"{{x:{type}}}")
    parsimd.compile(f"{{x:{type}}}")


def test_a_type_of_ones_own_with_the_name_wins():
    assert parsimd.parse("{x:ip}", "a", {"ip": lambda text: text + "!"})["x"] == "a!"


@pytest.mark.parametrize(
    ("type", "text"),
    [
        ("ip", "999.1.1.1"), ("ip", "1.2.3"), ("ip", "01.2.3.4"), ("ip", "1:2"), ("ip", "1:2:3:4:5:6:7:8:9"), ("ip", ":::"),
        ("ip", "12:34:56"), ("t", "2024-05-17"), ("t", "10:05:03"), ("t", "Foo  9 03:37:44"), ("tu", "12345678901234567890"),
        ("tu", "-1"), ("tu", "1e5"), ("dur", "5"), ("dur", "5  s"), ("dur", "5 x"), ("dur", "5 sections"), ("dur", "1h 30 m"), ("dur", "1 h30 m"), ("dur", "s"), ("size", "5X"), ("size", "-5"), ("size", "K"),
        ("bool", "maybe"), ("bool", "2"), ("q", "two words"), ("q", ""), ("*", ""),
    ],
)
def test_what_is_no_text_of_the_type_does_not_match(type, text):
    assert parsimd.parse(f"{{x:{type}}}", text) is None
    assert by_re(f"{{x:{type}}}").parse(text) is None


@pytest.mark.parametrize(
    ("type", "text", "reason"),
    [
        ("t", "2024-02-30 10:05:03", "this day is not in the calendar"),
        ("t", "2024-05-17 25:00:00", "hour must be in 0..23"),
        ("t", "Fri Jul 23 00:28:19 PDT 2021", "the time zone \"PDT\" is not known"),
        ("dur", "300000d", "292 years"),
        ("dur", "00:61:00", "minute must be in 0..59"),
        ("size", "8E", "does not fit in 64 bits"),
    ],
)
def test_a_text_of_the_type_that_is_no_value_is_a_failure(type, text, reason):
    for parser in (parsimd.compile(f"{{x:{type}}}"), by_re(f"{{x:{type}}}")):
        with pytest.raises(ValueError):
            parser.parse(text)
    scan = parsimd.compile(f"{{x:{type}}}").scan(text)
    assert len(scan.read_all()) == 0
    [failure] = scan.stats.first_failures
    assert (failure.kind, failure.field) == ("conversion", "x") and reason in failure.reason


def test_a_greedy_text_cuts_at_the_last_place():
    assert parsimd.parse("{dir:*}/{file}", "/var/log/app/x.log").named == {"dir": "/var/log/app", "file": "x.log"}
    assert parsimd.compile("{dir:*}/{file}").scan("a/b/c\n").read_all().to_tuples() == [("a/b", "c")]


def test_a_time_without_a_year_is_in_the_year_of_the_scan():
    parser = parsimd.compile("{x:t} {m}")
    lines = "Feb 29 10:00:00 a\n2001-01-01 00:00:00 b\nNov  9 03:37:44.5 c\n"
    assert [at.year for at in parser.scan(lines, year=2004).read_all()["x"].to_pylist()] == [2004, 2001, 2004]
    scan = parser.scan(lines, year=2005)
    assert [at.year for at in scan.read_all()["x"].to_pylist()] == [2001, 2005]
    assert "2005" in scan.stats.first_failures[0].reason
    assert parser.parse("Nov  9 03:37:44 c")["x"].year == datetime.datetime.today().year


def test_times_with_and_without_an_offset_in_one_column_are_noted():
    scan = parsimd.compile("{x:t}").scan("2001-01-01 00:00:00\n2001-01-01 00:00:00+01:00\n")
    assert scan.read_all()["x"].to_pylist() == [AT(2001, 1, 1), AT(2000, 12, 31, 23)]
    assert any("offset" in note for note in scan.stats.notes)
    zoned = parsimd.compile("{x:t}").scan("2001-07-01 00:00:00\n2001-07-01 00:00:00+01:00\n", tz="Europe/Berlin")
    assert zoned.types == {"x": "timestamp[us, UTC]"}
    assert zoned.read_all()["x"].to_pylist() == [AT(2001, 6, 30, 22, tzinfo=UTC), AT(2001, 6, 30, 23, tzinfo=UTC)]


TEXTS = {
    "t": st.one_of(
        st.builds("{}-{:02}-{:02}{}{}{}".format, st.integers(1, 9999), st.integers(1, 13), st.integers(1, 31), one_of("T", " ", "-", "t", "  "),
                  st.builds("{:02}:{:02}".format, st.integers(0, 25), st.integers(0, 61)),
                  one_of("", ":59", ":60", ":7,5", ": 7.123456789", ":00Z", " UTC", "+07", "+0730", " -07:30", "z", ":1 gmt", "+07:60")),
        st.builds("{}{}{}{}{}{}".format, one_of("17", " 7", "7"), one_of("/", "-", " "), strategies.month | one_of("MAY", "ſep", "Foo"), one_of("/2015:", " 2015 ", "-2015 "),
                  one_of("10:05:03", "10:05", " 1:5:3.5"), one_of("", " +0000", " UTC", "Z", "-01")),
        st.builds("{}-{}".format, one_of("20171223", "00000101", "20170229"), one_of("22:15:29:606", "2:5:9:6", "22:15:29.5", "22:15:60")),
        one_of("20171223T221529", "20171223t221529.5Z", "20171223T246060", "2005-06-03-15.42.50.675872", "2005-06-03-15.42.50", "2005-06-03-15.42"),
        st.builds("{} {} {}{}".format, strategies.month | one_of("nov", "NOV", "Nop"), one_of("9", " 9", "09", "31", "30"), strategies.clock, one_of("", ".5", " ")),
        st.builds("{} {} {:2} {}{} {}".format, strategies.day_name, strategies.month, st.integers(1, 31), one_of("00:28:19", "0:28:19.615325", "00:28:60"),
                  one_of("", " UTC", " PDT", " +0200", " gmt", " Z"), strategies.year),
        st.builds("{}, {} {} {} {}{}".format, strategies.day_name, st.integers(1, 31), strategies.month, strategies.year, one_of("10:21", "10:21:36"), one_of("", " +1000", "Z")),
    ),
    "tu": st.one_of(st.integers(0, 10**20).map(str), st.builds("{}.{}".format, st.integers(0, 10**11), st.integers(0, 10**9))),
    "dur": st.one_of(
        st.builds("{}{}".format, one_of("", "-", "+", " "), st.lists(
            st.builds("{}{}{}".format, st.integers(0, 10**7), one_of("", ".5", ",25", ".0000000019"), one_of("d", "h", "m", "s", "ms", "us", "µs", "μs", "Μs", "ns", "S", "ſ", "x", " ms", " S", "sec", " seconds", " min", "minuteſ", " hrs", " day", " µs", "microseconds")),
            min_size=1, max_size=3).flatmap(lambda amounts: one_of("", " ", "  ").map(lambda gap: gap.join(amounts)))),
        st.builds("{}:{:02}:{:02}{}".format, st.integers(0, 10**8), st.integers(0, 62), st.integers(0, 62), one_of("", ".5", ",123456789")),
    ),
    "size": st.builds("{}{}{}{}".format, st.integers(0, 10**20), one_of("", ".5", ".123456789"), one_of("", " "),
                      one_of("", "B", "b", "K", "k", "KB", "KiB", "kib", "Ki", "M", "MB", "G", "GiB", "T", "P", "E", "EB", "x", "\u212aB")),
    "ip": st.one_of(
        st.ip_addresses().map(str), st.ip_addresses(v=6).map(lambda ip: ip.exploded), st.from_regex(r"\A[0-9]{1,3}(\.[0-9]{1,3}){3}\Z"),
        st.from_regex(r"\A[0-9a-f:]{2,20}\Z"), one_of("::ffff:1.2.3.4", "1::1.2.3.4", "fe80::1%eth0", "::1%"),
    ),
    "bool": one_of("true", "FALSE", "yes", "No", "on", "Off", "1", "0", "yeſ", "10", "y"),
    "q": st.one_of(
        st.text("ab\\\"'`nxu0f \t\n", max_size=8),
        st.builds("{0}{1}{0}".format, one_of('"', "'", "`"), st.text("ab\\nxuUdD08f \"é", max_size=12)),
        one_of(r'"\ud83d\ude00"', r'"\xd0\xbf\xd0"', r'"\U0001F600\U00110000"', r'"\xe2\x82\xac\x82"'),
    ),
    "*": st.text("ab|, é", max_size=6),
}


def outcome(call):
    """The values and the spans of what a call finds, or the class of what it raises."""
    try:
        found = call()
    except Exception as error:
        return type(error)
    if found is None:
        return None
    values = {name: (value, getattr(value, "tzinfo", None) and (value.utcoffset(), value.tzname())) for name, value in found.named.items()}
    return values, found.spans


@given(st.data())
def test_native_is_what_re_is(data):
    types = data.draw(st.lists(st.sampled_from([*TEXTS, "d", ""]), min_size=1, max_size=3))
    gaps = data.draw(st.lists(one_of(" ", "|", ": ", "", ","), min_size=len(types), max_size=len(types)))
    nulls = data.draw(one_of("", "", "|-"))
    names = [f"{{f{at}{':' if kind or nulls else ''}{kind}{nulls}}}{gap}" for at, (kind, gap) in enumerate(zip(types, gaps))]
    case_sensitive = data.draw(st.booleans())
    format = "".join(names)
    text = "".join(data.draw(TEXTS.get(kind, one_of("7", "x y", "-"))) + gap for kind, gap in zip(types, gaps))
    nearly = data.draw(st.sampled_from([text + "x", "x" + text, text[:-1], "-" + gaps[0]]))
    native, reference = parsimd.Parser(format, case_sensitive=case_sensitive), by_re(format, case_sensitive=case_sensitive)
    assert native._expression == reference._expression
    for near in (text, nearly):
        assert outcome(lambda: native.parse(near)) == outcome(lambda: reference.parse(near))
        assert outcome(lambda: native.search(near)) == outcome(lambda: reference.search(near))


@given(st.data())
def test_a_column_has_what_re_reads_line_by_line(data):
    type = data.draw(st.sampled_from(list(TEXTS)))
    nulls = data.draw(one_of("", "|-"))
    strings = data.draw(one_of("utf8", "view"))
    lines = [line.replace("\n", "") for line in data.draw(st.lists(TEXTS[type], max_size=12))]
    parser = parsimd.compile(f"{{x:{type}{nulls}}}|{{n:d}}")
    reference = by_re(f"{{x:{type}{nulls}}}|{{n:d}}")
    scan = parser.scan("".join(f"{line}|{number}\n" for number, line in enumerate(lines)), strings=strings, year=datetime.datetime.today().year)
    found = scan.read_all().to_tuples()
    wanted = []
    for number, line in enumerate(lines):
        try:
            result = reference.parse(f"{line}|{number}")
            value = result and result["x"]
            if isinstance(value, datetime.datetime):
                value = value.astimezone(UTC) if value.tzinfo else value
        except (ValueError, OverflowError):
            continue
        if result is None:
            continue
        if type == "t" and isinstance(value, datetime.datetime):
            value = value.replace(tzinfo=None)
        if type == "ip" and value is not None:
            value = line
        wanted.append((value, result["n"]))
    assert found == wanted


def test_values_are_objects_of_all_kinds_of_copies():
    parser = parsimd.compile("{a:t} {b:dur} {c:ip} {d:bool} {e:q}")
    line = '2024-05-17T10:05:03Z 1.5s ::1 yes "a b"'
    result = parser.parse(line)
    for other in (pickle.loads(pickle.dumps(parser)), copy.deepcopy(parser)):
        assert other.parse(line).named == result.named
    assert pickle.loads(pickle.dumps(result)).named == result.named


def test_columns_go_to_numpy_arrow_polars_and_spark():
    numpy, pyarrow, polars = (pytest.importorskip(name) for name in ("numpy", "pyarrow", "polars"))
    parser = parsimd.compile("{a:t} {b:dur} {c:ip} {d:bool} {e:size|-} {f:q}")
    batch = parser.scan('2024-05-17T10:05:03 1500ns ::1 yes 1K "a b"\n2024-05-17T10:05:04 -2s 1.1.1.1 off - x\n').read_all()
    assert batch["b"].to_numpy().dtype == numpy.dtype("<m8[ns]")
    assert batch["b"].to_numpy().tolist() == [1500, -2_000_000_000]
    assert batch["d"].to_numpy().tolist() == [True, False]
    table = pyarrow.table(batch)
    assert table.schema.field("b").type == pyarrow.duration("ns") and table.schema.field("d").type == pyarrow.bool_()
    assert table["d"].to_pylist() == [True, False] and table["e"].to_pylist() == [1024, None]
    assert table["b"].cast(pyarrow.int64()).to_pylist() == [1500, -2_000_000_000]
    frame = polars.DataFrame(batch)
    assert frame["b"].dtype == polars.Duration("ns") and frame["d"].to_list() == [True, False]
    assert parser.spark_schema() == (
        "`a` TIMESTAMP_NTZ, `b` INTERVAL DAY TO SECOND, `c` STRING, `d` BOOLEAN, `e` BIGINT, `f` STRING"
    )
    texts = pyarrow.array(['2024-05-17T10:05:03 1500ns ::1 yes 1K "a b"', None])
    assert parser.parse_array(texts).field("d").to_pylist() == [True, None]
    [rows] = parser.map_arrow([pyarrow.record_batch({"value": texts})])
    assert rows.schema.field("b").type == pyarrow.duration("us")


def test_booleans_with_nulls_say_so_to_numpy():
    batch = parsimd.compile("{d:bool|-}").scan("yes\n-\n").read_all()
    with pytest.raises(ValueError, match="an array of booleans has no place for them"):
        batch["d"].to_numpy()
    assert batch["d"].to_pylist() == [True, None]
