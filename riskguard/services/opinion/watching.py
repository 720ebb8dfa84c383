"""Look at every community once a minute: what surges is kept, and raised as an alert; what is over is resolved."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from riskguard.domain.alert import Alert, Severity
from riskguard.domain.opinion import ALL, EMOTIONS, NEGATIVE, Bucket, Grain, Mark, Series, SeriesKind, Surge, TopicDay
from riskguard.policy.opinion import OpinionRules
from riskguard.services.alerting import raise_news, resolve_alerts
from riskguard.services.opinion.counting import Rules
from riskguard.services.opinion.headcount import count, joined
from riskguard.services.opinion.marking import added
from riskguard.services.opinion.naming import further, subject, usually
from riskguard.services.opinion.sighting import HORIZON, Look
from riskguard.services.opinion.surge import watch
from riskguard.services.opinion.topics import postings
from riskguard.services.opinion.usual import SETTLES, Usual, moods_of, rhythm_of, topics_of_days
from riskguard.services.ports import Begin, Clock, UnitOfWork
from riskguard.text.words import commonness

BASELINE = timedelta(weeks=6)
TOPIC_BASELINE = timedelta(days=14)
KEPT_TOPICS = 1000
"""So many topics of a day are kept; what fewer accounts said than that is taken for unheard of."""

FEWEST_SAYING = 2
"""What a single account said is no topic of a day: it may be a name, and would outlive the account's erasure."""

MOST_MARKS = 50_000
"""The newest marks that one look reads."""

Told = tuple[list[Surge], list[Surge]]
"""Surges that opened, and that ended."""


class Watcher:
    """Looks for surges. Remembers what is usual in each community until the hour is over."""

    def __init__(self, *, begin: Begin, rules: Rules, clock: Clock) -> None:
        self._begin, self._rules, self._clock = begin, rules, clock
        self._usual: dict[str, tuple[datetime, str, Usual]] = {}

    def look(self) -> Told:
        """Look at every community; what opened and what ended."""
        with self._begin() as work:
            names = [community.name for community in work.communities.all()]
        opened, ended = list[Surge](), list[Surge]()
        for name in names:
            more, over = self._look_at(name)
            opened += more
            ended += over
        return opened, ended

    def _look_at(self, community: str) -> Told:
        """One community: read, think, write. No transaction is open while it thinks."""
        now, rules = self._clock(), self._rules()
        with self._begin() as work:
            before = work.opinion.open_surges(community)
            if not before and not work.opinion.marks(community, since=now - HORIZON, until=now, limit=1):
                return [], []
            usual = self._usual_of(community, now, rules, work)
            marks = work.opinion.marks(community, since=now - HORIZON, until=now, limit=MOST_MARKS)
        look = Look(community, now, marks, usual, rules.surges, lambda topic: commonness(topic.split()))
        return self._keep(watch(look, before), look, before)

    def _keep(self, after: Sequence[Surge], look: Look, before: Sequence[Surge]) -> Told:
        """Keep what a look showed, unless another process looked meanwhile: then what it saw stays, for a minute."""
        known = {surge.id for surge in before}
        told = [each for each in after if each.id not in known], [each for each in after if each.ended_at]
        alerts = [alert_of(surge) for surge in after if not surge.ended_at]
        with self._begin() as work:
            work.opinion.take()
            if work.opinion.open_surges(look.community) != before:
                return [], []
            work.opinion.keep_surges(after)
            raise_news(alerts, known={key_of(surge) for surge in before}, work=work, now=look.now)
            resolve_alerts([key_of(surge) for surge in told[1]], work=work, now=look.now)
            work.commit()
        return told

    def _usual_of(self, community: str, now: datetime, rules: OpinionRules, work: UnitOfWork) -> Usual:
        hour = Grain.HOUR.start(now)
        kept = self._usual.get(community)
        if kept is None or kept[:2] != (hour, rules.version):
            kept = (hour, rules.version, usual_of(community, now=now, rules=rules, work=work))
            self._usual[community] = kept
        return kept[2]


def usual_of(community: str, *, now: datetime, rules: OpinionRules, work: UnitOfWork) -> Usual:
    """What is usual in a community, from its hours and days."""
    ledger = work.opinion
    hours = ledger.timeline(community, Grain.HOUR, since=now - BASELINE, until=now)
    minutes = ledger.timeline(community, Grain.FIVE_MINUTES, since=now - timedelta(days=3), until=now)
    today = Grain.DAY.start(now)
    topics = ledger.topic_days(community, since=today - TOPIC_BASELINE, until=today)
    counts = series_hours(hours)
    tallies: dict[str, int] = {}
    for bucket in hours:
        if bucket.start < now - SETTLES:
            tallies = added(tallies, bucket.tallies.get("emotion", {}))
    return Usual(
        rhythms={series: rhythm_of(some, now=now, rules=rules.baseline) for series, some in counts.items()},
        topics=topics_of_days(topics, today=today),
        days=len({each.day for each in topics}),
        trust_days=rules.baseline.trust_days,
        spread=_spread(hours, minutes),
        moods=moods_of(tallies),
    )


def series_hours(hours: Sequence[Bucket]) -> dict[Series, list[tuple[datetime, int]]]:
    """Distinct accounts by the hour, of every series but topics."""
    by_start: defaultdict[datetime, list[Bucket]] = defaultdict(list)
    for bucket in hours:
        by_start[bucket.start].append(bucket)
    found: defaultdict[Series, list[tuple[datetime, int]]] = defaultdict(list)
    for start, buckets in sorted(by_start.items()):
        found[Series(SeriesKind.VOLUME)].append((start, _heads(buckets, ALL)))
        for bucket in buckets:
            found[Series(SeriesKind.VOLUME, ALL, bucket.scene)].append((start, _heads([bucket], ALL)))
        for mood in (NEGATIVE, *EMOTIONS):
            found[Series(SeriesKind.EMOTION, mood)].append((start, _heads(buckets, mood)))
    return found


def _heads(buckets: Sequence[Bucket], series: str) -> int:
    return count(joined(bucket.heads.get(series, b"") for bucket in buckets))


def _spread(hours: Sequence[Bucket], minutes: Sequence[Bucket]) -> float:
    """How many five-minute windows of an hour one account writes in, on average; 1 where nobody writes again."""
    since = min((bucket.start for bucket in minutes), default=None)
    inside = [bucket for bucket in hours if since is not None and bucket.start >= since]
    hourly = sum(_heads([bucket], ALL) for bucket in inside)
    return min(6.0, max(1.0, sum(_heads([bucket], ALL) for bucket in minutes) / hourly)) if hourly else 1.0


def topics_of_day(community: str, day: datetime, marks: Sequence[Mark], *, most: int = KEPT_TOPICS) -> list[TopicDay]:
    """The topics of one day's marks, those that most accounts said; none that a single account said."""
    found = []
    for topic, places in postings(marks).items():
        said = [marks[at] for at in places]
        hourly = Counter(hour for hour, _ in {(Grain.HOUR.start(mark.at), mark.account) for mark in said})
        accounts = len({mark.account for mark in said})
        if accounts >= FEWEST_SAYING:
            found.append(TopicDay(community, day, topic, len(said), accounts, sum(hourly.values())))
    return sorted(found, key=lambda each: (-each.accounts, -each.posts, each.topic))[:most]


def key_of(surge: Surge) -> str:
    """The key of the surge's alert."""
    return f"surge:{surge.id}"


def alert_of(surge: Surge) -> Alert:
    """What operators hear of it. Topics are words that many said; no post and no name is in it."""
    series = surge.series
    about = "、".join(further(surge)[:3])
    said = f"{subject(surge)}突增: {surge.window_min} 分钟内 {surge.accounts} 个账号, {usually(surge)}"
    return Alert(
        key=key_of(surge),
        kind="surge",
        name=series.kind.value,
        severity=Severity.CRITICAL if surge.lift >= 10 and surge.accounts >= 50 else Severity.WARNING,
        community=surge.community,
        scene=series.scene.value if series.scene else None,
        summary=f"{said}; {about}" if about else said,
        page=f"opinion/surges/{surge.id}",
        labels={"series": series.kind.value, "pushed": f"{surge.pushed:.0%}"},
        starts_at=surge.started_at,
    )
