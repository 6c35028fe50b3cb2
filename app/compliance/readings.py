"""The ways of reading a text: as it stands, with separators and line breaks joined, with sounds and digits restored."""

import re
from collections.abc import Iterator

from app.compliance.normalise import CJK, Folded, fold, is_cjk
from app.compliance.phonetic import HAS_CJK, per_cents, unleet, unspell
from app.compliance.rules import Book
from app.compliance.view import View


def readings(book: Book, text: str) -> list[View]:
    """All views of `text` that rules look at; the first is the plain one."""
    return list(_views(book, fold(text)))


def _views(book: Book, folded: Folded) -> Iterator[View]:
    plain = View(folded, book.patterns)
    yield plain
    pieces = [(m.start(), m.end(), _joint(folded.text, m.start(), m.end())) for m in _LOOSE.finditer(folded.text)]
    pieces = [piece for piece in pieces if piece[0] > 0]
    if pieces:
        yield View(folded.replace(pieces), book.patterns, "separators", tuple(folded.span(a, b) for a, b, _ in pieces))
    pieces = unleet(folded)
    if HAS_CJK.search(folded.text) or _LONG_LATIN.search(folded.text):
        taken = [(a, b) for a, b, _ in pieces]
        for restored in (book.lexicon.restore(plain.tight, plain.segments), unspell(folded), per_cents(folded)):
            pieces += [p for p in restored if all(p[1] <= a or p[0] >= b for a, b in taken)]
            taken = [(a, b) for a, b, _ in pieces]
    if pieces:
        pieces.sort()
        yield View(folded.replace(pieces), book.patterns, "sound", tuple(folded.span(a, b) for a, b, _ in pieces))


# Line breaks, and between Chinese characters whatever is neither a letter nor the punctuation of a sentence.
_LOOSE = re.compile(rf"\n+|(?<=[{CJK}])(?:(?:[^\w{CJK}\n。、，；：！？,;:!?()《》【】\"'%…+=<>&]|_)+|[x×])(?=[{CJK}])")
_LONG_LATIN = re.compile(r"[a-z]{6}")


def _joint(text: str, start: int, end: int) -> str:
    after = text[end] if end < len(text) else ""
    return "" if is_cjk(text[start - 1]) or (after and is_cjk(after)) else " "
