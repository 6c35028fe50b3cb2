"""Colours and gradients in a PDF: shadings with their opacity as a soft mask, strokes, and the state of alpha."""

from collections.abc import Sequence
from itertools import pairwise

import pydyf

from app.rendering.display import Line, Linear, Paint, Radial, Rgba
from app.rendering.paths import Path
from app.rendering.pdf_colours import Colours, Rgb
from app.rendering.pdf_objects import Numbers, Resources, stream
from app.rendering.scene import Blend

Stops = Sequence[tuple[float, Rgba]]
Parts = Sequence[tuple[float, tuple[float, ...]]]
NEAREST = 1e-5  # two stops at one place lie this far apart, for a function needs an interval

_OPERATORS = {"M": "m", "L": "l", "C": "c", "Z": "h"}


def trace(canvas: pydyf.Stream, path: Path) -> None:
    """Makes `path` the current path."""
    x, y = 0.0, 0.0
    for name, numbers in path:
        if name == "Q":
            qx, qy, tx, ty = numbers
            name, numbers = "C", _raised(x, y, qx, qy, tx, ty)
        canvas.stream.append(f"{Numbers.row(numbers)} {_OPERATORS[name]}".lstrip())
        if numbers:
            x, y = numbers[-2], numbers[-1]


def _raised(x: float, y: float, qx: float, qy: float, tx: float, ty: float) -> tuple[float, ...]:
    return (x + (qx - x) * 2 / 3, y + (qy - y) * 2 / 3, tx + (qx - tx) * 2 / 3, ty + (qy - ty) * 2 / 3, tx, ty)


def fill(canvas: pydyf.Stream, resources: Resources, path: Path, paint: Paint) -> None:
    """Fills `path` with a colour or a gradient."""
    canvas.push_state()
    if isinstance(paint, tuple):
        set_alpha(canvas, resources, paint[3])
        set_colour(canvas, resources.colours, paint[:3])
        trace(canvas, path)
        canvas.fill()
    else:
        trace(canvas, path)
        canvas.clip()
        canvas.end()
        if any(colour[3] < 255 for _, colour in paint.stops):
            set_soft_mask(canvas, resources, paint)
        canvas.paint_shading(_shading(resources, paint, gray=False))
    canvas.pop_state()


def stroke(canvas: pydyf.Stream, resources: Resources, path: Path, line: Line | None) -> None:
    """Draws `line` along `path`."""
    if line is None:
        return
    canvas.push_state()
    set_alpha(canvas, resources, line.paint[3])
    set_colour(canvas, resources.colours, line.paint[:3], stroke=True)
    canvas.set_line_width(line.width)
    canvas.set_miter_limit(4)
    if line.joins == "round":
        canvas.set_line_join(1)
    if line.dash:
        canvas.set_dash(list(line.dash), 0)
    trace(canvas, path)
    canvas.stroke()
    canvas.pop_state()


def set_colour(canvas: pydyf.Stream, colours: Colours, rgb: Rgb, stroke: bool = False) -> None:
    """Makes `rgb` the colour of what follows."""
    parts = colours.components(rgb)
    operator = ("RG" if stroke else "rg") if len(parts) == 3 else ("K" if stroke else "k")
    canvas.stream.append(f"{Numbers.row(parts)} {operator}")


def set_alpha(canvas: pydyf.Stream, resources: Resources, alpha: int) -> None:
    """Makes what follows as thick as `alpha` (0 to 255) says."""
    if alpha < 255:
        set_opacity(canvas, resources, alpha / 255)


_BLENDS: dict[Blend, str] = {
    "normal": "/Normal",
    "multiply": "/Multiply",
    "screen": "/Screen",
    "overlay": "/Overlay",
}


def set_opacity(canvas: pydyf.Stream, resources: Resources, opacity: float, blend: Blend = "normal") -> None:
    """Makes what follows `opacity` (0 to 1) thick, and mixes it with what is below as `blend` says."""
    alpha = Numbers.one(opacity)
    key = (alpha, blend)
    name = resources.name("ExtGState", key)
    if name is None:
        state = pydyf.Dictionary({"Type": "/ExtGState", "ca": alpha, "CA": alpha})
        if blend != "normal":
            state["BM"] = _BLENDS[blend]
        name = resources.keep("ExtGState", key, state)
    canvas.set_state(name)


def set_soft_mask(canvas: pydyf.Stream, resources: Resources, paint: Linear | Radial) -> None:
    """Makes what follows as thick as the colours of a gradient are."""
    name = resources.name("ExtGState", paint)
    if name is None:
        group = stream(
            resources.pdf,
            f"/{_shading(resources, paint, gray=True)} sh".encode(),
            {
                "Type": "/XObject",
                "Subtype": "/Form",
                "BBox": pydyf.Array([-100_000, -100_000, 100_000, 100_000]),
                "Resources": resources.dictionary.reference,
                "Group": pydyf.Dictionary({"S": "/Transparency", "CS": "/DeviceGray"}),
            },
        )
        mask = pydyf.Dictionary({"Type": "/Mask", "S": "/Luminosity", "G": group.reference})
        name = resources.keep("ExtGState", paint, pydyf.Dictionary({"Type": "/ExtGState", "SMask": mask}))
    canvas.set_state(name)


def _shading(resources: Resources, paint: Linear | Radial, gray: bool) -> str:
    name = resources.name("Shading", (paint, gray))
    if name is not None:
        return name
    if isinstance(paint, Linear):
        kind, coordinates = 2, [*paint.start, *paint.end]
    else:
        kind, coordinates = 3, [*paint.centre, 0, *paint.centre, paint.radius]
    colours = resources.colours
    shading = pydyf.Dictionary(
        {
            "ShadingType": kind,
            "ColorSpace": "/DeviceGray" if gray else colours.space,
            "Coords": pydyf.Array([float(number) for number in coordinates]),
            "Extend": pydyf.Array(["true", "true"]),
            "Function": _function(_opacities(paint.stops) if gray else _colours(paint.stops, colours)),
        }
    )
    resources.pdf.add_object(shading)
    return resources.keep("Shading", (paint, gray), shading)


def _opacities(stops: Stops) -> Parts:
    return [(at, (colour[3] / 255,)) for at, colour in stops]


def _colours(stops: Stops, colours: Colours) -> Parts:
    """The stops in the file's colours, with as many between them as the way from one to the next needs."""
    between: list[tuple[float, Rgb]] = []
    for (start, first), (end, last) in pairwise(stops):
        for step in range(colours.steps):
            part = step / colours.steps
            red, green, blue = (round(a + (b - a) * part) for a, b in zip(first[:3], last[:3], strict=True))
            between.append((start + (end - start) * part, (red, green, blue)))
    return [(at, colours.components(rgb)) for at, rgb in [*between, (stops[-1][0], stops[-1][1][:3])]]


def _function(stops: Parts) -> pydyf.Dictionary:
    """From 0..1 to the colour (or to its opacity as a gray), straight from stop to stop."""
    places: list[float] = []
    for at, _ in stops:
        places.append(max(at, places[-1] + NEAREST) if places else at)
    colours = [pydyf.Array(list(parts)) for _, parts in stops]
    if places[0] > 0:
        places, colours = [0.0, *places], [colours[0], *colours]
    if places[-1] < 1:
        places, colours = [*places, 1.0], [*colours, colours[-1]]
    pieces = [
        pydyf.Dictionary({"FunctionType": 2, "Domain": pydyf.Array([0, 1]), "C0": start, "C1": end, "N": 1})
        for start, end in pairwise(colours)
    ]
    last = places[-1]  # stops pushed apart at the end may reach a little over 1
    return pydyf.Dictionary(
        {
            "FunctionType": 3,
            "Domain": pydyf.Array([0, 1]),
            "Functions": pydyf.Array(pieces),
            "Bounds": pydyf.Array([place / last for place in places[1:-1]]),
            "Encode": pydyf.Array([0, 1] * len(pieces)),
        }
    )
