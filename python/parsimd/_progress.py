"""Who is told how far a scan is: what ``progress=`` may be, checked."""

from __future__ import annotations

import sys
from typing import Any, Callable, Literal, NamedTuple, Optional, Union

from ._arguments import shown


class Progress(NamedTuple):
    """How far a scan is."""

    bytes: int
    """How many bytes were read: of files as they lie on the disk, so of compressed ones the compressed bytes."""
    total: Optional[int]
    """How many bytes there are; None where nobody knows, as of pipes, URLs, open files and files that are followed."""
    rows: int
    """How many rows were read."""
    seconds: float
    """How long the scan has taken since it was first asked for rows."""


_Progress = Union[bool, None, Callable[[Progress], Any]]


def asked(progress: _Progress) -> Union[None, Literal[True], Callable[[int, Optional[int], int, float], Any]]:
    """What ``progress`` asks for, as the native scan takes it. The bar is for a terminal alone."""
    if progress is None or progress is False:
        return None
    if progress is True:
        return True if _is_terminal(sys.stderr) else None
    if not callable(progress):
        raise TypeError(f"progress must be True, or a function that is called with a parsimd.Progress, not {shown(progress)}")
    tell = progress
    return lambda bytes, total, rows, seconds: tell(Progress(bytes, total, rows, seconds))


def _is_terminal(file: Any) -> bool:
    # There is no standard error in a program without a console; a notebook has one of its own.
    try:
        return file is not None and bool(file.isatty())
    except (AttributeError, ValueError):
        return False
