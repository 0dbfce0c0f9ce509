"""Columns of text in polars: importing this module gives expressions and Series the namespace ``parsimd``.

>>> import polars
>>> import parsimd.polars
>>> frame = polars.DataFrame({"host": ["a", "b"], "line": ["info 12", "noise"]})
>>> frame.with_columns(polars.col("line").parsimd.parse("{level:w} {ms:d}")).unnest("line").rows()
[('a', 'info', 12), ('b', None, None)]

Type checkers do not know namespaces that are registered. `parse` is the same as a function of an expression.
"""

from __future__ import annotations

from inspect import signature
from typing import List, Literal, Optional, Sequence, Union

from ._arrow import _Year, check_keeps_rows
from ._frames import require

require("parsimd.polars", "polars")

import polars  # noqa: E402

from ._parser import Parser, _Types, parser_of  # noqa: E402
from ._parsimd import ScanError  # noqa: E402


def parse(
    expr: polars.Expr,
    pattern: Union[str, Parser],
    extra_types: _Types = None,
    *,
    case_sensitive: bool = False,
    match: Literal["line", "first"] = "line",
    on_error: Literal["null", "raise"] = "null",
    tz: Optional[str] = None,
    year: _Year = None,
) -> polars.Expr:
    """A column of text → a column of structs, of the same name and length, with a typed field for each field of ``pattern``.

    ``pattern`` is a format, compiled with ``extra_types`` and ``case_sensitive``, or what `parsimd.compile` gave. The other options, and what becomes of a text that
    cannot be read, are as in `Parser.parse_array`. The ``row`` of an error counts from the chunk of the column that polars handed over, and the current year
    is that in which the expression is made.

    The column is of String, Binary, Categorical or Enum; of the last two each different text is parsed once. The type of the result is known before anything runs, and
    the streaming engine calls it chunk by chunk.
    """
    if not isinstance(expr, polars.Expr):
        raise TypeError(f"expr must be an expression of polars, as polars.col('line') is one, not {type(expr).__name__}")
    convert = _Convert(parser_of(pattern, extra_types, case_sensitive), match, on_error, tz, year)
    if "is_elementwise" in signature(polars.map_batches).parameters:
        # That of an expression puts the function into one of its own, which cannot be pickled, and then a filter of `scan_polars` cannot be handed over.
        return polars.map_batches([expr], convert.first, return_dtype=convert.dtype, is_elementwise=True)
    return expr.map_batches(convert, return_dtype=convert.dtype, is_elementwise=True)


@polars.api.register_expr_namespace("parsimd")
class ExprNamespace:
    """``polars.col("line").parsimd``."""

    def __init__(self, expr: polars.Expr) -> None:
        self._expr = expr

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
    ) -> polars.Expr:
        """Structs with the fields of ``pattern``: see `parse`."""
        return parse(
            self._expr, pattern, extra_types, case_sensitive=case_sensitive, match=match, on_error=on_error, tz=tz, year=year
        )


@polars.api.register_series_namespace("parsimd")
class SeriesNamespace:
    """``frame["line"].parsimd``."""

    def __init__(self, series: polars.Series) -> None:
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
    ) -> polars.Series:
        """Structs with the fields of ``pattern``: as `parse`, at once."""
        return _Convert(parser_of(pattern, extra_types, case_sensitive), match, on_error, tz, year)(self._series)


class _Convert:
    """A Series of text → a Series of structs. It can be pickled where the parser can, with the query that it is in."""

    def __init__(self, parser: Parser, match: str, on_error: str, tz: Optional[str], year: _Year) -> None:
        check_keeps_rows(match, on_error)
        self._parser, self._match, self._on_error, self._times = parser, match, on_error, parser._times(tz, year)
        self.dtype = polars.Struct(polars.DataFrame(parser.scan(b"", tz=tz)).schema)
        # What is wrong with the options is said now, and not when the query runs.
        self(polars.Series([], dtype=polars.String))

    def __call__(self, texts: polars.Series) -> polars.Series:
        name = texts.name
        if texts.dtype in (polars.Categorical, polars.Enum):
            try:
                return self._of_categories(texts)
            except ScanError:
                # The row of the first text that cannot be read is that of a column of all texts.
                pass
        if texts.dtype in (polars.Categorical, polars.Enum, polars.Null):
            texts = texts.cast(polars.String)
        if texts.dtype not in (polars.String, polars.Binary):
            raise TypeError(f"parsimd.parse is for a column of String, Binary, Categorical or Enum, not of {texts.dtype}")
        parts = self._parser._scan_pattern().scan_arrays(texts, self._match, self._on_error, self._times)
        columns: List[polars.Series] = [polars.Series(name, [], self.dtype), *(polars.Series(part).alias(name) for part in parts)]
        return polars.concat([column for column in columns if len(column)] or columns[:1])

    def first(self, columns: Sequence[polars.Series]) -> polars.Series:
        """The same for the only one of the columns, as `polars.map_batches` hands them over."""
        return self(columns[0])

    def _of_categories(self, texts: polars.Series) -> polars.Series:
        """As for the texts themselves, but each different one is parsed once."""
        codes = texts.to_physical().alias("code")
        firsts = codes.arg_unique()
        parsed = self(texts.gather(firsts).cast(polars.String))
        numbers = polars.DataFrame([codes.gather(firsts)]).with_row_index("row")
        # The code of a null joins none, so its row is null.
        rows = polars.DataFrame([codes]).join(numbers, on="code", how="left", maintain_order="left")["row"]
        return parsed.gather(rows)
