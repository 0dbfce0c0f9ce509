"""Sets of patterns: each line goes to the first that matches it."""

from __future__ import annotations

from typing import Dict, Iterable, Iterator, List, Literal, Mapping, Optional, Tuple, Union, overload

from . import _parsimd
from ._parser import _MAX_RECORD_BYTES, Parser, Result, _Match, _names, _Origin, _Path, _Readable, _Types
from ._parsimd import Scan, SetScan
from ._rejects import _Rejects
from ._rejects import asked as _asked_rejects
from ._rejects import listed as _listed

_OnError = Literal["skip", "null", "raise"]
_Strings = Literal["utf8", "view", "binary"]
_Year = Union[int, Literal["recent"], None]
_Files = Union[_Path, _Readable, Iterable[Union[_Path, _Readable]]]


class PatternSet:
    """Several patterns with names, in an order; `compile_set` makes one.

    A line goes to the first pattern that matches it: a scan gives exactly what asking each pattern in turn would give, in one pass over the bytes. A value
    that its column cannot hold is a failure of its line, which does not go on to the next pattern.

    Iterating gives the names. Sets can be pickled where their types can.
    """

    def __init__(self, patterns: Mapping[str, Union[str, Parser]], extra_types: _Types = None, case_sensitive: bool = False) -> None:
        if not isinstance(patterns, Mapping):
            raise TypeError(f"a set of patterns is made of a dict from names to formats, not of {type(patterns).__name__}")
        if not patterns:
            raise ValueError("a set of patterns must have one or more")
        self._parsers: Dict[str, Parser] = {}
        for name, pattern in patterns.items():
            if not isinstance(name, str):
                raise TypeError(f"the names of patterns must be str, not {name!r}")
            self._parsers[name] = pattern if isinstance(pattern, Parser) else Parser(pattern, extra_types, case_sensitive)

    @property
    def names(self) -> List[str]:
        """The names of the patterns, in order."""
        return list(self._parsers)

    @property
    def patterns(self) -> Dict[str, Parser]:
        """The patterns by name, in order."""
        return dict(self._parsers)

    def __len__(self) -> int:
        return len(self._parsers)

    def __iter__(self) -> Iterator[str]:
        return iter(self._parsers)

    def __getitem__(self, name: str) -> Parser:
        return self._parsers[name]

    def __repr__(self) -> str:
        return f"<PatternSet {self.names!r}>"

    def parse(self, string: str) -> Optional[Tuple[str, Result]]:
        """The name of the first pattern that matches all of ``string``, and its result; None where none does."""
        for name, parser in self._parsers.items():
            result = parser.parse(string)
            if result is not None:
                return name, result
        return None

    def explain(self) -> str:
        """How the set is matched, in words: how lines are told apart, which patterns have no literal text to look for, and how each is matched."""
        return self._native().explain()

    def _native(self) -> "_parsimd.PatternSet":
        return _parsimd.PatternSet([(name, parser._scan_pattern()) for name, parser in self._parsers.items()])

    @overload
    def scan(
        self,
        data: Union[bytes, str, bytearray, memoryview],
        *,
        table: Literal[False] = False,
        match: _Match = "line",
        threads: Optional[int] = None,
        on_error: _OnError = "skip",
        include: Iterable[_Origin] = (),
        limit: Optional[int] = None,
        strings: _Strings = "utf8",
        max_record_bytes: int = _MAX_RECORD_BYTES,
        tz: Optional[str] = None,
        year: _Year = None,
        rejects: _Rejects = False,
    ) -> SetScan: ...
    @overload
    def scan(
        self,
        data: Union[bytes, str, bytearray, memoryview],
        *,
        table: Literal[True],
        match: _Match = "line",
        threads: Optional[int] = None,
        on_error: _OnError = "skip",
        include: Iterable[_Origin] = (),
        limit: Optional[int] = None,
        strings: _Strings = "utf8",
        max_record_bytes: int = _MAX_RECORD_BYTES,
        tz: Optional[str] = None,
        year: _Year = None,
        rejects: _Rejects = False,
    ) -> Scan: ...
    def scan(
        self,
        data: Union[bytes, str, bytearray, memoryview],
        *,
        table: bool = False,
        match: _Match = "line",
        threads: Optional[int] = None,
        on_error: _OnError = "skip",
        include: Iterable[_Origin] = (),
        limit: Optional[int] = None,
        strings: _Strings = "utf8",
        max_record_bytes: int = _MAX_RECORD_BYTES,
        tz: Optional[str] = None,
        year: _Year = None,
        rejects: _Rejects = False,
    ) -> Union[SetScan, Scan]:
        """Gives each line of ``data`` to the first pattern that matches it: an iterator over the name of a pattern and a `Batch` of its rows.

        Batches come block by block of the input, and within a block in the order of the patterns. ``read_all()`` gives a dict with one batch for each
        pattern. ``.stats.matched_by_pattern`` has how many lines went to each.

        With ``table=True`` it is a `Scan` instead, of one table, as one pattern gives it: the column ``pattern`` has the name of each row's pattern, and the
        others are those of all patterns, null where a row's pattern does not have them. Rows are in the order of the input. ValueError if columns of the
        same name have two types, or a field is called ``pattern``.

        The other options are those of `Parser.scan`. ``limit`` is of all rows together. With ``on_error="null"`` a value that does not fit is null, and a
        line that matches no pattern has a row of nulls in the table, and none otherwise. ``match="all"`` is for one pattern: ValueError.
        """
        return self._scan(data, False, table, match, threads, on_error, include, limit, strings, max_record_bytes, tz, year, rejects)

    @overload
    def scan_file(
        self,
        path: _Files,
        *,
        table: Literal[False] = False,
        match: _Match = "line",
        threads: Optional[int] = None,
        on_error: _OnError = "skip",
        include: Iterable[_Origin] = (),
        limit: Optional[int] = None,
        strings: _Strings = "utf8",
        max_record_bytes: int = _MAX_RECORD_BYTES,
        tz: Optional[str] = None,
        year: _Year = None,
        rejects: _Rejects = False,
    ) -> SetScan: ...
    @overload
    def scan_file(
        self,
        path: _Files,
        *,
        table: Literal[True],
        match: _Match = "line",
        threads: Optional[int] = None,
        on_error: _OnError = "skip",
        include: Iterable[_Origin] = (),
        limit: Optional[int] = None,
        strings: _Strings = "utf8",
        max_record_bytes: int = _MAX_RECORD_BYTES,
        tz: Optional[str] = None,
        year: _Year = None,
        rejects: _Rejects = False,
    ) -> Scan: ...
    def scan_file(
        self,
        path: _Files,
        *,
        table: bool = False,
        match: _Match = "line",
        threads: Optional[int] = None,
        on_error: _OnError = "skip",
        include: Iterable[_Origin] = (),
        limit: Optional[int] = None,
        strings: _Strings = "utf8",
        max_record_bytes: int = _MAX_RECORD_BYTES,
        tz: Optional[str] = None,
        year: _Year = None,
        rejects: _Rejects = False,
    ) -> Union[SetScan, Scan]:
        """As `scan`, with the lines of a file, or of one file after the other, which are as in `Parser.scan_file`."""
        return self._scan(path, True, table, match, threads, on_error, include, limit, strings, max_record_bytes, tz, year, rejects)

    def _scan(
        self,
        source: object,
        is_files: bool,
        table: bool,
        match: _Match,
        threads: Optional[int],
        on_error: _OnError,
        include: Iterable[_Origin],
        limit: Optional[int],
        strings: _Strings,
        max_record_bytes: int,
        tz: Optional[str],
        year: _Year,
        rejects: _Rejects,
    ) -> Union[SetScan, Scan]:
        origins = _names(include, "include")
        source, each = _listed(source) if is_files and rejects else (source, [])
        asked = _asked_rejects(rejects, each)
        times = next(iter(self._parsers.values()))._times(tz, year)
        return self._native().scan(
            source, is_files, table, match, threads, on_error, times, origins, limit, strings, max_record_bytes, asked
        )


def compile_set(
    patterns: Mapping[str, Union[str, Parser]], extra_types: _Types = None, case_sensitive: bool = False
) -> PatternSet:
    """A new `PatternSet` of formats by name, in the order of the dict; what `compile` gave may stand for a format.

    ``extra_types`` and ``case_sensitive`` are as for `compile`, for each format.

        >>> import parsimd
        >>> ssh = parsimd.compile_set({
        ...     "failed": "Failed password for {user} from {ip}",
        ...     "accepted": "Accepted {method} for {user} from {ip}",
        ... })
        >>> batches = ssh.scan(b"Accepted password for ada from 10.0.0.7\\nFailed password for bob from 10.0.0.9\\n").read_all()
        >>> batches["failed"].to_tuples()
        [('bob', '10.0.0.9')]
        >>> name, result = ssh.parse("Accepted publickey for ada from 10.0.0.7")
        >>> name, result["method"]
        ('accepted', 'publickey')

    Raises ValueError for a format that is not of the language, as `compile` does, and for a set without patterns.
    """
    return PatternSet(patterns, extra_types, case_sensitive)
