"""The spool: visits on disk before they are answered, one file a process, so that nobody waits for the database.

A file is a row of frames: length and CRC-32 (little-endian, four bytes each), then a visit as a JSON array. Whoever
writes a file holds a lock on it; the lock dies with the process, and a file without one is an orphan, taken up like
all others by the drain.
"""

import fcntl
import json
import os
import struct
import threading
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import structlog

from app.kernel.errors import Unavailable
from app.kernel.ids import new_code
from app.tracking.core import Visit

Durability = Literal["written", "synced"]

SUFFIX = ".spool"
ROTATE_BYTES = 32 * 1024 * 1024
SYNC_SECONDS = 0.005
LONGEST_RECORD = 4096
_FRAME = struct.Struct("<II")
_log = structlog.get_logger(__name__)
_as_json = json.JSONEncoder(ensure_ascii=True, separators=(",", ":")).encode


class Spool:
    """This process's spool file, made at the first visit; safe to use from many threads.

    `written`: a visit is with the operating system when `append` returns, and survives the death of the process; the
    disk has it some milliseconds later. `synced`: the disk has it; writers that wait share one fsync.
    """

    def __init__(self, folder: Path, durability: Durability = "written", rotate_bytes: int = ROTATE_BYTES) -> None:
        self._folder = folder
        self._durability = durability
        self._rotate_bytes = rotate_bytes
        self._lock = threading.Lock()
        self._file: _File | None = None

    def append(self, visit: Visit) -> None:
        """Keep `visit`. *Raises* Unavailable ``disk_full`` or ``spool_down``: then nothing of it is kept."""
        data = frame(visit)
        try:
            with self._lock:
                file = self._current()
                end = file.write(data)
            if self._durability == "synced":
                file.wait_until_synced(end)
            else:
                file.sync_soon()
        except OSError as error:
            code = "disk_full" if error.errno == 28 else "spool_down"
            raise Unavailable(code, "the visit could not be written down") from error

    def close(self) -> None:
        """Sync and let go of the file; the drain takes it up."""
        with self._lock:
            if self._file is not None:
                self._file.close()
            self._file = None

    def _current(self) -> "_File":
        if self._file is not None and self._file.end >= self._rotate_bytes:
            self._file.close()
            self._file = None
        if self._file is None:
            self._file = _File(self._folder)
        return self._file


class _File:
    """An open spool file. `end` is written under the spool's lock; syncing has a lock of its own."""

    def __init__(self, folder: Path) -> None:
        self._descriptor = _create_locked(folder)
        self.end = 0
        self._synced = 0
        self._syncing = threading.Condition()
        self._is_leading = False
        self._is_closed = False
        self._unsynced = threading.Event()
        self._syncer: threading.Thread | None = None

    def write(self, data: bytes) -> int:
        """Append `data` whole or not at all; where the file ends now."""
        try:
            written = os.write(self._descriptor, data)
            if written < len(data):
                raise OSError(28, "the disk is full")
        except OSError:
            os.ftruncate(self._descriptor, self.end)
            raise
        self.end += len(data)
        return self.end

    def wait_until_synced(self, end: int) -> None:
        """Return when the disk has everything up to `end`: one of those who wait syncs for all."""
        with self._syncing:
            while self._synced < end and self._is_leading:
                self._syncing.wait()
            if self._synced >= end:
                return
            self._is_leading = True
        reached = self.end
        try:
            os.fdatasync(self._descriptor)
            with self._syncing:
                self._synced = max(self._synced, reached)
        finally:
            with self._syncing:
                self._is_leading = False
                self._syncing.notify_all()

    def sync_soon(self) -> None:
        """Let a thread of this file sync it some milliseconds from now."""
        if not self._unsynced.is_set():
            self._unsynced.set()
        if self._syncer is None:
            with self._syncing:
                if self._syncer is None:
                    self._syncer = threading.Thread(target=self._sync_for_ever, name="spool-sync", daemon=True)
                    self._syncer.start()

    def close(self) -> None:
        """Sync; the lock goes with the descriptor."""
        with self._syncing:
            self._is_closed = True
            self._unsynced.set()
            while self._is_leading:
                self._syncing.wait()
            os.fdatasync(self._descriptor)
            self._synced = self.end
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)
            os.close(self._descriptor)

    def _sync_for_ever(self) -> None:
        while self._unsynced.wait() and not self._is_closed:
            time.sleep(SYNC_SECONDS)
            self._unsynced.clear()
            try:
                self.wait_until_synced(self.end)
            except OSError as error:
                _log.error("spool_not_synced", errno=error.errno)


@dataclass(frozen=True, slots=True)
class Chunk:
    """Visits read from a spool file between two offsets. `skipped` counts bytes of orphans that are no visits."""

    visits: list[Visit]
    end: int
    skipped: int = 0


def frame(visit: Visit) -> bytes:
    """`visit` as it stands in a spool file."""
    payload = _as_json((visit.code, visit.at.timestamp(), *visit[2:])).encode("ascii")
    return _FRAME.pack(len(payload), zlib.crc32(payload)) + payload


def spool_files(folder: Path) -> list[Path]:
    """All spool files of this machine, oldest first, as far as they last."""
    found = []
    for path in folder.glob(f"*{SUFFIX}") if folder.is_dir() else ():
        try:
            found.append((path.stat().st_mtime_ns, path))
        except FileNotFoundError:
            continue
    return [path for _, path in sorted(found)]


@contextmanager
def orphaned(path: Path) -> Iterator[bool]:
    """Whether nobody writes to `path` any more. If so, it belongs to this block, and to no other drain meanwhile."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        yield False
        return
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield path.exists()
            # Said aloud: a child that was forked meanwhile has the descriptor as well, and would keep the lock.
            fcntl.flock(descriptor, fcntl.LOCK_UN)
    finally:
        os.close(descriptor)


def read(path: Path, offset: int, limit: int, is_orphan: bool) -> Chunk:
    """Up to `limit` whole visits of `path` from `offset` on.

    What is not whole yet is left for later in a file that is being written; in an orphan it was never acknowledged, or
    the machine lost it, and it is skipped.
    """
    with path.open("rb") as file:
        file.seek(offset)
        data = file.read(limit * 400 + LONGEST_RECORD)
        at_the_end = not file.read(1)
    visits: list[Visit] = []
    at = skipped = 0
    while len(visits) < limit and at < len(data):
        payload = _payload(data, at)
        if payload is not None:
            visits.append(_visit(payload))
            at += _FRAME.size + len(payload)
        elif not is_orphan or (not at_the_end and len(data) - at < _FRAME.size + LONGEST_RECORD):
            break
        else:
            at += 1
            skipped += 1
    return Chunk(visits, offset + at, skipped)


def _payload(data: bytes, at: int) -> bytes | None:
    """The whole payload of the frame at `at`; None when there is none."""
    if at + _FRAME.size > len(data):
        return None
    length, checksum = _FRAME.unpack_from(data, at)
    if not 0 < length <= LONGEST_RECORD:
        return None
    payload = data[at + _FRAME.size : at + _FRAME.size + length]
    return payload if len(payload) == length and zlib.crc32(payload) == checksum else None


def _visit(payload: bytes) -> Visit:
    fields: list[Any] = json.loads(payload.decode("ascii"))
    return Visit(fields[0], datetime.fromtimestamp(fields[1], UTC), *fields[2:])


def _create_locked(folder: Path) -> int:
    """A descriptor to append to, of a new file that appears under its name once it is locked and not before."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{new_code(16)}{SUFFIX}"
    part = path.with_suffix(".part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC, 0o600)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    part.rename(path)
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
    return descriptor
