"""Names of objects that must be found without a database."""

import re

from app.kernel.errors import Invalid, Problem

_NAME = re.compile(r"[a-z0-9][a-z0-9.-]*(/[a-z0-9][a-z0-9.-]*)*")


def checked_name(name: str) -> str:
    """`name`, when it has the form of one: it is about to become part of a path. *Raises* Invalid ``bad_name``."""
    if not _NAME.fullmatch(name) or len(name) > 200:
        raise Invalid.of([Problem("name", "bad_name", "a name is small letters, digits, dots, hyphens and slashes")])
    return name
