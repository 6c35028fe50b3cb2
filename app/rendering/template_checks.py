"""What can be wrong with a well-formed template in itself: names that lead nowhere, text too small, a second code."""

from collections.abc import Iterator

from app.kernel.errors import Problem
from app.rendering.calendar_slots import calendar_problems
from app.rendering.characters import forbidden_characters, named
from app.rendering.display import Rect
from app.rendering.resolve import commands
from app.rendering.scene import (
    DisclosureLayer,
    GroupLayer,
    Heights,
    Language,
    Layer,
    Localised,
    PictureLayer,
    Point,
    ProfileLayer,
    QrLayer,
    ShapeLayer,
    Size,
    TextLayer,
    TextStyle,
    Words,
)
from app.rendering.template import Slot, Template, TextSlot, flat
from app.rendering.values import PROFILE_FIELDS, words_in

MIN_DISCLOSURE_PX = 22.0  # at 1080 px width
MIN_DISCLOSURE_MM = 6 * 25.4 / 72  # 6 pt
MIN_QR_PX = 160.0  # at 1080 px width
MIN_QR_MM = 12.0

# What a column of a batch's table means beside slots.
RESERVED_SLOT_NAMES = frozenset({*PROFILE_FIELDS, "photo", "url"})


def template_problems(template: Template) -> list[Problem]:
    """Everything that is wrong with the template in itself."""
    return [*_own(template)]


def _own(template: Template) -> Iterator[Problem]:
    if not template.title.has(template.languages):
        yield Problem("title", "missing_language", f"needs {' and '.join(template.languages)}")
    for name, style in template.styles.items():
        for field, least, usual in _ranges(style):
            yield Problem(f"styles.{name}.{field}", "bad_range", f"{least:g} is more than {usual}")
    for name, slot in template.slots.items():
        yield from _slot_problems(template, name, slot)
    for name, size in template.sizes.items():
        yield from _size_problems(template, name, size)


def _ranges(style: TextStyle) -> Iterator[tuple[str, float, str]]:
    """(field, least, what it is less than) of each range that is upside down."""
    for field, usual in (("size", style.size), ("tracking", style.tracking), ("line_height", style.line_height)):
        least = getattr(style, f"min_{field}")
        if least is not None and least > usual:
            yield f"min_{field}", least, f"{field} {usual:g}"


def _slot_problems(template: Template, name: str, slot: Slot) -> Iterator[Problem]:
    path = f"slots.{name}"
    if name in RESERVED_SLOT_NAMES:
        yield Problem(path, "reserved_name", "means the advisor's own in a table of rows; name the slot otherwise")
    if isinstance(slot, TextSlot):
        for here, said in {
            "example": slot.example,
            **{f"lines.{day}": line for day, line in slot.lines.items()},
        }.items():
            yield from _words_problems(template, f"{path}.{here}", said, emoji=slot.emoji)
            for language in template.languages:
                length = len(words_in(said, language))
                if length > slot.max_chars:
                    yield Problem(f"{path}.{here}", "too_long", f"{length} characters, {slot.max_chars} allowed")
        yield from calendar_problems(path, slot)
        for index, style in enumerate(slot.styles):
            if style not in template.styles:
                yield Problem(f"{path}.styles[{index}]", "unknown_style", f"there is no style “{style}”")
    for size in slot.move:
        if size not in template.sizes:
            yield Problem(f"{path}.move.{size}", "unknown_size", f"there is no size “{size}”")


def _size_problems(template: Template, size_name: str, size: Size) -> Iterator[Problem]:
    path = f"sizes.{size_name}"
    if size.print is not None:
        ratio = (size.width_px / size.print.width_mm) / (size.height_px / size.print.height_mm)
        if not 0.99 < ratio < 1.01:
            yield Problem(f"{path}.print", "bad_ratio", "pixels and millimetres have different proportions")
        bare = ", ".join(bare_sides(size))
        if bare:
            yield Problem(f"{path}.print", "no_bleed", f"no picture or rectangle fills the bleed along: {bare}")
    seen: dict[str, str] = {}
    drawn: set[str] = set()
    codes: set[Language] = set()
    for here, layer in flat(size.layers, f"{path}.layers"):
        if layer.name in seen:
            yield Problem(f"{here}.name", "duplicate_layer", f"“{layer.name}” is also the name of {seen[layer.name]}")
        seen[layer.name] = here
        drawn |= {name for _, name, _ in slot_uses(layer, here)}
        yield from _layer_problems(template, size, here, layer)
        if isinstance(layer, QrLayer):
            for language in (layer.only,) if layer.only else template.languages:
                if language in codes:
                    yield Problem(here, "second_qr", "a size has one QR code: two on one screen cannot be scanned")
                codes.add(language)
    yield from _follow_problems(size, path)
    for name, slot in template.slots.items():
        if slot.required and name not in drawn:
            yield Problem(path, "slot_not_drawn", f"required slot “{name}” has no layer here")


def _follow_problems(size: Size, path: str) -> Iterator[Problem]:
    """Layers that follow what is not there, or each other in a circle. What moves a group moves its members."""
    parents = dict(_members(size.layers, None))
    followed = {layer.name: layer.follow.layer for _, layer in flat(size.layers, "") if layer.follow}
    for here, layer in flat(size.layers, f"{path}.layers"):
        if layer.follow is None:
            continue
        if layer.follow.layer not in parents:
            yield Problem(f"{here}.follow.layer", "unknown_layer", f"there is no layer “{layer.follow.layer}” here")
        elif layer.name in _moved_by(layer.follow.layer, parents, followed):
            yield Problem(f"{here}.follow", "circle", f"“{layer.name}” would follow itself")


def _members(layers: tuple[Layer, ...], parent: str | None) -> Iterator[tuple[str, str | None]]:
    for layer in layers:
        yield layer.name, parent
        if isinstance(layer, GroupLayer):
            yield from _members(layer.layers, layer.name)


def _moved_by(name: str, parents: dict[str, str | None], followed: dict[str, str]) -> set[str]:
    """All layers on which the place of layer `name` depends, itself among them."""
    found: set[str] = set()
    pending: list[str | None] = [name]
    while pending:
        one = pending.pop()
        if one is not None and one not in found:
            found.add(one)
            pending += [parents.get(one), followed.get(one)]
    return found


def _layer_problems(template: Template, size: Size, path: str, layer: Layer) -> Iterator[Problem]:
    for slot_path, name, kind in slot_uses(layer, path):
        slot = template.slots.get(name)
        if slot is None:
            yield Problem(slot_path, "unknown_slot", f"there is no slot “{name}”")
        elif slot.kind != kind:
            yield Problem(slot_path, "wrong_slot_kind", f"slot “{name}” holds a {slot.kind}, not a {kind}")
    if isinstance(layer, TextLayer | ProfileLayer | DisclosureLayer):
        yield from _text_problems(template, size, path, layer)
    elif isinstance(layer, ShapeLayer):
        yield from _path_problems(f"{path}.d", layer.d)
    elif isinstance(layer, PictureLayer) and layer.mask is not None:
        yield from _path_problems(f"{path}.mask.d", layer.mask.d)
    elif isinstance(layer, QrLayer):
        least = _least(size, MIN_QR_PX, MIN_QR_MM)
        if min(layer.box[2], layer.box[3]) < least - 0.5:
            yield Problem(
                f"{path}.box", "qr_too_small", f"a code needs {least:.0f} px here to be scanned from a screen"
            )


def _path_problems(path: str, data: str | None) -> Iterator[Problem]:
    try:
        if data is not None:
            commands(data)
    except ValueError as error:
        yield Problem(path, "bad_path", str(error))


def _text_problems(
    template: Template, size: Size, path: str, layer: TextLayer | ProfileLayer | DisclosureLayer
) -> Iterator[Problem]:
    if layer.style is not None and layer.style not in template.styles:
        yield Problem(f"{path}.style", "unknown_style", f"there is no style “{layer.style}”")
        return
    yield from _layer_words_problems(template, path, layer)
    style = layer.set.over(template.styles[layer.style] if layer.style else TextStyle())
    for field, lowest, usual in _ranges(style):
        if getattr(layer.set, field) is not None:
            yield Problem(f"{path}.set", "bad_range", f"{field} {lowest:g} is more than {usual}")
    if not isinstance(layer, DisclosureLayer) and layer.heights is not None:
        yield from _heights_problems(f"{path}.heights", layer.heights, style)
    least = _least(size, MIN_DISCLOSURE_PX, MIN_DISCLOSURE_MM)
    if isinstance(layer, DisclosureLayer) and min(style.size, style.min_size or style.size) < least - 0.05:
        yield Problem(path, "disclosure_too_small", f"a disclosure is at least {least:.1f} px here")


def _heights_problems(path: str, heights: Heights, style: TextStyle) -> Iterator[Problem]:
    if heights.min > heights.max:
        yield Problem(f"{path}.min", "bad_range", f"{heights.min:g} is more than max {heights.max:g}")
    if style.direction == "vertical":
        yield Problem(path, "vertical_heights", "a vertical text grows sideways; its height is as drawn")


def _layer_words_problems(
    template: Template, path: str, layer: TextLayer | ProfileLayer | DisclosureLayer
) -> Iterator[Problem]:
    if isinstance(layer, ProfileLayer):
        yield from _words_problems(template, f"{path}.prefix", layer.prefix, layer.only)
        yield from _words_problems(template, f"{path}.suffix", layer.suffix, layer.only)
    elif layer.text is not None:
        yield from _words_problems(template, f"{path}.text", layer.text, layer.only)
    elif isinstance(layer, TextLayer):
        for index, span in enumerate(layer.spans):
            if span.text is not None:
                yield from _words_problems(template, f"{path}.spans[{index}].text", span.text, layer.only)


def _words_problems(
    template: Template, path: str, words: Words, only: Language | None = None, emoji: bool = False
) -> Iterator[Problem]:
    for text in (words,) if isinstance(words, str) else (words.zh or "", words.en or ""):
        for offset, character in forbidden_characters(text, multiline=True, emoji=emoji):
            yield Problem(path, "forbidden_character", f"{named(character)} at offset {offset} is not allowed here")
    needed = (only,) if only else template.languages
    if isinstance(words, Localised) and not words.has(needed):
        yield Problem(path, "missing_language", f"needs {' and '.join(needed)}")


def _least(size: Size, px: float, mm: float) -> float:
    if size.print is not None:
        return mm * size.width_px / size.print.width_mm
    return px * size.width_px / 1080


def slot_uses(layer: Layer, path: str) -> Iterator[tuple[str, str, str]]:
    """(path, slot name, kind of slot) of every slot that `layer` itself draws."""
    if isinstance(layer, PictureLayer) and layer.slot:
        yield f"{path}.slot", layer.slot, "picture"
    if isinstance(layer, TextLayer):
        if layer.slot:
            yield f"{path}.slot", layer.slot, "text"
        for index, span in enumerate(layer.spans):
            if span.slot:
                yield f"{path}.spans[{index}].slot", span.slot, "text"


def bare_sides(size: Size) -> list[str]:
    """The sides of a print size along which nothing is printed out to the edge of the bleed."""
    assert size.print is not None
    bleed = size.print.bleed_mm * size.width_px / size.print.width_mm - 1
    boxes = list(_grounds(size.layers, (0.0, 0.0)))
    right, bottom = size.width_px + bleed, size.height_px + bleed
    steps = [step / 32 for step in range(33)]
    sides = {
        "top": [(-bleed + step * (right + bleed), -bleed) for step in steps],
        "bottom": [(-bleed + step * (right + bleed), bottom) for step in steps],
        "left": [(-bleed, -bleed + step * (bottom + bleed)) for step in steps],
        "right": [(right, -bleed + step * (bottom + bleed)) for step in steps],
    }
    return [side for side, points in sides.items() if bleed > 0 and not all(_lies_on(point, boxes) for point in points)]


def _lies_on(point: Point, boxes: list[Rect]) -> bool:
    x, y = point
    return any(left <= x <= left + width and top <= y <= top + height for left, top, width, height in boxes)


def _grounds(layers: tuple[Layer, ...], offset: Point) -> Iterator[Rect]:
    """The boxes of unmasked pictures and filled rectangles, members of groups where the group puts them."""
    for layer in layers:
        if isinstance(layer, GroupLayer):
            yield from _grounds(layer.layers, (offset[0] + layer.offset[0], offset[1] + layer.offset[1]))
            continue
        picture = isinstance(layer, PictureLayer) and layer.mask is None
        if picture or (isinstance(layer, ShapeLayer) and layer.shape == "rect" and layer.fill is not None):
            x, y, width, height = layer.box
            yield (x + offset[0], y + offset[1], width, height)
