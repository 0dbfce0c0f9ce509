"""Every line that was not read: `rejects=`."""

import gc
import gzip
import io
import os
import threading
import warnings

import pytest

import parsimd

LOG = b"took 1 ms\r\ngave 7 s\r\n\0\0noise \xff\ntook 99999999999999999999 ms\ntook 2 ms\nno end"
REJECTS = b"gave 7 s\r\nnoise \xff\ntook 99999999999999999999 ms\nno end\n"
PARSER = parsimd.compile("took {n:d} ms")


def test_rejects_are_a_batch():
    scan = PARSER.scan(LOG, rejects=True)
    assert scan.take_rejects().to_tuples() == []
    assert scan.read_all().to_tuples() == [(1,), (2,)]
    rejects = scan.take_rejects()
    assert rejects.names == ["file", "line", "offset", "kind", "field", "reason", "text"]
    assert [row[:5] for row in rejects.to_tuples()] == [
        ("<bytes>", 2, 11, "no_match", None),
        ("<bytes>", 3, 23, "encoding", None),
        ("<bytes>", 4, 31, "conversion", "n"),
        ("<bytes>", 6, LOG.index(b"no end"), "no_match", None),
    ]
    assert rejects["reason"].to_pylist()[0] == 'expected "took ", found "gave 7"'
    assert rejects["text"].to_pylist() == ["gave 7 s", "noise \ufffd", "took 99999999999999999999 ms", "no end"]
    assert len(scan.take_rejects()) == 0
    assert len(rejects) == scan.stats.unmatched + scan.stats.failures


def test_rejects_are_arrow_data():
    pyarrow = pytest.importorskip("pyarrow")
    scan = PARSER.scan(LOG, rejects=True)
    scan.read_all()
    table = pyarrow.table(scan.take_rejects())
    assert table.schema.field("line").type == pyarrow.int64()
    assert table["field"].to_pylist() == [None, None, "n", None]


@pytest.mark.parametrize("threads", [1, 4])
def test_rejects_go_to_a_path_as_they_stand(tmp_path, threads):
    path = tmp_path / "rejects.log"
    path.write_text("an older file, which is longer than what comes\n" * 9)
    scan = PARSER.scan(LOG, rejects=path, threads=threads)
    assert len(scan.read_all()) == 2
    assert path.read_bytes() == REJECTS
    again = parsimd.compile("gave {n:d} s").scan_file(path, rejects=os.fsencode(tmp_path / "second.log"))
    assert again.read_all().to_tuples() == [(7,)]
    assert (tmp_path / "second.log").read_bytes() == REJECTS[len(b"gave 7 s\r\n") :]


def test_rejects_go_to_an_open_file():
    file = io.BytesIO()
    PARSER.scan(LOG, rejects=file).read_all()
    assert file.getvalue() == REJECTS


def test_a_file_that_writes_a_part_is_given_the_rest():
    class Slow(io.RawIOBase):
        def __init__(self):
            self.written = b""

        def write(self, data):
            self.written += bytes(data)[:3]
            return min(3, len(data))

    file = Slow()
    PARSER.scan(LOG, rejects=file).read_all()
    assert file.written == REJECTS


def test_a_function_is_called_with_batches():
    given = []
    log = LOG + b"\n"
    scan = PARSER.scan(log * 20_000, rejects=given.append, threads=3)
    assert len(scan.read_all()) == 40_000
    assert len(given) > 1 and all(isinstance(batch, parsimd.Batch) for batch in given)
    lines = [line for batch in given for line in batch["line"].to_pylist()]
    assert lines == sorted(lines) and len(lines) == 80_000
    with pytest.raises(ValueError, match="rejects=True"):
        scan.take_rejects()


def test_a_function_may_use_the_scan():
    rows, seen = [], []

    def take(batch):
        seen.extend(batch["line"].to_pylist())
        rows.extend(next(scan, ()))
        assert scan.stats.records > 0 and scan.reasons()

    log = LOG + b"\n"
    scan = PARSER.scan(log * 20_000, rejects=take)
    rows += [row for batch in scan for row in batch]
    assert len(rows) == 40_000 and len(seen) == 80_000 and seen == sorted(seen)


def test_what_a_function_raises_comes_out_and_no_row_is_lost():
    calls, given = [], []

    def take(batch):
        calls.append(len(batch))
        if len(calls) % 2:
            raise KeyError("not now")
        given.extend(batch["line"].to_pylist())

    log = (LOG + b"\n") * 20_000
    scan, rows, raised = PARSER.scan(log, rejects=take), 0, 0
    while True:
        try:
            rows += len(next(scan))
        except StopIteration:
            break
        except KeyError:
            raised += 1
    assert rows == 40_000 and len(given) == 80_000 and given == sorted(given)
    assert raised == len(calls) / 2 > 1


def test_read_all_goes_on_after_a_function_that_raised():
    fails = [True]

    def take(batch):
        if fails.pop() if fails else False:
            raise KeyError("not now")

    scan = PARSER.scan((LOG + b"\n") * 20_000, rejects=take)
    with pytest.raises(KeyError):
        scan.read_all()
    assert len(scan.read_all()) == 40_000


@pytest.mark.parametrize("raised", [KeyboardInterrupt, LookupError])
@pytest.mark.parametrize("end", [lambda scan: scan.read_all(), lambda scan: list(scan), lambda scan: scan.read(10)])
def test_what_a_function_raises_beside_damage_is_told_as_well(raised, end):
    taken = []

    def take(batch):
        if len(taken) == 0:
            taken.append(None)
            raise raised
        taken.extend(batch["text"].to_pylist())

    scan = parsimd.compile("{:d}").scan_file(io.BytesIO(gzip.compress(b"x\n")[:-4]), rejects=take)
    told = []
    for _ in range(2):
        with pytest.raises(BaseException) as error:
            end(scan)
        told.append(error.type)
    # The end of a program comes first.
    assert told == ([KeyboardInterrupt, OSError] if raised is KeyboardInterrupt else [OSError, LookupError])
    assert end(scan) is not None and taken == [None, "x"]


def test_a_path_that_cannot_be_written_is_named(tmp_path):
    missing = tmp_path / "missing" / "rejects.log"
    with pytest.raises(FileNotFoundError) as raised:
        PARSER.scan(LOG, rejects=missing)
    assert raised.value.filename == str(missing)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full on this system")
def test_a_file_that_is_full_is_named_and_no_row_is_lost():
    scan = PARSER.scan(LOG, rejects="/dev/full")
    with pytest.raises(OSError) as raised:
        scan.read_all()
    assert raised.value.filename == "/dev/full"
    assert len(next(scan)) == 2


def test_a_file_that_is_scanned_is_not_written_over(tmp_path):
    path = tmp_path / "log"
    path.write_bytes(LOG)
    with pytest.raises(ValueError, match="written over the file that is scanned"):
        PARSER.scan_file(iter([path]), rejects=str(path))
    with open(path, "rb") as file, pytest.raises(ValueError, match="written over"):
        PARSER.scan_file(file, rejects=path)
    assert path.read_bytes() == LOG


@pytest.mark.parametrize("wrong", [7, io.StringIO(), b"a\0b".decode()])
def test_what_cannot_be_written_to_is_refused(wrong):
    with pytest.raises((TypeError, ValueError, OSError)):
        PARSER.scan(LOG, rejects=wrong)


def test_without_rejects_there_are_none_to_be_taken():
    with pytest.raises(ValueError, match="rejects=True"):
        PARSER.scan(LOG).take_rejects()


def test_a_bad_line_that_ends_the_scan_is_a_reject_too(tmp_path):
    path = tmp_path / "rejects.log"
    with pytest.raises(parsimd.ScanError):
        PARSER.scan(b"took 1 ms\nnoise\nnoise\n", rejects=path, on_error="raise").read_all()
    assert path.read_bytes() == b"noise\n"


def test_threads_that_share_a_scan_hand_over_all_in_order():
    given, rows = [], []
    scan = PARSER.scan((LOG + b"\n") * 20_000, rejects=lambda batch: given.extend(batch["line"].to_pylist()))
    threads = [threading.Thread(target=lambda: rows.extend(len(batch) for batch in scan)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(rows) == 40_000 and len(given) == 80_000 and given == sorted(given)


def test_the_file_is_closed_with_the_scan_and_nothing_is_warned_of(tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        scan = PARSER.scan(LOG, rejects=tmp_path / "rejects.log")
        scan.read_all()
        del scan
        gc.collect()


def test_polars_gives_rejects_to_a_path_or_a_function(tmp_path):
    polars = pytest.importorskip("polars")
    path, log = tmp_path / "rejects.log", tmp_path / "log"
    log.write_bytes(LOG)
    frame = PARSER.scan_polars(log, rejects=path)
    for _ in range(2):
        assert frame.collect()["n"].to_list() == [1, 2]
        assert path.read_bytes() == REJECTS
    given = []
    assert PARSER.scan_polars(log, rejects=given.append).filter(polars.col("n") > 1).collect()["n"].to_list() == [2]
    # What has no number does not pass the filter, which is no failure.
    assert [line for batch in given for line in batch["line"].to_pylist()] == [2, 3, 6]
    for wrong in [True, io.BytesIO()]:
        with pytest.raises(TypeError, match="a path or a function"):
            PARSER.scan_polars(log, rejects=wrong)
    with pytest.raises(ValueError, match="written over"):
        PARSER.scan_polars(log, rejects=log)
