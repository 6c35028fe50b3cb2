"""Sets a text in its box: finds the size that fits, breaks the lines, and places every glyph."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from math import ceil, floor, inf

from app.rendering.display import Rect, TextLine
from app.rendering.linebreak import IN_NAME, NEVER, Ranges, balance, fill
from app.rendering.paragraphs import Piece, Setting, ShapedText, line_extent, shaped
from app.rendering.placing import place

SLACK = 0.5  # px that a box may be exceeded by, as CSS rounds
STEPS = 4  # in which a text is tightened


@dataclass(frozen=True, slots=True)
class Overflow:
    """By how much a text is too large at its smallest size; `characters` is about how many must go."""

    wide: float
    high: float
    lines: int
    characters: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """Set lines; or what prevents it: characters without a glyph, or too much text."""

    lines: tuple[TextLine, ...] = ()
    size: float = 0.0
    extent: Rect = (0, 0, 0, 0)
    ink: Rect = (0, 0, 0, 0)
    missing: tuple[tuple[int, str], ...] = ()
    overflow: Overflow | None = None


@lru_cache(maxsize=512)
def set_text(pieces: tuple[Piece, ...], setting: Setting, box: Rect) -> Outcome:
    """`pieces` set in `box`, at the largest of the allowed sizes (steps of half a pixel) that fits.

    At the least size it is tightened, as far as allowed; only then is a word cut that is longer than a line. Kept for a
    while: most texts of a poster are the same as in the one before.
    """
    text = shaped(pieces, setting)
    if text.missing:
        return Outcome(missing=tuple(text.missing))
    along, across = (box[3], box[2]) if setting.manner.vertical else (box[2], box[3])
    overflow: Overflow | None = None
    for whole_words in (True, False):
        for tried in (setting, *_tightened(setting)):
            text = text if tried is setting else shaped(pieces, tried)
            found, overflow = _largest(text, tried, _candidates(tried), (along, across), whole_words)
            if found is not None:
                return _outcome(text, tried, *found, box)
        text = shaped(pieces, setting) if setting.tightest else text
    return Outcome(overflow=overflow)


def _tightened(setting: Setting) -> Iterator[Setting]:
    """The least size with less and less tracking and line height."""
    if setting.tightest is None:
        return
    tracking, line_height = setting.tightest
    for step in range(1, STEPS + 1):
        part = step / STEPS
        yield replace(
            setting,
            size=setting.min_size,
            tracking=setting.tracking + (tracking - setting.tracking) * part,
            line_height=setting.line_height + (line_height - setting.line_height) * part,
        )


Found = tuple[float, list[Ranges]]


def _largest(
    text: ShapedText, setting: Setting, sizes: list[float], room: tuple[float, float], whole_words: bool
) -> tuple[Found | None, Overflow | None]:
    """The largest size that fits (`whole_words`: without cutting a word or a name), or the overflow at the smallest."""
    low, high = 0, len(sizes) - 1
    middle = 0
    found: Found | None = None
    overflow: Overflow | None = None
    while low <= high:
        broken = _broken(text, setting, sizes[middle], *room, IN_NAME if whole_words else NEVER)
        excess = _overflow(text, setting, sizes[middle], broken, *room)
        if excess is None and not (whole_words and _cuts_a_word(text, broken)):
            found = (sizes[middle], broken)
            high = middle - 1
        else:
            overflow = excess if middle == len(sizes) - 1 else overflow
            low = middle + 1
        middle = (low + high) // 2
    return found, overflow


def _cuts_a_word(text: ShapedText, broken: list[Ranges]) -> bool:
    return any(
        paragraph.levels[end] <= IN_NAME
        for (_, paragraph), lines in zip(text.paragraphs, broken, strict=True)
        for _, end in lines[:-1]
    )


def _candidates(setting: Setting) -> list[float]:
    """Sizes from the largest to the smallest, in steps of half a pixel between."""
    if setting.min_size >= setting.size:
        return [setting.size]
    first, last = ceil(setting.size * 2) - 1, floor(setting.min_size * 2) + 1
    return [setting.size, *(step / 2 for step in range(first, last - 1, -1)), setting.min_size]


def _broken(text: ShapedText, setting: Setting, size: float, along: float, across: float, above: int) -> list[Ranges]:
    """The lines of each paragraph at this size, as ranges of characters of the paragraph."""
    limit = (along + SLACK) / size + setting.tracking - 2 * setting.inset
    room = floor((across + SLACK) / (size * setting.line_height)) if size else 0
    most = max(1, min(room, setting.max_lines or room))
    result: list[Ranges] = []
    for _, paragraph in text.paragraphs:
        lines: Ranges | None = None
        if not paragraph.text:
            lines = ((0, 0),)
        elif setting.max_lines == 1 and len(text.paragraphs) == 1:
            lines = ((0, len(paragraph.text)),)
        elif setting.phrases:
            lines = balance(paragraph, limit, most)
        result.append(lines if lines is not None else fill(paragraph, limit, above))
    return result


def _overflow(
    text: ShapedText, setting: Setting, size: float, broken: list[Ranges], along: float, across: float
) -> Overflow | None:
    wide = high = 0.0
    count = beyond = 0
    depth = 0.0
    limit = inf if setting.max_lines is None else setting.max_lines
    along -= 2 * setting.inset * size
    for (begin, paragraph), lines in zip(text.paragraphs, broken, strict=True):
        for start, end in lines:
            count += 1
            width = (paragraph.inked[end] - paragraph.begins[start] - setting.tracking) * size
            above, below = line_extent(text, setting, size, begin + start, begin + end)
            depth += above + below
            if width > along + 2 * SLACK:
                wide = max(wide, width - along)
                # A mark that hangs has no width, and a box may be narrower than its own inset: then nothing fits.
                beyond += ceil((end - start) * (width - along) / width) if width > along > 0 else end - start
            elif depth > across + SLACK or count > limit:
                beyond += end - start
    if depth > across + SLACK:
        high = depth - across
    if not wide and not high and count <= limit:
        return None
    too_many = max(0, count - setting.max_lines) if setting.max_lines else 0
    return Overflow(wide, high, too_many, max(1, beyond))


def _outcome(text: ShapedText, setting: Setting, size: float, broken: list[Ranges], box: Rect) -> Outcome:
    placed = place(text, setting, size, broken, box)
    return Outcome(placed.lines, size, placed.extent, placed.ink)
