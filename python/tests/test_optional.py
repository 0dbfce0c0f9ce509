"""Optional parts: what stands between `{:[}` and `{:]}` may be missing as a whole."""

import copy
import pickle
import re

import parse as upstream
import parsimd
import pytest
from hypothesis import given
from hypothesis import strategies as st

SYSLOG = "{ts:ts} {host} {prog}{:[}[{pid:d}]{:]}: {msg}"
WITH = "Jun 15 02:04:59 combo sshd(pam_unix)[20882]: authentication failure"
WITHOUT = "Jun  9 06:06:01 combo logrotate: ALERT exited abnormally"


def test_a_part_may_be_missing_and_its_fields_are_none_without_a_span():
    parser = parsimd.compile(SYSLOG)
    assert [(r["prog"], r["pid"], r["msg"]) for r in map(parser.parse, (WITH, WITHOUT))] == [
        ("sshd(pam_unix)", 20882, "authentication failure"),
        ("logrotate", None, "ALERT exited abnormally"),
    ]
    assert set(parser.parse(WITH).spans) - set(parser.parse(WITHOUT).spans) == {"pid"}


def test_the_expression_is_an_optional_group_and_parse_refuses_the_marks():
    parser = parsimd.compile("a{:[} {x:w}{:[},{}{:]}{:]}")
    assert parser._expression == r"a(?: (?P<x>\w+)(?:,(.+?))?)?"
    for format in ("{:[}", "{:]}"):
        with pytest.raises(ValueError, match="not recognised"):
            upstream.compile(format)


@pytest.mark.parametrize(
    ("format", "message"),
    [
        ("a{:[}b", r"\{:\[\} begins .*\n1 . a\{:\[\}b\n  .  \^\^\^\^\n.* = help: write \{:\]\}"),
        ("a{:]}b", r"\{:\]\} ends .*pattern:1:2\n.* = help: write"),
        ("{:[}" * 9 + "{:]}" * 9, "more than 8 deep"),
        ("{a}{:[}{a}{:]}", "is repeated"),
        ("{:[}{a}{:]}{a}", "is repeated"),
    ],
)
def test_marks_without_a_partner_and_repeated_names_are_errors_that_point_at_them(format, message):
    with pytest.raises(ValueError, match=re.compile(message, re.DOTALL)):
        parsimd.compile(format)


def test_a_type_of_that_name_wins():
    assert parsimd.parse("a{:[}b", "a7b", {"[": int}).fixed == (7,)


def test_copies_and_pickles_know_the_optional_parts():
    for parser in (copy.deepcopy(parsimd.compile(SYSLOG)), pickle.loads(pickle.dumps(parsimd.compile(SYSLOG)))):
        assert parser.parse(WITHOUT)["pid"] is None


def test_own_converters_are_not_called_for_what_is_missing():
    @parsimd.with_pattern(r"\w+")
    def upper(text):
        return text.upper()

    parser = parsimd.compile("{a:d}{:[}-{b:Upper}{:]}", {"Upper": upper})
    assert [parser.parse(text).named for text in ("1-x", "1")] == [{"a": 1, "b": "X"}, {"a": 1, "b": None}]
    # The native engine, and `re` for what is not ASCII.
    assert [parser.parse(text).named for text in ("1-é",)] == [{"a": 1, "b": "É"}]


def test_a_scan_has_nulls_where_a_part_is_missing():
    for strings in ("utf8", "view", "binary"):
        scan = parsimd.compile("{a:d}{:[},{b:d}{:[},{c}{:]}{:]}").scan("1\n1,2\n1,2,x\n,\n1,99999999999999999999\n", strings=strings)
        x = b"x" if strings == "binary" else "x"
        assert scan.read_all().to_tuples() == [(1, None, None), (1, 2, None), (1, 2, x)]
        assert (scan.stats.matched, scan.stats.unmatched, scan.stats.failures) == (3, 1, 1)


@st.composite
def _patterns(draw):
    """A format, and texts that it may match."""
    format, texts, names = "", [""], iter("abcdefghijklmnopqrstuvwyz")

    def part(depth):
        nonlocal format, texts
        for _ in range(draw(st.integers(1, 3))):
            literal = draw(st.sampled_from([",", " ", "[", "]: ", "x", "é"]))
            format += literal
            texts = [text + literal for text in texts]
            if draw(st.booleans()):
                code, values = draw(st.sampled_from([("", ["a", "b c"]), (":d", ["1", "-5"]), (":w", ["ab", "é"]), (":d|-", ["-", "7"])]))
                format += f"{{{next(names)}{code}}}"
                texts = [text + draw(st.sampled_from(values)) for text in texts]
            if depth < 2 and draw(st.booleans()):
                without = texts
                format += "{:[}"
                part(depth + 1)
                format += "{:]}"
                texts = (without + texts)[:8]

    part(0)
    return format, texts


@given(_patterns())
def test_every_way_to_match_says_what_re_says(pattern):
    format, texts = pattern
    parser = parsimd.compile(format)
    expression = re.compile(rf"\A{parser._expression}\Z", parser._re_flags)
    scan = parser.scan("\n".join(texts) + "\n")
    rows = iter(scan.read_all().to_tuples())
    for text in texts:
        match, found = expression.match(text), parser.parse(text)
        assert (match is None) == (found is None)
        if match is not None:
            groups = match.groupdict()
            assert found.spans == {name: match.span(name) for name, value in groups.items() if value is not None}
            is_null = [value is None or value == "-" and f"{{{name}:d|-}}" in format for name, value in groups.items()]
            assert [value is None for value in found.named.values()] == is_null
            assert [value is None for value in next(rows)] == [value is None for value in found.named.values()]
    assert next(rows, None) is None
