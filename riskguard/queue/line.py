"""The line of waiting posts in Redis. Every move is one Lua script, so no post is ever between two places.

A client that waits too long for an answer sends its script again, while Redis may still run the first: so each move
must do no more when it runs twice than when it runs once.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any
from uuid import uuid4

from redis import Redis

from riskguard.domain.line import Batch, Ticket
from riskguard.queue.call import Caller, Duty, script

_TICKETS_A_SCRIPT = 1000
_LONGEST_BLOCK_S = 2.0
_MOVES = ("submit", "claim", "renew", "finish", "give_back", "release", "wait", "stop_waiting", "wake", "waiting")


class RedisLine:
    """Posts wait in lanes, and inside a lane by community in fair turn (ports.Line).

    A claimed batch has `lease_s` seconds and `lease_per_post_s` for each of its posts; then it may be taken away.
    """

    def __init__(
        self, connection: Redis, prefix: str = "rg", *, lease_s: float = 10.0, lease_per_post_s: float = 0.1
    ) -> None:
        self._connection = connection
        self._lease = (lease_s, lease_per_post_s)
        self._block_s = _block_s(connection)
        self._caller = Caller(Duty.JUDGE, connection, prefix)
        self._keys = self._caller.keys
        self._scripts = {name: script(connection, "call", "line", name) for name in _MOVES}

    def submit(self, tickets: Sequence[Ticket]) -> int:
        """Put posts in line and call a worker; how many were not there already."""
        added = 0
        for start in range(0, len(tickets), _TICKETS_A_SCRIPT):
            more, call = self._run("submit", *_grouped(tickets[start : start + _TICKETS_A_SCRIPT]))
            added += more
            self._call_if(call)
        return added

    def claim(self, worker: str, *, limit: int) -> Batch | None:
        """The next posts; another worker is called at once when more are waiting."""
        name = uuid4().hex
        answer = self._run("claim", name, worker, limit, *self._lease)
        if answer is None:
            return None
        call, hopeless, lease, *ids = answer
        self._call_if(call)
        return Batch(name, tuple(id_.decode() for id_ in ids), hopeless=bool(hopeless), lease_s=float(lease))

    def renew(self, batch: Batch) -> bool:
        """Begin the lease of the batch again; False when it was taken away meanwhile."""
        return bool(self._run("renew", batch.id))

    def finish(self, batch: Batch) -> None:
        """Forget the batch and tell whoever waits for one of its posts."""
        self._run("finish", batch.id, *batch.post_ids)

    def give_back(self, batch: Batch) -> None:
        """Put the batch at the front of the line as it is: it is not to blame for what went wrong."""
        self._run("give_back", batch.id)

    def release(self, worker: str) -> int:
        """Take back, halved, what a worker of this name left unfinished; how many posts."""
        return self._release("worker", worker)

    def release_expired(self) -> int:
        """Take back, halved, what was claimed and not finished in time; how many posts.

        Posts that the line knows and holds nowhere are forgotten, so that the sweep can bring them back.
        """
        return self._release("expired")

    def wake(self) -> None:
        """Call a worker if anyone waits and no call is pending: makes good for calls that were lost."""
        self._call_if(self._run("wake"))

    def wait_for(self, post_id: str, *, timeout_s: float) -> bool:
        """Whether the post left the line before the time ran out; True at once when it is not in line."""
        deadline = time.monotonic() + timeout_s
        if not self._run("wait", post_id):
            return True
        while (left := deadline - time.monotonic()) > 0:
            if self._connection.blpop([f"{self._keys[0]}:done:{post_id}"], timeout=min(left, self._block_s)):
                return True
        return bool(self._run("stop_waiting", post_id))

    def waiting(self) -> int:
        """Posts in line, those that came back included, those being judged not."""
        return int(self._run("waiting"))

    def _release(self, *whose: str) -> int:
        back, call = self._run("release", *whose)
        self._call_if(call)
        return int(back)

    def _run(self, name: str, *arguments: str | float) -> Any:
        return self._scripts[name](keys=self._keys, args=arguments)

    def _call_if(self, needed: int) -> None:
        if needed:
            self._caller.call()


def _block_s(connection: Redis) -> float:
    """How long one call may block: redis-py breaks a connection off that is silent for its socket_timeout (5 s)."""
    timeout = connection.connection_pool.connection_kwargs.get("socket_timeout")
    return min(_LONGEST_BLOCK_S, timeout / 2) if timeout else _LONGEST_BLOCK_S


def _grouped(tickets: Sequence[Ticket]) -> Iterator[str | int]:
    """The arguments of submit.lua: lane, community, count and ids of each run of tickets that share the first two."""
    for (lane, community), group in groupby(tickets, key=lambda ticket: (ticket.lane.value, ticket.community)):
        ids = [ticket.post_id for ticket in group]
        yield from (lane, community, len(ids), *ids)
