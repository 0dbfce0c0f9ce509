"""The Rust programs that `make bench` builds: the logs are theirs, and their contestants run when they are asked to."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Dict, Optional, Tuple

from measure import Answer, Contestant

ROOT = Path(__file__).resolve().parents[2]
RELEASE = ROOT / "target" / "release"
#: Where logs are written.
LOGS = ROOT / "target" / "bench"


def write_logs(folder: Path, megabytes: int, *names: str) -> None:
    """Writes the logs called `names`, or all, to `folder`/NAME.big.log."""
    if not (RELEASE / "scan").exists():
        sys.exit("the Rust programs are not built: make bench-built")
    subprocess.run([str(RELEASE / "scan"), "--write", str(folder), "--megabytes", str(megabytes), *names], check=True)


class Server:
    """`scan --serve`: it runs its contestants on the logs of a folder, and says how long they took."""

    def __init__(self, folder: Path) -> None:
        command = [str(RELEASE / "scan"), "--serve", str(folder)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, **request: Any) -> Dict[str, Any]:
        """The answer to a request; to an empty one, what there is."""
        assert self.process.stdin and self.process.stdout
        try:
            self.process.stdin.write(json.dumps(request) + "\n")
            self.process.stdin.flush()
            answer: Dict[str, Any] = json.loads(self.process.stdout.readline())
        except (BrokenPipeError, json.JSONDecodeError):
            sys.exit(f"the Rust program ended at {request}; what it said stands above")
        return answer

    def answer(self, log: str, contestant: str, count: int) -> Answer:
        """What a contestant comes to on the first so many bytes."""
        got = self.ask(log=log, contestant=contestant, bytes=count)
        return got["rows"], got["sum"]

    def contestant(self, log: str, about: Dict[str, Any]) -> Contestant:
        """One of its contestants, ready to race."""

        def prepare(count: int) -> Any:
            def run() -> Tuple[float, Optional[Answer]]:
                got = self.ask(log=log, contestant=about["name"], bytes=count)
                return got["seconds"], None if got["rows"] is None else (got["rows"], got["sum"])

            return run

        return Contestant(about["name"], about["side"], prepare, clock="wall" if about["wall"] else "CPU")

    def close(self) -> None:
        """Ends the program."""
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait()
