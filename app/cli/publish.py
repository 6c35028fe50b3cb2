"""`imprimatur publish`: the built-in templates come into the library; those that are there stay as they are."""

from typing import TYPE_CHECKING

import click

from app.cli.parts import Parts
from app.config import Settings
from app.kernel.errors import Conflict

if TYPE_CHECKING:
    from app.flow.deps import Deps


@click.command()
@click.pass_obj
def publish(parts: Parts) -> None:
    """Publish the built-in templates that the library does not have yet."""
    from app.schema import require_current

    settings = parts.settings()
    deps = parts.deps(settings)
    require_current(deps)
    publish_templates(parts, settings, deps)


def publish_templates(parts: Parts, settings: Settings, deps: "Deps") -> None:
    """Publish them, and say how many; what was altered without a new version is named and left as it was published."""
    from app.flow.design import publish_builtin

    try:
        new = publish_builtin(deps, parts.studio(settings, None), settings.poster_templates_dir)
    except Conflict as error:
        if error.code != "version_taken":
            raise
        click.echo(f"Left as published: {error.message}", err=True)
        return
    if new:
        click.echo(f"Published: {len(new)}", err=True)
