"""The record: newest first, searched and narrowed, each entry down to its hash; and the check of the whole chain."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask_babel import format_date, format_datetime, format_time

from app.archive import records as archive
from app.db import reading
from app.flow.keep_archive import signing_public
from app.flow.verify_archive import verify_now
from app.reads import audit
from app.reads.audit import Filters, Line
from app.reads.audit_poster import find_posters
from app.web.auditor.sentences import mark, noun_name, one_name, sentence, why_broken
from app.web.languages import chosen
from app.web.parts import parts
from app.web.policy import permitted
from app.web.visitor import current_actor
from app.web.words import _

blueprint = Blueprint("audit", __name__, url_prefix="/audit")
OPENED = ("poster", "template", "person", "account", "organisation")


@blueprint.get("")
@permitted("archive.read")
def index() -> str:
    """The record, one page of it, with the state of the chain above it."""
    words, actor = request.args.get("q", "").strip()[:120], current_actor()
    asked = _asked()
    with reading(parts().deps) as session:
        filters = Filters(
            kind=asked["kind"],
            subjects=[asked["subject"]] if asked["subject"] else None,
            person_id=asked["person"] or None,
            first_day=_day(asked["from"]),
            last_day=_day(asked["to"]),
        )
        place = {"before": _number("before"), "after": _number("after")}
        page = audit.record(session, actor, filters, _zone(), before=place["before"], after=place["after"])
        shown = {
            "days": _by_day(
                page.lines, audit.subject_names(session, [line.entry.subject for line in page.lines], chosen())
            ),
            "chain": _chain(session),
            "nouns": _nouns(audit.kinds(session), asked),
            "posters": find_posters(session, actor, words),
            "people": audit.people_named(session, actor, words) if words else [],
            "person_name": audit.names_of(session, {asked["person"]}).get(asked["person"], ""),
        }
    return render_template(
        "auditor/index.html",
        **shown,
        q=words,
        asked=asked,
        older=_address(asked, before=page.older) if page.older else None,
        newer=_address(asked, after=page.newer) if page.newer else None,
        without=lambda name: _address(asked | {name: ""}),
        with_person=lambda id_: _address(asked | {"person": id_}),
        bad_days=bool((asked["from"] and not filters.first_day) or (asked["to"] and not filters.last_day)),
    )


@blueprint.get("/entries/<int:sequence>")
@permitted("archive.read")
def entry(sequence: int) -> str:
    """One entry as it is stored."""
    with reading(parts().deps) as session:
        raw = audit.raw(session, current_actor(), sequence)
        subjects = audit.subject_names(session, [raw.line.entry.subject], chosen())
    return render_template(
        "auditor/entry.html",
        raw=raw,
        row=_row(raw.line, subjects),
        pretty=_pretty(raw.text),
        day=format_date(raw.line.at, "full") if raw.line.at else "",
    )


@blueprint.get("/check")
@permitted("archive.verify")
def check() -> str:
    """What came of the last checks of the whole chain."""
    with reading(parts().deps) as session:
        chain, lines = _chain(session), audit.checks(session)
    shown = [_row(line, {}) | {"day": format_datetime(line.at, "medium") if line.at else ""} for line in lines]
    return render_template("auditor/check.html", chain=chain, checks=shown)


@blueprint.post("/check")
@permitted("archive.verify")
def verify() -> Response:
    """Check the whole chain; a long one is checked by the worker."""
    if verify_now(parts().deps, current_actor()) is None:
        flash(_("The check is under way. It goes on without you."))
    return make_response(redirect(url_for("audit.check"), 303))


def row_of(line: Line, subjects: Mapping[str, str]) -> dict[str, Any]:
    """An entry as pages show it."""
    return _row(line, subjects)


def _row(line: Line, subjects: Mapping[str, str]) -> dict[str, Any]:
    noun, _colon, id_ = line.entry.subject.partition(":")
    return {
        "sequence": line.entry.sequence,
        "hash": line.hash,
        "time": format_time(line.at, "HH:mm:ss") if line.at else "–",
        "sentence": sentence(line.entry),
        "mark": mark(line.entry.kind),
        "actor": line.actor,
        "actor_id": line.entry.actor_person_id,
        "by_nobody": _nobody(line),
        "subject": line.entry.subject,
        "noun": one_name(noun),
        "called": subjects.get(line.entry.subject) or id_,
        "href": url_for("audit.show", kind=noun, subject_id=id_) if noun in OPENED and id_ != "unknown" else None,
        "kind": line.entry.kind,
    }


def _nobody(line: Line) -> str:
    """Who did it where no person of the house did."""
    if line.entry.kind.endswith("approve_by_policy"):
        return _("Policy")
    if line.entry.kind in ("poster.share_again",):
        return _("A customer")
    if line.entry.kind == "session.refused":
        return _("Somebody")
    return _("The system")


def _by_day(lines: Sequence[Line], subjects: Mapping[str, str]) -> list[tuple[str, list[dict[str, Any]]]]:
    days: list[tuple[str, list[dict[str, Any]]]] = []
    for line in lines:
        day = format_date(_local(line), "full") if line.at else _("Unreadable")
        if not days or days[-1][0] != day:
            days.append((day, []))
        days[-1][1].append(_row(line, subjects))
    return days


def _local(line: Line) -> date | None:
    return line.at.astimezone(_zone()).date() if line.at else None


def _chain(session: Any) -> dict[str, Any]:
    """How the chain stands: its head, how far signed heads reach, and what the last check found."""
    head, last = archive.head(session), next(iter(audit.checks(session, 1)), None)
    body = last.entry.body if last else {}
    return {
        "entries": head.sequence,
        "hash": head.hash,
        "sealed": archive.sealed_until(session),
        "signer": signing_public(parts().settings),
        "is_waiting": audit.is_being_checked(session),
        "is_checked": last is not None,
        "is_broken": last is not None and last.entry.kind == "archive.broken",
        "bad": body.get("bad"),
        "why": why_broken(str(body.get("why", ""))),
        "until": body.get("until"),
        "at": format_datetime(last.at, "medium") if last and last.at else "",
        "by": last.actor if last else "",
    }


def _nouns(found: Sequence[str], asked: Mapping[str, str]) -> list[dict[str, Any]]:
    entries = [("", _("Everything")), *((noun, noun_name(noun)) for noun in found)]
    return [
        {
            "label": label,
            "href": _address({**asked, "kind": noun}),
            "current": asked["kind"] == noun,
        }
        for noun, label in entries
    ]


def _asked() -> dict[str, str]:
    return {name: request.args.get(name, "").strip()[:130] for name in ("kind", "subject", "person", "from", "to")}


def _address(asked: Mapping[str, str], **place: Any) -> str:
    given: dict[str, Any] = {name: value for name, value in asked.items() if value}
    return url_for("audit.index", **given, **place)


def _number(name: str) -> int | None:
    """A place in the record; what is none is as if it were not there."""
    found = request.args.get(name, type=int)
    return found if found is not None and 0 <= found < 2**62 else None


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if date.min < found < date.max else None  # another zone may begin it a day before, or end it after


def _pretty(text: str) -> str:
    try:
        return json.dumps(json.loads(text), ensure_ascii=False, indent=2)
    except ValueError:
        return text


def _zone() -> ZoneInfo:
    return ZoneInfo(parts().settings.time_zone)
