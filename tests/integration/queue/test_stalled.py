"""A Redis that answers too late: the client asks again, and what it asked for has then happened twice."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from redis import Redis

from riskguard.domain.line import Batch, Ticket
from riskguard.domain.post import Lane
from riskguard.queue import RedisLine, connect
from riskguard.queue.embedded import EmbeddedRedis, start_redis

pytestmark = pytest.mark.redis

PATIENCE_S = 0.3
TICKETS = [Ticket(f"a-{number}", "a", Lane.LIVE) for number in range(300)]


@pytest.fixture
def server() -> Iterator[EmbeddedRedis]:
    with TemporaryDirectory(prefix="rg-") as folder:
        server = start_redis(Path(folder))
        yield server
        server.stop()


@pytest.fixture
def line(server: EmbeddedRedis) -> RedisLine:
    """A line whose client is impatient, with every script known to Redis already."""
    line = RedisLine(connect(server.url, patience_s=PATIENCE_S))
    line.submit(TICKETS)
    assert line.release("nobody") == line.release_expired() == 0
    for back in (True, False):
        while batch := line.claim("w", limit=256):
            assert line.renew(batch)
            line.finish(batch)
        if back:
            line.submit(TICKETS[:1])
            line.give_back(_claimed(line))
    assert line.waiting() == 0
    return line


@contextmanager
def _stalled(server: EmbeddedRedis) -> Iterator[None]:
    """Redis stands still until the first try has been given up and the second has been sent."""
    os.kill(server.process.pid, signal.SIGSTOP)
    going_on = threading.Timer(1.5 * PATIENCE_S, os.kill, (server.process.pid, signal.SIGCONT))
    going_on.start()
    try:
        yield
    finally:
        going_on.join()


def _claimed(line: RedisLine, limit: int = 256) -> Batch:
    batch = line.claim("w", limit=limit)
    assert batch is not None
    return batch


def test_a_claim_that_ran_twice_loses_no_post(server: EmbeddedRedis, line: RedisLine) -> None:
    line.submit(TICKETS)
    with _stalled(server):
        batch = _claimed(line, limit=100)
    assert batch.post_ids == tuple(ticket.post_id for ticket in TICKETS[:100])
    assert line.waiting() == 200
    assert line.release("w") == 100


@pytest.mark.parametrize(
    "move",
    [
        pytest.param(lambda line, _: line.submit(TICKETS), id="submit"),
        pytest.param(lambda line, batch: line.renew(batch), id="renew"),
        pytest.param(lambda line, batch: line.give_back(batch), id="give-back"),
        pytest.param(lambda line, _: line.release("w"), id="release"),
        pytest.param(lambda line, _: line.release_expired(), id="release-expired"),
    ],
)
def test_a_move_that_ran_twice_leaves_every_post_in_one_place(
    server: EmbeddedRedis, line: RedisLine, move: Callable[[RedisLine, Batch], object]
) -> None:
    line.submit(TICKETS)
    batch = _claimed(line)
    with _stalled(server):
        move(line, batch)
    line.release("w")
    left = []
    while again := line.claim("w", limit=256):
        left += again.post_ids
        line.finish(again)
    assert sorted(left) == sorted(ticket.post_id for ticket in TICKETS)


def test_a_finish_that_ran_twice_finishes_once(server: EmbeddedRedis, line: RedisLine) -> None:
    line.submit(TICKETS)
    batch = _claimed(line)
    with _stalled(server):
        line.finish(batch)
    assert line.submit(TICKETS) == 256
    with Redis.from_url(server.url) as connection:
        assert connection.scard("rg:judge:known") == 300
