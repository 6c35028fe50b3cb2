"""A roll-up of 80×200 cm at 150 dpi: painted, encoded and proved strip by strip, in bounded memory."""

import io
import subprocess
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import zxingcpp
from PIL import Image

from app.kernel.errors import Blocked
from app.rendering.banded_jpeg import encode_jpeg
from app.rendering.banded_png import encode_png
from app.rendering.display import DisplayList
from app.rendering.paint_png import paint
from app.rendering.pictures import Picture, read_picture
from app.rendering.proof_strips import prove_strips
from app.rendering.strips import STRIP_ROWS, encode_strips, gray_strips, is_large, paint_strips
from tests.posters import LINK, PROJECT, brand, document, poster, template, text_layer
from tests.render.stills import Still

LARGEST_MIB = 160  # of the strips, the pictures and the file; the pixels of the whole alone are 160
WIDTH_PX, HEIGHT_PX = 4724, 11811


def stand(scale: float = 1.0, code: int = 1200) -> DisplayList:
    """A roll-up with a photographic ground that is smaller than the paper, large words, a portrait, and a code."""

    def box(x: float, y: float, width: float, height: float) -> list[float]:
        return [x * scale, y * scale, width * scale, height * scale]

    size = {
        "title": {"zh": "易拉宝"},
        "width_px": round(WIDTH_PX * scale),
        "height_px": round(HEIGHT_PX * scale),
        "print": {"width_mm": 800, "height_mm": 2000},
        "layers": [
            {"kind": "picture", "name": "ground", "src": "ground.jpg", "box": box(-20, -20, 4764, 11851)},
            {"kind": "shape", "name": "veil", "box": box(0, 7000, 4724, 4811), "fill": "#0F3D5EB0"},
            {
                "kind": "picture",
                "name": "portrait",
                "asset": "portrait",
                "box": box(500, 700, 1400, 1400),
                "mask": {"kind": "ellipse"},
                "border": {"colour": "#B98F4B", "width": 20 * scale},
            },
            text_layer(text="看得远，走得稳", box=box(400, 3000, 4000, 1200), set={"size": 500 * scale}),
            {"kind": "qr", "name": "qr", "box": box(3000, 9500, code, code)},
        ],
    }
    made = template(**{**document(), "sizes": {"stand": size}})
    return poster(made, pictures={"ground.jpg": ground()})


@cache
def ground() -> Picture:
    """Hills of noise, as large as what a photographer brings."""
    rng = np.random.default_rng(11)
    small = Image.fromarray(rng.integers(40, 220, (60, 24, 3), dtype=np.uint8))
    file = io.BytesIO()
    small.resize((1600, 4000), Image.Resampling.BICUBIC).save(file, "JPEG", quality=88)
    return read_picture(file.getvalue())


@pytest.fixture(scope="module")
def small() -> DisplayList:
    """The same at a quarter of its size: some strips, and the whole is quickly painted."""
    return stand(0.25, code=1400)


def test_strips_show_what_the_whole_shows(small: DisplayList) -> None:
    strips = list(paint_strips(small, brand().kit.fonts, rows=512))
    together = np.concatenate([np.asarray(strip) for strip in strips]).astype(int)
    whole = np.asarray(paint(small, brand().kit.fonts)).astype(int)
    assert [strip.height for strip in strips] == [512] * 5 + [2953 - 5 * 512]
    assert np.abs(together - whole).max() <= 1  # where a picture was resampled in parts
    assert (together != whole).mean() < 0.01


@pytest.mark.parametrize("kind", ["jpeg", "png"])
def test_a_file_of_strips_is_the_file_of_the_whole(small: DisplayList, kind: str) -> None:
    strips = list(paint_strips(small, brand().kit.fonts))
    data = encode_strips(small, iter(strips), kind)
    whole = Image.fromarray(np.concatenate([np.asarray(strip) for strip in strips]))
    if kind == "jpeg":
        assert data == encode_jpeg(Still(whole, small), None)
    else:
        for file in (data, encode_png(Still(whole, small), None)):
            with Image.open(io.BytesIO(file), formats=("PNG",)) as read:
                assert read.tobytes() == whole.tobytes()
    gray = np.concatenate(list(gray_strips(data, small, kind)))
    assert np.abs(gray.astype(int) - np.asarray(whole.convert("L"))).mean() < 3
    prove_strips(gray_strips(data, small, kind), LINK)


def strips_of(gray: np.ndarray, rows: int = STRIP_ROWS) -> list[np.ndarray]:
    return [gray[top : top + rows] for top in range(0, len(gray), rows)]


def code_pixels(scale: int) -> np.ndarray:
    code = zxingcpp.create_barcode(LINK, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    return np.array(zxingcpp.write_barcode_to_image(code, scale=scale))


@pytest.mark.parametrize("scale", [4, 12, 60], ids=["small", "usual", "taller than a strip"])
@pytest.mark.parametrize("top", [100, 700, 1000])
def test_a_code_is_found_wherever_it_lies(scale: int, top: int) -> None:
    page, code = np.full((4096, 2600), 255, np.uint8), code_pixels(scale)
    page[top : top + code.shape[0], 150 : 150 + code.shape[1]] = code
    prove_strips(strips_of(page), LINK)


def test_a_second_code_and_a_missing_one_are_found() -> None:
    page, code = np.full((4096, 1500), 255, np.uint8), code_pixels(8)
    with pytest.raises(Blocked) as missing:
        prove_strips(strips_of(page), LINK)
    for top in (200, 3000):
        page[top : top + code.shape[0], 150 : 150 + code.shape[1]] = code
    with pytest.raises(Blocked) as second:
        prove_strips(strips_of(page), LINK)
    with pytest.raises(Blocked) as foreign:
        prove_strips(strips_of(page[:2048]), None)
    assert [caught.value.code for caught in (missing, second, foreign)] == ["qr_unproved", "foreign_qr", "foreign_qr"]


CHILD = """
import sys
from pathlib import Path
from app.rendering.proof_strips import prove_strips
from app.rendering.strips import encode_strips, gray_strips, paint_strips
from tests.posters import LINK, brand
from tests.render.stills import Still
from tests.render.test_rollup import stand


def peak_mib():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def made(display):
    data = encode_strips(display, paint_strips(display, brand().kit.fonts), "jpeg")
    prove_strips(gray_strips(data, display, "jpeg"), LINK)
    return data


made(stand(0.1, code=1800))
before = peak_mib()
Path(sys.argv[1]).write_bytes(made(stand()))
print(peak_mib() - before)
"""


def test_a_roll_up_is_made_in_bounded_memory(tmp_path: Path) -> None:
    assert is_large(stand())
    file = tmp_path / "stand.jpg"
    done = subprocess.run([sys.executable, "-c", CHILD, file], cwd=PROJECT, capture_output=True, text=True, check=True)
    with Image.open(file, formats=("JPEG",)) as image:
        assert image.size == (WIDTH_PX, HEIGHT_PX)
        assert image.info["dpi"] == (150, 150)
        image.draft("RGB", (WIDTH_PX // 4, HEIGHT_PX // 4))
        assert np.asarray(image).std() > 10
    assert float(done.stdout) < LARGEST_MIB
