"""A table from character to character that is filled as characters are met, and looked up for a whole text at once."""

import sys
from collections.abc import Callable

import numpy as np

_UNKNOWN, _UNEVEN = 0, 1  # nothing is translated to these two
_MOST_TEXTS = 100_000  # kept as texts; whoever sends every character there is does not fill the memory


class CodeTable:
    """Translates texts by `character`, which says what a character becomes: none, one or several."""

    def __init__(self, character: Callable[[str], str]) -> None:
        self._character = character
        self._codes = np.zeros(sys.maxunicode + 1, np.uint32)
        self._texts: dict[str, str] = {}

    def __getitem__(self, char: str) -> str:
        known = self._texts.get(char)
        if known is None:
            known = self._character(char)
            if len(self._texts) < _MOST_TEXTS:
                self._texts[char] = known
            self._codes[ord(char)] = ord(known) if len(known) == 1 else _UNEVEN
        return known

    def translated(self, text: str) -> str | None:
        """The text with every character translated; None where one does not become exactly one."""
        if not text:
            return text
        codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
        found = self._codes[codes]
        if found.min() == _UNKNOWN:
            for code in set(codes[found == _UNKNOWN].tolist()):
                self[chr(code)]
            found = self._codes[codes]
        return found.tobytes().decode("utf-32-le", "surrogatepass") if found.min() > _UNEVEN else None
