"""Formats that people have already, and ready patterns."""

import sys
from pathlib import Path

import parsimd
import pytest
from parsimd import formats

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

CASES = tomllib.loads((Path(__file__).parents[2] / "tests" / "cases" / "formats.toml").read_text(encoding="utf-8"))["case"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["format"])
def test_every_ready_pattern_makes_a_row_of_each_of_its_lines(case):
    ready = formats.find(case["format"])
    scan = parsimd.compile(ready.pattern).scan("\n".join(case["lines"]), on_error="raise", multiline=ready.multiline)
    rows = scan.read_all().to_pylist()
    assert len(rows) == len(case["lines"])
    for row, values in zip(rows, case["values"]):
        for name, value in values.items():
            if isinstance(row[name], dict):
                assert "".join(f"{key}={text};" for key, text in row[name].items()) == value
            elif isinstance(row[name], str):
                assert row[name] == value
            elif isinstance(row[name], (int, float)):
                assert row[name] == float(value)
            else:
                assert row[name] is not None
        assert [row[name] for name in case.get("null", [])] == [None] * len(case.get("null", []))


@pytest.mark.parametrize("name", formats.READY)
def test_a_ready_pattern_reads_no_line_of_nonsense(name):
    # All texts are pairs of keys, of which some have no value.
    is_read = parsimd.parse(formats.READY[name].pattern, "nothing to see here") is not None
    assert is_read == (name == "logfmt")


def test_an_access_log_is_read_by_what_its_server_was_configured_with():
    line = '127.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] "GET /a HTTP/1.0" 200 2326 "-" "Mozilla/4.08"'
    nginx = """log_format main '$remote_addr - $remote_user [$time_local] "$request" '
                                '$status $body_bytes_sent "$http_referer" "$http_user_agent"';"""
    apache = r'LogFormat "%h %l %u %t \"%r\" %>s %b \"%{Referer}i\" \"%{User-agent}i\"" combined'
    dissect = '%{ip} - %{user} [%{time}] "%{request}" %{status|integer} %{bytes|integer} "%{}" "%{?agent}"'
    grok = '%{IP:ip} - %{USER:user} \\[%{HTTPDATE:time}\\] "%{DATA:request}" %{INT:status} (?:%{INT:bytes}|-) %{QS:ref} %{QS:agent}'
    for pattern, size in ((formats.nginx(nginx), "body_bytes_sent"), (formats.apache(apache), "bytes"), (formats.dissect(dissect), "bytes"), (formats.grok(grok), "bytes")):
        found = parsimd.parse(pattern, line)
        assert found is not None, pattern
        assert (found["status"], found[size], found["request"]) == (200, 2326, "GET /a HTTP/1.0")


def test_what_cannot_be_said_points_at_it():
    with pytest.raises(ValueError, match=r"nothing stands between two fields\n --> pattern:1:4\n  \|\n1 \| \$a \$b\$c\n  \|    \^\^\^\^\n"):
        formats.nginx("$a $b$c")
    with pytest.raises(ValueError, match="NOPE"):
        formats.grok("%{NOPE:a}")
    with pytest.raises(ValueError, match="did you mean 'syslog'"):
        formats.find("sylog")
    with pytest.raises(ValueError, match="there are apache-combined"):
        formats.find("")
    with pytest.raises(TypeError):
        formats.apache(7)
