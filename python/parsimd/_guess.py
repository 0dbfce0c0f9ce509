"""Patterns for lines of which nothing is known: `guess`."""

from __future__ import annotations

import os
from itertools import islice
from typing import Any, Dict, Iterable, Iterator, List, Optional, Tuple, Union

from . import _parsimd
from ._arguments import is_count, shown
from ._parser import Parser
from ._parser import compile as _compile
from ._set import PatternSet, compile_set

__all__ = ["Guess", "guess"]

# How many characters of a value are shown.
_SHOWN = 32


class Guess:
    """A pattern that was guessed, and what it reads; printed, it shows its first rows.

    Where lines are of several kinds it is a set: ``pattern`` is None, and ``kinds`` has a guess for each kind.
    """

    __slots__ = ("columns", "kinds", "lines", "matched", "name", "notes", "options", "pattern", "patterns", "rows")

    pattern: Optional[str]
    """The text of the pattern; None where it is a set."""
    patterns: List[Tuple[str, str]]
    """Names and patterns: one, or those of a set. A line is of the first kind whose pattern matches it, as in a `PatternSet`."""
    name: Optional[str]
    """The name of the ready pattern, if it is one; of a kind in a set, its name there."""
    options: Dict[str, Any]
    """What to scan with: ``guess.compile().scan_file(path, **guess.options)``. Those of a set are the options of each of its kinds."""
    matched: int
    """How many of the lines belong to records that a scan has read, with every value."""
    lines: int
    """How many lines were looked at."""
    columns: Dict[str, str]
    """The type of each column, by name; empty where it is a set."""
    rows: List[Dict[str, Any]]
    """The first rows, three at most; none where it is a set."""
    kinds: List[Guess]
    """The kinds of lines of a set; else none."""
    notes: List[str]
    """What else is to be known of it, each a sentence."""

    @property
    def share(self) -> float:
        """The share of the lines that it reads, from 0 to 1."""
        return self.matched / self.lines if self.lines else 0.0

    def compile(self) -> Union[Parser, PatternSet]:
        """The parser of the pattern; of a set the `PatternSet`, as `compile_set` makes it. Either scans with ``options``."""
        return compile_set(dict(self.patterns)) if self.pattern is None else _compile(self.pattern)

    def __repr__(self) -> str:
        what = repr(self.pattern) if self.pattern is not None else f"{len(self.kinds)} kinds"
        options = "".join(f", {name}={value!r}" for name, value in self.options.items())
        return f"<Guess {what}, {self._share()} of {self.lines} lines{options}>"

    def __str__(self) -> str:
        head = "" if self.name is None else f"{self.name}: "
        head += self.pattern if self.pattern is not None else f"{len(self.kinds)} kinds of lines"
        options = "".join(f", {name}={value!r}" for name, value in self.options.items())
        lines = [head, f"reads {self.matched} of {self.lines} lines, {self._share()}{options}"]
        lines += [f"note: {note}" for note in self.notes]
        lines += _table(self.columns, self.rows)
        for kind in self.kinds:
            lines += ["", *str(kind).splitlines()]
        return "\n".join(lines)

    def _share(self) -> str:
        # What is not all of the lines is never shown as 100 %.
        return f"{int(self.share * 10000) / 100:g} %"


def _table(columns: Dict[str, str], rows: List[Dict[str, Any]]) -> List[str]:
    """Names, types and values, side by side."""
    cells = [list(columns), list(columns.values())]
    cells += [[_shown(row[name]) for name in columns] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells)]
    return ["  " + "  ".join(text.ljust(width) for text, width in zip(line, widths)).rstrip() for line in cells if line]


def _shown(value: Any) -> str:
    text = "" if value is None else str(value)
    text = text if text.isprintable() else repr(text)[1:-1]
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def guess(
    source: Union[str, bytes, "os.PathLike[str]", "os.PathLike[bytes]", Iterable[Union[str, bytes]]],
    *,
    lines: int = _parsimd.GUESS_LINES,
    most: int = 5,
) -> List[Guess]:
    """Guesses the pattern of lines of which nothing is known: the best guess first, and at least one.

    ``source`` is the path of a file, plain or gzip; an open file; or lines. A str is a path, unless it has a newline, then it is text; bytes are text, and
    ``os.PathLike`` is a path. Anything else that can be iterated over gives one line after the other, str or bytes, with or without a newline.

    The first ``lines`` lines are looked at, of at most 4 MiB together; a line of more than 16 KiB is passed over. Each guess was tried on them by a scan, which gave its
    share. A guess is better if it reads more lines, in steps of one in a hundred; then if it says more, by typed columns with names; then if it is shorter.
    ``most`` is how many guesses to give at most.

    Raises ValueError where there are no lines, or no text, or JSON.
    """
    if not (is_count(lines) and is_count(most)):
        raise TypeError(f"lines and most must be numbers from 1, not {shown(lines)} and {shown(most)}")
    if lines < 1 or most < 1:
        raise ValueError(f"lines and most must be 1 or more, not {lines} and {most}")
    return [_guessed(*found) for found in _parsimd.guess_lines(_sample(source, lines), most)]


def _sample(source: Any, lines: int) -> bytes:
    """The first lines, each with a newline."""
    reader = _compile("{line:|}")
    options: Dict[str, Any] = {"limit": lines, "strings": "binary", "max_record_bytes": _parsimd.GUESS_LINE_BYTES}
    if isinstance(source, (bytes, bytearray, memoryview)) or isinstance(source, str) and "\n" in source:
        scan = reader.scan(source, **options)
    elif isinstance(source, str) or hasattr(source, "__fspath__") or hasattr(source, "read"):
        scan = reader.scan_file(source, **options)
    else:
        scan = reader.scan(b"".join(islice(_given(source), lines)), **options)
    sample = bytearray()
    for batch in scan:
        for line in batch["line"].to_pylist():
            sample += (line or b"") + b"\n"
        if len(sample) >= _parsimd.GUESS_BYTES:
            break
    return bytes(sample)


def _given(source: Any) -> Iterator[bytes]:
    """Lines that were given one by one, each with a newline."""
    if not (hasattr(source, "__iter__") or hasattr(source, "__getitem__")):
        raise TypeError(f"guess takes a path, an open file, bytes or lines, not {type(source).__name__}")
    for number, line in enumerate(source):
        if not isinstance(line, (str, bytes)):
            raise TypeError(f"line {number} must be str or bytes, not {type(line).__name__}")
        text = line.encode("utf-8", "surrogateescape") if isinstance(line, str) else line
        text = text[:-1] if text.endswith(b"\n") else text
        if b"\n" in text:
            raise ValueError(f"line {number} has a newline in it: give text as one str or bytes")
        yield text + b"\n"


def _guessed(
    multiline: int, lacks_year: int, matched: int, lines: int, notes: List[str], patterns: List[Tuple[str, int, str, int, _parsimd.Batch]]
) -> Guess:
    options: Dict[str, Any] = {}
    if multiline:
        options["multiline"] = True
    if lacks_year:
        options["year"] = "recent"
    is_set = len(patterns) > 1
    each = [_one(found, is_set, options, lines) for found in patterns]
    if not is_set:
        each[0].notes = notes
        return each[0]
    found = Guess()
    found.pattern = found.name = None
    found.patterns = [pattern for kind in each for pattern in kind.patterns]
    found.options, found.matched, found.lines, found.notes = options, matched, lines, notes
    found.columns, found.rows, found.kinds = {}, [], each
    return found


def _one(found: Tuple[str, int, str, int, _parsimd.Batch], is_kind: bool, options: Dict[str, Any], lines: int) -> Guess:
    name, is_ready, pattern, matched, batch = found
    one = Guess()
    one.pattern, one.patterns = pattern, [(name, pattern)]
    one.name = name if is_ready or is_kind else None
    one.options, one.matched, one.lines, one.notes = dict(options), matched, lines, []
    one.columns, one.rows, one.kinds = dict(batch.types), batch.to_pylist(), []
    return one
