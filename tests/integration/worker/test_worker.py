"""Real worker and scheduler processes on a real Redis and a real store: killed, starved, cut off, told to leave."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from redis import Redis

import riskguard
from riskguard.domain.event import Event, EventType
from riskguard.domain.finding import Cause
from riskguard.domain.line import Ticket
from riskguard.domain.member import Community
from riskguard.domain.post import Lane, Post
from riskguard.domain.verdict import Verdict
from riskguard.evaluation.receiver import Receiver, Reply
from riskguard.queue import RedisLine, RedisRoll, RqBell
from riskguard.queue.embedded import EmbeddedRedis, start_redis
from riskguard.services import accounts
from riskguard.services.ports import Begin
from riskguard.store import open_store
from tests.assets.killer import DEADLY, SLOW
from tests.fixtures.keys import KEYRING
from tests.unit.detectors.encoder.tiny import made_encoder

pytestmark = pytest.mark.redis

CHECKOUT = Path(riskguard.__file__).parents[1]
POLICY = "policy: default\nthresholds:\n  abuse: {review: 0.6}\non_abstention: review\n"


class Service:
    """A store, a line, and the processes that a test starts."""

    def __init__(self, folder: Path, redis_url: str, database_url: str) -> None:
        self.folder, self.redis_url = folder, redis_url
        self.store = open_store(database_url, keyring=KEYRING)
        self.begin: Begin = self.store.begin
        self.line = RedisLine(Redis.from_url(redis_url))
        self.processes: list[subprocess.Popen[bytes]] = []
        policies = folder / "policies"
        (policies / "lexicons").mkdir(parents=True)
        shutil.copy(CHECKOUT / "policies" / "taxonomy.yaml", policies)
        shutil.copy(CHECKOUT / "policies" / "lexicons" / "allow.yaml", policies / "lexicons")
        (policies / "default.yaml").write_text(POLICY)
        self.environ = os.environ | {
            "PYTHONPATH": str(CHECKOUT),
            "RISKGUARD_DATABASE_URL": database_url,
            "RISKGUARD_REDIS_URL": redis_url,
            "RISKGUARD_DATA_DIR": str(folder),
            "RISKGUARD_POLICY_DIR": str(policies),
            "RISKGUARD_MODEL_DIR": str(folder / "no-models"),
            "RISKGUARD_EXTRA_DETECTORS": "tests.assets.killer:Killer",
            "RISKGUARD_SWEEP_AFTER_S": "1",
            "RISKGUARD_BATCH_POSTS": "32",
        }
        with self.begin() as work:
            work.communities.add(Community("tide", datetime.now(UTC)))
            work.commit()

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        """A role of the service, as an operator starts it; returns at once."""
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "riskguard", *words], env=self.environ, stdout=log, stderr=log
            )
        self.processes.append(process)
        return process

    def worker(self) -> subprocess.Popen[bytes]:
        """A worker that always goes by the same name."""
        return self.start("worker", "--name", "w1", "--queues", "judge")

    @property
    def log(self) -> Path:
        """What the processes said."""
        return self.folder / "log"

    def said(self, words: str) -> bool:
        """Whether any of them said so."""
        return self.log.exists() and words in self.log.read_text()

    def post(self, texts: list[str], *, submit: bool = True) -> list[str]:
        """Accept posts as the API does; their ids."""
        now = datetime.now(UTC)
        start = time.monotonic_ns()
        posts = [Post(f"pst_{start}_{n}", "tide", f"{start}_{n}", text, now) for n, text in enumerate(texts)]
        with self.begin() as work:
            work.posts.add(posts, Lane.LIVE, received_at=now)
            work.commit()
        if submit:
            self.line.submit([Ticket(post.id, post.community, Lane.LIVE) for post in posts])
        return [post.id for post in posts]

    def verdicts(self, ids: list[str]) -> dict[str, Verdict]:
        """The verdicts there are."""
        with self.begin() as work:
            return work.verdicts.get_many(ids)

    def is_reading(self) -> bool:
        """Whether a worker holds a batch now and still holds the same a little later."""
        with Redis.from_url(self.redis_url) as connection:
            held = connection.hkeys("rg:judge:batches")
            time.sleep(0.05)
            return held != [] and connection.hkeys("rg:judge:batches") == held

    def judged(self, ids: list[str]) -> Callable[[], bool]:
        """Whether every post has its verdict."""
        return lambda: len(self.verdicts(ids)) == len(ids)

    def until(self, holds: Callable[[], bool], *, timeout_s: float = 30.0) -> None:
        """Wait until it holds; fails with what the processes said."""
        deadline = time.monotonic() + timeout_s
        while not holds():
            said = self.log.read_text() if self.log.exists() else ""
            assert time.monotonic() < deadline, f"not within {timeout_s} s; the processes said:\n{said[-4000:]}"
            time.sleep(0.02)

    def close(self) -> None:
        """End what still runs."""
        for process in self.processes:
            if process.poll() is None:
                process.kill()
            process.wait()
        self.store.close()


@pytest.fixture
def service(tmp_path: Path, redis_url: str, sqlite_template: Path) -> Iterator[Service]:
    database = shutil.copy(sqlite_template, tmp_path / "riskguard.db")
    made = Service(tmp_path, redis_url, f"sqlite:///{database}")
    yield made
    made.close()


def test_a_lone_post_is_judged_at_once_and_a_worker_told_to_leave_finishes_its_batch(service: Service) -> None:
    worker = service.worker()
    service.until(lambda: service.said("is ready"))
    service.until(service.judged(service.post(["第一条帖子"])))
    (lone,) = service.post(["一条普通的帖子"])
    before = time.monotonic()
    assert service.line.wait_for(lone, timeout_s=5)
    assert time.monotonic() - before < 1.0
    assert service.verdicts([lone])[lone].action.word == "allow"
    ids = service.post([SLOW] * 160)
    service.until(lambda: len(service.verdicts(ids)) > 0)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(5) == 0
    assert service.said("worker 'w1' has left")
    done = len(service.verdicts(ids))
    assert done % 32 == 0
    assert service.line.waiting() == 160 - done > 0, "nothing was left half-done"


def test_a_worker_with_an_encoder_says_what_runs_it_until_it_leaves(service: Service, tmp_path: Path) -> None:
    made_encoder(tmp_path / "models")
    service.environ["RISKGUARD_MODEL_DIR"] = str(tmp_path / "models")
    worker = service.worker()
    ids = service.post(["今天天气好，你真蠢，来看看", "天气好"])
    service.until(service.judged(ids))
    with Redis.from_url(service.redis_url) as connection:
        (notes,) = RedisRoll(connection).present()
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(5) == 0
        assert RedisRoll(connection).present() == []
    engine = notes["encoder"]["engine"]
    assert service.said(f'"engine": "{engine}"')
    insult, harmless = (service.verdicts(ids)[each] for each in ids)
    assert insult.models["encoder"].endswith(f"/{engine}")
    assert (insult.action.word, harmless.action.word) == ("review", "allow")
    (found,) = [finding for finding in insult.findings if finding.label == "abuse"]
    (span,) = found.spans
    assert span.start <= 8 < span.end <= span.start + 3


def test_a_killed_worker_loses_nothing_and_doubles_nothing(service: Service) -> None:
    ids = service.post([SLOW] * 160)
    worker = service.worker()
    service.until(lambda: len(service.verdicts(ids)) >= 64 and service.is_reading())
    worker.kill()
    worker.wait()
    assert len(service.verdicts(ids)) < 160
    service.worker()
    service.until(service.judged(ids))
    assert service.said("left unfinished are in line again")
    failed = [v for v in service.verdicts(ids).values() if any(a.cause is Cause.FAILED for a in v.abstentions)]
    assert not failed, "no post paid for a death that was not its fault"


def test_a_deadly_post_is_isolated_and_answered_by_abstention(service: Service) -> None:
    harmless, deadly = ids = service.post(["一条普通的帖子", DEADLY])
    ends = []
    while not service.judged(ids)():
        worker = service.worker()
        service.until(lambda worker=worker: worker.poll() is not None or service.judged(ids)())
        if worker.poll() is not None:
            ends.append(worker.returncode)
        assert len(ends) <= 3
    assert ends == [9, 9, 9], "once together, twice alone"
    verdicts = service.verdicts(ids)
    assert verdicts[harmless].action.word == "allow"
    assert verdicts[deadly].action.word == "review"
    assert verdicts[deadly].abstentions[-1].reason == "reading this post ended the worker"


def test_a_lost_redis_loses_nothing(service: Service) -> None:
    ids = service.post([SLOW] * 160)
    service.worker()
    scheduler = service.start("scheduler")
    service.until(lambda: len(service.verdicts(ids)) > 0)
    with Redis.from_url(service.redis_url) as connection:
        connection.flushall()
    ids += service.post(["没有排上队的帖子"] * 10, submit=False)
    service.until(service.judged(ids))
    assert service.said("had fallen out of line")
    scheduler.send_signal(signal.SIGTERM)
    assert scheduler.wait(2) == 0


def test_a_messenger_told_to_leave_gives_back_what_waits_for_a_slow_platform(service: Service) -> None:
    community, _ = accounts.create_community("slow", begin=service.begin)
    now = datetime.now(UTC)
    with Receiver(community.webhook_secret, replies=lambda _: Reply(after_s=6), keep_requests=True) as platform:
        with service.begin() as work:
            work.outbox.add(
                [Event(f"msg_{n}", EventType.POST_JUDGED, "slow", platform.url, {}, now, now) for n in range(20)]
            )
            work.commit()
        service.environ["RISKGUARD_CALLBACK_NETWORKS"] = "127.0.0.0/8"
        messenger = service.start("worker", "--name", "m", "--queues", "deliver")
        RqBell(Redis.from_url(service.redis_url)).ring()
        service.until(lambda: len(platform.requests) == 1)
        before = time.monotonic()
        messenger.send_signal(signal.SIGTERM)
        assert messenger.wait(10) == 0
        assert time.monotonic() - before < 5
        assert len(platform.requests) == 1
    with service.begin() as work:
        events = work.outbox.recent(community="slow", limit=50)
    assert sorted(event.attempts for event in events) == [0] * 19 + [1]
    assert all(event.next_attempt_at <= datetime.now(UTC) + timedelta(seconds=6) for event in events)


def test_worker_and_scheduler_wait_for_a_redis_that_is_away(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path
) -> None:
    folder = tmp_path_factory.mktemp("r")
    server: EmbeddedRedis = start_redis(folder)
    database = shutil.copy(sqlite_template, tmp_path / "riskguard.db")
    service = Service(tmp_path, server.url, f"sqlite:///{database}")
    try:
        worker, scheduler = service.worker(), service.start("scheduler")
        service.until(lambda: service.said("is ready to judge") and service.said("scheduler is ready"))
        server.stop()
        ids = service.post(["Redis 不在时来的帖子"] * 3, submit=False)
        service.until(lambda: service.said("fails, and is tried"))
        server = start_redis(folder)
        service.until(service.judged(ids))
        assert worker.poll() is None
        assert scheduler.poll() is None
        server.stop()
        for process in (worker, scheduler):
            process.send_signal(signal.SIGTERM)
        assert worker.wait(6) == 0, "a worker leaves though Redis is away"
        assert scheduler.wait(6) == 0
    finally:
        service.close()
        server.stop()
