"""The profile that a poster carries: always the owner's own, as the house keeps it, never one that was sent along."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from app.accounts import records as accounts
from app.accounts.people import LicenceClass
from app.kernel.errors import Invalid, Problem

LICENCE_FOR: Mapping[str, LicenceClass] = {
    "fund": "fund",
    "wealth": "wealth",
    "insurance": "insurance",
    "brokerage": "securities",
}


def profile_document(session: Session, person_id: str, product: str, day: date) -> dict[str, Any]:
    """The person's profile as values of a poster, with the licence for its product, if it holds on `day`.

    *Raises* Invalid ``no_profile``: nobody's poster goes without a name, or with another's.
    """
    profile = accounts.profile(session, person_id)
    if profile is None:
        raise Invalid.of([Problem("profile", "no_profile", "fill in your profile first")])
    valid = [one for one in accounts.licences(session, person_id) if one.expires_on >= day]
    wanted = LICENCE_FOR.get(product)
    licence = next((one.number for one in valid if wanted in (None, one.licence_class)), "")
    document = {
        "name": profile.name,
        "title": profile.title,
        "phone": profile.phone,
        "organisation": profile.organisation_line,
        "licence": licence,
    }
    return document | ({"photo": profile.photo_digest} if profile.photo_digest else {})
