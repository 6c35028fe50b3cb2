"""The tables of rescans, of the posters that do not pass any more, and of the documents that are judged again."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, UtcDateTime


class RescanRow(Base):
    """All posters that are out, judged again under the rules of `fingerprint`; `job_id` is null where there were none.

    `jurisdictions` are those whose rules have changed, `book` the number of the book of rules at that time. `position`
    says which checked document was judged last, under which rules and on which day: from there a second try goes on.
    """

    __tablename__ = "rescans"

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    book: Mapped[int]
    fingerprint: Mapped[str] = mapped_column(String(64), index=True)
    jurisdictions: Mapped[list[str]] = mapped_column(JSON)
    job_id: Mapped[int | None] = mapped_column(ForeignKey("jobs.id"))
    ordered_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    total: Mapped[int]
    done: Mapped[int]
    blocked: Mapped[int]
    unjudged: Mapped[int]
    position: Mapped[str | None] = mapped_column(String(160))
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class BlockedPosterRow(Base):
    """What the newest rescan found against a poster that is out as `digest`. A rescan that finds nothing takes it away.

    `findings` are as they are written down with a submission; without any, the poster could not be judged at all.
    """

    __tablename__ = "blocked_posters"

    poster_id: Mapped[str] = mapped_column(ForeignKey("posters.id"), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    book: Mapped[int]
    findings: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    found_at: Mapped[datetime] = mapped_column(UtcDateTime)


class StandingRow(Base):
    """Rules and a day under which nothing blocked the documents that stand so, but those of blocked posters.

    A rescan that has gone through them moves all of them on at once, to its own rules and its own day.
    """

    __tablename__ = "standings"

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    jurisdiction: Mapped[str] = mapped_column(String(2))
    fingerprint: Mapped[str] = mapped_column(String(64))
    day: Mapped[str] = mapped_column(String(10))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)


class BookStateRow(Base):
    """A state of one jurisdiction's rules, so that a later one can be compared with it: compressed JSON."""

    __tablename__ = "book_states"

    jurisdiction: Mapped[str] = mapped_column(String(2), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64), primary_key=True)
    state: Mapped[bytes] = mapped_column(LargeBinary)


class CheckedDocumentRow(Base):
    """What the rules read of posters that are out, once for all that are alike; `digest` is that of its canonical JSON.

    `content` is that JSON, compressed, and `lines` its readings in UTF-8, for a sieve; `pictures` are the digests of
    those that people brought, by place. Without a standing it was never judged.
    """

    __tablename__ = "checked_documents"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    jurisdiction: Mapped[str] = mapped_column(String(2))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    lines: Mapped[bytes] = mapped_column(LargeBinary)
    pictures: Mapped[dict[str, str] | None] = mapped_column(JSON(none_as_null=True))
    standing_id: Mapped[str | None] = mapped_column(ForeignKey("standings.id"), index=True)


class CheckedSnapshotRow(Base):
    """Which document a poster's snapshot that went out is judged by."""

    __tablename__ = "checked_snapshots"

    snapshot_id: Mapped[str] = mapped_column(ForeignKey("poster_snapshots.id"), primary_key=True)
    document_digest: Mapped[str] = mapped_column(ForeignKey("checked_documents.digest"), index=True)
