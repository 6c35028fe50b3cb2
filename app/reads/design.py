"""What designers see of the library: every template with its versions, and one version with all that became of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.records import organisations
from app.accounts.tables import OrganisationRow, PersonRow
from app.kernel.errors import NotFound
from app.library.core import EVERYWHERE, Availability, Version
from app.library.records import availability, find_version
from app.library.tables import TemplateContentRow
from app.posters.tables import PosterRow
from app.reads.library import Shelved, library
from app.review.records import Case, Comment, Step, comments_on, find_case, history
from app.review.tables import CaseRow
from app.tracking.tables import VisitDayRow

WORKING = ("draft", "changes_requested")


@dataclass(frozen=True, slots=True)
class Use:
    """What was made of a version: posters by state, and how often their codes were scanned by people."""

    posters: Mapping[str, int]
    scans: int

    @property
    def total(self) -> int:
        """How many posters there are."""
        return sum(self.posters.values())

    @property
    def drafts(self) -> int:
        """How many are still being worked on."""
        return sum(self.posters.get(state, 0) for state in WORKING)

    def count(self, *states: str) -> int:
        """How many are in one of `states`."""
        return sum(self.posters.get(state, 0) for state in states)


UNUSED = Use({}, 0)


@dataclass(frozen=True, slots=True)
class Design:
    """One template with all its versions, the newest first. `use` is that of all of them."""

    slug: str
    versions: tuple[Shelved, ...]
    use: Use

    @property
    def newest(self) -> Shelved:
        """The version that stands for the template in lists."""
        return self.versions[0]


@dataclass(frozen=True, slots=True)
class Happening:
    """A step with the name of who took it (empty: a policy did) and the comments that were pinned with it."""

    step: Step
    person: str
    comments: tuple[Comment, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """A node of the organisation tree, `depth` levels below the first."""

    path: str
    name: str
    depth: int


@dataclass(frozen=True, slots=True)
class VersionView:
    """One version with its case, history, availability, use, and who gave it its newest content when."""

    version: Version
    case: Case
    past: tuple[Happening, ...]
    grants: tuple[Availability, ...]
    use: Use
    author: str
    saved_at: datetime


def designs(session: Session, organisation_path: str) -> list[Design]:
    """All templates that belong to an organisation, to one below it, or to the whole house; used most first."""
    shelved: dict[str, list[Shelved]] = {}
    for one in library(session):
        if in_reach(organisation_path, one.version.organisation_path):
            shelved.setdefault(one.version.slug, []).append(one)
    uses = _uses(session)
    found = [Design(slug, tuple(all_), _sum(uses, all_)) for slug, all_ in shelved.items()]
    return sorted(found, key=lambda one: (one.newest.state not in (*WORKING, "in_review"), -one.use.total, one.slug))


def design(session: Session, organisation_path: str, slug: str) -> Design:
    """One template. *Raises* NotFound ``no_such_template``."""
    known = tuple(one for one in library(session, slug) if in_reach(organisation_path, one.version.organisation_path))
    if not known:
        raise NotFound("no_such_template", "there is no such template")
    return Design(slug, known, _sum(_uses(session), known))


def in_reach(organisation_path: str, version_path: str) -> bool:
    """Whether a version that belongs to `version_path` is seen from `organisation_path`."""
    return version_path == EVERYWHERE or version_path.startswith(organisation_path)


def version_seen(session: Session, organisation_path: str, version_id: str) -> Version:
    """The version, as seen from an organisation. *Raises* NotFound ``no_such_template``."""
    version = find_version(session, version_id)
    if not in_reach(organisation_path, version.organisation_path):
        raise NotFound("no_such_template", "there is no such template")
    return version


def version_view(session: Session, organisation_path: str, version_id: str) -> VersionView:
    """One version with all that its page shows. *Raises* NotFound ``no_such_template``."""
    version = version_seen(session, organisation_path, version_id)
    newest = (TemplateContentRow.version_id == version_id) & (TemplateContentRow.number == version.number)
    author, saved_at = session.execute(
        select(PersonRow.name, TemplateContentRow.created_at)
        .select_from(TemplateContentRow)
        .outerjoin(PersonRow, PersonRow.id == TemplateContentRow.author_person_id)
        .where(newest)
    ).one()
    return VersionView(
        version,
        find_case(session, version_id),
        _past(session, version_id),
        tuple(availability(session, version_id)),
        _uses(session, version_id).get(version_id, UNUSED),
        author or "",
        saved_at,
    )


def places(session: Session, organisation_path: str) -> list[Place]:
    """The organisation and all below it, each branch followed by what belongs to it."""
    nodes = organisations(session, organisation_path)
    names = {one.path: one.name for one in nodes}

    def order(path: str) -> list[str]:
        parts = path.strip("/").split("/")
        return [names.get(f"/{'/'.join(parts[:end])}/", "") + parts[end - 1] for end in range(1, len(parts) + 1)]

    first = organisation_path.count("/")
    found = sorted(nodes, key=lambda one: order(one.path))
    return [Place(one.path, one.name, one.path.count("/") - first) for one in found]


def place_names(session: Session) -> dict[str, str]:
    """The name of every organisation by its path."""
    return {row[0]: row[1] for row in session.execute(select(OrganisationRow.path, OrganisationRow.name))}


def _past(session: Session, version_id: str) -> tuple[Happening, ...]:
    """All steps, the newest first; edits that follow each other by one person count once, as the last of them."""
    pinned: dict[int, list[Comment]] = {}
    for step, comment in comments_on(session, version_id):
        pinned.setdefault(step.number, []).append(comment)
    names = {row[0]: row[1] for row in session.execute(select(PersonRow.id, PersonRow.name))}
    found: list[Happening] = []
    for step in history(session, version_id):
        again = found and found[-1].step.action == step.action == "edit"
        if again and found[-1].step.actor_person_id == step.actor_person_id:
            found.pop()
        found.append(Happening(step, names.get(step.actor_person_id or "", ""), tuple(pinned.get(step.number, ()))))
    return tuple(reversed(found))


def _uses(session: Session, version_id: str | None = None) -> dict[str, Use]:
    wanted = (
        select(PosterRow.template_version_id, CaseRow.state, func.count())
        .join(CaseRow, CaseRow.subject_id == PosterRow.id)
        .group_by(PosterRow.template_version_id, CaseRow.state)
    )
    scanned = (
        select(PosterRow.template_version_id, func.sum(VisitDayRow.humans))
        .join(VisitDayRow, (VisitDayRow.subject == PosterRow.id) & (VisitDayRow.subject_kind == "poster"))
        .group_by(PosterRow.template_version_id)
    )
    if version_id is not None:
        wanted = wanted.where(PosterRow.template_version_id == version_id)
        scanned = scanned.where(PosterRow.template_version_id == version_id)
    scans: dict[str, Any] = {row[0]: row[1] for row in session.execute(scanned)}
    states: dict[str, dict[str, int]] = {}
    for version, state, count in session.execute(wanted):
        states.setdefault(version, {})[state] = count
    return {version: Use(found, int(scans.get(version) or 0)) for version, found in states.items()}


def _sum(uses: Mapping[str, Use], versions: tuple[Shelved, ...] | list[Shelved]) -> Use:
    states: dict[str, int] = {}
    scans = 0
    for one in versions:
        use = uses.get(one.version.id, UNUSED)
        scans += use.scans
        for state, count in use.posters.items():
            states[state] = states.get(state, 0) + count
    return Use(states, scans)
