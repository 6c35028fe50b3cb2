"""All routes of coming in, going out and one's own page, under one blueprint."""

from app.web.session import codes, me, pages  # noqa: F401
from app.web.session.routes import blueprint

__all__ = ["blueprint"]
