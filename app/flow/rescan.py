"""Rescan: when the rules change, everything that is out is judged again; what does not pass is kept and told."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from app.accounts.core import Actor
from app.archive.core import JSON
from app.archive.records import append
from app.db import database_now, reading, retried
from app.flow.day import day_here
from app.flow.deps import Deps
from app.flow.make_poster import Studio
from app.flow.recall import recall_poster
from app.flow.rejudge import FindWorks, Work, documents, findings, pages
from app.flow.steps import permitted, poster_in_reach
from app.jobs.queue import Job, complete, enqueue
from app.kernel.errors import AppError, NotFound, Unavailable
from app.kernel.ids import new_code
from app.rescans import records
from app.rescans.core import Rescan
from app.rulebook import records as rulebook

JOB = "rescan_posters"
AT_ONCE = 50  # works between two notes of progress


def order_rescan(session: Session, book: int, fingerprint: str, jurisdictions: Collection[str]) -> None:
    """Let a job judge what is out again, if the caller's transaction commits."""
    rescan_id = new_code(16)
    job_id = enqueue(session, JOB, {"rescan": rescan_id})
    records.add_rescan(session, rescan_id, book, fingerprint, sorted(jurisdictions), job_id)


def order_when_changed(deps: Deps, find_works: FindWorks, studio: Studio) -> None:
    """Order a rescan when a release has brought rules under which what is out was never judged."""

    def work(session: Session) -> None:
        fingerprint, book = studio.rules.fingerprint, rulebook.book_number(session)
        if records.is_known(session, fingerprint):
            return
        jurisdictions = sorted(studio.rules.books)
        works = find_works(session, database_now(session), jurisdictions)
        if works.was_judged_otherwise(fingerprint):
            order_rescan(session, book, fingerprint, jurisdictions)
        else:
            records.add_rescan(session, new_code(16), book, fingerprint, jurisdictions, None)

    retried(deps, work)


@dataclass(slots=True)
class _Run:
    """One rescan on its way."""

    deps: Deps
    studio: Studio
    rescan: Rescan
    today: date
    done: int = 0
    blocked: int = 0
    unjudged: int = 0


@dataclass(frozen=True, slots=True)
class _Judged:
    work: Work
    against: tuple[dict[str, Any], ...]
    is_unjudged: bool = False


def carry_out(find_works: FindWorks, deps: Deps, job: Job) -> None:
    """Judge everything that is out, as `job` asks. A second try goes through it again, and comes to the same."""
    studio = deps.studio()
    with reading(deps) as session:
        rescan = records.find_rescan(session, str(job.payload["rescan"]))
        now, today = database_now(session), day_here(deps, session)
        find = partial(find_works, now=now, jurisdictions=rescan.jurisdictions)
        total = find(session).count(None)
    run = _Run(deps, studio, rescan, today)
    retried(deps, lambda session: records.note_progress(session, rescan.id, total=total, done=0, blocked=0, unjudged=0))
    for page in pages(deps, find, None, AT_ONCE):
        _go_through(run, page)

    def end(session: Session) -> None:
        records.end_rescan(session, rescan.id)
        complete(session, job)

    retried(deps, end)


def _go_through(run: _Run, page: Sequence[Work]) -> None:
    judged = [_judge(run, work) for work in page]
    run.done += len(judged)
    run.blocked += sum(bool(one.against) for one in judged)
    run.unjudged += sum(one.is_unjudged for one in judged)
    retried(run.deps, lambda session: _note(session, run, judged))


def _judge(run: _Run, work: Work) -> _Judged:
    try:
        found = findings(run.studio.rules, run.studio.evidence, documents(run.deps, run.studio, work), run.today)
    except Unavailable as error:
        if error.code != "object_corrupt":
            raise
        return _Judged(work, (), is_unjudged=True)
    except AppError:
        return _Judged(work, (), is_unjudged=True)
    return _Judged(work, tuple(one for one in found if one["severity"] == "block"))


def _note(session: Session, run: _Run, judged: Sequence[_Judged]) -> None:
    book = run.rescan.book
    passed = [one.work.subject_id for one in judged if not one.against and not one.is_unjudged]
    records.clear(session, passed, book)
    news = [
        one
        for one in judged
        if (one.against or one.is_unjudged)
        and records.note_findings(session, one.work.subject_id, one.work.digest, book, one.against)
    ]
    records.note_progress(session, run.rescan.id, done=run.done, blocked=run.blocked, unjudged=run.unjudged)
    for one in news:
        rules = sorted({str(found["rule"]) for found in one.against})
        body: dict[str, JSON] = {"rules": list(rules), "book": book, "digest": one.work.digest}
        append(session, "poster.blocked", f"poster:{one.work.subject_id}", None, body)


def recall_blocked(deps: Deps, actor: Actor, poster_id: str, reason: str) -> list[str]:
    """Recall a poster that does not pass any more; the codes of the links that ended.

    *Raises* as `recall_poster`; NotFound ``no_such_poster`` also for one that nothing stands against.
    """
    with permitted(deps, actor, "poster.recall", "poster", poster_id):
        with reading(deps) as session:
            poster_in_reach(session, actor, poster_id)
            if records.find_blocked(session, poster_id) is None:
                raise NotFound("no_such_poster", "there is no such poster")
        return recall_poster(deps, actor, poster_id, reason)
