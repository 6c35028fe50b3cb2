"""The whole life of one thing: a poster from its template's approval to its last scan, or any other by its entries."""

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from flask import render_template
from flask_babel import format_datetime

from app.db import reading
from app.kernel.errors import NotFound
from app.reads import audit
from app.reads.audit import Line
from app.reads.audit_poster import File, PosterLife, Revision, Snapshot, poster_life
from app.review.records import Comment, Step
from app.web.auditor.record import OPENED, blueprint, row_of
from app.web.auditor.sentences import channel_name, mark, one_name, sentence, state_word
from app.web.languages import chosen
from app.web.parts import parts
from app.web.policy import permitted
from app.web.visitor import current_actor
from app.web.words import _

Moment = dict[str, Any]
_NEVER = datetime.min.replace(tzinfo=UTC)


@blueprint.get("/<kind>/<subject_id>")
@permitted("archive.read")
def show(kind: str, subject_id: str) -> str:
    """Everything that happened to one thing, to be read and to be printed."""
    if kind == "poster":
        with reading(parts().deps) as session:
            life = poster_life(session, current_actor(), subject_id, datetime.now(UTC))
        return _poster(life)
    if kind not in OPENED:
        raise NotFound("no_such_subject", "there is nothing of that name in the record")
    subject = f"{kind}:{subject_id}"
    with reading(parts().deps) as session:
        page = audit.life_in_scope(session, current_actor(), subject)
        subjects = audit.subject_names(session, [subject], chosen())
    rows = [row_of(line, subjects) | {"at": _instant(line.at)} for line in page]
    title = subjects.get(subject) or subject_id
    return render_template("auditor/subject.html", title=title, noun=one_name(kind), rows=rows, subject=subject)


def _poster(life: PosterLife) -> str:
    issued = life.files[0] if life.files else None
    return render_template(
        "auditor/poster.html",
        life=life,
        title=life.title.get(chosen(), life.poster_id),
        template_moments=_moments(life.template_lines, life.template_steps, (), ()),
        moments=_woven(life),
        issued=issued,
        state=state_word("recalled" if life.template_state == "recalled" else life.state),
        first_link=issued.link_code if issued else "",
        shares=[(channel_name(via), count) for via, count in sorted(life.shares.items()) if via != "again"],
        links=[_link(link, state) for link, state in life.links if link.parent_code is None],
        children=sum(link.parent_code is not None for link, _state in life.links),
        last_scan=_instant(life.scans.last_at),
        printed_at=_instant(datetime.now(UTC)),
        denied=sum(line.entry.kind == "poster.denied" for line in life.lines),
    )


def _woven(life: PosterLife) -> list[Moment]:
    """The entries of the poster with what belongs to each, and the drafts that were saved between them."""
    moments = _moments(life.lines, life.steps, life.snapshots, life.files, life.comments)
    told = {line.entry.body.get("revision") for line in life.lines if line.entry.kind == "poster.edit"}
    silent = [revision for revision in life.revisions if revision.number not in told]
    return sorted([*moments, *_saved(silent, life.lines)], key=lambda moment: moment["sort"])


def _saved(revisions: Iterable[Revision], lines: Sequence[Line]) -> list[Moment]:
    """Drafts between two entries by the same hand are one moment."""
    entered = [line.at for line in lines if line.at]
    runs: dict[tuple[int, str], list[Revision]] = {}
    for one in revisions:
        runs.setdefault((sum(at <= one.saved_at for at in entered), one.author), []).append(one)
    moments = []
    for (_place, author), run in runs.items():
        first, last = run[0], run[-1]
        if len(run) == 1:
            words = _("Draft %(number)s saved", number=first.number)
        else:
            words = _("Drafts %(first)s to %(last)s saved", first=first.number, last=last.number)
        moment = _moment(words, "works", last.saved_at, author, None)
        moments.append(moment | {"facts": [(_("Size"), last.size), (_("Language"), last.language)]})
    return moments


def _moments(
    lines: Sequence[Line],
    steps: Sequence[Step],
    snapshots: Sequence[Snapshot],
    files: Sequence[File],
    comments: Sequence[tuple[Step, Comment]] = (),
) -> list[Moment]:
    """A moment for each entry; the steps of review stand in the same order as their entries."""
    waiting: dict[str, deque[Step]] = defaultdict(deque)
    for step in steps:
        waiting[step.action].append(step)
    by_digest = {one.digest: one for one in snapshots}
    by_object = {one.object_digest: one for one in files}
    moments = []
    for line in lines:
        verb, body = line.entry.kind.split(".")[-1], line.entry.body
        belongs = waiting[verb].popleft() if waiting[verb] else None
        moment = _moment(sentence(line.entry), mark(line.entry.kind), line.at, line.actor, line)
        moment["reason"] = belongs.reason if belongs else ""
        moment["comments"] = [one.text for step, one in comments if belongs and step.number == belongs.number]
        if verb == "submit" and (snapshot := by_digest.get(str(body.get("digest")))):
            moment |= _submitted(snapshot)
        elif verb in ("issue", "add_file") and (file := by_object.get(str(body.get("file")))):
            moment |= _issued(file)
        elif verb == "approve_by_policy":
            moment["facts"] = [(_("Policy"), str(body.get("policy", "")))]
        elif verb == "release":
            moment["facts"] = [(_("From – until"), f"{grant[1]} – {grant[2] or '…'}") for grant in _grants(body)]
        moments.append(moment)
    return moments


def _grants(body: Mapping[str, Any]) -> list[list[str]]:
    return [list(grant) for grant in body.get("grants", ())]


def _moment(words: str, icon: str, at: datetime | None, actor: str, line: Line | None) -> Moment:
    who = actor or (row_of(line, {})["by_nobody"] if line else "")
    return {
        "sentence": words,
        "mark": icon,
        "at": _instant(at),
        "sort": (at or _NEVER, line.entry.sequence if line else 0),
        "actor": who,
        "sequence": line.entry.sequence if line else None,
        "hash": line.hash if line else "",
        "facts": [],
        "findings": [],
        "comments": [],
        "reason": "",
        "digest": None,
    }


def _submitted(snapshot: Snapshot) -> Moment:
    content, language = snapshot.content, chosen()
    return {
        "digest": snapshot.digest,
        "facts": [
            (_("Revision"), str(snapshot.revision)),
            (_("Snapshot"), snapshot.digest),
            (_("Rules"), str(content.get("rules_fingerprint", ""))),
            (_("Template"), str(content.get("template_digest", ""))),
            (_("Fonts"), str(content.get("fonts_digest", ""))),
            (_("Renderer"), str(content.get("renderer_version", ""))),
        ],
        "findings": [_finding(one, language) for one in snapshot.findings],
    }


def _finding(one: Mapping[str, Any], language: str) -> Moment:
    law = one.get("law", {}).get(language, "")
    return {
        "severity": one.get("severity", "review"),
        "text": one.get("text", ""),
        "message": one.get("message", {}).get(language, ""),
        "source": " ".join(part for part in (law, str(one.get("article") or "")) if part),
    }


def _issued(file: File) -> Moment:
    address = f"{parts().settings.base_url}/{file.link_code}"
    return {
        "facts": [
            (_("File"), file.object_digest),
            (_("Form"), f"{file.media_type} · {_size(file.bytes)}"),
            (_("Code read back"), address),
        ]
    }


def _size(count: int) -> str:
    return f"{count / 1024 / 1024:.1f} MB" if count >= 1024 * 1024 else f"{count / 1024:.0f} kB"


def _link(link: Any, state: str) -> Moment:
    words = {
        "pending": (_("leads nowhere yet"), ""),
        "active": (_("leads to the poster"), "pass"),
        "recalled": (_("recalled: leads to the notice"), "block"),
        "expired": (_("expired"), "review"),
    }[state]
    return {"code": link.code, "channel": channel_name(link.channel), "state": words[0], "kind": words[1]}


def _instant(at: datetime | None) -> str:
    return format_datetime(at, "medium") if at else ""
