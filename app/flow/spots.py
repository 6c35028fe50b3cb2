"""Spots: where a slot's own text stands in what is drawn, character by character, and which boxes cover it."""

from collections.abc import Iterable, Iterator, Mapping

from app.rendering.display import DisplayList, PictureItem, Rect, TextItem, TextLine
from app.rendering.scene import PictureLayer, TextLayer
from app.rendering.template import Template, TextSlot, flat
from app.rendering.values import TextValue, Values, words_in

_ABOVE, _BELOW = 0.88, 0.22  # of the type size, from the baseline: what a line's letters cover


def slot_texts(template: Template, values: Values, language: str) -> dict[str, str]:
    """What each text slot says: its value, or its example."""
    texts = {}
    for name, slot in template.slots.items():
        if isinstance(slot, TextSlot):
            value = values.slots.get(name)
            texts[name] = value.text if isinstance(value, TextValue) else words_in(slot.example, language)
    return texts


def drawn(template: Template, size: str) -> dict[str, tuple[str, ...]]:
    """The slots that each layer of a size draws, by the layer's name."""
    found: dict[str, tuple[str, ...]] = {}
    for _, layer in flat(template.sizes[size].layers, "layers"):
        if isinstance(layer, TextLayer):
            names = (layer.slot,) if layer.slot else tuple(span.slot for span in layer.spans)
            found[layer.name] = tuple(name for name in names if name)
        elif isinstance(layer, PictureLayer) and layer.slot:
            found[layer.name] = (layer.slot,)
    return found


def areas(display: DisplayList, template: Template, size: str, texts: Mapping[str, str]) -> dict[str, tuple[Rect, ...]]:
    """The boxes of each slot, a box for each layer that draws it."""
    by_layer = drawn(template, size)
    found: dict[str, list[Rect]] = {}
    for item in display.items:
        for slot in by_layer.get(item.layer, ()):
            if isinstance(item, PictureItem):
                found.setdefault(slot, []).append(item.box)
            elif isinstance(item, TextItem) and (box := _area(item, texts.get(slot, ""), len(by_layer[item.layer]))):
                found.setdefault(slot, []).append(box)
    return {slot: tuple(boxes) for slot, boxes in found.items()}


def picture_boxes(display: DisplayList, digest: str, boxes: Iterable[Rect]) -> tuple[Rect, ...]:
    """Where `boxes`, given in parts of a picture, lie on the canvas; what is cropped away lies nowhere."""
    found = []
    shown = [
        one for one in display.items if isinstance(one, PictureItem) and one.picture and one.picture.digest == digest
    ]
    for item in shown:
        for box in boxes:
            if (placed := _placed(item, box)) is not None:
                found.append(placed)
    return tuple(found)


def _placed(item: PictureItem, box: Rect) -> Rect | None:
    assert item.picture is not None
    width, height, crop = item.picture.width_px, item.picture.height_px, item.crop
    left, right = (min(max(at * width - crop[0], 0), crop[2]) for at in (box[0], box[0] + box[2]))
    top, bottom = (min(max(at * height - crop[1], 0), crop[3]) for at in (box[1], box[1] + box[3]))
    if right <= left or bottom <= top:
        return None
    across, down = item.box[2] / crop[2], item.box[3] / crop[3]
    return (
        item.box[0] + left * across,
        item.box[1] + top * down,
        (right - left) * across,
        (bottom - top) * down,
    )


def frames(display: DisplayList, template: Template, size: str) -> dict[str, Rect]:
    """The whole box, as it stands now, of each slot that may be moved in this size."""
    movable = {name for name, slot in template.slots.items() if size in slot.move}
    drawing = TextItem | PictureItem
    return {item.slot: item.box for item in display.items if isinstance(item, drawing) and item.slot in movable}


def _area(item: TextItem, text: str, slots: int) -> Rect | None:
    if slots == 1 and item.slot is not None:
        return item.ink
    span = drawn_span(item.text, text)
    boxes = glyph_boxes(item, *span) if span else ()
    return union(boxes) if boxes else None


def union(boxes: tuple[Rect, ...]) -> Rect:
    """The smallest box around all `boxes`."""
    left, top = min(box[0] for box in boxes), min(box[1] for box in boxes)
    right, bottom = max(box[0] + box[2] for box in boxes), max(box[1] + box[3] for box in boxes)
    return (left, top, right - left, bottom - top)


def _squeezed(text: str) -> tuple[str, list[int]]:
    """`text` without white space (layout breaks lines where it likes), and where each character stood."""
    places = [index for index, character in enumerate(text) if not character.isspace()]
    return "".join(text[index] for index in places), places


def drawn_span(whole: str, text: str) -> tuple[int, int] | None:
    """Where `text` stands in `whole`, whose lines may be broken elsewhere."""
    (outer, outer_places), (inner, _) = _squeezed(whole), _squeezed(text)
    at = outer.find(inner) if inner else -1
    return None if at < 0 else (outer_places[at], outer_places[at + len(inner) - 1] + 1)


def own_span(whole: str, start: int, end: int, text: str) -> tuple[int, int] | None:
    """[start, end) of the drawn `whole` as a span of the slot's own `text`; None where it touches none of it."""
    (outer, outer_places), (inner, inner_places) = _squeezed(whole), _squeezed(text)
    at = outer.find(inner) if inner else -1
    if at < 0:
        return None
    hit = [index - at for index, place in enumerate(outer_places) if start <= place < end]
    inside = [index for index in hit if 0 <= index < len(inner)]
    return (inner_places[inside[0]], inner_places[inside[-1]] + 1) if inside else None


def glyph_boxes(item: TextItem, start: int, end: int) -> tuple[Rect, ...]:
    """Boxes over [start, end) of the item's text, one for each line that it touches."""
    found = []
    offset = 0
    for line in item.lines:
        inside = max(start - offset, 0), min(end - offset, len(line.text))
        if inside[0] < inside[1] and (boxes := tuple(_line_boxes(item, line, *inside))):
            found.append(union(boxes))
        offset += len(line.text) + 1
    return tuple(found)


def _line_boxes(item: TextItem, line: TextLine, start: int, end: int) -> Iterator[Rect]:
    at = 0
    for run in line.runs:
        starts = [glyph for glyph in run.glyphs if glyph.text]
        begin = run.baseline if item.vertical else run.x
        for index, glyph in enumerate(starts):
            low, at = at, at + len(glyph.text)
            if low >= end or at <= start:
                continue
            if item.vertical:
                share = run.advance / max(1, len(starts))
                yield (run.x - run.size / 2, begin + index * share, run.size, share)
                continue
            right = starts[index + 1].x if index + 1 < len(starts) else run.x + run.advance
            yield (glyph.x, run.baseline - _ABOVE * run.size, right - glyph.x, (_ABOVE + _BELOW) * run.size)
