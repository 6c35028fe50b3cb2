"""The tables of customers, of their events, and of the tags, points and tasks that rules made of them."""

from datetime import datetime

from sqlalchemy import JSON, BigInteger, Float, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, UtcDateTime


class CustomerRow(Base):
    """Somebody who agreed to be remembered, as one advisor knows them.

    `name` is what the advisor calls them, empty at first. Once forgotten, there is neither name nor `visitor`, nor any
    row in the tables below.
    """

    __tablename__ = "customers"
    __table_args__ = (
        UniqueConstraint("advisor_person_id", "visitor"),
        Index("ix_customers_organisation_path", "organisation_path"),
    )

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    advisor_person_id: Mapped[str] = mapped_column(ForeignKey("persons.id"))
    organisation_path: Mapped[str] = mapped_column(String(400))
    visitor: Mapped[str | None] = mapped_column(String(22), index=True)
    name: Mapped[str] = mapped_column(String(40))
    app: Mapped[str] = mapped_column(String(10))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    forgotten_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class CustomerEventRow(Base):
    """Something that a customer did with a poster: one visit, told in the words of rules."""

    __tablename__ = "customer_events"
    __table_args__ = (Index("ix_customer_events_customer_id_at", "customer_id", "at"),)

    visit_id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False
    )
    customer_id: Mapped[str] = mapped_column(ForeignKey("customers.id"))
    kind: Mapped[str] = mapped_column(String(8))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    poster_id: Mapped[str] = mapped_column(ForeignKey("posters.id"))
    code: Mapped[str] = mapped_column(String(24))
    level: Mapped[int] = mapped_column(Integer)
    app: Mapped[str] = mapped_column(String(10))


class CustomerTagRow(Base):
    """A tag, the event that set it, and the words it was given with: they stay true when the rule is changed."""

    __tablename__ = "customer_tags"
    __table_args__ = (Index("ix_customer_tags_rule_expires_at", "rule", "expires_at"),)

    customer_id: Mapped[str] = mapped_column(ForeignKey("customers.id"), primary_key=True)
    rule: Mapped[str] = mapped_column(String(40), primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("customer_events.visit_id"), primary_key=True)
    given_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    title: Mapped[dict[str, str]] = mapped_column(JSON)
    reason: Mapped[dict[str, str]] = mapped_column(JSON)


class CustomerPointsRow(Base):
    """Points for one event; what they are worth fades by half every `half_life_days`."""

    __tablename__ = "customer_points"

    customer_id: Mapped[str] = mapped_column(ForeignKey("customers.id"), primary_key=True)
    rule: Mapped[str] = mapped_column(String(40), primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("customer_events.visit_id"), primary_key=True)
    given_at: Mapped[datetime] = mapped_column(UtcDateTime)
    points: Mapped[float] = mapped_column(Float)
    half_life_days: Mapped[float] = mapped_column(Float)
    title: Mapped[dict[str, str]] = mapped_column(JSON)
    reason: Mapped[dict[str, str]] = mapped_column(JSON)


class CustomerTaskRow(Base):
    """Something for the advisor to do, until it is done."""

    __tablename__ = "customer_tasks"
    __table_args__ = (UniqueConstraint("customer_id", "rule", "visit_id"),)

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    customer_id: Mapped[str] = mapped_column(ForeignKey("customers.id"))
    rule: Mapped[str] = mapped_column(String(40))
    visit_id: Mapped[int] = mapped_column(ForeignKey("customer_events.visit_id"))
    given_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    title: Mapped[dict[str, str]] = mapped_column(JSON)
    reason: Mapped[dict[str, str]] = mapped_column(JSON)
    to_do: Mapped[dict[str, str]] = mapped_column(JSON)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    done_by_person_id: Mapped[str | None] = mapped_column(String(24))
    note: Mapped[str] = mapped_column(String(500))


class CustomerCursorRow(Base):
    """Up to which visit the rules have gone; one row, changed only in the transaction that keeps what they gave."""

    __tablename__ = "customer_cursors"

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    visit_id: Mapped[int] = mapped_column(BigInteger)
