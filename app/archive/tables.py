"""The tables of the archive."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, UtcDateTime


class ArchiveEntryRow(Base):
    """One entry. `text` is the canonical JSON that the hash is over; kind and subject repeat it, to be searched by.

    Triggers refuse every change and every deletion.
    """

    __tablename__ = "archive_entries"

    sequence: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False
    )
    kind: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(120), index=True)
    text: Mapped[str] = mapped_column(Text)
    hash: Mapped[str] = mapped_column(String(64))


class ArchiveHeadRow(Base):
    """The chain's end, in the one row that appending locks.

    `sealed` is the last entry that a signed head outside of the database is known to cover; `seal_ordered_at` is when
    the next such head was asked for, null once nothing is waiting for it.
    """

    __tablename__ = "archive_head"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sequence: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"))
    hash: Mapped[str] = mapped_column(String(64))
    sealed: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"))
    seal_ordered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
