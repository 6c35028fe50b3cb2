"""The names behind the keys of results: people, templates, organisations, as far as somebody's scope reaches."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.core import Actor, is_in_scope
from app.accounts.people import Organisation
from app.accounts.records import organisation
from app.accounts.tables import OrganisationRow, PersonRow
from app.kernel.errors import NotFound
from app.library.tables import TemplateContentRow, TemplateVersionRow
from app.posters.tables import PosterRow
from app.review.tables import CaseRow

Words = Mapping[str, str] | str

PUBLISHED = ("approved", "retired", "recalled")


@dataclass(frozen=True, slots=True)
class Someone:
    """A person and the organisation they belong to."""

    id: str
    name: str
    organisation: str
    organisation_path: str


def place_in_scope(session: Session, actor: Actor, organisation_id: str | None) -> Organisation:
    """The organisation, or without one the actor's own. *Raises* NotFound ``no_such_organisation``."""
    found = organisation(session, organisation_id or actor.organisation_id)
    if not is_in_scope(actor, found.path):
        raise NotFound("no_such_organisation", "there is no such organisation")
    return found


def way_to(session: Session, actor: Actor, place: Organisation) -> list[Organisation]:
    """The organisations from the actor's own down to `place`, that one included."""
    below = place.path.removeprefix(actor.organisation_path).strip("/")
    ids = [actor.organisation_id, *(below.split("/") if below else [])]
    return [organisation(session, id_) for id_ in ids]


def someone(session: Session, path: str, person_id: str) -> Someone:
    """A person who belongs, or has made posters, at or below `path`. *Raises* NotFound ``no_such_person``."""
    found = people(session, [person_id]).get(person_id)
    if found is not None and not found.organisation_path.startswith(path):
        made = select(PosterRow.id).where(PosterRow.owner_person_id == person_id, within(path)).limit(1)
        found = found if session.scalar(made) else None
    if found is None:
        raise NotFound("no_such_person", "there is no such person")
    return found


def people(session: Session, person_ids: Collection[str]) -> dict[str, Someone]:
    """Those people, by id."""
    wanted = (
        select(PersonRow.id, PersonRow.name, OrganisationRow.name, OrganisationRow.path)
        .join(OrganisationRow, OrganisationRow.id == PersonRow.organisation_id)
        .where(PersonRow.id.in_(person_ids))
    )
    return {row[0]: Someone(*row) for row in session.execute(wanted)}


def organisation_names(session: Session, paths: Collection[str]) -> dict[str, str]:
    """The names of the organisations at those paths, by path."""
    wanted = select(OrganisationRow.path, OrganisationRow.name).where(OrganisationRow.path.in_(paths))
    return {row[0]: row[1] for row in session.execute(wanted)}


def template_titles(session: Session, slugs: Collection[str] | None = None) -> dict[str, Words]:
    """The title of each template, in its languages, as the newest version has it that was ever approved."""
    newest = (
        select(TemplateContentRow.version_id, func.max(TemplateContentRow.number).label("number"))
        .group_by(TemplateContentRow.version_id)
        .subquery()
    )
    row: Any = TemplateContentRow
    wanted = (
        select(TemplateVersionRow.slug, row.head["title"])
        .join(row, row.version_id == TemplateVersionRow.id)
        .join(newest, (newest.c.version_id == row.version_id) & (newest.c.number == row.number))
        .join(CaseRow, (CaseRow.subject_id == row.version_id) & CaseRow.state.in_(PUBLISHED))
        .order_by(TemplateVersionRow.created_at, TemplateVersionRow.id)
    )
    if slugs is not None:
        wanted = wanted.where(TemplateVersionRow.slug.in_(slugs))
    return {slug: title for slug, title in session.execute(wanted)}  # noqa: C416  # the newest version wins


def known_template(session: Session, slug: str, path: str) -> Words:
    """The title of a template that belongs to the house, or to somewhere at, below or above `path`.

    *Raises* NotFound ``no_such_template``.
    """
    homes = session.scalars(select(TemplateVersionRow.organisation_path).where(TemplateVersionRow.slug == slug))
    if not any(home == "/" or home.startswith(path) or path.startswith(home) for home in homes):
        raise NotFound("no_such_template", "there is no such template")
    return template_titles(session, [slug]).get(slug, slug)


def within(path: str) -> Any:
    """Whether a poster was made at or below `path`."""
    return PosterRow.organisation_path.startswith(path, autoescape=True)
