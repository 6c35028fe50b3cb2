"""The sets that say in one pass which patterns may match must never say less than the patterns themselves."""

import json
from pathlib import Path

import pytest

from app.compliance.normalise import fold
from app.reads.rule_packs import load_rules

ROOT = Path(__file__).parents[2]
TEXTS = [
    json.loads(line)["text"]
    for line in (Path(__file__).parent / "data" / "cn_copy.jsonl").read_text("utf-8").splitlines()
]


@pytest.mark.parametrize("jurisdiction", ["CN", "US"])
def test_the_set_and_the_patterns_agree(jurisdiction: str) -> None:
    book = load_rules(ROOT / "compliance_rules").books[jurisdiction]  # type: ignore[index]
    patterns = book.patterns
    for text in ["。".join(TEXTS[:40]), *TEXTS[::9]]:
        folded = fold(text).text
        alone = {number for number in range(len(patterns.patterns)) if patterns.search(number, folded.encode())}
        assert alone <= patterns.worth_trying(folded)
