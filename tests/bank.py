"""A small bank with its people, for the tests of the main job: real templates, real rules, real rendering."""

from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.accounts import records as accounts
from app.accounts.core import Actor, Role
from app.accounts.people import Profile
from app.accounts.tables import OrganisationRow, PersonRow
from app.config import Settings
from app.db import database_now, reading, transaction
from app.factory import open_studio
from app.flow.decide import decide
from app.flow.deps import Deps
from app.flow.design import publish_builtin
from app.flow.make_poster import Studio
from app.flow.save_draft import Saved, save_draft, start_poster
from app.flow.submit import Submitted, submit
from app.library import records as library
from app.posters.core import Painted, RenditionOrder
from app.posters.drafts import Draft
from app.review import records as review
from app.review.core import state_of
from app.review.records import Case
from app.storage.store import open_store
from tests.conftest import House
from tests.posters import PROJECT

GREETING, FUND = "daily-greeting", "fund-weekly"
OUTLET = "/hq/east/river/"

PLAIN = {"words": "山色新，\n茶也正好。"}
DOUBTFUL = {"words": "安全可靠，\n值得信赖。"}  # the rules want a human to look
FORBIDDEN = {"words": "保本保息，\n稳赚不赔。"}


def actor(person: str, role: Role, path: str = "/hq/", account: str | None = None) -> Actor:
    """Somebody of the bank; a person may have several accounts."""
    return Actor(account or f"{person}-1", person, path.strip("/").split("/")[-1], path, role)


LIN = actor("lin", "advisor", OUTLET)
CHEN = actor("chen", "advisor", OUTLET)
MEI = actor("mei", "designer")
TAO = actor("tao", "designer")
ZHOU = actor("zhou", "reviewer")
WANG = actor("wang", "reviewer")
HE = actor("he", "operator")
LIN_AS_REVIEWER = actor("lin", "reviewer", account="lin-2")
MEI_AS_REVIEWER = actor("mei", "reviewer", account="mei-2")


@cache
def studio() -> Studio:
    """The real one, with two of the built-in templates."""
    opened = open_studio(Settings.from_env({}))
    return replace(opened, templates={slug: opened.templates[slug] for slug in (GREETING, FUND)})


def draft(slots: dict[str, Any] | None = None, size: str = "phone", channel: str = "wechat") -> Draft:
    """What an advisor filled in."""
    return Draft(PLAIN if slots is None else slots, size, "zh", channel)


def _not_painted(order: RenditionOrder) -> Painted:
    raise AssertionError("the main job paints by itself")


@dataclass(frozen=True)
class Bank:
    """The bank's house, its studio, and short ways to a poster in each state."""

    deps: Deps
    studio: Studio

    def publish(self, folder: Path) -> None:
        """Publish the two templates from a folder that holds nothing else."""
        for slug in (GREETING, FUND):
            (folder / slug).symlink_to(PROJECT / "poster_templates" / slug)
        publish_builtin(self.deps, self.studio, folder)

    def version(self, slug: str = GREETING) -> str:
        """The id of a published template."""
        with reading(self.deps) as session:
            return library.all_versions(session, slug)[0].id

    def started(self, slots: dict[str, Any] | None = None, slug: str = GREETING, who: Actor = LIN) -> str:
        """A new draft."""
        return start_poster(self.deps, self.studio, who, self.version(slug), draft(slots)).poster_id

    def saved(self, poster_id: str, base: int, slots: dict[str, Any] | None = None, who: Actor = LIN) -> Saved:
        """The next revision."""
        return save_draft(self.deps, self.studio, who, poster_id, base, draft(slots))

    def submitted(self, poster_id: str, who: Actor = LIN) -> Submitted:
        """The poster, submitted."""
        return submit(self.deps, self.studio, who, poster_id)

    def in_review(self) -> tuple[str, str]:
        """A poster that waits for a human, and its digest."""
        poster_id = self.started(DOUBTFUL)
        answer = self.submitted(poster_id)
        assert answer.state == "in_review"
        return poster_id, answer.digest

    def approved(self) -> str:
        """A poster that a human approved."""
        poster_id, digest = self.in_review()
        decide(self.deps, ZHOU, poster_id, "approve", digest)
        return poster_id

    def case(self, subject_id: str) -> Case:
        """The case; its stored state is compared with the one that the steps give."""
        with reading(self.deps) as session:
            case = review.find_case(session, subject_id)
            steps = review.history(session, subject_id)
        assert case.state == state_of(case.kind, [step.action for step in steps])
        return case

    def steps(self, subject_id: str) -> list[str]:
        """The actions of a case, oldest first."""
        with reading(self.deps) as session:
            return [step.action for step in review.history(session, subject_id)]


def open_bank(engine: Engine, objects: Path, templates: Path) -> Bank:
    """A bank on a migrated, empty database, with two published templates."""
    bank = bank_on(engine, objects)
    templates.mkdir()
    bank.publish(templates)
    with transaction(bank.deps) as session:
        _people(session)
    return bank


def bank_on(engine: Engine, objects: Path) -> Bank:
    """The bank that stands in a database, with its objects."""
    settings = House({}).using(storage_dir=objects).settings
    return Bank(Deps(settings, engine, open_store(settings), _not_painted), studio())


def _people(session: Session) -> None:
    now = database_now(session)
    session.add(OrganisationRow(id="hq", path="/hq/", kind="headquarters", name="澜山银行", created_at=now))
    session.flush()
    for person, name in (("lin", "林若溪"), ("chen", "陈砚秋")):
        session.add(PersonRow(id=person, organisation_id="hq", name=name, created_at=now))
        session.flush()
        profile = Profile(name, "高级理财经理", "138 0000 2048", "澜山银行 · 望江支行")
        accounts.put_profile(session, person, profile)
        accounts.put_licence(session, person, "fund", f"Q2026-{person}", date(2099, 12, 31))
