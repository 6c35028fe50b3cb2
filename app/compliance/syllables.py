"""How each Chinese character is read first, without tones: from pypinyin's table of characters alone.

The package itself is not imported: it loads tables of phrases as well, forty times what is needed here.
"""

import importlib.util
import json
import unicodedata
from functools import cache
from importlib.abc import ResourceLoader

import numpy as np

TABLE = "pinyin_dict.json"
_DIAERESIS = "\N{COMBINING DIAERESIS}"


def syllable(char: str) -> str:
    """The first reading of a character, in letters from a to z, ü being v; empty when it has none."""
    numbers, syllables = _table()
    code = ord(char)
    return syllables[numbers[code]] if code < len(numbers) else ""


@cache
def _table() -> tuple["np.ndarray[tuple[int], np.dtype[np.uint16]]", tuple[str, ...]]:
    """The number of its syllable for each code point, and all syllables; number 0 is none."""
    readings = json.loads(_data())
    known = {"": 0}
    numbers = np.zeros(max(map(int, readings)) + 1, np.uint16)
    for code, listed in readings.items():
        first = listed.partition(",")[0]
        numbers[int(code)] = known.setdefault(_plain(first), len(known))
    return numbers, tuple(known)


def _data() -> bytes:
    """The package's own file, by the loader that would import the package."""
    package = importlib.util.find_spec("pypinyin")
    if package is None or package.origin is None or not isinstance(package.loader, ResourceLoader):
        raise ModuleNotFoundError("pypinyin is not installed")
    return package.loader.get_data(package.origin.removesuffix("__init__.py") + TABLE)


@cache
def _plain(reading: str) -> str:
    """`reading` without its tone."""
    parts = unicodedata.normalize("NFD", reading).replace(f"u{_DIAERESIS}", "v")
    return "".join(part for part in parts if part.isascii())
