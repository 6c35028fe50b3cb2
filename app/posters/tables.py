"""The table of renditions."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, String
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
