"""The blueprint of coming in, going out and one's own page, and what its forms say."""

from flask import Blueprint

from app.kernel.errors import Unavailable
from app.web.words import _

blueprint = Blueprint("session", __name__)


def too_many(error: Unavailable) -> str:
    """What to say after too many attempts."""
    minutes = -(-int(error.fields["retry_after_seconds"]) // 60)
    return _("Too many attempts. Please wait %(minutes)s minutes, then try again.", minutes=minutes)
