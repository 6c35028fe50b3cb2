"""Coloured glyphs as pictures: each emoji of a run at its place, for painters that draw it as they draw any picture.

They have their own colours: the colour of the text does not touch them, nor does how thick it is.
"""

import io
from collections.abc import Iterator
from functools import lru_cache

from PIL import Image

from app.rendering.display import PictureItem, Run, TextItem
from app.rendering.fonts import Face
from app.rendering.paths import turn
from app.rendering.pictures import Picture, read_picture

BORDER = 8  # px of nothing around each picture, so that its edge is as soft as any other


def picture_of(face: Face, gid: int) -> Picture | None:
    """The glyph as a picture with an empty border, or None where it has none."""
    return _picture(face, gid)


@lru_cache(maxsize=256)
def _picture(face: Face, gid: int) -> Picture | None:
    data = face.picture(gid)
    if not data:
        return None
    with Image.open(io.BytesIO(data), formats=("PNG",)) as opened:
        glyph = opened.convert("RGBA")
    bordered = Image.new("RGBA", (glyph.width + 2 * BORDER, glyph.height + 2 * BORDER), (0, 0, 0, 0))
    bordered.paste(glyph, (BORDER, BORDER))
    file = io.BytesIO()
    bordered.save(file, "PNG")
    return read_picture(file.getvalue())


def pictures_in(item: TextItem, run: Run, face: Face) -> Iterator[PictureItem]:
    """The pictures of a run of `item`, where they stand after the text was turned."""
    unit = run.size / face.units_per_em
    by = turn(item.rotate, item.box)
    for glyph in run.glyphs:
        picture = picture_of(face, glyph.id)
        if picture is None:
            continue
        left, bottom, right, top = (edge * unit for edge in face.extents(glyph.id))
        x, y = by.apply(glyph.x + (left + right) / 2, glyph.y - (top + bottom) / 2)
        width, height = right - left, top - bottom
        yield PictureItem(
            item.layer,
            (x - width / 2, y - height / 2, width, height),
            item.dynamic,
            rotate=item.rotate,
            picture=picture,
            crop=(BORDER, BORDER, picture.width_px - 2 * BORDER, picture.height_px - 2 * BORDER),
        )
