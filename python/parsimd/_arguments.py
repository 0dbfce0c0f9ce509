"""What calls are given, checked: an error names the argument, what it must be, and what it is."""

from __future__ import annotations

import re
from typing import Any, Mapping, Tuple


class Message(str):
    """The text of a KeyError. Python shows the argument of one by its `repr`, which would escape the lines of a drawing."""

    def __repr__(self) -> str:
        return str(self)


class Name(str):
    """The name that there is not. It is what a KeyError has, as that of a dict has it, and is shown as the text that says what there is."""

    told: str

    def __new__(cls, name: str, told: str) -> Name:
        made = super().__new__(cls, name)
        made.told = told
        return made

    def __reduce__(self) -> Tuple[Any, ...]:
        return Name, (str(self), self.told)

    def __repr__(self) -> str:
        return self.told


#: How much of an argument is shown in an error, in characters.
_SHOWN = 120


def shown(value: Any) -> str:
    """The `repr` of an argument for an error, cut where it is long: a whole log may be given where a path is meant."""
    if isinstance(value, (str, bytes, bytearray)) and len(value) > _SHOWN:
        return f"{value[:_SHOWN]!r}… ({len(value):,} {'characters' if isinstance(value, str) else 'bytes'})"
    text = repr(value)
    return text if len(text) <= 2 * _SHOWN else f"{text[:_SHOWN]}…"


def check_format(format: Any) -> None:
    """Raises TypeError for a format that is no str."""
    if isinstance(format, str):
        return
    advice = ""
    if isinstance(format, (bytes, bytearray)):
        advice = ": decode it first, as in format.decode()"
    elif isinstance(format, re.Pattern):
        advice = ": it has fields, as in {name} or {ms:d}; a regular expression is for a type of your own, by with_pattern"
    elif isinstance(getattr(format, "pattern", None), str) and not callable(format):
        advice = f": give its pattern, {format.pattern!r}"
    elif isinstance(format, (Mapping, list, tuple)):
        advice = ": for several patterns use compile_set, with a dict from names to formats"
    elif hasattr(format, "__fspath__") or hasattr(format, "read"):
        advice = ": the format comes first; a file is read by compile(format).scan_file(path)"
    elif hasattr(format, "format") and hasattr(format, "parse"):
        advice = ": it is compiled already; call its own parse, search, findall or scan"
    raise TypeError(f"format must be str, not {type(format).__name__}{advice}")


def check_converter(name: str, converter: Any) -> None:
    """Raises TypeError for a type of the program's own that cannot be called."""
    if not callable(converter):
        text = converter.pattern if isinstance(converter, re.Pattern) else converter
        advice = f"; one that reads what {text!r} matches has @with_pattern({text!r}) above it" if isinstance(text, str) else ""
        raise TypeError(f"type {name!r} in extra_types must be a function of the text, as int is, not {type(converter).__name__}{advice}")


def check_expression(pattern: Any) -> None:
    """Raises TypeError for an expression that is no text."""
    if isinstance(pattern, str):
        return
    advice = f": give its text, {pattern.pattern!r}" if isinstance(pattern, re.Pattern) else ""
    if callable(pattern):
        advice = r": call the decorator with one, as in @with_pattern(r'\d+')"
    raise TypeError(f"pattern must be a regular expression as str, not {type(pattern).__name__}{advice}")


def check_options(**given: Any) -> None:
    """Raises TypeError for an option of a scan that is of a wrong type; which values there are, the scan says."""
    for name, value in given.items():
        kind, meaning = _OPTIONS[name]
        if not kind(value):
            raise TypeError(f"{name} must be {meaning}, not {shown(value)}")


def check_places(**places: Any) -> None:
    """Raises TypeError for a place in a text that is no number."""
    for name, place in places.items():
        if not hasattr(place, "__index__"):
            advice = ": types of your own are given by name, as extra_types=…" if isinstance(place, Mapping) else ""
            raise TypeError(f"{name} must be the number of a character, not {type(place).__name__}{advice}")


def check_text(value: Any, argument: str) -> None:
    """Raises TypeError for what is no str."""
    if not isinstance(value, str):
        raise TypeError(f"{argument} must be str, not {type(value).__name__}")


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_truth(value: Any) -> bool:
    return isinstance(value, bool)


def is_count(value: Any) -> bool:
    """Whether this is an integer. True and False are numbers to Python; as a count they are a slip."""
    return hasattr(value, "__index__") and not isinstance(value, bool) and abs(value.__index__()) < 1 << 63


def _is_count_or_none(value: Any) -> bool:
    return value is None or is_count(value)


#: What an option may be, and in words.
_OPTIONS = {
    "match": (_is_text, "'line', 'first' or 'all'"),
    "multiline": (_is_truth, "True or False"),
    "follow": (_is_truth, "True or False"),
    "table": (_is_truth, "True or False"),
    "threads": (_is_count_or_none, "a number from 1, or None for as many as the machine has"),
    "on_error": (_is_text, "'skip', 'null' or 'raise'"),
    "limit": (_is_count_or_none, "a number of rows from 0, or None for all"),
    "strings": (_is_text, "'utf8', 'view' or 'binary'"),
    "max_record_bytes": (is_count, "a number of bytes"),
}
