"""`with_pattern(…, column=…)`: what a function of the program makes of the texts of a field is the column."""

import datetime as dt
import gc
import io
import pickle
import signal
import sys
import threading
import time

import parse as upstream
import parsimd
import pytest
from hypothesis import given
from hypothesis import strategies as st

UTC = dt.timezone.utc
# The longest durations that 64 bits of nanoseconds hold, in whole microseconds.
NANOS_MIN, NANOS_MAX = (dt.timedelta(microseconds=sign * (2**63 // 1000)) for sign in (-1, 1))
COLUMNS = ["int64", "float64", "bool", "timestamp[us]", "duration[ns]", "text"]


def typed(function, column, pattern=r"\S+"):
    """A parser of `{x}|{n}` whose field `x` is made by `function`."""
    own = parsimd.with_pattern(pattern, column=column)(lambda text: function(text))
    return parsimd.compile("{x:Own}|{n:d}", {"Own": own})


def lines(texts):
    return "".join(f"{text}|{n}\n" for n, text in enumerate(texts))


def hexadecimal(text):
    return int(text, 16)


hexadecimal = parsimd.with_pattern(r"[0-9a-zA-Z]+", column="int64")(hexadecimal)


VALUES = {
    "int64": (int, {"7": 7, "-5": -5, str(2**63 - 1): 2**63 - 1, str(-(2**63)): -(2**63)}),
    "float64": (float, {"1.5": 1.5, "-0.25": -0.25, "inf": float("inf")}),
    "bool": (lambda text: text == "up", {"up": True, "down": False}),
    "timestamp[us]": (
        dt.datetime.fromisoformat,
        {
            "2024-05-17T10:05:03.123456": dt.datetime(2024, 5, 17, 10, 5, 3, 123456),
            "0001-01-01": dt.datetime(1, 1, 1),
            "9999-12-31T23:59:59.999999": dt.datetime(9999, 12, 31, 23, 59, 59, 999999),
        },
    ),
    "duration[ns]": (
        lambda text: {"least": NANOS_MIN, "most": NANOS_MAX}.get(text) or dt.timedelta(minutes=float(text)),
        {"1": dt.timedelta(minutes=1), "-0.5": dt.timedelta(seconds=-30), "least": NANOS_MIN, "most": NANOS_MAX},
    ),
    "text": (str.swapcase, {"aB": "Ab", "ß": "SS", "abcdefghijklmnop": "ABCDEFGHIJKLMNOP", "é": "É"}),
}


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("strings", ["utf8", "view"])
def test_a_column_has_what_the_function_gives(column, strings):
    function, values = VALUES[column]
    scan = typed(function, column).scan(lines(list(values) * 3), strings=strings)
    assert scan.types["x"] == ("text" if column == "text" else column) or (column, strings) == ("text", "view")
    batch = scan.read_all()
    assert batch["x"].to_pylist() == list(values.values()) * 3
    assert batch["n"].to_pylist() == list(range(3 * len(values)))
    assert (scan.stats.failures, scan.stats.matched) == (0, len(batch))


def test_text_is_bytes_where_text_is_asked_for_as_bytes():
    scan = typed(str.upper, "text").scan(b"\xc3\xa9|1\n\xe9|2\na|3\n", strings="binary", on_error="null")
    assert scan.read_all().to_tuples() == [(b"\xc3\x89", 1), (None, 2), (b"A", 3)]
    assert [(failure.field, failure.reason) for failure in scan.stats.first_failures] == [("x", "not UTF-8")]


def test_without_a_column_the_text_is_kept():
    calls = []
    own = {"Own": parsimd.with_pattern(r"\S+")(lambda text: calls.append(text))}
    own["Theirs"] = upstream.with_pattern(r"\S+")(lambda text: calls.append(text))
    batch = parsimd.compile("{x:Own} {y:Theirs}", own).scan("a b\n").read_all()
    assert (batch.types, batch.to_tuples(), calls) == ({"x": "text", "y": "text"}, [("a", "b")], [])


def test_with_pattern_is_that_of_parse_but_for_the_column():
    for module in (parsimd, upstream):
        function = module.with_pattern(r"\d+", 2)(lambda text: text)
        assert (function.pattern, function.regex_group_count, hasattr(function, "column")) == (r"\d+", 2, False)
    function = parsimd.with_pattern(r"\d+", column="bool")(lambda text: text)
    assert (function.pattern, function.regex_group_count, function.column) == (r"\d+", None, "bool")


def test_a_column_of_an_unknown_type_is_an_error_that_names_those_there_are():
    with pytest.raises(ValueError, match=r"column must be one of 'int64', 'float64', 'bool', 'timestamp\[us\]', 'duration\[ns\]', 'text', not \"int\""):
        parsimd.with_pattern(r"\d+", column="int")
    own = parsimd.with_pattern(r"\d+")(int_of)
    own.column = "int32"
    try:
        parser = parsimd.compile("{x:Own}", {"Own": own})
        assert parser.parse("7")["x"] == 7
        with pytest.raises(ValueError, match="column must be one of .*int32"):
            parser.scan("7\n")
        own.column = 5  # Not ours: an attribute that has the name by chance.
        assert parser.scan("7\n").read_all().to_tuples() == [("7",)]
    finally:
        del own.column


def int_of(text):
    return int(text)


def test_none_is_a_null_and_nothing_failed():
    for column in COLUMNS:
        scan = typed(lambda text: None, column).scan("a|1\nb|2\n")
        assert scan.read_all().to_tuples() == [(None, 1), (None, 2)]
        assert (scan.stats.matched, scan.stats.failures) == (2, 0)


@pytest.mark.parametrize(("on_error", "rows"), [("skip", [(1, 0), (2, 2)]), ("null", [(1, 0), (None, 1), (2, 2)])])
def test_an_exception_is_a_failure_that_says_so(on_error, rows):
    scan = typed(int, "int64").scan("1|0\nx1|1\n2|2\n", on_error=on_error)
    assert scan.read_all().to_tuples() == rows
    (failure,) = scan.stats.first_failures
    assert (failure.kind, failure.field, failure.text, failure.record) == ("conversion", "x", "x1|1", 1)
    assert failure.reason == "\"x1\": ValueError: invalid literal for int() with base 10: 'x1'"
    assert (scan.stats.matched, scan.stats.failures) == (2, 1)


def test_an_exception_ends_a_scan_that_raises_after_the_rows_before_it():
    scan = typed(int, "int64").scan("1|0\n2|1\nx|2\n3|3\n", on_error="raise")
    with pytest.raises(parsimd.ScanError, match="field x: .*invalid literal") as raised:
        scan.read_all()
    assert (raised.value.failure.field, raised.value.offset) == ("x", 8)
    assert scan.read_all()["x"].to_pylist() == [1, 2]


@pytest.mark.parametrize(
    ("raised", "reason"),
    [
        (ValueError(), "ValueError"),
        (KeyError("é"), "KeyError: 'é'"),
        (LookupError("a\ud800"), "LookupError: a"),
        (StopIteration(1), "StopIteration: 1"),
        (type("Mute", (Exception,), {"__str__": lambda self: 1 / 0})(), "Mute: its text cannot be had"),
    ],
)
def test_any_exception_has_words(raised, reason):
    def fail(text):
        raise raised

    scan = typed(fail, "int64").scan("a|1\n", on_error="null")
    assert scan.read_all().to_tuples() == [(None, 1)]
    assert scan.stats.first_failures[0].reason.startswith(f'"a": {reason}')


class Text(str):
    pass


@pytest.mark.parametrize(
    ("column", "wrong", "expected"),
    [
        ("int64", "7", "an int"),
        ("int64", 1.0, "an int"),
        ("int64", dt.datetime(2024, 1, 1), "an int"),
        ("float64", "1.5", "a float"),
        ("bool", 1, "a bool"),
        ("bool", "yes", "a bool"),
        ("timestamp[us]", dt.date(2024, 1, 1), "a datetime"),
        ("timestamp[us]", 5, "a datetime"),
        ("duration[ns]", 5, "a timedelta"),
        ("text", b"x", "a str"),
        ("text", 5, "a str"),
    ],
)
def test_a_value_of_another_type_is_a_failure_that_says_what_was_expected(column, wrong, expected):
    scan = typed(lambda text: wrong, column).scan("a|1\n", on_error="null")
    assert scan.read_all().to_tuples() == [(None, 1)]
    (failure,) = scan.stats.first_failures
    assert (failure.field, failure.reason) == ("x", f'"a": expected {expected} or None, not {type(wrong).__name__}')


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("int64", 2**63, "an int that does not fit in 64 bits"),
        ("int64", -(2**63) - 1, "an int that does not fit in 64 bits"),
        pytest.param("int64", 1 << 20_000, "an int that does not fit in 64 bits", id="huge"),
        ("float64", 10**400, "OverflowError"),
        ("timestamp[us]", dt.datetime(1, 1, 1, tzinfo=dt.timezone(dt.timedelta(hours=1))), "in UTC it is outside of the years 1 to 9999"),
        ("timestamp[us]", dt.datetime.max.replace(tzinfo=dt.timezone(dt.timedelta(seconds=-1))), "in UTC it is outside of the years 1 to 9999"),
        ("duration[ns]", dt.timedelta.max, "more than 292 years"),
        ("duration[ns]", dt.timedelta.min, "more than 292 years"),
        ("duration[ns]", NANOS_MIN - dt.timedelta(microseconds=1), "more than 292 years"),
        ("text", "a\ud800", "UnicodeEncodeError"),
    ],
)
def test_a_value_that_the_column_cannot_hold_is_a_failure(column, value, reason):
    scan = typed(lambda text: value, column).scan("a|1\n", on_error="null")
    assert scan.read_all().to_tuples() == [(None, 1)]
    assert reason in scan.stats.first_failures[0].reason


def test_values_that_stand_for_the_type_are_taken():
    class Number:
        def __index__(self):
            return 12

        def __float__(self):
            return 1.5

    assert typed(lambda text: Number(), "int64").scan("a|1\n").read_all()["x"][0] == 12
    assert typed(lambda text: Number(), "float64").scan("a|1\n").read_all()["x"][0] == 1.5
    assert typed(lambda text: 3, "float64").scan("a|1\n").read_all()["x"][0] == 3.0
    assert typed(Text, "text").scan("a|1\n").read_all()["x"][0] == "a"
    numpy = pytest.importorskip("numpy")
    assert typed(lambda text: numpy.int32(7), "int64").scan("a|1\n").read_all()["x"][0] == 7
    assert typed(lambda text: numpy.float32(0.5), "float64").scan("a|1\n").read_all()["x"][0] == 0.5
    assert typed(lambda text: numpy.bool_(True), "bool").scan("a|1\n").read_all()["x"][0] is True
    pandas = pytest.importorskip("pandas")
    times = typed(lambda text: pandas.Timestamp(text) if text != "-" else pandas.NaT, "timestamp[us]")
    assert times.scan("2024-01-02|1\n-|2\n").read_all().to_tuples() == [(dt.datetime(2024, 1, 2), 1), (None, 2)]


# -- times mean what the built-in types mean


OFFSETS = ["", "Z", "+01:00", "-10:30", "+23:59"]


@pytest.mark.parametrize("tz", [None, "UTC", "Europe/Berlin", "+02:00"])
def test_times_are_those_of_the_built_in_type(tz):
    def read(text):
        return dt.datetime.fromisoformat(text.replace("Z", "+00:00"))

    text = lines(f"2024-0{month}-10T01:02:03.{month:06}{offset}" for month in range(1, 10) for offset in OFFSETS)
    own, built_in = typed(read, "timestamp[us]").scan(text, tz=tz), parsimd.compile("{x:ti}|{n:d}").scan(text, tz=tz)
    assert own.types == built_in.types
    assert own.read_all().to_tuples() == built_in.read_all().to_tuples()
    assert own.stats.notes == built_in.stats.notes and len(own.stats.notes) == (tz is None)


def test_an_offset_may_have_seconds_and_less():
    zone = dt.timezone(dt.timedelta(hours=-1, seconds=-7, microseconds=-3))
    value = dt.datetime(2024, 1, 1, 0, 0, 0, 1, tzinfo=zone)
    scan = typed(lambda text: value, "timestamp[us]").scan("a|1\n")
    assert scan.read_all()["x"][0] == value.astimezone(UTC).replace(tzinfo=None)


# -- how often it is called


def counting(function=int, column="int64"):
    calls = []

    def count(text):
        calls.append(text)
        return function(text)

    return typed(count, column), calls


@pytest.mark.parametrize("on_error", ["skip", "null"])
def test_the_function_is_called_once_for_each_different_text_of_a_batch(on_error):
    # Also where rows fall out, and the others are converted once more.
    parser, calls = counting()
    texts = ["7", "8", "x", "7", "x", "9", "8"] * 50
    scan = parser.scan(lines(texts), on_error=on_error)
    kept = [text for text in texts if text != "x" or on_error == "null"]
    assert scan.read_all()["x"].to_pylist() == [None if text == "x" else int(text) for text in kept]
    assert calls == ["7", "8", "x", "9"]
    assert scan.stats.failures == 100


def test_a_batch_for_itself_has_its_texts_converted():
    parser, calls = counting()
    batches = list(parser.scan("7|1\n8|2\n" * 100_000, threads=4))
    assert len(batches) > 1 and len(calls) == 2 * len(batches)


def test_with_a_limit_it_is_called_once_all_the_same():
    parser, calls = counting()
    assert parser.scan("7|1\n8|2\n7|3\n" * 10, limit=4).read_all()["x"].to_pylist() == [7, 8, 7, 7]
    assert calls == ["7", "8"]


def test_it_is_not_called_for_what_is_not_asked_for():
    parser, calls = counting()
    assert parser.scan("7|1\nx|2\nno\n", columns=["n"]).read_all().to_tuples() == [(1,), (2,)]
    assert parser.parse("7|1")["x"] == 7
    assert calls == ["7"]


def test_it_is_not_called_for_null_texts_and_missing_parts():
    calls = []

    @parsimd.with_pattern(r"[a-z0-9-]+", column="int64")
    def own(text):
        calls.append(text)
        return int(text)

    parser = parsimd.compile("{a:Own|-}{:[} b={b:Own}{:]};", {"Own": own})
    text = "1 b=2;\n-;\n- b=3;\n4;\nx b=1;\n5 b=-;\n"
    rows = [(1, 2), (None, None), (None, 3), (4, None), (None, 1), (5, None)]
    scan = parser.scan(text, on_error="null")
    assert scan.read_all().to_tuples() == rows
    assert sorted(calls) == ["-", "1", "1", "2", "3", "4", "5", "x"]
    assert scan.stats.failures == 2


def test_the_function_is_called_on_the_thread_of_the_caller():
    threads = set()
    parser = typed(lambda text: threads.add(threading.get_ident()), "int64")
    list(parser.scan(lines(range(200_000)), threads=4))
    assert threads == {threading.get_ident()}


# -- interruptions


@pytest.mark.parametrize("read", [lambda scan: scan.read_all(), next, lambda scan: scan.read(5)])
@pytest.mark.parametrize("raised", [KeyboardInterrupt, SystemExit, GeneratorExit, MemoryError])
def test_what_is_no_exception_leaves_the_scan_at_once_and_nothing_is_lost(read, raised):
    calls, at = [], 50_000

    def stop_once(text):
        calls.append(text)
        if len(calls) == at:
            raise raised
        return int(text)

    count = 100_000
    scan = typed(stop_once, "int64").scan(lines(range(count)) + "no line\n")
    given = []
    with pytest.raises(raised):
        while True:
            given += [read(scan)]
    assert len(calls) == at
    rest = scan.read_all()
    numbers = [number for batch in [*given, rest] for number in batch["x"].to_pylist()]
    assert numbers == list(range(count))
    stats = scan.stats
    assert (stats.records, stats.matched, stats.unmatched, stats.failures) == (count + 1, count, 1, 0)
    assert stats.bytes == len(lines(range(count))) + len("no line\n")


def test_a_function_that_always_interrupts_leaves_the_scan_each_time():
    def stop(text):
        raise KeyboardInterrupt

    scan = typed(stop, "int64").scan_file(io.BytesIO(b"1|1\n"))
    for _ in range(3):
        with pytest.raises(KeyboardInterrupt):
            scan.read_all()
    assert scan.stats.records == 0


def test_an_interrupt_leaves_parse_array():
    pytest.importorskip("pyarrow")

    def stop(text):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        typed(stop, "int64").parse_array(["1|1"])


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no timers on this system")
def test_a_signal_ends_a_scan_whose_function_is_slow():
    def handler(*_):
        raise KeyboardInterrupt

    def slow(text):
        time.sleep(0.01)
        return int(text)

    scan = typed(slow, "int64").scan(lines(range(3000)))
    before = signal.signal(signal.SIGALRM, handler)
    begin = time.monotonic()
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.1)
        with pytest.raises(KeyboardInterrupt):
            scan.read_all()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert time.monotonic() - begin < 5


def test_other_threads_run_meanwhile():
    seen, done = [], threading.Event()

    def beat():
        while not done.is_set():
            seen.append(time.monotonic())
            time.sleep(0.002)

    thread = threading.Thread(target=beat)
    thread.start()
    typed(int, "int64").scan(lines(range(200_000))).read_all()
    done.set()
    thread.join()
    assert len(seen) > 3


def test_a_function_that_asks_its_own_scan_is_told_so():
    scans = []
    scans.append(typed(lambda text: scans[0].read_all(), "int64").scan("1|1\n", on_error="null"))
    assert scans[0].read_all().to_tuples() == [(None, 1)]
    assert "already running" in scans[0].stats.first_failures[0].reason


# -- objects


def test_the_collector_may_run_at_any_time():
    before = gc.get_threshold()
    gc.set_threshold(1)
    try:
        for column in COLUMNS:
            function, values = VALUES[column]
            assert typed(function, column).scan(lines(values)).read_all()["x"].to_pylist() == list(values.values())
    finally:
        gc.set_threshold(*before)


def test_a_function_that_leads_back_to_its_parser_is_collected():
    import weakref

    class Own:
        pattern, column = r"\d+", "int64"

        def __call__(self, text):
            return int(text)

    own = Own()
    own.parser = parsimd.compile("{x:Own}", {"Own": own})
    assert own.parser.scan("7\n8\n").read_all()["x"].to_pylist() == [7, 8]
    seen = weakref.ref(own)
    del own
    gc.collect()
    assert seen() is None


def test_references_are_given_back():
    marker = object()
    parser = typed(lambda text: marker and int(text), "int64")
    parser.scan(lines(range(10))).read_all()
    before = sys.getrefcount(marker), sys.getrefcount(parser)
    for _ in range(50):
        parser.scan(lines([*range(10), "x"])).read_all()
    assert (sys.getrefcount(marker), sys.getrefcount(parser)) == before


def test_a_column_that_is_changed_later_is_seen():
    own = parsimd.with_pattern(r"\d+")(lambda text: int(text))
    parser = parsimd.compile("{x:Own}", {"Own": own})
    assert parser.scan("7\n").types == {"x": "text"}
    own.column = "int64"
    assert parser.scan("7\n").read_all().to_tuples() == [(7,)]
    own.column = "float64"
    assert parser.scan("7\n").types == {"x": "float64"}
    del own.column
    assert parser.scan("7\n").types == {"x": "text"}


def test_parsers_are_pickled():
    parser = pickle.loads(pickle.dumps(parsimd.compile("{x:Hex}", {"Hex": hexadecimal})))
    assert parser.scan("ff\n1F\n").read_all()["x"].to_pylist() == [255, 31]


def test_threads_share_a_parser():
    parser, answers = parsimd.compile("{x:Hex} {n:d}", {"Hex": hexadecimal}), []
    text = "".join(f"{n:x} {n}\n" for n in range(20_000))

    def work():
        batch = parser.scan(text).read_all()
        answers.append(batch["x"].to_pylist() == batch["n"].to_pylist() == list(range(20_000)))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [True] * 8


# -- other libraries


@pytest.mark.parametrize("column", COLUMNS)
def test_arrow_has_the_type_of_the_column(column):
    pyarrow = pytest.importorskip("pyarrow")
    function, values = VALUES[column]
    names = {"text": "string", "float64": "float64", "bool": "bool_", "int64": "int64"}
    kind = getattr(pyarrow, names[column])() if column in names else pyarrow.type_for_alias(column)
    parser = typed(function, column)
    table = pyarrow.table(parser.scan(lines(values)))
    assert table.schema.field("x").type == kind
    assert table["x"].to_pylist() == list(values.values())
    array = parser.parse_array([f"{text}|1" for text in values] + [None, "no"])
    assert array.type.field("x").type == kind
    assert array.to_pylist() == [{"x": value, "n": 1} for value in values.values()] + [None, None]


def test_parse_array_counts_and_raises():
    pytest.importorskip("pyarrow")
    parser, calls = counting()
    array = parser.parse_array(["7|1", "x|2", None, "7|3"])
    assert array.to_pylist() == [{"x": 7, "n": 1}, {"x": None, "n": 2}, None, {"x": 7, "n": 3}]
    assert calls == ["7", "x"]
    with pytest.raises(parsimd.ScanError, match="row 1: field x: .*invalid literal"):
        parser.parse_array(["7|1", "x|2"], on_error="raise")


def test_spark_is_told_the_types():
    types = {"int64": "BIGINT", "float64": "DOUBLE", "bool": "BOOLEAN", "timestamp[us]": "TIMESTAMP_NTZ", "text": "STRING"}
    types["duration[ns]"] = "INTERVAL DAY TO SECOND"
    for column in COLUMNS:
        parser = typed(VALUES[column][0], column)
        assert parser.spark_schema() == f"`x` {types[column]}, `n` BIGINT"
    assert typed(dt.datetime, "timestamp[us]").spark_schema(tz="UTC") == "`x` TIMESTAMP, `n` BIGINT"


def test_map_arrow_gives_the_values():
    pyarrow = pytest.importorskip("pyarrow")
    parser = typed(lambda text: dt.timedelta(minutes=int(text)), "duration[ns]")
    batch = pyarrow.RecordBatch.from_pydict({"line": ["5|1", "x|2", "7|3"]})
    (rows,) = parser.map_arrow([batch])
    assert rows.schema.field("x").type == pyarrow.duration("us")
    assert rows.to_pydict() == {"x": [dt.timedelta(minutes=5), dt.timedelta(minutes=7)], "n": [1, 3]}


@pytest.mark.parametrize("column", COLUMNS)
def test_polars_has_the_values(column, tmp_path):
    polars = pytest.importorskip("polars")
    function, values = VALUES[column]
    path = tmp_path / "own.log"
    path.write_text(lines([*values, *values]), encoding="utf-8")
    frame = typed(function, column).scan_polars(path)
    assert frame.collect()["x"].to_list() == list(values.values()) * 2
    wanted = list(values.values())[0]
    found = frame.filter(polars.col("x") == wanted).collect()
    assert found["n"].to_list() == [0, len(values)]


@pytest.mark.parametrize("column", ["text", "int64"])
def test_polars_drops_rows_that_fail_whatever_is_selected(column, tmp_path):
    polars = pytest.importorskip("polars")

    def fails(text):
        if text == "b":
            raise ValueError(text)
        return text if column == "text" else len(text)

    path = tmp_path / "own.log"
    path.write_text(lines("abc"))
    frame = typed(fails, column).scan_polars(path)
    assert frame.collect()["n"].to_list() == frame.select("n").collect()["n"].to_list() == [0, 2]
    assert frame.select(polars.len()).collect().item() == 2


# -- the reference implementation is the function itself


def outcome(function, text):
    try:
        return function(text)
    except Exception:
        return None


FUNCTIONS = {
    "int64": lambda text: int(text, 36),
    "float64": lambda text: None if text == "a" else float(text),
    "bool": lambda text: text.isdigit() if text != "1" else None,
    "timestamp[us]": lambda text: dt.datetime(2024, 1, int(text), tzinfo=UTC if text == "1" else None),
    "duration[ns]": lambda text: dt.timedelta(milliseconds=float(text)),
    "text": lambda text: None if text == "-" else text.upper() * int(text[0] == "a") + text,
}
TEXTS = st.text(alphabet="aé1-. 0", min_size=1, max_size=20)


@given(st.sampled_from(COLUMNS), st.lists(TEXTS, max_size=30), st.sampled_from(["utf8", "view"]))
def test_a_column_is_the_function_of_each_text(column, texts, strings):
    function = FUNCTIONS[column]
    parser = typed(function, column, ".+?")
    scan = parser.scan(lines(texts), on_error="null", strings=strings)
    expected = [outcome(function, text) for text in texts]
    if column == "timestamp[us]":
        expected = [value and value.replace(tzinfo=None) for value in expected]
    found = scan.read_all()["x"].to_pylist()
    assert [(type(value), value) for value in found if value == value] == [(type(value), value) for value in expected if value == value]
    assert [value is None for value in found] == [value is None for value in expected]
    skipped = parser.scan(lines(texts), strings=strings)
    failed = sum(1 for text in texts if fails(function, text))
    assert len(skipped.read_all()) == len(texts) - failed and skipped.stats.failures == failed


def fails(function, text):
    try:
        function(text)
    except Exception:
        return True
    return False
