"""Where a rule comes from, in the language of the page: law and article, and in which language the words are."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.web.languages import chosen
from app.web.words import _

PRACTICE = "practice"

_DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")}
_UNITS = {"十": 10, "百": 100}
_NUMERAL = "[零一二三四五六七八九十百]+"
_ARTICLES = re.compile(rf"第({_NUMERAL}(?:[、至]{_NUMERAL})*)条((?:（{_NUMERAL}）)*)")
_CHAPTER = re.compile(r"第(\d+)章")
_HAN = re.compile("[\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class Cited:
    """A law and an article of it; `lang` is set where words are not in the language of the page."""

    law: str
    article: str
    lang: str | None


def cited(finding: Mapping[str, Any]) -> Cited:
    """What a written finding refers to, for the language of this request."""
    language = chosen()
    law, article = str(finding["law"][language]), str(finding["article"])
    if article == PRACTICE:
        return Cited(law, _("House rule"), None)
    if language == "zh":
        return Cited(law, chinese_article(article), None)
    article = english_article(article)
    return Cited(law, article, "zh-CN" if _HAN.search(article) else None)


def in_both(article: str) -> dict[str, str]:
    """The article in both languages; empty where it is only the house's practice."""
    return (
        {"zh": chinese_article(article), "en": english_article(article)}
        if article != PRACTICE
        else {"zh": "", "en": ""}
    )


def chinese_article(article: str) -> str:
    """The article in Chinese, where it is given in both languages."""
    return _side(article, 0)


def english_article(article: str) -> str:
    """The article in English where it can be said without knowing the law: its English title, or its number."""
    article = _side(article, 1)
    article = _ARTICLES.sub(_numbered, article)
    article = _CHAPTER.sub(r"Cap. \1", article)
    return article.replace("；", "; ").replace("、", ", ") if not _HAN.search(article) else article


def _side(article: str, side: int) -> str:
    halves = article.split(" / ")
    return halves[side] if len(halves) == 2 else article


def _numbered(match: re.Match[str]) -> str:
    numbers = re.split("([、至])", match[1])
    said = "".join({"、": ", ", "至": "–"}.get(part) or str(number(part)) for part in numbers)
    items = "".join(f"({number(part)})" for part in re.findall(f"（({_NUMERAL})）", match[2]))
    return f"{'arts.' if len(numbers) > 1 else 'art.'} {said}{items}"


def number(numeral: str) -> int:
    """A Chinese numeral below a thousand as a number."""
    total, digit = 0, 0
    for character in numeral:
        if character in _UNITS:
            total, digit = total + (digit or 1) * _UNITS[character], 0
        else:
            digit = _DIGITS[character]
    return total + digit
