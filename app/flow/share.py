"""Share: an advisor sends a poster out; a customer who sends it on has a link of their own, so that lineage is kept."""

from sqlalchemy.orm import Session

from app.accounts.core import Actor
from app.archive.records import append
from app.db import retried
from app.flow.deps import Deps
from app.flow.issue import issue_in_force, require_active, require_not_withdrawn
from app.flow.steps import permitted, poster_in_reach
from app.kernel.errors import Conflict, Invalid, NotFound, Problem
from app.links import records as links
from app.posters import records as posters

VIA = ("wechat", "wecom", "moments", "weibo", "email", "sms", "print", "download", "copy")


def share(deps: Deps, actor: Actor, poster_id: str, via: str) -> str:
    """The code under which the poster goes out; that it was shared is written down.

    *Raises* Conflict ``not_issued``; Blocked ``withdrawn`` or ``expired``; Invalid ``unknown_via``.
    """
    _require_via(via)

    def work(session: Session) -> str:
        poster = poster_in_reach(session, actor, poster_id)
        case = require_not_withdrawn(session, poster_id, poster.template_version_id)
        begun = issue_in_force(session, case)
        if begun is None:
            raise Conflict("not_issued", "only what was issued is shared", state=case.state)
        code = begun.link_code
        require_active(session, code)
        posters.add_share(session, poster_id, code, via, actor.person_id)
        append(session, "poster.share", f"poster:{poster_id}", actor.person_id, {"link": code, "via": via})
        return code

    with permitted(deps, actor, "link.share", "poster", poster_id):
        return retried(deps, work)


def share_again(deps: Deps, parent_code: str, via: str) -> str:
    """The code of a customer's own link, a child of the one they came through; it is active at once.

    *Raises* NotFound ``no_such_link``; Conflict ``parent_not_active``; Invalid ``unknown_via``.
    """
    _require_via(via)

    def work(session: Session) -> str:
        parent = links.resolve(session, parent_code)
        if parent is None or parent.target_kind != "poster":
            raise NotFound("no_such_link", "there is no such link")
        code = links.mint(session, "poster", parent.target, via, parent_code=parent_code)
        links.activate(session, code)
        posters.add_share(session, parent.target, code, via, None)
        facts = {"link": code, "parent": parent_code, "via": via}
        append(session, "poster.share_again", f"poster:{parent.target}", None, facts)
        return code

    return retried(deps, work)


def _require_via(via: str) -> None:
    if via not in VIA:
        raise Invalid.of([Problem("via", "unknown_via", f"known are {', '.join(VIA)}")])
