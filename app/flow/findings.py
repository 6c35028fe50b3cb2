"""Findings as they are written down with what was submitted, and which of them nobody has decided on yet."""

from collections.abc import Iterable, Mapping
from typing import Any

from app.compliance.document import Finding
from app.flow.check_copy import Judgement

Written = Mapping[str, Any]


def written(judgement: Judgement, size: str, language: str) -> list[dict[str, Any]]:
    """The findings as JSON. `start` and `end` count code points of the text in reading order."""
    return [told(found, judgement.place(found), size, language) for found in judgement.verdict.findings]


def told(found: Finding, place: str, size: str, language: str) -> dict[str, Any]:
    """One finding as JSON."""
    return {
        "rule": found.rule,
        "severity": found.severity,
        "text": found.text,
        "start": found.start,
        "end": found.end,
        "place": place,
        "size": size,
        "language": language,
        "message": {"zh": found.message.zh, "en": found.message.en},
        "suggestion": {"zh": found.suggestion.zh, "en": found.suggestion.en},
        "law": {"zh": found.source.law.zh, "en": found.source.law.en},
        "article": found.source.article,
        "folded": found.folded,
        "how": list(found.how),
    }


def undecided(findings: Iterable[Written], decided: Iterable[Written]) -> list[Written]:
    """Those of `findings` that `decided` does not hold: another rule, severity, text or place is another finding."""
    known = {_key(one) for one in decided}
    return [one for one in findings if _key(one) not in known]


def _key(one: Written) -> tuple[str, ...]:
    return tuple(str(one[name]) for name in ("rule", "severity", "text", "place", "size", "language"))
