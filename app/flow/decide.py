"""Decide: a reviewer approves, rejects or asks for a change, and means exactly what they saw."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.accounts.core import Action, Actor, is_in_scope, permits
from app.db import reading, retried
from app.flow.deps import Deps
from app.flow.make_poster import Studio
from app.flow.recheck import require_current
from app.flow.steps import contributors, mover, permitted, step
from app.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Problem
from app.posters import records as posters
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
    studio: Studio | None = None,
) -> str:
    """The state of the poster or template version after the decision on what `seen_digest` names.

    With a `studio`, what is approved is judged once more by today's rules; before it is issued, it is in any case.
    *Raises* Forbidden ``four_eyes``; Conflict ``not_in_review`` (decided already, or taken back), ``stale_digest`` (it
    was submitted again since), ``moved_on`` (somebody was faster), and as `require_current`; Invalid ``required``
    without a reason.
    """
    _require_words(decision, reason, comments)
    with reading(deps) as session:
        seen = case_in_reach(session, actor, subject_id)
    kind = seen.kind
    with permitted(deps, actor, _PERMISSION[kind], kind, subject_id):
        if studio is not None and decision == "approve" and seen.state == "in_review" and seen.digest == seen_digest:
            require_current(deps, studio, seen)
        return retried(
            deps, lambda session: _decided(session, actor, subject_id, decision, seen_digest, reason, comments)
        ).state


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one of several decisions: the new state, or the code of what stood against it."""

    subject_id: str
    state: str | None
    error_code: str | None


def approve_together(deps: Deps, actor: Actor, seen: Mapping[str, str], studio: Studio | None = None) -> list[Outcome]:
    """A decision of its own on each work of `seen` (subject → digest), all of them the same but for name and code.

    One that cannot be approved stops no other. *Raises* Invalid ``not_identical``.
    """
    _require_identical(deps, actor, seen)
    outcomes = []
    for subject_id, digest in seen.items():
        try:
            outcomes.append(
                Outcome(subject_id, decide(deps, actor, subject_id, "approve", digest, studio=studio), None)
            )
        except (Conflict, Forbidden, NotFound) as error:
            outcomes.append(Outcome(subject_id, None, error.code))
    return outcomes


def _require_identical(deps: Deps, actor: Actor, seen: Mapping[str, str]) -> None:
    with reading(deps) as session:
        for subject_id in seen:
            case_in_reach(session, actor, subject_id)
        found = [posters.find_snapshot(session, subject_id, digest) for subject_id, digest in seen.items()]
    if len({one.masked_digest for one in found}) != 1:
        raise Invalid("not_identical", "these works differ in more than name and code: decide on each by itself")


def _decided(
    session: Session,
    actor: Actor,
    subject_id: str,
    decision: Decision,
    seen_digest: str,
    reason: str,
    comments: Sequence[Comment],
) -> Case:
    case = case_in_reach(session, actor, subject_id)
    require_four_eyes(actor.person_id, contributors(session, case))
    if case.state == "in_review" and case.digest != seen_digest:
        raise Conflict("stale_digest", "it was submitted again since you looked", digest=case.digest)
    return step(session, case, mover(actor), decision, reason=reason, pinned=tuple(comments), comments=len(comments))


def case_in_reach(session: Session, actor: Actor, subject_id: str) -> Case:
    """The case, if it belongs to the actor's organisation or one below, or to the whole house.

    *Raises* NotFound ``no_such_case``.
    """
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


def hindrance(deps: Deps, actor: Actor, subject_id: str) -> str | None:
    """Why `actor` cannot decide as things stand, as the code of the error that `decide` would raise; None if they can.

    *Raises* NotFound ``no_such_case``.
    """
    with reading(deps) as session:
        case = case_in_reach(session, actor, subject_id)
        involved = contributors(session, case)
    if not permits(actor.role, _PERMISSION[case.kind]):
        return "not_permitted"
    if case.state != "in_review":
        return "not_in_review"
    return "four_eyes" if actor.person_id in involved else None
