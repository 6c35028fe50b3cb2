"""Words and families of patterns that rules share: `{word}` inside a pattern, `@family` in the place of one."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from app.compliance.pack import Context, ContextRule, DisclosureRule, Nearby, Pack, RegexRule, Rule, TermRule
from app.kernel.errors import Problem

_WORD = re.compile(r"(?<!\\p)(?<!\\P)\{(?P<name>(?:[a-z]{2}(?:-[a-z0-9]+)+/)?[a-z][a-z0-9_]*)\}")
_DEPTH = 4


@dataclass(frozen=True, slots=True)
class Library:
    """What all packs together define, by ``pack/name``."""

    words: Mapping[str, str]
    families: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, packs: Iterable[Pack]) -> "Library":
        """The words and families of `packs`."""
        packs = tuple(packs)
        return cls(
            {f"{pack.name}/{name}": word for pack in packs for name, word in pack.head.words.items()},
            {f"{pack.name}/{name}": family for pack in packs for name, family in pack.head.families.items()},
        )


def spell_out(pack: Pack, library: Library, problems: list[Problem]) -> Pack:
    """`pack` with every word and family of its rules and contexts written out; unknown names become problems."""
    speller = _Speller(pack.name, library, problems)
    contexts = {name: speller.contexts(items, f"{pack.name}: {name}") for name, items in pack.head.contexts.items()}
    head = pack.head.model_copy(update={"contexts": contexts})
    return Pack(head=head, rules=tuple(speller.rule(rule) for rule in pack.rules))


@dataclass(frozen=True, slots=True)
class _Speller:
    pack: str
    library: Library
    problems: list[Problem]

    def rule(self, rule: Rule) -> Rule:
        path = f"{self.pack}: {rule.id}"
        new: dict[str, object] = {
            "unless": self.contexts(rule.unless, path),
            "only_if": self.contexts(rule.only_if, path),
        }
        if isinstance(rule, TermRule):
            new["terms"] = self.patterns(rule.terms, path)
        if isinstance(rule, RegexRule | DisclosureRule):
            new["patterns"] = self.patterns(rule.patterns, path)
        if isinstance(rule, ContextRule | DisclosureRule):
            new["claim"] = self.patterns(rule.claim, path)
        if isinstance(rule, ContextRule):
            new["needs"] = tuple(need.model_copy(update={"any": self.patterns(need.any, path)}) for need in rule.needs)
        return rule.model_copy(update=new)

    def contexts(self, contexts: Iterable[Context], path: str) -> tuple[Context, ...]:
        return tuple(self._context(context, path) for context in contexts)

    def _context(self, context: Context, path: str) -> Context:
        if isinstance(context, Nearby):
            but = None if context.but is None else self._words(context.but, self.pack, path)
            pattern = self._words(context.pattern, self.pack, path)
            return Nearby(**{context.place: pattern}, within=context.within, but=but)
        return context if context.startswith("@") else self._words(context, self.pack, path)

    def patterns(self, patterns: Iterable[str], path: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(found for pattern in patterns for found in self._pattern(pattern, path)))

    def _pattern(self, pattern: str, path: str, pack: str = "", depth: int = 0) -> Iterator[str]:
        pack = pack or self.pack
        if not pattern.startswith("@"):
            yield self._words(pattern, pack, path)
            return
        name = _qualified(pattern[1:], pack)
        if name not in self.library.families or depth > _DEPTH:
            self.problems.append(Problem(path, "unknown_family", f"there is no family “{pattern}”"))
            return
        for part in self.library.families[name]:
            yield from self._pattern(part, path, name.split("/")[0], depth + 1)

    def _words(self, pattern: str, pack: str, path: str, depth: int = 0) -> str:
        return _WORD.sub(self._replacer(pack, path, depth), pattern)

    def _replacer(self, pack: str, path: str, depth: int) -> Callable[[re.Match[str]], str]:
        def replace(match: re.Match[str]) -> str:
            name = _qualified(match["name"], pack)
            if name not in self.library.words or depth > _DEPTH:
                self.problems.append(Problem(path, "unknown_word", f"there is no word “{match.group()}”"))
                return match.group()
            return self._words(self.library.words[name], name.split("/")[0], path, depth + 1)

        return replace


def _qualified(name: str, pack: str) -> str:
    return name if "/" in name else f"{pack}/{name}"
