"""The tables of opinion. All but the surges can be made again from posts and verdicts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, Named, Table, TypedColumns

from riskguard.store.tables import METADATA
from riskguard.store.types import Json, Sealed, UtcTime, Words


class UncountedColumns(TypedColumns):
    """A judged post that no bucket has counted yet: written with its verdict, removed when it is counted."""

    post_id: Named[str] = Column(Words, ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True)


class MarkColumns(TypedColumns):
    """What counts of a judged post; its topics are its words, so they are sealed."""

    post_id: Named[str] = Column(Words, ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True)
    community: Named[str] = Column(Words)
    scene: Named[str] = Column(Words)
    at: Named[datetime] = Column(UtcTime)
    account: Named[int] = Column(BigInteger)
    action: Named[str] = Column(Words)
    sentiment: Named[str] = Column(Words)
    emotion: Named[str] = Column(Words)
    cluster: Named[str] = Column(Words)
    topics: Named[str] = Column(Sealed)


class BucketColumns(TypedColumns):
    """`heads` maps the name of a series to its sketch in base 64."""

    community: Named[str] = Column(Words, primary_key=True)
    grain: Named[int] = Column(Integer, primary_key=True)
    start_at: Named[datetime] = Column(UtcTime, primary_key=True)
    scene: Named[str] = Column(Words, primary_key=True)
    posts: Named[int]
    copies: Named[int]
    tallies: Named[Any] = Column(Json, nullable=False)
    heads: Named[Any] = Column(Json, nullable=False)


class AttendanceColumns(TypedColumns):
    community: Named[str] = Column(Words, primary_key=True)
    account: Named[int] = Column(BigInteger, primary_key=True)
    first_at: Named[datetime] = Column(UtcTime)
    second_at: Named[datetime | None] = Column(UtcTime)
    last_at: Named[datetime] = Column(UtcTime)
    last_negative: Named[bool] = Column(Boolean)
    days: Named[int] = Column(BigInteger)


class SurgeColumns(TypedColumns):
    """`body` is all of the surge, the other columns are for searching."""

    id: Named[str] = Column(Words, primary_key=True)
    community: Named[str] = Column(Words)
    raised_at: Named[datetime] = Column(UtcTime)
    ended_at: Named[datetime | None] = Column(UtcTime)
    body: Named[Any] = Column(Json, nullable=False)


class TopicDayColumns(TypedColumns):
    community: Named[str] = Column(Words, primary_key=True)
    day: Named[datetime] = Column(UtcTime, primary_key=True)
    topic: Named[str] = Column(Words, primary_key=True)
    posts: Named[int]
    accounts: Named[int]
    slots: Named[int]


class GaugeColumns(TypedColumns):
    community: Named[str] = Column(Words, primary_key=True)
    kind: Named[str] = Column(Words, primary_key=True)
    day: Named[datetime] = Column(UtcTime, primary_key=True)
    measures: Named[Any] = Column(Json, nullable=False)


UNCOUNTED = Table("uncounted_posts", METADATA, UncountedColumns)
MARKS = Table("opinion_marks", METADATA, MarkColumns)
Index("ix_opinion_marks_community_at", MARKS.c.community, MARKS.c.at)
BUCKETS = Table("opinion_buckets", METADATA, BucketColumns)
ATTENDANCES = Table("opinion_attendances", METADATA, AttendanceColumns)
Index("ix_opinion_attendances_community_last_at", ATTENDANCES.c.community, ATTENDANCES.c.last_at)
SURGES = Table("opinion_surges", METADATA, SurgeColumns)
Index("ix_opinion_surges_community_raised_at", SURGES.c.community, SURGES.c.raised_at)
TOPIC_DAYS = Table("opinion_topic_days", METADATA, TopicDayColumns)
GAUGES = Table("opinion_gauges", METADATA, GaugeColumns)
