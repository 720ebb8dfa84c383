"""Lets alerts happen over time without any store: what production would tell, and when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from riskguard.domain.alert import Alert, Handling, KeptAlert
from riskguard.domain.notice import Group, GroupKey, Notice, Reason, Silence
from riskguard.policy.alerts.model import AlertPlan, Route
from riskguard.policy.alerts.timing import step

MOST_STEPS = 20_000
_MINUTE = timedelta(minutes=1)


class What(StrEnum):
    """What happens to an alert."""

    RAISED = "raised"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happens to an alert at a time; the number tells those of one time apart."""

    at: datetime
    what: What
    alert: Alert
    number: int = 0


@dataclass(frozen=True, slots=True)
class Heard:
    """That a receiver was told, so long after the start: the names of the alerts that were new to it, or over."""

    after: timedelta
    to: str
    reason: Reason
    raised: frozenset[str] = frozenset()
    resolved: frozenset[str] = frozenset()


@dataclass(slots=True)
class World:
    """Alerts and groups in memory, in place of a store."""

    standing: dict[str, KeptAlert] = field(default_factory=dict)
    over: dict[str, KeptAlert] = field(default_factory=dict)
    groups: dict[GroupKey, Group] = field(default_factory=dict)

    def take(self, happening: Happening) -> None:
        """Let it happen."""
        alert, now = happening.alert, happening.at
        kept = self.standing.get(alert.key)
        if happening.what is What.RAISED:
            fresh = KeptAlert(f"{alert.key}#{happening.number}", alert, now, now)
            self.standing[alert.key] = kept.again(alert, count=1, now=now) if kept else fresh
        elif kept and happening.what is What.ACKNOWLEDGED:
            self.standing[alert.key] = kept.acknowledge(Handling("case", now))
        elif kept:
            self._end(kept, now)

    def look(self, plan: AlertPlan, silences: Sequence[Silence], now: datetime) -> tuple[list[Notice], datetime | None]:
        """What is told now, and when to look again."""
        for kept in list(self.standing.values()):
            if kept.alert.ends_at is not None and kept.alert.ends_at <= now:
                self._end(kept, now)
        told = step(
            plan,
            standing=list(self.standing.values()),
            over=self.over,
            groups=list(self.groups.values()),
            silences=silences,
            now=now,
        )
        self.groups |= {group.key: group for group in told.groups}
        for key in told.forgotten:
            del self.groups[key]
        return list(told.notices), told.next_at

    def _end(self, kept: KeptAlert, now: datetime) -> None:
        del self.standing[kept.alert.key]
        self.over[kept.id] = kept.resolve(Handling("case", now))


def simulated(
    plan: AlertPlan, happenings: Sequence[Happening], silences: Sequence[Silence], *, start: datetime, until: datetime
) -> Iterator[Heard]:
    """All that is told from `start` until `until`."""
    for now, notice in notices(plan, happenings, silences, start=start, until=until):
        yield Heard(
            after=now - start,
            to=notice.group.receiver,
            reason=notice.reason,
            raised=frozenset(kept.alert.name for kept in notice.raised),
            resolved=frozenset(kept.alert.name for kept in notice.resolved),
        )


def notices(
    plan: AlertPlan, happenings: Sequence[Happening], silences: Sequence[Silence], *, start: datetime, until: datetime
) -> Iterator[tuple[datetime, Notice]]:
    """As `simulated`, with the notices themselves."""
    world, waiting = World(), sorted(happenings, key=lambda each: each.at)
    quiet, now = _has_quiet_hours(plan.root), start
    fixed = [at for silence in (*plan.silences, *silences) for at in (silence.starts_at, silence.ends_at)]
    for _ in range(MOST_STEPS):
        while waiting and waiting[0].at <= now:
            world.take(waiting.pop(0))
        told, next_at = world.look(plan, silences, now)
        yield from ((now, notice) for notice in told)
        times = [each.at for each in waiting[:1]] + ([next_at] if next_at else []) + fixed
        times += [kept.alert.ends_at for kept in world.standing.values() if kept.alert.ends_at]
        if quiet and (world.standing or any(group.told for group in world.groups.values())):
            times.append(now.replace(second=0, microsecond=0) + _MINUTE)
        now = min((at for at in times if at > now), default=until)
        if now >= until:
            return


def _has_quiet_hours(route: Route) -> bool:
    return bool(route.quiet) or any(map(_has_quiet_hours, route.routes))
