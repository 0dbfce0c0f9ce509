"""parsimd: the inverse of ``format()``.

The pattern that writes a line reads typed values back out of it::

    >>> import parsimd
    >>> r = parsimd.parse("{name} is {age:d}", "Ada is 36")
    >>> r["name"], r["age"]
    ('Ada', 36)

and reads a whole log into typed columns::

    >>> scan = parsimd.compile("{level:w}: {ms:d} ms").scan(b"info: 12 ms\\nnoise\\nwarn: 340 ms\\n")
    >>> batch = scan.read_all()
    >>> batch.to_tuples()
    [('info', 12), ('warn', 340)]
    >>> scan.stats.unmatched
    1

``parse``, ``search``, ``findall``, ``compile`` and everything around them mean what they mean in PyPI ``parse`` 1.22.4:
``import parsimd as parse`` is enough, and `install_as_parse` serves programs that import ``parse`` themselves.
"""

from __future__ import annotations

import sys

# A module attribute that programs replace to fix the year of dates written without one.
from datetime import datetime
from importlib.metadata import version as _version

from ._convert import FixedTzOffset, dt_format_to_regex, percentage, with_pattern
from ._parser import (
    PARSE_RE,
    Engine,
    Match,
    Parser,
    RepeatedNameError,
    Result,
    ResultIterator,
    TooManyFields,
    compile,
    extract_format,
    findall,
    parse,
    search,
)
from ._parsimd import Batch, Column, Failure, InternalError, Row, Scan, ScanError, Stats, available_isas, isa

__version__ = _version("parsimd")
__all__ = ["parse", "search", "findall", "with_pattern"]


def install_as_parse() -> None:
    """Makes ``import parse`` give parsimd, in this process, from now on.

    Call it before anything imports ``parse``; a module that has done so already keeps what it has.
    """
    sys.modules["parse"] = sys.modules[__name__]
