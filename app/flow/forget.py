"""Forget: somebody takes back that they may be remembered; the house keeps nothing that leads to them."""

from sqlalchemy.orm import Session

from app.archive.records import append
from app.customers import records as customers
from app.db import HasEngine, retried
from app.tracking import records as tracking


def forget(deps: HasEngine, visitor: str) -> list[str]:
    """The ids of the customers that were forgotten with it.

    The id goes from all visits, and no visit carries it again; of each customer goes the name, and all events, tags,
    points and tasks. That it happened is in the archive, without saying who. *Raises* NotFound ``no_such_visitor``.
    """

    def work(session: Session) -> list[str]:
        visits = tracking.withdraw_consent(session, visitor)
        forgotten = customers.forget_visitor(session, visitor)
        for customer_id in forgotten:
            append(session, "customer.forgotten", f"customer:{customer_id}", None, {"visits": visits})
        if not forgotten:
            append(session, "customer.forgotten", "customer:none", None, {"visits": visits})
        return forgotten

    return retried(deps, work)
