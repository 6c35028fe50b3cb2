"""The propagation tree of one poster: its links and their re-shares, who came through each, and how sure that is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.accounts.core import Actor, can_see
from app.kernel.errors import NotFound
from app.links.tables import LinkRow
from app.posters.tables import PosterRow
from app.tracking.tables import VisitDayRow, VisitRow

SHOWN_NODES = 60
SHOWN_CHILDREN = 8


class LinkFact(NamedTuple):
    """One link of the poster, parents before their children. `people` are those who agreed to be told apart."""

    code: str
    parent_code: str | None
    channel: str
    views: int
    humans: int
    people: int
    is_recalled: bool = False


class Hearsay(NamedTuple):
    """Views of the link `code` that came, as it seems, through `parent_code`: claimed in the address, or inferred."""

    code: str
    parent_code: str
    confidence: str
    humans: int


@dataclass(frozen=True, slots=True)
class Level:
    """All links that are equally many re-shares away from the advisor."""

    level: int
    links: int
    views: int
    humans: int


@dataclass(slots=True)
class Tree:
    """Flat rows, and for each its parent's place (−1 for none), its level, and the sums of all below it."""

    facts: Sequence[LinkFact]
    parents: list[int]
    levels: list[int]
    humans_below: list[int]
    links_below: list[int]
    hearsay: tuple[Hearsay, ...] = ()


@dataclass(slots=True)
class Node:
    """A link that is drawn. `confidence` is that of the edge to its parent; the root has none.

    A node of kind ``hearsay`` is no link: its views are counted at another one, and are not counted twice. ``folded``
    stands for `links` more that there is no room for.
    """

    kind: str
    code: str
    level: int
    channel: str = ""
    confidence: str = ""
    views: int = 0
    humans: int = 0
    people: int = 0
    links: int = 0
    humans_below: int = 0
    is_recalled: bool = False
    children: list["Node"] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Spread:
    """How a poster spread. `humans_again` came through re-shares; `viral` is how many more each viewer brought."""

    poster_id: str
    owner_person_id: str
    tree: Tree
    roots: tuple[Node, ...]
    levels: tuple[Level, ...]
    links: int
    re_shares: int
    views: int
    humans: int
    people: int
    humans_again: int
    viral: float


def spread(session: Session, actor: Actor, poster_id: str) -> Spread:
    """How one poster spread. *Raises* NotFound ``no_such_poster``, also for one out of scope."""
    poster = session.get(PosterRow, poster_id)
    if poster is None or not can_see(actor, poster.organisation_path, poster.owner_person_id):
        raise NotFound("no_such_poster", "there is no such poster")
    tree = grow(_facts(session, poster_id))
    tree.hearsay = tuple(_hearsay(session, poster_id))
    levels = by_level(tree)
    humans = sum(fact.humans for fact in tree.facts)
    again = sum(level.humans for level in levels if level.level)
    people = session.scalar(
        select(func.count(VisitRow.visitor.distinct())).where(VisitRow.poster_id == poster_id, VisitRow.bot == "")
    )
    return Spread(
        poster_id,
        poster.owner_person_id,
        tree,
        drawn(tree),
        levels,
        len(tree.facts),
        sum(1 for level in tree.levels if level),
        sum(fact.views for fact in tree.facts),
        humans,
        people or 0,
        again,
        again / humans if humans else 0.0,
    )


def grow(facts: Sequence[LinkFact]) -> Tree:
    """The tree of these links, which come parents first."""
    places: dict[str | None, int] = {fact[0]: place for place, fact in enumerate(facts)}
    parents = [places.get(fact[1], -1) for fact in facts]
    levels: list[int] = []
    for parent in parents:
        levels.append(levels[parent] + 1 if parent >= 0 else 0)
    humans_below, links_below = [fact[4] for fact in facts], [0] * len(facts)
    for place in range(len(facts) - 1, -1, -1):
        parent = parents[place]
        if parent >= 0:
            humans_below[parent] += humans_below[place]
            links_below[parent] += links_below[place] + 1
    return Tree(facts, parents, levels, humans_below, links_below)


def by_level(tree: Tree) -> tuple[Level, ...]:
    """The sums of each level, from the advisor outwards."""
    depth = max(tree.levels, default=-1) + 1
    links, views, humans = [0] * depth, [0] * depth, [0] * depth
    for fact, level in zip(tree.facts, tree.levels, strict=True):
        links[level] += 1
        views[level] += fact[3]
        humans[level] += fact[4]
    return tuple(Level(*sums) for sums in zip(range(depth), links, views, humans, strict=True))


def drawn(tree: Tree, nodes: int = SHOWN_NODES, children: int = SHOWN_CHILDREN) -> tuple[Node, ...]:
    """What there is room for: level by level, of each link those re-shares below which most people are."""
    below: dict[int, list[int]] = {}
    for place, parent in enumerate(tree.parents):
        below.setdefault(parent, []).append(place)
    heard: dict[str, list[Hearsay]] = {}
    for one in tree.hearsay:
        heard.setdefault(one.parent_code, []).append(one)
    roots = [_node(tree, place) for place in _best(tree, below.get(-1, []))]
    waiting, room = list(zip(roots, _best(tree, below.get(-1, [])), strict=True)), nodes - len(roots)
    while waiting:
        node, place = waiting.pop(0)
        candidates = _best(tree, below.get(place, []))
        shown = candidates[: max(0, min(children, room))]
        room -= len(shown)
        added = [(_node(tree, one), one) for one in shown]
        node.children = [one for one, _ in added] + _hearsay_nodes(node, heard.get(node.code, []))
        if len(candidates) > len(shown):
            node.children.append(_folded(tree, node, candidates[len(shown) :]))
        waiting += added
    return tuple(roots)


def _best(tree: Tree, places: Iterable[int]) -> list[int]:
    return sorted(places, key=lambda place: (-tree.humans_below[place], place))


def _node(tree: Tree, place: int) -> Node:
    fact = tree.facts[place]
    return Node(
        "link",
        fact.code,
        tree.levels[place],
        fact.channel,
        "scanned" if tree.parents[place] >= 0 else "",
        fact.views,
        fact.humans,
        fact.people,
        tree.links_below[place],
        tree.humans_below[place] - fact.humans,
        fact.is_recalled,
    )


def _hearsay_nodes(node: Node, heard: Iterable[Hearsay]) -> list[Node]:
    """One node for all that only claims to come through `node`, and one for what is inferred."""
    sums: dict[str, int] = {}
    for one in heard:
        sums[one.confidence] = sums.get(one.confidence, 0) + one.humans
    level = node.level + 1
    return [Node("hearsay", node.code, level, confidence=word, humans=humans) for word, humans in sorted(sums.items())]


def _folded(tree: Tree, node: Node, places: Sequence[int]) -> Node:
    links = sum(tree.links_below[place] + 1 for place in places)
    humans = sum(tree.humans_below[place] for place in places)
    return Node("folded", "", node.level + 1, confidence="scanned", humans=humans, links=links)


def _facts(session: Session, poster_id: str) -> list[LinkFact]:
    is_link = VisitDayRow.subject_kind == "link"
    counted = (
        select(
            VisitDayRow.subject,
            func.sum(VisitDayRow.views).label("views"),
            func.sum(VisitDayRow.humans).label("humans"),
        )
        .where(is_link, VisitDayRow.subject.in_(_codes(poster_id)))
        .group_by(VisitDayRow.subject)
        .subquery()
    )
    told_apart = (
        select(VisitRow.code, func.count(VisitRow.visitor.distinct()).label("people"))
        .where(VisitRow.poster_id == poster_id, VisitRow.bot == "", VisitRow.visitor.is_not(None))
        .group_by(VisitRow.code)
        .subquery()
    )
    zero = func.coalesce
    wanted = (
        select(
            LinkRow.code,
            LinkRow.parent_code,
            LinkRow.channel,
            zero(counted.c.views, 0),
            zero(counted.c.humans, 0),
            zero(told_apart.c.people, 0),
            LinkRow.recalled_at.is_not(None),
        )
        .outerjoin(counted, counted.c.subject == LinkRow.code)
        .outerjoin(told_apart, told_apart.c.code == LinkRow.code)
        .where(LinkRow.target == poster_id, LinkRow.target_kind == "poster", LinkRow.activated_at.is_not(None))
        .order_by(LinkRow.depth, LinkRow.minted_at, LinkRow.code)
    )
    return [
        LinkFact(code, parent, channel, int(views), int(humans), people, bool(recalled))
        for code, parent, channel, views, humans, people, recalled in session.execute(wanted)
    ]


def _codes(poster_id: str) -> Select[str]:
    return select(LinkRow.code).where(LinkRow.target == poster_id, LinkRow.target_kind == "poster")


def _hearsay(session: Session, poster_id: str) -> list[Hearsay]:
    wanted = (
        select(VisitRow.code, VisitRow.parent_code, VisitRow.parent_confidence, func.count())
        .where(
            VisitRow.poster_id == poster_id,
            VisitRow.bot == "",
            VisitRow.kind == "redirect",
            VisitRow.parent_confidence.in_(("claimed", "inferred")),
        )
        .group_by(VisitRow.code, VisitRow.parent_code, VisitRow.parent_confidence)
    )
    return [
        Hearsay(code, str(parent), str(confidence), humans)
        for code, parent, confidence, humans in session.execute(wanted)
    ]
