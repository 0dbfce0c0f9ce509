"""Lines through Spark: `make bench-spark`.

    python benches/python/spark.py [--lines N] [--rounds N] [--master local[2]]

An access log in a file is read by Spark, and each contestant gives it the values of the lines: parsimd by its data source, and by `mapInArrow` of the lines that
Spark reads; the JVM by one `regexp_extract` for each field and casts. Two functions in `mapInArrow` say what Spark itself takes: an identity function, to bring the
lines to Python and back; and one that gives columns which parsimd has made once, to bring back as many values. Everybody's rows go to a
sink that drops them, and everybody takes a turn in each round, by the clock on the wall.

Answers are compared before: rows, the sum of the numbers, and the lengths of the texts.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List

import parsimd
import parsimd.spark
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from rust import LOGS, Server, write_logs

#: The lines of an access log have about so many bytes.
LINE = 195


def same(batches: Iterator[Any]) -> Iterator[Any]:
    """Gives what it gets."""
    yield from batches


def ready(parser: parsimd.Parser) -> Callable[[Iterator[Any]], Iterator[Any]]:
    """Gives the columns of a batch again and again, for batches of as many lines."""

    def give(batches: Iterator[Any]) -> Iterator[Any]:
        made: List[Any] = []
        lines = -1
        for batch in batches:
            if batch.num_rows != lines:
                made, lines = list(parser.map_arrow([batch])), batch.num_rows
            yield from made

    return give


def by_jvm(lines: DataFrame, names: List[str], types: str, regex: str) -> DataFrame:
    """What the JVM's regular expressions make of the lines."""
    casts = {"d": "long", "f": "double", "s": "string"}
    matched = lines.filter(F.col("value").rlike(regex))
    texts = [F.regexp_extract("value", regex, group).cast(casts[kind]) for group, kind in enumerate(types, 1)]
    return matched.select(*(text.alias(name) for name, text in zip(names, texts)))


def answer(frame: DataFrame, types: str) -> List[Any]:
    """Rows, and the sum of each column: of its numbers, or of the lengths of its texts."""
    columns = [F.sum(F.length(name) if kind == "s" else F.col(name)) for name, kind in zip(frame.columns, types)]
    return list(frame.agg(F.count("*"), *columns).first())


def main() -> None:
    options = argparse.ArgumentParser(description="Lines through Spark.")
    options.add_argument("--lines", type=int, default=2_000_000, help="about so many (default: 2 million)")
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--master", default="local[2]", help="the kind of session (default: local[2])")
    arguments = options.parse_args()
    folder = LOGS / "spark"
    write_logs(folder, arguments.lines * LINE // 1_000_000, "access")
    server = Server(folder)
    log = next(log for log in server.ask()["logs"] if log["name"] == "access")
    server.close()
    os.environ["PYSPARK_PYTHON"] = os.environ["PYSPARK_DRIVER_PYTHON"] = sys.executable
    builder = SparkSession.builder.master(arguments.master).config("spark.ui.enabled", "false").config("spark.driver.memory", "4g")
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    try:
        run(spark, log, folder / "access.big.log", arguments.rounds)
    finally:
        spark.stop()
        for path in folder.iterdir():
            path.unlink()


def run(spark: SparkSession, log: Dict[str, Any], path: Path, rounds: int) -> None:
    """The race."""
    lines = spark.read.text(str(path))
    parser = parsimd.compile(log["pattern"])
    parsimd.spark.register(spark)
    source = spark.read.format("parsimd").option("pattern", log["pattern"]).option("mode", "DROPMALFORMED")
    frames: Dict[str, DataFrame] = {
        "parsimd, data source": source.load(str(path)),
        "parsimd, mapInArrow": lines.mapInArrow(parser.map_arrow, parser.spark_schema()),
        "ready columns, mapInArrow": lines.mapInArrow(ready(parser), parser.spark_schema()),
        "identity, mapInArrow": lines.mapInArrow(same, "value string"),
        "regexp_extract in the JVM": by_jvm(lines, list(parser.named_fields), log["types"], log["regex"]),
    }
    who = ("parsimd, data source", "parsimd, mapInArrow", "regexp_extract in the JVM")
    answers = {name: answer(frames[name], log["types"]) for name in who}
    ours = answers[who[0]]
    if any(found != ours for found in answers.values()) or ours[0] == 0:
        sys.exit(f"the answers differ, or there are none: {answers}")
    seconds: Dict[str, List[float]] = {name: [] for name in frames}
    for number in range(rounds + 1):
        for name, frame in frames.items():
            taken = wall_time(lambda: frame.write.format("noop").mode("overwrite").save())
            # The first round warms up.
            if number > 0:
                seconds[name].append(taken)
    print(f"# Spark\n\n{path.stat().st_size / 1e6:.0f} MB of access log, {ours[0]} rows, {rounds} rounds; Spark {spark.version}, {spark.sparkContext.master}.\n")
    print("| | s | spread | ÷ data source |\n|---|---:|---:|---:|")
    own = statistics.median(seconds["parsimd, data source"])
    for name, taken in seconds.items():
        middle = statistics.median(taken)
        print(f"| {name} | {middle:.2f} | ±{(max(taken) - min(taken)) / 2 / middle:.0%} | {middle / own:.2f} |")


def wall_time(work: Callable[[], Any]) -> float:
    """How many seconds `work` takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
