"""Formats that people have already, as patterns: what configures a web server or another reader of logs, and ready patterns by name.

Each call gives the text of a pattern, to be compiled, shown or changed::

    >>> from parsimd import formats
    >>> formats.nginx('$remote_addr [$time_local] "$request" $status $request_time')
    '{remote_addr:ip|unix:} [{time_local:th}] "{request:|-|}" {status:d} {request_time:g|-}'
    >>> formats.find("nginx-error").pattern
    '{time:t} [{level:w}] {pid:d}#{tid:d}: {:[}*{connection:d} {:]}{message:|}'

What a pattern cannot say is a ValueError that points at it.
"""

from __future__ import annotations

import difflib
from typing import List, NamedTuple

from . import _parsimd
from ._arguments import check_text, shown

__all__ = ["READY", "Ready", "apache", "dissect", "find", "grok", "nginx", "w3c"]


class Ready(NamedTuple):
    """A ready pattern."""

    name: str
    """Its name, such as ``"nginx-combined"``."""
    about: str
    """Whose lines it reads."""
    pattern: str
    """The text of the pattern."""
    multiline: bool
    """Whether its records may go over several lines, as stack traces do."""


READY = {name: Ready(name, about, pattern, bool(multiline)) for name, about, pattern, multiline in _parsimd.ready_patterns()}
"""The ready patterns by name."""


def find(name: str) -> Ready:
    """The ready pattern of this name. A name that there is not is a ValueError, which says the nearest."""
    check_text(name, "name")
    if name in READY:
        return READY[name]
    *others, last = [repr(ready) for ready in _near(name.lower())] or [""]
    hint = f"did you mean {', '.join(others)}{' or ' if others else ''}{last}?" if last else f"there are {', '.join(READY)}"
    raise ValueError(f"no ready pattern is called {shown(name)}: {hint}")


def _near(name: str) -> List[str]:
    """The ready patterns that may be meant: those that begin so or have this in their names, else the nearest, else those of which a word is near."""
    if len(name) > 2:
        found = [ready for ready in READY if ready.startswith(name)] or [ready for ready in READY if name in ready]
        if found:
            return found
    nearest = difflib.get_close_matches(name, READY, 1)
    return nearest or [ready for ready in READY if difflib.get_close_matches(name, ready.split("-"), 1)]


def nginx(log_format: str) -> str:
    """The pattern of an nginx ``log_format``: the text of the format, or the whole directive with its quotes.

    A variable becomes a field of its name. Numbers and times are typed; a text may be ``-`` or nothing, and is None then. ``$upstream_…`` variables are
    texts, since they are lists where several servers were asked. Such a list has blanks: where nothing but a blank stands after the variable, what comes
    after its first element goes into the fields behind it. Put those variables in quotes or brackets in the format.
    """
    check_text(log_format, "log_format")
    return _parsimd.pattern_of("nginx", log_format)


def apache(log_format: str) -> str:
    """The pattern of an Apache ``LogFormat``: the text of the format, or the whole directive with its quotes.

    ``%h`` is the field ``host``, ``%u`` ``user``, ``%t`` ``time``, ``%r`` ``request``, ``%>s`` ``status``, ``%b`` ``bytes``, ``%D`` ``duration_us``, and so on; a header is a field of its
    name, as ``user_agent``. A text may be ``-``, and is None then.
    """
    check_text(log_format, "log_format")
    return _parsimd.pattern_of("apache", log_format)


def w3c(fields: str) -> str:
    """The pattern of the lines below the line ``#Fields: …`` of a W3C extended log, as IIS writes it.

    ``date time`` is one field ``time``, which is in UTC and has no offset: scan with ``tz="UTC"``. ``cs(User-Agent)`` is the field ``cs_user_agent``. A ``-`` is None.
    """
    check_text(fields, "fields")
    return _parsimd.pattern_of("w3c", fields)


def dissect(pattern: str) -> str:
    """The pattern of a dissect pattern, of Logstash, Elasticsearch and Beats: ``%{ip} [%{time}] %{status|integer}``.

    A key is a text, and None where it is empty. ``%{}`` and ``%{?key}`` are fields without a name, ``%{key->}`` takes padding after it. Keys that depend on
    others (``%{+key}``, ``%{*key}``, ``%{&key}``) cannot be said.
    """
    check_text(pattern, "pattern")
    return _parsimd.pattern_of("dissect", pattern)


def grok(pattern: str) -> str:
    r"""The pattern of a grok pattern: ``%{IP:client} \[%{HTTPDATE:time}\] %{NUMBER:ms:float}(?: %{WORD:note})?``.

    The usual names of grok are types: ``NUMBER`` is ``g``, ``TIMESTAMP_ISO8601`` is ``t``, ``GREEDYDATA`` is ``*``, ``QS`` is ``q``. ``(?:…)?`` is an optional part, ``(?:%{INT:n}|-)`` a
    field with a null text, ``\s+`` white space. Other regular expressions cannot be said. What grok has as ``rawrequest``
    of an access log, a request that is none, is ``request``.
    """
    check_text(pattern, "pattern")
    return _parsimd.pattern_of("grok", pattern)
