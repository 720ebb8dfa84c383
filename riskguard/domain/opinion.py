"""What a community talks about, and how: marks of single posts, tallies over time, and surges."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import IntEnum, StrEnum

from riskguard.domain.post import Scene
from riskguard.domain.verdict import Action

EMOTIONS = ("happy", "angry", "sad", "fear", "surprise", "neutral")
"""The emotions that a post may be read as; `emotion.happy` is the label of the first."""

ALL = ""
"""The series of all posts, whatever their emotion."""

NEGATIVE = "negative"
POSITIVE = "positive"


class Grain(IntEnum):
    """Width of a bucket, in seconds. Buckets begin at whole multiples of it since 1970 in UTC."""

    FIVE_MINUTES = 300
    HOUR = 3_600
    DAY = 86_400

    @property
    def width(self) -> timedelta:
        return timedelta(seconds=int(self))

    def start(self, at: datetime) -> datetime:
        """When the bucket of this moment begins."""
        seconds = int(at.timestamp())
        return datetime.fromtimestamp(seconds - seconds % self, UTC)


BucketKey = tuple[str, Scene, Grain, datetime]
"""Community, scene, width and beginning of a bucket."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What opinion reads of a judged post: `at` as in `Mark`, `text` as it may be shown, `labels` with their scores;
    and how alike it is to an earlier post, with the name of their cluster, if it is."""

    post_id: str
    community: str
    scene: Scene
    at: datetime
    author_id: str
    text: str
    action: Action
    labels: Mapping[str, float] = field(default_factory=dict, hash=False)
    likeness: float = 0.0
    cluster: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """What opinion remembers of one judged post, for some days.

    `at` is when it was written, or received if that is earlier. `account` is a number that stands for the author.
    `emotion` and `sentiment` are empty where the reading is unclear. `cluster` names the first of its look-alikes
    where it has any. `topics` are folded words and pairs of words.
    """

    post_id: str
    community: str
    scene: Scene
    at: datetime
    account: int
    action: str = "allow"
    sentiment: str = ""
    emotion: str = ""
    cluster: str = ""
    topics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Bucket:
    """The posts of one community and scene in one stretch of time.

    `tallies` counts posts per word of a kind: {"emotion": {"angry": 3}, "sentiment": …, "action": …}; `copies` those
    that have look-alikes. `heads` holds a sketch of the distinct accounts of each series ('' for all, 'negative',
    each emotion), as `services.opinion.headcount` makes it.
    """

    community: str
    scene: Scene
    grain: Grain
    start: datetime
    posts: int = 0
    copies: int = 0
    tallies: Mapping[str, Mapping[str, int]] = field(default_factory=dict, hash=False)
    heads: Mapping[str, bytes] = field(default_factory=dict, hash=False)

    @property
    def key(self) -> BucketKey:
        return self.community, self.scene, self.grain, self.start


class SeriesKind(StrEnum):
    """What is counted: all posts, posts of one emotion (or the negative ones), or posts with one topic."""

    VOLUME = "volume"
    EMOTION = "emotion"
    TOPIC = "topic"


@dataclass(frozen=True, slots=True)
class Series:
    """One thing that is watched in a community. No `scene` means all of them."""

    kind: SeriesKind
    name: str = ALL
    scene: Scene | None = None


@dataclass(frozen=True, slots=True)
class Surge:
    """More accounts than usual, from `started_at` on; still going on while `ended_at` is None.

    `accounts` and `expected` are those of the window of `window_min` minutes in which it stood out most; `surprise` is
    -log10 of the chance of as many. `posts` and `copies` count what belongs to it so far: copies are look-alikes
    ("pushed"), the others organic. `mood` is the emotion whose share moved most, from `mood_before` to `mood_now`.
    """

    id: str
    community: str
    series: Series
    started_at: datetime
    raised_at: datetime
    last_at: datetime
    window_min: int
    accounts: int
    expected: float
    surprise: float
    posts: int = 0
    copies: int = 0
    topics: tuple[str, ...] = ()
    mood: str = ""
    mood_before: float = 0.0
    mood_now: float = 0.0
    exemplars: tuple[str, ...] = ()
    ended_at: datetime | None = None

    @property
    def lift(self) -> float:
        """How many times as many accounts as expected."""
        return self.accounts / max(self.expected, 0.1)

    @property
    def pushed(self) -> float:
        """Share of its posts that have look-alikes, 0..1."""
        return self.copies / self.posts if self.posts else 0.0


@dataclass(frozen=True, slots=True)
class TopicDay:
    """How much was said with one topic on one day (UTC): posts, distinct accounts, and accounts summed by the hour."""

    community: str
    day: datetime
    topic: str
    posts: int
    accounts: int
    slots: int


@dataclass(frozen=True, slots=True)
class Attendance:
    """When one account wrote: its two first posts, its last one, and the days on which it wrote.

    Bit i of `days` says that it wrote i days before the day of `last_at` (UTC).
    """

    community: str
    account: int
    first_at: datetime
    last_at: datetime
    second_at: datetime | None = None
    last_negative: bool = False
    days: int = 1


@dataclass(frozen=True, slots=True)
class Gauge:
    """The figures of an index ('sameness' or 'health') of one community on one day (UTC)."""

    community: str
    kind: str
    day: datetime
    values: Mapping[str, float] = field(default_factory=dict, hash=False)
