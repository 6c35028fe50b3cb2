"""The token that a landing page carries for what it will say later: ours, of this link, of this half hour, and once."""

import base64
import binascii
import hashlib
import hmac
import secrets
import struct
import threading
from collections import OrderedDict

VALID_SECONDS = 30 * 60
REMEMBERED = 50_000
_PURPOSE = b"imprimatur beacon 1"
_NONCE_BYTES, _MAC_BYTES = 9, 16
_HEAD = struct.Struct(f">{_NONCE_BYTES}sI")


class Tokens:
    """Mints and reads tokens under a key of their own, derived from the application's secret."""

    def __init__(self, secret: str) -> None:
        self._key = hmac.digest(secret.encode(), _PURPOSE, hashlib.sha256)

    def mint(self, code: str, now: float) -> str:
        """A new token for one showing of the page of `code`."""
        head = _HEAD.pack(secrets.token_bytes(_NONCE_BYTES), int(now))
        return base64.urlsafe_b64encode(head + self._mac(code, head)).decode()

    def read(self, token: str, code: str, now: float) -> tuple[str, float] | None:
        """The nonce of a token and its age in seconds; None when it is not ours, of another link, or too old."""
        try:
            given = base64.b64decode(token.encode("ascii"), altchars=b"-_", validate=True)
        except (UnicodeEncodeError, binascii.Error):
            return None
        if len(given) != _HEAD.size + _MAC_BYTES:
            return None
        head, mac = given[: _HEAD.size], given[_HEAD.size :]
        if not hmac.compare_digest(mac, self._mac(code, head)):
            return None
        nonce, minted_at = _HEAD.unpack(head)
        age = now - minted_at
        return (base64.urlsafe_b64encode(nonce).decode(), age) if 0 <= age <= VALID_SECONDS else None

    def _mac(self, code: str, head: bytes) -> bytes:
        return hmac.digest(self._key, code.encode() + b"\0" + head, hashlib.sha256)[:_MAC_BYTES]


class Once:
    """What this process has taken lately, in memory and bounded; what another process takes is settled by the drain."""

    def __init__(self, remembered: int = REMEMBERED) -> None:
        self._remembered = remembered
        self._lock = threading.Lock()
        self._taken: OrderedDict[str, None] = OrderedDict()

    def take(self, nonce: str) -> bool:
        """Whether `nonce` comes for the first time."""
        with self._lock:
            if nonce in self._taken:
                return False
            self._taken[nonce] = None
            if len(self._taken) > self._remembered:
                self._taken.popitem(last=False)
            return True
