"""Alerts: what operators must hear, and what became of it.

Revision 0006, after 0003.
"""

import sqlalchemy as sa
from alembic import op

from riskguard.store.types import Json, UtcTime, Words

revision = "0006"
down_revision = "0003"
branch_labels = None
depends_on = None

_STANDING = sa.text("status <> 'resolved'")


def upgrade() -> None:
    op.create_table(
        "alerts",
        sa.Column("id", Words(), nullable=False),
        sa.Column("key", Words(), nullable=False),
        sa.Column("kind", Words(), nullable=False),
        sa.Column("name", Words(), nullable=False),
        sa.Column("severity", sa.SmallInteger(), nullable=False),
        sa.Column("community", Words(), nullable=True),
        sa.Column("scene", Words(), nullable=True),
        sa.Column("summary", Words(), nullable=False),
        sa.Column("page", Words(), nullable=False),
        sa.Column("labels", Json(), nullable=False),
        sa.Column("starts_at", UtcTime(), nullable=False),
        sa.Column("ends_at", UtcTime(), nullable=True),
        sa.Column("raised_at", UtcTime(), nullable=False),
        sa.Column("last_at", UtcTime(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("status", Words(), nullable=False),
        sa.Column("acknowledged", Json(), nullable=False),
        sa.Column("resolved", Json(), nullable=False),
        sa.ForeignKeyConstraint(["community"], ["communities.name"], name=op.f("fk_alerts_community_communities")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerts")),
    )
    op.create_index(
        "uq_alerts_standing", "alerts", ["key"], unique=True, sqlite_where=_STANDING, postgresql_where=_STANDING
    )
    op.create_index(
        "ix_alerts_listed",
        "alerts",
        ["status", sa.literal_column("severity DESC"), sa.literal_column("last_at DESC")],
        unique=False,
    )
    op.create_index("ix_alerts_last_at", "alerts", ["last_at"], unique=False)


def downgrade() -> None:
    op.drop_table("alerts")
