"""`imprimatur check`: JSONL texts in, JSONL verdicts out."""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from app.compliance.document import Verdict
from app.compliance.engine import check_text
from app.compliance.pack import Source
from app.compliance.rules import Rules
from app.kernel.errors import Invalid, Problem

MAX_CHARS = 20_000
_FIELDS = ("id", "text", "jurisdiction", "product")


def check_lines(rules: Rules, lines: Iterable[str], packs: Sequence[str], as_of: date) -> Iterator[str]:
    """One JSON line for each text. A text is a fragment: what only a whole poster must have is at most advised.

    *Raises* Invalid at the first line that is no text, naming the line; what came before has been answered.
    """
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        given = _given(line, f"line {number}")
        try:
            verdict = check_text(rules, given["text"], given["jurisdiction"], given["product"], as_of, packs or None)
        except Invalid as error:
            raise Invalid.of(Problem(f"line {number}: {p.path}", p.code, p.message) for p in error.problems) from error
        yield json.dumps(_answer(given, verdict), ensure_ascii=False)


def _given(line: str, path: str) -> dict[str, Any]:
    try:
        given = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise Invalid.of([Problem(path, "bad_json", f"not JSON: {error}")]) from error
    if not isinstance(given, dict):
        raise Invalid.of([Problem(path, "wrong_type", "must be an object")])
    given = {"jurisdiction": "CN", "product": "generic", "id": None} | given
    problems = [
        Problem(f"{path}: {field}", "wrong_type", "must be a text")
        for field in _FIELDS[1:]
        if not isinstance(given.get(field), str)
    ]
    text = str(given["text"])
    if not problems and len(text) > MAX_CHARS:
        problems = [Problem(f"{path}: text", "too_long", f"{len(text)} characters, {MAX_CHARS} allowed")]
    if problems:
        raise Invalid.of(problems)
    return given


def _answer(given: dict[str, Any], verdict: Verdict) -> dict[str, Any]:
    """The verdict as others script against it; `start` and `end` count code points of the original text."""
    chinese = given["jurisdiction"] in {"CN", "HK"}
    return {
        "id": given["id"],
        "outcome": verdict.outcome,
        "findings": [
            {
                "rule": found.rule,
                "severity": found.severity,
                "start": found.start,
                "end": found.end,
                "text": found.text,
                "source": _cited(found.source, chinese),
            }
            for found in verdict.findings
        ],
        "rules": verdict.fingerprint,
    }


def _cited(source: Source, chinese: bool) -> str:
    law = source.law.zh if chinese else source.law.en
    return f"{law} {source.article}".strip()


def require_packs(rules: Rules, names: Sequence[str]) -> None:
    """*Raises* Invalid ``unknown_pack`` for each name that is no pack."""
    known = [pack.name for pack in rules.packs]
    problems = [
        Problem(f"--pack {name}", "unknown_pack", f"there is no such pack; known are {', '.join(known)}")
        for name in names
        if name not in known
    ]
    if problems:
        raise Invalid.of(problems)
