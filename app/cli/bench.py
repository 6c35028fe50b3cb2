"""`imprimatur bench`: speed as ratios, product and peers taken in turn in one run."""

import json
import tempfile
from pathlib import Path

import click

from app.cli.parts import Parts


@click.group()
def bench() -> None:
    """Measure against peers, side by side in one run."""


@bench.command()
@click.option("--json", "as_json", is_flag=True, help="Machine-readable.")
@click.option("--runs", type=click.IntRange(3, 500), default=15, show_default=True)
@click.option("--template", default="wealth-launch", show_default=True)
@click.option("--peers/--no-peers", default=True, show_default=True, help="Ask Chromium and satori, too.")
@click.option("--pages", type=click.IntRange(0, 1000), default=100, show_default=True, help="Of the PDF of many.")
@click.pass_obj
def render(parts: Parts, as_json: bool, runs: int, template: str, peers: bool, pages: int) -> None:
    """Posters as PNG, JPEG and PDF, against Chromium, satori and uncached Pillow; and every goal."""
    from app.cli.bench_render import bench_render

    studio = parts.studio(parts.settings(), template)
    result = bench_render(studio, template, runs, peers=peers, pages=pages)
    click.echo(json.dumps(result.as_json(), indent=2) if as_json else result.as_text())


@bench.command()
@click.option("--json", "as_json", is_flag=True, help="Machine-readable.")
@click.option("--posters", type=click.IntRange(1, 1_000_000), default=10_000, show_default=True)
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True)
@click.option("--kills", type=click.IntRange(0, 100), default=5, show_default=True)
@click.option("--template", "templates", multiple=True, help="Only these; all if left out.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Kept, and gone on with, if given.")
@click.pass_obj
def batch(
    parts: Parts,
    as_json: bool,
    posters: int,
    workers: int,
    kills: int,
    templates: tuple[str, ...],
    out: Path | None,
) -> None:
    """Batches of all templates and sizes, killed at random, then looked at file by file."""
    from app.cli.bench_batch import bench_batch

    studio = parts.studio(parts.settings(), templates[0] if len(templates) == 1 else None)
    with tempfile.TemporaryDirectory() as scratch:
        result = bench_batch(studio, out or Path(scratch), posters, workers, kills, templates)
    click.echo(json.dumps(result.as_json(), indent=2) if as_json else result.as_text())


@bench.command("print")
@click.option("--json", "as_json", is_flag=True, help="Machine-readable.")
@click.option("--runs", type=click.IntRange(1, 100), default=5, show_default=True)
@click.option("--pages", type=click.IntRange(2, 1000), default=100, show_default=True)
@click.option("--template", default="business-card", show_default=True)
@click.pass_obj
def print_(parts: Parts, as_json: bool, runs: int, pages: int, template: str) -> None:
    """One PDF of many pages, against as many PDFs."""
    from app.cli.bench_print import bench_print

    result = bench_print(parts.studio, parts.settings(), template, pages, runs)
    click.echo(json.dumps(result.as_json(), indent=2) if as_json else result.as_text())


@bench.command()
@click.option("--json", "as_json", is_flag=True, help="Machine-readable.")
@click.option("--rounds", type=click.IntRange(1, 100), default=5, show_default=True)
@click.option("--texts", type=click.IntRange(10, 100_000), default=2_000, show_default=True)
@click.option("--peers/--no-peers", default=True, show_default=True, help="Fetch and run Hyperscan and pyahocorasick.")
@click.pass_obj
def check(parts: Parts, as_json: bool, rounds: int, texts: int, peers: bool) -> None:
    """Everyday copy and whole posters judged, beside bare engines on the same terms and patterns."""
    from app.cli.bench_check import bench_check

    result = bench_check(parts.studio(parts.settings(), None), rounds, texts, peers)
    click.echo(json.dumps(result.as_json(), indent=2, ensure_ascii=False) if as_json else result.as_text())


@bench.command()
@click.option("--json", "as_json", is_flag=True, help="Machine-readable.")
@click.option("--rounds", type=click.IntRange(1, 50), default=3, show_default=True)
@click.option("--seconds", type=click.IntRange(1, 60), default=3, show_default=True)
def visit(as_json: bool, rounds: int, seconds: int) -> None:
    """Redirects per second with their visit kept, against a bare 302 and a row each."""
    from app.cli.bench_visit import bench_visit

    result = bench_visit(rounds, seconds)
    click.echo(json.dumps(result.as_json(), indent=2) if as_json else result.as_text())


@bench.command()
@click.option("--json", "as_json", is_flag=True, help="Machine-readable.")
@click.option("--visits", type=click.IntRange(100, 1_000_000), default=20_000, show_default=True)
@click.option("--people", type=click.IntRange(1, 100_000), default=2_000, show_default=True)
@click.option("--nodes", type=click.IntRange(1, 1_000_000), default=100_000, show_default=True)
def customers(as_json: bool, visits: int, people: int, nodes: int) -> None:
    """Visits turned into customers, their lists, and a large propagation tree."""
    from app.cli.bench_customers import bench_customers

    result = bench_customers(visits, people, nodes)
    click.echo(json.dumps(result.as_json(), indent=2) if as_json else result.as_text())


@bench.command()
@click.option("--json", "as_json", is_flag=True, help="Machine-readable.")
@click.option("--visits", type=click.IntRange(1_000, 1_000_000), default=50_000, show_default=True)
@click.option("--runs", type=click.IntRange(3, 200), default=15, show_default=True)
def results(as_json: bool, visits: int, runs: int) -> None:
    """The operator's dashboard, over so many visits and over ten times as many."""
    from app.cli.bench_results import bench_results

    result = bench_results(visits, runs)
    click.echo(json.dumps(result.as_json(), indent=2) if as_json else result.as_text())


@bench.command()
@click.option("--json", "as_json", is_flag=True, help="Machine-readable.")
@click.option("--posters", type=click.IntRange(1, 10_000_000), default=100_000, show_default=True)
@click.option("--texts", type=click.IntRange(1, 1_000_000), default=20_000, show_default=True)
@click.option("--database", metavar="URL", help="An empty PostgreSQL database instead of a SQLite file of its own.")
@click.pass_obj
def rescan(parts: Parts, as_json: bool, posters: int, texts: int, database: str | None) -> None:
    """What is in circulation judged again, when everything and when one rule has changed."""
    from app.cli.bench_rescan import bench_rescan

    result = bench_rescan(parts.studio, parts.settings(), posters, min(posters, texts), database)
    click.echo(json.dumps(result.as_json(), indent=2, ensure_ascii=False) if as_json else result.as_text())
