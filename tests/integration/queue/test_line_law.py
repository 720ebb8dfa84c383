"""The law of the line: whatever happens in whatever order, every post is in exactly one place until it is finished."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from redis import Redis

from riskguard.domain.line import Batch, Ticket
from riskguard.domain.post import Lane
from riskguard.queue import RedisLine
from riskguard.queue.embedded import EmbeddedRedis

pytestmark = pytest.mark.redis

_POSTS = st.lists(st.integers(0, 6), max_size=7)
_WORKERS = st.sampled_from(["w1", "w2"])


def test_no_post_is_lost_or_doubled(redis_server: EmbeddedRedis) -> None:
    url = redis_server.url

    class Life(RuleBasedStateMachine):
        @initialize()
        def empty(self) -> None:
            self.connection = Redis.from_url(url)
            self.connection.flushall()
            self.line = RedisLine(self.connection)
            self.claimed: dict[str, list[Batch]] = {"w1": [], "w2": []}
            self.open: set[str] = set()

        @rule(numbers=_POSTS, community=st.sampled_from("abc"), lane=st.sampled_from(Lane))
        def submit(self, numbers: list[int], community: str, lane: Lane) -> None:
            ids = [f"{community}{number}" for number in numbers]
            assert self.line.submit([Ticket(id_, community, lane) for id_ in ids]) == len(set(ids) - self.open)
            self.open.update(ids)

        @rule(worker=_WORKERS, limit=st.integers(1, 9))
        def claim(self, worker: str, limit: int) -> None:
            waiting = self.line.waiting()
            batch = self.line.claim(worker, limit=limit)
            assert (batch is None) == (waiting == 0)
            if batch is not None:
                assert len(set(batch.post_ids)) == len(batch.post_ids)
                assert not batch.hopeless or len(batch.post_ids) == 1
                self.claimed[worker].append(batch)

        @precondition(lambda self: any(self.claimed.values()))
        @rule(worker=_WORKERS, back=st.booleans())
        def finish(self, worker: str, back: bool) -> None:
            if self.claimed[worker]:
                batch = self.claimed[worker].pop()
                if back:
                    self.line.give_back(batch)
                else:
                    self.line.finish(batch)
                    self.open.difference_update(batch.post_ids)

        @rule(worker=_WORKERS)
        def die(self, worker: str) -> None:
            held = sum(len(batch.post_ids) for batch in self.claimed[worker])
            assert self.line.release(worker) == held
            self.claimed[worker].clear()

        @rule()
        def look_after(self) -> None:
            assert self.line.release_expired() == 0
            self.line.wake()

        @invariant()
        def everyone_is_in_one_place(self) -> None:
            if hasattr(self, "line"):
                claimed = Counter(id_ for held in self.claimed.values() for batch in held for id_ in batch.post_ids)
                assert set(claimed) <= self.open
                assert max(claimed.values(), default=1) == 1
                assert self.line.waiting() == len(self.open) - len(claimed)

        def teardown(self) -> None:
            if hasattr(self, "connection"):
                self.connection.close()

    case = Life.TestCase
    case.settings = settings(
        max_examples=50, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
    )
    case("runTest").runTest()
