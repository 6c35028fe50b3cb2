"""What the tests of the main job share: a bank of their own, on either database."""

from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.bank import Bank, open_bank


@pytest.fixture
def bank(engine: Engine, tmp_path: Path) -> Bank:
    """A bank on an empty database, with two published templates and nothing else."""
    return open_bank(engine, tmp_path / "objects", tmp_path / "templates")
