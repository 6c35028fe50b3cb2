"""The claims library: sentences with their evidence, approved by somebody else than who wrote them."""

from collections.abc import Callable, Mapping
from datetime import date

from flask import Response, flash, make_response, redirect, render_template, request, url_for

from app.db import reading
from app.evidence.core import NewSentence
from app.flow.day import day_here
from app.flow.keep_evidence import MAX_EVIDENCE, MAX_TEXT, approve_sentence, end_sentence, propose_sentence
from app.kernel.errors import Conflict, Forbidden, Invalid
from app.reads.evidence import evidence_lines
from app.reads.gallery import PRODUCTS
from app.web.errors import status_of, wants_json
from app.web.parts import parts
from app.web.policy import permitted
from app.web.visitor import current_actor
from app.web.words import _
from app.web.workbench.browse import may_write
from app.web.workbench.routes import blueprint
from app.web.workbench.trying import JURISDICTIONS

FIELDS = ("text", "evidence", "file_digest", "jurisdiction", "product", "valid_from", "valid_to")


@blueprint.get("/claims")
@permitted("evidence.read")
def claims() -> str:
    """The library, what waits first."""
    return _page({}, {})


@blueprint.post("/claims")
@permitted("evidence.write")
def propose() -> Response:
    """Lay a sentence before somebody else."""
    given = {name: request.form.get(name, "").strip() for name in FIELDS}
    try:
        days = {name: date.fromisoformat(given[name]) if given[name] else None for name in ("valid_from", "valid_to")}
    except ValueError:
        return make_response(_page(given, {"valid_from": _("Choose the days on which it is valid.")}), 422)
    if days["valid_from"] is None:
        return make_response(_page(given, {"valid_from": _("Choose the days on which it is valid.")}), 422)
    new = NewSentence(
        given["jurisdiction"],
        given["product"],
        given["text"],
        given["evidence"],
        given["file_digest"].lower() or None,
        days["valid_from"],
        days["valid_to"],
    )
    try:
        propose_sentence(parts().deps, current_actor(), new)
    except Invalid as error:
        return make_response(_page(given, {one.path: _problem(one.path) for one in error.problems}), 422)
    flash(_("It waits for somebody else to approve it."))
    return make_response(redirect(url_for("rules.claims"), 303))


def _problem(path: str) -> str:
    return {
        "text": _("Write the sentence, in at most %(count)s characters.", count=MAX_TEXT),
        "evidence": _("Say what proves it, in at most %(count)s characters.", count=MAX_EVIDENCE),
        "file_digest": _("A SHA-256 has 64 hexadecimal digits."),
        "valid_to": _("The last day lies before the first."),
    }.get(path, _("Choose one of the list."))


@blueprint.post("/claims/<sentence_id>/approve")
@permitted("evidence.approve")
def approve_claim(sentence_id: str) -> Response:
    """Let the sentence hold."""
    return _changed(approve_sentence, sentence_id, _("Approved. Findings that ask for this evidence are cleared now."))


@blueprint.post("/claims/<sentence_id>/end")
@permitted("evidence.write")
def end_claim(sentence_id: str) -> Response:
    """Let the sentence not hold any more."""
    return _changed(end_sentence, sentence_id, _("Ended. It clears nothing any more."))


def _changed(change: Callable[..., None], sentence_id: str, done: str) -> Response:
    try:
        change(parts().deps, current_actor(), sentence_id)
    except (Conflict, Forbidden) as error:
        if wants_json() or error.code not in ("four_eyes", "wrong_state"):
            raise
        own = _("You wrote it: somebody else approves it.")
        trouble = own if error.code == "four_eyes" else _("Somebody was faster")
        return make_response(_page({}, {"": trouble}), status_of(error))
    flash(done)
    return make_response(redirect(url_for("rules.claims"), 303))


def _page(given: Mapping[str, str], errors: Mapping[str, str]) -> str:
    words = request.args.get("q", "").strip()[:80]
    with reading(parts().deps) as session:
        today = day_here(parts().deps, session)
        lines = evidence_lines(session, today, words)
    return render_template(
        "rules/claims.html",
        lines=lines,
        words_asked=words,
        given=given or {"valid_from": today.isoformat(), "jurisdiction": "CN", "product": "generic"},
        is_open=bool(given),
        errors=errors,
        jurisdictions=JURISDICTIONS,
        products=PRODUCTS,
        may_write=may_write(),
        most_text=MAX_TEXT,
        most_evidence=MAX_EVIDENCE,
    )
