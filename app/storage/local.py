"""Objects as files in a local folder."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.kernel.digest import checked_digest, sha256_hex
from app.kernel.errors import Conflict, NotFound, Unavailable
from app.kernel.files import write_atomically
from app.storage.names import checked_name

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class LocalStore:
    """A folder of files, each named by its digest; a file appears there whole or not at all."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, data: bytes) -> str:
        """The digest under which `data` is now durably kept.

        *Raises* Unavailable ``disk_full`` or ``storage_down``; then nothing was kept.
        """
        digest = sha256_hex(data)
        place = self._place(digest)
        with _translated():
            if not self._is_kept(place, digest):
                place.parent.mkdir(parents=True, exist_ok=True)
                write_atomically(place, data)
        return digest

    def get(self, digest: str) -> bytes:
        """The bytes that `digest` names, proved. *Raises* Unavailable ``object_corrupt`` when lost or rotted."""
        place = self._place(digest)
        try:
            with _translated():
                data = place.read_bytes()
        except FileNotFoundError as error:
            raise Unavailable("object_corrupt", "the object is lost", digest=digest) from error
        if sha256_hex(data) != digest:
            raise Unavailable("object_corrupt", "the object's bytes are not what was stored", digest=digest)
        return data

    def keep(self, name: str, data: bytes, days: int = 0) -> None:
        """Keep `data` under `name`, once: the same again changes nothing. A folder cannot enforce `days`.

        *Raises* Conflict ``name_taken``, and Unavailable as `put`.
        """
        place = self._root / "named" / checked_name(name)
        with _translated():
            place.parent.mkdir(parents=True, exist_ok=True)
            if not place.exists():
                write_atomically(place, data)
            elif place.read_bytes() != data:
                raise Conflict("name_taken", "other bytes are kept under this name", name=name)

    def kept(self, name: str) -> bytes:
        """What is kept under `name`, as it is now. *Raises* NotFound ``no_such_name``."""
        try:
            with _translated():
                return (self._root / "named" / checked_name(name)).read_bytes()
        except FileNotFoundError as error:
            raise NotFound("no_such_name", "nothing is kept under this name", name=name) from error

    def names(self, folder: str) -> list[str]:
        """All names in `folder`, sorted."""
        with _translated():
            found = (self._root / "named" / checked_name(folder)).glob("[!.]*")
            return sorted(f"{folder}/{file.name}" for file in found)

    def _place(self, digest: str) -> Path:
        return self._root / checked_digest(digest)[:2] / digest[2:4] / digest

    def _is_kept(self, place: Path, digest: str) -> bool:
        return place.exists() and sha256_hex(place.read_bytes()) == digest


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        if error.errno in _FULL:
            raise Unavailable("disk_full", "the storage's disk is full") from error
        raise Unavailable("storage_down", f"the storage folder cannot be used: {error.strerror}") from error
