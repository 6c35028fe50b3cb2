"""Create links, visits, their daily counts, spools and consents"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create links and all that is kept of visits."""
    _create_links()
    _create_visits()
    op.create_table(
        "visit_days",
        sa.Column("subject_kind", sa.String(length=6), nullable=False),
        sa.Column("subject", sa.String(length=24), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("views", sa.BigInteger(), nullable=False),
        sa.Column("humans", sa.BigInteger(), nullable=False),
        sa.Column("visitors", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("subject_kind", "subject", "day", name="pk_visit_days"),
    )
    op.create_table(
        "visit_spools",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("taken_bytes", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_visit_spools"),
    )
    op.create_table(
        "consents",
        sa.Column("visitor", sa.String(length=22), nullable=False),
        sa.Column("wording", sa.String(length=40), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("visitor", name="pk_consents"),
    )


def _create_links() -> None:
    op.create_table(
        "links",
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("target_kind", sa.String(length=10), nullable=False),
        sa.Column("target", sa.String(length=2000), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("parent_code", sa.String(length=24), nullable=True),
        sa.Column("root_code", sa.String(length=24), nullable=False),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.Column("created_by_person_id", sa.String(length=24), nullable=True),
        sa.Column("minted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("activated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recalled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("target_kind IN ('poster', 'address')", name="ck_links_target_kind"),
        sa.ForeignKeyConstraint(["parent_code"], ["links.code"], name="fk_links_parent_code_links"),
        sa.PrimaryKeyConstraint("code", name="pk_links"),
    )
    op.create_index("ix_links_target", "links", ["target", "target_kind"])
    op.create_index("ix_links_parent_code", "links", ["parent_code"])
    op.create_index("ix_links_root_code", "links", ["root_code"])


def _create_visits() -> None:
    op.create_table(
        "visits",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("bot", sa.String(length=40), nullable=False),
        sa.Column("poster_id", sa.String(length=24), nullable=True),
        sa.Column("parent_code", sa.String(length=24), nullable=True),
        sa.Column("parent_confidence", sa.String(length=8), nullable=True),
        sa.Column("device", sa.String(length=8), nullable=False),
        sa.Column("app", sa.String(length=10), nullable=False),
        sa.Column("visitor", sa.String(length=22), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_visits"),
    )
    op.create_index("ix_visits_code_at", "visits", ["code", "at"])
    op.create_index("ix_visits_poster_id_at", "visits", ["poster_id", "at"])
    op.create_index("ix_visits_visitor_at", "visits", ["visitor", "at"])
