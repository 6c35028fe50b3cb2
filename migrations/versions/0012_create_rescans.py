"""Create rescans"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables of rescans, and of the posters that do not pass any more."""
    op.create_table(
        "rescans",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("book", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("jurisdictions", sa.JSON(), nullable=False),
        sa.Column("job_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("blocked", sa.Integer(), nullable=False),
        sa.Column("unjudged", sa.Integer(), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name="fk_rescans_job_id_jobs"),
        sa.PrimaryKeyConstraint("id", name="pk_rescans"),
    )
    op.create_index("ix_rescans_fingerprint", "rescans", ["fingerprint"])
    op.create_index("ix_rescans_ordered_at", "rescans", ["ordered_at"])
    op.create_table(
        "blocked_posters",
        sa.Column("poster_id", sa.String(length=16), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("book", sa.Integer(), nullable=False),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["poster_id"], ["posters.id"], name="fk_blocked_posters_poster_id_posters"),
        sa.PrimaryKeyConstraint("poster_id", name="pk_blocked_posters"),
    )
