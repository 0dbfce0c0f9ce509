"""What `Parser.scan_file` and `Parser.scan_polars` read: paths, globs, URLs and open files, made a list of single files.

A path with wildcards is a glob, as of Python's own `glob`, unless there is a file of exactly that name; but ``**`` follows no symbolic links, which may lead around. A path with ``://`` in it is a URL, which
fsspec opens; it is imported when there is one.
"""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterator
from typing import Any, Iterable, List, Protocol, Union

from ._arguments import shown
from ._parsimd import FilePart

_Path = Union[str, bytes, "os.PathLike[str]", "os.PathLike[bytes]"]


class _Readable(Protocol):
    """An open file."""

    def read(self, size: int, /) -> Union[bytes, str, None]: ...


class _ReadableInto(Protocol):
    """An open file that fills a buffer."""

    def readinto(self, buffer: bytearray, /) -> Union[int, None]: ...


_File = Union[_Path, _Readable, _ReadableInto, FilePart]
Files = Union[_File, Iterable[_File]]

_PATHS = (str, bytes, os.PathLike)

_SEPARATORS = re.escape(os.sep + (os.altsep or ""))

#: What a URL begins with. fsspec joins several of them by ``::``.
_URL = re.compile(r"(?:[A-Za-z][\w+.-]*::)*[A-Za-z][\w+.-]*://")

#: The part of a glob that stands for folders of any depth.
_ANY_DEPTH = re.compile(rf"(?:(?<=[{_SEPARATORS}])|\A)\*\*(?:[{_SEPARATORS}]+|\Z)")


class Remote:
    """A file at a URL. It is opened when it is first read, and closed at its end; when it is dropped before that, fsspec's own file closes itself."""

    def __init__(self, files: Any, path: str, name: str) -> None:
        self._files = files
        self._path = path
        self._file: Any = None
        self._has_ended = False
        #: What errors call it.
        self.name = name

    def open(self) -> None:
        if self._file is None and not self._has_ended:
            self._file = self._files.open(self._path, "rb")

    def read(self, size: int) -> bytes:
        self.open()
        data: bytes = b"" if self._file is None else self._file.read(size)
        if not data and self._file is not None:
            self._file.close()
            self._file, self._has_ended = None, True
        return data


def sources(files: Any) -> Any:
    """What a scan reads, for the native scan: a list of paths of files, of open files and of `Remote`. What is none of these is left to be refused there.

    IsADirectoryError for a path that is a directory; FileNotFoundError for a glob that no file matches; ImportError for a URL without fsspec; ValueError where there
    are none; TypeError for files in no order. The first file is opened now if it is at a URL; what fsspec raises is raised.
    """
    if isinstance(files, _PATHS):
        found = list(_of_path(files))
    elif isinstance(files, (bytearray, memoryview)) or _is_open(files) or not hasattr(files, "__iter__"):
        return files
    else:
        _check_order(files)
        found = [one for given in files for one in (_of_path(given) if isinstance(given, _PATHS) else [given])]
        _check_some(found, files)
    if isinstance(found[0], Remote):
        found[0].open()
    return found


def names(paths: Any, function: str) -> List[str]:
    """The paths and URLs of the files, each of which can be opened again. TypeError for open files, and for what is no path, which names the function."""
    if _is_open(paths):
        raise TypeError(f"{function} takes paths, since each query reads the files again, not an open file; for that use scan_file")
    if not (isinstance(paths, _PATHS) or hasattr(paths, "__iter__")):
        raise TypeError(f"{function} takes a path (str, bytes or os.PathLike), or several of them, not {type(paths).__name__}")
    _check_order(paths)
    found: List[str] = []
    for given in [paths] if isinstance(paths, _PATHS) else paths:
        if not isinstance(given, _PATHS):
            raise TypeError(f"paths must be paths, as str or os.PathLike, not {shown(given)}")
        for one in _of_path(given):
            if isinstance(one, str) and "\n" in one and not os.path.exists(one):
                raise TypeError(f"there is no file of this name, which has a newline in it: {shown(one)}; {function} takes paths")
            found.append(one.name if isinstance(one, Remote) else one)
    _check_some(found, paths)
    return found


def _check_order(files: Any) -> None:
    if isinstance(files, (set, frozenset)):
        raise TypeError("files must be in an order, which a set does not have: give sorted(files)")


def _check_some(found: List[Any], given: Any) -> None:
    """Raises ValueError where there is nothing to be read, which is an answer to no question."""
    if not found:
        # It can be gone through once, and may have been.
        spent = ", or all were taken from it before" if isinstance(given, Iterator) else ""
        raise ValueError(f"there are no files to scan: the {type(given).__name__} that was given has none{spent}")


def _is_open(files: Any) -> bool:
    return hasattr(files, "read") or hasattr(files, "readinto")


def _of_path(given: Any) -> Iterator[Union[str, Remote]]:
    """The files of a path: itself, or those that match it, by name."""
    path = os.fsdecode(given)
    if os.path.isdir(path):
        raise IsADirectoryError(f"{path}: Is a directory: name the files in it, as {os.path.join(path, '*')!r} does")
    if "\n" in path or os.path.exists(path):
        yield path
    elif _URL.match(path):
        yield from _of_url(path)
    elif glob.has_magic(path):
        # A glob of all that is in a folder, or below it, is meant to be of the files.
        found = sorted(one for one in set(_matches(path)) if not os.path.isdir(one))
        if not found:
            raise FileNotFoundError(f"no file matches {shown(path)}")
        yield from found
    else:
        # What is wrong with it is said when it is opened.
        yield path


def _matches(pattern: str) -> Iterator[str]:
    """What there is that a glob matches; some of it more than once where it has several ``**``."""
    begin, *rest = _ANY_DEPTH.split(pattern, maxsplit=1)
    if not rest:
        yield from glob.glob(pattern)
        return
    # ``**`` alone at the end is all that is below.
    end = rest[0] or "*"
    for top in glob.glob(begin) if begin else [""]:
        for folder, folders, _ in os.walk(top or os.curdir):
            folders[:] = [name for name in folders if not name.startswith(".")]
            inside = folder if top else os.path.relpath(folder)
            yield from _matches(os.path.join("" if inside == os.curdir else glob.escape(inside), end))


def _of_url(url: str) -> Iterator[Remote]:
    try:
        from fsspec.core import url_to_fs
    except ImportError as error:
        raise ImportError(f"{url!r} is a URL, which is read by fsspec: pip install fsspec") from error
    files, path = url_to_fs(url)
    # A question mark begins the query of a URL, so it is no wildcard here.
    if not ("*" in path or "[" in path) or files.exists(path):
        yield Remote(files, path, url)
        return
    found = sorted(name for name, about in files.glob(path, detail=True).items() if about.get("type") != "directory")
    if not found:
        raise FileNotFoundError(f"no file matches {shown(url)}")
    yield from (Remote(files, name, files.unstrip_protocol(name)) for name in found)
