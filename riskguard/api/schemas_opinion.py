"""The shapes of opinion as they cross the wire."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

Figures = Annotated[
    dict[str, float],
    Field(
        description="sameness: posts; clustered, kinds, packing (copying); topics, variety (monotony). "
        "health: active, newcomers, leavers, and the shares returning, second_post, leavers_negative, "
        "stayers_negative where there are members enough"
    ),
]


class OpinionPoint(BaseModel):
    """One stretch of time in which something was said."""

    start: datetime
    posts: int
    accounts: Annotated[int, Field(description="Distinct accounts, off by about 2 % where they are many")]
    negative: int
    copies: Annotated[int, Field(description="Posts that look like an earlier one")]


class TopicOut(BaseModel):
    """Words that the same posts say, the most telling first."""

    words: list[str]
    posts: int
    accounts: int
    negative: int
    copies: int


class SurgeOut(BaseModel):
    """More distinct accounts than usual, counted over all posts, those of one emotion, or those with one topic."""

    id: str
    series: Literal["volume", "emotion", "topic"]
    name: str
    scene: str | None
    started_at: datetime
    raised_at: datetime
    ended_at: datetime | None
    window_min: int
    accounts: int
    expected: Annotated[float, Field(description="Accounts that such a window usually has")]
    surprise: Annotated[float, Field(description="-log10 of the chance of as many accounts")]
    posts: int
    copies: Annotated[int, Field(description="Posts that have look-alikes (pushed); the others are organic")]
    topics: list[str]
    mood: Annotated[str | None, Field(description="The emotion whose share rose most")]
    mood_before: float
    mood_now: float


class ExemplarOut(BaseModel):
    """A post that stands for a surge, masked."""

    post_id: str
    created_at: datetime
    masked_text: str
    unreadable: Annotated[bool, Field(description="Its words were changed or lost their key; they are empty here")]


class SurgeFileOut(SurgeOut):
    """A surge with its exemplars."""

    exemplars: list[ExemplarOut]


class OpinionOut(BaseModel):
    """What was said in a time. Posts count when they were written; `timeline` leaves out stretches without posts."""

    community: str
    scene: str | None
    since: datetime
    until: datetime
    bucket_s: int
    posts: int
    accounts: int
    copies: int
    actions: dict[str, int]
    sentiment: dict[str, int]
    emotions: Annotated[dict[str, float], Field(description="Shares of the posts that were read as any emotion")]
    emotions_before: Annotated[dict[str, float], Field(description="The same for as long a time before")]
    timeline: list[OpinionPoint]
    topics: list[TopicOut]
    surges: list[SurgeOut]


class DayOut(BaseModel):
    """The figures of one day (UTC)."""

    day: date
    figures: Figures


class DepartureOut(BaseModel):
    """A figure that left the community's own baseline on the bad side."""

    figure: str
    value: float
    usual: Annotated[float, Field(description="The median of earlier days")]


class HealthIndexOut(BaseModel):
    """Whether members drift away, from what is posted alone: readers who never write are not seen."""

    day: date | None
    figures: Figures
    days: list[DayOut]
    departures: list[DepartureOut]


class SamenessOut(HealthIndexOut):
    """How much of what is said is the same. `kind` says in words whether it is copying, monotony, both or neither."""

    kind: str
