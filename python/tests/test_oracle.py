"""parsimd against PyPI parse, on formats and texts made together.

``PARSIMD_CASES`` is how many cases each property runs, of which ``PARSIMD_TEST_PERCENT`` may leave a share; ``make oracle`` runs a hundred
thousand in all.
"""

import datetime
import decimal
import os
import warnings

import oracle
import parsimd
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from share import share_of
from strategies import CONVERTERS, format_and_text

CORRECTED = oracle.corrected()
CASES = settings(
    max_examples=share_of(int(os.environ.get("PARSIMD_CASES", "2000"))),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
case_sensitive = st.sampled_from([False, False, True])
warnings.simplefilter("ignore", FutureWarning)


def compile_both(format, case_sensitive):
    """Both parsers; None where both refuse the format in the same way."""
    theirs = oracle.outcome(lambda: _shell(CORRECTED.Parser(format, CONVERTERS, case_sensitive)))
    ours = oracle.outcome(lambda: _shell(parsimd.Parser(format, CONVERTERS, case_sensitive)))
    assert ours == theirs
    if theirs[0] == "raises":
        return None
    return CORRECTED.Parser(format, CONVERTERS, case_sensitive), parsimd.Parser(format, CONVERTERS, case_sensitive)


def _shell(parser):
    """What can be seen of a parser before it matches, in the form of a result."""
    fields = tuple(parser.fixed_fields), {"expression": parser._expression, "named": parser.named_fields}
    return parsimd.Result(*fields, {})


def both(format, case_sensitive, call):
    parsers = compile_both(format, case_sensitive)
    if parsers is not None:
        theirs, ours = [oracle.outcome(lambda parser=parser: call(parser)) for parser in parsers]
        assert ours == theirs, parsers[1].engine


@pytest.mark.parametrize("odd", [False, True], ids=["ascii", "unicode"])
class TestTheSameAsParse:
    def test_parse(self, odd):
        @CASES
        @given(format_and_text(odd), case_sensitive)
        def check(case, case_sensitive):
            format, text = case
            both(format, case_sensitive, lambda parser: parser.parse(text))

        check()

    def test_search(self, odd):
        @CASES
        @given(format_and_text(odd), case_sensitive, st.integers(-2, 12), st.none() | st.integers(-2, 40))
        def check(case, case_sensitive, pos, endpos):
            format, text = case
            both(format, case_sensitive, lambda parser: parser.search("12 " + text + " x", pos, endpos))

        check()

    def test_findall(self, odd):
        @CASES
        @given(format_and_text(odd), case_sensitive, st.integers(0, 3), st.none() | st.integers(0, 60))
        def check(case, case_sensitive, pos, endpos):
            format, text = case
            both(format, case_sensitive, lambda parser: parser.findall(f"{text} {text}{text}", pos, endpos))

        check()


@CASES
@given(format_and_text(), case_sensitive)
def test_python_and_the_native_engine_give_the_same(case, case_sensitive):
    format, text = case
    try:
        native = parsimd.Parser(format, CONVERTERS, case_sensitive)
        by_re = parsimd.Parser(format, CONVERTERS, case_sensitive)
    except Exception:
        return
    by_re._expression = by_re._expression
    assert by_re.engine.name == "re"
    for call in (lambda p: p.parse(text), lambda p: p.search(text, 1), lambda p: p.findall(text + text)):
        assert oracle.outcome(lambda: call(native)) == oracle.outcome(lambda: call(by_re))


def test_many_cases_match_and_most_are_native():
    """The comparison means something: many of its cases match, about half, and most are of the native engine."""
    counts = {"cases": 0, "matched": 0, "native": 0}

    @settings(CASES, max_examples=400, database=None)
    @given(format_and_text())
    def count(case):
        format, text = case
        try:
            parser = parsimd.Parser(format, CONVERTERS)
            counts["cases"] += 1
            counts["native"] += parser.engine.name == "native"
            counts["matched"] += parser.search(text) is not None
        except Exception:
            pass

    count()
    # Cases are drawn anew each time, so that half would be too many now and then.
    assert counts["matched"] > counts["cases"] / 3, counts
    assert counts["native"] > counts["cases"] / 2, counts


PATTERNS = [
    ("{name} is {age:d}", "Ada is 36"),
    ("{:d}{:f}", "12.5"),
    ("{a:w}={b:S}", "x=1;"),
    ("{:>5}|{:<5}", "   ab|cd   "),
]


@pytest.mark.parametrize(("format", "text"), PATTERNS)
def test_module_level_calls_take_the_arguments_of_parse_in_its_order(format, text):
    for name, arguments in {
        "parse": (format, text, None, True, False),
        "search": (format, text, 0, None, None, True, True),
        "findall": (format, text, 0, len(text), {}, True, False),
    }.items():
        theirs = oracle.outcome(lambda: getattr(oracle.parse, name)(*arguments))
        assert oracle.outcome(lambda: getattr(parsimd, name)(*arguments)) == theirs


UTC = datetime.timezone.utc
NO_CONVERTERS = {name: converter for name, converter in CONVERTERS.items() if name != "Fails"}


def cell(line, result, key, column_type):
    """What a column must hold for a field of a result of `parse`; ValueError where it cannot."""
    value = oracle.value_of(result, key)
    start, end = result.spans[key]
    text = line[start:end]
    if column_type == "text":
        return text[1:] if isinstance(value, decimal.Decimal) and text[0] == " " else text
    if column_type == "int64" and not -(2**63) <= value < 2**63:
        raise ValueError("past 64 bits")
    if isinstance(value, datetime.datetime):
        try:
            at = value.replace(tzinfo=None) - offset_of(value)
        except OverflowError:
            raise ValueError("not a year of the calendar") from None
        return at.replace(tzinfo=UTC) if "UTC" in column_type else at
    if isinstance(value, datetime.time):
        day = datetime.datetime(2000, 1, 2, value.hour, value.minute, value.second, value.microsecond)
        return (day - offset_of(value)).time()
    return value


def offset_of(value):
    """How far east of UTC. Python raises ValueError from 24 hours on, and a column has no such value either."""
    return value.utcoffset() or datetime.timedelta(0)


def rows_of_parse(parser, lines, match, types):
    """The rows that a scan must give, and its counts."""
    rows, unmatched, failures = [], 0, 0
    for line in lines:
        try:
            result = (parser.parse if match == "line" else parser.search)(line)
            if result is None:
                unmatched += 1
            else:
                rows.append({str(key): cell(line, result, key, types[str(key)]) for key in result.spans})
        except (ValueError, OverflowError, decimal.InvalidOperation):
            failures += 1
    return rows, [len(lines), len(rows), unmatched, failures]


@pytest.mark.parametrize("odd", [False, True], ids=["ascii", "unicode"])
def test_a_scan_is_parse_line_by_line(odd):
    @CASES
    @given(format_and_text(odd), format_and_text(odd), case_sensitive, st.sampled_from(["line", "first"]))
    def check(case, other, case_sensitive, match):
        format, text = case
        try:
            theirs = CORRECTED.Parser(format, NO_CONVERTERS, case_sensitive)
            theirs._match_re, theirs._search_re
            ours = parsimd.Parser(format, NO_CONVERTERS, case_sensitive)
        except Exception:
            return
        # No line of UTF-8 has a lone surrogate, and a format with one cannot be handed to the native engine.
        assume(not any("\ud800" <= c <= "\udfff" for c in format))
        # Names that differ in brackets share a dict in a result, and a name may be overwritten there; columns keep each.
        bases = [name.split("[")[0] for name in theirs._name_to_group_map]
        assume(len(set(bases)) == len(bases))
        # A pattern that takes its fields from the wrong groups has no columns to speak of.
        assume("Undeclared" not in format)
        lines = [line.replace("\n", " ") for line in (text, other[1], f"x {text}", text.swapcase(), f"{text} {text}", "", text)]
        lines = [line for line in lines if not any("\ud800" <= c <= "\udfff" for c in line) and not line.endswith("\r")]
        every = [*theirs._name_to_group_map, *map(str, range(len(theirs._fixed_fields)))]
        scan = ours.scan("".join(line + "\n" for line in lines), match=match, columns=every)
        batch = scan.read_all()
        rows, counts = rows_of_parse(theirs, lines, match, batch.types)
        stats = scan.stats
        assert [stats.records, stats.matched, stats.unmatched, stats.failures] == counts, stats.first_failures
        for row, wanted in zip(batch.to_pylist(), rows):
            assert {name: oracle.plain(value) for name, value in row.items()} == {
                name: oracle.plain(value) for name, value in wanted.items()
            }

    check()
