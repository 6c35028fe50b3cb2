"""After a recall: who had shared what is gone, who came since and was told, and when."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from app.posters.tables import PosterRow, ShareRow
from app.reads.result_names import within
from app.review.tables import StepRow
from app.tracking.tables import VisitRow

_LATEST = 30


@dataclass(frozen=True, slots=True)
class Recalled:
    """The step itself."""

    at: datetime
    person_id: str | None
    role: str
    reason: str


@dataclass(frozen=True, slots=True)
class Sharer:
    """An advisor who had sent it out; without a person all customers together, each with a link of their own."""

    person_id: str | None
    shares: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Arrival:
    """Somebody who came afterwards and was shown the notice."""

    at: datetime
    poster_id: str
    code: str
    device: str
    app: str


@dataclass(frozen=True, slots=True)
class Aftermath:
    """What came after a recall. `told` counts people's visits that ended at the notice, `known` how many visitors who
    had agreed to be remembered were among them.
    """

    step: Recalled
    sharers: list[Sharer]
    told: int
    known: int
    days: list[tuple[date, int]]
    latest: list[Arrival]


def after_poster(session: Session, poster_id: str, zone: ZoneInfo) -> Aftermath | None:
    """What came after a poster's recall, or after its template's; None while neither was recalled."""
    version = select(PosterRow.template_version_id).where(PosterRow.id == poster_id)
    subjects = [poster_id, *session.scalars(version)]
    return _after(session, subjects, select(PosterRow.id).where(PosterRow.id == poster_id), zone)


def after_template(session: Session, version_id: str, path: str, zone: ZoneInfo) -> Aftermath | None:
    """What came after a template version's recall, to posters made at or below `path`; None before it."""
    made = select(PosterRow.id).where(PosterRow.template_version_id == version_id, within(path))
    return _after(session, [version_id], made, zone)


def _after(session: Session, subjects: list[str], made: Select[Any], zone: ZoneInfo) -> Aftermath | None:
    recalls = select(StepRow).where(StepRow.subject_id.in_(subjects), StepRow.action == "recall").order_by(StepRow.id)
    row = session.scalars(recalls.limit(1)).first()
    if row is None:
        return None
    came = _came(made, row.at)
    told, known = session.execute(select(func.count(), func.count(VisitRow.visitor.distinct())).where(came)).one()
    latest = session.scalars(select(VisitRow).where(came).order_by(VisitRow.at.desc()).limit(_LATEST))
    return Aftermath(
        Recalled(row.at, row.actor_person_id, row.role, row.reason),
        _sharers(session, made),
        told,
        known,
        _days(session, came, zone),
        [Arrival(one.at, one.poster_id or "", one.code, one.device, one.app) for one in latest],
    )


def _came(made: Select[Any], since: datetime) -> ColumnElement[bool]:
    is_person_at_notice = (VisitRow.kind == "notice") & (VisitRow.bot == "")
    return VisitRow.poster_id.in_(made) & (VisitRow.at >= since) & is_person_at_notice


def _days(session: Session, came: ColumnElement[bool], zone: ZoneInfo) -> list[tuple[date, int]]:
    found: dict[date, int] = {}
    for at in session.scalars(select(VisitRow.at).where(came).order_by(VisitRow.at)):
        day = at.astimezone(zone).date()
        found[day] = found.get(day, 0) + 1
    return sorted(found.items())


def _sharers(session: Session, made: Select[Any]) -> list[Sharer]:
    person = ShareRow.shared_by_person_id
    wanted = select(person, func.count(), func.max(ShareRow.shared_at)).where(ShareRow.poster_id.in_(made))
    rows = session.execute(wanted.group_by(person).order_by(func.count().desc()))
    return [Sharer(*row) for row in rows]
