"""A house with somebody in every role at every place, and one thing of each kind that belongs to one advisor."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.accounts import records
from app.accounts.core import ROLES, Actor, Role, can_see, is_in_scope
from app.accounts.people import Organisation, Profile
from app.accounts.proof import new_token, token_digest
from app.archive.records import entries
from app.config import Settings
from app.customers.tables import CustomerEventRow, CustomerRow, CustomerTaskRow
from app.db import database_now, reading, transaction
from app.evidence import records as evidence
from app.evidence.core import NewSentence
from app.factory import create_app
from app.flow.issue import issue
from app.flow.keep_picture import bring_picture
from app.flow.make_poster import Studio
from app.flow.save_draft import start_poster
from app.flow.submit import submit
from app.jobs.queue import enqueue
from app.library import records as library
from app.ocr import records as ocr
from app.posters import records as posters
from app.posters.drafts import Draft
from app.rescans import records as rescans
from app.review import records as review
from app.rulebook import records as rulebook
from app.rulebook.core import NewVersion
from app.web.parts import EXTENSION, WebParts
from tests.core.test_house_rules import text as rule_text
from tests.web.conftest import form_token
from tests.web.test_editor_routes import a_photo

RULE = "cn-house-matrix"
PLACES = ("parent", "own", "child", "sibling")


@dataclass(frozen=True)
class Caller:
    """Somebody with a browser; `label` says what they are to the things of the house."""

    label: str
    actor: Actor
    browser: FlaskClient
    csrf: str


@dataclass(frozen=True)
class Things:
    """One of each, all of the same advisor."""

    owner_person_id: str
    path: str
    organisation_id: str
    account_id: str
    poster_id: str
    code: str
    digest: str
    waiting_id: str
    version_id: str
    customer_id: str
    task_id: str
    sequence: int
    rule_id: str
    sentence_id: str


@dataclass
class MatrixHouse:
    """The served pages, everybody who calls them, and what there is to be called for."""

    app: Flask
    file: Path
    things: Things
    callers: list[Caller]
    anonymous: FlaskClient
    disabled: FlaskClient
    _kept: bytes = field(default=b"", repr=False)

    @contextmanager
    def undone(self) -> Iterator[None]:
        """Whatever is changed in the block is as before after it."""
        yield
        self.parts.deps.engine.dispose()
        for rest in ("-wal", "-shm"):
            Path(f"{self.file}{rest}").unlink(missing_ok=True)
        self.file.write_bytes(self._kept)

    def keep(self) -> None:
        """What `undone` goes back to: the database as it is now, in one file."""
        with reading(self.parts.deps) as session:
            session.connection().exec_driver_sql("COMMIT")
            session.connection().exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            session.connection().exec_driver_sql("BEGIN")
        self.parts.deps.engine.dispose()
        self._kept = self.file.read_bytes()

    @property
    def parts(self) -> WebParts:
        """What the pages are made of."""
        found: WebParts = self.app.extensions[EXTENSION]
        return found

    def owns(self, actor: Actor) -> bool:
        """Whether `actor` may see what belongs to the advisor."""
        return can_see(actor, self.things.path, self.things.owner_person_id)

    def reaches(self, actor: Actor) -> bool:
        """Whether the advisor's branch is in the actor's scope."""
        return is_in_scope(actor, self.things.path)


def open_house(folder: Path, settings: Settings, studio: Studio, password_hash: str) -> MatrixHouse:
    """The house, with its database kept as it is after all was made."""
    app = create_app(settings, studio)
    parts: WebParts = app.extensions[EXTENSION]
    photo = parts.deps.store.put(a_photo())
    with transaction(parts.deps) as session:
        ocr.want(session, [photo])
        ocr.keep(session, photo, [])  # it was read, and holds no words
        root = records.add_organisation(session, None, "headquarters", "澜山银行总行")
        east = records.add_organisation(session, root, "branch", "望江支行")
        places = {
            "parent": root,
            "own": east,
            "child": records.add_organisation(session, east, "outlet", "望江一号网点"),
            "sibling": records.add_organisation(session, root, "branch", "东湖支行"),
        }
        actors = {
            f"{role} ({place})": _hire(session, places[place], role, f"{role}.{place}", password_hash, photo)
            for role in ROLES
            for place in PLACES
            if (role, place) != ("advisor", "own")
        }
        actors["advisor (colleague)"] = _hire(session, east, "advisor", "colleague", password_hash, photo)
        owner = _hire(session, east, "advisor", "owner", password_hash, photo)
        actors["advisor (own)"] = owner
        gone = _hire(session, east, "advisor", "gone", password_hash, photo)
    things = _things(parts, owner, east)
    callers = [_caller(app, label, actor) for label, actor in actors.items()]
    disabled = _caller(app, "disabled", gone).browser
    with transaction(parts.deps) as session:
        records.change_account(session, gone.account_id, disabled_at=database_now(session))
    house = MatrixHouse(app, folder / "test.db", things, callers, app.test_client(), disabled)
    house.keep()
    return house


def copied(published: Path, folder: Path) -> None:
    """The published templates, copied to a folder of one's own."""
    shutil.copyfile(published / "test.db", folder / "test.db")
    shutil.copytree(published / "var" / "objects", folder / "var" / "objects")


def _hire(session: Session, place: Organisation, role: Role, login: str, password_hash: str, photo: str) -> Actor:
    person = records.add_person(session, place.id, login)
    account = records.add_account(session, person, place.id, role, login, password_hash)
    records.put_profile(session, person, Profile(login, "理财经理", "138 0000 2048", place.name, photo))
    return Actor(account, person, place.id, place.path, role)


def _caller(app: Flask, label: str, actor: Actor) -> Caller:
    parts: WebParts = app.extensions[EXTENSION]
    token = new_token()
    with transaction(parts.deps) as session:
        records.add_session(session, actor.account_id, token_digest(token), 1)
    browser = app.test_client()
    browser.set_cookie("session", token, domain="localhost")
    return Caller(label, actor, browser, form_token(browser, "/me"))


def _things(parts: WebParts, owner: Actor, east: Organisation) -> Things:
    deps, studio = parts.deps, parts.studio
    with reading(deps) as session:
        built_in = library.all_versions(session, "daily-greeting")[0]
    made = []
    for words in ("山色新，\n茶也正好。", "安全可靠，\n值得信赖。"):
        draft = Draft({"words": words}, "phone", "zh", "wechat")
        made.append(start_poster(deps, studio, owner, built_in.id, draft).poster_id)
    picture = bring_picture(deps, owner, made[0], a_photo())
    for poster_id in made:
        submit(deps, studio, owner, poster_id)
    issued = issue(deps, studio, owner, made[0], "png")
    with transaction(deps) as session:
        version_id = library.add_version(session, "daily-greeting", "9.9.9", east.path)
        library.add_content(session, version_id, built_in.content, owner.person_id)
        case = review.open_case(session, version_id, "template", east.path)
        review.submit(session, case, review.Mover("designer", owner.person_id), built_in.content.digest, [])
        customer_id, task_id = _customer(session, owner, east, made[0], issued.link_code)
        _rule(session, owner)
        proven = NewSentence("CN", "generic", "市场第一", "某机构 2026 年报告", None, date(2026, 1, 1), None)
        sentence_id = evidence.add(session, proven, "市场第一", owner.person_id)
        rescans.add_rescan(session, "rescan1111111111", 0, "0" * 64, ["CN"], None)
        rescans.note_findings(session, made[0], "0" * 64, 0, [])
        number = entries(session, f"poster:{made[0]}")[0].sequence
        assert posters.find_poster(session, made[0]).owner_person_id == owner.person_id
    return Things(
        owner_person_id=owner.person_id,
        path=east.path,
        organisation_id=east.id,
        account_id=owner.account_id,
        poster_id=made[0],
        code=issued.link_code,
        digest=picture.digest,
        waiting_id=made[1],
        version_id=version_id,
        customer_id=customer_id,
        task_id=task_id,
        sequence=number,
        rule_id=RULE,
        sentence_id=sentence_id,
    )


def _rule(session: Session, owner: Actor) -> None:
    """A rule of the house that somebody has written, and a replay of it that is about to begin."""
    rulebook.add_version(session, NewVersion(RULE, "CN", rule_text(id=RULE), "试行", 0, 0), owner.person_id)
    job_id = enqueue(session, "replay_rule", {"replay": "replay1111111111"})
    rulebook.add_replay(session, "replay1111111111", RULE, 1, job_id, owner.person_id)


def _customer(session: Session, owner: Actor, place: Organisation, poster_id: str, code: str) -> tuple[str, str]:
    now = database_now(session)
    customer = CustomerRow(id="customer11111111", advisor_person_id=owner.person_id, organisation_path=place.path)
    customer.visitor, customer.name, customer.app = "v" * 22, "", "wechat"
    customer.created_at = customer.last_seen_at = now
    session.add(customer)
    session.flush()
    event = CustomerEventRow(visit_id=1, customer_id=customer.id, kind="open", at=now, poster_id=poster_id, code=code)
    event.level, event.app = 1, "wechat"
    session.add(event)
    session.flush()
    words = {"zh": "回访", "en": "Call back"}
    task = CustomerTaskRow(id="task111111111111", customer_id=customer.id, rule="call-back", visit_id=1, given_at=now)
    task.due_at, task.title, task.reason, task.to_do, task.note = now + timedelta(days=1), words, words, words, ""
    session.add(task)
    session.flush()
    return customer.id, task.id
