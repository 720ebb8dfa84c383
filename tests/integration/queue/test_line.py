"""The line on a real Redis: fair turns, lanes, what comes back when a worker dies, and who waits."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from redis import Redis
from rq import Queue

from riskguard.domain.line import Batch, Ticket
from riskguard.domain.post import Lane
from riskguard.queue import Duty, RedisLine, RqBell, rq_queue

pytestmark = pytest.mark.redis


@pytest.fixture
def line(redis_connection: Redis) -> RedisLine:
    return RedisLine(redis_connection)


@pytest.fixture
def calls(redis_connection: Redis) -> Queue:
    return rq_queue(Duty.JUDGE, redis_connection, "rg")


def _tickets(community: str, count: int, lane: Lane = Lane.LIVE) -> list[Ticket]:
    return [Ticket(f"{community}-{number}", community, lane) for number in range(count)]


def _claimed(line: RedisLine, limit: int = 256) -> Batch:
    batch = line.claim("w", limit=limit)
    assert batch is not None
    return batch


def _drained(line: RedisLine, limit: int = 256) -> list[Batch]:
    batches = []
    while batch := line.claim("w", limit=limit):
        batches.append(batch)
        line.finish(batch)
    return batches


def _of(community: str, ids: Sequence[str]) -> int:
    return sum(id_.startswith(f"{community}-") for id_ in ids)


def test_posts_leave_in_the_order_they_came(line: RedisLine) -> None:
    line.submit(_tickets("a", 5))
    assert _claimed(line, limit=3).post_ids == ("a-0", "a-1", "a-2")
    assert _claimed(line, limit=3).post_ids == ("a-3", "a-4")
    assert line.claim("w", limit=3) is None


def test_a_flood_in_one_community_does_not_hold_up_another(line: RedisLine) -> None:
    line.submit(_tickets("flood", 5000))
    line.submit(_tickets("quiet", 10))
    first = _claimed(line)
    assert _of("quiet", first.post_ids) == 10
    assert _of("flood", first.post_ids) == 246


def test_equal_chunks_for_communities_that_wait_and_turns_for_those_that_do_not_fit(line: RedisLine) -> None:
    for name in "abcde":
        line.submit(_tickets(name, 100))
    assert [_of(name, _claimed(line, limit=250).post_ids) for name in "a"] == [50]
    small = [_claimed(line, limit=2).post_ids for _ in range(5)]
    assert sorted(id_.partition("-")[0] for ids in small for id_ in ids) == list("aabbccddee")


def test_a_small_live_line_goes_first_and_alone(line: RedisLine) -> None:
    line.submit(_tickets("back", 1000, Lane.BULK))
    line.submit(_tickets("now", 3))
    assert _of("now", _claimed(line).post_ids) == 3
    assert len(_claimed(line).post_ids) == 256


def test_a_saturated_live_line_leaves_a_quarter_to_bulk(line: RedisLine) -> None:
    line.submit(_tickets("back", 1000, Lane.BULK))
    line.submit(_tickets("now", 1000))
    batch = _claimed(line)
    assert (_of("now", batch.post_ids), _of("back", batch.post_ids)) == (192, 64)


def test_a_trickle_of_live_posts_never_starves_bulk(line: RedisLine) -> None:
    line.submit(_tickets("back", 100, Lane.BULK))
    shares = []
    for number in range(8):
        line.submit([Ticket(f"now-{number}", "now", Lane.LIVE)])
        shares.append(_of("back", _claimed(line, limit=40).post_ids))
    assert shares == [0, 0, 0, 10, 0, 0, 0, 10]


def test_a_batch_of_one_gives_bulk_its_turn_too(line: RedisLine) -> None:
    line.submit(_tickets("back", 2, Lane.BULK))
    line.submit(_tickets("now", 6))
    assert [_claimed(line, limit=1).post_ids[0].partition("-")[0] for _ in range(5)] == ["now"] * 3 + ["back", "now"]


def test_a_post_in_line_or_being_judged_is_not_put_there_twice(line: RedisLine) -> None:
    tickets = _tickets("a", 3)
    assert line.submit(tickets) == 3
    assert line.submit([*_tickets("a", 3, Lane.BULK), *tickets]) == 0
    batch = _claimed(line)
    assert line.submit(tickets) == 0
    assert line.waiting() == 0
    line.finish(batch)
    assert line.submit(tickets) == 3


def test_a_large_submit_goes_in_whole(line: RedisLine) -> None:
    assert line.submit(_tickets("a", 2500)) == 2500
    assert line.waiting() == 2500
    assert sum(len(batch.post_ids) for batch in _drained(line, limit=1100)) == 2500


@pytest.mark.parametrize("killer", [0, 7, 255])
def test_halving_leaves_the_killer_alone_and_everyone_else_judged(line: RedisLine, killer: int) -> None:
    line.submit(_tickets("a", 256))
    deaths, judged, hopeless = 0, [], []
    while batch := line.claim("w", limit=256):
        if f"a-{killer}" in batch.post_ids and not batch.hopeless:
            deaths += 1
            assert line.release("w") == len(batch.post_ids)
            continue
        (hopeless if batch.hopeless else judged).extend(batch.post_ids)
        line.finish(batch)
    assert hopeless == [f"a-{killer}"]
    assert len(judged) == len(set(judged)) == 255
    assert deaths == 8 + 2


def test_one_death_over_a_lone_post_may_be_chance(line: RedisLine) -> None:
    line.submit(_tickets("a", 1))
    _claimed(line)
    line.release("w")
    assert not _claimed(line).hopeless
    line.release("w")
    assert _claimed(line).hopeless


def test_what_came_back_is_claimed_first_and_alone(line: RedisLine) -> None:
    line.submit(_tickets("a", 4))
    _claimed(line)
    line.submit(_tickets("b", 10))
    line.release("w")
    assert [batch.post_ids for batch in _drained(line)][:2] == [("a-0", "a-1"), ("a-2", "a-3")]


def test_release_takes_back_only_what_that_worker_holds(line: RedisLine) -> None:
    line.submit(_tickets("a", 2))
    other = line.claim("other", limit=1)
    assert other is not None
    _claimed(line, limit=1)
    assert line.release("w") == 1
    line.finish(other)
    assert [batch.post_ids for batch in _drained(line)] == [("a-1",)]


def test_a_lease_grows_with_the_batch_and_its_end_brings_the_batch_back(redis_connection: Redis) -> None:
    line = RedisLine(redis_connection, lease_s=0.05, lease_per_post_s=0.01)
    line.submit(_tickets("a", 10))
    batch = _claimed(line)
    assert batch.lease_s == pytest.approx(0.15)
    assert line.release_expired() == 0
    time.sleep(0.2)
    assert line.release_expired() == 10
    line.finish(batch)
    assert line.waiting() == 10, "a batch that was taken away stays in line when its first worker is late"
    assert sum(len(each.post_ids) for each in _drained(line)) == 10


def test_a_batch_given_back_returns_whole_and_under_no_suspicion(line: RedisLine) -> None:
    line.submit(_tickets("a", 1))
    for _ in range(5):
        batch = _claimed(line)
        assert not batch.hopeless
        line.give_back(batch)
    assert line.waiting() == 1


def test_an_idle_line_forgets_ids_that_were_left_behind(line: RedisLine, redis_connection: Redis) -> None:
    redis_connection.sadd("rg:judge:known", "a-0")
    assert line.submit(_tickets("a", 1)) == 0
    line.release_expired()
    assert line.submit(_tickets("a", 1)) == 1


def test_a_busy_line_forgets_ids_that_are_in_no_place(line: RedisLine, redis_connection: Redis) -> None:
    line.submit([*_tickets("a", 1500), *_tickets("back", 1500, Lane.BULK)])
    _claimed(line, limit=100)
    _claimed(line, limit=100)
    line.release("w")
    _claimed(line, limit=100)
    redis_connection.sadd("rg:judge:known", "lost-0", "lost-1")
    assert line.submit(_tickets("lost", 2)) == 0
    line.release_expired()
    assert redis_connection.scard("rg:judge:known") == 3000
    assert line.submit([*_tickets("a", 1500), *_tickets("back", 1500), *_tickets("lost", 2)]) == 2


def test_a_lease_that_is_renewed_begins_again(redis_connection: Redis) -> None:
    line = RedisLine(redis_connection, lease_s=0.3, lease_per_post_s=0.0)
    line.submit(_tickets("a", 2))
    batch = _claimed(line)
    time.sleep(0.2)
    assert line.renew(batch)
    time.sleep(0.2)
    assert line.release_expired() == 0
    time.sleep(0.2)
    assert line.release_expired() == 2
    assert not line.renew(batch), "it was taken away"


def test_nothing_stays_in_redis_when_all_are_judged(line: RedisLine, redis_connection: Redis, calls: Queue) -> None:
    line.submit(_tickets("a", 100))
    line.submit(_tickets("b", 100, Lane.BULK))
    _drained(line)
    calls.empty()
    assert sorted(redis_connection.keys("rg:*")) in ([b"rg:judge:turn"], [b"rg:judge:called", b"rg:judge:turn"])


def test_one_call_waits_however_many_are_submitted(line: RedisLine, calls: Queue) -> None:
    for number in range(5):
        line.submit([Ticket(f"a-{number}", "a", Lane.LIVE)])
    assert len(calls) == 1
    assert calls.jobs[0].func_name == "riskguard.worker.jobs.drain"


def test_a_worker_that_leaves_posts_behind_calls_another(line: RedisLine, calls: Queue) -> None:
    line.submit(_tickets("a", 300))
    calls.empty()
    _claimed(line)
    assert len(calls) == 1
    calls.empty()
    _claimed(line)
    assert len(calls) == 0


def test_a_lost_call_is_made_good(line: RedisLine, calls: Queue, redis_connection: Redis) -> None:
    line.submit(_tickets("a", 1))
    calls.empty()
    line.wake()
    assert len(calls) == 0, "the call may still be on its way"
    redis_connection.delete("rg:judge:called")  # what its expiry does
    line.wake()
    line.wake()
    assert len(calls) == 1
    _drained(line)
    calls.empty()
    line.wake()
    assert len(calls) == 0, "nobody waits"


def test_waiting_for_a_post_ends_when_it_is_finished(line: RedisLine) -> None:
    line.submit(_tickets("a", 2))
    batch = _claimed(line)
    with ThreadPoolExecutor(3) as pool:
        answers = [pool.submit(line.wait_for, id_, timeout_s=10) for id_ in ("a-0", "a-0", "a-1")]
        time.sleep(0.1)
        before = time.monotonic()
        line.finish(batch)
        assert all(answer.result() for answer in answers)
        assert time.monotonic() - before < 1
    assert line.wait_for("a-0", timeout_s=10), "it was finished before"


def test_waiting_ends_when_the_time_runs_out_and_leaves_no_trace(line: RedisLine, redis_connection: Redis) -> None:
    line.submit(_tickets("a", 1))
    before = time.monotonic()
    assert not line.wait_for("a-0", timeout_s=0.2)
    assert 0.15 < time.monotonic() - before < 1.5
    assert not redis_connection.exists("rg:judge:waiters")


def test_waiting_longer_than_the_sockets_timeout(redis_url: str) -> None:
    with Redis.from_url(redis_url, socket_timeout=0.5) as impatient:
        line = RedisLine(impatient)
        line.submit(_tickets("a", 1))
        assert not line.wait_for("a-0", timeout_s=1.2)


def test_no_finish_slips_past_someone_who_waits(line: RedisLine) -> None:
    """Post after post is finished while someone begins to wait for it."""
    with ThreadPoolExecutor(1) as pool:
        for number in range(200):
            line.submit([Ticket(f"a-{number}", "a", Lane.LIVE)])
            batch = _claimed(line)
            start = threading.Barrier(2)
            answer = pool.submit(
                lambda id_=batch.post_ids[0], at=start: at.wait() >= 0 and line.wait_for(id_, timeout_s=5)
            )
            start.wait()
            line.finish(batch)
            assert answer.result(timeout=4)


def test_the_bell_calls_once_until_it_is_heard(redis_connection: Redis) -> None:
    bell, calls = RqBell(redis_connection), rq_queue(Duty.DELIVER, redis_connection, "rg")
    bell.ring()
    bell.ring()
    assert [job.func_name for job in calls.jobs] == ["riskguard.worker.jobs.deliver"]
    calls.empty()
    bell.ring()
    assert len(calls) == 0, "the call is on its way to a worker"
    bell.heard()
    bell.ring()
    assert len(calls) == 1
