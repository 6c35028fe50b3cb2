"""Folding: one text, read the way a person reads it, with a map back to the original characters."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from opencc import OpenCC

from app.compliance.char_kinds import FEW, CharKinds
from app.compliance.codes import CodeTable
from app.compliance.lookalikes import CAPITALS, CHARACTERS, LETTERS, SPLIT, STYLED
from app.kernel.lazy import lazy

CJK = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"


@dataclass(frozen=True, slots=True)
class Folded:
    """Folded text; character i stands for [starts[i], ends[i]) of the original."""

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The part of the original that [start, end) of the folded text stands for."""
        if start >= end:
            at = self.starts[start] if start < len(self.starts) else (self.ends[-1] if self.ends else 0)
            return at, at
        return self.starts[start], self.ends[end - 1]

    def without(self, gone: set[int]) -> "Folded":
        """All characters but those at the indices `gone`."""
        return self.take([index for index in range(len(self.text)) if index not in gone]) if gone else self

    def take(self, kept: list[int]) -> "Folded":
        """The characters at the indices `kept`."""
        text, starts, ends = self.text, self.starts, self.ends
        return Folded(
            "".join([text[i] for i in kept]), tuple([starts[i] for i in kept]), tuple([ends[i] for i in kept])
        )

    def replace(self, pieces: list[tuple[int, int, str]]) -> "Folded":
        """With [start, end) replaced by a text, for each of the sorted, disjoint `pieces`."""
        chars: list[str] = []
        starts: list[int] = []
        ends: list[int] = []
        done = 0
        for start, end, new in [*pieces, (len(self.text), len(self.text), "")]:
            chars += self.text[done:start]
            starts += self.starts[done:start]
            ends += self.ends[done:start]
            for index, char in enumerate(new):
                same = end - start == len(new)
                chars.append(char)
                starts.append(self.starts[start + index if same else start])
                ends.append(self.ends[start + index if same else end - 1])
            done = end
        return Folded("".join(chars), tuple(starts), tuple(ends))


_QUOTES = {**dict.fromkeys("“”„‟〝〞「」『』«»＂", '"'), **dict.fromkeys("‘’‚‛′`´", "'")}
_DASHES = dict.fromkeys("‐‑‒–—―−－﹣﹘ー─", "-")
_DOTS = dict.fromkeys("·•・‧∙⋅●▪◆★☆※♦■□○◎▲△▼✦✧❖丨丶丿", "·")
_BLANKS = dict.fromkeys(
    "\t\r\f\v\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000 ", " "
)
_SIMPLE = {
    "㊗": "·",
    "㊙": "·",
    "⓪": "0",
    "⓿": "0",
    "％": "%",
    "﹪": "%",
    "٪": "%",
    "～": "~",
    "〜": "~",
    "…": "…",
    "￥": "¥",
}
_TRADITIONAL = OpenCC("t2s")


def _fold_char(char: str) -> str:
    for table in (_QUOTES, _DASHES, _DOTS, _BLANKS, _SIMPLE, STYLED, CHARACTERS):
        if char in table:
            return table[char]
    category = unicodedata.category(char)
    if char != "\n" and (category in ("Cf", "Cc", "Co", "Cs", "Cn", "Mn", "Me") or char in _FILLERS):
        return ""
    decomposed = unicodedata.normalize("NFKD", char)
    kept = "".join(CAPITALS.get(part, part) for part in decomposed if not unicodedata.combining(part)).lower()
    parts = [LETTERS.get(part, CHARACTERS.get(part, part)) for part in kept]
    return "".join(_TRADITIONAL.convert(part) if part > "\u2e80" else part for part in parts)


_table = CodeTable(lambda char: "\n" if char == "\n" else _fold_char(char))
_PLACES = tuple(range(4097))


def fold(text: str) -> Folded:
    """The plain view of `text`: characters folded, blanks and evasive separators taken out."""
    return fold_many([text])[0]


def fold_many(texts: Sequence[str]) -> list[Folded]:
    """`fold` of some texts: their characters are looked up all at once."""
    folded = [
        _unevenly(text) if translated is None else _evenly(translated)
        for text, translated in zip(texts, _table.translated(texts), strict=True)
    ]
    may_change = _may_change([one.text for one in folded])
    return [_stepped(one) if changes else one for one, changes in zip(folded, may_change, strict=True)]


def _stepped(folded: Folded) -> Folded:
    for step in _STEPS:
        folded = step(folded)
    return folded


def _may_change(texts: Sequence[str]) -> Sequence[bool]:
    """Whether one of the steps may change each text; for many texts said by their characters alone."""
    if len(texts) < FEW:
        return [True] * len(texts)
    kinds = _HINTS.of("\n".join(["", *texts, ""]))
    lone = (kinds[1:-1] & _SINGLE > 0) & (kinds[:-2] & kinds[2:] & _PARTING > 0)
    split = (kinds[1:-1] & _LEFT > 0) & (kinds[2:] & _RIGHT > 0)
    hinted = np.append(lone | split | (kinds[1:-1] & _CHANGED > 0), False)
    ends = np.cumsum([len(text) + 1 for text in texts])
    return [bool(one) for one in np.logical_or.reduceat(hinted, np.append(0, ends[:-1])).tolist()]


def _evenly(text: str) -> Folded:
    return Folded(text, places(0, len(text)), places(1, len(text) + 1))


def _unevenly(text: str) -> Folded:
    parts = [_table[char] for char in text]
    starts = tuple([index for index, part in enumerate(parts) for _ in part])
    return Folded("".join(parts), starts, tuple([index + 1 for index in starts]))


def places(first: int, end: int) -> tuple[int, ...]:
    """The numbers from `first` to `end`; mostly a cut of a tuple that is there."""
    return _PLACES[first:end] if end < len(_PLACES) else tuple(range(first, end))


_SPLITS = re.compile("|".join(map(re.escape, SPLIT)) + "|(?<=[第唯])-(?=[" + CJK + "])")
_LEFT_HALF, _RIGHT_HALF = ("[" + "".join(sorted(set(half))) + "]" for half in zip("第-", "唯-", *SPLIT, strict=True))
_SPLIT_HINT = re.compile(_LEFT_HALF + _RIGHT_HALF)


def _join_split(folded: Folded) -> Folded:
    if _SPLIT_HINT.search(folded.text) is None:
        return folded
    pieces = [(m.start(), m.end(), SPLIT.get(m.group(), "一")) for m in _SPLITS.finditer(folded.text)]
    return folded.replace(pieces) if pieces else folded


_DIGIT_LETTERS = re.compile(
    r"(?<=\d)[ol]+(?=[\d%" + CJK + r"]|$)|(?<![a-z\d])[ol](?=[.]\d)|(?<![a-z\d])o(?=[" + CJK + "%])"
)


def _fix_numbers(folded: Folded) -> Folded:
    if "o" not in folded.text and "l" not in folded.text:
        return folded
    pieces = [
        (m.start(), m.end(), m.group().replace("o", "0").replace("l", "1"))
        for m in _DIGIT_LETTERS.finditer(folded.text)
    ]
    return folded.replace(pieces) if pieces else folded


_BLANK = re.compile(
    rf"(?<=[{CJK}。，、！？；：]) +| +(?=[{CJK}。，、！？；：])|(?<=\d) +(?=%)|(?<=\n) +| +(?=\n)|(?<= ) +|^ +| +$"
)


def _drop_blanks(folded: Folded) -> Folded:
    if " " not in folded.text:
        return folded
    gone = {index for match in _BLANK.finditer(folded.text) for index in range(*match.span())}
    return folded.without(gone)


_SEPARATOR = r"[^\w%" + CJK + "]"
_SINGLE_CJK = re.compile(rf"(?:(?<![\w{CJK}])|^)[{CJK}](?:(?:{_SEPARATOR}|_){{1,3}}[{CJK}])+(?![\w{CJK}])")
_SINGLE_LATIN = re.compile(r"(?<![a-z0-9])[a-z0-9@$!](?:[^\w%" + CJK + r"]{1,3}[a-z0-9@$!]){3,}(?![a-z0-9])")


def _join_single(folded: Folded) -> Folded:
    """Characters that stand alone one after the other (稳。赚。不。赔, r i s k) belong together."""
    if not _SINGLE_HINT.search(folded.text):
        return folded
    gone: set[int] = set()
    for pattern, letters in ((_SINGLE_CJK, _IS_CJK), (_SINGLE_LATIN, _IS_LETTER)):
        for match in pattern.finditer(folded.text):
            gone |= _separators(folded.text, *match.span(), letters)
    return folded.without(gone)


def _separators(text: str, start: int, end: int, letters: re.Pattern[str]) -> set[int]:
    """What stands between the letters, but for one blank of a gap that is not the usual one: it parts two words."""
    gaps: list[list[int]] = [[]]
    for index in range(start, end):
        if letters.match(text[index]):
            gaps.append([])
        else:
            gaps[-1].append(index)
    written = ["".join([text[i] for i in gap]) for gap in gaps if gap]
    usual = max(dict.fromkeys(written), key=lambda gap: (written.count(gap), -len(gap))) if written else ""
    gone: set[int] = set()
    for gap in gaps:
        blank = [i for i in gap if text[i] == " "]
        parts = "".join([text[i] for i in gap]) != usual and len(gap) >= len(usual) and blank
        gone |= set(gap) - set(blank[:1] if parts else ())
    return gone


_STEPS = (_join_split, _fix_numbers, _join_single, _drop_blanks)
_IS_CJK = re.compile(f"[{CJK}]")
_IS_LETTER = re.compile(r"[a-z0-9@$!]")
_SINGLE_HINT = re.compile(rf"(?:^|[^\w{CJK}]|_)(?:[{CJK}]|[a-z0-9@$!])(?:[^\w{CJK}]|_)")
_HINTS = CharKinds("[ol ]", f"[{CJK}]|[a-z0-9@$!]", rf"[^\w{CJK}]|_", _LEFT_HALF, _RIGHT_HALF)
_CHANGED, _SINGLE, _PARTING = 1, 2, 4  # what two steps look for; what _SINGLE_HINT does: one between others
_LEFT, _RIGHT = 8, 16  # what _SPLIT_HINT looks for: two that may be halves of one


def is_cjk(char: str) -> bool:
    """Whether `char` is a Chinese character."""
    return "\u3400" <= char <= "\u9fff" or "\uf900" <= char <= "\ufaff" or "\U00020000" <= char <= "\U0003ffff"


class Tight:
    """A text with nothing but letters, digits and per cents; character i stands at `starts[i]` of the whole text."""

    def __init__(self, whole: str, text: str | None = None, kept: NDArray[np.bool_] | None = None) -> None:
        self.text = _BETWEEN.sub("", whole) if text is None else text
        self.whole = whole
        self._kept = kept

    @lazy
    def starts(self) -> tuple[int, ...]:
        """Where the characters stand in the whole text."""
        size = len(self.whole)
        if len(self.text) == size:
            return places(0, size)
        if self._kept is not None:
            return tuple(np.flatnonzero(self._kept).tolist())
        return tuple([at for match in _KEPT.finditer(self.whole) for at in range(*match.span())])


_BETWEEN, _KEPT = re.compile(r"(?:[^\w%]|_)+"), re.compile(r"(?:[^\W_]|%)+")
_TIGHT = CharKinds(_KEPT.pattern)


def tighten(texts: Sequence[str]) -> list[Tight]:
    """Each of some texts as a tight one."""
    if len(texts) < FEW:
        return [Tight(text) for text in texts]
    together = "".join(texts)
    kept = (_TIGHT.of(together) & 1).astype(np.bool_)
    codes = np.frombuffer(together.encode("utf-32-le", "surrogatepass"), np.uint32)
    tight = codes[kept].tobytes().decode("utf-32-le", "surrogatepass")
    ends = np.append(0, np.cumsum([len(text) for text in texts]))
    counts = np.append(0, np.cumsum(kept))[ends].tolist()
    spans = zip(texts, counts[:-1], counts[1:], ends[:-1].tolist(), ends[1:].tolist(), strict=True)
    return [Tight(text, tight[first:last], kept[begin:end]) for text, first, last, begin, end in spans]


def fold_term(term: str) -> str:
    """`term` as it is looked for in a tightened text."""
    return Tight(fold(term).text).text


def fold_terms(terms: Sequence[str]) -> list[str]:
    """`fold_term` of many terms at once."""
    return [tight.text for tight in tighten([folded.text for folded in fold_many(terms)])]


_SPECIAL = set("\\.^$*+?{}[]|()")


def fold_pattern(pattern: str) -> str:
    """A regular expression, its characters folded as the text is; escapes and group names stay as they are."""
    folded: list[str] = []
    for match in re.finditer(r"\\p\{\w+\}|\\.|\(\?P<\w+>|\(\?[a-z:]+|.", pattern, re.DOTALL):
        part = match.group()
        if len(part) > 1 or part in _SPECIAL:
            folded.append(part)
            continue
        new = _table[part] or part
        folded.append("\\" + new if new in _SPECIAL else new)
    return "".join(folded)


_FINE = re.compile(
    "[^\n\r\t -~\xa0-\xac\xae-\u02af\u0370-\u03ff\u0400-\u0481\u048a-\u04ff"
    "\u2010-\u2027\u2030-\u205e\u20a0-\u20c0\u2100-\u27ff"
    "\u2900-\u2bff\u3000-\u303f\u3041-\u3096\u309b-\u30ff\u3200-\u33ff\u3400-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff01-\uff9f"
    "\uffe0-\uffe6\U00020000-\U000323af\U0001d400-\U0001d7ff\U0001f000-\U0001faff]"
)
_UNFINE = CharKinds(_FINE.pattern)
_FILLERS = frozenset("\u3164\u115f\u1160\uffa0\u2800\u17b4\u17b5")


def may_be_forbidden(texts: Sequence[str]) -> list[bool]:
    """Whether `forbidden` may find something in each of some texts."""
    return [kinds > 0 for kinds in _UNFINE.in_each(texts)]


def forbidden(text: str) -> Iterator[int]:
    """Offsets of characters that nobody can see, that turn the reading order, or that mean nothing outside one font."""
    for match in _FINE.finditer(text):
        if _is_forbidden(text, match.start()):
            yield match.start()


def _is_forbidden(text: str, index: int) -> bool:
    char = text[index]
    before = text[index - 1] if index else " "
    category = unicodedata.category(char)
    if char == "\ufe0f":
        return unicodedata.category(before) not in ("So", "Sk", "Sm") and before not in "0123456789#*"
    if char == "\u200d":
        after = text[index + 1] if index + 1 < len(text) else " "
        return unicodedata.category(before) not in ("So", "Sk", "Mn") or unicodedata.category(after) != "So"
    if category in ("Mn", "Me", "Mc"):
        return not before.isalpha() or is_cjk(before) or len(unicodedata.normalize("NFC", before + char)) != 1
    return char in _FILLERS or category in ("Cf", "Cc", "Co", "Cs", "Cn", "Zl", "Zp")
