"""A product that asks for a qualification is closed to whoever does not hold it, at every step that leads out."""

from datetime import date, timedelta

import pytest

from app.accounts import records as accounts
from app.accounts.licences import missing_licence
from app.accounts.people import Licence
from app.db import reading, transaction
from app.flow.day import day_here
from app.flow.exhibit import poster_document
from app.flow.freeze import order_of
from app.flow.issue import issue
from app.flow.make_poster import facts_of
from app.flow.published import load_version
from app.flow.save_draft import start_again
from app.kernel.errors import Blocked
from app.library import records as library
from app.posters import records as posters
from tests.bank import FUND, GREETING, LIN, Bank


def let_expire(bank: Bank, days: int) -> None:
    """Lin's fund licence ends so many days from today."""
    with transaction(bank.deps) as session:
        last = day_here(bank.deps, session) + timedelta(days=days)
        accounts.put_licence(session, "lin", "fund", "Q2026-lin", last)


def test_without_the_licence_nothing_is_begun_submitted_or_issued(bank: Bank) -> None:
    ready, begun = bank.started({}, slug=FUND), bank.started({}, slug=FUND)
    assert bank.submitted(ready).state == "approved"
    let_expire(bank, -1)
    for refused in (
        lambda: bank.started({}, slug=FUND),
        lambda: start_again(bank.deps, LIN, ready),
        lambda: bank.submitted(begun),
        lambda: issue(bank.deps, bank.studio, LIN, ready, "png"),
    ):
        with pytest.raises(Blocked) as caught:
            refused()
        assert (caught.value.code, caught.value.fields["licence_class"]) == ("no_licence", "fund")
    assert bank.case(ready).state == "approved"
    assert bank.submitted(bank.started(slug=GREETING)).state == "approved"


def test_a_licence_holds_on_its_last_day(bank: Bank) -> None:
    let_expire(bank, 0)
    assert bank.submitted(bank.started({}, slug=FUND)).state == "approved"


def test_whoever_looks_later_judges_a_poster_with_its_owner_in_mind(bank: Bank) -> None:
    """Reviewers and rescans read what the submission read: whose poster it is, and their licence."""
    poster_id = bank.started({}, slug=FUND)
    digest = bank.submitted(poster_id).digest
    with reading(bank.deps) as session:
        snapshot = posters.find_snapshot(session, poster_id, digest)
        version = library.find_version(session, bank.version(FUND))
    template, day = load_version(bank.deps, version), date(2026, 11, 30)
    order = order_of(bank.deps, bank.studio, template, snapshot.content, bank.studio.sample_link, "png", day)
    facts = poster_document(bank.deps, bank.studio, template, snapshot.content).facts
    assert facts == facts_of(order, "zh")
    assert (facts.name, facts.licence) == ("林若溪", snapshot.content.values["profile"]["licence"])


def test_each_product_asks_for_its_own() -> None:
    day = date(2026, 11, 22)
    held = [Licence("1", "insurance", "I-1", day)]
    assert missing_licence(held, "insurance", day) is None
    assert missing_licence(held, "insurance", day + timedelta(days=1)) == "insurance"
    assert missing_licence(held, "fund", day) == "fund"
    assert missing_licence([], "brokerage", day) == "securities"
    assert [missing_licence([], product, day) for product in ("deposit", "generic", "credit_card")] == [None] * 3
