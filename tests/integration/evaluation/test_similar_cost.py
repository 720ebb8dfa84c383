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
    assert rival is not None
    assert [cost.posts for cost in rival] == [768]


def test_the_rival_is_filled_no_further_than_its_memory_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(similar_cost, "_TIMED", 2)
    rival = rival_costs((256, 1_000_000), lambda _: None, most_bytes=100_000_000)
    assert rival is not None
    assert [cost.posts for cost in rival] == [768]


def test_as_many_posts_have_look_alikes_early_and_late() -> None:
    said: dict[str, set[str]] = {}
    copies = [0, 0]
    for at, post in enumerate(islice(invented_posts(), 12_000)):
        own = {post.text[start : start + 6] for start in range(len(post.text) - 5)}
        earlier = said.setdefault(post.community, set())
        if at >= 4_000 and own & earlier:
            copies[at // 8_000] += 1
        earlier |= own
    assert 0.9 < copies[1] / copies[0] < 1.15
