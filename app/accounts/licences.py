"""Which qualification a class of products asks of whoever advertises it."""

from collections.abc import Iterable, Mapping
from datetime import date

from app.accounts.people import Licence, LicenceClass

NEEDED: Mapping[str, LicenceClass] = {"fund": "fund", "insurance": "insurance", "brokerage": "securities"}


def missing_licence(held: Iterable[Licence], product: str, day: date) -> LicenceClass | None:
    """The qualification that is needed for `product` and that none of `held` gives on `day`; None when nothing is."""
    needed = NEEDED.get(product)
    if needed is None or any(one.licence_class == needed and one.expires_on >= day for one in held):
        return None
    return needed
