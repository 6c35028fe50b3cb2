"""The tables of links, and of the pictures that carry the code of a re-share."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, UtcDateTime


class LinkRow(Base):
    """Written once when minted; each instant after that is set once, and the state follows from them."""

    __tablename__ = "links"
    __table_args__ = (
        CheckConstraint("target_kind IN ('poster', 'address')", name="target_kind"),
        Index("ix_links_target", "target", "target_kind"),
    )

    code: Mapped[str] = mapped_column(String(24), primary_key=True)
    target_kind: Mapped[str] = mapped_column(String(10))
    target: Mapped[str] = mapped_column(String(2000))
    channel: Mapped[str] = mapped_column(String(20))
    parent_code: Mapped[str | None] = mapped_column(ForeignKey("links.code"), index=True)
    root_code: Mapped[str] = mapped_column(String(24), index=True)
    depth: Mapped[int] = mapped_column(Integer)
    created_by_person_id: Mapped[str | None] = mapped_column(String(24))
    minted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    activated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    recalled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class LinkPictureRow(Base):
    """The poster with this link's own code in it, painted once; the object has these bytes under this digest."""

    __tablename__ = "link_pictures"

    code: Mapped[str] = mapped_column(ForeignKey("links.code"), primary_key=True)
    object_digest: Mapped[str] = mapped_column(String(64))
    media_type: Mapped[str] = mapped_column(String(60))
    bytes: Mapped[int] = mapped_column(BigInteger)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
