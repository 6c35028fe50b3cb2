"""Create the rule book"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables of house rules, of what was switched on, and of replays."""
    op.create_table(
        "rule_versions",
        sa.Column("rule_id", sa.String(length=80), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("jurisdiction", sa.String(length=2), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("based_on", sa.Integer(), nullable=False),
        sa.Column("author_person_id", sa.String(length=24), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("rule_id", "number", name="pk_rule_versions"),
    )
    _create_replays()
    op.create_table(
        "rule_switches",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("rule_id", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("replay_id", sa.String(length=16), nullable=False),
        sa.Column("switched_by_person_id", sa.String(length=24), nullable=False),
        sa.Column("switched_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["replay_id"], ["rule_replays.id"], name="fk_rule_switches_replay_id_rule_replays"),
        sa.PrimaryKeyConstraint("number", name="pk_rule_switches"),
    )
    op.create_index("ix_rule_switches_rule_id", "rule_switches", ["rule_id", "number"])


def _create_replays() -> None:
    op.create_table(
        "rule_replays",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("rule_id", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("book", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ordered_by_person_id", sa.String(length=24), nullable=False),
        sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("before", sa.String(length=64), nullable=True),
        sa.Column("fingerprint", sa.String(length=64), nullable=True),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("unjudged", sa.Integer(), nullable=False),
        sa.Column("new_hits", sa.Integer(), nullable=False),
        sa.Column("lost_hits", sa.Integer(), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name="fk_rule_replays_job_id_jobs"),
        sa.PrimaryKeyConstraint("id", name="pk_rule_replays"),
        sa.UniqueConstraint("job_id", name="uq_rule_replays_job_id"),
    )
    op.create_index("ix_rule_replays_rule_id", "rule_replays", ["rule_id", "version"])
    op.create_table(
        "rule_replay_hits",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("replay_id", sa.String(length=16), nullable=False),
        sa.Column("is_new", sa.Boolean(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("subject_id", sa.String(length=16), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("is_live", sa.Boolean(), nullable=False),
        sa.Column("rule", sa.String(length=80), nullable=False),
        sa.Column("severity", sa.String(length=6), nullable=False),
        sa.Column("text", sa.String(length=2000), nullable=False),
        sa.Column("place", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(["replay_id"], ["rule_replays.id"], name="fk_rule_replay_hits_replay_id_rule_replays"),
        sa.PrimaryKeyConstraint("id", name="pk_rule_replay_hits"),
    )
    op.create_index("ix_rule_replay_hits_replay_id", "rule_replay_hits", ["replay_id"])
