"""Results: the dashboard, and the pages on which each of its numbers opens."""

from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, current_app, render_template, request
from flask_babel import format_date, format_decimal
from sqlalchemy.orm import Session

from app.accounts.people import Organisation
from app.db import reading
from app.flow.export_results import MAX_ROWS, export_results
from app.kernel.errors import NotFound
from app.reads.recalled import after_poster
from app.reads.result_names import known_template, organisation_names, people, place_in_scope, someone, way_to
from app.reads.result_posters import poster_days, poster_head, poster_links, poster_shares, result_posters, sum_of
from app.reads.results import Results, results
from app.web.operator import showing, tables
from app.web.operator.asked import LENGTHS, Asked, asked, page_number, today, zone
from app.web.operator.showing import title_of
from app.web.parts import parts
from app.web.policy import permitted
from app.web.visitor import current_actor, visitor
from app.web.words import _

SHOWN, PAGE = 10, 50
MORE = 1000
PREFIX = "/results"

blueprint = Blueprint("results", __name__, url_prefix=PREFIX)
blueprint.add_app_template_filter(format_decimal, "figure")


@blueprint.get("")
@permitted("dashboard.read")
def index() -> str:
    """What came of the posters of one's own organisation."""
    ask = asked()
    return _dashboard(replace(ask, template=None, advisor=None), "")


@blueprint.get("/branches/<branch>")
@permitted("dashboard.read")
def branch(branch: str) -> str:
    """The same for an organisation below one's own. *Raises* NotFound ``no_such_organisation``."""
    return _dashboard(replace(asked(), branch=branch, template=None, advisor=None), _("Branches"))


@blueprint.get("/templates/<slug>")
@permitted("dashboard.read")
def template(slug: str) -> str:
    """What came of the posters made from one template. *Raises* NotFound ``no_such_template``."""
    return _dashboard(replace(asked(), template=slug, advisor=None), _("Templates"))


@blueprint.get("/advisors/<person_id>")
@permitted("dashboard.read")
def advisor(person_id: str) -> str:
    """What came of one advisor's posters. *Raises* NotFound ``no_such_person``."""
    return _dashboard(replace(asked(), advisor=person_id, template=None), _("Advisors"))


@blueprint.get("/posters")
@permitted("dashboard.read")
def posters() -> str:
    """The posters behind a number."""
    ask, page = asked(), page_number(request.args)
    with reading(parts().deps) as session:
        place = place_in_scope(session, current_actor(), ask.branch)
        found = result_posters(
            session, place.path, ask.period, zone(), ask.only, ask.figure, PAGE + 1, (page - 1) * PAGE
        )
        rows = tables.poster_rows(session, found[:PAGE], ask)
        narrowed = _narrowed(session, place, ask)
    return render_template(
        "operator/posters.html",
        rows=rows,
        narrowed=narrowed,
        page=page,
        has_more=len(found) > PAGE,
        **_frame(ask, "results.posters"),
    )


@blueprint.get("/posters/<poster_id>")
@permitted("dashboard.read")
def poster(poster_id: str) -> str:
    """One poster: its days, links and shares. *Raises* NotFound ``no_such_poster``."""
    ask = asked()
    with reading(parts().deps) as session:
        head = poster_head(session, current_actor().organisation_path, poster_id)
        days = poster_days(session, poster_id, ask.period, zone())
        before = poster_days(session, poster_id, ask.period.before, zone())
        links, shares = poster_links(session, poster_id), poster_shares(session, poster_id)
        who = people(session, {head.person_id, *(one.person_id or "" for one in shares)})
        title = title_of(known_template(session, head.slug, head.organisation_path), head.slug)
        place = organisation_names(session, [head.organisation_path]).get(head.organisation_path, "")
        after = after_poster(session, poster_id, zone()) if head.state == "recalled" else None
    total = sum_of(days)
    found = Results(ask.period, total, sum_of(before), days, before, [], [], [])
    return render_template(
        "operator/poster.html",
        head=head,
        title=title,
        place=place,
        who={key: one.name for key, one in who.items()},
        links=links,
        shares=shares,
        after=after,
        **_figures(found, ask),
        **_frame(ask, "results.poster", poster_id=poster_id),
    )


@blueprint.post("/export/<table>")
@permitted("dashboard.export")
def export(table: str) -> Response:
    """A table as a file for a spreadsheet. *Raises* NotFound ``no_such_table``."""
    if table not in tables.TABLES:
        raise NotFound("no_such_table", "there is no such table")
    ask = asked(request.form)
    with reading(parts().deps) as session:
        place = place_in_scope(session, current_actor(), ask.branch)
        _narrowed(session, place, ask)
        lines = tables.csv_lines(session, place, ask, table)
    facts = {"from": ask.period.first.isoformat(), "until": ask.period.last.isoformat(), "organisation": place.id}
    facts |= {name: value for name, value in (("template", ask.template), ("advisor", ask.advisor)) if value}
    last = _("Only the first %(rows)s rows. Narrow the period or the branch for the rest.", rows=MAX_ROWS)
    pieces = export_results(parts().deps, current_actor(), table, lines, facts, last)
    name = f"results-{table}-{ask.period.first:%Y%m%d}-{ask.period.last:%Y%m%d}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Accel-Buffering": "no"}
    return Response(pieces, mimetype="text/csv", headers=headers)


def _dashboard(ask: Asked, kind: str) -> str:
    endpoint, given = tables.own_page(ask)
    more = request.args.get("more", "")
    with reading(parts().deps) as session:
        place = place_in_scope(session, current_actor(), ask.branch)
        heading = _heading(session, place, ask)
        found = results(session, place, ask.period, zone(), ask.only)
        limit = {table: MORE if more == table else SHOWN for table in ("templates", "advisors")}
        shown = {
            "branches": tables.branch_rows(found, ask),
            "templates": tables.template_rows(session, found.templates[: limit["templates"]], ask),
            "advisors": tables.advisor_rows(session, found.advisors[: limit["advisors"]], ask),
        }
        way = way_to(session, current_actor(), place)
        is_narrowed = ask.template is not None or ask.advisor is not None
        top = tables.top_posters(session, place, ask, SHOWN) if is_narrowed else []
    return render_template(
        "operator/results.html",
        kind=kind,
        heading=heading,
        way=way,
        place=place,
        tables=shown,
        counts={"templates": len(found.templates), "advisors": len(found.advisors)},
        shown=SHOWN,
        funnel=showing.funnel(found.total),
        top=top,
        **_figures(found, ask),
        **_frame(ask, endpoint, **given),
    )


def _heading(session: Session, place: Organisation, ask: Asked) -> str:
    if ask.template is not None:
        return title_of(known_template(session, ask.template, place.path), ask.template)
    if ask.advisor is not None:
        return someone(session, place.path, ask.advisor).name
    return place.name


def _narrowed(session: Session, place: Organisation, ask: Asked) -> list[tuple[str, str]]:
    """What a list is narrowed to: the name, and the part of the address without which it is not."""
    found = [(place.name, "branch")] if ask.branch is not None else []
    if ask.template is not None:
        found.append((title_of(known_template(session, ask.template, place.path), ask.template), "template"))
    if ask.advisor is not None:
        found.append((someone(session, place.path, ask.advisor).name, "advisor"))
    return found


def _figures(found: Results, ask: Asked) -> dict[str, Any]:
    return {
        "found": found,
        "tiles": showing.tiles(found, ask),
        "charts": showing.chart(ask, found.days, found.days_before),
        "chart_words": showing.in_words(ask, found.days),
        "days": [(format_date(day, "full"), day, one) for day, one in zip(ask.period.days, found.days, strict=True)],
        "is_empty": not any(found.total) and not any(found.before),
    }


def _frame(ask: Asked, endpoint: str, **given: Any) -> dict[str, Any]:
    """What every page of results needs: the question, the words for it, and the same question asked otherwise."""

    def again(**changes: Any) -> str:
        return ask.url(endpoint, **{**given, **changes})

    periods = [
        {
            "label": _("%(days)s days", days=length),
            "href": again(days=length, **_NO_SPAN),
            "current": ask.days == length,
        }
        for length in LENGTHS
    ]
    figures = [
        {"label": showing.figure_name(one), "href": again(figure=one), "current": ask.figure == one}
        for one in showing.STEPS
    ]
    return {
        "ask": ask,
        "again": again,
        "periods": periods,
        "figures": figures,
        "period_words": showing.period_words(ask),
        "today": today(),
        "columns": tables.COLUMNS,
        "show": showing,
        "endpoints": current_app.view_functions,
        "may_export": visitor().may("dashboard.export"),
        "may_recall": visitor().may("poster.recall"),
    }


_NO_SPAN = {"from": None, "until": None}
