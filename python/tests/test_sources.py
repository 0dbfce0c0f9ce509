"""What scan_file, scan_polars and the scans of sets read: globs, directories, URLs, and open files of every kind."""

import gzip
import http.client
import http.server
import io
import os
import socket
import subprocess
import sys
import tempfile
import threading
import urllib.request
import zipfile

import parsimd
import programs
import pytest

PARSER = parsimd.compile("{level:w} {n:d}")
SET = parsimd.compile_set({"line": "{level:w} {n:d}"})
DATA = b"info 1\ninfo 2\n"


def by_parser(files):
    return PARSER.scan_file(files).read_all()["n"].to_pylist()


def by_set(files):
    return SET.scan_file(files).read_all()["line"]["n"].to_pylist()


def by_table(files):
    return SET.scan_file(files, table=True).read_all()["n"].to_pylist()


def by_polars(files):
    pytest.importorskip("polars")
    return PARSER.scan_polars(files).collect()["n"].to_list()


READERS = [by_parser, by_set, by_table, by_polars]
each_reader = pytest.mark.parametrize("numbers", READERS)


@pytest.fixture
def logs(tmp_path):
    """Files whose lines have the numbers 1 to 5, in the order of their names; the last one is below a folder."""
    (tmp_path / "a.log").write_bytes(b"info 1\n")
    (tmp_path / "b.log.gz").write_bytes(gzip.compress(b"info 2\n"))
    (tmp_path / "c.log").write_bytes(b"info 3\n")
    (tmp_path / "d.txt").write_bytes(b"info 4\n")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "e.log").write_bytes(b"info 5\n")
    return tmp_path


@each_reader
def test_a_path_with_wildcards_is_the_files_that_match_it_by_name(numbers, logs):
    for glob, wanted in (("*.log", [1, 3]), ("*.log*", [1, 2, 3]), ("[ad].*", [1, 4]), ("?.log", [1, 3]), ("**/*.log", [1, 3, 5]), ("*", [1, 2, 3, 4])):
        assert numbers(str(logs / glob)) == wanted
    assert numbers(os.fsencode(logs / "*.log")) == numbers(logs / "*.log") == [1, 3]
    assert numbers([logs / "d.txt", str(logs / "*.log")]) == [4, 1, 3]


@pytest.mark.skipif(os.name == "nt", reason="links need a permission")
def test_folders_that_link_to_each_other_have_each_file_once(tmp_path):
    for folder in ("x", "y/z", ".hidden"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "a.log").write_bytes(DATA)
    for at in ("x/up", "x/again", "y/up", "y/z/up"):
        (tmp_path / at).symlink_to(tmp_path)
    pattern = os.path.join(str(tmp_path), "**", "*.log")
    assert by_parser(pattern) == [1, 2, 1, 2]
    assert by_parser(os.path.join(str(tmp_path), "**", "**", "a.log")) == [1, 2, 1, 2]
    assert by_parser(os.path.join(str(tmp_path), "**")) == [1, 2, 1, 2]
    assert by_parser(os.path.join(str(tmp_path), "[xy]", "**", "*.log")) == [1, 2, 1, 2]
    assert by_parser(os.path.join(str(tmp_path), ".hidden", "**", "*.log")) == [1, 2]
    # A link that the pattern names is followed.
    assert by_parser(os.path.join(str(tmp_path), "x", "up", "**", "*.log")) == [1, 2, 1, 2]


@each_reader
def test_a_file_that_has_the_name_of_a_glob_is_that_file(numbers, logs):
    (logs / "[a].log").write_bytes(b"info 9\n")
    assert numbers(logs / "[a].log") == [9]
    (logs / "[a].log").unlink()
    assert numbers(logs / "[a].log") == [1]


@each_reader
def test_a_glob_that_no_file_matches_is_an_error_that_says_so(numbers, logs):
    for glob in (logs / "*.nope", logs / "su?", [logs / "a.log", logs / "*.nope"]):
        with pytest.raises(FileNotFoundError, match="no file matches '.*(nope|su.)'"):
            numbers(glob)


@each_reader
def test_a_directory_is_refused_with_what_to_write_instead(numbers, logs):
    for given in (logs, [logs / "a.log", logs], str(logs) + os.sep):
        with pytest.raises(IsADirectoryError, match=r"name the files in it, as '.*\*' does"):
            numbers(given)


def test_an_open_file_is_left_open_where_it_was_read_to(logs):
    with open(logs / "a.log", "rb") as binary, open(logs / "c.log") as text:
        assert by_parser([binary, text]) == [1, 3]
        assert not binary.closed and not text.closed
        assert (binary.tell(), by_parser(binary)) == (7, [])
        binary.seek(0)
        assert by_parser(binary) == [1]


def closed(file):
    file.close()
    return file


def test_a_file_that_is_closed_or_not_open_for_reading_is_an_error_of_the_call(logs):
    for file in (open(logs / "a.log"), open(logs / "a.log", "rb"), io.BytesIO(), io.StringIO(), gzip.open(logs / "b.log.gz")):
        for scan in (PARSER.scan_file, SET.scan_file):
            with pytest.raises(ValueError, match="scan_file was given a file that is closed: <"):
                scan(closed(file))
    for mode in ("w", "ab"):
        with open(logs / "new", mode) as file, pytest.raises(io.UnsupportedOperation, match="not open for reading: .*new"):
            PARSER.scan_file(file)


def test_a_file_that_fills_more_than_it_was_given_is_an_error():
    class Boasting:
        def readinto(self, buffer):
            buffer[:2] = b"1\n"
            return len(buffer) + 1

    with pytest.raises(OSError, match="readinto of an open file has filled"):
        parsimd.compile("{:d}").scan_file(Boasting()).read_all()


class Fills:
    """Nothing but `readinto`."""

    def __init__(self, data, answers=()):
        self.file, self.answers = io.BytesIO(data), list(answers)

    def readinto(self, buffer):
        return self.answers.pop(0) if self.answers else self.file.readinto(buffer)


def test_a_file_that_only_fills_buffers_is_read_by_that():
    assert by_parser(Fills(DATA)) == by_parser(Fills(gzip.compress(DATA))) == by_parser(Fills(DATA, [None, None])) == [1, 2]
    lines = b"info 7\n" * 200_000
    assert by_parser([Fills(lines), Fills(lines)]) == [7] * 400_000
    with pytest.raises(TypeError):
        by_parser(Fills(DATA, ["a lot"]))


def of_socket(mode):
    ours, theirs = socket.socketpair()
    ours.sendall(DATA)
    ours.close()
    return theirs.makefile(mode)


def of_process(**options):
    return subprocess.Popen([sys.executable, "-c", f"print({DATA.decode()!r}, end='')"], stdout=subprocess.PIPE, **options).stdout


def of_zip():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a", DATA)
    return zipfile.ZipFile(packed).open("a")


def spooled():
    file = tempfile.SpooledTemporaryFile()
    file.write(DATA)
    file.seek(0)
    return file


KINDS = {
    "socket, bytes": lambda: of_socket("rb"),
    "socket, text": lambda: of_socket("r"),
    "process, bytes": of_process,
    "process, text": lambda: of_process(text=True),
    "gzip, text": lambda: gzip.open(io.BytesIO(gzip.compress(DATA)), "rt"),
    "member of a zip": of_zip,
    "temporary": spooled,
}


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_can_be_read_is_a_file(kind):
    for numbers in (by_parser, by_set, by_table):
        with KINDS[kind]() as file:
            assert numbers(file) == [1, 2]


def test_what_is_nearly_a_file_is_an_error_that_says_what_to_pass():
    ours, theirs = socket.socketpair()
    with ours, theirs, pytest.raises(TypeError, match=r"not socket; for a socket use its makefile\('rb'\)"):
        PARSER.scan_file(ours)
    with pytest.raises(TypeError, match=r"not int; .*open\(number, 'rb'\)"):
        PARSER.scan_file(0)


def test_text_is_not_unpacked_whatever_it_begins_with():
    bzip2 = "BZh91AY&SY 5\n"
    assert parsimd.compile("{word} {n:d}").scan_file(io.StringIO(bzip2)).read_all()["word"].to_pylist() == ["BZh91AY&SY"]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.send_response(200)
        if self.path == "/chunked":
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for part in (DATA[:9], DATA[9:]):
                self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
            self.wfile.write(b"0\r\n\r\n")
            return
        self.send_header("Content-Length", str(len(DATA) + 100 * (self.path == "/short")))
        self.end_headers()
        self.wfile.write(DATA)
        self.close_connection = self.path == "/short"

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as serving:
        threading.Thread(target=serving.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{serving.server_port}"
        serving.shutdown()


def test_a_response_of_http_is_a_file_and_one_that_is_cut_is_an_error(server):
    connection = http.client.HTTPConnection(server)
    # The connection stays open: the end of a response is where its header says.
    for path in ("/whole", "/chunked", "/whole"):
        connection.request("GET", path)
        assert by_parser(connection.getresponse()) == [1, 2]
    connection.close()
    for path in ("/whole", "/chunked"):
        with urllib.request.urlopen(f"http://{server}{path}") as response:
            assert by_parser(response) == [1, 2]
    with urllib.request.urlopen(f"http://{server}/short") as response:
        scan = PARSER.scan_file(response)
        assert next(scan)["n"].to_pylist() == [1, 2]
        with pytest.raises(http.client.IncompleteRead, match="100 more expected"):
            next(scan)


def run(code, **options):
    setup = "import os, signal, sys, time, parsimd\nPARSER = parsimd.compile('{level:w} {n:d}')\n"
    programs.run(setup + code, seconds=60, **options)


needs_pipes = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes by name on this system")


@needs_pipes
@pytest.mark.parametrize("mode", ["r", "rb"])
def test_lines_of_an_open_pipe_come_at_once_and_ctrl_c_loses_none(mode):
    run(
        f"""
ours, theirs = os.pipe()
file = open(ours, {mode!r})
os.write(theirs, "info 1\\ninfo 2\\ninfo ".encode())
scan = PARSER.scan_file(file)
assert next(scan)["n"].to_pylist() == [1, 2]
signal.signal(signal.SIGALRM, signal.default_int_handler)
signal.setitimer(signal.ITIMER_REAL, 0.3)
begin = time.monotonic()
try:
    next(scan)
    raise SystemExit("it has ended")
except KeyboardInterrupt:
    assert time.monotonic() - begin < 5
os.write(theirs, b"3\\ninfo 4")
os.close(theirs)
assert scan.read_all()["n"].to_pylist() == [3, 4]
assert not file.closed
"""
    )


@needs_pipes
def test_text_of_a_pipe_is_decoded_as_it_was_opened_wherever_it_is_cut():
    for encoding in ("utf-8", "utf-16", "latin-1"):
        ours, theirs = os.pipe()
        data = "größer 1\né 2\n".encode(encoding)

        def write(data=data, theirs=theirs):
            for byte in data:
                os.write(theirs, bytes([byte]))
            os.close(theirs)

        writer = threading.Thread(target=write)
        writer.start()
        with open(ours, encoding=encoding) as file:
            assert parsimd.compile("{name} {n:d}").scan_file(file).read_all()["name"].to_pylist() == ["größer", "é"]
        writer.join()


@needs_pipes
def test_text_of_a_pipe_that_was_begun_is_read_on_from_there():
    ours, theirs = os.pipe()
    os.write(theirs, b"head\n" + DATA)
    os.close(theirs)
    with open(ours) as file:
        assert file.readline() == "head\n"
        assert by_parser(file) == [1, 2]


def test_bytes_that_are_no_text_raise_after_the_lines_before_them():
    ours, theirs = os.pipe()
    os.write(theirs, DATA + b"\xff\n")
    os.close(theirs)
    with open(ours, encoding="utf-8") as file:
        scan = PARSER.scan_file(file)
        with pytest.raises(UnicodeDecodeError):
            scan.read_all()


def test_standard_input_is_a_file(tmp_path):
    code = "import sys, parsimd; print(len(parsimd.compile('{level:w} {n:d}').scan_file(sys.stdin%s).read_all()))"
    for stream in ("", ".buffer"):
        done = subprocess.run([sys.executable, "-c", code % stream], input=DATA, capture_output=True, timeout=60, check=True, cwd=tmp_path)
        assert done.stdout.split() == [b"2"]


@pytest.fixture
def memory():
    """A file system of fsspec in memory, with three files."""
    fsspec = pytest.importorskip("fsspec")
    # All such file systems of a process share their files, and the examples of the guide have some.
    files = fsspec.filesystem("memory")
    files.store.clear()
    files.pipe({"/logs/a.log": b"info 1\n", "/logs/b.gz": gzip.compress(b"info 2\n"), "/logs/sub/c.log": b"info 3\n"})
    yield files
    files.rm("/logs", recursive=True)


@each_reader
def test_a_url_is_opened_by_fsspec(numbers, memory, tmp_path):
    (tmp_path / "d.log").write_bytes(b"info 4\n")
    assert numbers("memory://logs/a.log") == [1]
    assert numbers(["memory://logs/b.gz", tmp_path / "*.log", "memory://logs/a.log"]) == [2, 4, 1]
    assert numbers("memory://logs/*") == [1, 2]
    assert numbers("memory://logs/**/*.log") == [1, 3]
    assert numbers("filecache::memory://logs/a.log") == [1]


@each_reader
def test_a_url_that_cannot_be_read_is_an_error_that_says_why(numbers, memory, monkeypatch):
    with pytest.raises(FileNotFoundError, match="no file matches 'memory://logs/x"):
        numbers("memory://logs/x*")
    with pytest.raises(Exception, match="missing"):
        numbers("memory://logs/missing.log")
    with pytest.raises(ValueError, match="nosuch"):
        numbers("nosuch://a")
    monkeypatch.setitem(sys.modules, "fsspec", None)
    monkeypatch.setitem(sys.modules, "fsspec.core", None)
    with pytest.raises(ImportError, match="'s3://bucket/a.log' is a URL.*pip install fsspec"):
        numbers("s3://bucket/a.log")


def test_a_file_at_a_url_is_named_by_it_and_closed_at_its_end(memory, monkeypatch):
    opened = []
    real = type(memory).open

    def watched(self, path, mode="rb", **options):
        opened.append(real(self, path, mode, **options))
        return opened[-1]

    monkeypatch.setattr(type(memory), "open", watched)
    scan = PARSER.scan_file(["memory://logs/a.log", "memory://logs/b.gz"], include=["file"])
    assert len(opened) == 1, "the first is opened by the call, the others in their turn"
    monkeypatch.setattr(opened[0], "close", lambda: opened.append("closed"))
    assert scan.read_all()["file"].to_pylist() == ["memory://logs/a.log", "memory://logs/b.gz"]
    assert "closed" in opened


def test_fsspec_is_imported_for_urls_alone(logs):
    run(f"PARSER.scan_file({str(logs / 'a.log')!r}).read_all()\nassert 'fsspec' not in sys.modules")


@pytest.mark.parametrize("scan", [PARSER.scan_file, SET.scan_file, PARSER.scan_polars])
def test_rejects_are_not_written_over_a_file_that_a_glob_matches(scan, logs):
    pytest.importorskip("polars")
    with pytest.raises(ValueError, match="written over the file that is scanned"):
        scan(str(logs / "*.log"), rejects=logs / "c.log")
    assert (logs / "c.log").read_bytes() == b"info 3\n"
