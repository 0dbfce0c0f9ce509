"""`Parser.map_table` inside Ray Data and `Parser.parse_array` inside Daft, as the guide says it; run by `make engines`."""

import daft
import parsimd
import pyarrow
import pytest
import ray

LOG = parsimd.compile("{level:w} {ms:d}")
LINES = pyarrow.table({"line": ["info 12", "warn 340", "noise", None, "é 7"]})


@pytest.fixture(scope="module")
def cluster():
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    yield
    ray.shutdown()


def test_ray_maps_tables(cluster):
    rows = ray.data.from_arrow(LINES).repartition(2).map_batches(LOG.map_table, batch_format="pyarrow").take_all()
    assert sorted((row["level"], row["ms"]) for row in rows) == [("info", 12), ("warn", 340), ("é", 7)]


def test_daft_reads_columns():
    kind = daft.DataType.struct({"level": daft.DataType.string(), "ms": daft.DataType.int64()})

    @daft.func.batch(return_dtype=kind)
    def read(lines: daft.Series):
        return LOG.parse_array(lines.to_arrow())

    frame = daft.from_arrow(LINES).select(read(daft.col("line")).alias("read"))
    frame = frame.select(daft.col("read")["level"], daft.col("read")["ms"])
    assert frame.to_pydict() == {"level": ["info", "warn", None, None, "é"], "ms": [12, 340, None, None, 7]}
