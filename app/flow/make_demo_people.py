"""The people of the demonstration bank: its branches, who works there, and what they sign in with."""

from dataclasses import dataclass
from datetime import date, timedelta

from app.accounts import records
from app.accounts.core import Actor, Role
from app.accounts.people import LicenceClass, Profile, new_password
from app.db import reading
from app.flow.deps import Deps
from app.flow.manage_accounts import NewAccount, create_account, create_first
from app.flow.manage_people import create_organisation, create_person, set_licence, set_profile

BANK, BRANCHES = "澜山银行", ("望江支行", "东湖支行", "南屏支行")
OUTLET, OUTLET_OF = "江岸路网点", "望江支行"
LONG = 540


@dataclass(frozen=True, slots=True)
class Demo:
    """Somebody of the demonstration bank; without a place, at headquarters."""

    login: str
    name: str
    role: Role
    title: str
    phone: str
    place: str | None = None


FIRST = Demo("tang", "唐守一", "admin", "系统管理员", "138 0000 2011")
PEOPLE = (
    Demo("lin", "林若溪", "advisor", "高级理财经理", "138 0000 2048", "望江支行"),
    Demo("chen", "陈以宁", "advisor", "理财经理", "138 0000 2049", "东湖支行"),
    Demo("song", "宋知许", "advisor", "大堂经理", "138 0000 2041", OUTLET),
    Demo("alexandra", "Alexandra Featherstonehaugh", "advisor", "Private Banker", "138 0000 2042", "东湖支行"),
    Demo("gu", "顾清和", "advisor", "客户经理", "138 0000 2043", "南屏支行"),
    Demo("ouyang", "欧阳静宜", "advisor", "财富顾问", "138 0000 2044", "南屏支行"),
    Demo("mei", "梅亦寒", "designer", "品牌设计师", "138 0000 2051"),
    Demo("tao", "陶然", "designer", "视觉设计师", "138 0000 2052"),
    Demo("zhou", "周慎之", "reviewer", "合规审核主管", "138 0000 2061"),
    Demo("wang", "王知行", "reviewer", "合规审核员", "138 0000 2062"),
    Demo("he", "何知微", "operator", "营销运营经理", "138 0000 2071"),
    Demo("xu", "许嘉木", "operator", "支行营销专员", "138 0000 2072", "南屏支行"),
    Demo("qin", "秦明远", "auditor", "审计师", "138 0000 2081"),
    Demo("shen", "沈如一", "auditor", "审计师", "138 0000 2082"),
    Demo("lu", "陆怀瑾", "admin", "系统管理员", "138 0000 2012"),
)
LINES = {"alexandra": "Lanshan Bank, East Lake"}
# For how many days from today on each licence holds; one is about to end, one has ended.
LICENCES: dict[str, dict[LicenceClass, int]] = {
    "lin": {"fund": LONG, "insurance": LONG, "wealth": LONG},
    "chen": {"fund": LONG, "wealth": 19},
    "song": {"insurance": LONG, "fund": -8},
    "alexandra": {"fund": LONG},
    "gu": {"wealth": LONG, "insurance": LONG},
    "ouyang": {"wealth": LONG, "fund": LONG},
}


@dataclass(frozen=True, slots=True)
class Login:
    """What somebody signs in with."""

    demo: Demo
    password: str


@dataclass(frozen=True, slots=True)
class Staff:
    """Who may do what in the demonstration bank, by login, and the paths of its places."""

    logins: tuple[Login, ...]
    actors: dict[str, Actor]
    places: dict[str, str]


def make_people(deps: Deps, photo: bytes | None, today: date) -> Staff:
    """Everybody; `photo` is the first advisor's."""
    first = Login(FIRST, new_password(FIRST.login))
    admin = _actor(deps, create_first(deps, BANK, FIRST.name, FIRST.role, FIRST.login, first.password))
    places = {name: create_organisation(deps, admin, admin.organisation_id, "branch", name) for name in BRANCHES}
    places[OUTLET] = create_organisation(deps, admin, places[OUTLET_OF], "outlet", OUTLET)
    photo_digest = deps.store.put(photo) if photo else None
    logins, actors = [first], {FIRST.login: admin}
    for demo in PEOPLE:
        place = places[demo.place] if demo.place else admin.organisation_id
        login = Login(demo, new_password(demo.login))
        person = create_person(deps, admin, place, demo.name)
        account = create_account(deps, admin, NewAccount(person, place, demo.role, demo.login, login.password))
        line = LINES.get(demo.login, f"{BANK}{demo.place or '总行'}")
        shown = photo_digest if demo is PEOPLE[0] else None
        set_profile(deps, admin, person, Profile(demo.name, demo.title, demo.phone, line, shown))
        for class_, days in LICENCES.get(demo.login, {}).items():
            number = f"A2026{demo.phone[-4:]}{class_[0].upper()}{len(class_):02}"
            set_licence(deps, admin, person, class_, number, today + timedelta(days=days))
        logins.append(login)
        actors[demo.login] = _actor(deps, account)
    with reading(deps) as session:
        paths = {one.name: one.path for one in records.organisations(session)}
    return Staff(tuple(logins), actors, paths)


def _actor(deps: Deps, account_id: str) -> Actor:
    with reading(deps) as session:
        found = records.account(session, account_id)
    return Actor(found.id, found.person_id, found.organisation_id, found.organisation_path, found.role)
