"""The text of a field → its value, in plain Python, as ``parse`` converts it.

These converters run where Python's ``re`` has matched. They are the reference implementation for the native ones, which are tested against
them. Each is called with the text of the field and the match. A date is put together from the groups inside the field, which are
found by counting. All converters can be pickled.
"""

from __future__ import annotations

import ipaddress
import re
import sys
from datetime import time, timedelta, tzinfo
from typing import Any, Callable, Literal, Mapping, Optional, Sequence, TypeVar

from . import _parsimd
from ._arguments import check_expression, check_text, is_count, shown

_F = TypeVar("_F", bound=Callable[..., Any])


_ColumnType = Literal["int64", "float64", "bool", "timestamp[us]", "duration[ns]", "text"]


def with_pattern(
    pattern: str, regex_group_count: Optional[int] = None, *, column: Optional[_ColumnType] = None
) -> Callable[[_F], _F]:
    """A decorator that tells a converter which text it is for.

    ``pattern`` is a regular expression in the syntax of ``re``; ``regex_group_count`` must say how many groups it has::

        >>> import parsimd
        >>> @parsimd.with_pattern(r"[ab]+")
        ... def letters(text):
        ...     return text.upper()
        >>> parsimd.parse("{:Letters}-{:d}", "abba-7", {"Letters": letters}).fixed
        ('ABBA', 7)

    ``column`` is the type of a column of its values: ``"int64"``, ``"float64"``, ``"bool"``, ``"timestamp[us]"``, ``"duration[ns]"`` or ``"text"``. A scan calls the
    converter then, once for each different text of a batch. None is a null; an exception, or a value of another type, is a failure of the record. Without ``column``
    a scan keeps the text.

    Raises ValueError for another ``column``, and TypeError where ``pattern`` is no str, ``regex_group_count`` no number or the converter no function.
    """
    check_expression(pattern)
    if not (regex_group_count is None or is_count(regex_group_count)):
        raise TypeError(f"regex_group_count must be the number of groups in the pattern, or None, not {shown(regex_group_count)}")
    if column is not None:
        check_text(column, "column")
        _parsimd.check_column(column)

    def decorate(converter: _F) -> _F:
        if not callable(converter):
            raise TypeError(f"with_pattern is for a function of the text, as int is, not {type(converter).__name__}")
        try:
            converter.pattern = pattern  # type: ignore[attr-defined]
        except (AttributeError, TypeError):
            # A class that is built in, or a method of one.
            name = getattr(converter, "__name__", type(converter).__name__)
            raise TypeError(f"with_pattern cannot give {name} a pattern: give one to a function that calls it, as lambda text: {name}(text)") from None
        converter.regex_group_count = regex_group_count  # type: ignore[attr-defined]
        if column is not None:
            converter.column = column  # type: ignore[attr-defined]
        return converter

    return decorate


class FixedTzOffset(tzinfo):
    """A fixed distance from UTC, in minutes to the east, with the name that the text gave it."""

    def __init__(self, offset: int, name: str) -> None:
        self._offset = timedelta(minutes=offset)
        self._name = name

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._name} {self._offset}>"

    def utcoffset(self, dt: Any) -> timedelta:
        return self._offset

    def tzname(self, dt: Any) -> str:
        return self._name

    def dst(self, dt: Any) -> timedelta:
        return timedelta(0)

    # Copies and pickles ask for it.
    def __getinitargs__(self) -> tuple[int, str]:
        return self._offset // timedelta(minutes=1), self._name

    # Defining equality alone leaves it without a hash, as it is in parse.
    def __eq__(self, other: object) -> bool:
        if isinstance(other, FixedTzOffset):
            return (self._name, self._offset) == (other._name, other._offset)
        return NotImplemented


class Integer:
    """An integer: a sign, then the digits of the base; anything else in the text is dropped.

    Without ``base`` a prefix (``0x``, ``0o``, ``0b``) says what it is. A space that was captured in the place of a sign is dropped first,
    so ``" -5"`` is -5.
    """

    DIGITS = "0123456789abcdef"
    BASES = {"b": 2, "o": 8, "x": 16}

    def __init__(self, base: Optional[int] = None) -> None:
        self.base = base

    def __call__(self, string: str, match: Any) -> int:
        string = string[1:] if string[0] == " " else string
        sign = -1 if string[:1] == "-" else 1
        digits = (string[1:] if string[:1] in ("-", "+") else string).lower()
        base = self.base
        if base is None:
            base = self.BASES.get(digits[1], 10) if len(digits) > 2 and digits[0] == "0" else 10
        kept = "".join(c for c in digits if c in self.DIGITS[:base])
        return sign * int(kept, base)


def percentage(string: str, match: Any) -> float:
    """``"12.5%"`` → 0.125."""
    return float(string[:-1]) / 100.0


class Grouped:
    """A converter for a number whose digits may be in groups: ``"1,367.50"`` → 1367.5."""

    def __init__(self, converter: Callable[[str, Any], Any], grouping: str) -> None:
        self.converter = converter
        self.grouping = grouping

    def __call__(self, string: str, match: Any = None) -> Any:
        return self.converter(string.replace(self.grouping, ""), match)


class TextOnly:
    """A converter that takes the text alone, called with the text and the match."""

    def __init__(self, converter: Callable[[str], Any]) -> None:
        self.converter = converter

    def __call__(self, string: str, match: Any) -> Any:
        return self.converter(string)


class Nullable:
    """A converter for a field with null texts: None for one of them, else what its converter makes of it."""

    def __init__(self, nulls: "re.Pattern[str]", converter: Optional[Callable[[str, Any], Any]]) -> None:
        self.nulls = nulls
        self.converter = converter

    def __call__(self, string: str, match: Any) -> Any:
        if self.nulls.fullmatch(string):
            return None
        return string if self.converter is None else self.converter(string, match)


class ByText:
    """A converter of the language that takes the text alone."""

    def __call__(self, string: str, match: Any = None) -> Any:
        raise NotImplementedError


# The letters outside of ASCII that match ASCII ones where case is ignored.
_LETTERS = {0x17F: "s", 0x212A: "k", 0x131: "i", 0x130: "i"}


def _day_first(month: str) -> str:
    return rf"(?P<day>[ \d]?\d)[-/ ](?P<month>{month})[-/ ](?P<year>\d{{4}})[: ]"


class Stamp(ByText):
    """A date and time in whichever of the layouts of ``t`` it has; without a year, in the current one."""

    _CLOCK = r"(?P<hour>[ \d]?\d):(?P<minute>[ \d]?\d)(?::(?P<second>[ \d]?\d)(?:[.,](?P<fraction>\d+))?)?"
    _ZONE = r"\s?(?P<zone>Z|UTC|GMT|[-+]\d\d:?(?:\d\d)?)?"
    _NAME = r"[A-Za-z]{3}"
    LAYOUTS = [
        re.compile(layout, re.IGNORECASE)
        for layout in (
            r"(?P<year>\d{4})[-/.](?P<month>[ \d]?\d)[-/.](?P<day>[ \d]?\d)[T -]" + _CLOCK + _ZONE,
            r"(?P<year>\d{4})-(?P<month>[ \d]?\d)-(?P<day>[ \d]?\d)-(?P<hour>\d\d)\.(?P<minute>\d\d)\.(?P<second>\d\d)(?:[.,](?P<fraction>\d+))?",
            _day_first(_NAME) + _CLOCK + _ZONE,
            rf"{_NAME}, " + _day_first(_NAME) + _CLOCK + _ZONE,
            r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)-(?P<hour>[ \d]?\d):(?P<minute>[ \d]?\d):(?P<second>[ \d]?\d)(?::(?P<millis>\d+)|[.,](?P<fraction>\d+))?",
            r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)T(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d)(?:[.,](?P<fraction>\d+))?" + _ZONE,
            rf"(?P<month>{_NAME}) (?P<day>[ \d]?\d) " + _CLOCK,
            rf"{_NAME} (?P<month>{_NAME}) (?P<day>[ \d]?\d) " + _CLOCK + r"(?: (?P<zone>[A-Z]+|[-+]\d\d:?\d\d))? (?P<year>\d{4})",
        )
    ]

    def __call__(self, string: str, match: Any = None) -> Any:
        string = string.translate(_LETTERS)
        found = next(filter(None, (layout.fullmatch(string) for layout in self.LAYOUTS)))
        parts: dict[str, Any] = {"zone": None, "fraction": None, "millis": None, "second": None, "year": None, **found.groupdict()}
        datetime = _datetime()
        fraction = (parts["millis"] or "").zfill(3) if parts["millis"] else parts["fraction"] or ""
        second = int(parts["second"] or 0)
        value = datetime(
            int(parts["year"] or datetime.today().year),
            _month(parts["month"].strip()),
            int(parts["day"]),
            int(parts["hour"]),
            int(parts["minute"]),
            59 if second == 60 else second,
            int(fraction.ljust(6, "0")[:6]),
            self._zone(parts["zone"]),
        )
        if second < 60:
            return value
        try:
            return value + timedelta(seconds=1)
        except OverflowError:
            raise ValueError(f"{string!r}: outside of the years 1 to 9999") from None

    @staticmethod
    def _zone(text: Optional[str]) -> Optional[tzinfo]:
        if not text:
            return None
        if text.upper() in ("Z", "UTC", "GMT"):
            return FixedTzOffset(0, "UTC")
        if text[0] not in "+-":
            raise ValueError(f"the time zone {text!r} is not known: UTC and GMT are, and offsets such as +0100")
        hours, minutes = int(text[1:3]), int(text[3:].lstrip(":") or 0)
        if minutes >= 60:
            raise ValueError("timezone minute must be in 0..59")
        offset = hours * 60 + minutes
        return FixedTzOffset(-offset if text[0] == "-" else offset, text)


class UnixTime(ByText):
    """Unix time, in seconds, milliseconds, microseconds or nanoseconds, by the number of digits."""

    def __call__(self, string: str, match: Any = None) -> Any:
        whole, _, fraction = string.replace(",", ".").partition(".")
        digits = len(whole)
        unit = 10**9 if digits <= 11 else 10**6 if digits <= 14 else 10**3 if digits <= 17 else 1
        nanos = int(whole) * unit + int(fraction.ljust(9, "0")[:9])
        return _datetime()(1970, 1, 1, tzinfo=FixedTzOffset(0, "UTC")) + timedelta(microseconds=nanos // 1000)


class Duration(ByText):
    """A duration: amounts with units, or hours, minutes and seconds. What is less than a microsecond is cut off."""

    UNITS = {
        word: nanos
        for nanos, words in (
            (1, "ns nsec nsecs nanosecond nanoseconds"),
            (10**3, "us usec usecs microsecond microseconds"),
            (10**6, "ms msec msecs millisecond milliseconds"),
            (10**9, "s sec secs second seconds"),
            (60 * 10**9, "m min mins minute minutes"),
            (3600 * 10**9, "h hr hrs hour hours"),
            (86400 * 10**9, "d day days"),
        )
        for word in words.split()
    }

    def __call__(self, string: str, match: Any = None) -> timedelta:
        text = string.translate(_LETTERS).replace("\u00b5", "u").replace("\u03bc", "u").replace("\u039c", "u")
        text = text.replace(",", ".").lower()
        amounts = text.lstrip("+-")
        if ":" in amounts:
            hours, minutes, seconds = amounts.split(":")
            if int(minutes) > 59 or seconds[:2] > "59":
                raise ValueError(f"{string!r}: minutes and seconds must be in 0..59")
            nanos = self._nanos(hours, "h") + self._nanos(minutes, "m") + self._nanos(seconds, "s")
        else:
            nanos = sum(self._nanos(*amount) for amount in re.findall(r"([\d.]+) ?([a-z]+)", amounts))
        nanos = -nanos if text[0] == "-" else nanos
        if not -(2**63) <= nanos < 2**63:
            raise ValueError(f"{string!r}: a duration of more than 292 years, which nanoseconds in 64 bits cannot hold")
        return timedelta(microseconds=-(-nanos // 1000) if nanos < 0 else nanos // 1000)

    def _nanos(self, number: str, unit: str) -> int:
        whole, _, fraction = number.partition(".")
        return int(whole) * self.UNITS[unit] + _part_of(fraction, self.UNITS[unit])


def _part_of(fraction: str, unit: int) -> int:
    """What the digits behind a point are of `unit`, rounded down; the digits behind the eighteenth are passed over."""
    digits = fraction[:18]
    return int(int(digits or 0) * unit // 10 ** len(digits))


class Size(ByText):
    """A number of bytes: ``KB`` is 1000 of them, ``K`` and ``KiB`` are 1024. What is less than a byte is cut off."""

    def __call__(self, string: str, match: Any = None) -> int:
        found = re.fullmatch(r"(\d+)(?:\.(\d+))? ?([kmgtpe]?)(i?)(b?)", string.translate(_LETTERS).lower())
        assert found is not None, "the expression of the type has matched"
        whole, fraction, prefix, binary, byte = found.groups(default="")
        base = 1000 if byte and not binary else 1024
        factor = int(base ** ("kmgtpe".index(prefix) + 1)) if prefix else 1
        size = int(whole) * factor + _part_of(fraction, factor)
        if size >= 2**63:
            raise ValueError(f"{string!r}: a size that does not fit in 64 bits")
        return size


class Address(ByText):
    """An address of IPv4 or IPv6, as an object of `ipaddress`."""

    def __call__(self, string: str, match: Any = None) -> Any:
        return ipaddress.ip_address(string.translate(_LETTERS))


class Boolean(ByText):
    """``true``, ``yes``, ``on`` and ``1`` are true; ``false``, ``no``, ``off`` and ``0`` are false."""

    def __call__(self, string: str, match: Any = None) -> bool:
        return string.translate(_LETTERS).lower() in ("true", "yes", "on", "1")


class Quoted(ByText):
    """A text without its quotes, with its escapes resolved. One that is not in quotes stays."""

    QUOTED = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`", re.DOTALL)
    ESCAPE = re.compile(
        r"(?P<bytes>(?:\\x[0-9A-Fa-f]{2})+)"
        r"|\\u(?P<high>[Dd][89ABab][0-9A-Fa-f]{2})\\u(?P<low>[Dd][C-Fc-f][0-9A-Fa-f]{2})"
        r"|\\(?:u(?P<unit>[0-9A-Fa-f]{4})|U(?P<point>[0-9A-Fa-f]{8}))"
        r"|\\(?P<plain>.)",
        re.DOTALL,
    )
    CONTROLS = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", "v": "\v", "a": "\a", "0": "\0"}

    def __call__(self, string: str, match: Any = None) -> str:
        return self.ESCAPE.sub(self._unescape, string[1:-1]) if self.QUOTED.fullmatch(string) else string

    def _unescape(self, escape: "re.Match[str]") -> str:
        if escape["bytes"]:
            return self._text(escape["bytes"])
        if escape["high"]:
            high, low = int(escape["high"], 16), int(escape["low"], 16)
            return chr(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))
        code = escape["unit"] or escape["point"]
        if code:
            number = int(code, 16)
            return escape[0] if number > 0x10FFFF or 0xD800 <= number < 0xE000 else chr(number)
        plain = escape["plain"]
        return escape[0] if plain in "xuU" else str(self.CONTROLS.get(plain, plain))

    @staticmethod
    def _text(escapes: str) -> str:
        """The text of bytes that are written as escapes; those that are no text stay escapes."""
        text = bytes.fromhex(escapes.replace("\\x", "")).decode(errors="surrogateescape")
        written = iter(re.findall(r"\\x..", escapes))
        return "".join(
            escape if "\udc80" <= c <= "\udcff" else c
            for c in text
            for escape in ["".join(next(written) for _ in c.encode(errors="surrogateescape"))]
        )


class Pairs(ByText):
    """Pairs of a key and a value, as a dict of text. Of two with the same key the first counts."""

    PAIR = re.compile(
        r"([^\t-\r ][^\t-\r =]*)(?:=("
        r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`|[^\t-\r \"'`][^\t-\r ]*|"
        r"))?(?=[\t-\r ]|\Z)",
        re.DOTALL,
    )

    def __call__(self, string: str, match: Any = None) -> dict[str, str]:
        unquote = Quoted()
        return {key: unquote(pair[2] or "") for key, pair in self.first(string).items()}

    @classmethod
    def first(cls, string: str) -> dict[str, "re.Match[str]"]:
        """The first pair with each key."""
        pairs: dict[str, re.Match[str]] = {}
        for pair in cls.PAIR.finditer(string):
            pairs.setdefault(pair[1], pair)
        return pairs


class Key:
    """A key of ``kv(…)``: how it is found in the text of its field, and what its values are.

    ``values`` is a parser whose only field is one value, None where a value is any text.
    """

    def __init__(self, name: str, flags: int, nulls: Optional[Sequence[str]], values: Any, is_bool: bool) -> None:
        self.name = name
        self.names = re.compile(re.escape(name), flags)
        self.nulls = None if nulls is None else re.compile("|".join(map(re.escape, nulls)), flags)
        self.values = values
        self.is_bool = is_bool

    def find(self, pairs: Mapping[str, "re.Match[str]"]) -> Optional["re.Match[str]"]:
        """The first pair with this key, of the first pairs with each key that is written in another way."""
        return next((pair for name, pair in pairs.items() if self.names.fullmatch(name)), None)

    def span(self, pair: "re.Match[str]") -> tuple[int, int]:
        """Where the value of a pair stands, quotes and all; of a key without ``=`` it is empty."""
        return pair.span(2) if pair[2] is not None else (pair.end(), pair.end())

    def value(self, pair: "re.Match[str]") -> Any:
        if self.is_bool and pair[2] is None:
            return True
        text = Quoted()(pair[2] or "")
        if self.nulls is not None and self.nulls.fullmatch(text):
            return None
        if self.values is None:
            return text
        found = self.values.parse(text)
        if found is None:
            raise ValueError(f"{text!r}, the value of {self.name}, is not written as its type is")
        return found[0]


#: The converters of the types beyond ``parse``, by their codes.
BEYOND: dict[str, type[ByText]] = {
    "t": Stamp,
    "tu": UnixTime,
    "dur": Duration,
    "size": Size,
    "ip": Address,
    "bool": Boolean,
    "q": Quoted,
    "kv": Pairs,
}


def _datetime() -> Any:
    """The class of datetimes. It is looked up in the package each time, since a program may have replaced it there."""
    return sys.modules[__package__].datetime


_MONTHS = {
    name: number
    for number, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), start=1)
}


def _month(text: str) -> int:
    """A month by number or by its English name, in any case."""
    if text.isdigit():
        return int(text)
    # Four letters outside of ASCII match ASCII ones where case is ignored.
    name = text.lower().translate({0x17F: "s", 0x212A: "k", 0x131: "i", 0x307: None})
    return _MONTHS[name[:3]]


# The groups of each datetime layout: the distance of each part's group from the group of the field.
_GROUPS = {
    "ti": {"ymd": 1, "hms": 4, "tz": 7},
    "tg": {"dmy": 1, "hms": 5, "am": 8, "tz": 9},
    "ta": {"mdy": 1, "hms": 5, "am": 8, "tz": 9},
    "te": {"dmy": 3, "hms": 5, "tz": 8},
    "th": {"dmy": 1, "hms": 3, "tz": 6},
    "tc": {"m": 3, "d": 4, "hms": 5, "y": 8},
    "ts": {"m": 1, "d": 3, "hms": 5},
    "tt": {"hms": 1, "am": 4, "tz": 5},
}


class DatetimeLayout:
    """A date, a time of day, or both, in one of the datetime layouts: ``ti``, ``th`` and so on."""

    def __init__(self, layout: str, group: int) -> None:
        self.layout = layout
        self.groups = {part: group + distance for part, distance in _GROUPS[layout].items()}

    def __call__(self, string: str, match: Any) -> Any:
        groups = match.groups()

        def part(name: str) -> Any:
            return groups[self.groups[name]] if name in self.groups else None

        if self.layout == "tt":
            return time(*self._clock(part))
        datetime = _datetime()
        date = {name: part(name) for name in "ymd"}
        for order in ("ymd", "dmy", "mdy"):
            if order in self.groups:
                first, second, third = re.split(r"[-/\s]", part(order))
                date = dict(zip(order, (first, second, third)))
        clock = self._clock(part)
        year = datetime.today().year if date["y"] is None else int(date["y"])
        return datetime(year, _month(date["m"]), int(date["d"]), *clock)

    @staticmethod
    def _clock(part: Callable[[str], Any]) -> tuple[int, int, int, int, Optional[tzinfo]]:
        hour = minute = second = micro = 0
        clock = part("hms")
        if clock:
            h, m, *rest = clock.split(":")
            if rest:
                s, _, fraction = rest[0].replace(",", ".").partition(".")
                micro = int(fraction.ljust(6, "0")[:6]) if fraction else 0
                second = int(s)
            hour, minute = int(h), int(m)
        half = (part("am") or "").strip().upper()
        if half == "AM" and hour == 12:
            hour = 0
        elif half == "PM" and hour != 12:
            hour += 12
        return hour, minute, second, micro, _zone(part("tz"))


def _zone(text: Optional[str]) -> Optional[tzinfo]:
    text = (text or "").strip()
    if not text:
        return None
    if text.upper() == "Z":
        return FixedTzOffset(0, "UTC")
    digits = text[1:]
    if ":" in digits:
        hours, minutes = digits.split(":")
    else:
        hours, minutes = (digits[:1], digits[1:3]) if len(digits) == 3 else (digits[:2], digits[2:4])
    if int(minutes) >= 60:
        raise ValueError("timezone minute must be in 0..59")
    offset = int(hours) * 60 + int(minutes)
    return FixedTzOffset(-offset if text[0] == "-" else offset, text)


class Strptime:
    """A date, a time of day, or both, described by strptime codes; without a year, in the current one.

    ``strptime`` refuses a fraction of more than six digits; one of up to nine is cut.
    """

    def __init__(self, format: str) -> None:
        self.format = format

    def __call__(self, string: str, match: Any = None) -> Any:
        try:
            return self._read(string)
        except ValueError:
            shorter = self._cut(string)
            if shorter is None:
                raise
            return self._read(shorter)

    def _cut(self, string: str) -> Optional[str]:
        """The text without the digits of its fraction after the sixth, if it has such and no other number stands next to it."""
        if not _may_have_nine_digits(self.format):
            return None
        before, _, after = self.format.partition("%f")
        layout = rf"({strptime_expression(before)}[0-9]{{6}})[0-9]{{1,3}}({strptime_expression(after)})"
        found = re.fullmatch(layout, string, re.IGNORECASE | re.DOTALL)
        return found[1] + found[2] if found else None

    def _read(self, string: str) -> Any:
        format = self.format
        datetime = _datetime()
        is_date = any("%" + code in format for code in "aAwdbBmyYjUW")
        is_time = any("%" + code in format for code in "HIpMSfz")
        if "%y" not in format and "%Y" not in format:
            string = f"{string} {datetime.today().year}"
            format += " %Y"
        value = datetime.strptime(string, format)
        if is_date and is_time:
            return value
        return value.date() if is_date else value.timetz()


#: What each strptime code matches. A type that holds one of them is a strptime format.
dt_format_to_regex: dict[str, str] = dict(_parsimd.STRPTIME)

_CODES = re.compile("|".join(dt_format_to_regex))
_CODES_AND_SPACE = re.compile(rf"{_CODES.pattern}|\s+")
# What has a meaning in an expression, but for the dot.
_REGEX_SIGNS = re.compile(r"[\\^$*+?{}\[\]()|]")
# Where the digits of a fraction would meet those of another number.
_ENDS_IN_DIGIT = re.compile(r"([0-9]|%[wdmyYHIMSjUWz])\Z")
_BEGINS_WITH_DIGIT = re.compile(r"[0-9]|%[wdmyYHIMSjUW]")


def is_strptime(type: str) -> bool:
    """Whether a type holds a strptime code."""
    return _CODES.search(type) is not None


def strptime_expression(format: str) -> str:
    """Each code replaced by what it matches; other text stays, an expression in its own right. Where it has no other sign of one than a dot, white
    space stands for any run of it, as for ``strptime``."""
    codes = dt_format_to_regex if _may_have_nine_digits(format) else {**dt_format_to_regex, "%f": "[0-9]{1,6}"}
    parts = _CODES if _REGEX_SIGNS.search(format) else _CODES_AND_SPACE
    return parts.sub(lambda part: codes.get(part[0], r"\s+"), format)


def _may_have_nine_digits(format: str) -> bool:
    """Whether a strptime format has a fraction with no other number next to it, so that it is clear whose digits are whose."""
    before, code, after = format.partition("%f")
    meets = _REGEX_SIGNS.search(format) or _ENDS_IN_DIGIT.search(before) or _BEGINS_WITH_DIGIT.match(after)
    return bool(code) and not meets


def unknown_codes(format: str) -> list[str]:
    """What begins with ``%`` in a strptime format and is no code of the language."""
    return [part for part in dict.fromkeys(re.findall("(?s)%.?", format)) if part not in dt_format_to_regex]
