"""The events that verdicts and decisions send to the platform, kept in the same transaction as what they tell."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime

from riskguard.domain.campaign import Campaign, Extent
from riskguard.domain.case import Case, Decision, Origin
from riskguard.domain.event import Event, EventType
from riskguard.domain.member import Community
from riskguard.domain.post import Post
from riskguard.domain.verdict import Verdict
from riskguard.services.identity import new_id
from riskguard.services.ports import Bell
from riskguard.services.wire import thin_verdict

_log = logging.getLogger(__name__)


def judged(post: Post, verdict: Verdict, *, community: Community, at: datetime) -> Event | None:
    """`post.judged`, unless neither the post nor its community names an address."""
    return _event(EventType.POST_JUDGED, post, community, at, {"verdict": thin_verdict(verdict)})


def decided(case: Case, decision: Decision, *, post: Post, community: Community) -> Event | None:
    """`case.decided`, or `appeal.ruled` where the author has appealed since the decision before this one."""
    before = case.decisions[-2].at if len(case.decisions) > 1 else None
    appealed = any(g.origin is Origin.APPEAL and (before is None or g.at >= before) for g in case.grievances)
    kind = EventType.APPEAL_RULED if appealed else EventType.CASE_DECIDED
    return _event(
        kind,
        post,
        community,
        decision.at,
        {"case": {"id": case.id}, "decision": rendered_decision(decision)},
    )


def detected(campaign: Campaign, extent: Extent, *, community: Community | None, at: datetime) -> Event | None:
    """`campaign.detected`, unless the community names no address. It tells how large, and nothing of the words."""
    if community is None or not community.webhook_url:
        return None
    about = {
        "id": campaign.id,
        "community": campaign.community,
        "posts": extent.posts,
        "accounts": extent.accounts,
        "first_at": extent.first_at.isoformat(),
        "last_at": extent.last_at.isoformat(),
        "url": f"/v1/campaigns/{campaign.id}",
    }
    return Event(
        id=new_id("msg"),
        type=EventType.CAMPAIGN_DETECTED,
        community=campaign.community,
        url=community.webhook_url,
        data={"campaign": about},
        created_at=at,
        next_attempt_at=at,
    )


def announce(bell: Bell) -> None:
    """Call a worker to deliver events that are committed; one that cannot be called is called by the scheduler."""
    try:
        bell.ring()
    except Exception:  # whatever the transport raises
        _log.exception("no worker could be called to deliver events; the scheduler will call one")


def rendered_decision(decision: Decision) -> dict[str, object]:
    """A decision as the platform sees it: the ruling and its reason, not the moderator's name; and the campaign that it
    was given for as a whole, if it was."""
    return {
        "ruling": decision.ruling.value,
        "reason": decision.reason,
        "at": decision.at.isoformat(),
        "campaign": decision.campaign or None,
    }


def _event(kind: EventType, post: Post, community: Community, at: datetime, more: Mapping[str, object]) -> Event | None:
    url = post.callback_url or community.webhook_url
    if not url:
        return None
    about = {
        "id": post.id,
        "post_id": post.post_id,
        "revision": post.revision,
        "community": post.community,
        "metadata": dict(post.metadata),
    }
    return Event(
        id=new_id("msg"),
        type=kind,
        community=post.community,
        url=url,
        data={"post": about, **more},
        created_at=at,
        next_attempt_at=at,
        post_id=post.id,
    )
