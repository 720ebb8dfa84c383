"""What is usual: the rhythm of the week, the level of late, and what a beginner borrows."""

from __future__ import annotations

from datetime import timedelta
from math import inf

import pytest

from riskguard.domain.opinion import Series, SeriesKind, TopicDay
from riskguard.policy.opinion import BaselineRules
from riskguard.services.opinion.usual import Usual, rhythm_of, topics_of_days
from tests.unit.services.opinion.samples import NOW

RULES = BaselineRules()


def hours(counts: list[int]) -> list[tuple]:  # type: ignore[type-arg]
    start = NOW - timedelta(hours=len(counts))
    return [(start + timedelta(hours=at), count) for at, count in enumerate(counts)]


def test_a_steady_community_is_expected_to_stay_so() -> None:
    rhythm = rhythm_of(hours([30] * 24 * 28), now=NOW, rules=RULES)
    assert rhythm.hourly(NOW) == pytest.approx(30, rel=0.1)
    assert rhythm.size == inf


def test_the_hour_of_the_week_is_known() -> None:
    weekly = [90 if at % 168 == 100 else 10 for at in range(168 * 6)]
    rhythm = rhythm_of(hours(weekly), now=NOW, rules=RULES)
    busy = NOW - timedelta(hours=168 - 100)
    assert rhythm.hourly(busy) > 1.8 * rhythm.hourly(busy + timedelta(hours=24))


def test_one_old_surge_does_not_become_usual() -> None:
    calm = [20] * 24 * 21
    wild = [*calm[:-30], *[2000] * 6, *calm[:24]]
    expected = [rhythm_of(hours(each), now=NOW, rules=RULES).hourly(NOW) for each in (calm, wild)]
    assert expected[1] < 1.6 * expected[0]


def test_the_newest_hours_are_left_out() -> None:
    rising = [20] * 24 * 14 + [500, 500]
    assert rhythm_of(hours(rising), now=NOW, rules=RULES).hourly(NOW) == pytest.approx(20, rel=0.15)


def test_a_beginner_borrows_the_rhythm_of_all() -> None:
    rhythm = rhythm_of([], now=NOW, rules=RULES)
    night = NOW.replace(hour=20)  # four in the morning in Beijing
    assert rhythm.hourly(night) < 0.5 * rhythm.hourly(NOW)


def test_windows_count_those_who_write_again() -> None:
    volume = Series(SeriesKind.VOLUME)
    rhythm = rhythm_of(hours([60] * 24 * 21), now=NOW, rules=RULES)
    once, often = (Usual({volume: rhythm}, spread=spread) for spread in (1.0, 3.0))
    assert once.expected(volume, NOW, 5) == pytest.approx(5, rel=0.1)
    assert often.expected(volume, NOW, 5) == pytest.approx(15, rel=0.1)
    assert often.expected(volume, NOW, 60) == pytest.approx(60, rel=0.1)


def test_a_topic_that_surged_on_one_day_is_not_usual() -> None:
    day = NOW.replace(hour=0)
    days = [TopicDay("forum", day - timedelta(days=back), "停水", 9, 9, 900 if back == 2 else 12) for back in (1, 2, 3)]
    assert topics_of_days(days, today=day)["停水"] == pytest.approx(0.5)
