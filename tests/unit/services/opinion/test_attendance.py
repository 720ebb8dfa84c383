"""Health: who is active, who returns, whether a second post follows, and the mood of those who left."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from riskguard.domain.opinion import Attendance, Gauge, Mark
from riskguard.policy.opinion import OpinionRules
from riskguard.services.opinion.attendance import health_of
from riskguard.services.opinion.daily import broken
from riskguard.services.opinion.marking import attended, wrote_within
from tests.unit.services.opinion.samples import mark

DAY = datetime(2026, 11, 25, tzinfo=UTC)


def wrote(account: int, *days_ago: float, negative: bool = False) -> list[Mark]:
    return [mark(days * 1440, account=account, sentiment="negative" if negative else "", now=DAY) for days in days_ago]


def known(*posts: list[Mark]) -> list[Attendance]:
    return attended([each for some in posts for each in some])


def test_members_are_counted_by_when_they_wrote() -> None:
    health = health_of(
        known(
            wrote(1, 1.5, 9.5),  # comes back
            wrote(2, 8.5),  # was here last week
            wrote(3, 0.5),  # is new
            wrote(4, 20.5, negative=True),  # has left
            wrote(5, 40.5),  # is long gone
        ),
        day=DAY,
        least=1,
    )
    assert (health.active, health.newcomers, health.leavers) == (2, 1, 1)
    assert health.returning == 0.5
    assert (health.leavers_negative, health.stayers_negative) == (1.0, 0.0)


def test_a_second_post_counts_within_a_week_of_the_first() -> None:
    soon, late, never = wrote(1, 13, 10), wrote(2, 13, 2), wrote(3, 12)
    assert health_of(known(soon, late, never), day=DAY, least=1).second_post == pytest.approx(1 / 3)


def test_of_too_few_nothing_is_said() -> None:
    health = health_of(known(wrote(1, 1, 9)), day=DAY, least=30)
    assert (health.active, health.returning, health.second_post, health.leavers_negative) == (1, None, None, None)
    assert set(health.values) == {"active", "newcomers", "leavers"}


def test_days_are_remembered_apart() -> None:
    (one,) = known(wrote(1, 0.5, 3.5, 9.5))
    assert [
        back
        for back in range(12)
        if wrote_within(one, since=DAY - timedelta(days=back + 1), until=DAY - timedelta(days=back))
    ] == [0, 3, 9]


@pytest.mark.parametrize(
    ("active", "left"),
    [
        pytest.param(300, [], id="as-ever"),
        pytest.param(120, ["active"], id="many-gone"),
        pytest.param(500, [], id="more"),
    ],
)
def test_only_a_break_for_the_worse_is_told(active: int, left: list[str]) -> None:
    rules = OpinionRules()
    past = [
        Gauge("forum", "health", DAY - timedelta(days=back), {"active": 300.0 + back % 7, "returning": 0.6})
        for back in range(1, 29)
    ]
    today = Gauge("forum", "health", DAY, {"active": float(active), "returning": 0.6})
    assert [each.name for each in broken(today, past, rules)] == left
