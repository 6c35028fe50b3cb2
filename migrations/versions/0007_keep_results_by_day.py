"""Keep what came of posters by day, and let shares and issues be found by their time"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_COUNTS = ("posters", "shares", "scans", "humans", "people", "reshares")


def upgrade() -> None:
    """Add the counts of people, the figures of closed days, and three indices."""
    op.add_column("visit_days", sa.Column("people", sa.BigInteger(), nullable=False, server_default=sa.text("0")))
    op.create_index("ix_visit_days_day_subject_kind", "visit_days", ["day", "subject_kind"])
    op.create_index("ix_poster_files_finished_at", "poster_files", ["finished_at"])
    op.create_index("ix_poster_shares_shared_at", "poster_shares", ["shared_at"])
    op.create_table(
        "result_closed_days",
        sa.Column("day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("day", name="pk_result_closed_days"),
    )
    op.create_table(
        "result_days",
        sa.Column("organisation_id", sa.String(length=24), nullable=False),
        sa.Column("facet", sa.String(length=8), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in _COUNTS),
        sa.PrimaryKeyConstraint("organisation_id", "facet", "day", "key", name="pk_result_days"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_result_days_key", "result_days", ["organisation_id", "facet", "key", "day"])
