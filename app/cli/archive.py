"""`imprimatur archive`: the chain of everything that happened, checked and noted."""

from typing import TYPE_CHECKING

import click

from app.cli.parts import Parts
from app.kernel.errors import Invalid, Problem

if TYPE_CHECKING:
    from app.archive.core import Head

WHY = {
    "missing": "an entry is missing, or out of its place",
    "altered": "its text does not give its hash",
    "columns_differ": "its columns say something else than its text",
    "cut": "the chain ends before it, but it was written",
    "not_the_head": "the chain does not lead to the head that is known",
    "not_as_sealed": "a signed head holds another hash: it was altered and chained anew",
    "seal_missing": "the signed head that covers it is gone",
    "bad_seal": "the signed head that begins with it is not as it was signed",
}


@click.group()
def archive() -> None:
    """The record of everything that happened, in a chain of hashes."""


@archive.command()
@click.option("--expect", metavar="NUMBER:HASH", help="A head that was noted earlier.")
@click.pass_obj
def verify(parts: Parts, expect: str | None) -> None:
    """Check every entry, and the signed heads in the store; exit status 1 when something is not as it was written."""
    from app.archive.core import Break
    from app.flow.keep_archive import check
    from app.schema import require_current

    noted = _head(expect) if expect else None
    deps = parts.deps(parts.settings())
    require_current(deps)
    checked = check(deps, noted)
    if isinstance(checked.found, Break):
        bad = checked.found
        click.echo(f"entry {bad.sequence}: {WHY[bad.reason]} [{bad.reason}]", err=True)
        raise click.exceptions.Exit(1)
    click.echo(f"{checked.found.sequence} entries, {checked.sealed_until} of them under signed heads: all as written")


@archive.command()
@click.pass_obj
def head(parts: Parts) -> None:
    """Sign what is not signed yet, and print the head of the chain, to be noted elsewhere."""
    from app.archive import records
    from app.archive.seal import public_text
    from app.db import reading
    from app.flow.keep_archive import seal, signing_key
    from app.schema import require_current

    settings = parts.settings()
    deps = parts.deps(settings)
    require_current(deps)
    seal(deps)
    with reading(deps) as session:
        found = records.head(session)
    click.echo(f"{found.sequence}:{found.hash}")
    click.echo(f"signed by {public_text(signing_key(settings))}", err=True)


def _head(text: str) -> "Head":
    from app.archive.core import Head

    number, _, digest = text.partition(":")
    if not number.isdecimal() or len(digest) != 64:
        raise Invalid.of([Problem("expect", "bad_head", "a head is its number, a colon and 64 hexadecimal digits")])
    return Head(int(number), digest.lower())
