"""The order in which people read a poster."""

from collections.abc import Iterator
from itertools import pairwise
from math import inf

from app.rendering.display import DisplayList, TextItem

ROWS_FIRST = 1.5  # times as wide must a gap between columns be to part a poster before one between rows
TRIM = 0.1  # of its extent that a text may reach into its neighbour without standing beside it


def reading_order(display: DisplayList) -> tuple[TextItem, ...]:
    """All texts, by cutting the poster into rows or columns where the gap is widest, and each part again.

    Rows are read from top to bottom, columns from left to right, columns of vertical text from right to left; what is
    set as a table is read by its rows.
    """
    return tuple(_read([item for item in display.items if isinstance(item, TextItem) and item.text.strip()]))


def _read(items: list[TextItem]) -> Iterator[TextItem]:
    if len(items) == 1:
        yield from items
        return
    rows, columns = _parts(items, 1), _parts(items, 0)
    between_rows, between_columns = _gaps(rows, 1), _gaps(columns, 0)
    if not between_rows and not between_columns:
        yield from sorted(items, key=lambda item: (item.ink[1], item.ink[0]))
    elif between_rows and (
        _is_table(rows, columns) or ROWS_FIRST * max(between_rows) >= max(between_columns, default=-inf)
    ):
        for half in _halves(rows, between_rows):
            yield from _read(half)
    else:
        left, right = _halves(columns, between_columns)
        vertical = all(item.vertical for item in items)
        for half in (right, left) if vertical else (left, right):
            yield from _read(half)


def _is_table(rows: list[list[TextItem]], columns: list[list[TextItem]]) -> bool:
    """Whether each row has something in each column."""
    places = {id(item): index for index, column in enumerate(columns) for item in column}
    return all(len({places[id(item)] for item in row}) == len(columns) for row in rows)


def _parts(items: list[TextItem], axis: int) -> list[list[TextItem]]:
    """The items cut wherever there is a gap along the axis (0: x, 1: y), in its order."""
    parts: list[list[TextItem]] = []
    reach = 0.0
    for item in sorted(items, key=lambda item: (item.ink[axis], item.ink[1 - axis])):
        start, extent = item.ink[axis], item.ink[axis + 2]
        if parts and start + TRIM * extent < reach:
            parts[-1].append(item)
        else:
            parts.append([item])
        reach = max(reach, start + (1 - TRIM) * extent)
    return parts


def _gaps(parts: list[list[TextItem]], axis: int) -> list[float]:
    return [
        min(item.ink[axis] for item in after) - max(item.ink[axis] + item.ink[axis + 2] for item in before)
        for before, after in pairwise(parts)
    ]


def _halves(parts: list[list[TextItem]], gaps: list[float]) -> tuple[list[TextItem], list[TextItem]]:
    """The parts in two, at the widest gap."""
    at = gaps.index(max(gaps)) + 1
    return [item for part in parts[:at] for item in part], [item for part in parts[at:] for item in part]
