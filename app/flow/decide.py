"""Decide: a reviewer approves, rejects or asks for a change, and means exactly what they saw."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from app.accounts.core import Action, Actor, is_in_scope
from app.db import reading, retried
from app.flow.deps import Deps
from app.flow.steps import contributors, mover, permitted, step
from app.kernel.errors import Conflict, Invalid, NotFound, Problem
from app.review import records as review
from app.review.core import Decision, Kind, require_four_eyes
from app.review.records import Case, Comment

MAX_COMMENTS = 50
_PERMISSION: dict[Kind, Action] = {"poster": "poster.decide", "template": "template.decide"}


def decide(
    deps: Deps,
    actor: Actor,
    subject_id: str,
    decision: Decision,
    seen_digest: str,
    *,
    reason: str = "",
    comments: Sequence[Comment] = (),
) -> str:
    """The state of the poster or template version after the decision on what `seen_digest` names.

    *Raises* Forbidden ``four_eyes``; Conflict ``not_in_review`` (decided already, or taken back), ``stale_digest`` (it
    was submitted again since), ``moved_on`` (somebody was faster); Invalid ``required`` without a reason.
    """
    _require_words(decision, reason, comments)
    with reading(deps) as session:
        kind = _in_reach(session, actor, subject_id).kind
    with permitted(deps, actor, _PERMISSION[kind], kind, subject_id):
        return retried(
            deps, lambda session: _decided(session, actor, subject_id, decision, seen_digest, reason, comments)
        ).state


def _decided(
    session: Session,
    actor: Actor,
    subject_id: str,
    decision: Decision,
    seen_digest: str,
    reason: str,
    comments: Sequence[Comment],
) -> Case:
    case = _in_reach(session, actor, subject_id)
    require_four_eyes(actor.person_id, contributors(session, case))
    if case.state == "in_review" and case.digest != seen_digest:
        raise Conflict("stale_digest", "it was submitted again since you looked", digest=case.digest)
    return step(session, case, mover(actor), decision, reason=reason, pinned=tuple(comments), comments=len(comments))


def _in_reach(session: Session, actor: Actor, subject_id: str) -> Case:
    case = review.find_case(session, subject_id)
    if case.organisation_path != "/" and not is_in_scope(actor, case.organisation_path):
        raise NotFound("no_such_case", "there is nothing of that name under review")
    return case


def _require_words(decision: Decision, reason: str, comments: Sequence[Comment]) -> None:
    problems = []
    if decision != "approve" and not reason.strip() and not comments:
        problems.append(Problem("reason", "required", "say what is wrong, in words or in a comment"))
    if len(reason) > 2000:
        problems.append(Problem("reason", "too_long", "at most 2,000 characters"))
    if len(comments) > MAX_COMMENTS:
        problems.append(Problem("comments", "too_many", f"at most {MAX_COMMENTS}"))
    for index, one in enumerate(comments):
        problems += _comment_problems(f"comments[{index}]", one)
    if problems:
        raise Invalid.of(problems)


def _comment_problems(path: str, one: Comment) -> list[Problem]:
    problems = []
    if not one.text.strip() or len(one.text) > 1000:
        problems.append(Problem(f"{path}.text", "bad_comment", "from one to 1,000 characters"))
    if not one.place or len(one.place) > 80:
        problems.append(Problem(f"{path}.place", "bad_place", "a comment is pinned to a place"))
    if any(part is not None and not 0 <= part <= 1 for part in (one.x, one.y)):
        problems.append(Problem(path, "bad_place", "a point is given as fractions of the poster, from 0 to 1"))
    return problems
