"""Values → the line that a parser reads them from.

Each field has some texts that its value could be written as. The first that the field reads back as that value is taken; the line that they make is
read once more, as a whole. So what is written is what is read, and the expression of the parser decides it: nothing here has to know what a type takes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from operator import index
from typing import TYPE_CHECKING, Any, Callable, Dict, Iterator, List, Optional, Tuple, Union

from . import _parsimd
from ._convert import Key, is_strptime

if TYPE_CHECKING:
    from ._parser import Parser

_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
_DAYS = "Mon Tue Wed Thu Fri Sat Sun".split()

# How `format` writes what `parse` reads by the same code. A `n` of `format` depends on the locale.
_NUMBERS = {code: code for code in "dboxXfFeEgG%"}
_FLOATS = "fFeEgG%"
# The types whose columns keep the text, so a row has that.
_KEEP_TEXT = ("F", "ip")

_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t", "\0": "\\0"}


class Writer:
    """What a parser's format is made of, to be written. It keeps nothing of the parser but the text and the types of its format."""

    def __init__(self, parser: "Parser") -> None:
        from ._parser import PARSE_RE, _is_own

        self.fields: List[_Field] = []
        self.ends_in_return = parser.format.endswith("\r")
        # The format itself, and the optional parts that have not ended.
        open_parts: List[List[_Piece]] = [[]]
        for part in PARSE_RE.split(parser.format):
            if part in ("{:[}", "{:]}") and not _is_own(part[2], parser._extra_types):
                if part == "{:[}":
                    open_parts.append([])
                else:
                    ended = open_parts.pop()
                    open_parts[-1].append(ended)
            elif part in ("{{", "}}"):
                open_parts[-1].append(part[0])
            elif part[:1] == "{" and part[-1:] == "}" and len(part) > 1:
                open_parts[-1].append(self._field(part, parser))
            else:
                open_parts[-1].append(part)
        self.pieces = open_parts[0]
        self.names = [name for field in self.fields for name in field.names if isinstance(name, str)]

    def _field(self, text: str, parser: "Parser") -> "_Field":
        name, _, spec = text[1:-1].partition(":")
        if not name[:1].isalpha():
            name = ""
        known = next((field for field in self.fields if name and name in field.names), None)
        if known is None:
            numbers = sum(isinstance(name, int) for field in self.fields for name in field.names)
            known = _Field(text, name or numbers, spec, parser)
            self.fields.append(known)
        return known

    def write(self, parser: "Parser", values: Any, named: Mapping[str, Any]) -> str:
        given = _Given(values, named)
        given.check_names(self.names, sum(isinstance(name, int) for field in self.fields for name in field.names))
        texts = {id(field): field.write({name: given.get(name) for name in field.names}) for field in self.fields}
        line = _join(self.pieces, texts)
        self._check(parser, line, texts)
        return line

    def _check(self, parser: "Parser", line: str, texts: Dict[int, "_Text"]) -> None:
        """Raises unless `line` has the values of each field."""
        for field in self.fields:
            if "\n" in (texts[id(field)].text or ""):
                text = texts[id(field)].text
                raise ValueError(f"field {field.text}: {text!r} has a newline, which would end the line; a field of the type q writes it as \\n")
        if line.endswith("\r") and not self.ends_in_return:
            raise ValueError(f"the line {line!r} ends in a carriage return, which is no part of a line")
        if line.startswith(("\0", "\ufeff")):
            raise ValueError(f"the line {line!r} begins with {line[0]!r}, which a scan passes over at the beginning of a line or file")
        if not line.isascii() and any("\ud800" <= letter <= "\udfff" for letter in line):
            raise ValueError(f"the line {line!r} has a surrogate, which no text in UTF-8 has")
        read = _read(parser, line)
        if not isinstance(read, _parsimd.Result):
            raise ValueError(f"the line {line!r} would not be read back: {_why(parser, line) or read}")
        found = _Given(read, {})
        for field in self.fields:
            for name, value in texts[id(field)].values.items():
                back = found.get(name)
                if not _is_same(back, value):
                    raise ValueError(f"field {field.text}: {value!r} would be read back as {back!r} from the line {line!r}")


class _Text:
    """The text of a field, None for no value; and the values that are read from it."""

    def __init__(self, text: Optional[str], values: Dict[Union[int, str], Any], is_null: bool) -> None:
        self.text = text
        self.values = values
        self.is_null = is_null


class _Field:
    """A field of the format: the texts that a value could have, and a parser that reads it alone."""

    def __init__(self, text: str, name: Union[int, str], spec: str, parser: "Parser") -> None:
        from ._parser import Parser, _is_own, extract_format

        parts: Dict[str, Any] = extract_format(spec, parser._extra_types) if spec else {"type": ""}
        self.text = text
        self.type: str = parts["type"]
        self.nulls: List[str] = parts.get("nulls", [])
        self.align: Optional[str] = parts.get("align")
        self.width: str = parts.get("width", "")
        self.fill: str = parts.get("fill") or " "
        self.precision: Optional[str] = parts.get("precision")
        # What stands before the type.
        self.head = spec[: len(spec) - len("|".join([self.type, *self.nulls]))]
        self.is_own = _is_own(self.type, parser._extra_types)
        self.reader = Parser(f"{{:{spec}}}" if spec else "{}", parser._extra_types, parser._case_sensitive)
        self.keys: List[Key] = next(iter(self.reader._key_groups.values()))[0] if self.reader._key_groups else []
        self.key_fields: List[Tuple[Key, Optional[_Field]]] = [
            (key, None if key.values is None else Writer(key.values).fields[0]) for key in self.keys
        ]
        self.names: List[Union[int, str]] = [key.name for key in self.keys] if self.keys else [name]

    def write(self, values: Dict[Union[int, str], Any]) -> _Text:
        """The first text that is read back as these values."""
        if all(value is None for value in values.values()):
            return _Text(self.nulls[0] if self.nulls else None, values, True)
        first = next(value for value in values.values() if value is not None)
        reason = f"{self.type or 'a field'} writes no {type(first).__name__}"
        for text in self._texts(values):
            read = _read(self.reader, text)
            if not isinstance(read, _parsimd.Result):
                reason = f"{text!r} is not read: {read}"
                continue
            found = {name: read[name] for name in self.names} if self.keys else {self.names[0]: read[0]}
            wrong = next((name for name, value in values.items() if not self._accepts(value, found[name])), None)
            if wrong is None:
                return _Text(text, found, False)
            reason = f"{text!r} would be read back as {found[wrong]!r}"
        shown = ", ".join(f"{name}={value!r}" for name, value in values.items()) if self.keys else repr(next(iter(values.values())))
        hint = self._hint(next(iter(values.values())))
        raise ValueError(f"field {self.text}: {shown} cannot be written: {reason}{hint}")

    def _accepts(self, value: Any, read: Any) -> bool:
        keeps_text = self.is_own or self.type in _KEEP_TEXT
        return _is_same(read, value) or keeps_text and isinstance(value, str) and read is not None

    def _hint(self, value: Any) -> str:
        if isinstance(value, (datetime, time)) and self.type not in ("tc", "ts") and value.tzinfo is None:
            return "; the time has no zone" if self.type in ("th", "te", "tu") else ""
        if isinstance(value, str) and not self.keys:
            read = _read(self.reader, value)
            return f": give {read[0]!r}" if isinstance(read, _parsimd.Result) else ""
        return "; nan is not equal to itself" if isinstance(value, float) and value != value else ""

    def _texts(self, values: Dict[Union[int, str], Any]) -> Iterator[str]:
        """Texts that could be read as these values, in the order of preference."""
        if self.keys:
            yield from map(self._padded, self._pairs(values))
            return
        value = next(iter(values.values()))
        if isinstance(value, str) and (self.is_own or self.type in _KEEP_TEXT):
            yield self._padded(value)
        elif self.is_own:
            yield self._padded(str(value))
        elif self.type in _NUMBERS or self.type == "n":
            yield from self._numbers(value)
        elif self.type in _WRITERS:
            yield from map(self._padded, _WRITERS[self.type](value))
        elif is_strptime(self.type):
            if isinstance(value, (date, time)):
                yield self._padded(_strftime(value, self.type))
        elif isinstance(value, str):
            yield self._padded(value)
        elif value is not None:
            yield self._padded(str(value))

    def _padded(self, text: str) -> str:
        align = self.align or ">"
        return format(text, f"{self.fill}{'>' if align == '=' else align}{self.width}") if self.width else text

    def _numbers(self, value: Any) -> Iterator[str]:
        if isinstance(value, str) or not hasattr(value, "__format__"):
            return
        if isinstance(value, Decimal) and value.is_infinite():
            # `format` would write the whole word.
            value = float(value)
        code = ",d" if self.type == "n" else self.type
        head = self.head
        if self.type not in _FLOATS:
            head = re.sub(r"[,_]?(?:\.\d*)?\Z", "", head) if self.type != "d" else re.sub(r"\.\d*\Z", "", head)
        for spec in (head + code, *self._exact(head, value)):
            try:
                yield format(value, spec)
            except (ValueError, TypeError, OverflowError):
                pass

    def _exact(self, head: str, value: Any) -> Iterator[str]:
        """The spec with as many digits as the value has, unless it says how many."""
        # bool, whose `index` is itself before Python 3.10, enumerations, and integers of numpy; its floats have a `repr` of their own.
        value = int(index(value)) if hasattr(value, "__index__") else value
        if self.type not in _FLOATS or self.precision is not None or not isinstance(value, (int, float, Decimal)) or value != value:
            return
        exact = Decimal(repr(float(value))) if isinstance(value, float) else Decimal(value)
        _, digits, exponent = exact.as_tuple()
        if isinstance(exponent, int):
            places = {"f": -exponent, "e": len(digits) - 1, "g": len(digits), "%": -exponent - 2}[self.type.lower()]
            # One more, for what a division by 100 rounds.
            yield from (f"{head}.{max(places + more, 0 if self.type == '%' else 1)}{self.type}" for more in range(3))

    def _pairs(self, values: Dict[Union[int, str], Any]) -> Iterator[str]:
        pairs = []
        for key, field in self.key_fields:
            value = values[key.name]
            if value is None:
                continue
            if field is None:
                if not isinstance(value, str):
                    return
                text = value
            else:
                text = field.write({0: value}).text or ""
            pairs.append(f"{key.name}={_quoted(text)}")
        yield " ".join(pairs)


_Piece = Union[str, _Field, List[Any]]


def _join(pieces: List[_Piece], texts: Dict[int, _Text]) -> str:
    return "".join(filter(None, (_text_of(piece, texts) for piece in pieces)))


def _text_of(piece: _Piece, texts: Dict[int, _Text]) -> str:
    if isinstance(piece, str):
        return piece
    if isinstance(piece, list):
        return _join(piece, texts) if _has_value(piece, texts) else ""
    found = texts[id(piece)]
    if found.text is None:
        raise ValueError(f"field {piece.text}: None cannot be written: the field has no null text, as in {{x:d|-}}, and is in no optional part")
    return found.text


def _has_value(pieces: List[_Piece], texts: Dict[int, _Text]) -> bool:
    """Whether an optional part has anything to write."""
    return any(
        _has_value(piece, texts) if isinstance(piece, list) else not texts[id(piece)].is_null
        for piece in pieces
        if not isinstance(piece, str)
    )


class _Given:
    """Values by the names of fields, and by their numbers where they have no name."""

    def __init__(self, values: Any, named: Mapping[str, Any]) -> None:
        self.fixed: Sequence[Any] = ()
        self.named: Mapping[str, Any] = named
        self.is_row = isinstance(values, _parsimd.Row)
        if isinstance(values, _parsimd.Result):
            self.fixed, self.named = values.fixed, {**values.named, **named}
        elif isinstance(values, _parsimd.Row):
            self.named = {**values.as_dict(), **named}
        elif isinstance(values, Mapping):
            self.named = {**values, **named}
        elif isinstance(values, Sequence) and not isinstance(values, (str, bytes, bytearray, memoryview)):
            self.fixed = values
        else:
            raise TypeError(f"values must be a mapping, a sequence, a Result or a Row, not {type(values).__name__}")

    def check_names(self, names: List[str], numbers: int) -> None:
        """Raises for a value that is of no field: it would be lost."""
        if len(self.fixed) > numbers:
            advice = f"; give a mapping, or arguments with the names {', '.join(names)}" if names else ""
            raise ValueError(f"{len(self.fixed)} values for {numbers} fields without a name{advice}")
        known = {*names, *(name.partition("[")[0] for name in names)}
        if self.is_row:
            known.update(map(str, range(numbers)))
        unknown = next((name for name in self.named if name not in known), None)
        if unknown is not None:
            raise ValueError(f"no field has the name {unknown!r}; the names are {', '.join(names) or 'none'}")

    def get(self, name: Union[int, str]) -> Any:
        """The value of a field; None where it has none."""
        if isinstance(name, int):
            return self.fixed[name] if name < len(self.fixed) else self.named.get(str(name)) if self.is_row else None
        if name in self.named:
            return self.named[name]
        value: Any = self.named
        for key in re.split(r"\]\[|\[|\]", name.rstrip("]")):
            value = value.get(key) if isinstance(value, Mapping) else None
        return value


def _read(parser: "Parser", text: str) -> Any:
    """The `Result` of a text, or why there is none."""
    try:
        return parser.parse(text) or "it does not match"
    except (ValueError, KeyError, ArithmeticError) as error:
        return str(error)


def _why(parser: "Parser", line: str) -> Optional[str]:
    try:
        why = parser.explain_mismatch(line)
    except (NotImplementedError, ValueError):
        return None
    return None if why is None else why.message


def _is_same(read: Any, value: Any) -> bool:
    if isinstance(read, datetime) and isinstance(value, datetime) and (read.tzinfo is None) == (value.tzinfo is None):
        # Times in two zones that are the same instant are equal, but for a `fold`, which `==` finds different.
        return _instant(read) == _instant(value)
    if isinstance(read, (int, float, Decimal)) and hasattr(value, "__index__"):
        # A Decimal does not compare itself with integers of numpy.
        value = index(value)
    return bool(read == value)


def _instant(value: datetime) -> timedelta:
    offset = value.utcoffset() or timedelta(0)
    plain = value.replace(tzinfo=None)
    return plain - datetime.min - offset


def _clock(value: Any) -> str:
    fraction = f".{value.microsecond:06}".rstrip("0") if value.microsecond else ""
    return f"{value.hour:02}:{value.minute:02}:{value.second:02}{fraction}"


def _offset(value: Any) -> str:
    """The offset from UTC, as `` +0130``; nothing if there is none."""
    offset = value.utcoffset()
    if offset is None:
        return ""
    minutes = abs(offset) // timedelta(minutes=1)
    return f" {'-' if offset < timedelta(0) else '+'}{minutes // 60:02}{minutes % 60:02}"


def _layout(make: Callable[[datetime], str]) -> Callable[[Any], Iterator[str]]:
    return lambda value: iter([make(value)] if isinstance(value, datetime) else [])


def _month(value: datetime) -> str:
    return _MONTHS[value.month - 1]


def _day(value: datetime) -> str:
    return _DAYS[value.weekday()]


def _unix(value: datetime) -> str:
    micros = _instant(value) - (datetime(1970, 1, 1) - datetime.min)
    seconds, fraction = divmod(micros // timedelta(microseconds=1), 10**6)
    return f"{seconds}" + (f".{fraction:06}".rstrip("0") if fraction else "")


def _duration(value: Any) -> Iterator[str]:
    if not isinstance(value, timedelta):
        return
    micros = value // timedelta(microseconds=1)
    unit, factor = next(((u, f) for u, f in (("us", 1), ("ms", 1000)) if abs(micros) < 1000 * f), ("s", 10**6))
    whole, part = divmod(abs(micros), factor)
    fraction = f".{part:0{len(str(factor)) - 1}}".rstrip("0") if part else ""
    yield f"{'-' if micros < 0 else ''}{whole}{fraction}{unit if micros else 's'}"


def _quoted(text: str) -> str:
    """A text as it is if it is a word, else in quotes, with what they would not hold escaped."""
    if re.fullmatch(r"\w+", text):
        return text
    return '"' + "".join(_ESCAPES.get(c, c if c >= " " else f"\\u{ord(c):04x}") for c in text) + '"'


def _map(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping) and all(isinstance(text, str) for pair in value.items() for text in pair):
        yield " ".join(f"{key}={_quoted(text)}" for key, text in value.items())


#: The texts of a value, by its type.
_WRITERS: Dict[str, Callable[[Any], Iterator[str]]] = {
    "t": _layout(lambda v: v.isoformat()),
    "ti": _layout(lambda v: v.isoformat()),
    "tg": _layout(lambda v: f"{v.day:02}/{v.month:02}/{v.year:04} {_clock(v)}{_offset(v)}"),
    "ta": _layout(lambda v: f"{v.month:02}/{v.day:02}/{v.year:04} {_clock(v)}{_offset(v)}"),
    "te": _layout(lambda v: f"{_day(v)}, {v.day:02} {_month(v)} {v.year:04} {_clock(v)}{_offset(v)}"),
    "th": _layout(lambda v: f"{v.day:02}/{_month(v)}/{v.year:04}:{_clock(v)}{_offset(v)}"),
    "tc": _layout(lambda v: f"{_day(v)} {_month(v)} {v.day:2} {_clock(v)} {v.year:04}"),
    "ts": _layout(lambda v: f"{_month(v)} {v.day:2} {_clock(v)}"),
    "tt": lambda v: iter([_clock(v) + _offset(v)] if isinstance(v, time) else []),
    "tu": _layout(lambda v: _unix(v)),
    "dur": _duration,
    "size": lambda v: iter([str(int(index(v)))] if hasattr(v, "__index__") else []),
    "ip": lambda v: iter([str(v)]),
    "bool": lambda v: iter(["true" if v else "false"]),
    "q": lambda v: iter([_quoted(v), v] if isinstance(v, str) else []),
    "kv": _map,
}


def _strftime(value: Union[date, time], codes: str) -> str:
    """As `strftime`, but for years with fewer than four digits, which are padded everywhere."""
    year = f"{getattr(value, 'year', 1900):04}"
    return value.strftime(re.sub("%.", lambda code: year if code[0] == "%Y" else code[0], codes))
