"""PyPI ``parse`` 1.22.4 as the oracle, and the deliberate differences from it, each in one place.

`parse` here is the package as it is; `corrected()` is a copy of it with the differences of docs/differences.md applied by small
patches, so that the two can be compared without exceptions to the rule.
"""

import importlib.util
import math
import re
import sys
from datetime import datetime, time

import parse

assert parse.__version__ == "1.22.4"


class _AnyCase(dict):
    """Month names in any case."""

    def __missing__(self, name):
        folded = name.lower().translate({0x17F: "s", 0x212A: "k", 0x131: "i", 0x307: None})
        for known, number in self.items():
            if known.lower() == folded:
                return number
        raise KeyError(name)


def corrected():
    spec = importlib.util.spec_from_file_location("corrected_parse", parse.__file__)
    module = importlib.util.module_from_spec(spec)
    sys.modules["corrected_parse"] = module
    spec.loader.exec_module(module)

    # A space captured in the place of a sign is not the sign.
    convert = module.int_convert.__call__
    module.int_convert.__call__ = lambda self, string, match: convert(
        self, string[1:] if string[:1] == " " else string, match
    )

    # Month names are read in the case in which they matched.
    module.MONTHS_MAP = _AnyCase(module.MONTHS_MAP)

    # A match of nothing is given once.
    def findall(self, string, pos=0, endpos=None, extra_types=None, evaluate_result=True):
        endpos = len(string) if endpos is None else endpos
        for match in self._search_re.finditer(string, pos, endpos):
            yield self.evaluate_result(match) if evaluate_result else module.Match(self, match)

    module.Parser.findall = findall
    read_commas(module)
    read_as_strptime(module)
    read_groups(module)
    compile_at_once(module)
    return module


class ExpressionError(ValueError, NotImplementedError):
    """The error of parsimd that has this name."""


def compile_at_once(module):
    """What `re` cannot compile is told when the format is compiled, and not at the first use."""
    make = module.Parser.__init__

    def init(self, *arguments, **named):
        make(self, *arguments, **named)
        try:
            re.compile(rf"\A{self._expression}\Z", self._re_flags)
        except re.error as error:
            raise ExpressionError from error
        except OverflowError:
            pass

    module.Parser.__init__ = init


def read_commas(module):
    """A fraction may begin with a comma, and stand in `ts`, but where the format goes on with the mark itself."""
    date_convert, generate, handle = module.date_convert, module.Parser._generate_expression, module.Parser._handle_field
    point, both = module.TIME_PAT, module.TIME_PAT.replace(r"\.", "[.,]")
    seconds = r"(\d{1,2}:\d{1,2}:\d{1,2})?"
    module.TIME_PAT = both

    class WithPoints:
        def __init__(self, match):
            self.match = match

        def groups(self):
            return [group and group.replace(",", ".") for group in self.match.groups()]

    module.date_convert = lambda string, match, **parts: date_convert(string, WithPoints(match), **parts)

    def generate_expression(self):
        parts = [part for part in module.PARSE_RE.split(self._format) if part] + [""]
        is_field = [part[:1] + part[-1:] == "{}" for part in parts]
        self._after = iter([after for after, follows_field in zip(parts[1:], is_field) if follows_field])
        return generate(self)

    def handle_field(self, field):
        mark = next(self._after)[:1]
        regex = handle(self, field)
        if mark not in (".", ","):
            regex = regex.replace(seconds, seconds.replace(")?", r"(?:[.,]\d+)?)?"))
        return regex.replace(both, point) if mark == "," else regex

    module.Parser._generate_expression = generate_expression
    module.Parser._handle_field = handle_field


def read_as_strptime(module):
    """The codes match what `strptime` reads by them, and white space any run of it. A fraction of seven to nine digits is cut."""
    by_code, convert, codes = module.get_regex_for_datetime_format, module.strf_date_convert, module.dt_format_to_regex
    minute = "[0-9]{1,2}"
    codes.update({"%d": "(?:[0-9]{1,2}| [1-9])", "%M": minute, "%S": minute, "%z": f"(?:{codes['%z']}|(?-i:Z))"})

    def expression(layout, nine_digits="[0-9]{1,9}"):
        before, _, after = layout.partition("%f")
        is_plain = not re.search(r"[][\\^$*+?{}()|]", layout)
        meets = re.search(r"([0-9]|%[wdmyYHIMSjUWz])\Z", before) or re.match("[0-9]|%[wdmyYHIMSjUW]", after)
        if is_plain and not meets:
            layout = layout.replace("%f", "\0", 1)
        regex = by_code(re.sub(r"\s+", r"\\s+", layout) if is_plain else layout).replace("\0", nine_digits)
        try:
            re.compile(regex)
        except re.error as error:
            raise ValueError("a broken layout") from error
        return regex

    def strf_date_convert(x, match, type):
        try:
            return convert(x, match, type)
        except ValueError:
            long = re.fullmatch(expression(type, "[0-9]{6}(?P<cut>[0-9]{1,3})"), x, re.IGNORECASE | re.DOTALL)
            if not long or "cut" not in long.re.groupindex:
                raise
            return convert(x[: long.start("cut")] + x[long.end("cut") :], match, type)

    module.get_regex_for_datetime_format = expression
    module.strf_date_convert = strf_date_convert


def read_groups(module):
    """The digits of a float may be in groups of three, if its spec has a grouping character."""
    handle = module.Parser._handle_field

    def handle_field(self, field):
        known = set(self._type_conversions)
        regex = handle(self, field)
        name, _, spec = field[1:-1].partition(":")
        parts = module.extract_format(spec, self._extra_types) if spec else {"type": ""}
        added = set(self._type_conversions) - known
        if parts["type"] in tuple("fFeEgG%") and parts["type"] not in self._extra_types and "grouping" in parts and added:
            (group,) = added
            mark, convert = parts["grouping"], self._type_conversions[group]
            self._type_conversions[group] = lambda string, match: convert(string.replace(mark, ""), match)
            digits = re.search(r"\\d[*+]", regex)[0]
            regex = regex.replace(digits, r"(?:\d{1,3}(?:%s\d{3})+|%s)" % (mark, digits), 1)
        return regex

    module.Parser._handle_field = handle_field


def plain(value):
    """A value in a form that compares as the two packages' values should: type and all."""
    if isinstance(value, float) and math.isnan(value):
        return "nan"
    if isinstance(value, (datetime, time)) and value.tzinfo is not None:
        zone = value.tzinfo
        return type(value).__name__, value.replace(tzinfo=None), type(zone).__name__, repr(zone), zone.tzname(None)
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value).__name__, [plain(inner) for inner in value]
    return type(value).__name__, repr(value)


def outcome(call):
    """What a call gives, or the class of what it raises."""
    try:
        found = call()
        found = list(found) if hasattr(found, "__next__") else found
    except Exception as error:
        return "raises", type(error).__name__
    return "gives", shown(found)


def shown(found):
    if isinstance(found, list):
        return [shown(one) for one in found]
    if found is None:
        return None
    return plain(found.fixed), list(found.named), plain(found.named), list(found.spans.items())


def value_of(result, key):
    """The value that stands at a span: that of a number, or of a name like ``a[b]``."""
    if isinstance(key, int):
        return result.fixed[key]
    value = result.named
    for name in key.replace("]", "").split("["):
        value = value[name]
    return value
