"""The type slots of some classes are replaced. Where that cannot be, the classes stay as pyo3 makes them, and give the same answers.

A layout of pyo3 that is not known cannot be had for a test, so ``PARSIMD_PLAIN_CLASSES=1`` takes the way that such a layout takes:
a lane of ``ci/pythons.sh`` runs the whole suite with it.
"""

import os

import pytest
from plain import HAS_PLAIN_CLASSES
from programs import run

#: Whether the objects of each class are tracked by the collector from the start, which shows whose slots make them.
TRACKED = """
    import gc, parsimd
    parser = parsimd.compile("{a} {b:d}")
    row = parser.scan("x 5\\n").read_all()[0]
    print(parsimd._parsimd.PLAIN_CLASSES, *map(gc.is_tracked, [parser.parse("x 5"), next(parser.findall("x 5 x 5")), row]))
"""


def test_the_slots_are_replaced_on_a_python_that_is_promised():
    if not HAS_PLAIN_CLASSES:
        assert run(TRACKED) == "None False False False\n"
    assert HAS_PLAIN_CLASSES == (os.environ.get("PARSIMD_PLAIN_CLASSES") == "1")


@pytest.mark.parametrize("value", ["", "0"])
def test_they_are_replaced_unless_plain_classes_are_asked_for(value):
    assert run(TRACKED, PARSIMD_PLAIN_CLASSES=value) == "None False False False\n"


def test_no_slot_is_replaced_where_plain_classes_are_asked_for():
    assert run(TRACKED, PARSIMD_PLAIN_CLASSES="1") == "PARSIMD_PLAIN_CLASSES asks for it True True True\n"


def test_another_value_of_the_variable_is_an_error():
    run(
        """
        try:
            import parsimd
        except ImportError as error:
            assert str(error) == 'PARSIMD_PLAIN_CLASSES must be 0 or 1, not "yes"', error
        else:
            raise AssertionError("it was imported")
        """,
        PARSIMD_PLAIN_CLASSES="yes",
    )


def test_the_first_import_decides_for_the_process():
    run(
        """
        import gc, os, sys
        import parsimd
        kept = [parsimd.parse("{a}", "x") for _ in range(100)]
        del os.environ["PARSIMD_PLAIN_CLASSES"], parsimd
        for name in [name for name in sys.modules if name.startswith("parsimd")]:
            del sys.modules[name]
        import parsimd
        assert parsimd._parsimd.PLAIN_CLASSES == "PARSIMD_PLAIN_CLASSES asks for it"
        assert gc.is_tracked(parsimd.parse("{a}", "x"))
        kept.clear()
        """,
        PARSIMD_PLAIN_CLASSES="1",
    )
