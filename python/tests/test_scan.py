"""`Parser.scan`, `Parser.scan_file`, and what they give."""

import copy
import datetime
import gzip
import io
import mmap
import os
import pickle
import re
import signal
import threading

import parsimd
import pytest

LOG = "info 12\nwarn 7\nnoise\ninfo 340\n"
PARSER = parsimd.compile("{level:w} {ms:d}")


def test_a_batch_is_rows_and_columns():
    batch = PARSER.scan(LOG).read_all()
    assert len(batch) == 3 and batch.names == ["level", "ms"] and batch.types == {"level": "text", "ms": "int64"}
    assert batch.to_tuples() == [("info", 12), ("warn", 7), ("info", 340)]
    assert batch.to_pylist()[1] == {"level": "warn", "ms": 7}
    column = batch["ms"]
    assert (len(column), column.name, column.type, column.null_count) == (3, "ms", "int64", 0)
    assert list(column) == column.to_pylist() == [12, 7, 340] and column[-1] == 340
    row = batch[1]
    assert (row["level"], row[1], row[-1], len(row), row.keys()) == ("warn", 7, 7, 2, ["level", "ms"])
    assert [tuple(row) for row in batch] == batch.to_tuples()
    assert row.as_tuple() == ("warn", 7) and repr(row) == "<Row level='warn' ms=7>"


def test_wrong_names_and_numbers_are_told():
    batch = PARSER.scan(LOG).read_all()
    with pytest.raises(KeyError, match="level"):
        batch["lvl"]
    for wrong in (3, -4):
        with pytest.raises(IndexError):
            batch[wrong]
        with pytest.raises(IndexError):
            batch["ms"][wrong]
    with pytest.raises(TypeError):
        batch[1.5]


def test_a_scan_says_what_it_could_not_read():
    scan = PARSER.scan(LOG)
    scan.read_all()
    stats = scan.stats
    assert (stats.records, stats.matched, stats.unmatched, stats.failures, stats.bytes) == (4, 3, 1, 0, len(LOG))
    (failure,) = stats.first_failures
    assert (failure.offset, failure.record, failure.text, failure.source) == (15, 2, "noise", "<bytes>")
    assert "match" in failure.reason


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview, lambda data: data.decode(), "mmap"])
def test_any_buffer_can_be_scanned(kind, tmp_path):
    if kind == "mmap":
        (tmp_path / "log").write_text(LOG)
        with open(tmp_path / "log", "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            assert len(PARSER.scan(data).read_all()) == 3
    else:
        assert len(PARSER.scan(kind(LOG.encode())).read_all()) == 3


def test_what_is_no_buffer_is_a_type_error():
    with pytest.raises(TypeError, match="scan_file"):
        PARSER.scan(7)
    with pytest.raises(UnicodeEncodeError):
        PARSER.scan("\ud800")


def test_files_plain_and_gzip_one_or_many(tmp_path):
    plain, packed = tmp_path / "a.log", tmp_path / "b.log.gz"
    plain.write_text(LOG)
    packed.write_bytes(gzip.compress(LOG.encode()) + gzip.compress(b"debug 1"))
    assert len(PARSER.scan_file(plain).read_all()) == 3
    assert len(PARSER.scan_file(str(packed)).read_all()) == 4
    scan = PARSER.scan_file([plain, packed])
    assert len(scan.read_all()) == 7
    assert [failure.source for failure in scan.stats.first_failures] == [str(plain), str(packed)]


def test_a_file_that_cannot_be_read_is_an_os_error(tmp_path):
    with pytest.raises(FileNotFoundError) as caught:
        PARSER.scan_file(tmp_path / "missing.log")
    assert caught.value.filename == str(tmp_path / "missing.log")
    (tmp_path / "a.zst").write_bytes(b"\x28\xb5\x2f\xfd rest")
    with pytest.raises(OSError, match="a.zst: damaged zstd data at compressed byte"):
        PARSER.scan_file(tmp_path / "a.zst").read_all()
    (tmp_path / "cut.gz").write_bytes(gzip.compress(LOG.encode() * 100)[:-20])
    with pytest.raises(OSError, match="cut.gz"):
        list(PARSER.scan_file(tmp_path / "cut.gz"))


def test_raise_says_where():
    with pytest.raises(parsimd.ScanError, match="byte 15") as caught:
        PARSER.scan(LOG, on_error="raise").read_all()
    assert caught.value.offset == 15


def test_wrong_options_are_told():
    with pytest.raises(ValueError, match="on_error"):
        PARSER.scan(LOG, on_error="ignore")
    for threads in (0, -1):
        with pytest.raises(ValueError, match="threads"):
            PARSER.scan(LOG, threads=threads)
    with pytest.raises(TypeError):
        PARSER.scan(LOG, False)


def test_a_scan_is_an_iterator_over_batches():
    line = b"info 1\n"
    scan = PARSER.scan(line * 400_000)
    sizes = [len(batch) for batch in scan]
    assert len(sizes) > 1 and sum(sizes) == 400_000
    assert next(scan, None) is None


def test_columns_are_chosen_by_name(tmp_path):
    (tmp_path / "log").write_text(LOG)
    for scan in (PARSER.scan(LOG, columns=["ms", "level"]), PARSER.scan_file(tmp_path / "log", columns=("ms", "level"))):
        assert scan.names == ["ms", "level"]
        assert scan.read_all().to_tuples() == [(12, "info"), (7, "warn"), (340, "info")]
    batch = PARSER.scan(LOG, columns=[]).read_all()
    assert len(batch) == 3 and batch.names == [] and batch.to_tuples() == [()] * 3
    assert parsimd.compile("{} {x}").scan("a b", columns=["x", "0"]).read_all().to_tuples() == [("b", "a")]
    big = "a 99999999999999999999\n"
    assert PARSER.scan(big, columns=["level"]).read_all().to_tuples() == [("a",)]
    for wrong, words in ((["lvl"], "there are"), (["ms", "ms"], "twice")):
        with pytest.raises(ValueError, match=words):
            PARSER.scan(LOG, columns=wrong)
    with pytest.raises(TypeError, match="columns"):
        PARSER.scan(LOG, columns="ms")


def test_a_limit_gives_the_first_rows_and_counts_no_further(tmp_path):
    (tmp_path / "log").write_text(LOG)
    for limit in range(5):
        for scan in (PARSER.scan(LOG, limit=limit), PARSER.scan_file(tmp_path / "log", limit=limit)):
            assert scan.read_all().to_tuples() == [("info", 12), ("warn", 7), ("info", 340)][:limit]
            assert scan.stats.records == [0, 1, 2, 4, 4][limit]
    with pytest.raises(ValueError, match="limit"):
        PARSER.scan(LOG, limit=-1)


BIG = LOG.encode() * 60_000


@pytest.mark.parametrize("threads", [1, 2, 3, 1500, None])
def test_threads_change_nothing(threads):
    scan = PARSER.scan(BIG, threads=threads)
    assert [row for batch in scan for row in batch.to_tuples()] == [("info", 12), ("warn", 7), ("info", 340)] * 60_000
    assert (scan.stats.records, scan.stats.unmatched, scan.stats.bytes) == (240_000, 60_000, len(BIG))
    assert [failure.record for failure in scan.stats.first_failures] == list(range(2, 42, 4))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
def test_a_forked_child_can_go_on_with_a_scan_and_begin_another():
    begun = PARSER.scan(BIG, threads=2)
    # The second batch comes from a wave of two threads; others of it are ready.
    rows = len(next(begun)) + len(next(begun))
    child = os.fork()
    if child == 0:
        try:
            signal.alarm(30)
            rest = sum(map(len, begun))
            again = len(PARSER.scan(BIG, threads=2).read_all())
            del begun
            os._exit(0 if (rows + rest, again) == (180_000, 180_000) else 1)
        finally:
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert rows + sum(map(len, begun)) == 180_000


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no timers on this system")
@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("text", [BIG * 16, "é é\n" * 500_000, b"1 and nothing else\n" * 10_000_000], ids=["rows", "re", "no rows"])
def test_a_signal_ends_a_long_scan(threads, text):
    # The second text needs `re`, which runs in the interpreter. In the last one no batch is ready, ever.
    parser = PARSER if isinstance(text, bytes) else parsimd.compile("{a} {a}")
    scan = parser.scan(text, threads=threads)
    before = signal.signal(signal.SIGALRM, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            signal.setitimer(signal.ITIMER_REAL, 0.02)
            scan.read_all()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert scan.stats.bytes < len(text) / 2


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_threads_and_re_get_on_with_each_other(threads):
    lines = [f"é{n} ü{n}" for n in range(100_000)]
    parser = parsimd.compile("{a} {a}")
    scan = parser.scan("\n".join([*lines, "é é"]), threads=threads)
    assert scan.read_all().to_tuples() == [("é",)] and scan.stats.unmatched == len(lines)

    class Failing(parsimd.Parser):
        def _find_spans(self, text, start, whole):
            if text.startswith("ü"):
                raise RuntimeError(text)
            return super()._find_spans(text, start, whole)

    scan = Failing("{a} {a}").scan("\n".join([*lines, *(f"ü{n}" for n in range(50_000))]), threads=threads)
    with pytest.raises(RuntimeError, match="ü0$"):
        scan.read_all()


def test_what_needs_re_is_scanned_on_the_thread_of_the_caller_and_may_scan_itself():
    seen = set()

    class Curious(parsimd.Parser):
        def _find_spans(self, text, start, whole):
            if not seen:
                # Another scan may be asked for, this one may not.
                assert len(PARSER.scan(BIG, threads=2).read_all()) == 180_000
                with pytest.raises(RuntimeError, match="already running"):
                    next(scan)
            seen.add(threading.get_ident())
            return super()._find_spans(text, start, whole)

    scan = Curious("{a} {a}").scan("é é\n" * 400_000, threads=2)
    assert len(scan.read_all()) == 400_000
    assert seen == {threading.get_ident()}


def test_some_rows_can_be_read_at_a_time():
    scan = PARSER.scan(b"info 1\n" * 400_000)
    first = scan.read(100_000)
    assert 100_000 <= len(first) < 200_000
    assert len(scan.read(0)) == 0 and len(scan.read(10**9)) == 400_000 - len(first) and len(scan.read(1)) == 0


def test_types_become_python_types():
    parser = parsimd.compile("{a:th}|{b:ti}|{c:tt}|{d:%d/%m/%Y}|{e:F}|{f:f}")
    (row,) = parser.scan("02/Jan/2011:03:04:05 +0100|2011-01-02T03:04:05.5|12:30|02/01/2011|1.50|1.5").read_all()
    utc = datetime.timezone.utc
    assert tuple(row) == (
        datetime.datetime(2011, 1, 2, 2, 4, 5, tzinfo=utc),
        datetime.datetime(2011, 1, 2, 3, 4, 5, 500_000),
        datetime.time(12, 30),
        datetime.date(2011, 1, 2),
        "1.50",
        1.5,
    )


def test_a_timestamp_that_utc_cannot_hold_is_a_failure():
    scan = parsimd.compile("{:th}").scan("01/Jan/0001:00:00:00 +0100\n31/Dec/9999:23:59:59 -0100\n")
    assert len(scan.read_all()) == 0 and scan.stats.failures == 2


def test_converters_of_ones_own_leave_the_text_in_columns():
    def upper(text):
        raise AssertionError("not called in a scan")

    upper.pattern = "[a-z]+"
    assert parsimd.compile("{x:Upper}", {"Upper": upper}).scan("abc\n1\n").read_all().to_tuples() == [("abc",)]


@pytest.mark.parametrize(
    ("pattern", "groups"), [(r"\w+(?=\d)", 0), (r"(?P<q>['\"]).*?(?P=q)", 1), (r"(?>a+)b", 0), (r"a*+b", 0), (r"(a|b*)*", 1)]
)
def test_patterns_that_only_python_knows_are_scanned_by_python(pattern, groups):
    def own(text):
        return text

    own.pattern, own.regex_group_count = pattern, groups
    try:
        re.compile(pattern)
    except re.error:
        with pytest.raises(NotImplementedError):
            parsimd.compile("{x:Own}{}", {"Own": own}).scan("ab1c\n").read_all()
        return
    parser = parsimd.compile("{x:Own}{y}", {"Own": own})
    text = "ab1c\n'q'z\nééa1\naaab9\nnone\n"
    wanted = [parser.parse(line) for line in text.splitlines()]
    scan = parser.scan(text)
    assert scan.read_all().to_tuples() == [(r["x"], r["y"]) for r in wanted if r]
    assert scan.stats.unmatched == wanted.count(None)


def test_an_exception_in_python_matching_ends_the_scan():
    parser = parsimd.compile("{a}")
    parser._expression = "(?P<a>"
    with pytest.raises(NotImplementedError):
        parser.scan("x").read_all()


def test_a_parser_with_other_fields_than_its_format_cannot_scan():
    class Odd(parsimd.Parser):
        def _handle_field(self, field):
            return super()._handle_field("{other}")

    with pytest.raises(NotImplementedError, match="fields"):
        Odd("{a}").scan("x")


def test_the_parser_and_the_input_may_go_before_the_batch():
    batch = next(parsimd.compile("{a}").scan(b"x" * 1000))
    assert batch[0]["a"] == "x" * 1000


def test_a_scan_can_be_asked_from_inside_of_itself():
    seen = []

    class Curious(parsimd.Parser):
        def _find_spans(self, text, start, whole):
            seen.append(scan.stats.records)
            with pytest.raises(RuntimeError, match="already running"):
                next(scan)
            return super()._find_spans(text, start, whole)

    parser = Curious("{a} {a}")
    scan = parser.scan("é é\n")
    assert scan.read_all().to_tuples() == [("é",)]
    assert seen == [0] and scan.stats.records == 1


def test_counts_after_raising_are_of_what_was_seen():
    for text in ("1 c\n99999999999999999999 c\n2 d\nx\n", "1 c\nx\n99999999999999999999 c\n"):
        scan = parsimd.compile("{n:d} {w}").scan(text, on_error="raise")
        with pytest.raises(parsimd.ScanError):
            scan.read_all()
        stats = scan.stats
        assert (stats.records, stats.matched, stats.unmatched + stats.failures) == (2, 1, 1)
        assert [failure.offset for failure in stats.first_failures] == [4]


def test_findall_takes_time_in_proportion_to_the_text():
    import time

    def took(size):
        text = "1 " * size
        start = time.process_time()
        assert sum(1 for _ in parsimd.findall("{:d}{:s}", text)) == size
        return time.process_time() - start

    took(1000)
    # Twice would be in proportion, four times in the square; each match once looked at all of the text.
    assert took(200_000) < 16 * took(25_000)


def test_a_record_that_could_not_be_read_says_its_kind_its_field_and_why():
    data = b"a 1\nnone\nb 99999999999999999999\n\xff 1\n" + b"c" * 60 + b" 1\n"
    scan = parsimd.compile("{name:S} {n:d}").scan(data, max_record_bytes=50)
    scan.read_all()
    found = [(failure.record, failure.kind, failure.field) for failure in scan.stats.first_failures]
    assert found == [(1, "no_match", None), (2, "conversion", "n"), (3, "encoding", None), (4, "too_long", None)]
    conversion = scan.stats.first_failures[1]
    assert str(conversion) == f"field n: {conversion.reason}" and not conversion.reason.startswith("field")
    assert str(scan.stats.first_failures[0]) == scan.stats.first_failures[0].reason


def test_the_error_of_a_scan_that_raises_has_the_record():
    parser = parsimd.compile("{name:S} {n:d}")
    good = "a 1\n" * 100_000
    scan = parser.scan(good + "b 99999999999999999999\n", on_error="raise")
    with pytest.raises(parsimd.ScanError) as raised:
        for _ in scan:
            pass
    failure = raised.value.failure
    assert (failure.record, failure.offset, failure.kind, failure.field) == (100_000, len(good), "conversion", "n")
    assert (raised.value.offset, raised.value.row) == (len(good), None)
    assert str(raised.value).endswith(str(failure))


def test_a_replaced_expression_that_does_not_fill_the_line_is_scanned_as_it_is_parsed():
    parser = parsimd.compile("{x}")
    parser._expression = "(?P<x>a)|b"
    assert parser.parse("ab")["x"] == "a"
    scan = parser.scan("ab\na\n")
    assert (scan.read_all().to_tuples(), scan.stats.failures) == ([("a",), ("a",)], 0)


def test_a_year_may_be_any_integer():
    import numpy

    batch = parsimd.compile("{t:ts}").scan("Nov  9 03:37:44\n", year=numpy.int64(2011)).read_all()
    assert batch["t"].to_pylist() == [datetime.datetime(2011, 11, 9, 3, 37, 44)]


def test_an_error_of_a_scan_goes_to_another_process_with_what_it_is_of():
    with pytest.raises(parsimd.ScanError) as raised:
        parsimd.compile("{n:d}").scan_file(io.BytesIO(b"1\n99999999999999999999\n"), on_error="raise").read_all()
    error = raised.value
    for again in (pickle.loads(pickle.dumps(error)), copy.deepcopy(error)):
        assert type(again) is parsimd.ScanError and str(again) == str(error) and (again.offset, again.row) == (2, error.row)
        names = ("source", "offset", "line", "record", "kind", "field", "reason", "text")
        assert [getattr(again.failure, name) for name in names] == [getattr(error.failure, name) for name in names]
    scan = parsimd.compile("{n:d}").scan("x\n")
    scan.read_all()
    [failure] = scan.stats.first_failures
    assert str(copy.copy(failure)) == str(failure) and copy.copy(failure).field is None
