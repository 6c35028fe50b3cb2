"""The main job in a real browser, from a designer's file to a customer's tag: by touch, by mouse, in both languages."""

import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from app.config import PROJECT, Settings
from app.factory import open_deps
from app.flow.make_demo_people import make_people
from tests.conftest import House
from tests.journey.people import Advisor, Cast, Designer, Operator, Reviewer, bundle, cast, code_in
from tests.services import free_ports

RUNS = [
    ("phone", "zh", "sqlite"),
    ("desktop", "en", "postgresql"),
    ("phone", "en", "postgresql"),
    ("desktop", "zh", "sqlite"),
]
RISKY, DOUBTFUL, CORRECTED = "江水有信，保本保收益", "早上好！安全可靠，等您来坐。", "早上好！茶备好了，等您来坐。"


@dataclass(frozen=True)
class Served:
    """A product that is served, and everybody's passwords."""

    address: str
    passwords: dict[str, str]


@pytest.fixture(scope="module", autouse=True)
def _built() -> None:
    for command in ("build_frontend", "translations"):
        subprocess.run([PROJECT / "script" / command], check=True)


@contextmanager
def served(database_url: str, var: Path) -> Iterator[Served]:
    """The real processes, web and worker, on a database with people in it and nothing else."""
    (port,) = free_ports(1)
    address = f"http://127.0.0.1:{port}"
    given: dict[str, object] = {
        "database_url": database_url,
        "var_dir": var,
        "spool_dir": var / "visits",
        "fonts_dir": Settings.from_env({}).fonts_dir,
        "site_url": address,
        "base_url": f"{address}/r",
    }
    house = House({}).using(**given)
    deps = open_deps(house.settings)
    staff = make_people(deps, None, datetime.now(UTC).date())
    deps.engine.dispose()
    command = [sys.executable, "-m", "app.factory", "serve", "--port", str(port)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("IMPRIMATUR_")}
    with (var / "log").open("wb") as log:
        running = subprocess.Popen(command, cwd=PROJECT, env=environment | house.environment, stdout=log, stderr=log)
        try:
            _wait_until_ready(address, running, var / "log")
            yield Served(address, {login.demo.login: login.password for login in staff.logins})
        finally:
            running.terminate()
            assert running.wait(30) is not None


def _wait_until_ready(address: str, running: "subprocess.Popen[bytes]", log: Path) -> None:
    until = time.monotonic() + 120
    while time.monotonic() < until and running.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/readyz", timeout=2) as answer:  # noqa: S310
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    pytest.fail(f"the product did not come up: {log.read_text(encoding='utf-8')[-2000:]}")


@pytest.mark.parametrize(("screen", "language", "database"), RUNS)
def test_from_a_designers_file_to_a_customers_tag(
    request: pytest.FixtureRequest, browser: Browser, tmp_path: Path, screen: str, language: str, database: str
) -> None:
    database_url = request.getfixturevalue(f"{database}_url")
    with (
        served(database_url, tmp_path) as site,
        cast(browser, site.address, site.passwords, screen, language) as people,
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
    """The operator ends it: within seconds the code leads to the notice, and there is nothing to download."""
    he: Operator = people.colleague(Operator, "he")
    he.recall(poster, "活动改期，旧海报上的日期不再有效。")
    late = people.customer()
    until = time.monotonic() + 5
    while (status := late.page.goto(code).status) != 410:  # type: ignore[union-attr]
        assert time.monotonic() < until
        late.page.wait_for_timeout(250)
    assert status == 410
    assert late.page.url.endswith("/notice")
    late.look()
    answer = lin.page.request.get(f"/posters/{poster}/file/png")
    assert answer.status == 410
