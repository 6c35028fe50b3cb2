"""Who scans the posters of the demonstration bank: passers-by, customers who agree to be remembered, and machines.

Every visit is a request that is cropped, spooled and drained as a real one; only the web server is left out.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.db import database_now, reading
from app.flow.consent import agree
from app.flow.make_demo_calendar import Story
from app.flow.make_demo_house import House
from app.flow.share import share_again
from app.kernel.errors import Conflict
from app.links import records as links
from app.links.core import Link, state_of
from app.tracking.core import VISITOR_COOKIE, Kind, Place, Request, crop, crop_act

DEEPEST = 3
FADES_HOURS = 60.0
MACHINES, LOOKED, PASSED_ON = 0.07, 0.45, 0.02
_WECHAT = "MicroMessenger/8.0.49.2600(0x28003133) WeChat/arm64 Weixin NetType/5G Language/zh_CN"
_ANDROID = "Mozilla/5.0 (Linux; Android 14; 23127PN0CC; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0"
_IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148"
)
PEOPLE_AGENTS = (
    f"{_ANDROID} Chrome/116.0.0.0 Mobile Safari/537.36 {_WECHAT} ABI/arm64",
    f"{_ANDROID} Chrome/116.0.0.0 Mobile Safari/537.36 {_WECHAT} ABI/arm64",
    f"{_IPHONE} MicroMessenger/8.0.49(0x18003137) NetType/WIFI Language/zh_CN",
    f"{_IPHONE} MicroMessenger/8.0.49(0x18003137) NetType/WIFI Language/zh_CN",
    f"{_IPHONE} wxwork/4.1.20 MicroMessenger/7.0.1 Language/zh ColorScheme/Light",
    f"{_IPHONE} Version/17.4 Safari/604.1",
    "Mozilla/5.0 (iPad; CPU OS 16_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.5 Mobile/15E148",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0.0.0 Safari/537.36",
)
MACHINE_AGENTS = (
    "WeChatShareExtensionNew/8.0.49.34 CFNetwork/1494.0.7 Darwin/23.4.0",
    "Mozilla/5.0 (compatible; DingTalkBot-LinkService/1.0)",
    "TST(Tencent_Security_Team) arc-v1/1",
)


@dataclass
class Customer:
    """Somebody who opens the posters of an advisor; with a visitor's id from the moment they agree."""

    owner: str
    agent: str
    visitor: str | None = None


def spread(house: House, owner: str, code: str) -> Story:
    """What happens behind one poster's code: an audience at once, and a few customers one after the other."""
    chance = house.chance
    house.newest[owner] = code
    audience = round(house.visits_per_poster * chance.uniform(0.55, 1.5))
    house.calendar.tell(_crowd(house, owner, code, audience, 0))
    for _ in range(chance.choice((1, 1, 2, 2, 3))):
        yield house.calendar() + house.soon(20, 30 * 60)
        if not house.has_room:
            return
        house.calendar.tell(_customer(house, Customer(owner, chance.choice(PEOPLE_AGENTS)), code, 0))


def _crowd(house: House, owner: str, code: str, size: int, depth: int) -> Story:
    """People who only look, fewer from day to day, most of them in the evening; and machines among them."""
    begun, chance = house.calendar(), house.chance
    later = sorted(chance.expovariate(1 / FADES_HOURS) for _ in range(size))
    for hours in later:
        yield _awake(house, begun + timedelta(hours=hours))
        if chance.random() < MACHINES:
            _visit(house, code, chance.choice(MACHINE_AGENTS))
            continue
        person = Customer(owner, chance.choice(PEOPLE_AGENTS))
        is_open = _visit(house, code, person.agent)
        if is_open and chance.random() < LOOKED:
            _act(house, code, person, "seen")
            if depth < DEEPEST and chance.random() < PASSED_ON:
                _pass_on(house, person, code, depth)


def _customer(house: House, who: Customer, code: str, depth: int) -> Story:
    """Somebody opens a poster, agrees, comes back to it and to what the advisor sends next, and may pass it on."""
    chance = house.chance
    yield _awake(house, house.calendar() + house.soon(5, 240))
    if not _visit(house, code, who.agent):
        return
    yield house.calendar() + timedelta(seconds=chance.randint(3, 20))
    _act(house, code, who, "seen")
    yield house.calendar() + timedelta(seconds=chance.randint(4, 25))
    if not house.has_room:
        return
    who.visitor = agree(house.deps, code)
    house.met.append(who.visitor)
    _act(house, code, who, "consent")
    if chance.random() < 0.65 and depth < DEEPEST:
        yield house.calendar() + house.soon(0.2, 3)
        _pass_on(house, who, code, depth)
    for _ in range(chance.choice((0, 1, 2, 3, 5))):
        yield _awake(house, house.calendar() + house.soon(8 * 60, 4 * 24 * 60))
        if _visit(house, code, who.agent, who.visitor):
            yield house.calendar() + timedelta(seconds=chance.randint(3, 20))
            _act(house, code, who, "seen")
            if chance.random() < 0.22:
                yield house.calendar() + timedelta(seconds=chance.randint(5, 40))
                _act(house, code, who, "contact")
        if chance.random() < 0.6:
            code = house.newest[who.owner]


def _pass_on(house: House, who: Customer, code: str, depth: int) -> None:
    """A link of their own, through which their friends come, and one or two of them agree as well."""
    try:
        child = share_again(house.deps, code, house.chance.choice(("wechat", "wechat", "moments")))
    except Conflict:
        return
    _act(house, code, who, "share")
    friends = max(2, round(house.visits_per_poster * house.chance.uniform(0.05, 0.3)))
    house.calendar.tell(_crowd(house, who.owner, child, friends, depth + 1))
    for _ in range(house.chance.choice((0, 1, 2, 2))):
        if house.has_room:
            friend = Customer(who.owner, house.chance.choice(PEOPLE_AGENTS))
            house.calendar.tell(_customer(house, friend, child, depth + 1))


def _visit(house: House, code: str, agent: str, visitor: str | None = None) -> bool:
    """One request for the short link; whether the poster's page was opened."""
    link, now = _link(house, code)
    is_active = state_of(link, now) == "active"
    cookie = f"{VISITOR_COOKIE}={visitor}" if visitor else ""
    request = Request("GET", agent, "text/html", "zh-CN", "", "navigate", "", cookie)
    kind: Kind = "redirect" if is_active else "notice"
    house.spool.append(crop(house.agents, request, _place(link), kind, now))
    return is_active


def _act(house: House, code: str, who: Customer, kind: Kind) -> None:
    """What somebody did on the page behind the code."""
    link, now = _link(house, code)
    request = Request("POST", who.agent, "*/*", "zh-CN", "", "cors", "", "")
    house.spool.append(crop_act(house.agents, request, _place(link), kind, now, visitor=who.visitor))


def _link(house: House, code: str) -> tuple[Link, datetime]:
    with reading(house.deps) as session:
        return links.resolve_many(session, [code])[code], database_now(session)


def _place(link: Link) -> Place:
    return Place(link.code, link.target, link.parent_code)


def _awake(house: House, at: datetime) -> datetime:
    """`at`, or a moment in the next evening or morning when most people sleep then."""
    local = at.astimezone(house.zone)
    if 7 <= local.hour <= 23 and not (local.hour < 11 and house.chance.random() < 0.4):
        return at
    return at + timedelta(hours=house.chance.uniform(8, 12))
