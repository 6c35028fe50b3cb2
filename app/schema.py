"""All tables together, and the way to their newest form."""

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

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

metadata = Base.metadata


def alembic_config() -> Config:
    """Where the migrations are."""
    config = Config()
    config.set_main_option("script_location", str(PROJECT / "migrations"))
    return config


def migrate(deps: HasEngine) -> None:
    """Bring the database to the newest schema; nothing happens when it is there already."""
    config = alembic_config()
    with writing_connection(deps) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def require_current(deps: HasEngine) -> None:
    """*Raises* Unavailable ``schema_outdated`` when the database has not been migrated for this release."""
    head = ScriptDirectory.from_config(alembic_config()).get_current_head()
    with reading(deps) as session:
        current = MigrationContext.configure(session.connection()).get_current_revision()
    if current != head:
        raise Unavailable("schema_outdated", f"the database is at {current}, this release needs {head}: migrate first")
