"""The rule workbench: find, read, try, write, replay and switch rules."""

from app.web.workbench import browse, changing, claims, rescans, trying, writing  # noqa: F401
from app.web.workbench.routes import blueprint

__all__ = ["blueprint"]
