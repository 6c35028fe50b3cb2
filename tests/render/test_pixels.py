"""What the pixel painter draws: coverage, gradients, masks, rotation, opacity, and the pieces that it keeps."""

import io
import math
import random
from typing import Any

import numpy as np
import pytest
from PIL import Image

from app.kernel.errors import Invalid
from app.rendering.display import (
    AnyItem,
    DisplayList,
    Line,
    Linear,
    PictureItem,
    QrItem,
    Radial,
    Rect,
    Rgba,
    ShapeItem,
)
from app.rendering.paint_items import paint_item
from app.rendering.paint_png import StaticCache, paint
from app.rendering.pictures import Picture, read_picture
from app.rendering.raster import POINT_LIMIT
from app.rendering.stack import Placed, layers
from app.rendering.surface import BAND_PIXELS, Surface
from tests.posters import brand, poster, template, text_layer
from tests.render.ink import gray_of, ink_box

BLACK, WHITE, RED, BLUE = (0, 0, 0, 255), (255, 255, 255, 255), (255, 0, 0, 255), (0, 0, 255, 255)


def shape(box: Rect, fill: Any = BLACK, **fields: Any) -> ShapeItem:
    return ShapeItem(**{"layer": "shape", "box": box, "dynamic": False, "fill": fill} | fields)


def painted(*items: AnyItem, size: tuple[int, int] = (100, 100), cache: StaticCache | None = None) -> Image.Image:
    return paint(DisplayList(*size, items, repr(items)), brand().kit.fonts, cache)


def darkness(image: Image.Image) -> float:
    """How many black pixels the ink amounts to."""
    return float((255.0 - gray_of(image)).sum()) / 255


def quarters() -> Picture:
    """40×40 px: red, blue over black, white."""
    image = Image.new("RGB", (40, 40), BLACK[:3])
    image.paste(RED[:3], (0, 0, 20, 20))
    image.paste(BLUE[:3], (20, 0, 40, 20))
    image.paste(WHITE[:3], (20, 20, 40, 40))
    return as_picture(image)


def as_picture(image: Image.Image) -> Picture:
    file = io.BytesIO()
    image.save(file, "PNG")
    return read_picture(file.getvalue())


# --- shapes ----------------------------------------------------------------------------------------------------------


def test_an_ellipse_covers_its_area() -> None:
    area = math.pi * 35 * 25
    assert darkness(painted(shape((10.3, 20.7, 70, 50), shape="ellipse"))) == pytest.approx(area, rel=5e-3)


def test_an_edge_between_pixels_is_as_dark_as_it_covers() -> None:
    gray = gray_of(painted(shape((10.25, 10, 20.5, 20))))
    assert [int(gray[20, column]) for column in (9, 10, 11, 29, 30, 31)] == [
        255,
        pytest.approx(64, abs=1),
        0,
        0,
        pytest.approx(64, abs=1),
        255,
    ]


def test_round_corners_are_cut_and_no_more() -> None:
    image = painted(shape((10, 10, 80, 60), radius=20))
    assert darkness(image) == pytest.approx(80 * 60 - (4 - math.pi) * 400, rel=2e-3)
    assert image.getpixel((10, 10)) == WHITE[:3]
    assert image.getpixel((30, 10)) == BLACK[:3]


def test_a_hole_runs_against_its_outline() -> None:
    outer = (("M", (10, 10)), ("L", (90, 10)), ("L", (90, 90)), ("L", (10, 90)), ("Z", ()))
    hole = (("M", (30, 30)), ("L", (30, 70)), ("L", (70, 70)), ("L", (70, 30)), ("Z", ()))
    image = painted(shape((0, 0, 100, 100), shape="path", path=outer + hole))
    assert image.getpixel((50, 50)) == WHITE[:3]
    assert darkness(image) == pytest.approx(80 * 80 - 40 * 40, abs=1)


def test_a_stroke_is_centred_on_the_outline_with_mitred_corners() -> None:
    image = painted(shape((20, 20, 60, 60), fill=None, stroke=Line(BLACK, 10)))
    assert ink_box(gray_of(image), (0, 0, 100, 100)) == (15, 15, 85, 85)
    assert darkness(image) == pytest.approx(70 * 70 - 50 * 50, abs=2)


def test_dashes_are_as_long_as_they_say() -> None:
    path = (("M", (10.0, 50.0)), ("L", (90.0, 50.0)))
    gray = gray_of(
        painted(shape((0, 0, 100, 100), fill=None, shape="path", path=path, stroke=Line(BLACK, 4, (20, 10))))
    )
    on = gray[50] < 128
    assert [int(edge) for edge in np.flatnonzero(np.diff(on.astype(int)))] == [9, 29, 39, 59, 69, 89]


def test_a_path_of_too_many_points_is_refused_and_not_cut() -> None:
    zigzag = [("L", (float(n % 100), float(n // 1000))) for n in range(POINT_LIMIT + 1)]
    with pytest.raises(Invalid) as refused:
        painted(shape((0, 0, 100, 100), shape="path", path=(("M", (0.0, 0.0)), *zigzag, ("Z", ()))))
    assert refused.value.code == "path_too_long"


@pytest.mark.parametrize("stroke", [None, Line(BLACK, 4)])
def test_a_path_that_leads_far_away_is_refused_and_does_not_crash(stroke: Line | None) -> None:
    path = (("M", (0.0, 0.0)), ("L", (1e6, 50.0)), ("L", (0.0, 100.0)))
    with pytest.raises(Invalid) as refused:
        painted(shape((0, 0, 100, 100), shape="path", path=path, fill=None if stroke else BLACK, stroke=stroke))
    assert refused.value.code == "path_out_of_range"


def test_a_path_of_nothing_draws_nothing() -> None:
    for path in ((), (("M", (5.0, 5.0)),), (("M", (5.0, 5.0)), ("Z", ())), (("M", (5.0, 5.0)), ("L", (5.0, 5.0)))):
        assert darkness(painted(shape((0, 0, 100, 100), shape="path", path=path, stroke=Line(BLACK, 4, (3,))))) == 0


def test_a_shape_taller_than_a_band_has_no_seams() -> None:
    height = 3 * BAND_PIXELS // 1000
    image = painted(shape((0.5, 0, 999, height), fill=(0, 0, 0, 128)), size=(1000, height))
    assert image.crop((1, 0, 999, height)).getcolors() == [(998 * height, (127, 127, 127))]


# --- gradients -------------------------------------------------------------------------------------------------------


def test_a_linear_gradient_runs_evenly_between_its_stops() -> None:
    fill = Linear((0, 0), (0, 100), ((0, (0, 40, 80, 255)), (1, (200, 140, 80, 255))))
    rows = np.asarray(painted(shape((0, 0, 100, 100), fill=fill))).astype(float).mean(axis=1)
    exact = [np.array((0, 40, 80)) + np.array((200, 100, 0)) * (row + 0.5) / 100 for row in range(100)]
    assert np.abs(rows - exact).max() < 0.75


def test_a_slow_gradient_is_dithered_instead_of_stepped() -> None:
    fill = Linear((0, 0), (100, 0), ((0, (100, 100, 100, 255)), (1, (102, 102, 102, 255))))
    gray = np.asarray(painted(shape((0, 0, 100, 100), fill=fill)))[:, :, 0].astype(float)
    means = gray.reshape(100, 10, 10).mean(axis=(0, 2))
    assert np.abs(means - (100 + 0.02 * (np.arange(10) * 10 + 5))).max() < 0.15


def test_a_radial_gradient_fades_out_at_its_radius() -> None:
    fill = Radial((50, 50), 40, ((0, (0, 0, 0, 255)), (1, (0, 0, 0, 0))))
    gray = gray_of(painted(shape((0, 0, 100, 100), fill=fill)))
    assert gray[50, 50] < 8
    assert int(gray[50, 70]) == pytest.approx(128, abs=6)
    assert gray[50, 91] == 255


def test_a_gradient_turns_with_its_shape() -> None:
    fill = Linear((10, 40), (90, 40), ((0, BLACK), (1, WHITE)))
    gray = gray_of(painted(shape((10, 30, 80, 20), fill=fill, rotate=90)))
    assert (gray[90, 50], gray[40, 20]) == (255, 255)
    assert gray[3, 50] < 30 < 225 < gray[77, 50] < 255


# --- pictures --------------------------------------------------------------------------------------------------------


def picture(box: Rect = (20, 20, 60, 60), **fields: Any) -> PictureItem:
    return PictureItem(
        **{"layer": "p", "box": box, "dynamic": True, "picture": quarters(), "crop": (0, 0, 40, 40)} | fields
    )


def test_a_picture_shows_its_crop_and_nothing_else() -> None:
    image = painted(picture(crop=(20, 0, 20, 20)))
    assert image.crop((32, 22, 78, 68)).getcolors() == [(46 * 46, BLUE[:3])]


def test_masks_cut_the_corners_and_keep_the_middle() -> None:
    image = painted(picture(mask="ellipse"))
    assert [image.getpixel(at) for at in ((22, 22), (40, 40), (60, 60))] == [WHITE[:3], RED[:3], WHITE[:3]]
    rounded = painted(picture(mask="rounded", radius=10))
    assert (rounded.getpixel((20, 20)), rounded.getpixel((24, 24))) == (WHITE[:3], RED[:3])


@pytest.mark.parametrize("side", [8.4, 13.0, 24.5, 61.7, 90.0])
@pytest.mark.parametrize("mask", ["ellipse", "rounded"])
def test_round_masks_cover_their_area_at_any_scale(mask: Any, side: float) -> None:
    black = as_picture(Image.new("RGB", (400, 400), "black"))
    item = picture((4.3, 4.6, side, side), picture=black, crop=(0, 0, 400, 400), mask=mask, radius=side / 4)
    area = math.pi * side**2 / 4 if mask == "ellipse" else side**2 - (4 - math.pi) * (side / 4) ** 2
    assert darkness(painted(item)) == pytest.approx(area, rel=0.01 if side > 20 else 0.03)
    grays = len(np.unique(gray_of(painted(item))))
    assert grays > 4


def test_a_picture_turns_clockwise() -> None:
    image = painted(picture(rotate=90))
    assert [image.getpixel(at) for at in ((30, 30), (70, 30), (30, 70), (70, 70))] == [
        BLACK[:3],
        RED[:3],
        WHITE[:3],
        BLUE[:3],
    ]


def test_the_edge_of_a_turned_picture_is_not_dark() -> None:
    plain = picture(picture=as_picture(Image.new("RGB", (40, 40), RED[:3])), rotate=30)
    pixels = np.asarray(painted(plain)).reshape(-1, 3)
    assert (pixels[:, 0] == 255).all()


def test_what_shows_through_a_picture_is_mixed() -> None:
    image = painted(picture(picture=as_picture(Image.new("RGBA", (40, 40), (0, 0, 0, 51)))))
    assert image.getpixel((50, 50)) == (204, 204, 204)


def test_a_border_lies_on_the_mask() -> None:
    image = painted(picture(mask="ellipse", border=Line(BLACK, 4)))
    assert image.getpixel((50, 19)) == BLACK[:3]
    assert image.getpixel((50, 17)) == WHITE[:3]


# --- text ------------------------------------------------------------------------------------------------------------


def test_text_turned_by_a_quarter_stands_upright() -> None:
    flat = painted_text(0)
    turned = painted_text(90)
    left, top, right, bottom = flat
    assert [turned[2] - turned[0], turned[3] - turned[1]] == pytest.approx([bottom - top, right - left], abs=1)
    assert (turned[1] + turned[3]) / 2 == pytest.approx(530 + (left + right) / 2 - 600, abs=1.5)


def painted_text(rotate: float) -> tuple[int, int, int, int]:
    made = poster(template(text_layer(text="山高水长", box=[400, 500, 400, 60], rotate=rotate)))
    found = ink_box(gray_of(paint(made, brand().kit.fonts)), (0, 0, 1080, 1080))
    assert found is not None
    return found


def test_text_of_a_see_through_colour_is_even_where_glyphs_overlap() -> None:
    made = poster(template(text_layer(text="——", set={"colour": "#00000080", "size": 40, "tracking": -0.1})))
    gray = gray_of(paint(made, brand().kit.fonts))
    assert int(gray.min()) == pytest.approx(127, abs=1)


# --- the code --------------------------------------------------------------------------------------------------------


def test_modules_have_sharp_edges_and_stand_on_their_plate() -> None:
    matrix = tuple(tuple((row * column) % 3 == 0 for column in range(21)) for row in range(21))
    code = QrItem(
        "qr", (10, 10, 80, 80), True, matrix=matrix, modules=(18, 18, 63, 63), dark=BLACK, light=WHITE, radius=8
    )
    image = painted(shape((0, 0, 100, 100), fill=RED), code)
    colours = image.crop((18, 18, 81, 81)).getcolors()
    assert sorted(colour for _, colour in colours or []) == [BLACK[:3], WHITE[:3]]
    assert image.getpixel((18 + 3 * 4 + 1, 18 + 1)) == BLACK[:3]
    assert (image.getpixel((10, 10)), image.getpixel((9, 50))) == (RED[:3], RED[:3])


# --- opacity, and pieces that are kept -------------------------------------------------------------------------------


def test_a_layer_is_laid_over_as_a_whole() -> None:
    image = painted(shape((20, 20, 60, 60), opacity=0.5, stroke=Line(BLACK, 20)))
    assert image.getpixel((25, 50)) == image.getpixel((50, 50)) == (127, 127, 127)
    assert darkness(painted(shape((20, 20, 60, 60), opacity=0.0))) == 0


def random_stack(seed: int) -> DisplayList:
    rng = random.Random(seed)  # noqa: S311
    items = []
    for _ in range(8):
        box = (rng.randint(-10, 70), rng.randint(-10, 70), rng.randint(10, 60), rng.randint(10, 60))
        colour: Rgba = (rng.randint(0, 255), rng.randint(0, 255), rng.randint(0, 255), rng.choice((90, 255)))
        turned = rng.choice((0, 0, 20))
        items.append(shape(box, colour, dynamic=rng.random() < 0.4, radius=rng.choice((0, 9)), rotate=turned))
    return DisplayList(100, 100, tuple(items), str(seed))


@pytest.mark.parametrize("seed", range(40))
def test_keeping_pieces_shows_what_painting_one_after_the_other_shows(seed: int) -> None:
    display, fonts = random_stack(seed), brand().kit.fonts
    plain = Surface(Image.new("RGB", (100, 100), "white"))
    for item in display.items:
        paint_item(plain, item, fonts)
    kept = np.asarray(paint(display, fonts, StaticCache())).astype(int)
    assert np.abs(kept - np.asarray(plain.image)).max() <= 4  # layers of 8 bits are rounded once more


def test_what_lies_above_open_parts_is_not_a_layer_as_large_as_the_poster() -> None:
    cache = StaticCache()
    frame = shape((0, 0, 1000, 1000), fill=(0, 0, 0, 99))
    spot = shape((100, 100, 50, 50), dynamic=True)
    painted(shape((0, 0, 1000, 1000), fill=RED), spot, frame, size=(1000, 1000), cache=cache)
    assert cache.used_bytes < 1.1 * 1000 * 1000 * 4


def test_layers_of_a_window_keep_their_order() -> None:
    order = "sdsSd"
    box = (0, 0, 10, 10)
    entries = [
        Placed(shape((0, 0, 10, 10), dynamic=kind == "d"), box if kind != "S" else (50, 50, 60, 60), at, at)
        for at, kind in enumerate(order)
    ]
    assert [[entry.at for entry in group] for group in layers(entries, box)] == [[0], [2]]
