"""`imprimatur bench`: speed as ratios, product and peers taken in turn in one run."""

import click


@click.group()
def bench() -> None:
    """Measure against peers, side by side in one run."""
