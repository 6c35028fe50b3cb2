"""Small pieces of a PDF file: compressed streams, numbers, and resources that are written once and named on a page."""

import zlib
from collections.abc import Hashable, Iterable
from typing import Any

import pydyf

from app.rendering.pdf_colours import Colours

LEVEL = 6  # of deflate; higher is slower and no smaller


def stream(pdf: pydyf.PDF, data: bytes, extra: dict[str, Any] | None = None) -> pydyf.Stream:
    """Adds a deflated stream."""
    packed = pydyf.Stream([zlib.compress(data, LEVEL)], {**(extra or {}), "Filter": "/FlateDecode"})
    pdf.add_object(packed)
    return packed


class Numbers:
    """Numbers as PDF writes them: no exponents, six decimals."""

    @staticmethod
    def one(value: float) -> str:
        """A single number."""
        return f"{value:.6f}".rstrip("0").rstrip(".")

    @staticmethod
    def row(values: Iterable[float]) -> str:
        """Numbers with spaces between them."""
        return " ".join(Numbers.one(value) for value in values)


class Resources:
    """What the pages and forms of one PDF may name, and its colours; equal things are written once."""

    def __init__(self, pdf: pydyf.PDF, colours: Colours) -> None:
        self.pdf = pdf
        self.colours = colours
        self.dictionary = pydyf.Dictionary()
        pdf.add_object(self.dictionary)
        self._names: dict[Hashable, str] = {}

    def name(self, kind: str, key: Hashable) -> str | None:
        """The name under which `key` was kept, if it was."""
        return self._names.get((kind, key))

    def keep(self, kind: str, key: Hashable, thing: pydyf.Object) -> str:
        """Keeps an object as a resource of `kind` (``XObject``, ``ExtGState``…) and returns its name."""
        names = self.dictionary.setdefault(kind, pydyf.Dictionary())
        name = f"{kind[0]}{len(names)}"
        names[name] = thing.reference if thing.number is not None else thing
        self._names[kind, key] = name
        return name
