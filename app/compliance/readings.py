"""The ways of reading a text: as it stands, with separators and line breaks joined, with sounds and digits restored."""

import re
from collections.abc import Iterator, Sequence

from app.compliance.char_kinds import CharKinds
from app.compliance.normalise import CJK, fold_many, is_cjk, tighten
from app.compliance.phonetic import HAS_CJK, in_sounds, per_cents, unleet, unspell
from app.compliance.rules import Book
from app.compliance.view import View


def readings(book: Book, texts: Sequence[str]) -> list[list[View]]:
    """All views of each text that rules look at; the first is the plain one."""
    folded = fold_many(texts)
    tight = tighten([one.text for one in folded])
    plain = [View(one, book.patterns, tight=own) for one, own in zip(folded, tight, strict=True)]
    sounds = in_sounds([one.text for one in tight])
    kinds = _KINDS.in_each([one.text for one in folded])
    return [[view, *_others(book, view, heard, known)] for view, heard, known in zip(plain, sounds, kinds, strict=True)]


def _others(book: Book, plain: View, heard: str, kinds: int) -> Iterator[View]:
    folded = plain.folded
    joints = _joints(folded.text) if kinds & _MAY_BE_LOOSE else []
    if joints:
        yield View(folded.replace(joints), book.patterns, "separators", tuple(folded.span(a, b) for a, b, _ in joints))
    pieces = _restored(book, plain, heard, kinds)
    if pieces:
        yield View(folded.replace(pieces), book.patterns, "sound", tuple(folded.span(a, b) for a, b, _ in pieces))


def _joints(text: str) -> list[tuple[int, int, str]]:
    pieces = [(m.start(), m.end(), _joint(text, m.start(), m.end())) for m in _LOOSE.finditer(text)]
    return [piece for piece in pieces if piece[0] > 0]


def _restored(book: Book, plain: View, heard: str, kinds: int) -> list[tuple[int, int, str]]:
    """What is to be read by its sound or as letters, sorted and disjoint; what is named first comes first."""
    folded, text = plain.folded, plain.text
    pieces = unleet(folded) if kinds & _LATIN else []
    if kinds & _CHINESE or (kinds & _LATIN and _LONG_LATIN.search(text)):
        taken = [(a, b) for a, b, _ in pieces]
        asked = [book.lexicon.restore(plain.tight, heard, plain.segments)]
        asked += [unspell(folded)] if kinds & _LATIN else []
        asked += [per_cents(folded)] if kinds & _PER_CENT else []
        for restored in asked:
            pieces += [p for p in restored if all(p[1] <= a or p[0] >= b for a, b in taken)]
            taken = [(a, b) for a, b, _ in pieces]
    return sorted(pieces)


# Line breaks, and between Chinese characters whatever is neither a letter nor the punctuation of a sentence.
_LOOSE = re.compile(rf"\n+|(?<=[{CJK}])(?:(?:[^\w{CJK}\n。、，；：！？,;:!?()《》【】\"'%…+=<>&]|_)+|[x×])(?=[{CJK}])")
_KINDS = CharKinds(rf"[^\w{CJK}。、，；：！？,;:!?()《》【】\"'%…+=<>&]|[_x×\n]", "[a-z]", HAS_CJK.pattern, "[%百]")
_MAY_BE_LOOSE, _LATIN, _CHINESE, _PER_CENT = 1, 2, 4, 8
_LONG_LATIN = re.compile(r"[a-z]{6}")


def _joint(text: str, start: int, end: int) -> str:
    after = text[end] if end < len(text) else ""
    return "" if is_cjk(text[start - 1]) or (after and is_cjk(after)) else " "
