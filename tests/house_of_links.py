"""A served bank with one issued poster behind a short link, for the tests of customers' pages."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.accounts import records as accounts
from app.accounts.people import Profile
from app.config import Settings
from app.db import open_engine, transaction
from app.factory import create_app
from app.flow.deps import Deps
from app.flow.issue import issue
from app.flow.visit import drain
from app.posters.core import Painted, RenditionOrder
from app.storage.store import open_store
from app.tracking.core import Visit
from tests.bank import LIN, Bank, open_bank, studio
from tests.conftest import House
from tests.redirects import kept

PORTRAIT = Path(__file__).resolve().parent.parent / "brand_assets" / "lanshan" / "portrait.jpg"
PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Mobile/15E148 MicroMessenger/8.0.49(0x18003137) NetType/WIFI Language/zh_CN"
)
PERSON = {"User-Agent": PHONE, "Accept-Language": "zh-CN", "Accept": "text/html"}
FROM_HERE = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
CHAT = "https://work.weixin.qq.com/ca/cawcde01"


@dataclass(frozen=True)
class Links:
    """The bank, its application, and a poster of the advisor Lin: its id and the code of its link."""

    bank: Bank
    app: Flask
    poster_id: str
    code: str

    def browser(self) -> FlaskClient:
        """Somebody's telephone."""
        return self.app.test_client()

    def visits(self) -> list[Visit]:
        """Everything that was kept until now, in its order."""
        drain(self.bank.deps)
        return kept(self.bank.deps)

    def kinds(self) -> list[str]:
        """What was kept, by kind."""
        return [visit.kind for visit in self.visits()]


def get(browser: FlaskClient, path: str, **headers: str) -> TestResponse:
    """The answer that a person gets."""
    return browser.get(path, headers=PERSON | headers)


def post(browser: FlaskClient, path: str, data: dict[str, Any] | None = None, **headers: str) -> TestResponse:
    """The answer to a form of our own."""
    return browser.post(path, data=data or {}, headers=PERSON | FROM_HERE | headers)


def settings_for(url: str, folder: Path, **more: object) -> Settings:
    """The settings of a house of one test's own."""
    given: dict[str, object] = {
        "database_url": url,
        "var_dir": folder / "var",
        "storage_dir": folder / "objects",
        "spool_dir": folder / "visits",
        "fonts_dir": Settings.from_env({}).fonts_dir,
    }
    return House({}).using(**given | more).settings


@dataclass(frozen=True)
class Prepared:
    """A bank made once: its database as bytes, its objects, and its poster."""

    database: bytes
    objects: Path
    poster_id: str
    code: str


def prepare(empty: bytes, folder: Path, **more: object) -> Prepared:
    """Make the bank in `folder`."""
    file = folder / "bank.db"
    file.write_bytes(empty)
    settings = settings_for(f"sqlite:///{file}", folder, **more)
    engine = open_engine(settings)
    plain = open_bank(engine, settings.storage_dir, folder / "templates")
    bank = Bank(replace(plain.deps, settings=settings), plain.studio)
    with transaction(bank.deps) as session:
        photo = bank.deps.store.put(PORTRAIT.read_bytes())
        line = "澜山银行 · 望江支行"
        accounts.put_profile(session, "lin", Profile("林若溪", "高级理财经理", "138 0000 2048", line, photo, CHAT))
    poster_id = bank.approved()
    code = issue(bank.deps, bank.studio, LIN, poster_id, "jpeg").link_code
    engine.dispose()
    return Prepared(file.read_bytes(), settings.storage_dir, poster_id, code)


@contextmanager
def opened(prepared: Prepared, folder: Path, **more: object) -> Iterator[Links]:
    """The bank, once more, and its application."""
    file = folder / "copy.db"
    file.write_bytes(prepared.database)
    settings = settings_for(f"sqlite:///{file}", folder, **{"storage_dir": prepared.objects} | more)
    deps = Deps(settings, open_engine(settings), open_store(settings), _not_painted)
    bank = Bank(deps, studio())
    yield Links(bank, create_app(settings, studio()), prepared.poster_id, prepared.code)
    deps.engine.dispose()


def _not_painted(_order: RenditionOrder) -> Painted:
    raise AssertionError("nothing is ordered here")
