"""Fonts in a PDF: the glyphs that a display list uses, cut out of their faces, and the text that they are copied as."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

import pydyf
import uharfbuzz as hb

from app.rendering.display import Glyph, Run, TextItem
from app.rendering.fonts import Face
from app.rendering.pdf_objects import Numbers, Resources, stream

KEPT_TABLES = frozenset({"glyf", "loca", "head", "hhea", "hmtx", "maxp", "CFF "})
SYMBOLIC, SERIF = 4, 2
STEM = 80  # not known from the tables that are kept; viewers use it only where they lack the font
PER_BLOCK = 100  # entries that one block of a character map may hold


class PdfFont:
    """One face in one PDF: `codes` gives each glyph its code, `texts` what it is copied as."""

    def __init__(self, face: Face, texts: dict[int, str]) -> None:
        self.face = face
        self.texts = texts
        self._plan = hb.SubsetPlan(face.hb_face, _cut(face, texts))
        self.codes: dict[int, int] = dict(self._plan.old_to_new_glyph_mapping)
        used = f"{face.sha256}{sorted(texts)}".encode()
        tag = "".join(chr(65 + byte % 26) for byte in hashlib.sha256(used).digest()[:6])
        self.name = f"{tag}+{face.key}"

    def width(self, gid: int) -> float:
        """How far the glyph moves the pen, in thousandths of the em."""
        return float(self.face.hb_font.get_glyph_h_advance(gid)) * 1000 / self.face.units_per_em

    def shown(self, gid: int) -> str:
        """The glyph as a string to be shown."""
        return f"<{self.codes[gid]:04x}>"

    def add_to(self, resources: Resources) -> pydyf.Dictionary:
        """Writes the font's objects and returns the one that a page names."""
        pdf = resources.pdf
        descendant = self._descendant(pdf)
        entries = sorted((f"{self.codes[gid]:04x}", text) for gid, text in self.texts.items() if text)
        to_unicode = stream(pdf, "\n".join(character_map(entries)).encode())
        font = pydyf.Dictionary(
            {
                "Type": "/Font",
                "Subtype": "/Type0",
                "BaseFont": f"/{self.name}",
                "Encoding": "/Identity-H",
                "DescendantFonts": pydyf.Array([descendant.reference]),
                "ToUnicode": to_unicode.reference,
            }
        )
        pdf.add_object(font)
        return font

    def _descendant(self, pdf: pydyf.PDF) -> pydyf.Dictionary:
        subset = self._plan.execute()
        is_cff = "CFF " in subset.table_tags
        widths = pydyf.Array()
        for gid, code in sorted(self.codes.items(), key=lambda pair: pair[1]):
            widths.extend([code, pydyf.Array([self.width(gid)])])
        font = pydyf.Dictionary(
            {
                "Type": "/Font",
                "Subtype": "/CIDFontType0" if is_cff else "/CIDFontType2",
                "BaseFont": f"/{self.name}",
                "CIDSystemInfo": pydyf.Dictionary(
                    {"Registry": pydyf.String("Adobe"), "Ordering": pydyf.String("Identity"), "Supplement": 0}
                ),
                "W": widths,
                "FontDescriptor": self._descriptor(pdf, subset, is_cff).reference,
            }
        )
        if not is_cff:
            font["CIDToGIDMap"] = "/Identity"
        pdf.add_object(font)
        return font

    def _descriptor(self, pdf: pydyf.PDF, subset: hb.Face, is_cff: bool) -> pydyf.Dictionary:
        face = self.face
        if is_cff:
            program = stream(pdf, bytes(subset.reference_table("CFF ").data), {"Subtype": "/CIDFontType0C"})
        else:
            data = bytes(subset.blob.data)
            program = stream(pdf, data, {"Length1": len(data)})
        ascent, descent = round(face.ascent * 1000), -round(face.descent * 1000)
        boxes = [face.extents(gid) for gid in self.texts]
        scale = 1000 / face.units_per_em
        descriptor = pydyf.Dictionary(
            {
                "Type": "/FontDescriptor",
                "FontName": f"/{self.name}",
                "Flags": SYMBOLIC | (SERIF if "serif" in face.key and "sans" not in face.key else 0),
                "FontBBox": pydyf.Array(
                    [
                        round(min(box[0] for box in boxes) * scale),
                        round(min(box[1] for box in boxes) * scale),
                        round(max(box[2] for box in boxes) * scale),
                        round(max(box[3] for box in boxes) * scale),
                    ]
                ),
                "ItalicAngle": 0,
                "Ascent": ascent,
                "Descent": descent,
                "CapHeight": ascent,
                "StemV": STEM,
                "FontFile3" if is_cff else "FontFile2": program.reference,
            }
        )
        pdf.add_object(descriptor)
        return descriptor


class ShownFont(Protocol):
    """What a run needs of the font that it is shown in."""

    texts: dict[int, str]

    def width(self, gid: int) -> float:
        """How far a glyph moves the pen, in thousandths of the em."""

    def shown(self, gid: int) -> str:
        """A glyph as a string to be shown."""


def character_map(entries: Sequence[tuple[str, str]]) -> Iterator[str]:
    """The lines of a map from codes (in hexadecimal digits, all equally many) to the text they are copied as."""
    least, most = ("0" * len(entries[0][0]), "f" * len(entries[0][0])) if entries else ("00", "ff")
    yield "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap"
    yield "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def"
    yield "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def"
    yield f"1 begincodespacerange\n<{least}> <{most}>\nendcodespacerange"
    for start in range(0, len(entries), PER_BLOCK):
        block = entries[start : start + PER_BLOCK]
        yield f"{len(block)} beginbfchar"
        yield from (f"<{code}> <{text.encode('utf-16-be').hex()}>" for code, text in block)
        yield "endbfchar"
    yield "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend"


def used_glyphs(items: Iterable[TextItem]) -> dict[str, dict[int, str]]:
    """The glyphs of texts by face key, in the order in which they are first used, with what they are copied as.

    A glyph is copied as the first text that it alone stands for; one that only ever continues a cluster, as the text of
    that cluster, so that no glyph is without a text. Where the two differ, the page says what is meant.
    """
    texts: dict[str, dict[int, str]] = {}
    parts: dict[str, dict[int, str]] = {}
    for run in (run for item in items for line in item.lines for run in line.runs):
        alone, joined = texts.setdefault(run.font, {}), parts.setdefault(run.font, {})
        for cluster in _clusters(run):
            for glyph in cluster:
                (alone if len(cluster) == 1 else joined).setdefault(glyph.id, cluster[0].text)
    merged = {key: {**parts[key], **alone} for key, alone in texts.items()}
    return {key: seen for key, seen in merged.items() if seen}


def draw_run(canvas: pydyf.Stream, run: Run, font: ShownFont) -> None:
    """Shows a run's glyphs exactly where the display list has them, copied as exactly its text."""
    pen: tuple[float, float] | None = None
    shown: list[str] = []
    matrix = (0, run.size, run.size, 0) if run.turned else (run.size, 0, 0, -run.size)
    for cluster in _clusters(run):
        text = cluster[0].text
        spelled = len(cluster) == 1 and font.texts[cluster[0].id] == text
        if not spelled:
            _flush(canvas, shown)
            pen = None
            canvas.begin_marked_content("Span", pydyf.Dictionary({"ActualText": _hex(text)}).data)
        for glyph in cluster:
            along, across = (glyph.y, glyph.x) if run.turned else (glyph.x, glyph.y)
            if pen is None or abs(pen[1] - across) > 1e-6:
                _flush(canvas, shown)
                canvas.set_text_matrix(*matrix, glyph.x, glyph.y)
                pen = along, across
            elif abs(pen[0] - along) > 1e-4:
                shown.append(Numbers.one((pen[0] - along) * 1000 / run.size))
            shown.append(font.shown(glyph.id))
            pen = along + font.width(glyph.id) * run.size / 1000, across
        if not spelled:
            _flush(canvas, shown)
            pen = None
            canvas.end_marked_content()
    _flush(canvas, shown)


def _flush(canvas: pydyf.Stream, shown: list[str]) -> None:
    if shown:
        canvas.show_text("".join(shown))
        shown.clear()


def _clusters(run: Run) -> Iterator[list[Glyph]]:
    cluster: list[Glyph] = []
    for glyph in run.glyphs:
        if glyph.text and cluster:
            yield cluster
            cluster = []
        cluster.append(glyph)
    if cluster:
        yield cluster


def _hex(text: str) -> bytes:
    return b"<feff" + text.encode("utf-16-be").hex().encode() + b">"


def _cut(face: Face, texts: dict[int, str]) -> hb.SubsetInput:
    cut = hb.SubsetInput()
    cut.flags = (
        hb.SubsetFlags.NO_HINTING
        | hb.SubsetFlags.NO_LAYOUT_CLOSURE
        | hb.SubsetFlags.DESUBROUTINIZE
        | hb.SubsetFlags.CFF_IDENTITY_CHARSET
    )
    cut.glyph_set.update(texts)
    cut.drop_table_tag_set.update(
        int.from_bytes(tag.encode(), "big") for tag in face.hb_face.table_tags if tag not in KEPT_TABLES
    )
    return cut
