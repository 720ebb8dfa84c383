"""What it costs that every judged post is counted for opinion: on SQLite, whose commits outlive a power cut."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine, delete

from riskguard.domain.member import Community
from riskguard.domain.post import Lane, Post
from riskguard.domain.verdict import Verdict
from riskguard.keyring import Keyring, new_key
from riskguard.policy.opinion import OpinionRules
from riskguard.services.opinion.counting import count_new
from riskguard.services.ports import Begin
from riskguard.store import Store, migrate
from riskguard.store.address import parsed_url
from riskguard.store.engine import make_engine
from riskguard.store.link import Link
from riskguard.store.posts import count_later
from riskguard.store.sealing import Seals
from riskguard.store.tables_opinion import UNCOUNTED

Step = Callable[[Sequence[Post]], object]

IN_WORKER = "opinion, in the worker's transaction"
IN_SCHEDULER = "opinion, counted by the scheduler"


@contextmanager
def counting(
    posts: Sequence[Post], verdicts: Sequence[Verdict], rules: OpinionRules
) -> Iterator[Mapping[str, Callable[[], Step]]]:
    """Two steps, each handed out as if no post had been counted: what a worker adds to the transaction that keeps its
    verdicts, whose commit it pays anyway; and a scheduler's whole round, commit and all. `posts` are of one community,
    with all their verdicts; both steps expect all of them, in any batches."""
    ring = Keyring.of([new_key()])
    with tempfile.TemporaryDirectory(prefix="rg-") as folder:
        url = f"sqlite:///{Path(folder) / 'riskguard.db'}"
        migrate(url, keyring=ring)
        engine = make_engine(parsed_url(url))
        begin = Store(engine, ring).begin
        _keep(posts, verdicts, begin)
        worker = _Worker(engine, ring)
        try:
            yield {IN_WORKER: worker.step, IN_SCHEDULER: lambda: _scheduler(worker, begin, rules)}
        finally:
            worker.roll_back()
            engine.dispose()


def _keep(posts: Sequence[Post], verdicts: Sequence[Verdict], begin: Begin) -> None:
    now = datetime.now(UTC)
    with begin() as work:
        work.communities.add(Community(posts[0].community, now))
        work.posts.add(posts, Lane.LIVE, received_at=now)
        work.verdicts.add(verdicts, at=now)
        work.commit()


class _Worker:
    """One transaction, which is never committed; nobody else writes while it is open."""

    def __init__(self, engine: Engine, ring: Keyring) -> None:
        self._engine, self._ring = engine, ring
        self._link: Link | None = None

    def step(self) -> Step:
        self.roll_back()
        self._link = link = Link(self._engine.connect(), threading.Lock(), Seals(self._ring))
        link.write(delete(UNCOUNTED))
        return lambda batch: count_later([post.id for post in batch], link)

    def roll_back(self) -> None:
        if self._link is not None:
            self._link.close()
            self._link = None


def _scheduler(worker: _Worker, begin: Begin, rules: OpinionRules) -> Step:
    worker.roll_back()
    with begin() as work:
        work.opinion.recount()
        work.commit()
    return lambda batch: count_new(begin=begin, rules=lambda: rules, clock=lambda: datetime.now(UTC), limit=len(batch))
