"""Small packs for the tests of the engine, made of the same model as the real ones."""

from datetime import date
from typing import Any

from app.compliance.document import Verdict
from app.compliance.engine import check_text
from app.compliance.pack import Head, Pack, Topic, Words
from app.compliance.rules import Rules, compile_rules

TODAY = date(2026, 11, 22)
COMMON: dict[str, Any] = {
    "severity": "block",
    "source": {"law": {"zh": "广告法", "en": "Advertising Law"}, "article": "25"},
    "message": {"zh": "不得承诺", "en": "No promises."},
    "suggestion": {"zh": "提示风险", "en": "Warn of the risk."},
    "must_hit": ["例一", "例二"],
    "must_pass": ["例三", "例四"],
}


def pack(*rules: dict[str, Any], name: str = "cn-test", **head: Any) -> Pack:
    """A pack of `rules`, each completed by what all rules need."""
    topic = Topic.model_validate({"rules": [{**COMMON, **rule} for rule in rules]})
    title = Words(zh="测试", en="Test")
    jurisdiction = name[:2].upper()
    about = Head.model_validate(
        {"pack": name, "version": "1.0.0", "title": title, "jurisdiction": jurisdiction, **head}
    )
    return Pack(head=about, rules=topic.rules)


def rules(*given: dict[str, Any], **head: Any) -> Rules:
    """Compiled rules of one pack."""
    return compile_rules([pack(*given, **head)])


def term(*terms: str, **more: Any) -> dict[str, Any]:
    """A term rule."""
    return {"id": "cn-term", "kind": "term", "terms": terms, **more}


def verdict(compiled: Rules, text: str, product: Any = "wealth") -> Verdict:
    """The verdict on a Chinese fragment."""
    return check_text(compiled, text, "CN", product, TODAY)


def spans(compiled: Rules, text: str) -> list[str]:
    """What the findings point at, as it stands in the text."""
    return [finding.text for finding in verdict(compiled, text).findings]
