"""Replay a rule: before it is switched on, what it would add and take away on all that there is and was of late."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from app.accounts.core import Actor
from app.compliance.overlay import home_of, read_rule
from app.compliance.rules import Rules
from app.db import database_now, reading, retried
from app.flow.day import day_here
from app.flow.deps import Deps
from app.flow.findings import undecided
from app.flow.house_book import laid, rules_of
from app.flow.make_poster import Studio
from app.flow.rejudge import FindWorks, Work, documents, findings, pages
from app.flow.steps import permitted, require_rule_over_house
from app.jobs.queue import Job, complete, enqueue, status
from app.kernel.errors import AppError, Unavailable
from app.kernel.ids import new_code
from app.rulebook import records
from app.rulebook.core import BUILT_IN, BookState, Replay, ReplayHit, Tally

JOB = "replay_rule"
OF_LATE = timedelta(days=90)
AT_ONCE = 25  # works between two notes of progress
KEPT_HITS = 1000  # of each kind; the counts go on


def order_replay(deps: Deps, actor: Actor, rule_id: str, version: int) -> Replay:
    """A replay of a version against the rules in force, which a job carries out; one that runs already is that one.

    Version 0 is the rule as it comes with the product, or no rule. *Raises* NotFound ``no_such_rule``; Forbidden.
    """

    def work(session: Session) -> Replay:
        if version != BUILT_IN or not records.newest_number(session, rule_id):
            records.find_version(session, rule_id, version)
        known = records.newest_replay(session, rule_id, version)
        if known is not None and known.book == records.book_number(session) and is_running(session, known):
            return known
        replay_id = new_code(16)
        job_id = enqueue(session, JOB, {"replay": replay_id})
        return records.add_replay(session, replay_id, rule_id, version, job_id, actor.person_id)

    with permitted(deps, actor, "rule.write", "rule", rule_id):
        require_rule_over_house(actor)
        return retried(deps, work)


def is_running(session: Session, replay: Replay) -> bool:
    """Whether somebody is at it, or is going to be."""
    return replay.finished_at is None and status(session, replay.job_id).state in ("queued", "leased")


def with_version(state: BookState, base: Rules, session: Session, rule_id: str, version: int) -> Rules:
    """The rules in force, `state`, with that version of one rule instead of what is in force of it."""
    house = {id_: rule for id_, rule in rules_of(state).items() if id_ != rule_id}
    if version != BUILT_IN:
        house[rule_id] = read_rule(records.find_version(session, rule_id, version).text)
    return laid(base, house)


@dataclass(slots=True)
class _Run:
    """One replay on its way: the rules before and after, and what was found until now."""

    deps: Deps
    studio: Studio
    replay: Replay
    after: Rules
    today: date
    tally: Tally = field(default_factory=Tally)
    kept: dict[bool, int] = field(default_factory=lambda: {True: 0, False: 0})


def carry_out(find_works: FindWorks, deps: Deps, job: Job) -> None:
    """Go through all works of the rule's jurisdiction, as `job` asks. A second try begins anew."""
    studio = deps.studio()
    with reading(deps) as session:
        replay = records.find_replay(session, str(job.payload["replay"]))
        now, today = database_now(session), day_here(deps, session)
        after = with_version(records.book_state(session), studio.built_in, session, replay.rule_id, replay.version)
        find = partial(find_works, now=now, jurisdictions=[home_of(studio.built_in, replay.rule_id).jurisdiction])
        works = find(session)
        templates, total = works.templates(), works.count(now - OF_LATE)
    run = _Run(deps, studio, replay, after, today)
    retried(deps, lambda session: records.begin_replay(session, replay.id, len(templates) + total))
    for batch in _batches(templates, pages(deps, find, now - OF_LATE, AT_ONCE)):
        _go_through(run, batch)
    _end(run, job)


def _batches(templates: Sequence[Work], later: Iterator[Sequence[Work]]) -> Iterator[Sequence[Work]]:
    yield from (templates[start : start + AT_ONCE] for start in range(0, len(templates), AT_ONCE))
    yield from later


def _go_through(run: _Run, batch: Sequence[Work]) -> None:
    hits = [hit for work in batch for hit in _judge(run, work)]
    shown = []
    for hit in hits:
        run.kept[hit.is_new] += 1
        shown += [hit] if run.kept[hit.is_new] <= KEPT_HITS else []
    new = sum(hit.is_new for hit in hits)
    run.tally = replace(
        run.tally,
        done=run.tally.done + len(batch),
        new_hits=run.tally.new_hits + new,
        lost_hits=run.tally.lost_hits + len(hits) - new,
    )
    retried(run.deps, lambda session: records.note_progress(session, run.replay.id, run.tally, shown))


def _judge(run: _Run, work: Work) -> list[ReplayHit]:
    """What would be found anew and what no more; a work that cannot be put together any more counts as unjudged."""
    try:
        sizes = documents(run.deps, run.studio, work)
        before = findings(run.studio.rules, run.studio.evidence, sizes, run.today)
        after = findings(run.after, run.studio.evidence, sizes, run.today)
    except Unavailable as error:
        if error.code != "object_corrupt":
            raise
        return _unjudged(run)
    except AppError:
        return _unjudged(run)
    new, lost = undecided(after, before), undecided(before, after)
    return [_hit(work, True, one) for one in new] + [_hit(work, False, one) for one in lost]


def _unjudged(run: _Run) -> list[ReplayHit]:
    run.tally = replace(run.tally, unjudged=run.tally.unjudged + 1)
    return []


def _hit(work: Work, is_new: bool, said: Mapping[str, Any]) -> ReplayHit:
    place = said["place"] if work.kind == "poster" else f"sizes.{said['size']}.{said['language']}.{said['place']}"
    return ReplayHit(
        is_new,
        work.kind,
        work.subject_id,
        work.digest,
        work.is_live,
        said["rule"],
        said["severity"],
        said["text"],
        place,
    )


def _end(run: _Run, job: Job) -> None:
    def work(session: Session) -> None:
        records.end_replay(session, run.replay.id, run.studio.rules.fingerprint, run.after.fingerprint)
        complete(session, job)

    retried(run.deps, work)
