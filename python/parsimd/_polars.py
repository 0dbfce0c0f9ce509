"""`Parser.scan_polars`: files of lines as a polars LazyFrame.

polars hands a query's predicate to the source. Comparisons in it become filters of the scan, so that the values of a row which does not pass
are not read. The predicate itself is always evaluated by polars, so a comparison that is not recognised costs time and nothing else.

polars is imported when the function is called.
"""

from __future__ import annotations

import glob
import json
import os
import warnings
from typing import TYPE_CHECKING, Any, Callable, Dict, Iterable, Iterator, List, Literal, Optional, Tuple, Union

from ._rejects import asked as asked_rejects

if TYPE_CHECKING:
    import polars

    from ._parser import Parser
    from ._parsimd import Batch

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
) -> "polars.LazyFrame":
    import polars
    from polars.io.plugins import register_io_source

    from ._parser import _names

    if isinstance(rejects, bool) or hasattr(rejects, "write"):
        raise TypeError(f"rejects of scan_polars must be a path or a function, since each query reads the files again, not {rejects!r}")
    files, included = _expand(paths), _names(include, "include")
    asked_rejects(rejects, files)
    nothing = parser.scan(b"", match=match, multiline=multiline, include=included, max_record_bytes=max_record_bytes, tz=tz, year=year)
    empty = polars.DataFrame(nothing)
    # Of the fields: where a record came from is no part of it.
    types = {name: kind for name, kind in nothing.types.items() if name not in included}
    # Texts and maps have a value always, unless a function of the program makes it, or it is that of a key whose type does not take it.
    fallible = {name for name, kind in types.items() if kind not in ("text", "map[text, text]")}
    may_fail = {*fallible, *parser._typed_keys(), *parser._scan_pattern().converted}

    def source(
        with_columns: Optional[List[str]],
        predicate: Optional["polars.Expr"],
        n_rows: Optional[int],
        batch_size: Optional[int],
    ) -> Iterator["polars.DataFrame"]:
        given = empty.columns if with_columns is None else with_columns
        asked = [] if predicate is None else list(dict.fromkeys(predicate.meta.root_names()))
        wanted = {*given, *asked}
        number = max(empty.columns, key=len, default="") + "#"  # No column is called so.
        size, left = batch_size or _ROWS, n_rows
        # A value that cannot be converted drops its row, so columns where that can happen are read, selected or not.
        read = [name for name in types if name in wanted or (on_error != "null" and name in may_fail)]
        # A row that a filter drops is matched and not converted. With a limit or an error to be raised, all rows count, so there is no filter.
        filters = [] if predicate is None or n_rows is not None or on_error == "raise" else list(_filters(predicate, types))
        origins = [name for name in included if name in wanted]
        # polars keeps text as views too, so it takes these without a copy.
        scan = parser._scan_files(files, match, multiline, threads, on_error, read, origins, None, "view", max_record_bytes, tz, year, filters, rejects)
        while left != 0:
            pieces = scan._read_pieces(size if left is None else min(size, left))
            count = len(pieces) if left is None else min(len(pieces), left)
            if not count:
                _warn_of(scan.stats.source_errors)
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

    return register_io_source(source, schema=empty.schema, is_pure=True)


def _warn_of(errors: List[str]) -> None:
    """Warns of files that were passed over: a query gives nobody the statistics of its scan."""
    if errors:
        others = f"; and {len(errors) - 1} more" if len(errors) > 1 else ""
        warnings.warn(f"a file that cannot be read was passed over: {errors[0]}{others}", UserWarning, stacklevel=2)


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


def _expand(paths: Union[_Path, Iterable[_Path]]) -> List[str]:
    """The paths, with wildcards replaced by the files that they match, by name. A path that is a file is that file, wildcards or not."""
    if hasattr(paths, "read"):
        raise TypeError("scan_polars takes paths, since each query reads the files again, not an open file; for that use scan_file")
    files: List[str] = []
    for given in [paths] if isinstance(paths, (str, bytes, os.PathLike)) else paths:
        if not isinstance(given, (str, bytes, os.PathLike)):
            raise TypeError(f"paths must be paths, as str or os.PathLike, not {given!r}")
        path = os.fsdecode(given)
        if "\n" in path and not os.path.exists(path):
            raise TypeError(f"there is no file of this name, which has a newline in it: {path!r}; scan_polars takes paths")
        if glob.has_magic(path) and not os.path.exists(path):
            found = sorted(glob.glob(path, recursive=True))
            if not found:
                raise FileNotFoundError(f"no file matches {path!r}")
            files.extend(found)
        else:
            files.append(path)
    return files
