"""Settings: read once, and every mistake reported together."""

import pytest
from pydantic import ValidationError

from app.config import PROJECT, Settings
from app.kernel.errors import Invalid


def problems_of(environment: dict[str, str]) -> dict[str, str]:
    with pytest.raises(Invalid) as caught:
        Settings.from_env(environment)
    return {problem.path: problem.code for problem in caught.value.problems}


def test_an_empty_environment_gives_sqlite_and_local_files_below_var() -> None:
    settings = Settings.from_env({})
    assert settings.database_url.get_secret_value() == f"sqlite:///{PROJECT / 'var' / 'imprimatur.db'}"
    assert (settings.storage, settings.storage_dir) == ("local", PROJECT / "var" / "objects")
    assert (settings.jobs, settings.fonts_dir) == ("embedded", PROJECT / "var" / "fonts")


def test_var_dir_moves_everything_that_is_below_it() -> None:
    settings = Settings.from_env({"IMPRIMATUR_VAR_DIR": "/srv/var", "IMPRIMATUR_FONTS_DIR": "/srv/fonts"})
    assert settings.database_url.get_secret_value() == "sqlite:////srv/var/imprimatur.db"
    assert str(settings.cache_dir) == "/srv/var/cache"
    assert str(settings.fonts_dir) == "/srv/fonts"


def test_all_mistakes_are_named_together() -> None:
    assert problems_of(
        {
            "IMPRIMATUR_STORAGE": "s3",
            "IMPRIMATUR_S3_BUCKET": "posters",
            "IMPRIMATUR_JOBS": "carrier-pigeon",
            "IMPRIMATUR_LEASE_SECONDS": "soon",
            "IMPRIMATUR_DATABASE_URL": "mysql://localhost/db",
            "IMPRIMATUR_STORAGE_DRI": "/srv",
        }
    ) == {
        "IMPRIMATUR_S3_ACCESS_KEY": "missing_setting",
        "IMPRIMATUR_S3_SECRET_KEY": "missing_setting",
        "IMPRIMATUR_JOBS": "bad_setting",
        "IMPRIMATUR_LEASE_SECONDS": "bad_setting",
        "IMPRIMATUR_DATABASE_URL": "bad_setting",
        "IMPRIMATUR_STORAGE_DRI": "unknown_setting",
    }


def test_rabbitmq_needs_its_address() -> None:
    assert problems_of({"IMPRIMATUR_JOBS": "rabbitmq"}) == {"IMPRIMATUR_RABBITMQ_URL": "missing_setting"}


def test_an_empty_value_counts_as_not_set_and_other_names_are_not_ours() -> None:
    assert Settings.from_env({"IMPRIMATUR_JOBS": "", "HOME": "/", "IMPRIMATUR_TEST_S3_URL": "x"}).jobs == "embedded"


def test_settings_are_frozen_and_keep_their_secrets() -> None:
    settings = Settings.from_env({"IMPRIMATUR_DATABASE_URL": "postgresql+psycopg://u:pa55word@h/n"})
    assert "pa55word" not in repr(settings)
    with pytest.raises(ValidationError):
        settings.jobs = "rabbitmq"  # type: ignore[misc]
    with pytest.raises(Invalid) as caught:
        Settings.from_env({"IMPRIMATUR_DATABASE_URL": "mysql://u:pa55word@h/n"})
    assert "pa55word" not in str([*caught.value.problems, caught.value])
