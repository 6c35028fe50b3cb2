"""The tables of review: cases, their steps, comments, and the sentences that decisions were about."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Float, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, UtcDateTime

_Serial = BigInteger().with_variant(Integer, "sqlite")


class CaseRow(Base):
    """One thing under review; `subject_id` is the poster's or the template version's id.

    `state` is a shortcut: it always equals what the steps give. `version` rises with every change, a saved draft
    included: whoever changes the case names the version they saw. `digest` is what was last submitted.
    """

    __tablename__ = "review_cases"
    __table_args__ = (Index("ix_review_cases_queue", "state", "due_at"),)

    subject_id: Mapped[str] = mapped_column(String(16), primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    organisation_path: Mapped[str] = mapped_column(String(400))
    state: Mapped[str] = mapped_column(String(20))
    version: Mapped[int]
    digest: Mapped[str | None] = mapped_column(String(64))
    findings: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class StepRow(Base):
    """One step of a case, never changed. `actor_person_id` is null when a policy took it."""

    __tablename__ = "review_steps"
    __table_args__ = (UniqueConstraint("subject_id", "number"),)

    id: Mapped[int] = mapped_column(_Serial, primary_key=True)
    subject_id: Mapped[str] = mapped_column(ForeignKey("review_cases.subject_id"))
    number: Mapped[int]
    action: Mapped[str] = mapped_column(String(20))
    role: Mapped[str] = mapped_column(String(10))
    actor_person_id: Mapped[str | None] = mapped_column(String(24), index=True)
    digest: Mapped[str | None] = mapped_column(String(64))
    policy: Mapped[str | None] = mapped_column(String(60))
    reason: Mapped[str] = mapped_column(String(2000))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class CommentRow(Base):
    """A comment on what was submitted as `digest`, pinned to a place: a slot or layer, and a point as fractions."""

    __tablename__ = "review_comments"

    id: Mapped[int] = mapped_column(_Serial, primary_key=True)
    step_id: Mapped[int] = mapped_column(ForeignKey("review_steps.id"), index=True)
    digest: Mapped[str] = mapped_column(String(64))
    place: Mapped[str] = mapped_column(String(80))
    x: Mapped[float | None] = mapped_column(Float)
    y: Mapped[float | None] = mapped_column(Float)
    text: Mapped[str] = mapped_column(String(1000))


class SentenceRow(Base):
    """A sentence that stood in what was submitted as `digest`, by its key, and by that of how the rules read it."""

    __tablename__ = "review_sentences"
    __table_args__ = (UniqueConstraint("key", "subject_id", "digest"),)

    id: Mapped[int] = mapped_column(_Serial, primary_key=True)
    key: Mapped[str] = mapped_column(String(64))
    subject_id: Mapped[str] = mapped_column(ForeignKey("review_cases.subject_id"))
    digest: Mapped[str] = mapped_column(String(64))
    folded_key: Mapped[str | None] = mapped_column(String(64), index=True)


class SentenceTextRow(Base):
    """A sentence that was ever submitted, once for all that is read alike: `folded` is how the rules read it."""

    __tablename__ = "review_sentence_texts"

    folded_key: Mapped[str] = mapped_column(String(64), primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    folded: Mapped[str] = mapped_column(Text)


class SentenceMarkRow(Base):
    """A number that sentences which say nearly the same have in common."""

    __tablename__ = "review_sentence_marks"

    mark: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    folded_key: Mapped[str] = mapped_column(ForeignKey("review_sentence_texts.folded_key"), primary_key=True)


class ClaimRow(Base):
    """Who said that they are looking at a case, and until when that holds. It binds nobody."""

    __tablename__ = "review_claims"

    subject_id: Mapped[str] = mapped_column(ForeignKey("review_cases.subject_id"), primary_key=True)
    person_id: Mapped[str] = mapped_column(String(24))
    until: Mapped[datetime] = mapped_column(UtcDateTime)
