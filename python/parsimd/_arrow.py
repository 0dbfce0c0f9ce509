"""Columns of texts → columns of values, for Spark, Ray, Daft and other programs that use Arrow.

Each text of a column is matched as a whole, as ``parse(text)`` does it; newlines in it have no meaning of their own. pyarrow is imported when
one of these functions is called.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Callable, Dict, Iterable, Iterator, Literal, Optional, Union

from ._parsimd import ScanError

if TYPE_CHECKING:
    import pyarrow

    from ._parser import Parser
    from ._parsimd import Texts

_Year = Union[int, Literal["recent"], None]

_SPARK_TYPES = {
    "text": "STRING",
    "int64": "BIGINT",
    "float64": "DOUBLE",
    "timestamp[us, UTC]": "TIMESTAMP",
    "timestamp[us]": "TIMESTAMP_NTZ",
    "date": "DATE",
    "time[us]": "TIME(6)",
    "duration[ns]": "INTERVAL DAY TO SECOND",
    "bool": "BOOLEAN",
}


#: The type that Spark takes in the place of one, as pyarrow calls it.
_SPARK_CASTS = {"time[us]": "time64[ns]", "duration[ns]": "duration[us]"}


def parse_array(parser: "Parser", array: Any, on_error: str, tz: Optional[str], year: _Year) -> "pyarrow.StructArray":
    import pyarrow

    if on_error == "skip":
        raise ValueError("on_error must be 'null' or 'raise': an array of the same length has no place for what is skipped")
    parts = [pyarrow.array(texts) for texts in _scan(_scanner(parser, on_error, tz, year), array)]
    if len(parts) == 1:
        return parts[0]
    kind = pyarrow.struct(list(_schema(parser, tz)))
    return pyarrow.chunked_array(parts, kind).combine_chunks()


def map_arrow(
    parser: "Parser",
    batches: Iterable["pyarrow.RecordBatch"],
    column: Optional[str],
    on_error: str,
    tz: Optional[str],
    year: _Year,
) -> Iterator["pyarrow.RecordBatch"]:
    # Iterating over these would go through letters, names, or the columns of a single batch.
    if isinstance(batches, (str, bytes, bytearray, memoryview, dict)) or hasattr(batches, "schema") and hasattr(batches, "columns"):
        raise TypeError(f"batches must be an iterable of record batches, not {_kind(batches)}: for one table there is map_table")
    # What is wrong with these is said now, and not when the first batch is asked for.
    parser.scan(b"", tz=tz, year=year)
    return _map_batches(parser, iter(batches), column, on_error, tz, year)


def _map_batches(
    parser: "Parser",
    batches: Iterator["pyarrow.RecordBatch"],
    column: Optional[str],
    on_error: str,
    tz: Optional[str],
    year: _Year,
) -> Iterator["pyarrow.RecordBatch"]:
    import pyarrow

    scan = _scanner(parser, on_error, tz, year)
    casts = {number: _SPARK_CASTS[kind] for number, kind in enumerate(parser.scan(b"").types.values()) if kind in _SPARK_CASTS}
    for batch in batches:
        if not isinstance(batch, (pyarrow.RecordBatch, pyarrow.Table)):
            raise TypeError(f"batches must be record batches of pyarrow, not {_kind(batch)}")
        for texts in _scan(scan, _text_column(batch, column)):
            for rows in pyarrow.RecordBatchReader.from_stream(texts):
                yield _for_spark(rows, casts)


def map_table(
    parser: "Parser", table: "pyarrow.Table", column: Optional[str], on_error: str, tz: Optional[str], year: _Year
) -> "pyarrow.Table":
    import pyarrow

    if not isinstance(table, (pyarrow.Table, pyarrow.RecordBatch)):
        raise TypeError(f"table must be a table of pyarrow, not {_kind(table)}")
    parts = _scan(_scanner(parser, on_error, tz, year), _text_column(table, column))
    batches = [rows for texts in parts for rows in pyarrow.RecordBatchReader.from_stream(texts)]
    return pyarrow.Table.from_batches(batches, _schema(parser, tz))


def spark_schema(parser: "Parser", tz: Optional[str]) -> str:
    types = parser.scan(b"", tz=tz).types
    return ", ".join(f"`{name}` {_SPARK_TYPES[kind]}" for name, kind in types.items())


def _for_spark(batch: "pyarrow.RecordBatch", casts: Dict[int, str]) -> "pyarrow.RecordBatch":
    """The batch with these columns in the only unit that Spark takes of their type. What is less than that is cut off."""
    import pyarrow

    for number, alias in casts.items():
        field = batch.schema.field(number).with_type(pyarrow.type_for_alias(alias))
        batch = batch.set_column(number, field, batch.column(number).cast(field.type, safe=False))
    return batch


def _schema(parser: "Parser", tz: Optional[str]) -> "pyarrow.Schema":
    import pyarrow

    return pyarrow.schema(parser.scan(b"", tz=tz))


def _scanner(parser: "Parser", on_error: str, tz: Optional[str], year: _Year) -> Callable[[Any, int], "Texts"]:
    """A function that scans an array, by the parser as it is now."""
    pattern, times = parser._scan_pattern(), parser._times(tz, year)
    return lambda array, first: pattern.scan_array(array, on_error, times, first)


def _scan(scan: Callable[[Any, int], "Texts"], array: Any) -> Iterator["Texts"]:
    """The scanned texts of each part of an array, or of any other object with Arrow arrays."""
    import pyarrow

    array = _array(array)
    if pyarrow.types.is_dictionary(array.type):
        array = array.cast(array.type.value_type)
    first = 0
    for part in array.chunks if isinstance(array, pyarrow.ChunkedArray) else [array]:
        yield scan(part, first)
        first += len(part)


def _array(texts: Any) -> Any:
    """The texts as an array of pyarrow. Its own constructor would take a list of texts for a list of arrays of letters."""
    import pyarrow

    if isinstance(texts, (pyarrow.Array, pyarrow.ChunkedArray)):
        return texts
    if hasattr(texts, "__arrow_c_array__"):
        return pyarrow.array(texts)
    if hasattr(texts, "__arrow_c_stream__"):
        return pyarrow.chunked_array(texts)
    if not isinstance(texts, (str, bytes, bytearray, memoryview)):
        if isinstance(texts, Sequence):
            for row, text in enumerate(texts):
                if text is not None and not isinstance(text, str):
                    raise TypeError(f"array must hold texts, as str, and None: value {row} is {_kind(text)}")
            return pyarrow.array(texts, pyarrow.large_string())
        if hasattr(texts, "__array__"):
            # An array of numpy, or a Series of a pandas without Arrow, where NaN stands for a null.
            return pyarrow.array(texts, from_pandas=True)
    raise TypeError(f"array must be an array of Arrow, or a sequence of str and None, not {_kind(texts)}")


def _kind(value: Any) -> str:
    """The name of an object's type, for a message."""
    kind = type(value)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def _text_column(table: Any, column: Optional[str]) -> Any:
    """The named column of a table or a record batch, or the first one of text."""
    import pyarrow

    if column is not None:
        if column not in table.schema.names:
            raise KeyError(f"no column {column!r}; there are {table.schema.names}")
        return table.column(column)
    for number, field in enumerate(table.schema):
        kind = field.type.value_type if pyarrow.types.is_dictionary(field.type) else field.type
        if any(kind.equals(text()) for text in _text_types()):
            return table.column(number)
    raise ValueError(f"no column of text or bytes: {table.schema.names}")


def _text_types() -> Iterator[Any]:
    import pyarrow

    names = ("string", "large_string", "string_view", "binary", "large_binary", "binary_view")
    return (getattr(pyarrow, name) for name in names if hasattr(pyarrow, name))
