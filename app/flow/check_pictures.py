"""Check pictures: the words that were read in pictures are judged like any others; what nobody read is said, too.

A machine that reads pixels may be wrong. So nothing that was read in a picture blocks: a human decides on it. And what
could not be read never passes without one (ADR 14).
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from app.compliance.document import Document, Facts, Finding, TextRun
from app.compliance.pack import Severity, Source, Words
from app.flow.check_copy import judge
from app.flow.findings import told
from app.flow.orders import Order, Studio
from app.ocr.core import Box, Reading
from app.rendering.display import DisplayList, PictureItem
from app.rendering.pictures import Picture
from app.rendering.scene import PictureLayer
from app.rendering.template import flat
from app.rendering.values import PictureValue

NOT_READ, UNREADABLE = "picture_not_read", "picture_unreadable"
OF_READING = (NOT_READ, UNREADABLE)
PHOTO = "profile.photo"

_SOURCE = Source(law=Words(zh="本系统安全规则", en="Safety rule of this system"), article="text_in_pictures")
_SUGGESTION = Words(
    zh="请人工查看图片中是否有文字，并按文案标准审核。",
    en="Look at the picture yourself: any words in it must meet the same rules as copy.",
)
_MESSAGES = {
    NOT_READ: Words(
        zh="图片中的文字尚未读取，读完之前须由人工查看",
        en="The text in this picture has not been read yet: until it is, a human must look.",
    ),
    UNREADABLE: Words(zh="没有读出这张图片，须由人工查看", en="Nobody could read this picture: a human must look."),
}


@dataclass(frozen=True, slots=True)
class PictureFinding:
    """A finding in the picture at `place`. `level` is what it would be in copy; `boxes` are parts of the picture."""

    place: str
    digest: str
    finding: Finding
    level: Severity
    boxes: tuple[Box, ...]

    def document(self, size: str, language: str) -> dict[str, Any]:
        """As JSON, as findings in copy are written down, with where in which picture it stands."""
        picture = {"digest": self.digest, "level": self.level, "boxes": [list(box) for box in self.boxes]}
        return {**told(self.finding, self.place, size, language), "picture": picture}


def check_pictures(
    studio: Studio, facts: Facts, readings: Mapping[str, Reading], as_of: date
) -> tuple[PictureFinding, ...]:
    """What is to be said of pictures, by their place: ``slots.NAME``, ``layers.NAME`` or ``profile.photo``.

    *Raises* Blocked ``check_failed`` when the words could not be judged.
    """
    return tuple(one for place in readings for one in _found(studio, facts, place, readings[place], as_of))


def _found(studio: Studio, facts: Facts, place: str, reading: Reading, as_of: date) -> Iterator[PictureFinding]:
    if reading.outcome != "read":
        rule = NOT_READ if reading.outcome == "waiting" else UNREADABLE
        unread = Finding(rule, "review", 0, 0, "", _MESSAGES[rule], _SUGGESTION, _SOURCE)
        yield PictureFinding(place, reading.digest, unread, "review", ())
        return
    document = Document(tuple(TextRun(line.text) for line in reading.lines), facts, fragment=True)
    for found in judge(studio.rules, document, as_of, studio.evidence).verdict.findings:
        if found.start < found.end:  # what only a whole poster must have is not missed in a photo
            boxes = tuple(reading.lines[index].part(*span) for index, *span in document.locate(found.start, found.end))
            lowered = replace(found, severity="review" if found.severity == "block" else found.severity)
            yield PictureFinding(place, reading.digest, lowered, found.severity, boxes)


def brought(studio: Studio, order: Order) -> dict[str, Picture]:
    """The pictures that people brought for a poster, by place; the photo only where it is drawn."""
    values = order.values
    found = {f"slots.{name}": value.picture for name, value in values.slots.items() if isinstance(value, PictureValue)}
    if values.profile.photo is not None and _has_photo(order):
        found[PHOTO] = values.profile.photo
    known = familiar(studio)
    return {place: picture for place, picture in found.items() if picture.digest not in known}


def brought_pictures(studio: Studio, order: Order) -> dict[str, str]:
    """The digests of the pictures that people brought for a poster, by place."""
    return {place: picture.digest for place, picture in brought(studio, order).items()}


def _has_photo(order: Order) -> bool:
    name, size = order.template.template.size(order.size)
    return any(isinstance(layer, PictureLayer) and layer.photo for _, layer in flat(size.layers, name))


def familiar(studio: Studio) -> frozenset[str]:
    """The digests of the pictures that come with the product: of the brand kit and of the built-in templates.

    They were looked at when the product was made, like its words, and are not read again.
    """
    built_in = (picture for loaded in studio.templates.values() for picture in loaded.pictures.values())
    samples = (studio.no_photo, *([studio.sample_profile.photo] if studio.sample_profile.photo else []))
    return frozenset(picture.digest for picture in (*built_in, *studio.kit.assets.values(), *samples))


def own_pictures(display: DisplayList, digests: Collection[str]) -> dict[str, str]:
    """Those of a template's pictures that one of its sizes shows, by place."""
    return {
        f"slots.{item.slot}" if item.slot else f"layers.{item.layer}": item.picture.digest
        for item in display.items
        if isinstance(item, PictureItem) and item.picture is not None and item.picture.digest in digests
    }
