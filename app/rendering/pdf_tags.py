"""Tags of a PDF: what is read, in the order in which people read it, and what is only decoration.

A poster's largest text is its heading; a picture that means something, and the code, say so in words.
"""

from collections.abc import Iterable, Mapping, Sequence

import pydyf

from app.rendering.display import AnyItem, DisplayList, PictureItem, QrItem, TextItem
from app.rendering.imposition import Box
from app.rendering.reading import reading_order

CODE_WORDS = {"zh": "二维码：{}", "en": "QR code: {}"}


class Section:
    """One poster's part of the structure, on one page. Elements are made while the items are painted."""

    def __init__(self, tags: "Tags", page: pydyf.Dictionary, marked: list[pydyf.Dictionary]) -> None:
        self._tags = tags
        self._page = page
        self._marked = marked
        self._elements: dict[int, pydyf.Dictionary] = {}

    def mark(self, canvas: pydyf.Stream, item: AnyItem, tag: str, alternative: str | None, box: Box) -> None:
        """Begins the content of `item`, which is an element of its own; `box` is its place on the page."""
        element = pydyf.Dictionary(
            {"Type": "/StructElem", "S": f"/{tag}", "Pg": self._page.reference, "K": len(self._marked)}
        )
        if alternative is not None:
            element["Alt"] = pydyf.String(alternative)
            place = pydyf.Array([round(edge, 3) for edge in box])
            element["A"] = pydyf.Dictionary({"O": "/Layout", "Placement": "/Block", "BBox": place})
        properties = pydyf.Dictionary({"MCID": len(self._marked)})
        canvas.begin_marked_content(tag, properties.data)
        self._tags.pdf.add_object(element)
        self._marked.append(element)
        self._elements[id(item)] = element

    def close(self, display: DisplayList) -> None:
        """Puts the elements in their order."""
        self._tags.add_section([self._elements[id(item)] for item in told(display, self._elements)])


class Tags:
    """The structure of a document; `section` begins the part of one poster."""

    def __init__(self, pdf: pydyf.PDF, parted: bool) -> None:
        self.pdf = pdf
        self._parted = parted
        self._root = pydyf.Dictionary({"Type": "/StructTreeRoot"})
        self._document = pydyf.Dictionary({"Type": "/StructElem", "S": "/Document", "K": pydyf.Array()})
        self._pages: list[list[pydyf.Dictionary]] = []
        for one in (self._root, self._document):
            pdf.add_object(one)
        self._document["P"] = self._root.reference
        self._root["K"] = self._document.reference

    def begin_page(self, page: pydyf.Dictionary) -> None:
        """Readies a page that has been added to the document."""
        page["StructParents"] = len(self._pages)
        page["Tabs"] = "/S"
        self._pages.append([])

    def section(self, page: pydyf.Dictionary) -> Section:
        """The next poster, on the newest page."""
        return Section(self, page, self._pages[-1])

    def add_section(self, elements: Sequence[pydyf.Dictionary]) -> None:
        """Appends the elements of one poster, in reading order."""
        parent = self._document
        if self._parted:
            parent = pydyf.Dictionary(
                {"Type": "/StructElem", "S": "/Sect", "P": self._document.reference, "K": pydyf.Array()}
            )
            self.pdf.add_object(parent)
            _append(self._document["K"], [parent])
        for element in elements:
            element["P"] = parent.reference
        _append(parent["K"], elements)

    def close(self) -> None:
        """Writes what belongs to the whole document."""
        numbers = pydyf.Array()
        for number, elements in enumerate(self._pages):
            listed = pydyf.Array()
            _append(listed, elements)
            self.pdf.add_object(listed)
            numbers.append(number)
            _append(numbers, [listed])
        self._root["ParentTree"] = pydyf.Dictionary({"Nums": numbers})
        self._root["ParentTreeNextKey"] = len(self._pages)
        self.pdf.catalog["StructTreeRoot"] = self._root.reference
        self.pdf.catalog["MarkInfo"] = pydyf.Dictionary({"Marked": "true"})


def _append(array: pydyf.Array, objects: Iterable[pydyf.Object]) -> None:
    array.extend(one.reference for one in objects)


def heading_of(display: DisplayList) -> TextItem | None:
    """The largest text; of two, the one that is read first."""
    return max(reading_order(display), key=lambda item: item.size, default=None)


def alternative_of(item: AnyItem, display: DisplayList, alternatives: Mapping[str, str]) -> str | None:
    """What a picture or a code says in words; None for decoration and for what is text anyway."""
    if isinstance(item, QrItem):
        return CODE_WORDS.get(display.language, CODE_WORDS["en"]).format(item.link)
    if isinstance(item, PictureItem) and item.picture is not None:
        return alternatives.get(item.layer)
    return None


def told(display: DisplayList, elements: Mapping[int, object]) -> list[AnyItem]:
    """Items that have elements, in reading order; a picture comes before the first text that begins below its top."""
    texts = [item for item in reading_order(display) if id(item) in elements]
    read = {id(item) for item in texts}
    figures = [item for item in display.items if id(item) in elements and id(item) not in read]
    before: dict[int, list[AnyItem]] = {}
    for item in sorted(figures, key=lambda one: (one.box[1], one.box[0])):
        below = (number for number, text in enumerate(texts) if text.ink[1] >= item.box[1])
        before.setdefault(next(below, len(texts)), []).append(item)
    order: list[AnyItem] = []
    for number, text in enumerate(texts):
        order += [*before.get(number, []), text]
    return order + before.get(len(texts), [])
