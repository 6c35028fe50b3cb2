"""The whole way with the real parts: an order painted by `imprimatur worker` is the same file as painted now."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.config import PROJECT
from app.db import reading
from app.factory import open_deps
from app.flow.render_later import request_rendition
from app.posters import records
from tests.conftest import House
from tests.factories import an_order
from tests.photos import photo_with_code

LINK = "https://go.lanshan.example/r/Later4Me"
PORTRAIT = PROJECT / "brand_assets" / "lanshan" / "portrait.jpg"


def imprimatur(house: House, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from app.factory import main; main()", *arguments]
    environment = {**os.environ, **house.environment}
    return subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House({}).using(var_dir=tmp_path / "var", fonts_dir=PROJECT / "var" / "fonts")


def test_an_order_is_painted_by_the_worker_as_it_is_by_the_command(house: House, tmp_path: Path) -> None:
    refused = imprimatur(house, "worker", "--once")
    assert refused.returncode == 3
    assert "schema_outdated" in refused.stderr
    assert imprimatur(house, "migrate").returncode == 0
    deps = open_deps(house.settings)
    values = {"slots": {}, "profile": {"name": "欧阳嬅", "photo": deps.store.put(PORTRAIT.read_bytes())}}
    order = an_order(template="advisor-card", format="jpeg", values=values, link=LINK)
    rendition_id = request_rendition(deps, order)
    foreign = {"slots": {}, "profile": {"name": "欧阳嬅", "photo": deps.store.put(photo_with_code(4, contrast=40))}}
    refused_id = request_rendition(deps, an_order(template="advisor-card", values=foreign, link=LINK))
    worked = imprimatur(house, "worker", "--once")
    assert worked.returncode == 0, worked.stderr
    with reading(deps) as session:
        rendition, without = records.find(session, rendition_id), records.find(session, refused_id)
    deps.engine.dispose()
    assert (rendition.outcome, rendition.error_code) == ("done", None)
    assert (without.outcome, without.error_code) == ("failed", "foreign_qr")
    assert "欧阳嬅" not in worked.stdout + worked.stderr

    (tmp_path / "values.json").write_text(json.dumps({"profile": {"name": "欧阳嬅", "photo": str(PORTRAIT)}}))
    out = tmp_path / "now.jpg"
    now = imprimatur(
        house, "render", "advisor-card", "--values", str(tmp_path / "values.json"), "--url", LINK, "-o", str(out)
    )
    assert now.returncode == 0, now.stderr
    assert rendition.object_digest == hashlib.sha256(out.read_bytes()).hexdigest()


def test_rendering_needs_no_database(house: House, tmp_path: Path) -> None:
    nowhere = house.using(database_url="postgresql+psycopg://nobody@127.0.0.1:1/none", storage_dir=tmp_path / "none")
    made = imprimatur(nowhere, "render", "daily-greeting", "-o", str(tmp_path / "a.png"))
    assert (made.returncode, made.stderr) == (0, "")
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    assert not (tmp_path / "none").exists()
