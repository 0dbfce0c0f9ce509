"""Programs that run in a process of their own: what crashes there, or hangs, fails one test and ends no other."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path


def run(program, *, seconds=120, **environment):
    """Runs a program, and fails unless it ends by itself with status 0. What it prints is the answer."""
    command = [sys.executable, "-X", "faulthandler", "-c", textwrap.dedent(program)]
    options = {"timeout": seconds, "env": {**os.environ, **environment}, "cwd": Path(__file__).parent}
    done = subprocess.run(command, capture_output=True, text=True, **options)
    assert done.returncode == 0, f"status {done.returncode}\n{done.stdout}\n{done.stderr[-4000:]}"
    return done.stdout
