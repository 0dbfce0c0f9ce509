"""Slips that a newcomer makes, each with the error that answers it. The texts are promises: each says what is wrong, where, and what to do."""

import datetime
import errno
import io
import os
import pathlib
import pickle
import re
import subprocess
import sys
import traceback

import duckdb
import pandas
import parsimd
import parsimd.duckdb
import parsimd.pandas
import parsimd.polars
import pyarrow
import pytest

LOG = "info: 12 ms\nnoise\nwarn: 340 ms\n"


def typed(pattern, **options):
    return parsimd.with_pattern(pattern, **options)(lambda text: text)


def drawn(message, pattern, marked, help):
    """A message with a place in a pattern below it, as every error of a pattern has it."""
    at = pattern.index(marked)
    return "\n".join(
        [message, f" --> pattern:1:{at + 1}", "  |", f"1 | {pattern}", "  | " + " " * at + "^" * len(marked), "  |", f"  = help: {help}"]
    )


def names():
    """What the slips below are made with."""
    parser = parsimd.compile("{level:w}: {ms:d} ms")
    batch = parser.scan(LOG).read_all()
    return {
        "p": parser,
        "batch": batch,
        "row": batch[0],
        "ms": batch["ms"],
        "result": parser.parse("info: 12 ms"),
        "unnamed": parsimd.parse("{} {}", "a b"),
        "sets": parsimd.compile_set({"took": "took {ms:d} ms", "rest": "{}"}),
        "broken": typed("("),
        "named_group": typed("(?P<x>a)"),
        **{name: globals()[name] for name in ("parsimd", "re", "io", "pathlib", "datetime", "pyarrow", "pandas", "duckdb", "LOG", "spent", "taken")},
    }


def spent(scan):
    scan.read_all()
    return scan


def taken(files):
    """An iterator over files after its last."""
    iterator = iter(files)
    list(iterator)
    return iterator


STR_FILE = ": a file is read by compile(format).scan_file"
BYTES = "string must be str, not bytes: decode it first, as in data.decode(); a scan takes bytes as they are"
LIST = "string must be str, not list: match one text after the other, or all of them with compile(format).parse_array"
MAPPING = "extra_types must be a mapping of names to converters, not "
FUNCTION = "type 'Num' in extra_types must be a function of the text, as int is, not "
WITH = r"; one that reads what '\\d+' matches has @with_pattern('\\d+') above it"
LEVEL_MS = '; there are ["level", "ms"]'
BATCH = "a batch is indexed by the name of a column, a list of names, the number of a row, or a slice of rows, not by "
THREADS = "threads must be a number from 1, or None for as many as the machine has, not "
LIMIT = "limit must be a number of rows from 0, or None for all, not "
DATA = "data must be bytes, str or a contiguous buffer, not "
FILES = "scan_file takes a path (str, bytes or os.PathLike), an open file, or several of them, not "
TZ = "tz must be the name of a time zone, as 'Europe/Berlin', or None, not "
YEAR = "year must be a year from 1 to 9999, 'recent', or None for the current one, not "
VALUES = "values must be a mapping, a sequence, a Result or a Row, not "
PROGRESS = "progress must be True, or a function that is called with a parsimd.Progress, not "
CUT = f"{(LOG * 1000)[:120]!r}… (31,000 characters)"
ROWS = "rows must be a number of rows from 0, not "
CON = "con must be a connection of DuckDB, as duckdb.connect() gives it, not "
TABLE = ": it gives batches of different columns. Scan with table=True for one table of all"
EXPRESSION = "write a regular expression of Python's re; a backslash before ( ) [ ] { } * + ? . | lets it stand for itself"
WIDTH = "write the fewest characters before the point, and as many or more after it, as in 2.8"
NO_NULL = "None cannot be written: the field has no null text, as in {x:d|-}, and is in no optional part"
SPENT = "this scan was read to its end: its rows are given once. Keep the batches that it gave, or scan again"

# What was written, the class of the error, its text.
SLIPS = [
    # The text is no text.
    ('parsimd.parse("{n:d}", 12)', TypeError, "string must be str, not int"),
    ('parsimd.parse("{n:d}", None)', TypeError, "string must be str, not NoneType"),
    ('parsimd.parse("{n:d}", b"12")', TypeError, BYTES),
    ('parsimd.parse("{n:d}", ["12"])', TypeError, LIST),
    ('parsimd.parse("{n:d}", pathlib.PurePosixPath("app.log"))', TypeError, "string must be str, not PurePosixPath" + STR_FILE),
    ('parsimd.parse("{n:d}", io.StringIO("12"))', TypeError, "string must be str, not StringIO" + STR_FILE),
    ('parsimd.parse("{é:d}", b"12")', TypeError, BYTES),
    ('parsimd.search("{n:d}", b"12")', TypeError, BYTES),
    ('parsimd.findall("{n:d}", b"12")', TypeError, BYTES),
    ('parsimd.findall("{n:d}", None)', TypeError, "string must be str, not NoneType"),
    ("p.parse(7)", TypeError, "string must be str, not int"),
    ("p.explain_mismatch(7)", TypeError, "string must be str, not int"),
    ('parsimd.search("{n:d}", "12", "x")', TypeError, "pos must be the number of a character, not str"),
    ('parsimd.search("{:Num}", "12", {"Num": int})', TypeError, "pos must be the number of a character, not dict: types of your own are given by name, as extra_types=…"),
    ('parsimd.findall("{:Num}", "12", {"Num": int})', TypeError, "pos must be the number of a character, not dict: types of your own are given by name, as extra_types=…"),
    ('p.search("12", {"Num": int})', TypeError, "pos must be the number of a character, not dict: types of your own are given by name, as extra_types=…"),
    # The format is no format.
    ("parsimd.compile(7)", TypeError, "format must be str, not int"),
    ('parsimd.compile(b"{a}")', TypeError, "format must be str, not bytes: decode it first, as in format.decode()"),
    ('parsimd.parse(b"{a}", "x")', TypeError, "format must be str, not bytes: decode it first, as in format.decode()"),
    ('parsimd.compile({"a": "{a}"})', TypeError, "format must be str, not dict: for several patterns use compile_set, with a dict from names to formats"),
    ('parsimd.compile(["{a}"])', TypeError, "format must be str, not list: for several patterns use compile_set, with a dict from names to formats"),
    ('parsimd.compile(re.compile("a"))', TypeError, "format must be str, not Pattern: it has fields, as in {name} or {ms:d}; a regular expression is for a type of your own, by with_pattern"),
    ('parsimd.parse(pathlib.PurePosixPath("app.log"), "{a}")', TypeError, "format must be str, not PurePosixPath: the format comes first; a file is read by compile(format).scan_file(path)"),
    ("parsimd.compile(p)", TypeError, "format must be str, not Parser: it is compiled already; call its own parse, search, findall or scan"),
    # The format is wrong.
    ('parsimd.compile("{x:int}")', ValueError, drawn("format spec 'int' not recognised", "{x:int}", "int", "did you mean d? (an integer)")),
    ('parsimd.compile("{x:ipp}")', ValueError, drawn("format spec 'ipp' not recognised", "{x:ipp}", "ipp", "did you mean ip? (an IPv4 or IPv6 address)")),
    ('parsimd.compile(parsimd.formats.find("logfmt"))', TypeError, "format must be str, not Ready: give its pattern, '{pairs:kv}'"),
    ('parsimd.compile("{:[}a")', ValueError, drawn("{:[} begins an optional part that does not end", "{:[}a", "{:[}", "write {:]} where it ends")),
    ('parsimd.compile("{a:d} {a}")', parsimd.RepeatedNameError, drawn("field type '' for field \"a\" does not match previous seen type 'd'", "{a:d} {a}", "{a}", "write {a:d} again, or use another name")),
    ('parsimd.compile("{a_b_}{a[b]}")', KeyError, drawn("duplicated group name 'a[b]'", "{a_b_}{a[b]}", "{a[b]}", "use a name that differs from 'a_b_' in more than . [ ] - and _")),
    ('parsimd.compile("{x!r}")', parsimd.ExpressionError, drawn("'x!r' is no name of a field", "{x!r}", "{x!r}", "a name has letters, digits, _ . - and [ ], and begins with a letter")),
    ('parsimd.compile("{a b}")', parsimd.ExpressionError, drawn("'a b' is no name of a field", "{a b}", "{a b}", "a name has letters, digits, _ . - and [ ], and begins with a letter")),
    ('parsimd.compile("{url:.0}")', parsimd.ExpressionError, drawn("no text has at least 1 and at most 0 characters", "{url:.0}", ".0", WIDTH)),
    ('parsimd.compile("{url:5.2}")', parsimd.ExpressionError, drawn("no text has at least 5 and at most 2 characters", "{url:5.2}", "5.2", WIDTH)),
    ('parsimd.compile("{x:|>5d}")', parsimd.ExpressionError, drawn("the fill character | is the bar of a regular expression", "{x:|>5d}", "|>5d", "fill with another character")),
    # A type of one's own is none.
    ('parsimd.compile("{a:Num}", {"Num": 7})', TypeError, FUNCTION + "int"),
    ('parsimd.compile("{a:Num}", {"Num": None})', TypeError, FUNCTION + "NoneType"),
    (r'parsimd.compile("{a:Num}", {"Num": r"\d+"})', TypeError, FUNCTION + "str" + WITH),
    (r'parsimd.compile("{a:Num}", {"Num": re.compile(r"\d+")})', TypeError, FUNCTION + "Pattern" + WITH),
    ('parsimd.parse("{a:Num}", "7", {"Num": 7})', TypeError, FUNCTION + "int"),
    ('parsimd.compile("{a:Num}", int)', TypeError, MAPPING + "type"),
    ('parsimd.compile("{a:Num}", [int])', ValueError, drawn("format spec 'Num' not recognised", "{a:Num}", "Num", MAPPING + "list")),
    ('parsimd.compile("{a:Num}", ["Num"])', TypeError, MAPPING + "list"),
    ('parsimd.compile("{a:Own}", {"Own": broken})', parsimd.ExpressionError, drawn("the pattern '(' of type 'Own' is no regular expression: missing ), unterminated subpattern at position 0", "{a:Own}", "Own", EXPRESSION)),
    ('parsimd.search("{a:Own}", "x", extra_types={"Own": broken})', parsimd.ExpressionError, drawn("the pattern '(' of type 'Own' is no regular expression: missing ), unterminated subpattern at position 0", "{a:Own}", "Own", EXPRESSION)),
    ("parsimd.with_pattern(7)", TypeError, "pattern must be a regular expression as str, not int"),
    ("parsimd.with_pattern(int)", TypeError, r"pattern must be a regular expression as str, not type: call the decorator with one, as in @with_pattern(r'\d+')"),
    (r'parsimd.with_pattern(re.compile(r"\d+"))', TypeError, r"pattern must be a regular expression as str, not Pattern: give its text, '\\d+'"),
    ('parsimd.with_pattern("a")("x")', TypeError, "with_pattern is for a function of the text, as int is, not str"),
    (r'parsimd.with_pattern(r"\d+")(int)', TypeError, "with_pattern cannot give int a pattern: give one to a function that calls it, as lambda text: int(text)"),
    ('parsimd.with_pattern("(a)", "one")', TypeError, "regex_group_count must be the number of groups in the pattern, or None, not 'one'"),
    ('parsimd.with_pattern("a", column=int)', TypeError, "column must be str, not type"),
    ('parsimd.with_pattern("a", column="int")', ValueError, "column must be one of 'int64', 'float64', 'bool', 'timestamp[us]', 'duration[ns]', 'text', not \"int\""),
    # What is asked for is not there.
    ('result["lvl"]', KeyError, 'no field "lvl"' + LEVEL_MS),
    ('result["levle"]', KeyError, 'no field "levle"' + LEVEL_MS + '; did you mean "level"?'),
    ("result[0]", IndexError, "no field 0: there are 0 without a name; those with names are in result.named"),
    ("unnamed[2]", IndexError, "no field 2: there are 2 without a name"),
    ('unnamed["a"]', KeyError, 'no field "a": none has a name; the values are in result.fixed'),
    ("result[None]", KeyError, "no field None: a result is indexed by the name of a field, or a number"),
    ('batch["level "]', KeyError, 'no column "level "' + LEVEL_MS + '; did you mean "level"?'),
    ('batch[["level", "s"]]', KeyError, 'no column "s"' + LEVEL_MS),
    ('batch[["level", 7]]', TypeError, "a list that indexes a batch has names of columns, not 7"),
    ("batch[2]", IndexError, "no row 2: there are 2"),
    ("batch[1.5]", TypeError, BATCH + "float"),
    ('batch["level", "ms"]', TypeError, BATCH + "tuple"),
    ('row["lvl"]', KeyError, 'no column "lvl"' + LEVEL_MS),
    ("row[2]", IndexError, "no column 2: there are 2"),
    ("row[1.5]", TypeError, "a row is indexed by the name or the number of a column, or a slice of numbers, not by float"),
    ("ms[2]", IndexError, "no row 2: there are 2"),
    ('ms["a"]', TypeError, "a column is indexed by the number of a row, or a slice of rows, not by str"),
    ('sets["tok"]', KeyError, "no pattern 'tok'; there are ['took', 'rest']"),
    ('p.map_table(pyarrow.table({"a": ["x"]}), column="b")', KeyError, "no column 'b'; there are ['a']"),
    ('p.map_table(pyarrow.table({"a": [1]}))', ValueError, "no column of text or bytes: ['a']"),
    # An option of a scan.
    ("p.scan(LOG, threads=0)", ValueError, "threads must be 1 or more, or None, not 0"),
    ('p.scan(LOG, threads="2")', TypeError, THREADS + "'2'"),
    ("p.scan(LOG, threads=True)", TypeError, THREADS + "True"),
    ("p.scan(LOG, limit=-1)", ValueError, "limit must be 0 or more, or None, not -1"),
    ("p.scan(LOG, limit=2.5)", TypeError, LIMIT + "2.5"),
    ("p.scan(LOG, limit=2**64)", TypeError, LIMIT + "18446744073709551616"),
    ('p.scan(LOG, match="firsts")', ValueError, "match must be 'line', 'first' or 'all', not \"firsts\""),
    ("p.scan(LOG, match=None)", TypeError, "match must be 'line', 'first' or 'all', not None"),
    ('p.scan(LOG, on_error="ignore")', ValueError, "on_error must be 'skip', 'null' or 'raise', not \"ignore\""),
    ("p.scan(LOG, on_error=None)", TypeError, "on_error must be 'skip', 'null' or 'raise', not None"),
    ("p.scan(LOG, strings=bytes)", TypeError, "strings must be 'utf8', 'view' or 'binary', not <class 'bytes'>"),
    ('p.scan(LOG, multiline="yes")', TypeError, "multiline must be True or False, not 'yes'"),
    ("p.scan(LOG, max_record_bytes=None)", TypeError, "max_record_bytes must be a number of bytes, not None"),
    ('p.scan(LOG, columns="ms")', TypeError, "columns must be the names of columns, as in ['a'], not one str"),
    ('p.scan(LOG, columns=["mss"])', ValueError, 'no column "mss"' + LEVEL_MS),
    ('p.scan(LOG, columns=["levl"])', ValueError, 'no column "levl"' + LEVEL_MS + '; did you mean "level"?'),
    ('p.scan(LOG, columns=["ms", "ms"])', ValueError, 'column "ms" was asked for twice'),
    ('p.scan(LOG, include="line")', TypeError, "include must be some of 'file', 'line' and 'offset', as in ['line'], not one str"),
    ('p.scan(LOG, include=["lines"])', ValueError, "each of include must be 'file', 'line' or 'offset', not \"lines\""),
    ('p.scan(LOG, tz="Berlin")', ValueError, 'unknown time zone "Berlin": did you mean "Europe/Berlin"?'),
    ("p.scan(LOG, tz=datetime.timezone.utc)", TypeError, TZ + "timezone"),
    ('p.scan(LOG, year="now")', ValueError, YEAR + "'now'"),
    ("p.scan(LOG, year=24)", ValueError, "year must be written with its century, as 2024 and not 24: 24 was given"),
    ("p.scan(LOG, year=True)", TypeError, YEAR + "True"),
    ("p.scan(LOG, year=2024.0)", TypeError, YEAR + "2024.0"),
    ("p.scan(LOG, columns=[0])", TypeError, "columns must be the names of columns, not 0"),
    ("p.scan(LOG, rejects=7)", TypeError, "rejects must be True, a path, an open binary file or a function, not 7"),
    ('p.scan_file("app.log", limit="5")', TypeError, LIMIT + "'5'"),
    ("sets.scan(LOG, on_error=None)", TypeError, "on_error must be 'skip', 'null' or 'raise', not None"),
    ('sets.scan(LOG, table="yes")', TypeError, "table must be True or False, not 'yes'"),
    # What is scanned.
    ("p.scan(None)", TypeError, DATA + "NoneType; for a file use scan_file"),
    ('p.scan(pathlib.PurePosixPath("app.log"))', TypeError, DATA + "PurePosixPath; for a file use scan_file"),
    ('p.scan(open("app.log"))', TypeError, DATA + "TextIOWrapper; for a file use scan_file"),
    ('p.scan(["info: 12 ms"])', TypeError, DATA + "list; join the lines with newlines, or use parse_array for texts one by one"),
    ('p.scan_file("lost.log")', FileNotFoundError, "[Errno 2] No such file or directory: 'lost.log'"),
    ("p.scan_file(None)", TypeError, FILES + "NoneType; for data in memory use scan"),
    ("p.scan_file([1])", TypeError, FILES + "int in list; for the number of a file that is open use open(number, 'rb')"),
    (r'p.scan_file("info: 12 ms\n")', TypeError, r"there is no file of this name, which has a newline in it: 'info: 12 ms\n'; scan_file takes paths and open files, and scan takes text"),
    ("p.scan_file(LOG * 1000)", TypeError, f"there is no file of this name, which has a newline in it: {CUT}; scan_file takes paths and open files, and scan takes text"),
    ("p.scan_polars(LOG * 1000)", TypeError, f"there is no file of this name, which has a newline in it: {CUT}; scan_polars takes paths"),
    ('p.scan_file("x" * 5000)', OSError, f"[Errno {errno.ENAMETOOLONG}] File name too long: '{'x' * 120}…'"),
    ('parsimd.guess("x" * 5000)', OSError, f"[Errno {errno.ENAMETOOLONG}] File name too long: '{'x' * 120}…'"),
    ("p.scan(LOG, limit=LOG * 1000)", TypeError, LIMIT + CUT),
    ("p.scan(LOG).read(LOG * 1000)", TypeError, ROWS + CUT),
    ("p.scan_file([])", ValueError, "there are no files to scan: the list that was given has none"),
    ("p.scan_file({})", ValueError, "there are no files to scan: the dict that was given has none"),
    ("p.scan_file([], follow=True)", ValueError, "there are no files to scan: the list that was given has none"),
    ('p.scan_file(taken(["app.log"]))', ValueError, "there are no files to scan: the list_iterator that was given has none, or all were taken from it before"),
    ('p.scan_file(path for path in ())', ValueError, "there are no files to scan: the generator that was given has none, or all were taken from it before"),
    ('p.scan_file({"app.log"})', TypeError, "files must be in an order, which a set does not have: give sorted(files)"),
    ('p.scan_file("app.log", follow=1)', TypeError, "follow must be True or False, not 1"),
    ('p.scan_file("app.log", progress="yes")', TypeError, PROGRESS + "'yes'"),
    ("p.scan(LOG, progress=1)", TypeError, PROGRESS + "1"),
    ("sets.scan_file(())", ValueError, "there are no files to scan: the tuple that was given has none"),
    ('sets.scan_file("app.log", follow=1)', TypeError, "follow must be True or False, not 1"),
    ("p.scan(LOG).read(-1)", ValueError, ROWS + "-1"),
    ('p.scan(LOG).read("1")', TypeError, ROWS + "'1'"),
    ("p.scan(LOG).read(1.5)", TypeError, ROWS + "1.5"),
    ("p.scan(LOG).read(True)", TypeError, ROWS + "True"),
    ("sets.scan(LOG).to_polars()", AttributeError, "a scan by several patterns has no to_polars" + TABLE + ", or call that of a batch of read_all()"),
    ("sets.scan(LOG).to_pandas()", AttributeError, "a scan by several patterns has no to_pandas" + TABLE + ", or call that of a batch of read_all()"),
    ("sets.scan(LOG).read(3)", AttributeError, "a scan by several patterns has no read" + TABLE),
    ("batch.ms", AttributeError, "'Batch' object has no attribute 'ms'; did you mean [\"ms\"]?"),
    ("row.levle", AttributeError, "'Row' object has no attribute 'levle'; did you mean [\"level\"]?"),
    ("result.level", AttributeError, "'Result' object has no attribute 'level'; did you mean [\"level\"]?"),
    ("batch.other", AttributeError, "'Batch' object has no attribute 'other'"),
    ("batch._level", AttributeError, "'Batch' object has no attribute '_level'"),
    ("unnamed.level", AttributeError, "'Result' object has no attribute 'level'"),
    ("sets.scan(LOG).lines", AttributeError, "a scan by several patterns has no lines"),
    # Frames of other libraries.
    ("p.scan_polars([])", ValueError, "there are no files to scan: the list that was given has none"),
    ("p.scan_polars(None)", TypeError, "scan_polars takes a path (str, bytes or os.PathLike), or several of them, not NoneType"),
    ('p.scan_polars("app.log", threads=0)', ValueError, "threads must be 1 or more, or None, not 0"),
    ('p.scan_polars("app.log", threads="x")', TypeError, THREADS + "'x'"),
    ('p.scan_polars("app.log", on_error="ignore")', ValueError, "on_error must be 'skip', 'null' or 'raise', not \"ignore\""),
    ('p.scan_polars("app.log", stats=[])', TypeError, "stats must be a function that is called with the Stats of each query, such as the append of a list, not []"),
    ('parsimd.polars.parse("line", "{a}")', TypeError, "expr must be an expression of polars, as polars.col('line') is one, not str"),
    ('parsimd.pandas.parse(["x"], "{a}")', TypeError, "series must be a Series of pandas, not list: for other texts there is Parser.parse_array"),
    ('parsimd.pandas.parse(pandas.Series(["x"]), "{a}", on_error=None)', TypeError, "on_error must be 'skip', 'null' or 'raise', not None"),
    ('parsimd.duckdb.register("app.log", "f", "{a}")', TypeError, CON + "str"),
    ('parsimd.duckdb.register(duckdb.connect(), "", "{a}")', ValueError, "the name of the function is empty"),
    ('parsimd.duckdb.register(duckdb.connect(), 7, "{a}")', TypeError, "the name of the function must be str, not int"),
    ('parsimd.duckdb.read_log("app.log", "{a}", duckdb.connect())', TypeError, CON + "str"),
    ('parsimd.duckdb.read_log(duckdb.connect(), [], "{a}")', ValueError, "there are no files to scan: the list that was given has none"),
    ('parsimd.duckdb.read_log(duckdb.connect(), "app.log", "{a}", include="file")', TypeError, "include must be some of 'file', 'line' and 'offset', as in ['line'], not one str"),
    ('p.scan(LOG).to_duckdb("app.db", "t")', TypeError, CON + "str"),
    ('p.scan(LOG).to_duckdb(duckdb.connect(), 7)', TypeError, "the name of the table must be str, not int"),
    ('batch.to_duckdb(duckdb.connect(), "")', ValueError, "the name of the table is empty"),
    ("p.map_arrow(7)", TypeError, "batches must be an iterable of record batches, not int"),
    ("list(spent(p.scan(LOG)))", ValueError, SPENT),
    ("spent(p.scan(LOG)).read_all()", ValueError, SPENT),
    ("p.scan(LOG).take_rejects()", ValueError, "this scan keeps no rejects: it was not made with rejects=True"),
    ('p.parse_array("info")', TypeError, "array must be an array of Arrow, or a sequence of str and None, not str"),
    ("p.parse_array([1])", TypeError, "array must hold texts, as str, and None: value 0 is int"),
    ('p.parse_array(["a"], on_error=None)', TypeError, "on_error must be 'skip', 'null' or 'raise', not None"),
    ("p.spark_schema(tz=7)", TypeError, TZ + "int"),
    # What is written.
    ("p.write()", ValueError, "field {level:w}: " + NO_NULL),
    ('p.write({"level": "info", "ms": "12"})', ValueError, "field {ms:d}: '12' cannot be written: d writes no str: give 12"),
    ('p.write({"level": "info", "ms": 1.5})', ValueError, "field {ms:d}: 1.5 cannot be written: d writes no float"),
    ('p.write(["info", 12])', ValueError, "2 values for 0 fields without a name; give a mapping, or arguments with the names level, ms"),
    ('p.write(level="info", mss=12)', ValueError, "no field has the name 'mss'; the names are level, ms"),
    ('p.write("info")', TypeError, VALUES + "str"),
    # Sets, guesses and formats of other tools.
    ('parsimd.compile_set(["{a}"])', TypeError, "a set of patterns is made of a dict from names to formats, not of list"),
    ("parsimd.compile_set({})", ValueError, "a set of patterns must have one or more"),
    ('parsimd.compile_set({1: "{a}"})', TypeError, "the names of patterns must be str, not 1"),
    ('parsimd.compile_set({"x": 7})', TypeError, "format must be str, not int"),
    ("parsimd.guess(7)", TypeError, "guess takes a path, an open file, bytes or lines, not int"),
    ('parsimd.guess(["a", 7])', TypeError, "line 1 must be str or bytes, not int"),
    ("parsimd.guess([])", ValueError, "there are no lines to guess a pattern from"),
    ('parsimd.guess(["a"], most="3")', TypeError, "lines and most must be numbers from 1, not 1000 and '3'"),
    ("parsimd.formats.nginx(7)", TypeError, "log_format must be str, not int"),
    ("parsimd.formats.find(7)", TypeError, "name must be str, not int"),
    (
        'parsimd.formats.find("apache")',
        ValueError,
        "no ready pattern is called 'apache': did you mean 'apache-combined', 'apache-common' or 'apache-error'?",
    ),
    ('parsimd.formats.find("ngnix")', ValueError, "no ready pattern is called 'ngnix': did you mean 'nginx-combined' or 'nginx-error'?"),
    ('parsimd.formats.find("Spark")', ValueError, "no ready pattern is called 'Spark': did you mean 'spark'?"),
    ('parsimd.formats.find("syslg")', ValueError, "no ready pattern is called 'syslg': did you mean 'syslog'?"),
]


@pytest.fixture(autouse=True)
def a_log(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "app.log").write_text(LOG)


@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.parametrize(("code", "kind", "text"), SLIPS, ids=[code for code, *_ in SLIPS])
def test_a_slip_is_answered_by_what_where_and_what_to_do(code, kind, text):
    with pytest.raises(Exception) as caught:
        eval(code, names())
    assert type(caught.value) is kind
    assert str(caught.value) == text


def test_no_traceback_shows_a_private_module_or_escapes_a_drawing():
    for code, kind, text in SLIPS:
        if kind in (KeyError, parsimd.RepeatedNameError, parsimd.ExpressionError):
            with pytest.raises(kind) as caught:
                eval(code, names())
            shown = "".join(traceback.format_exception_only(kind, caught.value))
            public = kind.__name__ if kind is KeyError else f"parsimd.{kind.__name__}"
            assert shown == f"{public}: {text}\n"


def test_the_error_of_a_name_has_the_name_as_that_of_a_dict_has_it():
    for code, name in [('result["lvl"]', "lvl"), ('batch["lvl"]', "lvl"), ('row["lvl"]', "lvl"), ('sets["lvl"]', "lvl")]:
        with pytest.raises(KeyError) as caught:
            eval(code, names())
        assert caught.value.args == (name,)
        assert pickle.loads(pickle.dumps(caught.value)).args == (name,)


def test_the_errors_pickle():
    for code in ('parsimd.compile("{a_b_}{a[b]}")', 'result["lvl"]', 'parsimd.compile("{url:.0}")'):
        with pytest.raises(Exception) as caught:
            eval(code, names())
        copy = pickle.loads(pickle.dumps(caught.value))
        assert type(copy) is type(caught.value) and str(copy) == str(caught.value)


# A scan in which nothing matches is no error: its counts say why.
SILENT = [
    (
        r"took (\d+) ms",
        r'expected "took (\\d+) ms", found "took 12 ms"; this looks like a regular expression, whose characters stand for themselves here: '
        "a field is {n:d}, and a type of your own has an expression",
    ),
    (
        "{ms:d} ms",
        'expected {ms:d}, found "took"; the pattern matches from character 5 of the text on: `search` finds it there, and a scan with match="first"',
    ),
]


@pytest.mark.parametrize(("pattern", "why"), SILENT)
def test_the_stats_of_a_scan_in_which_nothing_matches_say_why(pattern, why):
    scan = parsimd.compile(pattern).scan("took 12 ms\ntook 13 ms\n")
    assert len(scan.read_all()) == 0
    counts = "<Stats records=2 matched=0 unmatched=2 failures=0 bytes=22>"
    assert repr(scan.stats) == counts
    assert str(scan.stats) == f"{counts}: no line matched: {why}"


@pytest.mark.parametrize(
    ("lines", "options"),
    [("", {}), ("took 12 ms\nnoise\n", {}), ("noise\n", {"match": "first"}), ("took 99999999999999999999 ms\n", {})],
    ids=["no lines", "one matches", "not whole lines", "one has no value"],
)
def test_other_stats_are_the_counts_alone(lines, options):
    scan = parsimd.compile("took {ms:d} ms").scan(lines, **options)
    scan.read_all()
    assert str(scan.stats) == repr(scan.stats)


@pytest.mark.parametrize("length", [100, 116, 117, 118, 119, 120, 121, 500, 4000])
def test_the_stats_explain_all_of_a_long_line_and_not_its_excerpt(length):
    parser, line = parsimd.compile('{a:w} "{b}" {c:d|-}'), "x" * length + ' "y" 7 "Mozilla"'
    scan = parser.scan(line + "\n")
    scan.read_all()
    why = parser.explain_mismatch(line)
    assert why.message == 'expected the end after {c:d|-}, found " \\"Mozilla\\""'
    assert str(scan.stats) == f"{scan.stats!r}: no line matched: {why.message}; {why.help}"
    assert [reason.reason for reason in scan.reasons()] == [why.message]


def test_of_a_line_that_is_too_long_to_be_kept_nothing_is_said():
    scan = parsimd.compile("{a:w} {b:d}").scan("x" * 5000 + " y\n")
    scan.read_all()
    assert str(scan.stats) == repr(scan.stats)


def test_the_stats_of_several_patterns_in_which_nothing_matches_say_why_the_furthest_does_not():
    patterns = parsimd.compile_set({"first": "{n:d} because", "other": "{n:d} yes x"})
    scan = patterns.scan("1 yes\n")
    scan.read_all()
    assert str(scan.stats).startswith(f'{scan.stats!r}: no line matched: other: expected " yes x" after {{n:d}}, found " yes"')


# The type, a format in which a wrong number of groups matters, and how many there are.
MISCOUNTED = [
    ("(a)(b)", None, "{:Own} {:w}", "2 groups", 0, "regex_group_count=2, or (?:…) for a group that is not needed"),
    ("(a)b", 3, "{x:Own} {:w}", "1 group", 3, "regex_group_count=1, or (?:…) for a group that is not needed"),
    ("ab", 1, "{x:Own} {at:ti}", "0 groups", 1, "regex_group_count=0"),
]


@pytest.mark.parametrize(("pattern", "count", "format", "groups", "given", "advice"), MISCOUNTED)
def test_groups_that_are_counted_wrong_are_warned_of_where_they_matter(pattern, count, format, groups, given, advice):
    with pytest.warns(UserWarning) as warned:
        parsimd.compile(format, {"Own": typed(pattern, regex_group_count=count)})
    assert [str(one.message) for one in warned] == [
        f"the pattern of type 'Own' has {groups}, and its regex_group_count is {given}: fields after it get wrong texts. Write {advice}"
    ]
    assert warned[0].filename == __file__


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    ("pattern", "count", "format"),
    [("(a)(b)", 2, "{:Own} {:w}"), ("(?:a)b", None, "{:Own} {:w}"), ("(a)(b)", None, "{x:Own} {y:w}"), ("(a)(b)", None, "{:w} {:Own}"), ("ab", 0, "{:Own} {:w}")],
)
def test_no_warning_where_groups_are_counted_right_or_do_not_matter(pattern, count, format):
    text = "ab ab"
    result = parsimd.compile(format, {"Own": typed(pattern, regex_group_count=count)}).parse(text)
    assert [*result.fixed, *result.named.values()] == ["ab", "ab"]


def test_rows_without_columns_can_be_counted():
    batch = parsimd.compile("{level:w}: {ms:d} ms").scan(LOG, columns=[]).read_all()
    assert len(batch) == batch.num_rows == 2 and batch.names == []


def test_what_is_told_to_do_with_nulls_for_numpy_can_be_done():
    batch = parsimd.compile("{n:d|-} {d:bool|-}").scan("1 yes\n- -\n").read_all()
    for name, wanted in (("n", [1, 0]), ("d", [True, False])):
        column = batch[name]  # noqa: F841
        with pytest.raises(ValueError, match="1 null, and an array of") as raised:
            column.to_numpy()
        advice = re.search(r"(pyarrow\.array\(column\).*) has a value in their place, and batch\.to_pandas\(\) keeps them", str(raised.value))
        assert eval(advice[1]).tolist() == wanted
        assert batch.to_pandas()[name].isna().tolist() == [False, True]


def test_a_path_that_is_scanned_as_text_is_warned_of():
    with pytest.warns(UserWarning) as warned:
        parsimd.compile("{a}").scan("app.log")
    assert str(warned[0].message) == 'scan takes "app.log" as text to be scanned; to scan the file of that name use scan_file'
    assert warned[0].filename == __file__


def test_a_pattern_and_a_text_that_are_swapped_are_told():
    why = parsimd.compile("info: 12 ms").explain_mismatch("{level:w}: {ms:d} ms")
    assert why.help == "the text has fields and the pattern has none: are the two swapped?"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["{level:w}: {ms:d} ms", "lost.log"], "parsimd: lost.log: No such file or directory (os error 2)\n"),
        (["{ms:int}", "app.log"], "parsimd: " + drawn('format spec "int" not recognised', "{ms:int}", "int", "did you mean d? (an integer)") + "\n"),
    ],
    ids=["a file that is not there", "a wrong pattern"],
)
@pytest.mark.skipif(os.name == "nt", reason="Windows has other words")
def test_the_command_says_the_same(arguments, said, tmp_path):
    ran = subprocess.run([sys.executable, "-m", "parsimd", *arguments], capture_output=True, text=True, cwd=tmp_path)
    assert (ran.stdout, ran.stderr, ran.returncode) == ("", said, 2)


def test_memory_that_is_no_bytes_is_refused():
    import array

    import numpy

    parser = parsimd.compile("{level:w} {n:d}")
    for items in (["info 1"], [b"info 1"], numpy.array(["info 1"], dtype=object), [1, 2], [1.5]):
        with pytest.raises(TypeError, match="the items of this buffer are none.*use parse_array"):
            parser.scan(numpy.array(items))
    with pytest.raises(TypeError, match="the items of this buffer are none"):
        parser.scan(array.array("i", [1, 2]))
    data = b"info 1\n"
    for memory in (numpy.frombuffer(data, "uint8"), numpy.frombuffer(data, "int8"), array.array("B", data), memoryview(data), pyarrow.py_buffer(data)):
        assert parser.scan(memory).read_all().to_tuples() == [("info", 1)]
