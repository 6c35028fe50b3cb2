"""What the painters remember: maps that forget the least recently used when their bytes exceed a limit."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, MutableMapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from app.rendering.display import Rect
from app.rendering.pictures import Picture, pixels

Value = TypeVar("Value")

STATIC_LIMIT_BYTES = 96 * 1024 * 1024
PICTURE_LIMIT_BYTES = 32 * 1024 * 1024
BAND_LIMIT_BYTES = 64 * 1024 * 1024
READ_LIMIT_BYTES = 32 * 1024 * 1024
CLEAN_LIMIT = 4096


class ByteLru(Generic[Value]):
    """A map bounded in bytes, safe to share between threads; a value larger than the limit is not kept."""

    def __init__(self, limit_bytes: int, weigh: Callable[[Value], int]) -> None:
        self._limit_bytes = limit_bytes
        self._weigh = weigh
        self._entries: OrderedDict[Hashable, Value] = OrderedDict()
        self._lock = threading.Lock()
        self.used_bytes = 0

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: Hashable) -> Value | None:
        """The value, now the most recently used."""
        with self._lock:
            value = self._entries.get(key)
            if value is not None:
                self._entries.move_to_end(key)
            return value

    def put(self, key: Hashable, value: Value) -> None:
        """Keeps the value and forgets what no longer fits."""
        weight = self._weigh(value)
        with self._lock:
            if key in self._entries:
                self.used_bytes -= self._weigh(self._entries.pop(key))
            if weight > self._limit_bytes:
                return
            self._entries[key] = value
            self.used_bytes += weight
            while self.used_bytes > self._limit_bytes:
                self.used_bytes -= self._weigh(self._entries.popitem(last=False)[1])


@dataclass(frozen=True, slots=True)
class Patch:
    """Pixels (RGB, or RGBA where something shows through) and where their top left corner lies."""

    left: int
    top: int
    image: Image.Image


@dataclass(frozen=True, slots=True)
class Band:
    """Encoded rows of a picture; `adler` is the check sum of what a PNG's unpack to."""

    data: bytes
    adler: int = 0


@dataclass(frozen=True)
class ReadBand:
    """A stretch of a finished file with the grey rows that were read from it, and the same a quarter as large.

    `adler` is the check sum of what a PNG's unpacked to.
    """

    data: bytes
    gray: NDArray[np.uint8]
    small: NDArray[np.uint8]
    adler: int = 0

    @cached_property
    def digest(self) -> bytes:
        """Names the bytes."""
        return sha256(self.data).digest()


class StaticCache:
    """The painted static layers of templates, by what they look like.

    `backing` outlives the process where one is given (a folder, seen as a map of names to bytes): a fresh process then
    starts warm. What it returns is checked for shape, and painted anew when it is not what was kept.
    """

    def __init__(
        self, limit_bytes: int = STATIC_LIMIT_BYTES, backing: MutableMapping[str, bytes] | None = None
    ) -> None:
        self._patches: ByteLru[Patch] = ByteLru(limit_bytes, lambda p: p.image.width * p.image.height * 4)
        self._backing = backing
        self._bands: ByteLru[Band] = ByteLru(BAND_LIMIT_BYTES, lambda band: len(band.data))
        self._read: ByteLru[ReadBand] = ByteLru(READ_LIMIT_BYTES, lambda band: band.gray.nbytes + band.small.nbytes)
        self._clean: ByteLru[bool] = ByteLru(CLEAN_LIMIT, lambda _: 1)
        self._pictures: ByteLru[Image.Image] = ByteLru(PICTURE_LIMIT_BYTES, lambda i: i.width * i.height * 4)

    @property
    def used_bytes(self) -> int:
        """What the patches in memory weigh."""
        return self._patches.used_bytes

    def get(self, key: str) -> Patch | None:
        """The patch, to be read and never painted on."""
        patch = self._patches.get(key)
        if patch is None and self._backing is not None and (data := self._backing.get(key)) is not None:
            patch = _thawed(data)
            if patch is not None:
                self._patches.put(key, patch)
        return patch

    def put(self, key: str, patch: Patch) -> None:
        """Keeps a patch under a key that names everything that it shows."""
        self._patches.put(key, patch)
        if self._backing is not None:
            self._backing[key] = _frozen(patch)

    def band(self, key: str) -> Band | None:
        """Rows that were encoded before."""
        return self._bands.get(key)

    def keep_band(self, key: str, band: Band) -> None:
        """Keeps encoded rows under a key that names everything that they show."""
        self._bands.put(key, band)

    def read_band(self, key: str) -> ReadBand | None:
        """What was read from these rows of another file."""
        return self._read.get(key)

    def keep_read(self, key: str, band: ReadBand) -> None:
        """Keeps what was read from a stretch of a file."""
        self._read.put(key, band)

    def is_clean(self, stretch: bytes) -> bool:
        """Whether the stretch of files that `stretch` names has been searched, and no code was in it."""
        return self._clean.get(stretch) is not None

    def keep_clean(self, stretch: bytes) -> None:
        """Keeps that no code was found there."""
        self._clean.put(stretch, True)

    def pixels(self, picture: Picture, crop: Rect, size: tuple[int, int]) -> Image.Image:
        """The pixels of a part of a picture, to be read and never painted on; an advisor's photo is decoded once."""
        key = (picture.digest, crop, size)
        image = self._pictures.get(key)
        if image is None:
            image = pixels(picture, crop, size)
            self._pictures.put(key, image)
        return image


def _frozen(patch: Patch) -> bytes:
    image = patch.image
    header = f"{image.mode} {patch.left} {patch.top} {image.width} {image.height}\n"
    return header.encode() + image.tobytes()


def _thawed(data: bytes) -> Patch | None:
    header, _, pixels = data.partition(b"\n")
    try:
        mode, *numbers = header.decode().split()
        left, top, width, height = (int(number) for number in numbers)
        return Patch(left, top, Image.frombytes(mode, (width, height), pixels))
    except ValueError:
        return None
