"""The record, and the whole life of one thing in it."""

from app.web.auditor import life  # noqa: F401
from app.web.auditor.record import blueprint

__all__ = ["blueprint"]
