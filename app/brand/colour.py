"""Colours as numbers: how far two of them stand apart, and about what a press makes of one."""


def channels(colour: str) -> tuple[int, int, int]:
    """Red, green and blue of ``#RRGGBB``, each 0 to 255."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, from 1 to 21. *Source*: WCAG 2.2, “contrast ratio”."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(channel / 255) for channel in channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4


def cmyk(colour: str) -> tuple[int, int, int, int]:
    """Cyan, magenta, yellow and black in per cent, by arithmetic alone: no press profile is asked."""
    red, green, blue = (channel / 255 for channel in channels(colour))
    black = 1 - max(red, green, blue)
    if black == 1:
        return 0, 0, 0, 100
    inks = ((1 - channel - black) / (1 - black) for channel in (red, green, blue))
    cyan, magenta, yellow = (round(100 * ink) for ink in inks)
    return cyan, magenta, yellow, round(100 * black)
