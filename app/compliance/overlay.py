"""House rules laid over the packs: one rule is read from YAML, put in its place, and tried by its own examples."""

import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any, get_args

import yaml

from app.compliance.document import Document, Facts, TextRun, Verdict
from app.compliance.engine import check
from app.compliance.pack import Case, Example, Head, Jurisdiction, Pack, Rule, Words, read_pack
from app.compliance.repeats import nests_repeats
from app.compliance.rules import Book, Books, Rules, compile_rules
from app.kernel.errors import Invalid, Problem

MAX_CHARS = 20_000
_FILE = "rule.yaml"
_LINES_BEFORE, _INDENT = 2, 4
_HOUSE_TITLE = Words(zh="本行规则", en="House rules")


@dataclass(frozen=True, slots=True)
class Home:
    """Where a rule belongs: the pack that it stands in, and whether that pack holds a rule of its id already."""

    pack: str
    jurisdiction: Jurisdiction
    is_built_in: bool


def home_of(base: Rules, rule_id: str) -> Home:
    """The home of the rule of that id: its own pack where the product has it, else the house's of its jurisdiction.

    *Raises* Invalid ``bad_id`` for a new rule whose id does not begin with the house's name: a later release of the
    packs might call a rule of its own the same.
    """
    for pack in base.packs:
        if any(rule.id == rule_id for rule in pack.rules):
            return Home(pack.name, pack.head.jurisdiction, True)
    jurisdiction: Jurisdiction | None = next(
        (one for one in get_args(Jurisdiction) if one.lower() == rule_id[:2]), None
    )
    if jurisdiction is None or not rule_id.startswith(f"{rule_id[:2]}-house-"):
        known = ", ".join(f"{one.lower()}-house-…" for one in get_args(Jurisdiction))
        raise Invalid.of([Problem("id", "bad_id", f"a new rule is called {known}; others replace a rule of that id")])
    return Home(f"{rule_id[:2]}-house", jurisdiction, False)


def read_rule(text: str) -> Rule:
    """The one rule that a YAML mapping describes.

    *Raises* Invalid ``bad_rule`` with every problem; a path is ``LINE: key``, counted in `text`.
    """
    if len(text) > MAX_CHARS:
        raise Invalid.of([Problem("1: $", "bad_rule", f"at most {MAX_CHARS} characters")])
    head = Head(pack="cn-house", version="1.0.0", title=_HOUSE_TITLE, jurisdiction="CN").model_dump(mode="json")
    wrapped = "rules:\n  -\n" + textwrap.indent(text, " " * _INDENT, lambda _line: True)
    files = {"pack.yaml": yaml.safe_dump(head, allow_unicode=True).encode(), _FILE: wrapped.encode("utf-8", "replace")}
    try:
        pack = read_pack(files)
    except Invalid as error:
        raise _bad([_in_text(one) for one in error.problems]) from error
    if len(pack.rules) != 1:
        raise _bad([Problem("1: $", "bad_rule", "a mapping with one rule is wanted")])
    return pack.rules[0]


def write_rule(rule: Rule) -> str:
    """The rule as YAML, as `read_rule` reads it, without what goes without saying."""
    said = rule.model_dump(mode="json", exclude_defaults=True, exclude_none=True)
    return dump({"id": rule.id, "kind": rule.kind, "severity": rule.severity, "status": rule.status} | said)


def dump(said: Mapping[str, Any]) -> str:
    """A mapping as YAML, in its own order."""
    written: str = yaml.dump(dict(said), Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=100)
    return written


class _Dumper(yaml.SafeDumper):
    """Writes no anchors: who reads the rule should not have to look for what a name stands for."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def laid_over(base: Rules, house: Mapping[str, Rule], before: Rules | None = None) -> Rules:
    """`base` with the rules of `house` (by id) in the place of those of the same id, the new ones in the house's packs.

    Books of jurisdictions that are as in `base`, or as in `before`, are taken from there.
    *Raises* Invalid ``bad_pack``.
    """
    packs = _with_house(base, house)
    mine, theirs, earlier = (_by_jurisdiction(one) for one in (packs, base.packs, before.packs if before else ()))
    books: dict[Jurisdiction, Callable[[], Book]] = {}
    for jurisdiction, listed in mine.items():
        if listed == theirs.get(jurisdiction):
            books[jurisdiction] = partial(base.books.__getitem__, jurisdiction)
        elif before is not None and listed == earlier.get(jurisdiction):
            books[jurisdiction] = partial(before.books.__getitem__, jurisdiction)
    new = mine.keys() - books.keys()
    if new:
        # What other packs lend (contexts, words, families) stands in their heads: their rules need no compiling.
        lent = [one if one.head.jurisdiction in new else one.model_copy(update={"rules": ()}) for one in packs]
        compiled = compile_rules(lent)
        books |= {jurisdiction: partial(compiled.books.__getitem__, jurisdiction) for jurisdiction in new}
    return replace(base, packs=packs, books=Books(books))


def _with_house(base: Rules, house: Mapping[str, Rule]) -> tuple[Pack, ...]:
    homes = {rule_id: home_of(base, rule_id) for rule_id in house}
    packs = []
    for pack in base.packs:
        own = {rule_id for rule_id, home in homes.items() if home.pack == pack.name}
        changed = tuple(house.get(rule.id, rule) for rule in pack.rules)
        packs.append(pack.model_copy(update={"rules": changed}) if own else pack)
    names = {home.pack: home.jurisdiction for home in homes.values() if not home.is_built_in}
    for name, jurisdiction in names.items():
        head = Head(pack=name, version="1.0.0", title=_HOUSE_TITLE, jurisdiction=jurisdiction)
        rules = tuple(house[rule_id] for rule_id in sorted(house) if homes[rule_id].pack == name)
        packs.append(Pack(head=head, rules=rules))
    return tuple(sorted(packs, key=lambda pack: pack.name))


def _by_jurisdiction(packs: Iterable[Pack]) -> dict[Jurisdiction, list[Pack]]:
    found: dict[Jurisdiction, list[Pack]] = {}
    for pack in packs:
        found.setdefault(pack.head.jurisdiction, []).append(pack)
    return found


def tried(base: Rules, house: Mapping[str, Rule], rule: Rule, day: date) -> Rules:
    """`base` with `house` and `rule` over it, once `rule` has passed its own examples.

    *Raises* Invalid ``bad_rule`` with every problem: patterns that RE2 refuses, names that nobody knows, examples that
    are not hit or not passed.
    """
    home = home_of(base, rule.id)
    in_force = rule.model_copy(update={"status": _judged_as(rule), "effective_from": None, "effective_to": None})
    problems = list(_nested(rule))
    try:
        trial = laid_over(base, {**house, rule.id: in_force})
    except Invalid as error:
        raise _bad([*problems, *(_of_rule(one, rule.id) for one in error.problems)]) from error
    problems += example_problems(trial, home, in_force, day)
    if problems:
        raise _bad(problems)
    return laid_over(base, {**house, rule.id: rule}, trial)


def _judged_as(rule: Rule) -> str:
    return "active" if rule.status in ("draft", "pending") else rule.status


def example_problems(rules: Rules, home: Home, rule: Rule, day: date) -> list[Problem]:
    """The must-hit sentences that `rule` misses, and the must-pass ones that it hits; a path is ``must_hit[0]``."""
    problems = []
    for index, example in enumerate(rule.must_hit):
        if rule.id not in {found.rule for found in _verdict(rules, home, rule, example, day).findings}:
            problems.append(Problem(f"must_hit[{index}]", "not_hit", f"is not hit: {_text(example)}"))
    for index, example in enumerate(rule.must_pass):
        hits = [found for found in _verdict(rules, home, rule, example, day).findings if found.rule == rule.id]
        if hits:
            problems.append(Problem(f"must_pass[{index}]", "hit", f"is hit at “{hits[0].text}”: {_text(example)}"))
    return problems


def _text(example: Example) -> str:
    return example.text if isinstance(example, Case) else example


def _verdict(rules: Rules, home: Home, rule: Rule, example: Example, day: date) -> Verdict:
    case = example if isinstance(example, Case) else Case(text=example)
    product = case.product or (rule.products[0] if rule.products else "generic")
    channel = case.channel or (rule.channels[0] if rule.channels else None)
    facts = Facts(home.jurisdiction, product, channel)
    document = Document((TextRun(case.text),), facts, fragment=not case.whole)
    return check(rules, document, case.as_of or day, packs=[home.pack])


# --- problems in the words of whoever wrote the rule ---------------------------------------------------------------


def _bad(problems: list[Problem]) -> Invalid:
    return Invalid("bad_rule", f"{len(problems)} problems in the rule: {problems[0]}", problems)


def _in_text(problem: Problem) -> Problem:
    """A problem of the wrapped file at its place in the text."""
    where, _, place = problem.path.removeprefix(f"{_FILE}:").partition(": ")
    line = max(1, int(where) - _LINES_BEFORE) if where.isdigit() else 1
    key = place.removeprefix("$.rules[0]").removeprefix("$.rules").removeprefix("$").lstrip(".")
    return Problem(f"{line}: {key or '$'}", "bad_rule", problem.message)


def _of_rule(problem: Problem, rule_id: str) -> Problem:
    """A problem of the compiled packs, without the pack and the rule that everybody here knows."""
    place = problem.path.partition(f"{rule_id}")[2].lstrip(".")
    return Problem(place or "$", problem.code, problem.message)


def _nested(rule: Rule) -> Iterator[Problem]:
    said = rule.model_dump(mode="json", include={"patterns", "claim", "needs", "unless", "only_if"})
    for key, value in said.items():
        for place, pattern in _strings(value, key):
            if nests_repeats(pattern):
                yield Problem(place, "nested_repeat", f"“{pattern}” repeats a repeat: say it once")


def _strings(value: Any, place: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            if key not in ("label", "within"):
                yield from _strings(inner, f"{place}.{key}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _strings(inner, f"{place}[{index}]")
