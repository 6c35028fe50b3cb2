"""The worker: takes due jobs, keeps their lease, calls the flow that does them, and settles what went wrong."""

import signal
import threading
import traceback
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import structlog

from app.customers.rules import load_rules
from app.db import retried
from app.flow import (
    keep_archive,
    read_pictures,
    read_posters,
    render_later,
    replay_rule,
    rescan,
    roll_up,
    tag,
    verify_archive,
    visit,
)
from app.flow.deps import Deps
from app.jobs import queue
from app.jobs.lease import kept
from app.jobs.queue import Job
from app.jobs.rabbitmq import Rabbit
from app.jobs.relay import relay
from app.kernel.errors import AppError, Conflict, Invalid, Unavailable
from app.reads.facts import facts, first_day
from app.reads.rejudged import Works
from app.schema import require_current

_log = structlog.get_logger(__name__)

HANDLERS: Mapping[str, Callable[[Deps, Job], None]] = {
    render_later.JOB: render_later.carry_out,
    read_pictures.JOB: read_pictures.carry_out,
    read_posters.JOB: read_posters.carry_out,
    keep_archive.JOB: keep_archive.carry_out,
    verify_archive.JOB: verify_archive.carry_out,
    replay_rule.JOB: partial(replay_rule.carry_out, Works),
    rescan.JOB: partial(rescan.carry_out, Works),
}


def work(deps: Deps, once: bool = False, stop: threading.Event | None = None) -> None:
    """Do jobs until SIGTERM, SIGINT or `stop`, then finish the one at hand; `once` ends when no job is due.

    Beside the jobs, the visits in this machine's spools are taken in, rules make of them what advisors know of their
    customers, and the days that are over are rolled up.

    *Raises* Unavailable ``schema_outdated``, Invalid ``bad_tag_rules``, before anything is done.
    """
    require_current(deps)
    rules = load_rules(deps.settings.tag_rules_file)
    stop = stop or _stopped_by_signals()
    if once:
        visit.drain(deps)
        tag.tag(deps, rules)
        roll_up.roll_up(deps, facts, first_day)
    else:
        threading.Thread(target=visit.drain_until, args=(deps, stop), name="visits", daemon=True).start()
        threading.Thread(target=tag.tag_until, args=(deps, rules, stop), name="tags", daemon=True).start()
        rolling = (deps, facts, first_day, stop)
        threading.Thread(target=roll_up.roll_up_until, args=rolling, name="results", daemon=True).start()
    if deps.settings.jobs == "rabbitmq" and not once:
        _work_from_rabbitmq(deps, stop)
    else:
        _work_from_rows(deps, once, stop)


def _work_from_rows(deps: Deps, once: bool, stop: threading.Event) -> None:
    while not stop.is_set():
        if not _claim_and_carry(deps, None):
            if once:
                return
            stop.wait(deps.settings.poll_seconds)


def _work_from_rabbitmq(deps: Deps, stop: threading.Event) -> None:
    settings = deps.settings

    def carry(job_id: int) -> None:
        _claim_and_carry(deps, job_id)

    rabbit = Rabbit(settings.rabbitmq_url.get_secret_value(), settings.rabbitmq_queue, carry)
    rabbit.listen()
    try:
        while not stop.is_set():
            try:
                announced = relay(deps, HANDLERS, rabbit.announce, settings.reannounce_seconds)
            except Unavailable as error:
                _log.warning("relay_failed", code=error.code)
                announced = 0
            if not announced:
                stop.wait(settings.poll_seconds)
    finally:
        rabbit.close()


def _claim_and_carry(deps: Deps, job_id: int | None) -> bool:
    lease_seconds = deps.settings.lease_seconds
    try:
        job = retried(deps, lambda session: queue.claim(session, HANDLERS, lease_seconds, job_id))
    except Unavailable as error:
        _log.warning("claim_failed", code=error.code)
        return False
    if job is not None:
        _carry(deps, job)
    return job is not None


def _carry(deps: Deps, job: Job) -> None:
    log = _log.bind(job=job.id, name=job.name, attempt=job.attempt)
    settle = None
    with kept(deps, job, deps.settings.lease_seconds):
        try:
            HANDLERS[job.name](deps, job)
        except Exception as error:
            settle = error
    if settle is None:
        log.info("job_done")
        return
    code, detail = described(settle)
    log.warning("job_failed", code=code, detail=detail)
    again = isinstance(settle, Unavailable) or not isinstance(settle, AppError)
    try:
        retried(deps, lambda session: (queue.put_back if again else queue.give_up)(session, job, code, detail))
    except (Conflict, Unavailable) as error:
        log.warning("job_not_settled", code=error.code)


def described(error: Exception) -> tuple[str, str]:
    """Code and detail of `error` for the job's row and the log: places and types, never its message.

    A message may quote what somebody wrote, a name or a telephone number.
    """
    if isinstance(error, Invalid):
        return error.code, "; ".join(f"{problem.path} [{problem.code}]" for problem in error.problems)
    if isinstance(error, AppError):
        return error.code, ""
    place = traceback.extract_tb(error.__traceback__)[-1]
    return "unexpected", f"{type(error).__name__} at {Path(place.filename).name}:{place.lineno}"


def _stopped_by_signals() -> threading.Event:
    """Set from another thread: a handler runs in the one that waits, at times while that holds the event's lock."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: threading.Thread(target=stop.set, daemon=True).start())
    return stop
