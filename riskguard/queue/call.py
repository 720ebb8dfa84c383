"""Calling workers: RQ jobs enqueued by name, JSON only, and never more than one that waits for each duty."""

from __future__ import annotations

from enum import StrEnum
from importlib.resources import files

from redis import Redis
from redis.commands.core import Script
from rq import Queue


class Duty(StrEnum):
    """What a worker can be called for, each on an RQ queue of its own."""

    JUDGE = "judge"
    DELIVER = "deliver"


JOBS = {Duty.JUDGE: "riskguard.worker.jobs.drain", Duty.DELIVER: "riskguard.worker.jobs.deliver"}
"""What RQ imports and calls in the worker: names, since a hand imports no door. A test keeps them true."""

_LONGEST_JOB_S = 3600
_FAILURES_KEPT_S = 300


def rq_queue(duty: Duty, connection: Redis, prefix: str) -> Queue:
    """The RQ queue of a duty, the same for who calls and who works."""
    return Queue(f"{prefix}-{duty.value}", connection=connection, serializer="json")


def script(connection: Redis, *names: str) -> Script:
    """The Lua files of these names as one script; it loads itself again where Redis has forgotten it."""
    folder = files("riskguard.queue") / "lua"
    return connection.register_script("\n".join((folder / f"{name}.lua").read_text("utf-8") for name in names))


class Caller:
    """Calls a worker for one duty when a script says that a call is needed."""

    def __init__(self, duty: Duty, connection: Redis, prefix: str) -> None:
        self._duty = duty
        self._queue = rq_queue(duty, connection, prefix)
        self.keys = (f"{prefix}:{duty.value}", self._queue.key)

    def call(self) -> None:
        """Enqueue the job. Nothing of it stays in Redis once it is done."""
        self._queue.enqueue_call(
            JOBS[self._duty],
            timeout=_LONGEST_JOB_S,
            result_ttl=0,
            failure_ttl=_FAILURES_KEPT_S,
            description=self._duty.value,
        )


class RqBell:
    """Calls workers for delivery (ports.Bell)."""

    def __init__(self, connection: Redis, prefix: str = "rg") -> None:
        self._caller = Caller(Duty.DELIVER, connection, prefix)
        self._ring = script(connection, "call", "ring")
        self._connection = connection

    def ring(self) -> None:
        """Call a worker, unless a call waits already."""
        if self._ring(keys=self._caller.keys):
            self._caller.call()

    def heard(self) -> None:
        """A worker has come: whoever rings from now on calls another."""
        self._connection.delete(f"{self._caller.keys[0]}:called")
