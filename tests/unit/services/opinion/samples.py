"""Marks and looks for the tests of opinion."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import count

from riskguard.domain.opinion import EMOTIONS, Mark, Series, SeriesKind
from riskguard.domain.post import Scene
from riskguard.policy.opinion import BaselineRules, SurgeRules
from riskguard.services.opinion.sighting import Look
from riskguard.services.opinion.usual import Usual, rhythm_of

NOW = datetime(2026, 11, 25, 6, 0, tzinfo=UTC)
"""Wednesday, 14:00 in Beijing."""

_NUMBERS = count(1)


def mark(
    ago_min: float = 1.0,
    *,
    account: int | None = None,
    emotion: str = "",
    sentiment: str = "",
    cluster: str = "",
    topics: Sequence[str] = (),
    scene: Scene = Scene.POST,
    now: datetime = NOW,
) -> Mark:
    number = next(_NUMBERS)
    return Mark(
        post_id=f"pst_{number}",
        community="forum",
        scene=scene,
        at=now - timedelta(minutes=ago_min),
        account=number if account is None else account,
        emotion=emotion,
        sentiment=sentiment,
        cluster=cluster,
        topics=tuple(topics),
    )


def calm(hourly: int = 6, *, days: int = 21, now: datetime = NOW) -> Usual:
    """A community in which so many accounts write in every hour, and one in six is angry."""
    start = now - timedelta(days=days)
    hours = [start + timedelta(hours=each) for each in range(days * 24)]
    counts = {
        Series(SeriesKind.VOLUME): hourly,
        Series(SeriesKind.VOLUME, "", Scene.POST): hourly,
        Series(SeriesKind.EMOTION, "angry"): 1,
    }
    rhythms = {
        series: rhythm_of([(hour, accounts) for hour in hours], now=now, rules=BaselineRules())
        for series, accounts in counts.items()
    }
    return Usual(rhythms, {"食堂": 2.0}, days=float(days), moods=dict.fromkeys(EMOTIONS, 1 / 6))


def look(marks: Sequence[Mark], *, usual: Usual | None = None, now: datetime = NOW) -> Look:
    ordered = sorted(marks, key=lambda each: each.at)
    return Look("forum", now, ordered, usual or calm(), SurgeRules())
