"""`imprimatur check`: JSONL texts in, JSONL verdicts out."""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from app.compliance.document import Document, Verdict
from app.compliance.engine import AT_ONCE, check_many, fragment
from app.compliance.pack import Source
from app.compliance.rules import Rules
from app.kernel.errors import Invalid, Problem

MAX_CHARS = 20_000
CHARS_AT_ONCE = 200_000
_FIELDS = ("id", "text", "jurisdiction", "product")


def check_lines(
    rules: Rules, lines: Iterable[str], packs: Sequence[str], as_of: date, at_once: int = AT_ONCE
) -> Iterator[str]:
    """One JSON line for each text. A text is a fragment: what only a whole poster must have is at most advised.

    Up to `at_once` lines are read before they are answered: 1 for somebody who waits for each answer.
    *Raises* Invalid at the first line that is no text, naming the line; what came before has been answered.
    """
    waiting: list[tuple[dict[str, Any], Document]] = []
    chars = 0
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            waiting.append(_read(line, f"line {number}"))
        except Invalid:
            yield from _answers(rules, waiting, packs, as_of)
            raise
        chars += len(waiting[-1][0]["text"])
        if len(waiting) >= at_once or chars >= CHARS_AT_ONCE:
            yield from _answers(rules, waiting, packs, as_of)
            waiting, chars = [], 0
    yield from _answers(rules, waiting, packs, as_of)


def _read(line: str, path: str) -> tuple[dict[str, Any], Document]:
    given = _given(line, path)
    try:
        return given, fragment(given["text"], given["jurisdiction"], given["product"])
    except Invalid as error:
        raise Invalid.of(Problem(f"{path}: {p.path}", p.code, p.message) for p in error.problems) from error


def _answers(
    rules: Rules, asked: Sequence[tuple[dict[str, Any], Document]], packs: Sequence[str], as_of: date
) -> Iterator[str]:
    verdicts = check_many(rules, [document for _, document in asked], as_of, packs or None)
    for (given, _), verdict in zip(asked, verdicts, strict=True):
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
