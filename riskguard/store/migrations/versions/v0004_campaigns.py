"""Campaigns, and which posts are copies of which.

Revision 0004, after 0006b.
"""

import sqlalchemy as sa
from alembic import op

from riskguard.store.types import Json, Sealed, UtcTime, Words

revision = "0004"
down_revision = "0006b"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "copies",
        sa.Column("post_id", Words(), nullable=False),
        sa.Column("cluster", Words(), nullable=False),
        sa.Column("posted_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_copies_post_id_posts"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("post_id", name=op.f("pk_copies")),
    )
    op.create_index("ix_copies_cluster", "copies", ["cluster", "posted_at"], unique=False)
    op.create_table(
        "campaigns",
        sa.Column("id", Words(), nullable=False),
        sa.Column("community", Words(), nullable=False),
        sa.Column("cluster", Words(), nullable=False),
        sa.Column("opened_at", UtcTime(), nullable=False),
        sa.Column("status", Words(), nullable=False),
        sa.Column("decisions", Sealed(), nullable=False),
        sa.Column("labels", Json(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["community"], ["communities.name"], name=op.f("fk_campaigns_community_communities")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaigns")),
    )
    op.create_index("ix_campaigns_cluster", "campaigns", ["cluster"], unique=False)
    op.create_index(
        "ix_campaigns_listed",
        "campaigns",
        ["community", "status", sa.literal_column("opened_at DESC")],
        unique=False,
    )


def downgrade() -> None:
    op.drop_table("campaigns")
    op.drop_table("copies")
