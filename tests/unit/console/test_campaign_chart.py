from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from riskguard.console.campaign_chart import HEIGHT, WIDTH, ring, steps
from riskguard.domain.campaign import Bond, Bucket, Group

NOW = datetime(2026, 11, 27, 8, tzinfo=UTC)


def test_bars_stand_where_and_as_high_as_they_should() -> None:
    chart = steps([Bucket(NOW, 4, 4), Bucket(NOW + timedelta(minutes=15), 2, 1)])
    assert (chart.top, chart.step, len(chart.bars)) == (4, timedelta(minutes=5), 2)
    assert [(bar.height, bar.fresh_height) for bar in chart.bars] == [(HEIGHT, HEIGHT), (HEIGHT / 2, HEIGHT / 4)]
    assert chart.bars[1].x > WIDTH * 3 / 4


@pytest.mark.parametrize("hours", [1, 24, 24 * 30])
def test_a_long_time_is_put_together_until_it_fits(hours: int) -> None:
    buckets = [Bucket(NOW + timedelta(minutes=5 * at), 1, 1) for at in range(12 * hours)]
    chart = steps(buckets)
    assert len(chart.bars) <= 97
    assert sum(bar.posts for bar in chart.bars) == 12 * hours
    assert all(bar.x >= 0 and bar.x + bar.width <= WIDTH + 0.1 for bar in chart.bars)


def test_dots_lie_apart_inside_the_picture_and_the_rest_is_counted() -> None:
    accounts = tuple(f"a{n:02}" for n in range(20))
    net = ring(Group(accounts, tuple(Bond(accounts[0], other, 2) for other in accounts[1:])))
    assert (len(net.dots), net.hidden, len(net.threads)) == (14, 6, 13)
    assert len({(dot.x, dot.y) for dot in net.dots}) == 14
    assert all(0 < dot.x < net.size and 0 < dot.y < net.size for dot in net.dots)
