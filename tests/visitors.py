"""People who come to a poster: links, consents, and visits that have been taken in."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from app.accounts import records as accounts
from app.db import HasEngine, transaction
from app.kernel.ids import new_code
from app.library import records as library
from app.library.core import Content
from app.links import records as links
from app.posters import records as posters
from app.tracking import records as tracking
from app.tracking.core import Kind, Visit

MORNING = datetime(2026, 11, 16, 2, 0, tzinfo=UTC)  # a Monday, ten o'clock in Shanghai


def a_link(deps: HasEngine, poster_id: str, parent: str | None = None, channel: str = "wechat") -> str:
    """The code of an active link to the poster."""
    with transaction(deps) as session:
        code = links.mint(session, "poster", poster_id, channel, parent_code=parent)
        links.activate(session, code)
    return code


def a_visitor(deps: HasEngine) -> str:
    """The id of somebody who agreed to be remembered."""
    with transaction(deps) as session:
        return tracking.give_consent(session, "1")


def a_visit(code: str, poster_id: str, kind: Kind, visitor: str | None, days: float = 0.0, **changes: Any) -> Visit:
    """A visit so many days after the Monday morning."""
    at = MORNING + timedelta(days=days)
    plain = Visit(code, at, kind, "", poster_id, None, None, "phone", "wechat", visitor)
    return plain._replace(**changes)


def come(deps: HasEngine, *visits: Visit) -> None:
    """Take these visits in, as a drain does."""
    with transaction(deps) as session:
        name = new_code(8)
        tracking.begin(session, name)
        tracking.take_in(session, name, visits, 1, ZoneInfo("Asia/Shanghai"))


def a_poster(deps: HasEngine, product: str = "fund") -> str:
    """The id of a poster that nobody has filled in, of an advisor in a bank of one branch; enough for rules."""
    with transaction(deps) as session:
        root = accounts.add_organisation(session, None, "headquarters", "澜山银行")
        branch = accounts.add_organisation(session, root, "branch", "望江支行")
        person = accounts.add_person(session, branch.id, "林若溪")
        version = library.add_version(session, "fund-weekly", "1.0.0", "/")
        head = {"title": {"zh": "基金周报", "en": "Fund weekly"}, "product": product, "content_type": "poster"}
        library.add_content(session, version, Content("0" * 64, {}, head), None)
        return posters.add_poster(session, version, person, branch.path, None)
