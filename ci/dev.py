"""Links the package and a debug build of its extension into an environment: see `make dev`.

    .venv-dev/bin/python ci/dev.py --requirements   what the tests need, a line each, for pip
    .venv-dev/bin/python ci/dev.py                  build the extension, and link

Each file of python/parsimd/ is a link in the environment's site-packages, and so is the extension, to where cargo leaves it. So an edit
of a .py is there at once, and of Rust after the next build. Nothing is put into python/parsimd/, where an extension that is out of date
could get into a wheel, or be imported by a program that was started in python/.
"""

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "python" / "parsimd"
# A profile of its own, in Cargo.toml, is a folder of its own: `make lint` and `cargo test` use another Python, or none.
PROFILE = "dev-python"


def read(path):
    try:
        import tomllib
    except ImportError:
        from pip._vendor import tomli as tomllib
    return tomllib.loads((ROOT / path).read_text(encoding="utf-8"))


def requirements():
    project = read("python/pyproject.toml")["project"]
    extras = project["optional-dependencies"]
    names, found = ["test"], []
    for name in names:
        for requirement in extras[name]:
            if requirement.startswith(project["name"] + "["):
                names += requirement[len(project["name"]) + 1 : -1].split(",")
            else:
                found.append(requirement)
    return found


def build():
    environment = {**os.environ, "PYO3_PYTHON": sys.executable, "PYO3_BUILD_EXTENSION_MODULE": "1"}
    command = ["cargo", "build", "--locked", "--profile", PROFILE, "--package", "parsimd-python"]
    subprocess.run(command, cwd=ROOT, env=environment, check=True)
    return ROOT / "target" / PROFILE / "lib_parsimd.so"


def link(extension):
    package = Path(sysconfig.get_path("platlib")) / SOURCE.name
    package.mkdir(exist_ok=True)
    wanted = {file.name: file for file in SOURCE.iterdir() if file.is_file()}
    wanted["_parsimd" + sysconfig.get_config_var("EXT_SUFFIX")] = extension
    for old in package.iterdir():
        if old.is_symlink() and (old.name not in wanted or old.readlink() != wanted[old.name]):
            old.unlink()
    for name, target in wanted.items():
        if not (package / name).is_symlink():
            (package / name).symlink_to(target)
    # The package asks for its own version.
    version = read("Cargo.toml")["workspace"]["package"]["version"]
    metadata = package.with_name(f"{SOURCE.name}-{version}.dist-info")
    metadata.mkdir(exist_ok=True)
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {SOURCE.name}\nVersion: {version}\n", encoding="utf-8")
    return package


def main():
    if sys.prefix == sys.base_prefix:
        sys.exit("run this with the Python of an environment that is to be linked into")
    if sys.argv[1:] == ["--requirements"]:
        print("\n".join(requirements()))
        return
    print(f"linked in {link(build())}")


if __name__ == "__main__":
    main()
