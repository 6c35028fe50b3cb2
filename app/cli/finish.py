"""The options of a PDF's finish, the same for one poster and for many."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import click

from app.rendering.pdf_edition import SHEET_NAMES, STANDARDS, Finish, SheetName, Standard


def finish_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Gives a command ``--standard``, ``--marks`` and ``--imposition``; it takes them together, as `finish`."""

    @click.option(
        "--standard",
        type=click.Choice(STANDARDS),
        default="plain",
        show_default=True,
        help="PDF: x-4 for the press (CMYK), a-3u for the archive, with the record of the poster attached.",
    )
    @click.option("--marks", is_flag=True, help="PDF: crop marks and a slug around the bleed.")
    @click.option("--imposition", type=click.Choice(SHEET_NAMES), help="PDF: as many as the sheet holds, and marks.")
    @wraps(command)
    def with_finish(*given: Any, standard: Standard, marks: bool, imposition: SheetName | None, **options: Any) -> Any:
        return command(*given, finish=Finish(standard, marks, imposition), **options)

    return with_finish
