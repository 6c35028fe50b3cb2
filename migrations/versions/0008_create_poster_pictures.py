"""Create poster pictures"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table of pictures that were brought for posters."""
    op.create_table(
        "poster_pictures",
        sa.Column("poster_id", sa.String(length=16), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("brought_by_person_id", sa.String(length=24), nullable=False),
        sa.Column("brought_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["poster_id"], ["posters.id"], name=op.f("fk_poster_pictures_poster_id_posters")),
        sa.PrimaryKeyConstraint("poster_id", "digest", name=op.f("pk_poster_pictures")),
    )
