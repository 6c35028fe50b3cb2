"""Tag: visits of people who agreed become events of an advisor's customers, and rules make tags, points and tasks.

Each visit is gone through exactly once, however many workers there are and whenever they are killed: how far they have
come stands in the same transaction as what came of it.
"""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy.orm import Session

from app.archive.core import JSON
from app.archive.records import append
from app.customers import records as customers
from app.customers.core import EVENT_OF_VISIT, Event, Fired, Rule, Words, fire, in_both, look_back_days
from app.customers.records import EventEntry, Met, Who
from app.db import reading, retried
from app.flow.visit import DrainDeps
from app.kernel.digest import digest_of
from app.kernel.errors import Unavailable
from app.library import records as library
from app.links import records as links
from app.posters import records as posters
from app.posters.records import Owner
from app.tracking import records as tracking
from app.tracking.core import Visit

BATCH = 1000
PAUSE_SECONDS = 0.5
_log = structlog.get_logger(__name__)

Rules = Sequence[Rule]
Seen = tuple[int, Visit]


@dataclass(frozen=True, slots=True)
class Tagged:
    """What one batch came to."""

    visits: int
    customers: int
    given: int
    is_more: bool


@dataclass(frozen=True, slots=True)
class _Poster:
    """What rules know of a poster."""

    product: str
    occasion: str
    title: Words


def tag(deps: DrainDeps, rules: Rules) -> int:
    """Go through all visits that nobody has gone through yet; how many. *Raises* Unavailable as `transaction`."""
    visits, is_more = 0, True
    while is_more:
        with reading(deps) as session:
            if not tracking.visits_after(session, customers.cursor(session), 1):
                break
        done = retried(deps, lambda session: _batch(session, deps, rules))
        visits, is_more = visits + done.visits, done.is_more
        if done.given:
            _log.info("customers_tagged", visits=done.visits, customers=done.customers, given=done.given)
    return visits


def tag_until(deps: DrainDeps, rules: Rules, stop: threading.Event, pause_seconds: float = PAUSE_SECONDS) -> None:
    """Go through new visits again and again until `stop`; while the database does not answer, they wait."""
    while not stop.is_set():
        try:
            tag(deps, rules)
        except Unavailable as error:
            _log.warning("visits_not_tagged", code=error.code)
        stop.wait(pause_seconds)


def _batch(session: Session, deps: DrainDeps, rules: Rules) -> Tagged:
    begun = customers.hold_cursor(session)
    found = tracking.visits_after(session, begun, BATCH)
    if not found:
        return Tagged(0, 0, 0, False)
    customers.move_cursor(session, found[-1][0])
    entries = _events(session, found)
    zone = ZoneInfo(deps.settings.time_zone)
    fired = _fired(session, entries, rules, zone)
    customers.give(session, fired, zone)
    met = {entry.customer_id for entry in entries}
    if entries:
        body: dict[str, JSON] = {"visits_to": found[-1][0], "events": len(entries), "given": len(fired)}
        body["given_sha256"] = digest_of([[id_, one.rule.name, one.event.id] for id_, one in fired])
        append(session, "customer.tagged", f"visits:{begun + 1}", None, body)
    return Tagged(len(found), len(met), len(fired), len(found) == BATCH)


def _events(session: Session, found: Sequence[Seen]) -> list[EventEntry]:
    """The events that these visits are, kept; whose consent is gone has none."""
    seen = [(id_, visit) for id_, visit in found if _counts(visit)]
    agreed = tracking.consented(session, {visit.visitor for _, visit in seen if visit.visitor})
    owners = posters.owners(session, {visit.poster_id for _, visit in seen if visit.poster_id})
    seen = [(id_, visit) for id_, visit in seen if visit.visitor in agreed and visit.poster_id in owners]
    ids = customers.meet(session, _met(seen, owners))
    levels = {code: link.depth for code, link in links.resolve_many(session, [one.code for _, one in seen]).items()}
    entries = [
        EventEntry(
            id_,
            ids[_who(visit, owners)],
            EVENT_OF_VISIT[visit.kind],
            visit.at,
            str(visit.poster_id),
            visit.code,
            levels.get(visit.code, 0),
            visit.app,
        )
        for id_, visit in seen
    ]
    customers.add_events(session, entries)
    return entries


def _counts(visit: Visit) -> bool:
    """Whether it is something that a person did who may be remembered."""
    return not visit.bot and visit.visitor is not None and visit.poster_id is not None and visit.kind in EVENT_OF_VISIT


def _who(visit: Visit, owners: Mapping[str, Owner]) -> Who:
    return Who(owners[str(visit.poster_id)].person_id, str(visit.visitor))


def _met(seen: Sequence[Seen], owners: Mapping[str, Owner]) -> dict[Who, Met]:
    met: dict[Who, Met] = {}
    for _, visit in seen:
        who, owner = _who(visit, owners), owners[str(visit.poster_id)]
        before = met.get(who, Met(owner.organisation_path, visit.app, visit.at, visit.at))
        first, last = min(before.first_at, visit.at), max(before.last_at, visit.at)
        met[who] = Met(before.organisation_path, before.app, first, last)
    return met


def _fired(session: Session, entries: Sequence[EventEntry], rules: Rules, zone: ZoneInfo) -> list[tuple[str, Fired]]:
    new: dict[str, set[int]] = {}
    for entry in entries:
        new.setdefault(entry.customer_id, set()).add(entry.visit_id)
    histories = customers.events_since(session, new, _since(entries, rules))
    known = _posters(session, {entry.poster_id for history in histories.values() for entry in history})
    given = customers.given_to(session, new)
    return [
        (customer_id, one)
        for customer_id, history in histories.items()
        for one in fire(
            rules,
            [_event(entry, known[entry.poster_id], zone) for entry in history],
            new[customer_id],
            given.get(customer_id, ()),
        )
    ]


def _since(entries: Sequence[EventEntry], rules: Rules) -> datetime | None:
    days = look_back_days(rules)
    return None if days is None or not entries else min(entry.at for entry in entries) - timedelta(days=days)


def _posters(session: Session, poster_ids: set[str]) -> dict[str, _Poster]:
    owners = posters.owners(session, poster_ids)
    versions = library.find_versions(session, {owner.template_version_id for owner in owners.values()})
    heads = {poster_id: versions[owner.template_version_id].content.head for poster_id, owner in owners.items()}
    return {id_: _Poster(head["product"], head["content_type"], in_both(head["title"])) for id_, head in heads.items()}


def _event(entry: EventEntry, poster: _Poster, zone: ZoneInfo) -> Event:
    return Event(
        entry.visit_id,
        entry.kind,  # type: ignore[arg-type]
        entry.at,
        entry.at.astimezone(zone).date(),
        entry.poster_id,
        poster.product,
        poster.occasion,
        entry.level,
        poster.title,
    )
