"""Of which kinds the characters of many texts are: looked up for all of them at once."""

import re
import sys
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

FEW = 8  # texts are quicker looked at one by one
_KNOWN = np.uint16(1 << 15)


class CharKinds:
    """Some kinds of characters, each by a pattern of a single one; kind number n is bit n. Filled as they are met."""

    def __init__(self, *kinds: str) -> None:
        self._kinds = [re.compile(kind) for kind in kinds]
        self._known = np.zeros(sys.maxunicode + 1, np.uint16)

    def of(self, together: str) -> NDArray[np.uint16]:
        """The kinds of each character."""
        codes = np.frombuffer(together.encode("utf-32-le", "surrogatepass"), np.uint32)
        found = self._known[codes]
        unknown = found == 0
        if unknown.any():
            for code in set(codes[unknown].tolist()):
                self._known[code] = _KNOWN | np.uint16(
                    sum(1 << bit for bit, kind in enumerate(self._kinds) if kind.match(chr(code)))
                )
            found = self._known[codes]
        return found

    def in_each(self, texts: Sequence[str]) -> list[int]:
        """The kinds of which there is a character, of each text."""
        if len(texts) < FEW:
            return [sum(1 << bit for bit, kind in enumerate(self._kinds) if kind.search(text)) for text in texts]
        lengths = np.array([len(text) for text in texts])
        kinds = np.append(self.of("".join(texts)) & ~_KNOWN, np.uint16(0))
        found = np.where(lengths > 0, np.bitwise_or.reduceat(kinds, np.cumsum(lengths) - lengths), 0)
        return [int(one) for one in found.tolist()]
