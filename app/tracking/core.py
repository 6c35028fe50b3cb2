"""A visit as a value: what is kept of a request, who counts as a human, and where the visit came from.

Nothing in a visit tells who it was: no address, no full user agent, and a visitor's id only with consent.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple, Protocol

Kind = Literal["redirect", "notice", "gone", "unknown", "unresolved", "consent", "seen", "contact", "share"]
Confidence = Literal["scanned", "claimed", "inferred"]
Device = Literal["phone", "tablet", "computer", "other"]

VISITOR_COOKIE = "imp_visitor"
# Of these, and no others, days are counted; what a person does on the landing page afterwards is no further view.
OPENINGS: frozenset[Kind] = frozenset(("redirect", "notice", "gone", "unknown", "unresolved"))
BURST_CODES = 8
BURST_SECONDS = 10.0

_VISITOR = re.compile(rf"(?:^|;\s*){VISITOR_COOKIE}=([1-9A-HJ-NP-Za-km-z]{{22}})(?:;|$)")
_VIA = re.compile(r"(?:^|&)via=([1-9A-HJ-NP-Za-km-z]{8,24})(?:&|$)")
_FORWARDED = re.compile(r"(?:^|&)from=(?:singlemessage|groupmessage|timeline)(?:&|$)")
_PURPOSE = re.compile(r"(?i)prefetch|prerender|preview")
_TABLET = re.compile(r"(?i)ipad|tablet|android[ ;](?!.*mobile)|playbook|silk/")
_PHONE = re.compile(r"(?i)iphone|ipod|mobile|phone|harmony")
_COMPUTER = re.compile(r"(?i)windows nt|macintosh|x11|cros |wechat.*mac")
_APPS = (
    ("wecom", re.compile(r"(?i)wxwork/")),
    ("wechat", re.compile(r"(?i)micromessenger/")),
    ("alipay", re.compile(r"(?i)alipayclient/")),
    ("dingtalk", re.compile(r"(?i)dingtalk/")),
    ("qq", re.compile(r"(?:^|\s)QQ/")),
    ("weibo", re.compile(r"(?i)__weibo__")),
)


@dataclass(frozen=True, slots=True)
class Request:
    """What is looked at of a request, and then forgotten. `purpose` joins the headers that announce a prefetch."""

    method: str
    user_agent: str
    accept: str
    accept_language: str
    purpose: str
    fetch_mode: str
    query: str
    cookie: str


class Agent(NamedTuple):
    """What a user agent tells: why it is a bot (empty for a human), the coarse device, the app around the page."""

    bot: str
    device: Device
    app: str


class Agents(Protocol):
    """The rules on user agents, compiled: `read` knows a user agent's meaning."""

    def read(self, user_agent: str) -> Agent: ...


class Visit(NamedTuple):
    """One request, cropped. `code` is empty when what stood there could not be a code.

    `kind` says what was answered to an opening, or what was done on the landing page: ``consent`` (agreed to be
    remembered just now), ``seen`` (the page was looked at for some seconds), ``contact`` (the advisor's telephone or
    WeCom was tapped), ``share`` (a link of their own was made; `code` is the one they came through). What a page may
    say only once carries the page's `nonce`: of visits with the same one, one becomes a row.

    `bot` is the reason why it does not count as a human, empty for one that does. `poster_id` is the target of the
    link, as far as it was known. `parent_code` is the code through which this one was reached.
    """

    code: str
    at: datetime
    kind: Kind
    bot: str
    poster_id: str | None
    parent_code: str | None
    parent_confidence: Confidence | None
    device: Device
    app: str
    visitor: str | None
    nonce: str | None = None


class Place(NamedTuple):
    """What is known of the link that was visited: its code, its poster, and the link that it was re-shared from."""

    code: str
    poster_id: str | None = None
    parent_code: str | None = None


def crop(agents: Agents, request: Request, place: Place, kind: Kind, at: datetime, is_burst: bool = False) -> Visit:
    """What is kept of `request`."""
    agent = agents.read(request.user_agent)
    parent_code, confidence = parent_edge(place, request.query)
    return Visit(
        code=place.code,
        at=at,
        kind=kind,
        bot=bot_reason(agent, request, is_burst),
        poster_id=place.poster_id,
        parent_code=parent_code,
        parent_confidence=confidence,
        device=agent.device,
        app=agent.app,
        visitor=visitor_in(request.cookie),
    )


def crop_act(
    agents: Agents,
    request: Request,
    place: Place,
    kind: Kind,
    at: datetime,
    *,
    visitor: str | None = None,
    nonce: str | None = None,
) -> Visit:
    """What is kept of something done on the landing page; `visitor` is whoever has agreed, were it just now.

    A page sends it in the background, so that less tells a person from a program than of an opening.
    """
    agent = agents.read(request.user_agent)
    return Visit(
        code=place.code,
        at=at,
        kind=kind,
        bot=agent.bot or ("" if request.accept_language else "no_language"),
        poster_id=place.poster_id,
        parent_code=place.parent_code,
        parent_confidence="scanned" if place.parent_code is not None else None,
        device=agent.device,
        app=agent.app,
        visitor=visitor,
        nonce=nonce,
    )


def bot_reason(agent: Agent, request: Request, is_burst: bool) -> str:
    """Why this is no human, or an empty text.

    A scanner may send a real browser's user agent. It is known by what every browser sends when a person opens a page:
    a wish for a page, in some language, as a navigation; and by opening many codes within seconds.
    """
    if request.method != "GET":
        return "not_get"
    if request.purpose and _PURPOSE.search(request.purpose):
        return "prefetch"
    if agent.bot:
        return agent.bot
    if request.fetch_mode and request.fetch_mode != "navigate":
        return "no_navigation"
    if "text/html" not in request.accept:
        return "no_page_wanted"
    if not request.accept_language:
        return "no_language"
    return "burst" if is_burst else ""


def parent_edge(place: Place, query: str) -> tuple[str | None, Confidence | None]:
    """The link that led here, and how sure that is.

    ``scanned``: the code itself is a re-share, minted for whoever passed it on. ``claimed``: the address names another
    code (``via=``), which anybody can write. ``inferred``: WeChat marked the address as forwarded, so it came from
    somebody who had opened this same code.
    """
    if place.parent_code is not None:
        return place.parent_code, "scanned"
    if not query:
        return None, None
    claimed = _VIA.search(query)
    if claimed is not None and claimed[1] != place.code:
        return claimed[1], "claimed"
    if place.code and _FORWARDED.search(query):
        return place.code, "inferred"
    return None, None


def visitor_in(cookie: str) -> str | None:
    """The visitor's id in a Cookie header; only who agreed has one, and that is checked again before it is kept."""
    found = _VISITOR.search(cookie) if VISITOR_COOKIE in cookie else None
    return found[1] if found else None


def device_of(user_agent: str) -> Device:
    """The coarse kind of device."""
    if _TABLET.search(user_agent):
        return "tablet"
    if _PHONE.search(user_agent):
        return "phone"
    return "computer" if _COMPUTER.search(user_agent) else "other"


def app_of(user_agent: str) -> str:
    """The app in which the page opens, ``browser`` if it is none of those we know."""
    return next((name for name, pattern in _APPS if pattern.search(user_agent)), "browser")
