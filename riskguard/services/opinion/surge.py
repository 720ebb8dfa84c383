"""When more accounts than usual speak: sightings of single series, put together into surges that open and close."""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from math import log
from operator import neg

from riskguard.domain.opinion import ALL, EMOTIONS, NEGATIVE, Mark, Series, SeriesKind, Surge
from riskguard.domain.post import Scene
from riskguard.policy.opinion import Bar, SurgeRules
from riskguard.services.opinion.surprise import rise, surprise
from riskguard.services.opinion.usual import Usual

HORIZON = timedelta(hours=6)
"""How far back a slow rise is looked for; so much of the past a look needs."""

SAME_EVENT = timedelta(minutes=60)
"""What shows so soon after a surge was raised is taken for another face of it, unless it speaks of other things."""

BIN_MIN = 5
_WATCHED = (NEGATIVE, *(emotion for emotion in EMOTIONS if emotion != "neutral"))
_MOST_TOPICS = 6
_MOST_EXEMPLARS = 6
_TELLING_MOOD = 5

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


def watch(look: Look, open_: Sequence[Surge]) -> list[Surge]:
    """The surges after a look: those that were open, brought up to date or ended, and those that open now."""
    groups = _grouped(sightings(look))
    known = list(open_)
    for group in groups:
        at = next((at for at, surge in enumerate(known) if _same(surge, group, look)), None)
        if at is None:
            known.append(_opened(group, look))
        else:
            known[at] = _grown(known[at], group)
    return [_ended(_told(surge, look), look) for surge in known]


def sightings(look: Look) -> list[Sighting]:
    """Every series that stands out in some window or has slowly risen, the most surprising first."""
    found = [seen for series, places in _series(look) if (seen := _best(series, places, look))]
    return sorted(found, key=lambda seen: (-seen.surprise, seen.series.kind, seen.series.name))


def belongs(mark: Mark, surge: Surge) -> bool:
    """Whether a post is one of those that a surge counts."""
    if surge.series.kind is SeriesKind.TOPIC:
        return not set(surge.topics).isdisjoint(mark.topics)
    return counts(surge.series, mark)


def counts(series: Series, mark: Mark) -> bool:
    """Whether a series counts a post."""
    if series.kind is SeriesKind.TOPIC:
        return series.name in mark.topics
    return series.scene in (None, mark.scene) and series.name in (ALL, mark.emotion, mark.sentiment)


def copies_in(marks: Sequence[Mark]) -> int:
    """How many of the posts have look-alikes, the first of each kind included."""
    clusters = {mark.cluster for mark in marks if mark.cluster}
    return sum(bool(mark.cluster) or mark.post_id in clusters for mark in marks)


# --- single series


def _series(look: Look) -> Iterator[tuple[Series, list[int]]]:
    """What is watched, each with the places of its marks in `look.marks`; what is too small of late is left out."""
    late = look.places(look.rules.windows_min[-1])
    scenes = len({look.marks[at].scene for at in late})
    grouped: defaultdict[_Name, list[int]] = defaultdict(list)
    for at in late:
        for name in _names(look.marks[at], settled=look.usual.settled, scenes=scenes):
            grouped[name].append(at)
    for name, places in grouped.items():
        if len(places) >= _bar(name[0], look.rules).accounts:
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
    usual, bar = look.usual, _bar(series.kind, look.rules)
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


def _bar(kind: SeriesKind, rules: SurgeRules) -> Bar:
    return {SeriesKind.VOLUME: rules.volume, SeriesKind.EMOTION: rules.emotion, SeriesKind.TOPIC: rules.topic}[kind]


# --- surges


def _grouped(found: Sequence[Sighting]) -> list[list[Sighting]]:
    """Sightings of the same posts together, each group led by its most surprising one."""
    groups: list[tuple[set[int], list[Sighting]]] = []
    for seen in found:
        home = next((group for group in groups if _overlap(group[0], seen.places)), None)
        if home is None:
            groups.append((set(seen.places), [seen]))
        else:
            home[1].append(seen)
    return [group for _, group in groups]


def _overlap(one: set[int], other: frozenset[int]) -> bool:
    return 2 * len(one & other) >= min(len(one), len(other))


def _topics_in(group: Sequence[Sighting]) -> list[str]:
    """Topics of a group, the most surprising first."""
    return [seen.series.name for seen in group if seen.series.kind is SeriesKind.TOPIC]


def _same(surge: Surge, group: Sequence[Sighting], look: Look) -> bool:
    """Whether a group of sightings is a surge that is known already.

    While all posts surge, a topic is taken for what they surge about, unless it comes later, is another one, and most
    of those who write now speak of it.
    """
    topics = _topics_in(group)
    if surge.series in {seen.series for seen in group} or not set(topics).isdisjoint(surge.topics):
        return True
    lead, fresh = group[0], look.now - surge.raised_at <= SAME_EVENT
    if SeriesKind.TOPIC not in (lead.series.kind, surge.series.kind):
        return True
    if lead.series.kind is not surge.series.kind:
        return fresh or (lead.series.kind is SeriesKind.TOPIC and not _prevails(lead, look))
    shared = sum(belongs(look.marks[at], surge) for at in lead.places)
    return 2 * shared >= len(lead.places)


def _prevails(seen: Sighting, look: Look) -> bool:
    """Whether most accounts of its window are its own."""
    return 2 * seen.accounts >= look.accounts(look.places(seen.window_min))


def _opened(group: Sequence[Sighting], look: Look) -> Surge:
    lead = group[0]
    since = min(seen.since for seen in group if seen.window_min <= lead.window_min)
    return Surge(
        id=_id(look.community, lead.series, since),
        community=look.community,
        series=lead.series,
        started_at=since,
        raised_at=look.now,
        last_at=look.now,
        window_min=lead.window_min,
        accounts=lead.accounts,
        expected=lead.expected,
        surprise=lead.surprise,
        topics=tuple(_topics_in(group))[:_MOST_TOPICS],
    )


def _id(community: str, series: Series, since: datetime) -> str:
    """The same for whoever looks: an alert of it is raised once."""
    told = f"{community}\0{series.kind}\0{series.name}\0{series.scene}\0{since.isoformat()}"
    return f"srg_{hashlib.blake2b(told.encode('utf-8', 'surrogatepass'), digest_size=8).hexdigest()}"


def _grown(surge: Surge, group: Sequence[Sighting]) -> Surge:
    """The surge with what a further look showed: its peak where it is higher, and more topics."""
    topics = tuple(dict.fromkeys([*surge.topics, *_topics_in(group)]))[:_MOST_TOPICS]
    own = [seen for seen in group if seen.series == surge.series] or [group[0]]
    peak = max(own, key=lambda seen: seen.surprise)
    if own[0].series != surge.series or peak.surprise <= surge.surprise:
        return replace(surge, topics=topics)
    return replace(
        surge,
        topics=topics,
        window_min=peak.window_min,
        accounts=peak.accounts,
        expected=peak.expected,
        surprise=peak.surprise,
    )


def _told(surge: Surge, look: Look) -> Surge:
    """The surge with what belongs to it by now: how many posts, how many copies, whose mood, which examples."""
    own = [mark for mark in look.marks if mark.at >= surge.started_at and belongs(mark, surge)]
    if not own:
        return surge
    mood, before, after = _mood(own, look.usual.moods)
    return replace(
        surge,
        posts=max(surge.posts, len(own)),
        copies=max(surge.copies, copies_in(own)),
        mood=mood,
        mood_before=before,
        mood_now=after,
        exemplars=_exemplars(own, surge),
    )


def _mood(own: Sequence[Mark], usual: Mapping[str, float]) -> tuple[str, float, float]:
    """The emotion whose share rose most, with the shares before and now; none where too few were read as any."""
    felt = Counter(mark.emotion for mark in own if mark.emotion)
    total = sum(felt.values())
    if total < _TELLING_MOOD:
        return "", 0.0, 0.0
    shares = {emotion: felt[emotion] / total for emotion in EMOTIONS}
    moved = max(EMOTIONS, key=lambda emotion: shares[emotion] - usual.get(emotion, 0.0))
    return moved, usual.get(moved, 0.0), shares[moved]


def _exemplars(own: Sequence[Mark], surge: Surge) -> tuple[str, ...]:
    """Posts that stand for the surge: those that say most of its topics, one of each account and each cluster."""
    said = set(surge.topics)
    ranked = sorted(own, key=lambda mark: (-len(said.intersection(mark.topics)), -mark.at.timestamp()))
    accounts, clusters, chosen = set[int](), set[str](), list[str]()
    for mark in ranked:
        if len(chosen) == _MOST_EXEMPLARS:
            break
        cluster = mark.cluster or mark.post_id  # the first of a cluster bears its name
        if mark.account in accounts or cluster in clusters:
            continue
        accounts.add(mark.account)
        clusters.add(cluster)
        chosen.append(mark.post_id)
    return tuple(chosen)


def _ended(surge: Surge, look: Look) -> Surge:
    """The surge, ended if it was calm for as long as the rules say; else seen just now."""
    close = look.rules.close
    pause = timedelta(minutes=close.after_min)
    if look.now - surge.raised_at < pause:
        return replace(surge, last_at=look.now)
    late = [mark for mark in look.marks if mark.at > look.now - pause and belongs(mark, surge)]
    accounts = len({mark.account for mark in late})
    usual = look.usual.expected(surge.series, look.now, close.after_min, common=look.common(surge.series.name))
    if accounts >= close.lift * usual and accounts >= _bar(surge.series.kind, look.rules).accounts / 2:
        return replace(surge, last_at=look.now)
    return replace(surge, last_at=look.now, ended_at=look.now)
