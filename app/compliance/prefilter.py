"""Which of many patterns may match a text: one scan for their atoms leaves a few that are worth trying."""

from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache

import numpy as np
from daachorse import MATCH_KIND_STANDARD, CharwiseDoubleArrayAhoCorasick
from numpy.typing import NDArray

from app.compliance.atom_tree import AtomTree
from app.compliance.atoms import CLAUSES, Clause, Way

Open = NDArray[np.bool_]
_FEW = 24  # texts are asked one by one


class Prefilter:
    """Numbered ways to match, of which a text leaves some open: all that match, and few others.

    A way has a bit in each of `CLAUSES` layers of one large number: an atom that stands in the text sets the bits of
    the clauses that it meets, and a way is open when its bit is set in every layer. Clauses that a way has not are met.
    """

    def __init__(self, ways: Sequence[Way]) -> None:
        self._ways = tuple(ways)
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

    def open_many(self, texts: Sequence[str]) -> list[int]:
        """`open` of each of some texts."""
        if len(texts) < _FEW or not self._size:
            return [self.open(text) for text in texts]
        rows = np.packbits(self._columns.table(texts).T, axis=1, bitorder="little")
        return [int.from_bytes(row.tobytes(), "little") for row in rows]

    def open_pairs(self, texts: Sequence[str], asked: Sequence[int]) -> Iterator[tuple[int, int]]:
        """(way, index of the text) for each way that a text leaves open, of those whose bits are asked for it."""
        if len(texts) < _FEW or not self._size:
            for index, text in enumerate(texts):
                yield from ((way, index) for way in bits_of(self.open(text) & asked[index]))
            return
        table = self._columns.table(texts)
        for bits in set(asked):
            table[:, [one == bits for one in asked]] &= _column(bits, self._size)
        ways, indices = np.nonzero(table)
        yield from zip(ways.tolist(), indices.tolist(), strict=True)

    @cached_property
    def _columns(self) -> "_Columns":
        return _Columns(self._ways)


class _Columns:
    """The same ways for many texts at once: every text is a bit of what is known of an atom, a clause, a way."""

    def __init__(self, ways: Sequence[Way]) -> None:
        atoms = {atom: number for number, atom in enumerate(sorted({a for way in ways for c in way for a in c}))}
        self._tree = AtomTree(list(atoms))
        self._always = len(atoms)  # what stands in every text, for ways that ask for nothing
        clauses: dict[Clause, int] = {}
        asked = [[clauses.setdefault(clause, len(clauses)) for clause in way or (frozenset(),)] for way in ways]
        members = [[atoms[atom] for atom in clause] or [self._always] for clause in clauses]
        self._members, self._clause_starts = _flat(members)
        self._clauses, self._way_starts = _flat(asked)

    def table(self, texts: Sequence[str]) -> Open:
        """Whether each way is open in each text."""
        text, atom = self._tree.find(texts)
        row = np.zeros(self._always + 1, np.int64)  # of the atoms that stand somewhere; 0: of all others
        row[atom] = 1
        row[self._always] = 1
        known = np.flatnonzero(row)
        row[known] = np.arange(1, len(known) + 1)
        stands = np.zeros((len(known) + 1, -(-len(texts) // 64) * 64), np.bool_)
        stands[row[atom], text] = True
        stands[row[self._always]] = True
        bits = np.packbits(stands, axis=1, bitorder="little").view(np.uint64)
        clauses = np.bitwise_or.reduceat(bits[row[self._members]], self._clause_starts, axis=0)
        ways = np.bitwise_and.reduceat(clauses[self._clauses], self._way_starts, axis=0)
        return np.unpackbits(ways.view(np.uint8), axis=1, count=len(texts), bitorder="little").view(np.bool_)


def _flat(lists: Sequence[Sequence[int]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Lists, none of which is empty, one after the other, and where each of them begins."""
    starts = np.cumsum([0, *(len(one) for one in lists)])[:-1]
    return np.array([number for one in lists for number in one], np.int64), starts.astype(np.int64)


@lru_cache(maxsize=64)
def _column(bits: int, size: int) -> Open:
    """The bits of a number, one below the other."""
    data = np.frombuffer(bits.to_bytes(-(-size // 8), "little"), np.uint8)
    return np.unpackbits(data, count=size, bitorder="little").view(np.bool_)[:, np.newaxis]


def bits_of(number: int) -> Iterator[int]:
    """The places of the bits that are set."""
    while number:
        lowest = number & -number
        yield lowest.bit_length() - 1
        number ^= lowest
