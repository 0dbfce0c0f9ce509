"""Sets of patterns give what asking each pattern in turn gives."""

import pickle

import parsimd
import pytest
from hypothesis import given
from hypothesis import strategies as st

SSH = {
    "failed": "Failed password for {user} from {ip} port {port:d} ssh2",
    "accepted": "Accepted {method} for {user} from {ip} port {port:d} ssh2",
    "closed": "Connection closed by {ip}",
}
LOG = b"""Accepted publickey for ada from 10.0.0.7 port 22 ssh2
Failed password for bob from 10.0.0.9 port 4022 ssh2
noise
Connection closed by 10.0.0.9
Failed password for eve from 10.0.0.8 port 22 ssh2
"""


def in_turn(patterns, line):
    """The first pattern that matches a line, and its row; a set of only the first would say the same of it."""
    for name, parser in patterns.items():
        scan = parser.scan(line.encode() + b"\n")
        rows = scan.read_all().to_tuples()
        if scan.stats.unmatched == 0:
            return name, rows
    return None, []


def test_batches_come_with_the_name_of_their_pattern_in_the_order_of_the_set():
    scan = parsimd.compile_set(SSH).scan(LOG)
    assert [(name, batch.to_tuples()) for name, batch in scan] == [
        ("failed", [("bob", "10.0.0.9", 4022), ("eve", "10.0.0.8", 22)]),
        ("accepted", [("publickey", "ada", "10.0.0.7", 22)]),
        ("closed", [("10.0.0.9",)]),
    ]
    assert scan.stats.matched_by_pattern == {"failed": 2, "accepted": 1, "closed": 1}
    assert (scan.stats.records, scan.stats.matched, scan.stats.unmatched) == (5, 4, 1)
    with pytest.raises(ValueError, match="read to its end"):
        scan.read_all()


def test_read_all_has_a_batch_for_each_pattern_also_for_one_without_rows():
    batches = parsimd.compile_set({**SSH, "none": "never {n:d}"}).scan(LOG).read_all()
    assert list(batches) == [*SSH, "none"]
    assert [len(batch) for batch in batches.values()] == [2, 1, 1, 0]
    assert batches["none"].names == ["n"]


def test_the_table_has_all_columns_and_rows_in_the_order_of_the_input():
    scan = parsimd.compile_set(SSH).scan(LOG, table=True, include=["line"])
    table = scan.read_all()
    assert table.names == ["pattern", "user", "ip", "port", "method", "line"]
    assert table.to_tuples() == [
        ("accepted", "ada", "10.0.0.7", 22, "publickey", 1),
        ("failed", "bob", "10.0.0.9", 4022, None, 2),
        ("closed", None, "10.0.0.9", None, None, 4),
        ("failed", "eve", "10.0.0.8", 22, None, 5),
    ]
    assert scan.stats.matched_by_pattern == {"failed": 2, "accepted": 1, "closed": 1}
    rows = parsimd.compile_set(SSH).scan(LOG, table=True, on_error="null").read_all().to_tuples()
    assert rows[2] == (None,) * 5


@pytest.mark.parametrize("strings", ["utf8", "view"])
def test_arrow_takes_the_table_as_it_is(strings):
    pyarrow = pytest.importorskip("pyarrow")
    table = pyarrow.table(parsimd.compile_set(SSH).scan(LOG, table=True, strings=strings))
    assert table.column("pattern").to_pylist() == ["accepted", "failed", "closed", "failed"]
    assert table.column("port").to_pylist() == [22, 4022, None, 22]
    with pytest.raises(TypeError, match="table=True"):
        pyarrow.table(parsimd.compile_set(SSH).scan(LOG))


def test_files_and_options_are_as_for_one_pattern(tmp_path):
    path = tmp_path / "ssh.log"
    path.write_bytes(LOG)
    ssh = parsimd.compile_set(SSH)
    assert ssh.scan_file([path, path]).stats.records == 0
    batches = ssh.scan_file([path, path], include=["file", "line"]).read_all()
    assert batches["closed"].to_tuples() == [("10.0.0.9", str(path), 4)] * 2
    assert [name for name, _ in ssh.scan_file(path, limit=2)] == ["failed", "accepted"]
    with pytest.raises(parsimd.ScanError) as error:
        ssh.scan(LOG, on_error="raise").read_all()
    assert error.value.failure.text == "noise"
    with pytest.raises(parsimd.ScanError, match='accepted: expected " port " after {ip}, found " gate 22"$'):
        ssh.scan(b"Connection closed by 10.0.0.9\nAccepted key for ada from 10.0.0.7 gate 22 ssh2\n", on_error="raise").read_all()
    with pytest.raises(ValueError, match='match="all"'):
        ssh.scan(LOG, match="all")
    with pytest.raises(ValueError, match="on_error must be"):
        ssh.scan(LOG, on_error="ignore")
    with pytest.raises(ValueError, match="of type Int64 in pattern \"a\" and of type Float64 in pattern \"b\""):
        parsimd.compile_set({"a": "a {x:d}", "b": "b {x:f}"}).scan(b"", table=True)


def test_parse_gives_the_name_and_the_result():
    ssh = parsimd.compile_set(SSH)
    name, result = ssh.parse("Connection closed by 10.0.0.9")
    assert (name, result.named) == ("closed", {"ip": "10.0.0.9"})
    assert ssh.parse("noise") is None
    assert (len(ssh), list(ssh), ssh.names, ssh["closed"].parse("x")) == (3, list(SSH), list(SSH), None)
    assert repr(ssh) == "<PatternSet ['failed', 'accepted', 'closed']>"
    assert '"failed": asked about lines with its literal anchor' in ssh.explain()


def test_a_set_keeps_its_engine_until_one_of_its_parsers_changes():
    ssh = parsimd.compile_set(SSH)
    assert ssh._native() is ssh._native()
    engine = ssh._native()
    ssh["closed"]._expression = "Connection closed by x"
    assert ssh._native() is not engine
    assert ssh.scan(b"Connection closed by 10.0.0.9\n").read_all()["closed"].to_tuples() == []


def test_a_set_with_functions_of_the_program_keeps_no_engine():
    @parsimd.with_pattern("[0-9a-f]+", column="int64")
    def number(text):
        return int(text, 16)

    hexadecimal = parsimd.compile_set({"hex": "id={id:Hex}"}, {"Hex": number})
    assert hexadecimal._native() is not hexadecimal._native()


def test_sets_can_be_pickled():
    ssh = parsimd.compile_set(SSH)
    ssh.scan(LOG).read_all()
    ssh = pickle.loads(pickle.dumps(ssh))
    assert ssh.names == list(SSH)
    assert [len(batch) for batch in ssh.scan(LOG).read_all().values()] == [2, 1, 1]


def test_a_set_is_made_of_a_dict_with_patterns():
    with pytest.raises(ValueError, match="one or more"):
        parsimd.compile_set({})
    with pytest.raises(TypeError, match="dict from names to formats"):
        parsimd.compile_set(["{a}"])
    with pytest.raises(TypeError, match="names of patterns must be str"):
        parsimd.compile_set({1: "{a}"})


def test_own_types_and_patterns_that_re_decides_are_asked_in_their_turn():
    hexadecimal = parsimd.with_pattern("[0-9a-f]+", column="int64")(lambda text: int(text, 16))
    # Only `re` knows what a word is followed by in this way.
    behind = parsimd.with_pattern(r"\w+(?<=z)")(lambda text: text)
    patterns = {"hex": "id={id:Hex}", "behind": "id={z:Behind}", "any": "id={rest}"}
    ids = parsimd.compile_set(patterns, {"Hex": hexadecimal, "Behind": behind})
    batches = ids.scan(b"id=1f\nid=fizz\nid=fi-zo\nid=ff\n").read_all()
    assert {name: batch.to_tuples() for name, batch in batches.items()} == {
        "hex": [(31,), (255,)],
        "behind": [("fizz",)],
        "any": [("fi-zo",)],
    }


def test_a_parser_that_was_changed_is_asked_by_re():
    class Shouting(parsimd.Parser):
        def _handle_field(self, field):
            return super()._handle_field(field).replace(".+?", "[A-Z]+")

    patterns = parsimd.compile_set({"loud": Shouting("{word}", case_sensitive=True), "rest": "{word}"})
    batches = patterns.scan(b"HELLO\nhello\n").read_all()
    assert [batch.to_tuples() for batch in batches.values()] == [[("HELLO",)], [("hello",)]]


PIECES = ["{a}", "{n:d}", "{w:w}", "user ", " from ", "=", ": ", "[", "]", "é"]
TEXTS = ["12", "word", "é", "two words", "user ", " from ", "=", ": ", "[", "]", ""]


@given(
    st.lists(st.lists(st.sampled_from(PIECES), min_size=1, max_size=4, unique=True).map("".join), min_size=1, max_size=50),
    st.lists(st.lists(st.sampled_from(TEXTS), max_size=5).map("".join), max_size=20),
    st.sampled_from([1, 3]),
)
def test_a_set_gives_what_asking_each_pattern_in_turn_gives(formats, lines, threads):
    patterns = {}
    for number, text in enumerate(formats):
        try:
            patterns[f"p{number}"] = parsimd.compile(text)
        except (ValueError, NotImplementedError):
            pass
    if not patterns:
        return
    expected = {name: [] for name in patterns}
    unmatched = 0
    for line in lines:
        name, rows = in_turn(patterns, line)
        unmatched += name is None
        if name is not None:
            expected[name] += rows
    scan = parsimd.compile_set(patterns).scan("".join(line + "\n" for line in lines), threads=threads)
    assert {name: batch.to_tuples() for name, batch in scan.read_all().items()} == expected
    assert scan.stats.unmatched == unmatched


def test_reasons_and_rejects_are_those_of_the_pattern_that_came_furthest(tmp_path):
    line = b"Accepted publickey for ada from 10.0.0.7 port x ssh2\n"
    scan = parsimd.compile_set(SSH).scan(LOG + line, rejects=True)
    scan.read_all()
    assert [reason.count for reason in scan.reasons()] == [1, 1]
    rejects = scan.take_rejects().to_pylist()
    assert [(row["line"], row["text"]) for row in rejects] == [(3, "noise"), (6, line.decode().rstrip())]
    assert rejects[1]["reason"] == 'accepted: expected {port:d} after {ip}, found "x"'
    table = parsimd.compile_set(SSH).scan(LOG + line, table=True, rejects=tmp_path / "rejects")
    assert len(table.read_all()) == 4
    assert (tmp_path / "rejects").read_bytes() == b"noise\n" + line
