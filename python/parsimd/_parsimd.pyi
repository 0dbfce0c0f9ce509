import re
from collections.abc import Iterator, Mapping
from typing import Any, Callable, Dict, Final, Generic, List, Literal, Optional, Tuple, TypeVar, Union, final, overload

from ._parser import Match, Parser

_T = TypeVar("_T")
_Types = Optional[Mapping[str, Callable[[str], Any]]]

TYPES: Final[List[Tuple[str, str, int]]]
STRPTIME: Final[List[Tuple[str, str]]]

class ScanError(ValueError):
    """A scan that cannot go on."""

    #: Where the record begins, in bytes; None when the error is not about one record.
    offset: Optional[int]

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
    def matcher(self, converters: List[Any], tz_class: Any) -> Matcher: ...
    def scan(
        self,
        data: Any,
        full_line: bool,
        threads: Optional[int],
        on_error: str,
        year: int,
        columns: Optional[List[str]],
        limit: Optional[int],
    ) -> Scan: ...
    def scan_files(
        self,
        paths: List[str],
        full_line: bool,
        threads: Optional[int],
        on_error: str,
        year: int,
        columns: Optional[List[str]],
        limit: Optional[int],
    ) -> Scan: ...

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
    """A scan: an iterator over `Batch`, one for each piece of the input that has rows."""

    def __iter__(self) -> Iterator[Batch]: ...
    def __next__(self) -> Batch: ...
    def read_all(self) -> Batch:
        """The rest of the input as one `Batch`."""
    @property
    def stats(self) -> Stats:
        """What was seen so far."""
    @property
    def names(self) -> List[str]:
        """The names of the columns."""

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
    """Rows of typed columns."""

    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[Row]: ...
    @overload
    def __getitem__(self, key: str) -> Column: ...
    @overload
    def __getitem__(self, key: int) -> Row: ...
    @property
    def names(self) -> List[str]: ...
    @property
    def types(self) -> Dict[str, str]: ...
    def to_pylist(self) -> List[Dict[str, Any]]: ...
    def to_tuples(self) -> List[Tuple[Any, ...]]: ...

@final
class Column:
    """A column of a batch."""

    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[Any]: ...
    def __getitem__(self, row: int) -> Any: ...
    @property
    def name(self) -> str: ...
    @property
    def type(
        self,
    ) -> Literal["text", "int64", "float64", "timestamp[us]", "timestamp[us, UTC]", "date", "time[us]"]: ...
    @property
    def null_count(self) -> int: ...
    def to_pylist(self) -> List[Any]: ...

@final
class Row:
    """A row of a batch, read when asked."""

    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[Any]: ...
    def __getitem__(self, key: Union[int, str]) -> Any: ...
    def keys(self) -> List[str]: ...
    def as_tuple(self) -> Tuple[Any, ...]: ...
