"""The rules of the house hold; and each of the checks finds what it is there to find."""

from pathlib import Path

import pytest
from alembic.script import ScriptDirectory

from app.config import PREFIX, Settings
from app.schema import HEAD, alembic_config
from app.worker import HANDLERS
from tests.architecture import checks
from tests.architecture.checks import PROJECT, sources

NEW_REVISION = 'revision = "{0}"\ndown_revision = {1!r}\n\n\ndef upgrade() -> None:\n    pass\n'


def test_only_db_commits() -> None:
    assert checks.commits_outside_db(sources()) == []


def test_the_check_of_commits_can_fail() -> None:
    text = "def save(session):\n    session.commit()\n"
    assert checks.commits_outside_db({"app/db.py": text, "app/flow/save.py": text}) == ["app/flow/save.py:2"]


def test_only_config_reads_the_environment() -> None:
    assert checks.environment_outside_config(sources()) == []


@pytest.mark.parametrize(
    "text", ["import os\nos.environ['A']", "import os\nos.getenv('A')", "import os\nfrom os import environ"]
)
def test_the_check_of_the_environment_can_fail(text: str) -> None:
    given = {"app/config.py": text, "app/storage/s3.py": text}
    assert checks.environment_outside_config(given) == ["app/storage/s3.py:2"]


def test_only_the_worker_and_the_rules_door_catch_everything() -> None:
    assert checks.broad_catches(sources()) == []


@pytest.mark.parametrize("caught", ["except:", "except Exception:", "except (OSError, BaseException):"])
def test_the_check_of_broad_catches_can_fail(caught: str) -> None:
    text = f"try:\n    pass\n{caught}\n    pass\n"
    assert checks.broad_catches({"app/worker.py": text, "app/db.py": text}) == ["app/db.py:3"]


def test_engines_and_cores_touch_no_file_clock_chance_or_process() -> None:
    assert checks.impurities(sources()) == []


@pytest.mark.parametrize(
    "text",
    ["import os.path", "from pathlib import Path", "open('a')", "datetime.now(UTC)", "date.today()", "import time"],
)
def test_the_check_of_purity_can_fail(text: str) -> None:
    given = {"app/rendering/x.py": text, "app/posters/core.py": text, "app/posters/records.py": text}
    assert checks.impurities(given) == ["app/rendering/x.py:1", "app/posters/core.py:1"]


def test_every_job_name_has_one_handler_and_every_handler_a_job() -> None:
    assert checks.enqueued_names(sources()) == set(HANDLERS)
    assert len(set(HANDLERS.values())) == len(HANDLERS)


def test_the_check_of_job_names_can_fail() -> None:
    text = 'JOB = "polish"\nenqueue(session, JOB, {})\nqueue.enqueue(session, "sweep", {})\n'
    assert checks.enqueued_names({"app/flow/clean.py": text}) == {"polish", "sweep"}
    with pytest.raises(AssertionError, match="constant"):
        checks.enqueued_names({"app/flow/clean.py": "enqueue(session, name, {})"})


def heads(folder: Path) -> list[str]:
    config = alembic_config()
    config.set_main_option("script_location", str(folder))
    return ScriptDirectory.from_config(config).get_heads()


def test_the_migrations_have_one_head_and_it_is_the_one_that_is_asked_for() -> None:
    assert heads(PROJECT / "migrations") == [HEAD]


def test_the_check_of_heads_can_fail(tmp_path: Path) -> None:
    (tmp_path / "versions").mkdir()
    for name, before in (("0001", None), ("0002", "0001"), ("0003", "0001")):
        (tmp_path / "versions" / f"{name}_x.py").write_text(NEW_REVISION.format(name, before))
    assert sorted(heads(tmp_path)) == ["0002", "0003"]


def test_every_setting_is_documented_and_no_other() -> None:
    names = {PREFIX + name.upper() for name in Settings.model_fields}
    document = (PROJECT / "docs" / "settings.md").read_text(encoding="utf-8")
    assert checks.undocumented(names, document) == (set(), set())


def test_the_check_of_documents_can_fail() -> None:
    document = "| `IMPRIMATUR_B` | x |\n| `IMPRIMATUR_C` | y |\n"
    assert checks.undocumented({"IMPRIMATUR_A", "IMPRIMATUR_B"}, document) == ({"IMPRIMATUR_A"}, {"IMPRIMATUR_C"})
