"""Pictures, shapes and the QR code: each layer becomes its item."""

from dataclasses import replace
from typing import Literal

from app.rendering import paths
from app.rendering.desk import Desk, Frame, slot_offset
from app.rendering.display import AnyItem, PictureItem, QrItem, ShapeItem
from app.rendering.made_pictures import conic_picture, nine_patch
from app.rendering.outlines import shape_path
from app.rendering.pictures import Picture
from app.rendering.qr import matrix
from app.rendering.resolve import colour, commands, conic, contain, cover, line, moved, paint, shade
from app.rendering.scene import ConicGradient, Mask, PictureLayer, Point, QrLayer, ShapeLayer
from app.rendering.template import PictureSlot
from app.rendering.values import PictureValue

MIN_MODULE = 4.0
MIN_MODULE_MM = 0.33
WHOLE_ENOUGH = 0.9


def draw_shape(desk: Desk, layer: ShapeLayer, frame: Frame) -> list[AnyItem]:
    """A shape with its paint resolved. *Raises* KeyError for a colour that the palette lacks.

    One that is filled with a conic gradient is a picture of it, cut to the shape, under the shape's stroke.
    """
    box = frame.box(layer.box)
    item = ShapeItem(
        layer.name,
        box,
        dynamic=False,
        opacity=layer.opacity * frame.opacity,
        rotate=layer.rotate + frame.rotate,
        shadow=shade(layer.shadow, desk.palette),
        blend=layer.blend,
        shape=layer.shape,
        radius=min(layer.radius, box[2] / 2, box[3] / 2),
        path=moved(commands(layer.d), *frame.shift(layer.box)) if layer.d is not None else (),
        stroke=line(layer.stroke, desk.palette),
    )
    if isinstance(layer.fill, ConicGradient):
        return [_conic(desk, layer.fill, item), *([replace(item, shadow=None)] if item.stroke else [])]
    return [replace(item, fill=None if layer.fill is None else paint(layer.fill, box, desk.palette))]


_MASKS: dict[str, Literal["ellipse", "rounded", "path"]] = {"ellipse": "ellipse", "rect": "rounded", "path": "path"}


def _conic(desk: Desk, fill: ConicGradient, item: ShapeItem) -> PictureItem:
    """The shape as a picture of the gradient. It turns around the middle of the shape's box, as the shape does."""
    bounds = paths.bounds(shape_path(item)) or item.box
    left, top = min(bounds[0], item.box[0]), min(bounds[1], item.box[1])
    right = max(bounds[0] + bounds[2], item.box[0] + item.box[2])
    bottom = max(bounds[1] + bounds[3], item.box[1] + item.box[3])
    x, y = item.box[0] + item.box[2] / 2, item.box[1] + item.box[3] / 2
    across, down = max(x - left, right - x), max(y - top, bottom - y)
    area = (x - across, y - down, 2 * across, 2 * down)
    picture = conic_picture(conic(fill, item.box, desk.palette), area)
    return PictureItem(
        item.layer,
        area,
        dynamic=False,
        opacity=item.opacity,
        rotate=item.rotate,
        shadow=item.shadow,
        blend=item.blend,
        picture=picture,
        crop=(0.0, 0.0, float(picture.width_px), float(picture.height_px)),
        mask=_MASKS[item.shape],
        radius=item.radius,
        path=item.path,
    )


def draw_picture(desk: Desk, layer: PictureLayer, frame: Frame) -> list[AnyItem]:
    """A picture cropped or fitted into its box, from wherever the layer takes it."""
    found = _picture_of(desk, layer, frame)
    if found is None:
        return []
    picture, focus, zoom = found
    box = frame.box(layer.box)
    if layer.slot:
        dx, dy = slot_offset(desk, layer.slot, box)
        box = (box[0] + dx, box[1] + dy, box[2], box[3])
    shift = (box[0] - layer.box[0], box[1] - layer.box[1])
    if layer.slices is not None:
        picture = nine_patch(picture, layer.slices, box)
    crop = cover(picture, box, focus, zoom)
    if layer.slices is not None or layer.fit == "contain":
        box = box if layer.slices is not None else contain(picture, box)
        crop = (0.0, 0.0, float(picture.width_px), float(picture.height_px))
    item = PictureItem(
        layer.name,
        box,
        dynamic=layer.slot is not None or layer.photo,
        opacity=layer.opacity * frame.opacity,
        rotate=layer.rotate + frame.rotate,
        slot=layer.slot,
        shadow=shade(layer.shadow, desk.palette),
        blend=layer.blend,
        picture=picture,
        crop=crop,
        border=line(layer.border, desk.palette),
    )
    return [item if layer.mask is None else _masked(desk, layer.mask, item, shift)]


def _masked(desk: Desk, mask: Mask, item: PictureItem, shift: Point) -> PictureItem:
    fade = None if mask.fade is None else paint(mask.fade, item.box, desk.palette)
    assert not isinstance(fade, tuple)
    return replace(
        item,
        mask="none" if mask.kind == "box" else mask.kind,
        radius=min(mask.radius, item.box[2] / 2, item.box[3] / 2),
        path=moved(commands(mask.d), *shift) if mask.d is not None else (),
        fade=fade,
    )


def _picture_of(desk: Desk, layer: PictureLayer, frame: Frame) -> tuple[Picture, Point, float] | None:
    """The picture, the point of it that stays in view, and the zoom; a problem is noted when there is none."""
    focus, zoom = layer.focus, 1.0
    if layer.photo:
        picture, path = desk.values.profile.photo, "profile.photo"
        focus = desk.values.profile.photo_focus
    elif layer.slot:
        slot, value, path = desk.template.slots[layer.slot], desk.values.slots.get(layer.slot), f"slots.{layer.slot}"
        assert isinstance(slot, PictureSlot)
        picture, focus = desk.pictures.get(slot.example), slot.focus
        if isinstance(value, PictureValue):
            picture, focus, zoom = value.picture, value.focus or slot.focus, value.zoom
    elif layer.asset:
        picture, path = desk.assets.get(layer.asset), f"{frame.path}.asset"
    else:
        picture, path = desk.pictures.get(layer.src or ""), f"{frame.path}.src"
    if picture is None:
        desk.problem(path, "missing_picture", "the picture for this place is missing")
        return None
    return picture, focus, zoom


def draw_qr(desk: Desk, layer: QrLayer, frame: Frame) -> list[AnyItem]:
    """The code with its quiet zone around it; a link too long for the box is a problem.

    Modules are whole pixels where that costs little. Else the code keeps its size and its edges are rounded one by one:
    a small code that is made smaller still does not read from a picture at half size.
    """
    try:
        modules = matrix(desk.link, layer.level)
    except ValueError as error:
        desk.problem("link", "bad_link", str(error))
        return []
    box = frame.box(layer.box)
    count = len(modules)
    room = min(box[2], box[3]) / (count + 2 * layer.quiet_modules)
    least = _least_module(desk)
    if room < least:
        message = (
            f"a code of {count}×{count} modules needs {least:.2g} px each; the box gives {room:.2g}: shorten the link"
        )
        desk.problem("link", "link_too_long", message)
        return []
    module = float(int(room))
    side = module * count if module >= WHOLE_ENOUGH * room else float(int(room * count))
    left, top = round(box[0] + (box[2] - side) / 2), round(box[1] + (box[3] - side) / 2)
    return [
        QrItem(
            layer.name,
            box,
            dynamic=True,
            opacity=layer.opacity * frame.opacity,
            rotate=layer.rotate + frame.rotate,
            link=desk.link,
            matrix=modules,
            modules=(left, top, side, side),
            dark=colour(layer.dark, desk.palette),
            light=colour(layer.light, desk.palette),
            radius=layer.radius,
        )
    ]


def _least_module(desk: Desk) -> float:
    size = desk.template.sizes[desk.size_name]
    if size.print is not None:
        return MIN_MODULE_MM * size.width_px / size.print.width_mm
    return MIN_MODULE * size.width_px / 1080
