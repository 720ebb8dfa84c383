"""What a member sees at a glance: how much waits, what was judged, what left the house."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from riskguard.domain.event import Event
from riskguard.domain.member import Community
from riskguard.services.ports import Begin

REMEMBERED_S = 5.0
_MOST_REMEMBERED = 256


@dataclass(frozen=True, slots=True)
class Tallies:
    """Counts per word: cases per status, verdicts per action, events per status."""

    cases: Mapping[str, int]
    verdicts: Mapping[str, int]
    events: Mapping[str, int]


class Overview:
    """Counts, for pages that are opened again and again: to count verdicts and events reads all of them, so these are
    remembered for a few seconds."""

    def __init__(self, begin: Begin, *, now: Callable[[], float] = time.monotonic) -> None:
        self._begin = begin
        self._now = now
        self._known: dict[str | None, tuple[float, Mapping[str, int], Mapping[str, int]]] = {}

    def tallies(self, community: str | None = None) -> Tallies:
        """The counts of one community; none means of all. Those of cases are of this moment."""
        until, verdicts, events = self._known.get(community, (0.0, {}, {}))
        with self._begin() as work:
            if self._now() >= until:
                verdicts, events = work.verdicts.tally(community), work.outbox.tally(community)
                if len(self._known) >= _MOST_REMEMBERED:
                    self._known.clear()
                self._known[community] = (self._now() + REMEMBERED_S, verdicts, events)
            return Tallies(work.cases.tally(community), verdicts, events)


def deliveries(*, begin: Begin, community: str | None = None, limit: int = 100) -> list[Event]:
    """The newest events that left, or wait to leave, for the platform of `community`; none means for all."""
    with begin() as work:
        return work.outbox.recent(community=community, limit=limit)


def disconnected(*, begin: Begin, community: str | None = None) -> list[Community]:
    """Communities whose webhook was switched off, each with the reason why."""
    with begin() as work:
        return [
            each for each in work.communities.all() if each.webhook_disabled_because and community in (None, each.name)
        ]
