"""``spark.read.format("parsimd")`` on a Spark session; run by `make spark`."""

import datetime
import functools
import gzip
import json
import random

import parsimd
import parsimd.spark
import pytest
from pyspark.sql import DataFrame, functions

LINES = ["info 1", "warn 20", "noise", "info 300", "", "error 4000"]
ROWS = [("info", 1), ("warn", 20), ("info", 300), ("error", 4000)]
FORMAT = "{level:w} {ms:d}"
CONF = "spark.sql.python.filterPushdown.enabled"


@pytest.fixture(scope="module", autouse=True)
def source(spark):
    parsimd.spark.register(spark)


@pytest.fixture()
def pushing(spark):
    """The source that pushes filters down, which `register` takes where Spark keeps the filters of two queries apart: here each query has a frame of its own."""
    spark.conf.set(CONF, "true")
    spark.dataSource.register(parsimd.spark.PushingLogSource)
    yield
    spark.conf.unset(CONF)
    parsimd.spark.register(spark)


def load(spark, path, pattern=FORMAT, schema=None, **options):
    reader = spark.read.format("parsimd").options(**{"pattern": pattern, "mode": "DROPMALFORMED", **options})
    return (reader if schema is None else reader.schema(schema)).load(path if isinstance(path, list) else str(path))


def rows(frame):
    return sorted(tuple(row) for row in frame.collect())


def write(folder, name, lines=LINES):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    data = "".join(line + "\n" for line in lines).encode()
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    return str(path)


def test_every_type_arrives(spark, tmp_path):
    line = "x|-7|1.5|02/Jan/2011:03:04:05 +0100|2011-01-02T03:04:05.25|02/01/2011|12:30:15|1.5s|true|a=1 b=2|-"
    pattern = "{a}|{b:d}|{c:g}|{d:th}|{e:ti}|{f:%d/%m/%Y}|{g:tt}|{h:dur}|{i:bool}|{j:kv}|{k:d|-}"
    frame = load(spark, write(tmp_path, "a.log", [line]), pattern).selectExpr("*", "unix_micros(d) as micros").drop("d")
    (row,) = frame.collect()
    assert row.asDict() == {
        "a": "x",
        "b": -7,
        "c": 1.5,
        "micros": datetime.datetime(2011, 1, 2, 2, 4, 5, tzinfo=datetime.timezone.utc).timestamp() * 1_000_000,
        "e": datetime.datetime(2011, 1, 2, 3, 4, 5, 250_000),
        "f": datetime.date(2011, 1, 2),
        "g": datetime.time(12, 30, 15),
        "h": datetime.timedelta(seconds=1.5),
        "i": True,
        "j": {"a": "1", "b": "2"},
        "k": None,
    }


def test_the_schema_is_that_of_spark_schema(spark, tmp_path):
    pattern = "{a}|{b:d}|{c:g}|{d:th}|{e:ti}|{f:%d/%m/%Y}|{g:tt}|{h:dur}|{i:bool}|{j:kv}"
    path = write(tmp_path, "a.log", [])
    for tz in [None, "Europe/Berlin"]:
        options = {} if tz is None else {"tz": tz}
        wanted = spark.createDataFrame([], parsimd.compile(pattern).spark_schema(tz=tz)).schema
        assert load(spark, path, pattern, **options).schema == wanted


@pytest.mark.parametrize("most", ["1", "20"])
def test_any_partitions_give_the_rows_of_the_files(spark, tmp_path, most):
    paths = [write(tmp_path, "b.log"), write(tmp_path, "a.log.gz"), write(tmp_path, "c.log", ["last 5"])]
    frame = load(spark, paths, maxPartitionBytes=most)
    assert rows(frame) == sorted(ROWS * 2 + [("last", 5)])


def test_records_of_several_lines_are_not_cut(spark, tmp_path):
    random.seed(5)
    records = [(n, "\n".join(["head", *(f"  at line {k}" for k in range(random.randrange(6)))])) for n in range(200)]
    path = write(tmp_path, "a.log", [f"{n} {text}" for n, text in records])
    frame = load(spark, path, "{n:d} {text}", multiline="true", maxPartitionBytes="331")
    assert frame.rdd.getNumPartitions() > 5
    assert rows(frame) == records


def test_places_are_those_in_the_file(spark, tmp_path):
    lines = [f"info {n}" for n in range(500)]
    path = write(tmp_path, "a.log", lines)
    places = [sum(len(line) + 1 for line in lines[:n]) for n in range(500)]
    frame = load(spark, path, include="file, offset", maxPartitionBytes="100").select("ms", "file", "offset")
    assert rows(frame) == [(n, path, place) for n, place in enumerate(places)]
    frame = load(spark, path, include="line", maxPartitionBytes="100").select("ms", "line")
    assert rows(frame) == [(n, n + 1) for n in range(500)]


def test_folders_globs_and_lists(spark, tmp_path):
    write(tmp_path, "a/1.log", ["info 1"])
    write(tmp_path, "a/2.txt", ["info 2"])
    write(tmp_path, "a/_hidden", ["info 3"])
    write(tmp_path, "a/.hidden", ["info 4"])
    write(tmp_path, "a/deep/5.log", ["info 5"])
    write(tmp_path, "b/6.log", ["info 6"])

    def numbers(path, **options):
        return [row[1] for row in rows(load(spark, path, **options))]

    assert numbers(tmp_path / "a") == [1, 2]
    assert numbers(tmp_path / "a", recursiveFileLookup="true") == [1, 2, 5]
    assert numbers(tmp_path / "*/*.log") == [1, 6]
    assert numbers(tmp_path / "{a,b}/[16].log") == [1, 6]
    assert numbers(tmp_path / "*") == [1, 2, 6]
    assert numbers(f"file://{tmp_path}/b") == [6]
    assert numbers([str(tmp_path / "b"), str(tmp_path / "a/1.log")]) == [1, 6]


def test_modes(spark, tmp_path):
    path = write(tmp_path, "a.log", ["info 1", "noise", "info 99999999999999999999"])
    assert rows(load(spark, path)) == [("info", 1)]
    assert sorted(map(str, load(spark, path, mode="permissive").collect())) == sorted(
        ["Row(level='info', ms=1)", "Row(level=None, ms=None)", "Row(level='info', ms=None)"]
    )
    default = spark.read.format("parsimd").option("pattern", FORMAT).load(path)
    assert default.filter("ms is null").count() == 2
    with pytest.raises(Exception, match=r"ScanError.*a\.log.*does not match"):
        load(spark, path, mode="FAILFAST").collect()


def test_a_failure_names_its_place_in_the_file(spark, tmp_path):
    lines = [f"info {n}" for n in range(1000)]
    lines[777] = "noise"
    path = write(tmp_path, "a.log", lines)
    offset = sum(len(line) + 1 for line in lines[:777])
    with pytest.raises(Exception, match=rf"ScanError: {path}: (.*\D)?{offset}\D"):
        load(spark, path, mode="FAILFAST", maxPartitionBytes="500").collect()


def test_rejects_are_the_lines_that_were_not_read(spark, tmp_path):
    lines = [f"info {n}" if n % 3 else f"noise{n}" for n in range(300)]
    path, folder = write(tmp_path, "a.log", lines), tmp_path / "rejects"
    frame = load(spark, path, rejects=str(folder), maxPartitionBytes="500")
    for _ in range(2):  # Once more gives the same files.
        assert len(frame.filter("ms > 250").collect()) == 33
        found = [line for file in folder.iterdir() for line in file.read_text().splitlines()]
        assert sorted(found) == sorted(line for line in lines if "noise" in line)
        assert not [file for file in folder.iterdir() if file.name.startswith("_")]


def test_columns_are_those_of_a_given_schema(spark, tmp_path):
    path = write(tmp_path, "a.log")
    assert rows(load(spark, path, schema="ms BIGINT")) == [(1,), (20,), (300,), (4000,)]
    assert rows(load(spark, path, schema="ms BIGINT, level STRING")) == sorted((ms, level) for level, ms in ROWS)
    for schema, told in {
        "mss BIGINT": "the schema has a column 'mss', and the pattern has no field of that name: did you mean 'ms'?",
        "ms INT": "the schema says that the column 'ms' is int, and it is bigint",
        "ms BIGINT NOT NULL": "leave out NOT NULL",
    }.items():
        with pytest.raises(Exception) as caught:
            load(spark, path, schema=schema).collect()
        assert told in str(caught.value)


FILTERS = [
    "ms > 20", "ms >= 20", "ms < 20", "ms <= 20", "ms = 20", "ms <=> 20", "ms <> 20", "ms in (1, 20)", "ms is null", "ms is not null", "ms > 5 and ms < 500",
    "level = 'info'", "level = 'Info'", "level > 'info'", "level like 'in%'", "level is not null", "level = 'info' and ms > 20", "level = 'info' or ms > 20",
    "not (level = 'info')", "ms > 9223372036854775807", "ms < -9223372036854775808", "ms > 20.5", "ms + 1 > 20",
    "at > timestamp_ntz '2024-01-01 10:00:00.5'", "at = timestamp_ntz '2024-01-01 10:00:00.5'", "utc <= timestamp '2024-01-01T10:00:00.5Z'",
]  # fmt: skip


@pytest.mark.parametrize("mode", ["PERMISSIVE", "DROPMALFORMED"])
def test_filters_keep_the_rows_that_spark_keeps(spark, pushing, tmp_path, mode):
    times = ["2024-01-01T10:00:00.5", "2024-01-01T10:00:00.500001", "2024-01-01T10:00:00"]
    lines = [f"{level} {ms} {time} {time}Z" for (level, ms), time in zip(ROWS * 3, times * 4)]
    path = write(tmp_path, "a.log", [*lines, "noise", "info 99999999999999999999 " + lines[0][-45:]])

    def frame():
        return load(spark, path, "{level:w} {ms:d} {at:ti} {utc:t}", mode=mode)

    plain = frame().localCheckpoint()
    def found(frames):
        """The rows that each filter leaves, by one query."""
        numbered = [frame.withColumn("filter", functions.lit(filter)) for filter, frame in zip(FILTERS, frames)]
        return sorted(map(str, functools.reduce(DataFrame.union, numbered).collect()))

    assert found(frame().filter(filter) for filter in FILTERS) == found(plain.filter(filter) for filter in FILTERS)


def test_comparisons_are_pushed_down(spark, pushing, tmp_path):
    def plan():
        frame = load(spark, write(tmp_path, "a.log")).filter("ms > 20 and level = 'info' and level like 'i%'")
        assert rows(frame) == [("info", 300)]
        text = frame._jdf.queryExecution().executedPlan().toString()
        return "> 20" in text, "StartsWith" in text

    # What was pushed down, Spark does not evaluate once more.
    assert plan() == (False, True)
    spark.dataSource.register(parsimd.spark.LogSource)
    spark.conf.unset(CONF)
    assert plan() == (True, True)


def test_two_queries_of_one_frame_have_each_its_own_filter(spark, tmp_path):
    spark.conf.set(CONF, "true")
    try:
        parsimd.spark.register(spark)
        frame = load(spark, write(tmp_path, "a.log"))
        assert rows(frame.filter("ms = 1")) == [("info", 1)]
        assert rows(frame.filter("ms = 1 or ms = 20")) == [("info", 1), ("warn", 20)]
        assert rows(frame.filter("ms = 1").union(frame.filter("ms = 20"))) == [("info", 1), ("warn", 20)]
    finally:
        spark.conf.unset(CONF)


def test_sets_of_patterns(spark, tmp_path):
    path = write(tmp_path, "a.log", ["took 5 ms", "user ada", "noise"])
    patterns = json.dumps({"Took": "took {ms:d} ms", "User": "user {name}"})
    frame = spark.read.format("parsimd").option("patterns", patterns).option("mode", "DROPMALFORMED").load(path)
    assert sorted(map(str, frame.collect())) == ["Row(pattern='Took', ms=5, name=None)", "Row(pattern='User', ms=None, name='ada')"]


def test_ready_formats(spark, tmp_path):
    path = write(tmp_path, "a.log", ['8.8.8.8 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 12 "-" "curl"'])
    frame = spark.read.format("parsimd").option("format", "nginx-combined").load(path)
    assert frame.select("status").collect() == [(200,)]


def test_what_is_wrong_is_told_before_a_task_runs(spark, tmp_path):
    path = write(tmp_path, "a.log")
    for options, told in [({"pattern": "{ms:int}"}, "did you mean"), ({"patern": "x"}, "has no option 'patern': did you mean 'pattern'?")]:
        with pytest.raises(Exception) as caught:
            load(spark, path, **options)
        assert told in str(caught.value)
        # With a schema, Spark asks for the source when it plans a query.
        with pytest.raises(Exception) as caught:
            load(spark, path, schema="ms BIGINT", **options).collect()
        assert told in str(caught.value)


def test_a_missing_file_is_told_when_the_frame_is_made(spark, tmp_path):
    for path, told in [("none.log", "there is no file"), ("*.none", "no file matches"), ("", "there is no file in")]:
        with pytest.raises(Exception, match=told):
            load(spark, f"{tmp_path}/{path}")


def test_a_damaged_file_fails_or_gives_the_rows_before(spark, tmp_path):
    whole = [f"info {n}" for n in range(50_000)]
    path = tmp_path / "a.log.gz"
    path.write_bytes(gzip.compress("\n".join(whole).encode())[:-5000])
    with pytest.raises(Exception, match=r"OSError.*a\.log\.gz.*byte"):
        load(spark, path).collect()
    found = load(spark, path, ignoreCorruptFiles="true").collect()
    assert 10_000 < len(found) < 50_000
    assert sorted(found) == sorted(("info", n) for n in range(len(found)))


def test_a_file_that_shrinks_is_an_error(spark, tmp_path):
    path = write(tmp_path, "a.log")
    frame = load(spark, path)
    assert len(frame.collect()) == 4
    write(tmp_path, "a.log", ["info 1"])
    # The plan of this frame has the length of the file in it.
    with pytest.raises(Exception, match="a.log: it has 7 bytes, and had 42 when the query was planned"):
        frame.collect()


def test_an_empty_file_has_no_rows(spark, tmp_path):
    assert load(spark, write(tmp_path, "a.log", [])).count() == 0
