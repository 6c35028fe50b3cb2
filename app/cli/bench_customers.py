"""`imprimatur bench customers`: visits gone through per second, lists of customers, and a large propagation tree."""

import io
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import SecretStr
from sqlalchemy.orm import Session

from app.accounts import records as accounts
from app.accounts.core import Actor
from app.config import Settings
from app.customers.rules import load_rules
from app.db import open_engine, reading, transaction
from app.flow.tag import tag
from app.library import records as library
from app.library.core import Content
from app.links import records as links
from app.posters import records as posters
from app.reads.customers import Asked, customers
from app.reads.propagation import LinkFact, by_level, drawn, grow
from app.schema import migrate
from app.tracking import records as tracking
from app.tracking.core import Kind, Visit

KINDS: tuple[Kind, ...] = ("redirect", "seen", "redirect", "seen", "share", "contact")
PRODUCTS = ("fund", "wealth", "insurance", "deposit")
ROUNDS = 7
BEGIN = datetime(2026, 11, 1, 2, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class CustomersBench:
    """What was measured; times are medians in milliseconds, of the processor alone."""

    visits: int
    customers: int
    visits_per_s: float
    by_score_ms: float
    by_seen_ms: float
    tree_nodes: int
    grow_ms: float
    draw_ms: float

    def as_json(self) -> dict[str, Any]:
        """Machine-readable."""
        return {name: round(getattr(self, name), 1) for name in self.__slots__}

    def as_text(self) -> str:
        """Some lines."""
        return "\n".join(
            (
                f"{self.visits:,d} visits of {self.customers:,d} customers, with all rules: {self.visits_per_s:,.0f}/s",
                f"list by score {self.by_score_ms:.1f} ms of the processor, by last seen {self.by_seen_ms:.1f} ms",
                f"a tree of {self.tree_nodes:,d} links grown from flat rows in {self.grow_ms:.1f} ms,",
                f"what there is room for chosen in {self.draw_ms:.1f} ms",
            )
        )


def bench_customers(visits: int, people: int, nodes: int) -> CustomersBench:
    """Measure in a SQLite database of its own."""
    chance = random.Random(7)  # noqa: S311
    with tempfile.TemporaryDirectory(prefix="imprimatur-bench-") as folder:
        settings = Settings(database_url=SecretStr(f"sqlite:///{Path(folder) / 'bench.db'}"))
        deps = SimpleNamespace(settings=settings, engine=open_engine(settings))
        migrate(deps)
        with transaction(deps) as session:
            actor = _fill(session, chance, visits, people)
        rules = load_rules(settings.tag_rules_file)
        begun = time.perf_counter()
        with redirect_stdout(io.StringIO()):  # its log lines are no part of what is printed
            tag(deps, rules)
        tagging = time.perf_counter() - begun
        now = BEGIN + timedelta(days=30)
        with reading(deps) as session:
            by_score = _median_ms(lambda: customers(session, actor, now, Asked()))
            by_seen = _median_ms(lambda: customers(session, actor, now, Asked(sort="seen")))
        deps.engine.dispose()
    facts = _facts(chance, nodes)
    tree = grow(facts)
    growing = _median_ms(lambda: by_level(grow(facts)))
    drawing = _median_ms(lambda: drawn(tree))
    return CustomersBench(visits, people, visits / tagging, by_score, by_seen, nodes, growing, drawing)


def _fill(session: Session, chance: random.Random, visits: int, people: int) -> Actor:
    """One advisor with a poster of each product; who they are to the reads."""
    root = accounts.add_organisation(session, None, "headquarters", "bench")
    person = accounts.add_person(session, root.id, "bench")
    places: list[tuple[str, str]] = []
    for product in PRODUCTS:
        version = library.add_version(session, product, "1.0.0", "/")
        head = {"title": {"zh": product, "en": product}, "product": product, "content_type": "poster"}
        library.add_content(session, version, Content("0" * 64, {}, head), None)
        poster = posters.add_poster(session, version, person, root.path, None)
        code = links.mint(session, "poster", poster, "bench")
        links.activate(session, code)
        places.append((poster, code))
    visitors = [tracking.give_consent(session, "bench") for _ in range(people)]
    made = [_visit(chance, n / visits, places, visitors) for n in range(visits)]
    tracking.begin(session, "bench")
    tracking.take_in(session, "bench", made, 1, ZoneInfo("Asia/Shanghai"))
    return Actor("bench", person, root.id, root.path, "advisor")


def _visit(chance: random.Random, share: float, places: list[tuple[str, str]], visitors: list[str]) -> Visit:
    poster, code = chance.choice(places)
    at = BEGIN + timedelta(days=30 * share)
    who = chance.choice(visitors)
    return Visit(code, at, chance.choice(KINDS), "", poster, None, None, "phone", "wechat", who)


def _facts(chance: random.Random, nodes: int) -> list[LinkFact]:
    """A tree of links in which early ones are passed on more often, parents first."""
    parents = [int(n * chance.random() ** 2) for n in range(nodes)]
    return [
        LinkFact(f"link{n:08d}", f"link{parents[n]:08d}" if n else None, "wechat", n % 7, n % 5, n % 2)
        for n in range(nodes)
    ]


def _median_ms(work: Callable[[], object], clock: Callable[[], float] = time.process_time) -> float:
    took = []
    for _ in range(ROUNDS):
        begun = clock()
        work()
        took.append((clock() - begun) * 1000)
    return statistics.median(took)
