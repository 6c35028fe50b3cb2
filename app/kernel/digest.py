"""One way to name bytes, or a value, by their content."""

import hashlib
import re
from typing import Any

import rfc8785

from app.kernel.errors import Invalid, Problem

_DIGEST = re.compile(r"[0-9a-f]{64}")


def sha256_hex(data: bytes) -> str:
    """The name of `data`: its SHA-256 in 64 lower-case hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def digest_of(value: Any) -> str:
    """SHA-256 of the canonical JSON, in hex."""
    return sha256_hex(canonical_json(value))


def canonical_json(value: Any) -> bytes:
    """The one JSON text of `value`. *Source*: RFC 8785. *Raises* Invalid ``not_json`` for what JSON cannot hold."""
    try:
        return rfc8785.dumps(value)
    except rfc8785.CanonicalizationError as error:
        raise Invalid.of([Problem("$", "not_json", str(error))]) from error


def checked_digest(digest: str) -> str:
    """`digest`, when it has the form of one: it is about to become part of a path. *Raises* Invalid ``bad_digest``."""
    if not _DIGEST.fullmatch(digest):
        raise Invalid.of([Problem("digest", "bad_digest", "a digest is 64 hexadecimal digits")])
    return digest
