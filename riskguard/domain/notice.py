"""Who is told of which alerts: silences that keep them quiet, and what each receiver was told already."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from fnmatch import fnmatchcase

from riskguard.domain.alert import Alert, KeptAlert, Severity

FIELDS = ("kind", "name", "severity", "community", "scene")
LABEL = "label."
"""What a key begins with that asks for a label of the alert: 'label.topic'."""


def trait(alert: Alert, key: str) -> str:
    """What the alert says under a key of FIELDS or 'label.NAME'; '' where it says nothing."""
    if key.startswith(LABEL):
        return alert.labels.get(key.removeprefix(LABEL), "")
    value = getattr(alert, key)
    return value.word if isinstance(value, Severity) else value or ""


@dataclass(frozen=True, slots=True)
class Match:
    """A question about an alert: under every key one of its patterns must fit ('*' and '?' stand for anything)."""

    patterns: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)

    def fits(self, alert: Alert) -> bool:
        """Whether the alert is meant; an empty question means every one."""
        return all(_any(trait(alert, key), wanted) for key, wanted in self.patterns.items())

    def __str__(self) -> str:
        told = [f"{key}={'|'.join(wanted)}" for key, wanted in self.patterns.items()]
        return " ".join(told) or "*"


def _any(value: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(value, pattern) for pattern in patterns)


@dataclass(frozen=True, slots=True)
class Silence:
    """Nobody is told of the alerts that fit, from `starts_at` until `ends_at`."""

    id: str
    match: Match
    starts_at: datetime
    ends_at: datetime
    by: str
    because: str

    def covers(self, alert: Alert, now: datetime) -> bool:
        """Whether it keeps this alert quiet at this time."""
        return self.starts_at <= now < self.ends_at and self.match.fits(alert)


class Reason(StrEnum):
    """Why somebody is told: an alert is new (or graver), still stands, was acknowledged by nobody, or is over."""

    RAISED = "raised"
    REPEATED = "repeated"
    ESCALATED = "escalated"
    RESOLVED = "resolved"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class Told:
    """That a group was told of an alert: when first, and how grave it was when last told."""

    at: datetime
    severity: Severity


@dataclass(frozen=True, slots=True)
class Group:
    """What one receiver hears together. `told` holds the alerts, by id, that it was told of and not yet that they are
    over; `sent_at` is when it was last told anything."""

    receiver: str
    escalation: bool = False
    labels: tuple[tuple[str, str], ...] = ()
    sent_at: datetime | None = None
    told: Mapping[str, Told] = field(default_factory=dict, hash=False)

    @property
    def key(self) -> GroupKey:
        """What tells groups apart."""
        return self.receiver, self.escalation, self.labels


GroupKey = tuple[str, bool, tuple[tuple[str, str], ...]]


@dataclass(frozen=True, slots=True)
class Notice:
    """What one group is told at one time. `raised` are new to it, `standing` it knew already, `resolved` are over. What
    stands then is told again `again_after`."""

    group: Group
    reason: Reason
    again_after: timedelta
    raised: tuple[KeptAlert, ...] = ()
    standing: tuple[KeptAlert, ...] = ()
    resolved: tuple[KeptAlert, ...] = ()

    @property
    def alerts(self) -> tuple[KeptAlert, ...]:
        """All of them, the new ones first."""
        return (*self.raised, *self.standing, *self.resolved)


@dataclass(frozen=True, slots=True)
class Telling:
    """That a receiver is told of an alert by an event, and what became of that: `status` is '' and `attempts` 0 where
    the event was forgotten since."""

    alert_id: str
    event_id: str
    receiver: str
    reason: Reason
    at: datetime
    status: str = ""
    attempts: int = 0
    answer: str = ""
    next_at: datetime | None = None
