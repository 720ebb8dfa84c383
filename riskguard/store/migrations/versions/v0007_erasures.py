"""Receipts of erasures, and what retention needs: which posts were purged, which wait, how far each rule has looked.

Revision 0007, after 0005.
"""

import sqlalchemy as sa
from alembic import op

from riskguard.store.types import UtcTime, Words

revision = "0007"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("posts", sa.Column("purged_at", UtcTime(), nullable=True))
    op.create_index("ix_posts_received", "posts", ["community", "received_at", "id"], unique=False)
    op.create_table(
        "erasures",
        sa.Column("id", Words(), nullable=False),
        sa.Column("community", Words(), nullable=False),
        sa.Column("author_digest", Words(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("counts", Words(), nullable=False),
        sa.Column("hash", Words(), nullable=False),
        sa.ForeignKeyConstraint(["community"], ["communities.name"], name=op.f("fk_erasures_community_communities")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasures")),
    )
    op.create_index(op.f("ix_erasures_at"), "erasures", ["at"], unique=False)
    op.create_table(
        "held_posts",
        sa.Column("post_id", Words(), nullable=False),
        sa.ForeignKeyConstraint(
            ["post_id"], ["posts.id"], name=op.f("fk_held_posts_post_id_posts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("post_id", name=op.f("pk_held_posts")),
    )
    op.create_table(
        "retention_marks",
        sa.Column("community", Words(), nullable=False),
        sa.Column("rule", Words(), nullable=False),
        sa.Column("received_at", UtcTime(), nullable=False),
        sa.Column("post_id", Words(), nullable=False),
        sa.ForeignKeyConstraint(
            ["community"], ["communities.name"], name=op.f("fk_retention_marks_community_communities")
        ),
        sa.PrimaryKeyConstraint("community", "rule", name=op.f("pk_retention_marks")),
    )


def downgrade() -> None:
    op.drop_table("retention_marks")
    op.drop_table("held_posts")
    op.drop_table("erasures")
    op.drop_index("ix_posts_received", "posts")
    op.drop_column("posts", "purged_at")
