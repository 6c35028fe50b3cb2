"""Colours on paper: what a display list's sRGB becomes in a PDF, as it is, or as the inks of a printing condition.

Inks come from littleCMS by way of the condition's ICC profile (relative colorimetric, black point compensated). A
neutral colour of text, lines and shapes is printed in black alone: four inks that miss each other by a tenth of a
millimetre make small black text colourful.
"""

import io
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

from app.kernel.errors import Unavailable
from app.rendering.encode import jpeg_pixels, srgb_profile

Rgb = tuple[int, int, int]
STOPS_BETWEEN = 8  # inks do not mix as light does: a gradient keeps its colours when it is told them this often
PRESS_QUALITY = 92
COLOURS_KEPT = 4096


@dataclass(frozen=True, slots=True)
class Condition:
    """What an output intent says: the name of a printing condition (or colour space), and its ICC profile."""

    identifier: str
    info: str
    registry: str
    profile: bytes


class Colours(Protocol):
    """One way to write colours. `name` tells it from the others; `space` is what PDF calls its device space."""

    name: str
    space: str
    steps: int
    decode: tuple[int, ...] | None
    condition: Condition

    def components(self, rgb: Rgb) -> tuple[float, ...]:
        """The colour of text, a line or a shape, each part from 0 to 1."""

    def pixels(self, image: Image.Image) -> Image.Image:
        """An RGB picture in this space."""

    def jpeg(self, image: Image.Image) -> bytes:
        """What `pixels` gave, as a JPEG."""


class ScreenColours:
    """sRGB, as it stands in the display list."""

    name, space, steps = "srgb", "/DeviceRGB", 1
    decode: tuple[int, ...] | None = None

    def __init__(self) -> None:
        self.condition = Condition("sRGB", "sRGB IEC61966-2.1", "", srgb_profile())

    def components(self, rgb: Rgb) -> tuple[float, ...]:
        """The channels themselves."""
        return rgb[0] / 255, rgb[1] / 255, rgb[2] / 255

    def pixels(self, image: Image.Image) -> Image.Image:
        """The picture itself."""
        return image.convert("RGB")

    def jpeg(self, image: Image.Image) -> bytes:
        """As the painters of pixels make it."""
        return jpeg_pixels(image)


def _press_profile() -> bytes:
    try:
        return files("app.rendering").joinpath("FOGRA39L_coated.icc").read_bytes()
    except OSError as error:
        message = "the press profile FOGRA39L_coated.icc is not there; script/setup fetches it"
        raise Unavailable("no_press_profile", message) from error


class PressColours:
    """Cyan, magenta, yellow and black for a coated sheet in offset (FOGRA39, ISO 12647-2)."""

    name, space, steps = "fogra39", "/DeviceCMYK", STOPS_BETWEEN
    decode: tuple[int, ...] | None = (1, 0) * 4  # Pillow writes the inks of a JPEG the other way round

    def __init__(self) -> None:
        profile = _press_profile()
        registry = "http://www.color.org"
        self.condition = Condition("FOGRA39", "Coated FOGRA39 (ISO 12647-2:2004)", registry, profile)
        press = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        screen = ImageCms.ImageCmsProfile(io.BytesIO(srgb_profile()))
        lab = ImageCms.createProfile("LAB")
        intent, flags = ImageCms.Intent.RELATIVE_COLORIMETRIC, ImageCms.Flags.BLACKPOINTCOMPENSATION
        self._transform = ImageCms.buildTransform(screen, press, "RGB", "CMYK", intent, flags)
        greys = ImageCms.buildTransform(screen, lab, "RGB", "LAB", intent)
        blacks = ImageCms.buildTransform(press, lab, "CMYK", "LAB", intent)
        self._blacks = _black_alone(_ramp("RGB", greys), _ramp("CMYK", blacks))
        self._known = lru_cache(maxsize=COLOURS_KEPT)(self._inks)

    def components(self, rgb: Rgb) -> tuple[float, ...]:
        """Black alone for a neutral colour, else what the profile says."""
        return self._known(rgb)

    def _inks(self, rgb: Rgb) -> tuple[float, ...]:
        if rgb[0] == rgb[1] == rgb[2]:
            return 0.0, 0.0, 0.0, self._blacks[rgb[0]] / 255
        inks = self.pixels(Image.new("RGB", (1, 1), rgb)).getpixel((0, 0))
        assert isinstance(inks, tuple)
        return tuple(ink / 255 for ink in inks)

    def pixels(self, image: Image.Image) -> Image.Image:
        """The picture in inks."""
        made = ImageCms.applyTransform(image.convert("RGB"), self._transform)
        assert made is not None
        return made

    def jpeg(self, image: Image.Image) -> bytes:
        """A JPEG of four inks."""
        file = io.BytesIO()
        image.save(file, "JPEG", quality=PRESS_QUALITY, subsampling="4:4:4")
        return file.getvalue()


def _ramp(mode: str, transform: ImageCms.ImageCmsTransform) -> NDArray[np.float64]:
    """The lightness of 256 greys, from black to white, in RGB or in black ink alone."""
    steps = np.arange(256, dtype=np.uint8)
    if mode == "RGB":
        strip = np.repeat(steps[None, :, None], 3, axis=2)
    else:
        strip = np.zeros((1, 256, 4), np.uint8)
        strip[0, :, 3] = 255 - steps
    seen = ImageCms.applyTransform(Image.frombytes(mode, (256, 1), strip.tobytes()), transform)
    assert seen is not None
    return np.asarray(seen)[0, :, 0].astype(float)


def _black_alone(greys: NDArray[np.float64], blacks: NDArray[np.float64]) -> list[int]:
    """How much black (0 to 255) looks like each grey, when the darkest black stands for the darkest grey."""
    darkest, lightest = blacks[0], blacks[-1]
    wanted = darkest + (greys - greys[0]) / (greys[-1] - greys[0]) * (lightest - darkest)
    rising = np.maximum.accumulate(blacks)
    return [255 - round(float(at)) for at in np.interp(wanted, rising, np.arange(256))]


@cache
def screen_colours() -> Colours:
    """sRGB."""
    return ScreenColours()


@cache
def press_colours() -> Colours:
    """The inks of the printing condition."""
    return PressColours()
