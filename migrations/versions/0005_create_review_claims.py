"""Create review claims"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table of who is looking at what."""
    op.create_table(
        "review_claims",
        sa.Column("subject_id", sa.String(length=16), nullable=False),
        sa.Column("person_id", sa.String(length=24), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["subject_id"], ["review_cases.subject_id"], name=op.f("fk_review_claims_subject_id_review_cases")
        ),
        sa.PrimaryKeyConstraint("subject_id", name=op.f("pk_review_claims")),
    )
