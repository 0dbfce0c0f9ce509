"""Columns of texts, and what `parse` and `search` say of each: the reference of the tests of polars, pandas and DuckDB."""

import parsimd
from hypothesis import strategies as st

FORMAT = "{word:w} {n:d} {x:g} {at:th}"
PARSER = parsimd.compile(FORMAT)
NAMES = ["word", "n", "x", "at"]
AT = "02/Jan/2011:03:04:05 +0100"
TEXTS = [
    f"one 1 1.5 {AT}",
    f"zwölf -9007199254740993 0.25 {AT}",
    f"large 99999999999999999999 1 {AT}",
    f"before one 7 2.5 {AT} and after",
    f"two 2 3.5 {AT}\nanother line",
    "does not match",
    "",
    None,
]

texts = st.lists(st.sampled_from(TEXTS), max_size=12)


def value_of(text, match="line", parser=PARSER):
    """The values of a text by name, None for one that its column cannot hold; None for all where it does not match."""
    found = None if text is None else (parser.parse if match == "line" else parser.search)(text)
    if found is None:
        return None
    return {name: None if isinstance(value, int) and abs(value) >= 2**63 else value for name, value in found.named.items()}


def row_of(text, match="line"):
    value = value_of(text, match)
    return tuple(None if value is None else value[name] for name in NAMES)


class Counting(parsimd.Parser):
    """A parser that writes down which texts it is asked for: Python's `re` matches each of them for it."""

    def __init__(self, format):
        super().__init__(format)
        self.asked = []
        # What was assigned to is asked.
        self._expression = self._expression

    def _find_spans(self, text, start, whole):
        self.asked.append(text)
        return super()._find_spans(text, start, whole)
