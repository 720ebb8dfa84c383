"""What is usual in a community: an EWMA of its level times a factor for the hour of the week, and how widely it strays.

Distinct accounts of an hour are the unit. A new community borrows the day's rhythm of all, and gives it back as its
own history grows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import inf, log
from statistics import median

from riskguard.domain.opinion import EMOTIONS, Grain, Series, SeriesKind, TopicDay
from riskguard.policy.opinion import BaselineRules
from riskguard.services.opinion.surprise import size_of

RHYTHM = (
    *(0.85, 0.55, 0.35, 0.25, 0.20, 0.25, 0.40, 0.65, 0.90, 1.10, 1.20, 1.25),
    *(1.30, 1.20, 1.10, 1.10, 1.10, 1.10, 1.15, 1.30, 1.50, 1.60, 1.50, 1.15),
)
"""How much of an average hour's talk falls into each hour of a Beijing day: the rhythm of those who have none yet."""

BEIJING_H = 8
LEVEL_HALF_LIFE_H = 48.0
LEVEL_TRUST_H = 6.0
WEEK_TRUST = 2.0
"""Weeks of one hour of the week that weigh as much as what its hour of the day says."""

SETTLES = timedelta(hours=2)
"""The newest hours are no part of what is usual: a surge must not become usual while it rises."""

FIRST_LEVEL = 3.0
"""Accounts an hour that are expected of a community of which nothing is known."""

QUIET_HOURS = 12
"""Hours of history without which nothing but a topic can surge: a community that begins is no surge."""

_OUTLIER = 3.0
_TELLING_DAYS = 3

_EPOCH_HOUR = 72
"""The hour of the week at which 1970 began in UTC: Thursday midnight."""

_Hour = tuple[int, int]
"""Hour of the week, distinct accounts."""

Hours = Sequence[tuple[datetime, int]]
"""Beginnings of hours (UTC) with the distinct accounts that wrote in them, in order; hours without any may lack."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """What one series does: accounts an hour, a factor for each hour of the week (168), its r, and hours of history."""

    level: float
    factors: tuple[float, ...]
    size: float = inf
    hours: int = 0

    def hourly(self, at: datetime) -> float:
        """Distinct accounts expected in the hour of this moment."""
        return self.level * self.factors[hour_of_week(at)]


@dataclass(frozen=True, slots=True)
class Usual:
    """What is usual in one community. `spread` is how much of an hour's accounts a five-minute window has beyond its
    twelfth: people who write again count in each window anew (1: nobody does). `topics` are accounts an hour on an
    average hour. `common` says how common a word is in the language."""

    rhythms: Mapping[Series, Rhythm] = field(default_factory=dict)
    topics: Mapping[str, float] = field(default_factory=dict)
    days: float = 0.0
    trust_days: float = 3.0
    spread: float = 1.0
    moods: Mapping[str, float] = field(default_factory=dict)

    @property
    def settled(self) -> bool:
        """Whether there is history enough for volume and emotion to surge."""
        everything = self.rhythms.get(Series(SeriesKind.VOLUME))
        return everything is not None and everything.hours >= QUIET_HOURS

    def expected(self, series: Series, at: datetime, window_min: float, *, common: float = 0.0) -> float:
        """Distinct accounts that a window of so many minutes up to `at` usually has."""
        if series.kind is SeriesKind.TOPIC:
            return self._topic(series.name, at, common) * window_min / 60
        rhythm = self.rhythms.get(series)
        return rhythm.hourly(at) * self._share(window_min) if rhythm else 0.0

    def size(self, series: Series) -> float:
        """The r of its negative binomial; a topic strays as the community does."""
        wanted = Series(SeriesKind.VOLUME) if series.kind is SeriesKind.TOPIC else series
        rhythm = self.rhythms.get(wanted)
        return rhythm.size if rhythm else inf

    def _share(self, window_min: float) -> float:
        """The part of an hour's distinct accounts that a window sees: a twelfth times the spread at five minutes."""
        power = log(self.spread / 12) / log(1 / 12)
        return float((window_min / 60) ** power)

    def _topic(self, topic: str, at: datetime, common: float) -> float:
        """Accounts an hour: what the community itself said of late, and what anybody says of a word so common."""
        everything = self.rhythms.get(Series(SeriesKind.VOLUME))
        hourly = everything.hourly(at) if everything else FIRST_LEVEL
        factor = everything.factors[hour_of_week(at)] if everything else 1.0
        prior = hourly * min(0.5, 0.002 + 80 * common)
        own = self.topics.get(topic, 0.0) * factor
        return (self.days * own + self.trust_days * prior) / (self.days + self.trust_days)


def hour_of_week(at: datetime) -> int:
    """0..167, from Monday midnight in Beijing, the clock that people live by."""
    return (int(at.timestamp()) // 3_600 + BEIJING_H + _EPOCH_HOUR) % 168


def rhythm_of(hours: Hours, *, now: datetime, rules: BaselineRules, first: float = FIRST_LEVEL) -> Rhythm:
    """The rhythm of a series from its past hours; `first` is the level that a beginner is taken for."""
    past = _filled(hours, until=Grain.HOUR.start(now - SETTLES))
    if not past:
        return Rhythm(first, _daily(()), inf, 0)
    factors = _factors(past, rules)
    level, pairs = _levels(past, factors, first)
    return Rhythm(level, factors, size_of(pairs[min(24, len(pairs) // 2) :]), len(past))


def topics_of_days(days: Sequence[TopicDay], *, today: datetime, half_life_days: float = 7.0) -> dict[str, float]:
    """Accounts an hour for each topic, of the days before `today`; newer days weigh more, and the highest of three or
    more days is left out, so that a topic that surged once is no usual one."""
    dates = sorted({each.day for each in days if each.day < today})
    weights = {day: 0.5 ** ((today - day).days / half_life_days) for day in dates}
    said: dict[str, dict[datetime, int]] = {}
    for each in days:
        if each.day in weights:
            said.setdefault(each.topic, {})[each.day] = each.slots
    return {topic: _typical(slots, weights) / 24 for topic, slots in said.items()}


def moods_of(tallies: Mapping[str, int]) -> dict[str, float]:
    """Share of each emotion among posts read as any."""
    total = sum(tallies.get(emotion, 0) for emotion in EMOTIONS)
    return {emotion: tallies.get(emotion, 0) / total for emotion in EMOTIONS} if total else {}


def _typical(slots: Mapping[datetime, int], weights: Mapping[datetime, float]) -> float:
    days = sorted(weights, key=lambda day: slots.get(day, 0))
    kept = days[:-1] if len(days) >= _TELLING_DAYS else days
    total = sum(weights[day] for day in kept)
    return sum(weights[day] * slots.get(day, 0) for day in kept) / total if total else 0.0


def _filled(hours: Hours, *, until: datetime) -> list[_Hour]:
    """Every hour from the first to `until` (not with it), with 0 where nobody wrote."""
    counts = {int(start.timestamp()) // 3_600: accounts for start, accounts in hours if start < until}
    if not counts:
        return []
    first, end = min(counts), int(until.timestamp()) // 3_600
    return [((hour + BEIJING_H + _EPOCH_HOUR) % 168, counts.get(hour, 0)) for hour in range(first, end)]


def _factors(past: Sequence[_Hour], rules: BaselineRules) -> tuple[float, ...]:
    """168 factors around 1: of this hour of the week, drawn towards the hour of the day, drawn towards the rhythm of
    all where days are few."""
    daily = _daily(past, trust_days=rules.trust_days)
    average = sum(count for _, count in past) / len(past)
    if not average:
        return daily
    ceiling = _OUTLIER * average * max(daily)
    sums, weights = [0.0] * 168, [0.0] * 168
    weight, decay = 1.0, 0.5 ** (1 / (168 * rules.half_life_weeks))
    for at, count in reversed(past):
        sums[at] += weight * min(count, ceiling) / average
        weights[at] += weight
        weight *= decay
    drawn = [
        (total + WEEK_TRUST * usual) / (weight + WEEK_TRUST)
        for total, weight, usual in zip(sums, weights, daily, strict=True)
    ]
    mean = sum(drawn) / 168
    return tuple(max(0.02, each / mean) for each in drawn)


def _daily(past: Sequence[_Hour], *, trust_days: float = 3.0) -> tuple[float, ...]:
    """168 factors that know the hour of the day alone."""
    sums, seen = [0.0] * 24, [0] * 24
    average = sum(count for _, count in past) / len(past) if past else 0.0
    for at, count in past if average else ():
        sums[at % 24] += min(count / average, _OUTLIER * 2)
        seen[at % 24] += 1
    mean = sum(RHYTHM) / 24
    drawn = [(sums[at] + trust_days * RHYTHM[at] / mean) / (seen[at] + trust_days) for at in range(24)]
    scale = sum(drawn) / 24
    return tuple(each / scale for each in drawn * 7)


def _levels(past: Sequence[_Hour], factors: Sequence[float], first: float) -> tuple[float, list[tuple[float, float]]]:
    """The level after the last hour, and each hour's count with what was expected of it before it came.

    An EWMA that begins between `first` and the median of the first day: it leaves `first` behind within hours.
    """
    day = past[:24]
    start = median(count / factors[at] for at, count in day)
    level = (first * LEVEL_TRUST_H + start * len(day)) / (LEVEL_TRUST_H + len(day))
    weight, pairs, decay = LEVEL_TRUST_H, list[tuple[float, float]](), 0.5 ** (1 / LEVEL_HALF_LIFE_H)
    for at, count in past:
        usual = level * factors[at]
        pairs.append((count, usual))
        tame = min(count, _OUTLIER * usual + 3)
        weight = weight * decay + factors[at]
        level += (tame - usual) / weight
    return level, pairs
