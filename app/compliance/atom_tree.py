"""Which atoms stand in which of many texts: one walk down the tree of all atoms, for all places at once."""

import sys
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]
_BETWEEN = "\x00"  # stands in no atom


class AtomTree:
    """Numbered atoms as a tree of characters. Number 0 of each kind is the one that there is not."""

    def __init__(self, atoms: Sequence[str]) -> None:
        chars = {char: at for at, char in enumerate(sorted({char for one in atoms for char in one} - {_BETWEEN}), 1)}
        self._chars = len(chars) + 1
        nodes: dict[
            tuple[int, int], int
        ] = {}  # below single characters, by the node above: those of characters are they
        ends = [_grown(nodes, [chars[char] for char in atom], self._chars) for atom in atoms]
        size = len(nodes) + self._chars
        self._char = np.zeros(sys.maxunicode + 1, _type_for(self._chars))
        self._char[[ord(char) for char in chars]] = np.arange(1, self._chars)
        self._atom = np.zeros(size, np.int64)
        self._atom[ends] = np.arange(1, len(atoms) + 1)
        self._is_parent = np.zeros(size, np.bool_)
        self._is_parent[[parent for parent, _ in nodes]] = True
        # Pairs of characters, which are asked for everywhere, are in a table; whatever is longer has sorted keys.
        pairs = [(first, second, node) for (first, second), node in nodes.items() if first < self._chars]
        firsts = {first: row for row, first in enumerate(sorted({first for first, _, _ in pairs}), 1)}
        self._row = np.zeros(self._chars, np.int64)
        self._row[list(firsts)] = list(firsts.values())
        self._pair = np.zeros((len(firsts) + 1, self._chars), _type_for(size))
        self._pair[[firsts[first] for first, _, _ in pairs], [second for _, second, _ in pairs]] = [
            n for _, _, n in pairs
        ]
        keys = np.array([parent * self._chars + char for parent, char in nodes], np.int64)
        order = np.argsort(keys)
        self._keys, self._children = keys[order], np.array(list(nodes.values()), np.int64)[order]

    def find(self, texts: Sequence[str]) -> tuple[Numbers, Numbers]:
        """(text, atom) of every place where an atom stands: the numbers of both, in no order."""
        together = _BETWEEN.join(texts)
        chars = self._char[np.frombuffer(together.encode("utf-32-le", "surrogatepass"), np.uint32)]
        text_of = np.repeat(np.arange(len(texts)), [len(text) + 1 for text in texts])
        places = np.flatnonzero(self._atom[chars])
        found_at, found = [places], [self._atom[chars[places]]]
        nodes = self._pair[self._row[chars[:-1]], chars[1:]]
        places = np.flatnonzero(nodes)
        nodes, depth = nodes[places].astype(np.int64), 2
        while len(places):
            atoms = self._atom[nodes]
            is_atom = atoms > 0
            found_at.append(places[is_atom])
            found.append(atoms[is_atom])
            grows = self._is_parent[nodes] & (places < len(chars) - depth)
            places, nodes = self._below(places[grows], nodes[grows], chars, depth)
            depth += 1
        return text_of[np.concatenate(found_at)], np.concatenate(found) - 1

    def _below(
        self, places: Numbers, nodes: Numbers, chars: NDArray[np.unsignedinteger], depth: int
    ) -> tuple[Numbers, Numbers]:
        """The nodes one character further down, and the places where there is one."""
        asked = nodes * self._chars + chars[places + depth]
        at = np.minimum(np.searchsorted(self._keys, asked), len(self._keys) - 1)
        is_there = self._keys[at] == asked
        return places[is_there], self._children[at[is_there]]


def _grown(nodes: dict[tuple[int, int], int], chars: Sequence[int], first: int) -> int:
    """The node of an atom, with those on the way to it; numbered on from `first`."""
    node, *rest = chars
    for char in rest:
        node = nodes.setdefault((node, char), len(nodes) + first)
    return node


def _type_for(size: int) -> type[np.unsignedinteger]:
    return np.uint16 if size < 1 << 16 else np.uint32
