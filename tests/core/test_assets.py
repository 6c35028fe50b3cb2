"""Pages find the hashed files of the built front end."""

import json
import os
from pathlib import Path

import pytest

from app.kernel.errors import Unavailable
from app.web import assets


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A manifest as the build writes it: two entries that share a chunk."""
    manifest = {
        "_shared-1.js": {"file": "assets/shared-1.js", "css": ["assets/shared-1.css"]},
        "src/a.ts": {"file": "assets/a-1.js", "css": ["assets/a-1.css"], "imports": ["_shared-1.js"]},
    }
    (tmp_path / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    monkeypatch.setattr(assets, "BUILT", tmp_path)
    return tmp_path


def test_an_entry_brings_the_styles_of_what_it_imports_before_its_own(built: Path) -> None:
    assert assets.entry("src/a.ts") == assets.Entry(
        "built/assets/a-1.js", ("built/assets/shared-1.css", "built/assets/a-1.css")
    )


def test_a_new_build_is_seen_without_a_restart(built: Path) -> None:
    assets.entry("src/a.ts")
    manifest = built / "manifest.json"
    manifest.write_text('{"src/a.ts": {"file": "assets/a-2.js"}}', encoding="utf-8")
    os.utime(manifest, ns=(1, 1))
    assert assets.entry("src/a.ts").script == "built/assets/a-2.js"


@pytest.mark.parametrize("missing", ["the entry", "the build"])
def test_without_a_build_it_says_what_to_do(built: Path, missing: str) -> None:
    if missing == "the build":
        (built / "manifest.json").unlink()
    with pytest.raises(Unavailable, match="script/build_frontend") as raised:
        assets.entry("src/b.ts")
    assert raised.value.code == "frontend_not_built"
