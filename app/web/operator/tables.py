"""The tables of the results: days, branches, templates, advisors and posters, for a page and for a spreadsheet."""

from collections.abc import Sequence
from typing import Any, Literal, get_args

from flask_babel import format_date
from sqlalchemy.orm import Session

from app.accounts.people import Organisation
from app.flow.export_results import MAX_ROWS, Cell
from app.reads.result_names import organisation_names, people, template_titles
from app.reads.result_posters import PosterLine, result_posters
from app.reads.results import Results, results
from app.tracking.results import Figures
from app.web.operator.asked import Asked, zone
from app.web.operator.showing import Row, figure_name, poster_state, title_of
from app.web.words import _

Table = Literal["days", "branches", "templates", "advisors", "posters"]
TABLES: tuple[Table, ...] = get_args(Table)
COLUMNS = ("posters", "shares", "humans", "people", "reshares")


def table_name(table: str) -> str:
    """What people call a table."""
    return {
        "days": _("By day"),
        "branches": _("Branches"),
        "templates": _("Templates"),
        "advisors": _("Advisors"),
        "posters": _("Poster list"),
    }[table]


def branch_rows(found: Results, ask: Asked) -> list[Row]:
    """Organisations directly below, and what belongs to none of them."""
    rows = []
    for branch, figures in found.branches:
        note = _("Itself, without what is below") if branch.is_itself else ""
        endpoint, given = own_page(ask)
        endpoint = "results.branch" if endpoint == "results.index" else endpoint
        href = "" if branch.is_itself else ask.url(endpoint, **given | {"branch": branch.id})
        rows.append(Row(branch.name, note, href, figures, {} if branch.is_itself else {"branch": branch.id}))
    return rows


def template_rows(session: Session, found: Sequence[tuple[str, Figures]], ask: Asked) -> list[Row]:
    """Templates with their titles."""
    titles = template_titles(session, [slug for slug, _figures in found])
    rows = []
    for slug, figures in found:
        href = ask.url("results.template", slug=slug)
        rows.append(Row(title_of(titles.get(slug), slug), "", href, figures, {"template": slug}))
    return rows


def advisor_rows(session: Session, found: Sequence[tuple[str, Figures]], ask: Asked) -> list[Row]:
    """Advisors with their names and organisations."""
    known = people(session, [key for key, _figures in found])
    rows = []
    for key, figures in found:
        one = known.get(key)
        name, note = (one.name, one.organisation) if one else (_("Somebody who has left"), "")
        rows.append(Row(name, note, ask.url("results.advisor", person_id=key), figures, {"advisor": key}))
    return rows


def poster_rows(session: Session, found: Sequence[PosterLine], ask: Asked) -> list[dict[str, Any]]:
    """Posters with the names of their template, advisor and organisation."""
    titles = template_titles(session, {line.slug for line in found})
    known = people(session, {line.person_id for line in found})
    places = organisation_names(session, {line.organisation_path for line in found})
    return [
        {
            "line": line,
            "title": title_of(titles.get(line.slug), line.slug),
            "advisor": known[line.person_id].name if line.person_id in known else _("Somebody who has left"),
            "place": places.get(line.organisation_path, ""),
            "href": ask.url("results.poster", poster_id=line.id, template=None, advisor=None),
        }
        for line in found
    ]


def top_posters(session: Session, place: Organisation, ask: Asked, limit: int) -> list[dict[str, Any]]:
    """The posters with most of the figure that was asked for."""
    found = result_posters(session, place.path, ask.period, zone(), ask.only, ask.figure, limit)
    return poster_rows(session, found, ask)


def csv_lines(session: Session, place: Organisation, ask: Asked, table: Table) -> list[list[Cell]]:
    """A table for a spreadsheet: the heads of its columns, then at most one row more than may be handed out."""
    if table == "posters":
        return _csv_posters(session, place, ask)
    found = results(session, place, ask.period, zone(), ask.only)
    figures = [figure_name(name) for name in Figures._fields]
    if table == "days":
        named = [(day.isoformat(), "", one) for day, one in zip(ask.period.days, found.days, strict=True)]
    elif table == "branches":
        named = [(branch.id, branch.name, one) for branch, one in found.branches]
    elif table == "templates":
        named = [(row.narrowed["template"], row.name, row.figures) for row in _rows(session, found, ask, table)]
    else:
        named = [(row.name, row.note, row.figures) for row in _rows(session, found, ask, table)]
    heads = {
        "days": [_("Day")],
        "branches": [_("Number"), _("Branch")],
        "templates": [_("Number"), _("Template")],
        "advisors": [_("Advisor"), _("Organisation")],
    }[table]
    lines: list[list[Cell]] = [[*heads, *figures]]
    lines += [[*(first, second)[: len(heads)], *sums] for first, second, sums in named[: MAX_ROWS + 1]]
    return lines


def _rows(session: Session, found: Results, ask: Asked, table: Table) -> list[Row]:
    if table == "templates":
        return template_rows(session, found.templates, ask)
    return advisor_rows(session, found.advisors[: MAX_ROWS + 1], ask)


def _csv_posters(session: Session, place: Organisation, ask: Asked) -> list[list[Cell]]:
    found = result_posters(session, place.path, ask.period, zone(), ask.only, ask.figure, MAX_ROWS + 1)
    heads = [_("Number"), _("Template"), _("Advisor"), _("Organisation"), _("State"), _("Issued on")]
    lines: list[list[Cell]] = [[*heads, *(figure_name(name) for name in Figures._fields)]]
    for row in poster_rows(session, found, ask):
        line: PosterLine = row["line"]
        issued = format_date(line.issued_at.astimezone(zone()).date(), "yyyy-MM-dd") if line.issued_at else ""
        told = [line.id, row["title"], row["advisor"], row["place"], poster_state(line.state)[0], issued]
        lines.append([*told, *line.figures])
    return lines


def own_page(ask: Asked) -> tuple[str, dict[str, str | None]]:
    """The page that is asked this, and what its address holds besides."""
    if ask.template is not None:
        return "results.template", {"slug": ask.template, "template": None}
    if ask.advisor is not None:
        return "results.advisor", {"person_id": ask.advisor, "advisor": None}
    return ("results.branch" if ask.branch is not None else "results.index"), {}
