"""The tables of the rule book: versions of house rules, what was switched on, and replays with what they found."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, UtcDateTime

_Serial = BigInteger().with_variant(Integer, "sqlite")


class RuleVersionRow(Base):
    """A house rule as somebody wrote it, never changed. `text` is its YAML.

    `based_on` is the version that they began with (0: what comes with the product, or nothing).
    """

    __tablename__ = "rule_versions"

    rule_id: Mapped[str] = mapped_column(String(80), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    jurisdiction: Mapped[str] = mapped_column(String(2))
    text: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(String(500))
    based_on: Mapped[int]
    author_person_id: Mapped[str] = mapped_column(String(24))
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)


class RuleSwitchRow(Base):
    """From here on a version of a rule is in force; 0 is what comes with the product, or nothing. Never changed.

    `number` names the book of rules that begins with it, `fingerprint` its exact state.
    """

    __tablename__ = "rule_switches"
    __table_args__ = (Index("ix_rule_switches_rule_id", "rule_id", "number"),)

    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    rule_id: Mapped[str] = mapped_column(String(80))
    version: Mapped[int]
    fingerprint: Mapped[str] = mapped_column(String(64))
    replay_id: Mapped[str] = mapped_column(ForeignKey("rule_replays.id"))
    switched_by_person_id: Mapped[str] = mapped_column(String(24))
    switched_at: Mapped[datetime] = mapped_column(UtcDateTime)


class RuleReplayRow(Base):
    """A version tried against what there is, compared with the book number `book`; what came of it is written once.

    `unjudged` counts works that could not be laid out any more.
    """

    __tablename__ = "rule_replays"
    __table_args__ = (Index("ix_rule_replays_rule_id", "rule_id", "version"),)

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    rule_id: Mapped[str] = mapped_column(String(80))
    version: Mapped[int]
    book: Mapped[int]
    job_id: Mapped[int] = mapped_column(ForeignKey("jobs.id"), unique=True)
    ordered_by_person_id: Mapped[str] = mapped_column(String(24))
    ordered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    before: Mapped[str | None] = mapped_column(String(64))
    fingerprint: Mapped[str | None] = mapped_column(String(64))
    total: Mapped[int]
    done: Mapped[int]
    unjudged: Mapped[int]
    new_hits: Mapped[int]
    lost_hits: Mapped[int]
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class RuleReplayHitRow(Base):
    """A finding that the version would add (`is_new`) or take away, on what was submitted as `digest`."""

    __tablename__ = "rule_replay_hits"

    id: Mapped[int] = mapped_column(_Serial, primary_key=True)
    replay_id: Mapped[str] = mapped_column(ForeignKey("rule_replays.id"), index=True)
    is_new: Mapped[bool]
    kind: Mapped[str] = mapped_column(String(10))
    subject_id: Mapped[str] = mapped_column(String(16))
    digest: Mapped[str] = mapped_column(String(64))
    is_live: Mapped[bool]
    rule: Mapped[str] = mapped_column(String(80))
    severity: Mapped[str] = mapped_column(String(6))
    text: Mapped[str] = mapped_column(String(2000))
    place: Mapped[str] = mapped_column(String(120))
