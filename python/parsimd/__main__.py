"""``python -m parsimd``, and the script ``parsimd``: the command."""

from __future__ import annotations

import signal
import sys
from importlib.util import find_spec

from parsimd import _parquet
from parsimd._parsimd import parquet_output, run_command


def main() -> int:
    """Runs the command with the arguments of the process; gives its exit code."""
    # The handler of Python would wait until the command has ended. Ctrl-C ends the process, as it does with any command.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    is_parquet, output = parquet_output(sys.argv)
    if is_parquet and find_spec("pyarrow") is not None:
        return _parquet.run(sys.argv[1:], output)
    return run_command(sys.argv)


if __name__ == "__main__":
    sys.exit(main())
