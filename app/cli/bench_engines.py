"""Peers of `imprimatur bench check`: other engines on the same terms and patterns, for the bench alone.

They are fetched on demand into the user's cache, by exact version and hash, and are no part of the product.
"""

import hashlib
import importlib
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.compliance.normalise import fold_pattern
from app.kernel.errors import Unavailable

REQUIREMENTS = Path(__file__).with_name("bench_engines.txt")
INSTALL_SECONDS = 300

Engine = Callable[[Sequence[str]], object]


@dataclass(frozen=True, slots=True)
class Peer:
    """An engine that goes through texts; `note` says what it leaves out."""

    run: Engine
    note: str


def peers(terms: Sequence[str], patterns: Sequence[str]) -> dict[str, Peer]:
    """The peers by name. *Raises* Unavailable ``peers_missing`` when they cannot be installed."""
    folder = _installed()
    if str(folder) not in sys.path:
        sys.path.append(str(folder))
    return {"Hyperscan": _hyperscan(folder, terms, patterns), "pyahocorasick": _pyahocorasick(terms)}


def _installed() -> Path:
    """The folder of the installed peers, for exactly these versions and this Python."""
    wanted = hashlib.sha256(REQUIREMENTS.read_bytes() + sys.version.encode()).hexdigest()[:16]
    folder = Path.home() / ".cache" / "imprimatur" / "bench-peers" / wanted
    done = folder / ".installed"
    if done.exists():
        return folder
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    command += [
        "--only-binary=:all:",
        "--require-hashes",
        "--upgrade",
        "--target",
        str(folder),
        "-r",
        str(REQUIREMENTS),
    ]
    try:
        subprocess.run(command, check=True, timeout=INSTALL_SECONDS, capture_output=True, text=True)
    except (OSError, subprocess.SubprocessError) as error:
        said = str(getattr(error, "stderr", "") or error).strip().splitlines()
        raise Unavailable(
            "peers_missing", f"the peers could not be installed ({said[-1]}); --no-peers goes without"
        ) from error
    done.touch()
    return folder


def _pyahocorasick(terms: Sequence[str]) -> Peer:
    automaton: Any = importlib.import_module("ahocorasick").Automaton()
    for number, term in enumerate(terms):
        automaton.add_word(term, (number, len(term)))
    automaton.make_automaton()
    return Peer(lambda texts: [list(automaton.iter(text)) for text in texts], "terms only")


def _hyperscan(folder: Path, terms: Sequence[str], patterns: Sequence[str]) -> Peer:
    """Each term and pattern at most once a text, by its number: the cheapest that Hyperscan can be asked for."""
    hs: Any = importlib.import_module("hyperscan")
    flags = hs.HS_FLAG_UTF8 | hs.HS_FLAG_SINGLEMATCH
    asked = [*(_literal(term) for term in terms), *map(fold_pattern, patterns)]
    key = hashlib.sha256("\n".join(asked).encode()).hexdigest()[:16]
    kept, count = folder / f"hyperscan-{key}.db", folder / f"hyperscan-{key}.refused"
    if not kept.exists():  # it takes half a minute
        taken = [one for one in asked if _takes(hs, one, flags)]
        database = hs.Database()
        database.compile(
            expressions=[one.encode() for one in taken], ids=list(range(len(taken))), flags=[flags] * len(taken)
        )
        count.write_text(str(len(asked) - len(taken)))
        kept.write_bytes(hs.dumpb(database))
    database = hs.loadb(kept.read_bytes(), hs.HS_MODE_BLOCK)
    database.scratch = hs.Scratch(database)
    found: list[int] = []

    def note(number: int, *_: object) -> None:
        found.append(number)

    def run(texts: Sequence[str]) -> None:
        for text in texts:
            found.clear()
            database.scan(text.encode(), match_event_handler=note)

    return Peer(run, f"terms and patterns, by number, no spans; it refuses {count.read_text()} of them")


def _literal(term: str) -> str:
    return "".join("\\" + char if char.isascii() and not char.isalnum() else char for char in term)


def _takes(hs: Any, pattern: str, flags: int) -> bool:
    try:
        hs.Database().compile(expressions=[pattern.encode()], ids=[0], flags=[flags])
    except hs.error:
        return False
    return True
