"""What operators must hear: alerts, what became of them, and the silences that keep them quiet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Self


class Severity(IntEnum):
    """How much an alert matters, mildest first, so that the gravest of several is max()."""

    INFO = 1
    WARNING = 2
    CRITICAL = 3

    @property
    def word(self) -> str:
        """The name used in files and on the wire: 'critical'."""
        return self.name.lower()

    @classmethod
    def parse(cls, word: str) -> Self:
        """The severity called `word`; ValueError names the choices."""
        try:
            return cls[word.upper()]
        except KeyError:
            raise ValueError(f"'{word}' is no severity; choose from {', '.join(s.word for s in cls)}") from None


class AlertStatus(StrEnum):
    """OPEN waits for somebody; ACKNOWLEDGED has one; SILENCED is open and kept quiet; RESOLVED is over for good."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    SILENCED = "silenced"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Alert:
    """What whoever notices something says. `key` is stable: the same key again is the same alert, until it resolves.

    `page` is the path below the console that shows the matter. Without `ends_at` it lasts until somebody resolves it;
    with it, until then, unless it is raised again. Neither `summary` nor `labels` carry post text or raw identifiers.
    """

    key: str
    kind: str
    name: str
    severity: Severity
    community: str | None
    scene: str | None
    summary: str
    page: str
    labels: Mapping[str, str] = field(hash=False)
    starts_at: datetime
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Handling:
    """Who took an alert up or ended it, when, and what they said. `by` is a member's name, or why it ended itself."""

    by: str
    at: datetime
    note: str = ""


@dataclass(frozen=True, slots=True)
class KeptAlert:
    """An alert as it is kept, with its fate. `count` is how often it was raised, `last_at` when that was last."""

    id: str
    alert: Alert
    raised_at: datetime
    last_at: datetime
    count: int = 1
    status: AlertStatus = AlertStatus.OPEN
    acknowledged: Handling | None = None
    resolved: Handling | None = None

    @property
    def over(self) -> bool:
        """Whether it is resolved."""
        return self.status is AlertStatus.RESOLVED

    def again(self, alert: Alert, *, count: int, now: datetime) -> KeptAlert:
        """The same alert, raised `count` times more: the newest words count, and it began when it first did.

        One that became graver than what was acknowledged is open again.
        """
        graver = alert.severity > self.alert.severity and self.status is AlertStatus.ACKNOWLEDGED
        return replace(
            self,
            alert=replace(alert, starts_at=min(self.alert.starts_at, alert.starts_at)),
            last_at=max(self.last_at, now),
            count=self.count + count,
            status=AlertStatus.OPEN if graver else self.status,
            acknowledged=None if graver else self.acknowledged,
        )

    def acknowledge(self, handling: Handling) -> KeptAlert:
        """Somebody has it in hand. One that is in hand or over stays as it is: the first to take it has it."""
        if self.status in (AlertStatus.ACKNOWLEDGED, AlertStatus.RESOLVED):
            return self
        return replace(self, status=AlertStatus.ACKNOWLEDGED, acknowledged=handling)

    def resolve(self, handling: Handling) -> KeptAlert:
        """It is over. One that is over already stays as it is."""
        return self if self.over else replace(self, status=AlertStatus.RESOLVED, resolved=handling)
