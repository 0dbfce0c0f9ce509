"""What programs do with the insides of parse: they must keep working."""

import copy
import logging
import pickle
import re
from datetime import datetime, timedelta

import parse
import parsimd
import pytest


def test_a_parser_can_be_subclassed_and_its_fields_handled_anew():
    class PathParser(parsimd.Parser):
        """Every field is a path segment, as routers want it."""

        def _handle_field(self, field):
            return super()._handle_field(field[:-1] + ":Segment}")

    def segment(text):
        return text

    segment.pattern = "[^/]+"
    parser = PathParser("/users/{id}/pets/{pet}", {"Segment": segment})
    assert parser.engine == ("re", "PathParser overrides _handle_field")
    assert parser.parse("/users/7/pets/rex").named == {"id": "7", "pet": "rex"}
    assert parser.parse("/users/7/8/pets/rex") is None


def test_the_expression_can_be_replaced():
    parser = parsimd.Parser("/{path}")
    parser._expression = "^" + parser._expression.replace(".+?", "[a-z]+") + "$"
    assert parser.engine.name == "re" and "expression" in parser.engine.reason
    assert parser.parse("/abc").named == {"path": "abc"}
    assert parser.search("x/abc") is None
    assert parser.scan(b"/abc\n/123\n").read_all().to_tuples() == [("abc",)]


def test_the_flags_can_be_replaced():
    parser = parsimd.Parser("A{}")
    parser._re_flags = re.DOTALL
    assert parser.parse("ab") is None and parser.parse("Ab")[0] == "b"


def test_a_bad_pattern_of_a_type_is_told_when_it_is_compiled_by_the_class_of_the_first_use_in_parse():
    def bad(text):
        return text

    bad.pattern = "(unbalanced"
    with pytest.raises(NotImplementedError):
        parse.Parser("{:Bad}", {"Bad": bad}).parse("")
    with pytest.raises(NotImplementedError):
        parsimd.Parser("{:Bad}", {"Bad": bad})
    # A type that the format does not use may be anything.
    assert parsimd.Parser("{:d}", {"Bad": bad, "No": None}).parse("7")[0] == 7


def test_private_names_are_where_programs_look():
    assert parsimd.PARSE_RE.pattern == parse.PARSE_RE.pattern
    assert parsimd.dt_format_to_regex.keys() == parse.dt_format_to_regex.keys()
    assert parsimd.__all__ == parse.__all__
    for name in ("Parser", "Match", "Result", "ResultIterator", "TooManyFields", "RepeatedNameError", "FixedTzOffset"):
        assert isinstance(getattr(parsimd, name), type)
    assert issubclass(parsimd.RepeatedNameError, ValueError) and issubclass(parsimd.TooManyFields, ValueError)
    assert parsimd.datetime is datetime


@pytest.mark.parametrize("spec", ["d", "x>+05_.2f", "<", "^^6d", ",d", "08.3f", "%Y-%m", "Own", "=", "5>", " 5"])
def test_extract_format_gives_the_same_parts(spec):
    types = {"Own": str}
    try:
        theirs = parse.extract_format(spec, types)
    except ValueError:
        with pytest.raises(ValueError):
            parsimd.extract_format(spec, types)
    else:
        theirs.pop("k", None)
        assert parsimd.extract_format(spec, types) == theirs


def test_a_match_is_evaluated_later():
    parser = parsimd.compile("{n:d} {w}")
    match = parser.parse("7 x", evaluate_result=False)
    assert isinstance(match, parsimd.Match) and match.parser is parser
    assert isinstance(match.match, re.Match) and match.match.span("n") == (0, 1)
    assert match.evaluate_result().named == {"n": 7, "w": "x"}
    assert parser.evaluate_result(match.match).named == {"n": 7, "w": "x"}
    assert [type(m) for m in parsimd.findall("{:d}", "1 2", evaluate_result=False)] == [parsimd.Match] * 2


def test_a_result_is_what_it_was():
    result = parsimd.parse("{} {a} {}", "x y z")
    assert (result[0], result[1], result[-1], result[0:2], result["a"]) == ("x", "z", "z", ("x", "z"), "y")
    assert "a" in result and "b" not in result and list(result) == ["x", "z"]
    assert repr(result) == "<Result ('x', 'z') {'a': 'y'}>"
    assert result.spans == {"a": (2, 3), 0: (0, 1), 1: (4, 5)}
    result.named = {"changed": 1}
    assert result["changed"] == 1
    with pytest.raises(KeyError):
        result["a"]
    with pytest.raises(IndexError):
        result[5]
    with pytest.raises(TypeError):
        len(result)


def number(text):
    return int(text)


number.pattern = r"\d+"


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
def test_parsers_and_results_can_be_copied_and_pickled(again):
    types = {"Number": number}
    parser = parsimd.Parser("{a:Number} {b:ti} {c:%d/%m/%Y} {d:x}", types)
    text = "7 2011-01-02 03/04/2005 ff"
    for warm in (False, True):
        if warm:
            parser.parse(text)
            parser.search(text, evaluate_result=False)
        other = again(parser)
        assert other.format == parser.format and other.engine == parser.engine
        assert other.parse(text).named == parser.parse(text).named
    result = again(parser.parse(text))
    assert result.named == parser.parse(text).named and result.spans == parser.parse(text).spans


def test_offsets_are_what_they_were():
    zone = parsimd.parse("{:ti}", "2011-01-01T00:00 -05:30")[0].tzinfo
    assert type(zone) is parsimd.FixedTzOffset
    assert repr(zone) == "<FixedTzOffset -05:30 -1 day, 18:30:00>"
    assert zone == parsimd.FixedTzOffset(-330, "-05:30") and zone != parsimd.FixedTzOffset(-330, "other")
    assert zone.utcoffset(None) == timedelta(minutes=-330) and zone.dst(None) == timedelta(0)
    assert zone != 7 and zone.tzname(None) == "-05:30"
    with pytest.raises(TypeError):
        hash(zone)
    assert repr(parsimd.parse("{:ti}", "2011-01-01T00:00Z")[0].tzinfo) == "<FixedTzOffset UTC 0:00:00>"


@pytest.mark.parametrize("year", [2023, 2024])
def test_the_year_of_dates_without_one_is_that_of_the_datetime_in_the_module(monkeypatch, year):
    class Frozen(datetime):
        @classmethod
        def today(cls):
            return cls(year, 6, 1)

    monkeypatch.setattr(parsimd, "datetime", Frozen)
    assert parsimd.parse("{:ts}", "Nov 9 03:37:44")[0] == datetime(year, 11, 9, 3, 37, 44)
    assert parsimd.parse("{:%m/%d}", "11/09")[0] == datetime(year, 11, 9).date()
    assert parsimd.compile("{t:ts}").scan("Nov 9 03:37:44").read_all()["t"][0] == datetime(year, 11, 9, 3, 37, 44)
    if year == 2023:
        with pytest.raises(ValueError):
            parsimd.parse("{:ts}", "Feb 29 03:37:44")


def test_each_construction_is_logged(caplog):
    with caplog.at_level(logging.DEBUG, logger="parse"):
        parsimd.Parser("{:w}")
    assert caplog.record_tuples == [("parse", logging.DEBUG, r"format '{:w}' -> '(\\w+)'")]


def test_other_types_than_strings_are_a_type_error():
    for call in (parsimd.parse, parsimd.search):
        for wrong in (b"x", None, 7):
            with pytest.raises(TypeError):
                call("{}", wrong)
    with pytest.raises(TypeError):
        list(parsimd.findall("{}", b"x"))


def test_a_wrong_format_is_told_with_its_column():
    for format, error, column in (
        ("{a} {b:y}", ValueError, 8),
        ("{a:d} {a}", parsimd.RepeatedNameError, 7),
        ("{a_b_}{a[b]}", KeyError, 7),
    ):
        with pytest.raises(error, match=rf"pattern:1:{column}\b"):
            parsimd.compile(format)


def test_converters_see_the_text_and_their_exceptions_come_through():
    seen = []

    def failing(text):
        seen.append(text)
        raise ZeroDivisionError(text)

    with pytest.raises(ZeroDivisionError):
        parsimd.parse("{:d} {x:F}", "1 y", {"F": failing})
    assert seen == ["y"]


def test_a_lone_surrogate_is_text():
    assert parsimd.parse("{}", "\ud800").fixed == ("\ud800",)
    assert parsimd.parse("\ud800{}", "\ud800x").fixed == ("x",)


def test_install_as_parse(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "parse", parse)
    parsimd.install_as_parse()
    import parse as installed

    assert installed is parsimd


def test_what_is_patched_on_a_parser_is_used(monkeypatch):
    parser = parsimd.compile("{:d}")
    assert parser.parse("5")[0] == 5
    parser._type_conversions = {0: lambda text, match: "converted " + text}
    assert parser.parse("5")[0] == "converted 5"
    parser = parsimd.compile("{:d}")
    parser.evaluate_result = lambda match: "patched"
    assert parser.parse("5") == "patched"
    monkeypatch.setattr(parsimd.Parser, "evaluate_result", lambda self, match: "patched class")
    assert parsimd.compile("{:d}").parse("5") == "patched class"


def test_fields_that_a_program_took_away_are_gone():
    for package in (parse, parsimd):
        parser = package.compile("{:d} {b}")
        parser._named_fields.remove("b")
        found = parser.parse("5 x")
        assert (found.fixed, found.named) == ((5,), {})


@pytest.mark.parametrize("types", [["C"], {"C"}, ("C",), "abc"])
def test_types_need_no_more_than_parse_asks_of_them(types):
    assert parse.parse("{:d}", "11", types).fixed == parsimd.parse("{:d}", "11", types).fixed == (11,)


@pytest.mark.parametrize(("attribute", "value"), [("regex_group_count", -1), ("regex_group_count", 10**30), ("pattern", ["a"])])
def test_odd_attributes_of_converters_end_as_they_do_in_parse(attribute, value):
    def odd(text):
        return text

    odd.pattern = "a"
    setattr(odd, attribute, value)
    assert parsimd.parse("{:Odd}", "a", {"Odd": odd}).fixed == parse.parse("{:Odd}", "a", {"Odd": odd}).fixed


@pytest.mark.parametrize("text", ["1é2é3é4é", "1x2x3x4x"])
def test_an_iterator_follows_its_attributes_and_pickles(text):
    results = parsimd.findall("{a:d}" + text[1], text)
    assert next(results)["a"] == 1 and results.pos == 2
    results.pos = 0
    assert next(results)["a"] == 1
    results.string = results.string.replace("2", "7")
    assert [r["a"] for r in pickle.loads(pickle.dumps(results))] == [7, 3, 4]


def test_errors_of_a_subclass_stay_as_they_are():
    class Picky(parsimd.Parser):
        def _handle_field(self, field):
            raise ValueError(1, 2)

    with pytest.raises(ValueError) as caught:
        Picky("{:d}")
    assert caught.value.args == (1, 2)
