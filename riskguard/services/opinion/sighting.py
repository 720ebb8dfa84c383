"""What stands out in one look at a community: single series in which more accounts than usual speak."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import log
from operator import neg

from riskguard.domain.opinion import ALL, EMOTIONS, NEGATIVE, Mark, Series, SeriesKind
from riskguard.domain.post import Scene
from riskguard.policy.opinion import Bar, SurgeRules
from riskguard.services.opinion.surprise import rise, surprise
from riskguard.services.opinion.usual import Usual

HORIZON = timedelta(hours=6)
"""How far back a slow rise is looked for; so much of the past a look needs."""

BIN_MIN = 5
FAINT = 2
"""So many accounts must carry a topic that tells which sightings are of one event."""

_WATCHED = (NEGATIVE, *(emotion for emotion in EMOTIONS if emotion != "neutral"))

_Name = tuple[SeriesKind, str, Scene | None]

Common = Callable[[str], float]
"""How common a topic's words are in the language, 0..1."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """One series that stands out. `places` are the marks in its window."""

    series: Series
    window_min: int
    accounts: int
    expected: float
    surprise: float
    since: datetime
    places: frozenset[int]


@dataclass(frozen=True, slots=True)
class Look:
    """One look at a community: its marks of the last HORIZON up to `now`, oldest first, and what is usual there."""

    community: str
    now: datetime
    marks: Sequence[Mark]
    usual: Usual
    rules: SurgeRules
    common: Common = lambda _: 0.0
    ages: Sequence[float] = field(init=False)
    """Minutes since each mark."""

    def __post_init__(self) -> None:
        now = self.now.timestamp()
        object.__setattr__(self, "ages", [(now - mark.at.timestamp()) / 60 for mark in self.marks])

    def places(self, window_min: float) -> range:
        """Where the marks of the last minutes stand."""
        return range(bisect_right(self.ages, -window_min, key=neg), len(self.marks))

    def accounts(self, places: Sequence[int]) -> int:
        """How many distinct accounts wrote the marks at these places."""
        return len({self.marks[at].account for at in places})


def sightings(look: Look) -> list[Sighting]:
    """Every series that stands out in some window or has slowly risen, the most surprising first."""
    found = [seen for series, places in _series(look) if (seen := _best(series, places, look))]
    return sorted(found, key=lambda seen: (-seen.surprise, seen.series.kind, seen.series.name))


def faint(look: Look, found: Sequence[Sighting]) -> list[Sighting]:
    """Topics that too few accounts carry to stand out, though more than usual: they tell which sightings are of one
    event."""
    clear, window, lift = {seen.series for seen in found}, look.rules.windows_min[-1], look.rules.topic.lift
    said: defaultdict[str, list[int]] = defaultdict(list)
    for at in look.places(window):
        for topic in look.marks[at].topics:
            said[topic].append(at)
    some = []
    for topic, places in said.items():
        series = Series(SeriesKind.TOPIC, topic)
        if len(places) < FAINT or series in clear or (accounts := look.accounts(places)) < FAINT:
            continue
        expected = look.usual.expected(series, look.now, window, common=look.common(topic))
        if accounts >= lift * expected:
            some.append(Sighting(series, window, accounts, expected, 0.0, look.marks[places[0]].at, frozenset(places)))
    return some


def counts(series: Series, mark: Mark) -> bool:
    """Whether a series counts a post."""
    if series.kind is SeriesKind.TOPIC:
        return series.name in mark.topics
    return series.scene in (None, mark.scene) and series.name in (ALL, mark.emotion, mark.sentiment)


def bar_of(kind: SeriesKind, rules: SurgeRules) -> Bar:
    """What a series of this kind must show."""
    return {SeriesKind.VOLUME: rules.volume, SeriesKind.EMOTION: rules.emotion, SeriesKind.TOPIC: rules.topic}[kind]


def _series(look: Look) -> Iterator[tuple[Series, list[int]]]:
    """What is watched, each with the places of its marks in `look.marks`; what is too small of late is left out."""
    late = look.places(look.rules.windows_min[-1])
    scenes = len({look.marks[at].scene for at in late})
    grouped: defaultdict[_Name, list[int]] = defaultdict(list)
    for at in late:
        for name in _names(look.marks[at], settled=look.usual.settled, scenes=scenes):
            grouped[name].append(at)
    for name, places in grouped.items():
        if len(places) >= bar_of(name[0], look.rules).accounts:
            yield Series(*name), places


def _names(mark: Mark, *, settled: bool, scenes: int) -> Iterator[_Name]:
    """Kind, name and scene of every series that counts a post. Plain tuples: there are many, and few become series."""
    if settled:
        yield SeriesKind.VOLUME, ALL, None
        if scenes > 1:
            yield SeriesKind.VOLUME, ALL, mark.scene
        for mood in _WATCHED:
            if mood in (mark.emotion, mark.sentiment):
                yield SeriesKind.EMOTION, mood, None
    for topic in mark.topics:
        yield SeriesKind.TOPIC, topic, None


def _best(series: Series, places: Sequence[int], look: Look) -> Sighting | None:
    """Where the series stands out most, if it passes its bar anywhere."""
    usual, bar = look.usual, bar_of(series.kind, look.rules)
    common = look.common(series.name) if series.kind is SeriesKind.TOPIC else 0.0
    best: Sighting | None = None
    for window in look.rules.windows_min:
        first = look.places(window).start
        inside = [at for at in places if at >= first]
        accounts = look.accounts(inside)
        expected = usual.expected(series, look.now, window, common=common)
        if accounts < bar.accounts or accounts < bar.lift * expected:
            continue
        surprised = surprise(accounts, expected, usual.size(series))
        if surprised >= bar.surprise and (best is None or surprised > best.surprise):
            since = look.marks[inside[0]].at
            best = Sighting(series, window, accounts, expected, surprised, since, frozenset(inside))
    return best or _slow(series, look, common)


def _slow(series: Series, look: Look, common: float) -> Sighting | None:
    """The series, if it has risen slowly: no window stands out, but evidence has piled up."""
    slow = look.rules.slow
    if series.scene is not None or len(look.marks) < slow.accounts:
        return None
    places = [at for at, mark in enumerate(look.marks) if counts(series, mark)]
    if look.accounts(places) < slow.accounts:
        return None
    bins = int(HORIZON / timedelta(minutes=BIN_MIN))
    seen: list[set[int]] = [set() for _ in range(bins)]
    for at in places:
        seen[max(0, bins - 1 - int(look.ages[at] / BIN_MIN))].add(look.marks[at].account)
    hourly = {
        back: look.usual.expected(series, look.now - timedelta(hours=back), BIN_MIN, common=common) for back in range(7)
    }
    expected = [hourly[(bins - 1 - at) * BIN_MIN // 60] for at in range(bins)]
    risen = rise(list(map(len, seen)), expected, lift=slow.lift, size=look.usual.size(series))
    minutes = BIN_MIN * (bins - risen.since)
    inside = [at for at in places if look.ages[at] < minutes]
    accounts, usually = look.accounts(inside), sum(expected[risen.since :])
    if risen.evidence < slow.evidence or accounts < slow.accounts or accounts < slow.lift * usually:
        return None
    since = look.marks[inside[0]].at
    return Sighting(series, minutes, accounts, usually, risen.evidence / log(10), since, frozenset(inside))
