from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Callable, Dict, Final, List, Literal, Optional, Tuple, Union, final, overload

if TYPE_CHECKING:
    import numpy

TYPES: Final[List[Tuple[str, str, int]]]
STRPTIME: Final[List[Tuple[str, str]]]

class ScanError(ValueError):
    """A scan that cannot go on."""

    #: Where the record begins, in bytes; None when the error is not about one record.
    offset: Optional[int]
    #: The number of the value in an array, from 0; None when the error is not about one value.
    row: Optional[int]

class InternalError(RuntimeError):
    """A defect of parsimd itself."""

def isa() -> str: ...
def available_isas() -> List[str]: ...
def expand_names(named: Dict[str, Any]) -> Dict[str, Any]: ...
@final
class Pattern:
    def __new__(
        cls,
        format: str,
        types: Dict[str, Tuple[Optional[str], int]],
        case_sensitive: bool,
        find_spans: Optional[Callable[[str, bool], Optional[List[Tuple[int, int]]]]],
        external_only: bool,
    ) -> Pattern: ...
    @property
    def expression(self) -> str: ...
    @property
    def groups(self) -> List[Union[int, str]]: ...
    @property
    def inexact(self) -> Optional[str]: ...
    def explain(self) -> str: ...
    def matcher(self, converters: List[Any], result_class: Any, tz_class: Any) -> Matcher: ...
    def scan(self, data: Any, full_line: bool, threads: Optional[int], on_error: str, year: int) -> Scan: ...
    def scan_files(
        self, paths: List[str], full_line: bool, threads: Optional[int], on_error: str, year: int
    ) -> Scan: ...
    def scan_array(self, array: Any, on_error: str, year: int) -> Texts: ...

@final
class Matcher:
    @property
    def matches_empty(self) -> bool: ...
    def parse(self, string: str) -> Any: ...
    def find(self, string: str, pos: int, endpos: int) -> Any: ...

@final
class Scan:
    """A scan: an iterator over `Batch`, one for each piece of the input that has rows.

    pyarrow, polars, pandas and duckdb take a scan as it is, through the Arrow PyCapsule protocol, and read it batch by batch.
    """

    def __iter__(self) -> Iterator[Batch]: ...
    def __next__(self) -> Batch: ...
    def read_all(self) -> Batch:
        """The rest of the input as one `Batch`."""
    def read(self, rows: int) -> Batch:
        """The next batches as one, until there are ``rows`` rows or more, or no more to be had."""
    @property
    def stats(self) -> Stats:
        """What was seen so far."""
    @property
    def names(self) -> List[str]:
        """The names of the columns."""
    @property
    def types(self) -> Dict[str, str]:
        """The type of each column, by name."""
    def __arrow_c_schema__(self) -> Any: ...
    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any: ...

@final
class Texts:
    """What became of an array of texts: an array of structs, for whoever takes Arrow arrays."""

    @property
    def batch(self) -> Batch: ...
    @property
    def stats(self) -> Stats: ...
    def __arrow_c_schema__(self) -> Any: ...
    def __arrow_c_array__(self, requested_schema: Any = None) -> Tuple[Any, Any]: ...

@final
class Stats:
    """What a scan has seen: each record either matched, or did not, or failed."""

    @property
    def records(self) -> int: ...
    @property
    def matched(self) -> int: ...
    @property
    def unmatched(self) -> int: ...
    @property
    def failures(self) -> int: ...
    @property
    def bytes(self) -> int: ...
    @property
    def first_failures(self) -> List[Failure]: ...

@final
class Failure:
    """A record that could not be read."""

    @property
    def source(self) -> str: ...
    @property
    def offset(self) -> int: ...
    @property
    def record(self) -> int: ...
    @property
    def reason(self) -> str: ...
    @property
    def text(self) -> str: ...

@final
class Batch:
    """Rows of typed columns.

    ``batch["name"]`` is a `Column`, ``batch[0]`` a `Row`; ``batch[["a", "b"]]`` and ``batch[10:20]`` are batches over the same
    memory. Iterating gives rows. pyarrow, polars, pandas and duckdb take a batch as it is, through the Arrow PyCapsule protocol.
    """

    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[Row]: ...
    @overload
    def __getitem__(self, key: str) -> Column: ...
    @overload
    def __getitem__(self, key: int) -> Row: ...
    @overload
    def __getitem__(self, key: Union[List[str], slice]) -> Batch: ...
    @property
    def num_rows(self) -> int:
        """The number of rows."""
    @property
    def num_columns(self) -> int:
        """The number of columns."""
    @property
    def names(self) -> List[str]:
        """The names of the columns, in the order of the pattern."""
    @property
    def types(self) -> Dict[str, str]:
        """The type of each column, by name."""
    def to_pylist(self) -> List[Dict[str, Any]]:
        """The rows, as a list of dicts."""
    def to_tuples(self) -> List[Tuple[Any, ...]]:
        """The rows, as a list of tuples."""
    def __arrow_c_schema__(self) -> Any: ...
    def __arrow_c_array__(self, requested_schema: Any = None) -> Tuple[Any, Any]: ...
    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any: ...

@final
class Column:
    """A column of a batch: a sequence of values, with None for nulls.

    ``column[10:20]`` is a column over the same memory. pyarrow and polars take a column as it is.
    """

    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[Any]: ...
    @overload
    def __getitem__(self, key: int) -> Any: ...
    @overload
    def __getitem__(self, key: slice) -> Column: ...
    @property
    def name(self) -> str: ...
    @property
    def type(
        self,
    ) -> Literal["text", "int64", "float64", "timestamp[us]", "timestamp[us, UTC]", "date", "time[us]"]: ...
    @property
    def null_count(self) -> int:
        """How many values are null."""
    def to_pylist(self) -> List[Any]:
        """The values, as a list."""
    def to_numpy(self) -> "numpy.ndarray[Any, Any]":
        """The values, as a numpy array: numbers and timestamps over the same memory, which cannot be written to.

        Timestamps are ``datetime64[us]``, of UTC where the column says so, dates ``datetime64[D]``, times of day
        ``timedelta64[us]``, text is objects. A null is NaN among floats, NaT among dates and times, None among text.

        Raises ValueError for integers with nulls.
        """
    def __array__(self, dtype: Any = None, copy: Optional[bool] = None) -> "numpy.ndarray[Any, Any]": ...
    def __arrow_c_schema__(self) -> Any: ...
    def __arrow_c_array__(self, requested_schema: Any = None) -> Tuple[Any, Any]: ...

@final
class Row:
    """A row of a batch, read when asked: ``row["name"]``, ``row[0]``, and iteration over the values.

    ``dict(row)`` and ``tuple(row)`` read all of it. Rows are equal when their names and values are.
    """

    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[Any]: ...
    def __getitem__(self, key: Union[int, str]) -> Any: ...
    def __eq__(self, other: object) -> bool: ...
    def __hash__(self) -> int: ...
    def keys(self) -> List[str]:
        """The names of the columns."""
    def as_tuple(self) -> Tuple[Any, ...]:
        """The values."""
    def as_dict(self) -> Dict[str, Any]:
        """The values, by name."""
