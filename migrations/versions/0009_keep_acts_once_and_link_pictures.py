"""Keep what a page says once, and the pictures of re-shares"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the nonce of visits, unique where there is one, and create the pictures painted for single links."""
    op.add_column("visits", sa.Column("nonce", sa.String(length=24), nullable=True))
    op.create_index(
        "ix_visits_nonce",
        "visits",
        ["nonce"],
        unique=True,
        sqlite_where=sa.text("nonce IS NOT NULL"),
        postgresql_where=sa.text("nonce IS NOT NULL"),
    )
    op.create_table(
        "link_pictures",
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("object_digest", sa.String(length=64), nullable=False),
        sa.Column("media_type", sa.String(length=60), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["code"], ["links.code"], name=op.f("fk_link_pictures_code_links")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_link_pictures")),
    )
