"""Shadows, outlines of letters, blending, fading, frames, turned groups: what each does; and all painters agree."""

import io
import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser

from app.kernel.errors import Invalid
from app.rendering.brand_names import name_problems
from app.rendering.display import AnyItem, DisplayList, Linear, PictureItem, Rgba, Shade, ShapeItem
from app.rendering.outlines import pixel_bounds
from app.rendering.paint_items import paint_item
from app.rendering.paint_pdf import paint_pdf
from app.rendering.paint_png import StaticCache, paint
from app.rendering.paint_svg import paint_svg
from app.rendering.pictures import Picture, pixels
from app.rendering.surface import Surface
from tests.posters import PROJECT, brand, item_of, one_text, poster, problems, template, text_layer
from tests.render.effects import SHADOW, SIDE, SLICES, as_picture, everything, stops
from tests.render.ink import gray_of, ink_box, page_image

BLACK, WHITE, RED = (0, 0, 0, 255), (255, 255, 255, 255), (255, 0, 0, 255)


def shape(box: tuple[float, float, float, float], fill: Any = BLACK, **fields: Any) -> ShapeItem:
    return ShapeItem(**{"layer": "shape", "box": box, "dynamic": False, "fill": fill} | fields)


def painted(*items: AnyItem, size: tuple[int, int] = (100, 100)) -> Image.Image:
    return paint(DisplayList(*size, items, repr(items)), brand().kit.fonts)


# --- shadows ---------------------------------------------------------------------------------------------------------


def test_a_hard_shadow_is_the_shape_again_where_it_falls() -> None:
    image = painted(shape((20, 20, 40, 40), RED, shadow=Shade(BLACK, (10, 15), 0)))
    assert [image.getpixel(at) for at in ((25, 25), (65, 70), (25, 70), (71, 70))] == [
        RED[:3],
        BLACK[:3],
        WHITE[:3],
        WHITE[:3],
    ]


def test_a_soft_shadow_is_half_as_thick_at_its_edge_and_keeps_its_weight() -> None:
    image = painted(shape((100, 100, 100, 100), shadow=Shade(BLACK, (200, 0), 8)), size=(500, 300))
    gray = np.asarray(image.convert("L")).astype(float)[:, 230:]
    assert gray[150, 70] == pytest.approx(127, abs=8)
    assert gray[150, 120] == 0
    assert (255 - gray).sum() / 255 == pytest.approx(100 * 100, rel=0.01)


def test_a_shadow_falls_the_same_way_however_its_layer_is_turned() -> None:
    image = painted(shape((30, 30, 30, 30), RED, rotate=90, shadow=Shade(BLACK, (20, 0), 0)))
    assert (image.getpixel((75, 45)), image.getpixel((45, 75))) == (BLACK[:3], WHITE[:3])


def test_a_see_through_layer_is_laid_over_together_with_its_shadow() -> None:
    image = painted(shape((20, 20, 40, 40), BLACK, opacity=0.5, shadow=Shade(BLACK, (10, 10), 0)))
    assert image.getpixel((40, 40)) == image.getpixel((65, 65)) == (127, 127, 127)


def test_no_item_touches_pixels_beyond_its_bounds() -> None:
    item = one_text("影", {"outline": {"colour": "#C83C23", "width": 0.1}, "size": 40})
    for one in (
        shape((150, 150, 80, 80), RED, rotate=30, shadow=Shade(BLACK, (-12, 9), 6.5)),
        shape((150, 150, 80, 80), RED, shape="ellipse", shadow=Shade(BLACK, (0, 0), 20)),
        item,
    ):
        box = ink_box(np.where(gray_of(painted(one, size=(400, 400))) < 255, 0, 255).astype(np.uint8), (0, 0, 400, 400))
        bounds = pixel_bounds(one)
        assert box is not None
        assert bounds is not None
        assert bounds[0] <= box[0] < box[2] <= bounds[2]
        assert bounds[1] <= box[1] < box[3] <= bounds[3]


# --- letters ---------------------------------------------------------------------------------------------------------


def test_an_outline_is_seen_around_the_letters_and_leaves_them_as_they_are() -> None:
    style = {"size": 100, "colour": "#000000"}
    outline = {"outline": {"colour": "#FF0000", "width": 0.05}}
    bare = one_text("国", style, box=[50, 50, 200, 150])
    lined = one_text("国", style | outline, box=[45, 50, 200, 150])
    assert lined.lines[0].runs[0].x == bare.lines[0].runs[0].x
    plain, seen = painted(bare, size=(300, 250)), painted(lined, size=(300, 250))
    inside = np.asarray(plain.convert("L")) == 0
    assert (np.asarray(seen)[inside] == 0).all()
    box, wider = (ink_box(gray_of(image), (0, 0, 300, 250)) for image in (plain, seen))
    assert box is not None
    assert wider is not None
    assert [abs(a - b) for a, b in zip(box, wider, strict=True)] == pytest.approx([5] * 4, abs=1)
    assert lined.ink == pytest.approx((bare.ink[0] - 5, bare.ink[1] - 5, bare.ink[2] + 10, bare.ink[3] + 10))


def test_an_outlined_line_stays_inside_its_box() -> None:
    style = {"outline": {"colour": "#FF0000", "width": 0.1}, "align": "right"}
    item = one_text("一二三四五六七八九十", style, box=[100, 100, 400, 200])
    assert len(item.lines) == 2
    assert item.ink[0] >= 100
    assert item.ink[0] + item.ink[2] <= 500


# --- blending --------------------------------------------------------------------------------------------------------


def multiplied(below: int, above: int) -> float:
    return below * above / 255


def screened(below: int, above: int) -> float:
    return 255 - (255 - below) * (255 - above) / 255


def overlaid(below: int, above: int) -> float:
    return 2 * below * above / 255 if below < 128 else 255 - 2 * (255 - below) * (255 - above) / 255


@pytest.mark.parametrize(("blend", "mix"), [("multiply", multiplied), ("screen", screened), ("overlay", overlaid)])
def test_colours_are_mixed_channel_by_channel(blend: str, mix: Callable[[int, int], float]) -> None:
    below, above = (100, 150, 255, 255), (127, 0, 100, 255)
    image = painted(shape((0, 0, 100, 100), below), shape((20, 20, 60, 60), above, blend=blend))
    expected = [mix(b, a) for b, a in zip(below[:3], above[:3], strict=True)]
    assert list(image.getpixel((50, 50))) == pytest.approx(expected, abs=2)
    assert image.getpixel((10, 10)) == below[:3]


def test_what_is_half_as_thick_is_half_mixed() -> None:
    image = painted(shape((0, 0, 100, 100), WHITE), shape((20, 20, 60, 60), RED, blend="multiply", opacity=0.5))
    assert image.getpixel((50, 50)) == pytest.approx((255, 127, 127), abs=1)


def random_stack(seed: int) -> DisplayList:
    rng = random.Random(seed)  # noqa: S311
    items: list[AnyItem] = []
    for _ in range(8):
        box = (rng.randint(-10, 70), rng.randint(-10, 70), rng.randint(10, 60), rng.randint(10, 60))
        colour: Rgba = (rng.randint(0, 255), rng.randint(0, 255), rng.randint(0, 255), rng.choice((90, 255)))
        items.append(
            shape(
                box,
                colour,
                dynamic=rng.random() < 0.4,
                blend=rng.choice(("normal", "normal", "multiply", "screen", "overlay")),
                shadow=rng.choice((None, None, Shade(BLACK, (3, 5), 2.5))),
                opacity=rng.choice((1.0, 1.0, 0.6)),
            )
        )
    return DisplayList(100, 100, tuple(items), f"effects {seed}")


@pytest.mark.parametrize("seed", range(30))
def test_keeping_pieces_mixes_what_painting_one_after_the_other_mixes(seed: int) -> None:
    display, fonts = random_stack(seed), brand().kit.fonts
    plain = Surface(Image.new("RGB", (100, 100), "white"))
    for item in display.items:
        paint_item(plain, item, fonts)
    cache = StaticCache()
    cold, warm = (np.asarray(paint(display, fonts, cache)).astype(int) for _ in range(2))
    assert np.array_equal(cold, warm)
    assert np.abs(cold - np.asarray(plain.image)).max() <= 6  # layers of 8 bits are rounded once more


# --- pictures --------------------------------------------------------------------------------------------------------


def picture(**fields: Any) -> PictureItem:
    black = as_picture(Image.new("RGB", (40, 40), "black"))
    return PictureItem(
        **{"layer": "p", "box": (20, 20, 60, 60), "dynamic": True, "picture": black, "crop": (0, 0, 40, 40)} | fields
    )


def test_a_mask_may_be_any_path() -> None:
    triangle = (("M", (20.0, 20.0)), ("L", (80.0, 20.0)), ("L", (20.0, 80.0)), ("Z", ()))
    gray = gray_of(painted(picture(mask="path", path=triangle)))
    assert (int(gray[25, 25]), int(gray[75, 75])) == (0, 255)
    assert (255.0 - gray).sum() / 255 == pytest.approx(1800, rel=0.01)


def test_a_picture_fades_as_its_gradient_does() -> None:
    fade = Linear((20, 20), (20, 80), ((0, (9, 9, 9, 255)), (1, (9, 9, 9, 0))))
    gray = gray_of(painted(picture(fade=fade)))
    assert [int(gray[row, 50]) for row in (20, 50, 79)] == pytest.approx([1, 129, 254], abs=3)


def test_a_conic_gradient_runs_clockwise_from_where_it_starts() -> None:
    fill = {"kind": "conic", "start": 90, "stops": [{"at": 0, "colour": "#000000"}, {"at": 1, "colour": "#FFFFFF"}]}
    layer = {"kind": "shape", "name": "c", "shape": "ellipse", "box": [0, 0, 200, 200], "fill": fill}
    gray = gray_of(paint(poster(template(layer)), brand().kit.fonts))
    found = [int(gray[y, x]) for x, y in ((160, 102), (100, 160), (40, 100), (100, 40))]
    assert found == pytest.approx([1, 64, 128, 191], abs=3)
    assert int(gray[4, 4]) == 255


def test_a_conic_shape_keeps_its_stroke_above_it() -> None:
    fill = {"kind": "conic", "stops": [{"at": 0, "colour": "#FFFFFF"}, {"at": 1, "colour": "#FFFFFF"}]}
    stroke = {"colour": "#000000", "width": 10}
    layer = {"kind": "shape", "name": "c", "box": [20, 20, 100, 100], "fill": fill, "stroke": stroke}
    assert ink_box(gray_of(paint(poster(template(layer)), brand().kit.fonts)), (0, 0, 200, 200)) == (15, 15, 125, 125)


def nine() -> Picture:
    """30×30 px: nine squares of nine greys."""
    image = Image.new("L", (30, 30))
    for number in range(9):
        image.paste(number * 20 + 10, (number % 3 * 10, number // 3 * 10, number % 3 * 10 + 10, number // 3 * 10 + 10))
    return as_picture(image.convert("RGB"))


@pytest.mark.parametrize("scale", [1, 2])
def test_a_frame_keeps_its_corners_and_stretches_the_rest(scale: int) -> None:
    slices = {"top": 10, "right": 10, "bottom": 10, "left": 10, "scale": scale}
    layer = {"kind": "picture", "name": "f", "src": "nine.png", "box": [0, 0, 200, 100], "slices": slices}
    gray = gray_of(paint(poster(template(layer), pictures={"nine.png": nine()}), brand().kit.fonts)).astype(int)
    columns, rows = (5 * scale, 100, 200 - 5 * scale), (5 * scale, 50, 100 - 5 * scale)
    assert [[int(gray[y, x]) for x in columns] for y in rows] == [[10, 30, 50], [70, 90, 110], [130, 150, 170]]
    edge = 10 * scale
    assert abs(int(gray[50, edge - 3]) - 70) <= 2
    assert abs(int(gray[50, edge + 3]) - 90) <= 2


def test_corners_that_are_too_large_shrink_alike() -> None:
    slices = {"top": 10, "right": 10, "bottom": 10, "left": 10}
    layer = {"kind": "picture", "name": "f", "src": "nine.png", "box": [0, 0, 12, 100], "slices": slices}
    item = item_of(poster(template(layer), pictures={"nine.png": nine()}), "f")
    assert isinstance(item, PictureItem)
    assert item.picture is not None
    made = pixels(item.picture).convert("L")
    assert made.size == (12, 100)
    assert [made.getpixel((x, 50)) for x in (2, 9)] == [70, 110]


# --- groups ----------------------------------------------------------------------------------------------------------


def test_a_group_turns_as_one() -> None:
    black = {"fill": "#000000"}
    members = [
        {"kind": "shape", "name": "a", "box": [100, 100, 100, 20]} | black,
        {"kind": "shape", "name": "b", "shape": "path", "box": [180, 120, 20, 80], "d": "M180 120h20v80h-20z"} | black,
        text_layer("c", text="字", box=[100, 140, 60, 60], set={"size": 40, "colour": "#000000"}),
    ]
    group = {"kind": "group", "name": "g", "offset": [50, 60], "layers": members}
    flat, turned = (
        gray_of(paint(poster(template(group | {"rotate": angle})), brand().kit.fonts)).astype(int) for angle in (0, 90)
    )
    # Around the middle of the boxes, (150, 150), moved by the offset.
    square = flat[160:260, 150:250]
    assert np.abs(np.rot90(square, -1) - turned[160:260, 150:250]).mean() < 2
    assert (turned < 200).sum() == pytest.approx((flat < 200).sum(), rel=0.02)


def test_a_plate_turns_around_the_point_around_which_its_text_turns() -> None:
    plate = {"fill": "#000000", "padding": [0, 0]}
    made = template(text_layer(text="字", box=[400, 500, 400, 60], rotate=90, plate=plate))
    # The 40×60 px at the left of the box stand at the top of it, once it is turned around its middle.
    assert ink_box(gray_of(paint(poster(made), brand().kit.fonts)), (0, 0, 1080, 1080)) == (570, 330, 630, 370)


# --- what is refused -------------------------------------------------------------------------------------------------


CONIC = {"kind": "conic", "stops": stops("@ink", "@white")}
PLAIN = {"kind": "picture", "name": "p", "box": [0, 0, 9, 9], "src": "a.png"}
REFUSED = {
    "code": {"kind": "qr", "name": "q", "box": [0, 0, 200, 200], "blend": "multiply"},
    "disclosure": {"kind": "disclosure", "name": "d", "box": [0, 0, 200, 200], "text": "字", "shadow": SHADOW},
    "group": {"kind": "group", "name": "g", "layers": [], "blend": "screen"},
    "slices of a photo": {"kind": "picture", "name": "p", "box": [0, 0, 9, 9], "photo": True, "slices": SLICES},
    "no path": PLAIN | {"mask": {"kind": "path"}},
    "broken path": PLAIN | {"mask": {"kind": "path", "d": "M0 0 C 1"}},
    "conic fade": PLAIN | {"mask": {"kind": "box", "fade": CONIC}},
    "conic plate": text_layer(text="字", plate={"fill": CONIC}),
}


@pytest.mark.parametrize("layer", REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_drawn_alike_everywhere_is_refused_with_its_path(layer: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as refused:
        template(layer)
    assert refused.value.problems
    assert all(problem.path.startswith("sizes.square.layers[0]") for problem in refused.value.problems)


def test_colours_of_effects_are_looked_up_in_the_palette() -> None:
    fade = {"kind": "linear", "stops": stops("@none", "@ink")}
    outline = {"outline": {"colour": "@lost", "width": 0.1}}
    made = template(
        text_layer(text="字", shadow=SHADOW | {"colour": "@gone"}, set=outline),
        {"kind": "shape", "name": "s", "box": [0, 0, 9, 9], "fill": fade | {"kind": "conic"}},
        PLAIN | {"mask": {"kind": "box", "fade": fade}},
    )
    kit = brand().kit
    found = [one.path for one in name_problems(made, kit.palette, kit.fonts.weights, kit.assets)]
    assert found == [
        "sizes.square.layers[0].shadow.colour",
        "sizes.square.layers[0].set.outline.colour",
        "sizes.square.layers[1].fill.stops[0].colour",
        "sizes.square.layers[2].mask.fade.stops[0].colour",
    ]
    assert len(problems(made, pictures={"a.png": nine()})) == 3


# --- all painters ----------------------------------------------------------------------------------------------------


def test_browser_paper_and_pixels_show_every_effect_alike(browser: Browser) -> None:
    whole, fonts = everything(), brand().kit.fonts
    shown = [paint(whole, fonts), page_image(paint_pdf(whole, fonts), SIDE, SIDE), screenshot(browser, whole)]
    pixels_, paper, browsed = (np.asarray(image.convert("RGB").reduce(2)).astype(int) for image in shown)
    wrong = []
    for item in whole.items:
        left, top, right, bottom = (max(0, edge) // 2 for edge in pixel_bounds(item) or (0, 0, 0, 0))
        for painter, other in (("paper", paper), ("browser", browsed)):
            apart = np.abs(other - pixels_)[top:bottom, left:right]
            if apart.mean() > 4:
                wrong.append(f"{item.layer} on {painter}: {apart.mean():.1f} apart")
    assert not wrong


def screenshot(browser: Browser, display: DisplayList) -> Image.Image:
    page = browser.new_page(viewport={"width": display.width_px, "height": display.height_px})
    page.set_content(f"<style>body{{margin:0}}svg{{display:block}}</style>{paint_svg(display, brand().kit.fonts)}")
    data = page.screenshot()
    page.close()
    return Image.open(io.BytesIO(data), formats=("PNG",))


def test_a_page_s_own_styles_mix_where_its_policy_forbids_those_of_a_drawing() -> None:
    whole, fonts = everything(), brand().kit.fonts
    assert "<style>" in paint_svg(whole, fonts)
    inside = paint_svg(whole, fonts, lambda picture, crop, size: "/part")
    assert "<style" not in inside
    assert inside.count('href="/part"') == 5  # those that layout made are nowhere to be had, and embedded
    rules = (PROJECT / "app/web/frontend/styles/editor.css").read_text(encoding="utf-8")
    for mode in ("multiply", "screen", "overlay"):
        assert f"blend-{mode}" in inside
        assert f".poster .blend-{mode} {{\n  mix-blend-mode: {mode};" in rules
