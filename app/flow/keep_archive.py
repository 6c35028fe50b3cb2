"""Keep the archive: sign its head into the store, and check the chain against all heads that are kept there."""

import contextlib
import itertools
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.archive import records
from app.archive.core import Break, Head, Sealed, Stored, read, verify
from app.archive.seal import Seal, opened, private_key, public_text, signed
from app.config import Settings
from app.db import reading, retried
from app.flow.deps import Deps
from app.jobs.queue import Job, complete
from app.kernel.errors import Invalid

JOB = records.SEAL_JOB
FOLDER = "archive-heads"
KEY_FILE = "archive_key"
MOST_IN_ONE = 20_000


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found: the head the chain ends in, or its first bad entry; and how far signed heads reach."""

    found: Head | Break
    sealed_until: int


def seal(deps: Deps) -> int:
    """Sign what no head in the store covers yet; the last entry that is covered now.

    Two that do this at once write the same, or overlapping heads: both are true.
    """
    key = signing_key(deps.settings)
    while True:
        with reading(deps) as session:
            until = records.sealed_until(session)
            new = _next_seal(records.chain(session, until), until)
        if new is None:
            return until
        name = f"{FOLDER}/{new.first:012d}-{new.last:012d}.json"
        deps.store.keep(name, signed(new, key), deps.settings.archive_retention_days)
        retried(deps, partial(records.mark_sealed, until=new.last))


def carry_out(deps: Deps, job: Job) -> None:
    """Seal what waits, as `job` asks."""
    seal(deps)
    retried(deps, lambda session: complete(session, job))


def check(deps: Deps, expected: Head | None = None) -> Checked:
    """Walk the whole chain and compare it with the signed heads in the store, and with a head noted elsewhere."""
    # In this order each holds no less than the one before, whatever is written meanwhile: what the database knows to be
    # sealed, the signed heads, the chain's head, the entries.
    with reading(deps) as session:
        sealed = Sealed(records.sealed_until(session))
    bad = _take_in(deps, sealed)
    with reading(deps) as session:
        head = records.head(session)
        heads = {one.sequence: one.hash for one in (head, expected) if one is not None}
        found = verify(records.chain(session), heads, sealed)
    if bad is not None and (not isinstance(found, Break) or bad <= found.sequence):
        found = Break(bad, "bad_seal")
    return Checked(found, sealed.until)


def signing_key(settings: Settings) -> Ed25519PrivateKey:
    """The configured key, or one of this house, made at first use. *Raises* Invalid ``bad_key``."""
    given = settings.archive_key.get_secret_value()
    if given:
        return private_key(given)
    file = settings.var_dir / KEY_FILE
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        part = file.with_name(f".{KEY_FILE}.{secrets.token_hex(4)}")
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as stream:
            stream.write(secrets.token_hex(32) + "\n")
            stream.flush()
            os.fsync(stream.fileno())
        # Several processes may come here at once: the first to give its file the name wins.
        with contextlib.suppress(FileExistsError):
            file.hardlink_to(part)
        part.unlink()
    return private_key(file.read_text(encoding="ascii"))


def signing_public(settings: Settings) -> str:
    """The public half of the key that signs, in hex: what somebody needs who checks the heads elsewhere."""
    return public_text(signing_key(settings))


def trusted_keys(settings: Settings) -> frozenset[str]:
    """The public keys (hex) whose heads count."""
    named = {key for key in settings.archive_trusted_keys.split(",") if key}
    return frozenset(named | {signing_public(settings)})


def _next_seal(chain: Iterator[Stored], until: int) -> Seal | None:
    hashes, last = bytearray(), None
    for last in itertools.islice(chain, MOST_IN_ONE):
        hashes += bytes.fromhex(last.hash)
    if last is None:
        return None
    return Seal(until + 1, last.sequence, read(last.text).at, bytes(hashes))


def _take_in(deps: Deps, sealed: Sealed) -> int | None:
    """Add all heads of the store to `sealed`; the first entry of the first file that is not one."""
    trusted = trusted_keys(deps.settings)
    bad: list[int] = []
    for name in deps.store.names(FOLDER):
        try:
            found = opened(deps.store.kept(name), trusted)
            sealed.add(found.first, found.hashes)
        except Invalid:
            first = name.removeprefix(f"{FOLDER}/").split("-")[0]
            bad.append(int(first) if first.isdecimal() else 1)
    return min(bad, default=None)
