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

import collections.abc
import sys

# The native module comes first: other imports below fail in a subinterpreter of some versions of CPython, with a message that does not help.
try:
    from . import _parsimd as _parsimd
except ImportError as error:
    if "subinterpreter" not in str(error):
        raise
    raise ImportError(
        "parsimd cannot be imported in a subinterpreter: its native module has one state for the process, which belongs to the main "
        "interpreter. Import it there; for work side by side use threads, which share it, or processes"
    ) from error

# A module attribute that programs replace to fix the year of dates written without one.
from datetime import datetime as datetime
from importlib.metadata import version as _version

from . import formats as formats
from ._convert import FixedTzOffset as FixedTzOffset
from ._convert import dt_format_to_regex as dt_format_to_regex
from ._convert import percentage as percentage
from ._convert import with_pattern as with_pattern
from ._guess import Guess as Guess
from ._guess import guess as guess
from ._parser import PARSE_RE as PARSE_RE
from ._parser import Engine as Engine
from ._parser import ExpressionError as ExpressionError
from ._parser import Match as Match
from ._parser import Mismatch as Mismatch
from ._parser import Parser as Parser
from ._parser import RepeatedNameError as RepeatedNameError
from ._parser import Result as Result
from ._parser import ResultIterator as ResultIterator
from ._parser import TooManyFields as TooManyFields
from ._parser import compile as compile
from ._parser import extract_format as extract_format
from ._parser import findall as findall
from ._parser import parse as parse
from ._parser import search as search
from ._parsimd import Batch as Batch
from ._parsimd import Column as Column
from ._parsimd import Failure as Failure
from ._parsimd import InternalError as InternalError
from ._parsimd import Reason as Reason
from ._parsimd import Row as Row
from ._parsimd import Scan as Scan
from ._parsimd import ScanError as ScanError
from ._parsimd import SetScan as SetScan
from ._parsimd import Stats as Stats
from ._parsimd import available_isas as available_isas
from ._parsimd import isa as isa
from ._progress import Progress as Progress
from ._set import PatternSet as PatternSet
from ._set import compile_set as compile_set

# pandas asks for this before it looks at the names of a row's columns. Batches and columns are not registered: polars would read
# a sequence value by value, where it takes their memory now.
collections.abc.Sequence.register(Row)

__version__ = _version("parsimd")
__all__ = ["parse", "search", "findall", "with_pattern"]


def install_as_parse() -> None:
    """Makes ``import parse`` give parsimd, in this process, from now on.

    Call it before anything imports ``parse``; a module that has done so already keeps what it has.
    """
    sys.modules["parse"] = sys.modules[__name__]
