"""Every rule names a source that somebody has marked, and none blocks on a source that nobody has read."""

from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from app.compliance.pack import Rule
from app.reads.rule_packs import load_packs
from tests.architecture.checks import PROJECT

PACKS = PROJECT / "compliance_rules"
MARKS = {"read", "summary", "practice", "unverified", "unlisted"}
UNREAD = {"unverified", "unlisted"}


def register() -> dict[str, Mapping[str, Any]]:
    """The register of sources, by the law's Chinese name."""
    listed = yaml.safe_load((PACKS / "sources.yaml").read_text(encoding="utf-8"))["sources"]
    names = [source["law"] for source in listed]
    assert len(names) == len(set(names))
    return {source["law"]: source for source in listed}


def rules() -> list[Rule]:
    """All rules of all packs."""
    return [rule for pack in load_packs(PACKS) for rule in pack.rules]


def unmarked(sources: Mapping[str, Mapping[str, Any]], given: Iterable[Rule]) -> list[str]:
    """Rules whose law the register does not hold."""
    return [f"{rule.id}: {rule.source.law.zh}" for rule in given if rule.source.law.zh not in sources]


def overstated(sources: Mapping[str, Mapping[str, Any]], given: Iterable[Rule]) -> list[str]:
    """Rules that say more than the mark of their source allows."""
    found = []
    for rule in given:
        source = sources[rule.source.law.zh]
        mark = source.get("articles", {}).get(rule.source.article, source["mark"])
        if mark in UNREAD and (rule.status != "unverified" or rule.severity == "block"):
            found.append(f"{rule.id}: {mark}, but {rule.status} and {rule.severity}")
        if mark == "practice" and rule.severity != "advise":
            found.append(f"{rule.id}: practice, but {rule.severity}")
    return found


def test_every_rule_names_a_source_of_the_register() -> None:
    assert unmarked(register(), rules()) == []


def test_no_rule_says_more_than_has_been_read() -> None:
    assert overstated(register(), rules()) == []


def test_the_register_knows_its_marks_and_holds_no_source_that_no_rule_names() -> None:
    sources = register()
    given = {mark for source in sources.values() for mark in (source["mark"], *source.get("articles", {}).values())}
    assert given <= MARKS
    assert set(sources) - {rule.source.law.zh for rule in rules()} == set()


def test_the_checks_of_sources_can_fail() -> None:
    (rule,) = (rule for rule in rules() if rule.id == "cn-ad-25-1-principal")
    law = rule.source.law.zh
    assert unmarked({}, [rule]) == [f"cn-ad-25-1-principal: {law}"]
    unread = overstated({law: {"mark": "unverified"}}, [rule])
    assert unread == ["cn-ad-25-1-principal: unverified, but active and block"]
    assert overstated({law: {"mark": "read", "articles": {rule.source.article: "unlisted"}}}, [rule]) != []
    assert overstated({law: {"mark": "practice"}}, [rule]) == ["cn-ad-25-1-principal: practice, but block"]
