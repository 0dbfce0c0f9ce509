"""Columns of lines in, columns of values out: what `Parser` offers Spark, Ray, Daft and whatever else speaks Arrow.

A column holds lines, not a text with newlines: each value is matched as a whole, as ``parse(value)`` does it. pyarrow is
imported when one of these is called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable, Iterable, Iterator, List, Optional

from ._parsimd import ScanError

if TYPE_CHECKING:
    import pyarrow

    from ._parser import Parser
    from ._parsimd import Texts

_SPARK_TYPES = {
    "text": "STRING",
    "int64": "BIGINT",
    "float64": "DOUBLE",
    "timestamp[us, UTC]": "TIMESTAMP",
    "timestamp[us]": "TIMESTAMP_NTZ",
    "date": "DATE",
    "time[us]": "TIME(6)",
}


def parse_array(parser: "Parser", array: Any, on_error: str) -> "pyarrow.StructArray":
    import pyarrow

    if on_error == "skip":
        raise ValueError("on_error must be 'null' or 'raise': an array of the same length has no place for what is skipped")
    parts = [pyarrow.array(texts) for texts in _scan(_scanner(parser, on_error), array)]
    if len(parts) == 1:
        return parts[0]
    kind = pyarrow.struct(list(_schema(parser)))
    return pyarrow.chunked_array(parts, kind).combine_chunks()


def map_arrow(
    parser: "Parser", batches: Iterable["pyarrow.RecordBatch"], column: Optional[str], on_error: str
) -> Iterator["pyarrow.RecordBatch"]:
    import pyarrow

    scan = _scanner(parser, on_error)
    times = [number for number, kind in enumerate(parser.scan(b"").types.values()) if kind == "time[us]"]
    for batch in batches:
        for texts in _scan(scan, _text_column(batch, column)):
            for rows in pyarrow.RecordBatchReader.from_stream(texts):
                yield _in_nanoseconds(rows, times)


def map_table(parser: "Parser", table: "pyarrow.Table", column: Optional[str], on_error: str) -> "pyarrow.Table":
    import pyarrow

    parts = _scan(_scanner(parser, on_error), _text_column(table, column))
    batches = [rows for texts in parts for rows in pyarrow.RecordBatchReader.from_stream(texts)]
    return pyarrow.Table.from_batches(batches, _schema(parser))


def spark_schema(parser: "Parser") -> str:
    types = parser.scan(b"").types
    return ", ".join(f"`{name}` {_SPARK_TYPES[kind]}" for name, kind in types.items())


def _in_nanoseconds(batch: "pyarrow.RecordBatch", times: List[int]) -> "pyarrow.RecordBatch":
    """The batch with these columns, of times of day, in the only unit that Spark takes."""
    import pyarrow

    for number in times:
        nanos = batch.schema.field(number).with_type(pyarrow.time64("ns"))
        batch = batch.set_column(number, nanos, batch.column(number).cast(nanos.type))
    return batch


def _schema(parser: "Parser") -> "pyarrow.Schema":
    import pyarrow

    return pyarrow.schema(parser.scan(b""))


def _scanner(parser: "Parser", on_error: str) -> Callable[[Any], "Texts"]:
    """What scans an array, by the parser as it is now."""
    pattern, year = parser._scan_pattern(), parser._year()
    return lambda array: pattern.scan_array(array, on_error, year)


def _scan(scan: Callable[[Any], "Texts"], array: Any) -> Iterator["Texts"]:
    """What became of each part of an array, or of anything else that gives Arrow arrays."""
    import pyarrow

    if not isinstance(array, (pyarrow.Array, pyarrow.ChunkedArray)):
        array = pyarrow.array(array) if hasattr(array, "__arrow_c_array__") else pyarrow.chunked_array(array)
    if pyarrow.types.is_dictionary(array.type):
        array = array.cast(array.type.value_type)
    first = 0
    for part in array.chunks if isinstance(array, pyarrow.ChunkedArray) else [array]:
        try:
            yield scan(part)
        except ScanError as error:
            if error.row is None or first == 0:
                raise
            # It was counted from the beginning of this part.
            row = first + error.row
            told = ScanError(str(error).replace(f"row {error.row}", f"row {row}", 1))
            told.offset, told.row = None, row
            raise told from None
        first += len(part)


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
