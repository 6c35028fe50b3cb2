"""How Alembic reaches the database: over the connection it is handed, or over the one that the settings name."""

from types import SimpleNamespace

from alembic import context
from sqlalchemy import Connection

from app.config import Settings
from app.db import UtcDateTime, open_engine, writing_connection
from app.schema import metadata


def in_plain_types(kind: str, thing: object, _context: object) -> str | bool:
    """Migrations name only SQLAlchemy's own types: they must run long after ours have changed."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(thing, UtcDateTime) else False


def run(connection: Connection) -> None:
    """Run what was asked for on `connection`."""
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=True,
        render_item=in_plain_types,
        compare_server_default=True,
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    with writing_connection(SimpleNamespace(engine=open_engine(Settings.from_env()))) as opened:
        run(opened)
