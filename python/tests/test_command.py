"""The command, as the package installs it."""

import io
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, List

import pytest

LOG = "info 12\nnoise\nwarn 340\n"


# Away from python/, where the package has no extension beside it.
ELSEWHERE = Path(sys.executable).parent


def command(*arguments: str) -> List[str]:
    return [sys.executable, "-m", "parsimd", *arguments]


def run(*arguments: str, text: str = LOG, **options: Any) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(command(*arguments), input=text, capture_output=True, text=True, cwd=ELSEWHERE, **options)


def test_it_reads_lines_and_writes_rows() -> None:
    ran = run("{level:w} {ms:d}", "--where", "ms > 100")
    assert (ran.stdout, ran.stderr, ran.returncode) == ('{"level":"warn","ms":340}\n', "", 0)


def test_exit_codes_are_those_of_the_command() -> None:
    assert run("{level:w} {ms:d}", text="noise\n").returncode == 1
    assert run("{level:w} {ms:d}", "/nowhere/at/all").returncode == 2
    ran = run("--help")
    assert ran.returncode == 0 and "Usage: parsimd" in ran.stdout


def test_an_argument_that_is_not_unicode_is_a_path(tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/\xff.log"
    try:
        with open(path, "w") as file:
            file.write(LOG)
    except OSError:
        pytest.skip("this file system takes UTF-8 names alone")
    ran = subprocess.run([*command("{level:w} {ms:d}", "--count"), path], capture_output=True, cwd=ELSEWHERE)
    assert (ran.stdout, ran.returncode) == (b"2\n", 0)


def test_ctrl_c_ends_it_while_it_waits() -> None:
    process = subprocess.Popen(command("{n:d}"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ELSEWHERE)
    assert process.stdin is not None and process.stdout is not None
    process.stdin.write("1\n")
    process.stdin.flush()
    assert process.stdout.readline() == '{"n":1}\n'
    begin = time.monotonic()
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=10) == -signal.SIGINT
    assert time.monotonic() - begin < 5
    process.stdin.close()
    process.stdout.close()


TYPES = {
    "text": "string",
    "int": "int64",
    "float": "double",
    "decimal": "string",
    "ok": "bool",
    "at": "timestamp[us]",
    "day": "date32[day]",
    "clock": "time64[us]",
    "took": "duration[ns]",
    "none": "int64",
    "pairs": "map<string, string>",
    "unix": "timestamp[us, tz=UTC]",
}


def test_arrow_has_the_types_of_the_columns_also_sorted_and_without_rows(tmp_path: Path) -> None:
    ipc = pytest.importorskip("pyarrow.ipc")
    pattern = "{text}|{int:d}|{float:g}|{decimal:F}|{ok:bool}|{at:t}|{day:%Y-%m-%d}|{clock:tt}|{took:dur}|{none:d|-}|{pairs:kv}|{unix:tu}"
    line = "é|-5|1.5|0.10|yes|1969-12-31 23:59:59|1969-12-31|10:05:03.25|12.5ms|-|a=1 b=|1715940303\n"
    path = tmp_path / "rows.arrow"
    for text, more in ((line, ()), (line, ("--sort", "int")), ("", ())):
        assert run(pattern, "-o", str(path), *more, text=text).returncode == (0 if text else 1)
        table = ipc.open_file(path).read_all()
        assert {field.name: str(field.type) for field in table.schema} == TYPES
        assert len(table) == len(text) // len(line)
    assert run(pattern, "-o", str(path), text=line).returncode == 0
    assert [str(value) for value in ipc.open_file(path).read_all().to_pylist()[0].values()] == [
        *("é", "-5", "1.5", "0.10", "True", "1969-12-31 23:59:59", "1969-12-31", "10:05:03.250000", "0 days 00:00:00.012500"),
        *("None", "[('a', '1'), ('b', '')]", "2024-05-17 10:05:03+00:00"),
    ]


def test_several_patterns_are_one_table() -> None:
    ran = run("-p", "word={level:w} {ms:d}", "-p", "{noise:w}", "--to", "csv")
    assert ran.stdout == "pattern,level,ms,noise\nword,info,12,\n2,,,noise\nword,warn,340,\n"


def test_parquet_is_what_arrow_is_by_way_of_pyarrow(tmp_path: Path) -> None:
    ipc, parquet = pytest.importorskip("pyarrow.ipc"), pytest.importorskip("pyarrow.parquet")
    arrow, path = tmp_path / "rows.arrow", tmp_path / "rows.parquet"
    pattern = "{level:w} {ms:d}|{took:dur}|{at:t}"
    for text, code in (("info 12|5ms|2024-05-17 10:05:03\nnoise\nwarn -3|2s|2024-05-18 10:05:03\n" * 1000, 0), ("", 1)):
        assert run(pattern, "-o", str(arrow), text=text).returncode == code
        wanted = ipc.open_file(arrow).read_all()
        for arguments in (["-o", str(path)], [f"--output={path}"], ["--to", "parquet", f"-o{path}"]):
            ran = run(pattern, *arguments, text=text)
            assert (ran.stdout, ran.stderr, ran.returncode) == ("", "", code)
            assert parquet.read_table(path).equals(wanted)
            path.unlink()
        written = subprocess.run(command(pattern, "--to=parquet"), input=text.encode(), capture_output=True, cwd=ELSEWHERE)
        path.write_bytes(written.stdout)
        assert parquet.read_table(path).equals(wanted) and written.returncode == code


def test_what_is_wrong_with_parquet_is_told_as_of_other_forms(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "rows.parquet"
    ran = run("{level:q5}", "-o", str(path))
    assert ran.returncode == 2 and ran.stderr.startswith("parsimd: ") and not path.exists()
    log = tmp_path / "log.parquet"
    log.write_text(LOG)
    ran = run("{level:w} {ms:d}", str(log), "-o", str(log))
    assert ran.returncode == 2 and "cannot be written to at the same time" in ran.stderr and log.read_text() == LOG
    ran = run("{level:w} {ms:d}", str(log), str(tmp_path / "none"), "-o", str(path))
    assert ran.returncode == 2 and "none: No such file" in ran.stderr and path.stat().st_size > 100
    ran = run("{level:w} {ms:d}", str(log), "-o", str(tmp_path / "no" / "rows.parquet"))
    assert ran.returncode == 2 and "No such file or directory" in ran.stderr
    ran = run("{level:w} {ms:d}", str(log), "--follow", "-o", str(path))
    assert ran.returncode == 2 and "with --follow it never is" in ran.stderr


@pytest.mark.parametrize("arguments", [["-qo", "OUT"], ["--quiet", "-oOUT"], ["--sort", "-owner", "-o", "OUT"], ["-o", "OUT", "--"], ["--count", "-o", "OUT"], ["--why", "-o", "OUT"]])
def test_arguments_mean_for_parquet_what_they_mean_for_other_forms(tmp_path: Path, arguments: List[str]) -> None:
    ipc, parquet = pytest.importorskip("pyarrow.ipc"), pytest.importorskip("pyarrow.parquet")
    pattern = "{level:w} {owner:d}"

    def asked(name: str) -> List[str]:
        return [argument.replace("OUT", str(tmp_path / name)) for argument in arguments]

    assert run(*asked("rows.arrow"), *(["--to", "arrow"] if "--" not in arguments else []), pattern).returncode == 0
    ran = run(*asked("rows.parquet"), pattern)
    assert (ran.stdout, ran.stderr, ran.returncode) == ("", "", 0)
    assert parquet.read_table(tmp_path / "rows.parquet").equals(ipc.open_file(tmp_path / "rows.arrow").read_all())


def test_a_sort_from_the_greatest_down_is_no_output_for_parquet() -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    arguments = command("{level:w} {owner:d}", "--sort", "-owner", "--to", "parquet")
    ran = subprocess.run(arguments, input=LOG.encode(), capture_output=True, cwd=ELSEWHERE)
    assert ran.returncode == 0 and ran.stderr == b""
    assert parquet.read_table(io.BytesIO(ran.stdout))["owner"].to_pylist() == [340, 12]


@pytest.mark.parametrize("is_link", [False, True])
def test_a_file_that_is_read_by_a_glob_or_a_link_is_not_written_over_with_parquet(tmp_path: Path, is_link: bool) -> None:
    pytest.importorskip("pyarrow.parquet")
    log, link = tmp_path / "log.parquet", tmp_path / "link.parquet"
    log.write_text(LOG)
    link.symlink_to(log)
    ran = run("{level:w} {ms:d}", str(tmp_path / "lo*"), "-o", str(link if is_link else log))
    assert ran.returncode == 2 and "cannot be written to at the same time" in ran.stderr
    assert log.read_text() == LOG and link.is_symlink()


def test_without_pyarrow_an_output_of_parquet_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    keep = tmp_path / "keep.parquet"
    keep.write_text("kept")
    begin = "import sys; sys.modules['pyarrow'] = None; from parsimd.__main__ import main; sys.exit(main())"
    ran = subprocess.run([sys.executable, "-c", begin, "{level:w} {ms:d}", "-qo", str(keep)], input=LOG, capture_output=True, text=True, cwd=ELSEWHERE)
    assert ran.returncode == 2 and "install pyarrow" in ran.stderr and keep.read_text() == "kept"
