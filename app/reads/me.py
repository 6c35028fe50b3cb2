"""Me: what an account's own page says, and what posters say of the person behind it."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.core import Actor, Role
from app.accounts.tables import AccountRow, LicenceRow, OrganisationRow, PersonRow, ProfileRow
from app.kernel.errors import NotFound


@dataclass(frozen=True, slots=True)
class Licence:
    """A qualification, up to and including `expires_on`."""

    kind: str
    number: str
    expires_on: date


@dataclass(frozen=True, slots=True)
class Me:
    """A person with the account that is signed in. Without a profile, title, phone and line are empty."""

    login: str
    role: Role
    name: str
    title: str
    phone: str
    organisation: str
    line: str
    photo_digest: str | None
    licences: tuple[Licence, ...]

    @property
    def has_photo(self) -> bool:
        """Whether there is a photo to show."""
        return self.photo_digest is not None

    @property
    def initial(self) -> str:
        """The one character that stands for the person where there is no photo."""
        return self.name[:1].upper()


def me(session: Session, actor: Actor) -> Me:
    """What there is to say of `actor`. *Raises* NotFound ``no_such_account``."""
    found = session.execute(
        select(AccountRow.login, PersonRow.name, OrganisationRow.name, ProfileRow)
        .join(PersonRow, PersonRow.id == AccountRow.person_id)
        .join(OrganisationRow, OrganisationRow.id == AccountRow.organisation_id)
        .outerjoin(ProfileRow, ProfileRow.person_id == PersonRow.id)
        .where(AccountRow.id == actor.account_id)
    ).one_or_none()
    if found is None:
        raise NotFound("no_such_account", "there is no such account")
    login, person_name, organisation, profile = found
    held = session.scalars(
        select(LicenceRow).where(LicenceRow.person_id == actor.person_id).order_by(LicenceRow.licence_class)
    )
    return Me(
        login=login,
        role=actor.role,
        name=profile.name if profile else person_name,
        title=profile.title if profile else "",
        phone=profile.phone if profile else "",
        organisation=organisation,
        line=profile.organisation_line if profile else organisation,
        photo_digest=profile.photo_digest if profile else None,
        licences=tuple(Licence(one.licence_class, one.number, one.expires_on) for one in held),
    )
