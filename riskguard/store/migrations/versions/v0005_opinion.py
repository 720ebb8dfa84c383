"""Opinion: marks, buckets, surges, topics, figures. Every verdict there is lines up to be counted.

Revision 0005, after 0006.
"""

import sqlalchemy as sa
from alembic import op

from riskguard.store.types import Json, Sealed, UtcTime, Words

revision = "0005"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "uncounted_posts",
        sa.Column("post_id", Words(), nullable=False),
        sa.ForeignKeyConstraint(
            ["post_id"], ["posts.id"], name=op.f("fk_uncounted_posts_post_id_posts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("post_id", name=op.f("pk_uncounted_posts")),
    )
    op.execute("INSERT INTO uncounted_posts (post_id) SELECT post_id FROM verdicts")
    _add_marks()
    _add_buckets()
    _add_surges()
    _add_days()


def _add_marks() -> None:
    op.create_table(
        "opinion_marks",
        sa.Column("post_id", Words(), nullable=False),
        sa.Column("community", Words(), nullable=False),
        sa.Column("scene", Words(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("account", sa.BigInteger(), nullable=False),
        sa.Column("action", Words(), nullable=False),
        sa.Column("sentiment", Words(), nullable=False),
        sa.Column("emotion", Words(), nullable=False),
        sa.Column("cluster", Words(), nullable=False),
        sa.Column("topics", Sealed(), nullable=False),
        sa.ForeignKeyConstraint(
            ["post_id"], ["posts.id"], name=op.f("fk_opinion_marks_post_id_posts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("post_id", name=op.f("pk_opinion_marks")),
    )
    op.create_index("ix_opinion_marks_community_at", "opinion_marks", ["community", "at"], unique=False)


def _add_buckets() -> None:
    op.create_table(
        "opinion_buckets",
        sa.Column("community", Words(), nullable=False),
        sa.Column("grain", sa.Integer(), nullable=False),
        sa.Column("start_at", UtcTime(), nullable=False),
        sa.Column("scene", Words(), nullable=False),
        sa.Column("posts", sa.Integer(), nullable=False),
        sa.Column("copies", sa.Integer(), nullable=False),
        sa.Column("tallies", Json(), nullable=False),
        sa.Column("heads", Json(), nullable=False),
        sa.PrimaryKeyConstraint("community", "grain", "start_at", "scene", name=op.f("pk_opinion_buckets")),
    )
    op.create_table(
        "opinion_attendances",
        sa.Column("community", Words(), nullable=False),
        sa.Column("account", sa.BigInteger(), nullable=False),
        sa.Column("first_at", UtcTime(), nullable=False),
        sa.Column("second_at", UtcTime(), nullable=True),
        sa.Column("last_at", UtcTime(), nullable=False),
        sa.Column("last_negative", sa.Boolean(), nullable=False),
        sa.Column("days", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("community", "account", name=op.f("pk_opinion_attendances")),
    )
    op.create_index(
        "ix_opinion_attendances_community_last_at", "opinion_attendances", ["community", "last_at"], unique=False
    )


def _add_surges() -> None:
    op.create_table(
        "opinion_surges",
        sa.Column("id", Words(), nullable=False),
        sa.Column("community", Words(), nullable=False),
        sa.Column("raised_at", UtcTime(), nullable=False),
        sa.Column("ended_at", UtcTime(), nullable=True),
        sa.Column("body", Json(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opinion_surges")),
    )
    op.create_index("ix_opinion_surges_community_raised_at", "opinion_surges", ["community", "raised_at"], unique=False)


def _add_days() -> None:
    op.create_table(
        "opinion_topic_days",
        sa.Column("community", Words(), nullable=False),
        sa.Column("day", UtcTime(), nullable=False),
        sa.Column("topic", Words(), nullable=False),
        sa.Column("posts", sa.Integer(), nullable=False),
        sa.Column("accounts", sa.Integer(), nullable=False),
        sa.Column("slots", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("community", "day", "topic", name=op.f("pk_opinion_topic_days")),
    )
    op.create_table(
        "opinion_gauges",
        sa.Column("community", Words(), nullable=False),
        sa.Column("kind", Words(), nullable=False),
        sa.Column("day", UtcTime(), nullable=False),
        sa.Column("measures", Json(), nullable=False),
        sa.PrimaryKeyConstraint("community", "kind", "day", name=op.f("pk_opinion_gauges")),
    )


def downgrade() -> None:
    for table in (
        "opinion_gauges",
        "opinion_topic_days",
        "opinion_surges",
        "opinion_attendances",
        "opinion_buckets",
        "opinion_marks",
        "uncounted_posts",
    ):
        op.drop_table(table)
