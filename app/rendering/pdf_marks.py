"""What stands around the bleed for the printer and is cut away: crop marks, and the line that says what this is."""

from collections.abc import Sequence
from itertools import groupby

import pydyf

from app.rendering.display import Glyph, Run, TextItem, TextLine
from app.rendering.fonts import Face, FontBook
from app.rendering.imposition import POINTS_PER_MM, Segment
from app.rendering.pdf_items import Canvas
from app.rendering.pdf_objects import Numbers, Resources
from app.rendering.pdf_paints import set_colour
from app.rendering.shaping import NO_GLYPH, Manner, shape

HAIRLINE = 0.25  # pt
SLUG_SIZE = 6.0  # pt
SLUG_RISE = 2 * POINTS_PER_MM  # of its baseline above the edge of the page
SLUG_INDENT = 3 * POINTS_PER_MM
BLACK = (0, 0, 0)


def draw_marks(canvas: Canvas, resources: Resources, segments: Sequence[Segment]) -> None:
    """Hairlines in every ink, so that each plate can be cut and registered by them."""
    canvas.begin_marked_content("Artifact")
    canvas.push_state()
    canvas.set_line_width(HAIRLINE)
    if resources.colours.space == "/DeviceCMYK":
        canvas.set_color_space(_every_ink(resources), stroke=True)
        canvas.stream.append("1 SCN")
    else:
        set_colour(canvas, resources.colours, BLACK, stroke=True)
    for x1, y1, x2, y2 in segments:
        canvas.stream.append(f"{Numbers.row((x1, y1))} m {Numbers.row((x2, y2))} l S")
    canvas.pop_state()
    canvas.end_marked_content()


def _every_ink(resources: Resources) -> str:
    """The name of the colour space that PDF keeps for registration."""
    name = resources.name("ColorSpace", "every ink")
    if name is not None:
        return name
    solid = pydyf.Dictionary(
        {
            "FunctionType": 2,
            "Domain": pydyf.Array([0, 1]),
            "C0": pydyf.Array([0] * 4),
            "C1": pydyf.Array([1] * 4),
            "N": 1,
        }
    )
    space = pydyf.Array(["/Separation", "/All", "/DeviceCMYK", solid])
    return resources.keep("ColorSpace", "every ink", space)


def slug(text: str, fonts: FontBook, left: float, width: float) -> TextItem:
    """The line as a text on a grid of points, y downwards, its baseline on 0; made smaller where it is too long."""
    shaped = shape(text, _chain(fonts), Manner())
    clusters = [one for one in shaped.clusters if all(gid != NO_GLYPH for gid, _, _ in one.glyphs)]
    size = min(SLUG_SIZE, width / max(0.01, sum(one.advance for one in clusters)))
    x, runs = left, []
    for key, members in groupby(clusters, key=lambda one: one.face.key):
        start, glyphs = x, []
        for cluster in members:
            spelled = text[cluster.start : cluster.end]
            for number, (gid, dx, dy) in enumerate(cluster.glyphs):
                glyphs.append(Glyph(gid, x + dx * size, dy * size, "" if number else spelled))
            x += cluster.advance * size
        spelled = "".join(glyph.text for glyph in glyphs)
        runs.append(Run(key, size, (*BLACK, 255), spelled, start, 0.0, x - start, 0.0, tuple(glyphs)))
    line = TextLine("".join(run.text for run in runs), tuple(runs))
    return TextItem("slug", (left, -size, x - left, size), dynamic=True, lines=(line,), size=size)


def _chain(fonts: FontBook) -> tuple[Face, ...]:
    weights = fonts.weights
    family = "sans" if "sans" in weights else min(weights)
    return fonts.chain(family, min(weights[family], key=lambda weight: abs(weight - 400)))
