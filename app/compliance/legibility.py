"""Whether a text that is drawn can be read at all: too small, faint, without contrast, off the canvas, or covered."""

from collections.abc import Iterator

from app.compliance.document import Document, Finding, TextRun
from app.compliance.pack import Source, Words

RULE = "not_legible"
_SMALLEST = 0.006  # of the canvas's shorter side: 6.5 px of 1080
_FAINTEST = 0.35  # of full opacity
_LEAST_CONTRAST = 1.5  # white on white is 1
_MOST_OUTSIDE = 0.2  # of the box beyond the canvas
_MOST_COVERED = 0.2  # of the box under something opaque

_SOURCE = Source(law=Words(zh="本系统安全规则", en="Safety rule of this system"), article=RULE)
_SUGGESTION = Words(
    zh="放大、加深、移入画面或移到上层，使人能读到", en="Make it large, dark, inside and uncovered enough to read."
)


def illegible(document: Document) -> Iterator[Finding]:
    """A blocking finding for each run of a laid-out poster that nobody could read."""
    if document.canvas is None:
        return
    start = 0
    for run in document.runs:
        why = _why(run, document.canvas) if run.text.strip() and run.size > 0 else None
        if why is not None:
            yield Finding(
                rule=RULE,
                severity="block",
                start=start,
                end=start + len(run.text),
                text=run.text,
                message=why,
                suggestion=_SUGGESTION,
                source=_SOURCE,
                folded=run.text,
            )
        start += len(run.text) + 1


def _why(run: TextRun, canvas: tuple[float, float]) -> Words | None:
    if run.size < _SMALLEST * min(canvas):
        return Words(zh="文字太小，无法阅读", en="The text is too small to read.")
    if run.opacity * run.colour[3] / 255 < _FAINTEST:
        return Words(zh="文字几乎透明，无法阅读", en="The text is nearly transparent.")
    if run.ground is not None and contrast(_over(run.colour, run.opacity, run.ground), run.ground) < _LEAST_CONTRAST:
        return Words(zh="文字与底色几乎相同，无法阅读", en="The text has nearly the colour of its ground.")
    if _outside(run.box, canvas) > _MOST_OUTSIDE:
        return Words(zh="文字超出画面", en="The text lies outside the canvas.")
    if run.covered > _MOST_COVERED:
        return Words(zh="文字被其他元素遮挡", en="The text is covered by something else.")
    return None


def _outside(box: tuple[float, float, float, float], canvas: tuple[float, float]) -> float:
    """The share of `box` that lies beyond the canvas."""
    x, y, width, height = box
    if width <= 0 or height <= 0:
        return 0.0
    inside_x = max(0.0, min(x + width, canvas[0]) - max(x, 0.0))
    inside_y = max(0.0, min(y + height, canvas[1]) - max(y, 0.0))
    return 1 - inside_x * inside_y / (width * height)


def _over(colour: tuple[int, ...], opacity: float, ground: tuple[int, ...]) -> tuple[float, ...]:
    alpha = opacity * colour[3] / 255
    return tuple(alpha * front + (1 - alpha) * back for front, back in zip(colour[:3], ground[:3], strict=True))


def contrast(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    """The contrast of two colours, from 1 to 21. *Source*: WCAG 2.2, “contrast ratio”."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: tuple[float, ...]) -> float:
    red, green, blue = (_linear(channel / 255) for channel in colour[:3])
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
