"""Write a rule, in a form or as YAML: nothing is saved while a problem stands, and nothing typed is lost."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, get_args

from flask import Response, flash, make_response, redirect, render_template, request, url_for

from app.compliance.overlay import dump, read_rule
from app.compliance.pack import Severity, Status
from app.flow.steps import require_rule_over_house
from app.flow.write_rule import MAX_NOTE, Writing, save_rule, tried_rule
from app.kernel.errors import Conflict, Invalid, Problem
from app.reads.gallery import PRODUCTS
from app.web.parts import parts
from app.web.policy import permitted
from app.web.visitor import current_actor
from app.web.words import _
from app.web.workbench.browse import view_of
from app.web.workbench.form import (
    LISTS,
    LISTS_OF,
    PAIRS,
    PLAIN,
    Filled,
    by_field,
    filled_by,
    line_in_field,
    line_in_text,
    place_of,
    text_of,
)
from app.web.workbench.routes import blueprint

FIELDS = (
    *PLAIN,
    "law_zh",
    "law_en",
    "article",
    "url",
    *(f"{one}_{lang}" for one in PAIRS for lang in ("zh", "en")),
    *LISTS,
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """The page as it is now: form or YAML, what it holds, and what stands against it."""

    way: str
    text: str
    filled: Filled
    note: str = ""
    rule_id: str | None = None
    based_on: int = 0
    seen: int = 0
    problems: tuple[Problem, ...] = ()
    passed: int = 0
    trouble: str = ""
    errors: Mapping[str, tuple[Problem, ...]] = field(default_factory=dict)


_NOTHING = Filled(dict.fromkeys((*FIELDS, "more"), "") | {"kind": "term", "severity": "review", "status": "active"})


@blueprint.get("/new")
@permitted("rule.write")
def new() -> str:
    """An empty sheet."""
    require_rule_over_house(current_actor())
    return _page(Sheet(_way(), _starter(), _NOTHING))


def _starter() -> str:
    """What a rule looks like, to be written over."""
    pair = {"zh": "", "en": ""}
    return dump(
        {
            "id": "cn-house-",
            "kind": "term",
            "severity": "review",
            "source": {"law": {"zh": "", "en": ""}, "article": ""},
            "message": pair,
            "suggestion": dict(pair),
            "terms": [""],
            "must_hit": ["", ""],
            "must_pass": ["", ""],
        }
    )


@blueprint.get("/<rule_id>/edit")
@permitted("rule.write")
def edit(rule_id: str) -> str:
    """A sheet that says what a version says: the newest, or the one that is asked for."""
    require_rule_over_house(current_actor())
    view = view_of(rule_id)
    number = request.args.get("from", view.newest or view.version_in_force, type=int)
    text = view.text_of(number)
    return _page(Sheet(_way(), text, filled_by(read_rule(text)), "", rule_id, number, view.newest))


@blueprint.post("/new")
@permitted("rule.write")
def create() -> Response:
    """Try or save a new rule."""
    return _taken(None)


@blueprint.post("/<rule_id>/edit")
@permitted("rule.write")
def save(rule_id: str) -> Response:
    """Try or save another version of a rule."""
    require_rule_over_house(current_actor())
    view_of(rule_id)
    return _taken(rule_id)


def _taken(rule_id: str | None) -> Response:
    require_rule_over_house(current_actor())
    sheet = _given(rule_id)
    try:
        text = sheet.text if sheet.way == "yaml" else text_of(sheet.filled.fields, sheet.filled.products)
        writing = Writing(text, sheet.note, rule_id, sheet.based_on, sheet.seen)
        if request.form.get("act") != "save":
            return _checked(sheet, writing)
        saved = save_rule(parts().deps, parts().studio, current_actor(), writing)
    except Invalid as error:
        return make_response(_page(_with(sheet, problems=error.problems, errors=by_field(error.problems))), 422)
    except Conflict as error:
        return make_response(_page(_with(sheet, trouble=error.code)), 409)
    flash(_("Saved as version %(number)s. It is not in force yet.", number=saved.number))
    return make_response(redirect(url_for("rules.version", rule_id=saved.rule_id, number=saved.number), 303))


def _checked(sheet: Sheet, writing: Writing) -> Response:
    """The page again, with how many examples are as they should be; the other way of writing says the same."""
    tried_rule(parts().deps, parts().studio, writing)
    rule = read_rule(writing.text)
    way = request.form.get("other") or sheet.way
    passed = len(rule.must_hit) + len(rule.must_pass)
    return make_response(_page(_with(sheet, way=way, text=writing.text, filled=filled_by(rule), passed=passed)))


def _given(rule_id: str | None) -> Sheet:
    form = request.form
    fields = {name: form.get(name, "").replace("\r\n", "\n") for name in (*FIELDS, "more")}
    if rule_id is not None:
        fields["id"] = rule_id
    products = tuple(one for one in form.getlist("products") if one in PRODUCTS)
    return Sheet(
        _way(),
        form.get("text", "").replace("\r\n", "\n"),
        Filled(fields, products),
        form.get("note", "").strip(),
        rule_id,
        form.get("based_on", 0, type=int),
        form.get("seen", 0, type=int),
    )


def _way() -> str:
    return "yaml" if request.values.get("way") == "yaml" else "form"


def _with(sheet: Sheet, **changes: Any) -> Sheet:
    names = Sheet.__dataclass_fields__
    return Sheet(**{name: getattr(sheet, name) for name in names} | changes)


def _page(sheet: Sheet) -> str:
    return render_template(
        "rules/write.html",
        sheet=sheet,
        fields=sheet.filled.fields,
        kinds=tuple(LISTS_OF),
        lists_of=LISTS_OF,
        severities=get_args(Severity),
        statuses=get_args(Status),
        products=PRODUCTS,
        most_note=MAX_NOTE,
        line_in_field=line_in_field,
        line_in_text=line_in_text,
        place_of=place_of,
        lines=max(12, min(36, sheet.text.count("\n") + 3)),
    )
