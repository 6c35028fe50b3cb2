"""Every rule of every pack: its must_hit sentences are found, its must_pass sentences are not."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from app.compliance.document import Document, Facts, TextRun, Verdict
from app.compliance.engine import check, check_many
from app.compliance.pack import Case, Example, Pack, Rule
from app.compliance.rules import Rules, compile_rules
from app.kernel.errors import Invalid
from app.reads.rule_packs import load_packs

PACKS = Path(__file__).parents[2] / "compliance_rules"
TODAY = date(2026, 11, 22)


def _packs() -> tuple[Pack, ...]:
    try:
        return load_packs(PACKS)
    except Invalid as error:
        raise AssertionError("\n".join(map(str, error.problems))) from None


@pytest.fixture(scope="module")
def rules() -> Rules:
    return compile_rules(_packs())


def _verdict(rules: Rules, pack: Pack, rule: Rule, example: Example) -> Verdict:
    case = example if isinstance(example, Case) else Case(text=example)
    product = case.product or (rule.products[0] if rule.products else "generic")
    facts = Facts(pack.head.jurisdiction, product, case.channel, licence=case.licence)
    runs = tuple(TextRun(run.text, run.box, run.size) for run in case.runs) or (TextRun(case.text),)
    canvas = (1080.0, 1920.0) if case.runs else None
    document = Document(runs, facts, fragment=not (case.whole or case.runs), canvas=canvas)
    return check(rules, document, case.as_of or _day(rule), packs=[pack.name])


def _day(rule: Rule) -> date:
    return max(TODAY, rule.effective_from) if rule.effective_from else TODAY


def _rules() -> Iterator[object]:
    for pack in _packs():
        yield from (pytest.param(pack, rule, id=rule.id) for rule in pack.rules if rule.status != "draft")


@pytest.mark.parametrize(("pack", "rule"), list(_rules()))
def test_examples(rules: Rules, pack: Pack, rule: Rule) -> None:
    wrong = [
        f"not hit: {example}"
        for example in rule.must_hit
        if rule.id not in {finding.rule for finding in _verdict(rules, pack, rule, example).findings}
    ]
    for example in rule.must_pass:
        verdict = _verdict(rules, pack, rule, example)
        wrong += [f"hit at “{f.text}”: {example}" for f in verdict.findings if f.rule == rule.id]
    assert not wrong, "\n".join(wrong)


# Sentences that teach or warn, and say nothing of what stands beside them.
BESIDE = {
    "CN": ("投资者教育专栏。", "如遇诈骗请拨打110。", "帮信罪不可碰。", "我们正在招聘。"),
    "": ("Beware of deepfakes. ", "If you suspect fraud, report it to the police. ", "We are hiring. "),
}


def test_a_sentence_that_warns_does_not_spare_the_one_beside_it(rules: Rules) -> None:
    spared, asked = [], 0
    for pack in _packs():
        told: list[tuple[str, Document]] = []
        for rule in pack.rules:
            # A net gives way to any sober word, and a text that teaches needs no legend of risk.
            if rule.status == "draft" or rule.severity == "advise" or rule.net or rule.kind == "disclosure":
                continue
            if _day(rule) != TODAY:  # not yet in force
                continue
            facts = Facts(pack.head.jurisdiction, rule.products[0] if rule.products else "generic")
            for text in (example for example in rule.must_hit if isinstance(example, str)):
                for beside in BESIDE.get(pack.head.jurisdiction, BESIDE[""]):
                    told.append((rule.id, Document((TextRun(beside + text),), facts, fragment=True)))
        verdicts = check_many(rules, [document for _, document in told], TODAY, [pack.name])
        for (rule_id, document), verdict in zip(told, verdicts, strict=True):
            if rule_id not in {finding.rule for finding in verdict.findings}:
                spared.append(f"{rule_id}: {document.text}")
        asked += len(told)
    assert asked > 4000
    assert not spared, "\n".join(spared)


def test_no_rule_is_named_twice() -> None:
    ids = [rule.id for pack in _packs() for rule in pack.rules]
    assert len(ids) == len(set(ids))
