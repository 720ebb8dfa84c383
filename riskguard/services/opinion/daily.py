"""The figures of the day: topics, sameness, health. Measured again each hour, until the day is over; what leaves the
community's own baseline is raised as an alert, once a day at most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from urllib.parse import quote

from riskguard.domain.alert import Alert, Severity
from riskguard.domain.opinion import Gauge, Grain
from riskguard.policy.opinion import OpinionRules
from riskguard.services.alerting import raise_news
from riskguard.services.opinion import attendance, sameness
from riskguard.services.opinion.counting import Rules
from riskguard.services.opinion.sameness import Departure, departures
from riskguard.services.opinion.watching import topics_of_day
from riskguard.services.ports import Begin, Clock, UnitOfWork

MOST_MARKS = 100_000
"""The newest marks of a day that are measured."""

BACK_DAYS = 8
"""So many days back are measured where they have not been: marks of a back-fill may be as old."""

_ALERT_LASTS = timedelta(hours=26)
NAMES = {
    "clustered": "有近似内容的帖子占比",
    "kinds": "每帖的有效文本种数",
    "packing": "文本可压缩程度",
    "topics": "话题集中度",
    "variety": "用词多样性",
    "active": "近 7 天活跃账号",
    "newcomers": "近 7 天新发言账号",
    "leavers": "2 到 4 周前发言、此后未发言的账号",
    "returning": "上周活跃者本周仍发言的占比",
    "second_post": "首帖后一周内发第二帖的占比",
    "leavers_negative": "离开者最后一帖为负面的占比",
    "stayers_negative": "活跃者最近一帖为负面的占比",
}
"""What people call each figure."""


def measure_day(*, begin: Begin, rules: Rules, clock: Clock) -> int:
    """Measure today; yesterday while late posts may still change it; and earlier days that have marks and no figures
    yet, after a back-fill. How many figures were kept."""
    now = clock()
    today = Grain.DAY.start(now)
    with begin() as work:
        names = [community.name for community in work.communities.all()]
    kept = 0
    for name in names:
        for day in _unmeasured(name, today, begin):
            kept += _measure_words(name, day, begin=begin, rules=rules(), now=now if day == today else None)
        kept += _measure_attendance(name, today, begin=begin, rules=rules(), now=now)
    return kept


def _unmeasured(community: str, today: datetime, begin: Begin) -> list[datetime]:
    """The days to measure, oldest first."""
    days = [today - back * Grain.DAY.width for back in reversed(range(BACK_DAYS))]
    with begin() as work:
        known = {each.day for each in work.opinion.gauges(community, sameness.KIND, since=days[0], until=today)}
    return [day for day in days if day not in known or day >= today - Grain.DAY.width]


def _measure_words(community: str, day: datetime, *, begin: Begin, rules: OpinionRules, now: datetime | None) -> int:
    """Topics and sameness of a day."""
    tick = timedelta(microseconds=1)
    with begin() as work:
        since, until = day - tick, day + Grain.DAY.width - tick
        marks = work.opinion.marks(community, since=since, until=until, limit=MOST_MARKS)
        posts, closed = work.posts.readable([mark.post_id for mark in marks[-sameness.READ_POSTS :]])
    if not marks:
        return 0
    texts = {post.id: f"{post.title}\n{post.text}" for post in posts if post.id not in closed}
    gauge = Gauge(community, sameness.KIND, day, sameness.sameness_of(marks, texts).values)
    topics = topics_of_day(community, day, marks)
    with begin() as work:
        work.opinion.take()
        work.opinion.keep_topic_day(community, day, topics)
        _keep(gauge, work, rules, now)
        work.commit()
    return 1


def _measure_attendance(community: str, day: datetime, *, begin: Begin, rules: OpinionRules, now: datetime) -> int:
    """Health as of the beginning of a day: whole days alone can be compared."""
    with begin() as work:
        known = work.opinion.attendances_since(community, day - attendance.LOOKED_BACK)
    if not known:
        return 0
    found = attendance.health_of(known, day=day, least=int(rules.health.least_members))
    with begin() as work:
        work.opinion.take()
        _keep(Gauge(community, attendance.KIND, day, found.values), work, rules, now)
        work.commit()
    return 1


def _keep(gauge: Gauge, work: UnitOfWork, rules: OpinionRules, now: datetime | None) -> None:
    """Keep the figures; with a `now`, raise what left the baseline."""
    work.opinion.keep_gauge(gauge)
    if now is not None:
        past = work.opinion.gauges(gauge.community, gauge.kind, since=_since(gauge, rules), until=gauge.day)
        alerts = _alerts(gauge, past, rules, now)
        raise_news(alerts, known=work.alerts.raised([alert.key for alert in alerts]), work=work, now=now)


def _since(gauge: Gauge, rules: OpinionRules) -> datetime:
    days = rules.sameness.baseline_days if gauge.kind == sameness.KIND else rules.health.baseline_days
    return gauge.day - timedelta(days=days)


def broken(gauge: Gauge, past: Sequence[Gauge], rules: OpinionRules) -> list[Departure]:
    """The figures of a day that leave the community's own baseline; none where too little was said to tell."""
    if gauge.kind == sameness.KIND:
        if gauge.values.get("posts", 0) < rules.sameness.least_posts:
            return []
        return departures(gauge.values, past, deviation=rules.sameness.deviation, worse=sameness.WORSE)
    if max(each.values.get("active", 0.0) for each in (gauge, *past)) < rules.health.least_members:
        return []
    return departures(gauge.values, past, deviation=rules.health.deviation, worse=attendance.WORSE)


def verdict_of(found: Sequence[Departure]) -> str:
    """In words: what kind of sameness it is."""
    copying = any(each.name in sameness.COPYING for each in found)
    monotony = any(each.name in sameness.MONOTONY for each in found)
    if copying and monotony:
        return "复制粘贴增多，话题也变得单一"
    if copying:
        return "复制粘贴增多，话题并未变得单一"
    return "话题变得单一，但各自在说自己的话" if monotony else "与本社区平时相近"


def _alerts(gauge: Gauge, past: Sequence[Gauge], rules: OpinionRules, now: datetime) -> list[Alert]:
    found = broken(gauge, past, rules)
    if not found:
        return []
    same = gauge.kind == sameness.KIND
    said = "、".join(f"{NAMES[each.name]} {_shown(each.value)}（平时 {_shown(each.usual)}）" for each in found[:3])
    subject = f"内容同质化: {verdict_of(found)}" if same else "社区健康: 偏离本社区平时"
    labels: Mapping[str, str] = {"figure": found[0].name}
    return [
        Alert(
            key=f"{attendance.KIND}:{gauge.kind}:{gauge.community}:{gauge.day:%Y-%m-%d}",
            kind=attendance.KIND,
            name=gauge.kind,
            severity=Severity.WARNING,
            community=gauge.community,
            scene=None,
            summary=f"{subject}; {said}",
            page=f"opinion?community={quote(gauge.community)}",
            labels=labels,
            starts_at=now,
            ends_at=now + _ALERT_LASTS,
        )
    ]


def _shown(value: float) -> str:
    return f"{value:.0f}" if value > 1 else f"{value:.0%}"
