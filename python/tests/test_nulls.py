"""Null texts: `{size:d|-}` is a number, or `-` for no value."""

import datetime
import pickle
import re

import parse as upstream
import parsimd
import pytest
from hypothesis import given
from hypothesis import strategies as st

LINE = '8.8.8.8 - - [04/Oct/2022:04:34:49 +0200] "" 400 0 "-" "-"'
FORMAT = '{ip} - {user:|-} [{t:th}] "{request:|}" {status:d} {n:d|-} "{ref:|-}" "{agent:|-}"'


def test_a_field_is_its_type_or_null():
    parser = parsimd.compile(FORMAT)
    found = parser.parse(LINE)
    assert (found["user"], found["request"], found["n"], found["ref"], found["agent"]) == (None, None, 0, None, None)
    found = parser.parse(LINE.replace('""', '"GET /"').replace("400 0", "400 -").replace("- - [", "- bob ["))
    assert (found["user"], found["request"], found["n"]) == ("bob", "GET /", None)


@pytest.mark.parametrize(
    ("spec", "expression"),
    [
        ("d|-", r"[-+ ]?[-+ ]?[0-9]+|[-+ ]?0[xX][0-9a-fA-F]+|[-+ ]?0[bB][01]+|[-+ ]?0[oO][0-7]+|\-"),
        ("|-", r"\-|.+?"),
        ("|", r"|.+?"),
        ("w|n/a|", r"\w+|n/a|"),
        (".3| a.b", r"\ a\.b|.{1,3}?"),
        (">4w|-", r"\w+|\-"),
    ],
)
def test_the_expression_has_the_texts_as_alternatives(spec, expression):
    parser = parsimd.compile(f"{{x:{spec}}}")
    assert f"(?P<x>{expression})" in parser._expression
    with pytest.raises(ValueError, match="not recognised"):
        upstream.compile(f"{{x:{spec}}}")


def test_what_parse_accepts_keeps_its_meaning():
    assert parsimd.compile("{t:%Y|-}")._expression == upstream.compile("{t:%Y|-}")._expression
    # A bar that is a fill character begins no null text. `parse` compiles these, and can match nothing with them.
    for format in ("{x:|<5}", "{x:|>}", "{x:|^4}"):
        with pytest.raises(NotImplementedError):
            upstream.compile(format).parse("ab")
        with pytest.raises(parsimd.ExpressionError, match="fill"):
            parsimd.compile(format)
    for format in ("{t:%Y|-}", "{x:|<5}", "{x:|>}", "{x:|^4}"):
        assert parsimd.extract_format(format[3:-1], {}).get("nulls") is None
    own = {"a|b": lambda text: text}
    assert parsimd.parse("{:a|b}", "x", own).fixed == ("x",)


def test_null_texts_come_first_where_an_own_type_is_any_text():
    strip = {"Any": lambda text: text.strip()}
    assert parsimd.parse("{x:Any|},{y}", ",a,b", strip).named == parsimd.parse("{x:|},{y}", ",a,b").named == {"x": None, "y": "a,b"}
    assert parsimd.parse("{x:Any|- -} {y}", "- - b", strip).named == {"x": None, "y": "b"}
    assert parsimd.compile("{x:Any|},{y}", strip).scan(",a,b\n").read_all().to_tuples() == [(None, "a,b")]


def test_advice_is_about_what_stands_before_the_null_texts():
    with pytest.raises(ValueError, match="did you mean d"):
        parsimd.compile("{x:int|-}")


def test_a_type_that_there_is_not_is_an_error_that_points_at_it():
    with pytest.raises(ValueError, match="format spec 'y|-' not recognised"):
        parsimd.compile("{x:y|-}")


def test_case_counts_as_it_does_for_the_pattern():
    assert parsimd.parse("{x:w|None}", "NONE")["x"] is None
    assert parsimd.parse("{x:w|None}", "NONE", case_sensitive=True)["x"] == "NONE"
    assert parsimd.parse("{x:|é}", "É")["x"] is None


def test_own_types_and_strptime_converters_are_not_called_for_null():
    called = []

    @parsimd.with_pattern(r"[a-z]+")
    def letters(text):
        called.append(text)
        return text.upper()

    parser = parsimd.compile("{x:Letters|-},{y:d}", {"Letters": letters})
    assert [parser.parse(text)["x"] for text in ("ab,1", "-,2")] == ["AB", None]
    assert called == ["ab"]


def test_parsers_with_null_texts_are_pickled():
    parser = pickle.loads(pickle.dumps(parsimd.compile("{x:d|-}")))
    assert (parser.parse("-")["x"], parser.parse("-1")["x"]) == (None, -1)


def test_a_column_has_nulls_and_nothing_failed():
    scan = parsimd.compile("{a:d|-},{b:|-},{t:ti|none},{f:f|}").scan(
        "1,x,2011-02-03,1.5\n-,-,none,\n3,--,2011-02-04,2.5\nx,y,z,w\n"
    )
    day = datetime.datetime(2011, 2, 3)
    assert scan.read_all().to_tuples() == [
        (1, "x", day, 1.5),
        (None, None, None, None),
        (3, "--", day + datetime.timedelta(1), 2.5),
    ]
    assert (scan.stats.matched, scan.stats.unmatched, scan.stats.failures) == (3, 1, 0)


_TYPES = {
    "": ["a", "b c", "-", "", "x1", "nan", " "],
    "d": ["1", "-5", "0x1f", "-", "", " 7", "99999999999999999999"],
    "w": ["ab", "-", "none", ""],
    "f": ["1.5", "-", "", "nan"],
    "ti": ["2011-02-03", "2011-02-30", "-", "none", ""],
    "F": ["1.50", "-", ""],
    "%d/%m/%Y": ["01/02/2011", "-"],
    "S": ["a", "-", "é"],
}
_NULLS = ["-", "", "none", "nan", "n/a", "é", " ", "0", "--"]


@st.composite
def _patterns(draw):
    format, parts = "", []
    for number in range(draw(st.integers(1, 4))):
        literal = draw(st.sampled_from([",", " ", "|", '" "', " - ", "x"])) if number else ""
        code = draw(st.sampled_from([*_TYPES]))
        nulls = draw(st.lists(st.sampled_from(_NULLS), max_size=3))
        bars = "".join("|" + null for null in nulls) if "%" not in code else ""
        format += f"{literal}{{f{number}{':' if code or bars else ''}{code}{bars}}}"
        parts.append((literal, _TYPES[code] + nulls))
    return format, parts


@given(_patterns(), st.data(), st.booleans())
def test_every_way_to_match_says_what_re_says(pattern, data, case_sensitive):
    format, parts = pattern
    parser = parsimd.compile(format, case_sensitive=case_sensitive)
    expression = re.compile(rf"\A{parser._expression}\Z", parser._re_flags)
    lines = ["".join(lit + data.draw(st.sampled_from(texts)) for lit, texts in parts) for _ in range(8)]
    nulls = [re.compile("|".join(map(re.escape, texts)), parser._re_flags) if texts else None for texts in _null_texts(format)]
    scan = parser.scan("\n".join(lines) + "\n", on_error="null")
    rows = scan.read_all().to_tuples()
    assert len(rows) == len(lines)
    for line, row in zip(lines, rows):
        match = expression.match(line)
        if match is None:
            assert parser.parse(line) is None and not any(value is not None for value in row)
            continue
        is_null = [null is not None and null.fullmatch(text) is not None for null, text in zip(nulls, match.groupdict().values())]
        assert [value is None for value, null in zip(row, is_null) if null] == [True] * sum(is_null)
        try:
            found = parser.parse(line)
        except ValueError:
            continue
        assert [value is None for value in found.named.values()] == is_null, (format, line)
        assert list(found.spans.values()) == [match.span(name) for name in match.groupdict()]


def _null_texts(format):
    for spec in re.findall(r"\{f\d:?(.*?)\}", format):
        yield parsimd.extract_format(spec, {}).get("nulls") if spec else None
