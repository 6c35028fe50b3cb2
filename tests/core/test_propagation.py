"""The propagation tree as a value: sums, levels, what there is room for, and where it is drawn."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from app.reads.propagation import Hearsay, LinkFact, Node, by_level, drawn, grow
from app.web.advisor.tree_drawing import CARD_HEIGHT_PX, COLUMN_PX, draw, outline


def a_fact(code: str, parent: str | None = None, humans: int = 1) -> LinkFact:
    return LinkFact(code, parent, "wechat", humans + 1, humans, 0)


FAMILY = [a_fact("root", humans=10), a_fact("a", "root", 4), a_fact("b", "root", 2), a_fact("aa", "a", 3)]


def test_sums_and_levels_follow_the_parents() -> None:
    tree = grow(FAMILY)
    assert (tree.parents, tree.levels) == ([-1, 0, 0, 1], [0, 1, 1, 2])
    assert (tree.humans_below, tree.links_below) == ([19, 7, 2, 3], [3, 1, 0, 0])
    assert [(one.links, one.humans, one.views) for one in by_level(tree)] == [(1, 10, 11), (2, 6, 8), (1, 3, 4)]


def test_a_link_whose_parent_is_unknown_is_a_root() -> None:
    assert grow([a_fact("x", "gone")]).parents == [-1]
    assert drawn(grow([])) == ()


def test_what_only_seems_to_come_through_a_link_hangs_below_it_and_is_not_counted_twice() -> None:
    tree = grow(FAMILY)
    tree.hearsay = (
        Hearsay("b", "a", "claimed", 1),
        Hearsay("root", "a", "claimed", 2),
        Hearsay("a", "a", "inferred", 3),
    )
    [root] = drawn(tree)
    [a, _] = root.children
    assert [(one.kind, one.confidence, one.humans) for one in a.children] == [
        ("link", "scanned", 3),
        ("hearsay", "claimed", 3),
        ("hearsay", "inferred", 3),
    ]
    assert root.humans + root.humans_below == 19


def test_what_there_is_no_room_for_is_folded_with_its_sums() -> None:
    facts = [a_fact("root"), *(a_fact(f"c{n}", "root", n) for n in range(20)), a_fact("deep", "c0", 50)]
    [root] = drawn(grow(facts), nodes=60, children=3)
    assert [one.code for one in root.children] == ["c0", "c19", "c18", ""]
    folded = root.children[-1]
    assert (folded.kind, folded.links, folded.humans) == ("folded", 17, sum(range(1, 18)))


SHAPES = st.lists(st.integers(0, 200), max_size=200).map(
    lambda raw: [a_fact("n0"), *(a_fact(f"n{n}", f"n{one % n}") for n, one in enumerate(raw, start=1))]
)


@given(SHAPES, st.integers(1, 40), st.integers(1, 8))
def test_every_link_is_drawn_or_folded_once_and_no_card_lies_on_another(
    facts: list[LinkFact], nodes: int, children: int
) -> None:
    roots = drawn(grow(facts), nodes, children)
    rows = [row.node for row in outline(roots)]
    shown = [node for node in rows if node.kind == "link"]
    assert len(shown) <= max(nodes, 1)
    assert len(shown) + sum(node.links for node in rows if node.kind == "folded") == len(facts)
    drawing = draw(roots)
    columns: dict[int, list[float]] = {}
    for card in drawing.cards:
        columns.setdefault(card.x, []).append(card.y)
        assert 0 <= card.y <= drawing.height - CARD_HEIGHT_PX
        assert card.x < drawing.width
    for places in columns.values():
        places.sort()
        assert all(after - before > CARD_HEIGHT_PX for before, after in pairwise(places))
    assert len(drawing.edges) == len(drawing.cards) - len(roots)


def test_a_level_is_a_column() -> None:
    child = Node("link", "b", 1, confidence="scanned", humans=1)
    drawing = draw([Node("link", "a", 0, humans=4, children=[child])])
    first, second = sorted(drawing.cards, key=lambda card: card.x)
    assert second.x - first.x == COLUMN_PX
    assert second.bar * 4 == first.bar
