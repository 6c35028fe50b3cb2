"""Make the demonstration bank on an empty database: its people, and five weeks of its work, by the flows of everybody.

How history gets its dates: the flows take the time from the database, and here the database's clock is a calendar that
passes five weeks within a minute (`with_clock`). So all instants agree, links are minted before they are visited,
deadlines and ends come by themselves, and the archive's chain holds as it was written. Nothing is moved afterwards,
which the archive would not allow. Chance has a fixed seed; ids, codes and passwords are as unguessable as everywhere,
so that two demonstrations tell the same story about different ids.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.accounts import records
from app.customers.rules import load_rules
from app.db import database_now, reading, retried, with_clock
from app.flow import keep_archive
from app.flow.deps import Deps
from app.flow.design import publish_builtin
from app.flow.make_demo_calendar import Calendar, Story
from app.flow.make_demo_copy import editions, works
from app.flow.make_demo_desk import desk, names
from app.flow.make_demo_house import House
from app.flow.make_demo_people import Login, make_people
from app.flow.make_demo_posters import poster
from app.flow.make_demo_rules import rule_stories
from app.flow.make_demo_templates import edition, note_builtin
from app.flow.make_poster import Studio
from app.flow.tag import Rules, tag
from app.flow.visit import drain
from app.jobs import queue
from app.kernel.errors import Conflict
from app.tracking.bots import load_agents
from app.tracking.spool import Spool

SEED = 20261122
OPENED = timedelta(days=62)
LAST_QUIET = timedelta(seconds=90)  # by then, what happened last has been sealed as well
LEASE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Size:
    """How many visits a poster has on average, how many customers agree, and the advisors who work (all, if empty)."""

    visits_per_poster: int
    customers: int
    at_work: tuple[str, ...] = ()


FULL, SMALL = Size(95, 40), Size(6, 12, ("lin", "chen"))


def make_demo(
    deps: Deps,
    studio: Studio,
    photo: bytes | None,
    size: Size = FULL,
    hired: Callable[[Sequence[Login]], None] = lambda _logins: None,
) -> Sequence[Login]:
    """The logins of everybody; `photo` is the first advisor's. `hired` is told of them before their work begins, so
    that they are known even if that is never finished.

    *Raises* Conflict ``not_empty``.
    """
    with reading(deps) as session:
        if records.organisations(session):
            raise Conflict("not_empty", "there is a bank in this database already")
        now = database_now(session)
    calendar = Calendar(now - OPENED, now - LAST_QUIET)
    unread = deps.settings.model_copy(update={"ocr_posters": "off"})  # made of pictures that come with the product
    told = replace(deps, settings=unread, engine=with_clock(deps.engine, calendar))
    staff = make_people(told, photo, now.date())
    hired(staff.logins)
    spool = Spool(deps.settings.spool_dir)
    chance = random.Random(SEED)  # noqa: S311  # it tells a story, and keeps no secret
    scale = (size.visits_per_poster, size.customers)
    house = House(told, studio, calendar, staff, chance, load_agents(), spool, *scale)
    publish_builtin(told, studio, deps.settings.poster_templates_dir)
    note_builtin(house)
    for made in editions():
        calendar.tell(edition(house, made))
    for login, work in works():
        if not size.at_work or login in size.at_work:
            calendar.tell(poster(house, login, work))
    called = names(house)
    for login in dict.fromkeys(login for login, _ in works()):
        calendar.tell(desk(house, login, called))
    for story in rule_stories(house):
        calendar.tell(story)
    rules = load_rules(deps.settings.tag_rules_file)
    calendar.tell(_days(house, rules))
    calendar.run()
    spool.close()
    calendar.wait_until(now - timedelta(seconds=5))
    _end_day(house, rules)
    return staff.logins


def _days(house: House, rules: Rules) -> Story:
    """At the end of each day, what the worker would have done by then is done."""
    at = datetime.combine(house.day(40), datetime.min.time(), house.zone)
    while True:
        at += timedelta(days=1)
        yield at
        _end_day(house, rules)


def _end_day(house: House, rules: Rules) -> None:
    deps = house.deps
    drain(deps)
    tag(deps, rules)
    while (job := retried(deps, lambda session: queue.claim(session, (keep_archive.JOB,), LEASE_SECONDS))) is not None:
        keep_archive.carry_out(deps, job)
