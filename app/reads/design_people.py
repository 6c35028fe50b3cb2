"""The longest real people of an organisation: what a template must hold."""

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.accounts.tables import LicenceRow, OrganisationRow, PersonRow, ProfileRow
from app.rendering.fonts import FontBook
from app.rendering.shaping import Manner, shape
from app.rendering.values import Profile

_CANDIDATES = 60


@dataclass(frozen=True, slots=True)
class Longest:
    """A person made of the longest parts; `people` is how many were looked at."""

    profile: Profile
    people: int


def longest(session: Session, organisation_path: str, fonts: FontBook, sample: Profile) -> Longest:
    """The widest name, title, phone, branch and licence at or below an organisation, as they are drawn.

    Where nobody has such a thing, or nothing longer, the sample's own stands in.
    """
    columns = {
        "name": ProfileRow.name,
        "title": ProfileRow.title,
        "phone": ProfileRow.phone,
        "organisation": ProfileRow.organisation_line,
    }
    found = {name: _widest(session, _profiles(column, organisation_path), fonts) for name, column in columns.items()}
    found["licence"] = _widest(session, _licences(organisation_path), fonts)
    longer: dict[str, Any] = {
        name: text for name, text in found.items() if width(text, fonts) > width(getattr(sample, name), fonts)
    }
    below = OrganisationRow.path.startswith(organisation_path, autoescape=True)
    people = session.scalar(
        select(func.count())
        .select_from(ProfileRow)
        .join(PersonRow, PersonRow.id == ProfileRow.person_id)
        .join(OrganisationRow, OrganisationRow.id == PersonRow.organisation_id)
        .where(below)
    )
    return Longest(replace(sample, **longer), people or 0)


def width(text: str, fonts: FontBook) -> float:
    """How wide a text is drawn, in em of the kit's first family."""
    family, weights = next(iter(fonts.weights.items()))
    return sum(cluster.advance for cluster in shape(text, fonts.chain(family, weights[0]), Manner()).clusters)


def _profiles(column: InstrumentedAttribute[str], organisation_path: str) -> Select[str]:
    return (
        select(column)
        .join(PersonRow, PersonRow.id == ProfileRow.person_id)
        .join(OrganisationRow, OrganisationRow.id == PersonRow.organisation_id)
        .where(OrganisationRow.path.startswith(organisation_path, autoescape=True))
        .group_by(column)
        .order_by(func.length(column).desc(), column)
        .limit(_CANDIDATES)
    )


def _licences(organisation_path: str) -> Select[str]:
    return (
        select(LicenceRow.number)
        .join(PersonRow, PersonRow.id == LicenceRow.person_id)
        .join(OrganisationRow, OrganisationRow.id == PersonRow.organisation_id)
        .where(OrganisationRow.path.startswith(organisation_path, autoescape=True))
        .group_by(LicenceRow.number)
        .order_by(func.length(LicenceRow.number).desc(), LicenceRow.number)
        .limit(_CANDIDATES)
    )


def _widest(session: Session, wanted: Select[str], fonts: FontBook) -> str:
    """By width, not by number of characters: twelve capitals are wider than twelve small letters."""
    return max(session.scalars(wanted), key=lambda text: width(text, fonts), default="")
