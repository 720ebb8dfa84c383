"""What a worker takes to start and to hold: one started as the service starts it, on a Redis and a store of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from redis import Redis

from riskguard.domain.errors import NotReady
from riskguard.domain.line import Ticket
from riskguard.domain.member import Community
from riskguard.domain.post import Lane
from riskguard.evaluation.cost import COMMUNITY, posts_of
from riskguard.evaluation.service import RISKGUARD, STOP_WITHIN_S
from riskguard.keyring import load_keyring
from riskguard.queue import RedisLine, RedisRoll
from riskguard.queue.embedded import start_redis
from riskguard.services.ports import Begin
from riskguard.settings import PREFIX, Settings
from riskguard.store import migrate, open_store

_READY_WITHIN_S = 60.0
_JUDGED_WITHIN_S = 600.0
_LOOK_EVERY_S = 0.01


@dataclass(frozen=True, slots=True)
class WorkerCost:
    """Seconds from the start of the process until it takes work; its resident memory in MB (10**6 bytes, pages that it
    shares with others included); and CPU milliseconds for each post that it judged then."""

    engine: str
    ready_s: float
    ready_cpu_s: float
    ready_mb: float
    judged_mb: float
    peak_mb: float
    judged_cpu_ms: float


def worker_costs(settings: Settings, texts: Sequence[str], *, starts: int) -> list[WorkerCost]:
    """Of a worker with the models and policies of these settings, started so often in a data folder that is empty at
    first; each time it judges posts with these texts once it is ready.

    NotReady where it cannot be started or does not judge them, and on other systems than Linux.
    """
    if sys.platform != "linux":
        raise NotReady("what a process holds is measured on Linux only")
    with tempfile.TemporaryDirectory(prefix="rg-") as home:
        return [_worker_cost(settings, texts, Path(home)) for _ in range(starts)]


def _worker_cost(settings: Settings, texts: Sequence[str], home: Path) -> WorkerCost:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="rg-")))
        server = start_redis(folder / "redis")
        stack.callback(server.stop)
        connection = stack.enter_context(Redis.from_url(server.url))
        database = f"sqlite:///{folder / 'riskguard.db'}"
        ring = load_keyring((), folder=home)
        migrate(database, keyring=ring)
        store = open_store(database, keyring=ring)
        stack.callback(store.close)
        worker = _Worker(home, settings, redis_url=server.url, database_url=database)
        stack.callback(worker.end)
        roll = RedisRoll(connection)
        worker.until(lambda: roll.present() != [], within_s=_READY_WITHIN_S)
        ready_s, ready_cpu_s, ready_mb = time.monotonic() - worker.started_at, worker.cpu_s, worker.megabytes("VmRSS")
        (notes,) = roll.present()
        _submit(texts, store.begin, RedisLine(connection))
        worker.until(lambda: _judged(store.begin) == len(texts), within_s=_JUDGED_WITHIN_S)
        return WorkerCost(
            engine=str(notes.get("encoder", {}).get("engine", "none")),
            ready_s=ready_s,
            ready_cpu_s=ready_cpu_s,
            ready_mb=ready_mb,
            judged_mb=worker.megabytes("VmRSS"),
            peak_mb=worker.megabytes("VmHWM"),
            judged_cpu_ms=(worker.cpu_s - ready_cpu_s) / len(texts) * 1e3,
        )


def _submit(texts: Sequence[str], begin: Begin, line: RedisLine) -> None:
    """Take the posts in as the API does."""
    posts, now = posts_of(texts), datetime.now(UTC)
    with begin() as work:
        work.communities.add(Community(COMMUNITY, now))
        work.posts.add(posts, Lane.LIVE, received_at=now)
        work.commit()
    line.submit([Ticket(post.id, post.community, Lane.LIVE) for post in posts])


def _judged(begin: Begin) -> int:
    with begin() as work:
        return sum(work.verdicts.tally().values())


class _Worker:
    """`riskguard worker` as a child process, with the words that `riskguard up` uses."""

    def __init__(self, home: Path, settings: Settings, *, redis_url: str, database_url: str) -> None:
        self._log = home / "worker.log"
        environ = os.environ | {
            f"{PREFIX}DATA_DIR": str(home),
            f"{PREFIX}DATA_KEYS": "",
            f"{PREFIX}REDIS_URL": redis_url,
            f"{PREFIX}REDIS_PREFIX": "rg",
            f"{PREFIX}DATABASE_URL": database_url,
            f"{PREFIX}POLICY_DIR": str(settings.policy_dir),
            f"{PREFIX}MODEL_DIR": str(settings.model_dir),
            f"{PREFIX}ENCODER_ENGINE": settings.encoder_engine,
        }
        command = [*RISKGUARD, "worker", "--name", "bench-worker-1", "--queues", "judge", "--with-parent"]
        with self._log.open("wb") as log:
            self.started_at = time.monotonic()
            self._process = subprocess.Popen(command, env=environ, stdout=log, stderr=log)

    def until(self, holds: Callable[[], bool], *, within_s: float) -> None:
        """Wait until it holds; NotReady, with the last lines of the worker, when it ends or takes too long."""
        deadline = time.monotonic() + within_s
        while not holds():
            if self._process.poll() is not None or time.monotonic() > deadline:
                said = self._log.read_text(encoding="utf-8", errors="replace").split("\n")[-3:]
                raise NotReady(f"the worker did not do its work: {' '.join(said).strip() or 'it said nothing'}")
            time.sleep(_LOOK_EVERY_S)

    @property
    def cpu_s(self) -> float:
        """What it has used of processors by now, to a hundredth of a second."""
        fields = self._told("stat").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def megabytes(self, field: str) -> float:
        """A field of its status: 'VmRSS' is what it holds now, 'VmHWM' the most that it has held."""
        status = dict(line.split(":", 1) for line in self._told("status").splitlines())
        return int(status[field].split()[0]) * 1024 / 1e6

    def end(self) -> None:
        """Ask it to stop, and wait until it has."""
        self._process.terminate()
        try:
            self._process.wait(STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _told(self, what: str) -> str:
        return Path(f"/proc/{self._process.pid}/{what}").read_text(encoding="utf-8")
