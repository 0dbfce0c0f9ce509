"""Guesses: the cases of ``tests/cases/guess.toml``, which the Rust tests run too, and what Python adds."""

import gzip
import io
import sys
from datetime import datetime, timedelta
from pathlib import Path

import parsimd
import pytest

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

CASES = tomllib.loads((Path(__file__).parents[2] / "tests" / "cases" / "guess.toml").read_text(encoding="utf-8"))["case"]
LOG = "2026-01-02 03:04:05 INFO up again\n2026-01-02 03:04:06 WARN slow disk\n"
PATTERN = "{time:t} {level:w} {message}"


def shown(value):
    if isinstance(value, datetime):
        return value.replace(tzinfo=None).isoformat()
    return str(value // timedelta(microseconds=1) * 1000) if isinstance(value, timedelta) else str(value)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_every_case_is_guessed_as_it_says(case):
    if "error" in case:
        with pytest.raises(ValueError, match=case["error"]):
            parsimd.guess(case["lines"])
        return
    best = parsimd.guess(case["lines"])[0]
    assert (best.matched, best.lines) == tuple(case["read"])
    assert best.notes == case.get("notes", [])
    assert best.options.get("multiline", False) == case.get("multiline", False)
    if "kinds" in case:
        assert [kind.pattern for kind in best.kinds] == [pattern for _, pattern in best.patterns] == case["kinds"]
        assert best.pattern is None
        return
    assert best.name == case.get("ready")
    if "pattern" in case:
        assert best.pattern == case["pattern"]
    for name, value in case["first"].items():
        assert shown(best.rows[0][name]) == value
    assert all(best.rows[0][name] is None for name in case.get("null", []))


@pytest.mark.parametrize("case", [case for case in CASES if "pattern" in case or "ready" in case], ids=lambda case: case["name"])
def test_a_guess_compiles_and_reads_a_file_as_it_says(case, tmp_path):
    path = tmp_path / "some.log"
    path.write_text("\n".join(case["lines"]), encoding="utf-8")
    for guess in parsimd.guess(path):
        if guess.pattern is not None:
            scan = guess.compile().scan_file(path, **guess.options)
            assert scan.read_all().to_pylist()[:3] == guess.rows
            assert scan.types == guess.columns
            if "multiline" not in guess.options:
                assert (scan.stats.matched, scan.stats.records) == (guess.matched, guess.lines)


def test_a_str_without_a_newline_is_a_path_and_one_with_a_newline_is_text(tmp_path):
    path = tmp_path / "some.log"
    path.write_text(LOG)
    sources = [str(path), path, LOG, LOG.encode(), bytearray(LOG.encode()), LOG.splitlines(), iter(LOG.splitlines(keepends=True))]
    sources += [[line.encode() for line in LOG.splitlines()], io.BytesIO(LOG.encode()), io.StringIO(LOG)]
    for source in sources:
        best = parsimd.guess(source)[0]
        assert (best.pattern, best.matched, best.lines) == (PATTERN, 2, 2)
    with pytest.raises(FileNotFoundError):
        parsimd.guess(LOG.splitlines()[0])


def test_a_file_may_be_gzip(tmp_path):
    path = tmp_path / "some.log.gz"
    path.write_bytes(gzip.compress(LOG.encode()))
    assert parsimd.guess(path)[0].pattern == PATTERN


def test_no_more_lines_are_taken_than_are_asked_for():
    def lines():
        yield from LOG.splitlines()
        raise AssertionError("a third line was asked for")

    assert parsimd.guess(lines(), lines=2)[0].lines == 2


def test_what_is_no_source_is_refused():
    with pytest.raises(TypeError):
        parsimd.guess(7)
    with pytest.raises(TypeError, match="line 1 must be str or bytes, not int"):
        parsimd.guess(["a", 1])
    with pytest.raises(ValueError, match="line 0 has a newline in it"):
        parsimd.guess(["a\nb"])
    for wrong in ({"lines": 0}, {"most": 0}):
        with pytest.raises(ValueError, match="1 or more"):
            parsimd.guess(LOG, **wrong)


def test_times_without_a_year_are_to_be_scanned_as_recent():
    best = parsimd.guess("Jun 14 15:16:01 combo sshd[1]: a b c\nJun 14 15:16:02 combo su[2]: d\n")[0]
    assert best.options == {"year": "recent"}
    assert best.compile().scan("Jun 14 15:16:01 combo sshd[1]: a b c", **best.options).read_all()["host"].to_pylist() == ["combo"]


def test_a_guess_is_shown_as_a_table():
    best = parsimd.guess(LOG)[0]
    assert repr(best) == "<Guess '{time:t} {level:w} {message}', 100 % of 2 lines>"
    assert str(best).splitlines() == [
        "{time:t} {level:w} {message}",
        "reads 2 of 2 lines, 100 %",
        "  time                 level  message",
        "  timestamp[us]        text   text",
        "  2026-01-02 03:04:05  INFO   up again",
        "  2026-01-02 03:04:06  WARN   slow disk",
    ]


@pytest.mark.parametrize("case", [case for case in CASES if "kinds" in case], ids=lambda case: case["name"])
def test_a_guess_of_several_kinds_compiles_to_a_set_which_reads_a_file_as_it_says(case, tmp_path):
    path = tmp_path / "some.log"
    path.write_text("\n".join(case["lines"]), encoding="utf-8")
    for guess in parsimd.guess(path):
        scan = guess.compile().scan_file(path, **guess.options)
        rows = scan.read_all()
        assert scan.stats.matched == guess.matched
        if guess.pattern is None:
            assert {name: batch.to_pylist()[:3] for name, batch in rows.items()} == {kind.name: kind.rows for kind in guess.kinds}
            assert scan.stats.matched_by_pattern == {kind.name: kind.matched for kind in guess.kinds}


def test_a_set_with_times_that_lack_a_year_is_scanned_as_recent():
    lines = ["Jun 14 15:16:01 combo sshd[1]: a b", '192.0.2.7 "GET /1 HTTP/1.1" 200 17', "Jun 14 15:16:02 combo su[2]: d", '192.0.2.8 "GET /2 HTTP/1.1" 404 4']
    best = parsimd.guess(lines)[0]
    assert best.pattern is None
    assert best.options == {"year": "recent"}
    assert [kind.options for kind in best.kinds] == [best.options] * 2
    assert {len(batch) for batch in best.compile().scan("\n".join(lines), **best.options).read_all().values()} == {2}


def test_a_set_is_shown_kind_by_kind_and_each_kind_compiles():
    lines = LOG.splitlines() + ['192.0.2.7 "GET /1 HTTP/1.1" 200 17', '192.0.2.8 "GET /2 HTTP/1.1" 404 4']
    best = parsimd.guess(lines)[0]
    assert repr(best) == "<Guess 2 kinds, 100 % of 4 lines>"
    assert str(best).splitlines()[:2] == ["2 kinds of lines", "reads 4 of 4 lines, 100 %"]
    assert best.compile().names == ["kind1", "kind2"]
    assert sum(kind.compile().scan("\n".join(lines)).read_all().num_rows for kind in best.kinds) == 4


def test_a_share_that_is_not_all_is_not_shown_as_all():
    best = parsimd.guess(["2026-01-02 03:04:05 INFO up again"] * 999 + ["nothing"])[0]
    assert "99.9 %" in repr(best)
