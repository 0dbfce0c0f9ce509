"""PyPI ``parse`` 1.22.4 as the oracle, and the deliberate differences from it, each in one place.

`parse` here is the package as it is; `corrected()` is a copy of it with the differences of docs/differences.md applied by small
patches, so that the two can be compared without exceptions to the rule.
"""

import importlib.util
import math
import sys
from datetime import datetime, time

import parse

assert parse.__version__ == "1.22.4"


class _AnyCase(dict):
    """Month names in any case."""

    def __missing__(self, name):
        folded = name.lower().translate({0x17F: "s", 0x212A: "k", 0x131: "i", 0x307: None})
        for known, number in self.items():
            if known.lower() == folded:
                return number
        raise KeyError(name)


def corrected():
    spec = importlib.util.spec_from_file_location("corrected_parse", parse.__file__)
    module = importlib.util.module_from_spec(spec)
    sys.modules["corrected_parse"] = module
    spec.loader.exec_module(module)

    # A space captured in the place of a sign is not the sign.
    convert = module.int_convert.__call__
    module.int_convert.__call__ = lambda self, string, match: convert(
        self, string[1:] if string[:1] == " " else string, match
    )

    # Month names are read in the case in which they matched.
    module.MONTHS_MAP = _AnyCase(module.MONTHS_MAP)

    # A match of nothing is given once.
    def findall(self, string, pos=0, endpos=None, extra_types=None, evaluate_result=True):
        endpos = len(string) if endpos is None else endpos
        for match in self._search_re.finditer(string, pos, endpos):
            yield self.evaluate_result(match) if evaluate_result else module.Match(self, match)

    module.Parser.findall = findall
    return module


def plain(value):
    """A value in a form that compares as the two packages' values should: type and all."""
    if isinstance(value, float) and math.isnan(value):
        return "nan"
    if isinstance(value, (datetime, time)) and value.tzinfo is not None:
        zone = value.tzinfo
        return type(value).__name__, value.replace(tzinfo=None), type(zone).__name__, repr(zone), zone.tzname(None)
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value).__name__, [plain(inner) for inner in value]
    return type(value).__name__, repr(value)


def outcome(call):
    """What a call gives, or the class of what it raises."""
    try:
        found = call()
        found = list(found) if hasattr(found, "__next__") else found
    except Exception as error:
        return "raises", type(error).__name__
    return "gives", shown(found)


def shown(found):
    if isinstance(found, list):
        return [shown(one) for one in found]
    if found is None:
        return None
    return plain(found.fixed), list(found.named), plain(found.named), list(found.spans.items())


def value_of(result, key):
    """The value that stands at a span: that of a number, or of a name like ``a[b]``."""
    if isinstance(key, int):
        return result.fixed[key]
    value = result.named
    for name in key.replace("]", "").split("["):
        value = value[name]
    return value
