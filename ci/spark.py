"""Runs the tests of python/tests/spark on real Spark sessions.

    python3 ci/spark.py PYTHON WHEEL [MASTER...]

pyspark is 400 MB, so it has an environment of its own, made by PYTHON, with parsimd from WHEEL. MASTER is the kind of session:
`local[2]`, or `local-cluster[2,1,1024]` for executors that are processes of their own. Without one the environment is made, and no
test is run.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / ".venv-spark"
TESTS = ROOT / "python" / "tests" / "spark"


def run(*command, **environment):
    print("$", *command, flush=True)
    subprocess.run([str(part) for part in command], cwd=ROOT, check=True, env={**os.environ, **environment})


def main():
    base, wheel, *masters = sys.argv[1:]
    if shutil.which("java") is None:
        print("SKIPPED: no test of Spark was run, since there is no Java here. Spark 4 needs Java 17.", file=sys.stderr)
        return
    python = HOME / "bin" / "python"
    if not python.exists():
        run(base, "-m", "venv", HOME)
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    run(*pip, "pyspark>=4.1", "pyarrow", "pandas<3", "pytest")
    run(*pip, "--no-deps", "--force-reinstall", Path(wheel).resolve())
    for master in masters:
        # The tests' functions are sent by name: the executors must find their module.
        run(python, "-m", "pytest", "-q", "-p", "no:cacheprovider", TESTS, PARSIMD_SPARK_MASTER=master, PYTHONPATH=str(TESTS))


if __name__ == "__main__":
    main()
