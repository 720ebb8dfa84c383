"""Send what is due: claim in one short transaction, send with none open, keep the answers in one more.

A process that dies in between has claimed its events only for a while; they are sent again with the same id.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, wait
from datetime import datetime, timedelta

from riskguard.domain.audit import SYSTEM
from riskguard.domain.event import Answer, Attempt, Event, EventStatus, Outcome
from riskguard.domain.member import Community
from riskguard.services.audit import note
from riskguard.services.ports import Begin, Clock, Sender, UnitOfWork

log = logging.getLogger(__name__)

START_WITHIN_S = 45.0
LEASE_S = 90.0
"""How long a claimed event is ours, beside the time that one try takes. It is started in half of it; the other half is
for a slow name server and a slow store, so that nobody else sends what is still on its way."""

Outcomes = Sequence[tuple[Event, Answer]]


def dispatch(*, begin: Begin, sender: Sender, clock: Clock, limit: int = 500, patience_s: float = 1.0) -> int:
    """Send up to `limit` events that are due; how many were taken (0: nothing is due).

    Returns as soon as all have answered, or after `patience_s`: the answers of slow endpoints are then kept by the
    sender's threads when they come. Call again while it gives more than 0.
    """
    events, communities = _claim(begin, clock, limit=limit, lease_s=LEASE_S + sender.timeout_s)
    settled: list[tuple[Event, Answer]] = []
    sent: dict[Future[Answer], Event] = {}
    for event in events:
        community = communities.get(event.community) if event.community else None
        reason = "" if event.receiver else _why_stopped(event, community)
        if reason:
            settled.append((event, Answer(Outcome.UNSENT, reason)))
        else:
            secret = community.webhook_secret if community else ""
            sent[sender.submit(event, secret=secret, start_within_s=START_WITHIN_S)] = event
    done, late = wait(sent, timeout=patience_s)
    settled += [(sent[future], future.result()) for future in done]
    if settled:
        _keep(settled, begin=begin, clock=clock)
    for future in late:
        future.add_done_callback(_Later(sent[future], begin, clock))
    return len(events)


class _Later:
    """Keeps an answer that came after dispatch had returned."""

    def __init__(self, event: Event, begin: Begin, clock: Clock) -> None:
        self._event = event
        self._begin = begin
        self._clock = clock

    def __call__(self, future: Future[Answer]) -> None:
        try:
            _keep([(self._event, future.result())], begin=self._begin, clock=self._clock)
        except Exception as error:  # the claim runs out and the event is sent again
            log.warning("the answer to webhook %s was not kept: %s", self._event.id, type(error).__name__)


def _claim(begin: Begin, clock: Clock, *, limit: int, lease_s: float) -> tuple[list[Event], dict[str, Community]]:
    """Events that are ours until the lease ends, and the communities they belong to."""
    now = clock()
    with begin() as work:
        events = work.outbox.claim_due(now=now, leased_until=now + timedelta(seconds=lease_s), limit=limit)
        found = [work.communities.get(name) for name in {event.community for event in events if event.community}]
        if events:
            work.commit()
    return events, {community.name: community for community in found if community is not None}


def _why_stopped(event: Event, community: Community | None) -> str:
    """Why this event must not be sent any more; '' when it may."""
    if community is None:
        return "the community is gone"
    if community.webhook_disabled_because and event.url == community.webhook_url:
        return f"webhook disabled: {community.webhook_disabled_because}"
    return "" if community.webhook_secret else "the community has no webhook secret"


def _keep(outcomes: Outcomes, *, begin: Begin, clock: Clock) -> None:
    now = clock()
    with begin() as work:
        work.outbox.record([_attempt(event, answer, now) for event, answer in outcomes])
        for url, rest in _rests(outcomes).items():
            work.outbox.put_off(url, until=now + rest)
        for community, url in {(e.community, e.url) for e, a in outcomes if a.outcome is Outcome.GONE and e.community}:
            _disable(community, url, now, work)
        work.commit()


def _attempt(event: Event, answer: Answer, now: datetime) -> Attempt:
    status = EventStatus.DELIVERED if answer.outcome is Outcome.DELIVERED else EventStatus.WAITING
    if status is EventStatus.WAITING and answer.retry_in is None:
        status = EventStatus.GIVEN_UP
    return Attempt(
        event_id=event.id,
        status=status,
        answer=answer.text,
        next_attempt_at=now + (answer.retry_in or timedelta(0)),
        made=answer.outcome is not Outcome.UNSENT,
    )


def _rests(outcomes: Outcomes) -> Mapping[str, timedelta]:
    """How long each address that asked for rest is left alone."""
    rests: dict[str, timedelta] = {}
    for event, answer in outcomes:
        if answer.rest > rests.get(event.url, timedelta(0)):
            rests[event.url] = answer.rest
    return rests


def _disable(name: str, url: str, now: datetime, work: UnitOfWork) -> None:
    """Use a community's address no more after it answered 'gone'. Addresses of single posts are not kept anywhere."""
    reason = f"the address answered 410 Gone at {now:%Y-%m-%d %H:%M} UTC"
    if work.communities.disable_webhook(name, url=url, because=reason):
        note(work, "community.webhook-disabled", name, by=SYSTEM, at=now, community=name, because=reason)
        log.warning("webhook of community %s disabled: %s", name, reason)
