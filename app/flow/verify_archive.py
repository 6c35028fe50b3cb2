"""Verify the archive from a page: a check of the whole chain, whose outcome is an entry itself."""

from sqlalchemy.orm import Session

from app.accounts.core import Actor, require
from app.archive import records
from app.archive.core import JSON, Break
from app.db import reading, retried
from app.flow.deps import Deps
from app.flow.keep_archive import Checked, check
from app.jobs.queue import Job, complete, enqueue

JOB = "verify_archive"
SUBJECT = "archive:chain"
AT_ONCE = 50_000


def verify_now(deps: Deps, actor: Actor) -> Checked | None:
    """What the check found; None when the chain is long, and a job does it.

    *Raises* Forbidden.
    """
    require(actor, "archive.verify")
    with reading(deps) as session:
        length = records.head(session).sequence
    if length > AT_ONCE:
        retried(deps, lambda session: enqueue(session, JOB, {"person": actor.person_id}))
        return None
    checked = check(deps)
    retried(deps, lambda session: _note(session, checked, actor.person_id))
    return checked


def carry_out(deps: Deps, job: Job) -> None:
    """Check, as `job` asks, for the person that it names."""
    checked = check(deps)

    def end(session: Session) -> None:
        complete(session, job)
        _note(session, checked, str(job.payload["person"]))

    retried(deps, end)


def _note(session: Session, checked: Checked, person_id: str) -> None:
    found = checked.found
    body: dict[str, JSON] = {"sealed_until": checked.sealed_until}
    if isinstance(found, Break):
        records.append(
            session, "archive.broken", SUBJECT, person_id, {**body, "bad": found.sequence, "why": found.reason}
        )
        return
    records.append(
        session, "archive.verified", SUBJECT, person_id, {**body, "until": found.sequence, "hash": found.hash}
    )
