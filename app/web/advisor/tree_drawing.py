"""Where the cards and edges of a drawn propagation tree stand: a column for each level, a row for each leaf."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from app.reads.propagation import Node

CARD_WIDTH_PX, CARD_HEIGHT_PX = 168, 48
COLUMN_PX, ROW_PX, MARGIN_PX = 224, 60, 2
BAR_PX = 144


@dataclass(frozen=True, slots=True)
class Card:
    """A node at its place, by its upper left corner; `bar` is its share of the most people, in pixels."""

    node: Node
    x: int
    y: float
    bar: float


@dataclass(frozen=True, slots=True)
class Edge:
    """A line from a card to one of the next level, as an SVG path."""

    path: str
    confidence: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """A drawing of that size."""

    width: int
    height: float
    cards: tuple[Card, ...]
    edges: tuple[Edge, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the outline, so deep."""

    node: Node
    depth: int


def draw(roots: Iterable[Node]) -> Drawing:
    """The drawing of these trees, one below the other."""
    placed = list(roots)
    most = max((row.node.humans for row in outline(placed)), default=0)
    cards: list[Card] = []
    edges: list[Edge] = []
    rows = 0.0
    for root in placed:
        rows = _place(root, 0, rows, most, cards, edges)
    right = max((card.x for card in cards), default=MARGIN_PX)
    height = 2 * MARGIN_PX + max(rows - 1, 0) * ROW_PX + CARD_HEIGHT_PX
    return Drawing(right + CARD_WIDTH_PX + MARGIN_PX, height, tuple(cards), tuple(edges))


def _place(node: Node, column: int, row: float, most: int, cards: list[Card], edges: list[Edge]) -> float:
    """Place `node` and all below it from `row` on; the first row that is free then. The node's own card comes last."""
    next_row = row
    children: list[Card] = []
    for child in node.children:
        next_row = _place(child, column + 1, next_row, most, cards, edges)
        children.append(cards[-1])
    next_row = max(next_row, row + 1)
    y = (children[0].y + children[-1].y) / 2 if children else MARGIN_PX + row * ROW_PX
    bar = round(BAR_PX * node.humans / most, 1) if most else 0.0
    card = Card(node, MARGIN_PX + column * COLUMN_PX, y, bar)
    edges += [Edge(_curve(card, child), child.node.confidence) for child in children]
    cards.append(card)
    return next_row


def _curve(start: Card, end: Card) -> str:
    """From the right of a card to the left of the next, level at both ends."""
    begin, stop = start.x + CARD_WIDTH_PX, end.x
    middle = (begin + stop) / 2
    first, last = start.y + CARD_HEIGHT_PX / 2, end.y + CARD_HEIGHT_PX / 2
    return f"M{begin} {first:g}C{middle:g} {first:g} {middle:g} {last:g} {stop} {last:g}"


def outline(roots: Iterable[Node], depth: int = 0) -> Iterator[Row]:
    """The same trees line by line, each node before those below it."""
    for node in roots:
        yield Row(node, depth)
        yield from outline(node.children, depth + 1)
