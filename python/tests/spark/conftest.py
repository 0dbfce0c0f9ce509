"""The session of these tests. PARSIMD_SPARK_MASTER says which kind it is, ``local[2]`` if nothing does."""

import os
import sys

import pytest
from pyspark.sql import SparkSession

MASTER = os.environ.get("PARSIMD_SPARK_MASTER", "local[2]")


@pytest.fixture(scope="session")
def spark():
    os.environ["PYSPARK_PYTHON"] = os.environ["PYSPARK_DRIVER_PYTHON"] = sys.executable
    # Not UTC, so that a time zone that is lost shows.
    options = {"spark.ui.enabled": "false", "spark.sql.session.timeZone": "America/New_York", "spark.executor.memory": "1g"}
    builder = SparkSession.builder.master(MASTER)
    for name, value in options.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    assert session.sparkContext.master == MASTER
    yield session
    session.stop()
