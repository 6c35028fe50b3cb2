"""A picture that stands in for a painting: bands as those of a display list, pixels as one likes."""

from dataclasses import dataclass
from functools import cached_property

from PIL import Image

from app.rendering.bands import Rows, rows_of
from app.rendering.display import DisplayList
from app.rendering.stack import Stack


@dataclass
class Still:
    """Shows `image`, whatever `display` says."""

    image: Image.Image
    display: DisplayList

    @cached_property
    def bands(self) -> list[Rows]:
        """The bands of the display list."""
        return rows_of(Stack(self.display))

    def rows(self, top: int, bottom: int) -> Image.Image:
        """A part of the picture."""
        return self.image.crop((0, top, self.image.width, bottom))
