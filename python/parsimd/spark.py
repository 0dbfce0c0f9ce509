"""Patterns in Spark: `register` makes ``spark.read.format("parsimd")``, which reads files of lines as DataFrames::

    parsimd.spark.register(spark)
    log = spark.read.format("parsimd").option("pattern", "{level:w} {ms:d}").load("logs/")

Spark 4.1 or later and pyarrow are needed, and this package on each executor. Large files are read by several tasks at once: each has a range of the bytes of a file,
and reads the records that begin in it.
"""

from __future__ import annotations

import difflib
import logging
import os
import uuid
from datetime import datetime, timedelta, timezone
from typing import Any, Dict, Iterator, List, Optional, Sequence, Tuple, Union

from ._frames import require

require("parsimd.spark", "pyspark", "pyarrow")

import pyarrow  # noqa: E402
import pyspark  # noqa: E402

if tuple(map(int, pyspark.__version__.split(".")[:2])) < (4, 1):
    raise ImportError(f"parsimd.spark needs pyspark 4.1 or later, and this is {pyspark.__version__}: pip install --upgrade pyspark", name="pyspark")

from pyspark.sql import types  # noqa: E402
from pyspark.sql.datasource import (  # noqa: E402
    DataSource,
    DataSourceReader,
    EqualNullSafe,
    EqualTo,
    Filter,
    GreaterThan,
    GreaterThanOrEqual,
    InputPartition,
    IsNotNull,
    LessThan,
    LessThanOrEqual,
)
from pyspark.sql.pandas.types import to_arrow_schema  # noqa: E402

from . import _spark_files as _files  # noqa: E402
from . import _spark_options as _options  # noqa: E402
from ._parsimd import FilePart  # noqa: E402

__all__ = ["LogSource", "PushingLogSource", "register"]

_log = logging.getLogger("parsimd.spark")

_PUSHDOWN = "spark.sql.python.filterPushdown.enabled"

_Predicate = Tuple[str, Union[Tuple[int, int], str]]

_TYPES: Dict[str, Any] = {
    "text": types.StringType(),
    "int64": types.LongType(),
    "float64": types.DoubleType(),
    "timestamp[us, UTC]": types.TimestampType(),
    "timestamp[us]": types.TimestampNTZType(),
    "date": types.DateType(),
    "time[us]": types.TimeType(6),
    "duration[ns]": types.DayTimeIntervalType(),
    "bool": types.BooleanType(),
    "map[text, text]": types.MapType(types.StringType(), types.StringType()),
}


def register(spark: Any) -> None:
    """Makes ``parsimd`` a format of ``spark.read`` in this session.

    Comparisons in filters are pushed down to the scan if the session's ``spark.sql.python.filterPushdown.enabled`` is true now, and Spark keeps what was pushed down for
    one query from the next. Spark 4.3 does not: there nothing is pushed down, and Spark evaluates all filters.
    """
    is_asked = str(spark.conf.get(_PUSHDOWN, "false")).lower() == "true"
    spark.dataSource.register(PushingLogSource if is_asked and _keeps_filters_apart() else LogSource)


def _keeps_filters_apart() -> bool:
    """Whether two queries of one frame each have their own filters. Up to Spark 4.3 the second reads what the filters of the first have left, which are wrong
    rows. That was mended together with the method that is asked for."""
    return hasattr(DataSourceReader, "pushLimit")


class LogSource(DataSource):  # type: ignore[misc]
    """``spark.read.format("parsimd")``. Spark makes it of the options, which are described in the guide."""

    def __init__(self, options: Any) -> None:
        super().__init__(options)
        # What is wrong with the options is told when the frame is made, also where a schema is given, and before any file is read.
        self._told = _options.read(dict(options))
        self._schema = _schema(self._told)
        found = _files.files(self._told.paths, self._told.recursive)
        _options.check_rejects(self._told.rejects, [file.path for file in found])

    @classmethod
    def name(cls) -> str:
        return "parsimd"

    def schema(self) -> types.StructType:
        return self._schema

    def reader(self, schema: types.StructType) -> "LogReader":
        _check_schema(schema, self._schema)
        return LogReader(self._told, schema)


class PushingLogSource(LogSource):
    """The same, in a session that pushes filters down."""

    def reader(self, schema: types.StructType) -> "LogReader":
        _check_schema(schema, self._schema)
        return PushingLogReader(self._told, schema)


def _schema(told: _options.Options) -> types.StructType:
    """The columns of a scan."""
    kinds = told.scan(told.compile(), None).types
    if not kinds:
        raise ValueError(f"the pattern {told.pattern!r} has no fields, and so no columns")
    return types.StructType([types.StructField(name, _TYPES[kind]) for name, kind in kinds.items()])


def _check_schema(given: types.StructType, own: types.StructType) -> None:
    """Raises ValueError for columns that the scan does not have, or not of these types."""
    names = own.fieldNames()
    for field in given.fields:
        if field.name not in names:
            near = difflib.get_close_matches(field.name, names, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(names)}"
            raise ValueError(f"the schema has a column {field.name!r}, and the pattern has no field of that name: {hint}")
        wanted, found = field.dataType.simpleString(), own[field.name].dataType.simpleString()
        if wanted != found:
            raise ValueError(f"the schema says that the column {field.name!r} is {wanted}, and it is {found}: write that in the schema, and cast the column when it was read")
        if not field.nullable:
            raise ValueError(f"the schema says that the column {field.name!r} is never null, which is not known of lines: leave out NOT NULL")


class LogPartition(InputPartition):  # type: ignore[misc]
    """What one task reads."""

    def __init__(self, pieces: List[_files.Piece]) -> None:
        self.pieces = pieces


class LogReader(DataSourceReader):  # type: ignore[misc]
    """Reads the partitions of a query."""

    def __init__(self, told: _options.Options, schema: types.StructType) -> None:
        self._told = told
        self._columns = schema.fieldNames()
        self._arrow = to_arrow_schema(schema, timezone="UTC")
        self._filter: List[_Predicate] = []

    def partitions(self) -> Sequence[InputPartition]:
        told = self._told
        found = _files.files(told.paths, told.recursive)
        # The number of a line is known only to who has read those before it.
        shared = _files.partitions(found, told.part_bytes, can_cut="line" not in told.include)
        return [LogPartition(pieces) for pieces in shared]

    def read(self, partition: LogPartition) -> Iterator[pyarrow.RecordBatch]:
        if self._told.rejects is None:
            yield from self._read(partition.pieces, None)
            return
        os.makedirs(self._told.rejects, exist_ok=True)
        path = os.path.join(self._told.rejects, _files.rejects_name(partition.pieces, self._told))
        unfinished = os.path.join(self._told.rejects, f"_{uuid.uuid4().hex}")
        try:
            with open(unfinished, "wb") as rejects:
                yield from self._read(partition.pieces, rejects)
            os.replace(unfinished, path)
        finally:
            if os.path.exists(unfinished):
                os.remove(unfinished)

    def _read(self, pieces: List[_files.Piece], rejects: Any) -> Iterator[pyarrow.RecordBatch]:
        pattern = self._told.compile()
        for piece in pieces:
            try:
                scan = self._told.scan(pattern, _file(piece), self._read_columns(), self._filter, rejects)
                for batch in scan:
                    if len(batch) > 0:
                        yield self._for_spark(pyarrow.record_batch(batch))
            except OSError as error:
                if not self._told.ignores_corrupt or isinstance(error, FileNotFoundError):
                    raise
                _log.warning("passed over the rest of a file: %s", error)

    def _read_columns(self) -> Optional[List[str]]:
        """The fields to be read; a scan adds the columns of the option include by itself."""
        return None if isinstance(self._told.pattern, dict) else [name for name in self._columns if name not in self._told.include]

    def _for_spark(self, batch: pyarrow.RecordBatch) -> pyarrow.RecordBatch:
        """The columns of the query in the types of Arrow that Spark takes. What is less than the unit of a type is cut off."""
        columns = [batch.column(name) for name in self._columns]
        fitting = [one if one.type.equals(field.type) else one.cast(field.type, safe=False) for one, field in zip(columns, self._arrow)]
        return pyarrow.RecordBatch.from_arrays(fitting, schema=self._arrow)


def _file(piece: _files.Piece) -> Any:
    """What a scan takes for a piece."""
    if piece.size is not None:
        size = os.stat(piece.path).st_size
        if size < piece.size:
            raise OSError(f"{piece.path}: it has {size} bytes, and had {piece.size} when the query was planned: run the query again")
    return piece.path if piece.end is None else FilePart(piece.path, piece.start, piece.end)


class PushingLogReader(LogReader):
    """Reads the partitions of a query, and evaluates those of its filters that a scan evaluates exactly as Spark does."""

    def pushFilters(self, filters: List[Filter]) -> Iterator[Filter]:
        told = self._told
        # Where lines that cannot be read count, all lines have to be read; and a set of patterns has no filter.
        if told.on_error == "raise" or told.rejects is not None or isinstance(told.pattern, dict):
            return iter(filters)
        kinds = told.scan(told.compile(), None).types
        found = {id(filter): predicate(filter, kinds) for filter in filters if getattr(filter, "attribute", ("",))[0] not in told.include}
        self._filter = [one for one in found.values() if one is not None]
        compared = {name for name, _ in self._filter}

        def is_pushed(filter: Filter) -> bool:
            # A comparison drops nulls too.
            return found.get(id(filter)) is not None or isinstance(filter, IsNotNull) and len(filter.attribute) == 1 and filter.attribute[0] in compared

        return (filter for filter in filters if not is_pushed(filter))


_LOW, _HIGH = -(1 << 63), (1 << 63) - 1

_EPOCH = datetime(1970, 1, 1)


def predicate(filter: Filter, kinds: Dict[str, str]) -> Optional[_Predicate]:
    """The filter of a scan that keeps exactly the rows that a filter of Spark keeps; None if there is none."""
    if not isinstance(filter, (EqualTo, EqualNullSafe, GreaterThan, GreaterThanOrEqual, LessThan, LessThanOrEqual)) or len(filter.attribute) != 1:
        return None
    name, value = filter.attribute[0], filter.value
    kind = kinds.get(name)
    is_equal = isinstance(filter, (EqualTo, EqualNullSafe))
    if kind == "text":
        return (name, value) if is_equal and isinstance(value, str) else None
    number = _number(value, kind)
    if number is None:
        return None
    low, high = number, number
    if isinstance(filter, (GreaterThan, GreaterThanOrEqual)):
        low, high = number + isinstance(filter, GreaterThan), _HIGH
    elif isinstance(filter, (LessThan, LessThanOrEqual)):
        low, high = _LOW, number - isinstance(filter, LessThan)
    return (name, (low, high)) if _LOW <= low <= high <= _HIGH else None


def _number(value: Any, kind: Optional[str]) -> Optional[int]:
    """A constant as the column has its values: integers, and times as microseconds since 1970."""
    if kind == "int64":
        return value if type(value) is int else None
    if not isinstance(value, datetime):
        return None
    if kind == "timestamp[us]" and value.tzinfo is None:
        return (value - _EPOCH) // timedelta(microseconds=1)
    if kind == "timestamp[us, UTC]" and value.tzinfo is not None:
        return (value - _EPOCH.replace(tzinfo=timezone.utc)) // timedelta(microseconds=1)
    return None
