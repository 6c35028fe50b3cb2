"""A table from character to character that is filled as characters are met, and looked up for a whole text at once."""

import sys
from collections.abc import Callable, Sequence

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

    def translated(self, texts: Sequence[str]) -> list[str | None]:
        """Each text with every character translated; None where one does not become exactly one."""
        together = "".join(texts)
        codes = np.frombuffer(together.encode("utf-32-le", "surrogatepass"), np.uint32)
        found = self._codes[codes]
        unknown = found == _UNKNOWN
        if unknown.any():
            for code in set(codes[unknown].tolist()):
                self[chr(code)]
            found = self._codes[codes]
        uneven = np.flatnonzero(found <= _UNEVEN).tolist()
        translated = found.tobytes().decode("utf-32-le", "surrogatepass")
        answers: list[str | None] = []
        begin, at = 0, 0
        for text in texts:
            end = begin + len(text)
            is_even = at == len(uneven) or uneven[at] >= end
            answers.append(translated[begin:end] if is_even else None)
            while at < len(uneven) and uneven[at] < end:
                at += 1
            begin = end
        return answers
