"""Which files a query of Spark reads, and how they are shared out: paths, globs and folders as Spark takes them → pieces of files → partitions.

A piece is a range of the bytes of a plain file, and has the records that begin in it. A compressed file is one piece, and so is a file at a URL. The name says what is
compressed; where it does not, the piece with the first byte has all of the file, and the others have nothing.
"""

from __future__ import annotations

import errno
import glob
import hashlib
import os
import re
from typing import TYPE_CHECKING, Iterator, List, NamedTuple, NoReturn, Optional, Sequence, Tuple

from ._sources import names

if TYPE_CHECKING:
    from ._spark_options import Options

#: What opening a file costs, in bytes that could be read meanwhile: as `spark.sql.files.openCostInBytes`.
_OPEN_COST = 4 << 20

_PACKED = (".gz", ".gzip", ".zst", ".zstd", ".xz", ".bz2", ".lz4")

_LOCAL_URL = re.compile(r"file:(?://)?(?=/)")
_URL = re.compile(r"[A-Za-z][\w+.-]*://")


class File(NamedTuple):
    """A file to be read."""

    path: str
    #: In bytes; None where it is not known before the file is opened.
    size: Optional[int]


class Piece(NamedTuple):
    """What one task reads of a file: the records that begin in a range of its bytes; all of them, where the range is None."""

    path: str
    #: That of the file when the query was planned, in bytes.
    size: Optional[int]
    start: int = 0
    end: Optional[int] = None


def files(paths: Sequence[str], recursive: bool) -> List[File]:
    """The files at these paths, each of which may be a glob, a folder or a URL; those of a glob or a folder by name.

    Files in folders and of globs whose names begin with ``.`` or ``_`` are left out, as Spark does it. FileNotFoundError for a path at which there is none.
    """
    return [file for path in paths for file in _at(path, recursive)]


def _at(path: str, recursive: bool) -> List[File]:
    local = _LOCAL_URL.sub("", path, count=1)
    if _URL.match(local) and not os.path.exists(local):
        return [File(url, None) for url in names([local], "load")]
    named = [local] if os.path.exists(local) else [one for text in _braces(local) for one in sorted(glob.glob(text)) if not _is_hidden(one)]
    found = [one for name in named for one in (_in_folder(name, recursive) if os.path.isdir(name) else [name])]
    if not found:
        _raise_none(path, local, recursive)
    # Two parts of one glob may name one file.
    return [File(one, os.stat(one).st_size) for one in dict.fromkeys(found)]


def _braces(text: str) -> Iterator[str]:
    """``a{b,c}`` → ``ab``, ``ac``: Python's globs do not know it, Spark's do."""
    inner = re.search(r"\{([^{}]*)\}", text)
    if inner is None:
        yield text
        return
    for one in inner[1].split(","):
        yield from _braces(text[: inner.start()] + one + text[inner.end() :])


def _is_hidden(path: str) -> bool:
    return os.path.basename(path).startswith((".", "_"))


def _in_folder(folder: str, recursive: bool, above: Tuple[str, ...] = ()) -> Iterator[str]:
    """The files in a folder. OSError for a symbolic link that leads to a folder that it is in, or to itself."""
    own = os.path.realpath(folder)
    if any(os.path.join(one, "").startswith(os.path.join(own, "")) for one in above):
        _raise_loop(folder)
    for one in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if _is_hidden(one.name):
            continue
        if not _is_folder(one):
            yield one.path
        elif recursive:
            yield from _in_folder(one.path, recursive, (*above, own))
        elif "=" in one.name:
            raise ValueError(
                f"{one.path!r} looks like a partition, and no column is made of the name of a folder: "
                f"set the option recursiveFileLookup to true to read the files in it, and include to 'file' for their names"
            )


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir()
    except OSError as error:
        if error.errno != errno.ELOOP:
            raise
        _raise_loop(entry.path)


def _raise_loop(path: str) -> NoReturn:
    raise OSError(errno.ELOOP, "a symbolic link leads back to where it is: remove the link, or begin its name with '_', so that it is left out", path)


def _raise_none(path: str, local: str, recursive: bool) -> None:
    if os.path.isdir(local):
        advice = "" if recursive else "; set the option recursiveFileLookup to true for those in its folders"
        raise FileNotFoundError(f"there is no file in {path!r}{advice}")
    raise FileNotFoundError(f"no file matches {path!r}" if glob.has_magic(local) or "{" in local else f"there is no file {path!r}")


def partitions(found: Sequence[File], most: int, can_cut: bool) -> List[List[Piece]]:
    """The pieces of the files, in order, shared out: about ``most`` bytes for each partition."""
    shared: List[List[Piece]] = []
    room = 0
    for piece in (piece for file in found for piece in _pieces(file, most, can_cut)):
        size = most if piece.size is None else (piece.size if piece.end is None else piece.end) - piece.start
        if not shared or room < size + _OPEN_COST:
            shared.append([])
            room = most + _OPEN_COST
        shared[-1].append(piece)
        room -= size + _OPEN_COST
    return shared


def _pieces(file: File, most: int, can_cut: bool) -> Iterator[Piece]:
    """The pieces of a file. Where one begins does not depend on how far the file has grown."""
    path, size = file
    if not can_cut or size is None or size <= most or path.lower().endswith(_PACKED):
        yield Piece(path, size)
        return
    cuts = [*range(0, size, most), size]
    for start, end in zip(cuts, cuts[1:]):
        yield Piece(path, size, start, end)


#: How many bytes of the name of a file stand in the name of its rejects. File systems take 255 in all.
_MOST_NAME = 200


def rejects_name(pieces: Sequence[Piece], told: "Options") -> str:
    """The name of the file for the lines that a task could not read: the same for the same part of the same files, read with the same options, also when they
    have grown. A task that is run again writes its file again.

    The part is known by where it begins, since no two tasks of a query begin at the same place.
    """
    path, start = pieces[0].path, pieces[0].start
    part = (path, start, told._replace(paths=[], rejects=None))
    base = os.path.basename(path)
    if len(os.fsencode(base)) > _MOST_NAME:
        base = _hash(path)
    return f"part-{_hash(repr(part))}-{base}.rejects"


def _hash(text: str) -> str:
    return hashlib.sha256(os.fsencode(text)).hexdigest()[:16]
