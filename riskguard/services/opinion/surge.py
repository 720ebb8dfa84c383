"""When more accounts than usual speak: events of single looks, followed as surges that open and close."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from riskguard.domain.opinion import EMOTIONS, Mark, Series, SeriesKind, Surge
from riskguard.services.opinion.event import Event, events, explained
from riskguard.services.opinion.sighting import Look, Sighting, bar_of, counts, sightings

SAME_EVENT = timedelta(minutes=60)
"""What shows so soon after a surge was raised is taken for another face of it, unless it speaks of other things."""

RENAMED = 1.5
"""A topic that so many times as many accounts carry as the one that a fresh surge is named by is the better name."""

_SAME = 0.5
_FEW = 0.2
"""Shares: of common posts from which an event is a known surge, and of those that are too few to say anything."""

_MOST_TOPICS = 6
_MOST_EXEMPLARS = 6
_TELLING_MOOD = 5


def watch(look: Look, open_: Sequence[Surge]) -> list[Surge]:
    """The surges after a look: those that were open, brought up to date or ended, and those that open now."""
    found = sightings(look)
    told = events(found, look)
    spoken = frozenset[int]().union(*(event.places for event in told))
    surges, strange = list(open_), list[Event]()
    for event in told:
        shares = [_shared(surge, event, spoken, look) for surge in surges]
        if max(shares, default=0.0) < _SAME:
            strange.append(event)
        else:
            at = shares.index(max(shares))
            surges[at] = _grown(surges[at], event, look)
    broad = [seen for seen in found if seen.series.kind is not SeriesKind.TOPIC]
    return [_ended(_told(surge, look), look) for surge in _taken_up(surges, strange, broad, look)]


def belongs(mark: Mark, surge: Surge) -> bool:
    """Whether a post is one of those that a surge counts."""
    if surge.series.kind is SeriesKind.TOPIC:
        return not set(surge.topics).isdisjoint(mark.topics)
    return counts(surge.series, mark)


def copies_in(marks: Sequence[Mark]) -> int:
    """How many of the posts have look-alikes, the first of each kind included."""
    clusters = {mark.cluster for mark in marks if mark.cluster}
    return sum(bool(mark.cluster) or mark.post_id in clusters for mark in marks)


# --- events and surges


def _shared(surge: Surge, event: Event, spoken: frozenset[int], look: Look) -> float:
    """How much an event and the surge of a topic are one, 0..1: the share of the event's posts that belong to the
    surge; or the share of the surge's posts that are the event's, unless they are few of them."""
    if not _of_topic(surge):
        return 0.0
    own = {at for at in spoken if belongs(look.marks[at], surge)}
    both = len(own & event.places)
    within = both / len(event.places)
    return max(within, both / len(own)) if within >= _FEW else within


def _taken_up(surges: Sequence[Surge], strange: Sequence[Event], broad: Sequence[Sighting], look: Look) -> list[Surge]:
    """The surges with what goes on as none of a topic: strange topics, and what all posts or those of an emotion have
    beyond the usual. Once topics tell most of that, each of them is a surge, and the first goes on as the one that
    was open."""
    said = {topic for event in strange for topic in event.topics}
    said.update(topic for surge in surges if _of_topic(surge) for topic in surge.topics)
    left = [seen for seen in broad if not explained(seen, said, look)]
    at = next((at for at, surge in enumerate(surges) if not _of_topic(surge)), None)
    if left:
        return _risen(surges, strange, left, look)
    if at is None:
        return [*surges, *(_opened(event, look) for event in strange)]
    surge = surges[at]
    own = [event for event in strange if _joins(event, surge, [surge.series], look)]
    others = [event for event in strange if event not in own]
    if own and any(seen.series == surge.series for seen in broad):
        surge, others = _renamed(surge, own[0]), [*own[1:], *others]
    else:
        for event in own:
            surge = _grown(surge, event, look)
    return [*surges[:at], surge, *surges[at + 1 :], *(_opened(event, look) for event in others)]


def _risen(surges: Sequence[Surge], strange: Sequence[Event], left: Sequence[Sighting], look: Look) -> list[Surge]:
    """The surges while more is said than topics tell: all of it is one surge, in ever other words. A fresh surge of a
    topic that turns out to be little of it is that surge; one that is much of it lets strange topics wait."""
    at = next((at for at, surge in enumerate(surges) if not _of_topic(surge)), None)
    fresh = [at for at, surge in enumerate(surges) if _of_topic(surge) and _fresh(surge, look)]
    rising = [seen.series for seen in left]
    if at is None:
        at = next((at for at in fresh if not explained(left[0], surges[at].topics, look, share=_FEW)), None)
    if at is None:
        own = [event for event in strange if _within(event, rising, look)]
        others = [event for event in strange if event not in own]
        whole = [Event((*left, *(seen for event in own for seen in event.sightings)))]
        return [*surges, *(_opened(event, look) for event in [*([] if fresh else whole), *others])]
    surge = surges[at]
    if _of_topic(surge):
        surge = replace(_counted(surge, left[0]), series=left[0].series)
    own = [event for event in strange if _joins(event, surge, [surge.series, *rising], look)]
    surge = _grown(surge, Event((*left, *(seen for event in own for seen in event.sightings))), look)
    others = [event for event in strange if event not in own]
    return [*surges[:at], surge, *surges[at + 1 :], *(_opened(event, look) for event in others)]


def _of_topic(surge: Surge) -> bool:
    return surge.series.kind is SeriesKind.TOPIC


def _fresh(surge: Surge, look: Look) -> bool:
    return look.now - surge.raised_at <= SAME_EVENT


def _joins(event: Event, surge: Surge, series: Sequence[Series], look: Look) -> bool:
    """Whether a topic is taken for what these series surge about: it is, unless it comes later and most of those who
    write now speak of it."""
    return _within(event, series, look) and (_fresh(surge, look) or not _prevails(event.lead, look))


def _within(event: Event, series: Sequence[Series], look: Look) -> bool:
    """Whether some of the series count at least half of the event's posts."""
    counted = sum(any(counts(each, look.marks[at]) for each in series) for at in event.places)
    return 2 * counted >= len(event.places)


def _prevails(seen: Sighting, look: Look) -> bool:
    """Whether most accounts of its window are its own."""
    return 2 * seen.accounts >= look.accounts(look.places(seen.window_min))


def _opened(event: Event, look: Look) -> Surge:
    lead = event.lead
    since = min(seen.since for seen in event.sightings if seen.window_min <= lead.window_min)
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
        topics=event.topics[:_MOST_TOPICS],
    )


def _id(community: str, series: Series, since: datetime) -> str:
    """The same for whoever looks: an alert of it is raised once."""
    told = f"{community}\0{series.kind}\0{series.name}\0{series.scene}\0{since.isoformat()}"
    return f"srg_{hashlib.blake2b(told.encode('utf-8', 'surrogatepass'), digest_size=8).hexdigest()}"


def _grown(surge: Surge, event: Event, look: Look) -> Surge:
    """The surge with what a further look showed: a better name while it is fresh, its peak where it is higher, and
    more topics."""
    own = next((seen for seen in event.sightings if seen.series == surge.series), None)
    if own is None or own.surprise <= surge.surprise:
        return replace(surge, topics=tuple(dict.fromkeys([*surge.topics, *event.topics]))[:_MOST_TOPICS])
    if _of_topic(surge) and _fresh(surge, look) and event.lead.accounts >= RENAMED * own.accounts:
        return _renamed(surge, event)
    named = surge.topics[:1] if _of_topic(surge) else ()
    topics = tuple(dict.fromkeys([*named, *event.topics, *surge.topics]))[:_MOST_TOPICS]
    return replace(_counted(surge, own), topics=topics)


def _renamed(surge: Surge, event: Event) -> Surge:
    """The surge, named by what it turned out to be about."""
    return replace(_counted(surge, event.lead), series=event.lead.series, topics=event.topics[:_MOST_TOPICS])


def _counted(surge: Surge, seen: Sighting) -> Surge:
    return replace(
        surge, window_min=seen.window_min, accounts=seen.accounts, expected=seen.expected, surprise=seen.surprise
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
    if accounts >= close.lift * usual and accounts >= bar_of(surge.series.kind, look.rules).accounts / 2:
        return replace(surge, last_at=look.now)
    return replace(surge, last_at=look.now, ended_at=look.now)
