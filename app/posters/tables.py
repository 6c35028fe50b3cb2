"""The tables of posters: drafts, snapshots, what was issued and shared; and of renditions."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, UtcDateTime


class RenditionRow(Base):
    """What was ordered, written once; then what came of it, written once. Whether it failed is known to its job."""

    __tablename__ = "renditions"

    id: Mapped[str] = mapped_column(String(24), primary_key=True)
    job_id: Mapped[int] = mapped_column(ForeignKey("jobs.id"), unique=True)
    template: Mapped[str] = mapped_column(String(60))
    template_version: Mapped[str] = mapped_column(String(20))
    size: Mapped[str] = mapped_column(String(40))
    language: Mapped[str] = mapped_column(String(2))
    format: Mapped[str] = mapped_column(String(4))
    values: Mapped[dict[str, Any]] = mapped_column(JSON)
    values_digest: Mapped[str] = mapped_column(String(64))
    link: Mapped[str] = mapped_column(String(2000))
    ordered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    object_digest: Mapped[str | None] = mapped_column(String(64))
    media_type: Mapped[str | None] = mapped_column(String(60))
    bytes: Mapped[int | None] = mapped_column(BigInteger)


class PosterRow(Base):
    """A poster from its first draft on. Where it stands is known to its review case."""

    __tablename__ = "posters"

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    template_version_id: Mapped[str] = mapped_column(ForeignKey("template_versions.id"), index=True)
    owner_person_id: Mapped[str] = mapped_column(String(24), index=True)
    organisation_path: Mapped[str] = mapped_column(String(400))
    based_on: Mapped[str | None] = mapped_column(ForeignKey("posters.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class RevisionRow(Base):
    """A saved draft, never changed. `base` is the revision that its author had before them."""

    __tablename__ = "poster_revisions"

    poster_id: Mapped[str] = mapped_column(ForeignKey("posters.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    base: Mapped[int]
    author_person_id: Mapped[str] = mapped_column(String(24))
    slots: Mapped[dict[str, Any]] = mapped_column(JSON)
    size: Mapped[str] = mapped_column(String(40))
    language: Mapped[str] = mapped_column(String(2))
    channel: Mapped[str] = mapped_column(String(40))
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PosterPictureRow(Base):
    """A picture that somebody brought for a poster: an object that its drafts may name, and that is shown with it."""

    __tablename__ = "poster_pictures"

    poster_id: Mapped[str] = mapped_column(ForeignKey("posters.id"), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    brought_by_person_id: Mapped[str] = mapped_column(String(24))
    brought_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SnapshotRow(Base):
    """What was submitted, never changed; `digest` is the SHA-256 of the canonical JSON in `content`."""

    __tablename__ = "poster_snapshots"
    __table_args__ = (UniqueConstraint("poster_id", "digest"),)

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    poster_id: Mapped[str] = mapped_column(ForeignKey("posters.id"))
    revision: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64), index=True)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    findings: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    taken_at: Mapped[datetime] = mapped_column(UtcDateTime)


class IssueRow(Base):
    """A snapshot that goes out over one channel under one link; it is out once it has a file."""

    __tablename__ = "poster_issues"
    __table_args__ = (UniqueConstraint("snapshot_id", "channel"),)

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    poster_id: Mapped[str] = mapped_column(ForeignKey("posters.id"), index=True)
    snapshot_id: Mapped[str] = mapped_column(ForeignKey("poster_snapshots.id"))
    channel: Mapped[str] = mapped_column(String(40))
    link_code: Mapped[str] = mapped_column(String(24), unique=True)
    issued_by_person_id: Mapped[str] = mapped_column(String(24))
    begun_at: Mapped[datetime] = mapped_column(UtcDateTime)


class IssuedFileRow(Base):
    """A finished, proved file of an issue, one for each format; the object has these bytes under this digest."""

    __tablename__ = "poster_files"
    __table_args__ = (Index("ix_poster_files_finished_at", "finished_at"),)

    issue_id: Mapped[str] = mapped_column(ForeignKey("poster_issues.id"), primary_key=True)
    format: Mapped[str] = mapped_column(String(4), primary_key=True)
    object_digest: Mapped[str] = mapped_column(String(64))
    media_type: Mapped[str] = mapped_column(String(60))
    bytes: Mapped[int] = mapped_column(BigInteger)
    finished_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ShareRow(Base):
    """A poster was shared: by its advisor, or again by a customer (no person), who then has a link of their own."""

    __tablename__ = "poster_shares"
    __table_args__ = (Index("ix_poster_shares_shared_at", "shared_at"),)

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    poster_id: Mapped[str] = mapped_column(ForeignKey("posters.id"), index=True)
    link_code: Mapped[str] = mapped_column(String(24))
    via: Mapped[str] = mapped_column(String(40))
    shared_by_person_id: Mapped[str | None] = mapped_column(String(24))
    shared_at: Mapped[datetime] = mapped_column(UtcDateTime)
