"""`riskguard bench --similar` on a small memory."""

from __future__ import annotations

from itertools import islice

import pytest

from riskguard.evaluation import similar_cost
from riskguard.evaluation.similar_cost import invented_posts, look_alike_costs, rival_costs

pytestmark = pytest.mark.redis


def test_invented_posts_are_the_same_every_time_and_mostly_differ() -> None:
    once = [post.text for post in islice(invented_posts(), 2000)]
    assert once == [post.text for post in islice(invented_posts(), 2000)]
    assert len(set(once)) > 1700
    assert sorted(map(len, once))[1000] in range(10, 20)


def test_both_memories_are_filled_and_timed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(similar_cost, "_TIMED", 2)
    met: list[int] = []
    small, large = look_alike_costs((256, 1024), met.append)
    assert (small.posts, large.posts, sum(met)) == (768, 1536, 1536)
    assert small.us > 0
    assert large.bytes is not None
    assert 100 < large.bytes < 3000
    rival = rival_costs((256,), lambda _: None)
    assert rival is None or [cost.posts for cost in rival] == [768]
