"""Keep what the rules read of posters that are out"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables of checked documents and of how they stand, and note how far a rescan has come."""
    op.add_column("rescans", sa.Column("position", sa.String(length=160), nullable=True))
    op.create_table(
        "standings",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("jurisdiction", sa.String(length=2), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_standings"),
    )
    op.create_table(
        "book_states",
        sa.Column("jurisdiction", sa.String(length=2), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("jurisdiction", "fingerprint", name="pk_book_states"),
    )
    op.create_table(
        "checked_documents",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("jurisdiction", sa.String(length=2), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("lines", sa.LargeBinary(), nullable=False),
        sa.Column("pictures", sa.JSON(), nullable=True),
        sa.Column("standing_id", sa.String(length=16), nullable=True),
        sa.ForeignKeyConstraint(["standing_id"], ["standings.id"], name="fk_checked_documents_standing_id_standings"),
        sa.PrimaryKeyConstraint("digest", name="pk_checked_documents"),
    )
    op.create_index("ix_checked_documents_standing_id", "checked_documents", ["standing_id"])
    op.create_table(
        "checked_snapshots",
        sa.Column("snapshot_id", sa.String(length=16), nullable=False),
        sa.Column("document_digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["snapshot_id"], ["poster_snapshots.id"], name="fk_checked_snapshots_snapshot_id_poster_snapshots"
        ),
        sa.ForeignKeyConstraint(
            ["document_digest"],
            ["checked_documents.digest"],
            name="fk_checked_snapshots_document_digest_checked_documents",
        ),
        sa.PrimaryKeyConstraint("snapshot_id", name="pk_checked_snapshots"),
    )
    op.create_index("ix_checked_snapshots_document_digest", "checked_snapshots", ["document_digest"])
