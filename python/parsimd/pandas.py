"""Columns of text in pandas: importing this module gives every Series the accessor ``parsimd``.

>>> import pandas
>>> import parsimd.pandas
>>> lines = pandas.Series(["info 12", "noise"], index=["a", "b"])
>>> lines.parsimd.parse("{level:w} {ms:d}")
  level    ms
a  info    12
b  <NA>  <NA>

pyarrow is needed too. Type checkers do not know accessors that are registered. `parse` is the same as a function of a Series.
"""

from __future__ import annotations

from typing import Any, Literal, Optional, Union

from ._arrow import _Year, check_keeps_rows, table_of
from ._frames import Backend, check_backend, frame_of, require

require("parsimd.pandas", "pandas", "pyarrow")

import pandas  # noqa: E402
import pyarrow  # noqa: E402

from ._parser import Parser, _Types, parser_of  # noqa: E402


def parse(
    series: "pandas.Series[Any]",
    pattern: Union[str, Parser],
    extra_types: _Types = None,
    *,
    case_sensitive: bool = False,
    match: Literal["line", "first"] = "line",
    on_error: Literal["null", "raise"] = "null",
    tz: Optional[str] = None,
    year: _Year = None,
    dtype_backend: Backend = "numpy_nullable",
) -> pandas.DataFrame:
    """A Series of text → a frame with the same index, and a typed column for each field of ``pattern``.

    ``pattern`` is a format, compiled with ``extra_types`` and ``case_sensitive``, or what `parsimd.compile` gave. The other options, and what becomes of a text that
    cannot be read, are as in `Parser.parse_array`; a null struct is NA in every column here, and a ``row`` counts from 0, whatever the index is.

    The Series has texts, str or bytes, as objects, as strings of any kind, or as categories, of which each different text is parsed once. None, NaN and NA are nulls.

    Columns have the dtypes that `pandas.read_csv` gives with the same ``dtype_backend``: Int64, Float64, boolean and string, so that a null makes no
    float of an integer; or ``"pyarrow"``. Timestamps are datetime64, in UTC where the pattern says so, durations timedelta64. Dates and times of
    day are objects, unless they are Arrow's.
    """
    if not isinstance(series, pandas.Series):
        raise TypeError(f"series must be a Series of pandas, not {type(series).__name__}: for other texts there is Parser.parse_array")
    check_keeps_rows(match, on_error)
    check_backend(dtype_backend)
    parser = parser_of(pattern, extra_types, case_sensitive)
    table = table_of(parser, _texts(series), match, on_error, tz, year)
    frame = frame_of(table, dtype_backend)
    frame.index = series.index
    return frame


@pandas.api.extensions.register_series_accessor("parsimd")
class SeriesAccessor:
    """``frame["line"].parsimd``."""

    def __init__(self, series: "pandas.Series[Any]") -> None:
        self._series = series

    def parse(
        self,
        pattern: Union[str, Parser],
        extra_types: _Types = None,
        *,
        case_sensitive: bool = False,
        match: Literal["line", "first"] = "line",
        on_error: Literal["null", "raise"] = "null",
        tz: Optional[str] = None,
        year: _Year = None,
        dtype_backend: Backend = "numpy_nullable",
    ) -> pandas.DataFrame:
        """A frame with the same index and the fields of ``pattern`` as columns: see `parse`."""
        return parse(
            self._series,
            pattern,
            extra_types,
            case_sensitive=case_sensitive,
            match=match,
            on_error=on_error,
            tz=tz,
            year=year,
            dtype_backend=dtype_backend,
        )


def _texts(series: "pandas.Series[Any]") -> Any:
    """The texts of a Series as an array of pyarrow; NaN, None and NA are null."""
    try:
        array = pyarrow.array(series, from_pandas=True)
    except (pyarrow.ArrowInvalid, pyarrow.ArrowTypeError) as error:
        raise _no_texts(series) from error
    if array.null_count == len(array):
        # Whatever pandas calls a column without values, which it has as floats.
        return pyarrow.nulls(len(array))
    kind = array.type.value_type if pyarrow.types.is_dictionary(array.type) else array.type
    if not any(name in str(kind) for name in ("string", "binary")):
        raise _no_texts(series)
    return array


def _no_texts(series: "pandas.Series[Any]") -> TypeError:
    """The error for a Series with other values than texts."""
    if series.dtype == object:
        for row, value in enumerate(series):
            if not isinstance(value, (str, bytes)) and not pandas.isna(value):
                return TypeError(f"the Series must hold texts, as str or bytes: value {row} is {type(value).__name__}")
    return TypeError(f"the Series must hold texts, as str or bytes, not {series.dtype}")
