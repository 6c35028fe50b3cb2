"""Recall: a link, a poster, or everything made from a template version, is dead from the moment this returns."""

from sqlalchemy.orm import Session

from app.accounts.core import Actor
from app.archive.core import JSON
from app.archive.records import append
from app.db import reading, retried
from app.flow.deps import Deps
from app.flow.steps import mover, note, permitted, poster_in_reach, require_rule_over, version_in_reach
from app.kernel.digest import digest_of, sha256_hex
from app.kernel.errors import Conflict, Invalid, NotFound, Problem
from app.links import records as links
from app.posters import records as posters
from app.review import records as review


def recall_poster(deps: Deps, actor: Actor, poster_id: str, reason: str) -> list[str]:
    """The codes of the links that ended with it, re-shares included. *Raises* Conflict ``wrong_state``."""
    _require_reason(reason)

    def work(session: Session) -> list[str]:
        poster_in_reach(session, actor, poster_id)
        case = review.find_case(session, poster_id)
        after = review.take_step(session, case, mover(actor), "recall", reason=reason)
        ended = links.recall_all(session, "poster", poster_id)
        note(session, after, "recall", actor.person_id, _facts(reason, ended))
        return ended

    with permitted(deps, actor, "poster.recall", "poster", poster_id):
        return retried(deps, work)


def recall_template(deps: Deps, actor: Actor, version_id: str, reason: str) -> list[str]:
    """The codes of the links that ended, those of every poster made from the version.

    The posters keep their own state; that their template is recalled makes them withdrawn.
    *Raises* Conflict ``wrong_state``; Forbidden ``not_permitted``, also below headquarters for what is the house's.
    """
    _require_reason(reason)

    def work(session: Session) -> list[str]:
        require_rule_over(actor, version_in_reach(session, actor, version_id))
        case = review.find_case(session, version_id)
        after = review.take_step(session, case, mover(actor), "recall", reason=reason)
        made = posters.posters_with_links(session, version_id)
        ended = links.recall_all(session, "poster", *made)
        note(session, after, "recall", actor.person_id, {"posters": len(made), **_facts(reason, ended)})
        return ended

    with permitted(deps, actor, "template.recall", "template", version_id):
        return retried(deps, work)


def recall_link(deps: Deps, actor: Actor, code: str, reason: str) -> list[str]:
    """The codes that ended: the link's own, and those of all re-shares that came of it. The poster lives on.

    *Raises* NotFound ``no_such_link``, also for a link to somebody else's poster; Conflict ``wrong_state``.
    """
    _require_reason(reason)
    with reading(deps) as session:
        link = links.resolve(session, code)
    if link is None or link.target_kind != "poster":
        raise NotFound("no_such_link", "there is no such link")

    def work(session: Session) -> list[str]:
        try:
            poster_in_reach(session, actor, link.target)
        except NotFound as error:
            raise NotFound("no_such_link", "there is no such link") from error
        ended = links.recall_line(session, code)
        if code not in ended:
            raise Conflict("wrong_state", "this link is recalled already")
        body = {"poster": link.target, **_facts(reason, ended)}
        append(session, "link.recall", f"link:{code}", actor.person_id, body)
        return ended

    with permitted(deps, actor, "link.recall", "poster", link.target):
        return retried(deps, work)


def _facts(reason: str, ended: list[str]) -> dict[str, JSON]:
    return {"reason_sha256": sha256_hex(reason.encode()), "links": len(ended), "links_sha256": digest_of(ended)}


def _require_reason(reason: str) -> None:
    if not 0 < len(reason.strip()) <= 2000:
        raise Invalid.of([Problem("reason", "required", "say why it is withdrawn, in at most 2,000 characters")])
