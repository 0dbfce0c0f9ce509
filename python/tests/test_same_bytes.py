"""The law "same bytes, same batch", from Python: however a log is read, its rows are what ``parse`` makes of each line.

``tests/it/same_bytes`` in Rust is the large test of it. This one compares with PyPI ``parse`` itself, corrected by the differences of docs/differences.md.
"""

import bz2
import gzip
import io
import lzma
import random
from datetime import date, datetime, time, timezone

import oracle
import parsimd
import pytest
from share import share_of

PARSE = oracle.corrected()

# Formats of `parse` alone, with texts for their fields: usual ones, odd ones and wrong ones.
FORMATS = {
    '{ip} - - [{at:th}] "{req}" {status:d} {size:d}': [
        ["10.0.0.1", "::1", ""],
        ["17/May/2015:10:05:03 +0000", "7/may/2015:10:05:03 -1200", "30/Feb/2015:10:05:03 +0000"],
        ["GET / HTTP/1.1", 'a "b" c', "é"],
        ["200", "404", "-", "+5", "0x1f"],
        ["0", "512", "99999999999999999999"],
    ],
    "{at:ti} {level:w} [{who}] {text}": [
        ["2024-05-17T10:05:03", "2024-05-14 23:59:59.5 -2359", "2024-02-30", "2023-05-17T10:05:03Z"],
        ["info", "größe", "a b"],
        ["main", "[x]", ""],
        ["up", "ß → more", "] [", ""],
    ],
    "{n:n} {f:f} {g:g} {x:x}": [["1,234", "12", "1.2"], ["1.5", "-.5", "x"], ["1e10", "7", "nan"], ["1f", "0xff", "zz"]],
    "{a}x{b}y{c:d}": [["1x2", "", "é"], ["y", "b"], ["7", "-7", "07", "7 "]],
    "{w:>6}|{v:<4}|{z:.3}": [["    ab", "abcdef", "abcdefgh"], ["a   ", "abcd"], ["abc", "abcd", ""]],
    "{} {:d}": [["a", "a b", ""], ["1", "x"]],
}


def log(format, texts, numbers):
    """Lines of about the form of the pattern, and others, with any ends."""
    text = bytearray()
    for _ in range(numbers.choice([0, 1, 5, 60])):
        pieces = [piece.rpartition("}")[2] for piece in format.split("{")]
        for piece, some in zip(pieces, [*texts, [""]]):
            text += (piece + numbers.choice(some)).encode()
        text += numbers.choice([b"\n", b"\n", b"\r\n", b"\n\n", b" rest\n", b"\nnoise\n", b"\n" + b"long " * 300 + b"\n"])
    return bytes(text[: len(text) - numbers.choice([0, 1])])


def lines(data):
    """The records, told apart by hand."""
    whole, end, last = data.rpartition(b"\n")
    ended = [line[:-1] if line.endswith(b"\r") else line for line in whole.split(b"\n")] if end else []
    return [line.decode() for line in ended + ([last] if last else [])]


def cell(value):
    """What a column holds for a value; `OverflowError` where it can hold none."""
    if isinstance(value, (datetime, time)) and value.tzinfo is not None:
        if isinstance(value, time):
            raise NotImplementedError(value)
        return value.astimezone(timezone.utc).replace(tzinfo=None)
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise OverflowError(value)
    assert isinstance(value, (str, int, float, datetime, date, time)), value
    return value


def by_parse(format, data):
    """The rows, and how many lines do not match and how many have a value that no column holds."""
    parser = PARSE.compile(format)
    rows, unmatched, failures = [], 0, 0
    for line in lines(data):
        try:
            found = parser.parse(line)
            if found is None:
                unmatched += 1
            else:
                rows.append([cell(value) for value in [*found.named.values()] or found.fixed])
        except (OverflowError, ValueError):
            failures += 1
    return rows, unmatched, failures


class Odd:
    """A file that gives at most so many bytes at a time."""

    def __init__(self, data, step):
        self.data, self.step = io.BytesIO(data), step

    def read(self, count=-1):
        return self.data.read(min(count, self.step) if count >= 0 else self.step)


def ways(data, folder):
    """The log, read in every way: a name, and a function that begins a scan with a parser and options."""
    plain = folder / "x.log"
    plain.write_bytes(data)
    yield "bytes", lambda parser, **options: parser.scan(data, **options)
    yield "bytearray", lambda parser, **options: parser.scan(bytearray(data), **options)
    yield "str", lambda parser, **options: parser.scan(data.decode(), **options)
    yield "a file", lambda parser, **options: parser.scan_file(plain, **options)
    yield "an open file", lambda parser, **options: parser.scan_file(io.BytesIO(data), **options)
    for step in [1, 7, 1000]:
        yield f"{step} bytes at a time", lambda parser, step=step, **options: parser.scan_file(Odd(data, step), **options)
    half = len(data) // 2
    for packer in [gzip, bz2, lzma]:
        packed = folder / f"x.{packer.__name__}"
        packed.write_bytes(packer.compress(data[:half]) + packer.compress(data[half:]))
        yield packer.__name__, lambda parser, packed=packed, **options: parser.scan_file(packed, **options)
    cut = data.rfind(b"\n", 0, half) + 1
    paths = [folder / "a.part", folder / "b.part"]
    for path, part in zip(paths, [data[:cut], data[cut:]]):
        path.write_bytes(part)
    yield "two files", lambda parser, **options: parser.scan_file(paths, **options)
    yield "a glob", lambda parser, **options: parser.scan_file(str(folder / "*.part"), **options)


@pytest.mark.parametrize("format", FORMATS)
def test_however_a_log_is_read_its_rows_are_those_of_parse(format, tmp_path):
    parser = parsimd.compile(format)
    for number in range(share_of(8)):
        data = log(format, FORMATS[format], random.Random(number))
        rows, unmatched, failures = by_parse(format, data)
        for how, scan in ways(data, tmp_path):
            for threads in [1, 3]:
                found = scan(parser, threads=threads)
                batch = found.read_all()
                table = [
                    [cell(value) if isinstance(value, datetime) else value for value in row] for row in batch.to_tuples()
                ]
                # nan is not equal to itself.
                assert repr(table) == repr(rows), f"{how}, {threads} threads: {data!r}"
                stats = found.stats
                assert (stats.unmatched, stats.failures, stats.bytes) == (unmatched, failures, len(data)), (how, data)
