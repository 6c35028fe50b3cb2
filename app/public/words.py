"""The words of the customers' pages: what stands in code in English, in the language of whoever asks."""

from typing import Any

from flask_babel import gettext


def _(message: str, **fields: Any) -> str:
    """`message` in the language of this request, its ``%(name)s`` filled in."""
    return str(gettext(message, **fields))
