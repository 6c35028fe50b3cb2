"""advisor-card: a moon gate of stacked paper around the portrait, and ridges that rise in front of it."""

from pathlib import Path

import numpy as np
from PIL import Image

from art.canvas import write
from art.colour import Array, rgb
from art.cut import Sheet, outline
from art.light import blur, moved, paper
from art.motifs import contours
from art.noise import fbm
from art.vector import disc, ring

GATE = (540.0, 610.0)
OPENING = 392.0
RINGS = ((0.0, "#EFAF95"), (27.0, "#F4CBB5"), (56.0, "#F8E2D3"), (88.0, "#FAF7F2"))
RIDGES = (
    ([(-60, 960), (60, 905), (170, 842), (262, 872), (380, 946), (540, 984), (700, 956), (830, 878), (930, 838),
      (1020, 880), (1140, 930)], ("#A9C4CF", "#7EA3B5")),
    ([(-60, 1010), (70, 962), (190, 1000), (330, 1052), (520, 1060), (690, 1040), (860, 960), (960, 930), (1050, 962),
      (1140, 1000)], ("#5F8CA4", "#3C6C88")),
    ([(-60, 1040), (60, 1034), (180, 1058), (330, 1102), (500, 1092), (640, 1054), (780, 1066), (930, 1100),
      (1040, 1072), (1140, 1060)], ("#2C6285", "#134264")),
)  # fmt: skip


def draw(folder: Path) -> None:
    """Write gate.webp: everything but the photo, which shows through the opening."""
    sheet = Sheet(1080, 1920, RINGS[0][1])
    opening = disc(sheet, *GATE, OPENING)
    _gate(sheet)
    solid = 1 - opening
    inside = np.clip(blur(moved(solid, 3, 14), 13), 0, 1) * 0.5
    for crest, colours in RIDGES:
        mask = sheet.cut(outline([(-60, 1990), *crest, (1140, 1990)], (0, 1, -2, -1)))
        top = min(y for _, y in crest)
        drop = (0, -8, 26, 0.24)
        inside = np.maximum(inside, blur(moved(mask, drop[0], drop[1]), drop[2] * 0.6) * drop[3])
        sheet.lay(mask, sheet.blend((0, top), (0, top + 330), *colours), drop)
        solid = np.maximum(solid, mask)
    _ground(sheet, mask)
    paper(sheet, 0.9, 8)
    write(_see_through(sheet, solid, inside), folder / "gate.webp", 560)


def _gate(sheet: Sheet) -> None:
    """Sheets with ever wider openings, the widest on top, and hair-thin rings in gold on the last of them."""
    for wider, colour in RINGS[1:]:
        sheet.lay(1 - disc(sheet, *GATE, OPENING + wider), colour, (3, 9, 12, 0.2), shade="#5B2A16")
    cloud = fbm(sheet.x / 620, sheet.y / 620, 12, 4)
    outside = np.clip((np.hypot(sheet.x - GATE[0], sheet.y - GATE[1]) - OPENING - 88) / 90, 0, 1)
    sheet.paint("#E7EDEC", outside * np.clip(0.55 + cloud, 0, 1), 0.75)
    for index, radius in enumerate((510, 548, 592, 642, 698, 760, 828)):
        sheet.paint("#B98F4B", ring(sheet, *GATE, radius, 1.3), 0.34 - index * 0.036)


def _ground(sheet: Sheet, mask: Array) -> None:
    """The nearest ridge deepens towards the foot, with waves of contour under the words."""
    depth = np.clip((sheet.y - 1040) / 520, 0, 1) ** 0.8
    sheet.paint("#0B2C46", mask * depth, 0.9)
    field = sheet.y / 900 + fbm(sheet.x / 760, sheet.y / 620, 31, 3) * 0.32
    lines = contours(field, 0.045, 1.3) * np.clip((sheet.y - 1120) / 300, 0, 1)
    sheet.paint("#7FB0CC", lines * mask, 0.13)


def _see_through(sheet: Sheet, solid: Array, inside: Array) -> Image.Image:
    """The sheet where it is solid; over the photo only the shadow that it throws."""
    shadow = inside * (1 - solid)
    alpha = solid + shadow
    weight = (solid / np.maximum(alpha, 1e-6))[..., None]
    colour = np.asarray(sheet.image(0.006, 44), dtype=np.float32) / 255
    mixed = np.where(alpha[..., None] > 0, colour * weight + rgb("#2A120A") * (1 - weight), colour)
    pixels = np.concatenate([mixed, alpha[..., None]], axis=-1)
    return Image.fromarray((np.clip(pixels, 0, 1) * 255 + 0.5).astype(np.uint8), "RGBA")
