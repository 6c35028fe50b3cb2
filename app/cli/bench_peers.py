"""The peers of the render bench that are other programs: each a process that answers JSON lines with JSON lines.

None of them is a part of the product. What the node packages of satori need is fetched at the first run, exactly as the
lock file beside its program pins it, into a folder outside of the project.
"""

import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from app.cli.bench_painters import RasterFormat, Shot
from app.config import PROJECT

CHROMIUM_PEER = PROJECT / "tests" / "bench" / "chromium_peer.py"
SATORI_PEER = PROJECT / "tests" / "bench" / "satori"
INSTALL = ("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
INSTALL_SECONDS = 300
END_SECONDS = 20


class Absent(Exception):
    """Why a peer cannot be asked."""


class LinePainter:
    """A warm peer with the poster loaded: texts are set, and the file is made."""

    def __init__(self, command: Sequence[str], load: dict[str, Any], shot: dict[str, Any] | None = None) -> None:
        self._shot = shot or {}
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._ask({"op": "load", **load})

    def shoot(self, format_: RasterFormat, name: str, link: str) -> Shot:
        """A poster with another name. The code stays as it is: no peer makes one."""
        return self._made({"op": "shot", "format": format_, "texts": {"name": name}, **self._shot})

    def print(self, name: str) -> Shot:
        """The same as a PDF, where the peer can."""
        return self._made({"op": "pdf", "texts": {"name": name}})

    def close(self) -> None:
        """End the process."""
        self._process.communicate(timeout=END_SECONDS)

    def _made(self, request: dict[str, Any]) -> Shot:
        answer = self._ask(request)
        return Shot(answer["ms"], answer["rss_mib"], answer["bytes"])

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("the peer was started with pipes")
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer


def chromium(page: Path, size: tuple[int, int], *, speed: bool) -> LinePainter:
    """A warm page of Chromium; `speed` asks for the protocol's ``optimizeForSpeed``. *Raises* Absent."""
    try:
        import playwright  # noqa: F401
    except ImportError as error:
        raise Absent("the development requirements are not installed") from error
    _require(CHROMIUM_PEER)
    load = {"url": page.as_uri(), "width": size[0], "height": size[1]}
    return LinePainter([sys.executable, str(CHROMIUM_PEER)], load, {"speed": speed})


def satori(page: Path) -> LinePainter:
    """A warm satori with resvg. *Raises* Absent."""
    return LinePainter(["node", str(_installed() / "paint.mjs")], {"page": str(page)})


def _installed() -> Path:
    """The folder with satori and its packages, fetched when it is not there yet."""
    _require(SATORI_PEER / "paint.mjs")
    if shutil.which("npm") is None:
        raise Absent("there is no npm")
    files = ("package.json", "package-lock.json", "paint.mjs")
    digest = hashlib.sha256(b"".join((SATORI_PEER / name).read_bytes() for name in files)).hexdigest()[:16]
    folder = Path.home() / ".cache" / "imprimatur" / f"satori-{digest}"
    if folder.exists():
        return folder
    part = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    for name in files:
        shutil.copy(SATORI_PEER / name, part)
    try:
        subprocess.run(INSTALL, cwd=part, check=True, capture_output=True, timeout=INSTALL_SECONDS)
    except (subprocess.SubprocessError, OSError) as error:
        raise Absent(f"its packages cannot be fetched ({type(error).__name__})") from error
    part.rename(folder)
    return folder


def _require(file: Path) -> None:
    if not file.exists():
        raise Absent("not in this installation")
