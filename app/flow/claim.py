"""Claim: a reviewer says that they are looking at something, so that nobody else begins with it; it binds nobody."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.accounts.core import Actor
from app.db import reading, retried
from app.flow.decide import case_in_reach
from app.flow.deps import Deps
from app.flow.steps import note, permitted
from app.kernel.errors import Conflict
from app.review import records as review
from app.review.core import Kind

LENGTH = timedelta(minutes=30)


def claim(deps: Deps, actor: Actor, subject_id: str, take_over: bool = False) -> datetime:
    """Until when the claim holds; claiming again prolongs it.

    *Raises* Conflict ``not_in_review``; ``claimed`` where somebody else's claim holds and is not to be taken over.
    """

    def work(session: Session) -> datetime:
        case = case_in_reach(session, actor, subject_id)
        if case.state != "in_review":
            raise Conflict("not_in_review", "only what waits for a decision is claimed", state=case.state)
        until = review.claim(session, subject_id, actor.person_id, LENGTH, take_over)
        note(session, case, "claim", actor.person_id, {"until": until.isoformat(timespec="seconds")})
        return until

    with permitted(deps, actor, "review.claim", _kind(deps, actor, subject_id), subject_id):
        return retried(deps, work)


def release(deps: Deps, actor: Actor, subject_id: str) -> None:
    """Give up one's own claim; where there is none, nothing happens."""

    def work(session: Session) -> None:
        case = case_in_reach(session, actor, subject_id)
        if review.release(session, subject_id, actor.person_id):
            note(session, case, "release_claim", actor.person_id, {})

    with permitted(deps, actor, "review.claim", _kind(deps, actor, subject_id), subject_id):
        retried(deps, work)


def _kind(deps: Deps, actor: Actor, subject_id: str) -> Kind:
    with reading(deps) as session:
        return case_in_reach(session, actor, subject_id).kind
