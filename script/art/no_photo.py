"""The stand-in for an advisor without a photo: a quiet figure cut from two sheets of paper. Nobody in particular."""

from pathlib import Path

from art.canvas import Canvas
from art.light import glow, linear, soft_shadow
from art.vector import bezier, disc, polygon

WIDTH, HEIGHT = 960, 1200
SHOULDERS = bezier(
    [(90, 1260), (100, 860), (190, 750), (330, 708), (400, 688), (414, 662), (414, 610), (436, 642), (524, 642),
     (546, 610), (546, 662), (560, 688), (630, 708), (770, 750), (860, 860), (870, 1260)]
)  # fmt: skip


def draw(folder: Path) -> None:
    """Write no-photo.jpg into `folder`."""
    canvas = Canvas(WIDTH, HEIGHT, "#DCE6EA")
    canvas.paint(linear(canvas, [(0, "#E9EFF1"), (0.6, "#D3E0E6"), (1, "#BFD1DA")]))
    canvas.paint("#FFFFFF", glow(canvas, 480, 400, 620), 0.55)
    for mask, shades in (
        (polygon(canvas, SHOULDERS), ("#7F9DB0", "#5F8198")),
        (disc(canvas, 480, 440, 196), ("#A9C0CC", "#88A5B6")),
    ):
        soft_shadow(canvas, mask, 0, 14, 22, opacity=0.22)
        canvas.paint(linear(canvas, [(0, shades[0]), (1, shades[1])]), mask)
    canvas.save(folder / "no-photo.jpg", 200)
