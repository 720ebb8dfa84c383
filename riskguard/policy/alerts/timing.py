"""What is due to be told, from what stands and what was told before: all state is in the arguments, so any scheduler
may ask, and one that starts anew knows all that the last one knew."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from riskguard.domain.alert import AlertStatus, KeptAlert, Severity
from riskguard.domain.notice import Group, GroupKey, Notice, Reason, Silence, Told, trait
from riskguard.policy.alerts.model import AlertPlan, Inhibition, Route
from riskguard.policy.alerts.routes import routes_for


@dataclass(frozen=True, slots=True)
class Step:
    """What follows now: notices, the groups as they are after them, and those that nothing remembers any more."""

    notices: tuple[Notice, ...]
    groups: tuple[Group, ...]
    forgotten: tuple[GroupKey, ...]
    next_at: datetime | None
    """When something is due next, as far as is known now; quiet hours and silences may end sooner."""


@dataclass(slots=True)
class _Bucket:
    """What a group hears of: the route that led there first, alerts that may be told now, and after how long those that
    nobody acknowledges go further, by any of the routes that led there."""

    route: Route
    alerts: dict[str, KeptAlert] = field(default_factory=dict)
    patience: list[timedelta] = field(default_factory=list)


def step(
    plan: AlertPlan,
    *,
    standing: Sequence[KeptAlert],
    over: Mapping[str, KeptAlert],
    groups: Sequence[Group],
    silences: Sequence[Silence],
    now: datetime,
) -> Step:
    """`standing` are all alerts that are not resolved; `over` those of the others that a group was told of, by id."""
    known = {group.key: group for group in groups}
    causes, quiet = causes_of(plan, standing), [*plan.silences, *silences]
    heard = [kept for kept in standing if not is_silenced(kept, quiet, now) and inhibitor(kept, causes) is None]
    buckets, times = _buckets(plan, heard, known, now)
    there = {kept.id for kept in standing} | over.keys()
    notices, changed, forgotten = [], [], []
    for key in dict.fromkeys([*known, *buckets]):
        before = known.get(key) or Group(*key)
        group = replace(before, told={id_: told for id_, told in before.told.items() if id_ in there})
        bucket = buckets.get(key) or _Bucket(_route_of(group, plan, over))
        turn = _turn(group, bucket, plan, over, now)
        if turn.notice:
            notices.append(turn.notice)
            group = _after(turn.notice, now)
        if turn.idle:
            forgotten.append(key)
        elif group != before:
            changed.append(group)
        times.append(turn.next_at)
    return Step(tuple(notices), tuple(changed), tuple(forgotten), min((at for at in times if at > now), default=None))


def is_silenced(kept: KeptAlert, silences: Iterable[Silence], now: datetime) -> bool:
    """Whether a silence keeps the alert quiet now."""
    return any(silence.covers(kept.alert, now) for silence in silences)


Causes = Sequence[tuple[Inhibition, Mapping[tuple[str, ...], KeptAlert]]]
"""For each inhibition the alerts that are a cause now, by what the muted ones must agree in."""


def causes_of(plan: AlertPlan, standing: Sequence[KeptAlert]) -> Causes:
    """Looked up once for all alerts, of which there may be thousands."""
    return [
        (rule, {_agreement(rule, kept): kept for kept in reversed(standing) if rule.source.fits(kept.alert)})
        for rule in plan.inhibitions
    ]


def inhibitor(kept: KeptAlert, causes: Causes) -> KeptAlert | None:
    """A standing alert because of which nobody is told of this one. What is itself a cause is not muted by its like."""
    for rule, sources in causes:
        if rule.muted.fits(kept.alert) and not rule.source.fits(kept.alert):
            found = sources.get(_agreement(rule, kept))
            if found is not None:
                return found
    return None


def _agreement(rule: Inhibition, kept: KeptAlert) -> tuple[str, ...]:
    return tuple(trait(kept.alert, key) for key in rule.equal)


def hushed(kept: KeptAlert, route: Route, now: datetime) -> bool:
    """Whether quiet hours hold the alert back on this route; they never hold a critical one."""
    return kept.alert.severity < Severity.CRITICAL and route.quiet_at(now)


# --- which groups


def _buckets(
    plan: AlertPlan, heard: Sequence[KeptAlert], known: Mapping[GroupKey, Group], now: datetime
) -> tuple[dict[GroupKey, _Bucket], list[datetime]]:
    """What each group hears of now, and when escalations come due."""
    buckets: dict[GroupKey, _Bucket] = {}
    later: list[datetime] = []
    for kept in heard:
        for route in routes_for(kept.alert, plan.root):
            labels = tuple((key, trait(kept.alert, key)) for key in route.group_by)
            keys = [(receiver, False, labels) for receiver in route.to]
            late = _unanswered_at(kept, route, keys, known)
            if late is not None and late <= now and route.escalate:
                keys += [(receiver, True, labels) for receiver in route.escalate.to]
            elif late is not None:
                later.append(late)
            for key in keys if not hushed(kept, route, now) else ():
                bucket = buckets.setdefault(key, _Bucket(route))
                bucket.alerts[kept.id] = kept
                bucket.patience += [route.escalate.after] if route.escalate else []
    return buckets, later


def _route_of(group: Group, plan: AlertPlan, over: Mapping[str, KeptAlert]) -> Route:
    """Where the group stands in the tree though nothing that stands leads there: by the alerts that ended."""
    ended = (over[id_] for id_ in group.told if id_ in over)
    return next((route for kept in ended for route in _routes_to(group, kept, plan)), plan.root)


def _routes_to(group: Group, kept: KeptAlert, plan: AlertPlan) -> list[Route]:
    """The routes that lead the alert to the receiver of the group."""
    found = routes_for(kept.alert, plan.root)
    return [route for route in found if group.receiver in (*route.to, *(route.escalate.to if route.escalate else ()))]


def _unanswered_at(
    kept: KeptAlert, route: Route, keys: Sequence[GroupKey], known: Mapping[GroupKey, Group]
) -> datetime | None:
    """When the alert has waited too long for somebody to acknowledge it; None: it does not wait for that."""
    if route.escalate is None or kept.status is AlertStatus.ACKNOWLEDGED:
        return None
    told = [known[key].told[kept.id].at for key in keys if key in known and kept.id in known[key].told]
    if route.to and not told:
        return None  # nobody has heard of it yet
    return min(told, default=kept.raised_at) + route.escalate.after


# --- what one group is told


@dataclass(frozen=True, slots=True)
class _Turn:
    """What comes of one group now: a notice or none, when to look again, and whether it may be forgotten."""

    next_at: datetime
    notice: Notice | None = None
    idle: bool = False


def _turn(group: Group, bucket: _Bucket, plan: AlertPlan, over: Mapping[str, KeptAlert], now: datetime) -> _Turn:
    heard, route = bucket.alerts, bucket.route
    fresh = [kept for kept in heard.values() if _is_news(kept, group)]
    ended = [over[id_] for id_ in group.told if id_ in over and not _held(over[id_], group, plan, now)]
    new = {kept.id for kept in fresh}
    stays = [kept for kept in heard.values() if kept.id in group.told and kept.id not in new]
    due = _due(group, route, fresh, ended, stays)
    if due is not None and due <= now:
        notice = Notice(
            group, _reason(group, fresh, ended), route.repeat_interval, tuple(fresh), tuple(stays), tuple(ended)
        )
        return _Turn(now + min([route.group_interval, *bucket.patience]), notice)
    quiet_until = (group.sent_at or now) + route.group_interval
    return _Turn(due or quiet_until, idle=due is None and not group.told and quiet_until <= now)


def _is_news(kept: KeptAlert, group: Group) -> bool:
    """New to the group, or graver than it was told; nobody is told anew of what is in hand."""
    told = group.told.get(kept.id)
    new = told is None or kept.alert.severity > told.severity
    return new and kept.status is not AlertStatus.ACKNOWLEDGED


def _held(kept: KeptAlert, group: Group, plan: AlertPlan, now: datetime) -> bool:
    """Whether quiet hours hold back that it is over: those of every route that leads there. Who was told that it is
    critical hears at once that it is no more."""
    routes = _routes_to(group, kept, plan)
    grave = group.told[kept.id].severity is Severity.CRITICAL
    return not grave and bool(routes) and all(hushed(kept, route, now) for route in routes)


def _due(
    group: Group, route: Route, fresh: Sequence[KeptAlert], ended: Sequence[KeptAlert], stays: Sequence[KeptAlert]
) -> datetime | None:
    """When the group is told next: news after the wait and the interval, what nobody has in hand after the repeat."""
    since, open_ = group.sent_at, [kept for kept in stays if kept.status is not AlertStatus.ACKNOWLEDGED]
    if fresh or ended:
        wait = timedelta(0) if group.escalation else route.group_wait
        first = min((kept.raised_at for kept in fresh), default=None)
        ready = first + wait if first else None
        interval = since + route.group_interval if since else None
        return max(filter(None, [ready, interval]))
    return since + max(route.repeat_interval, route.group_interval) if since and open_ else None


def _reason(group: Group, fresh: Sequence[KeptAlert], ended: Sequence[KeptAlert]) -> Reason:
    if fresh:
        return Reason.ESCALATED if group.escalation else Reason.RAISED
    return Reason.RESOLVED if ended else Reason.REPEATED


def _after(notice: Notice, now: datetime) -> Group:
    group, gone = notice.group, {kept.id for kept in notice.resolved}
    told = {id_: told for id_, told in group.told.items() if id_ not in gone}
    for kept in notice.raised:
        told[kept.id] = Told(told[kept.id].at if kept.id in told else now, kept.alert.severity)
    return replace(group, sent_at=now, told=told)
