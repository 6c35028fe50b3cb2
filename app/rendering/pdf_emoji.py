"""Coloured glyphs in a PDF: a Type 3 font whose glyphs are pictures, so that they are found and copied as text."""

import pydyf

from app.kernel.errors import Invalid, Problem
from app.rendering.emoji import BORDER, picture_of
from app.rendering.fonts import Face
from app.rendering.pdf_fonts import character_map
from app.rendering.pdf_objects import Numbers, Resources, stream
from app.rendering.pdf_pictures import embedded, pack
from app.rendering.pictures import pixels

MOST_GLYPHS = 255  # a Type 3 font has codes of one byte


class PdfPictureFont:
    """One face of pictures in one PDF; `codes` gives each glyph its code, `texts` what it is copied as.

    *Source*: ISO 32000-1, 9.6.5. *Raises* Invalid ``too_many_emoji`` for more than 255 different ones.
    """

    def __init__(self, face: Face, texts: dict[int, str]) -> None:
        if len(texts) > MOST_GLYPHS:
            message = f"{len(texts)} different emoji; a PDF holds {MOST_GLYPHS}"
            raise Invalid.of([Problem("format", "too_many_emoji", message)])
        self.face = face
        self.texts = texts
        self.codes = {gid: code for code, gid in enumerate(sorted(texts), start=1)}

    def width(self, gid: int) -> float:
        """How far the glyph moves the pen, in thousandths of the em."""
        return float(self.face.hb_font.get_glyph_h_advance(gid)) * 1000 / self.face.units_per_em

    def shown(self, gid: int) -> str:
        """The glyph as a string to be shown."""
        return f"<{self.codes[gid]:02x}>"

    def add_to(self, resources: Resources) -> pydyf.Dictionary:
        """Writes the font's objects and returns the one that a page names."""
        pdf = resources.pdf
        names = [f"/e{code}" for code in self.codes.values()]
        pictures = pydyf.Dictionary()
        drawn = pydyf.Dictionary()
        for gid, code in self.codes.items():
            drawn[f"e{code}"] = stream(pdf, self._drawn(resources, gid, code, pictures).encode()).reference
        entries = [(f"{self.codes[gid]:02x}", text) for gid, text in self.texts.items() if text]
        font = pydyf.Dictionary(
            {
                "Type": "/Font",
                "Subtype": "/Type3",
                "Name": f"/{self.face.key}",
                "FontBBox": pydyf.Array([0, 0, 0, 0]),  # as large as its glyphs
                "FontMatrix": pydyf.Array([0.001, 0, 0, 0.001, 0, 0]),
                "CharProcs": drawn,
                "Encoding": pydyf.Dictionary({"Type": "/Encoding", "Differences": pydyf.Array([1, *names])}),
                "FirstChar": 1,
                "LastChar": len(names),
                "Widths": pydyf.Array([self.width(gid) for gid in self.codes]),
                "Resources": pydyf.Dictionary({"XObject": pictures}),
                "ToUnicode": stream(pdf, "\n".join(character_map(entries)).encode()).reference,
            }
        )
        pdf.add_object(font)
        return font

    def _drawn(self, resources: Resources, gid: int, code: int, pictures: pydyf.Dictionary) -> str:
        """What draws the glyph, in thousandths of the em; its picture is put among `pictures`."""
        advance = f"{Numbers.one(self.width(gid))} 0 d0"
        picture = picture_of(self.face, gid)
        if picture is None:
            return advance
        width, height = picture.width_px - 2 * BORDER, picture.height_px - 2 * BORDER
        image = pixels(picture, (BORDER, BORDER, width, height))
        pictures[f"P{code}"] = embedded(resources, pack(image, resources.colours)).reference
        left, bottom, right, top = (edge * 1000 / self.face.units_per_em for edge in self.face.extents(gid))
        placed = Numbers.row((right - left, 0, 0, top - bottom, left, bottom))
        return f"{advance}\nq {placed} cm /P{code} Do Q"
