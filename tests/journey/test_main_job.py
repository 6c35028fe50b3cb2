"""The main job in a real browser, from a designer's file to a customer's tag: by touch, by mouse, in both languages."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from app.factory import open_deps
from app.flow.make_demo_people import make_people
from tests.journey.people import PATIENCE_SECONDS, Advisor, Cast, Designer, Operator, Reviewer, bundle, cast, code_in
from tests.journey.serving import Site, house_in, served
from tests.services import free_ports

RUNS = [
    ("phone", "zh", "sqlite"),
    ("desktop", "en", "postgresql"),
    ("phone", "en", "postgresql"),
    ("desktop", "zh", "sqlite"),
]
RISKY, DOUBTFUL, CORRECTED = "江水有信，保本保收益", "早上好！安全可靠，等您来坐。", "早上好！茶备好了，等您来坐。"


@contextmanager
def staffed(database_url: str, var: Path, painted: Path) -> Iterator[Site]:
    """The real processes, web and worker, on a database with people in it and nothing else."""
    (port,) = free_ports(1)
    house = house_in(var, database_url, port, painted)
    deps = open_deps(house.settings)
    staff = make_people(deps, None, datetime.now(UTC).date())
    deps.engine.dispose()
    with served(house, port, var / "log") as address:
        yield Site(address, house, {login.demo.login: login.password for login in staff.logins})


@pytest.mark.parametrize(("screen", "language", "database"), RUNS)
def test_from_a_designers_file_to_a_customers_tag(
    request: pytest.FixtureRequest,
    browser: Browser,
    tmp_path: Path,
    of_all: Path,
    screen: str,
    language: str,
    database: str,
) -> None:
    database_url = request.getfixturevalue(f"{database}_url")
    with (
        staffed(database_url, tmp_path, of_all / "painted") as site,
        cast(browser, site.address, site.logins, screen, language) as people,
    ):
        zhou: Reviewer = people.colleague(Reviewer, "zhou")
        _publish(people, zhou)
        lin: Advisor = people.colleague(Advisor, "lin")
        _approved_by_policy(lin)
        poster = _approved_by_a_human(lin, zhou)
        code = _out(lin, tmp_path, site.address)
        _two_customers(people, code)
        _known_to_the_advisor(lin, poster)
        _recalled(people, lin, poster, code)


def _publish(people: Cast, zhou: Reviewer) -> None:
    """A designer brings a template, a reviewer approves it, the designer releases it."""
    mei: Designer = people.colleague(Designer, "mei")
    version = mei.upload(bundle())
    mei.send("/submit")
    zhou.open_only_case()
    zhou.decide("approve")
    mei.release(version)


def _approved_by_policy(lin: Advisor) -> None:
    """A risky sentence is found while it is written; with the wording that is suggested, nobody has to look."""
    lin.begin()
    field = lin.write("words", RISKY)
    card = lin.page.locator(".card-finding.block")
    expect(card.first).to_be_visible()
    expect(card.locator(".source").first).to_contain_text(re.compile("广告法|Advertising Law"))
    expect(lin.page.locator(".finding-mark.block rect").first).to_be_attached()
    lin.look()
    lin.press(card.locator(".fix.replace").first)
    expect(field).not_to_have_value(RISKY)
    expect(lin.page.locator(".card-finding.block")).to_have_count(0)
    lin.finish()
    lin.submit()
    expect(lin.page.locator('form[action$="/issue"]')).to_be_visible()


def _approved_by_a_human(lin: Advisor, zhou: Reviewer) -> str:
    """What rules are in doubt about is sent back with a comment on the picture, corrected and approved; its id."""
    poster = lin.begin()
    lin.write("message", DOUBTFUL)
    expect(lin.page.locator(".card-finding.review").first).to_be_visible()
    lin.finish()
    lin.submit()
    expect(lin.page.locator('form[action$="/withdraw"]')).to_be_visible()

    zhou.open_only_case()
    zhou.pin("“安全可靠”说的是谁？请换一句具体的。")
    zhou.decide("request_change")

    lin.go(poster)
    expect(lin.page.locator(".work-pins li")).to_have_count(1)
    lin.follow(lin.page.locator('.work-act a[href$="/edit"]'), re.compile("/edit$"))
    lin.write("message", CORRECTED)
    lin.finish()
    lin.submit()

    zhou.open_only_case()
    zhou.decide("approve")
    lin.go(poster)
    return poster.rsplit("/", 1)[1]


def _out(lin: Advisor, folder: Path, address: str) -> str:
    """Issued and downloaded; what the code in the file says."""
    lin.issue()
    code = code_in(lin.download(folder))
    assert re.fullmatch(re.escape(address) + r"/r/[1-9A-HJ-NP-Za-km-z]{10}", code)
    lin.send("/share")
    return code


def _two_customers(people: Cast, code: str) -> None:
    """One scans the poster, agrees and passes it on; another comes through that copy and agrees as well."""
    first = people.customer()
    assert first.scan(code) == 200
    assert first.page.context.cookies() == [] or all(
        cookie["name"] != "imp_visitor" for cookie in first.page.context.cookies()
    )
    first.agree()
    first.look_for_a_while()
    copy = first.pass_on()
    assert copy != code

    second = people.customer()
    assert second.scan(copy) == 200
    second.agree()
    second.look_for_a_while()


def _known_to_the_advisor(lin: Advisor, poster: str) -> None:
    """Both customers with tags, reasons and a score; the tree has both links; there is something to do."""
    rows = lin.page.locator(".customer-row")
    lin.wait_until("/customers", lambda: rows.count() == 2)
    lin.wait_until("/tasks", lambda: lin.page.locator(".task-grid > *").count() >= 1)
    lin.go("/customers")
    for number in range(2):
        lin.go("/customers")
        lin.follow(rows.nth(number).locator("a.customer-who"), re.compile(r"/customers/\w+"))
        expect(lin.page.locator("[aria-labelledby=tags] li p").first).not_to_be_empty()
        expect(lin.page.locator("[aria-labelledby=score] strong").first).not_to_have_text("0")
        expect(lin.page.locator("[aria-labelledby=timeline] time").first).to_be_visible()
    lin.go(f"/posters/{poster}/spread")
    expect(lin.page.locator(".spread-table tbody tr")).to_have_count(2)


def _recalled(people: Cast, lin: Advisor, poster: str, code: str) -> None:
    """The operator ends it: soon the code leads to the notice, and there is nothing to download."""
    he: Operator = people.colleague(Operator, "he")
    he.recall(poster, "活动改期，旧海报上的日期不再有效。")
    late = people.customer()
    until = time.monotonic() + PATIENCE_SECONDS
    while (status := late.page.goto(code).status) != 410:  # type: ignore[union-attr]
        assert time.monotonic() < until
        late.page.wait_for_timeout(250)
    assert status == 410
    assert late.page.url.endswith("/notice")
    late.look()
    answer = lin.page.request.get(f"/posters/{poster}/file/png")
    assert answer.status == 410
