"""Preview: a poster in the making, for the editor: its picture, where each slot stands, what the rules say where."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from app.compliance.document import Document, Facts, Finding, TextRun
from app.compliance.pack import ContextRule, Severity, Source, Words
from app.flow.check_copy import Judgement, judge
from app.flow.check_pictures import PHOTO, brought_pictures, check_pictures
from app.flow.clear_claims import nearest
from app.flow.make_poster import Order, Studio, compose, facts_of
from app.flow.spots import areas, drawn, frames, glyph_boxes, own_span, picture_boxes, slot_texts
from app.flow.wording import Fix, fixes_for
from app.kernel.errors import Invalid, Problem
from app.ocr.core import Reading
from app.rendering.display import DisplayList, Rect, TextItem
from app.rendering.paint_svg import PictureHref, paint_svg
from app.rendering.reading import reading_order
from app.rendering.template import Template, TextSlot


@dataclass(frozen=True, slots=True)
class Mark:
    """A finding at its place: [start, end) counts code points of the slot's own text; `boxes` cover it on the canvas.

    Without a slot it is about fixed words or about the poster as a whole. One `in_picture` is about words that were
    read there, and counts in those.
    """

    slot: str | None
    start: int
    end: int
    severity: Severity
    rule: str
    text: str
    message: Words
    suggestion: Words
    source: Source
    boxes: tuple[Rect, ...]
    fixes: tuple[Fix, ...]
    in_picture: bool = False


@dataclass(frozen=True, slots=True)
class Preview:
    """`svg` is None when the values cannot be laid out; `areas` are the boxes of each slot on the canvas.

    `frames` are the whole boxes of the slots that may be moved in this size.
    """

    svg: str | None
    width_px: int
    height_px: int
    areas: Mapping[str, tuple[Rect, ...]]
    frames: Mapping[str, Rect]
    marks: tuple[Mark, ...]
    problems: tuple[Problem, ...]


def preview(
    studio: Studio, order: Order, href: PictureHref | None = None, readings: Mapping[str, Reading] | None = None
) -> Preview:
    """The poster as it stands. What is wrong with the values is listed, not raised; the copy is judged all the same.

    `readings` are what is known, by digest, of the pictures that were brought for it.
    """
    template = order.template.template
    name, size = template.size(order.size)
    texts = slot_texts(template, order.values, order.language or template.language)
    try:
        display, judgement = compose(studio, order)
    except Invalid as error:
        marks = tuple(_loose_marks(studio, order, texts))
        return Preview(None, size.width_px, size.height_px, {}, {}, marks, error.problems)
    found = _marks(judgement, display, drawn(template, name), texts, template)
    marks = tuple(_with_proven(studio, order, mark, texts, template) for mark in found)
    marks += tuple(_picture_marks(studio, order, display, readings or {}))
    svg = paint_svg(display, studio.kit.fonts, href)
    placed = areas(display, template, name, texts)
    return Preview(svg, size.width_px, size.height_px, placed, frames(display, template, name), marks, ())


def _picture_marks(
    studio: Studio, order: Order, display: DisplayList, readings: Mapping[str, Reading]
) -> Iterator[Mark]:
    """What is to be said of the text in pictures; the photo of the profile belongs to no slot."""
    places = brought_pictures(studio, order)
    known = {place: readings[digest] for place, digest in places.items() if digest in readings}
    for one in check_pictures(studio, facts_of(order, display.language), known, order.as_of):
        found = one.finding
        yield Mark(
            one.place.removeprefix("slots.") if one.place != PHOTO else None,
            found.start,
            found.end,
            found.severity,
            found.rule,
            found.text,
            found.message,
            found.suggestion,
            found.source,
            picture_boxes(display, one.digest, one.boxes),
            (),
            in_picture=True,
        )


def _marks(
    judgement: Judgement,
    display: DisplayList,
    slots: Mapping[str, tuple[str, ...]],
    texts: Mapping[str, str],
    template: Template,
) -> Iterator[Mark]:
    items = reading_order(display)
    for finding in judgement.verdict.findings:
        places = judgement.document.locate(finding.start, finding.end)
        boxes = tuple(box for index, start, end in places for box in glyph_boxes(items[index], start, end))
        found = next(_in_slots(items, places, slots, texts), None)
        yield _mark(finding, found, boxes, texts, template, display.language)


def _in_slots(
    items: tuple[TextItem, ...],
    places: list[tuple[int, int, int]],
    slots: Mapping[str, tuple[str, ...]],
    texts: Mapping[str, str],
) -> Iterator[tuple[str, int, int]]:
    for index, start, end in places:
        for slot in slots.get(items[index].layer, ()):
            span = own_span(items[index].text, start, end, texts[slot])
            if span is not None:
                yield slot, *span


def _loose_marks(studio: Studio, order: Order, texts: Mapping[str, str]) -> Iterator[Mark]:
    """What the rules say about each slot alone, while the poster as a whole cannot be laid out."""
    template = order.template.template
    language = order.language or template.language
    facts = Facts(template.jurisdiction, template.product, language=language)
    for slot, text in texts.items():
        if text.strip():
            document = Document((TextRun(text, slot=slot),), facts, fragment=True)
            judgement = judge(studio.rules, document, order.as_of, studio.evidence)
            for finding in judgement.verdict.findings:
                mark = _mark(finding, (slot, finding.start, finding.end), (), texts, template, language)
                yield _with_proven(studio, order, mark, texts, template)


def _mark(
    finding: Finding,
    place: tuple[str, int, int] | None,
    boxes: tuple[Rect, ...],
    texts: Mapping[str, str],
    template: Template,
    language: str,
) -> Mark:
    slot, start, end = place or (None, 0, 0)
    fixes: tuple[Fix, ...] = ()
    if slot is not None and start < end:
        suggestion = finding.suggestion.en if language == "en" else finding.suggestion.zh
        contract = template.slots[slot]
        assert isinstance(contract, TextSlot)
        fixes = fixes_for(suggestion, texts[slot], start, end, contract.max_chars)
    return Mark(
        slot,
        start,
        end,
        finding.severity,
        finding.rule,
        finding.text,
        finding.message,
        finding.suggestion,
        finding.source,
        boxes,
        fixes,
    )


def _with_proven(studio: Studio, order: Order, mark: Mark, texts: Mapping[str, str], template: Template) -> Mark:
    """The mark; where it asks for evidence, with the sentence of the claims library that says nearly the same."""
    if mark.slot is None or not isinstance(studio.rules.rule(mark.rule), ContextRule):
        return mark
    facts = Facts(template.jurisdiction, template.product, language=order.language or template.language)
    text, contract = texts[mark.slot], template.slots[mark.slot]
    near = nearest(studio.evidence, facts, text, (mark.start, mark.end), order.as_of)
    if near is None or not isinstance(contract, TextSlot):
        return mark
    fix = Fix("replace", near.start, near.end, near.sentence.text)
    if len(text) + fix.growth() > contract.max_chars:
        return mark
    return replace(mark, fixes=(fix, *(one for one in mark.fixes if one.kind != "replace")))
