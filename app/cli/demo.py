"""`imprimatur demo`: the demonstration bank, once, and its logins, as often as one likes."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from app.cli.parts import Parts
from app.cli.publish import publish_templates
from app.config import Settings
from app.kernel.errors import Conflict

LICENSED_FOR = timedelta(days=540)


@click.command()
@click.pass_obj
def demo(parts: Parts) -> None:
    """Make a demonstration bank on an empty database, and print who can sign in."""
    from app.flow.make_demo import make_demo
    from app.schema import require_current

    settings = parts.settings()
    deps = parts.deps(settings)
    require_current(deps)
    publish_templates(parts, settings, deps)
    kept = settings.var_dir / "demo_logins.txt"
    try:
        made = make_demo(deps, _portrait(settings), (datetime.now(UTC) + LICENSED_FOR).date())
    except Conflict as error:
        if error.code != "not_empty":
            raise
        note = f"The bank is there already.\n{kept.read_text(encoding='utf-8')}" if kept.exists() else error.message
        click.echo(note.rstrip())
        return
    lines = [f"  {login.demo.role:<9} {login.demo.login:<6} {login.password}  {login.demo.name}" for login in made]
    _keep(kept, "\n".join(lines) + "\n")
    click.echo("\n".join(lines))


def _portrait(settings: Settings) -> bytes | None:
    file = settings.brand_assets_dir / "lanshan" / "portrait.jpg"
    return file.read_bytes() if file.exists() else None


def _keep(file: Path, text: str) -> None:
    """For its owner's eyes alone: these are passwords, if only of a demonstration."""
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(text)
