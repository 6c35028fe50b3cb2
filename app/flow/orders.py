"""What is asked of the renderer, and with what: formats, the studio, one order, the finished poster."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from app.compliance.pack import Jurisdiction
from app.compliance.rules import Rules
from app.evidence.core import NONE, Evidence
from app.flow.check_copy import Judgement
from app.rendering.cache import StaticCache
from app.rendering.layout import Kit
from app.rendering.pdf_edition import PLAIN, Finish
from app.rendering.pictures import Picture
from app.rendering.scene import Language
from app.rendering.template import LoadedTemplate
from app.rendering.values import Profile, Values

Format = Literal["png", "jpeg", "webp", "pdf", "svg"]

MEDIA_TYPES: Mapping[Format, str] = {
    "png": "image/png",
    "jpeg": "image/jpeg",
    "webp": "image/webp",
    "pdf": "application/pdf",
    "svg": "image/svg+xml",
}


def ending(format_: Format) -> str:
    """What the name of such a file ends with."""
    return "jpg" if format_ == "jpeg" else format_


Edition = Literal["png", "jpeg", "pdf", "pdfx"]
"""A file that an approved poster is handed out as; ``pdfx`` is the one for the print shop."""

EDITIONS: Mapping[Edition, tuple[Format, Finish]] = {
    "png": ("png", PLAIN),
    "jpeg": ("jpeg", PLAIN),
    "pdf": ("pdf", PLAIN),
    "pdfx": ("pdf", Finish("x-4", marks=True)),
}


def editions(is_printed: bool) -> tuple[Edition, ...]:
    """The files that a poster can be had as; only one that has measures on paper (`is_printed`) goes to the press."""
    return tuple(one for one, (_, finish) in EDITIONS.items() if is_printed or finish == PLAIN)


@dataclass(frozen=True)
class Studio:
    """All that posters are made with, loaded once: brand kit, templates, rules, and the cache of painted grounds.

    Where the house has laid rules of its own over the packs, `packs` are the rules without them. `evidence` is what
    the house can prove.
    """

    kit: Kit
    templates: Mapping[str, LoadedTemplate]
    rules: Rules
    sample_profile: Profile
    sample_link: str
    no_photo: Picture
    cache: StaticCache = field(default_factory=StaticCache)
    packs: Rules | None = None
    evidence: Evidence = NONE

    @property
    def built_in(self) -> Rules:
        """The rules as they come with the product."""
        return self.packs or self.rules

    def prepare(self, *jurisdictions: Jurisdiction) -> None:
        """Compiles the rules of these jurisdictions: before processes are forked that would each do it."""
        for jurisdiction in set(jurisdictions):
            self.rules.books.get(jurisdiction)


@dataclass(frozen=True, slots=True)
class Order:
    """One poster that somebody wants. `size` and `language` fall back to the template's first; `finish` is a PDF's."""

    template: LoadedTemplate
    values: Values
    link: str
    format: Format
    as_of: date
    size: str | None = None
    language: Language | None = None
    finish: Finish = PLAIN


@dataclass(frozen=True, slots=True)
class Poster:
    """A finished file with the verdict on its copy. `data` has been proved: its code leads to its own link."""

    data: bytes
    media_type: str
    sha256: str
    judgement: Judgement
