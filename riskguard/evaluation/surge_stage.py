"""A stage for surges: bursts of real events, planted one after another into shuffled quiet days of the same stream."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from itertools import count
from pathlib import Path
from random import Random

from riskguard.domain.finding import NEAR_DUPLICATE
from riskguard.domain.opinion import Judged, Mark
from riskguard.domain.post import Author, Post, Scene
from riskguard.domain.verdict import Verdict
from riskguard.evaluation.platform import BEIJING
from riskguard.evaluation.sensitive_suites import Half
from riskguard.policy.opinion import OpinionRules
from riskguard.services.opinion.marking import marks_of

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
QUIET_ACCOUNTS = 8
"""A day of an event is quiet if no hour of it has so many distinct accounts."""

BEFORE = timedelta(hours=2)
AFTER = timedelta(hours=24)
"""So much of an event is planted around its onset."""

SLOT_DAYS = 2
WARM_UP_DAYS = 28
TAIL_DAYS = 30
START = datetime(2026, 1, 4, 16, tzinfo=UTC)
"""Monday midnight in Beijing."""

_BATCH = 256
Judge = Callable[[Sequence[Post]], Sequence[Verdict]]


@dataclass(frozen=True, slots=True)
class Burst:
    """An event that broke out: its marks around the onset, in its own time."""

    event: str
    onset: datetime
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Stage:
    """What is replayed: marks in order, which of them belong to which event, and when each event's onset is."""

    marks: Sequence[Mark]
    event_of: Mapping[str, str]
    onsets: Mapping[str, datetime]
    measured_from: datetime
    until: datetime

    @property
    def days(self) -> float:
        """Days on which alerts are counted."""
        return (self.until - self.measured_from) / DAY


def read_events(file: Path, rules: OpinionRules, judge: Judge, told: Callable[[int], None]) -> dict[str, list[Mark]]:
    """Every event of the stream as marks in time order, judged and cut as the service would."""
    events: defaultdict[str, list[Mark]] = defaultdict(list)
    posts = list(_posts(file))
    for first in range(0, len(posts), _BATCH):
        some = posts[first : first + _BATCH]
        judged = [_judged(post, verdict) for post, verdict in zip(some, judge(some), strict=True)]
        for post, mark in zip(some, marks_of(judged, rules), strict=True):
            events[post.thread_id].append(mark)
        told(len(some))
    return {event: sorted(marks, key=lambda mark: mark.at) for event, marks in events.items()}


def _judged(post: Post, verdict: Verdict) -> Judged:
    alike = next((each for each in verdict.findings if each.label == NEAR_DUPLICATE), None)
    return Judged(
        post_id=post.id,
        community=post.community,
        scene=post.scene,
        at=post.created_at,
        author_id=post.author.id,
        text=verdict.masked_text,
        action=verdict.action,
        labels=verdict.labels,
        likeness=alike.score if alike else 0.0,
        cluster=str(alike.facts.get("cluster", "")) if alike else "",
    )


def _posts(file: Path) -> Iterable[Post]:
    with file.open(encoding="utf-8", newline="\n") as lines:
        for number, line in enumerate(lines):
            row = json.loads(line)
            at = datetime.strptime(row["date"], "%Y-%m-%d %H:%M:%S").replace(tzinfo=BEIJING).astimezone(UTC)
            name = f"repost-{number:06}"
            author = Author(row["uid"])
            yield Post(name, "stream", name, row["text"], at, author, Scene.COMMENT, thread_id=row["event"])


def half_of(event: str) -> Half:
    """The half that an event belongs to: by its name, for good."""
    return (Half.TUNE, Half.HELD)[blake2b(event.encode(), digest_size=1).digest()[0] % 2]


def burst_of(event: str, marks: Sequence[Mark], *, accounts: int) -> Burst | None:
    """The first hour in which so many distinct accounts write; its first post is the onset. None without one."""
    first = 0
    seen: defaultdict[int, int] = defaultdict(int)
    for mark in marks:
        seen[mark.account] += 1
        while mark.at - marks[first].at > HOUR:
            seen[marks[first].account] -= 1
            if not seen[marks[first].account]:
                del seen[marks[first].account]
            first += 1
        if len(seen) >= accounts:
            onset = marks[first].at
            near = tuple(each for each in marks if onset - BEFORE <= each.at <= onset + AFTER)
            return Burst(event, onset, near)
    return None


def quiet_days(events: Mapping[str, Sequence[Mark]]) -> list[list[Mark]]:
    """Days (Beijing) of single events on which nothing happened, in a stable order."""
    days: defaultdict[tuple[str, str], list[Mark]] = defaultdict(list)
    for event, marks in events.items():
        for mark in marks:
            days[event, mark.at.astimezone(BEIJING).date().isoformat()].append(mark)
    return [marks for _, marks in sorted(days.items()) if burst_of("", marks, accounts=QUIET_ACCOUNTS) is None]


def staged(
    bursts: Sequence[Burst], quiet: Sequence[Sequence[Mark]], *, posts_per_day: int, seed: int, tail_days: int
) -> Stage:
    """Four quiet weeks; then each burst at its own time of day, two days apart; then quiet days again.

    A quiet day is a hand of quiet event-days, drawn anew each day without putting back, until it has enough posts;
    its accounts are new people each day.
    """
    chance = Random(seed)  # noqa: S311 (variety, not secrecy)
    numbers = count()
    order = list(bursts)
    chance.shuffle(order)
    days = WARM_UP_DAYS + SLOT_DAYS * len(order) + tail_days
    marks = [mark for day in range(days) for mark in _quiet_day(day, quiet, posts_per_day, chance, numbers)]
    event_of: dict[str, str] = {}
    onsets: dict[str, datetime] = {}
    for slot, burst in enumerate(order):
        shift = START + (WARM_UP_DAYS + SLOT_DAYS * slot) * DAY - _midnight(burst.onset)
        onsets[burst.event] = burst.onset + shift
        for mark in burst.marks:
            marks.append(_moved(mark, mark.at + shift, "burst", numbers))
            event_of[marks[-1].post_id] = burst.event
    marks.sort(key=lambda mark: (mark.at, mark.post_id))
    return Stage(marks, event_of, onsets, START + WARM_UP_DAYS * DAY, START + days * DAY)


def _quiet_day(
    day: int, quiet: Sequence[Sequence[Mark]], posts: int, chance: Random, numbers: count[int]
) -> Iterable[Mark]:
    start, drawn = START + day * DAY, 0
    for number in chance.sample(range(len(quiet)), len(quiet)):
        if drawn >= posts:
            return
        drawn += len(quiet[number])
        for mark in quiet[number]:
            yield _moved(mark, start + (mark.at - _midnight(mark.at)), f"{day}", numbers)


def _moved(mark: Mark, at: datetime, crowd: str, numbers: count[int]) -> Mark:
    """The mark at another time, by another person of the same crowd."""
    told = f"{crowd}\0{mark.account}".encode()
    account = int.from_bytes(blake2b(told, digest_size=8).digest(), "big") >> 1
    return replace(mark, post_id=f"{next(numbers):07}", at=at, account=account)


def _midnight(at: datetime) -> datetime:
    return at.astimezone(BEIJING).replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)
