"""Tell whoever must hear of alerts what is due: look, and where there is something to do, do it in one transaction.

What was told stands in the same transaction as the events that tell it, and whoever tells does so alone; so any number
of schedulers may try, and one that starts anew goes on where the last one stopped.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from riskguard.domain.alert import AlertStatus, Handling, KeptAlert
from riskguard.domain.event import RECEIVER, Event, EventType
from riskguard.domain.notice import Notice, Reason, Silence, Telling
from riskguard.policy.alerts.model import PLATFORM, AlertPlan
from riskguard.policy.alerts.timing import Step, is_silenced, step
from riskguard.services.alerting import ENDED
from riskguard.services.events import announce
from riskguard.services.identity import new_id
from riskguard.services.ports import Begin, Bell, Clock, UnitOfWork

_log = logging.getLogger(__name__)


def tell(*, begin: Begin, plan: AlertPlan, clock: Clock, bell: Bell, console_url: str = "/console") -> int:
    """End what has ended, note what is silenced, and put all notices that are due into the outbox; how many events.

    `console_url` is where people reach the console; links need it whole.
    """
    now = clock()
    with begin() as work:
        if not _seen(work, plan, now).work_to_do:
            return 0
    with begin() as work:
        if not work.notices.take_turn():
            return 0  # another scheduler is at it
        seen = _seen(work, plan, now, for_change=True)
        work.alerts.save(seen.changed)
        work.notices.save_groups(seen.step.groups)
        work.notices.drop_groups(seen.step.forgotten)
        events = [pair for notice in seen.step.notices for pair in _events(notice, work, plan, now, console_url)]
        work.outbox.add([event for event, _ in events])
        work.notices.note([telling for event, notice in events for telling in _tellings(event, notice, now)])
        work.commit()
    if events:
        announce(bell)
    return len(events)


def forget_alerts(*, begin: Begin, clock: Clock, after: timedelta, limit: int = 1000, rounds: int = 20) -> int:
    """Drop alerts that are resolved and were last raised longer ago, with what was told of them, and silences that
    ended longer ago; how many alerts."""
    before, dropped = clock() - after, 0
    with begin() as work:
        work.notices.drop_silences(ended_before=before)
        work.commit()
    for _ in range(rounds):
        with begin() as work:
            some = work.alerts.drop_resolved(before=before, limit=limit)
            work.commit()
        dropped += some
        if some < limit:
            break
    return dropped


def notice_data(notice: Notice, alerts: Sequence[KeptAlert], now: datetime, console_url: str) -> dict[str, object]:
    """What an event says: no post text, no raw identifiers."""
    return {
        "reason": notice.reason.value,
        "receiver": notice.group.receiver,
        "group": dict(notice.group.labels),
        "alerts": [alert_data(kept, console_url) for kept in alerts],
        "stands_until": (now + 2 * notice.again_after).isoformat(),
    }


def alert_data(kept: KeptAlert, console_url: str) -> dict[str, object]:
    """An alert as it leaves the house, by webhook or API. `url` is its own page, `page` that of the matter."""
    alert = kept.alert
    return {
        "id": kept.id,
        "key": alert.key,
        "kind": alert.kind,
        "name": alert.name,
        "severity": alert.severity.word,
        "status": kept.status.value,
        "community": alert.community,
        "scene": alert.scene,
        "summary": alert.summary,
        "labels": dict(alert.labels),
        "count": kept.count,
        "starts_at": alert.starts_at.isoformat(),
        "ends_at": _iso(alert.ends_at),
        "last_at": kept.last_at.isoformat(),
        "acknowledged_by": kept.acknowledged.by if kept.acknowledged else None,
        "acknowledged_at": _iso(kept.acknowledged.at if kept.acknowledged else None),
        "resolved_by": kept.resolved.by if kept.resolved else None,
        "resolved_at": _iso(kept.resolved.at if kept.resolved else None),
        "url": f"{console_url}/alerts/{kept.id}",
        "page": f"{console_url}/{alert.page.lstrip('/')}",
    }


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


# --- looking


@dataclass(frozen=True, slots=True)
class _Seen:
    """What is to do now: alerts whose fate has changed, and what must be told."""

    changed: tuple[KeptAlert, ...]
    step: Step

    @property
    def work_to_do(self) -> bool:
        return bool(self.changed or self.step.notices or self.step.groups or self.step.forgotten)


def _seen(work: UnitOfWork, plan: AlertPlan, now: datetime, *, for_change: bool = False) -> _Seen:
    silences = [*plan.silences, *work.notices.silences(now)]
    before = work.alerts.unresolved(for_change=for_change)
    after = [_settled(kept, silences, now) for kept in before]
    groups = work.notices.groups()
    told = {id_ for group in groups for id_ in group.told}
    gone = work.alerts.by_ids(told - {kept.id for kept in before})
    return _Seen(
        changed=tuple(new for old, new in zip(before, after, strict=True) if new != old),
        step=step(
            plan,
            standing=[kept for kept in after if not kept.over],
            over=gone | {kept.id: kept for kept in after if kept.over},
            groups=groups,
            silences=silences,
            now=now,
        ),
    )


def _settled(kept: KeptAlert, silences: Sequence[Silence], now: datetime) -> KeptAlert:
    """The alert as it is now: over by itself, or silenced, or not any more."""
    if kept.alert.ends_at is not None and kept.alert.ends_at <= now:
        return kept.resolve(Handling(ENDED, now))
    quiet = is_silenced(kept, silences, now)
    if quiet and kept.status is AlertStatus.OPEN:
        return replace(kept, status=AlertStatus.SILENCED)
    if not quiet and kept.status is AlertStatus.SILENCED:
        return replace(kept, status=AlertStatus.OPEN)
    return kept


# --- what leaves


def _events(
    notice: Notice, work: UnitOfWork, plan: AlertPlan, now: datetime, console_url: str
) -> Iterator[tuple[Event, Notice]]:
    """The events of a notice, each with the part of the notice that it tells. None where alerts.yaml knows the
    receiver no more, or a platform has no address."""
    receiver = plan.receivers.get(notice.group.receiver)
    if receiver is None:
        _log.warning("alerts.yaml has no receiver '%s' any more: it is not told what is over", notice.group.receiver)
    elif receiver.type == PLATFORM:
        for name in dict.fromkeys(kept.alert.community for kept in notice.alerts if kept.alert.community):
            community, part = work.communities.get(name), _part(notice, name)
            if community and community.webhook_url and not community.webhook_disabled_because:
                yield _event(part, community.webhook_url, name, now, console_url), part
    else:
        names = {kept.alert.community for kept in notice.alerts}
        community_name = names.pop() if len(names) == 1 else None
        yield _event(notice, RECEIVER + receiver.name, community_name, now, console_url), notice


def _part(notice: Notice, community: str) -> Notice:
    def own(alerts: tuple[KeptAlert, ...]) -> tuple[KeptAlert, ...]:
        return tuple(kept for kept in alerts if kept.alert.community == community)

    return replace(notice, raised=own(notice.raised), standing=own(notice.standing), resolved=own(notice.resolved))


def _event(notice: Notice, url: str, community: str | None, now: datetime, console_url: str) -> Event:
    over = not notice.raised and not notice.standing
    return Event(
        id=new_id("msg"),
        type=EventType.ALERT_RESOLVED if over else EventType.ALERT_RAISED,
        community=community,
        url=url,
        data=notice_data(notice, notice.alerts, now, console_url),
        created_at=now,
        next_attempt_at=now,
    )


def _tellings(event: Event, notice: Notice, now: datetime) -> Iterator[Telling]:
    """One for each alert that the event tells something new of, or again."""
    reasons: Mapping[Reason, tuple[KeptAlert, ...]] = {
        notice.reason: notice.raised or (notice.standing if notice.reason is Reason.REPEATED else ()),
        Reason.RESOLVED: notice.resolved,
    }
    for reason, alerts in reasons.items():
        for kept in alerts:
            yield Telling(kept.id, event.id, notice.group.receiver, reason, now)
