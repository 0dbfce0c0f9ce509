"""Where the lines go that a scan could not read: what ``rejects=`` may be, checked."""

from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING, Any, Callable, Optional, Protocol, Tuple, Union

from ._arguments import shown

if TYPE_CHECKING:
    from ._parsimd import Batch

_Path = Union[str, bytes, "os.PathLike[str]", "os.PathLike[bytes]"]


class _Writable(Protocol):
    """An open file of bytes."""

    def write(self, data: bytes, /) -> Any: ...


_Rejects = Union[bool, None, _Path, _Writable, Callable[["Batch"], Any]]


def asked(rejects: _Rejects, files: Any = ()) -> Optional[Tuple[str, Any]]:
    """What ``rejects`` asks for, as the native scan takes it. ``files`` are those that the scan reads: none of them may be written over."""
    if rejects is None or rejects is False:
        return None
    if rejects is True:
        return "rows", None
    if isinstance(rejects, (str, bytes, os.PathLike)):
        path = os.fsdecode(rejects)
        for file in files if isinstance(files, list) else [files]:
            if _is_same(path, file):
                raise ValueError(f"rejects would be written over the file that is scanned: {shown(path)}")
        return "path", path
    write = getattr(rejects, "write", None)
    if write is not None:
        if isinstance(rejects, io.TextIOBase):
            raise TypeError(f"rejects must be a file that is open for bytes, as by open(path, 'wb'), not {shown(rejects)}")
        return "write", _raw_writer(rejects) if isinstance(rejects, io.RawIOBase) else write
    if callable(rejects):
        return "call", rejects
    raise TypeError(f"rejects must be True, a path, an open binary file or a function, not {shown(rejects)}")


def _is_same(path: str, file: Any) -> bool:
    """Whether a file that is scanned, by its path or open, is the one at ``path``."""
    name = file if isinstance(file, (str, bytes, os.PathLike)) else getattr(file, "name", None)
    try:
        return name is not None and os.path.samefile(path, name)
    except (OSError, TypeError, ValueError):
        return False


def _raw_writer(file: io.RawIOBase) -> Callable[[bytes], Optional[int]]:
    """As ``write``, but where a file that does not wait has taken nothing, that is an error: None says elsewhere that all was written."""

    def write(data: bytes) -> Optional[int]:
        written = file.write(data)
        if written is None:
            raise BlockingIOError(f"the file of the rejects takes nothing now: {shown(file)}")
        return written

    return write
