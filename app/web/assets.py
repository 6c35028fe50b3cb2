"""Assets: which hashed files of app/web/static/built a page has to load for one of its entries."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from app.kernel.errors import Unavailable

STATIC = Path(__file__).resolve().parent / "static"
BUILT = STATIC / "built"


@dataclass(frozen=True, slots=True)
class Entry:
    """A module script and the style sheets that belong to it, as paths below ``static/``."""

    script: str
    styles: tuple[str, ...]


def entry(source: str) -> Entry:
    """The built files of an entry, named by its source (``src/app.ts``).

    *Raises* Unavailable ``frontend_not_built`` when script/build_frontend has not run.
    """
    manifest = _manifest(BUILT / "manifest.json")
    if source not in manifest:
        raise Unavailable("frontend_not_built", f"{source} is not in the built front end: run script/build_frontend")
    chunk = manifest[source]
    styles = [f"built/{name}" for part in _with_imports(manifest, source) for name in part.get("css", [])]
    return Entry(f"built/{chunk['file']}", tuple(dict.fromkeys(styles)))


def _with_imports(manifest: dict[str, Any], source: str) -> list[dict[str, Any]]:
    """The chunk after those it imports, so that its own styles come last."""
    chunk = manifest[source]
    return [part for name in chunk.get("imports", []) for part in _with_imports(manifest, name)] + [chunk]


@cache
def _read(manifest: Path, _changed_ns: int) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(manifest.read_text(encoding="utf-8"))
    return found


def _manifest(path: Path) -> dict[str, Any]:
    try:
        return _read(path, path.stat().st_mtime_ns)
    except FileNotFoundError as error:
        raise Unavailable("frontend_not_built", "the front end is not built: run script/build_frontend") from error
