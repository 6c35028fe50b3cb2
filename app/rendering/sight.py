"""What a text of the display list stands on, and how much of it something painted later hides."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.rendering.display import AnyItem, DisplayList, PictureItem, QrItem, Rect, Rgba, ShapeItem, TextItem
from app.rendering.pictures import Picture

_OPAQUE = 0.9


@dataclass(frozen=True, slots=True)
class Sight:
    """`ground` is the plain colour under the text, None where it is a picture, a gradient or more than one thing."""

    ground: Rgba | None
    covered: float


def sights(display: DisplayList) -> dict[int, Sight]:
    """The sight of each text item, by ``id(item)``. Turned items are left out: their boxes say little."""
    items = display.items
    hiding = [(index, item.box) for index, item in enumerate(items) if _hides(item)]
    return {
        id(item): Sight(_ground(item.ink, items[:index]), _covered(item.ink, [box for at, box in hiding if at > index]))
        for index, item in enumerate(items)
        if isinstance(item, TextItem) and not item.rotate
    }


def _ground(ink: Rect, below: Sequence[AnyItem]) -> Rgba | None:
    for item in reversed(below):
        share = 0.0 if isinstance(item, TextItem) else _share(ink, item.box)
        if share == 0:
            continue
        if isinstance(item, ShapeItem) and item.shape == "rect" and share > 0.999 and _is_plain(item):
            return item.fill if isinstance(item.fill, tuple) else None
        return None
    return None


def _covered(ink: Rect, above: Sequence[Rect]) -> float:
    return max((_share(ink, box) for box in above), default=0.0)


def _hides(item: AnyItem) -> bool:
    if item.rotate or item.opacity < _OPAQUE:
        return False
    if isinstance(item, PictureItem):
        return item.mask != "ellipse" and item.picture is not None and is_opaque(item.picture)
    if isinstance(item, ShapeItem):
        return item.shape == "rect" and _is_plain(item)
    return isinstance(item, QrItem)


def _is_plain(item: ShapeItem) -> bool:
    return (
        isinstance(item.fill, tuple) and item.fill[3] >= _OPAQUE * 255 and item.opacity >= _OPAQUE and not item.rotate
    )


def _share(ink: Rect, box: Rect) -> float:
    """The share of `ink` that lies in `box`."""
    x, y, width, height = ink
    if width <= 0 or height <= 0:
        return 0.0
    inside_x = min(x + width, box[0] + box[2]) - max(x, box[0])
    inside_y = min(y + height, box[1] + box[3]) - max(y, box[1])
    return max(0.0, inside_x) * max(0.0, inside_y) / (width * height)


_PNG, _WEBP = b"\x89PNG", b"WEBP"


def is_opaque(picture: Picture) -> bool:
    """Whether the file cannot hold transparent pixels, as its header says."""
    data = picture.data
    if data[:4] == _PNG:
        return data[25] in (0, 2, 3) and b"tRNS" not in data[:4096]
    if data[8:12] == _WEBP:
        return data[12:16] == b"VP8 "
    return data[:2] == b"\xff\xd8"
