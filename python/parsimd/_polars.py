"""`Parser.scan_polars`: files of lines as a polars LazyFrame.

polars hands a query's predicate to the source. Comparisons in it become filters of the scan, so that the values of a row which does not pass
are not read. The predicate itself is always evaluated by polars, so a comparison that is not recognised costs time and nothing else.

polars is imported when the function is called.
"""

from __future__ import annotations

import json
import os
import warnings
from typing import TYPE_CHECKING, Any, Callable, Dict, Iterable, Iterator, List, Literal, Optional, Tuple, Union

from ._arguments import shown
from ._rejects import asked as asked_rejects
from ._sources import names

if TYPE_CHECKING:
    import polars

    from ._parser import Parser
    from ._parsimd import Batch, Scan, Stats

#: From so many lines on, of which not one matches, the pattern is likely to be wrong.
_MANY = 100

#: About how many rows a frame has. polars takes some tenths of a millisecond for each frame.
_ROWS = 50_000

#: The longest predicate, as text, in which filters are looked for. Writing a longer one as JSON takes too long.
_LONGEST = 10_000

_Path = Union[str, bytes, "os.PathLike[str]", "os.PathLike[bytes]"]

#: A column, and the text that its value must be, or the first and the last of the integers that it may be.
_Filter = Tuple[str, Union[Tuple[int, int], str]]


def scan_polars(
    parser: "Parser",
    paths: Union[_Path, Iterable[_Path]],
    match: Literal["line", "first", "all"],
    multiline: bool,
    threads: Optional[int],
    on_error: Literal["skip", "null", "raise"],
    include: Iterable[Literal["file", "line", "offset"]],
    max_record_bytes: int,
    tz: Optional[str],
    year: Union[int, Literal["recent"], None],
    rejects: "Union[_Path, Callable[[Batch], Any], None]",
    stats: "Optional[Callable[[Stats], Any]]",
) -> "polars.LazyFrame":
    import polars
    from polars.io.plugins import register_io_source

    from ._parser import _names

    if isinstance(rejects, bool) or hasattr(rejects, "write"):
        raise TypeError(f"rejects of scan_polars must be a path or a function, since each query reads the files again, not {shown(rejects)}")
    if stats is not None and not callable(stats):
        raise TypeError(f"stats must be a function that is called with the Stats of each query, such as the append of a list, not {shown(stats)}")
    files, included = names(paths, "scan_polars"), _names(include, "include")
    asked_rejects(rejects, files)
    nothing = parser.scan(
        b"", match=match, multiline=multiline, threads=threads, on_error=on_error, include=included, max_record_bytes=max_record_bytes, tz=tz, year=year
    )
    empty = polars.DataFrame(nothing)
    # Of the fields: where a record came from is no part of it.
    types = {name: kind for name, kind in nothing.types.items() if name not in included}
    may_fail = parser._may_fail(types)

    def source(
        with_columns: Optional[List[str]],
        predicate: Optional["polars.Expr"],
        n_rows: Optional[int],
        batch_size: Optional[int],
    ) -> Iterator["polars.DataFrame"]:
        given = empty.columns if with_columns is None else with_columns
        asked = [] if predicate is None else list(dict.fromkeys(predicate.meta.root_names()))
        wanted = {*given, *asked}
        # A value that cannot be converted drops its row, so columns where that can happen are read, selected or not.
        read = [name for name in types if name in wanted or (on_error != "null" and name in may_fail)]
        # A row that a filter drops is matched and not converted. With a limit or an error to be raised, all rows count, so there is no filter.
        filters = [] if predicate is None or n_rows is not None or on_error == "raise" else list(_filters(predicate, types))
        origins = [name for name in included if name in wanted]
        # polars keeps text as views too, so it takes these without a copy.
        scan = parser._scan_files(
            files, match, multiline, threads, on_error, read, origins, None, "view", max_record_bytes, tz, year, filters, rejects,
            counts_all=stats is not None,
        )
        try:
            yield from _frames(scan, given, asked, predicate, n_rows, batch_size or _ROWS)
            warn_of_unread(scan.stats)
        finally:
            if stats is not None:
                stats(scan.stats)

    return register_io_source(source, schema=empty.schema, is_pure=True)


def _frames(
    scan: "Scan", given: List[str], asked: List[str], predicate: "Optional[polars.Expr]", left: Optional[int], size: int
) -> Iterator["polars.DataFrame"]:
    """The columns ``given`` of the rows that ``predicate``, which asks for these columns, keeps, of up to ``left`` rows in all: frames of about ``size`` rows."""
    import polars

    number = max([*given, *asked], key=len, default="") + "#"  # No column is called so.
    while left != 0:
        pieces = scan._read_pieces(size if left is None else min(size, left))
        count = len(pieces) if left is None else min(len(pieces), left)
        if not count:
            return
        if left is not None:
            left -= count
        if predicate is None or not asked:
            frame = polars.DataFrame(pieces.join(given)[:count])
            frame = frame if predicate is None else frame.filter(predicate)
        else:
            # The other columns of dropped rows are never joined, and `take` releases the input that they lie in. polars would keep all of it for one
            # view.
            found = polars.DataFrame(pieces.join(asked)[:count]).with_row_index(number).filter(predicate)
            every = found.height == len(pieces)
            rows = pieces.join(given) if every else pieces.take(given, found[number].cast(polars.UInt64))
            frame = polars.DataFrame(rows)
            del found, rows
        # The frame holds what it needs of them; the rest is free before more is read.
        del pieces
        yield frame


def warn_of_unread(stats: "Stats", told: Optional[str] = None) -> None:
    """Warns of files that could not be read to their ends, but for what was ``told``, and of a pattern that matches no line of many: a query gives nobody the
    statistics of its scan."""
    errors = [error for error in stats.source_errors if error != told]
    if errors:
        others = f"; and {len(errors) - 1} more" if len(errors) > 1 else ""
        warnings.warn(f"a file could not be read to its end: {errors[0]}{others}", UserWarning, stacklevel=2)
    why = stats._why_none if stats.records >= _MANY else None
    if why is not None:
        warnings.warn(why, UserWarning, stacklevel=2)


#: The unit and the zone that polars writes after the number of a timestamp, by the type of a column that it can be compared with.
_TIMES: Dict[str, Any] = {"timestamp[us]": ["Microseconds", None], "timestamp[us, UTC]": ["Microseconds", {"inner": "UTC"}]}


def _filters(predicate: "polars.Expr", types: Dict[str, str]) -> Iterator[_Filter]:
    """Filters that every row passes which `predicate` keeps: comparisons of a column with a constant, joined by "and".

    They are read off the JSON that polars writes of an expression. polars may change its form, so whatever looks otherwise is no filter. A
    predicate that is long, such as a list of a million values, has none either, since writing it would take long.

    polars evaluates the predicate for fewer rows then, so an error that it would raise for a dropped row is not raised.
    """
    try:
        words = str(predicate)
        if len(words) > _LONGEST or "is_in(" in words:
            return
        todo = [json.loads(predicate.meta.serialize(format="json"))]
    except Exception:  # It cannot be written as JSON, for example a function of Python.
        return
    while todo:
        part = todo.pop()
        part = part.get("BinaryExpr") if isinstance(part, dict) else None
        if not isinstance(part, dict):
            continue
        left, op, right = part.get("left"), part.get("op"), part.get("right")
        if op == "And":
            todo += [left, right]
        elif isinstance(left, dict) and isinstance(right, dict) and isinstance(op, str):
            name = left.get("Column")
            if isinstance(name, str) and name in types:
                values = _kept_values(types[name], op, right.get("Literal"))
                if values is not None:
                    yield name, values


def _kept_values(kind: str, op: str, literal: Any) -> Union[Tuple[int, int], str, None]:
    """The values of a column that a comparison keeps, by the column's type, the operator and the JSON of the constant; None if they are not known."""
    value = None
    if isinstance(literal, dict) and len(literal) == 1:
        (form,) = literal.values()
        if isinstance(form, dict) and len(form) == 1:
            ((name, value),) = form.items()
            if name == "Datetime" and isinstance(value, list):
                value = value[0] if value[1:] == _TIMES.get(kind) else None
            elif kind != ("text" if name == "String" else "int64" if name.startswith(("Int", "UInt")) else None):
                value = None
    if isinstance(value, str):
        return value if op == "Eq" and kind == "text" else None
    low, high = -(1 << 63), (1 << 63) - 1
    if type(value) is not int or kind == "text" or not low < value < high:
        return None
    ranges = {"Eq": (value, value), "Lt": (low, value - 1), "LtEq": (low, value), "Gt": (value + 1, high), "GtEq": (value, high)}
    return ranges.get(op)
