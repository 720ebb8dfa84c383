"""The tables. Posts and verdicts are only ever added; what waits is kept apart, so that it stays small."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Named,
    SmallInteger,
    Table,
    Text,
    TypedColumns,
    UniqueConstraint,
    text,
)

from riskguard.store.types import Json, Sealed, UtcTime, Words

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class CommunityColumns(TypedColumns):
    name: Named[str] = Column(Words, primary_key=True)
    created_at: Named[datetime] = Column(UtcTime)
    webhook_url: Named[str] = Column(Words)
    webhook_secret: Named[str] = Column(Words)
    webhook_disabled_because: Named[str] = Column(Words)


class KeyColumns(TypedColumns):
    id: Named[str] = Column(Words, primary_key=True)
    community: Named[str] = Column(Words, ForeignKey("communities.name"), index=True)
    digest: Named[str] = Column(Words, unique=True)
    prefix: Named[str] = Column(Words)
    created_at: Named[datetime] = Column(UtcTime)
    revoked_at: Named[datetime | None] = Column(UtcTime)


class MemberColumns(TypedColumns):
    id: Named[str] = Column(Words, primary_key=True)
    name: Named[str] = Column(Words, unique=True)
    role: Named[str] = Column(Words)
    password_hash: Named[str] = Column(Words)
    created_at: Named[datetime] = Column(UtcTime)
    community: Named[str | None] = Column(Words, ForeignKey("communities.name"))


class PostColumns(TypedColumns):
    """A post as received; `community, post_id, revision` is the platform's name for it. What its author said and who
    that is are sealed; `author_digest` finds the posts of one author."""

    id: Named[str] = Column(Words, primary_key=True)
    community: Named[str] = Column(Words, ForeignKey("communities.name"))
    post_id: Named[str] = Column(Words)
    revision: Named[int]
    received_at: Named[datetime] = Column(UtcTime)
    created_at: Named[datetime] = Column(UtcTime)
    text: Named[str] = Column(Sealed)
    author_id: Named[str] = Column(Sealed)
    author_digest: Named[str] = Column(Words)
    author_trust: Named[int] = Column(SmallInteger)
    author_created_at: Named[datetime | None] = Column(UtcTime)
    scene: Named[str] = Column(Words)
    title: Named[str] = Column(Sealed)
    url: Named[str] = Column(Sealed)
    thread_id: Named[str] = Column(Words)
    parent_id: Named[str] = Column(Words)
    callback_url: Named[str] = Column(Words)
    purged_at: Named[datetime | None] = Column(UtcTime)
    metadata: Named[str] = Column(Sealed)


class WaitingColumns(TypedColumns):
    """A post without a verdict: written with the post, removed with its verdict."""

    post_id: Named[str] = Column(Words, ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True)
    community: Named[str] = Column(Words)
    lane: Named[str] = Column(Words)
    received_at: Named[datetime] = Column(UtcTime, index=True)


class VerdictColumns(TypedColumns):
    """The one verdict of a post; `body` is all of it, sealed, since it quotes the post; the other columns are
    for counting and searching."""

    post_id: Named[str] = Column(Words, ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True)
    action: Named[int] = Column(SmallInteger, index=True)
    judged_at: Named[datetime] = Column(UtcTime)
    policy_version: Named[str] = Column(Words)
    body: Named[str] = Column(Sealed)


class CaseColumns(TypedColumns):
    """The one case of a post; `version` is the optimistic lock."""

    id: Named[str] = Column(Words, primary_key=True)
    post_id: Named[str] = Column(Words, ForeignKey("posts.id", ondelete="CASCADE"), unique=True)
    community: Named[str] = Column(Words, ForeignKey("communities.name"))
    priority: Named[int]
    opened_at: Named[datetime] = Column(UtcTime)
    origin: Named[str] = Column(Words)
    status: Named[str] = Column(Words)
    decisions: Named[str] = Column(Sealed)
    grievances: Named[str] = Column(Sealed)
    version: Named[int]


class CopyColumns(TypedColumns):
    """A post that says nearly the same as the first of its cluster; `cluster` is the id of that first post, which may
    be gone."""

    post_id: Named[str] = Column(Words, ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True)
    cluster: Named[str] = Column(Words)
    posted_at: Named[datetime] = Column(UtcTime)


class CampaignColumns(TypedColumns):
    """A cluster that a policy calls a campaign; `version` is the optimistic lock."""

    id: Named[str] = Column(Words, primary_key=True)
    community: Named[str] = Column(Words, ForeignKey("communities.name"))
    cluster: Named[str] = Column(Words, index=True)
    opened_at: Named[datetime] = Column(UtcTime)
    status: Named[str] = Column(Words)
    decisions: Named[str] = Column(Sealed)
    labels: Named[Any] = Column(Json, nullable=False)
    version: Named[int]


class EventColumns(TypedColumns):
    """A webhook on its way; `post_id` is ours, and empty where it tells of no single post."""

    id: Named[str] = Column(Words, primary_key=True)
    type: Named[str] = Column(Words)
    community: Named[str | None] = Column(Words, ForeignKey("communities.name"))
    url: Named[str] = Column(Words)
    post_id: Named[str] = Column(Words, index=True)
    data: Named[str] = Column(Sealed)
    created_at: Named[datetime] = Column(UtcTime, index=True)
    next_attempt_at: Named[datetime] = Column(UtcTime)
    status: Named[str] = Column(Words)
    attempts: Named[int]
    last_answer: Named[str] = Column(Words)


class AnswerColumns(TypedColumns):
    community: Named[str] = Column(Words, ForeignKey("communities.name"), primary_key=True)
    key: Named[str] = Column(Words, primary_key=True)
    body_digest: Named[str] = Column(Sealed)
    status: Named[int]
    body: Named[str] = Column(Sealed)
    created_at: Named[datetime] = Column(UtcTime, index=True)


class AlertColumns(TypedColumns):
    """An alert and its fate; of one key at most one is not resolved."""

    id: Named[str] = Column(Words, primary_key=True)
    key: Named[str] = Column(Words)
    kind: Named[str] = Column(Words)
    name: Named[str] = Column(Words)
    severity: Named[int] = Column(SmallInteger)
    community: Named[str | None] = Column(Words, ForeignKey("communities.name"))
    scene: Named[str | None] = Column(Words)
    summary: Named[str] = Column(Words)
    page: Named[str] = Column(Words)
    labels: Named[Any] = Column(Json, nullable=False)
    starts_at: Named[datetime] = Column(UtcTime)
    ends_at: Named[datetime | None] = Column(UtcTime)
    raised_at: Named[datetime] = Column(UtcTime)
    last_at: Named[datetime] = Column(UtcTime)
    count: Named[int]
    status: Named[str] = Column(Words)
    acknowledged: Named[Any] = Column(Json, nullable=False)
    resolved: Named[Any] = Column(Json, nullable=False)


class AuditColumns(TypedColumns):
    """The chained log of acts, in the very letters that are hashed. Triggers refuse to change or delete rows."""

    sequence: Named[int] = Column(BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=False)
    at: Named[str] = Column(Text, index=True)
    actor: Named[str] = Column(Text)
    event: Named[str] = Column(Text)
    subject: Named[str] = Column(Text)
    community: Named[str | None] = Column(Text)
    details: Named[str] = Column(Text)
    previous: Named[str] = Column(Text, unique=True)
    hash: Named[str] = Column(Text)


class SealingKeyColumns(TypedColumns):
    """The keys, by id, that something here may be sealed with: a process that lacks one of them must not start."""

    id: Named[str] = Column(Words, primary_key=True)
    since: Named[datetime] = Column(UtcTime)


class ErasureColumns(TypedColumns):
    """Receipts of erased authors: counts and a hash, no content."""

    id: Named[str] = Column(Words, primary_key=True)
    community: Named[str] = Column(Words, ForeignKey("communities.name"))
    author_digest: Named[str] = Column(Words)
    at: Named[datetime] = Column(UtcTime, index=True)
    counts: Named[str] = Column(Words)
    hash: Named[str] = Column(Words)


class HeldColumns(TypedColumns):
    """A post whose time is over and that waits for a ruling."""

    post_id: Named[str] = Column(Words, ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True)


class RetentionMarkColumns(TypedColumns):
    """How far a rule of retention has looked through the posts of a community."""

    community: Named[str] = Column(Words, ForeignKey("communities.name"), primary_key=True)
    rule: Named[str] = Column(Words, primary_key=True)
    received_at: Named[datetime] = Column(UtcTime)
    post_id: Named[str] = Column(Words)


class SilenceColumns(TypedColumns):
    """Made in the console or at the terminal; those of alerts.yaml are not kept here."""

    id: Named[str] = Column(Words, primary_key=True)
    patterns: Named[Any] = Column(Json, nullable=False)
    starts_at: Named[datetime] = Column(UtcTime)
    ends_at: Named[datetime] = Column(UtcTime, index=True)
    by: Named[str] = Column(Words)
    because: Named[str] = Column(Words)


class GroupColumns(TypedColumns):
    """What one receiver hears together, and what it was told of so far."""

    id: Named[str] = Column(Words, primary_key=True)
    receiver: Named[str] = Column(Words)
    escalation: Named[bool]
    labels: Named[Any] = Column(Json, nullable=False)
    sent_at: Named[datetime] = Column(UtcTime)
    told: Named[Any] = Column(Json, nullable=False)


class NoticeColumns(TypedColumns):
    """That an event of the outbox told of an alert; it outlives the event."""

    alert_id: Named[str] = Column(Words, ForeignKey("alerts.id", ondelete="CASCADE"), primary_key=True)
    event_id: Named[str] = Column(Words, primary_key=True)
    receiver: Named[str] = Column(Words)
    reason: Named[str] = Column(Words)
    at: Named[datetime] = Column(UtcTime)


_WAITING_EVENT = text("status = 'waiting'")

COMMUNITIES = Table("communities", METADATA, CommunityColumns)
API_KEYS = Table("api_keys", METADATA, KeyColumns)
MEMBERS = Table("members", METADATA, MemberColumns)
POSTS = Table("posts", METADATA, PostColumns, UniqueConstraint("community", "post_id", "revision"))
Index("ix_posts_author", POSTS.c.community, POSTS.c.author_digest)
Index("ix_posts_received", POSTS.c.community, POSTS.c.received_at, POSTS.c.id)
WAITING_POSTS = Table("waiting_posts", METADATA, WaitingColumns)
VERDICTS = Table("verdicts", METADATA, VerdictColumns)
CASES = Table("cases", METADATA, CaseColumns)
Index("ix_cases_queue", CASES.c.status, CASES.c.priority.desc(), CASES.c.opened_at)
Index("ix_cases_community_queue", CASES.c.community, CASES.c.status, CASES.c.priority.desc(), CASES.c.opened_at)
COPIES = Table("copies", METADATA, CopyColumns)
Index("ix_copies_cluster", COPIES.c.cluster, COPIES.c.posted_at)
CAMPAIGNS = Table("campaigns", METADATA, CampaignColumns)
Index("ix_campaigns_listed", CAMPAIGNS.c.community, CAMPAIGNS.c.status, CAMPAIGNS.c.opened_at.desc())
OUTBOX = Table("outbox", METADATA, EventColumns)
Index("ix_outbox_due", OUTBOX.c.next_attempt_at, sqlite_where=_WAITING_EVENT, postgresql_where=_WAITING_EVENT)
KEPT_ANSWERS = Table("kept_answers", METADATA, AnswerColumns)
_STANDING = text("status <> 'resolved'")
ALERTS = Table("alerts", METADATA, AlertColumns)
Index("uq_alerts_standing", ALERTS.c.key, unique=True, sqlite_where=_STANDING, postgresql_where=_STANDING)
Index("ix_alerts_listed", ALERTS.c.status, ALERTS.c.severity.desc(), ALERTS.c.last_at.desc())
Index("ix_alerts_last_at", ALERTS.c.last_at)
AUDIT_LOG = Table("audit_log", METADATA, AuditColumns)
Index("ix_audit_log_event", AUDIT_LOG.c.event, AUDIT_LOG.c.sequence)
Index("ix_audit_log_subject", AUDIT_LOG.c.subject, AUDIT_LOG.c.sequence)
SEALING_KEYS = Table("sealing_keys", METADATA, SealingKeyColumns)
ERASURES = Table("erasures", METADATA, ErasureColumns)
HELD_POSTS = Table("held_posts", METADATA, HeldColumns)
RETENTION_MARKS = Table("retention_marks", METADATA, RetentionMarkColumns)
ALERT_SILENCES = Table("alert_silences", METADATA, SilenceColumns)
ALERT_GROUPS = Table("alert_groups", METADATA, GroupColumns)
ALERT_NOTICES = Table("alert_notices", METADATA, NoticeColumns)
