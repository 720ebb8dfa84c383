"""What RQ calls: names that are true, and what becomes of a batch when something fails."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

import pytest

import riskguard.queue
from riskguard.bootstrap import House, open_alerts
from riskguard.domain.errors import NotReady
from riskguard.domain.line import Batch
from riskguard.domain.taxonomy import Taxonomy
from riskguard.queue.call import JOBS, Duty
from riskguard.settings import Settings
from riskguard.worker import jobs


@dataclass
class Line:
    """A line with one batch; writes down what becomes of it."""

    batch: Batch | None = field(default_factory=lambda: Batch("b", ("p1", "p2")))
    events: list[str] = field(default_factory=list)

    def claim(self, worker: str, *, limit: int) -> Batch | None:
        self.events.append(f"claim by {worker} of {limit}")
        return self.batch

    def renew(self, batch: Batch) -> bool:
        self.events.append(f"renew {batch.id}")
        return True

    def finish(self, batch: Batch) -> None:
        self.events.append(f"finish {batch.id}")

    def give_back(self, batch: Batch) -> None:
        self.events.append(f"give back {batch.id}")

    def wake(self) -> None:
        self.events.append("wake")


class Bell:
    def __init__(self) -> None:
        self.events: list[str] = []

    def ring(self) -> None:
        self.events.append("ring")

    def heard(self) -> None:
        self.events.append("heard")


class EmptyStore:
    """A store that knows no post and owes no event."""

    def __enter__(self) -> EmptyStore:
        return self

    def __exit__(self, *_: object) -> None: ...

    @property
    def posts(self) -> EmptyStore:
        return self

    def readable(self, ids: object, *, needs_keys: bool) -> tuple[list[object], set[str]]:
        return [], set()


class Unused:
    labels: frozenset[str] = frozenset()


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "PAUSE_S", 0.0)


@pytest.fixture
def bench() -> Iterator[Callable[..., Line]]:
    def set_up(begin: Callable[[], object], line: Line | None = None) -> Line:
        line = line or Line()
        house = House(
            settings=Settings(batch_posts=64),
            clock=lambda: datetime(2026, 11, 1, tzinfo=UTC),
            begin=begin,
            line=line,
            bell=Bell(),
            roll=Unused(),
            traces=Unused(),
            taxonomy=Taxonomy({}),
            policies=Unused(),
            alerts=open_alerts(Settings()),
        )
        jobs.install(jobs.Bench("w1", house, Unused(), Unused(), guard=nullcontext))
        return line

    yield set_up
    jobs.install(None)


def test_every_job_that_is_called_by_name_exists() -> None:
    for name in JOBS.values():
        module, _, function = name.rpartition(".")
        assert callable(getattr(import_module(module), function))
    assert set(JOBS) == set(Duty)


def test_who_calls_never_imports_who_works() -> None:
    for file in Path(riskguard.queue.__file__).parent.glob("*.py"):
        imported = [node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.ImportFrom)]
        assert not [node.module for node in imported if str(node.module).startswith("riskguard.worker")]


def test_a_batch_that_was_judged_is_finished(bench: Callable[..., Line]) -> None:
    line = bench(EmptyStore)
    jobs.drain()
    assert line.events == ["claim by w1 of 64", "finish b"]


def test_nobody_waits(bench: Callable[..., Line]) -> None:
    line = bench(EmptyStore, Line(batch=None))
    jobs.drain()
    assert line.events == ["claim by w1 of 64"]


def test_a_store_that_is_away_gives_the_batch_back(bench: Callable[..., Line]) -> None:
    def away() -> EmptyStore:
        raise NotReady("the database is away")

    line = bench(away)
    jobs.drain()
    assert line.events == ["claim by w1 of 64", "give back b", "wake"]


def test_any_other_failure_leaves_the_batch_to_its_lease(bench: Callable[..., Line]) -> None:
    def broken() -> EmptyStore:
        raise ValueError("invented")

    line = bench(broken)
    jobs.drain()
    assert line.events == ["claim by w1 of 64"], "it comes back halved when the lease is over"


def test_a_worker_that_was_not_set_up_says_so() -> None:
    with pytest.raises(NotReady, match="not set up"):
        jobs.drain()


def test_thinking_that_gets_stuck_ends_the_process_with_a_trace() -> None:
    """Even where no Python code can run any more: the loop below holds the GIL inside one C call."""
    stuck = "from riskguard.worker.jobs import end_when_stuck\nwith end_when_stuck(0.5):\n    sum(range(10**12))\n"
    ended = subprocess.run([sys.executable, "-c", stuck], capture_output=True, text=True, timeout=60)
    assert ended.returncode == 1
    assert "Timeout" in ended.stderr
    in_time = "from riskguard.worker.jobs import end_when_stuck\nwith end_when_stuck(9): pass\nprint('done')"
    assert subprocess.run([sys.executable, "-c", in_time], capture_output=True, timeout=60).stdout == b"done\n"
