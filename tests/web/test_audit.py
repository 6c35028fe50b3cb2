"""The auditor's pages: the record, its filters and pages, one entry to its hash, one poster's whole life, the check."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from app.accounts.core import Role
from app.archive import records as archive
from app.archive.core import chained
from app.db import reading, transaction
from app.flow import verify_archive
from app.flow.decide import decide
from app.flow.issue import issue
from app.flow.recall import recall_poster
from app.flow.share import share
from app.review.records import Comment
from app.web.auditor.sentences import SENTENCES
from app.worker import work
from tests.architecture.checks import sources
from tests.web.conftest import form_token
from tests.web.test_works import DOUBTFUL, House

AsRole = Callable[[Role], FlaskClient]


@pytest.fixture
def house(app: Flask) -> House:
    return House(app)


@pytest.fixture
def auditor(as_role: AsRole) -> FlaskClient:
    browser = as_role("auditor")
    browser.set_cookie("lang", "en", domain="localhost")
    return browser


def check(browser: FlaskClient) -> str:
    """The page after a check of the whole chain."""
    form = {"csrf_token": form_token(browser, "/audit/check")}
    return browser.post("/audit/check", data=form, follow_redirects=True).text


def numbers(page: str) -> list[int]:
    return [int(found) for found in re.findall(r'href="/audit/entries/(\d+)"', page)]


def test_the_record_is_read_newest_first_page_by_page_and_back(house: House, auditor: FlaskClient) -> None:
    with transaction(house.parts.deps) as session:
        for number in range(120):
            archive.append(session, "task.completed", f"task:t{number}", None, {})
        newest = archive.head(session).sequence
    first = auditor.get("/audit").text
    assert numbers(first) == list(range(newest, newest - 50, -1))
    older = re.search(r'href="(/audit\?before=\d+)"', first)
    assert older is not None
    second = auditor.get(older[1]).text
    assert numbers(second) == list(range(newest - 50, newest - 100, -1))
    newer = re.search(r'href="(/audit\?after=\d+)"', second)
    assert newer is not None
    assert numbers(auditor.get(newer[1]).text) == numbers(first)
    assert "Newer" not in first


def test_the_record_is_narrowed_by_kind_person_subject_and_days(house: House, auditor: FlaskClient) -> None:
    poster_id, lin = house.submitted(), house.actor("advisor")
    everything = set(numbers(auditor.get("/audit").text))
    kinds = set(numbers(auditor.get("/audit?kind=poster").text))
    assert 0 < len(kinds) < len(everything)
    assert set(numbers(auditor.get(f"/audit?person={lin.person_id}").text)) < kinds
    assert set(numbers(auditor.get(f"/audit?subject=poster:{poster_id}").text)) == kinds
    assert numbers(auditor.get("/audit?from=2099-01-01").text) == []
    assert "Nothing was written that fits" in auditor.get("/audit?from=2099-01-01").text
    assert set(numbers(auditor.get("/audit?from=2000-01-01&to=2099-01-01").text)) == everything
    assert "it was left out" in auditor.get("/audit?from=yesterday").text
    assert auditor.get("/audit?before=-1&after=99999999999999999999").status_code == 200


@pytest.mark.parametrize("by", ["number", "code", "name", "digest"])
def test_a_poster_is_found_by_number_code_digest_and_advisor(house: House, auditor: FlaskClient, by: str) -> None:
    poster_id = house.submitted()
    issued = issue(house.parts.deps, house.parts.studio, house.actor("advisor"), poster_id, "png")
    digest = house.digest(poster_id)
    words = {"number": poster_id, "code": issued.link_code, "name": "林若", "digest": digest[:12]}[by]
    assert f'href="/audit/poster/{poster_id}"' in auditor.get("/audit", query_string={"q": words}).text
    assert "No poster and no person" in auditor.get("/audit?q=zzzzzz").text


def test_an_entry_shows_what_any_tool_can_compute_again(house: House, auditor: FlaskClient) -> None:
    house.started()
    with reading(house.parts.deps) as session:
        stored = list(archive.chain(session))[-2:]
    page = auditor.get(f"/audit/entries/{stored[1].sequence}").text
    assert stored[0].hash in page
    assert stored[1].hash == chained(stored[0].hash, stored[1].text)
    assert "Hash is right" in page
    assert auditor.get("/audit/entries/999999").status_code == 404


def test_one_page_tells_a_posters_whole_life(house: House, auditor: FlaskClient) -> None:
    deps, lin, zhou = house.parts.deps, house.actor("advisor"), house.actor("reviewer")
    poster_id = house.submitted(DOUBTFUL)
    comments = [Comment("slots.words", "出处呢？", 0.4, 0.5)]
    decide(deps, zhou, poster_id, "approve", house.digest(poster_id), reason="语气合适", comments=comments)
    issued = issue(deps, house.parts.studio, lin, poster_id, "png")
    share(deps, lin, poster_id, "wechat")
    recall_poster(deps, zhou, poster_id, "费率已经变了")
    page = auditor.get(f"/audit/poster/{poster_id}").text
    with reading(deps) as session:
        told = archive.entries(session, f"poster:{poster_id}")
    assert set(numbers(page)) >= {one.sequence for one in told}
    for words in (
        "comes with the product",
        "语气合适",
        "出处呢？",
        "费率已经变了",
        issued.link_code,
        issued.file.object_digest,
        house.digest(poster_id),
        "recalled: leads to the notice",
        "安全可靠",
        f"/posters/{poster_id}/picture?",
    ):
        assert words in page
    assert auditor.get("/audit/poster/nowhere").status_code == 404
    assert auditor.get("/audit/customer/none").status_code == 404
    for kind, name in (("person", lin.person_id), ("organisation", lin.organisation_id)):
        assert auditor.get(f"/audit/{kind}/{name}").status_code in (200, 404)


def test_the_check_names_the_first_entry_that_was_altered(house: House, auditor: FlaskClient) -> None:
    house.started()
    assert "All as written, up to entry" in check(auditor)
    with transaction(house.parts.deps) as session:
        session.execute(text("DROP TRIGGER archive_no_update"))
        session.execute(text("UPDATE archive_entries SET text = replace(text, 'draft', 'drawn') WHERE sequence = 41"))
        bad = session.scalar(text("SELECT min(sequence) FROM archive_entries WHERE text LIKE '%drawn%'")) or 0
        if not bad:
            session.execute(text("UPDATE archive_entries SET text = 'no entry' WHERE sequence = 5"))
            bad = 5
    page = check(auditor)
    assert f"Entry {bad} is not as it was written" in page
    assert f"The first entry that is not as it was written: {bad}" in page
    assert auditor.get("/audit").status_code == 200
    assert "Hash is wrong" in auditor.get(f"/audit/entries/{bad}").text


def test_a_long_chain_is_checked_by_the_worker(
    house: House, auditor: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verify_archive, "AT_ONCE", 0)
    assert "A check is under way" in check(auditor)
    work(house.parts.deps, once=True)
    assert "All as written, up to entry" in auditor.get("/audit/check").text


def test_an_admin_checks_the_chain_but_does_not_read_the_record(as_role: AsRole) -> None:
    admin = as_role("admin")
    assert admin.get("/audit").status_code == 403
    assert admin.get("/audit/check").status_code == 200


def test_every_kind_of_entry_has_a_sentence() -> None:
    written = "\n".join(text for path, text in sources("app/flow").items() if "make_demo" not in path)
    kinds = set(re.findall(r'append\(\s*session,\s*"([a-z_]+\.[a-z_]+)"', written))
    kinds |= set(re.findall(r'_change\(deps, actor, account_id, "([a-z_.]+)"', written))
    noted = set(re.findall(r'note\(\s*session,\s*\w+,\s*"([a-z_]+)"', written))
    kinds |= {f"poster.{verb}" for verb in noted - {"release"}}
    assert len(kinds) > 25
    assert kinds - set(SENTENCES) == set()
