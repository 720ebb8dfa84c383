"""When more accounts than usual speak: sightings of single series, put together into surges that open and close."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from riskguard.domain.opinion import ALL, EMOTIONS, NEGATIVE, Mark, Series, SeriesKind, Surge
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
    series = surge.series
    if series.scene not in (None, mark.scene):
        return False
    if series.kind is SeriesKind.TOPIC:
        return not set(surge.topics).isdisjoint(mark.topics)
    return series.name in (ALL, mark.emotion, mark.sentiment)


def copies_in(marks: Sequence[Mark]) -> int:
    """How many of the posts have look-alikes, the first of each kind included."""
    clusters = {mark.cluster for mark in marks if mark.cluster}
    return sum(bool(mark.cluster) or mark.post_id in clusters for mark in marks)


# --- single series


def _series(look: Look) -> Iterator[tuple[Series, list[int]]]:
    """What is watched, each with the places of its marks in `look.marks`; series that are too small are left out."""
    marks, rules = look.marks, look.rules
    grouped: defaultdict[Series, list[int]] = defaultdict(list)
    scenes = {mark.scene for mark in marks}
    for at, mark in enumerate(marks):
        if look.usual.settled:
            grouped[Series(SeriesKind.VOLUME)].append(at)
            if len(scenes) > 1:
                grouped[Series(SeriesKind.VOLUME, ALL, mark.scene)].append(at)
            for mood in {mark.emotion, mark.sentiment} & set(_WATCHED):
                grouped[Series(SeriesKind.EMOTION, mood)].append(at)
        for topic in mark.topics:
            grouped[Series(SeriesKind.TOPIC, topic)].append(at)
    for series, places in grouped.items():
        if len(places) >= _bar(series, rules).accounts:
            yield series, places


def _best(series: Series, places: Sequence[int], look: Look) -> Sighting | None:
    """Where the series stands out most, if it passes its bar anywhere."""
    usual, bar = look.usual, _bar(series, look.rules)
    common = look.common(series.name) if series.kind is SeriesKind.TOPIC else 0.0
    best: Sighting | None = None
    for window in look.rules.windows_min:
        inside = [at for at in places if look.marks[at].at > look.now - timedelta(minutes=window)]
        accounts = _accounts(inside, look.marks)
        expected = usual.expected(series, look.now, window, common=common)
        if accounts < bar.accounts or accounts < bar.lift * expected:
            continue
        surprised = surprise(accounts, expected, usual.size(series))
        if surprised >= bar.surprise and (best is None or surprised > best.surprise):
            since = look.marks[inside[0]].at
            best = Sighting(series, window, accounts, expected, surprised, since, frozenset(inside))
    return best or _slow(series, places, look, common)


def _slow(series: Series, places: Sequence[int], look: Look, common: float) -> Sighting | None:
    """The series, if it has risen slowly: no window stands out, but evidence has piled up."""
    slow = look.rules.slow
    if series.scene is not None or _accounts(places, look.marks) < slow.accounts:
        return None
    bins = int(HORIZON / timedelta(minutes=BIN_MIN))
    seen: list[set[int]] = [set() for _ in range(bins)]
    for at in places:
        back = int((look.now - look.marks[at].at) / timedelta(minutes=BIN_MIN))
        if 0 <= back < bins:
            seen[bins - 1 - back].add(look.marks[at].account)
    ends = [look.now - timedelta(minutes=BIN_MIN * (bins - 1 - at)) for at in range(bins)]
    expected = [look.usual.expected(series, end, BIN_MIN, common=common) for end in ends]
    risen = rise(list(map(len, seen)), expected, lift=slow.lift, size=look.usual.size(series))
    inside = [at for at in places if look.marks[at].at > ends[min(risen.since, bins - 1)] - timedelta(minutes=BIN_MIN)]
    accounts, usually = _accounts(inside, look.marks), sum(expected[risen.since :])
    if risen.evidence < slow.evidence or accounts < slow.accounts or accounts < slow.lift * usually:
        return None
    minutes = BIN_MIN * (bins - risen.since)
    since = look.marks[inside[0]].at
    surprised = risen.evidence / 2.302585
    return Sighting(series, minutes, accounts, usually, surprised, since, frozenset(inside))


def _accounts(places: Sequence[int], marks: Sequence[Mark]) -> int:
    return len({marks[at].account for at in places})


def _bar(series: Series, rules: SurgeRules) -> Bar:
    return {
        SeriesKind.VOLUME: rules.volume,
        SeriesKind.EMOTION: rules.emotion,
        SeriesKind.TOPIC: rules.topic,
    }[series.kind]


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
    """Whether a group of sightings is a surge that is known already."""
    topics = _topics_in(group)
    if surge.series in {seen.series for seen in group} or not set(topics).isdisjoint(surge.topics):
        return True
    lead = group[0].series
    about_all = SeriesKind.TOPIC not in (lead.kind, surge.series.kind)
    if about_all or (lead.kind is not surge.series.kind and look.now - surge.raised_at <= SAME_EVENT):
        return True
    if lead.kind is not SeriesKind.TOPIC:
        return False
    shared = sum(belongs(look.marks[at], surge) for at in group[0].places)
    return surge.series.kind is SeriesKind.TOPIC and 2 * shared >= len(group[0].places)


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
        if mark.account in accounts or (mark.cluster and mark.cluster in clusters):
            continue
        accounts.add(mark.account)
        clusters.add(mark.cluster)
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
    if accounts >= close.lift * usual and accounts >= _bar(surge.series, look.rules).accounts / 2:
        return replace(surge, last_at=look.now)
    return replace(surge, last_at=look.now, ended_at=look.now)
