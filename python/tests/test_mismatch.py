"""Why a text does not match."""

import pickle
import re
import sys
from pathlib import Path

import parsimd
import pytest
from hypothesis import given
from hypothesis import strategies as st

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

CASES = tomllib.loads((Path(__file__).parents[2] / "tests/cases/mismatches.toml").read_text(encoding="utf-8"))["case"]
ACCESS = '{ip} - - [{ts:th}] "{req}" {status:d} {bytes:d}'


def reference(parts, line):
    """The longest beginning of the pattern that `re` matches at the start of the line: how much of the pattern it is, and where it ends."""
    cuts, text = [("", 0)], ""
    for part in parts:
        pieces = [part] if part.startswith("{") else ["{{" if c == "{" else "}}" if c == "}" else c for c in part]
        for piece in pieces:
            text += piece
            cuts.append((text, len(text)))
    for beginning, length in reversed(cuts):
        found = re.match(parsimd.compile(beginning)._expression, line, re.DOTALL | re.IGNORECASE) if beginning else re.match("", line)
        if found:
            return length, found.end()
    raise AssertionError("nothing matches the start")


PARTS = st.sampled_from(["{a}", "{:d}", "{:S}", "{:w}", "{:|-}", "{n:d|-}", "{:[}[{p:d}]{:]}", " ", ": ", " - - [", "x", "é", "}", "]", '"'])
WORDS = st.sampled_from(["1", "22", "ab", "-", "[3]", " ", ": ", " - - [", " - ", "x", "é", "}", "]", '"', "\u00df"])


@given(st.lists(PARTS, min_size=1, max_size=6), st.lists(WORDS, max_size=8).map("".join))
def test_how_far_a_pattern_comes_is_its_longest_beginning_that_matches(parts, line):
    names = [part for part in parts if part in ("{a}", "{n:d|-}", "{:[}[{p:d}]{:]}")]
    if len(names) != len(set(names)):
        return
    # A brace after one would be read with it.
    pattern = "".join(part.replace("}", "}}") if part == "}" else part for part in parts)
    parser = parsimd.compile(pattern)
    why = parser.explain_mismatch(line)
    if parser.parse(line) is not None:
        assert why is None
        return
    matched, end = reference(parts, line)
    assert why.matched == matched
    assert line[why.offset :].startswith(why.found)
    if why.expected.startswith("{") or why.expected == "the end":
        assert why.offset == end
    else:
        assert why.offset <= end or why.found == ""


def test_the_reasons_for_lines_of_a_real_log():
    log = parsimd.compile(ACCESS)
    head = '1.2.3.4 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 304'
    message = lambda line: log.explain_mismatch(line).message  # noqa: E731
    assert message(head + " -") == 'expected {bytes:d} after {status:d}, found "-"'
    assert message(head) == 'expected " " after {status:d}, found the end'
    assert message(head.replace("May", "Mai")) == 'expected {ts:th} after {ip}, found "17/Mai/2015:10:05:03"'
    assert message("noise") == 'expected " - - [" after {ip}, found the end'
    assert log.explain_mismatch(head + " 7") is None


def test_places_are_characters():
    why = parsimd.compile("é{:w} {:d}").explain_mismatch("éü x")
    assert (why.offset, why.found, why.expected, why.matched) == (3, "x", "{:d}", 6)


def test_what_only_re_can_match_is_an_error():
    class Own(parsimd.Parser):
        pass

    parser = Own("{:d}")
    parser._expression = "(x)"
    with pytest.raises(NotImplementedError, match="Python's re"):
        parser.explain_mismatch("7")


def test_what_was_found_is_shown_with_its_escapes():
    why = parsimd.compile("{a:d}").explain_mismatch("\t\"x")
    assert why.message == 'expected {a:d}, found "\\t\\"x"'


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_what_would_match_is_said_and_drawn(case):
    why = parsimd.compile(case["pattern"]).explain_mismatch(case["text"])
    assert (why.help, why.suggestion) == (case.get("help"), case.get("suggestion"))
    if "drawing" in case:
        assert why.draw(width=case.get("width", 100)) == case["drawing"].rstrip()


def test_str_is_the_drawing_and_the_message_its_first_line():
    why = parsimd.compile("{a:d} {b:d}").explain_mismatch("1 -")
    assert str(why) == why.draw() and str(why).split("\n")[0] == "error: " + why.message
    assert "\n" not in repr(why) and "expected='{b:d}'" in repr(why)


def test_colors_are_asked_for_and_no_width_is_an_error():
    why = parsimd.compile("{a:d} {b:d}").explain_mismatch("1 -")
    assert "\x1b[" not in why.draw() and "\x1b[" in why.draw(color=True)
    assert why.draw(width=-1) == why.draw(width=0) == why.draw(width=40)
    with pytest.raises(TypeError):
        why.draw(width="wide")


def test_a_mismatch_can_be_compared_and_pickled():
    log = parsimd.compile("{a:d} {b:d}")
    why = log.explain_mismatch("1 -")
    assert why == log.explain_mismatch("1 -") != log.explain_mismatch("1 +")
    again = pickle.loads(pickle.dumps(why))
    assert again == why and again.draw() == why.draw()
    with pytest.raises(AttributeError):
        why.offset = 7


def test_types_of_the_programs_own_are_part_of_what_is_tried():
    def word(text):
        return text

    word.pattern = "[a-z]+"
    why = parsimd.compile("{a:Word} {n:d}", {"Word": word}).explain_mismatch("ab 1.5")
    assert why.suggestion == "{a:Word} {n:g}"
