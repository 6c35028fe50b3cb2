"""The rows of visits: taken in from spools exactly once, counted by day, and freed of ids whose consent is gone."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.orm import Session

from app.db import database_now, insert_or
from app.kernel.errors import NotFound
from app.kernel.ids import new_code
from app.tracking.core import OPENINGS, Visit
from app.tracking.results import Counted
from app.tracking.tables import ClosedDayRow, ConsentRow, ResultDayRow, VisitDayRow, VisitRow, VisitSpoolRow

VISITOR_LENGTH = 22
COUNTED_AS_HUMAN = "redirect"

Subject = tuple[str, str, date]


@dataclass(frozen=True, slots=True)
class DayCount:
    """What one subject was visited on one local day. `visitors` are those who agreed to be told apart, `people` those
    of them who were first met then and there.
    """

    day: date
    views: int
    humans: int
    visitors: int
    people: int = 0


def taken_bytes(session: Session, spool_name: str) -> int:
    """How far the spool has been taken in; 0 for one that nobody has begun."""
    found = session.scalar(select(VisitSpoolRow.taken_bytes).where(VisitSpoolRow.name == spool_name))
    return found or 0


def begin(session: Session, spool_name: str) -> int:
    """As `taken_bytes`, and hold the spool until the transaction ends, so that no other drain takes the same part."""
    # One statement: between an insert and a look another drain could remove the note, and the look would find nothing.
    noted = insert_or(session, VisitSpoolRow).values(name=spool_name, taken_bytes=0)
    held = noted.on_conflict_do_update(index_elements=["name"], set_={"name": noted.excluded.name})
    taken: int = session.scalars(held.returning(VisitSpoolRow.taken_bytes)).one()
    return taken


def take_in(session: Session, spool_name: str, visits: Sequence[Visit], end: int, zone: ZoneInfo) -> None:
    """Add `visits` and their counts, and note that the spool is taken in up to `end`: all or nothing."""
    if visits:
        kept = _without_unconsented(session, visits)
        hold_counts(session)
        kept = _said_once(session, kept)
        _count(session, kept, zone)
        open_days(session, {visit.at.astimezone(zone).date() for visit in kept})
        if kept:
            # Past the mapper: it would look at each row, and nobody wants these as objects.
            session.connection().execute(insert(VisitRow), [visit._asdict() for visit in kept])
    session.execute(update(VisitSpoolRow).where(VisitSpoolRow.name == spool_name).values(taken_bytes=end))


def hold_counts(session: Session) -> None:
    """Let nobody else change the counts by day until the transaction ends."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("LOCK TABLE visit_days IN SHARE ROW EXCLUSIVE MODE"))


def forget_spool(session: Session, spool_name: str) -> None:
    """Remove what is noted of a spool whose file is gone."""
    session.execute(delete(VisitSpoolRow).where(VisitSpoolRow.name == spool_name))


def by_day(session: Session, subject_kind: str, subject: str, first: date, last: date) -> list[DayCount]:
    """The counts of one link (``link``, its code) or poster (``poster``, its id), days without a visit left out."""
    is_wanted = (VisitDayRow.subject_kind == subject_kind) & (VisitDayRow.subject == subject)
    rows = session.scalars(select(VisitDayRow).where(is_wanted, VisitDayRow.day.between(first, last)))
    found = (DayCount(row.day, row.views, row.humans, row.visitors, row.people) for row in rows)
    return sorted(found, key=lambda one: one.day)


def visits_of(session: Session, code: str, limit: int = 1000) -> list[Visit]:
    """The newest visits of a link, newest first."""
    rows = session.scalars(select(VisitRow).where(VisitRow.code == code).order_by(VisitRow.id.desc()).limit(limit))
    return [_value(row) for row in rows]


def visits_by(session: Session, visitor: str, limit: int = 1000) -> list[Visit]:
    """The newest visits of a visitor who agreed, newest first."""
    rows = session.scalars(
        select(VisitRow).where(VisitRow.visitor == visitor).order_by(VisitRow.id.desc()).limit(limit)
    )
    return [_value(row) for row in rows]


def visits_after(session: Session, visit_id: int, limit: int) -> list[tuple[int, Visit]]:
    """The next visits with their ids, in the order in which they were taken in: what rules over visits go through."""
    rows = session.scalars(select(VisitRow).where(VisitRow.id > visit_id).order_by(VisitRow.id).limit(limit))
    return [(row.id, _value(row)) for row in rows]


def give_consent(session: Session, wording: str) -> str:
    """A new visitor's id, for the cookie of a person who has agreed to `wording`, named by its version."""
    visitor = new_code(VISITOR_LENGTH)
    session.add(ConsentRow(visitor=visitor, wording=wording, given_at=database_now(session)))
    session.flush()
    return visitor


def withdraw_consent(session: Session, visitor: str) -> int:
    """Take the id off all visits, and let none carry it again; how many carried it.

    *Raises* NotFound ``no_such_visitor``.
    """
    row = session.get(ConsentRow, visitor, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound("no_such_visitor", "there is no such visitor")
    if row.withdrawn_at is None:
        row.withdrawn_at = database_now(session)
    session.flush()
    freed = update(VisitRow).where(VisitRow.visitor == visitor).values(visitor=None).returning(VisitRow.id)
    return len(session.execute(freed.execution_options(synchronize_session=False)).all())


def has_consent(session: Session, visitor: str) -> bool:
    """Whether the id was given out and has not been taken back."""
    return visitor in consented(session, [visitor])


def consented(session: Session, visitors: Collection[str]) -> set[str]:
    """Those of these visitors who agreed and have not taken it back; none can before the transaction ends."""
    valid = ConsentRow.visitor.in_(visitors) & ConsentRow.withdrawn_at.is_(None)
    # Held until the transaction ends: a withdrawal that comes meanwhile waits, and then finds the new visits as well.
    return set(session.scalars(select(ConsentRow.visitor).where(valid).with_for_update(read=True)))


def _without_unconsented(session: Session, visits: Sequence[Visit]) -> list[Visit]:
    named = {visit.visitor for visit in visits if visit.visitor is not None}
    valid = consented(session, named) if named else set()
    return [
        visit if visit.visitor is None or visit.visitor in valid else visit._replace(visitor=None) for visit in visits
    ]


def _said_once(session: Session, visits: Sequence[Visit]) -> list[Visit]:
    """`visits` without those whose nonce has been taken in already; the caller holds the counts."""
    named = {visit.nonce for visit in visits if visit.nonce is not None}
    if not named:
        return list(visits)
    seen: set[str | None] = set(session.scalars(select(VisitRow.nonce).where(VisitRow.nonce.in_(named))))
    kept = []
    for visit in visits:
        if visit.nonce is None or visit.nonce not in seen:
            kept.append(visit)
            seen.add(visit.nonce)
    return kept


def _count(session: Session, visits: Sequence[Visit], zone: ZoneInfo) -> None:
    views: dict[Subject, int] = defaultdict(int)
    humans: dict[Subject, int] = defaultdict(int)
    visitors: dict[Subject, set[str]] = defaultdict(set)
    for visit in (one for one in visits if one.kind in OPENINGS):
        is_human = not visit.bot and visit.kind == COUNTED_AS_HUMAN
        for subject in _subjects(visit, zone):
            views[subject] += 1
            if is_human:
                humans[subject] += 1
            if is_human and visit.visitor is not None:
                visitors[subject].add(visit.visitor)
    new = _new_visitors(session, visitors, zone)
    people = _first_met(session, visits, zone)
    if not (views or people):
        return
    rows = [
        {
            "subject_kind": subject[0],
            "subject": subject[1],
            "day": subject[2],
            "views": views.get(subject, 0),
            "humans": humans.get(subject, 0),
            "visitors": new.get(subject, 0),
            "people": people.get(subject, 0),
        }
        for subject in sorted(views.keys() | people.keys())
    ]
    added = insert_or(session, VisitDayRow)
    names = ("views", "humans", "visitors", "people")
    summed = {name: getattr(VisitDayRow, name) + added.excluded[name] for name in names}
    upsert = added.on_conflict_do_update(index_elements=["subject_kind", "subject", "day"], set_=summed)
    session.connection().execute(upsert, rows)


def _subjects(visit: Visit, zone: ZoneInfo) -> Iterable[Subject]:
    day = visit.at.astimezone(zone).date()
    if visit.kind == "unknown":
        yield "orphan", "", day
        return
    yield "link", visit.code, day
    if visit.poster_id is not None:
        yield "poster", visit.poster_id, day


def _new_visitors(session: Session, found: dict[Subject, set[str]], zone: ZoneInfo) -> dict[Subject, int]:
    """How many of those visitors had not been seen with that subject on that day."""
    named = set().union(*found.values()) if found else set()
    if not named:
        return {}
    days = [day for _, _, day in found]
    first = datetime.combine(min(days), datetime.min.time(), zone)
    last = datetime.combine(max(days), datetime.max.time(), zone)
    columns = (VisitRow.visitor, VisitRow.code, VisitRow.poster_id, VisitRow.at)
    human = (VisitRow.bot == "") & (VisitRow.kind == COUNTED_AS_HUMAN)
    earlier = select(*columns).where(VisitRow.visitor.in_(named), VisitRow.at.between(first, last), human)
    seen: dict[Subject, set[str | None]] = defaultdict(set)
    for visitor, code, poster_id, at in session.execute(earlier):
        day = at.astimezone(zone).date()
        seen["link", code, day].add(visitor)
        seen["poster", poster_id or "", day].add(visitor)
    return {subject: len(visitors - seen.get(subject, set())) for subject, visitors in found.items()}


def _first_met(session: Session, visits: Sequence[Visit], zone: ZoneInfo) -> dict[Subject, int]:
    """How many visitors were never seen before, by what they were first seen with."""
    first: dict[str, Visit] = {}
    for visit in visits:
        if visit.visitor is not None and not visit.bot and visit.kind != "unknown":
            first.setdefault(visit.visitor, visit)
    if not first:
        return {}
    known = select(VisitRow.visitor).where(VisitRow.visitor.in_(first), VisitRow.bot == "").distinct()
    for visitor in session.scalars(known):
        first.pop(visitor or "", None)
    found: dict[Subject, int] = defaultdict(int)
    for visit in first.values():
        for subject in _subjects(visit, zone):
            found[subject] += 1
    return found


# --- closed days ----------------------------------------------------------------------------------------------------


def closed_days(session: Session, first: date, last: date) -> set[date]:
    """The days from `first` to `last` whose figures are kept."""
    return set(session.scalars(select(ClosedDayRow.day).where(ClosedDayRow.day.between(first, last))))


def close_day(session: Session, day: date, counted: Sequence[Counted]) -> None:
    """Keep the figures of a day. The caller holds the counts, and has counted since."""
    open_days(session, {day})
    if counted:
        rows = [one.place._asdict() | {"day": day} | one.figures._asdict() for one in counted]
        session.connection().execute(insert(ResultDayRow), rows)
    session.add(ClosedDayRow(day=day))
    session.flush()


def open_days(session: Session, days: Collection[date]) -> None:
    """Forget the figures of those days, if they are kept: they are counted anew."""
    was_closed = delete(ClosedDayRow).where(ClosedDayRow.day.in_(days)).returning(ClosedDayRow.day)
    opened = list(session.scalars(was_closed.execution_options(synchronize_session=False)))
    if opened:
        session.execute(delete(ResultDayRow).where(ResultDayRow.day.in_(opened)))


def _value(row: VisitRow) -> Visit:
    return Visit(*(cast(Any, getattr(row, name)) for name in Visit._fields))
