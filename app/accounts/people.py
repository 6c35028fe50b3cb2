"""Organisations, persons and accounts as values, and what may be written into them."""

import re
import secrets
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, get_args

from app.accounts.core import Role
from app.kernel.errors import Problem

OrganisationKind = Literal["headquarters", "branch", "outlet"]
LicenceClass = Literal["fund", "insurance", "securities", "futures", "wealth"]

KINDS: tuple[OrganisationKind, ...] = get_args(OrganisationKind)
LICENCE_CLASSES: tuple[LicenceClass, ...] = get_args(LicenceClass)
BELOW: Mapping[OrganisationKind, tuple[OrganisationKind, ...]] = {
    "headquarters": ("branch", "outlet"),
    "branch": ("branch", "outlet"),
    "outlet": (),
}
MIN_PASSWORD, MAX_PASSWORD = 10, 200

_READABLE = "abcdefghijkmnpqrstuvwxyz23456789"
_LOGIN = re.compile(r"[a-z0-9][a-z0-9._@+-]{1,119}")


@dataclass(frozen=True, slots=True)
class Organisation:
    """One node of the tree."""

    id: str
    parent_id: str | None
    path: str
    kind: OrganisationKind
    name: str


@dataclass(frozen=True, slots=True)
class Person:
    """A human being of the house; `organisation_path` is where they belong."""

    id: str
    organisation_id: str
    organisation_path: str
    name: str


@dataclass(frozen=True, slots=True)
class Account:
    """A way to sign in, as it stands; `totp_secret` is sealed."""

    id: str
    person_id: str
    organisation_id: str
    organisation_path: str
    login: str
    password_hash: str
    role: Role
    disabled_at: datetime | None
    totp_secret: str | None
    last_totp_step: int | None


@dataclass(frozen=True, slots=True)
class LiveSession:
    """Somebody is signed in somewhere; of the token there is the digest alone."""

    token_digest: str
    begun_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Profile:
    """What posters say of a person; the photo is an object's digest, the contact code leads to their chat."""

    name: str
    title: str = ""
    phone: str = ""
    organisation_line: str = ""
    photo_digest: str | None = None
    contact_code: str | None = None


@dataclass(frozen=True, slots=True)
class Licence:
    """A qualification, up to and including the day `expires_on`."""

    id: str
    licence_class: LicenceClass
    number: str
    expires_on: date


def login_key(text: str) -> str:
    """The one form of a login, however it was typed."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


def login_problems(login: str) -> list[Problem]:
    """What is wrong with a login, given in the form that `login_key` makes."""
    if _LOGIN.fullmatch(login):
        return []
    return [Problem("login", "bad_login", "a login is 2 to 120 small letters, digits and . _ @ + -")]


def password_problems(password: str, login: str) -> list[Problem]:
    """What is wrong with a new password for `login`: length is what counts, and that it is not a guess."""
    if len(password) < MIN_PASSWORD:
        return [Problem("password", "password_too_short", f"a password has at least {MIN_PASSWORD} characters")]
    if len(password) > MAX_PASSWORD:
        return [Problem("password", "password_too_long", f"a password has at most {MAX_PASSWORD} characters")]
    if login in password.casefold() or len(set(password)) < 5:
        return [
            Problem("password", "password_too_easy", "not the login itself, and at least five different characters")
        ]
    return []


def new_password(login: str) -> str:
    """One by chance for `login`, easily read out and typed: four groups of four, 80 bits.

    What a login of two letters forbids comes up now and then, and is drawn again.
    """
    while True:
        password = "-".join("".join(secrets.choice(_READABLE) for _ in range(4)) for _ in range(4))
        if login_problems(login_key(login)) or not password_problems(password, login_key(login)):
            return password


def text_problems(path: str, text: str, longest: int, needed: bool = True) -> list[Problem]:
    """What is wrong with one line of text: missing, too long, or with characters that cannot be seen."""
    if needed and not text.strip():
        return [Problem(path, "missing", "this is needed")]
    if len(text) > longest:
        return [Problem(path, "too_long", f"at most {longest} characters")]
    if not text.isprintable():
        return [Problem(path, "forbidden_character", "one line, without control characters")]
    return []


def profile_problems(profile: Profile) -> list[Problem]:
    """Everything that is wrong with `profile`."""
    problems = [
        *text_problems("name", profile.name, 60),
        *text_problems("title", profile.title, 60, needed=False),
        *text_problems("phone", profile.phone, 40, needed=False),
        *text_problems("organisation_line", profile.organisation_line, 120, needed=False),
        *text_problems("contact_code", profile.contact_code or "", 500, needed=False),
    ]
    if profile.photo_digest is not None and not re.fullmatch("[0-9a-f]{64}", profile.photo_digest):
        problems.append(Problem("photo_digest", "not_stored", "a stored picture is named by its digest"))
    return problems


def licence_problems(licence_class: str, number: str) -> list[Problem]:
    """Everything that is wrong with a licence."""
    problems = text_problems("number", number, 60)
    if licence_class not in LICENCE_CLASSES:
        problems.append(Problem("licence_class", "unknown_class", f"one of {', '.join(LICENCE_CLASSES)}"))
    return problems
