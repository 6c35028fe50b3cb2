"""The brand's folder: read whole, every mistake told."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from app.kernel.errors import Invalid, Problem
from app.reads.brand_kit import load_brand
from tests.hostile import svg_files
from tests.posters import PROJECT, brand

HOME = PROJECT / "brand_assets" / "lanshan"
FONTS = PROJECT / "var" / "fonts"


def refused(folder: Path, fonts: Path = FONTS) -> list[Problem]:
    with pytest.raises(Invalid) as error:
        load_brand(folder, fonts)
    return list(error.value.problems)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return Path(shutil.copytree(HOME, tmp_path / "lanshan"))


def rewrite(home: Path, **fields: Any) -> None:
    file = home / "brand.json"
    file.write_text(json.dumps(json.loads(file.read_text("utf-8")) | fields), "utf-8")


def test_the_brand_has_all_that_its_file_names() -> None:
    loaded = brand()
    assert set(loaded.kit.assets) == set(loaded.brand.assets)
    assert loaded.sample_profile.name == "林若溪"
    assert loaded.sample_profile.photo is not None
    assert loaded.kit.palette["vermilion"] == "#C83C23"


def test_missing_fonts_and_pictures_are_told_together(home: Path, tmp_path: Path) -> None:
    (home / "logo.png").unlink()
    (home / "seal.png").write_bytes(b"broken")
    found = {(problem.path, problem.code) for problem in refused(home, tmp_path)}
    assert {("assets.logo", "missing_picture"), ("assets.seal", "bad_picture")} < found
    assert ("fonts.faces.sans-400", "missing_font") in found


def test_an_svg_is_no_logo(home: Path, tmp_path: Path) -> None:
    for name, data in svg_files().items():
        (home / "logo.png").write_bytes(data)
        found = [problem for problem in refused(home, tmp_path) if problem.path == "assets.logo"]
        assert [(name, problem.code, "SVG" in problem.message) for problem in found] == [(name, "bad_picture", True)]


def test_a_malformed_file_is_told_by_path(home: Path) -> None:
    rewrite(home, palette={"ink": "black"}, assets={"logo": "../logo.png"}, shade="x")
    assert {problem.path for problem in refused(home)} == {
        "lanshan/brand.json: palette.ink",
        "lanshan/brand.json: assets.logo",
        "lanshan/brand.json: shade",
    }
    rewrite(home, palette={}, assets={}, fonts={"faces": {}, "roles": {"sans": {"400": ["none"]}}})
    assert any("none" in problem.message for problem in refused(home))


def test_no_file_at_all_is_told(tmp_path: Path) -> None:
    (problem,) = refused(tmp_path)
    assert problem.code == "bad_brand"
