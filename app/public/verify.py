"""Is this poster genuine? A code is answered with what the bank approved under it, and whether that still holds."""

from flask import Blueprint, Response, make_response, render_template, request

from app.db import reading
from app.links.core import is_code
from app.public.acts import missed, require_calm
from app.public.languages import here
from app.public.parts import parts
from app.reads import landing as reads

LONGEST_SHOWN = 24

blueprint = Blueprint("verify", __name__)


@blueprint.get("/v/")
def ask() -> Response:
    """The question; a code that was typed is looked at."""
    typed = request.args.get("code", "").strip().rpartition("/")[2]  # or the whole address
    if is_code(typed):
        return _to(typed)
    return _page(tried=typed[:LONGEST_SHOWN], status=404 if typed else 200)


@blueprint.get("/v/<code>")
def show(code: str) -> Response:
    """What was approved under the code, also when it has ended: who holds it in hand should know."""
    require_calm()
    with reading(parts().deps) as session:
        found = reads.standing(session, code)
        shown = reads.landing(session, parts().deps.store, found.link) if found else None
    if found is None:
        missed(code)
        return _page(tried=code[:LONGEST_SHOWN], status=404)
    return _page(shown=shown, state=found.state)


def _to(code: str) -> Response:
    response = make_response("", 303)
    response.headers["Location"] = here("verify.show", code=code)
    return response


def _page(status: int = 200, **what: object) -> Response:
    return make_response(render_template("verify.html", **what), status)
