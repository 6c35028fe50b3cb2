"""The table of jobs."""

from datetime import datetime

from sqlalchemy import JSON, BigInteger, CheckConstraint, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, UtcDateTime


class JobRow(Base):
    """One piece of work. `due_at` is when it may be claimed: at first, at its next try, as its lease ends; then null.

    `attempts` counts claims, `crashes` those of them whose lease ran out. `payload` holds row ids, never personal data.
    """

    __tablename__ = "jobs"
    __table_args__ = (CheckConstraint("state IN ('queued', 'leased', 'done', 'failed')", name="state"),)

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    payload: Mapped[dict[str, int | str]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(10))
    attempts: Mapped[int]
    crashes: Mapped[int]
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    lease_token: Mapped[str | None] = mapped_column(String(32))
    announced_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    error_code: Mapped[str | None] = mapped_column(String(60))
    error: Mapped[str | None] = mapped_column(String(2000))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
