"""The short link, on both databases: where it leads, how it ends, who guesses, and what it does without a database."""

import statistics
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text, update

from app.db import transaction
from app.flow.visit import drain
from app.kernel.ids import new_code
from app.links import records as links
from app.links.tables import LinkRow
from app.public import callers, link_cache
from app.public.callers import Callers
from app.public.link_cache import Answer, LinkCache
from app.public.redirect import redirect_app
from app.tracking.core import VISITOR_COOKIE, Place
from tests.conftest import House
from tests.redirects import Answered, a_link, counts, deps_for, inner, kept, spooled


@dataclass
class Site:
    """A redirect and the database behind it."""

    deps: Any
    app: Any

    def get(self, path: str, **more: str) -> Answered:
        return Answered(self.app, path, **more)

    @property
    def visits(self) -> list[Any]:
        return spooled(self.deps.settings.spool_dir)


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    settings = House({}).using(database_url=database_url, spool_dir=tmp_path / "visits", proxies=1).settings
    deps = deps_for(settings)
    yield Site(deps, redirect_app(settings, inner, deps.engine))
    deps.engine.dispose()


def test_a_scan_leads_to_the_landing_page_and_is_written_down_first(site: Site) -> None:
    code = a_link(site.deps)
    answer = site.get(f"/r/{code}?from=timeline")
    assert (answer.status, answer.location, answer.body) == (302, f"/l/{code}", b"")
    assert (answer.headers["Cache-Control"], answer.headers["Referrer-Policy"]) == ("no-store", "no-referrer")
    [visit] = site.visits
    assert (visit.code, visit.kind, visit.bot, visit.poster_id) == (code, "redirect", "", "poster-1")
    assert (visit.parent_code, visit.parent_confidence) == (code, "inferred")
    assert site.get("/posters").body == b"inner"


def test_a_reshare_knows_its_parent(site: Site) -> None:
    parent = a_link(site.deps)
    child = a_link(site.deps, parent_code=parent)
    site.get(f"/r/{child}")
    assert [(visit.parent_code, visit.parent_confidence) for visit in site.visits] == [(parent, "scanned")]


def test_an_address_is_followed_only_while_it_is_safe(site: Site) -> None:
    """Threat 49: refused when made (422) and when visited (410)."""
    code = a_link(site.deps, "https://www.lanshan.example/a", "address")
    other = a_link(site.deps, "https://www.lanshan.example/b", "address")
    with transaction(site.deps) as session:
        session.execute(update(LinkRow).where(LinkRow.code == other).values(target="https://good@evil.example/"))
    assert site.get(f"/r/{code}").location == "https://www.lanshan.example/a"
    answer = site.get(f"/r/{other}")
    assert (answer.status, answer.location) == (410, None)
    assert b"evil" not in answer.body
    assert [visit.kind for visit in site.visits] == ["redirect", "gone"]


def test_a_bad_code_is_answered_as_an_absent_one(site: Site) -> None:
    """Threat 50. What stood there is kept only if it could have been a code."""
    pending = new_code()
    with transaction(site.deps) as session:
        pending = links.mint(session, "poster", "poster-1", "wechat")
    paths = ["/r/Nobody55", "/r/13800002048", "/r/..%2f", "/r/", "/r/Nobody55/more", f"/r/{pending}"]
    answers = [site.get(path) for path in paths]
    assert {(one.status, one.body, str(sorted(one.headers.items()))) for one in answers} == {
        (404, answers[0].body, str(sorted(answers[0].headers.items())))
    }
    assert [(visit.code, visit.kind) for visit in site.visits] == [
        (code, "unknown") for code in ("Nobody55", "", "", "", "", pending)
    ]


def test_guessing_hits_nothing_and_is_slowed_down(site: Site) -> None:
    """Threat 50: 429 beyond the limit, for that address alone, also for what would have been a hit."""
    code = a_link(site.deps)
    statuses = [site.get(f"/r/{new_code()}", HTTP_X_FORWARDED_FOR="198.51.100.7").status for _ in range(100)]
    assert statuses == [404] * callers.MISSES + [429] * (100 - callers.MISSES)
    refused = site.get(f"/r/{code}", HTTP_X_FORWARDED_FOR="203.0.113.9, 198.51.100.7")
    assert (refused.status, refused.headers["Retry-After"]) == (429, "2")
    assert site.get(f"/r/{code}", HTTP_X_FORWARDED_FOR="198.51.100.8").status == 302
    assert len(site.visits) == callers.MISSES + 1


@pytest.mark.parametrize("end", ["recall", "expire"])
def test_an_end_is_in_force_within_five_seconds(site: Site, end: str) -> None:
    code = a_link(site.deps)
    assert site.get(f"/r/{code}").location == f"/l/{code}"
    with transaction(site.deps) as session:
        getattr(links, end)(session, code)
    began = time.monotonic()
    while site.get(f"/r/{code}").location != f"/l/{code}/notice":
        assert time.monotonic() - began < 5
        time.sleep(0.1)
    assert site.visits[-1].kind == "notice"


def test_what_is_no_person_is_kept_and_not_counted_as_one(site: Site) -> None:
    """Threat 52."""
    code = a_link(site.deps)
    site.get(f"/r/{code}")
    assert site.get(f"/r/{code}", method="HEAD").status == 302
    site.get(f"/r/{code}", HTTP_SEC_PURPOSE="prefetch;prerender")
    site.get(f"/r/{code}", HTTP_PURPOSE="prefetch")
    site.get(f"/r/{code}", HTTP_USER_AGENT="facebookexternalhit/1.1")
    site.get(f"/r/{code}", HTTP_ACCEPT="*/*")
    site.get(f"/r/{code}", HTTP_ACCEPT_LANGUAGE="")
    drain(site.deps)
    assert counts(site.deps)["link", code] == (7, 1, 0)
    assert counts(site.deps)["poster", "poster-1"] == (7, 1, 0)


def test_somebody_who_opens_many_codes_at_once_is_a_scanner(site: Site) -> None:
    codes = [a_link(site.deps) for _ in range(10)]
    for code in codes:
        site.get(f"/r/{code}")
    assert [visit.bot for visit in site.visits] == [""] * 7 + ["burst"] * 3


def test_a_cookie_is_kept_only_with_consent(site: Site) -> None:
    """Threat 56: without consent, no id; the redirect itself sets none."""
    code = a_link(site.deps)
    answer = site.get(f"/r/{code}", HTTP_COOKIE=f"{VISITOR_COOKIE}={'a' * 22}")
    assert "Set-Cookie" not in answer.headers
    drain(site.deps)
    assert [visit.visitor for visit in kept(site.deps)] == [None]


def test_only_get_and_head_are_answered(site: Site) -> None:
    answer = site.get(f"/r/{a_link(site.deps)}", method="POST")
    assert (answer.status, answer.headers["Allow"]) == (405, "GET, HEAD")
    head = site.get("/r/Nobody55", method="HEAD")
    assert (head.status, head.body) == (404, b"")
    assert int(head.headers["Content-Length"]) > 500


def test_without_a_database_known_codes_lead_on_within_300_ms_and_are_reconciled(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Threat 53: the tables are locked from outside, the worst way to be down, since nothing fails at once."""
    known, unseen = a_link(site.deps), a_link(site.deps)
    assert site.get(f"/r/{known}").status == 302
    monkeypatch.setattr(link_cache, "FRESH_SECONDS", 0.0)
    with _locked_out(site, monkeypatch):
        waits = []
        for _ in range(5):
            began = time.monotonic()
            assert site.get(f"/r/{known}").location == f"/l/{known}"
            waits.append(time.monotonic() - began)
        for _ in range(5):
            began = time.monotonic()
            answer = site.get(f"/r/{unseen}")
            assert (answer.status, answer.headers["Retry-After"]) == (503, "2")
            waits.append(time.monotonic() - began)
    # The lock holds for a second and more: whoever waited for it would be far beyond, a busy machine is not.
    assert statistics.median(waits[:5]) < 0.3
    assert statistics.median(waits[5:]) < 0.3
    assert drain(site.deps) == 11
    assert counts(site.deps)["poster", "poster-1"] == (11, 6, 0)


def _locked_out(site: Site, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Nobody but this block reads the links meanwhile."""
    connection = site.deps.engine.connect()
    if site.deps.engine.dialect.name == "postgresql":
        connection.execute(text("LOCK TABLE links IN ACCESS EXCLUSIVE MODE"))
        return connection

    def hangs(*_: Any) -> None:
        time.sleep(1)

    monkeypatch.setattr(link_cache, "resolve", hangs)
    return connection


def test_a_spool_that_cannot_be_written_sends_no_customer_away(site: Site, tmp_path: Path) -> None:
    code = a_link(site.deps)
    (tmp_path / "visits").write_text("not a folder")
    assert site.get(f"/r/{code}").location == f"/l/{code}"


def test_the_cache_is_bounded_and_guesses_do_not_push_out_what_is_known() -> None:
    asked: list[str] = []

    def look_up(code: str) -> Answer:
        asked.append(code)
        return Answer("redirect" if code.startswith("known") else "unknown", "/l", Place(code))

    cache = LinkCache(look_up, known=3, unknown=5)
    for code in ("known1", "known2", *(f"guess{n}" for n in range(100)), "known1", "known2"):
        cache.find(code)
    assert (len(cache), asked.count("known1"), asked.count("known2")) == (7, 1, 1)
    for n in range(10):
        cache.find(f"known{n}")
    assert len(cache) == 8


def test_a_link_that_ends_while_it_is_cached_becomes_a_notice() -> None:
    now = [0.0]
    cache = LinkCache(lambda code: Answer("redirect", "/l", Place(code), ends_at=1.0), clock=lambda: now[0])
    assert cache.find("Demo7Kx2") == Answer("redirect", "/l", Place("Demo7Kx2"), 1.0)
    now[0] = 1.0
    found = cache.find("Demo7Kx2")
    assert found is not None
    assert (found.kind, found.location) == ("notice", "/l/Demo7Kx2/notice")


def test_a_household_is_one_caller_and_misses_are_forgotten() -> None:
    now = [0.0]
    some = Callers(clock=lambda: now[0])
    for n in range(callers.MISSES):
        assert some.wait_seconds("2001:db8:1:2::1") == 0
        some.missed(f"2001:db8:1:2::{n:x}")
    assert some.wait_seconds("2001:db8:1:2:ffff::9") == callers.MISS_SECONDS
    assert some.wait_seconds("2001:db8:1:3::1") == 0
    assert some.wait_seconds("192.0.2.1") == 0
    now[0] = callers.MISS_SECONDS
    assert some.wait_seconds("2001:db8:1:2::1") == 0


def test_a_served_process_connects_before_the_first_customer_comes() -> None:
    asked = threading.Event()

    def look_up(code: str) -> Answer:
        asked.set()
        return Answer("unknown", None, Place(code))

    known = LinkCache(look_up)
    known.warm_up()
    assert asked.wait(5)
    assert len(known) == 0
