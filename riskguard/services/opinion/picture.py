"""The opinion of one community over some time, as pages, the API and reports show it. No post's own words are in it
but masked ones."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from riskguard.domain.errors import NotFound
from riskguard.domain.opinion import ALL, EMOTIONS, NEGATIVE, Bucket, Gauge, Grain, Surge
from riskguard.domain.post import Scene
from riskguard.policy.opinion import OpinionRules
from riskguard.services.opinion import attendance, sameness
from riskguard.services.opinion.daily import broken
from riskguard.services.opinion.headcount import count, joined
from riskguard.services.opinion.marking import added
from riskguard.services.opinion.sameness import Departure
from riskguard.services.opinion.topics import Topic, top_topics
from riskguard.services.ports import Begin, UnitOfWork

MOST_MARKS = 20_000
"""The newest marks of which topics are told."""

SHOWN_TOPICS = 20
SHOWN_DAYS = 60


class Span(StrEnum):
    """How much time a picture shows."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"

    @property
    def length(self) -> timedelta:
        return {Span.DAY: timedelta(days=1), Span.WEEK: timedelta(days=7), Span.MONTH: timedelta(days=30)}[self]

    @property
    def grain(self) -> Grain:
        """The width of a point: fine enough to see, few enough to draw."""
        return {Span.DAY: Grain.FIVE_MINUTES, Span.WEEK: Grain.HOUR, Span.MONTH: Grain.DAY}[self]


@dataclass(frozen=True, slots=True)
class Point:
    """One stretch of time, all its scenes together."""

    start: datetime
    posts: int
    accounts: int
    negative: int
    copies: int


@dataclass(frozen=True, slots=True)
class Exemplar:
    """A post as people may be shown it: masked. `unreadable`: its words were changed, or their key is missing."""

    post_id: str
    at: datetime
    masked_text: str
    unreadable: bool = False


@dataclass(frozen=True, slots=True)
class Index:
    """The newest figures of a kind, those of earlier days (oldest first), and what leaves the community's baseline."""

    kind: str
    now: Gauge | None
    past: tuple[Gauge, ...]
    departures: tuple[Departure, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """What was said from `since` to `until`. `moods` and `moods_before` are shares of posts that were read as any
    emotion, now and in as long a time before; `tallies` counts posts by action and sentiment."""

    community: str
    scene: Scene | None
    since: datetime
    until: datetime
    grain: Grain
    points: tuple[Point, ...]
    posts: int
    accounts: int
    posts_before: int
    accounts_before: int
    copies: int
    tallies: Mapping[str, Mapping[str, int]]
    moods: Mapping[str, float]
    moods_before: Mapping[str, float]
    topics: tuple[Topic, ...]
    surges: tuple[Surge, ...]
    sameness: Index
    health: Index

    @property
    def negative(self) -> float:
        """Share of posts that were read as negative."""
        return self.tallies["sentiment"].get(NEGATIVE, 0) / self.posts if self.posts else 0.0


def picture(
    community: str,
    *,
    since: datetime,
    until: datetime,
    grain: Grain,
    begin: Begin,
    rules: OpinionRules,
    scene: Scene | None = None,
) -> Picture:
    """The opinion of [since, until). NotFound for a community that is not known."""
    with begin() as work:
        if work.communities.get(community) is None:
            raise NotFound(f"no community '{community}'")
        ledger = work.opinion
        buckets = ledger.timeline(community, grain, since=grain.start(since), until=until, scene=scene)
        length = until - since
        before = ledger.timeline(community, Grain.HOUR, since=since - length, until=since, scene=scene)
        marks = ledger.marks(community, since=since, until=until, limit=MOST_MARKS)
        surges = ledger.surges(community, since=since, until=until)
        same, health = (_index(community, kind, until, work, rules) for kind in (sameness.KIND, attendance.KIND))
    wanted = [mark for mark in marks if scene in (None, mark.scene)]
    return Picture(
        community=community,
        scene=scene,
        since=since,
        until=until,
        grain=grain,
        points=_points(buckets, since=grain.start(since), until=until, grain=grain),
        posts=sum(bucket.posts for bucket in buckets),
        accounts=_accounts(buckets),
        posts_before=sum(bucket.posts for bucket in before),
        accounts_before=_accounts(before),
        copies=sum(bucket.copies for bucket in buckets),
        tallies={kind: _tally(buckets, kind) for kind in ("action", "sentiment", "emotion")},
        moods=_moods(buckets),
        moods_before=_moods(before),
        topics=tuple(top_topics(wanted, most=SHOWN_TOPICS)),
        surges=tuple(surge for surge in surges if scene in (None, surge.series.scene) or surge.series.scene is None),
        sameness=same,
        health=health,
    )


def exemplars(surge: Surge, *, begin: Begin) -> list[Exemplar]:
    """The posts that stand for a surge, masked; those that were erased since are left out."""
    with begin() as work:
        posts, _ = work.posts.readable(surge.exemplars)
        verdicts, closed = work.verdicts.readable([post.id for post in posts])
    words = {post_id: verdict.masked_text for post_id, verdict in verdicts.items()} | dict.fromkeys(closed, "")
    return [
        Exemplar(post.post_id, post.created_at, words[post.id], unreadable=post.id in closed)
        for post in posts
        if post.id in words
    ]


def surge_of(surge_id: str, *, begin: Begin, community: str | None) -> Surge:
    """The surge of this id. NotFound where there is none, or in another community than the one asked for."""
    with begin() as work:
        found = work.opinion.surge(surge_id)
    if found is None or community not in (None, found.community):
        raise NotFound(f"no surge '{surge_id}'")
    return found


def _index(community: str, kind: str, until: datetime, work: UnitOfWork, rules: OpinionRules) -> Index:
    days = rules.sameness.baseline_days if kind == sameness.KIND else rules.health.baseline_days
    since = Grain.DAY.start(until) - timedelta(days=max(days, SHOWN_DAYS))
    found = work.opinion.gauges(community, kind, since=since, until=until)
    if not found:
        return Index(kind, None, (), ())
    now, past = found[-1], found[:-1]
    judged = [each for each in past if each.day >= now.day - timedelta(days=days)]
    return Index(kind, now, tuple(past), tuple(broken(now, judged, rules)))


def _points(buckets: Sequence[Bucket], *, since: datetime, until: datetime, grain: Grain) -> tuple[Point, ...]:
    """A point for every stretch, also where nothing was said."""
    by_start: defaultdict[datetime, list[Bucket]] = defaultdict(list)
    for bucket in buckets:
        by_start[bucket.start].append(bucket)
    starts = [since + step * grain.width for step in range(max(0, -((since - until) // grain.width)))]
    return tuple(_point(start, by_start.get(start, [])) for start in starts)


def _point(start: datetime, buckets: Sequence[Bucket]) -> Point:
    return Point(
        start=start,
        posts=sum(bucket.posts for bucket in buckets),
        accounts=_accounts(buckets),
        negative=_tally(buckets, "sentiment").get(NEGATIVE, 0),
        copies=sum(bucket.copies for bucket in buckets),
    )


def _accounts(buckets: Sequence[Bucket]) -> int:
    return count(joined(bucket.heads.get(ALL, b"") for bucket in buckets))


def _tally(buckets: Sequence[Bucket], kind: str) -> dict[str, int]:
    total: dict[str, int] = {}
    for bucket in buckets:
        total = added(total, bucket.tallies.get(kind, {}))
    return total


def _moods(buckets: Sequence[Bucket]) -> dict[str, float]:
    tally = _tally(buckets, "emotion")
    total = sum(tally.values())
    return {emotion: tally.get(emotion, 0) / total if total else 0.0 for emotion in EMOTIONS}
