"""What a member sees at a glance: how much waits, what was judged, what left the house."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from riskguard.domain.event import Event
from riskguard.domain.member import Community
from riskguard.services.ports import Begin


@dataclass(frozen=True, slots=True)
class Tallies:
    """Counts per word: cases per status, verdicts per action, events per status; and how many posts came in."""

    cases: Mapping[str, int]
    verdicts: Mapping[str, int]
    events: Mapping[str, int]
    posts: int


def tallies(*, begin: Begin, community: str | None = None) -> Tallies:
    """The counts of one community; none means of all."""
    with begin() as work:
        return Tallies(
            cases=work.cases.tally(community),
            verdicts=work.verdicts.tally(community),
            events=work.outbox.tally(community),
            posts=work.posts.count(community),
        )


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
