"""Check copy: a single text, or all that a poster's display list draws, in the order in which people read it."""

from datetime import date

from app.compliance.document import Document, Facts, TextRun, Verdict
from app.compliance.engine import check
from app.compliance.rules import Rules
from app.rendering.display import DisplayList, TextItem


def document_of(display: DisplayList, facts: Facts) -> Document:
    """The whole poster as a document: every text that is drawn, in reading order."""
    items = [item for item in display.items if isinstance(item, TextItem) and item.text.strip()]
    return Document(tuple(_run(item) for item in _in_reading_order(items)), facts, fragment=False)


def check_poster(rules: Rules, display: DisplayList, facts: Facts, as_of: date) -> Verdict:
    """The verdict on a poster. *Raises* Blocked ``check_failed`` when it could not be judged."""
    return check(rules, document_of(display, facts), as_of)


def _run(item: TextItem) -> TextRun:
    first = next((run for line in item.lines for run in line.runs), None)
    return TextRun(
        text=item.text,
        box=_place(item),
        size=item.size,
        colour=first.colour if first else (0, 0, 0, 255),
        layer=item.layer,
        slot=item.slot,
    )


def _place(item: TextItem) -> tuple[float, float, float, float]:
    """Where the ink is; the layer's box where nothing is known of the ink."""
    return item.ink if item.ink[2] > 0 and item.ink[3] > 0 else item.box


def _in_reading_order(items: list[TextItem]) -> list[TextItem]:
    """Rows from top to bottom, and within a row from left to right (columns from right to left)."""
    rows: list[list[TextItem]] = []
    for item in sorted(items, key=lambda item: (_place(item)[1], _place(item)[0])):
        row = next((row for row in rows if _beside(row[0], item)), None)
        if row is None:
            rows.append([item])
        else:
            row.append(item)
    ordered: list[TextItem] = []
    for row in rows:
        upright = all(item.vertical for item in row)
        ordered += sorted(row, key=lambda item: _place(item)[0] * (-1 if upright else 1))
    return ordered


def _beside(one: TextItem, other: TextItem) -> bool:
    """Whether two boxes share most of the height of the lower one."""
    (_, top_a, _, height_a), (_, top_b, _, height_b) = _place(one), _place(other)
    shared = min(top_a + height_a, top_b + height_b) - max(top_a, top_b)
    return shared > 0.5 * min(height_a, height_b)
