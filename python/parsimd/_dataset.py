"""The lines of files as a dataset of pyarrow, for whoever asks a dataset for some columns and rows, as DuckDB does.

A query hands its columns and its filter to the dataset's scanner. The files are scanned for these columns, and pyarrow evaluates the filter. Where the
filter is nothing but comparisons of a column with a constant, it becomes filters of the scan too, so that the other values of a row which does not
pass are not read.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, Dict, Iterable, Iterator, List, Literal, Optional, Tuple, Union

import pyarrow
import pyarrow.compute
import pyarrow.dataset

from ._polars import _Filter, _Path, warn_of_unread
from ._sources import names

if TYPE_CHECKING:
    from ._parser import Parser
    from ._parsimd import Scan

#: The longest filter, as text, that is looked at. Its parts are nested, and a call reads each.
_LONGEST = 2_000


class LogDataset(pyarrow.dataset.Dataset):  # type: ignore[misc]
    """The lines of files that a parser reads; each scanner reads the files again. Of pyarrow's dataset it has the schema and the scanner, no more."""

    def __init__(
        self,
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
    ) -> None:
        from ._parser import _names

        # The constructor of pyarrow's class only raises: it is for pyarrow's own datasets.
        self._parser, self._files = parser, names(paths, "read_log")
        self._options: Dict[str, Any] = {
            "match": match,
            "multiline": multiline,
            "threads": threads,
            "on_error": on_error,
            "include": _names(include, "include"),
            "max_record_bytes": max_record_bytes,
            "tz": tz,
            "year": year,
        }
        nothing = parser.scan(b"", **self._options)
        self._schema, self._may_fail = pyarrow.schema(nothing), parser._may_fail(nothing.types)

    @property
    def schema(self) -> "pyarrow.Schema":
        return self._schema

    def scanner(self, columns: Optional[List[str]] = None, filter: "Optional[pyarrow.compute.Expression]" = None, **_: Any) -> "pyarrow.dataset.Scanner":
        given = self._schema.names if columns is None else columns
        words = "" if filter is None else str(filter)
        # A name that stands in the filter by chance is read for nothing.
        wanted = {name for name in self._schema.names if name in given or re.search(rf"(?<!\w){re.escape(name)}(?!\w)", words)}
        included = self._options["include"]
        # A value that cannot be converted drops its row, so columns where that can happen are read, selected or not.
        skips = self._options["on_error"] != "null"
        read = [name for name in self._schema.names if name not in included and (name in wanted or (skips and name in self._may_fail))]
        # With an error to be raised, all rows count, so there is no filter.
        filters = [] if filter is None or self._options["on_error"] == "raise" else comparisons(filter, self._schema)
        options = {**self._options, "include": [name for name in included if name in wanted]}
        scan = self._parser._scan_files(
            self._files, columns=read, limit=None, strings="utf8", filter=[one for one in filters if one[0] not in included], **options
        )
        rows = pyarrow.RecordBatchReader.from_batches(pyarrow.schema(scan), _warning(scan))
        return pyarrow.dataset.Scanner.from_batches(rows, columns=given, filter=filter)


def _warning(scan: "Scan") -> "Iterator[pyarrow.RecordBatch]":
    """The batches of a scan. At its end it warns of files that were passed over, and of a pattern that matches nothing, as `scan_polars` does."""
    yield from pyarrow.RecordBatchReader.from_stream(scan)
    warn_of_unread(scan.stats, scan._damage)


_VALID = re.compile(r"is_valid\((\w+)\)")
_COMPARISON = re.compile(r'\((\w+) (==|<=|<|>=|>) (?:(-?\d{1,18})|"([^"\\]*)"|(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6})Z?)\)')

_EPOCH = datetime(1970, 1, 1)


def comparisons(filter: "pyarrow.compute.Expression", schema: "pyarrow.Schema") -> "List[_Filter]":
    """The filters of a scan that say what a filter of pyarrow says: comparisons of a column with a constant, joined by "and". None if it says more.

    pyarrow shows an expression as text alone. What was read in it is put together to an expression once more, which must be equal to the one that was
    given. So a text that is read wrong costs time, and no rows.
    """
    text = str(filter)
    found: List[_Filter] = []
    if len(text) > _LONGEST:
        return []
    read = _read(text, 0, schema, found)
    is_whole = read is not None and read[1] == len(text) and read[0].equals(filter)
    return found if is_whole else []


def _read(text: str, at: int, schema: "pyarrow.Schema", found: "List[_Filter]") -> "Optional[Tuple[Any, int]]":
    """The expression that begins at ``at``, and where it ends; None for one that is not known. Its filters are added to ``found``."""
    valid, comparison = _VALID.match(text, at), _COMPARISON.match(text, at)
    if valid is not None:
        return pyarrow.compute.field(valid[1]).is_valid(), valid.end()
    if comparison is not None:
        expression = _comparison(comparison, schema, found)
        return None if expression is None else (expression, comparison.end())
    left = _read(text, at + 1, schema, found) if text.startswith("(", at) else None
    if left is None or not text.startswith(" and ", left[1]):
        return None
    right = _read(text, left[1] + len(" and "), schema, found)
    if right is None or not text.startswith(")", right[1]):
        return None
    return left[0] & right[0], right[1] + 1


def _comparison(words: "re.Match[str]", schema: "pyarrow.Schema", found: "List[_Filter]") -> Any:
    """The expression of a comparison. Its filter is added to ``found``; None if it has none."""
    name, op, number, text, time = words.groups()
    if name not in schema.names:
        return None
    kind = schema.field(name).type
    constant: Any
    value: Union[int, str]
    if number is not None and kind == pyarrow.int64():
        constant = value = int(number)
    elif text is not None and kind == pyarrow.string() and op == "==":
        constant = value = text
    elif time is not None and pyarrow.types.is_timestamp(kind):
        moment = datetime.strptime(time, "%Y-%m-%d %H:%M:%S.%f")
        value = (moment - _EPOCH) // timedelta(microseconds=1)
        constant = moment if kind.tz is None else moment.replace(tzinfo=timezone.utc)
    else:
        return None
    found.append((name, value if isinstance(value, str) else _range(op, value)))
    field, scalar = pyarrow.compute.field(name), pyarrow.scalar(constant, kind)
    compare = {"==": field == scalar, "<": field < scalar, "<=": field <= scalar, ">": field > scalar, ">=": field >= scalar}
    return compare[op]


def _range(op: str, value: int) -> Tuple[int, int]:
    """The integers that a comparison with ``value`` keeps."""
    low, high = -(1 << 63), (1 << 63) - 1
    ranges = {"==": (value, value), "<": (low, value - 1), "<=": (low, value), ">": (value + 1, high), ">=": (value, high)}
    return ranges[op]
