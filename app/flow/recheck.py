"""Recheck: before somebody approves, what they approve is judged by the rules of this day, too."""

from datetime import date

from sqlalchemy.orm import Session

from app.db import database_now, reading
from app.flow.deps import Deps
from app.flow.design import copy_findings
from app.flow.findings import undecided
from app.flow.freeze import under_today
from app.flow.issue import require_unchanged
from app.flow.make_poster import Studio
from app.flow.published import load_version
from app.kernel.errors import Conflict, Invalid
from app.library import records as library
from app.library.core import Version
from app.posters import records as posters
from app.rendering.template import LoadedTemplate
from app.review.records import Case


def require_current(deps: Deps, studio: Studio, case: Case) -> None:
    """*Raises* Conflict ``recheck_required`` when today's rules find what nobody has seen, or when it would be drawn
    otherwise; Invalid ``not_valid`` outside of the template's days.
    """
    with reading(deps) as session:
        version = version_of(session, case)
        snapshot = posters.find_snapshot(session, case.subject_id, case.digest or "") if case.kind == "poster" else None
        today = database_now(session).date()
    template = load_version(deps, version)
    if snapshot is None:
        _require_same_findings(studio, template, case, today)
    elif under_today(studio, template, snapshot.content) != snapshot.content:
        require_unchanged(deps, studio, template, snapshot, today)


def version_of(session: Session, case: Case) -> Version:
    """The template version that a case is about, or that its poster is made from."""
    if case.kind == "template":
        return library.find_version(session, case.subject_id)
    return library.find_version(session, posters.find_poster(session, case.subject_id).template_version_id)


def _require_same_findings(studio: Studio, template: LoadedTemplate, case: Case, today: date) -> None:
    try:
        new = undecided(copy_findings(studio, template, today), case.findings)
        rules = sorted({str(one["rule"]) for one in new})
    except Invalid as error:
        if error.code != "blocked":
            raise
        rules = [error.problems[0].message]
    if rules:
        raise Conflict("recheck_required", "the rules have changed since: it has to be submitted again", rules=rules)
