"""The characters that may stand in a poster, and how messages name them."""

import re
import unicodedata
from collections.abc import Iterator


def named(character: str) -> str:
    """A character as messages show it: itself where it can be seen, its code and its name."""
    name = unicodedata.name(character, "")
    seen = f"“{character}” " if unicodedata.category(character)[0] in "LNPS" else ""
    return f"{seen}U+{ord(character):04X}{' ' + name if name else ''}"


# The characters a text may hold. An allow-list, because what hides a word from the check or from the reader (format and
# bidi controls, fillers, variation selectors, tags, private use, blank Braille, overlays) is an open set.
_ALLOWED = (
    " -~",
    "\u00a0-\u00ac",
    "\u00ae-\u024f",
    "\u02c6-\u02cb\u02d9\u02da",
    "\u0370-\u037d\u037f-\u03ff\u0400-\u0481\u048a-\u052f",
    "\u1e00-\u1eff",
    "\u2010-\u2027\u2030-\u205e",
    "\u20a0-\u20c0\u2100-\u214f\u2150-\u218b",
    "\u2190-\u23ff",
    "\u2460-\u24ff\u2500-\u27bf",
    "\u3000-\u3029\u3030-\u303d",
    "\u3041-\u3096\u309b-\u30ff\u3105-\u312f",
    "\u3200-\u4dbf\u4e00-\u9fff",
    "\uac00-\ud7a3",
    "\uf900-\ufaff",
    "\uff01-\uff9f\uffe0-\uffe6",
    "\U00020000-\U0003347f",
)
_FORBIDDEN = re.compile(f"[^{''.join(_ALLOWED)}]")
_ACCENTS = frozenset("\u0300\u0301\u0302\u0303\u0304\u0306\u0307\u0308\u030a\u030b\u030c\u0323\u0327\u0328\u0331")


# A coloured picture: a flag, a key, or pictures that are joined, each with its skin or with the mark that asks for
# colour. The joiner and that mark may stand nowhere else.
_PICTURE = "[\U0001f300-\U0001f3fa\U0001f400-\U0001faff\U0001f004\U0001f0cf\U0001f170-\U0001f19a\U0001f201-\U0001f251]"
_SIGN = (
    "[\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u21ff\u2300-\u23ff\u24c2\u25aa-\u27bf\u2934\u2935\u2b05-\u2b55"
    "\u3030\u303d\u3297\u3299]"
)
_ONE = f"(?:{_PICTURE}\ufe0f?|{_SIGN}(?:\ufe0f|(?=[\U0001f3fb-\U0001f3ff\u200d])))[\U0001f3fb-\U0001f3ff]?"
EMOJI = re.compile(f"[\U0001f1e6-\U0001f1ff]{{2}}|[0-9#*]\ufe0f\u20e3|{_ONE}(?:\u200d{_ONE})*")


def forbidden_characters(text: str, *, multiline: bool = False, emoji: bool = False) -> Iterator[tuple[int, str]]:
    """(offset, character) of what may not stand in a text; a line break or an emoji only where allowed."""
    pictures = [match.span() for match in EMOJI.finditer(text)] if emoji else []
    for match in _FORBIDDEN.finditer(text):
        offset, character = match.start(), match.group()
        if any(start <= offset < end for start, end in pictures):
            continue
        if character == "\n" and multiline:
            continue
        if character in _ACCENTS and offset and text[offset - 1].isalpha() and text[offset - 1] < "\u0530":
            continue
        yield offset, character
