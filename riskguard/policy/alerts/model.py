"""alerts.yaml as a value: immutable, versioned by its content."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from riskguard.domain.alert import Severity
from riskguard.domain.notice import Match, Silence
from riskguard.policy.model import Place

PLATFORM = "platform"
"""The type of receiver that is the webhook of the alert's own community."""


@dataclass(frozen=True, slots=True)
class Secret:
    """A value that stands in an environment variable, never in the file."""

    variable: str


Value = str | int | Secret | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Receiver:
    """Who can be told: its type and what that type needs."""

    name: str
    type: str
    options: Mapping[str, Value] = field(default_factory=dict, hash=False)
    place: Place = field(default=Place(), compare=False, repr=False)

    @property
    def secrets(self) -> tuple[str, ...]:
        """The environment variables that it needs."""
        return tuple(value.variable for value in self.options.values() if isinstance(value, Secret))


@dataclass(frozen=True, slots=True)
class QuietHours:
    """When only critical alerts pass: on these days (0 is Monday), from one time of the zone until another; an end that
    is not after the start means the next day."""

    name: str
    zone: ZoneInfo
    start: time
    end: time
    days: frozenset[int] = frozenset(range(7))

    def at(self, moment: datetime) -> bool:
        """Whether it is quiet then."""
        local = moment.astimezone(self.zone)
        clock, day = local.time(), local.weekday()
        if self.start < self.end:
            return day in self.days and self.start <= clock < self.end
        before = (day - 1) % 7
        return (day in self.days and clock >= self.start) or (before in self.days and clock < self.end)


@dataclass(frozen=True, slots=True)
class Escalation:
    """Who else is told of what nobody acknowledged within this time."""

    after: timedelta
    to: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Route:
    """A branch of the tree; what it does not say itself, it has from the branch that it grows on."""

    name: str
    match: Match = Match()
    to: tuple[str, ...] = ()
    group_by: tuple[str, ...] = ("kind", "community")
    group_wait: timedelta = timedelta(seconds=30)
    group_interval: timedelta = timedelta(minutes=5)
    repeat_interval: timedelta = timedelta(hours=4)
    quiet: tuple[QuietHours, ...] = ()
    escalate: Escalation | None = None
    goes_on: bool = False
    routes: tuple[Route, ...] = ()

    def quiet_at(self, moment: datetime) -> bool:
        """Whether only critical alerts pass then."""
        return any(hours.at(moment) for hours in self.quiet)


@dataclass(frozen=True, slots=True)
class Inhibition:
    """While an alert that fits `source` stands, nobody hears of those that fit `muted` and agree with it in `equal`."""

    source: Match
    muted: Match
    equal: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Named:
    """What is said when a policy raises an alert by its name, and after how long without another one it is over."""

    title: str
    severity: Severity = Severity.WARNING
    ends_after: timedelta = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class AlertPlan:
    """All of alerts.yaml. `root` catches every alert; `keep` is how long those that are over are remembered."""

    version: str
    root: Route
    receivers: Mapping[str, Receiver] = field(default_factory=dict, hash=False)
    inhibitions: tuple[Inhibition, ...] = ()
    silences: tuple[Silence, ...] = ()
    named: Mapping[str, Named] = field(default_factory=dict, hash=False)
    keep: timedelta = timedelta(days=180)

    def naming(self, name: str) -> Named:
        """What is said of an alert that policies call by this name."""
        return self.named.get(name) or Named(f"策略提醒 {name}")
