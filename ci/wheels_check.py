"""Checks the wheels of target/wheels: what is in them, what they need of a system, and that they work on the oldest one that can be had.

    python ci/wheels_check.py [--some]      with --some it is no error that wheels are missing (python of .venv-release)

It prints a line for each wheel and each system, then each problem, and exits with 1 if there is one.
"""

import email
import io
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

from elftools.elf.elffile import ELFFile
from elftools.elf.gnuversions import GNUVerNeedSection

ROOT = Path(__file__).resolve().parent.parent
WHEELS = ROOT / "target" / "wheels"
CROSS = ROOT / "target" / "cross"
SYSTEMS = ROOT / "target" / "systems"

TAGS = {
    "manylinux2014_x86_64.manylinux_2_17_x86_64": "EM_X86_64",
    "manylinux2014_aarch64.manylinux_2_17_aarch64": "EM_AARCH64",
    "musllinux_1_2_x86_64": "EM_X86_64",
    "musllinux_1_2_aarch64": "EM_AARCH64",
}
# What every system with the tag has. glibc's thread and loader libraries are part of libc since 2.34, and had names of their own before.
GLIBC_LIBRARIES = {"libc.so.6", "libm.so.6", "libpthread.so.0", "libdl.so.2", "librt.so.1", "libgcc_s.so.1"}
LOADERS = {"ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1"}
MUSL_LIBRARIES = {"libc.so"}
OLDEST_GLIBC = (2, 17)
# In bytes; what is larger has something in it that does not belong there.
LARGEST_WHEEL = 5_000_000
LARGEST_EXTENSION = 12_000_000
WANTED = ["parsimd/__init__.py", "parsimd/__main__.py", "parsimd/_parsimd.pyi", "parsimd/py.typed"]
LICENCES = ["LICENSE-APACHE", "LICENSE-MIT"]
# Folders of the machine that built it.
LOCAL_PATH = re.compile(rb"/(?:root|home|work|Users)/[\w.-]+/[\w./-]*|/tmp/[\w./-]+")

# Where a wheel is run: the end of its name, the Debian release, the architecture, the version of Python, and the CPU with the instruction
# set that is chosen on it. `native` is the CPU of this machine.
RUNS = [
    ("cp39-manylinux2014_x86_64", "bullseye", "amd64", "3.9", "native", None),
    ("cp39-manylinux2014_x86_64", "bullseye", "amd64", "3.9", "core2duo", "scalar"),
    ("cp39-manylinux2014_x86_64", "bullseye", "amd64", "3.9", "Nehalem", "sse4.2"),
    ("cp314-manylinux2014_x86_64", "forky", "amd64", "3.14", "native", None),
    ("cp39-manylinux2014_aarch64", "bullseye", "arm64", "3.9", "cortex-a53", "neon"),
    ("cp311-musllinux_1_2_x86_64", "musl", "amd64", "3.11", "native", None),
]


def declared(pattern, path):
    return re.findall(pattern, (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE)


def expected():
    """The names of all wheels of this version."""
    version = declared(r'^version = "(.+)"$', "Cargo.toml")[0]
    pythons = [name.replace(".", "") for name in declared(r'"Programming Language :: Python :: (3\.\d+)"', "python/pyproject.toml")]
    return {f"parsimd-{version}-cp{python}-cp{python}-{tag}.whl" for python in pythons for tag in TAGS}


def problems_of_files(names, metadata, readme):
    """What is wrong with the files of a wheel and its metadata."""
    for name in WANTED:
        if name not in names:
            yield f"{name} is not in it"
    for licence in LICENCES:
        if not any(name.endswith(f".dist-info/licenses/{licence}") for name in names):
            yield f"{licence} is not in it"
    extensions = [name for name in names if name.endswith(".so")]
    if len(extensions) != 1:
        yield f"it has {len(extensions)} extensions: {extensions}"
    for name in names:
        if not re.match(r"parsimd/|parsimd-[\d.]+\.dist-info/|parsimd\.libs/", name) or name.endswith(".pyc"):
            yield f"{name} does not belong into it"
    fields = email.message_from_string(metadata)
    if fields["License-Expression"] != "MIT OR Apache-2.0":
        yield f"its licence is {fields['License-Expression']}"
    if not fields.get_all("Project-URL"):
        yield "it has no URL"
    description = fields.get_payload()
    if readme.splitlines()[0] not in description or re.search(r"\]\((?!https?:|#)", description):
        yield "its page is not the README with links to the web"


def problems_of_extension(data, machine, is_musl):
    """What is wrong with the machine code of a wheel."""
    elf = ELFFile(io.BytesIO(data))
    if elf["e_machine"] != machine:
        yield f"it is for {elf['e_machine']}"
    if elf.get_section_by_name(".symtab") or elf.get_section_by_name(".debug_line"):
        yield "its extension is not stripped"
    dynamic = list(elf.get_section_by_name(".dynamic").iter_tags())
    needed = {tag.needed for tag in dynamic if tag.entry.d_tag == "DT_NEEDED"}
    strange = needed - (MUSL_LIBRARIES if is_musl else GLIBC_LIBRARIES | LOADERS)
    if strange:
        yield f"it needs {sorted(strange)}"
    if any(tag.entry.d_tag in ("DT_RPATH", "DT_RUNPATH") for tag in dynamic):
        yield "it looks for libraries in a folder of its own"
    newest = newest_glibc(elf)
    if newest > OLDEST_GLIBC:
        yield f"it needs glibc {newest[0]}.{newest[1]}"
    exported = [symbol.name for symbol in elf.get_section_by_name(".dynsym").iter_symbols() if symbol["st_shndx"] != "SHN_UNDEF" and symbol.name]
    if exported != ["PyInit__parsimd"]:
        yield f"it exports {exported[:5]}"
    yield from problems_of_paths(data)


def problems_of_paths(data):
    """Whether data names folders of the machine that built it."""
    paths = sorted({found[0].decode() for found in LOCAL_PATH.finditer(data)})
    if paths:
        yield f"it names folders of the machine that built it: {paths[:3]}"


def newest_glibc(elf):
    """The newest version of glibc that a symbol asks for, (0, 0) where none does."""
    newest = (0, 0)
    for section in elf.iter_sections():
        if isinstance(section, GNUVerNeedSection):
            for _, symbols in section.iter_versions():
                for symbol in symbols:
                    found = re.fullmatch(r"GLIBC_(\d+)\.(\d+)(\.\d+)?", symbol.name)
                    newest = max(newest, (int(found[1]), int(found[2]))) if found else newest
    return newest


def problems_of(path, readme):
    """What is wrong with a wheel; prints its sizes."""
    tag = path.stem.split("-", 4)[-1]
    if tag not in TAGS:
        return [f"no wheel has the tag {tag}"]
    with zipfile.ZipFile(path) as wheel:
        names = wheel.namelist()
        metadata = wheel.read(next(name for name in names if name.endswith(".dist-info/METADATA"))).decode()
        extension = wheel.read(next(name for name in names if name.endswith(".so")))
        notes = b"".join(wheel.read(name) for name in names if ".dist-info/" in name)
    size = path.stat().st_size
    print(f"{path.name}: {size / 1e6:.1f} MB, extension {len(extension) / 1e6:.1f} MB")
    problems = [*problems_of_files(names, metadata, readme), *problems_of_paths(notes), *problems_of_extension(extension, TAGS[tag], "musllinux" in tag)]
    if size > LARGEST_WHEEL or len(extension) > LARGEST_EXTENSION:
        problems.append(f"it is too large: {size} bytes, its extension {len(extension)}")
    return problems


def command(system, architecture, python, cpu):
    """How the Python of a system is run on a CPU, as a command and the folder that is its root."""
    if system.name.startswith("musl"):
        return [str(system / "python" / "bin" / "python3")], system
    program = f"/usr/bin/python{python}"
    if cpu == "native":
        return [*([] if os.geteuid() == 0 else ["unshare", "--user", "--map-root-user"]), "chroot", str(system), program], Path("/")
    emulator = CROSS / "root" / "usr" / "bin" / ("qemu-x86_64-static" if architecture == "amd64" else "qemu-aarch64-static")
    return [str(emulator), "-cpu", cpu, "-L", str(system), str(system) + program], system


def run(wheel, suite, architecture, python, cpu, isa):
    """Runs ci/smoke.py with a wheel on a system; gives what went wrong."""
    system = SYSTEMS / f"{suite}-{architecture}"
    made = ["musl-python.sh", system] if suite == "musl" else ["debian.sh", system, suite, architecture, f"python{python}"]
    subprocess.run([ROOT / "ci" / made[0], *made[1:]], check=True)
    check = system / "check"
    shutil.rmtree(check, ignore_errors=True)
    (system / "tmp").mkdir(exist_ok=True)
    zipfile.ZipFile(wheel).extractall(check)
    shutil.copy(ROOT / "ci" / "smoke.py", check)
    python_command, base = command(system, architecture, python, cpu)
    inside = base / "check"
    home = base / ("python" if suite == "musl" else "usr")
    environment = {"PYTHONPATH": str(inside), "PYTHONHOME": str(home), "PYTHONDONTWRITEBYTECODE": "1", "PATH": os.environ["PATH"]}
    done = subprocess.run([*python_command, str(inside / "smoke.py"), *([isa] if isa else [])], env=environment, capture_output=True, text=True)
    print(f"{wheel.name} in {suite} on {cpu}: {done.stdout.strip() or 'FAILED'}")
    return [] if done.returncode == 0 else [f"does not work in {suite} on {cpu} ({done.returncode}):\n{done.stderr}"]


def main():
    some = sys.argv[1:] == ["--some"]
    wheels = sorted(WHEELS.glob("*.whl"))
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    problems = [f"{wheel.name}: {problem}" for wheel in wheels for problem in problems_of(wheel, readme)]
    for ending, *where in RUNS:
        for wheel in wheels:
            if f"{ending}." in wheel.name:
                problems += [f"{wheel.name} {problem}" for problem in run(wheel, *where)]
    missing = expected() - {wheel.name for wheel in wheels}
    if not wheels or (missing and not some):
        problems.append(f"{len(missing)} wheels are missing: {', '.join(sorted(missing))}")
    print(f"{len(wheels)} wheels, {len(problems)} problems")
    return "\n".join(problems) or None


if __name__ == "__main__":
    sys.exit(main())
