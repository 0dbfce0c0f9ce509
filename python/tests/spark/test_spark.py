"""`Parser.map_arrow` and `spark_schema` on a Spark session; run by `make spark`."""

import datetime
import functools

import parsimd
import pytest
from pyspark.sql import functions as F

def frame_of(spark, texts):
    return spark.createDataFrame([(n, text) for n, text in enumerate(texts)], "id int, line string").repartition(2)


def test_every_type_arrives(spark):
    parser = parsimd.compile("{a}|{b:d}|{c:g}|{d:th}|{e:ti}|{f:%d/%m/%Y}|{g:tt}")
    line = "x|-7|1.5|02/Jan/2011:03:04:05 +0100|2011-01-02T03:04:05.25|02/01/2011|12:30:15"
    frame = frame_of(spark, [line, "no", None]).mapInArrow(parser.map_arrow, parser.spark_schema())
    (row,) = frame.withColumn("d", F.unix_micros("d")).collect()
    assert row.asDict() == {
        "a": "x",
        "b": -7,
        "c": 1.5,
        "d": datetime.datetime(2011, 1, 2, 2, 4, 5, tzinfo=datetime.timezone.utc).timestamp() * 1_000_000,
        "e": datetime.datetime(2011, 1, 2, 3, 4, 5, 250_000),
        "f": datetime.date(2011, 1, 2),
        "g": datetime.time(12, 30, 15),
    }


def test_a_value_is_one_record_whatever_it_holds(spark):
    parser = parsimd.compile("{text}: {n:d}")
    frame = frame_of(spark, ["a\nb: 1", "é: 2", "none"]).mapInArrow(parser.map_arrow, parser.spark_schema())
    assert sorted(map(tuple, frame.collect())) == [("a\nb", 1), ("é", 2)]


def test_rows_that_cannot_be_read_are_as_asked(spark):
    parser = parsimd.compile("{n:d}")
    frame = frame_of(spark, ["1", "x", None])
    nulls = functools.partial(parser.map_arrow, column="line", on_error="null")
    assert sorted(str(row[0]) for row in frame.mapInArrow(nulls, parser.spark_schema()).collect()) == ["1", "None", "None"]
    strict = functools.partial(parser.map_arrow, on_error="raise")
    with pytest.raises(Exception, match="ScanError.*row [01]: does not match"):
        frame.mapInArrow(strict, parser.spark_schema()).collect()


def test_a_text_file_is_read_in_parts(spark, tmp_path):
    lines = 20_000
    (tmp_path / "a.log").write_text("".join(f"10.0.0.{n % 9} took {n} ms\n" for n in range(lines)))
    parser = parsimd.compile("{ip} took {ms:Number} ms", {"Number": number})
    frame = spark.read.text(str(tmp_path / "a.log")).repartition(4).mapInArrow(parser.map_arrow, parser.spark_schema())
    assert frame.agg(F.count("*"), F.sum(F.col("ms").cast("long"))).first() == (lines, sum(range(lines)))


def number(text):
    return int(text)


number.pattern = r"\d+"
