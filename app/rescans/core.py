"""A rescan as a value, and what it found against a poster."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple


@dataclass(frozen=True, slots=True)
class Rescan:
    """How far a rescan is; without a job there was nothing to do."""

    id: str
    book: int
    fingerprint: str
    jurisdictions: tuple[str, ...]
    job_id: int | None
    ordered_at: datetime
    total: int
    done: int
    blocked: int
    unjudged: int
    finished_at: datetime | None
    position: str | None = None


@dataclass(frozen=True, slots=True)
class BlockedPoster:
    """A poster that does not pass any more, and why; without findings it could not be judged at all."""

    poster_id: str
    digest: str
    book: int
    findings: tuple[Mapping[str, Any], ...]
    found_at: datetime


class CheckedDocument(NamedTuple):
    """What the rules read of posters that are alike: `content` in canonical JSON, and its `lines` for a sieve.

    `pictures` are the digests of those that people brought, by place.
    """

    digest: str
    jurisdiction: str
    content: bytes
    lines: bytes
    pictures: Mapping[str, str] | None = None
    standing_id: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """Rules and a day under which nothing blocked the documents that stand so, but those of blocked posters."""

    id: str
    jurisdiction: str
    fingerprint: str
    day: str
    made_at: datetime
