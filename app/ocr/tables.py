"""The table of readings."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, UtcDateTime


class PictureReadingRow(Base):
    """What one engine has read in one picture, written once; `lines` are JSON. It waits until its job has been done.

    `digest` names the picture; of a finished poster, its snapshot without whose it is.
    """

    __tablename__ = "picture_readings"
    __table_args__ = (CheckConstraint("outcome IN ('waiting', 'read', 'failed')", name="outcome"),)

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    engine: Mapped[str] = mapped_column(String(60), primary_key=True)
    outcome: Mapped[str] = mapped_column(String(10))
    lines: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    error_code: Mapped[str | None] = mapped_column(String(60))
    wanted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
