"""The shapes of opinion as they cross the wire."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from riskguard.api.schemas import DecisionOut

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


class CampaignSpellOut(BaseModel):
    """A campaign of which anything was posted in the time asked for, or that was ruled on in it, of all scenes.

    `posts` and `accounts` are those of that time; none where it was only ruled on. `/v1/campaigns/{id}` lays it out.
    """

    id: str
    kind: Annotated[
        str,
        Field(
            description="In one sentence; it says nothing of who is behind it",
            examples=["9 个账号发布了 12 篇近似内容"],
        ),
    ]
    status: Literal["open", "decided"]
    standing: Annotated[DecisionOut | None, Field(description="The ruling in force, for later posts too")]
    posts: int
    accounts: int
    posts_in_all: int
    accounts_in_all: int
    first_at: datetime
    last_at: datetime
    url: str
    unreadable: Annotated[bool, Field(description="Its rulings were changed or lost their key; none is told here")]


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
    campaigns: Annotated[list[CampaignSpellOut], Field(description="The 100 with most accounts in this time")]


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
