"""`Parser.scan_polars`: files of lines as a polars LazyFrame. polars is imported when it is called."""

from __future__ import annotations

import glob
import os
from typing import TYPE_CHECKING, Iterable, Iterator, List, Literal, Optional, Union

if TYPE_CHECKING:
    import polars

    from ._parser import Parser

#: How many rows a frame has, about: polars takes some tenths of a millisecond for each frame.
_ROWS = 50_000

_Path = Union[str, "os.PathLike[str]"]


def scan_polars(
    parser: "Parser",
    paths: Union[_Path, Iterable[_Path]],
    full_line: bool,
    threads: Optional[int],
    on_error: Literal["skip", "null", "raise"],
) -> "polars.LazyFrame":
    import polars
    from polars.io.plugins import register_io_source

    files = _expand([paths] if isinstance(paths, (str, os.PathLike)) else list(paths))
    nothing = parser.scan(b"")
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
        # polars keeps text as views too: it takes these as they are.
        scan = parser.scan_file(
            files, full_line=full_line, threads=threads, on_error=on_error, columns=read, strings="view"
        )
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


def _expand(paths: List[_Path]) -> List[str]:
    """The files: of a path with wildcards that is no file itself, those that it stands for, by name."""
    files: List[str] = []
    for path in (os.fspath(path) for path in paths):
        if glob.has_magic(path) and not os.path.exists(path):
            found = sorted(glob.glob(path, recursive=True))
            if not found:
                raise FileNotFoundError(f"no file matches {path!r}")
            files.extend(found)
        else:
            files.append(path)
    return files
