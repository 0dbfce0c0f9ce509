"""Every example of the guide's page on Spark runs and gives what it says."""

import doctest
from pathlib import Path

PAGE = Path(__file__).parents[3] / "docs" / "guide" / "spark.md"


def test_the_page(spark):
    found = doctest.testfile(str(PAGE), module_relative=False, globs={"spark": spark}, encoding="utf-8")
    assert found.failed == 0 and found.attempted > 0
