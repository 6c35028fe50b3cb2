"""Where lines may break (UAX #14 with the customs of Chinese print) and where they do break."""

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

import budoux
from icu4py.breakers import LineBreaker, WordBreaker

# Levels of a break opportunity, before a character.
NEVER, IN_NAME, IN_WORD, WORD, PHRASE, CLAUSE, FORCED = range(7)

NO_START = frozenset("。，、．！？：；）》」』】〕〉〗”’…‥—·•～–％%‰℃°″′!),.:;?]}﹚")
NO_END = frozenset("（《「『【〔〈〖“‘([{￥¥＄$€£№#＃")
_UNITS = "万亿千百元年月日天个期号起位名折倍家点分秒时周岁次人笔股份季"
_GLUE = re.compile(
    rf"(?<=[0-9０-９%％])(?=[{_UNITS}])"  # a figure and its unit
    r"|(?<=[0-9][万亿千百])(?=[元亿份股人+])|(?<=[0-9] [万亿千百])(?=[元亿份股人+])"
    rf"|(?<=[0-9] )(?=[{_UNITS}])|(?<=第 )(?=[0-9])|(?<=第)(?=[0-9])"  # 10 万元, 第 3 期
    r"|(?<=[$€£¥￥≤≥<>≈] )(?=[0-9])|(?<=[0-9] )(?=bps?(?![A-Za-z]))|(?<=[0-9][：:])(?=[0-9])"
    r"|(?<=[～~–—至/])(?=[0-9])(?<=[0-9%％][～~–—至/])"  # a range
    r"|(?=[×÷])|(?<=[×÷])"  # a product
    r"|(?<=[0-9] )(?=[0-9])"  # groups of one number
    r"|(?<=[\u3400-\u9fff%0-9]/)(?=[\u3400-\u9fff])"  # 元/年
    r"|(?<=R)(?=[1-5])|(?<=R[1-5])(?=级)|(?<=(?<![A-Za-z])[ABH])(?=股)|(?<=[A-Za-z0-9]-)(?=[A-Za-z0-9])"
)
_DOTS = "·•・‧"
_HAN = r"[\u3400-\u9fff\U00020000-\U0003347f]"
_DOTTED_NAME = re.compile(rf"(?m)^{_HAN}{{1,10}}(?:[{_DOTS}]{_HAN}{{1,10}})+$")  # its parts stay whole
_CLAUSE_ENDS = frozenset("，。；：！？…,;:!?.")
_BELONG_TO_THE_LEFT = frozenset("的了吗呢吧啊呀么们着过之得期类型率额性者")  # particles and suffixes
_phrases = budoux.load_default_simplified_chinese_parser()


@lru_cache(maxsize=2048)
def opportunities(text: str, language: str, phrases: bool) -> tuple[int, ...]:
    """The level of the break before each character of `text`, and after its last (one entry more than characters)."""
    levels = [NEVER] * (len(text) + 1)
    for offset in _ends(LineBreaker(text, language), text):
        if 0 < offset < len(text) and text[offset - 1] != "\n":
            levels[offset] = IN_WORD
    _apply_customs(text, levels)
    if phrases:
        _rank(text, language, levels)
    for match in _DOTTED_NAME.finditer(text):
        for offset in range(match.start() + 1, match.end()):
            if text[offset - 1] not in _DOTS:
                levels[offset] = min(levels[offset], IN_NAME)
    for offset, character in enumerate(text, start=1):
        if character == "\n":
            levels[offset] = FORCED
    levels[len(text)] = FORCED
    return tuple(levels)


def _apply_customs(text: str, levels: list[int]) -> None:
    for offset in range(1, len(text)):
        before, after = text[offset - 1], text[offset]
        if after in NO_START or before in NO_END or (before == after and after in "—…⋯"):
            levels[offset] = NEVER
    for match in _GLUE.finditer(text):
        levels[match.start()] = NEVER


def _rank(text: str, language: str, levels: list[int]) -> None:
    """Raise the breaks that fall between words, and those between phrases.

    The dictionary knows words, the model knows phrases; each errs alone, so a phrase ends where both agree.
    """
    words = set(_ends(WordBreaker(text, language), text))
    phrases = set(accumulate(len(phrase) for phrase in _phrases.parse(text))) if language == "zh" else words
    for offset in range(1, len(text)):
        if levels[offset] == NEVER:
            continue
        if text[offset - 1] in _CLAUSE_ENDS:
            levels[offset] = CLAUSE
        elif text[offset] in _BELONG_TO_THE_LEFT:
            levels[offset] = IN_WORD
        else:
            levels[offset] = (IN_WORD, WORD, PHRASE)[(offset in words) + (offset in phrases)]
        if text[offset - 1] == " " and levels[offset] < PHRASE:
            levels[offset] = PHRASE


def _ends(breaker: LineBreaker | WordBreaker, text: str) -> list[int]:
    """Where the segments end, in code points (ICU counts UTF-16 units)."""
    ends = [end for _, end in breaker.segments()]
    if not text or max(text) <= "\uffff":
        return ends
    units = list(accumulate(2 if character > "\uffff" else 1 for character in text))
    offset_of = {end: offset for offset, end in enumerate(units, start=1)}
    return [offset_of[end] for end in ends]


@dataclass(frozen=True, slots=True)
class Measured:
    """A paragraph ready to be broken: `upto[i]` is the width of i characters, `inked[i]` without end space.

    A line that starts at character i begins to count at `begins[i]`: later than `upto[i]` where a mark hangs.
    """

    text: str
    levels: tuple[int, ...]
    upto: tuple[float, ...]
    inked: tuple[float, ...]
    begins: tuple[float, ...]
    clusters: frozenset[int]


def measured(
    text: str,
    levels: tuple[int, ...],
    widths: Sequence[float],
    clusters: frozenset[int],
    hangs: Mapping[int, float] | None = None,
    leads: Mapping[int, float] | None = None,
) -> Measured:
    """`widths` by character, zero on all but the first of a cluster; `clusters` are the offsets where one starts.

    `hangs` tells by offset how much of a mark does not count where a line ends with it, `leads` how much does not where
    a line starts with it.
    """
    upto = (0.0, *accumulate(widths))
    inked = [0.0]
    for offset, character in enumerate(text):
        gap = character in " \u3000\n\u00a0"
        inked.append(inked[-1] if gap else upto[offset + 1] - (hangs or {}).get(offset, 0.0))
    begins = tuple(at + leads.get(offset, 0.0) for offset, at in enumerate(upto)) if leads else upto
    return Measured(text, levels, upto, tuple(inked), begins, clusters)


Ranges = tuple[tuple[int, int], ...]


def fill(paragraph: Measured, limit: float, above: int = NEVER) -> Ranges:
    """Lines as full as they go, broken at levels `above` that.

    A word is cut only when it is wider than a line; one character is not left alone.
    """
    lines: list[tuple[int, int]] = []
    start, end = 0, len(paragraph.text)
    stops = [offset for offset, level in enumerate(paragraph.levels) if offset and level > above]
    while start < end:
        stop = _furthest(paragraph, stops, start, limit)
        lines.append((start, stop))
        start = stop
    return _without_orphan(paragraph, stops, lines, limit)


def _furthest(paragraph: Measured, stops: list[int], start: int, limit: float) -> int:
    reach = paragraph.begins[start] + limit + 1e-6
    best = 0
    for stop in stops[bisect_right(stops, start) :]:
        if paragraph.inked[stop] > reach:
            break
        best = stop
        if paragraph.levels[stop] == FORCED:
            break
    return best or _cut(paragraph, start, reach)


def _cut(paragraph: Measured, start: int, reach: float) -> int:
    """The last cluster boundary within reach, at least one cluster further."""
    best = 0
    for stop in range(start + 1, len(paragraph.text) + 1):
        if stop not in paragraph.clusters and stop != len(paragraph.text):
            continue
        if best and paragraph.inked[stop] > reach:
            break
        best = stop
    return best


def is_orphan(text: str) -> bool:
    """Whether a last line is one wide character, with or without its punctuation."""
    letters = [character for character in text if character.isalnum()]
    return len(letters) == 1 and letters[0] >= "\u2e80"


def _without_orphan(paragraph: Measured, stops: list[int], lines: list[tuple[int, int]], limit: float) -> Ranges:
    if len(lines) > 1 and is_orphan(paragraph.text[slice(*lines[-1])]):
        (first, stop), (_, end) = lines[-2:]
        for earlier in reversed(stops[: bisect_right(stops, stop - 1)]):
            wide = paragraph.inked[end] - paragraph.begins[earlier] > limit + 1e-6
            if earlier <= first or wide or paragraph.levels[stop] == FORCED:
                break
            if not is_orphan(paragraph.text[earlier:end]) and not is_orphan(paragraph.text[first:earlier]):
                lines[-2:] = [(first, earlier), (earlier, end)]
                break
    return tuple(lines)


_PENALTY = {FORCED: 0.0, CLAUSE: 0.0, PHRASE: 10.0, WORD: 24.0, IN_WORD: 80.0, IN_NAME: 600.0, NEVER: 5000.0}
MOST_BALANCED = 160
_ORPHAN = 400.0
_UNEVEN = 100.0


def balance(paragraph: Measured, limit: float, most_lines: int) -> Ranges | None:
    """Lines of about one length that break at phrases, at most `most_lines` of them; None when so few cannot hold it.

    Shortest path over the break opportunities: what a line lacks costs by its square, a break inside a phrase, a word
    or a Latin word costs more and more. A text of more than `MOST_BALANCED` characters is no headline: None.
    """
    if len(paragraph.text) > MOST_BALANCED or paragraph.inked[-1] > most_lines * limit:
        return None
    stops = [0, *_stops_with_cuts(paragraph, limit)]
    rows: list[dict[int, tuple[float, int]]] = [{0: (0.0, 0)}]
    best: tuple[float, int] | None = None
    for count in range(1, min(most_lines, len(stops)) + 1):
        rows.append(_extended(paragraph, limit, stops, rows[-1]))
        final = rows[-1].get(len(stops) - 1)
        if final and (best is None or final[0] < best[0]):
            best = (final[0], count)
    if best is None:
        return None
    lines: list[tuple[int, int]] = []
    index = len(stops) - 1
    for row in reversed(rows[1 : best[1] + 1]):
        before = row[index][1]
        lines.insert(0, (stops[before], stops[index]))
        index = before
    return tuple(lines)


def _stops_with_cuts(paragraph: Measured, limit: float) -> list[int]:
    stops: list[int] = []
    start = 0
    for offset, level in enumerate(paragraph.levels):
        if not offset or level == NEVER:
            continue
        if paragraph.inked[offset] - paragraph.begins[start] > limit + 1e-6:
            stops += [cut for cut in range(start + 1, offset) if cut in paragraph.clusters]
        stops.append(offset)
        start = offset
    return stops


def _extended(
    paragraph: Measured, limit: float, stops: list[int], row: dict[int, tuple[float, int]]
) -> dict[int, tuple[float, int]]:
    """The cheapest way to each stop with one line more than in `row`."""
    further: dict[int, tuple[float, int]] = {}
    last = len(stops) - 1
    for index, (cost, _) in row.items():
        begun = paragraph.begins[stops[index]]
        for next_index in range(index + 1, last + 1):
            stop = stops[next_index]
            width = paragraph.inked[stop] - begun
            if width > limit + 1e-6 and next_index > index + 1:
                break
            total = cost + _PENALTY[paragraph.levels[stop]] + _UNEVEN * (1 - width / limit) ** 2
            if next_index == last and index and is_orphan(paragraph.text[stops[index] : stop]):
                total += _ORPHAN
            if next_index not in further or total < further[next_index][0]:
                further[next_index] = (total, index)
            if paragraph.levels[stop] == FORCED:
                break
    return further
