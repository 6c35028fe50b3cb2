"""What reviewers and auditors see: the queue, one case, what was decided."""

from app.web.reviewer import case, decided, deciding, queue  # noqa: F401
from app.web.reviewer.routes import blueprint

__all__ = ["blueprint"]
