"""``--to parquet`` of the command as the package installs it.

The extension writes no Parquet: another writer would make each wheel larger, and whoever reads Parquet in Python has one, mostly pyarrow. So the command is
run in a process of its own, writes its rows as a stream of Arrow instead, and pyarrow writes what comes out of it. What the arguments mean, and whether the output
may be written, the command alone decides. Without pyarrow it says what to do.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from typing import IO, List, Optional


def run(arguments: List[str], output: Optional[str]) -> int:
    """Runs the command with these arguments, and writes its rows as Parquet, to a file or to standard output; gives its exit code."""
    # First, since what follows `--` is no option.
    command = [sys.executable, "-m", "parsimd", "--parquet-as-arrow", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        try:
            if output is not None:
                write(process.stdout, output)
            else:
                # Parquet is written from its end too, and a pipe has no places.
                with tempfile.TemporaryFile() as file:
                    write(process.stdout, file)
                    file.seek(0)
                    shutil.copyfileobj(file, sys.stdout.buffer)
                    sys.stdout.buffer.flush()
        except BrokenPipeError:
            return 0
        except OSError as error:
            process.kill()
            print(f"parsimd: {output or 'standard output'}: {error.strerror or error}", file=sys.stderr)
            return 2
        return process.wait()


def write(stream: IO[bytes], output: "str | IO[bytes]") -> None:
    """Writes a stream of Arrow as Parquet. Where there is none, since the command found something wrong before, nothing is written, and no file is made."""
    import pyarrow.ipc
    import pyarrow.parquet

    try:
        reader = pyarrow.ipc.open_stream(stream)
    except pyarrow.ArrowInvalid:
        return
    with pyarrow.parquet.ParquetWriter(output, reader.schema) as writer:
        for batch in reader:
            writer.write_batch(batch)
