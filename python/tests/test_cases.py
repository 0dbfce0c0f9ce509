"""The cases of ``tests/cases``, which the Rust tests run too."""

import datetime
import sys
from decimal import Decimal
from pathlib import Path

import oracle
import parsimd
import pytest

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

CASES = Path(__file__).parents[2] / "tests" / "cases"
TEXT = tomllib.loads((CASES / "text.toml").read_text(encoding="utf-8"))["case"]
RECORDS = tomllib.loads((CASES / "records.toml").read_text(encoding="utf-8"))["case"]
CORRECTED = oracle.corrected()


def converters(case):
    def make(own):
        def converter(text):
            return text

        converter.pattern, converter.regex_group_count = own["pattern"], own["groups"]
        return converter

    return {name: make(own) for name, own in case.get("types", {}).items()}


def expected(value):
    if not isinstance(value, dict):
        return value
    if "decimal" in value:
        return Decimal(value["decimal"])
    if "big" in value:
        return int(value["big"])
    if "date" in value:
        return datetime.date.fromisoformat(value["date"])
    kind = datetime.datetime if "at" in value else datetime.time
    zone = datetime.timezone(datetime.timedelta(minutes=value["offset"])) if "offset" in value else None
    return kind.fromisoformat(value.get("at") or value["time"]).replace(tzinfo=zone)


def same(found, wanted):
    if found != found:
        return wanted != wanted
    if isinstance(found, (datetime.datetime, datetime.time)):
        # Equality of aware times looks at the instant alone.
        if found.replace(tzinfo=None) != wanted.replace(tzinfo=None) or found.utcoffset() != wanted.utcoffset():
            return False
        return type(found) is type(wanted)
    return type(found) is type(wanted) and found == wanted


def by_re(*arguments):
    parser = parsimd.Parser(*arguments)
    parser._expression = parser._expression
    return parser


@pytest.mark.parametrize("make", [parsimd.Parser, by_re, CORRECTED.Parser], ids=["native", "re", "oracle"])
@pytest.mark.parametrize("case", TEXT, ids=lambda case: case["name"])
def test_every_text_case_is_read_as_it_says(case, make):
    arguments = case["format"], converters(case), case.get("case_sensitive", False)
    if case.get("error") == "format":
        with pytest.raises((ValueError, KeyError)):
            make(*arguments)
        return
    parser = make(*arguments)
    call = getattr(parser, case.get("call", "parse"))
    if case.get("error") == "value":
        with pytest.raises(ValueError):
            call(case["text"])
        return
    found = call(case["text"])
    if "fields" not in case:
        assert found is None
        return
    values = [oracle.value_of(found, key) for key in sorted(found.spans, key=found.spans.get)]
    wanted = [expected(value) for value in case["fields"]]
    assert len(values) == len(wanted) and all(map(same, values, wanted)), values
    spans = [tuple(len(case["text"][:place].encode()) for place in span) for span in sorted(found.spans.values())]
    assert spans == [tuple(span) for span in case.get("spans", spans)]


def data_of(case):
    return bytes.fromhex(case["bytes"]) if "bytes" in case else case["text"].encode()


def scan(case, **options):
    options = {"full_line": case.get("full_line", True), "on_error": case.get("on_error", "skip"), "year": case.get("year"), **options}
    return parsimd.compile(case["format"]).scan(data_of(case), **options)


def as_number(value):
    """Times as the cases have them: microseconds, or days, since 1970 or midnight; durations in nanoseconds."""
    if isinstance(value, datetime.timedelta):
        return value // datetime.timedelta(microseconds=1) * 1000
    if isinstance(value, datetime.datetime):
        return (value.replace(tzinfo=None) - datetime.datetime(1970, 1, 1)) // datetime.timedelta(microseconds=1)
    if isinstance(value, datetime.date):
        return value.toordinal() - datetime.date(1970, 1, 1).toordinal()
    if isinstance(value, datetime.time):
        return ((value.hour * 60 + value.minute) * 60 + value.second) * 1_000_000 + value.microsecond
    return value


@pytest.mark.parametrize("threads", [None, 1, 3])
@pytest.mark.parametrize("case", RECORDS, ids=lambda case: case["name"])
def test_every_record_case_is_read_as_it_says(case, threads):
    run = scan(case, threads=threads)
    batch = run.read_all()
    assert batch.names == [name for name, _ in case["columns"]]
    for name, values in case["columns"]:
        wanted = [None if value == {"null": True} else value for value in values]
        assert [as_number(value) for value in batch[name].to_pylist()] == wanted
    stats = run.stats
    assert [stats.records, stats.matched, stats.unmatched, stats.failures] == case["counts"]
    assert [failure.offset for failure in stats.first_failures] == case.get("failed", [])
    assert stats.bytes == len(data_of(case))


def accepted_by_parse(case):
    """Whether `parse` accepts the format: what it refuses is the language beyond it."""
    try:
        CORRECTED.Parser(case["format"])
    except ValueError:
        return False
    return True


@pytest.mark.parametrize(
    "case", [case for case in RECORDS if "text" in case and accepted_by_parse(case)], ids=lambda case: case["name"]
)
def test_records_are_the_lines_that_parse_matches(case):
    parser = CORRECTED.Parser(case["format"])
    lines = case["text"].removeprefix("\ufeff").replace("\r\n", "\n").split("\n")
    lines = [line.lstrip("\0") for line in lines]
    if lines[-1] == "":
        lines.pop()
    matched = 0
    for line in lines:
        try:
            matched += (parser.parse if case.get("full_line", True) else parser.search)(line) is not None
        except ValueError:
            pass
    stats = scan(case, on_error="skip")
    stats.read_all()
    stats = stats.stats
    assert stats.records == len(lines)
    # An integer past 64 bits matches, and is a failure of the column.
    assert stats.matched <= matched <= stats.matched + stats.failures
