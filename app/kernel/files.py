"""Files that are there whole or not at all."""

import mmap
import os
import secrets
import weakref
from pathlib import Path


def write_atomically(path: Path, data: bytes) -> None:
    """`path` holds all of `data`, on disk, when this returns; or, when it raises OSError, what it held before."""
    part = _part_of(path)
    try:
        with part.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def write_whole(path: Path, data: bytes) -> None:
    """`path` holds all of `data`, whatever becomes of this process, and of the machine only after `settle`.

    When it raises OSError, it holds what it held before.
    """
    part = _part_of(path)
    try:
        part.write_bytes(data)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def settle() -> None:
    """All that was written is on disk when this returns."""
    os.sync()


def _part_of(path: Path) -> Path:
    return path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")


class MappedFile:
    """A file that is mapped, not read: only the pages that are needed are in memory, once for all processes.

    It stays the file that was opened, whatever its path comes to name. *Raises* OSError; ValueError for an empty file.
    """

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDONLY)
        weakref.finalize(self, os.close, self._descriptor)
        self._mapped = mmap.mmap(self._descriptor, 0, access=mmap.ACCESS_READ)

    @property
    def view(self) -> memoryview:
        """The bytes."""
        return memoryview(self._mapped)

    @property
    def name(self) -> str:
        """A path by which a library may open this very file, in this process and those that are forked from it."""
        return f"/proc/self/fd/{self._descriptor}"

    def forget(self) -> None:
        """Lets go of the pages that are in memory; they come back when they are needed."""
        self._mapped.madvise(mmap.MADV_DONTNEED)
