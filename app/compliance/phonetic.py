"""Words disguised by their sound (bao本, 包本保息, sòng礼) or by digits for letters (r1sk-fr33), restored."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import combinations

from daachorse import MATCH_KIND_STANDARD, CharwiseDoubleArrayAhoCorasick

from app.compliance.codes import CodeTable
from app.compliance.lookalikes import LEET, SYLLABLES
from app.compliance.normalise import CJK, Folded, Tight, is_cjk, places
from app.compliance.segment import Segments
from app.compliance.syllables import syllable

_FIRST = 0xE000  # syllables are numbered from here, for the automaton
_FIRST_LETTER = 0xF700  # and single letters from here
_SYLLABLES: dict[str, str] = {}


def _code(syllable: str) -> str:
    return _SYLLABLES.setdefault(syllable, chr(_FIRST + len(_SYLLABLES)))


@lru_cache(maxsize=20_000)
def syllable_of(char: str) -> str:
    """The code of the first reading of a Chinese character, without tone."""
    reading = syllable(char)
    return _code(reading) if reading else char


def _letter(letter: str) -> str:
    """The code of a single letter, which may stand for a syllable that begins with it (W赚不赔)."""
    return chr(_FIRST_LETTER + ord(letter))


def _initials(word: str) -> Iterator[str]:
    for char in word:
        reading = syllable(char)
        yield _letter(reading[0]) if reading else char


def _lettered(word: str, sounds: Sequence[str]) -> Iterator[str]:
    """The sounds of a word with a letter for one of three characters or more, or for two of four (b本b息)."""
    letters = list(_initials(word))
    most = {2: 0, 3: 1, 4: 2}.get(len(word), 1)
    for count in range(1, most + 1):
        for chosen in combinations(range(len(word)), count):
            yield "".join(letters[at] if at in chosen else sounds[at] for at in range(len(word)))


_INITIALS = "b|p|m|f|d|t|n|l|g|k|h|j|q|x|zh|ch|sh|r|z|c|s|y|w"
_SYLLABLE = re.compile(
    rf"(?:{_INITIALS})?(?:iang|iong|uang|ang|eng|ing|ong|ian|iao|uai|uan|ai|an|ao|ei|en|er|ia|ie|in|iu|ou|ua|ue|ui|un|uo|a|e|i|o|u|v)"
)
_LATIN = re.compile(r"[a-z]+")


def _spell(run: str) -> list[tuple[int, int, str]] | None:
    """`run` cut into syllables that Chinese characters have; None where it is no pinyin."""
    return _spelled_by(run, len(_SYLLABLES))


@lru_cache(maxsize=4096)
def _spelled_by(run: str, _known: int) -> list[tuple[int, int, str]] | None:
    """The same, as long as no more syllables are known."""
    cuts: list[tuple[int, int, str]] = []

    def cut(at: int) -> bool:
        if at == len(run):
            return True
        for length in range(min(6, len(run) - at), 0, -1):
            syllable = run[at : at + length]
            if syllable in _SYLLABLES and _SYLLABLE.fullmatch(syllable):
                cuts.append((at, at + length, _SYLLABLES[syllable]))
                if cut(at + length):
                    return True
                cuts.pop()
        return False

    return cuts if len(run) <= 24 and cut(0) else None


class _Sounds:
    """An automaton over sounds, and the words that each of them may stand for."""

    def __init__(self, by_sound: dict[str, list[str]]) -> None:
        self.words = list(by_sound.values())
        self.automaton = CharwiseDoubleArrayAhoCorasick(list(by_sound), MATCH_KIND_STANDARD) if by_sound else None


class Lexicon:
    """The words that are restored; those of `short` by a homophone even if they have only two characters."""

    def __init__(self, words: Iterable[str], short: Iterable[str] = ()) -> None:
        self.short = frozenset(short)
        self.words = frozenset(w for w in (*words, *self.short) if 2 <= len(w) <= 12 and all(map(is_cjk, w)))
        by_sound: dict[str, list[str]] = {}
        for word in sorted(self.words):
            sounds = [syllable_of(char) for char in word]
            by_sound.setdefault("".join(sounds), []).append(word)
            for lettered in _lettered(word, sounds):
                by_sound.setdefault(lettered, []).append(word)
        self._spelled = _Sounds(by_sound)
        # Two characters are only restored where a syllable is spelled among them, or they are on the short list: a
        # text in which nothing is spelled, as most are, need not be asked about the other pairs.
        self._unspelled = _Sounds(
            {
                sound: kept
                for sound, words in by_sound.items()
                if (kept := [word for word in words if len(word) > 2 or word in self.short])
            }
        )

    @property
    def clue(self) -> str:
        """An RE2 pattern for what `restore` never does without: a character, a syllable, or an initial of a word."""
        chars = sorted({char for word in self.words for char in word})
        read = sorted({reading for char in chars if (reading := syllable(char))})
        initials = "".join(sorted({reading[0] for reading in read}))
        alone = [f"(?:^|[^a-z])[{initials}](?:[^a-z]|$)"] if initials else []
        return "(?m)" + "|".join([*map(re.escape, chars), *map(re.escape, read), *alone])

    def may_restore(self, in_sounds: Sequence[str]) -> list[int]:
        """The indices of those tight texts with these sounds in which `restore` may find something: said sooner."""
        spelled = [index for index, heard in enumerate(in_sounds) if _LATIN.search(heard)]
        is_spelled = set(spelled)
        unspelled = [index for index in range(len(in_sounds)) if index not in is_spelled]
        return sorted(
            [
                *_heard(self._unspelled.automaton, unspelled, "\n".join([in_sounds[index] for index in unspelled])),
                *_heard(
                    self._spelled.automaton,
                    spelled,
                    _LATIN.sub(_spelled_out, "\n".join([in_sounds[index] for index in spelled])),
                ),
            ]
        )

    def restore(self, tight: Tight, in_sounds: str, segments: Segments) -> list[tuple[int, int, str]]:
        """Pieces of the plain text to replace, sorted and disjoint. `tight` points into it; its sounds are known."""
        text = tight.text
        if _LATIN.search(in_sounds) is None and not self._sounds_alike(text, in_sounds):
            return []
        sounds, is_spelled = _sounds(text, in_sounds)
        asked = self._spelled if is_spelled else self._unspelled
        if asked.automaton is None:
            return []
        found: list[tuple[int, int, str]] = []
        for first, end, number in asked.automaton.find_overlapping(sounds.text):
            start, stop = sounds.starts[first], sounds.ends[end - 1]
            written = text[start:stop]
            for word in asked.words[number]:
                if written == word or (len(word) == 2 and len(written) == 2 and not self._is_short(word, written)):
                    continue
                if len(written) == len(word) and _differs_too_much(written, word):
                    continue
                if self._is_disguise(tight, sounds, (first, end), word, segments):
                    found.append((tight.starts[start], tight.starts[stop - 1] + 1, word))
        return _disjoint(found)

    def _sounds_alike(self, text: str, in_sounds: str) -> bool:
        """Whether something in a text without letters sounds like a word that is not written there: said sooner."""
        automaton, words = self._unspelled.automaton, self._unspelled.words
        if automaton is None:
            return False
        for start, end, number in automaton.find_overlapping(in_sounds):
            written = text[start:end]
            for word in words[number]:
                if written != word and not _differs_too_much(written, word):
                    return True
        return False

    def _is_short(self, word: str, written: str) -> bool:
        """Whether two characters may be read as the two of `word`: one is the same, and so may be a letter."""
        return word in self.short or not (is_cjk(written[0]) and is_cjk(written[1]))

    def _is_disguise(self, tight: Tight, sounds: Folded, at: tuple[int, int], word: str, segments: Segments) -> bool:
        text = tight.text
        parts = [
            (start, text[start:end])
            for start, end in zip(sounds.starts[slice(*at)], sounds.ends[slice(*at)], strict=True)
        ]
        latin = sum(not is_cjk(part[0]) for _, part in parts)
        same = sum(part == char for (_, part), char in zip(parts, word, strict=True))
        other = len(word) - latin - same
        start, end = parts[0][0], sounds.ends[at[1] - 1]
        if same == len(word) or not _whole_runs(tight, start, end):
            return False
        if _PARTS.search(tight.whole, tight.starts[start], tight.starts[end - 1]):
            return False  # 教育，不…: what a comma parts is no word
        if other == 0:
            return same > 0 or len(word) >= 2
        if len(word) == 2 and not (word in self.short and same == 1):
            return False
        if other * 2 > len(word):
            return False
        first, last = tight.starts[start], tight.starts[end - 1] + 1
        if segments.crossed(first, last):
            return False
        changed = [at for (at, part), char in zip(parts, word, strict=True) if is_cjk(part[0]) and part != char]
        return not any(segments.in_word(tight.starts[place], first, last) for place in changed)


def _differs_too_much(written: str, word: str) -> bool:
    """Whether more than half of the characters are others that sound alike: said soon, for it is so mostly."""
    other = sum(char != wanted and not char.isascii() for char, wanted in zip(written, word, strict=True))
    return other * 2 > len(word)


_PARTS = re.compile("[，。！？；：、,!?;:]")


def _whole_runs(tight: Tight, start: int, end: int) -> bool:
    """Whether no run of letters is cut: what a blank or a comma parts in the plain text is two runs."""
    text, starts = tight.text, tight.starts

    def inside(at: int) -> bool:
        if not 0 < at < len(text) or starts[at] != starts[at - 1] + 1:
            return False
        return text[at - 1].isascii() and text[at].isascii() and text[at - 1 : at + 1].isalpha()

    return not inside(start) and not inside(end)


_sound_of = CodeTable(lambda char: syllable_of(char) if is_cjk(char) else char)


def _sounds(text: str, in_sounds: str) -> tuple[Folded, bool]:
    """`text` by its sounds: a code for each character, and for each syllable spelled in letters; whether any is."""
    plain = Folded(in_sounds, places(0, len(text)), places(1, len(text) + 1))
    runs = [match.span() for match in _LATIN.finditer(text)]
    if not runs:
        return plain, False
    chars: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    at, is_spelled = 0, False
    pieces = [piece for start, end in runs for piece in _spelled(start, end, text[start:end])]
    for start, end, code in [*pieces, (len(text), len(text), "")]:
        is_spelled |= _UNSPELLED < code < chr(_FIRST_LETTER)
        chars.append(plain.text[at:start] + code)
        starts += [*range(at, start), *[start] * len(code)]
        ends += [*range(at + 1, start + 1), *[end] * len(code)]
        at = end
    return Folded("".join(chars), tuple(starts), tuple(ends)), is_spelled


def in_sounds(texts: Sequence[str]) -> list[str]:
    """Texts with the code of its sound for each Chinese character."""
    translated = _sound_of.translated(texts)
    return [
        found if found is not None else "".join([_sound_of[char] for char in text])
        for text, found in zip(texts, translated, strict=True)
    ]


def _heard(automaton: CharwiseDoubleArrayAhoCorasick | None, numbers: Sequence[int], lines: str) -> list[int]:
    """The numbers of the lines in which the automaton finds something."""
    found = automaton.find_overlapping(lines) if automaton is not None else []
    if not found:
        return []
    ends = [match.start() for match in _LINE_END.finditer(lines)]
    return [numbers[line] for line in sorted({bisect_left(ends, start) for start, _, _ in found})]


_LINE_END = re.compile("\n")


def _spelled_out(run: re.Match[str]) -> str:
    return "".join(code for _, _, code in _spelled(0, 0, run.group()))


def _spelled(start: int, end: int, run: str) -> list[tuple[int, int, str]]:
    if len(run) == 1:
        return [(start, end, _letter(run))]
    cuts = _spell(run)
    return [(start, end, _UNSPELLED)] if cuts is None else [(start + a, start + b, code) for a, b, code in cuts]


_UNSPELLED = "\x00"


def _disjoint(found: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    chosen: list[tuple[int, int, str]] = []
    for piece in sorted(found[:500], key=lambda p: (p[0] - p[1], p[0])):
        if all(piece[1] <= other[0] or piece[0] >= other[1] for other in chosen):
            chosen.append(piece)
    return sorted(chosen)


_ALONE = re.compile(rf"(?<=[{CJK}])[a-z]{{2,6}}(?![a-z])|(?<![a-z])[a-z]{{2,6}}(?=[{CJK}])")


def unspell(plain: Folded) -> list[tuple[int, int, str]]:
    """Pieces of `plain` where a lone syllable beside Chinese characters stands for one of them."""
    return [
        (match.start(), match.end(), SYLLABLES[match.group()])
        for match in _ALONE.finditer(plain.text)
        if match.group() in SYLLABLES
    ]


_LEET_TOKEN = re.compile(r"[a-z0-9@$£€!|+]*[a-z][a-z0-9@$£€!|+]*")
_LEET_INSIDE = re.compile(
    r"[a-z][013457@$£€!|+]+[a-z]|^[013457@$|][a-z]{2,}|[a-z]{2,}[013457@$£€|]+!*$|[a-z][0134578@$£€|]{2,}!*$"
)
_NOT_LEET = re.compile(r"\d+[a-z]{1,2}|[a-z]+[!+]")


def unleet(plain: Folded) -> list[tuple[int, int, str]]:
    """Pieces of `plain` where digits and signs stand for letters."""
    return [
        (
            m.start(),
            m.end(),
            "".join(LEET.get(char, char) for char in m.group().rstrip("!")) + "!" * m.group().endswith("!"),
        )
        for m in _LEET_TOKEN.finditer(plain.text)
        if len(m.group()) <= 40 and _LEET_INSIDE.search(m.group()) and not _NOT_LEET.fullmatch(m.group())
    ]


_PER_CENT = re.compile(
    r"百分之(?P<a>[零一二三四五六七八九十两点]+)|(?P<b>[零一二三四五六七八九十两]+点?[零一二三四五六七八九]*)(?=%)"
)
_DIGITS = {char: str(number) for number, char in enumerate("零一二三四五六七八九")} | {"两": "2", "点": "."}


def per_cents(plain: Folded) -> list[tuple[int, int, str]]:
    """Pieces of `plain` where a percentage is written in words: 百分之八 is 8%, 八点五% is 8.5%."""
    found = []
    for match in _PER_CENT.finditer(plain.text):
        words = match["a"] or match["b"]
        figure = _figure(words)
        found.append((match.start(), match.end(), figure + "%" if match["a"] else figure))
    return found


def _figure(words: str) -> str:
    whole, point, rest = words.partition("点")
    tens, ten, units = whole.partition("十")
    if ten:
        whole = (_DIGITS.get(tens, "") or "1") + (_DIGITS.get(units, "") or "0")
    else:
        whole = "".join(_DIGITS[char] for char in whole)
    return whole + point.replace("点", ".") + "".join(_DIGITS[char] for char in rest if char in _DIGITS)


HAS_CJK = re.compile(f"[{CJK}]")
