"""Each finding can tell how it was read: which characters, by which kind of folding."""

import pytest

from app.compliance.document import Document, Facts, TextRun
from app.compliance.engine import check
from app.compliance.explain import explain
from tests.core.compliance_cases import TODAY, rules, term

RULES = rules(term("保本", "稳赚不赔", "risk-free", "100%收益", "涨停"), lexicon=["保本"])


def steps_of(text: str) -> list[tuple[str, str, str]]:
    document = Document((TextRun(text),), Facts("CN", "wealth"), fragment=True)
    (finding,) = (one for one in check(RULES, document, TODAY).findings if one.rule == "cn-term")
    explanation = explain(RULES, document, finding)
    assert explanation.original == text[finding.start : finding.end]
    assert explanation.folded == finding.folded
    assert all(text[step.start : step.end] == step.before for step in explanation.steps)
    return [(step.kind, step.before, step.after) for step in explanation.steps]


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("安心保本理财", []),
        ("安心bao本理财", [("sound", "bao本", "保本")]),
        ("包本理财", [("sound", "包", "保")]),
        ("保·本", [("separator", "·", "")]),
        ("保\n本", [("separator", "\n", "")]),
        ("１００%收益", [("width", "１", "1"), ("width", "０", "0"), ("width", "０", "0")]),
        ("氵张停", [("split", "氵张", "涨")]),
        ("夲保夲", [("lookalike", "夲", "本")]),
        ("漲停", [("traditional", "漲", "涨")]),
        ("R1sk-free", [("case", "R", "r"), ("leet", "1", "i")]),
        ("𝐫isk-free", [("styled", "𝐫", "r")]),
        ("保\u200b本", [("invisible", "\u200b", "")]),
    ],
)
def test_a_finding_tells_each_step(text: str, steps: list[tuple[str, str, str]]) -> None:
    assert steps_of(text) == steps


def test_a_finding_about_something_absent_has_no_steps() -> None:
    rule = {"id": "cn-need", "kind": "disclosure", "severity": "review", "texts": ["投资有风险，入市须谨慎"]}
    compiled = rules(rule)
    document = Document((TextRun("新品上市"),), Facts("CN", "wealth"))
    (finding,) = check(compiled, document, TODAY).findings
    assert explain(compiled, document, finding).steps == ()
