"""`Parser.scan_polars`: files of lines as a polars LazyFrame. polars is imported when it is called."""

from __future__ import annotations

import glob
import json
import os
from typing import TYPE_CHECKING, Any, Dict, Iterable, Iterator, List, Literal, Optional, Tuple, Union

if TYPE_CHECKING:
    import polars

    from ._parser import Parser

#: How many rows a frame has, about: polars takes some tenths of a millisecond for each frame.
_ROWS = 50_000

#: How long the words of a predicate may be that is looked at for what can be told while rows are scanned.
_LONGEST = 10_000

_Path = Union[str, bytes, "os.PathLike[str]", "os.PathLike[bytes]"]

#: A column, and the integers that its value must be between, both among them, or the text that it must be.
_Wish = Tuple[str, Union[Tuple[int, int], str]]


def scan_polars(
    parser: "Parser",
    paths: Union[_Path, Iterable[_Path]],
    full_line: bool,
    threads: Optional[int],
    on_error: Literal["skip", "null", "raise"],
    max_record_bytes: int,
) -> "polars.LazyFrame":
    import polars
    from polars.io.plugins import register_io_source

    files = _expand(paths)
    nothing = parser.scan(b"", max_record_bytes=max_record_bytes)
    types, empty = nothing.types, polars.DataFrame(nothing)

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
        # A value that does not fit its type takes its row along: those columns are read whatever is asked for.
        read = [name for name, kind in types.items() if name in wanted or (on_error != "null" and kind != "text")]
        # Rows that are left out while they are scanned cost no more than their matching. Which row is the last to be read is asked of all.
        wishes = [] if predicate is None or n_rows is not None or on_error == "raise" else list(_wishes(predicate, types))
        # polars keeps text as views too: it takes these as they are.
        scan = parser._scan_files(files, full_line, threads, on_error, read, None, "view", max_record_bytes, wishes)
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
                # What is in the other columns of rows that are not wanted is never joined, and `take` lets go of the input behind them:
                # polars would keep all of it for one view.
                found = polars.DataFrame(pieces.join(asked)[:count]).with_row_index(number).filter(predicate)
                every = found.height == len(pieces)
                rows = pieces.join(given) if every else pieces.take(given, found[number].cast(polars.UInt64))
                frame = polars.DataFrame(rows)
                del found, rows
            # Whoever has the frame keeps what it needs of them; the rest is free before more is read.
            del pieces
            yield frame

    return register_io_source(source, schema=empty.schema, is_pure=True)


#: What polars shows of a time behind its number, by the type of a column that it can be compared with.
_TIMES: Dict[str, Any] = {"timestamp[us]": ["Microseconds", None], "timestamp[us, UTC]": ["Microseconds", {"inner": "UTC"}]}


def _wishes(predicate: "polars.Expr", types: Dict[str, str]) -> Iterator[_Wish]:
    """What every row that `predicate` keeps has: comparisons of a column with a constant, joined by "and". There may be more to it.

    polars shows an expression as JSON whose form it may change: whatever looks otherwise is no wish, and left to polars alone. So is what is not
    short in words, as a list of a million values: it would take long to write.

    The rest of a predicate is then asked of fewer rows: an error of polars that another row would bring does not come.
    """
    try:
        words = str(predicate)
        if len(words) > _LONGEST or "is_in(" in words:
            return
        todo = [json.loads(predicate.meta.serialize(format="json"))]
    except Exception:  # It holds what cannot be written, a function of Python for one.
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
                wish = _wish(types[name], op, right.get("Literal"))
                if wish is not None:
                    yield name, wish


def _wish(kind: str, op: str, literal: Any) -> Union[Tuple[int, int], str, None]:
    """What a column's value must be, by its type, a comparison and what polars shows of a constant; None where it is not known."""
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
    """The files: of a path with wildcards that is no file itself, those that it stands for, by name."""
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
