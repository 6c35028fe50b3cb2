"""Exhibit: a submitted work as a reviewer looks at it: laid out from what was frozen, its findings at their places."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

from app.compliance.document import Document, Facts
from app.compliance.pack import ContextRule
from app.db import reading
from app.flow.check_copy import document_of, judge
from app.flow.check_pictures import OF_READING, brought_pictures, check_pictures, own_pictures
from app.flow.clear_claims import Cleared, Near, nearest
from app.flow.day import day_here
from app.flow.deps import Deps
from app.flow.findings import Written, undecided, written
from app.flow.freeze import order_of, under_today
from app.flow.make_poster import Order, Studio, facts_of
from app.flow.published import load_version
from app.flow.read_pictures import picture_digests, readings_at
from app.flow.spots import glyph_boxes, picture_boxes
from app.library.core import Version
from app.ocr.core import Reading
from app.posters.drafts import Snapshot, SnapshotContent
from app.rendering.display import DisplayList, PictureItem, Rect, TextItem
from app.rendering.layout import lay_out
from app.rendering.reading import reading_order
from app.rendering.scene import Language
from app.rendering.template import LoadedTemplate, Template
from app.rendering.values import Values


@dataclass(frozen=True, slots=True)
class Hit:
    """A finding with its number; `boxes` cover it on the figure. Without any, it is about the work as a whole."""

    number: int
    finding: Written
    boxes: tuple[Rect, ...]
    is_settled: bool


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a line that the same findings (by number) fired on."""

    text: str
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One text of the work, as it is drawn; `place` is ``slots.NAME`` or ``layers.NAME``."""

    place: str
    role: str
    stretches: tuple[Stretch, ...]


@dataclass(frozen=True, slots=True)
class ReadPicture:
    """A picture that somebody brought, and what has been read in it by now; `boxes` are its lines on the figure.

    `late` are findings that were not known yet when the work was submitted.
    """

    place: str
    reading: Reading
    boxes: tuple[tuple[Rect, ...], ...]
    late: tuple[Written, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """One size in one language. `areas` are the boxes of what can be pointed at, by place; `text` is the copy."""

    size: str
    language: Language
    width_px: int
    height_px: int
    hits: tuple[Hit, ...]
    lines: tuple[Line, ...]
    areas: tuple[tuple[str, Rect], ...]
    text: str
    pictures: tuple[ReadPicture, ...] = ()


@dataclass(frozen=True, slots=True)
class Today:
    """What is not any more as it was submitted: parts of the surroundings by name, and findings of new rules."""

    changed: tuple[str, ...]
    findings: tuple[Written, ...]


@dataclass(frozen=True, slots=True)
class _Laid:
    size: str
    display: DisplayList
    document: Document
    order: Order


def poster_figure(deps: Deps, studio: Studio, version: Version, snapshot: Snapshot, open_: Sequence[Written]) -> Figure:
    """The snapshot; `open_` are those of its findings that nobody has decided on."""
    template = load_version(deps, version)
    laid = _laid_poster(deps, studio, template, snapshot.content)
    settled = undecided(snapshot.findings, open_)
    figure = _figure(laid, _numbered(open_, 1, False), _numbered(settled, 1 + len(open_), True))
    places = brought_pictures(studio, laid.order)
    return replace(figure, pictures=_read_pictures(deps, studio, laid, places, snapshot.findings))


def template_figures(deps: Deps, studio: Studio, version: Version, findings: Sequence[Written]) -> list[Figure]:
    """Every size of a template version in every language; findings are numbered through."""
    template = load_version(deps, version)
    figures, number, left = [], 1, set(picture_digests(studio, template))
    for size in template.template.sizes:
        for language in template.template.languages:
            own = [one for one in findings if (one["size"], one["language"]) == (size, language)]
            laid = _laid_template(studio, template, size, language)
            figure = _figure(laid, _numbered(own, number, False), [])
            places = own_pictures(laid.display, left)
            left -= set(places.values())
            figures.append(replace(figure, pictures=_read_pictures(deps, studio, laid, places, findings)))
            number += len(own)
    return figures


def _read_pictures(
    deps: Deps, studio: Studio, laid: _Laid, places: Mapping[str, str], known: Sequence[Written]
) -> tuple[ReadPicture, ...]:
    readings = readings_at(deps, places)
    with reading(deps) as session:
        day = day_here(deps, session)
    found = check_pictures(studio, laid.document.facts, readings, day)
    told = [one.document(laid.size, laid.display.language) for one in found if one.finding.rule not in OF_READING]
    late = undecided(told, known)
    return tuple(
        ReadPicture(
            place,
            one,
            tuple(picture_boxes(laid.display, one.digest, [line.box]) for line in one.lines),
            tuple(finding for finding in late if finding["place"] == place),
        )
        for place, one in readings.items()
    )


def today(deps: Deps, studio: Studio, version: Version, snapshot: Snapshot, day: date) -> Today:
    """What has changed around a snapshot since it was taken."""
    template = load_version(deps, version)
    now = under_today(studio, template, snapshot.content)
    changed = now.differences(snapshot.content)
    if not changed:
        return Today((), ())
    laid = _laid_poster(deps, studio, template, snapshot.content)
    judgement = judge(studio.rules, laid.document, day, studio.evidence)
    found = undecided(written(judgement, now.size, now.language), snapshot.findings)
    return Today(changed, tuple(found))


def proven(deps: Deps, studio: Studio, version: Version, snapshot: Snapshot, day: date) -> tuple[Cleared, ...]:
    """What the claims library clears of a snapshot on the day."""
    document = poster_document(deps, studio, load_version(deps, version), snapshot.content)
    return judge(studio.rules, document, day, studio.evidence).cleared


def nearly_proven(
    studio: Studio, template: Template, content: SnapshotContent, found: Written, day: date
) -> Near | None:
    """The sentence of the claims library that says nearly what a finding is about, if it asks for evidence."""
    slot = str(found["place"]).removeprefix("slots.")
    given = content.values["slots"].get(slot)
    if given is None or not isinstance(studio.rules.rule(str(found["rule"])), ContextRule):
        return None
    text = given if isinstance(given, str) else str(given.get("text", ""))
    at = text.find(str(found["text"]))
    facts = Facts(template.jurisdiction, template.product, language=content.language)
    return nearest(studio.evidence, facts, text, (at, at + len(found["text"])), day) if at >= 0 else None


def poster_document(deps: Deps, studio: Studio, template: LoadedTemplate, content: SnapshotContent) -> Document:
    """What the rules read of a snapshot, as it would be drawn today. *Raises* Invalid when it cannot be laid out."""
    return _laid_poster(deps, studio, template, content).document


def template_document(studio: Studio, template: LoadedTemplate, size: str, language: Language) -> Document:
    """What the rules read of a template's own copy, in a size and a language."""
    return _laid_template(studio, template, size, language).document


def _laid_poster(deps: Deps, studio: Studio, template: LoadedTemplate, content: SnapshotContent) -> _Laid:
    order = order_of(deps, studio, template, content, studio.sample_link, "png", template.template.validity.starts_on)
    return _laid(studio, order)


def _laid_template(studio: Studio, template: LoadedTemplate, size: str, language: Language) -> _Laid:
    values, day = Values({}, studio.sample_profile), template.template.validity.starts_on
    return _laid(studio, Order(template, values, studio.sample_link, "png", day, size, language))


def _laid(studio: Studio, order: Order) -> _Laid:
    loaded, template = order.template, order.template.template
    size, _ = template.size(order.size)
    display = lay_out(template, size, order.values, studio.kit, loaded.pictures, order.link, order.language)
    return _Laid(size, display, document_of(display, facts_of(order, display.language)), order)


_LEVEL = {"block": 0, "review": 1, "advise": 2}


def _numbered(findings: Iterable[Written], first: int, is_settled: bool) -> list[Hit]:
    listed = sorted(findings, key=lambda one: (_LEVEL[one["severity"]], one["start"]))
    return [Hit(number, one, (), is_settled) for number, one in enumerate(listed, first)]


def _figure(laid: _Laid, open_: list[Hit], settled: list[Hit]) -> Figure:
    items = reading_order(laid.display)
    spans: dict[int, list[tuple[int, int, int]]] = {}
    hits = [_placed(hit, laid, items, spans) for hit in (*open_, *settled)]
    lines = [_line(item, spans.get(index, [])) for index, item in enumerate(items)]
    display = laid.display
    return Figure(
        laid.size,
        "en" if display.language == "en" else "zh",
        display.width_px,
        display.height_px,
        tuple(hits),
        tuple(lines),
        tuple(_areas(display)),
        laid.document.text,
    )


def _placed(hit: Hit, laid: _Laid, items: tuple[TextItem, ...], spans: dict[int, list[tuple[int, int, int]]]) -> Hit:
    document, start, end = laid.document, hit.finding["start"], hit.finding["end"]
    if (inside := hit.finding.get("picture")) is not None:
        boxes = picture_boxes(laid.display, inside["digest"], [(b[0], b[1], b[2], b[3]) for b in inside["boxes"]])
        return replace(hit, boxes=boxes)
    if document.text[start:end] != hit.finding["text"]:
        return hit  # it is not drawn as it was any more: no place is better than a wrong one
    places = document.locate(start, end)
    for index, low, high in places:
        spans.setdefault(index, []).append((low, high, hit.number))
    boxes = tuple(box for index, low, high in places for box in glyph_boxes(items[index], low, high))
    return replace(hit, boxes=boxes)


def _line(item: TextItem, spans: Sequence[tuple[int, int, int]]) -> Line:
    cuts = sorted({0, len(item.text), *(place for low, high, _ in spans for place in (low, high))})
    stretches = [
        Stretch(
            item.text[low:high], tuple(sorted(number for start, end, number in spans if start <= low and high <= end))
        )
        for low, high in pairwise(cuts)
    ]
    return Line(_place(item), item.role, tuple(stretches))


def _areas(display: DisplayList) -> Iterator[tuple[str, Rect]]:
    for item in display.items:
        if isinstance(item, TextItem) and item.text.strip():
            yield _place(item), item.ink
        elif isinstance(item, PictureItem) and item.slot:
            yield _place(item), item.box


def _place(item: TextItem | PictureItem) -> str:
    return f"slots.{item.slot}" if item.slot else f"layers.{item.layer}"
