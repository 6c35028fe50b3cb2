"""The tree of organisations: what stands below what, and a new branch or outlet."""

from typing import Any

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for

from app.accounts.people import BELOW
from app.db import reading
from app.flow.manage_people import create_organisation
from app.kernel.errors import Invalid
from app.reads.people import tree
from app.web.admin.words import kind_name, said
from app.web.parts import parts
from app.web.policy import permitted
from app.web.visitor import current_actor
from app.web.words import _

blueprint = Blueprint("organisations", __name__, url_prefix="/organisations")


@blueprint.get("")
@permitted("account.read")
def index() -> str:
    """The tree from one's own organisation downwards."""
    return _page({"parent_id": request.args.get("parent", "")}, {})


@blueprint.post("")
@permitted("organisation.manage")
def create() -> Response:
    """A new branch or outlet."""
    given = {name: request.form.get(name, "").strip() for name in ("parent_id", "kind", "name")}
    try:
        create_organisation(parts().deps, current_actor(), given["parent_id"], given["kind"], given["name"])
    except Invalid as error:
        return make_response(_page(given, said(error)), 422)
    flash(_("%(name)s has been created.", name=given["name"]))
    return make_response(redirect(url_for("organisations.index"), 303))


def _page(given: dict[str, str], errors: dict[str, str]) -> str:
    with reading(parts().deps) as session:
        nodes = tree(session, current_actor())
    parents = [
        (node.organisation.id, "\u3000" * node.depth + node.organisation.name)
        for node in nodes
        if BELOW[node.organisation.kind]
    ]
    kinds: list[Any] = [(kind, kind_name(kind)) for kind in ("branch", "outlet")]
    return render_template(
        "admin/organisations.html",
        nodes=nodes,
        parents=parents,
        kinds=kinds,
        given=given,
        errors=errors,
        kind_name=kind_name,
        people=sum(node.people for node in nodes),
    )
