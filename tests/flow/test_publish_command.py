"""`imprimatur publish`, and what it leaves alone."""

from pathlib import Path

import pytest
from sqlalchemy import Engine

from app.cli.main import run
from app.cli.parts import Parts
from app.db import reading
from app.library import records as library
from tests.bank import GREETING, studio
from tests.cast import deps_on, parts_on
from tests.posters import PROJECT


@pytest.fixture
def templates(tmp_path: Path) -> Path:
    """A folder with one built-in template that may be changed."""
    home = tmp_path / "templates" / GREETING
    home.mkdir(parents=True)
    for file in (PROJECT / "poster_templates" / GREETING).iterdir():
        (home / file.name).write_bytes(file.read_bytes())
    return home.parent


def test_it_may_be_called_again_and_leaves_what_was_altered(
    engine: Engine, tmp_path: Path, templates: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    deps = deps_on(engine, storage_dir=tmp_path / "objects", poster_templates_dir=templates)
    closed = parts_on(deps)
    parts = Parts(**{name: getattr(closed, name) for name in Parts.__slots__} | {"studio": lambda *_: studio()})
    assert run(parts, ["publish"]) == 0
    assert "Published: 1" in capsys.readouterr().err
    assert run(parts, ["publish"]) == 0
    assert capsys.readouterr().err == ""
    file = templates / GREETING / "template.json"
    file.write_text(file.read_text(encoding="utf-8").replace('"tags": [', '"tags": ["another", '), encoding="utf-8")
    assert run(parts, ["publish"]) == 0
    assert "Left as published" in capsys.readouterr().err
    with reading(deps) as session:
        assert len(library.all_versions(session)) == 1
