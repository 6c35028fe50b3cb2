"""What is in circulation: posters and template versions whose links lead somewhere, and what a recall would reach."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, Text, and_, cast, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from app.accounts.core import Actor
from app.accounts.tables import PersonRow
from app.db import database_now
from app.kernel.errors import NotFound
from app.library.tables import TemplateVersionRow
from app.links.tables import LinkRow
from app.posters.tables import PosterRow, RevisionRow, ShareRow, SnapshotRow
from app.reads.result_names import Words, template_titles, within
from app.review.tables import CaseRow
from app.tracking.tables import VisitDayRow

WEEK_DAYS = 7


@dataclass(frozen=True, slots=True)
class Circulating:
    """A poster that is out: its links that lead to it now, the people who shared it, its human scans of a week."""

    id: str
    slug: str
    person_id: str
    organisation_path: str
    links: int
    sharers: int
    reshares: int
    humans: int


@dataclass(frozen=True, slots=True)
class Reach:
    """What posters reach now, and so what ends with them."""

    posters: int
    links: int
    reshares: int
    advisors: int
    humans: int


@dataclass(frozen=True, slots=True)
class TemplateOut:
    """A template version from which posters are in circulation, or may yet be made."""

    id: str
    slug: str
    version: str
    state: str
    reach: Reach


def circulating(
    session: Session, path: str, zone: ZoneInfo, words: str = "", limit: int = 50, offset: int = 0
) -> list[Circulating]:
    """The posters at or below `path` with a link that leads to them, most scanned first.

    Every word of `words` must be found in the advisor's name, the template's title or the poster's own text.
    """
    now = database_now(session)
    scans = func.coalesce(week(local_day(now, zone)), 0).label("humans")
    wanted = (
        select(PosterRow, TemplateVersionRow.slug, live_links(now), sharers(), reshares(), scans)
        .join(TemplateVersionRow, TemplateVersionRow.id == PosterRow.template_version_id)
        .where(within(path), *is_out(now))
        .order_by(scans.desc(), PosterRow.created_at.desc(), PosterRow.id)
        .limit(limit)
        .offset(offset)
    )
    if words.split():
        wanted = _searched(session, wanted, words.split()[:6])
    return [
        Circulating(row.id, slug, row.owner_person_id, row.organisation_path, *map(int, counts))
        for row, slug, *counts in session.execute(wanted)
    ]


def templates_out(session: Session, path: str, zone: ZoneInfo) -> list[TemplateOut]:
    """The approved and retired template versions of the house, of `path` and of what lies above or below."""
    case = CaseRow
    wanted = (
        select(TemplateVersionRow, case.state)
        .join(case, case.subject_id == TemplateVersionRow.id)
        .where(case.state.in_(("approved", "retired")))
        .order_by(TemplateVersionRow.slug, TemplateVersionRow.created_at.desc())
    )
    visible = [(row, state) for row, state in session.execute(wanted) if _concerns(row.organisation_path, path)]
    reaches = _reaches(session, path, zone)
    none = Reach(0, 0, 0, 0, 0)
    found = [TemplateOut(row.id, row.slug, row.version, state, reaches.get(row.id, none)) for row, state in visible]
    return sorted(found, key=lambda one: -one.reach.humans)


def reach_of_poster(session: Session, path: str, poster_id: str, zone: ZoneInfo) -> Reach:
    """What one poster reaches now."""
    return _reach(session, [within(path), PosterRow.id == poster_id], zone)


def reach_of_template(session: Session, version_id: str, path: str, zone: ZoneInfo) -> Reach:
    """What the posters made from a template version at or below `path` reach now."""
    return _reach(session, [within(path), PosterRow.template_version_id == version_id], zone)


def template_out(session: Session, actor: Actor, version_id: str) -> tuple[TemplateVersionRow, str]:
    """A template version and its state, if the actor may recall it. *Raises* NotFound ``no_such_template``."""
    found = session.execute(
        select(TemplateVersionRow, CaseRow.state)
        .join(CaseRow, CaseRow.subject_id == TemplateVersionRow.id)
        .where(TemplateVersionRow.id == version_id)
    ).one_or_none()
    if found is None or not _in_reach(actor, found[0].organisation_path):
        raise NotFound("no_such_template", "there is no such template")
    row, state = found
    return row, state


def _in_reach(actor: Actor, path: str) -> bool:
    return path == "/" or path.startswith(actor.organisation_path)


def _concerns(home: str, path: str) -> bool:
    return home == "/" or home.startswith(path) or path.startswith(home)


def local_day(now: datetime, zone: ZoneInfo) -> date:
    """The day where the bank is."""
    return now.astimezone(zone).date()


def is_out(now: datetime) -> list[Any]:
    """That the poster is issued, its template not recalled, and a link leads to it."""
    own, of_template = aliased(CaseRow), aliased(CaseRow)
    return [
        exists().where(own.subject_id == PosterRow.id, own.state == "issued"),
        ~exists().where(of_template.subject_id == PosterRow.template_version_id, of_template.state == "recalled"),
        exists().where(*_leads_to_poster(now)),
    ]


def _leads_to_poster(now: datetime) -> list[Any]:
    row = LinkRow
    is_live = and_(
        row.recalled_at.is_(None), row.activated_at.is_not(None), or_(row.expires_at.is_(None), row.expires_at > now)
    )
    return [row.target == PosterRow.id, row.target_kind == "poster", is_live]


def live_links(now: datetime) -> Any:
    """How many links lead to the poster now."""
    return select(func.count()).where(*_leads_to_poster(now)).correlate(PosterRow).scalar_subquery()


def sharers() -> Any:
    """How many people of the house shared the poster."""
    people = func.count(ShareRow.shared_by_person_id.distinct())
    return select(people).where(ShareRow.poster_id == PosterRow.id).correlate(PosterRow).scalar_subquery()


def reshares() -> Any:
    """How often customers passed the poster on."""
    by_customer = (ShareRow.poster_id == PosterRow.id, ShareRow.shared_by_person_id.is_(None))
    return select(func.count()).where(*by_customer).correlate(PosterRow).scalar_subquery()


def week(today: date) -> Any:
    """How many people scanned the poster in the seven days up to `today`."""
    row = VisitDayRow
    days = [today - timedelta(days=n) for n in range(WEEK_DAYS)]
    of_poster = (row.subject_kind == "poster", row.subject == PosterRow.id, row.day.in_(days))
    return select(func.sum(row.humans)).where(*of_poster).correlate(PosterRow).scalar_subquery()


def _searched(session: Session, wanted: Select[Any], words: Sequence[str]) -> Select[Any]:
    titles = {slug: _all_languages(title).casefold() for slug, title in template_titles(session).items()}
    snapshot, revision, own = SnapshotRow, RevisionRow, CaseRow
    wanted = (
        wanted.join(PersonRow, PersonRow.id == PosterRow.owner_person_id, isouter=True)
        .join(own, own.subject_id == PosterRow.id)
        .join(snapshot, (snapshot.poster_id == PosterRow.id) & (snapshot.digest == own.digest))
        .join(revision, (revision.poster_id == PosterRow.id) & (revision.number == snapshot.revision))
    )
    for word in words:
        slugs = [slug for slug, title in titles.items() if word.casefold() in title or word.casefold() in slug]
        written = json.dumps(word)[1:-1]  # as the database keeps the text of slots
        wanted = wanted.where(
            or_(
                PersonRow.name.icontains(word, autoescape=True),
                TemplateVersionRow.slug.in_(slugs),
                cast(revision.slots, Text).icontains(written, autoescape=True),
            )
        )
    return wanted


def _all_languages(title: Words) -> str:
    return title if isinstance(title, str) else " ".join(text for text in title.values() if text)


def _reaches(session: Session, path: str, zone: ZoneInfo) -> dict[str, Reach]:
    """What posters at or below `path` reach, by template version."""
    rows: dict[str, list[Any]] = {}
    for version_id, *counts in session.execute(_each_reach(session, [within(path)], zone)):
        rows.setdefault(version_id, []).append(counts)
    return {version_id: _total(counts) for version_id, counts in rows.items()}


def _reach(session: Session, conditions: list[Any], zone: ZoneInfo) -> Reach:
    return _total([counts for _, *counts in session.execute(_each_reach(session, conditions, zone))])


def _each_reach(session: Session, conditions: list[Any], zone: ZoneInfo) -> Select[Any]:
    now = database_now(session)
    row = LinkRow
    reshared = select(func.count()).where(*_leads_to_poster(now), row.depth > 0).correlate(PosterRow).scalar_subquery()
    counts = (live_links(now), reshared, func.coalesce(week(local_day(now, zone)), 0))
    wanted = select(PosterRow.template_version_id, PosterRow.owner_person_id, *counts)
    return wanted.where(*conditions, *is_out(now))


def _total(each: Sequence[Any]) -> Reach:
    return Reach(
        posters=len(each),
        links=sum(int(links) for _, links, _, _ in each),
        reshares=sum(int(reshares) for _, _, reshares, _ in each),
        advisors=len({person for person, *_ in each}),
        humans=sum(int(humans) for *_, humans in each),
    )
