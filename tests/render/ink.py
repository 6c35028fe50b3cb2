"""What is measured of painted text: display lists cut down to their text, and the boxes of the ink in the pixels."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pypdfium2 as pdfium
from numpy.typing import NDArray
from PIL import Image

from app.rendering.display import DisplayList, Rect, TextItem, TextLine

Gray = NDArray[np.uint8]
Box = tuple[int, int, int, int]

BLACK = (0, 0, 0, 255)
EMOJI = "emoji"  # the brand's face of coloured pictures
DARK = 170  # a pixel that is covered by a third or more is ink
REACH = 8  # px around the expected ink that are looked at


def texts_of(display: DisplayList) -> list[TextItem]:
    """The texts that show something."""
    return [item for item in display.items if isinstance(item, TextItem) and item.text.strip()]


def blackened(item: TextItem) -> TextItem:
    """The text in black, without coloured pictures: how dark their edges are is a matter of how they are shrunk."""
    lines = []
    for line in item.lines:
        runs = tuple(replace(run, colour=BLACK) for run in line.runs if run.font != EMOJI)
        if runs:
            lines.append(TextLine("".join(run.text for run in runs), runs))
    return replace(item, lines=tuple(lines), opacity=1.0)


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


def page_gray(data: bytes, width_px: int) -> Gray:
    """The page of a one-page PDF in gray, `width_px` wide."""
    document = pdfium.PdfDocument(data)
    try:
        page = document[0]
        return np.array(page.render(scale=width_px / page.get_width(), grayscale=True).to_numpy()).squeeze()
    finally:
        document.close()


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
