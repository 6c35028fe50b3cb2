"""How much copy is judged rightly: the own corpus, and the labelled examples beside the project if present."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from app.compliance.engine import check_text
from app.compliance.rules import Rules
from app.reads.rule_packs import load_rules

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT.parent / "shared" / "data" / "copy_examples.jsonl"
OWN = Path(__file__).parent / "data" / "cn_copy.jsonl"
EASY = Path(__file__).parent / "data" / "easy_copy.jsonl"
TALK = Path(__file__).parent / "data" / "talk_copy.jsonl"
TODAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def rules() -> Rules:
    return load_rules(ROOT / "compliance_rules")


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _hits(rules: Rules, row: dict[str, Any]) -> list[tuple[int, int]]:
    verdict = check_text(rules, row["text"], row["jurisdiction"], row["product"], TODAY)
    return [(f.start, f.end) for f in verdict.findings if f.severity in ("block", "review")]


def _is_found(rules: Rules, row: dict[str, Any]) -> bool:
    wanted = [(at, at + len(part)) for part in row["must_flag"] if (at := row["text"].find(part)) >= 0]
    return any(start < last and first < end for start, end in _hits(rules, row) for first, last in wanted)


def _shares(rules: Rules, rows: list[dict[str, Any]]) -> tuple[float, float, float]:
    violations = [row for row in rows if row["expect"] == "violation"]
    evasions = [row for row in violations if row["evasion"]]
    clean = [row for row in rows if row["expect"] == "clean"]
    found = [row["id"] for row in violations if _is_found(rules, row)]
    return (
        len(found) / len(violations),
        sum(row["id"] in found for row in evasions) / len(evasions),
        sum(bool(_hits(rules, row)) for row in clean) / len(clean),
    )


def test_the_own_corpus(rules: Rules) -> None:
    found, evasions, clean_hit = _shares(rules, _rows(OWN))
    assert found >= 0.97
    assert evasions >= 0.95
    assert clean_hit <= 0.03


def test_the_corpus_of_colloquial_copy(rules: Rules) -> None:
    found, evasions, clean_hit = _shares(rules, _rows(TALK))
    assert found >= 0.94
    assert evasions >= 0.93
    assert clean_hit <= 0.03


def test_the_corpus_of_service_copy_in_an_easy_voice(rules: Rules) -> None:
    found, evasions, clean_hit = _shares(rules, _rows(EASY))
    assert found >= 0.97
    assert evasions >= 0.95
    assert clean_hit <= 0.03


@pytest.mark.skipif(not EXAMPLES.exists(), reason="the labelled examples are not part of the repository")
def test_the_labelled_examples(rules: Rules) -> None:
    found, evasions, clean_hit = _shares(rules, _rows(EXAMPLES))
    assert found >= 0.97
    assert evasions >= 0.95
    assert clean_hit <= 0.03
