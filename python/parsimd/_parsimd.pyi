import re
from collections.abc import Iterator, Mapping
from typing import (
    TYPE_CHECKING,
    Any,
    Callable,
    Dict,
    Final,
    Generic,
    List,
    Literal,
    Optional,
    Sequence,
    Tuple,
    TypeVar,
    Union,
    final,
    overload,
)

from ._internal import InternalError as InternalError
from ._parser import Match, Parser

if TYPE_CHECKING:
    import duckdb
    import numpy
    import pandas
    import polars
    import pyarrow

_T = TypeVar("_T")
_Types = Optional[Mapping[str, Callable[[str], Any]]]

RECORD_BYTES: Final[int]
GUESS_LINES: Final[int]
GUESS_BYTES: Final[int]
GUESS_LINE_BYTES: Final[int]
#: Why the type slots of classes were not replaced; None where they were.
PLAIN_CLASSES: Final[Optional[str]]
TYPES: Final[List[Tuple[str, str, int]]]
STRPTIME: Final[List[Tuple[str, str]]]

class ScanError(ValueError):
    """A scan that cannot go on."""

    #: Where the record begins, in bytes; None when the error is not about one record.
    offset: Optional[int]
    #: The number of the value in an array, from 0; None when the error is not about one value.
    row: Optional[int]
    #: The record that could not be read; None when the error is not about one record.
    failure: Optional["Failure"]

def isa() -> str: ...
def panic(message: str) -> None: ...
def run_command(arguments: List[str]) -> int: ...
def parquet_output(arguments: List[str]) -> Tuple[bool, Optional[str]]: ...
def check_column(column: str) -> None: ...
def suggestion(kind: str, custom: List[str]) -> Optional[str]: ...
def other_language(format: str) -> Optional[str]: ...
def point_at(message: str, format: str, start: int, length: int, advice: str) -> str: ...
def pattern_of(tool: str, text: str) -> str: ...
def ready_patterns() -> List[Tuple[str, str, str, str]]: ...
def guess_lines(lines: bytes, most: int) -> List[Tuple[int, int, int, int, List[str], List[Tuple[str, int, str, int, Batch]]]]: ...
def available_isas() -> List[str]: ...
def expand_names(named: Dict[str, Any]) -> Dict[str, Any]: ...
@final
class FilePart:
    def __init__(self, path: str, start: int, end: int) -> None: ...

@final
class Pattern:
    def __new__(
        cls,
        format: str,
        types: Dict[str, Tuple[Optional[str], int, Optional[Tuple[str, Callable[[str], Any]]]]],
        case_sensitive: bool,
        find_spans: Optional[Callable[[str, int, bool], Optional[List[Tuple[int, int]]]]],
        external_only: bool,
    ) -> Pattern: ...
    @property
    def expression(self) -> str: ...
    @property
    def groups(self) -> List[Union[int, str]]: ...
    @property
    def inexact(self) -> Optional[str]: ...
    @property
    def may_ask(self) -> bool: ...
    @property
    def converted(self) -> List[str]: ...
    def explain(self) -> str: ...
    def explain_mismatch(self, text: str) -> Optional[Tuple[str, Optional[str], int, str, int, str]]: ...
    def hint(self, text: str) -> Optional[Tuple[str, Optional[str]]]: ...
    def draw_mismatch(self, text: str, help: Optional[str], width: int, color: bool) -> str: ...
    def matcher(self, converters: List[Any], tz_class: Any) -> Matcher: ...
    def scan(
        self,
        source: Any,
        is_files: bool,
        follow: bool,
        match: str,
        multiline: bool,
        threads: Optional[int],
        on_error: str,
        times: Tuple[Optional[str], Optional[int], int],
        columns: Optional[List[str]],
        include: Sequence[str],
        limit: Optional[int],
        strings: str,
        max_record_bytes: int,
        filter: Sequence[Tuple[str, Union[Tuple[int, int], str]]],
        rejects: Optional[Tuple[str, Any]],
        progress: Union[None, Literal[True], Callable[[int, Optional[int], int, float], Any]],
        counts_all: bool,
    ) -> Scan: ...
    def scan_arrays(self, arrays: Any, matches: str, on_error: str, times: Tuple[Optional[str], Optional[int], int]) -> List[Texts]: ...

@final
class PatternSet:
    def __new__(cls, patterns: List[Tuple[str, Pattern]]) -> PatternSet: ...
    def explain(self) -> str: ...
    def scan(
        self,
        source: Any,
        is_files: bool,
        follow: bool,
        table: bool,
        match: str,
        threads: Optional[int],
        on_error: str,
        times: Tuple[Optional[str], Optional[int], int],
        include: Sequence[str],
        limit: Optional[int],
        strings: str,
        max_record_bytes: int,
        rejects: Optional[Tuple[str, Any]],
        progress: Union[None, Literal[True], Callable[[int, Optional[int], int, float], Any]],
    ) -> Union[SetScan, Scan]: ...

@final
class Matcher: ...

class Result:
    """The values of a match."""

    fixed: Tuple[Any, ...]
    named: Dict[str, Any]
    spans: Any
    def __init__(self, fixed: Tuple[Any, ...], named: Dict[str, Any], spans: Any) -> None: ...
    def __getitem__(self, item: Any) -> Any: ...
    def __contains__(self, name: object) -> bool: ...

class ResultIterator(Generic[_T]):
    """What `findall` gives: the matches from left to right, found one at a time."""

    parser: Parser
    string: str
    pos: int
    endpos: int
    evaluate_result: bool
    def __init__(
        self, parser: Parser, string: str, pos: int, endpos: int, evaluate_result: bool = True
    ) -> None: ...
    def __iter__(self) -> ResultIterator[_T]: ...
    def __next__(self) -> _T: ...
    def next(self) -> _T: ...

class ParserBase:
    """The matching half of `Parser`."""

    @overload
    def parse(self, string: str, evaluate_result: Literal[True] = True) -> Optional[Result]: ...
    @overload
    def parse(self, string: str, evaluate_result: Literal[False]) -> Optional[Match]: ...
    @overload
    def search(
        self, string: str, pos: int = 0, endpos: Optional[int] = None, evaluate_result: Literal[True] = True
    ) -> Optional[Result]: ...
    @overload
    def search(
        self, string: str, pos: int = 0, endpos: Optional[int] = None, *, evaluate_result: Literal[False]
    ) -> Optional[Match]: ...
    @overload
    def findall(
        self,
        string: str,
        pos: int = 0,
        endpos: Optional[int] = None,
        extra_types: _Types = None,
        evaluate_result: Literal[True] = True,
    ) -> ResultIterator[Result]: ...
    @overload
    def findall(
        self,
        string: str,
        pos: int = 0,
        endpos: Optional[int] = None,
        extra_types: _Types = None,
        *,
        evaluate_result: Literal[False],
    ) -> ResultIterator[Match]: ...
    def _choose_engine(self) -> Union[Matcher, str]: ...
    def _kept_engine(self) -> Union[Matcher, str, None]: ...
    def _keep_engine(self, engine: Union[Matcher, str, None]) -> None: ...
    def _parse_by_re(self, string: str, evaluate_result: bool) -> Union[Result, Match, None]: ...
    def _search_by_re(
        self, string: str, pos: int, endpos: int, evaluate_result: bool
    ) -> Union[Result, Match, None]: ...
    def _find_by_re(
        self, string: str, pos: int, endpos: int, empty_at: Optional[int]
    ) -> Optional[re.Match[str]]: ...

@final
class Calls:
    def __new__(cls, make: Callable[[str, _Types, bool], Parser]) -> Calls: ...
    @overload
    def parse(
        self,
        format: str,
        string: str,
        extra_types: _Types = None,
        evaluate_result: Literal[True] = True,
        case_sensitive: bool = False,
    ) -> Optional[Result]: ...
    @overload
    def parse(
        self,
        format: str,
        string: str,
        extra_types: _Types = None,
        *,
        evaluate_result: Literal[False],
        case_sensitive: bool = False,
    ) -> Optional[Match]: ...
    @overload
    def search(
        self,
        format: str,
        string: str,
        pos: int = 0,
        endpos: Optional[int] = None,
        extra_types: _Types = None,
        evaluate_result: Literal[True] = True,
        case_sensitive: bool = False,
    ) -> Optional[Result]: ...
    @overload
    def search(
        self,
        format: str,
        string: str,
        pos: int = 0,
        endpos: Optional[int] = None,
        extra_types: _Types = None,
        *,
        evaluate_result: Literal[False],
        case_sensitive: bool = False,
    ) -> Optional[Match]: ...
    @overload
    def findall(
        self,
        format: str,
        string: str,
        pos: int = 0,
        endpos: Optional[int] = None,
        extra_types: _Types = None,
        evaluate_result: Literal[True] = True,
        case_sensitive: bool = False,
    ) -> ResultIterator[Result]: ...
    @overload
    def findall(
        self,
        format: str,
        string: str,
        pos: int = 0,
        endpos: Optional[int] = None,
        extra_types: _Types = None,
        *,
        evaluate_result: Literal[False],
        case_sensitive: bool = False,
    ) -> ResultIterator[Match]: ...

@final
class Scan:
    """A scan: an iterator over `Batch`, one for each piece of the input that has rows.

    pyarrow, polars, pandas and duckdb take a scan as it is, through the Arrow PyCapsule protocol, and read it batch by batch. Where an input breaks off, they
    have the rows before that, with a UserWarning, as `read_all` does.
    """

    def __iter__(self) -> Iterator[Batch]: ...
    def __next__(self) -> Batch: ...
    def read_all(self) -> Batch:
        """The rest of the input as one `Batch`, in the pieces in which it was read; a column is joined when it is asked for.

        Where an input breaks off, these are the rows before that, with a UserWarning, unless ``on_error="raise"``.
        """
    def read(self, rows: int) -> Batch:
        """The next batches as one, until there are ``rows`` rows or more, or no more to be had.

        Raises TypeError where ``rows`` is no integer, and ValueError where it is less than 0.
        """
    def _read_pieces(self, rows: int) -> Pieces: ...
    def to_arrow(self) -> "pyarrow.Table":
        """The rest of the input as a table of pyarrow."""
    def to_pandas(self, *, dtype_backend: Literal["numpy_nullable", "pyarrow"] = "numpy_nullable") -> "pandas.DataFrame":
        """The rest of the input as a frame of pandas, which needs pyarrow too.

        With ``"numpy_nullable"`` an integer is Int64, a float Float64, a bool boolean and a text string, so a null makes no float of them; with
        ``"pyarrow"`` every column is of Arrow.
        """
    def to_polars(self) -> "polars.DataFrame":
        """The rest of the input as a frame of polars."""
    def to_duckdb(self, con: "duckdb.DuckDBPyConnection", name: str) -> "duckdb.DuckDBPyRelation":
        """Makes the table ``name`` of the rest of the input in the database of ``con``, and gives it as a relation.

        The name may have a schema, as in SQL. DuckDB's error if there is such a table, and then nothing was read.
        """
    def reasons(self) -> List[Reason]:
        """Why lines were not read: the reasons, the most frequent first."""
    def take_rejects(self) -> Batch:
        """With ``rejects=True``: the lines that were not read by now, and not taken before."""
    @property
    def stats(self) -> Stats:
        """What was seen so far."""
    @property
    def _damage(self) -> Optional[str]: ...
    @property
    def names(self) -> List[str]:
        """The names of the columns."""
    @property
    def types(self) -> Dict[str, str]:
        """The type of each column, by name."""
    def __arrow_c_schema__(self) -> Any: ...
    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any: ...

@final
class SetScan:
    """A scan by several patterns: an iterator over the name of a pattern and a `Batch` of its rows."""

    def __iter__(self) -> Iterator[Tuple[str, Batch]]: ...
    def __next__(self) -> Tuple[str, Batch]: ...
    def read_all(self) -> Dict[str, Batch]:
        """The rest of the input: one `Batch` for each pattern, by name and in their order."""
    @property
    def stats(self) -> Stats:
        """What was seen so far."""
    def reasons(self) -> List[Reason]:
        """Why lines were not read."""
    def take_rejects(self) -> Batch:
        """With ``rejects=True``: the lines that were not read."""
    @property
    def patterns(self) -> List[str]:
        """The names of the patterns."""

@final
class Texts:
    """What became of an array of texts: an array of structs with a row for each, and a stream of the rows that there are."""

    @property
    def stats(self) -> Stats: ...
    def __arrow_c_schema__(self) -> Any: ...
    def __arrow_c_array__(self, requested_schema: Any = None) -> Tuple[Any, Any]: ...
    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any: ...

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
    def matched_by_pattern(self) -> Dict[str, int]:
        """Of a scan by several patterns: how many records went to each, every value read, by name."""
    @property
    def first_failures(self) -> List[Failure]: ...
    @property
    def notes(self) -> List[str]:
        """What else there is to be told of the sources that have ended: NUL bytes that were skipped, UTF-16, ignored bytes that follow compressed data."""
    @property
    def source_errors(self) -> List[str]:
        """Of each file that could not be opened or read to its end, and was passed over, what was wrong, with its name."""
    @property
    def _why_none(self) -> Optional[str]: ...

@final
class Failure:
    """A record that could not be read."""

    @property
    def source(self) -> str: ...
    @property
    def offset(self) -> int: ...
    @property
    def line(self) -> Optional[int]: ...
    @property
    def record(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def field(self) -> Optional[str]: ...
    @property
    def reason(self) -> str: ...
    @property
    def text(self) -> str: ...

@final
class Reason:
    """A reason why lines were not read, and how many have it."""

    @property
    def count(self) -> int: ...
    @property
    def is_estimate(self) -> bool: ...
    @property
    def kind(self) -> Optional[str]: ...
    @property
    def field(self) -> Optional[str]: ...
    @property
    def reason(self) -> Optional[str]: ...
    @property
    def source(self) -> Optional[str]: ...
    @property
    def line(self) -> Optional[int]: ...
    @property
    def record(self) -> Optional[int]: ...
    @property
    def offset(self) -> Optional[int]: ...
    @property
    def position(self) -> Optional[int]: ...
    @property
    def text(self) -> Optional[str]: ...

@final
class Pieces:
    def __len__(self) -> int: ...
    def join(self, names: List[str]) -> Batch: ...
    def take(self, names: List[str], numbers: Any) -> Batch: ...

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
    def to_arrow(self) -> "pyarrow.Table":
        """The rows as a table of pyarrow."""
    def to_pandas(self, *, dtype_backend: Literal["numpy_nullable", "pyarrow"] = "numpy_nullable") -> "pandas.DataFrame":
        """The rows as a frame of pandas, which needs pyarrow too.

        With ``"numpy_nullable"`` an integer is Int64, a float Float64, a bool boolean and a text string, so a null makes no float of them; with
        ``"pyarrow"`` every column is of Arrow.
        """
    def to_polars(self) -> "polars.DataFrame":
        """The rows as a frame of polars."""
    def to_duckdb(self, con: "duckdb.DuckDBPyConnection", name: str) -> "duckdb.DuckDBPyRelation":
        """Makes the table ``name`` of the rows in the database of ``con``, and gives it as a relation.

        The name may have a schema, as in SQL. DuckDB's error if there is such a table.
        """
    def describe(self) -> List[Dict[str, Any]]:
        """The statistics of each column, as a list of dicts.

        A dict has ``name``, ``type``, ``count`` of values, ``null_count``, ``min``, ``max`` and ``mean``. ``min`` and ``max`` are values of
        the column, or None where it has none. Those of text and bytes are by their bytes. ``mean`` is None for what is no number. NaN
        is a value: ``min`` and ``max`` leave it out, and ``mean`` is NaN. ``pandas.DataFrame(batch.describe())`` is a table.
        """
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
    ) -> Literal["text", "binary", "int64", "float64", "timestamp[us]", "timestamp[us, UTC]", "date", "time[us]", "duration[ns]", "bool", "map[text, text]"]: ...
    @property
    def null_count(self) -> int:
        """How many values are null."""
    def to_pylist(self) -> List[Any]:
        """The values, as a list."""
    def to_numpy(self) -> "numpy.ndarray[Any, Any]":
        """The values, as a numpy array: numbers and timestamps over the same memory, which cannot be written to.

        Timestamps are ``datetime64[us]``, of UTC where the column says so, dates ``datetime64[D]``, times of day
        ``timedelta64[us]``, text and maps are objects. A null is NaN among floats, NaT among dates and times, None among text.

        Raises ValueError for integers with nulls.
        """
    def __array__(self, dtype: Any = None, copy: Optional[bool] = None) -> "numpy.ndarray[Any, Any]": ...
    def __arrow_c_schema__(self) -> Any: ...
    def __arrow_c_array__(self, requested_schema: Any = None) -> Tuple[Any, Any]: ...
    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any: ...

@final
class Row(Sequence[Any]):
    """A row of a batch, read when asked: ``row["name"]``, ``row[0]``, and iteration over the values.

    ``dict(row)`` and ``tuple(row)`` read all of it. Rows are equal when their names and values are. A row is a sequence with names, as a
    named tuple is: pandas takes a list of them as that.
    """

    _fields: Tuple[str, ...]

    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[Any]: ...
    @overload
    def __getitem__(self, key: Union[int, str]) -> Any: ...
    @overload
    def __getitem__(self, key: slice) -> Tuple[Any, ...]: ...
    def index(self, value: Any, start: int = 0, stop: int = ...) -> int:
        """The number of the first column with this value."""
    def count(self, value: Any) -> int:
        """How many columns have this value."""
    def __eq__(self, other: object) -> bool: ...
    def __hash__(self) -> int: ...
    def keys(self) -> List[str]:
        """The names of the columns."""
    def as_tuple(self) -> Tuple[Any, ...]:
        """The values."""
    def as_dict(self) -> Dict[str, Any]:
        """The values, by name."""
