"""`imprimatur demo`: the demonstration bank, once, and its logins, as often as one likes."""

import logging
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from app.cli.parts import Parts
from app.cli.publish import publish_templates
from app.config import Settings
from app.kernel.errors import Conflict

if TYPE_CHECKING:
    from app.flow.make_demo_people import Login


@click.command()
@click.option("--small", is_flag=True, help="Two advisors at work, few visits.")
@click.pass_obj
def demo(parts: Parts, small: bool) -> None:
    """Make a demonstration bank on an empty database, and print who can sign in."""
    import structlog

    from app.flow.make_demo import FULL, SMALL, make_demo
    from app.schema import require_current

    settings = parts.settings()
    deps = parts.deps(settings)
    require_current(deps)
    kept = settings.var_dir / "demo_logins.txt"
    # What a worker would log of each of these days is of no use here.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    try:
        studio = parts.studio(settings, None)
        size = SMALL if small else FULL
        made = make_demo(deps, studio, _portrait(settings), size, lambda logins: _keep(kept, _lines(logins)))
    except Conflict as error:
        if error.code != "not_empty":
            raise
        publish_templates(parts, settings, deps)
        note = f"The bank is there already.\n{kept.read_text(encoding='utf-8')}" if kept.exists() else error.message
        click.echo(note.rstrip())
        return
    click.echo(_lines(made).rstrip("\n"))


def _lines(logins: "Sequence[Login]") -> str:
    return "".join(f"  {one.demo.role:<9} {one.demo.login:<10} {one.password}  {one.demo.name}\n" for one in logins)


def _portrait(settings: Settings) -> bytes | None:
    file = settings.brand_assets_dir / "lanshan" / "portrait.jpg"
    return file.read_bytes() if file.exists() else None


def _keep(file: Path, text: str) -> None:
    """For its owner's eyes alone: these are passwords, if only of a demonstration."""
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(text)
