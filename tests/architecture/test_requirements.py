"""Every requirement of the law has a rule or a reason, and every rule that the table names is there."""

import re

from app.compliance.legibility import RULE
from app.reads.rule_packs import load_packs
from tests.architecture.checks import PROJECT

ROW = re.compile(r"^\| (?!requirement|---)(.+?) \| (.+?) \|$", re.MULTILINE)
NAME = re.compile(r"`([a-z]{2}-[a-z0-9-]+|not_legible)`")
LEAST_RULES = 350


def named(document: str) -> dict[str, list[str]]:
    """Requirement → the rules that its row names."""
    return {requirement: NAME.findall(answer) for requirement, answer in ROW.findall(document)}


def unanswered(document: str) -> list[str]:
    """Requirements with neither a rule nor a reason of some length."""
    return [need for need, answer in ROW.findall(document) if not NAME.findall(answer) and len(answer) < 12]


def test_every_requirement_has_an_answer_and_every_rule_is_there() -> None:
    document = (PROJECT / "compliance_rules" / "REQUIREMENTS.md").read_text(encoding="utf-8")
    packs = load_packs(PROJECT / "compliance_rules")
    ids = {rule.id for pack in packs for rule in pack.rules} | {pack.name for pack in packs} | {RULE}
    rows = named(document)
    assert len(rows) > 90
    assert unanswered(document) == []
    assert sorted({name for names in rows.values() for name in names} - ids) == []


def test_there_are_enough_rules() -> None:
    assert sum(len(pack.rules) for pack in load_packs(PROJECT / "compliance_rules")) >= LEAST_RULES


def test_the_check_of_requirements_can_fail() -> None:
    document = "| requirement | rules |\n|---|---|\n| a | `cn-gone` |\n| b | – |\n"
    assert named(document) == {"a": ["cn-gone"], "b": []}
    assert unanswered(document) == ["b"]
