"""One way to name a value by its content."""

import hashlib
import json
from typing import Any


def canonical_json(value: Any) -> bytes:
    """The one JSON text of `value`: keys sorted, no white space, UTF-8. Only JSON types; NaN is refused (ValueError)."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def digest_of(value: Any) -> str:
    """SHA-256 of the canonical JSON, in hex."""
    return hashlib.sha256(canonical_json(value)).hexdigest()
