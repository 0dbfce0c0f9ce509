"""Columns of texts → columns of values, for Spark, Ray, Daft and other programs that use Arrow.

Each text of a column is matched as a whole, as ``parse(text)`` does it; newlines in it have no meaning of their own. pyarrow is imported when
one of these functions is called.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Callable, Dict, Iterable, Iterator, List, Literal, Optional, Union

from ._arguments import Name, check_options
from ._parsimd import ScanError

if TYPE_CHECKING:
    import pyarrow

    from ._parser import Parser
    from ._parsimd import Texts

_Year = Union[int, Literal["recent"], None]
Match = Literal["line", "first"]

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
    "map[text, text]": "MAP<STRING, STRING>",
}


#: The layout of text in the place of one that pyarrow cannot take values of, by pyarrow's names: polars has categories so.
_WITHOUT_VIEWS = {"string_view": "large_string", "binary_view": "large_binary"}

#: The type that Spark takes in the place of one, as pyarrow calls it.
_SPARK_CASTS = {"time[us]": "time64[ns]", "duration[ns]": "duration[us]"}


def parse_array(parser: "Parser", array: Any, match: Match, on_error: str, tz: Optional[str], year: _Year) -> "pyarrow.StructArray":
    import pyarrow

    check_keeps_rows(match, on_error)
    parts = _structs(_scanner(parser, match, on_error, tz, year), _array(array))
    if len(parts) == 1:
        return parts[0]
    kind = pyarrow.struct(list(schema(parser, tz)))
    return pyarrow.chunked_array(parts, kind).combine_chunks()


def check_keeps_rows(match: str, on_error: str) -> None:
    """Raises ValueError for options with which a column of texts would not give one value for each, and TypeError for what are none."""
    check_options(match=match, on_error=on_error)
    if match == "all":
        raise ValueError("match must be 'line' or 'first': a text has one value, and not one for every match")
    if on_error == "skip":
        raise ValueError("on_error must be 'null' or 'raise': an array of the same length has no place for what is skipped")


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
    if not hasattr(batches, "__iter__"):
        raise TypeError(f"batches must be an iterable of record batches, not {_kind(batches)}")
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

    scan = _scanner(parser, "line", on_error, tz, year)
    casts = {number: _SPARK_CASTS[kind] for number, kind in enumerate(parser.scan(b"").types.values()) if kind in _SPARK_CASTS}
    for batch in batches:
        if not isinstance(batch, (pyarrow.RecordBatch, pyarrow.Table)):
            raise TypeError(f"batches must be record batches of pyarrow, not {_kind(batch)}")
        for texts in _scan(scan, _array(_text_column(batch, column))):
            for rows in pyarrow.RecordBatchReader.from_stream(texts):
                yield _for_spark(rows, casts)


def map_table(
    parser: "Parser", table: "pyarrow.Table", column: Optional[str], on_error: str, tz: Optional[str], year: _Year
) -> "pyarrow.Table":
    import pyarrow

    if not isinstance(table, (pyarrow.Table, pyarrow.RecordBatch)):
        raise TypeError(f"table must be a table of pyarrow, not {_kind(table)}")
    return table_of(parser, _text_column(table, column), "line", on_error, tz, year)


def table_of(parser: "Parser", array: Any, match: Match, on_error: str, tz: Optional[str], year: _Year) -> "pyarrow.Table":
    """The rows of a column of texts as a table. With the option ``"null"`` there is one for each, all nulls where a text does not match."""
    import pyarrow

    scan, array, fields = _scanner(parser, match, on_error, tz, year), _array(array), schema(parser, tz)
    if on_error != "skip" and fields.names and pyarrow.types.is_dictionary(array.type):
        batches = [pyarrow.RecordBatch.from_arrays(rows.flatten(), schema=fields) for rows in _structs(scan, array)]
    else:
        batches = [rows for texts in _scan(scan, array) for rows in pyarrow.RecordBatchReader.from_stream(texts)]
    return pyarrow.Table.from_batches(batches, fields)


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


def schema(parser: "Parser", tz: Optional[str]) -> "pyarrow.Schema":
    import pyarrow

    return pyarrow.schema(parser.scan(b"", tz=tz))


def _scanner(parser: "Parser", match: str, on_error: str, tz: Optional[str], year: _Year) -> "Callable[[Any], List[Texts]]":
    """A function that scans arrays, by the parser as it is now."""
    pattern, times = parser._scan_pattern(), parser._times(tz, year)
    return lambda arrays: pattern.scan_arrays(arrays, match, on_error, times)


def _structs(scan: "Callable[[Any], List[Texts]]", array: Any) -> "List[pyarrow.StructArray]":
    """What became of each part of an array of Arrow, with one value for each text. Each different text of a dictionary is parsed once."""
    import pyarrow

    if pyarrow.types.is_dictionary(array.type):
        parts = array.chunks if isinstance(array, pyarrow.ChunkedArray) else [array]
        try:
            return [_of_dictionary(scan, part) for part in parts]
        except ScanError:
            # The row of the first text that cannot be read is that of a column of all texts.
            pass
    return [pyarrow.array(texts) for texts in _scan(scan, array)]


def _of_dictionary(scan: "Callable[[Any], List[Texts]]", array: "pyarrow.DictionaryArray") -> "pyarrow.StructArray":
    import pyarrow.compute

    used = array.indices.unique().drop_null()
    [texts] = scan(array.dictionary.take(used))
    return pyarrow.array(texts).take(pyarrow.compute.index_in(array.indices, used))


def _scan(scan: "Callable[[Any], List[Texts]]", array: Any) -> "List[Texts]":
    """The scanned texts of each part of an array of Arrow."""
    import pyarrow

    if pyarrow.types.is_dictionary(array.type):
        array = array.cast(array.type.value_type)
    return scan(array)


def _array(texts: Any) -> Any:
    """The texts as an array of pyarrow whose dictionaries it can take values of."""
    import pyarrow

    array = _array_as_given(texts)
    kind = array.type
    if pyarrow.types.is_dictionary(kind) and str(kind.value_type) in _WITHOUT_VIEWS:
        return array.cast(pyarrow.dictionary(kind.index_type, _WITHOUT_VIEWS[str(kind.value_type)], kind.ordered))
    return array


def _array_as_given(texts: Any) -> Any:
    """The texts as an array of pyarrow. Its own constructor would take a list of texts for a list of arrays of letters."""
    import pyarrow

    if isinstance(texts, (pyarrow.Array, pyarrow.ChunkedArray)):
        return texts
    if hasattr(texts, "__arrow_c_array__"):
        return pyarrow.array(texts)
    if hasattr(texts, "__arrow_c_stream__"):
        return _nulls_for_no_floats(pyarrow.chunked_array(texts))
    if not isinstance(texts, (str, bytes, bytearray, memoryview)):
        if isinstance(texts, Sequence):
            for row, text in enumerate(texts):
                if text is not None and not isinstance(text, str):
                    raise TypeError(f"array must hold texts, as str, and None: value {row} is {_kind(text)}")
            return pyarrow.array(texts, pyarrow.large_string())
        if hasattr(texts, "__array__"):
            # An array of numpy, or a Series of a pandas without Arrow, where NaN stands for a null.
            return _nulls_for_no_floats(pyarrow.array(texts, from_pandas=True))
    raise TypeError(f"array must be an array of Arrow, or a sequence of str and None, not {_kind(texts)}")


def _nulls_for_no_floats(array: Any) -> Any:
    """The array, or nulls for floats that are all missing: numpy and pandas have floats for a column without values."""
    import pyarrow

    nothing = pyarrow.types.is_floating(array.type) and array.null_count == len(array)
    return pyarrow.nulls(len(array)) if nothing else array


def _kind(value: Any) -> str:
    """The name of an object's type, for a message."""
    kind = type(value)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def _text_column(table: Any, column: Optional[str]) -> Any:
    """The named column of a table or a record batch, or the first one of text."""
    import pyarrow

    if column is not None:
        if column not in table.schema.names:
            raise KeyError(Name(column, f"no column {column!r}; there are {table.schema.names}"))
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
