"""Text, profile and disclosure layers: what they say, how it is set, and the plate under it."""

from dataclasses import replace
from typing import Literal

from app.rendering.characters import named
from app.rendering.desk import Desk, Edges, Frame, slot_offset
from app.rendering.display import AnyItem, Rect, ShapeItem, TextItem
from app.rendering.fonts import Face
from app.rendering.paragraphs import Piece, Setting
from app.rendering.paths import turn
from app.rendering.resolve import colour, line, paint, shade
from app.rendering.scene import DisclosureLayer, Plate, ProfileLayer, StylePatch, TextLayer, TextStyle
from app.rendering.shaping import Manner
from app.rendering.template import TextSlot
from app.rendering.text_sources import AnyText, Source, sources_of
from app.rendering.textset import Outcome, Overflow, set_text
from app.rendering.values import TextValue

Role = Literal["fixed", "slot", "profile", "disclosure"]
# What a chosen style leaves as the layer has it: where the text stands, not how it looks.
_PLACE = ("align", "valign", "direction", "max_lines", "phrases", "hanging")


def draw_text(desk: Desk, layer: AnyText, frame: Frame) -> list[AnyItem]:
    """The text and, before it, its plate; nothing when there is nothing to say.

    *Raises* KeyError for a colour or font that the brand kit lacks.
    """
    sources = list(sources_of(desk, layer, frame))
    style = resolved_style(desk, layer)
    heights = None if isinstance(layer, DisclosureLayer) else layer.heights
    if not any(source.text.strip() for source in sources):
        if heights is not None:
            desk.edges[layer.name] = _edges(layer.box[3], 0.0, style.valign, sources)
        return []
    slot = layer.slot if isinstance(layer, TextLayer) else None
    x, y, width, height = frame.box(layer.box)
    dx, dy = slot_offset(desk, slot, (x, y, width, height)) if slot else (0.0, 0.0)
    box = (x + dx, y + dy, width, height)
    pieces = tuple(_piece(desk, style, source) for source in sources if source.text)
    outcome = set_text(pieces, _setting(desk, style), _with_height(box, heights.max, style) if heights else box)
    if not outcome.lines:
        _report(desk, sources, outcome)
        return []
    if heights is not None:
        height = min(max(outcome.extent[3], heights.min), heights.max)
        desk.edges[layer.name] = _edges(box[3], height, style.valign, sources)
        box = _with_height(box, height, style)
        if frame.rotate:  # turned around the middle of the box as it has become
            x, y, width, height = frame.box(_with_height(layer.box, height, style))
            box = (x + dx, y + dy, width, height)
            outcome = set_text(pieces, _setting(desk, style), box)
    item = _item(layer, frame, style, sources, outcome, box)
    if isinstance(layer, DisclosureLayer):
        return [item]
    if layer.shadow is not None or layer.blend != "normal":
        item = replace(item, shadow=shade(layer.shadow, desk.palette), blend=layer.blend)
    if layer.plate is None:
        return [item]
    plate = _plate(desk, layer.plate, item, outcome.extent)
    return [plate, replace(item, shadow=None) if item.shadow else item]


def _item(
    layer: AnyText, frame: Frame, style: TextStyle, sources: list[Source], outcome: Outcome, box: Rect
) -> TextItem:
    slot = layer.slot if isinstance(layer, TextLayer) else None
    slots = [source.span.slot for source in sources if source.span and source.span.slot]
    role, dynamic = _role(layer, sources)
    return TextItem(
        layer.name,
        box,
        dynamic=dynamic,
        opacity=layer.opacity * frame.opacity,
        rotate=layer.rotate + frame.rotate,
        slot=slot or (slots[0] if slots else None),
        lines=outcome.lines,
        size=outcome.size,
        role=role,
        vertical=style.direction == "vertical",
        ink=outcome.ink,
    )


_RISES = {"top": 0.0, "middle": 0.5, "bottom": 1.0}  # the part by which a box that grows does so upwards


def _with_height(box: Rect, height: float, style: TextStyle) -> Rect:
    return (box[0], box[1] - (height - box[3]) * _RISES[style.valign], box[2], height)


def _edges(drawn: float, height: float, valign: str, sources: list[Source]) -> Edges:
    """What a box that is `height` high instead of as `drawn` means for the layers that follow it."""
    grown = height - drawn
    return Edges(-grown * _RISES[valign], grown * (1 - _RISES[valign]), _blamed(sources) if sources else "")


def _role(layer: AnyText, sources: list[Source]) -> tuple[Role, bool]:
    if isinstance(layer, DisclosureLayer):
        return "disclosure", False
    if isinstance(layer, ProfileLayer):
        return "profile", True
    spans = [source.span for source in sources if source.span]
    if layer.slot or any(span.slot for span in spans):
        return "slot", True
    return ("profile", True) if any(span.field for span in spans) else ("fixed", False)


def resolved_style(desk: Desk, layer: AnyText) -> TextStyle:
    """The layer's style with what it sets differently, or the one that was chosen for its slot."""
    name, patch = layer.style, layer.set
    value = desk.values.slots.get(layer.slot) if isinstance(layer, TextLayer) and layer.slot else None
    if isinstance(value, TextValue) and value.style:
        name, patch = value.style, StylePatch(**{key: getattr(patch, key) for key in _PLACE})
    return patch.over(desk.template.styles[name] if name else TextStyle())


def _piece(desk: Desk, style: TextStyle, source: Source) -> Piece:
    span = source.span
    if span is None:
        chain = _chain(desk, style.family, style.weight)
        return Piece(source.text, _with_emoji(desk, source, chain), colour(style.colour, desk.palette))
    chain = _chain(desk, span.family or style.family, span.weight or style.weight)
    return Piece(
        source.text,
        _with_emoji(desk, source, chain),
        colour(span.colour or style.colour, desk.palette),
        span.scale,
        span.rise,
    )


def _with_emoji(desk: Desk, source: Source, chain: tuple[Face, ...]) -> tuple[Face, ...]:
    """The chain, and after it the face of coloured pictures where the slot of this text allows them."""
    slot = desk.template.slots.get(source.path.removeprefix("slots.")) if source.path.startswith("slots.") else None
    if not isinstance(slot, TextSlot) or not slot.emoji or desk.fonts.emoji is None:
        return chain
    return (*chain, desk.fonts.emoji)


def _chain(desk: Desk, family: str, weight: int) -> tuple[Face, ...]:
    try:
        return desk.fonts.chain(family, weight)
    except KeyError:
        raise KeyError(f"{family} {weight}") from None


def _setting(desk: Desk, style: TextStyle) -> Setting:
    return Setting(
        strut=_chain(desk, style.family, style.weight)[0],
        size=style.size,
        min_size=min(style.min_size or style.size, style.size),
        line_height=style.line_height,
        tracking=style.tracking,
        align=style.align,
        valign=style.valign,
        max_lines=style.max_lines,
        phrases=style.phrases,
        manner=Manner(desk.language, style.direction == "vertical", style.tabular, bool(style.tracking)),
        hanging=style.hanging,
        autospace=style.autospace,
        tightest=_tightest(style),
        outline=None if style.outline is None else (colour(style.outline.colour, desk.palette), style.outline.width),
    )


def _tightest(style: TextStyle) -> tuple[float, float] | None:
    if style.min_tracking is None and style.min_line_height is None:
        return None
    tracking = style.tracking if style.min_tracking is None else style.min_tracking
    return tracking, style.line_height if style.min_line_height is None else style.min_line_height


def _report(desk: Desk, sources: list[Source], outcome: Outcome) -> None:
    for offset, characters in outcome.missing:
        begin = 0
        for source in sources:
            if begin <= offset < begin + len(source.text):
                shown = ", ".join(named(character) for character in characters)
                message = f"no font of this text has {shown}, at offset {source.offset + offset - begin}"
                desk.problem(source.path, "missing_glyph", message)
            begin += len(source.text)
    if outcome.overflow:
        desk.problem(_blamed(sources), "overflow", overflow_message(outcome.overflow))


def _blamed(sources: list[Source]) -> str:
    """The path of the longest of the texts that somebody filled in."""
    open_sources = [source for source in sources if not source.path.startswith("sizes.")] or sources
    return max(open_sources, key=lambda source: len(source.text)).path


def overflow_message(overflow: Overflow) -> str:
    """Says by how much a text is too large, in which direction, and how much of it must go."""
    excess = []
    if overflow.wide:
        excess.append(f"{overflow.wide:.0f} px too wide")
    if overflow.high:
        excess.append(f"{overflow.high:.0f} px too high")
    if overflow.lines:
        excess.append(f"{overflow.lines} line{'s' if overflow.lines > 1 else ''} too many")
    count = overflow.characters
    return f"does not fit: {', '.join(excess)}; about {count} character{'s' if count > 1 else ''} must go"


def _plate(desk: Desk, plate: Plate, item: TextItem, extent: Rect) -> ShapeItem:
    """The plate under a text; where the text is turned, the plate is turned with it around the same point."""
    across, down = plate.padding
    width, height = extent[2] + 2 * across, extent[3] + 2 * down
    by = turn(item.rotate, item.box)
    x, y = by.apply(extent[0] + extent[2] / 2, extent[1] + extent[3] / 2)
    box = (x - width / 2, y - height / 2, width, height)
    if by.is_identity:
        box = (extent[0] - across, extent[1] - down, width, height)
    return ShapeItem(
        item.layer,
        box,
        dynamic=item.dynamic,
        opacity=item.opacity,
        rotate=item.rotate,
        slot=item.slot,
        shadow=item.shadow,
        blend=item.blend,
        radius=min(plate.radius, width / 2, height / 2),
        fill=None if plate.fill is None else paint(plate.fill, box, desk.palette),
        stroke=line(plate.stroke, desk.palette),
    )
