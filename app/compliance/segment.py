"""Words and sentences of a folded text, found when somebody asks."""

import bisect
import re

from icu4py.breakers import WordBreaker

from app.kernel.lazy import lazy

_COMMA = re.compile(r"(?<=[\u3400-\u9fff\"%)])[,:]")
# After these a word of any language has ended: what stands between two of them can be cut into words on its own.
_WORD_END = re.compile(r"[。、！？!?\n]|(?<=[\u3400-\u9fff])[,:;]")
# The last full stop of u.s. ends nothing.
_SENTENCE_END = re.compile(r"[。！？；!?;\n]+|(?<!\.[a-z])\.(?=[\s\"')\u3400-\u9fff]|$)")


class Segments:
    """The words (dictionary-based for Chinese) and sentences of `text`."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._starts: dict[int, list[int]] = {}  # of the words of each stretch that was asked for, and its end
        self._sentences: dict[tuple[int, int], tuple[int, int]] = {}
        self._clauses: dict[tuple[int, int], tuple[int, int]] = {}

    @lazy
    def _stretches(self) -> list[int]:
        return [0, *(match.end() for match in _WORD_END.finditer(self.text))]

    def word_at(self, at: int) -> tuple[int, int]:
        """The word that holds the character at `at`."""
        stretch = bisect.bisect_right(self._stretches, at) - 1
        starts = self._starts.get(stretch)
        if starts is None:
            starts = self._starts[stretch] = self._words_of(stretch)
        index = bisect.bisect_right(starts, at) - 1
        return starts[index], starts[min(index + 1, len(starts) - 1)]

    def _words_of(self, stretch: int) -> list[int]:
        at, end = (*self._stretches, len(self.text))[stretch : stretch + 2]
        starts = []
        for word in WordBreaker(self.text[at:end], "zh"):
            starts.append(at)
            at += len(word)
        return [*starts, at]

    def crossed(self, start: int, end: int) -> bool:
        """Whether [start, end) cuts a word of the text in two while reaching beyond it (投保|本产品)."""
        first, last = self.word_at(start), self.word_at(end - 1)
        if first == last:
            return False
        return first[0] < start or last[1] > end

    def in_word(self, at: int, start: int, end: int) -> bool:
        """Whether the character at `at` is part of a longer word that lies inside [start, end) and is not all of it."""
        word = self.word_at(at)
        return word[1] - word[0] > 1 and start <= word[0] and word[1] <= end and word != (start, end)

    @lazy
    def _ends(self) -> list[int]:
        return [match.end() for match in _SENTENCE_END.finditer(self.text)]

    def sentence(self, start: int, end: int) -> tuple[int, int]:
        """The sentence, or sentences, that hold [start, end)."""
        found = self._sentences.get((start, end))
        if found is None:
            found = self._sentences[start, end] = self._sentence(start, end)
        return found

    def _sentence(self, start: int, end: int) -> tuple[int, int]:
        before = bisect.bisect_right(self._ends, start) - 1
        after = bisect.bisect_left(self._ends, max(end, start + 1))
        return (
            self._ends[before] if before >= 0 else 0,
            self._ends[after] if after < len(self._ends) else len(self.text),
        )

    @lazy
    def _commas(self) -> list[int]:
        return [match.start() for match in _COMMA.finditer(self.text)]

    def clause(self, start: int, end: int) -> tuple[int, int]:
        """The stretch around [start, end) up to the next Chinese comma or colon on either side."""
        found = self._clauses.get((start, end))
        if found is None:
            found = self._clauses[start, end] = self._clause(start, end)
        return found

    def _clause(self, start: int, end: int) -> tuple[int, int]:
        before, after = bisect.bisect_left(self._commas, start) - 1, bisect.bisect_left(self._commas, end)
        return (
            self._commas[before] + 1 if before >= 0 else 0,
            self._commas[after] if after < len(self._commas) else len(self.text),
        )
