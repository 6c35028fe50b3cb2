"""What was found out about the rule packs before: kept beside them, so that no process works it out anew at its start.

Plain data, like the compiled modules of Python: kept for exactly this code, taken only where it fits, and made again
where it is missing, damaged or cannot be written.
"""

import hashlib
import sys
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError

import app.compliance
from app.compliance.pack import Head, Topic
from app.compliance.patterns import Known
from app.kernel.files import write_atomically

FOLDER = "__pycache__"
_LIBRARIES = ("google-re2", "OpenCC", "pydantic", "PyYAML")


class _File(BaseModel):
    """The file: heads and topics by the digest of their YAML, patterns by themselves."""

    model_config = ConfigDict(frozen=True)

    heads: dict[str, Head] = {}
    topics: dict[str, Topic] = {}
    patterns: dict[str, tuple[str, tuple[tuple[frozenset[str], ...], ...], tuple[str, ...]]] = {}


class Kept(NamedTuple):
    """Sound files and patterns of packs."""

    parts: dict[str, Head | Topic]
    patterns: Mapping[str, Known]


def read_kept(folder: Path) -> Kept:
    """What is kept of the packs in `folder`; nothing where there is nothing, or nothing sound."""
    found = _File()
    with suppress(OSError, ValidationError):
        found = _File.model_validate_json(_path(folder).read_bytes())
    known = {pattern: Known(*facts) for pattern, facts in found.patterns.items()}
    return Kept({**found.heads, **found.topics}, known)


def keep(folder: Path, kept: Kept) -> None:
    """Keep this in the place of what is kept. Where it cannot be written, the next process works it out again."""
    file = _File(
        heads={digest: part for digest, part in kept.parts.items() if isinstance(part, Head)},
        topics={digest: part for digest, part in kept.parts.items() if isinstance(part, Topic)},
        patterns=dict(kept.patterns),
    )
    path = _path(folder)
    with suppress(OSError):
        path.parent.mkdir(exist_ok=True)
        write_atomically(path, file.model_dump_json(exclude_unset=True).encode())
        for other in path.parent.glob("rules-*.json"):
            if other != path:
                other.unlink(missing_ok=True)


def _path(folder: Path) -> Path:
    return folder / FOLDER / f"rules-{_code()}.json"


@cache
def _code() -> str:
    """Names the code that reads packs and patterns, with the libraries that it is built on."""
    digest = hashlib.sha256(repr((sys.version, [version(name) for name in _LIBRARIES])).encode())
    for source in sorted(Path(app.compliance.__path__[0]).glob("*.py")):
        digest.update(source.read_bytes())
    return digest.hexdigest()[:16]
