"""The customers' door: short links, landing pages and beacons before everything else that is served."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from app.brand.core import BrandKit
from app.db import open_engine
from app.flow.application_secret import secret_key
from app.flow.deps import Deps
from app.flow.make_poster import Studio
from app.public.parts import Built, PublicParts
from app.public.pictures import Pictures
from app.public.redirect import Intake, with_redirect
from app.public.shell import create_public
from app.public.tokens import Tokens

PREFIXES = ("/l/", "/b/", "/v/", "/p/")


@dataclass(frozen=True, slots=True)
class Lent:
    """What the customers' pages have from others: the bank's name, built scripts and styles, translated words."""

    brand: BrandKit
    built: Callable[[str], Built]
    static: Path
    translations: Path


def public_site(
    deps: Deps,
    studio: Callable[[], Studio],
    lent: Lent,
    inner: WSGIApplication,
    *,
    is_served: bool = False,
    guarded: Callable[[WSGIApplication], WSGIApplication] = lambda app: app,
) -> WSGIApplication:
    """A WSGI application that answers customers itself and hands everything else to `inner`.

    `studio` gives what posters are painted with, and the rules in force.

    Where it `is_served`, it connects to the database before the first of them comes. `guarded` is put before everything
    but short links, which read no body.
    """
    settings = deps.settings
    # Short links have connections of their own: they must not wait for whatever else this process asks the database.
    intake = Intake.opened(settings, open_engine(settings))
    if is_served:
        intake.links.warm_up()
    pages = create_public(
        PublicParts(
            settings=settings,
            deps=deps,
            brand=lent.brand,
            intake=intake,
            pictures=Pictures(deps, studio),
            tokens=Tokens(secret_key(settings)),
            built=lent.built,
            static=lent.static,
            translations=lent.translations,
        )
    )

    def behind_links(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        is_ours = environ["PATH_INFO"].startswith(PREFIXES)
        return pages(environ, start_response) if is_ours else inner(environ, start_response)

    return with_redirect(intake, guarded(behind_links))
