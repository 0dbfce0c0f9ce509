"""Why lines were not read: `Scan.reasons`, and what an error says."""

import re
from itertools import groupby

import pytest

import parsimd

ACCESS = '{ip} - - [{ts:th}] "{req}" {status:d} {bytes:d} "{ref}" "{ua}"'


def access(lines):
    """A log as `ACCESS` reads it, but for lines without bytes, and one that is cut off."""
    log = []
    for n in range(lines):
        size = "-" if n % 15 == 4 else n
        line = f'10.0.{n % 256}.7 - - [17/May/2015:10:05:03 +0000] "GET /{n} HTTP/1.1" 200 {size} "-" "Mozilla/5.0"'
        log.append(line[:-9] if n == lines // 2 else line)
    return "\n".join(log) + "\n"


def shape(text):
    kinds = ["a" if c.isalpha() else "0" if c.isnumeric() else c for c in text]
    return "".join(kind if kind in "a0" else kind * len(list(run)) for kind, run in groupby(kinds))


def by_hand(format, log):
    parser, groups = parsimd.compile(format), {}
    for number, line in enumerate(log.splitlines(), 1):
        why = parser.explain_mismatch(line)
        if why is not None:
            group = groups.setdefault((why.expected, why.after, shape(why.found)), [0, number, why.message])
            group[0] += 1
    return sorted(groups.values(), key=lambda group: (-group[0], group[1]))


@pytest.mark.parametrize(
    ("format", "log"),
    [
        (ACCESS, access(900)),
        (ACCESS, access(90).replace(" - - [", " - bob [", 3).replace(" - - [", " - alice [", 4).replace("GET", "")),
        ("{level:w}: {ms:d} ms", "info: 1 ms\nwarn - 2 ms\nnone: - ms\n\ninfo: 3 s\nwarn: ? ms\nx: 4 s\n"),
    ],
)
def test_reasons_are_those_of_the_lines_one_by_one(format, log):
    scan = parsimd.compile(format).scan(log)
    scan.read_all()
    assert [[r.count, r.line, r.reason] for r in scan.reasons()] == by_hand(format, log)


def test_a_line_without_bytes_and_one_that_is_cut_off_are_two_reasons():
    scan = parsimd.compile(ACCESS).scan(access(900))
    scan.read_all()
    size, cut = scan.reasons()
    assert str(size) == '60 lines: expected {bytes:d} after {status:d}, found "-"'
    assert str(cut) == '1 line: expected "\\"" after {ua}, found the end'
    assert repr(cut) == f"<Reason {cut}; first in <bytes> line 451>"
    assert (size.count, size.is_estimate, size.kind, size.field, size.line, size.record) == (60, False, "no_match", None, 5, 4)
    assert size.text.encode()[size.position :].startswith(b'- "-"')
    assert access(900).encode()[size.offset :].startswith(size.text.encode())


def test_reasons_of_many_lines_are_estimates():
    scan = parsimd.compile("{n:d}").scan("x\n" * 5000 + "1\n" + "99999999999999999999\n")
    scan.read_all()
    matched, rest = scan.reasons()
    assert str(matched) == 'about 5,000 lines: expected {n:d}, found "x"' and matched.is_estimate
    assert str(rest) == "1 line: other reasons"
    assert [rest.kind, rest.reason, rest.source, rest.line, rest.record, rest.offset, rest.position, rest.text] == [None] * 8


def test_reasons_can_be_asked_at_any_time():
    scan = parsimd.compile("{n:d}").scan("1\nx\n")
    assert scan.reasons() == []
    scan.read_all()
    assert [r.count for r in scan.reasons()] == [1] == [r.count for r in scan.reasons()]


def test_reasons_of_a_pattern_that_re_matches():
    """`re` is asked for what is not ASCII, or by a type of the program's own."""

    @parsimd.with_pattern(r"(?<!x)\d+")
    def number(text):
        return int(text)

    log = "1 é\nx é\n2 é\n"
    scan = parsimd.compile("{n:Number} {}", {"Number": number}).scan(log)
    scan.read_all()
    assert [r.count for r in scan.reasons()] == [1]


def test_the_error_of_a_scan_that_raises_says_what_was_expected():
    with pytest.raises(parsimd.ScanError, match=re.escape('record at byte 2: does not match the pattern: expected {n:d}, found "x"')) as raised:
        parsimd.compile("{n:d}").scan("1\nx\n", on_error="raise").read_all()
    assert raised.value.failure.line == 2
