"""Kept documents: what the rules read of a poster that goes out, so that it need not be laid out to be judged again."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy.orm import Session

from app.compliance.changed import state_of
from app.compliance.document import Document, Facts, TextRun
from app.compliance.readings import readings
from app.compliance.rules import Rules
from app.compliance.sieve import lines_of
from app.db import reading
from app.flow.check_copy import document_of
from app.flow.check_pictures import brought_pictures
from app.flow.deps import Deps
from app.flow.freeze import order_of
from app.flow.make_poster import Order, Studio, facts_of
from app.flow.published import load_version
from app.flow.rejudge import Work
from app.kernel.digest import canonical_json, sha256_hex
from app.library import records as library
from app.posters import records as posters
from app.posters.drafts import SnapshotContent
from app.rendering.layout import lay_out
from app.rescans import documents
from app.rescans.core import CheckedDocument

FORM = 1


@dataclass(frozen=True, slots=True)
class Kept:
    """A poster as the rules read it: its document, its size and language, and the pictures that people brought."""

    document: Document
    size: str
    language: str
    pictures: Mapping[str, str]


def packed(rules: Rules, kept: Kept) -> CheckedDocument:
    """What is kept of it. Posters that are alike to the rules have one digest."""
    document = kept.document
    said = {
        "form": FORM,
        "size": kept.size,
        "language": kept.language,
        "facts": asdict(document.facts),
        "canvas": list(document.canvas) if document.canvas else None,
        "pictures": dict(kept.pictures),
        "runs": [_run_of(run) for run in document.runs],
    }
    content = canonical_json(said)
    book = rules.books.get(document.facts.jurisdiction)
    lines = lines_of(readings(book, [document.text])[0]) if book is not None else b""
    pictures = dict(kept.pictures) or None
    return CheckedDocument(sha256_hex(content), document.facts.jurisdiction, content, lines, pictures)


def unpacked(content: bytes) -> Kept:
    """What was packed. *Raises* ValueError or KeyError when it is not whole."""
    said: dict[str, Any] = json.loads(content)
    runs = tuple(_run(one) for one in said["runs"])
    canvas = said["canvas"]
    document = Document(runs, Facts(**said["facts"]), canvas=(canvas[0], canvas[1]) if canvas else None)
    return Kept(document, said["size"], said["language"], said["pictures"])


def keep(session: Session, rules: Rules, day: str, snapshot_id: str, document: CheckedDocument) -> None:
    """Keep the document of a snapshot that was judged by `rules` on `day` and is not blocked."""
    has_rules = document.jurisdiction in rules.books
    standing_id = standing_of(session, rules, document.jurisdiction, day) if has_rules else None
    documents.keep_document(session, snapshot_id, document._replace(standing_id=standing_id))


def kept_of(deps: Deps, studio: Studio, work: Work) -> CheckedDocument:
    """What is kept of a poster that went out before anything was kept, as it would be drawn today.

    *Raises* Invalid, NotFound, Conflict or Unavailable when it cannot be put together any more.
    """
    with reading(deps) as session:
        version = library.find_version(session, work.version_id)
        content = posters.find_snapshot(session, work.subject_id, work.digest).content
    loaded = load_version(deps, version)
    template = loaded.template
    order = order_of(deps, studio, loaded, content, studio.sample_link, "png", template.validity.starts_on)
    display = lay_out(template, order.size, order.values, studio.kit, loaded.pictures, order.link, order.language)
    document = document_of(display, facts_of(order, display.language))
    return kept_as(studio, order, document, content)


def kept_as(studio: Studio, order: Order, document: Document, content: SnapshotContent) -> CheckedDocument:
    """What is kept of a poster that has been laid out."""
    return packed(studio.rules, Kept(document, content.size, content.language, brought_pictures(studio, order)))


def standing_of(session: Session, rules: Rules, jurisdiction: str, day: str) -> str:
    """The id of how documents stand that these rules do not block on `day`; the state of the rules is kept with it."""
    fingerprint = rules.fingerprint
    if not documents.knows_state(session, jurisdiction, fingerprint):
        state = next(state_of(rules, one) for one in rules.books if one == jurisdiction)
        documents.keep_state(session, jurisdiction, fingerprint, state.as_json())
    return documents.standing(session, jurisdiction, fingerprint, day)


def _run_of(run: TextRun) -> list[Any]:
    ground = None if run.ground is None else list(run.ground)
    return [
        *(run.text, list(run.box), run.size, list(run.colour), run.layer, run.slot, run.opacity, ground, run.covered)
    ]


def _run(said: list[Any]) -> TextRun:
    text, box, size, colour, layer, slot, opacity, ground, covered = said
    return TextRun(
        text, tuple(box), size, tuple(colour), layer, slot, opacity, tuple(ground) if ground else None, covered
    )
