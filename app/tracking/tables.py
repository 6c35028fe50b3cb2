"""The tables of visits, of their daily counts, of consents, and of how far each spool has been taken in."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Date, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, UtcDateTime


class VisitRow(Base):
    """One cropped request; rows are only added. The order of ids is the order in which they were taken in."""

    __tablename__ = "visits"
    __table_args__ = (
        Index("ix_visits_code_at", "code", "at"),
        Index("ix_visits_poster_id_at", "poster_id", "at"),
        Index("ix_visits_visitor_at", "visitor", "at"),
    )

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    code: Mapped[str] = mapped_column(String(24))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    kind: Mapped[str] = mapped_column(String(10))
    bot: Mapped[str] = mapped_column(String(40))
    poster_id: Mapped[str | None] = mapped_column(String(24))
    parent_code: Mapped[str | None] = mapped_column(String(24))
    parent_confidence: Mapped[str | None] = mapped_column(String(8))
    device: Mapped[str] = mapped_column(String(8))
    app: Mapped[str] = mapped_column(String(10))
    visitor: Mapped[str | None] = mapped_column(String(22))


class VisitDayRow(Base):
    """What a link, a poster or the unknown codes (`subject_kind` ``orphan``) were visited on one local day."""

    __tablename__ = "visit_days"

    subject_kind: Mapped[str] = mapped_column(String(6), primary_key=True)
    subject: Mapped[str] = mapped_column(String(24), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    views: Mapped[int] = mapped_column(BigInteger)
    humans: Mapped[int] = mapped_column(BigInteger)
    visitors: Mapped[int] = mapped_column(BigInteger)


class VisitSpoolRow(Base):
    """How far a spool file has been taken in: changed only in the transaction that adds its visits."""

    __tablename__ = "visit_spools"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    taken_bytes: Mapped[int] = mapped_column(BigInteger)


class ConsentRow(Base):
    """A person's yes to being remembered, under the wording they saw, until they take it back."""

    __tablename__ = "consents"

    visitor: Mapped[str] = mapped_column(String(22), primary_key=True)
    wording: Mapped[str] = mapped_column(String(40))
    given_at: Mapped[datetime] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
