"""The order in which people read a poster."""

from app.rendering.display import DisplayList, TextItem


def reading_order(display: DisplayList) -> tuple[TextItem, ...]:
    """All texts: rows from top to bottom, within a row from left to right, vertical columns from right to left.

    Two texts stand in one row when the middle of either lies beside the other.
    """
    rows: list[list[TextItem]] = []
    texts = [item for item in display.items if isinstance(item, TextItem) and item.text.strip()]
    for item in sorted(texts, key=lambda item: (item.ink[1], item.ink[0])):
        row = next((row for row in reversed(rows) if _beside(row[0], item)), None)
        if row is None:
            rows.append([item])
        else:
            row.append(item)
    return tuple(item for row in rows for item in _in_row(row))


def _beside(first: TextItem, second: TextItem) -> bool:
    (_, top, _, height), (_, other_top, _, other_height) = first.ink, second.ink
    middle, other_middle = top + height / 2, other_top + other_height / 2
    if first.vertical != second.vertical:
        return False
    return top <= other_middle <= top + height or other_top <= middle <= other_top + other_height


def _in_row(row: list[TextItem]) -> list[TextItem]:
    if all(item.vertical for item in row):
        return sorted(row, key=lambda item: (-item.ink[0] - item.ink[2], item.ink[1]))
    return sorted(row, key=lambda item: (item.ink[0], item.ink[1]))
