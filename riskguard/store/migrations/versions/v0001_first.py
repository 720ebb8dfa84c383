"""The first schema: communities, posts, verdicts, cases, outbox and kept answers.

Revision 0001, after nothing.
"""

import sqlalchemy as sa
from alembic import op

from riskguard.store.types import Json, UtcTime, Words

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _add_communities()
    _add_api_keys()
    _add_kept_answers()
    _add_members()
    _add_outbox()
    _add_posts()
    _add_cases()
    _add_verdicts()
    _add_waiting_posts()


def downgrade() -> None:
    for table in (
        "waiting_posts",
        "verdicts",
        "cases",
        "posts",
        "outbox",
        "members",
        "kept_answers",
        "api_keys",
        "communities",
    ):
        op.drop_table(table)


def _add_communities() -> None:
    op.create_table(
        "communities",
        sa.Column("name", Words(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("webhook_url", Words(), nullable=False),
        sa.Column("webhook_secret", Words(), nullable=False),
        sa.Column("webhook_disabled_because", Words(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_communities")),
    )


def _add_api_keys() -> None:
    op.create_table(
        "api_keys",
        sa.Column("id", Words(), nullable=False),
        sa.Column("community", Words(), nullable=False),
        sa.Column("digest", Words(), nullable=False),
        sa.Column("prefix", Words(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("revoked_at", UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(["community"], ["communities.name"], name=op.f("fk_api_keys_community_communities")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_keys")),
        sa.UniqueConstraint("digest", name=op.f("uq_api_keys_digest")),
    )
    op.create_index(op.f("ix_api_keys_community"), "api_keys", ["community"], unique=False)


def _add_kept_answers() -> None:
    op.create_table(
        "kept_answers",
        sa.Column("community", Words(), nullable=False),
        sa.Column("key", Words(), nullable=False),
        sa.Column("body_digest", Words(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("body", Words(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community"], ["communities.name"], name=op.f("fk_kept_answers_community_communities")
        ),
        sa.PrimaryKeyConstraint("community", "key", name=op.f("pk_kept_answers")),
    )
    op.create_index(op.f("ix_kept_answers_created_at"), "kept_answers", ["created_at"], unique=False)


def _add_members() -> None:
    op.create_table(
        "members",
        sa.Column("id", Words(), nullable=False),
        sa.Column("name", Words(), nullable=False),
        sa.Column("role", Words(), nullable=False),
        sa.Column("password_hash", Words(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("community", Words(), nullable=True),
        sa.ForeignKeyConstraint(["community"], ["communities.name"], name=op.f("fk_members_community_communities")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_members")),
        sa.UniqueConstraint("name", name=op.f("uq_members_name")),
    )


def _add_outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", Words(), nullable=False),
        sa.Column("type", Words(), nullable=False),
        sa.Column("community", Words(), nullable=False),
        sa.Column("url", Words(), nullable=False),
        sa.Column("data", Json(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("next_attempt_at", UtcTime(), nullable=False),
        sa.Column("status", Words(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_answer", Words(), nullable=False),
        sa.ForeignKeyConstraint(["community"], ["communities.name"], name=op.f("fk_outbox_community_communities")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    op.create_index(op.f("ix_outbox_created_at"), "outbox", ["created_at"], unique=False)
    op.create_index(
        "ix_outbox_due",
        "outbox",
        ["next_attempt_at"],
        unique=False,
        sqlite_where=sa.text("status = 'waiting'"),
        postgresql_where=sa.text("status = 'waiting'"),
    )


def _add_posts() -> None:
    op.create_table(
        "posts",
        sa.Column("id", Words(), nullable=False),
        sa.Column("community", Words(), nullable=False),
        sa.Column("post_id", Words(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("received_at", UtcTime(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("text", Words(), nullable=False),
        sa.Column("author_id", Words(), nullable=False),
        sa.Column("author_trust", sa.SmallInteger(), nullable=False),
        sa.Column("author_created_at", UtcTime(), nullable=True),
        sa.Column("scene", Words(), nullable=False),
        sa.Column("title", Words(), nullable=False),
        sa.Column("url", Words(), nullable=False),
        sa.Column("thread_id", Words(), nullable=False),
        sa.Column("parent_id", Words(), nullable=False),
        sa.Column("callback_url", Words(), nullable=False),
        sa.Column("metadata", Json(), nullable=False),
        sa.ForeignKeyConstraint(["community"], ["communities.name"], name=op.f("fk_posts_community_communities")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posts")),
        sa.UniqueConstraint("community", "post_id", "revision", name=op.f("uq_posts_community_post_id_revision")),
    )


def _add_cases() -> None:
    op.create_table(
        "cases",
        sa.Column("id", Words(), nullable=False),
        sa.Column("post_id", Words(), nullable=False),
        sa.Column("community", Words(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("opened_at", UtcTime(), nullable=False),
        sa.Column("origin", Words(), nullable=False),
        sa.Column("status", Words(), nullable=False),
        sa.Column("decisions", Json(), nullable=False),
        sa.Column("grievances", Json(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["community"], ["communities.name"], name=op.f("fk_cases_community_communities")),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_cases_post_id_posts"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
        sa.UniqueConstraint("post_id", name=op.f("uq_cases_post_id")),
    )
    op.create_index(
        "ix_cases_community_queue",
        "cases",
        ["community", "status", sa.literal_column("priority DESC"), "opened_at"],
        unique=False,
    )
    op.create_index(
        "ix_cases_queue", "cases", ["status", sa.literal_column("priority DESC"), "opened_at"], unique=False
    )


def _add_verdicts() -> None:
    op.create_table(
        "verdicts",
        sa.Column("post_id", Words(), nullable=False),
        sa.Column("action", sa.SmallInteger(), nullable=False),
        sa.Column("judged_at", UtcTime(), nullable=False),
        sa.Column("policy_version", Words(), nullable=False),
        sa.Column("body", Words(), nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_verdicts_post_id_posts"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("post_id", name=op.f("pk_verdicts")),
    )
    op.create_index(op.f("ix_verdicts_action"), "verdicts", ["action"], unique=False)


def _add_waiting_posts() -> None:
    op.create_table(
        "waiting_posts",
        sa.Column("post_id", Words(), nullable=False),
        sa.Column("community", Words(), nullable=False),
        sa.Column("lane", Words(), nullable=False),
        sa.Column("received_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["post_id"], ["posts.id"], name=op.f("fk_waiting_posts_post_id_posts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("post_id", name=op.f("pk_waiting_posts")),
    )
    op.create_index(op.f("ix_waiting_posts_received_at"), "waiting_posts", ["received_at"], unique=False)
