"""Sets of patterns: each line goes to the first that matches it."""

from __future__ import annotations

import operator
from typing import Any, Dict, Iterable, Iterator, List, Literal, Mapping, Optional, Tuple, Union, overload

from . import _parsimd
from ._arguments import Name, check_options, shown
from ._parser import _MAX_RECORD_BYTES, Parser, Result, _Match, _names, _Origin, _Types, parser_of
from ._parsimd import Scan, SetScan
from ._progress import _Progress
from ._progress import asked as _asked_progress
from ._rejects import _Rejects
from ._rejects import asked as _asked_rejects
from ._sources import Files as _Files
from ._sources import sources as _sources

_OnError = Literal["skip", "null", "raise"]
_Strings = Literal["utf8", "view", "binary"]
_Year = Union[int, Literal["recent"], None]


class PatternSet:
    """Several patterns with names, in an order; `compile_set` makes one.

    A line goes to the first pattern that matches it: a scan gives exactly what asking each pattern in turn would give, in one pass over the bytes. A value
    that its column cannot hold is a failure of its line, which does not go on to the next pattern.

    Iterating gives the names. Sets can be pickled where their types can.
    """

    #: The native engine of the last scan, and those of the patterns that it was made of. A copy or a pickle has none.
    _kept: Optional[Tuple[List["_parsimd.Pattern"], "_parsimd.PatternSet"]] = None

    def __init__(self, patterns: Mapping[str, Union[str, Parser]], extra_types: _Types = None, case_sensitive: bool = False) -> None:
        if not isinstance(patterns, Mapping):
            raise TypeError(f"a set of patterns is made of a dict from names to formats, not of {type(patterns).__name__}")
        if not patterns:
            raise ValueError("a set of patterns must have one or more")
        self._parsers: Dict[str, Parser] = {}
        for name, pattern in patterns.items():
            if not isinstance(name, str):
                raise TypeError(f"the names of patterns must be str, not {shown(name)}")
            self._parsers[name] = parser_of(pattern, extra_types, case_sensitive)

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
        if name not in self._parsers:
            raise KeyError(Name(name, f"no pattern {name!r}; there are {self.names}"))
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

    def __getstate__(self) -> Dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "_kept"}

    def _native(self) -> "_parsimd.PatternSet":
        """The native engine. It is kept as long as each parser keeps its own: for then none of them leads back to what holds it."""
        patterns = [parser._scan_pattern() for parser in self._parsers.values()]
        if self._kept is not None and all(map(operator.is_, self._kept[0], patterns)):
            return self._kept[1]
        native = _parsimd.PatternSet(list(zip(self._parsers, patterns)))
        are_kept = all(parser._kept_pattern is not None and parser._kept_pattern[1] is pattern for parser, pattern in zip(self._parsers.values(), patterns))
        self._kept = (patterns, native) if are_kept else None
        return native

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
        progress: _Progress = None,
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
        progress: _Progress = None,
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
        progress: _Progress = None,
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
        return self._scan(data, False, table, match, threads, on_error, include, limit, strings, max_record_bytes, tz, year, rejects, progress)

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
        progress: _Progress = None,
        follow: bool = False,
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
        progress: _Progress = None,
        follow: bool = False,
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
        progress: _Progress = None,
        follow: bool = False,
    ) -> Union[SetScan, Scan]:
        """As `scan`, with the lines of a file, or of one file after the other, which are as in `Parser.scan_file`."""
        return self._scan(path, True, table, match, threads, on_error, include, limit, strings, max_record_bytes, tz, year, rejects, progress, follow)

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
        progress: _Progress = None,
        follow: bool = False,
    ) -> Union[SetScan, Scan]:
        check_options(
            table=table, match=match, threads=threads, on_error=on_error, limit=limit, strings=strings, max_record_bytes=max_record_bytes,
            follow=follow,
        )
        origins = _names(include, "include")
        source = _sources(source) if is_files else source
        asked = _asked_rejects(rejects, source if is_files else [])
        times = next(iter(self._parsers.values()))._times(tz, year)
        return self._native().scan(
            source, is_files, follow, table, match, threads, on_error, times, origins, limit, strings, max_record_bytes, asked,
            _asked_progress(progress),
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
