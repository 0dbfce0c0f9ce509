"""What is raised where parsimd itself is at fault. The native module imports it, so it imports nothing."""

from __future__ import annotations

from typing import Any, Tuple


class InternalError(RuntimeError):
    """A defect of parsimd itself. Please report it, with the pattern and a text that shows it."""

    # The layout stays that of RuntimeError, so that the class which pyo3 has for panics can be put below this one.
    __slots__ = ()

    def __str__(self) -> str:
        what = " ".join(map(str, self.args))
        return f"a defect of parsimd: {what}. Please report it, with the pattern and a text that shows it"

    def __reduce__(self) -> Tuple[Any, ...]:
        # The class of a panic has the same name, by which pickle would not find it.
        return InternalError, self.args


InternalError.__module__ = "parsimd"
