"""Who was told of which alert; events for receivers of alerts.yaml, which may be about no one community.

Revision 0006b, after 0007.
"""

import sqlalchemy as sa
from alembic import op

from riskguard.store.types import Json, UtcTime, Words

revision = "0006b"
down_revision = "0007"
branch_labels = None
depends_on = None

_WAITING = sa.text("status = 'waiting'")


def upgrade() -> None:
    _let_events_have_no_community(nullable=True)
    op.create_table(
        "alert_silences",
        sa.Column("id", Words(), nullable=False),
        sa.Column("patterns", Json(), nullable=False),
        sa.Column("starts_at", UtcTime(), nullable=False),
        sa.Column("ends_at", UtcTime(), nullable=False),
        sa.Column("by", Words(), nullable=False),
        sa.Column("because", Words(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_silences")),
    )
    op.create_index(op.f("ix_alert_silences_ends_at"), "alert_silences", ["ends_at"], unique=False)
    op.create_table(
        "alert_groups",
        sa.Column("id", Words(), nullable=False),
        sa.Column("receiver", Words(), nullable=False),
        sa.Column("escalation", sa.Boolean(), nullable=False),
        sa.Column("labels", Json(), nullable=False),
        sa.Column("sent_at", UtcTime(), nullable=False),
        sa.Column("told", Json(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_groups")),
    )
    op.create_table(
        "alert_notices",
        sa.Column("alert_id", Words(), nullable=False),
        sa.Column("event_id", Words(), nullable=False),
        sa.Column("receiver", Words(), nullable=False),
        sa.Column("reason", Words(), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["alert_id"], ["alerts.id"], name=op.f("fk_alert_notices_alert_id_alerts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("alert_id", "event_id", name=op.f("pk_alert_notices")),
    )


def downgrade() -> None:
    for table in ("alert_notices", "alert_groups", "alert_silences"):
        op.drop_table(table)
    op.execute("DELETE FROM outbox WHERE community IS NULL")
    _let_events_have_no_community(nullable=False)


def _let_events_have_no_community(*, nullable: bool) -> None:
    """SQLite makes the table anew, so its indexes go first and come back."""
    op.drop_index("ix_outbox_due", "outbox")
    op.drop_index(op.f("ix_outbox_created_at"), "outbox")
    with op.batch_alter_table("outbox") as outbox:
        outbox.alter_column("community", existing_type=Words(), nullable=nullable)
    op.create_index(op.f("ix_outbox_created_at"), "outbox", ["created_at"], unique=False)
    op.create_index(
        "ix_outbox_due",
        "outbox",
        ["next_attempt_at"],
        unique=False,
        sqlite_where=_WAITING,
        postgresql_where=_WAITING,
    )
