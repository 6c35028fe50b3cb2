"""Which of many patterns may match a text: one scan for their atoms leaves a few that are worth trying."""

from collections.abc import Iterator, Sequence

from daachorse import MATCH_KIND_STANDARD, CharwiseDoubleArrayAhoCorasick

from app.compliance.atoms import CLAUSES, Way


class Prefilter:
    """Numbered ways to match, of which a text leaves some open: all that match, and few others.

    A way has a bit in each of `CLAUSES` layers of one large number: an atom that stands in the text sets the bits of
    the clauses that it meets, and a way is open when its bit is set in every layer. Clauses that a way has not are met.
    """

    def __init__(self, ways: Sequence[Way]) -> None:
        self._size = len(ways)
        self._met = 0  # bits of clauses that there are not
        bits: dict[str, int] = {}
        for index, way in enumerate(ways):
            for layer in range(CLAUSES):
                bit = 1 << (layer * self._size + index)
                if layer >= len(way):
                    self._met |= bit
                for atom in way[layer] if layer < len(way) else ():
                    bits[atom] = bits.get(atom, 0) | bit
        self._bits = list(bits.values())
        self._atoms = CharwiseDoubleArrayAhoCorasick(list(bits), MATCH_KIND_STANDARD) if bits else None

    def open(self, text: str) -> int:
        """A number whose bits are the ways that `text` leaves open."""
        met = self._met
        if self._atoms is not None:
            bits = self._bits
            for atom in {number for _, _, number in self._atoms.find_overlapping(text)}:
                met |= bits[atom]
        found = met & ((1 << self._size) - 1)
        for layer in range(1, CLAUSES):
            found &= met >> (layer * self._size)
        return found


def bits_of(number: int) -> Iterator[int]:
    """The places of the bits that are set."""
    while number:
        lowest = number & -number
        yield lowest.bit_length() - 1
        number ^= lowest
