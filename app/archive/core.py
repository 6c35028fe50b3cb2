"""The chain, as pure functions: what an entry's hash is over, and what is wrong with a chain.

The hash of entry *n* is SHA-256 over the 32 bytes of the hash of entry *n-1* and the canonical JSON of entry *n*;
before the first stand 32 zero bytes. Whoever has the entries can compute it with any tool.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from app.kernel.digest import canonical_json
from app.kernel.errors import Invalid, Problem

JSON = str | int | float | bool | None | Sequence["JSON"] | Mapping[str, "JSON"]
Reason = Literal[
    "missing", "altered", "columns_differ", "cut", "not_the_head", "not_as_sealed", "seal_missing", "bad_seal"
]

_KIND = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")
_SUBJECT = re.compile(r"[a-z][a-z0-9_]*:[A-Za-z0-9._-]{1,80}")


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened. `subject` is what it happened to, ``poster:4kQ7…``; `at` is RFC 3339 in UTC.

    `body` holds ids and digests, never personal data in clear: an entry can never be taken back.
    """

    sequence: int
    at: str
    kind: str
    subject: str
    actor_person_id: str | None
    body: Mapping[str, JSON]


class Stored(NamedTuple):
    """An entry as the database has it: the canonical text, and the columns beside it."""

    sequence: int
    kind: str
    subject: str
    text: str
    hash: str


@dataclass(frozen=True, slots=True)
class Head:
    """An end of the chain: the last entry's number and hash (hex)."""

    sequence: int
    hash: str


@dataclass(frozen=True, slots=True)
class Break:
    """The first entry that is not as it was written, and what shows it."""

    sequence: int
    reason: Reason


START = Head(0, "0" * 64)
_SIZE = 32


def write(entry: Entry) -> str:
    """The canonical JSON of `entry`. *Source*: RFC 8785.

    *Raises* Invalid ``bad_kind``, ``bad_subject``, ``not_json`` with every problem.
    """
    problems = []
    if not _KIND.fullmatch(entry.kind) or len(entry.kind) > 60:
        problems.append(Problem("kind", "bad_kind", "a kind is noun.verb, in small letters"))
    if not _SUBJECT.fullmatch(entry.subject):
        problems.append(Problem("subject", "bad_subject", "a subject is noun:id"))
    if problems:
        raise Invalid.of(problems)
    return canonical_json(
        {
            "actor": entry.actor_person_id,
            "at": entry.at,
            "body": dict(entry.body),
            "kind": entry.kind,
            "sequence": entry.sequence,
            "subject": entry.subject,
        }
    ).decode()


def read(text: str) -> Entry:
    """The entry that `write` wrote. *Raises* Invalid ``unreadable``."""
    try:
        found: dict[str, Any] = json.loads(text)
        return Entry(
            found["sequence"], found["at"], found["kind"], found["subject"], found["actor"], dict(found["body"])
        )
    except (ValueError, KeyError, TypeError) as error:
        raise Invalid.of([Problem("text", "unreadable", "this is not an entry of the archive")]) from error


def chained(previous: str, text: str) -> str:
    """The hash (hex) of the entry `text` after the entry whose hash is `previous`."""
    return hashlib.sha256(bytes.fromhex(previous) + text.encode()).hexdigest()


class Sealed:
    """The hashes that signed heads vouch for. `until` is the last entry that they are known to have covered."""

    def __init__(self, until: int = 0) -> None:
        self.until = until
        self.disputed: int | None = None
        self._hashes = bytearray()

    def add(self, first: int, hashes: bytes) -> None:
        """Take in the hashes of one signed head, 32 bytes an entry, from entry `first` on."""
        start, end = (first - 1) * _SIZE, (first - 1) * _SIZE + len(hashes)
        self._hashes.extend(bytes(max(0, end - len(self._hashes))))
        for place in range(start, end, _SIZE):
            known, told = self._hashes[place : place + _SIZE], hashes[place - start : place - start + _SIZE]
            if any(known) and known != told:
                self.disputed = min(self.disputed or place // _SIZE + 1, place // _SIZE + 1)
            self._hashes[place : place + _SIZE] = told
        self.until = max(self.until, end // _SIZE)

    def holds(self, number: int, digest: bytes) -> bool:
        """Whether a signed head, and no other one against it, says that `digest` is the hash of entry `number`."""
        return self._hashes[(number - 1) * _SIZE : number * _SIZE] == digest and number != self.disputed

    def is_silent_on(self, number: int) -> bool:
        """Whether no signed head holds the hash of entry `number`."""
        return not any(self._hashes[(number - 1) * _SIZE : number * _SIZE])


def verify(entries: Iterable[Stored], heads: Mapping[int, str], sealed: Sealed) -> Head | Break:
    """Walk the chain from its start: the head it ends in, or the first entry that is not as it was written.

    `heads` is hashes by number that the chain must pass through: where the database says that it ends (read before the
    entries), and what somebody has noted. What was chained anew, or cut off together with the database's own head, is
    shown by `sealed`, which is kept elsewhere.
    """
    number, previous = START.sequence, bytes.fromhex(START.hash)
    for entry in entries:
        number += 1
        sequence, _, _, text, told = entry
        digest = hashlib.sha256(previous + text.encode()).digest()
        is_good = sequence == number and told == digest.hex() and _agrees(entry)
        if not is_good or heads.get(number, told) != told:
            return Break(number, _wrong_with(entry, number, digest))
        if number <= sealed.until and not sealed.holds(number, digest):
            return Break(number, "seal_missing" if sealed.is_silent_on(number) else "not_as_sealed")
        previous = digest
    if number < max(sealed.until, *heads, 0):
        return Break(number + 1, "cut")
    return Head(number, previous.hex())


def _wrong_with(entry: Stored, number: int, digest: bytes) -> Reason:
    if entry.sequence != number:
        return "missing"
    if entry.hash != digest.hex():
        return "altered"
    return "not_the_head" if _agrees(entry) else "columns_differ"


def _agrees(entry: Stored) -> bool:
    """Whether the columns say what the text says, whose last three members they are: keys stand in order."""
    _, kind, subject, text, _ = entry
    told = f',"kind":"{kind}","sequence":{entry.sequence},"subject":"{subject}"}}'
    return text.endswith(told) and '"' not in kind and '"' not in subject
