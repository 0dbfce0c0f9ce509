"""What a run of these tests is of, and that it is what was asked for.

A lane of ``ci/pythons.sh`` says in variables which Python, machine and instruction set it is named after. A run on any other ends before its
first test, and one that skips a test fails.

* ``PARSIMD_REQUIRE_PYTHON``, ``PARSIMD_REQUIRE_MACHINE``, ``PARSIMD_REQUIRE_ISA``: what must run, for example ``3.9``, ``aarch64``, ``neon``.
* ``PARSIMD_TEST_PERCENT``: the share of the generated cases. ``PARSIMD_CASES`` (see test_oracle.py) is how many the whole is.
* ``PARSIMD_GC=1``: the garbage collector runs at every chance; see collector.py.
"""

import os
import platform
import sys
import sysconfig
from pathlib import Path

import parsimd
import pytest
from plain import HAS_PLAIN_CLASSES
from share import percent, share_of

IS_LANE = "PARSIMD_REQUIRE_PYTHON" in os.environ
# What may be left out on a machine that is emulated: it is named all the same.
NOT_EMULATED = [
    "Skipped: an emulator holds no process to a limit of memory",
    "Skipped: an emulator neither forks nor ends a process of several threads as a system does",
]
# What this run is of, by the variable that may ask for it.
RUNS = {
    "PARSIMD_REQUIRE_PYTHON": "{}.{}".format(*sys.version_info),
    "PARSIMD_REQUIRE_MACHINE": platform.machine(),
    "PARSIMD_REQUIRE_ISA": parsimd.isa(),
}


def pytest_configure(config):
    for variable, found in RUNS.items():
        required = os.environ.get(variable)
        if required and found not in required.split(","):
            raise pytest.UsageError(f"{variable} is {required}, but what runs is {found}")
    if IS_LANE:
        require_the_extension_of_this_python()
    # Only where a share is asked for: not every suite below this folder has hypothesis.
    if percent() < 100 or os.environ.get("PARSIMD_GC") == "1":
        from hypothesis import HealthCheck, settings

        # What is slow here is not the test.
        settings.register_profile("share", max_examples=share_of(100), deadline=None, suppress_health_check=list(HealthCheck))
        settings.load_profile("share")
    if os.environ.get("PARSIMD_GC") == "1":
        import collector

        config.pluginmanager.register(collector.Collector())
    config.pluginmanager.register(LeftOut())


def require_the_extension_of_this_python():
    """The extension has the name that only this version of Python loads, and comes from what was installed for it."""
    extension = Path(parsimd._parsimd.__file__)
    if extension.name != "_parsimd" + sysconfig.get_config_var("EXT_SUFFIX"):
        raise pytest.UsageError(f"{extension.name} is not an extension for this Python alone")
    if Path(sys.prefix).resolve() not in extension.resolve().parents:
        raise pytest.UsageError(f"{extension} is not installed in {sys.prefix}")


class LeftOut:
    """Tells what did not run, and fails a lane in which something did not."""

    def __init__(self):
        self.skipped = {}

    def pytest_collectreport(self, report):
        self.note(report)

    def pytest_runtest_logreport(self, report):
        self.note(report)

    def note(self, report):
        if report.skipped:
            self.skipped[report.nodeid] = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)

    def pytest_sessionfinish(self, session, exitstatus):
        is_emulated = "PARSIMD_REQUIRE_MACHINE" in os.environ
        failing = [reason for reason in self.skipped.values() if not (is_emulated and reason in NOT_EMULATED)]
        if IS_LANE and failing and exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter):
        write = terminalreporter.write_line
        for name, reason in self.skipped.items():
            write(f"LEFT OUT: {name}: {reason}", red=IS_LANE)
        python = f"{platform.python_implementation()} {platform.python_version()} on {platform.machine()}"
        isas = f"{parsimd.isa()} (available: {', '.join(parsimd.available_isas())})"
        slots = "plain classes" if HAS_PLAIN_CLASSES else "replaced type slots"
        write(f"RUNS ON: {python}, {Path(parsimd._parsimd.__file__).name}, {slots}, {isas}; {percent()} % of the generated cases")
