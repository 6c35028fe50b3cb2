"""What a replay has found, with what reviewers had decided on the same works."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.tables import PersonRow
from app.jobs.queue import JobStatus, status
from app.library.records import find_versions
from app.posters.tables import PosterRow
from app.reads.decisions import ACTIONS
from app.review.tables import StepRow
from app.rulebook.core import Replay, ReplayHit
from app.rulebook.records import replay_hits

SHOWN = 200  # works of each kind


@dataclass(frozen=True, slots=True)
class Decided:
    """What was last decided on exactly what was hit."""

    action: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class HitWork:
    """A work with the findings that it would have more, or less, and what was decided on it (None: nothing yet)."""

    kind: str
    subject_id: str
    digest: str
    title: Any
    owner: str
    is_live: bool
    hits: tuple[ReplayHit, ...]
    decided: Decided | None


@dataclass(frozen=True, slots=True)
class Replayed:
    """A replay with its job. `new` and `lost` are the first works of each kind, `counts` decisions on all of them."""

    replay: Replay
    job: JobStatus
    new: tuple[HitWork, ...]
    lost: tuple[HitWork, ...]
    counts: Mapping[bool, Mapping[str, int]]

    @property
    def state(self) -> str:
        """running, finished or failed."""
        if self.replay.finished_at is not None:
            return "finished"
        return "failed" if self.job.state == "failed" else "running"


def replayed(session: Session, replay: Replay) -> Replayed:
    """All that the page of a replay shows."""
    hits = replay_hits(session, replay.id)
    works = {is_new: _works(session, [one for one in hits if one.is_new is is_new]) for is_new in (True, False)}
    counts = {is_new: _counted(found) for is_new, found in works.items()}
    new, lost = (tuple(works[is_new][:SHOWN]) for is_new in (True, False))
    return Replayed(replay, status(session, replay.job_id), new, lost, counts)


def _counted(works: Sequence[HitWork]) -> dict[str, int]:
    names = [one.decided.action if one.decided else "undecided" for one in works]
    return {name: names.count(name) for name in (*ACTIONS, "undecided") if name in names}


def _works(session: Session, hits: Sequence[ReplayHit]) -> list[HitWork]:
    by_work: dict[tuple[str, str], list[ReplayHit]] = {}
    for hit in hits:
        by_work.setdefault((hit.subject_id, hit.digest), []).append(hit)
    subjects = {subject for subject, _ in by_work}
    decided, posters = _decided(session, subjects), _posters(session, subjects)
    version_ids = {posters[one][0] if one in posters else one for one in subjects}
    titles = {id_: one.content.head["title"] for id_, one in find_versions(session, version_ids).items()}
    found = [
        HitWork(
            kind=listed[0].kind,
            subject_id=subject,
            digest=digest,
            title=titles.get(posters[subject][0] if subject in posters else subject, subject),
            owner=posters[subject][1] if subject in posters else "",
            is_live=any(hit.is_live for hit in listed),
            hits=tuple(listed),
            decided=decided.get((subject, digest)),
        )
        for (subject, digest), listed in by_work.items()
    ]
    return sorted(found, key=lambda one: (not one.is_live, one.kind == "template"))


def _decided(session: Session, subjects: set[str]) -> dict[tuple[str, str], Decided]:
    wanted = (
        select(StepRow.subject_id, StepRow.digest, StepRow.action, StepRow.reason, StepRow.at)
        .where(StepRow.subject_id.in_(subjects), StepRow.action.in_(ACTIONS))
        .order_by(StepRow.id)
    )
    return {
        (subject, digest or ""): Decided(action, reason, at)
        for subject, digest, action, reason, at in session.execute(wanted)
    }


def _posters(session: Session, subjects: set[str]) -> dict[str, tuple[str, str]]:
    wanted = (
        select(PosterRow.id, PosterRow.template_version_id, PersonRow.name)
        .outerjoin(PersonRow, PersonRow.id == PosterRow.owner_person_id)
        .where(PosterRow.id.in_(subjects))
    )
    return {row[0]: (row[1], row[2] or "") for row in session.execute(wanted)}
