"""The application's secret: what signs forms, and what one-time-code secrets are sealed under."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from app.accounts.proof import sealing_key
from app.config import Settings
from app.kernel.errors import Invalid


def secret_key(settings: Settings) -> str:
    """The configured key, or one of this machine, made at the first start. *Raises* Invalid ``bad_settings``."""
    given = settings.secret_key.get_secret_value()
    if given:
        if len(given) < 32:
            raise Invalid("bad_settings", "IMPRIMATUR_SECRET_KEY needs at least 32 characters")
        return given
    file = settings.var_dir / "secret_key"
    if not file.exists():
        _write_once(file, secrets.token_hex(32))
    return file.read_text(encoding="ascii").strip()


def totp_key(settings: Settings) -> bytes:
    """The key under which the secrets of one-time codes are stored."""
    return sealing_key(secret_key(settings))


def _write_once(file: Path, text: str) -> None:
    """Several processes may start at once: the first to link its file wins."""
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as stream:
        stream.write(text)
    with suppress(FileExistsError):
        file.hardlink_to(part)
    part.unlink()
