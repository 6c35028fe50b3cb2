"""Findings made from hits, overlapping ones merged; and those on characters that nobody may use."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from app.compliance.document import Finding
from app.compliance.hits import Hit
from app.compliance.normalise import forbidden
from app.compliance.pack import Source, Words


def finding_of(hit: Hit, text: str) -> Finding:
    """The finding that a hit is, at its place in the original `text`."""
    rule = hit.compiled.rule
    start, end = hit.view.folded.span(hit.start, hit.end) if hit.end > hit.start else (0, 0)
    folded = hit.view.text[hit.start : hit.end]
    how = (hit.view.how,) if hit.view.how else ()
    if not how and folded != text[start:end]:
        how = ("characters",)
    return Finding(
        rule=rule.id,
        severity=hit.severity,
        start=start,
        end=end,
        text=text[start:end],
        message=rule.message,
        suggestion=rule.suggestion,
        source=rule.source,
        folded=folded,
        how=how,
        missing=hit.missing,
    )


def merged(findings: Iterable[Finding], text: str) -> list[Finding]:
    """Overlapping findings of one rule made one, in the order of the text."""
    done: list[Finding] = []
    for finding in sorted(findings, key=lambda f: (f.rule, f.start, -f.end)):
        last = done[-1] if done else None
        if last and last.rule == finding.rule and (finding.start < last.end or finding.start == last.start):
            if finding.end > last.end:
                joined = last.folded if finding.folded in last.folded else finding.folded
                done[-1] = replace(last, end=finding.end, text=text[last.start : finding.end], folded=joined)
        else:
            done.append(finding)
    return sorted(done, key=lambda f: (f.start, f.end, f.rule))


_HOUSE = Source(law=Words(zh="本系统安全规则", en="Safety rule of this system"), article="forbidden_character")


def forbidden_characters(text: str) -> Iterator[Finding]:
    """A blocking finding for each character that nobody can see, or that means nothing outside one font."""
    for offset in forbidden(text):
        name = f"U+{ord(text[offset]):04X}"
        yield Finding(
            rule="forbidden_character",
            severity="block",
            start=offset,
            end=offset + 1,
            text=text[offset],
            message=Words(
                zh=f"含有不可见、改变阅读方向或私有区字符 {name}",
                en=f"Holds {name}, a character that is invisible, turns the reading order, or is private to one font.",
            ),
            suggestion=Words(zh="删除该字符后重新输入", en="Delete the character and type the text again."),
            source=_HOUSE,
            folded="",
            how=("characters",),
        )
