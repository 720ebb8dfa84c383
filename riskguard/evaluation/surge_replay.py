"""Replay a stage by its own clock, minute by minute, through the code that watches a live community."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from statistics import median

from riskguard.domain.opinion import ALL, EMOTIONS, NEGATIVE, Grain, Mark, Series, SeriesKind, Surge, TopicDay
from riskguard.evaluation.surge_stage import AFTER, BEFORE, Stage
from riskguard.policy.opinion import BaselineRules, OpinionRules
from riskguard.services.opinion.sighting import HORIZON, Common, Look
from riskguard.services.opinion.surge import belongs, watch
from riskguard.services.opinion.usual import Rhythm, Usual, moods_of, rhythm_of, topics_of_days
from riskguard.services.opinion.watching import BASELINE, TOPIC_BASELINE, topics_of_day

MINUTE = timedelta(minutes=1)
COMMUNITY = "stream"


@dataclass(frozen=True, slots=True)
class Raised:
    """An alert as it was raised, and the event that it is about; none: it is false."""

    surge: Surge
    event: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a stage. `minutes` holds the time from onset to the first alert of each event that was caught."""

    events: int
    minutes: tuple[float, ...]
    alerts: int
    false: tuple[Surge, ...]
    days: float
    missed: tuple[str, ...] = ()

    @property
    def caught(self) -> float:
        return len(self.minutes) / self.events if self.events else 0.0

    @property
    def median_min(self) -> float:
        return median(self.minutes) if self.minutes else float("inf")

    @property
    def within_ten(self) -> float:
        """Share of all bursts that were told within ten minutes."""
        return sum(each < 10 for each in self.minutes) / self.events if self.events else 0.0

    @property
    def alerts_a_burst(self) -> float:
        """Alerts about events, per event that was caught: one would be enough."""
        return (self.alerts - len(self.false)) / len(self.minutes) if self.minutes else 0.0

    @property
    def false_a_day(self) -> float:
        return len(self.false) / self.days


def replayed(stage: Stage, rules: OpinionRules, common: Common, told: Callable[[float], None]) -> Outcome:
    """Every alert that the stage raises, held against its events."""
    raised = list(_alerts(stage, rules, common, told))
    first: dict[str, float] = {}
    for each in raised:
        if each.event:
            first.setdefault(each.event, (each.surge.raised_at - stage.onsets[each.event]) / MINUTE)
    return Outcome(
        events=len(stage.onsets),
        minutes=tuple(sorted(first.values())),
        alerts=len(raised),
        false=tuple(each.surge for each in raised if not each.event),
        days=stage.days,
        missed=tuple(sorted(set(stage.onsets) - set(first))),
    )


def _alerts(stage: Stage, rules: OpinionRules, common: Common, told: Callable[[float], None]) -> Iterator[Raised]:
    """One look a minute; a minute in which nobody wrote and nothing is open can raise nothing, and is passed over."""
    past = _Past(rules)
    times = [mark.at for mark in stage.marks]
    seen, open_, now = 0, list[Surge](), Grain.HOUR.start(times[0])
    while now < stage.until:
        now = now + MINUTE
        until = bisect_right(times, now)
        past.learn(stage.marks[seen:until])
        news, seen = until > seen, until
        if now < stage.measured_from or not (news or (open_ and now.minute % 5 == 0)):
            continue
        since = bisect_right(times, now - HORIZON)
        look = Look(COMMUNITY, now, stage.marks[since:until], past.usual(now), rules.surges, common)
        known = {surge.id for surge in open_}
        after = watch(look, open_)
        yield from (Raised(surge, _event(surge, look, stage)) for surge in after if surge.id not in known)
        open_ = [surge for surge in after if surge.ended_at is None]
        told((now - stage.measured_from) / (stage.until - stage.measured_from))


def _event(surge: Surge, look: Look, stage: Stage) -> str:
    """The event whose accounts are at least half of those beyond the usual; empty where there is none."""
    since = look.now - timedelta(minutes=surge.window_min)
    accounts: defaultdict[str, set[int]] = defaultdict(set)
    for mark in look.marks:
        if mark.at > since and belongs(mark, replace(surge, topics=surge.topics or (surge.series.name,))):
            accounts[stage.event_of.get(mark.post_id, "")].add(mark.account)
    for event, some in accounts.items():
        near = event and stage.onsets[event] - BEFORE <= look.now <= stage.onsets[event] + AFTER
        if near and 2 * len(some) >= surge.accounts - surge.expected:
            return event
    return ""


class _Past:
    """What a service would have in its buckets by now."""

    def __init__(self, rules: OpinionRules) -> None:
        self._rules = rules
        self._hours: defaultdict[Series, defaultdict[datetime, set[int]]] = defaultdict(lambda: defaultdict(set))
        self._today: list[Mark] = []
        self._days: list[TopicDay] = []
        self._moods: defaultdict[str, int] = defaultdict(int)
        self._kept: tuple[datetime, Usual] | None = None
        self._said: tuple[datetime, dict[str, float], int] | None = None

    def learn(self, marks: Sequence[Mark]) -> None:
        """What was written since."""
        for mark in marks:
            hour = Grain.HOUR.start(mark.at)
            for series in _series(mark):
                self._hours[series][hour].add(mark.account)
            if mark.emotion:
                self._moods[mark.emotion] += 1
            if self._today and Grain.DAY.start(self._today[0].at) != Grain.DAY.start(mark.at):
                self._days += topics_of_day(COMMUNITY, Grain.DAY.start(self._today[0].at), self._today)
                self._today = []
            self._today.append(mark)

    def usual(self, now: datetime) -> Usual:
        """What is usual, as of this hour."""
        hour = Grain.HOUR.start(now)
        if self._kept is None or self._kept[0] != hour:
            self._kept = (hour, self._made(now))
        return self._kept[1]

    def _topics(self, today: datetime) -> tuple[dict[str, float], int]:
        """Accounts an hour of each topic, and of how many days; they change at midnight alone."""
        if self._said is None or self._said[0] != today:
            self._days = [each for each in self._days if each.day >= today - TOPIC_BASELINE]
            self._said = (today, topics_of_days(self._days, today=today), len({each.day for each in self._days}))
        return self._said[1:]

    def _made(self, now: datetime) -> Usual:
        topics, days = self._topics(Grain.DAY.start(now))
        for hours in self._hours.values():
            for old in [hour for hour in hours if hour < now - BASELINE]:
                del hours[old]
        return Usual(
            rhythms=_Rhythms(self._hours, now, self._rules.baseline),
            topics=topics,
            days=days,
            trust_days=self._rules.baseline.trust_days,
            moods=moods_of(self._moods),
        )


class _Rhythms(Mapping[Series, Rhythm]):
    """The rhythms as of a moment, each made when it is first asked for: most are not, within an hour."""

    def __init__(
        self, hours: Mapping[Series, Mapping[datetime, set[int]]], now: datetime, rules: BaselineRules
    ) -> None:
        self._hours, self._now, self._rules = hours, now, rules
        self._made: dict[Series, Rhythm] = {}

    def __getitem__(self, series: Series) -> Rhythm:
        if series not in self._made:
            if series not in self._hours:
                raise KeyError(series)
            counts = [(hour, len(accounts)) for hour, accounts in sorted(self._hours[series].items())]
            self._made[series] = rhythm_of(counts, now=self._now, rules=self._rules)
        return self._made[series]

    def __iter__(self) -> Iterator[Series]:
        return iter(self._hours)

    def __len__(self) -> int:
        return len(self._hours)


def _series(mark: Mark) -> Iterator[Series]:
    yield Series(SeriesKind.VOLUME)
    yield Series(SeriesKind.VOLUME, ALL, mark.scene)
    for mood in {mark.emotion, mark.sentiment} & {NEGATIVE, *EMOTIONS}:
        yield Series(SeriesKind.EMOTION, mood)
