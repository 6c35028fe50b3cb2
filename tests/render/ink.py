"""What is measured of painted text: display lists cut down to their text, and the boxes of the ink in the pixels."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pypdfium2 as pdfium
from numpy.typing import NDArray
from PIL import Image

from app.rendering.display import DisplayList, Rect, TextItem
from app.rendering.paths import bounds, mapped, rectangle, turn

Gray = NDArray[np.uint8]
Box = tuple[int, int, int, int]

BLACK = (0, 0, 0, 255)
DARK = 170  # a pixel that is covered by a third or more is ink
REACH = 8  # px around the expected ink that are looked at


def texts_of(display: DisplayList) -> list[TextItem]:
    """The texts that show something."""
    return [item for item in display.items if isinstance(item, TextItem) and item.text.strip()]


def sheets(display: DisplayList) -> list[DisplayList]:
    """The texts alone, black on white, on as few sheets as keep them clear of each other."""
    stacks: list[list[TextItem]] = []
    for item in texts_of(display):
        window = window_of(item, display)
        free = (s for s in stacks if not any(_touch(window, window_of(other, display)) for other in s))
        stack = next(free, None)
        if stack is None:
            stacks.append(stack := [])
        stack.append(_blackened(item))
    return [replace(display, items=tuple(stack), static_key=f"sheet-{n}") for n, stack in enumerate(stacks)]


def _blackened(item: TextItem) -> TextItem:
    lines = tuple(replace(line, runs=tuple(replace(run, colour=BLACK) for run in line.runs)) for line in item.lines)
    return replace(item, lines=lines, opacity=1.0)


def window_of(item: TextItem, display: DisplayList) -> Box:
    """Where the ink of a text is looked for."""
    found = bounds(mapped(rectangle(item.ink), turn(item.rotate, item.box)))
    assert found is not None
    left, top, width, height = found
    return (
        max(0, math.floor(left) - REACH),
        max(0, math.floor(top) - REACH),
        min(display.width_px, math.ceil(left + width) + REACH),
        min(display.height_px, math.ceil(top + height) + REACH),
    )


def _touch(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def ink_box(gray: Gray, window: Box) -> Box | None:
    """The box around the ink in a window."""
    left, top, right, bottom = window
    rows, columns = np.nonzero(gray[top:bottom, left:right] < DARK)
    if not len(rows):
        return None
    return (
        left + int(columns.min()),
        top + int(rows.min()),
        left + int(columns.max()) + 1,
        top + int(rows.max()) + 1,
    )


def gray_of(image: Image.Image) -> Gray:
    """The picture in gray."""
    return np.asarray(image.convert("L"))


def page_image(data: bytes, width_px: int, height_px: int) -> Image.Image:
    """The trim box of a one-page PDF, `width_px` wide."""
    document = pdfium.PdfDocument(data)
    try:
        page = document[0]
        trim = page.get_trimbox()
        page.set_cropbox(*trim)
        image = page.render(scale=width_px / (trim[2] - trim[0])).to_pil().convert("RGB")
    finally:
        document.close()
    assert abs(image.width - width_px) <= 1
    assert abs(image.height - height_px) <= 1
    return image


def page_texts(data: bytes, rects: Sequence[Rect], width_px: int) -> list[str]:
    """The text that can be copied from each rectangle (pixels of the grid) of a one-page PDF, without white space."""
    document = pdfium.PdfDocument(data)
    try:
        page = document[0]
        left, _, right, top = page.get_trimbox()
        scale = (right - left) / width_px
        text = page.get_textpage()
        return [
            "".join(
                text.get_text_bounded(
                    left=left + x * scale,
                    right=left + (x + width) * scale,
                    top=top - y * scale,
                    bottom=top - (y + height) * scale,
                ).split()
            )
            for x, y, width, height in rects
        ]
    finally:
        document.close()
