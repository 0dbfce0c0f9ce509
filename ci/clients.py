"""Runs behave, parse_type and pytest-bdd with parsimd installed in the place of `parse`.

    python3 ci/clients.py PYTHON WHEEL

The clients go into an environment of their own, made by PYTHON, with parsimd from WHEEL.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / ".venv-clients"
CLIENTS = ROOT / "python" / "tests" / "clients"


def run(*command, cwd=ROOT):
    print("$", *command, flush=True)
    subprocess.run([str(part) for part in command], cwd=cwd, check=True)


def main():
    base, wheel = sys.argv[1:]
    run(base, "-m", "venv", "--clear", HOME)
    python = HOME / "bin" / "python"
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    run(*pip, "behave", "parse_type", "pytest-bdd", "pytest", Path(wheel).resolve())
    run(*pip, "--no-deps", "--force-reinstall", ROOT / "python" / "as-parse")
    run(python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", CLIENTS, CLIENTS / "test_parse_type.py", CLIENTS / "bdd")
    run(python, "-m", "behave", "--no-color", "--no-capture", cwd=CLIENTS / "behave")


if __name__ == "__main__":
    main()
