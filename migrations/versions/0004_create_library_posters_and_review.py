"""Create the library, posters and review"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create template versions, posters from draft to share, and review cases with their steps."""
    op.create_table(
        "review_cases",
        sa.Column("subject_id", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("organisation_path", sa.String(length=400), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("subject_id", name=op.f("pk_review_cases")),
    )
    op.create_index("ix_review_cases_queue", "review_cases", ["state", "due_at"], unique=False)
    op.create_table(
        "template_versions",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("slug", sa.String(length=60), nullable=False),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("organisation_path", sa.String(length=400), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_template_versions")),
        sa.UniqueConstraint("slug", "version", name=op.f("uq_template_versions_slug_version")),
    )
    op.create_table(
        "posters",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("template_version_id", sa.String(length=16), nullable=False),
        sa.Column("owner_person_id", sa.String(length=24), nullable=False),
        sa.Column("organisation_path", sa.String(length=400), nullable=False),
        sa.Column("based_on", sa.String(length=16), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["based_on"], ["posters.id"], name=op.f("fk_posters_based_on_posters")),
        sa.ForeignKeyConstraint(
            ["template_version_id"],
            ["template_versions.id"],
            name=op.f("fk_posters_template_version_id_template_versions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posters")),
    )
    op.create_index(op.f("ix_posters_owner_person_id"), "posters", ["owner_person_id"], unique=False)
    op.create_index(op.f("ix_posters_template_version_id"), "posters", ["template_version_id"], unique=False)
    op.create_table(
        "review_sentences",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("subject_id", sa.String(length=16), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["subject_id"], ["review_cases.subject_id"], name=op.f("fk_review_sentences_subject_id_review_cases")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_sentences")),
        sa.UniqueConstraint("key", "subject_id", "digest", name=op.f("uq_review_sentences_key_subject_id_digest")),
    )
    op.create_table(
        "review_steps",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("subject_id", sa.String(length=16), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(length=20), nullable=False),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("actor_person_id", sa.String(length=24), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("policy", sa.String(length=60), nullable=True),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["subject_id"], ["review_cases.subject_id"], name=op.f("fk_review_steps_subject_id_review_cases")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_steps")),
        sa.UniqueConstraint("subject_id", "number", name=op.f("uq_review_steps_subject_id_number")),
    )
    op.create_index(op.f("ix_review_steps_actor_person_id"), "review_steps", ["actor_person_id"], unique=False)
    op.create_table(
        "template_availability",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version_id", sa.String(length=16), nullable=False),
        sa.Column("organisation_path", sa.String(length=400), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("granted_by_person_id", sa.String(length=24), nullable=True),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["template_versions.id"], name=op.f("fk_template_availability_version_id_template_versions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_template_availability")),
    )
    op.create_index(op.f("ix_template_availability_version_id"), "template_availability", ["version_id"], unique=False)
    op.create_table(
        "template_contents",
        sa.Column("version_id", sa.String(length=16), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("head", sa.JSON(), nullable=False),
        sa.Column("author_person_id", sa.String(length=24), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["template_versions.id"], name=op.f("fk_template_contents_version_id_template_versions")
        ),
        sa.PrimaryKeyConstraint("version_id", "number", name=op.f("pk_template_contents")),
    )
    op.create_table(
        "poster_revisions",
        sa.Column("poster_id", sa.String(length=16), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("base", sa.Integer(), nullable=False),
        sa.Column("author_person_id", sa.String(length=24), nullable=False),
        sa.Column("slots", sa.JSON(), nullable=False),
        sa.Column("size", sa.String(length=40), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["poster_id"], ["posters.id"], name=op.f("fk_poster_revisions_poster_id_posters")),
        sa.PrimaryKeyConstraint("poster_id", "number", name=op.f("pk_poster_revisions")),
    )
    op.create_table(
        "poster_shares",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("poster_id", sa.String(length=16), nullable=False),
        sa.Column("link_code", sa.String(length=24), nullable=False),
        sa.Column("via", sa.String(length=40), nullable=False),
        sa.Column("shared_by_person_id", sa.String(length=24), nullable=True),
        sa.Column("shared_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["poster_id"], ["posters.id"], name=op.f("fk_poster_shares_poster_id_posters")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_poster_shares")),
    )
    op.create_index(op.f("ix_poster_shares_poster_id"), "poster_shares", ["poster_id"], unique=False)
    op.create_table(
        "poster_snapshots",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("poster_id", sa.String(length=16), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["poster_id"], ["posters.id"], name=op.f("fk_poster_snapshots_poster_id_posters")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_poster_snapshots")),
        sa.UniqueConstraint("poster_id", "digest", name=op.f("uq_poster_snapshots_poster_id_digest")),
    )
    op.create_index(op.f("ix_poster_snapshots_digest"), "poster_snapshots", ["digest"], unique=False)
    op.create_table(
        "review_comments",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("step_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("place", sa.String(length=80), nullable=False),
        sa.Column("x", sa.Float(), nullable=True),
        sa.Column("y", sa.Float(), nullable=True),
        sa.Column("text", sa.String(length=1000), nullable=False),
        sa.ForeignKeyConstraint(["step_id"], ["review_steps.id"], name=op.f("fk_review_comments_step_id_review_steps")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_comments")),
    )
    op.create_index(op.f("ix_review_comments_step_id"), "review_comments", ["step_id"], unique=False)
    op.create_table(
        "poster_issues",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("poster_id", sa.String(length=16), nullable=False),
        sa.Column("snapshot_id", sa.String(length=16), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("link_code", sa.String(length=24), nullable=False),
        sa.Column("issued_by_person_id", sa.String(length=24), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["poster_id"], ["posters.id"], name=op.f("fk_poster_issues_poster_id_posters")),
        sa.ForeignKeyConstraint(
            ["snapshot_id"], ["poster_snapshots.id"], name=op.f("fk_poster_issues_snapshot_id_poster_snapshots")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_poster_issues")),
        sa.UniqueConstraint("link_code", name=op.f("uq_poster_issues_link_code")),
        sa.UniqueConstraint("snapshot_id", "channel", name=op.f("uq_poster_issues_snapshot_id_channel")),
    )
    op.create_index(op.f("ix_poster_issues_poster_id"), "poster_issues", ["poster_id"], unique=False)
    op.create_table(
        "poster_files",
        sa.Column("issue_id", sa.String(length=16), nullable=False),
        sa.Column("format", sa.String(length=4), nullable=False),
        sa.Column("object_digest", sa.String(length=64), nullable=False),
        sa.Column("media_type", sa.String(length=60), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["issue_id"], ["poster_issues.id"], name=op.f("fk_poster_files_issue_id_poster_issues")
        ),
        sa.PrimaryKeyConstraint("issue_id", "format", name=op.f("pk_poster_files")),
    )
