"""Keep sentences as they are read

Of what was submitted before, only the keys of the exact words are known: those are found by them as until now.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add how the rules read a sentence, and what finds those that say nearly the same."""
    op.create_table(
        "review_sentence_texts",
        sa.Column("folded_key", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("folded_key", name="pk_review_sentence_texts"),
    )
    op.create_table(
        "review_sentence_marks",
        sa.Column("mark", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("folded_key", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["folded_key"],
            ["review_sentence_texts.folded_key"],
            name="fk_review_sentence_marks_folded_key_review_sentence_texts",
        ),
        sa.PrimaryKeyConstraint("mark", "folded_key", name="pk_review_sentence_marks"),
    )
    op.add_column("review_sentences", sa.Column("folded_key", sa.String(length=64), nullable=True))
    op.create_index("ix_review_sentences_folded_key", "review_sentences", ["folded_key"])
