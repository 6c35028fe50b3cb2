"""Layout: a template, values and a brand kit become the display list that all painters draw."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256

from app.kernel.errors import Invalid, Problem
from app.rendering.desk import Desk, Frame
from app.rendering.display import AnyItem, DisplayList
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
    items: list[AnyItem] = []
    _draw_all(desk, size.layers, Frame(f"sizes.{size_name}.layers"), items)
    if desk.problems:
        raise Invalid.of(desk.problems)
    laid = DisplayList(size.width_px, size.height_px, tuple(items), "", size.print, spoken)
    return replace(laid, static_key=_static_key(laid, kit.fonts))


def _draw_all(desk: Desk, layers: tuple[Layer, ...], frame: Frame, items: list[AnyItem]) -> None:
    for index, layer in enumerate(layers):
        here = replace(frame, path=f"{frame.path}[{index}]")
        if layer.only is not None and layer.only != desk.language:
            continue
        if isinstance(layer, GroupLayer):
            inner = Frame(
                f"{here.path}.layers",
                (frame.offset[0] + layer.offset[0], frame.offset[1] + layer.offset[1]),
                frame.opacity * layer.opacity,
            )
            _draw_all(desk, layer.layers, inner, items)
        else:
            items += _draw(desk, layer, here)


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
