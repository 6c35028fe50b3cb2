"""The commands of `imprimatur` and their exit statuses.

Exit status: 0 all is well; 1 it was done, but not for everything (a batch with rows that got no poster); 2 the input is
wrong, one line a problem on standard error; 3 a resource does not answer, or a proof failed.
"""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TextIO

import click

from app.cli.admin import admin
from app.cli.archive import archive
from app.cli.bench import bench
from app.cli.check import check_lines, require_packs
from app.cli.demo import demo
from app.cli.finish import finish_options
from app.cli.parts import Parts
from app.cli.progress import show_progress
from app.cli.publish import publish
from app.compliance.engine import AT_ONCE
from app.config import Settings
from app.flow import admit
from app.flow.batch import BatchOrder, Limits, run_batch
from app.flow.batch_journal import POSTER_EXISTS, Made
from app.flow.fill import files_in, read_json, read_values
from app.flow.make_poster import MEDIA_TYPES, Format, Order, Studio, make_poster
from app.flow.print_batch import print_batch
from app.flow.read_rows import found_in_pictures, read_orders
from app.kernel.errors import AppError, Invalid, NotFound, Problem
from app.kernel.files import write_atomically
from app.kernel.memory import settled
from app.reads.advisor_rows import read_rows
from app.reads.templates import template_list, template_slugs
from app.rendering.calendar_slots import with_calendar
from app.rendering.pdf_edition import PLAIN, Finish
from app.rendering.scene import Language
from app.rendering.template import LoadedTemplate

FORMATS = tuple(MEDIA_TYPES)
_SUFFIXES: dict[str, Format] = {".jpg": "jpeg", **{f".{name}": name for name in FORMATS}}


def run(parts: Parts, arguments: list[str] | None = None) -> int:
    """Run one command line; the exit status."""
    try:
        status = cli.main(args=arguments, prog_name="imprimatur", obj=parts, standalone_mode=False)
    except Invalid as error:
        for problem in error.problems or (Problem("input", error.code, error.message),):
            click.echo(str(problem), err=True)
        return 2
    except AppError as error:
        click.echo(f"{error.message} [{error.code}]", err=True)
        return 2 if isinstance(error, NotFound) else 3
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        click.echo("Stopped.", err=True)
        return 130
    return status if isinstance(status, int) else 0


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="imprimatur")
def cli() -> None:
    """Compliant marketing posters: templates, checks, personal posters, proof."""


@cli.command()
@click.option("--json", "as_json", is_flag=True, help="Machine-readable.")
@click.pass_obj
def templates(parts: Parts, as_json: bool) -> None:
    """List the templates with their sizes and slots."""
    studio = parts.studio(parts.settings(), None)
    listed = template_list(studio.templates.values())
    if as_json:
        click.echo(json.dumps(listed, ensure_ascii=False, indent=2))
        return
    for entry in listed:
        sizes = ", ".join(f"{size['name']} {size['width_px']}×{size['height_px']}" for size in entry["sizes"])
        slots = ", ".join(slot["name"] + ("*" if slot["required"] else "") for slot in entry["slots"])
        click.echo(f"{entry['slug']}  {entry['title']}\n    sizes: {sizes}\n    slots: {slots}")


@cli.command()
@click.argument("template")
@click.option("--values", type=click.Path(path_type=Path, dir_okay=False), help="JSON with slots and profile.")
@click.option("--size", help="One of the template's sizes; the first one if left out.")
@click.option("--format", "format_", type=click.Choice(FORMATS), help="If left out, by the ending of OUT.")
@click.option("--url", help="What the QR code holds.")
@click.option("--lang", type=click.Choice(["zh", "en"]), help="One of the template's languages.")
@click.option("-o", "--out", required=True, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--read-pictures", is_flag=True, help="Read the text in pictures and check it, too.")
@finish_options
@click.pass_obj
def render(
    parts: Parts,
    template: str,
    values: Path | None,
    size: str | None,
    format_: Format | None,
    url: str | None,
    lang: Language | None,
    out: Path,
    read_pictures: bool,
    finish: Finish,
) -> None:
    """Make one poster from TEMPLATE."""
    settings = parts.settings()
    studio, loaded = _open(parts, settings, template)
    document = read_json(_read(values, "values")) if values else {}
    pictures = files_in(values.parent if values else Path())
    filled = read_values(loaded.template, document, pictures, studio.sample_profile, admit.look)
    today = _today()
    order = Order(
        template=loaded,
        values=with_calendar(loaded.template, filled, today, lang),
        link=url if url is not None else studio.sample_link,
        format=format_ or _format_of(out),
        as_of=today,
        size=size,
        language=lang,
        finish=finish,
    )
    poster = make_poster(studio, order)
    readings = read_orders(studio, [order], parts.read_picture(settings)) if read_pictures else {}
    said = [(poster.judgement.place(found), found) for found in poster.judgement.verdict.findings]
    said += [(one.place, one.finding) for one in found_in_pictures(studio, order, readings)]
    for place, found in said:
        click.echo(f"{place}: {found.severity}: “{found.text}” {found.message.en} ({found.rule})", err=True)
    _write(out, poster.data)


@cli.command()
@click.option("--pack", "packs", multiple=True, help="Only these rule packs.")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="The day under whose rules the text is judged.")
@click.argument("file", type=click.File("r", encoding="utf-8"), default="-")
@click.pass_obj
def check(parts: Parts, packs: tuple[str, ...], as_of: datetime | None, file: TextIO) -> None:
    """Judge texts: JSONL in FILE (or standard input), JSONL out."""
    rules = parts.rules(parts.settings())
    require_packs(rules, packs)
    at_once = AT_ONCE if file.seekable() else 1  # a file is there as a whole; somebody may wait at a pipe
    with settled():
        for line in check_lines(rules, file, packs, as_of.date() if as_of else _today(), at_once):
            click.echo(line)


@cli.command()
@click.argument("template")
@click.option("--rows", required=True, type=click.Path(path_type=Path, dir_okay=False), help="Excel or CSV.")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="A folder, or a file ending in .zip.")
@click.option("--format", "format_", type=click.Choice(FORMATS), default="jpeg", show_default=True)
@click.option("--size", help="One of the template's sizes; the first one if left out.")
@click.option("--lang", type=click.Choice(["zh", "en"]), help="One of the template's languages.")
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True)
@click.option("--base-url", help="Under which links are minted for rows that name no url.")
@click.option("--document", is_flag=True, help="One PDF of all rows, posters.pdf in the folder OUT.")
@click.option("--read-pictures", is_flag=True, help="Read the text in pictures; else a row with one says review.")
@finish_options
@click.pass_obj
def batch(
    parts: Parts,
    template: str,
    rows: Path,
    out: Path,
    format_: Format,
    size: str | None,
    lang: Language | None,
    workers: int,
    base_url: str | None,
    document: bool,
    read_pictures: bool,
    finish: Finish,
) -> None:
    """Make one poster for each row of a table; goes on where it was stopped.

    Where there is a database, the rules that the house has laid over the packs count.
    """
    settings = parts.settings()
    studio, loaded = _open(parts, settings, template)
    studio = replace(studio, rules=parts.house_rules(settings, studio.rules), packs=studio.rules)
    loaded.template.size(size)
    _require_pdf(format_, out, document, finish)
    order = BatchOrder(
        template=loaded,
        rows=read_rows(rows, loaded.template.slots),
        base=rows.parent,
        out=out,
        format=format_,
        as_of=_today(),
        base_url=base_url or settings.base_url,
        size=size,
        language=lang,
        workers=workers,
        finish=finish,
        read_picture=parts.read_picture(settings) if read_pictures else None,
    )
    limits = Limits(settings.render_seconds, settings.render_memory_mib)
    if document:
        made = print_batch(studio, order, limits)
    else:
        with show_progress() as report:
            made = run_batch(studio, order, report, limits)
    _tell(made, out)


@cli.command()
@click.option("--once", is_flag=True, help="Stop when no job is waiting.")
@click.pass_obj
def worker(parts: Parts, once: bool) -> None:
    """Do the jobs that wait in the database."""
    parts.work(parts.settings(), once)


@cli.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option("--worker/--no-worker", default=True, show_default=True, help="Do the waiting jobs, too.")
@click.pass_obj
def serve(parts: Parts, host: str, port: int, worker: bool) -> None:
    """Serve the pages, with a worker beside them, until Ctrl-C."""
    parts.serve(parts.settings(), host, port, worker)


@cli.command()
@click.pass_obj
def migrate(parts: Parts) -> None:
    """Bring the database to the newest schema."""
    parts.migrate(parts.settings())


cli.add_command(admin)
cli.add_command(archive)
cli.add_command(bench)
cli.add_command(demo)
cli.add_command(publish)


def _tell(made: list[Made], out: Path) -> None:
    """Says what came of a batch; the exit status is 1 when a row got no poster."""
    without = [one for one in made if one.outcome not in POSTER_EXISTS]
    for one in without:
        click.echo(f"row {one.row}: {one.outcome}: {one.error}", err=True)
    click.echo(f"{len(made) - len(without)} posters, {len(without)} rows without one: {out}", err=True)
    if without:
        raise click.exceptions.Exit(1)


def _open(parts: Parts, settings: Settings, slug: str) -> tuple[Studio, LoadedTemplate]:
    known = template_slugs(settings.poster_templates_dir)
    if slug not in known:
        message = f"there is no template “{slug}”; known are {', '.join(known)}"
        raise Invalid.of([Problem("template", "unknown_template", message)])
    studio = parts.studio(settings, slug)
    return studio, studio.templates[slug]


def _require_pdf(format_: Format, out: Path, document: bool, finish: Finish) -> None:
    """A finish, and one document of many, are matters of PDF files. *Raises* Invalid."""
    if (document or finish != PLAIN) and format_ != "pdf":
        message = "standards, marks, sheets and one document are for PDF files: add --format pdf"
        raise Invalid.of([Problem("format", "not_a_pdf", message)])
    if document and out.suffix.lower() == ".zip":
        raise Invalid.of([Problem("out", "not_a_folder", "one document and its list are written into a folder")])


def _format_of(out: Path) -> Format:
    found = _SUFFIXES.get(out.suffix.lower())
    if found is None:
        known = ", ".join(FORMATS)
        raise Invalid.of([Problem("format", "unknown_format", f"{out.name} has no known ending; name one of {known}")])
    return found


def _today() -> date:
    return datetime.now(UTC).astimezone().date()


def _read(path: Path, what: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Invalid.of([Problem(what, "unreadable", f"{path}: {error.strerror or error}")]) from error


def _write(path: Path, data: bytes) -> None:
    try:
        write_atomically(path, data)
    except OSError as error:
        raise Invalid.of([Problem("out", "not_written", f"{path}: {error.strerror or error}")]) from error
