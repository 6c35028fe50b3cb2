"""Resolves what a scene says in its own terms: colours, gradients as fractions, path data, the part of a picture."""

from collections.abc import Mapping
from functools import lru_cache

from app.rendering.display import Conic, Line, Linear, Paint, Radial, Rect, Rgba, Shade
from app.rendering.pictures import Picture
from app.rendering.scene import ConicGradient, Fill, LinearGradient, RadialGradient, Shadow, Stroke

Commands = tuple[tuple[str, tuple[float, ...]], ...]


def colour(value: str, palette: Mapping[str, str]) -> Rgba:
    """RGBA of ``#RRGGBB``, ``#RRGGBBAA`` or ``@name``. *Raises* KeyError for a name that the palette lacks."""
    digits = palette[value[1:]] if value.startswith("@") else value
    return _hexadecimal(digits)


@lru_cache(maxsize=512)
def _hexadecimal(digits: str) -> Rgba:
    red, green, blue, *alpha = bytes.fromhex(digits.removeprefix("#"))
    return (red, green, blue, alpha[0] if alpha else 255)


def paint(fill: Fill, box: Rect, palette: Mapping[str, str]) -> Paint:
    """The fill with its points in pixels of `box`. *Raises* KeyError for an unknown colour."""
    x, y, width, height = box
    if isinstance(fill, LinearGradient):
        stops = tuple((stop.at, colour(stop.colour, palette)) for stop in fill.stops)
        (x0, y0), (x1, y1) = fill.start, fill.end
        return Linear((x + x0 * width, y + y0 * height), (x + x1 * width, y + y1 * height), stops)
    if isinstance(fill, RadialGradient):
        stops = tuple((stop.at, colour(stop.colour, palette)) for stop in fill.stops)
        centre = (x + fill.centre[0] * width, y + fill.centre[1] * height)
        return Radial(centre, fill.radius * max(width, height), stops)
    return colour(fill, palette)


def conic(fill: ConicGradient, box: Rect, palette: Mapping[str, str]) -> Conic:
    """The gradient with its centre in pixels of `box`. *Raises* KeyError for an unknown colour."""
    stops = tuple((stop.at, colour(stop.colour, palette)) for stop in fill.stops)
    return Conic((box[0] + fill.centre[0] * box[2], box[1] + fill.centre[1] * box[3]), fill.start, stops)


def shade(shadow: Shadow | None, palette: Mapping[str, str]) -> Shade | None:
    """The shadow with its colour resolved; CSS' blur is twice the standard deviation."""
    if shadow is None:
        return None
    return Shade(colour(shadow.colour, palette), (round(shadow.offset[0]), round(shadow.offset[1])), shadow.blur / 2)


def line(stroke: Stroke | None, palette: Mapping[str, str]) -> Line | None:
    """The stroke with its colour resolved."""
    return None if stroke is None else Line(colour(stroke.colour, palette), stroke.width, stroke.dash)


@lru_cache(maxsize=4096)
def commands(data: str) -> Commands:
    """SVG path data as absolute M, L, Q, C and Z; arcs become curves. *Raises* ValueError when it is malformed."""
    from fontTools.pens.recordingPen import RecordingPen
    from fontTools.svgLib.path.parser import parse_path  # 10 MiB, for the few templates that draw paths

    pen = RecordingPen()
    try:
        parse_path(data, pen)
    except (ValueError, IndexError, TypeError, AssertionError, ZeroDivisionError) as error:
        raise ValueError(f"not path data: {error}") from error
    found: list[tuple[str, tuple[float, ...]]] = []
    for name, points in pen.value:
        numbers = tuple(round(float(part), 4) for point in points for part in point)
        if name == "closePath":
            found.append(("Z", ()))
        elif name != "endPath":
            found.append(({"moveTo": "M", "lineTo": "L", "curveTo": "C", "qCurveTo": "Q"}[name], numbers))
    return tuple(found)


def moved(path: Commands, dx: float, dy: float) -> Commands:
    """The path moved by (dx, dy)."""
    if not dx and not dy:
        return path
    return tuple(
        (name, tuple(part + (dy if index % 2 else dx) for index, part in enumerate(points))) for name, points in path
    )


def cover(picture: Picture, box: Rect, focus: tuple[float, float], zoom: float = 1.0) -> Rect:
    """The part of the picture that fills `box` with `focus` (fractions) as near to its middle as the edges allow."""
    scale = max(box[2] / picture.width_px, box[3] / picture.height_px) * zoom
    width, height = box[2] / scale, box[3] / scale
    left = min(max(focus[0] * picture.width_px - width / 2, 0.0), picture.width_px - width)
    top = min(max(focus[1] * picture.height_px - height / 2, 0.0), picture.height_px - height)
    return (max(0.0, left), max(0.0, top), width, height)


def contain(picture: Picture, box: Rect) -> Rect:
    """The largest box inside `box`, in its middle, with the picture's proportions."""
    scale = min(box[2] / picture.width_px, box[3] / picture.height_px)
    width, height = picture.width_px * scale, picture.height_px * scale
    return (box[0] + (box[2] - width) / 2, box[1] + (box[3] - height) / 2, width, height)
