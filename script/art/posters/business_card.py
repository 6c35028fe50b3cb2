"""business-card: the ground of the back, ridges cut from one blue paper. The line on top is a path of template.json."""

from pathlib import Path

import numpy as np

from art.colour import GOLD, mix
from art.cut import Sheet, outline, spline
from art.light import glow, paper
from art.vector import strokes

RIDGES = (
    [(-120, 478), (110, 450), (320, 346), (540, 452), (790, 392), (1010, 466), (1190, 444)],
    [(-120, 528), (60, 498), (230, 476), (480, 522), (760, 440), (1000, 512), (1190, 482)],
    [(-120, 566), (130, 548), (340, 568), (560, 512), (830, 566), (1040, 530), (1190, 518)],
    [(-120, 620), (120, 612), (330, 588), (560, 612), (760, 620), (940, 592), (1190, 606)],
)  # fmt: skip


def draw(folder: Path) -> None:
    """Write back.jpg, which reaches 35 px into the bleed."""
    sheet = Sheet(1063, 638, "#0F3D5E", bleed=35)
    sheet.paint(sheet.blend((0, -35), (300, 673), "#17527A", "#0F3D5E", "#0B2F49"))
    sheet.paint("#5E93B2", glow(sheet, 760, 60, 760, 1.6), 0.34, "screen")
    for index, crest in enumerate(RIDGES):
        share = index / (len(RIDGES) - 1)
        mask = sheet.cut(outline([(-120, 760), *crest, (1190, 760)], (0, 1, -2, -1)))
        top = min(y for _, y in crest)
        high, low = mix("#2A6A93", "#0F3D5E", share * 0.8), mix("#14496D", "#08243A", share)
        depth = np.clip((sheet.y - top) / 260, 0, 1)[..., None] * np.ones((*sheet.shape, 1), np.float32)
        sheet.lay(mask, high * (1 - depth) + low * depth, (0, -5, 20, 0.3))
        if index == 0:
            sheet.paint(GOLD, strokes(sheet, [spline(crest)], 2.6), 0.95)
    paper(sheet, 0.8, 6, 1.3)
    sheet.save(folder / "back.jpg", 320, grain=0.005, seed=31)
