"""What all steps of a poster or template share: the archive entry beside each change, and the trace of a refusal."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from sqlalchemy.orm import Session

from app.accounts.core import Action as Permission
from app.accounts.core import Actor, can_see, is_in_scope, require
from app.archive.core import JSON
from app.archive.records import append
from app.db import retried
from app.flow.deps import Deps
from app.kernel.digest import sha256_hex
from app.kernel.errors import Conflict, Forbidden, NotFound
from app.library import records as library
from app.library.core import EVERYWHERE, Version
from app.posters import records as posters
from app.posters.drafts import Poster
from app.review import records as review
from app.review.core import POLICY, Action
from app.review.records import Case, Comment, Mover

BY_POLICY = Mover(POLICY)


@contextmanager
def permitted(deps: Deps, actor: Actor, permission: Permission, kind: str, subject_id: str) -> Iterator[None]:
    """Lets the block run when the role may do this at all.

    Whatever is refused to the actor, here or in the block, leaves one entry in the archive and nothing else.
    *Raises* Forbidden.
    """
    try:
        require(actor, permission)
        yield
    except Forbidden as error:
        body: dict[str, JSON] = {"code": error.code, "action": permission, "role": actor.role}
        retried(deps, lambda session: append(session, f"{kind}.denied", f"{kind}:{subject_id}", actor.person_id, body))
        raise


def note(session: Session, case: Case, action: str, person_id: str | None, body: Mapping[str, JSON]) -> None:
    """Write into the archive what happened to a case. It comes last: other writers wait from here on."""
    common: dict[str, JSON] = {"state": case.state, "version": case.version, "digest": case.digest}
    append(session, f"{case.kind}.{action}", f"{case.kind}:{case.subject_id}", person_id, {**common, **body})


def step(
    session: Session,
    case: Case,
    mover: Mover,
    action: Action,
    *,
    policy: str | None = None,
    reason: str = "",
    pinned: Sequence[Comment] = (),
    **body: JSON,
) -> Case:
    """The case after the step, which stands in the archive too; of a reason only its digest does. `pinned` are
    comments that belong to the step.

    *Raises* as `take_step`.
    """
    after = review.take_step(session, case, mover, action, policy=policy, reason=reason)
    if pinned:
        review.comment(session, after.subject_id, after.digest or "", pinned)
    if policy:
        body["policy"] = policy
    if reason:
        body["reason_sha256"] = sha256_hex(reason.encode())
    note(session, after, action, mover.person_id, body)
    return after


def mover(actor: Actor) -> Mover:
    """The actor as one who takes a step."""
    return Mover(actor.role, actor.person_id)


def poster_in_reach(session: Session, actor: Actor, poster_id: str) -> Poster:
    """The poster, if the actor may see it. *Raises* NotFound ``no_such_poster``, also for somebody else's."""
    poster = posters.find_poster(session, poster_id)
    if not can_see(actor, poster.organisation_path, poster.owner_person_id):
        raise NotFound("no_such_poster", "there is no such poster")
    return poster


def version_in_reach(session: Session, actor: Actor, version_id: str) -> Version:
    """The template version, if it belongs to the actor's organisation or one below, or to the whole house."""
    version = library.find_version(session, version_id)
    if version.organisation_path != "/" and not is_in_scope(actor, version.organisation_path):
        raise NotFound("no_such_template", "there is no such template")
    return version


def rules_over(actor: Actor, organisation_path: str) -> bool:
    """Whether what holds at `organisation_path` is the actor's to settle; for the whole house, headquarters' alone."""
    if organisation_path == EVERYWHERE:
        return actor.organisation_path.count("/") == 2
    return is_in_scope(actor, organisation_path)


def require_rule_over(actor: Actor, version: Version) -> None:
    """Let the actor settle something for all who may use the version. *Raises* Forbidden ``not_permitted``."""
    if not rules_over(actor, version.organisation_path):
        raise Forbidden("not_permitted", "this belongs to the whole house: headquarters decides on it")


def require_rule_over_house(actor: Actor) -> None:
    """Let the actor settle something for the whole house. *Raises* Forbidden ``not_permitted`` below headquarters."""
    if not rules_over(actor, EVERYWHERE):
        raise Forbidden("not_permitted", "this belongs to the whole house: headquarters decides on it")


def contributors(session: Session, case: Case) -> set[str]:
    """Every person who had a hand in any revision of what the case is about."""
    movers = review.movers_of_work(session, case.subject_id)
    if case.kind == "poster":
        return movers | posters.contributors(session, case.subject_id)
    return movers | library.authors(session, case.subject_id)


def is_overtaken(error: Conflict) -> bool:
    """Whether the case only moved on meanwhile: whoever looks again may still get what they want."""
    return error.code == "moved_on"
