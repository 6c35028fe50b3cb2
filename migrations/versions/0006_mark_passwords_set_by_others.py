"""Mark passwords that somebody else has set, and keep when an account was last used"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add two columns to the accounts; nobody is asked for a new password who has one."""
    must_change = sa.Column("must_change_password", sa.Boolean(), nullable=False, server_default=sa.false())
    op.add_column("accounts", must_change)
    op.add_column("accounts", sa.Column("last_sign_in_at", sa.DateTime(timezone=True), nullable=True))
