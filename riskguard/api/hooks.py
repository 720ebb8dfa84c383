"""The webhooks as readers see them: what is sent to platforms, and what their answers mean."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from riskguard.api.alert_schemas import AlertOut
from riskguard.api.schemas import CareOut, DecisionOut, RuleOut

ANSWERS = {
    "2XX": "Arrived",
    "410": "Never again: the address of the community is switched off until `riskguard admin set-webhook` names one",
    "default": "Tried again, ten times in about three days, the first time after 5 seconds; `Retry-After` is honoured",
}
ABOUT = (
    "Signed as Standard Webhooks 1.0 (`webhook-id`, `webhook-timestamp`, `webhook-signature`), at least once: tell "
    "repeats by `webhook-id`. No post text is in them, and no body is larger than 20 kB (`trimmed` says that lists or "
    "long strings were cut to fit)."
)


class HookPost(BaseModel):
    """Which post it is about. `metadata` comes back as it was sent."""

    id: str
    post_id: str
    revision: int
    community: str
    metadata: dict[str, Any]


class HookVerdict(BaseModel):
    """A verdict without its findings; GET /v1/posts/{id} has them."""

    action: Literal["allow", "mask", "limit", "review", "block"]
    labels: dict[str, float]
    rules: list[RuleOut]
    alerts: list[str]
    care: Annotated[CareOut | None, Field(description="Words for an author who may be in distress, or null")]
    policy_version: str


class HookCase(BaseModel):
    """The case that was ruled on."""

    id: str


class JudgedData(BaseModel):
    """What `post.judged` tells."""

    post: HookPost
    verdict: HookVerdict
    trimmed: bool = False


class DecidedData(BaseModel):
    """What `case.decided` and `appeal.ruled` tell."""

    post: HookPost
    case: HookCase
    decision: DecisionOut
    trimmed: bool = False


class PostJudged(BaseModel):
    """The body of `post.judged`."""

    type: Literal["post.judged"]
    timestamp: datetime
    data: JudgedData


class CaseDecided(BaseModel):
    """The body of `case.decided` and `appeal.ruled`."""

    type: Literal["case.decided", "appeal.ruled"]
    timestamp: datetime
    data: DecidedData


class AlertData(BaseModel):
    """What `alert.raised` and `alert.resolved` tell: alerts that are told together, each with its own `status`."""

    reason: Annotated[
        Literal["raised", "repeated", "escalated", "resolved", "test"], Field(description="Why this is told now")
    ]
    receiver: Annotated[str, Field(description="Its name in alerts.yaml")]
    group: Annotated[dict[str, str], Field(description="What these alerts have in common")]
    alerts: list[AlertOut]
    stands_until: Annotated[datetime, Field(description="What is open may be taken for over if nothing comes by then")]
    trimmed: bool = False


class AlertTold(BaseModel):
    """The body of `alert.raised` and `alert.resolved`."""

    type: Literal["alert.raised", "alert.resolved"]
    timestamp: datetime
    data: AlertData


class HookCampaign(BaseModel):
    """A new campaign, how large it is by now, and where to ask for it; no words, and no accounts."""

    id: str
    community: str
    posts: int
    accounts: int
    first_at: datetime
    last_at: datetime
    url: str


class DetectedData(BaseModel):
    """What `campaign.detected` tells."""

    campaign: HookCampaign


class CampaignDetected(BaseModel):
    """The body of `campaign.detected`."""

    type: Literal["campaign.detected"]
    timestamp: datetime
    data: DetectedData


@dataclass(frozen=True, slots=True)
class Hook:
    """One event that platforms are told of."""

    name: str
    summary: str
    shape: type[BaseModel]


HOOKS = (
    Hook("post.judged", "The machine has judged a post", PostJudged),
    Hook("case.decided", "A moderator has ruled on a case", CaseDecided),
    Hook("appeal.ruled", "A moderator has ruled after the author appealed", CaseDecided),
    Hook("alert.raised", "An alert is new, graver, or still stands; where alerts.yaml leads it to you", AlertTold),
    Hook("alert.resolved", "All alerts of the group that you were told of are over", AlertTold),
    Hook("campaign.detected", "Many accounts have posted look-alikes", CampaignDetected),
)
