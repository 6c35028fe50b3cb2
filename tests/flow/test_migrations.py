"""The schema: from nothing to the newest on both databases, and the same as the mapped classes say."""

from types import SimpleNamespace

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect, text

from app.db import writing_connection
from app.kernel.errors import Unavailable
from app.schema import metadata, migrate, require_current


def drift(engine: Engine) -> list[object]:
    """What Alembic would still change."""
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        return list(compare_metadata(context, metadata))


def test_upgrading_an_empty_database_gives_exactly_the_mapped_tables(engine: Engine) -> None:
    assert set(inspect(engine).get_table_names()) == {*metadata.tables, "alembic_version"}
    assert drift(engine) == []


def test_the_drift_check_can_fail(engine: Engine) -> None:
    with writing_connection(SimpleNamespace(engine=engine)) as connection:
        connection.execute(text("ALTER TABLE jobs ADD COLUMN stray INTEGER"))
    assert [change[0] for change in drift(engine)] == ["remove_column"]  # type: ignore[index]


def test_migrating_twice_changes_nothing(engine: Engine) -> None:
    migrate(SimpleNamespace(engine=engine))
    require_current(SimpleNamespace(engine=engine))


@pytest.mark.parametrize(
    "past",
    ["UPDATE alembic_version SET version_num = '0001'", "DELETE FROM alembic_version", "DROP TABLE alembic_version"],
)
def test_a_database_that_was_not_migrated_is_refused(engine: Engine, past: str) -> None:
    with writing_connection(SimpleNamespace(engine=engine)) as connection:
        connection.execute(text(past))
    with pytest.raises(Unavailable) as caught:
        require_current(SimpleNamespace(engine=engine))
    assert caught.value.code == "schema_outdated"
