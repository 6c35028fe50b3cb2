"""The composition root: the only place that knows all parts and puts them together.

What only some commands need (database, store, worker) is imported when it is opened: a poster from the command line
starts without it.
"""

import json
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

from app.cli.main import run
from app.cli.parts import Parts
from app.compliance.rules import Rules
from app.config import Settings
from app.flow.fill import read_values
from app.flow.make_poster import Order, Studio, make_poster
from app.kernel.errors import AppError, Blocked, Conflict, Invalid, Problem, Unavailable
from app.kernel.memory import put_away, take_out
from app.reads.brand_kit import load_brand, read_brand
from app.reads.rule_packs import load_rules
from app.reads.templates import load_templates
from app.rendering.foreign_codes import read_without_code
from app.rendering.paint_png import StaticCache

if TYPE_CHECKING:
    from flask import Flask
    from sqlalchemy import Engine

    from app.flow.deps import Deps
    from app.ocr.core import Line
    from app.posters.core import Painted, RenditionOrder
    from app.storage.store import Store

BRAND = "lanshan"
NO_PHOTO = "no-photo"


def main() -> None:
    """The console script `imprimatur`."""
    parts = Parts(
        settings=Settings.from_env,
        studio=_open_to_stay,
        rules=lambda settings: load_rules(settings.compliance_rules_dir),
        work=_work,
        migrate=_migrate,
        deps=open_deps,
        serve=_serve,
        read_picture=picture_reader,
        house_rules=house_rules,
    )
    try:
        sys.exit(run(parts))
    finally:
        take_out()


def _work(settings: Settings, once: bool) -> None:
    from app.worker import work

    work(open_deps(settings), once)


def _migrate(settings: Settings) -> None:
    from app.flow.second_factor import seal_secrets
    from app.schema import migrate

    deps = open_deps(settings)
    migrate(deps)
    seal_secrets(deps)


def create_app(settings: Settings, studio: Studio | None = None, *, is_served: bool = False) -> "Flask":
    """The pages, behind those of customers; `is_served` by a process that goes on to answer requests.

    *Raises* Invalid with every problem of settings, brand, templates or rules.
    """
    from app.flow.house_book import HouseBook
    from app.public.site import Lent, public_site
    from app.web import create_web
    from app.web.assets import STATIC, entry
    from app.web.bodies import Bodies, Pace
    from app.web.languages import TRANSLATIONS
    from app.web.parts import WebParts
    from app.web.security import MAX_BODY_BYTES

    opened, deps = studio or open_studio(settings), open_deps(settings)
    book = HouseBook(deps)
    app = create_web(WebParts(settings, deps, opened, book))
    lent = Lent(read_brand(settings.brand_assets_dir / BRAND), entry, STATIC, TRANSLATIONS)
    guarded = partial(
        Bodies,
        threads=settings.web_threads,
        longest_bytes=MAX_BODY_BYTES,
        is_proxied=settings.proxies > 0,
        pace=Pace(settings.body_seconds),
    )
    site = public_site(deps, lambda: book.in_force(opened), lent, app.wsgi_app, is_served=is_served, guarded=guarded)
    app.wsgi_app = site  # type: ignore[assignment, method-assign]
    return app


_opened: list[Studio] = []


def create_served_app() -> "Flask":
    """What a web process runs: the pages by the settings of the environment, their logs as JSON.

    It is forked from `imprimatur serve` and has its studio from there, opened once for all of them and the worker.
    """
    from app.web.observe import configure_logs
    from app.web.serving import end_with_the_server

    end_with_the_server()
    configure_logs()
    app = create_app(Settings.from_env(), *_opened, is_served=True)
    _look_at_what_is_out(app)
    return app


def _look_at_what_is_out(app: "Flask") -> None:
    """Let what is out be judged again where this release has brought other rules; a later start does it as well."""
    from app.flow.rescan import order_when_changed
    from app.reads.rejudged import Works
    from app.web.parts import EXTENSION

    parts = app.extensions[EXTENSION]
    with suppress(Unavailable, Blocked):
        order_when_changed(parts.deps, Works, parts.book.in_force(parts.studio))


def _serve(settings: Settings, host: str, port: int, with_worker: bool) -> None:
    from app.schema import require_current
    from app.web.serving import serve

    deps = open_deps(settings)
    require_current(deps)
    deps.engine.dispose()  # a connection must not be forked
    work = partial(_work, settings, once=False) if with_worker else None
    serve(settings, host, port, partial(_open_for_all, settings), work)


def _open_for_all(settings: Settings) -> None:
    """Open what this process is about to share with those forked from it, which leave it where it is in memory."""
    with put_away():
        for name in ("app.web", "app.public.site", "app.worker"):
            import_module(name)
        _opened.append(_warm(open_studio(settings)))


def _open_to_stay(settings: Settings, only: str | None = None) -> Studio:
    with put_away():
        return open_studio(settings, only)


def open_studio(settings: Settings, only: str | None = None) -> Studio:
    """All that posters are made with, or all that `only` one template needs.

    *Raises* Invalid with every problem of brand kit, templates or rules.
    """
    brand = load_brand(settings.brand_assets_dir / BRAND, settings.fonts_dir)
    return Studio(
        kit=brand.kit,
        templates=load_templates(settings.poster_templates_dir, brand.kit, only),
        rules=load_rules(settings.compliance_rules_dir),
        sample_profile=brand.sample_profile,
        sample_link=brand.brand.sample_link,
        no_photo=brand.kit.assets[NO_PHOTO],
        cache=StaticCache(),
    )


def _warm(studio: Studio) -> Studio:
    """The studio with the rules of its templates ready: it is about to be forked."""
    studio.prepare(*(loaded.template.jurisdiction for loaded in studio.templates.values()))
    return studio


def house_rules(settings: Settings, packs: Rules) -> Rules:
    """`packs` with what the house has laid over them, where it has a database.

    *Raises* Unavailable when it has one and it does not answer: nothing is made by rules that are not in force.
    """
    file = settings.database_url.get_secret_value().removeprefix("sqlite:///")
    if "://" not in file and not Path(file).exists():
        return packs
    from sqlalchemy import inspect

    from app.db import open_engine, reading
    from app.flow.house_book import HouseBook

    house = SimpleNamespace(engine=open_engine(settings))
    try:
        with reading(house) as session:
            has_book = inspect(session.connection()).has_table("rule_switches")
        return HouseBook(house).rules(packs) if has_book else packs
    finally:
        house.engine.dispose()


def open_deps(settings: Settings) -> "Deps":
    """Database, store, and a studio and a painter that open at their first use."""
    from app.db import open_engine
    from app.flow.deps import Deps
    from app.storage.store import open_store

    store, engine = open_store(settings), open_engine(settings)
    studio = studio_in_force(settings, engine)
    paint = rendition_painter(settings, store, studio)
    return Deps(settings, engine, store, paint, studio=studio, read_picture=picture_reader(settings))


def studio_in_force(settings: Settings, engine: "Engine") -> Callable[[], Studio]:
    """A function that gives the studio of this process, opened once, with the rules that are in force."""
    from app.flow.house_book import HouseBook

    book, opening = HouseBook(SimpleNamespace(engine=engine)), threading.Lock()
    opened = [*_opened]

    def studio() -> Studio:
        with opening:
            if not opened:
                opened.append(open_studio(settings))
        return book.in_force(opened[0])

    return studio


def rendition_painter(
    settings: Settings, store: "Store", studio: Callable[[], Studio]
) -> "Callable[[RenditionOrder], Painted]":
    """A function that makes the poster of a stored order, in a child process under the limits of the settings.

    Its pictures are objects of `store`; they are fetched here, since a child must not share the store's connections.
    When other rules have come into force, the child that knows the old ones is let go.
    """
    from app.jobs.crew import Crew
    from app.posters.core import Painted, picture_digests

    own = threading.local()

    def paint(order: "RenditionOrder") -> Painted:
        now = studio()
        if getattr(own, "judges_by", None) != (id(now.rules), id(now.evidence)):
            if hasattr(own, "crew"):
                own.crew.close()
            own.crew = Crew(partial(_painted, _warm(now)), 1, settings.render_seconds, settings.render_memory_mib)
            own.judges_by, own.studio = (id(now.rules), id(now.evidence)), now
        pictures = {digest: store.get(digest) for digest in picture_digests(order.values).values()}
        ((_, result),) = own.crew.do([(order, pictures)])
        if isinstance(result, AppError):
            raise result
        painted: Painted = result
        return painted

    return paint


def picture_reader(settings: Settings) -> "Callable[[bytes], tuple[Line, ...]]":
    """Gives the lines of text in a picture, read in a child process under the limits of the settings."""
    from app.ocr.reader import Reader

    return Reader(_read_text, settings.ocr_seconds, settings.ocr_memory_mib)


def _read_text(data: bytes) -> "tuple[Line, ...]":
    from app.ocr.core import gathered
    from app.ocr.engine import MAX_EDGE_PX, read_pixels
    from app.rendering.pictures import views

    return gathered(read_pixels(view) for view in views(data, MAX_EDGE_PX))


def _painted(studio: Studio, piece: "tuple[RenditionOrder, dict[str, bytes]]") -> "Painted":
    from app.posters.core import Painted

    order, pictures = piece
    loaded = studio.templates.get(order.template)
    if loaded is None:
        raise Invalid.of([Problem("template", "unknown_template", f"there is no template “{order.template}”")])
    if loaded.template.version != order.template_version:
        message = f"ordered from version {order.template_version}, now it is {loaded.template.version}"
        raise Conflict("template_changed", message)
    document = json.loads(json.dumps(order.values))
    # This is a child under limits already: it opens the pictures, and searches them once more, with its own hands.
    values = read_values(loaded.template, document, pictures.__getitem__, studio.sample_profile, read_without_code)
    today = datetime.now(UTC).date()
    poster = make_poster(studio, Order(loaded, values, order.link, order.format, today, order.size, order.language))
    return Painted(poster.data, poster.media_type)


if __name__ == "__main__":
    # By the module's name: under it the web processes look for what is opened here.
    from app import factory

    factory.main()
