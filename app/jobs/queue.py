"""The queue: jobs are put in inside the caller's transaction, claimed under a lease, and settled once.

Every change of a claimed job compares its lease token, so a worker that lost its lease can change nothing.
"""

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session

from app.db import database_now
from app.jobs.tables import JobRow
from app.kernel.errors import Conflict, NotFound

MAX_ATTEMPTS = 5
MAX_CRASHES = 2
LONGEST_WAIT_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Job:
    """A claimed job. `token` is the lease: whoever holds the newest one may settle it."""

    id: int
    name: str
    payload: Mapping[str, int | str]
    attempt: int
    token: str


@dataclass(frozen=True, slots=True)
class JobStatus:
    """Where a job stands: `state` is queued, leased, done or failed; the error is that of the last try."""

    state: str
    attempts: int
    crashes: int
    error_code: str | None
    error: str | None
    finished_at: datetime | None


def enqueue(session: Session, name: str, payload: Mapping[str, int | str], delay_seconds: float = 0.0) -> int:
    """The id of a new job, due after the delay, which exists if and only if the caller's transaction commits."""
    now = database_now(session)
    due_at = now + timedelta(seconds=delay_seconds)
    row = JobRow(name=name, payload=dict(payload), state="queued", attempts=0, crashes=0, due_at=due_at, created_at=now)
    session.add(row)
    session.flush()
    return row.id


def status(session: Session, job_id: int) -> JobStatus:
    """Where job `job_id` stands. *Raises* NotFound ``no_such_job``."""
    row = session.get(JobRow, job_id)
    if row is None:
        raise NotFound("no_such_job", f"there is no job {job_id}")
    return JobStatus(row.state, row.attempts, row.crashes, row.error_code, row.error, row.finished_at)


def claim(session: Session, names: Collection[str], lease_seconds: float, job_id: int | None = None) -> Job | None:
    """The longest due job of `names` (or `job_id`, if that is due), leased to the caller; None when there is none.

    A job whose lease ran out for the last allowed time is failed here (``worker_lost``) instead of being handed out.
    """
    now = database_now(session)
    wanted = select(JobRow).where(JobRow.due_at <= now, JobRow.name.in_(names)).order_by(JobRow.due_at, JobRow.id)
    if job_id is None:
        wanted = wanted.limit(1).with_for_update(skip_locked=True)
    else:
        wanted = wanted.where(JobRow.id == job_id).with_for_update()
    while (row := session.scalars(wanted).first()) is not None:
        crashes = row.crashes + (row.state == "leased")
        if crashes >= MAX_CRASHES:
            _change(session, row.id, row.lease_token, _failed(now, "worker_lost", "") | {"crashes": crashes})
            continue
        token, attempt = secrets.token_hex(16), row.attempts + 1
        lease_ends = now + timedelta(seconds=lease_seconds)
        changes = {"attempts": attempt, "crashes": crashes, "lease_token": token, "due_at": lease_ends}
        _change(session, row.id, row.lease_token, {"state": "leased"} | changes)
        return Job(row.id, row.name, row.payload, attempt, token)
    return None


def renew(session: Session, job: Job, lease_seconds: float) -> None:
    """Hold on to `job` for another `lease_seconds`. *Raises* Conflict ``lease_lost``."""
    _change(session, job.id, job.token, {"due_at": database_now(session) + timedelta(seconds=lease_seconds)})


def complete(session: Session, job: Job) -> None:
    """Mark `job` done, in the transaction that stores its result. *Raises* Conflict ``lease_lost``: roll back."""
    now = database_now(session)
    done = {"state": "done", "due_at": None, "lease_token": None, "finished_at": now, "error_code": None, "error": None}
    _change(session, job.id, job.token, done)


def put_back(session: Session, job: Job, code: str, detail: str) -> None:
    """Try `job` again, later each time; after the last attempt it is failed. *Raises* Conflict ``lease_lost``."""
    if job.attempt >= MAX_ATTEMPTS:
        give_up(session, job, code, detail)
        return
    wait = timedelta(seconds=min(2.0 ** (job.attempt - 1), LONGEST_WAIT_SECONDS))
    due_at = database_now(session) + wait
    again = {"state": "queued", "due_at": due_at, "lease_token": None, "announced_at": None}
    _change(session, job.id, job.token, again | {"error_code": code, "error": detail[:2000]})


def give_up(session: Session, job: Job, code: str, detail: str) -> None:
    """Mark `job` failed for good. *Raises* Conflict ``lease_lost``."""
    _change(session, job.id, job.token, _failed(database_now(session), code, detail))


def take_unannounced(session: Session, names: Collection[str], again_after_seconds: float, limit: int) -> list[int]:
    """The ids of due jobs that no message speaks of, or whose message must be lost; they count as announced now."""
    now = database_now(session)
    silent = or_(
        JobRow.announced_at.is_(None),
        JobRow.announced_at < JobRow.due_at,
        JobRow.announced_at <= now - timedelta(seconds=again_after_seconds),
    )
    wanted = select(JobRow.id).where(and_(JobRow.due_at <= now, JobRow.name.in_(names), silent))
    found = session.scalars(wanted.order_by(JobRow.due_at, JobRow.id).limit(limit).with_for_update(skip_locked=True))
    ids = list(found)
    session.execute(update(JobRow).where(JobRow.id.in_(ids)).values(announced_at=now))
    return ids


def unannounce(session: Session, ids: Collection[int]) -> None:
    """Take back the announcement of `ids`: their message could not be sent."""
    session.execute(update(JobRow).where(JobRow.id.in_(ids)).values(announced_at=None))


def _failed(now: datetime, code: str, detail: str) -> dict[str, Any]:
    left = {"state": "failed", "due_at": None, "lease_token": None, "finished_at": now}
    return left | {"error_code": code, "error": detail[:2000]}


def _change(session: Session, job_id: int, token: str | None, changes: Mapping[str, Any]) -> None:
    held = and_(JobRow.id == job_id, JobRow.lease_token.is_not_distinct_from(token), JobRow.due_at.is_not(None))
    changed = session.execute(update(JobRow).where(held).values(**changes).returning(JobRow.id)).first()
    if changed is None:
        raise Conflict("lease_lost", f"job {job_id} is no longer held under this lease")
