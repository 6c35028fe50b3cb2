"""Create customers, their events, tags, points and tasks"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create what rules make of visits."""
    _create_customers()
    _create_given()
    _create_tasks()
    op.create_table(
        "customer_cursors",
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("visit_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_customer_cursors"),
    )


def _create_customers() -> None:
    op.create_table(
        "customers",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("advisor_person_id", sa.String(length=24), nullable=False),
        sa.Column("organisation_path", sa.String(length=400), nullable=False),
        sa.Column("visitor", sa.String(length=22), nullable=True),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("app", sa.String(length=10), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("forgotten_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["advisor_person_id"], ["persons.id"], name="fk_customers_advisor_person_id_persons"),
        sa.PrimaryKeyConstraint("id", name="pk_customers"),
        sa.UniqueConstraint("advisor_person_id", "visitor", name="uq_customers_advisor_person_id_visitor"),
    )
    op.create_index("ix_customers_organisation_path", "customers", ["organisation_path"])
    op.create_index("ix_customers_visitor", "customers", ["visitor"])
    op.create_table(
        "customer_events",
        sa.Column(
            "visit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("customer_id", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("poster_id", sa.String(length=16), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("app", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name="fk_customer_events_customer_id_customers"),
        sa.ForeignKeyConstraint(["poster_id"], ["posters.id"], name="fk_customer_events_poster_id_posters"),
        sa.PrimaryKeyConstraint("visit_id", name="pk_customer_events"),
    )
    op.create_index("ix_customer_events_customer_id_at", "customer_events", ["customer_id", "at"])


def _create_given() -> None:
    op.create_table(
        "customer_tags",
        *_common("customer_tags"),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("customer_id", "rule", "visit_id", name="pk_customer_tags"),
    )
    op.create_index("ix_customer_tags_rule_expires_at", "customer_tags", ["rule", "expires_at"])
    op.create_table(
        "customer_points",
        *_common("customer_points"),
        sa.Column("points", sa.Float(), nullable=False),
        sa.Column("half_life_days", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", "rule", "visit_id", name="pk_customer_points"),
    )


def _create_tasks() -> None:
    op.create_table(
        "customer_tasks",
        sa.Column("id", sa.String(length=16), nullable=False),
        *_common("customer_tasks"),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("to_do", sa.JSON(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by_person_id", sa.String(length=24), nullable=True),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_customer_tasks"),
        sa.UniqueConstraint("customer_id", "rule", "visit_id", name="uq_customer_tasks_customer_id_rule_visit_id"),
    )


def _common(table: str) -> list[sa.schema.SchemaItem]:
    """What everything that a rule gives has: whom, which rule, by which event, when, and its words."""
    return [
        sa.Column("customer_id", sa.String(length=16), nullable=False),
        sa.Column("rule", sa.String(length=40), nullable=False),
        sa.Column("visit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("reason", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=f"fk_{table}_customer_id_customers"),
        sa.ForeignKeyConstraint(
            ["visit_id"], ["customer_events.visit_id"], name=f"fk_{table}_visit_id_customer_events"
        ),
    ]
