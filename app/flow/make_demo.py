"""Make the demonstration bank: three branches and two persons in every role, on an empty database only."""

import secrets
from dataclasses import dataclass
from datetime import date

from app.accounts import records
from app.accounts.core import Actor, Role
from app.accounts.people import Profile
from app.db import reading
from app.flow.deps import Deps
from app.flow.manage_accounts import NewAccount, create_account, create_first
from app.flow.manage_people import create_organisation, create_person, set_licence, set_profile
from app.kernel.errors import Conflict

BANK, BRANCHES = "澜山银行", ("望江支行", "东湖支行", "南屏支行")


@dataclass(frozen=True, slots=True)
class Demo:
    """Somebody of the demonstration bank; without a branch, at headquarters."""

    login: str
    name: str
    role: Role
    title: str
    phone: str
    branch: str | None = None


FIRST = Demo("tang", "唐守一", "admin", "系统管理员", "138 0000 2011")
PEOPLE = (
    Demo("lin", "林若溪", "advisor", "高级理财经理", "138 0000 2048", "望江支行"),
    Demo("chen", "陈以宁", "advisor", "理财经理", "138 0000 2049", "东湖支行"),
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
LICENCES = {"lin": "A2026000002048", "chen": "A2026000002049"}


@dataclass(frozen=True, slots=True)
class Login:
    """What somebody signs in with."""

    demo: Demo
    password: str


def make_demo(deps: Deps, photo: bytes | None, licensed_until: date) -> list[Login]:
    """The logins of everybody; `photo` is the first advisor's. *Raises* Conflict ``not_empty``."""
    with reading(deps) as session:
        if records.organisations(session):
            raise Conflict("not_empty", "there is a bank in this database already")
    first = Login(FIRST, _password())
    admin = _actor(deps, create_first(deps, BANK, FIRST.name, FIRST.role, FIRST.login, first.password))
    places = {name: create_organisation(deps, admin, admin.organisation_id, "branch", name) for name in BRANCHES}
    photo_digest = deps.store.put(photo) if photo else None
    logins = [first]
    for demo in PEOPLE:
        place = places[demo.branch] if demo.branch else admin.organisation_id
        person = create_person(deps, admin, place, demo.name)
        password = _password()
        create_account(deps, admin, NewAccount(person, place, demo.role, demo.login, password))
        shown = photo_digest if demo is PEOPLE[0] else None
        line = f"{BANK}{demo.branch or '总行'}"
        set_profile(deps, admin, person, Profile(demo.name, demo.title, demo.phone, line, shown))
        if demo.login in LICENCES:
            set_licence(deps, admin, person, "fund", LICENCES[demo.login], licensed_until)
        logins.append(Login(demo, password))
    return logins


def _actor(deps: Deps, account_id: str) -> Actor:
    with reading(deps) as session:
        found = records.account(session, account_id)
    return Actor(found.id, found.person_id, found.organisation_id, found.organisation_path, found.role)


def _password() -> str:
    return secrets.token_urlsafe(9)
