"""A worker process: loads everything once, then works until it is told to leave."""

from __future__ import annotations

import gc
import json
import logging
import os
import signal
import socket
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from secrets import token_hex
from types import FrameType

from redis import Redis, RedisError
from redis.client import Pipeline
from rq import SimpleWorker
from rq.exceptions import StopRequested
from rq.timeouts import BaseDeathPenalty
from rq.worker import DequeueStrategy, WorkerStatus

from riskguard.process import give_memory_back_at_once
from riskguard.queue import Duty, connect, rq_queue
from riskguard.services.ports import Roll
from riskguard.settings import Settings

_log = logging.getLogger(__name__)

PRESENCE_S = 60
"""How often an idle worker shows RQ that it lives."""

RECONNECT_PAUSE_S = 1.0
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def run_worker(settings: Settings, *, name: str = "", queues: Sequence[str] = tuple(Duty)) -> None:
    """Work until SIGTERM or SIGINT; the batch at hand is finished first.

    `name` is what posts are claimed by: the same at each start, and of no other worker, so that what a killed worker
    left is taken back as soon as it starts again. NotReady when the store, Redis, policies or models cannot be had.
    """
    give_memory_back_at_once()
    gc.disable()  # until all is loaded: its rounds took a tenth of a second of each start, and found next to nothing
    for variable in _THREADS:
        os.environ.setdefault(variable, "1")  # one thread a worker: two that share a core are slower than one
    from riskguard.bootstrap import build_house, build_panel, build_sender, log_to_stderr, settle_in
    from riskguard.worker.jobs import Bench, install

    log_to_stderr(settings.log_level)
    duties = [Duty(queue) for queue in queues]
    name = name or f"{socket.gethostname()}-{os.getpid()}"
    house = build_house(settings)
    panel = build_panel(settings) if Duty.JUDGE in duties else None
    sender = build_sender(settings) if Duty.DELIVER in duties else None
    install(Bench(name, house, panel, sender))
    settle_in()
    connection = connect(settings.redis_url, patience_s=PRESENCE_S + 10.0)
    back = house.line.release(name)
    if back:
        _log.warning("%d posts that an earlier '%s' left unfinished are in line again", back, name)
    presence = _Presence(house.roll, name, panel.notes if panel else {})
    _log.info("worker '%s' is ready to %s%s", name, " and ".join(duties), presence.told)
    _work(name, duties, connection, settings.redis_prefix, presence)
    presence.end()
    ended = sender is None or sender.close()
    with suppress(RedisError):
        house.line.wake()  # a call that reached us while we were leaving must not be lost
    _log.info("worker '%s' has left", name)
    if not ended:
        logging.shutdown()
        os._exit(0)  # Python would wait for a thread that waits for a name server


def _work(name: str, duties: Sequence[Duty], connection: Redis, prefix: str, presence: _Presence) -> None:
    """Work as long as nobody asks to stop. RQ's worker gives up when Redis is lost during a job: wait, begin again."""
    departure = _Departure()
    while not departure.asked:
        try:
            worker = _Worker(
                [rq_queue(duty, connection, prefix) for duty in duties],
                name=f"{name}-{token_hex(4)}",  # RQ takes the name of a killed worker for one that still lives
                connection=connection,
                serializer="json",
                worker_ttl=PRESENCE_S,
            )
            worker.presence = presence
            if not departure.admits(worker):
                return
            presence.show()
            worker.work(logging_level=None, dequeue_strategy=DequeueStrategy.ROUND_ROBIN)
        except StopRequested:
            return
        except RedisError as error:
            _log.error("Redis was lost: %s", error)
        finally:
            departure.worker = None
        _await_redis(connection, departure)


def _await_redis(connection: Redis, departure: _Departure) -> None:
    """Wait until Redis answers or we are asked to stop; says once that it waits."""
    told = False
    while not departure.asked:
        time.sleep(RECONNECT_PAUSE_S)
        try:
            connection.ping()
        except RedisError as error:
            if not told:
                _log.error("Redis cannot be reached (%s); waiting for it", error)
            told = True
        else:
            _log.info("Redis answers; working on")
            return


class _Presence:
    """What this worker tells operators about itself on the roll, said again before it could be taken for gone."""

    def __init__(self, roll: Roll, worker: str, notes: Mapping[str, Mapping[str, object]]) -> None:
        self._roll, self._worker, self._notes = roll, worker, notes
        self._said_at = -float(PRESENCE_S)

    @property
    def told(self) -> str:
        """The notes for the log."""
        return "".join(f"; {name}: {json.dumps(note, ensure_ascii=False)}" for name, note in self._notes.items())

    def show(self) -> None:
        """Sign, unless that was done a moment ago."""
        if time.monotonic() - self._said_at >= PRESENCE_S / 2:
            self._roll.sign(self._worker, self._notes)
            self._said_at = time.monotonic()

    def end(self) -> None:
        """Sign off, if Redis is there."""
        with suppress(RedisError):
            self._roll.leave(self._worker)


class _Departure:
    """Whether SIGTERM or SIGINT has asked this process to leave, from now on."""

    def __init__(self) -> None:
        self.asked = False
        self.worker: _Worker | None = None
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, self._ask)

    def admits(self, worker: _Worker) -> bool:
        """Whom to tell from now on; False when the signal came while the worker was being made."""
        self.worker = worker
        return not self.asked

    def _ask(self, _signum: int, _frame: FrameType | None) -> None:
        self.asked = True
        if self.worker is not None:
            self.worker.leave()


class _NoPenalty(BaseDeathPenalty):
    """RQ's alarm would strike in the middle of a transaction; what hangs is ended by jobs.end_when_stuck instead."""

    def setup_death_penalty(self) -> None:
        """No alarm."""

    def cancel_death_penalty(self) -> None:
        """Nothing to cancel."""


class _Worker(SimpleWorker):
    """RQ's worker without a fork: models stay loaded, and no child inherits a thread pool that ran."""

    death_penalty_class = _NoPenalty
    max_connection_wait_time = 2.0
    presence: _Presence | None = None

    def heartbeat(self, timeout: int | None = None, pipeline: Pipeline | None = None) -> None:
        """RQ's sign of life, and ours."""
        super().heartbeat(timeout, pipeline)
        if self.presence is not None:
            self.presence.show()

    def leave(self) -> None:
        """At once when idle, else after the job at hand. Touches no Redis: a signal may strike in mid-command."""
        if self.get_state() == WorkerStatus.BUSY:
            self._stop_requested = True
        else:
            raise StopRequested

    def _install_signal_handlers(self) -> None:
        """Ours stand already."""

    def subscribe(self) -> None:
        """No channel for RQ's remote commands: they end jobs of forking workers, and cost a thread."""
