"""The rules as reviewers find and read them: what is in force, what the house has changed, and what waits."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.tables import PersonRow
from app.compliance.overlay import read_rule, write_rule
from app.compliance.pack import Rule
from app.compliance.rules import Rules
from app.kernel.errors import NotFound
from app.rulebook import records
from app.rulebook.core import BUILT_IN, Replay, RuleVersion, Switch

Origin = Literal["built_in", "changed", "house"]
ORIGINS: tuple[Origin, ...] = get_args(Origin)


@dataclass(frozen=True, slots=True)
class Listed:
    """A rule with its pack. `origin` says whose it is; `is_in_force` is not yet said of one that was only written.

    `waits` is the number of a version that is newer than the one in force, 0 where there is none.
    """

    rule: Rule
    pack: str
    pack_title: Mapping[str, str]
    jurisdiction: str
    origin: Origin
    is_in_force: bool
    waits: int


@dataclass(frozen=True, slots=True)
class Asked:
    """What rules are looked for; what is empty narrows nothing. All `words` must stand somewhere in the rule."""

    words: str = ""
    pack: str = ""
    jurisdiction: str = ""
    product: str = ""
    severity: str = ""
    status: str = ""
    origin: str = ""

    def fits(self, one: Listed) -> bool:
        """Whether the rule is what is looked for."""
        return (
            self.pack in ("", one.pack)
            and self.jurisdiction in ("", one.jurisdiction)
            and (not self.product or not one.rule.products or self.product in one.rule.products)
            and self.severity in ("", one.rule.severity)
            and self.status in ("", one.rule.status)
            and (self.origin in ("", one.origin) or (self.origin == "waits" and one.waits > 0))
            and all(word in _all_words(one) for word in self.words.casefold().split()[:8])
        )


def listed_rules(session: Session, in_force: Rules, packs: Rules) -> list[Listed]:
    """Every rule: those in force by pack and in their order, then those that were written and never switched on."""
    newest = {one.rule_id: one for one in records.newest_versions(session)}
    on = {one.rule_id: one.number for one in records.book_state(session).versions}
    built_in = {rule.id for pack in packs.packs for rule in pack.rules}
    found = [
        Listed(
            rule,
            pack.name,
            {"zh": pack.head.title.zh, "en": pack.head.title.en},
            pack.head.jurisdiction,
            _origin(rule.id, built_in, on),
            True,
            _waits(newest.pop(rule.id, None), on),
        )
        for pack in in_force.packs
        for rule in pack.rules
    ]
    return found + [_only_written(one) for one in newest.values()]


def _origin(rule_id: str, built_in: Iterable[str], on: Mapping[str, int]) -> Origin:
    if rule_id not in built_in:
        return "house"
    return "changed" if rule_id in on else "built_in"


def _waits(newest: RuleVersion | None, on: Mapping[str, int]) -> int:
    return newest.number if newest is not None and newest.number != on.get(newest.rule_id, BUILT_IN) else 0


def _only_written(version: RuleVersion) -> Listed:
    title = {"zh": "本行规则", "en": "House rules"}
    pack = f"{version.jurisdiction.lower()}-house"
    return Listed(read_rule(version.text), pack, title, version.jurisdiction, "house", False, version.number)


def _all_words(one: Listed) -> str:
    rule = one.rule
    said = [rule.id, one.pack, *one.pack_title.values(), rule.source.article, write_rule(rule)]
    return "\n".join(said).casefold()


@dataclass(frozen=True, slots=True)
class VersionLine:
    """A version with the name of who wrote it; `is_in_force` of one at most."""

    version: RuleVersion
    author: str
    is_in_force: bool
    replay: Replay | None


@dataclass(frozen=True, slots=True)
class RuleView:
    """One rule with all that is known of it. `shown` is what is in force, else the newest that was written."""

    id: str
    shown: Rule
    pack: str
    pack_title: Mapping[str, str]
    jurisdiction: str
    built_in: Rule | None
    in_force: Rule | None
    versions: tuple[VersionLine, ...]
    switches: tuple[tuple[Switch, str], ...]

    @property
    def version_in_force(self) -> int:
        """The number of the house's version in force; 0 for what comes with the product, or nothing."""
        return self.switches[0][0].version if self.switches else BUILT_IN

    @property
    def newest(self) -> int:
        """The number of the newest version; 0 where the house has none."""
        return self.versions[0].version.number if self.versions else 0

    def text_of(self, number: int) -> str:
        """The YAML of a version; of 0 what comes with the product, or nothing. *Raises* NotFound ``no_such_rule``."""
        if number == BUILT_IN:
            return write_rule(self.built_in) if self.built_in else ""
        found = next((one.version.text for one in self.versions if one.version.number == number), None)
        if found is None:
            raise NotFound("no_such_rule", "there is no such version of this rule")
        return found


def rule_view(session: Session, in_force: Rules, packs: Rules, rule_id: str) -> RuleView:
    """*Raises* NotFound ``no_such_rule``."""
    now = next((one for one in listed_rules(session, in_force, packs) if one.rule.id == rule_id), None)
    if now is None:
        raise NotFound("no_such_rule", "there is no such rule")
    return _view(session, now, packs.rule(rule_id), now.rule if now.is_in_force else None)


def _view(session: Session, now: Listed, built_in: Rule | None, in_force: Rule | None) -> RuleView:
    rule_id = now.rule.id
    versions, switches = records.versions_of(session, rule_id), records.switches_of(session, rule_id)
    people = {one.author_person_id for one in versions} | {one.switched_by_person_id for one in switches}
    names = _names(session, people)
    on = switches[-1].version if switches else BUILT_IN
    lines = [
        VersionLine(
            one,
            names.get(one.author_person_id, ""),
            one.number == on,
            records.newest_replay(session, rule_id, one.number),
        )
        for one in reversed(versions)
    ]
    told = [(one, names.get(one.switched_by_person_id, "")) for one in reversed(switches)]
    return RuleView(
        rule_id,
        now.rule,
        now.pack,
        now.pack_title,
        now.jurisdiction,
        built_in,
        in_force,
        tuple(lines),
        tuple(told),
    )


def _names(session: Session, person_ids: set[str]) -> dict[str, str]:
    wanted = select(PersonRow.id, PersonRow.name).where(PersonRow.id.in_(person_ids))
    return {row[0]: row[1] for row in session.execute(wanted)}


@dataclass(frozen=True, slots=True)
class Choices:
    """What a list can be narrowed to: what occurs in it."""

    packs: tuple[tuple[str, Mapping[str, str]], ...]
    jurisdictions: tuple[str, ...]
    statuses: tuple[str, ...]


def choices(found: Sequence[Listed]) -> Choices:
    """The packs, jurisdictions and statuses of `found`, each in the order of its first rule."""
    packs = {one.pack: one.pack_title for one in found}
    jurisdictions = dict.fromkeys(one.jurisdiction for one in found)
    statuses = dict.fromkeys(one.rule.status for one in found)
    return Choices(tuple(packs.items()), tuple(jurisdictions), tuple(statuses))
