"""The journal of a batch: one JSON line an event, before and after each poster, so that a stopped batch goes on."""

import fcntl
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from app.kernel.errors import Conflict

JOURNAL_NAME = ".batch.jsonl"


@dataclass(frozen=True, slots=True)
class Minted:
    """A link that was given to a row, written down before anything is painted with it."""

    row: int
    key: str
    url: str


@dataclass(frozen=True, slots=True)
class Made:
    """What became of a row. `key` names its inputs: the same key means the same poster.

    `outcome` is the verdict of the check where a poster exists (``pass``, ``advise``, ``review``), and why there is
    none otherwise: ``block`` (a rule forbids it), ``invalid`` (bad values), ``failed`` (worth another try).
    """

    row: int
    key: str
    file: str
    sha256: str
    url: str
    outcome: str
    error: str


POSTER_EXISTS = frozenset({"pass", "advise", "review"})


@contextmanager
def exclusive(folder: Path) -> Iterator[Path]:
    """The journal's path, while no other batch may write into `folder`. *Raises* Conflict ``batch_running``."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / JOURNAL_NAME
    with (folder / ".batch.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Conflict("batch_running", f"another batch is writing into {folder}") from error
        yield path


def append(path: Path, *events: Minted | Made) -> None:
    """Write events down; their lines are on disk, whole, when this returns."""
    _append(path, events, is_durable=True)


def note(path: Path, event: Minted | Made) -> None:
    """Write an event down that may be lost with the machine, but not with this process: what it tells can be redone."""
    _append(path, (event,), is_durable=False)


def _append(path: Path, events: Sequence[Minted | Made], *, is_durable: bool) -> None:
    lines = (json.dumps({"event": type(one).__name__.lower(), **asdict(one)}, ensure_ascii=False) for one in events)
    rest = memoryview("".join(f"{line}\n" for line in lines).encode())
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        if is_durable:
            os.fdatasync(descriptor)
    finally:
        os.close(descriptor)


def mend(path: Path) -> None:
    """End a last line that a crash cut short, so that the next event starts on a line of its own."""
    if path.exists() and path.stat().st_size and not path.read_bytes().endswith(b"\n"):
        with path.open("ab") as journal:
            journal.write(b"\n")


def replay(path: Path) -> tuple[dict[int, Minted], dict[int, Made]]:
    """The latest link and the latest outcome of each row; lines cut short by a crash are passed over."""
    minted: dict[int, Minted] = {}
    made: dict[int, Made] = {}
    if not path.exists():
        return minted, made
    for line in path.read_bytes().splitlines():
        try:
            fields = json.loads(line)
            kind = fields.pop("event")
            if kind == "minted":
                minted[fields["row"]] = Minted(**fields)
            elif kind == "made":
                made[fields["row"]] = Made(**fields)
        except (ValueError, KeyError, TypeError, AttributeError):
            continue
    return minted, made
