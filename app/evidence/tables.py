"""The table of the claims library."""

from datetime import date, datetime

from sqlalchemy import Date, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, UtcDateTime


class EvidencedSentenceRow(Base):
    """A sentence with its evidence. What it says is never changed; approval and end are written once.

    `folded` is how the rules read it. `file_digest` is the SHA-256 of a paper that is kept elsewhere.
    """

    __tablename__ = "evidenced_sentences"

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    jurisdiction: Mapped[str] = mapped_column(String(2))
    product: Mapped[str] = mapped_column(String(12))
    text: Mapped[str] = mapped_column(String(500))
    folded: Mapped[str] = mapped_column(Text)
    evidence: Mapped[str] = mapped_column(Text)
    file_digest: Mapped[str | None] = mapped_column(String(64))
    valid_from: Mapped[date] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    written_by_person_id: Mapped[str] = mapped_column(String(24))
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)
    approved_by_person_id: Mapped[str | None] = mapped_column(String(24))
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_by_person_id: Mapped[str | None] = mapped_column(String(24))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
