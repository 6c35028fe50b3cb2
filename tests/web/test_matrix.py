"""Threat 9: every route, with all its methods, for everybody. What is expected follows from policy and scope alone.

A new route with a parameter needs a row in `NAMED`: what stands there, and who may see it.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import pytest
from flask.testing import FlaskClient
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from app.accounts.core import Actor, permits
from app.flow.make_poster import Studio
from app.web.policy import policy_of
from tests.web.conftest import _settings
from tests.web.matrix_house import Caller, MatrixHouse, Things, copied, open_house
from tests.web.test_editor_routes import a_photo

See = Callable[[MatrixHouse, Actor], bool]
JSON = {"Accept": "application/json"}
HERE = "<the advisor's branch>"
ABSENT = {"person_id": "nobody1111111111", "sequence": 10**9, "digest": "0" * 64}
PICTURE = (
    b'--cut\r\nContent-Disposition: form-data; name="picture"; filename="a.jpg"\r\n\r\n%s\r\n--cut--\r\n' % a_photo()
)
VALID = {"valid_from": "2026-01-01"}
BODIES: Mapping[str, dict[str, Any]] = {
    "circulation.recall_one": {"data": {"reason": "the rate has changed"}},
    "circulation.recall_all": {"data": {"reason": "the rate has changed"}},
    "circulation.recall_code": {"data": {"reason": "the rate has changed"}},
    "rules.propose": {
        "data": {"text": "市占第一", "evidence": "报告", "jurisdiction": "CN", "product": "fund"} | VALID
    },
    "works.recall": {"data": {"reason": "the rate has changed"}},
    "works.share_by": {"data": {"via": "wechat"}},
    "works.issue_one": {"data": {"format": "png"}},
    "people.set_profile": {"data": {"name": "林若溪"}},
    "people.set_licence": {"data": {"licence_class": "fund", "number": "A1", "expires_on": "2099-12-31"}},
    "people.create": {"data": {"name": "新人", "role": "advisor", "login": "new", "organisation_id": HERE}},
    "people.add_account": {"data": {"role": "advisor", "login": "second", "organisation_id": HERE}},
    "people.change_role": {"data": {"role": "advisor", "organisation_id": HERE}},
    "organisations.create": {"data": {"parent_id": HERE, "kind": "outlet", "name": "新网点"}},
    "customers.rename": {"data": {"name": "王先生"}},
    "review.decide": {"data": {"decision": "approve", "digest": "0" * 64}},
    "editor.bring": {"data": PICTURE, "content_type": "multipart/form-data; boundary=cut"},
    "editor.preview": {"json": {"size": "phone", "language": "zh", "values": {}}},
    "editor.save": {"json": {"size": "phone", "language": "zh", "values": {}, "base": 1}},
}


def anybody(_house: MatrixHouse, _actor: Actor) -> bool:
    return True


def owner(house: MatrixHouse, actor: Actor) -> bool:
    return house.owns(actor)


def branch(house: MatrixHouse, actor: Actor) -> bool:
    return house.reaches(actor)


def design(house: MatrixHouse, actor: Actor) -> bool:
    """Drafts of templates are not for advisors, who see what was released to them."""
    return actor.role != "advisor" and house.reaches(actor)


def no_advisor(_house: MatrixHouse, actor: Actor) -> bool:
    return actor.role != "advisor"


@dataclass(frozen=True)
class Named:
    """What stands in a route for a parameter, and who may see the thing that it names."""

    value: Callable[[Things], object]
    seen_by: See


NAMED: Mapping[str, Named] = {
    "poster_id": Named(lambda things: things.poster_id, owner),
    "customer_id": Named(lambda things: things.customer_id, owner),
    "task_id": Named(lambda things: things.task_id, owner),
    "subject_id": Named(lambda things: things.waiting_id, branch),
    "code": Named(lambda things: things.code, owner),
    "version_id": Named(lambda things: things.version_id, design),
    "person_id": Named(lambda things: things.owner_person_id, branch),
    "account_id": Named(lambda things: things.account_id, branch),
    "branch": Named(lambda things: things.organisation_id, branch),
    "sequence": Named(lambda things: things.sequence, branch),
    "slug": Named(lambda things: "daily-greeting", anybody),
    "kind": Named(lambda things: "poster", anybody),
    "digest": Named(lambda things: things.digest, anybody),
    "format_": Named(lambda things: "png", anybody),
    "table": Named(lambda things: "posters", anybody),
    "width": Named(lambda things: 360, anybody),
    "name": Named(lambda things: "logo", anybody),
    "edge": Named(lambda things: 320, anybody),
    "family": Named(lambda things: "sans", anybody),
    "weight": Named(lambda things: 400, anybody),
    "rule_id": Named(lambda things: things.rule_id, anybody),
    "number": Named(lambda things: 1, anybody),
    "sentence_id": Named(lambda things: things.sentence_id, anybody),
    "filename": Named(lambda things: "art/mark.png", anybody),
}
# What settles something for the whole house, and is done at headquarters alone.
OF_THE_HOUSE = {
    *("rules.new", "rules.edit", "rules.create", "rules.save", "rules.replay", "rules.switch"),
    *("rules.propose", "rules.approve_claim", "rules.end_claim"),
}
# Where the same parameter names a thing that others may see.
OTHERWISE: Mapping[str, See] = {"design.show": no_advisor}
ANOTHER: Mapping[str, Callable[[Things], object]] = {"review.picture": lambda things: things.version_id}


@pytest.fixture(scope="module")
def house(
    published: Path, tmp_path_factory: pytest.TempPathFactory, studio: Studio, password_hash: str
) -> Iterator[MatrixHouse]:
    folder = tmp_path_factory.mktemp("matrix")
    copied(published, folder)
    made = open_house(folder, _settings(folder), studio, password_hash)
    yield made
    made.parts.deps.engine.dispose()


@dataclass(frozen=True)
class Way:
    """One method of one route."""

    rule: Rule
    method: str

    @property
    def endpoint(self) -> str:
        return str(self.rule.endpoint)

    def __str__(self) -> str:
        return f"{self.method} {self.rule.rule}"


def ways(house: MatrixHouse) -> list[Way]:
    """Everything that can be asked of the pages; HEAD and OPTIONS ask nothing else than GET."""
    rules = sorted(house.app.url_map.iter_rules(), key=lambda rule: rule.rule)
    return [Way(rule, method) for rule in rules for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})]


def address(house: MatrixHouse, way: Way, absent: str | None = None) -> str:
    """The path of a way; with `absent`, the thing that this parameter names is not there."""
    value = {name: ANOTHER.get(way.endpoint, NAMED[name].value) for name in way.rule.arguments}
    values = {name: value[name](house.things) for name in way.rule.arguments}
    if absent is not None:
        values[absent] = ABSENT.get(absent, "absent1111111111"[: len(str(values[absent]))])
    with house.app.test_request_context("/"):
        return house.app.url_for(way.endpoint, **values)


def body_of(house: MatrixHouse, way: Way) -> dict[str, Any]:
    """A form that would be taken, from whoever may send it."""
    given = BODIES.get(way.endpoint, {}) if way.method != "GET" else {}
    if not isinstance(given.get("data"), dict):
        return dict(given)
    here = house.things.organisation_id
    return {"data": {name: here if value == HERE else value for name, value in given["data"].items()}}


def ask(house: MatrixHouse, browser: FlaskClient, way: Way, path: str, csrf: str) -> TestResponse:
    body = body_of(house, way)
    headers = JSON | ({"X-CSRFToken": csrf} if way.method != "GET" else {})
    return browser.open(path, method=way.method, headers=headers, **body)


def told(answer: TestResponse) -> str:
    """What an answer says, without the number of its request."""
    return re.sub(r"[0-9a-f]{16}", "#", f"{answer.status_code} {answer.content_type} {answer.text}")


def subject_of(way: Way) -> str | None:
    """The parameter that names somebody's thing."""
    return next((name for name in way.rule.arguments if seen_by(way, name) is not anybody), None)


def seen_by(way: Way, name: str) -> See:
    return OTHERWISE.get(way.endpoint, NAMED[name].seen_by)


def test_every_parameter_of_every_route_has_something_to_stand_for_it(house: MatrixHouse) -> None:
    unknown = {name: str(way) for way in ways(house) for name in way.rule.arguments if name not in NAMED}
    assert unknown == {}


def test_nobody_and_the_disabled_come_past_no_door(house: MatrixHouse) -> None:
    asked, wrong = 0, []
    csrf = csrf_of(house.anonymous)
    for way in ways(house):
        policy = policy_of(house.app.view_functions[way.endpoint])
        assert policy is not None
        for who, browser in (("anonymous", house.anonymous), ("disabled", house.disabled)):
            token = csrf if who == "anonymous" else csrf_of(browser)
            if policy.public:
                continue
            asked += 1
            answer = ask(house, browser, way, address(house, way), token)
            if answer.status_code != 401:
                wrong.append(f"{who}: {way}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)
    assert asked >= 120


def csrf_of(browser: FlaskClient) -> str:
    found = re.search(r'name="csrf-token" content="([^"]+)"', browser.get("/sign-in").text)
    assert found is not None
    return found[1]


def test_a_role_that_may_not_is_refused_wherever_it_stands(house: MatrixHouse) -> None:
    asked, wrong = 0, []
    for way in ways(house):
        action = policy_of(house.app.view_functions[way.endpoint]).action  # type: ignore[union-attr]
        for caller in house.callers:
            if action is None or permits(caller.actor.role, action):
                continue
            asked += 1
            answer = ask(house, caller.browser, way, address(house, way), caller.csrf)
            if answer.status_code != 403 or answer.get_json()["error"]["code"] != "not_permitted":
                wrong.append(f"{caller.label}: {way}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)
    assert asked >= 1000


def permitted_callers(house: MatrixHouse, way: Way) -> Iterator[tuple[Caller, bool]]:
    """Who has the role for a way, and whether the thing that it names is theirs to see."""
    policy = policy_of(house.app.view_functions[way.endpoint])
    assert policy is not None
    for caller in house.callers:
        if policy.action is None or permits(caller.actor.role, policy.action):
            name = subject_of(way)
            yield caller, name is None or seen_by(way, name)(house, caller.actor)


def test_what_is_out_of_scope_is_answered_as_what_is_absent(house: MatrixHouse) -> None:
    asked, wrong = 0, []
    for way in ways(house):
        name = subject_of(way)
        for caller, is_theirs in permitted_callers(house, way):
            if name is None or is_theirs:
                continue
            asked += 1
            there, nowhere = (
                ask(house, caller.browser, way, address(house, way, absent), caller.csrf) for absent in (None, name)
            )
            if there.status_code != 404 or told(there) != told(nowhere):
                wrong.append(f"{caller.label}: {way}: {there.status_code}, absent: {nowhere.status_code}")
    assert not wrong, "\n".join(wrong)
    assert asked >= 100


def test_whoever_may_is_let_in(house: MatrixHouse) -> None:
    asked, wrong = 0, []
    for way in ways(house):
        if policy_of(house.app.view_functions[way.endpoint]).public:  # type: ignore[union-attr]
            continue
        for caller, is_theirs in permitted_callers(house, way):
            if way.endpoint in OF_THE_HOUSE and not at_headquarters(caller):
                continue
            if not is_theirs or (caller.label.split(" ")[1] in ("(child)", "(sibling)") and subject_of(way) is None):
                continue
            asked += 1
            answer = one_answer(house, caller, way)
            if answer.status_code in (401, 403, 404, 500):
                wrong.append(f"{caller.label}: {way}: {answer.status_code} {answer.get_data(as_text=True)[:120]}")
    assert not wrong, "\n".join(wrong)
    assert asked >= 100


def at_headquarters(caller: Caller) -> bool:
    return caller.label.endswith("(parent)")


def test_what_is_of_the_whole_house_is_refused_below_headquarters(house: MatrixHouse) -> None:
    asked, wrong = 0, []
    for way in ways(house):
        if way.endpoint not in OF_THE_HOUSE:
            continue
        for caller, _ in permitted_callers(house, way):
            if at_headquarters(caller):
                continue
            asked += 1
            answer = one_answer(house, caller, way)
            if answer.status_code != 403 or answer.get_json()["error"]["code"] != "not_permitted":
                wrong.append(f"{caller.label}: {way}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)
    assert asked >= 18


class Noted(ImmutableMultiDict[str, str]):
    """What an address asks, which notes what the page reads of it."""

    read: ClassVar[set[str]] = set()

    def get(self, key: str, *given: Any, **options: Any) -> Any:
        self.read.add(key)
        return super().get(key, *given, **options)

    def __getitem__(self, key: str) -> str:
        self.read.add(key)
        return super().__getitem__(key)


ODD = ("-1", "9" * 30, "a\x00b", "0001-01-01", "9999-12-31", "['\"<😀" + "文" * 3000)


def test_no_page_falls_over_what_an_address_asks(house: MatrixHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    noting = type("Noting", (house.app.request_class,), {"parameter_storage_class": Noted})
    monkeypatch.setattr(house.app, "request_class", noting)
    asked, wrong = 0, []
    for way in ways(house):
        callers = [caller for caller, is_theirs in permitted_callers(house, way) if is_theirs]
        if way.method != "GET" or not callers:
            continue
        caller = next((one for one in callers if at_headquarters(one)), callers[0])
        path = address(house, way)
        Noted.read.clear()
        one_answer(house, caller, way).close()
        names = set(Noted.read)
        for value in ODD if names else ():
            asked += 1
            answer = caller.browser.get(path, query_string=dict.fromkeys(names, value))
            answer.close()
            if answer.status_code >= 500:
                wrong.append(f"{way}: {sorted(names)} = {value[:20]!r}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)
    assert asked >= 100


def one_answer(house: MatrixHouse, caller: Caller, way: Way) -> TestResponse:
    if way.method == "GET":
        return ask(house, caller.browser, way, address(house, way), caller.csrf)
    with house.undone():
        return ask(house, caller.browser, way, address(house, way), caller.csrf)
