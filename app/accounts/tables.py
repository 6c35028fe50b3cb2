"""The tables of organisations, persons and their accounts."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, UtcDateTime


class OrganisationRow(Base):
    """One node of the tree; `path` is the ids from the root down to this one, ``/id/id/``."""

    __tablename__ = "organisations"
    __table_args__ = (CheckConstraint("kind IN ('headquarters', 'branch', 'outlet')", name="kind"),)

    id: Mapped[str] = mapped_column(String(24), primary_key=True)
    parent_id: Mapped[str | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    path: Mapped[str] = mapped_column(String(400), unique=True)
    kind: Mapped[str] = mapped_column(String(12))
    name: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PersonRow(Base):
    """A human being of the house, whatever accounts they have."""

    __tablename__ = "persons"

    id: Mapped[str] = mapped_column(String(24), primary_key=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class AccountRow(Base):
    """A way to sign in, with one role at one organisation. `last_totp_step` is the newest one-time code used.

    `totp_secret` is sealed (see proof.py). `must_change_password` says that somebody else has set the password.
    """

    __tablename__ = "accounts"
    __table_args__ = (
        CheckConstraint("role IN ('advisor', 'designer', 'reviewer', 'operator', 'auditor', 'admin')", name="role"),
    )

    id: Mapped[str] = mapped_column(String(24), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("persons.id"), index=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"), index=True)
    login: Mapped[str] = mapped_column(String(120), unique=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    password_changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    must_change_password: Mapped[bool] = mapped_column(default=False, server_default=false())
    role: Mapped[str] = mapped_column(String(12))
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    totp_secret: Mapped[str | None] = mapped_column(String(64))
    last_totp_step: Mapped[int | None] = mapped_column(BigInteger)
    last_sign_in_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SessionRow(Base):
    """Somebody is signed in. Of the token only its SHA-256 is kept: who reads this table cannot become anybody."""

    __tablename__ = "sessions"

    token_digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class ProfileRow(Base):
    """What posters say of a person. `photo_digest` names an object; `contact_code` leads to the person's chat."""

    __tablename__ = "profiles"

    person_id: Mapped[str] = mapped_column(ForeignKey("persons.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    title: Mapped[str] = mapped_column(String(60))
    phone: Mapped[str] = mapped_column(String(40))
    organisation_line: Mapped[str] = mapped_column(String(120))
    photo_digest: Mapped[str | None] = mapped_column(String(64))
    contact_code: Mapped[str | None] = mapped_column(String(500))
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class LicenceRow(Base):
    """A qualification of a person, up to and including the day `expires_on`."""

    __tablename__ = "licences"
    __table_args__ = (
        UniqueConstraint("person_id", "licence_class", "number"),
        CheckConstraint("licence_class IN ('fund', 'insurance', 'securities', 'futures', 'wealth')", name="class"),
    )

    id: Mapped[str] = mapped_column(String(24), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("persons.id"), index=True)
    licence_class: Mapped[str] = mapped_column(String(12))
    number: Mapped[str] = mapped_column(String(60))
    expires_on: Mapped[date]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SignInAttemptsRow(Base):
    """How often a sign-in was tried since `window_began_at`; `key` is the digest of a login or of an address."""

    __tablename__ = "sign_in_attempts"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    window_began_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    attempts: Mapped[int]
