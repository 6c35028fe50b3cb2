"""The import contracts of pyproject.toml hold; and each of them is broken by what it is there to forbid."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

from app.config import PROJECT

WRONG_IMPORTS = {
    "Arrows point down": ("kernel/wrong.py", "import app.config"),
    "Only doors know Flask": ("posters/wrong.py", "import flask"),
    "Cores and engines are pure": ("compliance/wrong.py", "import sqlalchemy"),
    "Only rendering draws": ("flow/wrong.py", "import PIL"),
    "Only storage knows S3": ("jobs/wrong.py", "import boto3"),
    "Only the reader's child knows the engine": ("web/wrong.py", "import rapidocr"),
    "Tables are private to their package": ("flow/wrong_too.py", "import app.jobs.tables"),
    "No circles": ("jobs/wrong_too.py", "import app.storage.wrong"),
}


LINT_HERE = """
import sys
sys.path.insert(0, ".")
from importlinter.cli import lint_imports
sys.exit(lint_imports(no_cache=True))
"""


def contracts() -> set[str]:
    settings = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    return {contract["name"] for contract in settings["tool"]["importlinter"]["contracts"]}


def verdicts(folder: Path) -> dict[str, str]:
    """KEPT or BROKEN, by the contract's name."""
    ran = subprocess.run([sys.executable, "-c", LINT_HERE], cwd=folder, capture_output=True, text=True, check=False)
    plain = re.sub(r"\x1b\[[0-9;]*m", "", ran.stdout)
    found = dict(re.findall(r"^(.+) (KEPT|BROKEN)$", plain, re.MULTILINE))
    assert ("BROKEN" in found.values()) == (ran.returncode != 0), ran.stdout + ran.stderr
    return found


def test_all_contracts_hold() -> None:
    assert verdicts(PROJECT) == dict.fromkeys(contracts(), "KEPT")


def test_each_contract_can_be_broken(tmp_path: Path) -> None:
    shutil.copy(PROJECT / "pyproject.toml", tmp_path)
    shutil.copytree(PROJECT / "app", tmp_path / "app", ignore=shutil.ignore_patterns("__pycache__"))
    for path, text in WRONG_IMPORTS.values():
        (tmp_path / "app" / path).write_text(text + "\n")
    (tmp_path / "app" / "storage" / "wrong.py").write_text("import app.jobs.queue\n")
    assert set(WRONG_IMPORTS) == contracts()
    assert verdicts(tmp_path) == dict.fromkeys(contracts(), "BROKEN")
