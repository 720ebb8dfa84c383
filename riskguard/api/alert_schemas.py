"""The shapes of alerts: what is sent, and what is answered."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from riskguard.api.schemas import Name, NoNul, Strict


class HandlingIn(Strict):
    """Who takes an alert up, or ends it."""

    by: Annotated[Name, Field(description="Who does", examples=["moderator-3"])]
    note: Annotated[str, Field(max_length=500, examples=["已联系值班老师"]), NoNul] = ""


class AlertOut(BaseModel):
    """Something that people of the community must hear. No post text is in it. `url` is its page in the console, `page`
    that of the matter."""

    id: str
    key: str
    kind: Annotated[str, Field(description="verdict, campaign, surge or health")]
    name: str
    severity: Literal["info", "warning", "critical"]
    status: Literal["open", "acknowledged", "silenced", "resolved"]
    community: str | None
    scene: str | None
    summary: str
    labels: dict[str, str]
    count: Annotated[int, Field(description="How often it was raised")]
    starts_at: datetime
    ends_at: Annotated[datetime | None, Field(description="When it is over unless it is raised again")]
    last_at: datetime
    acknowledged_by: str | None
    acknowledged_at: datetime | None
    resolved_by: str | None
    resolved_at: datetime | None
    url: str
    page: str


class NoticeOut(BaseModel):
    """That a receiver was told of an alert, and what it answered last."""

    receiver: str
    reason: Literal["raised", "repeated", "escalated", "resolved"]
    at: datetime
    status: Literal["waiting", "delivered", "given_up"] | None
    attempts: int
    answer: str


class AlertFileOut(AlertOut):
    """An alert with what was told of it."""

    notices: list[NoticeOut]


class AlertsOut(BaseModel):
    """A page of alerts, gravest first. `next` is the address of the following page, or null."""

    alerts: list[AlertOut]
    limit: int
    offset: int
    next: str | None
