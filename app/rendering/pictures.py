"""Pictures as values: encoded bytes that were looked at once, refused when hostile, and named by their digest."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Picture:
    """An encoded picture (PNG, JPEG or WebP). `width_px` and `height_px` are what is seen, after EXIF orientation."""

    digest: str
    width_px: int
    height_px: int
    data: bytes = field(repr=False, compare=False)
