"""Delete draft: what was begun and never submitted is removed for good."""

from sqlalchemy.orm import Session

from app.accounts.core import Actor
from app.archive.records import append
from app.db import retried
from app.flow.deps import Deps
from app.flow.steps import permitted, poster_in_reach
from app.kernel.errors import Conflict
from app.posters import records as posters
from app.review import records as review


def delete_draft(deps: Deps, actor: Actor, poster_id: str) -> None:
    """The poster with all its revisions is gone; the archive says that there was one.

    *Raises* Conflict ``locked`` for what was ever submitted, or another poster was begun from; ``moved_on`` when it was
    changed meanwhile.
    """

    def work(session: Session) -> None:
        poster_in_reach(session, actor, poster_id)
        case = review.find_case(session, poster_id)
        if case.state != "draft" or case.digest is not None or posters.is_base(session, poster_id):
            raise Conflict("locked", "only a draft that nobody has submitted is deleted", state=case.state)
        review.touch(session, case)
        revisions = posters.remove_draft(session, poster_id)
        review.remove_case(session, poster_id)
        append(session, "poster.delete", f"poster:{poster_id}", actor.person_id, {"revisions": revisions})

    with permitted(deps, actor, "poster.delete", "poster", poster_id):
        retried(deps, work)
