"""Customers: the list, one customer with all that is known and why, and the name that the advisor gives them."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for

from app.customers.core import LONGEST_NAME
from app.db import database_now, reading
from app.flow.rename_customer import rename_customer
from app.kernel.errors import Invalid
from app.reads.customer import Moment, customer
from app.reads.customers import Asked, Customers, Sort, customers
from app.web.advisor.customer_words import local, said
from app.web.parts import parts
from app.web.policy import permitted
from app.web.visitor import current_actor, visitor
from app.web.words import _

MAX_WORDS = 40

blueprint = Blueprint("customers", __name__, url_prefix="/customers")


@blueprint.get("")
@permitted("customer.read")
def index() -> str:
    """Everybody whom the visitor may see, or those that fit."""
    sort: Sort = "seen" if request.args.get("sort") == "seen" else "score"
    words = request.args.get("q", "").strip()[:MAX_WORDS]
    page = max(1, min(request.args.get("page", 1, type=int), 10_000))
    asked = Asked(request.args.get("tag"), words, sort, page)
    with reading(parts().deps) as session:
        now = database_now(session)
        found = customers(session, current_actor(), now, asked)
    return render_template(
        "customers/index.html",
        found=found,
        asked=asked,
        now=now,
        highest=max((row.score for row in found.rows), default=0.0),
        tag_choices=_tag_choices(found, asked),
        sorts=[_sort(asked, "score", _("Score")), _sort(asked, "seen", _("Last seen"))],
        earlier=_page(asked, asked.page - 1) if asked.page > 1 else None,
        later=_page(asked, asked.page + 1) if asked.page < found.pages else None,
        sees_advisors=current_actor().role != "advisor",
    )


@blueprint.get("/<customer_id>")
@permitted("customer.read")
def show(customer_id: str) -> str:
    """One customer: score, tags, tasks and timeline, each with what set it."""
    return _page_of(customer_id)


@blueprint.post("/<customer_id>/name")
@permitted("customer.tag")
def rename(customer_id: str) -> Response:
    """Give the customer a name, or take it back."""
    name = request.form.get("name", "")
    try:
        rename_customer(parts().deps, current_actor(), customer_id, name)
    except Invalid as error:
        return make_response(_page_of(customer_id, name, _name_words(error.code)), 422)
    flash(_("The name has been saved."))
    return make_response(redirect(url_for("customers.show", customer_id=customer_id), 303))


def _page_of(customer_id: str, name: str | None = None, wrong: str = "") -> str:
    with reading(parts().deps) as session:
        now = database_now(session)
        found = customer(session, current_actor(), customer_id, now)
    return render_template(
        "customers/show.html",
        customer=found,
        now=now,
        days=list(_by_day(found.timeline)),
        highest=max((gain.worth for gain in found.gains), default=0.0),
        typed=found.name if name is None else name,
        wrong=wrong,
        longest=LONGEST_NAME,
        may_name=visitor().may("customer.tag"),
        may_complete=visitor().may("task.complete"),
        sees_advisors=current_actor().role != "advisor",
    )


def _name_words(code: str) -> str:
    if code == "too_long":
        return _("At most %(count)s characters, please.", count=LONGEST_NAME)
    return _("One line of ordinary characters, please.")


def _by_day(timeline: Iterable[Moment]) -> Iterable[tuple[date, list[Moment]]]:
    """The moments of each local day, the newest day first."""
    days: dict[date, list[Moment]] = {}
    for moment in timeline:
        days.setdefault(local(moment.event.at).date(), []).append(moment)
    return days.items()


def _address(asked: Asked, **changes: Any) -> str:
    given = {"tag": asked.tag, "q": asked.words or None, "sort": asked.sort if asked.sort != "score" else None}
    return url_for("customers.index", **(given | changes))


def _page(asked: Asked, page: int) -> str:
    return _address(asked, page=page if page > 1 else None)


def _sort(asked: Asked, sort: Sort, label: str) -> dict[str, Any]:
    href = _address(asked, sort=sort if sort != "score" else None)
    return {"label": label, "href": href, "current": asked.sort == sort}


def _tag_choices(found: Customers, asked: Asked) -> list[dict[str, Any]]:
    everybody = {"label": _("Everybody"), "href": _address(asked, tag=None), "current": asked.tag is None}
    return [
        everybody,
        *(
            {
                "label": f"{said(tag.title)} {tag.customers}",
                "href": _address(asked, tag=tag.rule),
                "current": asked.tag == tag.rule,
            }
            for tag in found.tags
        ),
    ]
