"""The queue of what waits for a decision, claims on it, and decisions on many identical works together."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask_babel import ngettext

from app.db import database_now, reading
from app.flow.claim import claim, release
from app.flow.decide import approve_together
from app.kernel.errors import Conflict
from app.reads.gallery import PRODUCTS
from app.reads.review_queue import Waiting, review_queue
from app.web.names import product_name
from app.web.navigation import local_path
from app.web.parts import parts
from app.web.policy import permitted
from app.web.reviewer.routes import blueprint
from app.web.reviewer.words import kind_name
from app.web.visitor import current_actor, visitor
from app.web.words import _

FILTERS = ("kind", "show", "product", "sort")
_WEIGHT = {"block": 10_000, "review": 100, "advise": 1}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the queue: a work, and how many others are the same but for name and code."""

    first: Waiting
    others: tuple[Waiting, ...]

    @property
    def count(self) -> int:
        """How many works the line stands for."""
        return 1 + len(self.others)


def waiting() -> list[Waiting]:
    """All that waits for somebody like the visitor."""
    with reading(parts().deps) as session:
        return review_queue(session, current_actor().organisation_path, database_now(session))


def rows(found: Iterable[Waiting]) -> list[Row]:
    """The works, identical ones in one line, in the order of the first of each."""
    groups: dict[str, list[Waiting]] = {}
    for one in found:
        groups.setdefault(one.group, []).append(one)
    return [Row(first, tuple(others)) for first, *others in groups.values()]


@blueprint.get("")
@permitted("review.read")
def index() -> str:
    """What waits, what is due first first."""
    everything = waiting()
    asked: dict[str, Any] = {name: request.args.get(name) for name in FILTERS}
    found = [one for one in everything if _fits(one, asked)]
    if asked["sort"] == "findings":
        found.sort(key=lambda one: -sum(_WEIGHT[name] * count for name, count in one.severities.items()))
    return render_template(
        "reviewer/queue.html",
        rows=rows(found),
        found=len(found),
        total=len(everything),
        overdue=sum(one.is_overdue for one in everything),
        kinds=[_choice(asked, "kind", *one) for one in _kinds(everything)],
        shows=[_choice(asked, "show", *one) for one in _shows()],
        products=[_choice(asked, "product", *one) for one in _products(everything)],
        sorts=[_choice(asked, "sort", None, _("Due first")), _choice(asked, "sort", "findings", _("Worst first"))],
        may_claim_here=visitor().may("review.claim"),
        is_narrowed=any(asked[name] for name in FILTERS if name != "sort"),
    )


def _fits(one: Waiting, asked: dict[str, str | None]) -> bool:
    mine = one.claim is not None and one.claim.person_id == current_actor().person_id
    return (
        asked["kind"] in (None, one.kind)
        and asked["product"] in (None, one.product)
        and (asked["show"] != "mine" or mine)
        and (asked["show"] != "overdue" or one.is_overdue)
    )


def _kinds(everything: list[Waiting]) -> list[tuple[str | None, str]]:
    present = [(one, kind_name(one)) for one in ("poster", "template") if any(w.kind == one for w in everything)]
    return [(None, _("All kinds")), *present]


def _shows() -> list[tuple[str | None, str]]:
    return [(None, _("Everybody's")), ("mine", _("Claimed by me")), ("overdue", _("Overdue"))]


def _products(everything: list[Waiting]) -> list[tuple[str | None, str]]:
    present = [(one, product_name(one)) for one in PRODUCTS if any(w.product == one for w in everything)]
    return [(None, _("All products")), *present] if len(present) > 1 else []


def _choice(asked: dict[str, Any], name: str, value: str | None, label: str) -> dict[str, Any]:
    href = url_for("review.index", **{**asked, name: value})
    return {"label": label, "href": href, "current": asked[name] == value}


@blueprint.post("/<subject_id>/claim")
@permitted("review.claim")
def take(subject_id: str) -> Response:
    """Say that one is looking at a work, or prolong that."""
    try:
        claim(parts().deps, current_actor(), subject_id, take_over="take_over" in request.form)
        flash(_("Claimed for you for 30 minutes"))
    except Conflict as error:
        if error.code != "claimed":
            raise
        flash(_("Somebody else has claimed it in the meantime"))
    return _back(subject_id)


@blueprint.post("/<subject_id>/release")
@permitted("review.claim")
def give_up(subject_id: str) -> Response:
    """Give up one's own claim."""
    release(parts().deps, current_actor(), subject_id)
    flash(_("Released: others see that it is free"))
    return _back(subject_id)


def _back(subject_id: str) -> Response:
    given = request.form.get("next")
    return make_response(redirect(local_path(given) if given else url_for("review.show", subject_id=subject_id), 303))


@blueprint.post("/together")
@permitted("poster.decide")
def together() -> str | Response:
    """Approve works that are the same but for name and code, each by a decision of its own."""
    chosen = request.form.getlist("subject")
    seen = {subject_id: request.form.get(f"digest-{subject_id}", "") for subject_id in chosen}
    known = {one.subject_id: one for one in waiting()}
    if not seen:
        flash(_("Choose at least one work"))
        return make_response(redirect(url_for("review.index"), 303))
    outcomes = approve_together(parts().deps, current_actor(), seen, parts().studio)
    done = sum(one.error_code is None for one in outcomes)
    return render_template(
        "reviewer/outcome.html",
        outcomes=[(one, known.get(one.subject_id)) for one in outcomes],
        done=done,
        summary=ngettext("%(num)s approved", "%(num)s approved", done),
        left=len(outcomes) - done,
    )
