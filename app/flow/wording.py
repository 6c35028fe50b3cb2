"""Wording: what a rule's suggestion would have somebody write, where it says so in words that can be taken over."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

_QUOTED = r"[“\"「『](?P<words>[^”\"」』]{2,120})[”\"」』]"
_REPLACE = re.compile(rf"(?:改为|改成|换成|只写|写作|Write|Say only|Write only)[:：]?\s*{_QUOTED}")
_APPEND = re.compile(rf"(?:写明|提示|加上?|补充|注明|明示|标明|Say|Add)[:：]?\s*{_QUOTED}")
_REMOVE = re.compile(r"删去|删除|去掉|(?:Delete|Drop|Remove)\b")
_MARKS = "，。；、！？,;!?：:… \n"
_ENDS = "。！？.!?"


@dataclass(frozen=True, slots=True)
class Fix:
    """Write `text` in place of [start, end) of the slot's text, counted in code points."""

    kind: Literal["replace", "remove", "append"]
    start: int
    end: int
    text: str

    def growth(self) -> int:
        """By how many characters the text grows."""
        return len(self.text) - (self.end - self.start)


def fixes_for(suggestion: str, text: str, start: int, end: int, max_chars: int) -> tuple[Fix, ...]:
    """The ways to follow `suggestion` at [start, end) of `text` within `max_chars`, the suggested one first.

    Taking the words out is offered beside a new wording; advice that only a person can follow has no fix.
    """
    found = (fix for fix in _fixes(suggestion, text, start, end) if len(text) + fix.growth() <= max_chars)
    return tuple(found)


def _fixes(suggestion: str, text: str, start: int, end: int) -> Iterator[Fix]:
    replacing, appending = _REPLACE.match(suggestion), _APPEND.match(suggestion)
    if replacing:
        words = replacing.group("words")
        followed = end < len(text) and text[end] in _MARKS
        yield Fix("replace", start, end, words.rstrip(_ENDS) if followed else words)
    elif appending:
        gap = "" if not text or text[-1] in _MARKS else ("，" if _is_chinese(text) else ". ")
        yield Fix("append", len(text), len(text), gap + appending.group("words"))
    if replacing or _REMOVE.match(suggestion):
        yield from _removal(text, start, end)


def _is_chinese(text: str) -> bool:
    return any("\u4e00" <= character <= "\u9fff" for character in text)


def _removal(text: str, start: int, end: int) -> Iterator[Fix]:
    """Take the words out, with one of two marks that would then meet; never the last words of all."""
    before, after = text[max(0, start - 1) : start], text[end : end + 1]
    if after and after in _MARKS and after not in _ENDS and (not before or before in _MARKS):
        end += 1
    elif before and before in _MARKS and before not in _ENDS and (not after or after in _ENDS):
        start -= 1
    if (text[:start] + text[end:]).strip(_MARKS):
        yield Fix("remove", start, end, "")
