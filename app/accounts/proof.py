"""What proves who somebody is: password hashes, one-time codes, session tokens."""

import hashlib
import hmac
import secrets
import unicodedata
from functools import cache

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

STEP_SECONDS = 30
_DRIFT = 1

# Source: OWASP Password Storage Cheat Sheet, Argon2id with 19 MiB of memory, two passes, one lane.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


def hashed(password: str) -> str:
    """The argon2id hash to be stored."""
    return _HASHER.hash(_one_form(password))


def is_right(password_hash: str | None, password: str) -> bool:
    """Whether `password` gives the hash; without a hash it is not, after the same time."""
    try:
        _HASHER.verify(password_hash or _nobodys(), _one_form(password))
    except (VerifyMismatchError, InvalidHashError):
        return False
    return password_hash is not None


def is_outdated(password_hash: str) -> bool:
    """Whether the hash was made with other costs than today's."""
    return _HASHER.check_needs_rehash(password_hash)


def new_token() -> str:
    """A session token of 256 bits."""
    return secrets.token_urlsafe(32)


def token_digest(token: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def new_totp_secret() -> str:
    """A secret for somebody's authenticator, in base 32."""
    return pyotp.random_base32()


def totp_step(secret: str, code: str, now_seconds: float, used: int | None) -> int | None:
    """The time step that `code` is right for, if that is close to now and later than the `used` one.

    The code may be written with spaces. *Source*: RFC 6238.
    """
    digits = "".join(unicodedata.normalize("NFKC", code).split()).replace("-", "")
    if not (len(digits) == 6 and digits.isascii() and digits.isdecimal()):
        return None
    otp, today = pyotp.TOTP(secret, interval=STEP_SECONDS), int(now_seconds // STEP_SECONDS)
    steps = [step for step in range(today - _DRIFT, today + _DRIFT + 1) if used is None or step > used]
    right = [step for step in steps if hmac.compare_digest(otp.generate_otp(step), digits)]
    return right[0] if right else None


def _one_form(password: str) -> bytes:
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")


@cache
def _nobodys() -> str:
    return hashed(secrets.token_hex(16))
