"""How much of the generated cases a run tests: ``PARSIMD_TEST_PERCENT``, 1 to 100, as in the tests in Rust."""

import os
import random


def percent():
    text = os.environ.get("PARSIMD_TEST_PERCENT", "100")
    if not (text.isdecimal() and 1 <= int(text) <= 100):
        raise ValueError(f"PARSIMD_TEST_PERCENT is a number from 1 to 100, not {text!r}")
    return int(text)


def share_of(count):
    """`count`, or as much of it as is asked for, and 1 at the least."""
    return -(-count * percent() // 100)


def some_of(values):
    """As many of the values as are asked for, the same each time."""
    values = list(values)
    return values if percent() == 100 else random.Random(1).sample(values, share_of(len(values)))
