"""The brand's own pictures: the mark (a peak over two waves in a round seal), the logo, the approval stamp."""

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from art.canvas import Canvas
from art.colour import DEEP_BLUE, PAPER, VERMILION, Array, mix, rgb
from art.light import blur
from art.noise import fbm
from art.vector import bezier, disc, polygon, ring, rounded_box

MARK = 640
CRESTS = (
    [(-20, 470), (90, 430), (150, 356), (206, 286), (222, 264), (236, 264), (252, 284), (262, 296), (286, 250),
     (318, 176), (334, 142), (350, 142), (366, 174), (410, 266), (470, 326), (520, 376), (590, 400), (640, 412),
     (680, 420)],
    [(-20, 446), (70, 380), (130, 352), (196, 352), (280, 352), (330, 452), (414, 456), (500, 460), (560, 410),
     (680, 392)],
    [(-20, 508), (60, 560), (130, 560), (200, 540), (280, 516), (330, 448), (428, 452), (520, 456), (580, 540),
     (680, 566)],
)  # fmt: skip


def _mark(shades: "list[Array]") -> Array:
    """RGBA of the mark: a ring, and three ridges in `shades` (far, middle, near) parted by clear lines."""
    canvas = Canvas(MARK, MARK)
    centre = MARK / 2
    inside = disc(canvas, centre, centre, 270)
    out = np.zeros((MARK, MARK, 4), dtype=np.float32)
    masks = []
    for crest in CRESTS:
        outline = np.concatenate([bezier(crest), [[700, 700], [-60, 700]]])
        masks.append(polygon(canvas, outline, 6))
    for index, mask in enumerate(masks):
        clear = np.ones_like(mask)
        if index + 1 < len(masks):
            moved_up = np.zeros_like(mask)
            moved_up[:-16] = masks[index + 1][16:]
            clear = 1 - moved_up
        _over(out, shades[index], mask * clear * inside)
    _over(out, shades[2], ring(canvas, centre, centre, 300, 17))
    return out


def _over(out: Array, colour: Array, mask: Array) -> None:
    alpha = mask + out[..., 3] * (1 - mask)
    weight = np.where(alpha > 0, mask / np.maximum(alpha, 1e-6), 0)[..., None]
    out[..., :3] = rgb(colour) * weight + out[..., :3] * (1 - weight)
    out[..., 3] = alpha


def _picture(rgba: Array) -> Image.Image:
    return Image.fromarray((np.clip(rgba, 0, 1) * 255 + 0.5).astype(np.uint8), "RGBA")


def _word(
    draw: ImageDraw.ImageDraw,
    at: tuple[float, float],
    text: str,
    face: ImageFont.FreeTypeFont,
    tracking: float,
    fill: tuple[int, ...],
) -> float:
    x, baseline = at
    for character in text:
        draw.text((x, baseline), character, font=face, fill=fill, anchor="ls")
        x += face.getlength(character) + tracking
    return x - tracking


def _width(text: str, face: ImageFont.FreeTypeFont, tracking: float) -> float:
    return sum(face.getlength(character) + tracking for character in text) - tracking


def _lockup(mark: Image.Image, fonts: Path, ink: "str | Array") -> Image.Image:
    """Mark and wordmark on one line; the Latin line is as wide as the Chinese one."""
    colour = (*(int(v * 255 + 0.5) for v in rgb(ink)), 255)
    image = Image.new("RGBA", (1840, 480), (*colour[:3], 0))
    image.alpha_composite(mark.resize((440, 440), Image.Resampling.LANCZOS), (20, 20))
    draw = ImageDraw.Draw(image)
    chinese = ImageFont.truetype(str(fonts / "NotoSerifSC_900Black.ttf"), 268)
    latin = ImageFont.truetype(str(fonts / "NotoSansSC_500Medium.ttf"), 92)
    tracking = 30.0
    end = _word(draw, (556, 290), "澜山银行", chinese, tracking, colour)
    free = (end - 8) - (556 + 8) - _width("LANSHAN BANK", latin, 0)
    _word(draw, (564, 428), "LANSHAN BANK", latin, free / 11, colour)
    return image.crop((0, 0, int(end) + 24, 480))


def _stamp(fonts: Path, solid: bool = False) -> Image.Image:
    """A carved stone's print, 印可 beside 澜山, worn; `solid`: on paper of its own, for dark grounds."""
    size = 480
    canvas = Canvas(size, size)
    x, y = canvas.x / np.float32(60), canvas.y / np.float32(60)
    wobble = fbm(x, y, 31, 4) * 7
    body = rounded_box(canvas, (22, 22, 436, 436), 46, 2.0)
    body = np.clip(blur(body, 3) * 6 - 2.5 + wobble * 0.22, 0, 1)
    glyphs = Image.new("L", (size, size), 0)
    draw = ImageDraw.Draw(glyphs)
    face = ImageFont.truetype(str(fonts / "NotoSerifSC_900Black.ttf"), 170)
    for character, cx, cy in (("澜", 324, 152), ("山", 324, 324), ("印", 154, 152), ("可", 154, 324)):
        draw.text((cx, cy), character, font=face, fill=255, anchor="mm", stroke_width=1)
    carved = np.asarray(glyphs, dtype=np.float32) / 255
    carved = np.clip(blur(carved, 1.4) * 3 - 1.0 + wobble * 0.05, 0, 1)
    frame = rounded_box(canvas, (46, 46, 388, 388), 30) - rounded_box(canvas, (54, 54, 372, 372), 24)
    wear = np.clip(fbm(x * 3.1, y * 3.1, 77, 4) * 3.2 - 1.05, 0, 1) * 0.75
    alpha = np.clip(body - carved - np.clip(frame, 0, 1) * 0.95, 0, 1) * (1 - wear)
    tone = np.clip(0.5 + fbm(x * 0.6, y * 0.6, 5, 3) * 0.6, 0, 1)[..., None]
    colour = rgb(VERMILION) * (0.94 + 0.10 * tone)
    if solid:
        colour = colour * alpha[..., None] + rgb(PAPER) * (1 - alpha[..., None])
        alpha = body
    return _picture(np.concatenate([np.clip(colour, 0, 1), alpha[..., None]], axis=-1))


def light_mark() -> Image.Image:
    """The mark for dark grounds."""
    return _picture(_mark([mix(DEEP_BLUE, PAPER, 0.62), mix(DEEP_BLUE, PAPER, 0.82), rgb(PAPER)]))


def draw(folder: Path, fonts: Path) -> None:
    """Write logo, mark (each for light and for dark grounds) and seal into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    dark = _picture(_mark([mix(DEEP_BLUE, PAPER, 0.42), mix(DEEP_BLUE, PAPER, 0.2), rgb(DEEP_BLUE)]))
    light = light_mark()
    pictures = {
        "mark": dark,
        "mark-light": light,
        "logo": _lockup(dark, fonts, DEEP_BLUE),
        "logo-light": _lockup(light, fonts, PAPER),
        "seal": _stamp(fonts),
        "seal-solid": _stamp(fonts, solid=True),
    }
    for name, picture in pictures.items():
        picture.save(folder / f"{name}.png", optimize=True)
