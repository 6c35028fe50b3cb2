"""The library as people see it: what an organisation may use today, and every version with where it stands."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.library.core import Availability, Version, order_of
from app.library.records import all_versions
from app.library.tables import TemplateAvailabilityRow
from app.review.tables import CaseRow


@dataclass(frozen=True, slots=True)
class Shelved:
    """A template version, its state, and where and when it may be used once it is approved."""

    version: Version
    state: str
    grants: tuple[Availability, ...]


def library(session: Session, slug: str | None = None) -> list[Shelved]:
    """All versions, or those of one slug: by slug, the newest first."""
    states = dict(session.execute(select(CaseRow.subject_id, CaseRow.state).where(CaseRow.kind == "template")).all())
    grants: dict[str, list[Availability]] = {}
    for row in session.scalars(select(TemplateAvailabilityRow).order_by(TemplateAvailabilityRow.id)):
        grant = Availability(row.organisation_path, row.starts_on, row.ends_on)
        grants.setdefault(row.version_id, []).append(grant)
    versions = sorted(all_versions(session, slug), key=lambda one: order_of(one.version), reverse=True)
    return [
        Shelved(one, states[one.id], tuple(grants.get(one.id, ())))
        for one in sorted(versions, key=lambda one: one.slug)
    ]


def usable(session: Session, organisation_path: str, day: date) -> list[Version]:
    """The newest version of each template that somebody at `organisation_path` may start a poster from on `day`."""
    found: dict[str, Version] = {}
    for one in library(session):
        is_theirs = organisation_path.startswith(one.version.organisation_path)
        is_released = any(grant.holds(organisation_path, day) for grant in one.grants)
        if one.state == "approved" and is_theirs and is_released:
            found.setdefault(one.version.slug, one.version)
    return list(found.values())
