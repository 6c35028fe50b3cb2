"""What is kept of a request: who counts as a human, where it came from, and nothing that tells who it was."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from crawleruseragents import CRAWLER_USER_AGENTS_DATA

from app.kernel.errors import Invalid
from app.tracking.bots import OWN_RULES, load_agents
from app.tracking.core import VISITOR_COOKIE, Place, Request, crop, crop_act

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
AGENTS = load_agents()
WECHAT = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Mobile/15E148 MicroMessenger/8.0.49(0x18003137) NetType/WIFI Language/zh_CN"
)
SCAN = Request("GET", WECHAT, "text/html,application/xhtml+xml", "zh-CN,zh-Hans;q=0.9", "", "navigate", "", "")
PLACE = Place("Demo7Kx2", "poster-1")
PEOPLE = [
    text for rule in yaml.safe_load(OWN_RULES.read_text(encoding="utf-8"))["agents"] for text in rule["must_pass"]
]


def bot_of(**changes: str) -> str:
    return crop(AGENTS, replace(SCAN, **changes), PLACE, "redirect", NOW).bot


def test_a_person_with_a_telephone_is_a_human() -> None:
    visit = crop(AGENTS, SCAN, PLACE, "redirect", NOW)
    assert (visit.bot, visit.device, visit.app, visit.visitor) == ("", "phone", "wechat", None)
    assert (visit.code, visit.poster_id, visit.at) == ("Demo7Kx2", "poster-1", NOW)


@pytest.mark.parametrize("agent", PEOPLE)
def test_the_browsers_of_people_are_human_by_all_rules_together(agent: str) -> None:
    assert bot_of(user_agent=agent) == ""


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"method": "HEAD"}, "not_get"),
        ({"purpose": "prefetch"}, "prefetch"),
        ({"purpose": "prefetch;prerender"}, "prefetch"),
        ({"purpose": "preview"}, "prefetch"),
        ({"user_agent": "WeChatShareExtensionNew/8.0.49.34 CFNetwork/1494.0.7 Darwin/23.4.0"}, "wechat_preview"),
        ({"user_agent": "TST(Tencent_Security_Team) arc-v1/1"}, "security_scanner"),
        ({"user_agent": "facebookexternalhit/1.1"}, "crawler:"),
        ({"user_agent": ""}, "program"),
        ({"fetch_mode": "no-cors"}, "no_navigation"),
        ({"accept": "*/*"}, "no_page_wanted"),
        ({"accept_language": ""}, "no_language"),
    ],
)
def test_what_is_no_person_opening_a_page_is_a_bot(changes: dict[str, str], reason: str) -> None:
    """The last three are scanners under a real browser's user agent."""
    assert bot_of(**changes).startswith(reason)


def test_a_caller_that_opens_many_codes_at_once_is_a_bot() -> None:
    assert crop(AGENTS, SCAN, PLACE, "redirect", NOW, is_burst=True).bot == "burst"


def test_every_example_of_the_public_list_is_a_bot() -> None:
    examples = [example for one in CRAWLER_USER_AGENTS_DATA for example in one["instances"]]
    assert len(examples) > 1000
    assert [example for example in examples if not AGENTS.read(example).bot] == []


def test_a_rule_that_fails_its_own_examples_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bots.yaml"
    rules = [{"reason": "r", "pattern": "Bot", "must_hit": ["bot"], "must_pass": ["a Bot"]}]
    rules.append({"reason": "s", "pattern": "(", "must_hit": [], "must_pass": []})
    path.write_text(yaml.safe_dump({"agents": rules}))
    with pytest.raises(Invalid) as caught:
        load_agents(path)
    assert [problem.path for problem in caught.value.problems] == ["agents.r", "agents.r", "agents.s"]


@pytest.mark.parametrize(
    ("place", "query", "edge"),
    [
        (PLACE, "", (None, None)),
        (PLACE._replace(parent_code="Root5555"), "", ("Root5555", "scanned")),
        (PLACE._replace(parent_code="Root5555"), "via=Aunt5555", ("Root5555", "scanned")),
        (PLACE, "a=b&via=Aunt5555", ("Aunt5555", "claimed")),
        (PLACE, "via=Demo7Kx2", (None, None)),
        (PLACE, "via=short", (None, None)),
        (PLACE, "from=timeline&isappinstalled=0", ("Demo7Kx2", "inferred")),
        (PLACE, "from=elsewhere", (None, None)),
        (Place(""), "from=timeline", (None, None)),
    ],
)
def test_where_a_visit_came_from(place: Place, query: str, edge: tuple[str | None, str | None]) -> None:
    visit = crop(AGENTS, replace(SCAN, query=query), place, "redirect", NOW)
    assert (visit.parent_code, visit.parent_confidence) == edge


@pytest.mark.parametrize(
    ("cookie", "visitor"),
    [
        ("", None),
        (f"{VISITOR_COOKIE}={'a' * 22}", "a" * 22),
        (f"x=1; {VISITOR_COOKIE}={'a' * 22}; y=2", "a" * 22),
        (f"{VISITOR_COOKIE}=13800002048", None),
        (f"not_{VISITOR_COOKIE}={'a' * 22}", None),
        (f"{VISITOR_COOKIE}={'a' * 23}", None),
    ],
)
def test_only_the_cookie_of_somebody_who_agreed_is_read(cookie: str, visitor: str | None) -> None:
    assert crop(AGENTS, replace(SCAN, cookie=cookie), PLACE, "redirect", NOW).visitor == visitor


def test_nothing_of_a_person_is_left_in_a_visit() -> None:
    told = replace(SCAN, user_agent=WECHAT + " 13800002048", query="tel=13800002048&name=lin", cookie="session=secret")
    kept = repr(crop(AGENTS, told, PLACE, "redirect", NOW))
    assert not any(word in kept for word in ("1380000", "lin", "secret", "iPhone", "17_4"))


@pytest.mark.parametrize(
    ("changes", "bot"),
    [({"method": "POST", "accept": "*/*", "fetch_mode": "no-cors"}, ""), ({"accept_language": ""}, "no_language")],
)
def test_what_a_page_says_in_the_background_may_be_a_persons(changes: dict[str, str], bot: str) -> None:
    place = PLACE._replace(parent_code="Root5555")
    said = crop_act(AGENTS, replace(SCAN, **changes), place, "seen", NOW, visitor="v" * 22, nonce="s1")
    assert (said.kind, said.bot, said.visitor, said.nonce) == ("seen", bot, "v" * 22, "s1")
    assert (said.parent_code, said.parent_confidence) == ("Root5555", "scanned")
    assert crop_act(AGENTS, replace(SCAN, user_agent="curl/8.5"), PLACE, "seen", NOW).bot != ""


def test_the_cookie_alone_names_nobody_in_what_a_page_says() -> None:
    with_cookie = replace(SCAN, cookie=f"{VISITOR_COOKIE}={'a' * 22}")
    assert crop_act(AGENTS, with_cookie, PLACE, "contact", NOW).visitor is None
