"""What leaves the house: events for the platform, kept in an outbox until they have arrived."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

RECEIVER = "receiver:"
"""What an address begins with that names a receiver of alerts.yaml. No URL of the web begins so."""


class EventType(StrEnum):
    """The `type` of an outgoing webhook."""

    POST_JUDGED = "post.judged"
    CASE_DECIDED = "case.decided"
    APPEAL_RULED = "appeal.ruled"
    ALERT_RAISED = "alert.raised"
    ALERT_RESOLVED = "alert.resolved"
    CAMPAIGN_DETECTED = "campaign.detected"


class EventStatus(StrEnum):
    """WAITING for its next attempt, DELIVERED, or GIVEN_UP after the last one (an operator may send it again)."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    GIVEN_UP = "given_up"


@dataclass(frozen=True, slots=True)
class Event:
    """One outgoing webhook. `id` is the webhook-id, the same in every attempt, so a receiver can tell repeats.

    `data` carries no post text. `attempts` counts the tries made so far. `post_id` is our id of the post that it tells
    of, if of one: the event is forgotten with it.
    """

    id: str
    type: EventType
    community: str | None
    url: str
    data: Mapping[str, object]
    created_at: datetime
    next_attempt_at: datetime
    status: EventStatus = EventStatus.WAITING
    attempts: int = 0
    last_answer: str = field(default="")
    post_id: str = ""

    @property
    def receiver(self) -> str | None:
        """The receiver of alerts.yaml that this is for, which may be about no one community; None: it goes to a webhook
        of the platform."""
        return self.url.removeprefix(RECEIVER) if self.url.startswith(RECEIVER) else None


@dataclass(frozen=True, slots=True)
class Attempt:
    """What became of one try to deliver an event. `next_attempt_at` counts only while WAITING.

    `made` is False where nothing was sent (the endpoint rests, or is disabled): that try is not counted.
    """

    event_id: str
    status: EventStatus
    answer: str
    next_attempt_at: datetime
    made: bool = True


class Outcome(StrEnum):
    """How a try ended: DELIVERED; FAILED; GONE (the endpoint wants no more, ever); REFUSED (we do not connect there);
    UNSENT (no try was made)."""

    DELIVERED = "delivered"
    FAILED = "failed"
    GONE = "gone"
    REFUSED = "refused"
    UNSENT = "unsent"


@dataclass(frozen=True, slots=True)
class Answer:
    """What an endpoint said to one try, in one line without bodies or secrets.

    `retry_in` says after how long another try helps; None: none does, or it arrived. `rest` says how long all other
    events of this address should be left alone.
    """

    outcome: Outcome
    text: str
    retry_in: timedelta | None = None
    rest: timedelta = timedelta(0)
