"""`Parser`, and the calls that ``parse`` has at its top.

A parser builds its regular expression in Python, since programs subclass it, override how a field is handled, and read or replace the
expression. The native engine builds the same expression from the format by itself. It matches where the two are the same text, nothing of
the parser was overridden or replaced, and the text is ASCII. Everything else falls back to ``re`` with that expression, and has the
same answer. `Parser.engine` says which engine matches, and why.
"""

from __future__ import annotations

import builtins
import logging
import operator
import os
import re
import sys
import time
import warnings
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from types import FrameType
from typing import TYPE_CHECKING, Any, Callable, Dict, Iterable, Iterator, List, Literal, Mapping, NamedTuple, Optional, Sequence, Set, Tuple, TypeVar, Union

from . import _parsimd
from ._arguments import Message, check_converter, check_format, check_options, check_places, check_text, shown
from ._convert import (
    BEYOND,
    DatetimeLayout,
    FixedTzOffset,
    Grouped,
    Integer,
    Key,
    Nullable,
    Pairs,
    Strptime,
    TextOnly,
    dt_format_to_regex,
    is_strptime,
    percentage,
    strptime_expression,
    unknown_codes,
)
from ._parsimd import Batch
from ._parsimd import Result as Result
from ._parsimd import ResultIterator as ResultIterator
from ._parsimd import Scan
from ._progress import _Progress
from ._progress import asked as _asked_progress
from ._rejects import _Rejects
from ._rejects import asked as _asked_rejects
from ._sources import Files as _Files
from ._sources import sources as _sources

if TYPE_CHECKING:
    import polars
    import pyarrow

    from ._write import Writer

_Types = Optional[Mapping[str, Callable[[str], Any]]]
_Match = Literal["line", "first", "all"]
_Origin = Literal["file", "line", "offset"]
_Name = TypeVar("_Name", bound=str)
_Path = Union[str, bytes, "os.PathLike[str]", "os.PathLike[bytes]"]

#: How long a line may be in a scan, unless the scan sets it otherwise.
_MAX_RECORD_BYTES = _parsimd.RECORD_BYTES


# The state of a parser from which the values of a match are made.
_STATE = ("_type_conversions", "_fixed_fields", "_named_fields", "_group_to_name_map")

# How deep optional parts may be nested.
_MAX_DEPTH = 8

# Programs set the level of the logger of this name.
log = logging.getLogger("parse")

PARSE_RE = re.compile(r"({{|}}|{[\w-]*(?:\.[\w-]+|\[[^]]+])*(?::[^}]+)?})")

# What begins a fraction, in the format itself, maybe in an optional part or behind one.
_FOLLOWING = re.compile(r"(?:{:[\[\]]})*([.,])")

_NO_MAPPING = "extra_types must be a mapping of names to converters, not %s"

_SURROGATE = re.compile("[\ud800-\udfff]")

_SPECIAL = re.compile(r"[?\\.\[\]()*+^$!|]")

#: Type code → its expression, and how many groups that has.
_TYPES: Dict[str, Tuple[str, int]] = {code: (regex, groups) for code, regex, groups in _parsimd.TYPES}
_BASES = {"n": 10, "b": 2, "o": 8, "x": 16, "X": 16}
_FLOATS = {"f": float, "F": Decimal, "e": float, "E": float, "g": float, "G": float}


class TooManyFields(ValueError):
    """More fields than the regular expression engine takes. Current versions of Python take any number."""

    __module__ = "parsimd"


class RepeatedNameError(ValueError):
    """A name stands twice in a format, with different types."""

    __module__ = "parsimd"


class ExpressionError(ValueError, NotImplementedError):
    """The regular expression of a format cannot be compiled: that of a type of the program's own is wrong, or a width.

    It is a ValueError, as every error in a format, and a NotImplementedError, which ``parse`` raises at the first use.
    """

    __module__ = "parsimd"


class Engine(NamedTuple):
    """Which engine matches, and why."""

    #: ``"native"`` or ``"re"``.
    name: str
    reason: str


def extract_format(format: str, extra_types: _Types) -> Dict[str, Any]:
    """The parts of a spec, ``[[fill]align][sign][0][width][grouping][.precision][type]``.

    Always has ``fill``, ``align``, ``zero``, ``width``, ``type``, ``format`` and ``extra_types``; ``grouping``, ``precision`` and
    ``nulls``, the texts after ``|``, only where the spec has them.

    Raises ValueError when the type is none of the language, none of ``extra_types``, and no strptime format.
    """
    parts: Dict[str, Any] = {"fill": None, "align": None, "extra_types": extra_types}
    rest = format
    if rest[0] in "<>=^":
        parts["align"], rest = rest[0], rest[1:]
    elif len(rest) > 1 and rest[1] in "<>=^":
        parts["fill"], parts["align"], rest = rest[0], rest[1], rest[2:]
    if rest.startswith(("+", "-", " ")):
        rest = rest[1:]
    parts["zero"] = rest.startswith("0")
    rest = rest[1:] if parts["zero"] else rest
    parts["width"], rest = _take_digits(rest)
    if rest.startswith((",", "_")):
        parts["grouping"], rest = rest[0], rest[1:]
    if rest.startswith("."):
        parts["precision"], rest = _take_digits(rest[1:])
    if rest.startswith("kv(") and ")|" in rest:
        # The keys of a list have null texts of their own.
        type, bar, nulls = rest.partition(")|")
        type += ")"
    else:
        type, bar, nulls = rest.partition("|")
    if _is_type(rest, extra_types):
        type = rest
    elif bar and _is_type(type, extra_types):
        parts["nulls"] = nulls.split("|")
    else:
        raise _advising(ValueError("format spec %r not recognised" % rest), _advice(rest.partition("|")[0] or rest, extra_types), rest)
    parts["type"] = parts["format"] = type
    return parts


def _is_type(type: str, extra_types: Any) -> bool:
    """Whether this is no type, one of the language, one of the program's own, or a strptime format."""
    is_code = not type or type == "d" or type in _TYPES or _is_list(type)
    return is_code or _is_own(type, extra_types) or is_strptime(type)


def _is_list(type: str) -> bool:
    """Whether this is ``kv`` with a list of keys. One with a strptime code in it is a layout of ``parse``."""
    return type.startswith("kv(") and type.endswith(")") and not is_strptime(type)


def _is_own(type: str, extra_types: Any) -> bool:
    """Whether a type is one of the program's own. As in ``parse``, ``extra_types`` without a type of that name may be any object."""
    if extra_types is None:
        return False
    try:
        is_there = type in extra_types
    except TypeError:  # Nothing can be in it.
        is_there = True
    if is_there:
        _check_mapping(extra_types)
    return is_there


def _advice(type: str, extra_types: Any) -> str:
    """What to write instead of a type that there is not."""
    # Programs pass types of any kind, and the error is about the format: whatever is odd about them has no say here.
    names = [name for name in extra_types if isinstance(name, str)] if isinstance(extra_types, dict) else []
    try:
        suggestion = _parsimd.suggestion(type, names)
    except UnicodeError:  # A lone surrogate.
        suggestion = None
    types = f"one of the types d {' '.join(_TYPES)}, a strptime code such as %Y, or a name in extra_types"
    if isinstance(extra_types, (list, tuple, set, frozenset)) and extra_types:
        suggestion = _NO_MAPPING % builtins.type(extra_types).__name__
    return suggestion or f"expected {types}"


def _check_mapping(extra_types: Any) -> None:
    # A text is asked for names letter by letter, and a list by numbers.
    if not (hasattr(extra_types, "keys") and hasattr(extra_types, "__getitem__")):
        raise TypeError(_NO_MAPPING % type(extra_types).__name__)


def _grouped(regex: str, grouping: str) -> str:
    """The expression of a float whose digits before the point may be in groups of three, as ``format`` writes them."""
    # The digits before the point come first.
    digits = r"\d*" if r"\d*" in regex else r"\d+"
    return regex.replace(digits, rf"(?:\d{{1,3}}(?:{grouping}\d{{3}})+|{digits})", 1)


def _without_mark(regex: str, type: str, mark: str) -> str:
    """The expression of a datetime layout that has ``mark`` after it in its format, which begins a fraction elsewhere: what it is in ``parse``."""
    if type == "ts" and mark:
        return regex.replace(r"(?:[.,]\d+)?", "")
    return regex.replace("[.,]", r"\.") if mark == "," else regex


def _groups_of_layout(layout: str, regex: str) -> int:
    """How many groups the expression of a strptime format has. Warns of what only looks like a code in it."""
    for code in unknown_codes(layout):
        _warn(f"{code} in {layout!r} is no strptime code that is read: it stands for itself, and strptime may refuse it")
    try:
        return re.compile(regex).groups
    except re.error as error:
        wrong = ValueError("format spec %r is a broken regular expression: %s" % (layout, error.msg))
        raise _advising(wrong, "put what is neither a strptime code nor plain text outside of the field", layout)


def _warn(message: str) -> None:
    """Warns in the name of the caller's line: the first that is not of this package."""
    level = 1
    frame: Optional[FrameType] = sys._getframe()
    while frame is not None and frame.f_globals.get("__name__", "").partition(".")[0] == __package__:
        level, frame = level + 1, frame.f_back
    warnings.warn(message, UserWarning, stacklevel=level)


def _take_digits(text: str) -> Tuple[str, str]:
    count = next((n for n, c in enumerate(text) if not c.isdigit()), len(text))
    return text[:count], text[count:]


class Match:
    """A match whose values are not converted yet; ``match`` is the `re.Match`."""

    def __init__(self, parser: "Parser", match: "re.Match[str]") -> None:
        self.parser = parser
        self.match = match

    def evaluate_result(self) -> Result:
        """Converts the values."""
        return self.parser.evaluate_result(self.match)


@dataclass(frozen=True)
class Mismatch:
    """Why a text does not match a pattern; `Parser.explain_mismatch` makes it.

    ``str``, and so ``print``, gives the drawing; ``message`` is one line.
    """

    expected: str
    """What the pattern has where the text has something else: a text in quotes, a field as the pattern has it, or ``the end``."""
    after: Optional[str]
    """The field before it in the pattern, as the pattern has it."""
    offset: int
    """Where in the text it was expected, in characters."""
    found: str
    """What stands there: a word or so. Nothing at the end of the text."""
    matched: int
    """How many characters of the pattern were matched."""
    message: str
    """All of that in one line."""
    _parser: "Parser" = field(repr=False, compare=False)
    _text: str = field(repr=False, compare=False)

    @property
    def help(self) -> Optional[str]:
        """What would match, in one line: another type for the field, say, or a part that may be missing. None where nothing is known.

        What is said of a change of the pattern was tried: with it the pattern comes further in this text. Some tens of patterns are compiled
        for that when it is first asked for, which takes milliseconds to some tens; of a text of more than 64 KiB nothing is said.

        >>> import parsimd
        >>> parsimd.compile("{status:d} {size:d}").explain_mismatch("304 -").help
        '`{size:d|-}` reads this: "-" stands for no value'
        """
        return self._hint[0]

    @property
    def suggestion(self) -> Optional[str]:
        """The pattern with that done, where it is a change of the pattern.

        >>> import parsimd
        >>> parsimd.compile("{status:d} {size:d}").explain_mismatch("304 -").suggestion
        '{status:d} {size:d|-}'
        """
        return self._hint[1]

    def draw(self, width: int = 100, color: bool = False) -> str:
        """The pattern and the text, with the place marked in both, and the help. Lines that are longer than ``width`` columns, at least 40, are cut
        around the place, but for the message and the help. With ``color`` it has the colors of a terminal, as ANSI escape sequences.

        >>> import parsimd
        >>> print(parsimd.compile("{status:d} {size:d}").explain_mismatch("304 -").draw())
        error: expected {size:d} after {status:d}, found "-"
         --> pattern:1:12
          |
        1 | {status:d} {size:d}
          | -----------^^^^^^^^ expected this
          | |
          | matched
          |
         ::: text:1:5
          |
        1 | 304 -
          |     ^ found this
          |
          = help: `{size:d|-}` reads this: "-" stands for no value
        """
        pattern = self._parser._scan_pattern()
        return pattern.draw_mismatch(self._text, self.help, max(operator.index(width), 0), color)

    def __str__(self) -> str:
        return self.draw()

    @cached_property
    def _hint(self) -> Tuple[Optional[str], Optional[str]]:
        return self._parser._scan_pattern().hint(self._text) or (None, None)


class Parser(_parsimd.ParserBase):
    """A format, compiled.

    ``extra_types`` maps names of types to converters: callables that take the text and give the value. A converter may have the
    attributes ``pattern`` (what the type matches, instead of ``.+?``), ``regex_group_count`` (how many groups that has) and ``column`` (the type of
    the columns in which a scan puts what the converter gives, instead of the text).
    Case is ignored unless ``case_sensitive``.

    Raises ValueError for a format that is not of the language (`RepeatedNameError` for a name with two types), and KeyError
    where two names cannot be told apart; the message points at the column.
    """

    #: The native engine of the last scan, and what it was made of. A copy or a pickle has none.
    _kept_pattern: Optional[Tuple[Any, "_parsimd.Pattern"]] = None
    #: What writes lines, once it was asked for. A copy or a pickle has none.
    _kept_writer: Optional["Writer"] = None

    def __init__(self, format: str, extra_types: _Types = None, case_sensitive: bool = False) -> None:
        check_format(format)
        self._group_to_name_map: Dict[str, str] = {}
        self._name_to_group_map: Dict[str, str] = {}
        self._name_types: Dict[str, str] = {}
        self._format = format
        self._extra_types: Mapping[str, Callable[[str], Any]] = {} if extra_types is None else extra_types
        self._case_sensitive = case_sensitive
        self._flags = re.DOTALL if case_sensitive else re.IGNORECASE | re.DOTALL
        self._fixed_fields: List[int] = []
        self._named_fields: List[str] = []
        self._group_index = 0
        # The columns of the marks of optional parts that have not ended, and the groups that stand in one.
        self._open_marks: List[int] = []
        # What is to be told of the groups of a type of the program's own, and whether it was.
        self._miscounted, self._has_warned = "", False
        self._optional_groups: Set[Union[int, str]] = set()
        # The groups of `kv(…)`, whose keys are the fields, and the null texts of these groups.
        self._key_groups: Dict[Union[int, str], Tuple[List[Key], Optional["re.Pattern[str]"]]] = {}
        # A point or a comma that comes after the field that is handled.
        self._next_mark = ""
        self._type_conversions: Dict[Union[int, str], Callable[[str, Any], Any]] = {}
        self._match_cache: Optional["re.Pattern[str]"] = None
        self._search_cache: Optional["re.Pattern[str]"] = None
        self._touched: Optional[str] = None
        # Whether something is in the expression that may be none: the pattern of a type of the program's own, or a fill character.
        self._is_doubtful = False
        self._expression_text = self._generate_expression()
        if self._is_doubtful:
            self._check_expression()
        log.debug("format %r -> %r", format, self._expression)

    def __repr__(self) -> str:
        shown = self._format[:17] + "..." if len(self._format) > 20 else self._format
        return f"<{type(self).__name__} {shown!r}>"

    def __setattr__(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, value)
        # While the parser is being made there is no expression yet.
        if "_expression_text" in self.__dict__ and (name in _ORIGINAL or name in _STATE):
            self._touch(f"its {name} was replaced")

    def __getstate__(self) -> Dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name not in ("_kept_pattern", "_kept_writer")}

    def __reduce_ex__(self, protocol: Any) -> Any:
        # The older protocols cannot make an object that has a native class below it.
        return super().__reduce_ex__(max(protocol, 2))

    # -- the expression

    @property
    def _expression(self) -> str:
        return self._expression_text

    @_expression.setter
    def _expression(self, expression: str) -> None:
        self._expression_text = expression
        self._touch("its expression was replaced")

    @property
    def _re_flags(self) -> int:
        return self._flags

    @_re_flags.setter
    def _re_flags(self, flags: int) -> None:
        self._flags = re.RegexFlag(flags)
        self._touch("its flags were replaced")

    def _touch(self, how: str) -> None:
        self.__dict__["_touched"] = how
        self._keep_engine(None)

    @property
    def _match_re(self) -> "re.Pattern[str]":
        if self._match_cache is None:
            self._match_cache = self._compile_whole()
        return self._match_cache

    def _compile_whole(self) -> "re.Pattern[str]":
        expression = rf"\A{self._expression}\Z"
        try:
            return re.compile(expression, self._flags)
        except re.error as error:
            # Programs look for the words of `parse`, which end with the expression.
            raise ExpressionError(
                f"Group names (e.g. (?P<name>) can cause failure, as they are not escaped properly: '{expression}': {error}; "
                "the pattern of a type or a fill character can be the cause, too"
            )

    def _check_expression(self) -> None:
        """Raises `ExpressionError` where ``re`` cannot compile the expression: now, and not at the first use."""
        try:
            # Nothing of it is kept: a program may replace the expression before the first use. `re` has it in its cache.
            self._compile_whole()
        except OverflowError:
            pass  # As in `parse`, a number that is too large for ``re`` is told at the first use.

    @property
    def _search_re(self) -> "re.Pattern[str]":
        if self._search_cache is None:
            self._search_cache = re.compile(self._expression, self._flags)
        return self._search_cache

    @property
    def named_fields(self) -> List[str]:
        """The names of the groups of the named fields, in order."""
        return self._named_fields.copy()

    @property
    def fixed_fields(self) -> List[int]:
        """Where the positional fields stand in the groups of the match, from 0."""
        return self._fixed_fields.copy()

    @property
    def format(self) -> str:
        """The format."""
        return self._format

    def _generate_expression(self) -> str:
        expression = []
        broken: Optional[ExpressionError] = None
        column = 1
        for part in PARSE_RE.split(self._format):
            if part in ("{{", "}}"):
                expression.append("\\" + part[0])
            elif part[:1] == "{" and part[-1:] == "}" and len(part) > 1:
                following = _FOLLOWING.match(self._format, column - 1 + len(part))
                self._next_mark = following[1] if following else ""
                try:
                    is_mark = part in ("{:[}", "{:]}") and not _is_own(part[2], self._extra_types)
                    expression.append(self._handle_mark(part, column) if is_mark else self._handle_field(part))
                except (ValueError, KeyError) as error:
                    _point_at(error, self._format, column, part)
                    if not isinstance(error, ExpressionError):
                        raise
                    # What else is wrong comes first: `parse` tells it now, and this at the first use.
                    broken = broken or error
            else:
                expression.append(_SPECIAL.sub(r"\\\g<0>", part))
            column += len(part)
        if self._open_marks:
            unclosed = _advising(ValueError("{:[} begins an optional part that does not end"), "write {:]} where it ends")
            _point_at(unclosed, self._format, self._open_marks.pop(), "{:[}")
            raise unclosed
        if broken is not None:
            raise broken
        return "".join(expression)

    def _handle_mark(self, mark: str, column: int) -> str:
        """The expression for the beginning or the end of an optional part."""
        if mark == "{:[}":
            if len(self._open_marks) == _MAX_DEPTH:
                raise _advising(ValueError("optional parts are nested more than 8 deep"), "nest them less")
            self._open_marks.append(column)
            return "(?:"
        if not self._open_marks:
            raise _advising(ValueError("{:]} ends an optional part that does not begin"), "write {:[} where it begins")
        self._open_marks.pop()
        return ")?"

    def _to_group_name(self, field: str) -> str:
        # A name with other characters than letters, digits and _ becomes one that a group can have.
        group = re.sub(r"[.\[\]-]", "_", field)
        underscores = 1
        while group in self._group_to_name_map:
            underscores += 1
            spread = next((c for c in "._-" if c in field), None)
            if spread is None:
                taken = self._group_to_name_map[re.sub(r"[.\[\]-]", "_", field)]
                raise _advising(
                    KeyError(Message("duplicated group name %r" % (field,))),
                    f"use a name that differs from {taken!r} in more than . [ ] - and _",
                )
            group = field.replace(spread, "_" * underscores)
        self._group_to_name_map[group] = field
        self._name_to_group_map[field] = group
        return group

    def _handle_field(self, field: str) -> str:
        """The expression for a field, given with its braces. Programs override this."""
        name, _, spec = field[1:-1].partition(":")
        group: Union[int, str]
        if name[:1].isalpha():
            if name in self._key_names():
                raise _key_twice(name)
            if name in self._name_to_group_map:
                seen = self._name_types[name]
                if seen != spec:
                    first = f"{{{name}:{seen}}}" if seen else f"{{{name}}}"
                    raise _advising(
                        RepeatedNameError(
                            'field type %r for field "%s" does not match previous seen type %r' % (spec, name, seen)
                        ),
                        f"write {first} again, or use another name",
                    )
                if self._open_marks or self._name_to_group_map[name] in self._optional_groups:
                    raise _advising(
                        RepeatedNameError('field "%s" is repeated, and stands in an optional part' % name), "use another name"
                    )
                return f"(?P={self._name_to_group_map[name]})"
            group = self._to_group_name(name)
            self._name_types[name] = spec
            self._named_fields.append(group)
            # A name with a `%` in it is read as a directive here, and so mostly refused.
            wrap = f"(?P<{group}>%s)"
        else:
            group = self._group_index
            self._count_group()
            self._fixed_fields.append(group)
            wrap = "(%s)"
        if self._open_marks:
            self._optional_groups.add(group)
        inside, before, after = self._compile_spec(spec, group) if spec else (".+?", "", "")
        if isinstance(group, str):
            # After its spec, of which `parse` tells at once.
            self._check_name(name, group)
        if group in self._key_groups:
            # Its keys are the fields.
            (self._named_fields if isinstance(group, str) else self._fixed_fields).pop()
        self._group_index += 1
        return before + wrap % inside + after

    def _check_name(self, name: str, group: str) -> None:
        """Raises `ExpressionError` for a name that no group can have."""
        if not re.sub(r"[.\[\]-]", "_", name).isidentifier() and "%" not in name:
            raise _advising(ExpressionError(f"{name!r} is no name of a field"), "a name has letters, digits, _ . - and [ ], and begins with a letter")
        # A part of it may be left that was spread to tell it from another name.
        self._is_doubtful |= not group.isidentifier()

    def _compile_spec(self, spec: str, group: Union[int, str]) -> Tuple[str, str, str]:
        """The expression inside the capture, and those of the padding before and after it."""
        parts = extract_format(spec, self._extra_types)
        type, width, align, fill = parts["type"], parts["width"], parts["align"], parts["fill"]
        first = self._group_index
        convert: Optional[Callable[[str, Any], Any]] = None
        is_any_text = not type
        if _is_own(type, self._extra_types):
            converter = self._extra_types[type]
            check_converter(type, converter)
            regex = getattr(converter, "pattern", ".+?")
            self._check_own(type, regex, spec)
            is_any_text = getattr(converter, "pattern", None) is None
            count = getattr(converter, "regex_group_count", 0) or 0
            self._group_index += count
            self._check_count(type, regex, count)
            convert = TextOnly(converter)
        elif type == "d":
            digits = "+" if not width else "{1,%d}" % int(width)
            regex = "|".join(
                f"[-+ ]?{prefix}[{allowed}{parts.get('grouping', '')}]{digits}"
                for prefix, allowed in (("", "0-9"), ("0[xX]", "0-9a-fA-F"), ("0[bB]", "01"), ("0[oO]", "0-7"))
            )
            convert = Integer()
        elif _is_list(type):
            regex, _ = _TYPES["kv"]
            self._key_groups[group] = [], None
            for key in type[len("kv(") : -1].split(","):
                self._key_groups[group][0].append(self._compile_key(key, self._key_groups[group][0]))
        elif is_strptime(type):
            regex = strptime_expression(type)
            self._group_index += _groups_of_layout(type, regex)
            convert = Strptime(type)
        elif type:
            regex, groups = _TYPES[type]
            if type in ("f", "F") and parts.get("precision") == "0":
                regex = regex.replace(r"\d*\.\d+", r"\d+")
            self._group_index += groups
            if type in BEYOND:
                convert = BEYOND[type]()
            elif type in _BASES:
                convert = Integer(_BASES[type])
            elif type in _FLOATS:
                convert = TextOnly(_FLOATS[type])
            elif type == "%":
                convert = percentage
            elif type[0] == "t":
                self._count_group()
                regex, convert = _without_mark(regex, type, self._next_mark), DatetimeLayout(type, first)
            if type in "fFeEgG%" and "grouping" in parts and convert is not None:
                regex, convert = _grouped(regex, parts["grouping"]), Grouped(convert, parts["grouping"])
        else:
            most = parts.get("precision", "")
            if not width and not most:
                regex = ".+?"
            else:
                regex = ".{%s,%s}?" % (width or ("1" if most else ""), most)
            least = width or "1"
            if most.isdecimal() and least.isdecimal() and int(most) < int(least):
                wrong = ExpressionError(f"no text has at least {least} and at most {most} characters")
                raise _advising(wrong, "write the fewest characters before the point, and as many or more after it, as in 2.8", spec)
        if type and type in "n%fFegdobxEGX":
            regex = "[-+ ]?" + (f"{fill or '0'}*" if align == "=" else "") + regex
        if "nulls" in parts:
            nulls = "|".join(map(re.escape, parts["nulls"]))
            # A type that is any text would take the texts, so they come first.
            regex = f"{nulls}|{regex}" if is_any_text else f"{regex}|{nulls}"
            convert = Nullable(re.compile(nulls, self._flags), convert)
            if group in self._key_groups:
                self._key_groups[group] = self._key_groups[group][0], re.compile(nulls, self._flags)
        if convert is not None:
            self._type_conversions[group] = convert
        if width and not align:
            align = ">"
        padding = f"{fill or ' '}*"
        if padding[0] in r".\+?*[](){}^$":
            padding = "\\" + padding
        # `parse` does not escape all fill characters.
        if padding == "|*" and align in ("<", "^", ">"):
            raise _advising(ExpressionError("the fill character | is the bar of a regular expression"), "fill with another character", spec)
        self._is_doubtful |= align == "=" and fill is not None and _SPECIAL.match(fill) is not None
        return regex, padding if align in (">", "^") else "", padding if align in ("<", "^") else ""

    def _check_own(self, type: str, pattern: Optional[str], spec: str) -> None:
        """Raises `ExpressionError` for the pattern of a type of the program's own that is no regular expression."""
        if pattern is None or pattern == ".+?":
            return
        self._is_doubtful = True
        if not isinstance(pattern, str):
            return
        try:
            re.compile(pattern)
        except re.error as error:
            # A group of another field may be meant: the expression of the whole format shows it.
            if "group reference" not in error.msg and "unknown group" not in error.msg:
                wrong = ExpressionError(f"the pattern {pattern!r} of type {type!r} is no regular expression: {error}")
                raise _advising(wrong, "write a regular expression of Python's re; a backslash before ( ) [ ] { } * + ? . | lets it stand for itself", spec)

    def _check_count(self, type: str, pattern: Optional[str], count: int) -> None:
        """Keeps what is to be told of a pattern with another number of groups than its type says, if groups are counted after it."""
        try:
            groups = re.compile(pattern or "").groups
        except (re.error, TypeError, OverflowError):
            return
        if groups != count and not self._miscounted:
            has = f"{groups} group" if groups == 1 else f"{groups} groups"
            self._miscounted = (
                f"the pattern of type {type!r} has {has}, and its regex_group_count is {count}: fields after it get wrong texts. Write "
                f"regex_group_count={groups}" + (", or (?:…) for a group that is not needed" if groups else "")
            )

    def _count_group(self) -> None:
        """Warns, once, where a field is told by the number of its group and the groups before it were counted wrong, as `parse` counts them too."""
        if self._miscounted and not self._has_warned:
            self._has_warned = True
            _warn(self._miscounted)

    def _compile_key(self, key: str, before: Sequence[Key]) -> Key:
        """A key of ``kv(…)``, with the spec of its values. ``before`` are those before it in its list."""
        name, _, spec = key.partition(":")
        if not name or re.search(r"[\s=|,:()\[\]\"'`]", name):
            wrong = ValueError(f'"{name}" is no name of a key')
            raise _advising(wrong, "write keys with commas between them, as in kv(level,took:dur)")
        # Where case is ignored, two keys of a list may be the same pair.
        is_same = any(other.names.fullmatch(name) for other in before)
        if is_same or name in self._name_to_group_map or name in self._key_names():
            raise _key_twice(name)
        if not spec:
            return Key(name, self._flags, None, None, False)
        parts = extract_format(spec, self._extra_types)
        type = parts["type"]
        if parts["align"] or parts["width"] or "grouping" in parts or "precision" in parts:
            raise _advising(ValueError(f'the key "{name}" has more than a type and null texts'), "write its type without a width")
        is_own = _is_own(type, self._extra_types)
        if not is_own and (type == "kv" or _is_list(type)):
            raise _advising(ValueError(f'the key "{name}" cannot be of type "{type}"'), "write another type, as t for a time")
        is_any_text = not is_own and type in ("", "q")
        values = None if is_any_text else Parser(f"{{:{spec}}}", self._extra_types, self._case_sensitive)
        return Key(name, self._flags, parts.get("nulls"), values, type == "bool" and not is_own)

    def _key_names(self) -> List[str]:
        return [key.name for keys, _ in self._key_groups.values() for key in keys]

    def _typed_keys(self) -> Set[str]:
        """The keys of ``kv(…)`` whose values may not be what their type takes."""
        return {key.name for keys, _ in self._key_groups.values() for key in keys if key.values is not None}

    def _may_fail(self, types: Mapping[str, str]) -> Set[str]:
        """The columns, of those with these types, in which a text that matched may have no value, so that its row is dropped."""
        # Texts and maps have a value always, unless a function of the program makes it, or it is that of a key whose type does not take it.
        fallible = {name for name, kind in types.items() if kind not in ("text", "map[text, text]")}
        return {*fallible, *self._typed_keys(), *self._scan_pattern().converted}

    # -- engines

    @property
    def engine(self) -> Engine:
        """Which engine matches ASCII text, and why. Text that is not ASCII is matched by ``re``."""
        found = self._choose_engine()
        return Engine("re", found) if isinstance(found, str) else Engine("native", "the expression means the same to it")

    def _choose_engine(self) -> Union["_parsimd.Matcher", str]:
        """The native matcher, or the reason why there is none."""
        found = self._kept_engine()
        if found is None:
            found = self._make_engine()
            self._keep_engine(found)
        return found

    def _make_engine(self) -> Union["_parsimd.Matcher", str]:
        if self._touched:
            return self._touched
        for name, original in _ORIGINAL.items():
            if name in self.__dict__ or getattr(type(self), name) is not original:
                return f"{type(self).__name__} overrides {name}"
        if not self._format.isascii():
            return "the format is not ASCII"
        if self._key_groups:
            return "kv(…) has keys, whose values are found after a match"
        try:
            pattern = self._native_pattern(None)
            groups = self._groups_in_order(pattern)
        except (ValueError, TypeError, OverflowError, AttributeError, NotImplementedError) as error:
            # `re` takes types and fields that the native engine does not.
            return str(error)
        if pattern.expression != self._expression:
            return "the native engine reads the format differently"
        if pattern.inexact:
            return pattern.inexact
        converters = []
        for group in groups:
            convert = self._type_conversions.get(group)
            if type(convert) is Nullable:
                convert = convert.converter
            converters.append(convert.converter if type(convert) is TextOnly else convert)
        return pattern.matcher(converters, FixedTzOffset)

    def _native_pattern(
        self, find_spans: Optional[Callable[..., Any]], external_only: bool = False
    ) -> "_parsimd.Pattern":
        types: Dict[str, Tuple[Any, Any, Any]] = {}
        for name, (expression, groups, column) in self._native_types().items():
            # Single calls give what the converter gives, whatever a column could hold.
            is_converted = column is not None and find_spans is not None
            types[name] = expression, groups, (column, self._extra_types[name]) if is_converted else None
        return _parsimd.Pattern(self._format, types, bool(self._case_sensitive), find_spans, external_only)

    def _native_types(self) -> Dict[str, Tuple[Any, Any, Optional[str]]]:
        """The expression, the number of groups and the type of the columns of each extra type."""
        _check_mapping(self._extra_types)
        return {
            name: (getattr(converter, "pattern", None), getattr(converter, "regex_group_count", 0) or 0, _column(converter))
            for name, converter in self._extra_types.items()
        }

    def _groups_in_order(self, pattern: "_parsimd.Pattern") -> List[Union[int, str]]:
        """The group of each field, in the order of the format, if the fields are those of `pattern`."""
        groups = pattern.groups
        fields = [g for g in groups if g not in self._key_groups]
        if [g for g in fields if isinstance(g, str)] != self._named_fields:
            raise NotImplementedError("the named fields of this parser are not those of its format")
        if [g for g in fields if isinstance(g, int)] != self._fixed_fields:
            raise NotImplementedError("the positional fields of this parser are not those of its format")
        return groups

    # -- matching: `parse`, `search` and `findall` are in `ParserBase`, which calls these where `re` is to match

    def _parse_by_re(self, string: str, evaluate_result: bool) -> Union[Result, Match, None]:
        return self._finish(self._match_re.match(string), evaluate_result)

    def _search_by_re(self, string: str, pos: int, endpos: int, evaluate_result: bool) -> Union[Result, Match, None]:
        check_places(pos=pos, endpos=endpos)
        return self._finish(self._search_re.search(string, pos, endpos), evaluate_result)

    def _find_by_re(self, string: str, pos: int, endpos: int, empty_at: Optional[int]) -> Optional["re.Match[str]"]:
        """The next match that is not the empty one at ``empty_at`` again."""
        check_places(pos=pos, endpos=endpos)
        matches = self._search_re.finditer(string, pos, endpos)
        match = next(matches, None)
        if match is not None and match.span() == (empty_at, empty_at):
            match = next(matches, None)
        return match

    def _finish(self, match: Optional["re.Match[str]"], evaluate_result: bool) -> Union[Result, Match, None]:
        if match is None:
            return None
        return self.evaluate_result(match) if evaluate_result else Match(self, match)

    def evaluate_result(self, m: "re.Match[str]") -> Result:
        """The `Result` of a match of this parser's expression."""

        def value(group: Union[int, str], text: Any) -> Any:
            if text is None and group in self._optional_groups:
                return None
            convert = self._type_conversions.get(group)
            return text if convert is None else convert(text, m)

        groups = m.groups()
        fixed = tuple([value(at, groups[at]) for at in self._fixed_fields])
        named = {self._group_to_name_map[group]: value(group, m[group]) for group in self._named_fields}
        # What stands in an optional part that is missing has no span.
        missing = {group for group in self._optional_groups if m[group if isinstance(group, str) else group + 1] is None}
        spans: Dict[Union[int, str], Tuple[int, int]] = {
            self._group_to_name_map[group]: m.span(group) for group in self._named_fields if group not in missing
        }
        spans.update((number, m.span(at + 1)) for number, at in enumerate(self._fixed_fields) if at not in missing)
        for group, (keys, nulls) in self._key_groups.items():
            at = group if isinstance(group, str) else group + 1
            text = m[at]
            is_null = text is None or nulls is not None and nulls.fullmatch(text) is not None
            pairs = {} if is_null else Pairs.first(text)
            for key in keys:
                pair = key.find(pairs)
                named[key.name] = None if pair is None else key.value(pair)
                if pair is not None:
                    start, end = key.span(pair)
                    spans[key.name] = m.start(at) + start, m.start(at) + end
        return Result(fixed, self._expand_named_fields(named), spans)

    def _expand_named_fields(self, named_fields: Dict[str, Any]) -> Dict[str, Any]:
        """``{"a[b]": 1}`` → ``{"a": {"b": 1}}``."""
        return _parsimd.expand_names(named_fields)

    # -- scanning

    def scan(
        self,
        data: Union[bytes, str, bytearray, memoryview],
        *,
        match: _Match = "line",
        multiline: bool = False,
        threads: Optional[int] = None,
        on_error: Literal["skip", "null", "raise"] = "skip",
        columns: Optional[Iterable[str]] = None,
        include: Iterable[_Origin] = (),
        limit: Optional[int] = None,
        strings: Literal["utf8", "view", "binary"] = "utf8",
        max_record_bytes: int = _MAX_RECORD_BYTES,
        tz: Optional[str] = None,
        year: Union[int, Literal["recent"], None] = None,
        rejects: _Rejects = False,
        progress: _Progress = None,
    ) -> Scan:
        """Matches each line of ``data`` and gives typed columns: an iterator over `Batch`.

        Each line must match as a whole, as `parse` does it. With ``match="first"`` the first match in it is a row, as `search` finds it, and with
        ``match="all"`` each match is one, as `findall` finds them. A ``\\r`` before the newline is dropped. A line that does not match, or has a value that its column cannot hold, is counted in
        ``.stats`` and left out. With ``on_error="null"`` it stays as a row: all nulls if it does not match, else a null for each
        value that does not fit. With ``"raise"`` it is a `ScanError`.

        ``threads`` is how many threads may be used; None is one for small data, and as many as there are cores for large. More than
        four for each core are of no use, and not started. Batches, counts and errors are the same. ``columns`` names the fields that
        become columns, in that order; without it these are the fields with a name, or all if none has one. With an empty list rows have no columns, and can be counted. Whether a value fits is asked only of
        these. ``limit`` is how many rows to give at most; what
        stands after the last is not counted, and is read only to the end of the current block. Such a scan uses one thread, and so does
        one that `re` may have to match for, or in which a converter makes a column.

        ``strings`` is how text lies in memory: ``"utf8"`` is a copy for each column, Arrow's string; ``"view"`` is Arrow's string_view, in
        which a text of more than 12 bytes is a place in the input. It keeps the input in memory, ``data`` if that is bytes or str, as
        long as a batch, or what some other library has made of one. The texts are the same. With ``"binary"`` text is bytes, Arrow's binary, and lines
        that are not UTF-8 are matched too, each byte as a character; one that is not ASCII is no letter, no digit and no white space.

        With ``multiline=True`` a record begins at each line that the head of the pattern matches, all that stands in front of its first field of any
        text, and other lines belong to the record above. It goes with ``match="line"`` alone.

        ``include`` adds columns that say where each row came from: ``"file"``, ``"line"``, from 1, and ``"offset"``, in bytes.

        A line of more than ``max_record_bytes`` bytes, 64 MiB unless set, is not matched: it is counted in ``.stats.failures``, and skipped
        without being held in memory.

        ``tz`` says where the clock hangs that times without an offset were read from: ``"UTC"``, an offset as ``"+02:00"``, or a name of the tz
        database as ``"Europe/Berlin"``. Every column of timestamps is then in UTC. An hour that comes twice is the earlier one. Without
        ``tz`` such times are as they are written. ``year`` is the year of times that are written without one: a number, or ``"recent"``, which is
        for each time the newest year that has its day and does not put it more than a day into the future. Without it, it is the current one.

        ``rejects`` keeps every line that could not be read, where `Scan.reasons` has only the first of each kind. With True, `Scan.take_rejects` gives them as a `Batch`
        that says where each is and why it could not be read. A function is called with such batches. To a path, whose file is made anew, or a file that is open for bytes they are written as they
        stand, newlines and all, to be scanned once more. What the function or the file raises comes out of the call that reads the scan; no row is lost, and what was not handed over
        is handed over before anything more is read.

        ``progress`` shows how far the scan is while calls read it. With True there is a bar on standard error after a second, if that is a terminal. A function is called with a
        `Progress`, which has ``bytes``, ``total``, ``rows`` and ``seconds``, up to ten times a second and once at the end. What it raises comes out of the call that reads the scan;
        no row is lost.
        """
        check_options(
            match=match, multiline=multiline, threads=threads, on_error=on_error, limit=limit, strings=strings, max_record_bytes=max_record_bytes
        )
        asked = None if columns is None else _names(columns, "columns")
        origins = _names(include, "include")
        return self._scan_pattern().scan(
            data, False, False, match, multiline, threads, on_error, self._times(tz, year), asked, origins, limit, strings, max_record_bytes, (),
            _asked_rejects(rejects), _asked_progress(progress), True,
        )

    def scan_file(
        self,
        path: _Files,
        *,
        match: _Match = "line",
        multiline: bool = False,
        threads: Optional[int] = None,
        on_error: Literal["skip", "null", "raise"] = "skip",
        columns: Optional[Iterable[str]] = None,
        include: Iterable[_Origin] = (),
        limit: Optional[int] = None,
        strings: Literal["utf8", "view", "binary"] = "utf8",
        max_record_bytes: int = _MAX_RECORD_BYTES,
        tz: Optional[str] = None,
        year: Union[int, Literal["recent"], None] = None,
        rejects: _Rejects = False,
        progress: _Progress = None,
        follow: bool = False,
    ) -> Scan:
        """Matches each line of a file, or of one file after the other; plain text, or compressed with gzip, zstd, xz, bzip2 or lz4. Otherwise as `scan`.

        A file is a path (str, bytes or os.PathLike), which may be a glob or a URL that fsspec can open, or an open file: anything with a method ``read(n)`` that gives bytes
        or str, or ``readinto(buffer)``. An open file is read from where it stands, and further than the last line that is scanned, and is not closed; its text is scanned as
        UTF-8, however it is encoded. Such a scan uses one thread.

        A file that breaks, such as a damaged archive, raises when all lines before the damage were given. What reads many rows at once gives these and warns: `Scan.read_all`, `to_pandas` and
        its like, an Arrow stream. Of several files, one that
        cannot be opened or breaks is passed over. Both are named in ``.stats.source_errors``, unless ``on_error="raise"`` or no file could be read. The line that is cut there is
        counted in ``.stats.failures``. Bytes that follow gzip or bzip2 data are ignored.

        With ``follow=True`` the scan has no end: it waits for more at the end of the file, and goes on as it grows, as ``tail -F`` does. Iterate over it, or `read` some
        rows; ``limit`` and an exception such as KeyboardInterrupt end it. A line comes when its newline is there. Where the file is renamed and another is made in its place,
        it is read to its end and then the other; one that shrinks, or is written anew, is read from its start, and one that is not there is waited for:
        ``.stats.notes`` tells of these two. Several files are read in turns. They must be plain files, given by paths. A path that cannot be opened raises, and so does what
        breaks a file later.

        A byte order mark and NUL bytes before a line are skipped, and UTF-16 with a mark is read. ``.stats.notes`` tells of these, but for a mark of UTF-8.
        """
        return self._scan_files(
            path, match, multiline, threads, on_error, columns, include, limit, strings, max_record_bytes, tz, year, rejects=rejects,
            progress=progress, follow=follow,
        )

    def _scan_files(
        self,
        files: _Files,
        match: _Match,
        multiline: bool,
        threads: Optional[int],
        on_error: Literal["skip", "null", "raise"],
        columns: Optional[Iterable[str]],
        include: Iterable[_Origin],
        limit: Optional[int],
        strings: Literal["utf8", "view", "binary"],
        max_record_bytes: int,
        tz: Optional[str],
        year: Union[int, Literal["recent"], None],
        filter: Sequence[Tuple[str, Union[Tuple[int, int], str]]] = (),
        rejects: _Rejects = False,
        progress: _Progress = None,
        follow: bool = False,
        counts_all: bool = False,
    ) -> Scan:
        """As `scan_file`, with a filter: ``filter`` has names of columns, each with a text or with two integers (of times, microseconds since
        1970). A row is dropped unless each of these columns has that text, or a value from the first integer to the second. The other
        fields of dropped rows are not read. Unless ``counts_all``, such rows are not matched either, where that can be told without."""
        check_options(
            match=match, multiline=multiline, threads=threads, on_error=on_error, limit=limit, strings=strings, max_record_bytes=max_record_bytes,
            follow=follow,
        )
        asked = None if columns is None else _names(columns, "columns")
        origins = _names(include, "include")
        found = _sources(files)
        return self._scan_pattern().scan(
            found, True, follow, match, multiline, threads, on_error, self._times(tz, year), asked, origins, limit, strings, max_record_bytes, filter,
            _asked_rejects(rejects, found), _asked_progress(progress), counts_all,
        )

    def scan_polars(
        self,
        paths: Union[_Path, Iterable[_Path]],
        *,
        match: _Match = "line",
        multiline: bool = False,
        threads: Optional[int] = None,
        on_error: Literal["skip", "null", "raise"] = "skip",
        include: Iterable[_Origin] = (),
        max_record_bytes: int = _MAX_RECORD_BYTES,
        tz: Optional[str] = None,
        year: Union[int, Literal["recent"], None] = None,
        rejects: Union[_Path, Callable[[Batch], Any], None] = None,
        stats: Optional[Callable[["_parsimd.Stats"], Any]] = None,
    ) -> "polars.LazyFrame":
        """The lines of files as a polars LazyFrame: nothing is read before it is collected. Otherwise as `scan_file`.

        Files are named by their paths or URLs, since each query reads them again. A path may have wildcards: ``logs/*.gz``. Only the columns that a query needs are handed to polars, rows are filtered
        batch by batch, by comparisons with constants while they are scanned, and reading stops where a query has enough.

        ``rejects`` is a path or a function, as in `scan`: each query makes the file anew, or calls the function, with the lines that it has read and that were not
        read for the columns that it needs. A value that a filter looks at, and that cannot be read, does not pass: its line is no reject.

        ``stats`` is a function that each query calls when it has read the files, with the `Stats` of its scan: those of all lines that it has read. Lines that a filter rules out
        are counted as matched, so each is matched, and a filter saves less time. Of 100 lines or more of which not one matches, a query warns, and says why the first does not,
        unless a filter has ruled them out before.
        """
        from ._polars import scan_polars

        return scan_polars(self, paths, match, multiline, threads, on_error, include, max_record_bytes, tz, year, rejects, stats)

    def parse_array(
        self,
        array: Any,
        *,
        match: Literal["line", "first"] = "line",
        on_error: Literal["null", "raise"] = "null",
        tz: Optional[str] = None,
        year: Union[int, Literal["recent"], None] = None,
    ) -> "pyarrow.StructArray":
        """Matches each value of a column of text, as `parse` does it, and gives an array of structs of the same length.

        ``array`` is a pyarrow array, anything else that speaks the Arrow PyCapsule protocol, as a polars Series does, or a sequence
        of str and None: a list, a tuple, an array of numpy. With ``match="first"`` the first match in each is looked for, as `search` does it. A value that is null or does not match is null in the answer; so is,
        inside of its struct, a field that its type cannot hold. With ``on_error="raise"``, the first value that is
        not null and cannot be read raises a `ScanError`, with its ``row``. ``tz`` and ``year`` are as in `scan`. Of a dictionary each different text is parsed once.
        """
        from ._arrow import parse_array

        return parse_array(self, array, match, on_error, tz, year)

    def map_arrow(
        self,
        batches: Iterable["pyarrow.RecordBatch"],
        *,
        column: Optional[str] = None,
        on_error: Literal["skip", "null", "raise"] = "skip",
        tz: Optional[str] = None,
        year: Union[int, Literal["recent"], None] = None,
    ) -> Iterator["pyarrow.RecordBatch"]:
        """Record batches with a column of text → record batches of what is in it, for ``DataFrame.mapInArrow`` of Spark.

        Each value of ``column``, or of the first column of text or bytes, is matched as `parse` does it. One that cannot be
        read has no row, or with ``on_error="null"`` nulls. Times of day are nanoseconds, which needs Spark 4.1; durations are microseconds.
        ``tz`` and ``year`` are as in `scan`; `spark_schema` must be given the same ``tz``.

            df.mapInArrow(parser.map_arrow, parser.spark_schema())
        """
        from ._arrow import map_arrow

        return map_arrow(self, batches, column, on_error, tz, year)

    def map_table(
        self,
        table: "pyarrow.Table",
        *,
        column: Optional[str] = None,
        on_error: Literal["skip", "null", "raise"] = "skip",
        tz: Optional[str] = None,
        year: Union[int, Literal["recent"], None] = None,
    ) -> "pyarrow.Table":
        """As `map_arrow`, from one pyarrow table to another: for ``Dataset.map_batches`` of Ray Data, with ``batch_format="pyarrow"``."""
        from ._arrow import map_table

        return map_table(self, table, column, on_error, tz, year)

    def spark_schema(self, *, tz: Optional[str] = None) -> str:
        """The columns that `map_arrow` gives with the same ``tz``, in the language in which Spark takes a schema.

        >>> import parsimd
        >>> parsimd.compile("{level:w} {took:d} {at:th}").spark_schema()
        '`level` STRING, `took` BIGINT, `at` TIMESTAMP'
        """
        from ._arrow import spark_schema

        return spark_schema(self, tz)

    def write(self, values: Any = (), /, **named: Any) -> str:
        """The line that ``parse`` reads these values from: the inverse of `parse`.

        ``values`` is a mapping of names to values, a sequence with the values of the fields without a name, a `Result` or a `Row`; ``named`` are further
        values by name. A field whose value is None, or is not given, is its first null text; an optional part is left out when all of
        its fields are None. A row has texts for ``ip``, ``F`` and types of the program's own; they are written as they are.

        What was written is read once more. ValueError says which value would be read back as another, or not at all: text that holds what
        follows it, a time without an offset where its layout has one, a number that is too wide or is cut by its precision, ``nan``, a newline.
        ValueError too for a value that no field has the name of, and for None where the field has no null text; TypeError where ``values`` are none of the above.

        >>> import parsimd
        >>> log = parsimd.compile("{ip:ip} [{at:t}] {request:q} {size:d|-}")
        >>> line = log.write({"ip": "8.8.8.8", "at": parsimd.datetime(2015, 5, 17, 10, 5, 3), "request": "GET /", "size": None})
        >>> line
        '8.8.8.8 [2015-05-17T10:05:03] "GET /" -'
        >>> log.write(log.parse(line)) == line
        True
        """
        if self._kept_writer is None:
            from ._write import Writer

            self._kept_writer = Writer(self)
        return self._kept_writer.write(self, values, named)

    def explain_mismatch(self, string: str) -> Optional[Mismatch]:
        """Why ``parse`` gives None for this text: how far it came, what it expected there, and what stands there. None where it matches.

        The answer is the longest beginning of the pattern that matches at the start of the text, cut between fields and between the characters of its
        text. A beginning is matched as the whole would be, with ``{}`` as short as it can be.

        >>> import parsimd
        >>> log = parsimd.compile("{ip} - - [{ts:th}] {status:d}")
        >>> why = log.explain_mismatch("8.8.8.8 - bob [17/May/2015:10:05:03 +0000] 200")
        >>> why.message
        'expected " - - [" after {ip}, found " - bob ["'
        >>> why.offset, why.expected
        (7, '" - - ["')
        >>> print(why)
        error: expected " - - [" after {ip}, found " - bob ["
         --> pattern:1:5
          |
        1 | {ip} - - [{ts:th}] {status:d}
          | ----^^^^^^ expected this
          | |
          | matched
          |
         ::: text:1:8
          |
        1 | 8.8.8.8 - bob [17/May/2015:10:05:03 +0000] 200
          |        ^^^^^^^^ found this
          |
          = help: `{}` in the place of "-" reads any text
        """
        check_text(string, "string")
        pattern = self._scan_pattern()
        if self._touched:
            raise NotImplementedError(f"of this parser Python's re knows alone what matches: {self._touched}")
        found = pattern.explain_mismatch(string)
        return None if found is None else Mismatch(*found, self, string)

    def _scan_pattern(self) -> "_parsimd.Pattern":
        """The native engine for scans. The parser keeps it until something changes that it was made of. One that may ask this parser for what
        ``re`` matches is not kept: each would hold the other. Nor is one that has functions of the program, which may lead back to this parser."""
        fields = [*self._named_fields], [*self._fixed_fields]
        made_of = (self._format, self._native_types(), bool(self._case_sensitive), self._touched, self._expression, *fields)
        if self._kept_pattern is not None and self._kept_pattern[0] == made_of:
            return self._kept_pattern[1]
        pattern = self._native_pattern(self._find_spans)
        groups = self._groups_in_order(pattern)
        self._scan_groups = [g + 1 if isinstance(g, int) else g for g in groups]
        if self._touched or pattern.expression != self._expression:
            return self._native_pattern(self._find_spans, external_only=True)
        if not pattern.may_ask and not pattern.converted:
            self._kept_pattern = made_of, pattern
        return pattern

    def _find_spans(self, text: str, start: int, whole: bool) -> Optional[List[Tuple[int, int]]]:
        """Where a line matches, from ``start`` on, by `re`: the spans of the match and of each field, in characters."""
        match = self._match_re.match(text) if whole else self._search_re.search(text, start)
        return None if match is None else [match.span(), *map(match.span, self._scan_groups)]

    def _times(self, tz: Optional[str], year: Union[int, Literal["recent"], None]) -> "Tuple[Optional[str], Optional[int], int]":
        """What times mean in a scan that begins now: the zone; the year, None for ``"recent"``; and now, in microseconds since 1970."""
        from . import datetime

        if tz is not None and not isinstance(tz, str):
            raise TypeError(f"tz must be the name of a time zone, as 'Europe/Berlin', or None, not {type(tz).__name__}")
        number: Optional[int] = None
        if year is None:
            # As in `parse`: the class may have been replaced, to fix the year.
            number = datetime.today().year
        elif year != "recent":
            is_number = hasattr(year, "__index__") and not isinstance(year, bool)
            number = operator.index(year) if is_number else 0
            if is_number and 1 <= number <= 99:
                raise ValueError(f"year must be written with its century, as 2024 and not 24: {shown(year)} was given")
            if not 1 <= number <= 9999:
                wrong = ValueError if is_number or isinstance(year, str) else TypeError
                raise wrong(f"year must be a year from 1 to 9999, 'recent', or None for the current one, not {shown(year)}")
        return tz, number, _now()


def _now() -> int:
    """Microseconds since 1970."""
    return time.time_ns() // 1000


def _column(converter: Any) -> Optional[str]:
    """The type of the columns of a type of the program's own; None where they keep the text."""
    column = getattr(converter, "column", None)
    # A callable may have an attribute of this name that is something else.
    return column if isinstance(column, str) else None


def _names(columns: Iterable[_Name], argument: str) -> List[_Name]:
    meant = "some of 'file', 'line' and 'offset', as in ['line']" if argument == "include" else "the names of columns, as in ['a']"
    if isinstance(columns, (str, bytes, bytearray, memoryview)):
        raise TypeError(f"{argument} must be {meant}, not one {type(columns).__name__}")
    if isinstance(columns, (set, frozenset)):
        raise TypeError(f"{argument} must be names in an order, which a set does not have")
    if not hasattr(columns, "__iter__") and not hasattr(columns, "__getitem__"):
        raise TypeError(f"{argument} must be {meant}, not {shown(columns)}")
    names = list(columns)
    for name in names:
        if not isinstance(name, str):
            raise TypeError(f"{argument} must be the names of columns, not {shown(name)}")
    return names


# What a program may override, in a subclass, on an instance or in the class itself. The native engine would not see it.
_ORIGINAL = {
    name: getattr(Parser, name)
    for name in (
        "_generate_expression",
        "_handle_field",
        "_to_group_name",
        "_expand_named_fields",
        "_match_re",
        "_search_re",
        "_expression",
        "_re_flags",
        "evaluate_result",
    )
}


def _key_twice(name: str) -> Exception:
    """The error of a name that a key of ``kv(…)`` has, and something else."""
    return _advising(RepeatedNameError(f'"{name}" is a key of kv(…), and stands elsewhere too'), "use another name")


def _advising(error: Exception, advice: str, end: str = "") -> Exception:
    """The error of a field, with what to do about it, which `_point_at` adds to its message.

    ``end`` is what is wrong, where that is the end of the field's spec and not the whole field.
    """
    error._advice = advice, end  # type: ignore[attr-defined]
    return error


def _point_at(error: Exception, format: str, column: int, field: str) -> None:
    """Adds to an error of our own where in the format it is, and what to do. One of a subclass stays as it is."""
    advice, end = error.__dict__.pop("_advice", ("", ""))
    if not advice:
        return
    if end and format[column - 2 : column - 1] == "%":
        # A field after a percent sign is one of grok or dissect.
        advice = _parsimd.other_language(_printable(format)) or advice
    at, length = (column + len(field) - 1 - len(end), len(end)) if end else (column, len(field))
    drawn = _parsimd.point_at(_printable(str(error.args[0])), _printable(format), at - 1, length, _printable(advice))
    error.args = (Message(drawn) if isinstance(error, KeyError) else drawn,)


def _printable(text: str) -> str:
    """The text with a mark in the place of each lone surrogate, which is no character."""
    return _SURROGATE.sub("\ufffd", text)


# One object, whose methods these are: it holds the cache of compiled formats.
_calls = _parsimd.Calls(Parser)
parse = _calls.parse
search = _calls.search
findall = _calls.findall


def parser_of(pattern: Union[str, Parser], extra_types: _Types, case_sensitive: bool) -> Parser:
    """The parser that stands for a pattern, or that of a format."""
    return pattern if isinstance(pattern, Parser) else Parser(pattern, extra_types, case_sensitive)


def compile(format: str, extra_types: _Types = None, case_sensitive: bool = False) -> Parser:
    """A new `Parser` for ``format``."""
    return Parser(format, extra_types, case_sensitive)
