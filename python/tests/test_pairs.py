"""`kv`: pairs of keys and values, as a dict and a map; `kv(…)`: keys that are fields and columns."""

import copy
import datetime
import pickle

import parse as upstream
import parsimd
import pyarrow
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

BLANKS = " \t\n\v\f\r"


def reference(text):
    """The pairs of a text, character by character: key, value as written or None, where the value stands. None if it is no text of pairs."""
    pairs, at = [], 0
    while True:
        while at < len(text) and text[at] in BLANKS:
            at += 1
        if at == len(text):
            return pairs or None
        start, at = at, at + 1
        while at < len(text) and text[at] not in BLANKS + "=":
            at += 1
        key = text[start:at]
        if at == len(text) or text[at] != "=":
            pairs.append((key, None, (at, at)))
            continue
        at += 1
        start = at
        if text[at : at + 1] in ('"', "'", "`"):
            at += 1
            while at < len(text) and text[at] != text[start]:
                at += 2 if text[at] == "\\" else 1
            at += 1
            if at > len(text) or text[at : at + 1] not in (*BLANKS, ""):
                return None
        else:
            while at < len(text) and text[at] not in BLANKS:
                at += 1
        pairs.append((key, text[start:at], (start, at)))


def unquoted(value):
    return parsimd.parse("{:q}", value)[0] if value and value[0] in "\"'`" else value or ""


def reference_dict(text):
    pairs = {}
    for key, value, _ in reference(text):
        pairs.setdefault(key, unquoted(value))
    return pairs


words = st.text("abkxyzé0.-\\\"'`=[]:", min_size=1, max_size=5)
inside = st.lists(st.sampled_from([*"ab =é\t:`'", '\\"', "\\\\", "\\n", "\\u00e9"]), max_size=6).map("".join)
keys = st.sampled_from(["level", "LEVEL", "took", "n", "on", "msg", "é", "k.x", "x"])
values = st.one_of(
    words,
    inside.map('"{}"'.format).filter(lambda text: reference(f"k={text}") is not None),
    st.sampled_from(["", "1", "200", "-5", "1.5s", "12ms", '"2m3s"', "1.5.2s", "yes", "off", "-", '"-"', '""', "'a b'", "`c`", '"1', "9" * 25, "0x1F"]),
)
pair = st.one_of(st.builds("{}={}".format, keys, values), st.builds("{}={}".format, keys, values), keys, words)
blanks = st.sampled_from([" ", " ", " ", "  ", "\t", " \t "])
texts = st.builds(lambda before, pairs, after: before + "".join(a + b for a, b in pairs) + after, st.sampled_from(["", " "]), st.lists(st.tuples(pair, blanks), max_size=7), st.sampled_from(["", "z", "z=1"]))


@given(texts)
def test_kv_is_what_the_reference_reads(text):
    parser = parsimd.compile("{kv:kv}")
    found, pairs = parser.parse(text), reference(text)
    assert (found is None) == (pairs is None)
    batch = parser.scan(text).read_all()
    if pairs is None:
        assert len(batch) == 0
    else:
        assert found["kv"] == reference_dict(text)
        assert batch["kv"].to_pylist() == [reference_dict(text)]


@given(st.lists(texts, max_size=8))
def test_lines_before_and_after_are_read_as_the_reference_does(lines):
    parser = parsimd.compile("{n:d} {kv:kv}")
    batch = parser.scan("".join(f"{n} {line}\n" for n, line in enumerate(lines))).read_all()
    assert batch.to_tuples() == [(n, reference_dict(line)) for n, line in enumerate(lines) if reference(line)]
    assert pyarrow.array(batch["kv"]).to_pylist() == [list(row.items()) for row in batch["kv"]]


KEYS = "level,took:dur,n:d|-,on:bool,msg:S,k.x:q"


def reference_keys(text, case_sensitive):
    """Values and spans of the keys, and those whose value its type does not take."""
    values, spans, wrong = {}, {}, []
    for key in KEYS.split(","):
        name, _, spec = key.partition(":")
        spec = spec.replace("q", "")
        same = [p for p in reference(text) if p[0] == name or not case_sensitive and p[0].lower() == name]
        values[name] = None
        if not same:
            continue
        _, value, spans[name] = same[0]
        if spec == "bool" and value is None:
            values[name] = True
            continue
        value = unquoted(value)
        if not spec:
            values[name] = value
            continue
        found = parsimd.parse(f"{{:{spec}}}", value, case_sensitive=case_sensitive)
        if found is None:
            wrong.append(name)
        else:
            values[name] = found[0]
    return values, spans, wrong


@settings(max_examples=300)
@given(texts, st.booleans())
def test_keys_are_what_the_reference_reads(text, case_sensitive):
    parser = parsimd.compile(f"{{:kv({KEYS})}}", case_sensitive=case_sensitive)
    if reference(text) is None:
        assert parser.parse(text) is None
        return
    values, spans, wrong = reference_keys(text, case_sensitive)
    if wrong:
        with pytest.raises(ValueError, match="not written as its type is"):
            parser.parse(text)
    else:
        found = parser.parse(text)
        assert found.named == values and list(found.named) == list(values)
        assert found.spans == spans
    for strings in ("utf8", "view"):
        run = parser.scan(text, on_error="null", strings=strings)
        (row,) = [row.as_dict() for row in run.read_all()]
        # A column has 64 bits.
        if values["n"] is not None and abs(values["n"]) >= 2**63:
            values["n"], wrong = None, wrong + ["n"]
        assert row == values
        assert [failure.field for failure in run.stats.first_failures] == [key for key in values if key in wrong][:1]


def test_a_search_and_all_matches_have_keys_too():
    parser = parsimd.compile("<{:kv(a:d,b)}>")
    assert [found.named for found in parser.findall("<a=1> <b='> x'> <c>")] == [
        {"a": 1, "b": None},
        {"a": None, "b": "> x"},
        {"a": None, "b": None},
    ]
    assert parser.search("x <b a=5>").spans == {"b": (4, 4), "a": (7, 8)}


def test_quotes_keep_the_field_from_ending():
    assert parsimd.parse("[{kv:kv}] {msg}", '[a="] x" b] y] z').named == {"kv": {"a": "] x", "b": ""}, "msg": "y] z"}


def test_the_engine_says_why_keys_are_left_to_re():
    assert parsimd.compile("{kv:kv}").engine.name == "native"
    engine = parsimd.compile("{kv:kv(a)}").engine
    assert engine == ("re", "kv(…) has keys, whose values are found after a match")


def test_own_types_and_their_names_win():
    def loud(text):
        return text.upper()

    loud.pattern = "[a-z]+"
    parser = parsimd.compile("{:kv(a:Loud|-,kv:q)}", {"Loud": loud})
    assert parser.parse("a='b' kv").named == {"a": "B", "kv": ""}
    assert parser.parse("a=-").named == {"a": None, "kv": None}
    with pytest.raises(ValueError, match="the value of a, is not written"):
        parser.parse("a=1")
    assert parser.scan("a=b\na=1\n").read_all().to_tuples() == [("b", None)]
    assert parsimd.parse("{:kv}", "x", {"kv": loud})[0] == "X"
    assert parsimd.parse("{x:kv(a)}", "x", {"kv(a)": loud})["x"] == "X"


def test_a_layout_of_strptime_codes_is_one():
    format = "{x:kv(%Y)}"
    assert parsimd.compile(format)._expression == upstream.compile(format)._expression
    for ours in ("{x:kv}", "{x:kv(a)}", "{x:kv(a:d|-,b)|-}"):
        with pytest.raises(ValueError, match="not recognised"):
            upstream.compile(ours)


@pytest.mark.parametrize(
    ("format", "message"),
    [
        ("{x:kv()}", '"" is no name of a key'),
        ("{x:kv(a,b c)}", '"b c" is no name of a key'),
        ("{x:kv(a,a)}", '"a" is a key of kv'),
        ("{x:kv(level,n:d,LEVEL)}", '"LEVEL" is a key of kv'),
        ("{x:kv(a:d}", "a list of keys ends with \\), as in kv"),
        ("{a} {x:kv(a)}", '"a" is a key of kv'),
        ("{x:kv(a)} {a:d}", '"a" is a key of kv'),
        ("{x:kv(a:nope)}", "format spec 'nope' not recognised"),
        ("{x:kv(a:5d)}", 'the key "a" has more than a type and null texts'),
        ("{x:kv(a:kv)}", 'the key "a" cannot be of type "kv"'),
    ],
)
def test_a_list_of_keys_that_cannot_be_is_an_error(format, message):
    with pytest.raises(ValueError, match=message.replace("(", r"\(")):
        parsimd.compile(format)


def test_keys_that_differ_in_case_are_two_where_case_counts():
    parser = parsimd.compile("{:kv(level,LEVEL)}", case_sensitive=True)
    assert parser.parse("LEVEL=2 level=3").named == {"level": "3", "LEVEL": "2"}
    assert parser.scan("LEVEL=2 level=3").read_all().to_tuples() == [("3", "2")]


def test_keys_are_found_under_the_rule_of_case_of_all_letters():
    parser, text = parsimd.compile("{:kv(s,ok)}"), "\u017f=1 O\u212a=2"
    assert parser.parse(text).named == {"s": "1", "ok": "2"}
    assert parser.scan(text).read_all().to_tuples() == [("1", "2")]


def test_parsers_with_keys_can_be_copied_and_pickled():
    parser = parsimd.compile("{t:t} {:kv(a:ti,b|-)}".replace("b|-", "b:|-"))
    line = "2024-05-18T10:59:06 a=2011-02-03 b=-"
    wanted = parser.parse(line).named
    assert wanted["a"] == datetime.datetime(2011, 2, 3) and wanted["b"] is None
    for other in (copy.deepcopy(parser), pickle.loads(pickle.dumps(parser))):
        assert other.parse(line).named == wanted
        assert other.scan(line).read_all().to_tuples() == parser.scan(line).read_all().to_tuples()


def test_texts_that_are_not_utf_8_are_failures_of_maps_and_of_typed_keys():
    data = b"a=1 b=\xff\nb='\xff'\na=\xff\n"
    run = parsimd.compile("{kv:kv}").scan(data, strings="binary", on_error="null")
    assert run.read_all()["kv"].to_pylist() == [None, None, None]
    run = parsimd.compile("{:kv(a:d,b)}").scan(data, strings="binary", on_error="null")
    assert run.read_all().to_tuples() == [(1, b"\xff"), (None, b"\xff"), (None, None)]
    assert run.stats.failures == 1


def test_columns_limits_and_filters_of_keys(tmp_path):
    polars = pytest.importorskip("polars")
    path = tmp_path / "app.log"
    path.write_text("".join(f"{n} level={'info' if n % 3 else 'warn'} status={n} m\n" for n in range(1000)))
    parser = parsimd.compile("{n:d} {:kv(level,status:d,x)}")
    batch = parser.scan_file(path, columns=["status", "level"], limit=4).read_all()
    assert batch.to_tuples() == [(n, "info" if n % 3 else "warn") for n in range(4)]
    frame = parser.scan_polars(path).filter((polars.col("level") == "warn") & (polars.col("status") >= 900)).collect()
    assert frame["n"].to_list() == [n for n in range(900, 1000) if n % 3 == 0]
    frame = parsimd.compile("{n:d} {kv:kv}").scan_polars(path).collect()
    assert frame.height == 1000


def test_a_query_has_the_same_rows_whichever_columns_it_asks_for(tmp_path):
    pytest.importorskip("polars")
    path = tmp_path / "app.log"
    path.write_text("1 word=a\n2 word=1\n3 x\n")
    frame = parsimd.compile("{n:d} {:kv(word:l)}").scan_polars(path)
    assert frame.select("n").collect()["n"].to_list() == frame.collect()["n"].to_list() == [1, 3]


def test_arrays_tables_and_schemas_have_keys_and_maps():
    parser = parsimd.compile("{:kv(a:d,b)}")
    assert parser.parse_array(["a=1", None, "b", '="']).to_pylist() == [{"a": 1, "b": None}, None, {"a": None, "b": ""}, {"a": None, "b": None}]
    assert parser.spark_schema() == "`a` BIGINT, `b` STRING"
    maps = parsimd.compile("{kv:kv}")
    assert maps.spark_schema() == "`kv` MAP<STRING, STRING>"
    table = maps.map_table(pyarrow.table({"text": ["a=1 b", "c='d e'"]}))
    assert table.to_pylist() == [{"kv": [("a", "1"), ("b", "")]}, {"kv": [("c", "d e")]}]
    batch = maps.scan("a=1\nb\n").read_all()
    assert batch["kv"].to_numpy().tolist() == [{"a": "1"}, {"b": ""}]
    assert batch.types == {"kv": "map[text, text]"}
    assert batch[1:]["kv"].to_pylist() == [{"b": ""}]


def test_a_text_that_does_not_match_is_refused_in_time():
    text = "k=\"a b\" " * 2000
    for parser in (parsimd.compile("{kv:kv} END"), parsimd.compile("{:kv(k)} END")):
        assert parser.parse(text) is None
        parser._expression = parser._expression
        assert parser.parse(text) is None and parser.parse(text + " END") is not None
