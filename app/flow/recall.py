"""Recall: a poster, or everything made from a template version, is dead from the moment this returns."""

from sqlalchemy.orm import Session

from app.accounts.core import Actor
from app.archive.core import JSON
from app.db import retried
from app.flow.deps import Deps
from app.flow.steps import mover, note, permitted, poster_in_reach, version_in_reach
from app.kernel.digest import digest_of, sha256_hex
from app.kernel.errors import Invalid, Problem
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
    *Raises* Conflict ``wrong_state``.
    """
    _require_reason(reason)

    def work(session: Session) -> list[str]:
        version_in_reach(session, actor, version_id)
        case = review.find_case(session, version_id)
        after = review.take_step(session, case, mover(actor), "recall", reason=reason)
        made = posters.posters_with_links(session, version_id)
        ended = links.recall_all(session, "poster", *made)
        note(session, after, "recall", actor.person_id, {"posters": len(made), **_facts(reason, ended)})
        return ended

    with permitted(deps, actor, "template.recall", "template", version_id):
        return retried(deps, work)


def _facts(reason: str, ended: list[str]) -> dict[str, JSON]:
    return {"reason_sha256": sha256_hex(reason.encode()), "links": len(ended), "links_sha256": digest_of(ended)}


def _require_reason(reason: str) -> None:
    if not 0 < len(reason.strip()) <= 2000:
        raise Invalid.of([Problem("reason", "required", "say why it is withdrawn, in at most 2,000 characters")])
