"""The tables of rescans, and of the posters that do not pass any more."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, UtcDateTime


class RescanRow(Base):
    """All posters that are out, judged again under the rules of `fingerprint`; `job_id` is null where there were none.

    `jurisdictions` are those whose rules have changed, `book` the number of the book of rules at that time.
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
