"""`imprimatur admin`: what whoever stands at the machine may do without signing in."""

from pathlib import Path

import click

from app.accounts.people import new_password
from app.cli.parts import Parts
from app.flow import admit
from app.kernel.digest import sha256_hex
from app.kernel.errors import Invalid, Problem

ROLES = ("advisor", "designer", "reviewer", "operator", "auditor", "admin")


@click.group()
def admin() -> None:
    """Accounts and fonts, from the machine itself."""


@admin.command("create-user")
@click.option("--login", required=True)
@click.option("--name", required=True, help="The person's name.")
@click.option("--role", type=click.Choice(ROLES), default="admin", show_default=True)
@click.option("--headquarters", default="Headquarters", show_default=True, help="Its name, when there is none yet.")
@click.option("--ask", is_flag=True, help="Ask for the password, rather than make one and print it.")
@click.pass_obj
def create_user(parts: Parts, login: str, name: str, role: str, headquarters: str, ask: bool) -> None:
    """Create a person with an account at headquarters; the first one makes the headquarters, too."""
    from app.flow.manage_accounts import create_first
    from app.schema import require_current

    deps = parts.deps(parts.settings())
    require_current(deps)
    password = click.prompt("Password", hide_input=True, confirmation_prompt=True) if ask else new_password(login)
    create_first(deps, headquarters, name, role, login, password)
    click.echo(f"{login} ({role}) can sign in" if ask else f"{login} ({role}) can sign in with {password}")


@admin.command("check-font")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, dir_okay=False))
def check_font(files: tuple[Path, ...]) -> None:
    """Check font files before they are named in a brand.json; prints the hash of each that may be.

    They are opened by a child process: their tables must lie within them, and no character may be drawn as another.
    """
    problems: list[Problem] = []
    for file in files:
        try:
            data = file.read_bytes()
            admit.font(data, file.name)
            click.echo(f"{sha256_hex(data)}  {file.name}")
        except OSError as error:
            problems.append(Problem(file.name, "unreadable", error.strerror or str(error)))
        except Invalid as error:
            problems += error.problems
    if problems:
        raise Invalid.of(problems)
