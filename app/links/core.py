"""A link as a value: the grammar of codes, where a link may lead, and how it stands at a given moment."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from urllib.parse import SplitResult, urlsplit, urlunsplit

import idna

from app.kernel.errors import Invalid, Problem

TargetKind = Literal["poster", "address"]
State = Literal["pending", "active", "recalled", "expired"]

CODE_LENGTH = 10
DEEPEST = 64
LONGEST_ADDRESS = 2000
# Base 58, eight to twenty-four of them. Not digits alone: a telephone number typed behind /r/ is not a code.
_CODE = re.compile(r"(?=[1-9]*[A-Za-z])[1-9A-HJ-NP-Za-km-z]{8,24}")
_NOT_PRINTABLE_ASCII = re.compile(r"[^\x21-\x7e]")
_TOP_LEVEL = re.compile(r"[a-z]{2,63}|xn--[a-z0-9-]{1,59}")


@dataclass(frozen=True, slots=True)
class Link:
    """What is stored of a link.

    `target` is a poster's id or an address, as `target_kind` says. A re-share is a child: `parent_code` is the link it
    came through, `root_code` the first of that line, `depth` the number of steps from there.
    """

    code: str
    target_kind: TargetKind
    target: str
    channel: str
    parent_code: str | None
    root_code: str
    depth: int
    created_by_person_id: str | None
    minted_at: datetime
    activated_at: datetime | None
    recalled_at: datetime | None
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class LinkPicture:
    """A finished, proved file with the code of one link in it, an object of the store."""

    object_digest: str
    media_type: str
    bytes: int


def is_code(text: str) -> bool:
    """Whether `text` could be a code; nothing else is ever looked up."""
    return _CODE.fullmatch(text) is not None


def state_of(link: Link, now: datetime) -> State:
    """How `link` stands at `now`. A recall is final; a link whose time has come to an end does not begin again."""
    if link.recalled_at is not None and link.recalled_at <= now:
        return "recalled"
    if link.activated_at is None or link.activated_at > now:
        return "pending"
    if link.expires_at is not None and link.expires_at <= now:
        return "expired"
    return "active"


def checked_address(address: str) -> str:
    """`address` in the one form in which it is stored: https, a public host in ASCII, nothing hidden.

    *Raises* Invalid with every problem: ``bad_scheme``, ``bad_address``, ``hidden_host``, ``lookalike_host``.
    """
    parts = _split(address)
    if parts is None:
        raise Invalid.of([Problem("target", "bad_address", "this is not an address that browsers agree on")])
    problems = _problems_besides_host(parts)
    try:
        host = _checked_host(parts.hostname or "")
    except Invalid as error:
        raise Invalid.of([*problems, *error.problems]) from error
    if problems:
        raise Invalid.of(problems)
    return urlunsplit(("https", host, parts.path or "/", parts.query, parts.fragment))


def is_safe_address(address: str) -> bool:
    """Whether a stored address may be visited: it has not changed its form since it was checked."""
    try:
        return checked_address(address) == address
    except Invalid:
        return False


def _split(address: str) -> SplitResult | None:
    """The parts of `address`; None where parsers disagree: backslashes, spaces, controls, other letters in paths."""
    if len(address) > LONGEST_ADDRESS or "\\" in address:
        return None
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        return None
    behind_the_host = address.removeprefix(f"{parts.scheme}://{parts.netloc}")
    hidden = any(not char.isprintable() or char.isspace() for char in address)
    return None if hidden or _NOT_PRINTABLE_ASCII.search(behind_the_host) else parts


def _problems_besides_host(parts: SplitResult) -> list[Problem]:
    problems = []
    if parts.scheme != "https" or not parts.netloc:
        problems.append(Problem("target", "bad_scheme", "an address begins with https:// and a host"))
    if "@" in parts.netloc:
        problems.append(Problem("target", "hidden_host", "what stands before an @ hides where the address leads"))
    if parts.port not in (None, 443):
        problems.append(Problem("target", "bad_address", "an address names no port"))
    return problems


def _checked_host(host: str) -> str:
    """`host` in ASCII. Of other letters only Han are taken: nearly all others have Latin doubles."""
    try:
        written = host if host.isascii() else idna.encode(host, uts46=True).decode()
        shown = idna.decode(written)
    except (idna.IDNAError, UnicodeError) as error:
        raise Invalid.of([Problem("target", "bad_address", "there can be no such host")]) from error
    labels = written.split(".")
    if len(labels) < 2 or not _TOP_LEVEL.fullmatch(labels[-1]) or len(written) > 253:
        raise Invalid.of(
            [Problem("target", "bad_address", "the host must be a public name, not a number or a local one")]
        )
    for label in shown.split("."):
        if not label.isascii() and not all(_is_han_or_neutral(char) for char in label):
            message = f"“{label}” has letters that are easily taken for others"
            raise Invalid.of([Problem("target", "lookalike_host", message)])
    return written


def _is_han_or_neutral(char: str) -> bool:
    return char in "0123456789-" or unicodedata.name(char, "").startswith("CJK UNIFIED IDEOGRAPH")
