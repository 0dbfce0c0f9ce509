"""The deliberate differences from PyPI parse 1.22.4: what it does, and what we do. docs/differences.md lists the same."""

import datetime as dt
import itertools
import os
import re
import subprocess
import sys
import time
import warnings
from datetime import datetime
from decimal import Decimal

import parse
import parsimd
import pytest


@pytest.mark.parametrize(
    ("call", "theirs", "ours"),
    [
        (lambda p: p.search("{:d}", "abc -12 def")[0], 12, -12),
        (lambda p: [r[0] for r in p.findall("{:d}", "1 -2 3")], [1, 2, 3], [1, -2, 3]),
        (lambda p: p.parse("x{:d}", "x -5")[0], 5, -5),
        (lambda p: p.parse("{:d}", " 0x1F")[0], 1, 31),
    ],
    ids=["search", "findall", "parse", "base prefix"],
)
def test_a_space_captured_in_the_place_of_a_sign_hides_neither_sign_nor_base(call, theirs, ours):
    assert call(parse) == theirs
    assert call(parsimd) == ours


def test_findall_gives_a_match_of_nothing_once():
    assert [r.spans[0] for r in itertools.islice(parse.findall("{:tt}", "ab"), 5)] == [(0, 0)] * 5
    assert [r.spans[0] for r in parsimd.findall("{:tt}", "ab")] == [(0, 0), (1, 1), (2, 2)]


@pytest.mark.parametrize(
    ("format", "text", "date"),
    [
        ("{:tg}", "1/jan/2011", datetime(2011, 1, 1)),
        ("{:ta}", "JANUARY-1-2011", datetime(2011, 1, 1)),
        ("{:tc}", "mon nov 21 10:21:36 2011", datetime(2011, 11, 21, 10, 21, 36)),
    ],
)
def test_month_names_are_read_in_any_case(format, text, date):
    with pytest.raises(KeyError):
        parse.parse(format, text)
    assert parsimd.parse(format, text)[0] == date


def test_month_names_of_logs_are_read_in_any_case():
    for format, text in (("{:th}", "21/nov/2011:00:07:11 +0000"), ("{:te}", "21 NOV 2011 00:07:11 +0000")):
        with pytest.raises(KeyError):
            parse.parse(format, text)
        assert parsimd.parse(format, text)[0].replace(tzinfo=None) == datetime(2011, 11, 21, 0, 7, 11)
    with pytest.raises(KeyError):
        parse.parse("{:ts}", "nov 9 03:37:44")
    assert parsimd.parse("{:ts}", "nov 9 03:37:44")[0].month == 11


@pytest.mark.parametrize("layout", ["{t:ti} {m}", "{t:tg} {m}", "{t:ta} {m}", "{t:tt} {m}", "{t:th} {m}", "{t:te} {m}", "{t:tc} {m}", "{t:ts} {m}"])
def test_a_fraction_may_begin_with_a_comma(layout):
    text, zone = {
        "ti": ("2003-09-25 10:49:41,502", None),
        "tg": ("25/9/2003 10:49:41,502", None),
        "ta": ("9/25/2003 10:49:41,502", None),
        "tt": ("10:49:41,502", None),
        "th": ("25/Sep/2003:10:49:41,502 +0000", dt.timedelta(0)),
        "te": ("Thu, 25 Sep 2003 10:49:41,502 +0000", dt.timedelta(0)),
        "tc": ("Thu Sep 25 10:49:41,502 2003", None),
        "ts": ("Sep 25 10:49:41,502", None),
    }[layout[3:5]]
    theirs, ours = parse.parse(layout, text + " hi"), parsimd.parse(layout, text + " hi")
    # What matches there lost its time to the text after it.
    assert theirs is None or theirs["m"].endswith("10:49:41,502 hi")
    assert ours["m"] == "hi" and ours["t"].microsecond == 502000
    time = ours["t"] if layout[3:5] == "tt" else ours["t"].time()
    assert time.replace(tzinfo=None) == dt.time(10, 49, 41, 502000) and ours["t"].utcoffset() == zone
    assert parsimd.compile(layout).scan(text + " hi\n").read_all()["m"].to_pylist() == ["hi"]


def test_a_comma_that_the_format_has_after_a_time_is_none_of_the_time():
    """So the formats for logs with a comma that work with parse mean what they did."""
    for format, text in [
        ("{t:ti},{n:d},{rest}", "2003-09-25 10:49:41,502,7,x"),
        ("{t:ti},{rest}", "2003-09-25 10:49:41,502,7,x"),
        ("{t:ts}.{ms:d} {m}", "Sep 25 10:49:41.502 x"),
        ("{t:ts}.{rest}", "Sep 25 10:49:41.502.x"),
        ("[{t:tt},{ms:3d}]", "[10:49:41,502]"),
    ]:
        ours, theirs = parsimd.compile(format), parse.compile(format)
        assert ours._expression == theirs._expression
        assert ours.parse(text).named == theirs.parse(text).named


@pytest.mark.parametrize(
    ("format", "text", "value"),
    [
        ("{:%d %b %Y}", " 2 Apr 2020", dt.date(2020, 4, 2)),
        ("{:%b %d %Y}", "Apr  2 2020", dt.date(2020, 4, 2)),
        ("{:%b %d %Y}", "Apr 12   2020", dt.date(2020, 4, 12)),
        ("{:%H:%M:%S}", "7:9:23", dt.time(7, 9, 23)),
        ("{:%H:%M:%S}", "07:09:3", dt.time(7, 9, 3)),
        ("{:%Y-%m-%dT%H:%M:%S%z}", "2020-04-02T07:09:23Z", datetime(2020, 4, 2, 7, 9, 23, tzinfo=dt.timezone.utc)),
    ],
)
def test_strptime_codes_read_what_strptime_reads(format, text, value):
    assert parse.parse(format, text) is None
    assert parsimd.parse(format, text)[0] == value
    whole = datetime.strptime(text, format[2:-1])
    assert value in (whole, whole.date(), whole.time())


def test_a_fraction_of_nine_digits_is_cut_to_six():
    assert parse.parse("{:%S.%f}", "23.123456789") is None
    assert parsimd.parse("{:%S.%f}", "23.123456789")[0] == dt.time(0, 0, 23, 123456)
    assert parsimd.parse("{:%S.%f}", "23.1234567890") is None
    # Beside another number no one can tell whose the digits are, so it has six, as for strptime.
    for package in (parse, parsimd):
        assert package.parse("{:%f%S}", "12345607")[0] == dt.time(0, 0, 7, 123456)
        assert package.parse("{:%f%S}", "123456707") is None


def test_expressions_of_layouts_differ_by_what_they_take_more():
    for format in ["{:%Y/%m/%y %H.%I%p%j%U%W%w}", "{:%a%A%b%B}", "{:%Y,? ?%m}", "{:%f%j}"]:
        ours, theirs = parsimd.compile(format)._expression, parse.compile(format)._expression
        assert ours == (theirs if "?" in format else theirs.replace(" ", r"\s+"))


def test_what_looks_like_a_code_and_is_none_is_told_once():
    format = "{a:%H:%M:%S.%L} {b:%H%e%L%L}"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        theirs = parse.compile(format)
    with pytest.warns(UserWarning) as caught:
        ours = parsimd.compile(format)
        ours.parse("x")
        ours.scan("x\n").read_all()
    assert [str(one.message).split(" is no ")[0] for one in caught] == ["%L in '%H:%M:%S.%L'", "%e in '%H%e%L%L'", "%L in '%H%e%L%L'"]
    assert {one.filename for one in caught} == {__file__}
    # It stands for itself in both, and strptime refuses it.
    for parser in (theirs, ours):
        with pytest.raises(ValueError):
            parser.parse("10:00:00.%L 10%e%L%L")


@pytest.mark.parametrize("layout", ["%Y-(%m", "%Y[", "%Y*+", "%Y)"])
def test_a_layout_that_is_a_broken_expression_is_pointed_at(layout):
    format = "{a} {t:" + layout + "}"
    with pytest.raises(re.error):
        parse.compile(format)
    for call in (parsimd.compile, lambda format: parsimd.parse(format, "x"), lambda format: parsimd.compile(format).scan("x")):
        with pytest.raises(ValueError, match="help: put what is neither a strptime code nor plain text outside of the field") as caught:
            call(format)
        first, at, _, shown, marks, _, _ = str(caught.value).split("\n")
        assert at == " --> pattern:1:8"
        assert first.startswith(f"format spec {layout!r} is a broken regular expression: ")
        assert shown[marks.index("^") :][: marks.count("^")] == layout


@pytest.mark.parametrize("format", ["{:Broken}", "{url:.0}", "{x!r}", "{:|>5d}", "{:(=5d}"])
def test_what_cannot_be_compiled_is_told_when_the_format_is_compiled(format):
    def broken(text):
        return text

    broken.pattern = "("
    types = {"Broken": broken}
    parser = parse.compile(format, types)
    with pytest.raises(NotImplementedError):
        parser.parse("x")
    with pytest.raises(re.error):
        parser.search("x")
    for kind in (parsimd.ExpressionError, NotImplementedError, ValueError):
        with pytest.raises(kind):
            parsimd.compile(format, types)


def test_a_type_that_cannot_be_called_is_told_when_the_format_is_compiled():
    parser = parse.compile("{:Number}", {"Number": 7})
    with pytest.raises(TypeError):
        parser.parse("x")
    with pytest.raises(TypeError, match="type 'Number' in extra_types must be a function"):
        parsimd.compile("{:Number}", {"Number": 7})


@pytest.mark.parametrize("value", [1367.5, -1234567.25, 0.5, 999.0, 1000.0, 1e15])
@pytest.mark.parametrize("group", [",", "_"])
def test_floats_in_groups_are_the_inverse_of_format(value, group):
    for spec in (f"{group}.2f", f"{group}.1F", f"{group}.2%", f"{group}.3e", f"{group}.20g"):
        text = format(value, spec)
        parser = parsimd.compile("{:" + spec + "}")
        expected = Decimal(text.replace(group, "")) if "F" in spec else float(format(value, spec.replace(group, "")).rstrip("%"))
        expected = expected / 100 if "%" in spec else expected
        assert parser.parse(text)[0] == expected, text
        if "F" not in spec:
            assert parser.scan(text + "\n").read_all()["0"].to_pylist() == [expected]
        if group in text:
            assert parse.parse("{:" + spec + "}", text) is None
    whole = format(round(value), f"{group}.0f")
    assert parsimd.parse("{:" + f"{group}.0f" + "}", whole)[0] == float(round(value))


def test_groups_of_a_float_have_three_digits():
    for text in ("1,5.25", "1,36.50", "1,3675.0", "1367,500.0", ",367.5", "1,,367.5", "1_367.5"):
        assert parse.parse("{:,.2f}", text) is None
        assert parsimd.parse("{:,.2f}", text) is None


def test_time_is_linear_where_it_was_cubic():
    format, text = "{a}x{b}x{c}y", "x" * 500
    took = {}
    for package in (parse, parsimd):
        parser = package.compile(format)
        parser.parse("-x-x-y")
        start = time.process_time()
        assert parser.parse(text) is None
        took[package] = time.process_time() - start
    assert parsimd.compile(format).engine.name == "native"
    # Cubic against linear on 500 characters is a factor of thousands.
    assert took[parsimd] * 5 < took[parse]


def test_module_level_calls_use_a_cache_and_compile_does_not():
    first, second = (next(parsimd.findall("{:d}", "1", evaluate_result=False)).parser for _ in range(2))
    assert first is second
    assert parsimd.compile("{:d}") is not parsimd.compile("{:d}")
    first, second = (next(parse.findall("{:d}", "1", evaluate_result=False)).parser for _ in range(2))
    assert first is not second


def test_the_cache_sees_when_a_converter_changes():
    def number(text):
        return int(text)

    number.pattern = r"\d"
    assert parsimd.parse("{:N}{}", "123", {"N": number}).fixed == (1, "23")
    number.pattern = r"\d\d"
    assert parsimd.parse("{:N}{}", "123", {"N": number}).fixed == (12, "3")
    assert parsimd.parse("{:N}{}", "123", {"N": str}).fixed == ("1", "23")
    assert parsimd.parse("A", "a") is not None
    assert parsimd.parse("A", "a", case_sensitive=True) is None


def late_override(package):
    class Parser(package.Parser):
        pass

    parser = Parser("{}")
    parser.parse("a")
    Parser.evaluate_result = lambda self, match: "replaced"
    return parser.parse("a") == "replaced"


def early_override(package):
    class Parser(package.Parser):
        pass

    Parser.evaluate_result = lambda self, match: "replaced"
    parser = Parser("{}")
    own = package.compile("{}")
    own.parse("a")
    own.evaluate_result = lambda match: "replaced"
    return parser.parse("a") == own.parse("a") == "replaced"


class Unready:
    @property
    def pattern(self):
        raise RuntimeError("not loaded")

    def __call__(self, text):
        return text


class OnlyAsked:
    def __contains__(self, name):
        return name == "Num"

    def __getitem__(self, name):
        return int


def iterator_with_other_arguments(package):
    class Found(package.ResultIterator):
        def __init__(self, parser, string):
            super().__init__(parser, string, 0, len(string))

    return [found[0] for found in Found(package.compile("{:d}"), "1,2")] == [1, 2]


OBJECTS = {
    "a method of the class, after a match": (late_override, False),
    "a method of the class before, of the parser at any time": (early_override, True),
    "a count of groups": (lambda p: callable(p.with_pattern("(a)", True)(lambda text: text)), TypeError),
    "a class method": (lambda p: p.with_pattern("a")(classmethod(str)) is not None, TypeError),
    "a type that is not named": (lambda p: p.parse("{:w}", "a", {"Unused": Unready()})[0] == "a", RuntimeError),
    "converters without keys": (lambda p: p.parse("{:Num}", "5", OnlyAsked())[0] == 5, TypeError),
    "an iterator of other arguments": (iterator_with_other_arguments, TypeError),
    "a class of two that are native": (lambda p: issubclass(type("Row", (p.Result, dict), {}), dict), TypeError),
    "digits that are not ASCII": (lambda p: p.compile("{:5.\u0663}").parse("abc") is None, parsimd.ExpressionError),
}


@pytest.mark.parametrize("name", OBJECTS)
def test_native_objects_are_changed_in_fewer_ways(name):
    works, ours = OBJECTS[name]
    assert works(parse) is True
    if isinstance(ours, bool):
        assert works(parsimd) is ours
    else:
        with pytest.raises(ours):
            works(parsimd)


def test_converters_that_count_none_are_asked_all_the_same():
    class Lazy(dict):
        def __contains__(self, name):
            return name == "Num"

        def __missing__(self, name):
            return int

    for package in (parse, parsimd):
        assert package.parse("{:Num}", "5", Lazy())[0] == package.search("{:Num}", "5", extra_types=Lazy())[0] == 5
        assert [found[0] for found in package.findall("{:Num},", "5,6,", extra_types=Lazy())] == [5, 6]
        assert package.parse("{:d}", "5", {})[0] == 5


def test_the_instruction_set_of_the_environment_is_used_or_is_an_error(tmp_path):
    def run(name):
        code = "import parsimd; print(parsimd.isa())"
        environment = {**os.environ, "PARSIMD_ISA": name}
        # Not from here, where the package has no extension module beside it.
        return subprocess.run([sys.executable, "-c", code], env=environment, cwd=tmp_path, capture_output=True, text=True)

    assert run("scalar").stdout == "scalar\n"
    wrong = run("mmx")
    assert wrong.returncode != 0 and "mmx" in wrong.stderr and "scalar" in wrong.stderr
