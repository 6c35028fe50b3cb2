"""All routes of posters, under one blueprint: the list, one poster, its files, and how it spread."""

from app.web.advisor import sharing, spread, works  # noqa: F401
from app.web.advisor.works import blueprint

__all__ = ["blueprint"]
