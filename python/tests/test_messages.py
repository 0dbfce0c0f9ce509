"""What is raised has the class that `parse` raises, and a message that begins with its message: programs that read one can read the other."""

import itertools
import re

import parse
import parsimd
import pytest

# Some types say wrong how many groups they have, which parsimd warns of.
pytestmark = pytest.mark.filterwarnings("ignore:the pattern of type")


def own(pattern, count=None, convert=str):
    def converter(text):
        return convert(text)

    converter.pattern = pattern
    if count is not None:
        converter.regex_group_count = count
    return converter


# Types that nothing in FORMATS is near to.
TYPES = {
    "Bad": own("("),
    "Open": own("[a"),
    "Star": own("*"),
    "Look": own("(?<=a+)b"),
    "Flag": own("(?i)a"),
    "Ref": own(r"\2"),
    "Group": own("(a)"),
    "Many": own("a", 99),
    "Twice": own("(?P<x>a)"),
    "Fails": own(r"\w+", convert=int),
}

# What is wrong with the format: types, names, fills, widths, codes, converters.
FORMATS = [
    *["{:y}", "{:Q}", "{a:z}", "{:ll}", "{:tt1}", "{:tz}", "{:dd}", "{:é}", "{::}", "{:5:d}", "{:%Z}", "{:%q}", "{:{w}d}", "{:d}}"],
    *["{a:d} {a}", "{a} {a:d}", "{a:d}{a:w}", "{a:}{a}", "{a}{a:}", "{a_b}{a[b]}", "{a_b_}{a[b]}", "{a.b} {a_b}{a-b}", "{a_b_c}{a.b-c}"],
    *["{a b}", "{a!r}", "{a['b']}", "{a²}", "{a%b}", "{é}", "{a[b:c]}", "{a} {a[b]}", "{a[b]} {a}"],
    *["{:*=5d}", "{:x=5d}", "{:|>5d}", "{:^^6d}", "{:<<}", "{:>>5}", "{:.0}", "{:5.2}", "{:²d}", "{:2²d}", "{:5000d}", "{:99999999999d}"],
    *["{x:%Y-?}", "{:%Y %Y}"],
    *[f"{{:{name}}}" for name in TYPES],
    *["{:Twice}{:Twice}", "{x:Twice}", "{:Group}{}"],
    *["{", "}", "{}}", "{{"],
]

# Texts that match and have no value.
TEXTS = [
    ("{:d}", ["9" * 5000, "٣"]),
    ("{:d} {:d}", ["1 x", "1 " + "7" * 5000]),
    ("{:,d}", [",", ",,"]),
    ("{:n}", ["٣", "1,٣٣٣"]),
    ("{:f}", ["xx"]),
    ("{:x=d}", ["xx0x1f"]),
    ("{:ti}", ["2011-02-30", "2011-13-01", "0000-01-01", "2011-01-01 24:00", "2011-01-01 1:60", "2011-01-01T1:2:61", "2011-01-01T1:2+0160"]),
    ("{:tg}", ["31/2/2011", "1/1/2011 13:00 PM", "1/13/2011", "1/1/0000", "1/1/2011 1:2 +01:60"]),
    ("{:ta}", ["2/31/2011", "13/1/2011"]),
    ("{:te}", ["31 Feb 2011 1:00 +0000", "1  Jan 2011 1:00 +0000"]),
    ("{:th}", ["31/Feb/2011:00:00:00 +0000", "1/Jan/2011:25:00 +0000"]),
    ("{:tc}", ["Mon Feb 30 1:00:00 2011"]),
    ("{:ts}", ["Feb 30 1:2:3", "Jan 99999999999999999999 ", "Jan 1 24:00:00"]),
    ("{:tt}", ["25:00", "13:00 PM", "1:02:60", "1:60"]),
    ("{:%Y-%m-%d}", ["2011-02-30", "2011-13-01", "0000-01-01"]),
    ("{:%H:%M}", ["24:00", "1:60"]),
    ("{:%j %z}", ["400 +0000", "1 +9900", "1 |0100"]),
    ("{:Fails}", ["x"]),
    ("{a} {a[b]}", ["1 2"]),
]

CALLS = {
    "compile": lambda package, format, text: package.compile(format, TYPES),
    "compile without types": lambda package, format, text: package.compile(format),
    "parse": lambda package, format, text: package.parse(format, text, TYPES),
    "parse where case counts": lambda package, format, text: package.parse(format, text, TYPES, case_sensitive=True),
    "search": lambda package, format, text: package.search(format, text, extra_types=TYPES),
    "findall": lambda package, format, text: list(itertools.islice(package.findall(format, text, extra_types=TYPES), 3)),
    "a parser": lambda package, format, text: package.Parser(format, TYPES).parse(text),
    "values later": lambda package, format, text: evaluated(package.compile(format, TYPES).parse(text, evaluate_result=False)),
}


def evaluated(match):
    return match and match.evaluate_result()


def raised(call, package, format, text):
    """The class of what a call raises, by its name, and its message; None when it raises nothing."""
    try:
        call(package, format, text)
    except Exception as error:
        return type(error).__name__, str(error.args[0])
    return None


def check(format, texts):
    refused = raised(CALLS["compile"], parsimd, format, "")
    if refused is not None and refused[0] == "ExpressionError":
        # In `parse` it is an error at the first use.
        assert raised(CALLS["parse"], parse, format, "a")[0] == "NotImplementedError"
        assert all(raised(call, parsimd, format, "a") == refused for name, call in CALLS.items() if name != "compile without types")
        return 1
    seen = 0
    for (name, call), text in itertools.product(CALLS.items(), texts):
        theirs, ours = raised(call, parse, format, text), raised(call, parsimd, format, text)
        if theirs is None:
            assert ours is None, (name, text)
            continue
        seen += 1
        assert ours is not None and ours[0] == theirs[0], (name, text)
        assert ours[1].startswith(theirs[1]), (name, text)
    return seen


@pytest.mark.parametrize("format", FORMATS)
def test_a_format_that_is_wrong_is_told_as_parse_tells_it(format):
    check(format, ["", "a", "7 7", "ab1"])


def test_most_of_these_formats_are_wrong():
    assert sum(check(format, ["a"]) > 0 for format in FORMATS) > 35


@pytest.mark.parametrize(("format", "texts"), TEXTS, ids=lambda case: case if isinstance(case, str) else "")
def test_a_text_without_a_value_is_told_as_parse_tells_it(format, texts):
    check(format, texts)


def test_most_of_these_texts_raise():
    assert sum(check(format, [text]) > 0 for format, texts in TEXTS for text in texts) > 30


@pytest.mark.parametrize("text", [None, 7, b"x", bytearray(b"x"), ["a"], object()], ids=lambda text: type(text).__name__)
def test_what_is_no_text_is_a_type_error_in_words_of_our_own(text):
    # Those of `parse` are Python's, which has changed them.
    for name in ("parse", "search", "findall", "a parser"):
        assert raised(CALLS[name], parse, "{}", text)[0] == raised(CALLS[name], parsimd, "{}", text)[0] == "TypeError"
        assert type(text).__name__ in raised(CALLS[name], parsimd, "{}", text)[1]


def test_an_expression_that_cannot_be_compiled_is_told_with_the_expression_and_the_reason():
    words = "Group names (e.g. (?P<name>) can cause failure, as they are not escaped properly: "
    for package in (parse, parsimd):
        with pytest.raises(NotImplementedError, match=re.escape(words)) as caught:
            package.parse("{:Twice}{:Twice}", "a", TYPES)
        assert str(caught.value).startswith(words + r"'\A((?P<x>a))((?P<x>a))\Z'")
    assert "redefinition of group name 'x'" in str(caught.value)


@pytest.mark.parametrize("name", ["Bad", "Open", "Star", "Look"])
def test_a_broken_pattern_of_a_type_is_told_when_the_format_is_compiled(name):
    format = f"{{:{name}}}"
    assert parse.compile(format, TYPES) is not None
    for kind in (parsimd.ExpressionError, ValueError, NotImplementedError):
        with pytest.raises(kind, match="is no regular expression: "):
            parsimd.compile(format, TYPES)


# A format that is refused, where the message points, and what it says to do.
ADVICE = [
    ("{x:int}", "int", "did you mean d? (an integer)"),
    ("{a:w} {x:Integer}!", "Integer", "did you mean d? (an integer)"),
    ("{x:str}", "str", "did you mean no type, for any text, or S, for text without white space?"),
    ("{x:float}", "float", "did you mean f? (a number with a point; g reads any number)"),
    ("{x:>8number}", "number", "did you mean g? (any number; d reads integers alone)"),
    ("{x:datetime}", "datetime", "did you mean t? (a date and time in any usual layout)"),
    ("{x:YYYY-MM-DD}", "YYYY-MM-DD", "write a date with strptime codes, as in %Y-%m-%d"),
    ("{x:%Z}", "%Z", "the strptime codes are %a %A %w %d"),
    ("{x:d5}", "d5", "did you mean 5d? (the width stands before the type)"),
    ("{x:[a-z]}", "[a-z]", "a regular expression is the pattern of a type of your own"),
    ("{x:sevrity}", "sevrity", "did you mean Severity, a type of your own?"),
    ("{t:%Y-(%m}", "%Y-(%m", "put what is neither a strptime code nor plain text outside of the field"),
    ("{level:w {ms:d}", "w {ms:d", 'a } is missing after "w": a field ends before the next one begins'),
    ("{x:{y}}", "{y", "a spec cannot hold a field: write the width as a number, or close this field with } first"),
    ("{x:y}", "y", "expected one of the types d n b"),
    ("{x:\udc80}", "\udc80", "expected one of the types d n b"),
    ("{a:d} {a}", "{a}", "write {a:d} again, or use another name"),
    ("{a} {a:d}", "{a:d}", "write {a} again, or use another name"),
    ("{a_b_}{a[b]}", "{a[b]}", "use a name that differs from 'a_b_' in more than . [ ] - and _"),
]


@pytest.mark.parametrize(("format", "place", "advice"), ADVICE, ids=[format.encode("ascii", "replace").decode() for format, *_ in ADVICE])
def test_a_format_that_is_refused_says_where_and_what_to_do(format, place, advice):
    types = {"Severity": own("[A-Z]+")}
    message = raised(lambda package, format, text: package.compile(format, types), parsimd, format, "")[1]
    _, at, _, shown, marks, _, said = message.split("\n")
    line, column = re.fullmatch(r" --> pattern:(\d+):(\d+)", at).groups()
    assert shown == "1 | " + format.replace("\udc80", "\ufffd") and line == "1"
    marked = marks.index("^")
    assert shown[marked : len(marks)] == place.replace("\udc80", "\ufffd") and set(marks[marked:]) == {"^"}
    assert int(column) == marked - 3
    assert said.startswith("  = help: " + advice)


def test_a_pattern_of_another_tool_is_told():
    for format, tool in [("%{IP:client} %{WORD:method}", "grok"), ("%{name->} %{+x:y}", "dissect")]:
        message = raised(lambda package, format, text: package.compile(format), parsimd, format, "")
        assert message is None or f"formats.{tool} makes a pattern of it" in message[1], format


def test_what_parse_takes_is_no_error_though_a_brace_is_missing():
    for format, text in [("{a", "{a"), ("a} b", "a} b"), ("{a {b}", "{a 1"), ("{x:d", "{x:d"), ("{a:d}}", "1}")]:
        assert parsimd.parse(format, text) is not None, format
        assert repr(parsimd.parse(format, text)) == repr(parse.parse(format, text))


def test_types_of_any_kind_do_not_change_the_class_of_the_error():
    class Odd(dict):
        def __contains__(self, name):
            return False

    for types in (None, {}, {1: str}, Odd(x=str), {"\udc80": str}):
        theirs, ours = [raised(lambda package, format, text: package.compile(format, types), package, "{x:int}", "") for package in (parse, parsimd)]
        assert ours[0] == theirs[0] == "ValueError" and ours[1].startswith(theirs[1]), types
