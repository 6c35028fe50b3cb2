"""All tables together, and the way to their newest form."""

from typing import TYPE_CHECKING

from sqlalchemy import inspect, text

import app.accounts.tables
import app.archive.tables
import app.customers.tables
import app.evidence.tables
import app.jobs.tables
import app.library.tables
import app.links.tables
import app.ocr.tables
import app.posters.tables
import app.rescans.tables
import app.review.tables
import app.rulebook.tables
import app.tracking.tables  # noqa: F401
from app.config import PROJECT
from app.db import Base, HasEngine, reading, writing_connection
from app.kernel.errors import Unavailable

if TYPE_CHECKING:
    from alembic.config import Config

metadata = Base.metadata
HEAD = "0016"  # the newest of the migrations


def alembic_config() -> "Config":
    """Where the migrations are."""
    from alembic.config import Config  # only who migrates needs Alembic, which takes long to import

    config = Config()
    config.set_main_option("script_location", str(PROJECT / "migrations"))
    return config


def migrate(deps: HasEngine) -> None:
    """Bring the database to the newest schema; nothing happens when it is there already."""
    from alembic import command

    config = alembic_config()
    with writing_connection(deps) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def require_current(deps: HasEngine) -> None:
    """*Raises* Unavailable ``schema_outdated`` when the database has not been migrated for this release."""
    with reading(deps) as session:
        is_there = inspect(session.connection()).has_table("alembic_version")
        current = session.scalar(text("SELECT version_num FROM alembic_version")) if is_there else None
    if current != HEAD:
        raise Unavailable("schema_outdated", f"the database is at {current}, this release needs {HEAD}: migrate first")
