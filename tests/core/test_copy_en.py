"""The packs of the US, UK, Hong Kong, Singapore and the EU on our own corpus of labelled copy."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from app.compliance.engine import check_text
from app.compliance.rules import Rules, compile_rules
from app.reads.rule_packs import load_packs

ROOT = Path(__file__).parents[2]
CORPUS = Path(__file__).parent / "data" / "en_copy.jsonl"
AS_OF = date(2026, 11, 22)
JURISDICTIONS = ("US", "UK", "HK", "SG", "EU")

Row = dict[str, Any]


@pytest.fixture(scope="module")
def rules() -> Rules:
    return compile_rules(load_packs(ROOT / "compliance_rules"))


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    return [json.loads(line) for line in CORPUS.read_text("utf-8").splitlines()]


def _spans(rules: Rules, row: Row) -> list[tuple[int, int]]:
    verdict = check_text(rules, row["text"], row["jurisdiction"], row["product"], AS_OF)
    return [(f.start, f.end) for f in verdict.findings if f.severity in ("block", "review")]


def _is_found(rules: Rules, row: Row) -> bool:
    spans = _spans(rules, row)
    wanted = [(row["text"].index(part), row["text"].index(part) + len(part)) for part in row["must_flag"]]
    return any(start < end_wanted and start_wanted < end for start, end in spans for start_wanted, end_wanted in wanted)


def _missed(rules: Rules, rows: list[Row]) -> Iterator[str]:
    yield from (f"{row['id']}: {row['text']}" for row in rows if not _is_found(rules, row))


def test_the_corpus_is_well_formed(rows: list[Row]) -> None:
    assert len({row["id"] for row in rows}) == len(rows) >= 300
    assert {row["jurisdiction"] for row in rows} == set(JURISDICTIONS)
    for row in rows:
        assert all(part in row["text"] for part in row["must_flag"]), row["id"]
        assert bool(row["must_flag"]) == (row["expect"] == "violation"), row["id"]


@pytest.mark.parametrize("jurisdiction", JURISDICTIONS)
def test_violations_are_found(rules: Rules, rows: list[Row], jurisdiction: str) -> None:
    plain = [r for r in rows if r["expect"] == "violation" and not r["evasion"] and r["jurisdiction"] == jurisdiction]
    missed = list(_missed(rules, plain))
    assert len(missed) <= len(plain) * 0.03, "\n".join(missed)


def test_evasions_are_found(rules: Rules, rows: list[Row]) -> None:
    disguised = [row for row in rows if row["evasion"]]
    missed = list(_missed(rules, disguised))
    assert len(missed) <= len(disguised) * 0.05, "\n".join(missed)


@pytest.mark.parametrize("jurisdiction", JURISDICTIONS)
def test_clean_copy_is_left_alone(rules: Rules, rows: list[Row], jurisdiction: str) -> None:
    clean = [row for row in rows if row["expect"] == "clean" and row["jurisdiction"] == jurisdiction]
    hit = [f"{row['id']}: {row['text']}" for row in clean if _spans(rules, row)]
    assert len(hit) <= len(clean) * 0.02, "\n".join(hit)


def test_each_jurisdiction_has_its_rules(rules: Rules) -> None:
    counts = {name: sum(len(p.rules) for p in rules.packs if p.head.jurisdiction == name) for name in JURISDICTIONS}
    assert counts["US"] >= 60
    assert sum(counts.values()) - counts["US"] >= 60
    assert all(counts.values())
