"""What is scanned: damaged files, pipes, open files, lines that are too long, and what is no input at all."""

import codecs
import collections
import gzip
import inspect
import io
import os
import textwrap
import threading
import zipfile
import zlib

import parsimd
import programs
import pytest

PARSER = parsimd.compile("{level:w} {n:d}")
LINES = b"".join(b"info %d\n" % n for n in range(20_000))
needs_pipes = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes by name on this system")


def rows(scan):
    """The numbers that a scan gives, and what it raises after them."""
    found = []
    try:
        for batch in scan:
            found += batch["n"].to_pylist()
    except Exception as error:
        assert list(scan) == [], "the end is the end"
        return found, error
    return found, None


def whole(data):
    """How many lines Python's own gzip reads before it raises."""
    count = 0
    try:
        for line in gzip.open(io.BytesIO(data)):
            count += line.endswith(b"\n")
    except (OSError, EOFError, zlib.error):
        pass
    return count


PACKED = gzip.compress(LINES)
DAMAGED = {
    "the last 4 bytes are missing": PACKED[:-4],
    "cut in the middle": PACKED[: len(PACKED) // 2],
    "cut in the header": PACKED[:7],
    "a wrong checksum": PACKED[:-6] + bytes([PACKED[-6] ^ 1]) + PACKED[-5:],
    "a second member is cut": PACKED + PACKED[:100],
}


@pytest.mark.parametrize("data", DAMAGED.values(), ids=DAMAGED.keys())
@pytest.mark.parametrize("kind", ["path", "open file"])
def test_a_damaged_file_gives_every_line_before_the_damage(data, kind, tmp_path):
    (tmp_path / "x.gz").write_bytes(data)
    file = open(tmp_path / "x.gz", "rb") if kind == "open file" else tmp_path / "x.gz"
    scan = PARSER.scan_file(file)
    found, error = rows(scan)
    assert len(found) >= whole(data) and found[:20_000] == list(range(len(found)))[:20_000]
    assert isinstance(error, OSError) and "x.gz: damaged gzip data at compressed byte" in str(error)
    stats = scan.stats
    assert stats.records == stats.matched + stats.unmatched + stats.failures and stats.matched == len(found)
    assert all("broke off" in failure.reason for failure in stats.first_failures)


def test_what_follows_gzip_data_is_noted_unless_it_is_padding(tmp_path):
    for rest, notes in ((b"", 0), (bytes(512), 0), (b"\nxyz", 1)):
        (tmp_path / "x.gz").write_bytes(PACKED + rest)
        scan = PARSER.scan_file(tmp_path / "x.gz")
        assert rows(scan) == (list(range(20_000)), None)
        assert len(scan.stats.notes) == notes
    assert f"x.gz: ignored what follows the gzip data, from compressed byte {len(PACKED)} on" in scan.stats.notes[0]


def test_a_text_that_begins_as_the_name_of_a_compression_is_text(tmp_path):
    for text, count in ((b"BZh 5\ninfo 1\n", 2), (b"BZh9 5\n", 1), (b"BZh", 0)):
        (tmp_path / "x.log").write_bytes(text)
        assert len(PARSER.scan_file(tmp_path / "x.log").read_all()) == count
    import bz2

    for data in (b"", b"info 1\n"):
        (tmp_path / "x.log").write_bytes(bz2.compress(data))
        assert len(PARSER.scan_file(tmp_path / "x.log").read_all()) == len(data) // 7


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("name", ["gzip", "bz2", "lzma"])
def test_compressed_files_and_open_files_give_the_lines_before_damage(name, threads, tmp_path):
    packed = __import__(name).compress(LINES)
    assert rows(PARSER.scan_file(io.BytesIO(packed + packed)))[1] is None
    (tmp_path / "a").write_bytes(packed)
    (tmp_path / "cut").write_bytes(packed[:-20])
    whole, error = rows(PARSER.scan_file([tmp_path / "a"] * 3, threads=threads))
    assert whole == rows(PARSER.scan(LINES))[0] * 3 and error is None
    found, error = rows(PARSER.scan_file(tmp_path / "cut", threads=threads))
    assert found == whole[: len(found)] and isinstance(error, OSError) and "cut: damaged" in str(error)
    # Of several files the others are read.
    scan = PARSER.scan_file([tmp_path / "missing", tmp_path / "a", tmp_path / "cut", tmp_path / "a"], threads=threads)
    assert rows(scan) == (whole[: len(whole) // 3] + found + whole[: len(whole) // 3], None)
    assert ["missing: No such file" in scan.stats.source_errors[0], "cut: damaged" in scan.stats.source_errors[1]] == [True] * 2
    assert isinstance(rows(PARSER.scan_file([tmp_path / "a", tmp_path / "cut"], on_error="raise", threads=threads))[1], OSError)
    assert isinstance(rows(PARSER.scan_file([tmp_path / "missing", tmp_path / "gone"], threads=threads))[1], FileNotFoundError)


def test_a_zip_archive_is_an_error_that_says_what_to_do(tmp_path):
    with zipfile.ZipFile(tmp_path / "x.log", "w") as archive:
        archive.writestr("a", "info 1\n")
    with pytest.raises(OSError, match="zip archive.*unzip -p"):
        PARSER.scan_file(tmp_path / "x.log")


def run(code):
    """Runs a program that may hang."""
    setup = "import os, signal, sys, tempfile, threading, time, parsimd\nPARSER = parsimd.compile('{level:w} {n:d}')\n"
    programs.run(setup + textwrap.dedent(code), seconds=60)


@needs_pipes
@pytest.mark.parametrize("kind", ["a pipe without a writer", "a silent pipe", "an open file of a silent pipe"])
def test_a_pipe_keeps_neither_other_threads_nor_signals_waiting(kind):
    run(
        f"""
        kind = {kind!r}
        if kind == "a pipe without a writer":
            path = os.path.join(tempfile.mkdtemp(), "fifo")
            os.mkfifo(path)
        else:
            ours, theirs = os.pipe()
            os.write(theirs, b"info 1\\n" * 10)
            path = open(ours, "rb") if "open" in kind else f"/dev/fd/{{ours}}"
        beats = []
        def beat():
            while True:
                beats.append(time.monotonic())
                time.sleep(0.005)
        threading.Thread(target=beat, daemon=True).start()
        signal.signal(signal.SIGALRM, signal.default_int_handler)
        signal.setitimer(signal.ITIMER_REAL, 0.5)
        begin = time.monotonic()
        try:
            PARSER.scan_file(path).read_all()
            raise SystemExit("it has ended")
        except KeyboardInterrupt:
            pass
        assert time.monotonic() - begin < 5
        assert len(beats) > 20 and max(b - a for a, b in zip(beats, beats[1:])) < 0.4, "other threads have waited"
        """
    )


@needs_pipes
@pytest.mark.parametrize("kind", ["path", "open file"])
def test_lines_of_a_pipe_do_not_wait_for_a_block(kind):
    run(
        f"""
        ours, theirs = os.pipe()
        scan = PARSER.scan_file(open(ours, "rb") if {kind!r} == "open file" else f"/dev/fd/{{ours}}")
        for n in range(3):
            os.write(theirs, b"info 1\\ninfo 2\\nin")
            assert len(next(scan)) == 2
            os.write(theirs, b"fo 3\\n")
            assert len(next(scan)) == 1
        os.close(theirs)
        assert next(scan, None) is None
        """
    )


@needs_pipes
def test_the_first_bytes_of_a_pipe_may_come_one_by_one():
    run(
        """
        import gzip
        ours, theirs = os.pipe()
        def write():
            for byte in gzip.compress(b"info 1\\ninfo 2\\n"):
                os.write(theirs, bytes([byte]))
                time.sleep(0.005)
            os.close(theirs)
        threading.Thread(target=write).start()
        assert len(PARSER.scan_file(f"/dev/fd/{ours}").read_all()) == 2
        """
    )


def test_what_cannot_be_opened_is_an_error_of_the_call(tmp_path):
    with pytest.raises(FileNotFoundError):
        PARSER.scan_file(os.fsencode(tmp_path / "missing"))
    with pytest.raises(IsADirectoryError, match="name the files in it"):
        PARSER.scan_file(tmp_path)


class Reader:
    """Nothing but `read`, which gives the parts one after the other, and raises those that are exceptions."""

    def __init__(self, *parts):
        self.parts = list(parts)
        self.threads = set()

    def read(self, size):
        self.threads.add(threading.get_ident())
        part = self.parts.pop(0) if self.parts else b""
        if isinstance(part, BaseException):
            raise part
        return part


def test_an_open_file_is_scanned_as_what_is_in_it(tmp_path):
    path = tmp_path / "a.log"
    path.write_bytes(b"head\n" + LINES)
    wanted = list(range(20_000))
    with open(path, "rb") as file:
        file.readline()
        scan = PARSER.scan_file(file)
        assert rows(scan) == (wanted, None) and scan.stats.unmatched == 0
    with open(path) as file:
        file.readline()
        assert rows(PARSER.scan_file(file)) == (wanted, None)
    with open(path, "rb", buffering=0) as file:
        scan = PARSER.scan_file(file)
        assert rows(scan) == (wanted, None) and scan.stats.first_failures[0].source == str(path)
    for file in (io.BytesIO(LINES), io.StringIO(LINES.decode()), io.BytesIO(PACKED), gzip.open(io.BytesIO(PACKED))):
        assert rows(PARSER.scan_file(file)) == (wanted, None)
    assert rows(PARSER.scan_file(os.fsencode(path))) == (wanted, None)


def test_text_is_decoded_as_the_file_decodes_it(tmp_path):
    path = tmp_path / "a.log"
    names = parsimd.compile("{name} {n:d}")
    for encoding in ("latin-1", "utf-16", "utf-8"):
        path.write_bytes("größer 1\r\né 2".encode(encoding))
        with open(path, encoding=encoding) as file:
            scan = names.scan_file(file)
            assert scan.read_all()["name"].to_pylist() == ["größer", "é"]
            assert scan.stats.bytes == len("größer 1\né 2".encode())
    path.write_bytes(b"\xe9 1\nb 2\n")
    with open(path, encoding="utf-8", errors="surrogateescape") as file:
        scan = names.scan_file(file)
        assert (scan.read_all()["name"].to_pylist(), scan.stats.first_failures[0].reason) == (["b"], "not UTF-8")
    with open(path, encoding="utf-8") as file:
        assert isinstance(rows(names.scan_file(file))[1], UnicodeDecodeError)


def test_paths_and_open_files_may_be_mixed(tmp_path):
    for name in "ab":
        (tmp_path / name).write_bytes(b"info %d" % ord(name))
    several = [tmp_path / "a", io.BytesIO(b"info 1"), io.BytesIO(gzip.compress(b"info 2\n")), str(tmp_path / "a"), os.fsencode(tmp_path / "b")]
    scan = PARSER.scan_file(iter(several))
    assert rows(scan) == ([97, 1, 2, 97, 98], None)
    scan = PARSER.scan_file([tmp_path / "a", io.BytesIO(b"noise")])
    assert rows(scan) == ([97], None) and scan.stats.first_failures[0].source == "<file>"
    # Each path in a row of them is opened when its turn comes.
    found, error = rows(PARSER.scan_file([io.BytesIO(b"info 1"), tmp_path / "a", tmp_path / "missing"], on_error="raise"))
    assert found == [1, 97] and isinstance(error, FileNotFoundError)


def test_what_an_open_file_raises_comes_out_of_the_scan_after_the_lines_before_it():
    class Own(Exception):
        pass

    for raised in (Own("mine"), OSError(5, "broken"), ValueError("closed")):
        for data in ([b"info 1\ninfo 2\nin"], [b"in", b"fo 1\ninfo 2\n", None, b"in"], ["info 1\ninfo 2\nin"]):
            scan = PARSER.scan_file(Reader(*data, raised))
            found, error = rows(scan)
            assert found == [1, 2] and error is raised
            (failure,) = scan.stats.first_failures
            assert (failure.source, failure.offset, failure.text) == ("<file>", 14, "in")
    found, error = rows(PARSER.scan_file(Reader(b"info 1\n", 7)))
    assert found == [1] and isinstance(error, TypeError) and "not int" in str(error)


def test_an_interrupt_of_an_open_file_loses_nothing():
    scan = PARSER.scan_file(Reader(b"info 1\nin", KeyboardInterrupt(), b"fo 2\n", SystemExit(), b"info 3"))
    found, interrupts = [], []
    while True:
        try:
            batch = next(scan, None)
        except BaseException as error:
            interrupts.append(type(error))
        else:
            if batch is None:
                break
            found += batch["n"].to_pylist()
    assert (found, interrupts) == ([1, 2, 3], [KeyboardInterrupt, SystemExit])
    assert scan.stats.failures == 0


def test_an_open_file_is_read_by_the_thread_that_scans():
    file = Reader(*[LINES] * 30)
    scan = PARSER.scan_file(file, threads=4)
    assert len(scan.read_all()) == 600_000
    assert file.threads == {threading.get_ident()}


def test_an_open_file_may_not_ask_the_scan_that_reads_it():
    class Curious(Reader):
        def read(self, size):
            next(scan)

    scan = PARSER.scan_file(Curious())
    with pytest.raises(RuntimeError, match="already running"):
        next(scan)


def test_what_is_no_file_is_a_type_error_that_says_what_is_taken(tmp_path, monkeypatch):
    for given in (7, None, [7], [b"x", None], iter(b"info 1"), bytearray(b"info 1"), memoryview(b"info 1"), object(), io.BytesIO, [io.BytesIO(), 1.5]):
        with pytest.raises(TypeError, match=r"a path \(str, bytes or os.PathLike\), an open file, or several of them, not "):
            PARSER.scan_file(given)
    for lines in ("info 1\n", b"info 1\ninfo 2", ["a", "info 1\n"], (line for line in ["info 1\n"])):
        with pytest.raises(TypeError, match="newline in it.*scan takes text"):
            PARSER.scan_file(lines)
    if os.name != "nt":
        monkeypatch.chdir(tmp_path)
        (tmp_path / "two\nlines").write_bytes(b"info 1\n")
        assert len(PARSER.scan_file("two\nlines").read_all()) == 1


def test_queries_take_paths_alone(tmp_path):
    pytest.importorskip("polars")
    (tmp_path / "a.log").write_bytes(b"info 1\ninfo 22222\n")
    with open(tmp_path / "a.log") as file, pytest.raises(TypeError, match="scan_file"):
        PARSER.scan_polars(file)
    with pytest.raises(TypeError, match="newline"):
        PARSER.scan_polars(["info 1\n"])
    assert PARSER.scan_polars(os.fsencode(tmp_path / "a.log")).collect().height == 2
    assert PARSER.scan_polars(tmp_path / "a.log", max_record_bytes=6).collect()["n"].to_list() == [1]


def test_a_path_that_is_given_as_data_is_told(tmp_path, recwarn):
    path = tmp_path / "a.log"
    path.write_bytes(b"info 1\n")
    with pytest.raises(TypeError, match="scan_file"):
        PARSER.scan(path)
    with open(path, "rb") as file, pytest.raises(TypeError, match="scan_file"):
        PARSER.scan(file)
    for text in (str(path), os.fsencode(path)):
        with pytest.warns(UserWarning, match="use scan_file") as caught:
            assert PARSER.scan(text).stats.records == 0
        assert caught[0].filename == __file__
    recwarn.clear()
    for text in (f"{path}\n", "info 1", b"", "\0", "x" * 100_000, str(tmp_path), b"\xff"):
        PARSER.scan(text)
    assert not recwarn.list


Found = collections.namedtuple("Found", "rows records unmatched failures reasons offsets texts")


def everything(scan):
    found = [row for batch in scan for row in batch.to_tuples()]
    stats, failures = scan.stats, scan.stats.first_failures
    each = [[getattr(failure, name) for failure in failures] for name in ("reason", "offset", "text")]
    return Found(found, stats.records, stats.unmatched, stats.failures, *each)


def test_a_line_that_is_too_long_is_one_failure_in_every_kind_of_input(tmp_path):
    data = b"info 1\n" + b"x" * 1_000_000 + b"\ninfo 2\n" + b"info " + b"7" * 96 + b"\r\ninfo 3"
    (tmp_path / "a.log").write_bytes(data)
    (tmp_path / "a.gz").write_bytes(gzip.compress(data))
    for on_error in ("skip", "null"):
        options = {"max_record_bytes": 100, "on_error": on_error}
        wanted = everything(PARSER.scan(data, **options))
        given = [("info", 1), (None, None), ("info", 2), (None, None), ("info", 3)]
        assert wanted.rows == (given if on_error == "null" else given[::2])
        assert (wanted.records, wanted.failures, wanted.offsets) == (5, 2, [7, 1_000_015])
        assert wanted.reasons == ["record too long: more than 100 bytes"] * 2 and wanted.texts[0] == "x" * 120
        for scan in (
            PARSER.scan(bytearray(data), **options),
            PARSER.scan(data.decode(), threads=3, **options),
            PARSER.scan_file(tmp_path / "a.log", **options),
            PARSER.scan_file(tmp_path / "a.gz", **options),
            PARSER.scan_file(io.BytesIO(data), **options),
            PARSER.scan_file(io.StringIO(data.decode(), newline=""), **options),
        ):
            assert everything(scan) == wanted
    with pytest.raises(parsimd.ScanError, match="too long") as caught:
        PARSER.scan_file(tmp_path / "a.gz", max_record_bytes=100, on_error="raise").read_all()
    assert caught.value.offset == 7


def test_the_length_of_lines_has_a_default_and_bounds():
    for call in (parsimd.Parser.scan, parsimd.Parser.scan_file, parsimd.Parser.scan_polars):
        assert inspect.signature(call).parameters["max_record_bytes"].default == 64 << 20
    for wrong in (0, -1, (1 << 30) + 1):
        with pytest.raises(ValueError, match="from 1 to 1073741824"):
            PARSER.scan(b"", max_record_bytes=wrong)
    scan = PARSER.scan(b"x" * (64 << 20) + b"\n" + b"x" * ((64 << 20) + 1))
    assert rows(scan) == ([], None) and (scan.stats.unmatched, scan.stats.failures) == (1, 1)


def test_a_value_of_an_array_that_is_too_long_is_null():
    pyarrow = pytest.importorskip("pyarrow")
    texts = pyarrow.array(["info 1", "x" * ((64 << 20) + 1), "info 2"])
    assert PARSER.parse_array(texts).to_pylist() == [{"level": "info", "n": 1}, None, {"level": "info", "n": 2}]
    with pytest.raises(parsimd.ScanError, match="too long") as caught:
        PARSER.parse_array(texts, on_error="raise")
    assert caught.value.row == 1


NOTE_16 = "UTF-16, read as UTF-8; places are those of the UTF-8 text"
# What is scanned, with the numbers, the places of what has no row, and the notes that it gives.
BEGINNINGS = {
    "a mark": (codecs.BOM_UTF8 + b"info 1\nx\n", [1], [10], []),
    "a mark that is text": (b"info 1\n" + codecs.BOM_UTF8 + b"info 2\n", [1], [7], []),
    "a hole": (bytes(5000) + b"info 1\nx\n", [1], [5007], ["skipped 5000 NUL bytes before byte 5000"]),
    "a mark and holes": (
        codecs.BOM_UTF8 + b"\0info 1\n\0\0x\n\0",
        [1],
        [13],
        ["skipped 4 NUL bytes in 3 places, the first before byte 4"],
    ),
    "UTF-16, little": (codecs.BOM_UTF16_LE + "ü 1\nx\n".encode("utf-16-le"), [1], [5], [NOTE_16]),
    "UTF-16, big": (codecs.BOM_UTF16_BE + "ü 1\r\nx\n".encode("utf-16-be"), [1], [6], [NOTE_16]),
    "half a pair": (
        codecs.BOM_UTF16_LE + "info 1\n\ud83e\n".encode("utf-16-le", "surrogatepass"),
        [1],
        [7],
        [NOTE_16, "units that are no UTF-16, and became U+FFFD: 1"],
    ),
}


@pytest.mark.parametrize("data, numbers, offsets, notes", BEGINNINGS.values(), ids=BEGINNINGS.keys())
def test_marks_holes_and_utf_16_are_the_same_in_every_kind_of_input(data, numbers, offsets, notes, tmp_path):
    (tmp_path / "a.log").write_bytes(data)
    (tmp_path / "a.gz").write_bytes(gzip.compress(data))
    for scan in (
        PARSER.scan(data),
        PARSER.scan(bytearray(data)),
        PARSER.scan_file(tmp_path / "a.log"),
        PARSER.scan_file(tmp_path / "a.gz", threads=3),
        PARSER.scan_file(open(tmp_path / "a.log", "rb")),
        PARSER.scan_file(gzip.open(tmp_path / "a.gz")),
        PARSER.scan_file(Reader(*(data[at : at + 1] for at in range(len(data))))),
        PARSER.scan_file(io.BytesIO(gzip.compress(data))),
        PARSER.scan_file([io.BytesIO(b""), tmp_path / "a.log"]),
    ):
        assert rows(scan) == (numbers, None)
        assert [failure.offset for failure in scan.stats.first_failures] == offsets
        assert [note.split(": ", 1)[1] for note in scan.stats.notes] == notes


def test_a_str_may_begin_with_a_mark(tmp_path):
    levels = parsimd.compile("{level} {n:d}")
    wanted = [("info", 1), ("warn", 2)]
    text = "\ufeffinfo 1\nwarn 2\n"
    assert levels.scan(text).read_all().to_tuples() == wanted
    assert levels.scan_file(io.StringIO(text)).read_all().to_tuples() == wanted
    (tmp_path / "a.log").write_text(text, encoding="utf-8")
    assert levels.scan_file([tmp_path / "a.log"] * 2).read_all().to_tuples() == wanted * 2
    assert len(parsimd.compile("{t:ti} {host} {msg}").scan(bytes(5) + b"2019-12-17 05:19:07 web hello\n").read_all()) == 1
