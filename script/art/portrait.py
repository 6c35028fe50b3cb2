"""The sample portrait: an advisor cut from layered paper, standing in wherever no photograph is given."""

from pathlib import Path

import numpy as np

from art.colour import Array
from art.cut import Sheet, brush, outline, spline
from art.light import blur
from art.vector import Points, rotated

WIDTH, HEIGHT = 1200, 1500
NECK = (600.0, 820.0)
TILT = -3.0
HAIR, HAIR_TOP, HAIR_LIT, HAIR_DARK = "#1A2A38", "#2B4356", "#4A6A80", "#101B25"
SKIN_LIT, SKIN, SKIN_SHADE, SKIN_DEEP = "#FBDFCA", "#F5CFB6", "#E7B396", "#C98A6D"


def draw(folder: Path) -> None:
    """Write portrait.jpg into `folder`."""
    _portrait().save(folder / "portrait.jpg", 480, grain=0.009, seed=20)


def _portrait() -> Sheet:
    sheet = Sheet(WIDTH, HEIGHT, "#DCE6EA")
    _backdrop(sheet)
    sheet.zoom, sheet.pivot = 1.15, (604.0, 640.0)
    _hair_behind(sheet)
    _neck(sheet)
    _suit(sheet)
    face = _face(sheet)
    for cx, scale, outer in ((520, 1.0, -1), (668, 1.03, 1)):
        _eye(sheet, face, (cx, 574), scale, outer)
    _brows_and_nose(sheet, face)
    _mouth(sheet)
    _hair(sheet)
    return sheet


def _shape(sheet: Sheet, points: Points, sharp: tuple[int, ...] = ()) -> Array:
    return sheet.cut(rotated(outline(points, sharp), TILT, NECK))


def _stroke(sheet: Sheet, points: Points, widths: tuple[float, ...]) -> Array:
    return sheet.cut(rotated(brush(points, widths), TILT, NECK))


def _backdrop(sheet: Sheet) -> None:
    sheet.paint(sheet.blend((0, 0), (260, HEIGHT), "#C9DAE1", "#E4EAE8", "#F6E3D5", "#F2C3A9"))
    sun = sheet.oval(650, 570, 480, 480)
    sheet.paint("#FFF3E4", blur(sun, 50), 0.5)
    sheet.lay(sun, sheet.blend((500, 90), (720, 1040), "#FCF2E4", "#F8DDC7", "#F0B597"), (0, 10, 26, 0.13))
    ridges = [
        (
            900,
            [(120, 820), (260, 760), (380, 850), (560, 905), (820, 850), (980, 742), (1090, 800)],
            "#B9CDD6",
            "#D8DFDD",
        ),
        (
            1010,
            [(90, 960), (210, 905), (330, 985), (600, 1060), (900, 985), (1050, 890), (1130, 950)],
            "#7FA2B5",
            "#AFC3C9",
        ),
        (1150, [(110, 1085), (230, 1120), (420, 1180), (780, 1180), (960, 1080), (1090, 1040)], "#4A7690", "#7E9FAE"),
    ]
    for base, peaks, top, foot in ridges:
        edge = [(-40, HEIGHT + 40), (-40, base), *peaks, (WIDTH + 40, base), (WIDTH + 40, HEIGHT + 40)]
        paint = sheet.blend((0, base - 160), (0, base + 260), top, foot)
        sheet.lay(sheet.cut(outline(edge, (0, 1, -2, -1))), paint, (0, -4, 18, 0.16))


def _hair_behind(sheet: Sheet) -> None:
    back = [
        (604, 272), (480, 296), (398, 390), (376, 520), (380, 650), (356, 760), (362, 850), (420, 898), (520, 900),
        (690, 900), (792, 892), (852, 836), (846, 748), (826, 650), (828, 520), (804, 386), (730, 298),
    ]  # fmt: skip
    sheet.lay(_shape(sheet, back), sheet.blend((400, 300), (800, 920), HAIR, HAIR_DARK), (4, 14, 24, 0.26))


def _neck(sheet: Sheet) -> None:
    edge = [
        (526, 700), (532, 800), (520, 856), (450, 910), (470, 1070), (602, 1200), (734, 1070), (756, 910), (690, 856),
        (676, 800), (682, 700),
    ]  # fmt: skip
    mask = sheet.cut(outline(edge, (0, -1)))
    sheet.lay(mask, sheet.blend((0, 780), (0, 1060), SKIN_SHADE, SKIN), (0, 6, 12, 0.2))
    chin = [(440, 640), (470, 770), (544, 838), (612, 860), (682, 834), (740, 760), (760, 640)]
    sheet.paint(SKIN_DEEP, blur(_shape(sheet, chin), 7) * mask, 0.8)
    bones = sheet.cut(brush([(512, 926), (556, 934), (584, 954)], (1, 6, 1)))
    bones += sheet.cut(brush([(694, 926), (650, 934), (622, 954)], (1, 6, 1)))
    sheet.paint(SKIN_DEEP, blur(bones, 2) * mask, 0.5)


def _suit(sheet: Sheet) -> None:
    blouse = [
        (462, 900),
        (520, 972),
        (603, 1086),
        (684, 972),
        (744, 900),
        (800, 960),
        (800, 1520),
        (400, 1520),
        (400, 960),
    ]
    sheet.lay(
        sheet.cut(outline(blouse, (0, 2, 4, 6, 7))),
        sheet.blend((420, 930), (760, 1400), "#FFFDF9", "#D9E2E6"),
        (0, 8, 12, 0.25),
    )
    for side in (1, -1):
        lit = side < 0

        def at(points: Points, sharp: tuple[int, ...], side: int = side) -> Array:
            return sheet.cut(outline([(603 + side * x, y) for x, y in points], sharp))

        body = [
            (104, 846), (190, 898), (330, 948), (436, 1018), (502, 1160), (536, 1540), (-30, 1540), (0, 1390),
            (76, 1160), (128, 990),
        ]  # fmt: skip
        cloth = ("#164C72", "#0E3A5A") if lit else ("#12405F", "#0A2C45")
        sheet.lay(
            at(body, (0, 5, 6, 7)),
            sheet.blend((603 + side * 40, 900), (603 + side * 520, 1500), *cloth),
            (0, 8, 20, 0.34),
        )
        lapel = [
            (104, 846), (156, 892), (222, 990), (246, 1058), (186, 1072), (216, 1122), (100, 1290), (0, 1392),
            (76, 1160), (128, 990),
        ]  # fmt: skip
        silk = ("#256690", "#154A70") if lit else ("#1C5379", "#0F3D5E")
        sheet.lay(
            at(lapel, (0, 3, 4, 5, 7)),
            sheet.blend((603, 880), (603 + side * 200, 1360), *silk),
            (side * 4, 8, 12, 0.34),
        )
    _brooch(sheet, 446, 1128)


def _brooch(sheet: Sheet, cx: float, cy: float) -> None:
    ground = sheet.blend((cx - 20, cy - 27), (cx + 20, cy + 27), "#DB5238", "#B9331C")
    sheet.lay(sheet.oval(cx, cy, 25, 25), ground, (1, 4, 5, 0.45))
    sheet.paint("#FBE9DC", sheet.oval(cx, cy, 21.5, 21.5) - sheet.oval(cx, cy, 20, 20), 0.9)
    for row in range(3):
        y, reach = cy - 4 + row * 6, 14 - row * 2
        line = [(cx - reach, y + 3), (cx - 5, y - 4), (cx + 1, y + 1), (cx + 7, y - 2), (cx + reach, y + 3)]
        sheet.paint("#FBE9DC", sheet.cut(brush(line, (2.2, 2.6, 2.2))), 0.95)


def _face(sheet: Sheet) -> Array:
    ear = _shape(sheet, [(752, 560), (774, 540), (796, 556), (796, 604), (780, 642), (756, 648)])
    sheet.lay(ear, sheet.blend((750, 540), (800, 640), SKIN, SKIN_SHADE), (0, 3, 6, 0.2))
    inner = _stroke(sheet, [(768, 566), (784, 572), (784, 602), (770, 624)], (2, 5, 5, 2))
    sheet.paint(SKIN_DEEP, blur(inner, 1.5) * ear, 0.7)
    contour = [
        (446, 430), (436, 520), (440, 600), (458, 672), (500, 738), (556, 784), (604, 794), (652, 780), (706, 730),
        (744, 660), (762, 590), (768, 510), (752, 430), (690, 350), (600, 320), (500, 350),
    ]  # fmt: skip
    face = _shape(sheet, contour)
    sheet.lay(face, sheet.blend((470, 400), (760, 780), SKIN_LIT, SKIN, "#F0C2A5"), (0, 8, 10, 0.14), shade="#7A3B24")
    side = [(800, 380), (732, 470), (722, 580), (712, 660), (668, 738), (600, 800), (700, 820), (800, 700)]
    sheet.paint(SKIN_SHADE, blur(_shape(sheet, side), 5) * face, 0.5)
    for cx, cy in rotated([(494, 656), (692, 656)], TILT, NECK):
        sheet.paint("#EC8A73", sheet.haze(cx, cy, 56, 38) * face, 0.36)
    lobe = rotated([(774, 655)], TILT, NECK)[0]
    sheet.lay(
        sheet.oval(lobe[0], lobe[1], 10, 10),
        sheet.blend((lobe[0] - 8, lobe[1] - 10), (lobe[0] + 8, lobe[1] + 10), "#F3DDA8", "#B98F4B"),
        (1, 3, 3, 0.35),
    )
    return face


def _brows_and_nose(sheet: Sheet, face: Array) -> None:
    for line, widths in (
        ([(470, 534), (492, 518), (528, 513), (560, 520)], (2, 7, 10, 10.5, 9.5, 4)),
        ([(628, 520), (660, 512), (698, 516), (721, 535)], (4, 9.5, 10.5, 10, 7, 2)),
    ):
        sheet.paint("#33404B", _stroke(sheet, line, widths), 0.85)
    plane = [(602, 552), (606, 610), (624, 650), (606, 664), (586, 660), (598, 630)]
    sheet.paint(SKIN_DEEP, blur(_shape(sheet, plane, (0,)), 3.5) * face, 0.36)
    tip = [(568, 655), (577, 666), (591, 668), (604, 665), (615, 653)]
    sheet.paint("#B9745A", _stroke(sheet, tip, (2, 5, 4, 5, 2)), 0.85)
    sheet.paint("#FFF1E4", blur(_stroke(sheet, [(588, 560), (584, 620), (582, 642)], (3, 9, 12)), 4), 0.8)


def _eye(sheet: Sheet, face: Array, centre: tuple[float, float], scale: float, outer: int) -> None:
    def at(points: Points) -> list[tuple[float, float]]:
        return [(centre[0] + outer * x * scale, centre[1] + y * scale) for x, y in points]

    white = _shape(sheet, at([(-36, 6), (-20, -9), (4, -15), (26, -9), (40, 2), (22, 12), (0, 15), (-20, 12)]), (0, 4))
    sheet.paint(SKIN_DEEP, blur(white, 5) * face, 0.4)
    sheet.paint("#FFF9F2", white)
    ex, ey = rotated([(centre[0] - 2, centre[1] - 0.5)], TILT, NECK)[0]
    sheet.paint(sheet.blend((ex, ey - 18), (ex, ey + 18), "#1E1511", "#63402B"), sheet.oval(ex, ey, 17.5, 17.5) * white)
    sheet.paint("#120C0A", sheet.oval(ex, ey, 8, 8) * white)
    lid = _stroke(sheet, at([(-34, -2), (-16, -10), (6, -13), (30, -5)]), (6, 10, 8))
    sheet.paint("#6B4B3E", blur(lid, 2.5) * white, 0.45)
    sheet.paint("#FFFFFF", sheet.oval(ex - 6, ey - 6, 4.6, 4.6) + sheet.oval(ex + 6, ey + 6, 2, 2), 0.95)
    sheet.paint(
        "#1B1714", _stroke(sheet, at([(-38, 7), (-20, -10), (4, -17), (28, -11), (50, -5)]), (2, 6, 7.5, 6.5, 1.5))
    )
    sheet.paint("#A8694F", _stroke(sheet, at([(-30, -16), (-8, -27), (20, -26), (42, -16)]), (1, 3, 3, 1)), 0.7)
    sheet.paint("#8A5A46", _stroke(sheet, at([(-14, 15), (10, 15.5), (32, 8)]), (0.8, 2.2, 1.6)), 0.6)


def _mouth(sheet: Sheet) -> None:
    upper = [
        (540, 704), (562, 701), (581, 695), (593, 699), (605, 695), (626, 701), (650, 702), (624, 712), (594, 716),
        (562, 714),
    ]  # fmt: skip
    lower = [(544, 707), (564, 713), (594, 716), (624, 712), (646, 705), (626, 730), (594, 739), (562, 731)]
    sheet.paint(SKIN_DEEP, blur(_stroke(sheet, [(558, 752), (594, 759), (630, 751)], (2, 10, 2)), 4), 0.45)
    sheet.paint("#DB7562", _shape(sheet, lower, (0, 4)))
    sheet.paint("#C65A47", _shape(sheet, upper, (0, 6)))
    smile = [(535, 701), (545, 708), (566, 714), (594, 717), (624, 713), (645, 705), (654, 697)]
    sheet.paint("#8A3325", _stroke(sheet, smile, (1.4, 3.8, 3.2, 3, 3.2, 3.8, 1.4)), 0.8)
    sheet.paint("#F9C0B0", blur(_stroke(sheet, [(574, 727), (592, 729), (612, 726)], (2, 6, 2)), 1.5), 0.75)


def _hair(sheet: Sheet) -> None:
    right = [
        (672, 290), (744, 300), (804, 366), (830, 470), (828, 580), (834, 690), (850, 780), (834, 856), (804, 796),
        (800, 700), (802, 600), (792, 530), (776, 474), (752, 424), (716, 384), (684, 340),
    ]  # fmt: skip
    left = [
        (690, 292), (604, 262), (494, 284), (402, 376), (374, 500), (378, 620), (352, 740), (360, 838), (404, 890),
        (452, 850), (442, 760), (436, 670), (440, 590), (462, 516), (524, 456), (616, 420), (690, 372),
    ]  # fmt: skip
    below = sheet.haze(604, 540, 190, 400)
    for points, tip, start, end in ((right, 7, (700, 290), (820, 900)), (left, 8, (620, 270), (400, 930))):
        mask = _shape(sheet, points, (0, tip))
        sheet.lay(
            mask, sheet.blend(start, end, HAIR_TOP, HAIR, HAIR_DARK), (0, 8, 10, 0.3), shade="#3A1E18", within=below
        )
        _strands(sheet, mask, points, tip)


def _strands(sheet: Sheet, mask: Array, points: list[tuple[float, float]], tip: int) -> None:
    def even(line: Points) -> Array:
        curve = spline(line)
        return curve[np.linspace(0, len(curve) - 1, 10).round().astype(int)]

    outer, inner = even(points[: tip + 1]), even([points[0], *points[:tip:-1], points[tip]])
    for share, width, alpha in ((0.14, 5, 0.5), (0.27, 3, 0.42), (0.42, 8, 0.34), (0.57, 3, 0.42), (0.74, 5, 0.36)):
        line = outer + (inner - outer) * share
        sheet.paint(HAIR_LIT, _stroke(sheet, line, (0.5, width, width, width * 0.7, 0.3)) * mask, alpha)
