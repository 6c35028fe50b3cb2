"""Rename a customer: an advisor calls somebody by the name they know."""

from sqlalchemy.orm import Session

from app.accounts.core import Actor, can_see, require
from app.archive.records import append
from app.customers import records as customers
from app.customers.core import LONGEST_NAME, line_problems
from app.customers.records import Customer
from app.db import HasEngine, retried
from app.kernel.errors import Invalid, NotFound


def rename_customer(deps: HasEngine, actor: Actor, customer_id: str, name: str) -> None:
    """Let the customer be called `name`; empty, and they are a visitor without a name again.

    *Raises* Forbidden, NotFound ``no_such_customer``, Invalid ``too_long`` or ``forbidden_character``, Conflict
    ``forgotten``.
    """
    require(actor, "customer.tag")
    wanted = " ".join(name.split())
    problems = line_problems("name", wanted, LONGEST_NAME)
    if problems:
        raise Invalid.of(problems)

    def work(session: Session) -> None:
        customer = customer_in_reach(session, actor, customer_id)
        if customer.name != wanted:
            customers.rename(session, customer_id, wanted)
            append(session, "customer.renamed", f"customer:{customer_id}", actor.person_id, {})

    retried(deps, work)


def customer_in_reach(session: Session, actor: Actor, customer_id: str) -> Customer:
    """The customer, if the actor may see them. *Raises* NotFound ``no_such_customer``, also for somebody else's."""
    customer = customers.find_customer(session, customer_id)
    if not can_see(actor, customer.organisation_path, customer.advisor_person_id):
        raise NotFound("no_such_customer", "there is no such customer")
    return customer
