"""Campaigns on the wire: what is taken, and what is answered."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from riskguard.api.schemas import DecisionOut, Name, NoNul, RulingOut, Strict
from riskguard.domain.case import Ruling


class CampaignDecisionIn(Strict):
    """A moderator's ruling on all posts of a campaign, later ones too; `withdraw` takes the standing one back."""

    ruling: Annotated[Ruling, Field(strict=False)]
    reason: Annotated[str, Field(min_length=1, max_length=500, examples=["引流广告"]), NoNul]
    by: Annotated[Name, Field(description="Who rules", examples=["moderator-3"])]
    version: Annotated[int, Field(ge=1)]


class CampaignLine(BaseModel):
    """Look-alikes of many accounts. `words` are those of the first post, masked. Who is behind it nobody says."""

    id: str
    community: str
    status: Literal["open", "decided"]
    version: int
    posts: int
    accounts: int
    opened_at: datetime
    first_at: datetime
    last_at: datetime
    words: str
    standing: DecisionOut | None = Field(description="the ruling in force, for later posts too")
    unreadable: bool = Field(
        description="its rulings or the words of its first post were changed in the database, or lost their key; they "
        "are empty here, and while its rulings are, it cannot be ruled on"
    )


class CampaignsOut(BaseModel):
    """A page of campaigns, the newest first. `next` is the address of the following page, or null."""

    campaigns: list[CampaignLine]
    limit: int
    page: int
    next: str | None


class BucketOut(BaseModel):
    """Five minutes: posts, and accounts that had not posted in the campaign before."""

    at: datetime
    posts: int
    fresh_accounts: int


class VariantOut(BaseModel):
    """What stands in a slot, in so many posts."""

    text: str
    posts: int


class PartOut(BaseModel):
    """A stretch of the first post: fixed, or a slot with its most frequent variants, of `kinds` in all."""

    text: str
    fixed: bool
    kinds: int
    variants: list[VariantOut]


class MemberOut(BaseModel):
    """A post of the campaign, masked. `account` is a number of ours, not the platform's name."""

    post: str
    post_id: str
    words: str
    at: datetime
    account: str
    action: Literal["allow", "mask", "limit", "review", "block"] | None
    case: str | None
    decision: DecisionOut | None
    unreadable: bool = Field(description="what is sealed of it was changed or lost its key; that is empty here")


class AccountOut(BaseModel):
    """An account by number: its posts here, and the campaigns of the community that it took part in."""

    account: str
    posts: int
    campaigns: int


class BondOut(BaseModel):
    """Two accounts that posted in the same campaigns, at least two."""

    one: str
    other: str
    shared: int


class CampaignOut(CampaignLine):
    """A campaign laid out: the first post and the newest as members, the busiest accounts, and groups of accounts that
    appear together in other campaigns, too, strongest first."""

    timeline: list[BucketOut]
    pattern: list[PartOut]
    members: list[MemberOut]
    busiest: list[AccountOut]
    groups: list[list[BondOut]]
    labels: list[str]
    decisions: list[RulingOut]
