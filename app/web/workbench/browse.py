"""Rules to find and to read: the list, and one rule with its article, its words, its examples and its versions."""

from collections.abc import Mapping
from typing import Any, get_args

from flask import render_template, request, url_for

from app.compliance.pack import Severity
from app.db import reading
from app.flow.steps import rules_over
from app.library.core import EVERYWHERE
from app.reads.gallery import PRODUCTS
from app.reads.rules import ORIGINS, Asked, RuleView, choices, listed_rules, rule_view
from app.web.articles import Cited, cited
from app.web.parts import parts
from app.web.policy import permitted
from app.web.visitor import current_actor, visitor
from app.web.workbench.routes import blueprint

PAGE = 40
LONGEST_SEARCH = 80
FILTERS = ("pack", "jurisdiction", "product", "severity", "status", "origin")


@blueprint.get("")
@permitted("rule.read")
def index() -> str:
    """The rules, narrowed by word and by what they are."""
    studio = parts().studio
    asked = Asked(
        request.args.get("q", "").strip()[:LONGEST_SEARCH], **{name: request.args.get(name, "") for name in FILTERS}
    )
    page = max(1, request.args.get("page", 1, type=int))
    with reading(parts().deps) as session:
        everything = listed_rules(session, studio.rules, studio.built_in)
    found = [one for one in everything if asked.fits(one)]
    return render_template(
        "rules/index.html",
        found=found[(page - 1) * PAGE : page * PAGE],
        count=len(found),
        total=len(everything),
        waiting=sum(one.waits > 0 for one in everything),
        asked=asked,
        choices=choices(everything),
        products=PRODUCTS,
        severities=get_args(Severity),
        origins=(*ORIGINS, "waits"),
        is_narrowed=asked != Asked(),
        previous=_page(asked, page - 1) if page > 1 else None,
        next=_page(asked, page + 1) if page * PAGE < len(found) else None,
        may_write=may_write(),
        cite=cite,
    )


def _page(asked: Asked, number: int) -> str:
    given = {name: getattr(asked, name) or None for name in FILTERS}
    return url_for("rules.index", q=asked.words or None, **given, page=number)


def may_write() -> bool:
    """Whether the visitor writes and switches rules: a reviewer at headquarters."""
    return visitor().may("rule.write") and rules_over(current_actor(), EVERYWHERE)


def cite(rule: Any) -> Cited:
    """Law and article of a rule, in the language of this request."""
    source = rule.source
    return cited({"law": {"zh": source.law.zh, "en": source.law.en}, "article": source.article})


def view_of(rule_id: str) -> RuleView:
    """*Raises* NotFound ``no_such_rule``."""
    studio = parts().studio
    with reading(parts().deps) as session:
        return rule_view(session, studio.rules, studio.built_in, rule_id)


@blueprint.get("/<rule_id>")
@permitted("rule.read")
def show(rule_id: str) -> str:
    """One rule."""
    view = view_of(rule_id)
    return render_template(
        "rules/rule.html",
        view=view,
        rule=view.shown,
        source=cite(view.shown),
        said=_said(view.shown),
        may_write=may_write(),
        texts=[one if isinstance(one, str) else one.text for one in (*view.shown.must_hit, *view.shown.must_pass)],
    )


def _said(rule: Any) -> Mapping[str, tuple[Any, ...]]:
    """What the rule looks for, by the name of its part; parts that it has not are left out."""
    names = ("terms", "patterns", "claim", "texts", "needs", "unless", "only_if")
    return {name: found for name in names if (found := tuple(getattr(rule, name, ())))}
