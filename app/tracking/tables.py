"""The tables of visits, of their daily counts, of consents, and of how far each spool has been taken in."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Date, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, UtcDateTime


class VisitRow(Base):
    """One cropped request; rows are only added. The order of ids is the order in which they were taken in."""

    __tablename__ = "visits"
    __table_args__ = (
        Index("ix_visits_code_at", "code", "at"),
        Index("ix_visits_poster_id_at", "poster_id", "at"),
        Index("ix_visits_visitor_at", "visitor", "at"),
        Index(
            "ix_visits_nonce",
            "nonce",
            unique=True,
            sqlite_where=text("nonce IS NOT NULL"),
            postgresql_where=text("nonce IS NOT NULL"),
        ),
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
    nonce: Mapped[str | None] = mapped_column(String(24))


class VisitDayRow(Base):
    """What a link, a poster or the unknown codes (`subject_kind` ``orphan``) were visited on one local day.

    `visitors` counts those who agreed once a day, `people` once at all: where and when they were first met.
    """

    __tablename__ = "visit_days"
    __table_args__ = (Index("ix_visit_days_day_subject_kind", "day", "subject_kind"),)

    subject_kind: Mapped[str] = mapped_column(String(6), primary_key=True)
    subject: Mapped[str] = mapped_column(String(24), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    views: Mapped[int] = mapped_column(BigInteger)
    humans: Mapped[int] = mapped_column(BigInteger)
    visitors: Mapped[int] = mapped_column(BigInteger)
    people: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))


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


class ResultDayRow(Base):
    """The figures of one closed local day at an organisation, whatever lies below it included.

    `facet` is ``all`` (`key` is empty), ``template`` (its slug) or ``advisor`` (the person's id).
    """

    __tablename__ = "result_days"
    __table_args__ = (
        Index("ix_result_days_key", "organisation_id", "facet", "key", "day"),
        {"sqlite_with_rowid": False},
    )

    organisation_id: Mapped[str] = mapped_column(String(24), primary_key=True)
    facet: Mapped[str] = mapped_column(String(8), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    key: Mapped[str] = mapped_column(String(60), primary_key=True)
    posters: Mapped[int] = mapped_column(BigInteger)
    shares: Mapped[int] = mapped_column(BigInteger)
    scans: Mapped[int] = mapped_column(BigInteger)
    humans: Mapped[int] = mapped_column(BigInteger)
    people: Mapped[int] = mapped_column(BigInteger)
    reshares: Mapped[int] = mapped_column(BigInteger)


class ClosedDayRow(Base):
    """A local day whose figures stand in `result_days`; a visit that comes in late opens it again."""

    __tablename__ = "result_closed_days"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
