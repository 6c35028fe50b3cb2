"""Layout: a template, values and a brand kit become the display list that all painters draw."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256

from app.kernel.errors import Invalid, Problem
from app.rendering.desk import Desk, Edges, Frame
from app.rendering.display import AnyItem, DisplayList
from app.rendering.following import in_order, is_pushed_out, planned, shift_of
from app.rendering.fonts import FontBook
from app.rendering.layers import draw_picture, draw_qr, draw_shape
from app.rendering.pictures import Picture
from app.rendering.reading import reading_order
from app.rendering.scene import GroupLayer, Layer, PictureLayer, QrLayer, ShapeLayer
from app.rendering.template import Template
from app.rendering.text_layers import draw_text
from app.rendering.values import Values, validate


@dataclass(frozen=True, slots=True)
class Kit:
    """What a brand lends to its templates: colours by name, fonts, and pictures by name."""

    palette: Mapping[str, str]
    fonts: FontBook
    assets: Mapping[str, Picture]


def lay_out(
    template: Template,
    size_name: str | None,
    values: Values,
    kit: Kit,
    pictures: Mapping[str, Picture],
    link: str,
    language: str | None = None,
) -> DisplayList:
    """The poster in one size, every glyph placed. A slot that `values` leaves out shows its example.

    `pictures` are the template's own by file name. *Raises* Invalid with every problem: of the values, a text that does
    not fit (``overflow``), a character that no font has (``missing_glyph``), a missing picture, a link too long.
    """
    size_name, size = template.size(size_name)
    spoken = language or template.language
    problems = validate(template, values, kit.fonts, complete=False)
    if spoken not in template.languages:
        known = ", ".join(template.languages)
        problems.append(Problem("language", "unknown_language", f"there is no “{spoken}”; this template has {known}"))
    if problems:
        raise Invalid.of(problems)
    desk = Desk(template, size_name, values, kit.palette, kit.fonts, kit.assets, pictures, link, spoken)
    items = _draw_all(desk, size.layers, Frame(f"sizes.{size_name}.layers"), size.height_px)
    if desk.problems:
        raise Invalid.of(desk.problems)
    laid = DisplayList(size.width_px, size.height_px, tuple(items), "", size.print, spoken)
    return replace(laid, static_key=_static_key(laid, kit.fonts))


def _draw_all(desk: Desk, layers: tuple[Layer, ...], frame: Frame, height_px: int) -> list[AnyItem]:
    plan = planned(layers, frame, desk.language)
    drawn: list[list[AnyItem]] = [[] for _ in plan]
    for one in in_order(desk, plan):
        name, here = one.layer.name, one.frame
        if not here.follows:
            drawn[one.number] = _draw(desk, one.layer, here)
            continue
        shift = shift_of(desk, here)
        here = replace(here, offset=(here.offset[0], here.offset[1] + shift.top))
        items = _draw(desk, one.layer, here)
        desk.edges[name] = desk.edges.get(name, Edges()).moved(shift.top, shift.cause)
        for item in (item for item in items if is_pushed_out(item, height_px, shift.top)):
            message = f"pushes “{item.layer}” out of the poster; some of it must go"
            desk.problem(shift.cause or here.path, "overflow", message)
        drawn[one.number] = [replace(item, dynamic=True) for item in items]
    return [item for items in drawn for item in items]


def _draw(desk: Desk, layer: Layer, frame: Frame) -> list[AnyItem]:
    """The items of one layer, lowest first; none when a problem was noted or there is nothing to show."""
    try:
        if isinstance(layer, PictureLayer):
            return draw_picture(desk, layer, frame)
        if isinstance(layer, ShapeLayer):
            return draw_shape(desk, layer, frame)
        if isinstance(layer, QrLayer):
            return draw_qr(desk, layer, frame)
        return [] if isinstance(layer, GroupLayer) else draw_text(desk, layer, frame)
    except KeyError as error:
        desk.problem(frame.path, "unknown_name", f"the brand kit has no “{error.args[0]}”")
    except ValueError as error:
        desk.problem(frame.path, "bad_path", str(error))
    return []


def _static_key(laid: DisplayList, fonts: FontBook) -> str:
    """Names the pixels of all static items, and where the dynamic ones lie between them."""
    digest = sha256(f"{laid.width_px}×{laid.height_px} {laid.print!r} {fonts.digest}\n".encode())
    for item in laid.items:
        digest.update(b"-\n" if item.dynamic else f"{item!r}\n".encode())
    return digest.hexdigest()


__all__ = ["Kit", "lay_out", "reading_order"]
