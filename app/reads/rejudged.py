"""What is judged again when rules change: templates, posters that are out, what was submitted of late; page by page."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from app.library.records import all_versions
from app.links.tables import LinkRow
from app.posters.tables import PosterRow, SnapshotRow
from app.rescans.documents import count_unjudged
from app.rescans.tables import BlockedPosterRow, CheckedDocumentRow, CheckedSnapshotRow, StandingRow
from app.review.tables import CaseRow

_AT_ONCE = 500  # posters that one statement asks about


@dataclass(frozen=True, slots=True)
class Work:
    """A poster's snapshot, or a template version (without one); `is_live` when links lead to it."""

    kind: Literal["poster", "template"]
    subject_id: str
    digest: str
    version_id: str
    is_live: bool
    snapshot_id: str = ""


class Works:
    """The works of some jurisdictions, as one session sees them at one moment."""

    def __init__(self, session: Session, now: datetime, jurisdictions: Collection[str]) -> None:
        self._session = session
        self._is_live = _is_live(now)
        versions = all_versions(session)
        self._versions = {one.id: one for one in versions if one.content.head["jurisdiction"] in jurisdictions}

    def templates(self) -> list[Work]:
        """The approved versions of the library."""
        approved = select(CaseRow.subject_id).where(CaseRow.kind == "template", CaseRow.state == "approved")
        found = [self._versions[one] for one in self._session.scalars(approved) if one in self._versions]
        return [Work("template", one.id, one.content.digest, one.id, True) for one in sorted(found, key=lambda v: v.id)]

    def snapshots(self, since: datetime | None, after: str, limit: int) -> list[Work]:
        """At most `limit` snapshots that are live, or were submitted since, in the order of their ids after `after`."""
        wanted = (
            select(
                SnapshotRow.poster_id,
                SnapshotRow.digest,
                PosterRow.template_version_id,
                self._is_live,
                SnapshotRow.id,
            )
            .join(PosterRow, PosterRow.id == SnapshotRow.poster_id)
            .where(*self._conditions(since), SnapshotRow.id > after)
            .order_by(SnapshotRow.id)
            .limit(limit)
        )
        rows = self._session.execute(wanted)
        return [
            Work("poster", poster_id, digest, version_id, bool(is_live), snapshot_id)
            for poster_id, digest, version_id, is_live, snapshot_id in rows
        ]

    def unkept(self, after: str, limit: int) -> list[Work]:
        """At most `limit` snapshots that are live and of which no document is kept, by id after `after`."""
        kept = exists().where(CheckedSnapshotRow.snapshot_id == SnapshotRow.id)
        return self._works(~kept, SnapshotRow.id > after, limit=limit)

    def of_documents(self, digests: Collection[str]) -> list[tuple[str, Work]]:
        """The live snapshots that are judged by these documents, each with its document's digest."""
        kept = select(CheckedSnapshotRow.snapshot_id).where(CheckedSnapshotRow.document_digest.in_(digests))
        works = self._works(SnapshotRow.id.in_(kept))
        wanted = select(CheckedSnapshotRow.snapshot_id, CheckedSnapshotRow.document_digest)
        pairs = self._session.execute(wanted.where(CheckedSnapshotRow.document_digest.in_(digests)))
        document = {pair.snapshot_id: pair.document_digest for pair in pairs}
        return [(document[work.snapshot_id], work) for work in works]

    def blocked_documents(self) -> set[str]:
        """The digests of the documents of posters that do not pass any more."""
        blocked = list(self._session.scalars(select(BlockedPosterRow.poster_id)))  # mostly few: databases scan the rest
        wanted = select(CheckedSnapshotRow.document_digest).join(
            SnapshotRow, SnapshotRow.id == CheckedSnapshotRow.snapshot_id
        )
        parts = (SnapshotRow.poster_id.in_(blocked[at : at + _AT_ONCE]) for at in range(0, len(blocked), _AT_ONCE))
        return {digest for part in parts for digest in self._session.scalars(wanted.where(part))}

    def count_documents(self, jurisdictions: Collection[str]) -> int:
        """How many documents are kept, those of any jurisdiction that were never judged included: an index says so."""
        own = list(self._session.scalars(select(StandingRow.id).where(StandingRow.jurisdiction.in_(jurisdictions))))
        wanted = select(func.count()).select_from(CheckedDocumentRow)
        judged = self._session.scalar(wanted.where(CheckedDocumentRow.standing_id.in_(own))) or 0
        return judged + count_unjudged(self._session)

    def _works(self, *conditions: ColumnElement[bool], limit: int | None = None) -> list[Work]:
        wanted = (
            select(SnapshotRow.poster_id, SnapshotRow.digest, PosterRow.template_version_id, SnapshotRow.id)
            .join(PosterRow, PosterRow.id == SnapshotRow.poster_id)
            .where(*self._conditions(None), *conditions)
            .order_by(SnapshotRow.id)
            .limit(limit)
        )
        return [
            Work("poster", poster, digest, version, True, id_)
            for poster, digest, version, id_ in self._session.execute(wanted)
        ]

    def count(self, since: datetime | None) -> int:
        """How many snapshots `snapshots` goes through."""
        wanted = (
            select(func.count()).select_from(SnapshotRow).join(PosterRow, PosterRow.id == SnapshotRow.poster_id)
        ).where(*self._conditions(since))
        return self._session.scalar(wanted) or 0

    def was_judged_otherwise(self, fingerprint: str) -> bool:
        """Whether anything that is live was submitted under other rules than these."""
        other = SnapshotRow.content["rules_fingerprint"].as_string() != fingerprint
        wanted = select(SnapshotRow.id).join(PosterRow, PosterRow.id == SnapshotRow.poster_id)
        return self._session.scalar(wanted.where(*self._conditions(None), other).limit(1)) is not None

    def _conditions(self, since: datetime | None) -> list[ColumnElement[bool]]:
        asked = self._is_live if since is None else or_(SnapshotRow.taken_at >= since, self._is_live)
        return [PosterRow.template_version_id.in_(self._versions), asked]


def _is_live(now: datetime) -> ColumnElement[bool]:
    """That the snapshot is what is out of its poster, its template is not recalled, and a link leads to it."""
    own, of_template, link = aliased(CaseRow), aliased(CaseRow), LinkRow
    is_out = exists().where(own.subject_id == PosterRow.id, own.state == "issued", own.digest == SnapshotRow.digest)
    is_recalled = exists().where(
        of_template.subject_id == PosterRow.template_version_id, of_template.state == "recalled"
    )
    leads = exists().where(
        link.target == PosterRow.id,
        link.target_kind == "poster",
        link.activated_at.is_not(None),
        link.recalled_at.is_(None),
        or_(link.expires_at.is_(None), link.expires_at > now),
    )
    return is_out & ~is_recalled & leads
