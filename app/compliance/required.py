"""Required texts: found word for word, or within an edit distance that a changed word exceeds."""

import re
from difflib import SequenceMatcher


def is_there(needle: str, text: str, similarity: float) -> bool:
    """Whether the tightened `text` holds `needle` but for slips of the pen: no word changed, no negation lost."""
    likeness, start, end = best_match(needle, text)
    if likeness == 1:
        return True
    return likeness >= similarity and is_faithful(needle, text[start:end])


_NEGATIONS = re.compile("[不非无未没勿莫]|not|never|without|n't")
_SMALL = frozenset("的了地得之其须需应当作做和与及或者该本")
_SLIP = {True: 1, False: 2}  # characters that may differ in one place, by whether the text is Chinese


def is_faithful(needle: str, found: str) -> bool:
    """Whether `found` says what `needle` says: all edits are single characters, small words, or typing errors."""
    if len(_NEGATIONS.findall(needle)) != len(_NEGATIONS.findall(found)):
        return False
    for kind, first, last, start, end in SequenceMatcher(None, needle, found, autojunk=False).get_opcodes():
        if kind != "equal":
            gone, new = needle[first:last], found[start:end]
            if set(gone) | set(new) <= _SMALL:
                continue
            if max(len(gone), len(new)) > _SLIP[not (gone + new).isascii()]:
                return False
    return True


def best_match(needle: str, text: str) -> tuple[float, int, int]:
    """(likeness 0..1, start, end) of the part of `text` that is most like `needle`."""
    at = text.find(needle)
    if at >= 0:
        return 1.0, at, at + len(needle)
    if not _worth_it(needle, text):
        return 0.0, 0, 0
    distance, start, end = _nearest(needle, text)
    return 1 - distance / len(needle), start, end


def _worth_it(needle: str, text: str) -> bool:
    pairs = {needle[i : i + 2] for i in range(len(needle) - 1)}
    return sum(pair in text for pair in pairs) * 2 >= len(pairs)


def _nearest(needle: str, text: str) -> tuple[int, int, int]:
    """Least edit distance of `needle` to any part of `text` (Sellers), with the part."""
    costs = list(range(len(needle) + 1))
    origins = [0] * (len(needle) + 1)
    best = (len(needle), 0, 0)
    for at, char in enumerate(text, 1):
        previous, came_from = costs, origins
        costs, origins = [0], [at]
        for row, wanted in enumerate(needle, 1):
            choices = (
                (previous[row - 1] + (wanted != char), came_from[row - 1]),
                (previous[row] + 1, came_from[row]),
                (costs[row - 1] + 1, origins[row - 1]),
            )
            cost, origin = min(choices)
            costs.append(cost)
            origins.append(origin)
        best = min(best, (costs[-1], origins[-1], at))
    return best
