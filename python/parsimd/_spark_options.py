"""The options of ``spark.read.format("parsimd")``: texts → what a scan is told, checked. pyspark is not needed here."""

from __future__ import annotations

import difflib
import io
import json
import os
import re
from typing import Any, Callable, Dict, List, Literal, Mapping, NamedTuple, Optional, Union

from . import formats
from ._parser import _MAX_RECORD_BYTES, Parser
from ._parsimd import Scan
from ._set import PatternSet

_Pattern = Union[Parser, PatternSet]

#: What Spark's own readers call these.
MODES: Dict[str, Literal["null", "skip", "raise"]] = {"PERMISSIVE": "null", "DROPMALFORMED": "skip", "FAILFAST": "raise"}

_UNITS = {"": 1, "b": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30}
_PART_BYTES = 64 << 20


class Options(NamedTuple):
    """What a query was told. It is sent to the executors, so it holds plain values, and each task compiles the patterns itself."""

    paths: List[str]
    #: The format, or formats by name.
    pattern: Union[str, Dict[str, str]]
    case_sensitive: bool
    multiline: bool
    match: Literal["line", "first", "all"]
    on_error: Literal["null", "skip", "raise"]
    include: List[Any]
    tz: Optional[str]
    year: Union[int, Literal["recent"], None]
    max_record_bytes: int
    part_bytes: int
    rejects: Optional[str]
    ignores_corrupt: bool
    recursive: bool

    def compile(self) -> _Pattern:
        """The patterns, compiled."""
        if isinstance(self.pattern, dict):
            return PatternSet(self.pattern, None, self.case_sensitive)
        return Parser(self.pattern, None, self.case_sensitive)

    def scan(self, pattern: _Pattern, file: Any, columns: Optional[List[str]] = None, filter: Any = (), rejects: Any = None) -> Scan:
        """A scan of a file, or with None of nothing. A set has all of its columns, and no filter."""
        include, most, times = self.include, self.max_record_bytes, (self.tz, self.year)
        file = io.BytesIO() if file is None else file
        if isinstance(pattern, PatternSet):
            scan = pattern._scan(file, True, True, self.match, 1, self.on_error, include, None, "utf8", most, *times, rejects, None)
            assert isinstance(scan, Scan)
            return scan
        return pattern._scan_files(
            file, self.match, self.multiline, 1, self.on_error, columns, include, None, "utf8", most, *times, filter=filter, rejects=rejects
        )


def read(given: Mapping[str, str]) -> Options:
    """The options, of which Spark gives the names in any case and the values as texts. ValueError says what is wrong with one, by its name."""
    values = {name.lower().replace("_", ""): value for name, value in given.items()}
    for name in given:
        if name.lower().replace("_", "") not in _NAMES:
            _raise_unknown(name)
    pattern, multiline = _pattern(values)
    mode = _choice("mode", values.get("mode", "PERMISSIVE").upper(), MODES)
    return Options(
        paths=_paths(values),
        pattern=pattern,
        case_sensitive=_truth(values, "caseSensitive"),
        multiline=_truth(values, "multiline", multiline),
        match=_match(values.get("match", "line")),
        on_error=MODES[mode],
        include=[_choice("include", one.strip(), ("file", "line", "offset")) for one in values.get("include", "").split(",") if one.strip()],
        tz=values.get("tz"),
        year=_year(values.get("year")),
        max_record_bytes=_bytes(values, "maxRecordBytes", _MAX_RECORD_BYTES),
        part_bytes=_bytes(values, "maxPartitionBytes", _PART_BYTES),
        rejects=values.get("rejects"),
        ignores_corrupt=_truth(values, "ignoreCorruptFiles"),
        recursive=_truth(values, "recursiveFileLookup"),
    )


_SPELT = (
    "pattern", "patterns", "format", "caseSensitive", "multiline", "match", "mode", "include", "tz", "year", "maxRecordBytes", "maxPartitionBytes", "rejects",
    "ignoreCorruptFiles", "recursiveFileLookup", "path", "paths",
)  # fmt: skip
_NAMES = {name.lower(): name for name in _SPELT}


def _raise_unknown(name: str) -> None:
    near = difflib.get_close_matches(name.lower(), _NAMES, 1)
    hint = f"did you mean {_NAMES[near[0]]!r}?" if near else f"there are {', '.join(_SPELT)}"
    raise ValueError(f"the data source parsimd has no option {name!r}: {hint}")


def _pattern(values: Mapping[str, str]) -> "tuple[Union[str, Dict[str, str]], bool]":
    """The pattern or patterns, and whether its records have several lines unless an option says it."""
    given = [name for name in ("pattern", "patterns", "format") if name in values]
    if len(given) != 1:
        found = f"not {' and '.join(given)}" if given else "none is there"
        raise ValueError(f"the data source parsimd needs one of the options pattern, patterns and format, {found}: as in .option('pattern', '{{ip}} {{ms:d}}')")
    if "pattern" in values:
        return values["pattern"], False
    if "format" in values:
        ready = formats.find(values["format"])
        return ready.pattern, ready.multiline
    try:
        patterns = json.loads(values["patterns"])
    except ValueError as error:
        raise ValueError(f"the option patterns must be JSON, as json.dumps makes it of a dict of names and formats: {error}")
    if not isinstance(patterns, dict) or not all(isinstance(one, str) for one in patterns.values()):
        raise ValueError(f"the option patterns must be a JSON object of names and formats, not {values['patterns']!r}")
    if "multiline" in values and _truth(values, "multiline"):
        raise ValueError("the options patterns and multiline do not go together: the records of a set of patterns are lines")
    return patterns, False


def _paths(values: Mapping[str, str]) -> List[str]:
    if "paths" in values:
        return [str(path) for path in json.loads(values["paths"])]
    if "path" in values:
        return [values["path"]]
    raise ValueError("the data source parsimd needs a path: .load('logs/*.log')")


def _choice(option: str, given: str, known: Any) -> str:
    if given in known:
        return given
    near = difflib.get_close_matches(given, known, 1)
    hint = f"did you mean {near[0]!r}?" if near else f"it must be one of {', '.join(known)}"
    raise ValueError(f"the option {option} cannot be {given!r}: {hint}")


def _match(given: str) -> Any:
    return _choice("match", given.lower(), ("line", "first", "all"))


def _truth(values: Mapping[str, str], option: str, default: bool = False) -> bool:
    given = values.get(option.lower())
    return default if given is None else _choice(option, given.strip().lower(), ("true", "false")) == "true"


def _year(given: Optional[str]) -> Any:
    return int(given) if given is not None and given.strip().isdecimal() else given


def _bytes(values: Mapping[str, str], option: str, default: int) -> int:
    given = values.get(option.lower())
    if given is None:
        return default
    parts = re.fullmatch(r"(\d{1,18})\s*(b|[kmg]?)b?", given.strip().lower())
    if parts is None or int(parts[1]) == 0:
        raise ValueError(f"the option {option} must be a number of bytes, as 1048576 or 64m, not {given!r}")
    return int(parts[1]) * _UNITS[parts[2]]


def check_rejects(rejects: Optional[str], paths: List[str]) -> None:
    """Raises ValueError where a file that is read lies in the folder of the rejects: the next query would read those."""
    if rejects is None:
        return
    folder = os.path.realpath(rejects)
    for path in paths:
        if os.path.realpath(path).startswith(os.path.join(folder, "")):
            raise ValueError(f"the option rejects names a folder of which files are read: {path!r} is in {rejects!r}")
