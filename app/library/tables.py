"""The tables of the library: versions, their contents, and their availability."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Date, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, UtcDateTime


class TemplateVersionRow(Base):
    """A version of a template. Whether it is a draft, approved or retired is known to its review case."""

    __tablename__ = "template_versions"
    __table_args__ = (UniqueConstraint("slug", "version"),)

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    slug: Mapped[str] = mapped_column(String(60))
    version: Mapped[str] = mapped_column(String(40))
    organisation_path: Mapped[str] = mapped_column(String(400))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class TemplateContentRow(Base):
    """What a version consisted of in one revision, never changed; `author_person_id` is null for the built-in ones."""

    __tablename__ = "template_contents"

    version_id: Mapped[str] = mapped_column(ForeignKey("template_versions.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    files: Mapped[dict[str, str]] = mapped_column(JSON)
    head: Mapped[dict[str, Any]] = mapped_column(JSON)
    author_person_id: Mapped[str | None] = mapped_column(String(24))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class TemplateAvailabilityRow(Base):
    """One grant: from an organisation downwards, on these days."""

    __tablename__ = "template_availability"

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    version_id: Mapped[str] = mapped_column(ForeignKey("template_versions.id"), index=True)
    organisation_path: Mapped[str] = mapped_column(String(400))
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date | None] = mapped_column(Date)
    granted_by_person_id: Mapped[str | None] = mapped_column(String(24))
    granted_at: Mapped[datetime] = mapped_column(UtcDateTime)
