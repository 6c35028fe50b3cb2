"""What proves who somebody is: password hashes, one-time codes, session tokens."""

import base64
import hashlib
import hmac
import re
import secrets
import unicodedata
from functools import cache

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

STEP_SECONDS = 30
SEALED_LENGTH = 64
_DRIFT = 1
_NONCE = 12

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


class SecretLost(Exception):
    """A sealed secret cannot be opened: it was made under another key, for another account, or was changed."""


def sealing_key(application_secret: str) -> bytes:
    """The key under which one-time-code secrets are sealed, of its own kind beside what else the secret is used for."""
    return HKDF(hashes.SHA256(), 32, None, b"imprimatur one-time-code secrets").derive(application_secret.encode())


def sealed(secret: str, key: bytes, account_id: str) -> str:
    """What is stored of a one-time-code secret; it opens for that account alone. *Source*: AES-GCM, SP 800-38D.

    Always 64 characters (12 bytes of nonce, 20 of secret, 16 of proof), by which it is told from one in clear, 32.
    """
    nonce = secrets.token_bytes(_NONCE)
    closed = AESGCM(key).encrypt(nonce, base64.b32decode(secret), account_id.encode())
    return base64.urlsafe_b64encode(nonce + closed).decode()


def opened(stored: str, key: bytes, account_id: str) -> str:
    """The secret that was stored; one that still stands in clear, as all did once, is itself. *Raises* SecretLost."""
    if len(stored) < SEALED_LENGTH:
        return stored
    try:
        data = base64.urlsafe_b64decode(stored)
        secret = AESGCM(key).decrypt(data[:_NONCE], data[_NONCE:], account_id.encode())
    except (InvalidTag, ValueError) as error:
        raise SecretLost from error
    return base64.b32encode(secret).decode()


def is_totp_secret(text: str) -> bool:
    """Whether `text` is what `new_totp_secret` makes."""
    return re.fullmatch("[A-Z2-7]{32}", text) is not None


def totp_address(secret: str, login: str, issuer: str) -> str:
    """What an authenticator reads from a QR code. *Source*: the Key URI Format of Google Authenticator."""
    return pyotp.TOTP(secret, interval=STEP_SECONDS).provisioning_uri(name=login, issuer_name=issuer)


def _one_form(password: str) -> bytes:
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")


@cache
def _nobodys() -> str:
    return hashed(secrets.token_hex(16))
